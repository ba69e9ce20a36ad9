//! Rules of features: what a platform can hold, whom it can name, which addresses it can take (ovh-api.md §2.8).

use super::Refusal;
use super::features::{group_of, named_account};
use super::operation::{Effect, Holder, Subject};
use super::state::{ServiceState, State};
use super::time::Turn;
use crate::domain::{EmailAddress, Feature, FeatureOwner, FilterRule, OperationId, Platform, ServiceId};

/// Whether a platform can hold a feature, by the routes that its API has.
fn can_hold(platform: Platform, owner: &FeatureOwner, feature: &Feature) -> bool {
    use Platform as P;
    let is_of_account = matches!(owner, FeatureOwner::Account(_));
    let is_owner_right = match feature {
        Feature::Alias { .. }
        | Feature::Delegation { .. }
        | Feature::HiddenFromDirectory
        | Feature::Forwarding { .. }
        | Feature::Responder { .. }
        | Feature::Filter { .. }
        | Feature::SpamSettings { .. } => is_of_account,
        Feature::Redirection { .. } => true,
        _ => !is_of_account,
    };
    let has_route = match feature {
        Feature::Alias { .. } | Feature::HiddenFromDirectory => platform != P::MxPlanLegacy,
        Feature::Delegation { .. } | Feature::SpamSettings { .. } | Feature::Contact { .. } | Feature::Disclaimer { .. } => {
            !matches!(platform, P::MxPlanLegacy | P::Zimbra)
        }
        Feature::Forwarding { .. } => matches!(platform, P::Exchange | P::MxPlanLegacy),
        Feature::Filter { .. } => platform == P::MxPlanLegacy,
        Feature::Redirection { .. } => platform.is_mx_plan() || platform == P::Zimbra,
        Feature::Responder { .. } | Feature::MailingList { .. } => platform.is_mx_plan(),
        Feature::Group { .. }
        | Feature::GroupAlias { .. }
        | Feature::GroupMember { .. }
        | Feature::GroupManager { .. }
        | Feature::GroupDelegation { .. } => platform == P::Exchange,
        Feature::Other { .. } => false,
    };
    is_owner_right && has_route
}

/// Whether it is written over what is there, and not added beside it: PUT does not mind that it is there.
fn is_put(feature: &Feature) -> bool {
    matches!(feature, Feature::HiddenFromDirectory | Feature::SpamSettings { .. } | Feature::Forwarding { .. } | Feature::Disclaimer { .. })
}

/// A redirection of an MX Plan does not say whether the account keeps what it forwards: it is told as if it did.
fn as_told(platform: Platform, feature: Feature) -> Feature {
    match feature {
        Feature::Forwarding { to, .. } if platform.is_mx_plan() => Feature::Forwarding { to, keeps_copy: true },
        other => other,
    }
}

/// The name under which an operation on a feature excludes others.
fn thing(feature: &Feature) -> Option<String> {
    match (group_of(feature), feature) {
        (Some(group), _) => Some(format!("distribution group: {group}")),
        (_, Feature::Contact { address, .. }) => Some(format!("external contact: {address}")),
        (_, Feature::MailingList { address, .. }) => Some(format!("mailing list: {address}")),
        (_, Feature::Redirection { from, .. }) => Some(format!("redirection: {from}")),
        _ => None,
    }
}

impl State {
    /// Starts adding a feature.
    pub(crate) fn add_feature(
        &mut self,
        service: &ServiceId,
        owner: &FeatureOwner,
        feature: Feature,
        turn: Turn,
    ) -> Result<OperationId, Refusal> {
        let found = self.service_mut(service)?;
        if !can_hold(service.platform, owner, &feature) {
            return Err(Refusal::Invalid(format!("A {} is not possible on this service", feature.kind().key())));
        }
        let feature = as_told(service.platform, feature);
        let (subject, holder) = found.holder(owner, &feature)?;
        found.knows_those_named(&feature)?;
        // An address that is taken is the more telling refusal, even where it is taken by the same thing.
        if let Some(address) = feature.occupies().cloned() {
            self.is_free(&address, service, turn.now)?;
            self.service(service)?.has_usable_domain(&address)?;
        }
        let is_there = self.features(service, owner)?.iter().any(|known| known.is_same(&feature));
        if is_there && !is_put(&feature) {
            return Err(Refusal::Invalid(format!("This {} already exists", feature.kind().key())));
        }
        self.start(service, subject, Effect::AddFeature { holder, feature }, turn)
    }

