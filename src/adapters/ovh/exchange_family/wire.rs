//! Bodies of this family as they travel, and what they become in our words.

use serde::{Deserialize, Serialize};

use super::super::units;
use super::super::words::{OPERATION_STATES, below, filled, host, is_placeholder, operation, state, state_of};
use crate::domain::{Account, AttachedDomain, DkimState, DomainName, DomainType, ObjectState, PasswordPolicy};

/// A service of any platform of the family.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct ServiceBody {
    pub(in crate::adapters::ovh) display_name: Option<String>,
    pub(in crate::adapters::ovh) hostname: Option<String>,
    pub(in crate::adapters::ovh) web_url: Option<String>,
    pub(in crate::adapters::ovh) state: String,
    pub(in crate::adapters::ovh) offer: Option<String>,
    pub(in crate::adapters::ovh) max_receive_size: Option<f64>,
    min_password_length: Option<u32>,
    min_password_age: Option<u32>,
    complexity_enabled: Option<bool>,
    /// Exchange only.
    password_history_count: Option<u32>,
    /// Exchange only.
    pub(in crate::adapters::ovh) default_authentication_policy_id: Option<i64>,
    /// MX Plan only.
    pub(in crate::adapters::ovh) is_zimbra: Option<bool>,
}

impl ServiceBody {
    pub(in crate::adapters::ovh) fn password(&self) -> PasswordPolicy {
        let positive = |number: Option<u32>| number.filter(|n| *n > 0);
        PasswordPolicy {
            shortest: positive(self.min_password_length),
            is_complex: self.complexity_enabled.unwrap_or(false),
            min_age_days: positive(self.min_password_age),
            history: positive(self.password_history_count),
            ..PasswordPolicy::default()
        }
    }

    /// `hostname`, else the host of the webmail; empty when neither is there.
    pub(in crate::adapters::ovh) fn host(&self) -> String {
        let from_webmail = || {
            let url = self.web_url.as_deref()?;
            let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
            rest.split(['/', ':']).next()
        };
        let name = self.hostname.as_deref().filter(|h| !h.trim().is_empty()).or_else(from_webmail).unwrap_or_default();
        host(name)
    }
}

/// `…exchangeServiceProtocol`, `…exchangeAccountProtocol`.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct ProtocolBody {
    #[serde(rename = "IMAP")]
    pub(in crate::adapters::ovh) imap: Option<bool>,
}

/// `…exchangeServiceAuthenticationPolicy`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct PolicyBody {
    pub(in crate::adapters::ovh) block_legacy_auth_imap: Option<bool>,
}

/// `…exchangeServiceAuthorizedIp`.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct NetworkBody {
    pub(in crate::adapters::ovh) ip: String,
    #[serde(rename = "IMAPS")]
    pub(in crate::adapters::ovh) imaps: Option<bool>,
}

/// `services.Service`, of any family.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct ServiceInfosBody {
    pub(in crate::adapters::ovh) contact_admin: String,
    pub(in crate::adapters::ovh) contact_tech: String,
}

/// An account.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AccountBody {
    primary_email_address: String,
    configured: Option<bool>,
    display_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    state: String,
    task_pending_id: Option<i64>,
    current_usage: Option<f64>,
    pub(in crate::adapters::ovh) quota: Option<f64>,
    last_logon_date: Option<String>,
    spam_detected: Option<bool>,
    /// Exchange only.
    pub(in crate::adapters::ovh) number_of_aliases: Option<u32>,
    /// Exchange only.
    pub(in crate::adapters::ovh) account_license: Option<String>,
    /// Exchange only.
    pub(in crate::adapters::ovh) authentication_policy_id: Option<i64>,
}

impl AccountBody {
    /// `aliases` where the body does not count them. `None` when the address is none that we can handle.
    pub(in crate::adapters::ovh) fn into_account(self, aliases: u32) -> Option<Account> {
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
            is_blocked: self.spam_detected.unwrap_or(false),
        })
    }
}

/// Body of `PUT …/account/{address}`: what is absent stays as it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AccountChange<'a> {
    pub(in crate::adapters::ovh) login: &'a str,
    pub(in crate::adapters::ovh) domain: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) last_name: Option<&'a str>,
}

/// Body of `POST …/account` (Exchange). No `Debug`: it holds a password.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AccountAddition<'a> {
    pub(in crate::adapters::ovh) license: &'a str,
    pub(in crate::adapters::ovh) password: &'a str,
    #[serde(flatten)]
    pub(in crate::adapters::ovh) names: AccountChange<'a>,
}

/// Body of `POST …/changePassword`, of either version 1 family. No `Debug`: it holds a password.
#[derive(Serialize)]
pub(in crate::adapters::ovh) struct PasswordChange<'a> {
    pub(in crate::adapters::ovh) password: &'a str,
}

/// The task with which an act of version 1 answers, of either family.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct StartedBody {
    pub(in crate::adapters::ovh) id: i64,
}

/// A task, looked at later.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct TaskBody {
    status: String,
}

impl TaskBody {
    pub(in crate::adapters::ovh) fn state(&self) -> ObjectState {
        state_of(OPERATION_STATES, &self.status)
    }
}

/// A domain.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct DomainBody {
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
    pub(in crate::adapters::ovh) fn into_domain(self, name: &DomainName, dkim: Vec<DkimState>) -> AttachedDomain {
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
pub(in crate::adapters::ovh) struct DomainAddition<'a> {
    pub(in crate::adapters::ovh) name: &'a str,
    #[serde(flatten)]
    pub(in crate::adapters::ovh) change: DomainChange<'a>,
    pub(in crate::adapters::ovh) configure_mx: bool,
    pub(in crate::adapters::ovh) configure_autodiscover: bool,
    #[serde(rename = "configureSPF")]
    pub(in crate::adapters::ovh) configure_spf: bool,
    #[serde(rename = "configureDKIM")]
    pub(in crate::adapters::ovh) configure_dkim: bool,
    #[serde(rename = "autoEnableDKIM")]
    pub(in crate::adapters::ovh) auto_enable_dkim: bool,
}

/// Body of `PUT …/domain/{name}`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct DomainChange<'a> {
    #[serde(rename = "type")]
    pub(in crate::adapters::ovh) domain_type: DomainType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) mx_relay: Option<&'a str>,
}

/// A DKIM selector of a domain.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct DkimBody {
    customer_record: Option<String>,
    target_record: Option<String>,
    cname_is_valid: Option<bool>,
}

impl DkimBody {
    /// `None` while the platform has not chosen the records yet.
    pub(in crate::adapters::ovh) fn into_state(self, domain: &DomainName) -> Option<DkimState> {
        Some(DkimState {
            name: below(&filled(self.customer_record)?, domain),
            target: host(&filled(self.target_record)?),
            is_valid: self.cname_is_valid.unwrap_or(false),
        })
    }
}
