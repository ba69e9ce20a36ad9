//! *Will it work*: what the platforms say of both sides before anything changes, judged. Each finding has its remedy in its words.

use std::collections::BTreeMap;

use crate::domain::{
    Account, AttachedDomain, Credential, DomainType, EmailAddress, MailAccess, MigrationCheck, MigrationFinding, Moment, ObjectState,
    SeatModel, Service, ServiceContacts,
};
use crate::settings::{Platforms, Strategy};

use super::{Finding, FindingCode, Weight, missing_rules, needed_rules_between};

/// Days before its end from which a key is spoken about.
const KEY_DAYS: i64 = 3;

/// What is known of one side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SideFacts {
    /// The service.
    pub service: Option<Service>,
    /// The account on it.
    pub account: Option<Account>,
    /// What stands between password and mail.
    pub access: Option<MailAccess>,
    /// The domain of the account as the service sees it.
    pub domain: Option<AttachedDomain>,
    /// Who is responsible for it.
    pub contacts: Option<ServiceContacts>,
}

/// What is known of a migration through the API.
#[derive(Debug, Clone, PartialEq)]
pub struct Preflight {
    /// In which order.
    pub order: Strategy,
    /// The address that moves.
    pub address: EmailAddress,
    /// Where it is.
    pub source: SideFacts,
    /// Where it goes.
    pub target: SideFacts,
    /// Accounts that are to be made there altogether.
    pub needed: u32,
    /// The platform's own check (server side).
    pub check: Option<MigrationCheck>,
    /// The key, and what time it is.
    pub credential: Option<(Credential, Moment)>,
}

#[derive(Default)]
struct Found(Vec<Finding>);

impl Found {
    fn add(&mut self, when: bool, (code, weight): (FindingCode, Weight), params: &[(&str, String)]) {
        let params: BTreeMap<String, String> = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.0.extend(when.then_some(Finding { code, weight, params }));
    }
}

