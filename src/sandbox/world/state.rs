//! The world as data: services, accounts, domains, operations, zones, keys. What may happen to it is in the files beside this one.

use serde::{Deserialize, Serialize};

use super::Refusal;
use super::credential_text::Verifier;
use super::operation::{Effect, Operation, Subject};
use super::passwords::PasswordRules;
pub(crate) use super::slots::{Offer, OrganizationState, Slot};
use crate::domain::{
    AccessRule, CredentialStatus, DomainName, DomainType, EmailAddress, Feature, Moment, OperationId, Platform, SeatModel, ServiceContacts,
    ServiceId, ZoneRecord,
};

/// Everything there is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    /// From which everything that looks random follows.
    pub(crate) seed: u64,
    /// The world's time when this was written.
    pub(crate) saved_at: Moment,
    /// The last number given to an account, operation, record or key.
    pub(crate) last_number: i64,
    /// Services with a platform API.
    pub(crate) services: Vec<ServiceState>,
    /// Hosts without one.
    pub(crate) hosts: Vec<PlainHost>,
    /// DNS zones.
    pub(crate) zones: Vec<Zone>,
    /// Consumer keys.
    pub(crate) consumer_keys: Vec<ConsumerKey>,
    /// Access tokens that service accounts were given.
    #[serde(default)]
    pub(crate) tokens: Vec<AccessToken>,
    /// Names that were given up and that other services do not take yet.
    #[serde(default)]
    pub(crate) released: Vec<Released>,
    /// Whether the owner has all platforms; worlds of earlier versions begin with two.
    #[serde(default)]
    pub(crate) owns_all_platforms: bool,
}

/// An access token of a service account. Its text follows from the seed and its number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccessToken {
    pub(crate) number: i64,
    pub(crate) expires: Moment,
}

/// A name that an account gave up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Released {
    pub(crate) address: EmailAddress,
    /// The service that knew it: there it can be used at once.
    pub(crate) by: ServiceId,
    pub(crate) until: Moment,
}

/// Whether a service can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// It can.
    Ok,
    /// Not paid: every call answers 460.
    Expired,
    /// Shown, but every change answers 460.
    Suspended,
}

/// A service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ServiceState {
    pub(crate) id: ServiceId,
    pub(crate) display_name: Option<String>,
    pub(crate) hostname: String,
    pub(crate) webmail: String,
    pub(crate) condition: Condition,
    pub(crate) is_imap_enabled: bool,
    /// Storage of an account in GB (ovh-api.md §2.6: usage is in KiB).
    pub(crate) quota_gb: u32,
    /// Largest message in MB.
    pub(crate) largest_mb: u32,
    pub(crate) shortest_password: u32,
    pub(crate) accounts: Vec<AccountState>,
    pub(crate) domains: Vec<DomainState>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) created: Moment,
    /// Rules for passwords beside the shortest length.
    #[serde(default)]
    pub(crate) rules: PasswordRules,
    /// How it comes to another account.
    #[serde(default = "placeholders")]
    pub(crate) seats: SeatModel,
    /// Paid slots (Zimbra).
    #[serde(default)]
    pub(crate) slots: Vec<Slot>,
    /// The most accounts that can be made (legacy MX Plan).
    #[serde(default)]
    pub(crate) most_accounts: Option<u32>,
    /// Organizations (Zimbra).
    #[serde(default)]
    pub(crate) organizations: Vec<OrganizationState>,
    /// Who is responsible.
    #[serde(default = "owner")]
    pub(crate) contacts: ServiceContacts,
    /// What its domains have besides accounts.
    #[serde(default)]
    pub(crate) shared: Vec<SharedFeature>,
    /// Networks from which IMAPS is allowed; none: all.
    #[serde(default)]
    pub(crate) networks: Vec<String>,
    /// Operations that ended in an error: they stay listed.
    #[serde(default)]
    pub(crate) failed: Vec<Operation>,
}

/// Something that a domain of a service has: a group, a contact, a footer, a redirection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SharedFeature {
    /// Number in the API.
    pub(crate) id: i64,
    pub(crate) domain: DomainName,
    pub(crate) feature: Feature,
}

fn placeholders() -> SeatModel {
    SeatModel::Placeholders
}

/// The customer: administrative and technical contact of what they own.
pub(crate) fn owner() -> ServiceContacts {
    ServiceContacts { admin: OWNER.to_owned(), tech: OWNER.to_owned() }
}

