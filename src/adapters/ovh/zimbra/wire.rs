//! Bodies of Zimbra as they travel.

use serde::{Deserialize, Serialize};

use super::super::units;
use super::super::words::{filled, state_of};
use crate::domain::{Account, ByteSize, EmailAddress, ObjectState};

/// `common.ResourceStatusEnum`, complete.
pub(in crate::adapters::ovh) const RESOURCE_STATES: &[(&str, ObjectState)] = &[
    ("READY", ObjectState::Ok),
    ("CREATING", ObjectState::Busy),
    ("DELETING", ObjectState::Busy),
    ("OUT_OF_SYNC", ObjectState::Busy),
    ("UPDATING", ObjectState::Busy),
    ("ERROR", ObjectState::Unusable),
    ("SUSPENDED", ObjectState::Unusable),
];

/// The word of `common.CurrentTaskStatusEnum` for work that failed.
pub(in crate::adapters::ovh) const FAILED: &str = "ERROR";

/// Every object of version 2: `S` is its state, `T` what it shall be.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct Resource<S, T> {
    pub(in crate::adapters::ovh) id: String,
    pub(in crate::adapters::ovh) checksum: Option<String>,
    #[serde(rename = "resourceStatus")]
    status: String,
    current_tasks: Option<Vec<WorkBody>>,
    pub(in crate::adapters::ovh) current_state: Option<S>,
    pub(in crate::adapters::ovh) target_spec: Option<T>,
}

/// `common.CurrentTask`.
#[derive(Deserialize)]
struct WorkBody {
    status: Option<String>,
    errors: Option<Vec<WorkErrorBody>>,
}

/// `common.TaskError`.
#[derive(Deserialize)]
struct WorkErrorBody {
    message: String,
}

impl<S, T> Resource<S, T> {
    /// Usable when it is ready and nothing runs on it. What failed stays as it is until somebody does something: not usable.
    pub(in crate::adapters::ovh) fn state(&self) -> ObjectState {
        let work = self.current_tasks.as_deref().unwrap_or_default();
        let failed: Vec<&WorkBody> = work.iter().filter(|work| work.status.as_deref() == Some(FAILED)).collect();
        for error in failed.iter().flat_map(|work| work.errors.iter().flatten()) {
            tracing::warn!(id = self.id, status = self.status, message = error.message, "an object of Zimbra failed");
        }
        match state_of(RESOURCE_STATES, &self.status) {
            ObjectState::Unusable => ObjectState::Unusable,
            _ if !failed.is_empty() => ObjectState::Unusable,
            ObjectState::Ok if work.is_empty() => ObjectState::Ok,
            _ => ObjectState::Busy,
        }
    }
}

/// `targetSpec` of an object of which it does not matter.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct Unread {}

/// `zimbra.PlatformCurrentState`.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct PlatformState {
    pub(in crate::adapters::ovh) name: Option<String>,
    pub(in crate::adapters::ovh) description: Option<String>,
}

/// `zimbra.SlotResponse`: nothing is wanted of a seat, so it has no `targetSpec`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct SlotBody {
    pub(in crate::adapters::ovh) id: String,
    pub(in crate::adapters::ovh) current_state: Option<SlotState>,
}

/// `zimbra.SlotCurrentState`: a paid seat.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct SlotState {
    pub(in crate::adapters::ovh) account_id: Option<String>,
    pub(in crate::adapters::ovh) billing_status: String,
    pub(in crate::adapters::ovh) offer: String,
}

/// `zimbra.AccountCurrentState`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AccountState {
    pub(in crate::adapters::ovh) email: String,
    pub(in crate::adapters::ovh) offer: Option<String>,
    pub(in crate::adapters::ovh) organization_id: Option<String>,
    display_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    pub(in crate::adapters::ovh) hide_in_gal: Option<bool>,
    last_connection_at: Option<String>,
    detailed_status: Option<Vec<Unread>>,
    quota: Option<QuotaBody>,
}

/// `zimbra.Quota`. The description says how much is left; the control panel's samples say how much there may be: both are read.
#[derive(Deserialize)]
struct QuotaBody {
    available: Option<f64>,
    used: Option<f64>,
    maximum: Option<f64>,
}

impl AccountState {
    /// Storage of the account.
    pub(in crate::adapters::ovh) fn storage(&self) -> Option<ByteSize> {
        let quota = self.quota.as_ref()?;
        let left = || quota.available.map(|available| available + quota.used.unwrap_or(0.0));
        quota.maximum.or_else(left).and_then(units::plain_bytes)
    }
}

/// An account.
pub(in crate::adapters::ovh) type AccountBody = Resource<AccountState, AccountTarget>;

impl AccountBody {
    /// Its address: what it is, and only for one that is being made what it shall be.
    pub(in crate::adapters::ovh) fn address(&self) -> Option<EmailAddress> {
        let shall_be = || self.target_spec.as_ref().and_then(|target| target.email.as_deref());
        self.current_state.as_ref().map(|state| state.email.as_str()).or_else(shall_be)?.parse().ok()
    }

    /// In our words; `None` when its address is none that we can handle.
    pub(in crate::adapters::ovh) fn to_account(&self, aliases: u32) -> Option<Account> {
        let state = self.current_state.as_ref();
        let text = |of: fn(&AccountState) -> &Option<String>| state.and_then(|state| filled(of(state).clone()));
        Some(Account {
            address: self.address()?,
            is_configured: true,
            display_name: text(|state| &state.display_name),
            first_name: text(|state| &state.first_name),
            last_name: text(|state| &state.last_name),
            state: self.state(),
            operation: None,
            used: state.and_then(|state| state.quota.as_ref()?.used).and_then(units::bytes_in_use),
            quota: state.and_then(AccountState::storage),
            last_logon: text(|state| &state.last_connection_at),
            aliases,
            // `BILLINGLOCKED`, `BLOCKEDFORSPAM`; an empty list is fine.
            is_blocked: state.is_some_and(|state| state.detailed_status.as_ref().is_some_and(|list| !list.is_empty())),
        })
    }
}

/// `zimbra.AccountTargetSpec`, as it is read, and sent back with a change.
#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AccountTarget {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) hide_in_gal: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_information: Option<serde_json::Value>,
}

/// `targetSpec` of `PUT …/account/{accountId}`: all that there is, and a password if that is what changes. No `Debug`.
#[derive(Serialize)]
pub(in crate::adapters::ovh) struct AccountChange<'a> {
    #[serde(flatten)]
    pub(in crate::adapters::ovh) target: &'a AccountTarget,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) password: Option<&'a str>,
}

/// `targetSpec` of `POST …/account`. No `Debug`: it holds a password.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AccountAddition<'a> {
    pub(in crate::adapters::ovh) email: String,
    pub(in crate::adapters::ovh) offer: &'a str,
    pub(in crate::adapters::ovh) slot_id: &'a str,
    pub(in crate::adapters::ovh) password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) last_name: Option<&'a str>,
}

/// Body of every POST and PUT of version 2; the checksum of what was read goes with a PUT.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct Wanted<'a, T> {
    pub(in crate::adapters::ovh) target_spec: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) checksum: Option<&'a str>,
}

impl<T> Wanted<'_, T> {
    /// What shall be made.
    pub(in crate::adapters::ovh) const fn new(target_spec: T) -> Self {
        Self { target_spec, checksum: None }
    }
}