impl Preflight {
    /// What the person should know, and what prevents the start.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found = Found::default();
        for side in [&self.source, &self.target] {
            Self::of_service(side, &mut found);
        }
        self.of_account(&mut found);
        self.of_access(&mut found);
        self.of_seats(&mut found);
        self.of_domains(&mut found);
        self.of_server_side(&mut found);
        self.of_key(&mut found);
        found.0
    }

    fn of_service(side: &SideFacts, found: &mut Found) {
        let Some(service) = &side.service else { return };
        let unusable = (FindingCode::ServiceUnusable, Weight::Blocker);
        found.add(service.state == ObjectState::Unusable, unusable, &[("service", service.id.to_string())]);
    }

    fn of_account(&self, found: &mut Found) {
        let Some(account) = &self.source.account else { return };
        let address = [("address", self.address.to_string())];
        let is_unusable = account.is_blocked || account.state == ObjectState::Unusable;
        found.add(is_unusable, (FindingCode::AccountBlocked, Weight::Blocker), &address);
        let is_busy = account.operation.is_some() || account.state == ObjectState::Busy;
        found.add(is_busy && !is_unusable, (FindingCode::AccountBusy, Weight::Warning), &address);
    }

    fn of_access(&self, found: &mut Found) {
        for side in [&self.source, &self.target] {
            let Some(service) = &side.service else { continue };
            let access = side.access.clone().unwrap_or_default();
            let name = service.id.to_string();
            let is_off = access.is_off_for_service || !service.is_imap_enabled && service.state == ObjectState::Ok;
            let off = (FindingCode::ImapOff, Weight::Blocker);
            found.add(is_off, off, &[("place", "service".to_owned()), ("name", name.clone())]);
            let account = [("place", "account".to_owned()), ("name", self.address.to_string())];
            found.add(access.is_off_for_account, off, &account);
            let blocked = (FindingCode::PasswordLoginBlocked, Weight::Blocker);
            found.add(access.is_legacy_auth_blocked, blocked, &[("address", self.address.to_string())]);
            let networks = [("service", name), ("networks", access.allowed_networks.join(", "))];
            found.add(!access.allowed_networks.is_empty(), (FindingCode::NetworksLimited, Weight::Warning), &networks);
        }
    }

    fn of_seats(&self, found: &mut Found) {
        let Some(service) = &self.target.service else { return };
        let is_billed = service.seats == SeatModel::OnDemand && service.free_seats == 0;
        let name = ("service", service.id.to_string());
        found.add(is_billed, (FindingCode::MayBeBilled, Weight::Warning), std::slice::from_ref(&name));
        let is_short = !is_billed && service.free_seats < self.needed;
        let counts = [name, ("free", service.free_seats.to_string()), ("needed", self.needed.to_string())];
        found.add(is_short, (FindingCode::TooFewSeats, Weight::Blocker), &counts);
        let characters = Platforms::built_in().facts(service.id.platform).name_characters.clone();
        let takes = |c: char| characters.as_ref().is_none_or(|more| c.is_ascii_alphanumeric() || more.contains(c));
        let params = [("address", self.address.to_string()), ("characters", characters.clone().unwrap_or_default())];
        found.add(!self.address.local().chars().all(takes), (FindingCode::NameNotAllowed, Weight::Blocker), &params);
    }

    fn of_domains(&self, found: &mut Found) {
        let domain = ("domain", self.address.domain().to_string());
        if let Some(attached) = &self.target.domain {
            let cname = ("cname", attached.ownership_cname.clone().unwrap_or_else(|| "none".to_owned()));
            found.add(!attached.is_validated, (FindingCode::DomainNotValidated, Weight::Warning), &[domain.clone(), cname]);
        }
        for side in [&self.source, &self.target] {
            let (Some(service), Some(attached)) = (&side.service, &side.domain) else { continue };
            let is_alone = attached.domain_type == DomainType::Authoritative;
            let params = [domain.clone(), ("service", service.id.to_string())];
            found.add(is_alone, (FindingCode::DomainAuthoritative, Weight::Warning), &params);
        }
    }

    fn of_server_side(&self, found: &mut Found) {
        let codes = |all: &[MigrationFinding]| all.iter().map(|f| f.code.as_str()).collect::<Vec<_>>().join(", ");
        if let Some(check) = &self.check {
            let weight = if check.may_pass() { Weight::Warning } else { Weight::Blocker };
            found.add(!check.is_possible(), (FindingCode::MigrationBlocked, weight), &[("codes", codes(&check.errors))]);
            found.add(!check.warnings.is_empty(), (FindingCode::MigrationWarns, Weight::Warning), &[("codes", codes(&check.warnings))]);
        }
        if let (Strategy::ServerSide, Some(from), Some(to)) = (self.order, &self.source.contacts, &self.target.contacts) {
            let told = |contacts: &ServiceContacts| format!("{}, {}", contacts.admin, contacts.tech);
            found.add(from != to, (FindingCode::ContactsDiffer, Weight::Warning), &[("from", told(from)), ("to", told(to))]);
        }
    }

    fn of_key(&self, found: &mut Found) {
        let Some((credential, now)) = &self.credential else { return };
        let platform = |side: &SideFacts| side.service.as_ref().map(|service| service.id.platform);
        if let (Some(from), Some(to)) = (platform(&self.source), platform(&self.target))
            // Without any rule the rights are kept elsewhere (IAM), and are learnt with each call.
            && !credential.rules.is_empty()
        {
            let missing = missing_rules(&credential.rules, &needed_rules_between(from, to, self.order));
            if let Some(rule) = missing.first() {
                found.add(true, (FindingCode::RightMissing, Weight::Blocker), &[("rule", format!("{} {}", rule.method, rule.path))]);
            }
        }
        let ends = credential.expiration.as_deref().and_then(|text| Some((text, text.parse::<jiff::Timestamp>().ok()?.as_millisecond())));
        if let Some((text, end)) = ends {
            let is_soon = end - now.0 < KEY_DAYS * 24 * 3_600_000;
            found.add(is_soon, (FindingCode::KeyEndsSoon, Weight::Warning), &[("at", text.to_owned())]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccessRule, CredentialStatus, PasswordPolicy, Platform, ServiceId};

    fn service(platform: Platform) -> Service {
        Service {
            id: ServiceId { platform, organization: None, name: platform.key().to_owned() },
            display_name: None,
            state: ObjectState::Ok,
            hostname: "ex3.mail.ovh.net".to_owned(),
            webmail: None,
            accounts: 1,
            free_seats: 3,
            account_quota: None,
            largest_message: None,
            is_imap_enabled: true,
            password: PasswordPolicy::default(),
            seats: SeatModel::Placeholders,
            offers: Vec::new(),
            domains: Vec::new(),
        }
    }

    fn fine() -> Preflight {
        let side = |platform| SideFacts { service: Some(service(platform)), access: Some(MailAccess::default()), ..SideFacts::default() };
        Preflight {
            order: Strategy::RenameFirst,
            address: "john.smith@mydomain.ovh".parse().expect("valid"),
            source: side(Platform::Exchange),
            target: side(Platform::EmailPro),
            needed: 2,
            check: None,
            credential: None,
        }
    }

    fn found(change: impl FnOnce(&mut Preflight)) -> Vec<(FindingCode, Weight)> {
        let mut preflight = fine();
        change(&mut preflight);
        preflight.findings().into_iter().map(|f| (f.code, f.weight)).collect()
    }

    fn of(side: &mut SideFacts) -> &mut Service {
        side.service.as_mut().expect("known")
    }

    #[test]
    fn what_will_work_is_not_talked_about() {
        assert_eq!(found(|_| {}), []);
    }

    #[test]
    fn everything_that_prevents_the_start_is_found() {
        use FindingCode as F;
        use Weight::{Blocker, Warning};
        type Change = fn(&mut Preflight);
        let cases: [(Change, FindingCode, Weight); 11] = [
            (|p| of(&mut p.target).state = ObjectState::Unusable, F::ServiceUnusable, Blocker),
            (|p| of(&mut p.source).is_imap_enabled = false, F::ImapOff, Blocker),
            (|p| p.source.access = Some(MailAccess { is_off_for_account: true, ..MailAccess::default() }), F::ImapOff, Blocker),
            (
                |p| p.source.access = Some(MailAccess { is_legacy_auth_blocked: true, ..MailAccess::default() }),
                F::PasswordLoginBlocked,
                Blocker,
            ),
            (
                |p| p.target.access = Some(MailAccess { allowed_networks: vec!["192.0.2.0/24".to_owned()], ..MailAccess::default() }),
                F::NetworksLimited,
                Warning,
            ),
            (|p| p.needed = 4, F::TooFewSeats, Blocker),
            (
                |p| {
                    of(&mut p.target).seats = SeatModel::OnDemand;
                    of(&mut p.target).free_seats = 0;
                },
                F::MayBeBilled,
                Warning,
            ),
            (|p| p.address = "john+list@mydomain.ovh".parse().expect("valid"), F::NameNotAllowed, Blocker),
            (
                |p| {
                    let finding = |code: &str| MigrationFinding { code: code.to_owned(), details: None };
                    p.check = Some(MigrationCheck { errors: vec![finding("FORWARD_EXIST")], ..MigrationCheck::default() });
                },
                F::MigrationBlocked,
                Blocker,
            ),
            (
                |p| {
                    let finding = |code: &str| MigrationFinding { code: code.to_owned(), details: None };
                    p.check = Some(MigrationCheck { errors: vec![finding("ACCOUNT_INPROGRESS")], ..MigrationCheck::default() });
                },
                F::MigrationBlocked,
                Warning,
            ),
            (
                |p| {
                    let contacts = |name: &str| Some(ServiceContacts { admin: name.to_owned(), tech: name.to_owned() });
                    p.order = Strategy::ServerSide;
                    (p.source.contacts, p.target.contacts) = (contacts("aa1-ovh"), contacts("bb2-ovh"));
                },
                F::ContactsDiffer,
                Warning,
            ),
        ];
        for (change, code, weight) in cases {
            assert_eq!(found(change), [(code, weight)]);
        }
    }

    #[test]
    fn a_key_is_judged_by_what_this_plan_needs_and_by_its_end() {
        let key = |rules: Vec<AccessRule>, expiration: Option<&str>| {
            let credential = Credential { status: CredentialStatus::Validated, rules, expiration: expiration.map(str::to_owned) };
            found(|p| p.credential = Some((credential, Moment(1_795_161_600_000))))
        };
        let needed = needed_rules_between(Platform::Exchange, Platform::EmailPro, Strategy::RenameFirst);
        assert_eq!(key(needed.clone(), None), []);
        assert_eq!(key(Vec::new(), None), [], "the rights are kept elsewhere");
        assert_eq!(key(needed[1..].to_vec(), None), [(FindingCode::RightMissing, Weight::Blocker)]);
        assert_eq!(key(needed.clone(), Some("2036-11-20T10:00:00+01:00")), []);
        assert_eq!(key(needed, Some("2026-11-20T10:00:00+01:00")), [(FindingCode::KeyEndsSoon, Weight::Warning)]);
    }
}
