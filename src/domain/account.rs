//! Services, accounts and domains of a platform, in the same words for every platform.

use serde::{Deserialize, Serialize};

use super::{ByteSize, DomainName, EmailAddress, OperationId, ServiceId};

/// State of a service, account or domain as the platform names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectState {
    /// Usable.
    Ok,
    /// The platform is at work on it.
    Busy,
    /// Suspended, expired or in error.
    Unusable,
}

/// How a service comes to another account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeatModel {
    /// Paid seats are there as placeholders `…@configureme.me`: one of them is given a name.
    Placeholders,
    /// Paid slots without an account: one is made in them (Zimbra).
    Slots,
    /// Made when asked for: within a number (legacy MX Plan), or billed (private Exchange).
    OnDemand,
}

/// Rules for passwords of a service; what is not known is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPolicy {
    /// Shortest length, in characters.
    pub shortest: Option<u32>,
    /// Longest length, in characters.
    pub longest: Option<u32>,
    /// Three of five classes of characters, nothing of the account's own names in it, no blanks.
    pub is_complex: bool,
    /// An upper-case letter and a special character have to be in it (Zimbra).
    pub needs_special: bool,
    /// Days for which a new password cannot be changed.
    pub min_age_days: Option<u32>,
    /// So many earlier passwords are refused.
    pub history: Option<u32>,
}

/// Free seats of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatOffer {
    /// The offer's name: `STARTER`, `PRO`.
    pub name: String,
    /// How many are free.
    pub free: u32,
    /// Storage of an account, when known.
    pub quota: Option<ByteSize>,
}

/// What stands between a right password and the mail (pre-flight).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailAccess {
    /// IMAP is switched off for the service.
    pub is_off_for_service: bool,
    /// IMAP is switched off for the account.
    pub is_off_for_account: bool,
    /// An authentication policy refuses passwords over IMAP (`blockLegacyAuthImap`).
    pub is_legacy_auth_blocked: bool,
    /// Only these networks may connect over IMAPS; empty: everybody.
    pub allowed_networks: Vec<String>,
}

/// Who is responsible for a service, as NIC handles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceContacts {
    /// Administrative contact.
    pub admin: String,
    /// Technical contact.
    pub tech: String,
}

/// One finding of the platform's own check of a server-side migration (`checkMigrate`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationFinding {
    /// The code as the platform names it: `FORWARD_EXIST`, `RESPONDER_INPROGRESS`, …
    pub code: String,
    /// About what.
    pub details: Option<String>,
}

/// What the platform says before it migrates an account itself. Errors come inside a success (HTTP 200).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationCheck {
    /// What prevents it.
    pub errors: Vec<MigrationFinding>,
    /// What is lost, or different afterwards.
    pub warnings: Vec<MigrationFinding>,
    /// Names of filters that will be lost.
    pub filters: Vec<String>,
    /// Redirections.
    pub forwards: Vec<String>,
    /// Aliases.
    pub aliases: Vec<String>,
}

impl MigrationCheck {
    /// Whether nothing prevents it.
    pub fn is_possible(&self) -> bool {
        self.errors.is_empty()
    }

    /// Whether what prevents it ends by itself: another operation runs (`…_INPROGRESS`, `MAILPROXY_RESERVATION`).
    pub fn may_pass(&self) -> bool {
        let is_passing = |finding: &MigrationFinding| finding.code.ends_with("_INPROGRESS") || finding.code == "MAILPROXY_RESERVATION";
        !self.errors.is_empty() && self.errors.iter().all(is_passing)
    }
}

/// A service that the customer owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Which one.
    pub id: ServiceId,
    /// The name that the customer gave it.
    pub display_name: Option<String>,
    /// Its state.
    pub state: ObjectState,
    /// Mail host: IMAP and SMTP.
    pub hostname: String,
    /// Webmail URL, when the platform says it.
    pub webmail: Option<String>,
    /// Configured accounts.
    pub accounts: u32,
    /// Accounts that can still be made: placeholders `…@configureme.me`, free slots, what is left of a number. 0 where each is billed
    /// when it is made ([`SeatModel::OnDemand`] without a number).
    pub free_seats: u32,
    /// Storage of one account, when known.
    pub account_quota: Option<ByteSize>,
    /// The largest message that it takes, when known.
    pub largest_message: Option<ByteSize>,
    /// Whether IMAP is switched on for the service.
    pub is_imap_enabled: bool,
    /// Rules for passwords.
    pub password: PasswordPolicy,
    /// How it comes to another account.
    pub seats: SeatModel,
    /// Free seats by offer, where a service has several; smallest first.
    pub offers: Vec<SeatOffer>,
    /// Attached domains.
    pub domains: Vec<DomainName>,
}

/// An account of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its primary address; for a free seat the placeholder `…@configureme.me`.
    pub address: EmailAddress,
    /// Whether it is in use (not a placeholder).
    pub is_configured: bool,
    /// Display name.
    pub display_name: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Its state.
    pub state: ObjectState,
    /// The operation that runs on it, if any.
    pub operation: Option<OperationId>,
    /// Storage in use, when the platform says it.
    pub used: Option<ByteSize>,
    /// Storage allowed.
    pub quota: Option<ByteSize>,
    /// Last logon as RFC 3339.
    pub last_logon: Option<String>,
    /// Aliases.
    pub aliases: u32,
    /// Blocked by the platform, for spam or an unpaid bill: it cannot be moved as it is.
    pub is_blocked: bool,
}

/// `authoritative` or not (ovh-api.md §6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DomainType {
    /// Unknown recipients are refused.
    Authoritative,
    /// Unknown recipients are relayed to the other platform.
    NonAuthoritative,
}

/// DKIM as the platform sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DkimState {
    /// Owner name of the CNAME, without the domain: `ovhex123-selector1._domainkey`.
    pub name: String,
    /// Target of the CNAME.
    pub target: String,
    /// Whether the platform saw it.
    pub is_valid: bool,
}

/// A domain attached to a service, with the platform's diagnostics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a badge of its own on the platform's page")]
pub struct AttachedDomain {
    /// The domain.
    pub name: DomainName,
    /// Its type.
    pub domain_type: DomainType,
    /// Its state.
    pub state: ObjectState,
    /// Whether ownership is proven.
    pub is_validated: bool,
    /// The CNAME that proves ownership, while it is asked for.
    pub ownership_cname: Option<String>,
    /// `IN MX …` lines that the platform expects.
    pub expected_mx: Vec<String>,
    /// `… IN SRV …` line that the platform expects.
    pub expected_srv: Option<String>,
    /// `IN TXT v=spf1 …` line that the platform expects.
    pub expected_spf: Option<String>,
    /// Badge MX.
    pub is_mx_valid: bool,
    /// Badge SRV.
    pub is_srv_valid: bool,
    /// Badge SPF.
    pub is_spf_valid: bool,
    /// DKIM selectors.
    pub dkim: Vec<DkimState>,
}
