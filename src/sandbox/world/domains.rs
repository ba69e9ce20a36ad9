//! Rules of domains attached to a service, and of their DKIM selectors (ovh-api.md §6.2, §6.4).

use super::Refusal;
use super::credential_text::derived;
use super::operation::{Effect, Subject};
use super::state::{DkimSelector, DomainState, OrganizationState, ServiceState, State};
use super::time::Turn;
use crate::domain::{DomainName, DomainType, Moment, OperationId, Platform, ServiceId};

/// The two selectors of a service, as `…/dkimSelector` lists them.
pub(crate) fn selector_names(platform: Platform) -> [String; 2] {
    match platform {
        Platform::Exchange => [1, 2].map(|n| format!("ovhex111111-selector{n}")),
        Platform::EmailPro => [1, 2].map(|n| format!("ovhemp111111-selector{n}")),
        _ => [1, 2].map(|n| format!("ovhmo-selector-{n}")),
    }
}

/// What the platform prepares when a domain is attached. Here it does so in any case: nobody has to ask for DKIM.
pub(crate) fn prepared_selectors(platform: Platform, at: Moment) -> Vec<DkimSelector> {
    selector_names(platform).into_iter().map(|name| DkimSelector { name, is_signing: false, updated: at }).collect()
}

/// Where the CNAME of a selector must lead.
pub(crate) fn selector_target(platform: Platform, selector: &str) -> String {
    let cluster = match platform {
        Platform::Exchange => "ex",
        Platform::EmailPro => "pr",
        _ => "mo",
    };
    format!("{selector}._domainkey.111111.{cluster}.dkim.mail.ovh.net.")
}

/// What a POST asks for a domain.
#[derive(Debug, Clone)]
pub(crate) struct DomainRequest {
    pub(crate) name: DomainName,
    pub(crate) domain_type: DomainType,
    pub(crate) relay: Option<String>,
    /// The organization to which it shall belong (Zimbra); none: the first.
    pub(crate) organization: Option<i64>,
}

impl State {
    /// `POST …/domain`.
    pub(crate) fn attach_domain(&mut self, service: &ServiceId, request: DomainRequest, turn: Turn) -> Result<OperationId, Refusal> {
        let DomainRequest { name, domain_type, relay, organization } = request;
        self.may_be_of_type(service, &name, domain_type)?;
        let ownership_label = format!("ovh-{}", derived(self.seed, "ownership", name.as_str(), 8).to_ascii_lowercase());
        let id = self.number();
        let found = self.service_mut(service)?;
        if found.domain(&name).is_ok() {
            return Err(Refusal::Invalid(format!("The domain {name} is already attached to this service")));
        }
        if service.platform.is_mx_plan() {
            return Err(Refusal::Invalid("An MX Plan has the domain that it was ordered for, and no other".to_owned()));
        }
        let organization = organization.or_else(|| found.organizations.first().map(|first| first.id));
        if service.platform == Platform::Zimbra && !found.organizations.iter().any(|known| Some(known.id) == organization) {
            return Err(Refusal::NotFound("organizationId".to_owned()));
        }
        let dkim = Vec::new();
        found.domains.push(DomainState { name: name.clone(), domain_type, relay: None, ownership_label, dkim, organization, id });
        self.start(service, Subject::Domain(name), Effect::AddDomain { domain_type, relay }, turn)
    }

    /// `PUT …/domain/{name}`: type and relay.
    pub(crate) fn put_domain(&mut self, service: &ServiceId, request: DomainRequest, turn: Turn) -> Result<(), Refusal> {
        let DomainRequest { name, domain_type, relay, .. } = request;
        self.service_mut(service)?.domain(&name)?;
        if service.platform == Platform::MxPlanLegacy {
            return Err(Refusal::Invalid("The domain of this service has no type".to_owned()));
        }
        self.may_be_of_type(service, &name, domain_type)?;
        self.start(service, Subject::Domain(name), Effect::SetDomain { domain_type, relay }, turn).map(|_| ())
    }

    /// `POST …/organization`: at once.
    pub(crate) fn add_organization(
        &mut self,
        service: &ServiceId,
        (name, label, description): (String, String, Option<String>),
        turn: Turn,
    ) -> Result<OrganizationState, Refusal> {
        let made = OrganizationState { id: self.number(), name, label, description, created: turn.now };
        self.service_mut(service)?.organizations.push(made.clone());
        Ok(made)
    }

