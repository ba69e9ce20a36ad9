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
    /// Accounts that can still be configured (`…@configureme.me`).
    pub free_seats: u32,
    /// Storage of one account, when known.
    pub account_quota: Option<ByteSize>,
    /// The largest message that it takes, when known.
    pub largest_message: Option<ByteSize>,
    /// Whether IMAP is switched on for the service.
    pub is_imap_enabled: bool,
    /// Minimum password length, when the service says one.
    pub shortest_password: Option<u32>,
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