    /// Starts adding a condition to a filter.
    pub(crate) fn add_rule(
        &mut self,
        service: &ServiceId,
        owner: &FeatureOwner,
        (filter, rule): (&Feature, FilterRule),
        turn: Turn,
    ) -> Result<OperationId, Refusal> {
        let mut longer = filter.clone();
        if let Feature::Filter { rules, .. } = &mut longer {
            rules.push(rule);
        }
        let (subject, holder) = self.service_mut(service)?.holder(owner, &longer)?;
        self.start(service, subject, Effect::AddFeature { holder, feature: longer }, turn)
    }

    /// Starts removing a feature.
    pub(crate) fn remove_feature(
        &mut self,
        service: &ServiceId,
        owner: &FeatureOwner,
        feature: &Feature,
        turn: Turn,
    ) -> Result<OperationId, Refusal> {
        let known = self.features(service, owner)?.into_iter().find(|known| known.is_same(feature));
        let known = known.ok_or_else(|| Refusal::NotFound(format!("{} of {owner:?}", feature.kind().key())))?;
        let (subject, holder) = self.service_mut(service)?.holder(owner, &known)?;
        self.start(service, subject, Effect::RemoveFeature { holder, feature: known }, turn)
    }
}

impl ServiceState {
    /// What an operation on a feature excludes, and who has the feature.
    fn holder(&self, owner: &FeatureOwner, feature: &Feature) -> Result<(Subject, Holder), Refusal> {
        match owner {
            FeatureOwner::Account(address) => {
                let account = self.account(address)?;
                if !account.is_configured {
                    return Err(Refusal::Invalid(format!("The account {address} is not configured")));
                }
                // Aliases of a Zimbra are objects of their own: the account stays ready.
                let own = match feature {
                    Feature::Alias { alias } if self.id.platform == Platform::Zimbra => Some(format!("alias: {alias}")),
                    _ => thing(feature),
                };
                if let Some(name) = own {
                    return Ok((Subject::Thing(name), Holder::Account(account.id)));
                }
                Ok((Subject::Account(self.idle_account(address)?.id), Holder::Account(account.id)))
            }
            FeatureOwner::Domain(domain) => {
                self.domain(domain)?;
                let subject = thing(feature).map_or_else(|| Subject::Domain(domain.clone()), Subject::Thing);
                Ok((subject, Holder::Domain(domain.clone())))
            }
        }
    }

    /// Whether the accounts, contacts and groups that a feature names are here.
    fn knows_those_named(&self, feature: &Feature) -> Result<(), Refusal> {
        if let Some(account) = named_account(&mut feature.clone())
            && !self.account(account).is_ok_and(|found| found.is_configured)
        {
            return Err(Refusal::NotFound(format!("account = {account}")));
        }
        let has = |is_it: &dyn Fn(&Feature) -> bool| self.shared.iter().any(|shared| is_it(&shared.feature));
        if let Feature::GroupMember { member, is_contact: true, .. } = feature
            && !has(&|known| matches!(known, Feature::Contact { address, .. } if address == member))
        {
            return Err(Refusal::NotFound(format!("externalEmailAddress = {member}")));
        }
        if let (Some(group), false) = (group_of(feature), matches!(feature, Feature::Group { .. }))
            && !has(&|known| matches!(known, Feature::Group { address, .. } if address == group))
        {
            return Err(Refusal::NotFound(format!("mailingListAddress = {group}")));
        }
        match feature {
            Feature::Contact { address, .. } if self.is_address_here(address) => Err(Refusal::AddressTaken),
            _ => Ok(()),
        }
    }

    fn is_address_here(&self, address: &EmailAddress) -> bool {
        self.has_address(address)
    }
}