/// The customer's NIC handle.
pub(crate) const OWNER: &str = "zz111111-ovh";

/// An account or free seat.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccountState {
    /// Number in the API.
    pub(crate) id: i64,
    /// Whose mail it is: stays through renames, changes with a reset.
    pub(crate) mail: u64,
    pub(crate) address: EmailAddress,
    pub(crate) is_configured: bool,
    pub(crate) names: Names,
    pub(crate) password: Option<Verifier>,
    pub(crate) created: Moment,
    pub(crate) last_logon: Option<Moment>,
    pub(crate) password_changed: Option<Moment>,
    pub(crate) aliases: Vec<EmailAddress>,
    /// What else belongs to it.
    #[serde(default)]
    pub(crate) features: Vec<Feature>,
    /// The slot in which it is (Zimbra).
    #[serde(default)]
    pub(crate) offer: Option<Offer>,
    /// Blocked for spam.
    #[serde(default)]
    pub(crate) is_blocked: bool,
    /// Why a right password does not open it over IMAP.
    #[serde(default)]
    pub(crate) obstacle: Option<Obstacle>,
    /// Passwords that it had.
    #[serde(default)]
    pub(crate) past_passwords: Vec<Verifier>,
}

/// What stands between a right password and the mail of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// IMAP is switched off for it.
    ImapOff,
    /// Its authentication policy blocks passwords over IMAP.
    PolicyBlocksImap,
    /// The platform migrates it: nobody gets in any more.
    Migrating,
}

/// The writable names of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Names {
    pub(crate) display: Option<String>,
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
    pub(crate) initial: Option<String>,
    pub(crate) is_hidden: bool,
}

/// A domain attached to a service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DomainState {
    pub(crate) name: DomainName,
    pub(crate) domain_type: DomainType,
    pub(crate) relay: Option<String>,
    /// Label of the CNAME that proves ownership.
    pub(crate) ownership_label: String,
    pub(crate) dkim: Vec<DkimSelector>,
    /// The organization to which it belongs (Zimbra).
    #[serde(default)]
    pub(crate) organization: Option<i64>,
    /// Number in the API (Zimbra).
    #[serde(default)]
    pub(crate) id: i64,
}

/// A DKIM selector of an attached domain.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DkimSelector {
    pub(crate) name: String,
    /// Whether mail is signed with it.
    pub(crate) is_signing: bool,
    pub(crate) updated: Moment,
}

/// A host that has no platform API: a person administers it by hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlainHost {
    pub(crate) hostname: String,
    pub(crate) title: String,
    pub(crate) accounts: Vec<PlainAccount>,
}

/// An account there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlainAccount {
    pub(crate) mail: u64,
    pub(crate) address: EmailAddress,
    pub(crate) password: Verifier,
}

/// A DNS zone: what the API edits and what the name servers serve.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Zone {
    pub(crate) name: DomainName,
    /// Whether it is in the customer's API account.
    pub(crate) is_managed: bool,
    pub(crate) records: Vec<ZoneRecord>,
    pub(crate) served: Vec<ZoneRecord>,
    pub(crate) serial: u32,
    pub(crate) publishing: Option<Publishing>,
    pub(crate) updated: Moment,
}

/// A zone on its way to the name servers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Publishing {
    pub(crate) due: Moment,
    pub(crate) records: Vec<ZoneRecord>,
}

/// A consumer key. Its text follows from the seed and its number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ConsumerKey {
    pub(crate) number: i64,
    pub(crate) status: CredentialStatus,
    pub(crate) rules: Vec<AccessRule>,
    pub(crate) redirection: Option<String>,
    pub(crate) created: Moment,
    pub(crate) expires: Option<Moment>,
}

impl State {
    /// A number that was not given before.
    pub(crate) fn number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    /// The service of this name.
    pub(crate) fn service(&self, id: &ServiceId) -> Result<&ServiceState, Refusal> {
        let service = self.services.iter().find(|s| s.is_named(id)).ok_or_else(|| Refusal::NotFound(format!("service = {id}")))?;
        if service.condition == Condition::Expired { Err(Refusal::Expired(id.name.clone())) } else { Ok(service) }
    }

    /// The service of this name, to be changed.
    pub(crate) fn service_mut(&mut self, id: &ServiceId) -> Result<&mut ServiceState, Refusal> {
        let service = self.services.iter_mut().find(|s| s.is_named(id)).ok_or_else(|| Refusal::NotFound(format!("service = {id}")))?;
        if service.condition == Condition::Ok { Ok(service) } else { Err(Refusal::Expired(id.name.clone())) }
    }

