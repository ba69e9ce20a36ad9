//! Bodies of the API as they travel, and what they become in our words.

use serde::{Deserialize, Serialize};

use super::units;
use crate::domain::{
    AccessRule, Account, AttachedDomain, Credential, CredentialStatus, DkimState, DomainName, DomainType, ObjectState, OperationId,
    ZoneRecord,
};

/// Body of `POST /auth/credential`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CredentialQuestion<'a> {
    pub(super) access_rules: &'a [AccessRule],
}

/// `auth.ApiCredentialRequest`. No `Debug`: it holds a key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CredentialAnswer {
    pub(super) validation_url: String,
    pub(super) consumer_key: String,
}

/// `auth.ApiCredential`.
#[derive(Deserialize)]
pub(super) struct CredentialBody {
    status: CredentialStatus,
    rules: Option<Vec<AccessRule>>,
    expiration: Option<String>,
}

impl From<CredentialBody> for Credential {
    fn from(body: CredentialBody) -> Self {
        Self { status: body.status, rules: body.rules.unwrap_or_default(), expiration: body.expiration }
    }
}

/// A service of either platform.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServiceBody {
    pub(super) display_name: Option<String>,
    pub(super) hostname: Option<String>,
    pub(super) web_url: Option<String>,
    pub(super) state: String,
    pub(super) max_receive_size: Option<f64>,
    pub(super) min_password_length: Option<u32>,
}

/// `email.exchange.exchangeServiceProtocol`.
#[derive(Deserialize)]
pub(super) struct ProtocolBody {
    #[serde(rename = "IMAP")]
    pub(super) imap: Option<bool>,
}

/// An account of either platform.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountBody {
    primary_email_address: String,
    configured: Option<bool>,
    display_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    state: String,
    task_pending_id: Option<i64>,
    current_usage: Option<f64>,
    pub(super) quota: Option<f64>,
    last_logon_date: Option<String>,
    pub(super) number_of_aliases: Option<u32>,
}

impl AccountBody {
    /// `aliases` where the body does not count them (Email Pro). `None` when the address is none that we can handle.
    pub(super) fn into_account(self, aliases: u32) -> Option<Account> {
        let is_placeholder = is_placeholder(&self.primary_email_address);
        Some(Account {
            address: self.primary_email_address.parse().ok()?,
            is_configured: self.configured.unwrap_or(!is_placeholder),
            display_name: filled(self.display_name),
            first_name: filled(self.first_name),
            last_name: filled(self.last_name),
            state: state(&self.state),
            operation: operation(self.task_pending_id),
            used: units::kibibytes(self.current_usage),
            quota: units::gigabytes(self.quota),
            last_logon: self.last_logon_date,
            aliases: self.number_of_aliases.unwrap_or(aliases),
            is_blocked: false,
        })
    }
}

/// Body of `PUT …/account/{address}`: what is absent stays as it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountChange<'a> {
    pub(super) login: &'a str,
    pub(super) domain: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_name: Option<&'a str>,
}

/// Body of `POST …/changePassword`. No `Debug`: it holds a password.
#[derive(Serialize)]
pub(super) struct PasswordChange<'a> {
    pub(super) password: &'a str,
}

/// A task.
#[derive(Deserialize)]
pub(super) struct TaskBody {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) status: String,
}

impl TaskBody {
    pub(super) fn state(&self) -> ObjectState {
        match self.status.as_str() {
            "done" => ObjectState::Ok,
            "error" | "cancelled" => ObjectState::Unusable,
            _ => ObjectState::Busy,
        }
    }
}

/// A domain of either platform.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DomainBody {
    #[serde(rename = "type")]
    domain_type: DomainType,
    state: String,
    task_pending_id: Option<i64>,
    domain_validated: Option<bool>,
    cname_to_check: Option<String>,
    #[serde(rename = "expectedMX")]
    expected_mx: Option<Vec<String>>,
    #[serde(rename = "expectedAutodiscoverSRV")]
    expected_srv: Option<String>,
    #[serde(rename = "expectedSPF")]
    expected_spf: Option<String>,
    mx_is_valid: Option<bool>,
    srv_is_valid: Option<bool>,
    spf_is_valid: Option<bool>,
}