    /// `DELETE …/organization/{id}`: only when no domain is in it.
    pub(crate) fn remove_organization(&mut self, service: &ServiceId, id: i64) -> Result<(), Refusal> {
        let found = self.service_mut(service)?;
        if found.domains.iter().any(|domain| domain.organization == Some(id)) {
            return Err(Refusal::Invalid("The organization still has domains".to_owned()));
        }
        found.organizations.retain(|organization| organization.id != id);
        Ok(())
    }

    /// `DELETE …/domain/{name}`: only when no account of it is left.
    pub(crate) fn detach_domain(&mut self, service: &ServiceId, name: &DomainName, turn: Turn) -> Result<OperationId, Refusal> {
        let found = self.service_mut(service)?;
        found.domain(name)?;
        if service.platform.is_mx_plan() {
            return Err(Refusal::Invalid("The domain of an MX Plan cannot be detached".to_owned()));
        }
        let has_address = |shared: &super::state::SharedFeature| shared.feature.occupies().is_some_and(|a| a.domain() == name);
        if found.shared.iter().any(has_address) || found.accounts.iter().any(|a| a.aliases.iter().any(|alias| alias.domain() == name)) {
            return Err(Refusal::Invalid(format!("The domain {name} still has aliases, groups or redirections")));
        }
        let is_promised =
            found.operations.iter().any(|o| matches!(&o.effect, Effect::SetAccount { address, .. } if address.domain() == name));
        if is_promised || found.accounts.iter().any(|a| a.address.domain() == name) {
            return Err(Refusal::Invalid(format!("The domain {name} still has accounts")));
        }
        self.start(service, Subject::Domain(name.clone()), Effect::RemoveDomain, turn)
    }

    /// A domain is authoritative on one Exchange or Email Pro at most.
    fn may_be_of_type(&self, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), Refusal> {
        let claims = |id: &ServiceId| matches!(id.platform, Platform::Exchange | Platform::EmailPro);
        if !claims(service) {
            return Ok(());
        }
        let is_claimed =
            |s: &ServiceState| claims(&s.id) && s.domains.iter().any(|d| d.name == *name && d.domain_type == DomainType::Authoritative);
        if domain_type == DomainType::Authoritative && self.services.iter().any(|s| !s.is_named(service) && is_claimed(s)) {
            return Err(Refusal::Invalid(format!("The domain {name} is already authoritative on another service")));
        }
        Ok(())
    }

    /// `POST …/domain/{name}/dkim`.
    pub(crate) fn add_dkim(&mut self, service: &ServiceId, name: &DomainName, selector: &str, turn: Turn) -> Result<OperationId, Refusal> {
        let found = self.service_mut(service)?;
        if !selector_names(found.id.platform).iter().any(|s| s == selector) {
            return Err(Refusal::Invalid("Invalid selectorName parameter".to_owned()));
        }
        if found.domain(name)?.dkim.iter().any(|s| s.name == selector) {
            return Err(Refusal::Invalid(format!("The selector {selector} exists")));
        }
        self.start(service, Subject::Domain(name.clone()), Effect::AddDkim { selector: selector.to_owned() }, turn)
    }

    /// `POST …/domain/{name}/dkim/{selector}/enable`, `…/disable` and `DELETE …/dkim/{selector}`.
    pub(crate) fn change_dkim(
        &mut self,
        service: &ServiceId,
        name: &DomainName,
        effect: Effect,
        turn: Turn,
    ) -> Result<OperationId, Refusal> {
        let (Effect::SignWith { selector } | Effect::StopSigning { selector } | Effect::RemoveDkim { selector }) = &effect else {
            return Err(Refusal::Invalid("Invalid selectorName parameter".to_owned()));
        };
        self.service_mut(service)?.domain(name)?.selector(selector)?;
        if matches!(effect, Effect::SignWith { .. }) && !self.has_dkim_cname(service, name, selector) {
            return Err(Refusal::Invalid(format!("The CNAME of {selector} is missing or wrong")));
        }
        self.start(service, Subject::Domain(name.clone()), effect, turn)
    }
}

impl DomainState {
    /// The selector of this name.
    pub(crate) fn selector(&self, name: &str) -> Result<&DkimSelector, Refusal> {
        self.dkim.iter().find(|s| s.name == name).ok_or_else(|| Refusal::NotFound(format!("selectorName = {name}")))
    }
}