    /// An account, to be changed by hand.
    pub(crate) fn account_mut(&mut self, service: &ServiceId, address: &EmailAddress) -> Result<&mut AccountState, Refusal> {
        let account = self.service_mut(service)?.accounts.iter_mut().find(|a| a.address == *address);
        account.ok_or_else(|| Refusal::NotFound(format!("primaryEmailAddress = {address}")))
    }

    /// Somebody else takes the seat that a path names; where it names none, all that is free of the service.
    pub(crate) fn vanish(&mut self, path: &str) {
        for service in self.services.iter_mut().filter(|service| path.contains(&service.id.name)) {
            let named = service.accounts.iter().position(|a| !a.is_configured && path.contains(&a.address.to_string()));
            match named {
                Some(at) => drop(service.accounts.remove(at)),
                None => service.take_free_seats(),
            }
        }
    }
}

impl ServiceState {
    /// Whether this is its name.
    pub(crate) fn is_named(&self, id: &ServiceId) -> bool {
        self.id.platform == id.platform
            && self.id.name == id.name
            && (id.platform != Platform::Exchange || id.organization.is_none() || self.id.organization == id.organization)
    }

    /// The account of this address.
    pub(crate) fn account(&self, address: &EmailAddress) -> Result<&AccountState, Refusal> {
        let missing = || Refusal::NotFound(format!("primaryEmailAddress = {address}"));
        self.listed().find(|a| a.address == *address).ok_or_else(missing)
    }

    /// The accounts that the API shows: a legacy MX Plan does not know an account before it is made.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &AccountState> {
        let is_shown = |account: &&AccountState| self.id.platform != Platform::MxPlanLegacy || !self.is_being_made(account);
        self.accounts.iter().filter(is_shown)
    }

    /// Whether the account is not made yet.
    pub(crate) fn is_being_made(&self, account: &AccountState) -> bool {
        self.operation_on(&Subject::Account(account.id)).is_some_and(|o| o.effect == Effect::Create)
    }

    /// The account of this number.
    pub(crate) fn account_numbered(&self, number: i64) -> Result<&AccountState, Refusal> {
        self.listed().find(|a| a.id == number).ok_or_else(|| Refusal::NotFound(format!("accountId = {number}")))
    }

    /// Nothing is free any more.
    pub(crate) fn take_free_seats(&mut self) {
        self.accounts.retain(|account| account.is_configured);
        self.slots.retain(|slot| slot.account.is_some());
        self.most_accounts = self.most_accounts.map(|_| u32::try_from(self.accounts.len()).unwrap_or(u32::MAX));
    }

    /// The attached domain of this name.
    pub(crate) fn domain(&self, name: &DomainName) -> Result<&DomainState, Refusal> {
        self.domains.iter().find(|d| d.name == *name).ok_or_else(|| Refusal::NotFound(format!("domainName = {name}")))
    }

    /// The operation that runs on something.
    pub(crate) fn operation_on(&self, subject: &Subject) -> Option<&Operation> {
        self.operations.iter().find(|o| o.subject == *subject)
    }

    /// Whether the last operation on something ended in an error.
    pub(crate) fn has_failed(&self, subject: &Subject) -> bool {
        self.failed.iter().any(|o| o.subject == *subject)
    }

    /// The operation of this number.
    pub(crate) fn operation(&self, id: OperationId) -> Result<&Operation, Refusal> {
        self.operations.iter().chain(&self.failed).find(|o| o.id == id).ok_or_else(|| Refusal::NotFound(format!("id = {id}")))
    }

    /// What the API calls the state of an account.
    pub(crate) fn account_state(&self, account: &AccountState) -> &'static str {
        match self.operation_on(&Subject::Account(account.id)).map(|o| &o.effect) {
            Some(Effect::SetAccount { .. }) if !account.is_configured => "creating",
            Some(Effect::Create) => "creating",
            Some(Effect::Reset | Effect::Delete) => "deleting",
            _ => "ok",
        }
    }

    /// What the API calls the state of a domain.
    pub(crate) fn domain_state(&self, name: &DomainName) -> &'static str {
        match self.operation_on(&Subject::Domain(name.clone())).map(|o| &o.effect) {
            Some(Effect::AddDomain { .. }) => "creating",
            Some(Effect::RemoveDomain) => "deleting",
            _ => "ok",
        }
    }
}