impl DomainBody {
    pub(super) fn into_domain(self, name: &DomainName, dkim: Vec<DkimState>) -> AttachedDomain {
        let state = state(&self.state);
        let is_at_work = state == ObjectState::Ok && operation(self.task_pending_id).is_some();
        AttachedDomain {
            name: name.clone(),
            domain_type: self.domain_type,
            state: if is_at_work { ObjectState::Busy } else { state },
            is_validated: self.domain_validated.unwrap_or(false),
            ownership_cname: filled(self.cname_to_check),
            expected_mx: self.expected_mx.unwrap_or_default(),
            expected_srv: filled(self.expected_srv),
            expected_spf: filled(self.expected_spf),
            is_mx_valid: self.mx_is_valid.unwrap_or(false),
            is_srv_valid: self.srv_is_valid.unwrap_or(false),
            is_spf_valid: self.spf_is_valid.unwrap_or(false),
            dkim,
        }
    }
}

/// Body of `POST …/domain`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the route")]
pub(super) struct DomainAddition<'a> {
    pub(super) name: &'a str,
    #[serde(rename = "type")]
    pub(super) domain_type: DomainType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mx_relay: Option<&'a str>,
    pub(super) configure_mx: bool,
    pub(super) configure_autodiscover: bool,
    #[serde(rename = "configureSPF")]
    pub(super) configure_spf: bool,
    #[serde(rename = "configureDKIM")]
    pub(super) configure_dkim: bool,
    #[serde(rename = "autoEnableDKIM")]
    pub(super) auto_enable_dkim: bool,
}

/// A DKIM selector of a domain.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DkimBody {
    customer_record: Option<String>,
    target_record: Option<String>,
    cname_is_valid: Option<bool>,
}

impl DkimBody {
    /// `None` while the platform has not chosen the records yet.
    pub(super) fn into_state(self, domain: &DomainName) -> Option<DkimState> {
        let owner = filled(self.customer_record)?.trim_end_matches('.').to_ascii_lowercase();
        let suffix = format!(".{domain}");
        Some(DkimState {
            name: owner.strip_suffix(&suffix).unwrap_or(&owner).to_owned(),
            target: filled(self.target_record)?.trim_end_matches('.').to_ascii_lowercase(),
            is_valid: self.cname_is_valid.unwrap_or(false),
        })
    }
}

/// `domain.zone.Record`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordBody {
    id: i64,
    field_type: String,
    sub_domain: Option<String>,
    target: String,
    ttl: Option<i64>,
}

impl From<RecordBody> for ZoneRecord {
    fn from(body: RecordBody) -> Self {
        Self {
            id: body.id,
            field_type: body.field_type,
            sub_domain: body.sub_domain.unwrap_or_default(),
            target: body.target,
            ttl: body.ttl.and_then(|ttl| u32::try_from(ttl).ok()).unwrap_or(0),
        }
    }
}

/// `domain.zone.RecordCreate` and, without the type, `RecordUpdate`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordChange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field_type: Option<&'a str>,
    pub(super) sub_domain: &'a str,
    pub(super) target: &'a str,
    pub(super) ttl: u32,
}

/// Whether an address is a seat that was never named. The control panel tests the same text.
pub(super) fn is_placeholder(address: &str) -> bool {
    address.to_ascii_lowercase().ends_with("@configureme.me")
}

/// States of services, accounts and domains. A word that is not known is taken as work in progress: waiting changes nothing.
pub(super) fn state(word: &str) -> ObjectState {
    match word {
        "ok" => ObjectState::Ok,
        "suspended" => ObjectState::Unusable,
        _ => ObjectState::Busy,
    }
}

/// 0 and null are idle.
fn operation(id: Option<i64>) -> Option<OperationId> {
    id.filter(|id| *id != 0).map(OperationId)
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|t| !t.trim().is_empty())
}
