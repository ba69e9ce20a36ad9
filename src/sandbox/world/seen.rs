//! Services, accounts and domains as the port tells them: the same words for every platform, whatever units the API has.

use super::diagnostics::{expected_mx, expected_spf, expected_srv};
use super::domains::selector_target;
use super::handle::World;
use super::operation::Subject;
use super::state::{AccountState, Condition, DomainState, Offer, ServiceState, State, Zone};
use super::time::rfc3339;
use crate::domain::{
    Account, AttachedDomain, ByteSize, DkimState, DomainType, Moment, ObjectState, PasswordPolicy, Platform, SeatModel, SeatOffer, Service,
    ZoneRecord,
};

/// Like our client over HTTP: the types that matter for mail, by number.
pub(super) fn mail_records(zone: &Zone) -> Vec<ZoneRecord> {
    const MAIL_TYPES: [&str; 7] = ["MX", "TXT", "SPF", "DKIM", "DMARC", "SRV", "CNAME"];
    let mut records: Vec<ZoneRecord> = zone.records.iter().filter(|r| MAIL_TYPES.contains(&r.field_type.as_str())).cloned().collect();
    records.sort_by_key(|r| r.id);
    records
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A service.
pub(super) fn service_seen(service: &ServiceState) -> Service {
    if service.condition == Condition::Expired {
        return expired_service(service);
    }
    let has_object = !matches!(service.id.platform, Platform::MxPlanLegacy | Platform::Zimbra);
    let configured = service.listed().filter(|a| a.is_configured).count();
    Service {
        id: service.id.clone(),
        display_name: service.display_name.clone(),
        state: if service.condition == Condition::Ok { ObjectState::Ok } else { ObjectState::Unusable },
        hostname: service.hostname.clone(),
        webmail: has_object.then(|| service.webmail.clone()),
        accounts: count(configured),
        free_seats: count(service.free_seats()),
        account_quota: (service.id.platform != Platform::Zimbra).then(|| service.account_quota(None)),
        largest_message: has_object.then_some(ByteSize(u64::from(service.largest_mb) << 20)),
        is_imap_enabled: service.is_imap_enabled,
        password: service.policy(),
        seats: service.seats,
        offers: offers(service),
        domains: service.domains.iter().map(|d| d.name.clone()).collect(),
    }
}

fn offers(service: &ServiceState) -> Vec<SeatOffer> {
    let known = Offer::ALL.into_iter().filter(|offer| service.slots.iter().any(|slot| slot.offer == *offer));
    known
        .map(|offer| {
            // How much the larger offer holds is seen at accounts of it alone.
            let is_seen = service.accounts.iter().any(|account| account.offer == Some(offer));
            let quota = (is_seen || offer == Offer::Starter).then(|| offer.quota());
            SeatOffer { name: offer.name().to_owned(), free: count(service.free_slots(offer)), quota }
        })
        .collect()
}

/// Nothing but the name can be read of a service whose every call answers 460.
fn expired_service(service: &ServiceState) -> Service {
    Service {
        id: service.id.clone(),
        display_name: None,
        state: ObjectState::Unusable,
        hostname: String::new(),
        webmail: None,
        accounts: 0,
        free_seats: 0,
        account_quota: None,
        largest_message: None,
        is_imap_enabled: false,
        password: PasswordPolicy::default(),
        seats: service.seats,
        offers: Vec::new(),
        domains: Vec::new(),
    }
}

impl ServiceState {
    /// Accounts that can still be made without an order.
    pub(crate) fn free_seats(&self) -> usize {
        match self.seats {
            SeatModel::Placeholders => self.accounts.iter().filter(|a| !a.is_configured).count(),
            SeatModel::Slots => self.slots.iter().filter(|slot| slot.account.is_none()).count(),
            SeatModel::OnDemand => self.most_accounts.map_or(0, |most| (most as usize).saturating_sub(self.accounts.len())),
        }
    }

    /// Storage of an account: GB are binary, but for a legacy MX Plan, whose sizes are in bytes (ovh-api.md §2.6).
    pub(crate) fn account_quota(&self, offer: Option<Offer>) -> ByteSize {
        match (self.id.platform, offer) {
            (Platform::MxPlanLegacy, _) => ByteSize(u64::from(self.quota_gb) * 1_000_000_000),
            (_, Some(offer)) => offer.quota(),
            (_, None) => ByteSize(u64::from(self.quota_gb) << 30),
        }
    }
}

/// An account.
pub(super) fn account_seen(world: &World, service: &ServiceState, account: &AccountState) -> Account {
    let operation = service.operation_on(&Subject::Account(account.id)).map(|o| o.id);
    let mut names = account.names.clone();
    if service.id.platform == Platform::MxPlanLegacy {
        (names.first, names.last) = (None, None);
    }
    let is_zimbra = service.id.platform == Platform::Zimbra;
    let state = match operation {
        Some(_) => ObjectState::Busy,
        None if is_zimbra && service.has_failed(&Subject::Account(account.id)) => ObjectState::Unusable,
        None => ObjectState::Ok,
    };
    Account {
        address: account.address.clone(),
        is_configured: account.is_configured,
        display_name: names.display,
        first_name: names.first,
        last_name: names.last,
        state,
        // Version 2 is followed by looking at the object.
        operation: operation.filter(|_| !is_zimbra),
        used: world.usage_told(service, account),
        quota: Some(service.account_quota(account.offer)),
        last_logon: account.last_logon.filter(|_| service.id.platform != Platform::MxPlanLegacy).map(|at| logon_told(service, at)),
        aliases: count(account.aliases.len()),
        is_blocked: account.is_blocked,
    }
}

/// Version 2 writes moments with `Z`.
fn logon_told(service: &ServiceState, at: Moment) -> String {
    let text = rfc3339(at);
    if service.id.platform == Platform::Zimbra { text.replace("+00:00", "Z") } else { text }
}

/// An attached domain.
pub(super) fn domain_seen(state: &State, service: &ServiceState, domain: &DomainState) -> AttachedDomain {
    let badges = state.badges(service, domain);
    let is_mx_plan = service.id.platform.is_mx_plan();
    let is_legacy = service.id.platform == Platform::MxPlanLegacy;
    let knows_types = !matches!(service.id.platform, Platform::MxPlanLegacy | Platform::Zimbra);
    let is_validated = is_mx_plan || state.is_owned(domain);
    let dkim = domain.dkim.iter().map(|selector| DkimState {
        name: format!("{}._domainkey", selector.name),
        target: selector_target(service.id.platform, &selector.name).trim_end_matches('.').to_owned(),
        is_valid: state.has_dkim_cname(&service.id, &domain.name, &selector.name),
    });
    AttachedDomain {
        name: domain.name.clone(),
        domain_type: if knows_types { domain.domain_type } else { DomainType::NonAuthoritative },
        state: if service.domain_state(&domain.name) == "ok" && service.operation_on(&Subject::Domain(domain.name.clone())).is_none() {
            ObjectState::Ok
        } else {
            ObjectState::Busy
        },
        is_validated,
        ownership_cname: (!is_validated).then(|| domain.ownership_label.clone()),
        expected_mx: expected_mx(),
        // An MX Plan expects no autodiscover of its own.
        expected_srv: (!is_mx_plan).then(|| expected_srv(service)),
        expected_spf: (!is_mx_plan || is_legacy).then(expected_spf),
        is_mx_valid: badges.is_mx_valid,
        is_srv_valid: badges.is_srv_valid && !is_legacy,
        is_spf_valid: badges.is_spf_valid,
        dkim: dkim.collect(),
    }
}
