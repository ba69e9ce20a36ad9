//! Bodies of the legacy MX Plan as they travel.

use serde::{Deserialize, Serialize};

use crate::domain::{MigrationCheck, MigrationFinding};

/// `email.domain.DomainServiceWithIAM`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct DomainServiceBody {
    pub(in crate::adapters::ovh) status: String,
    /// Bytes.
    pub(in crate::adapters::ovh) allowed_account_size: Option<Vec<i64>>,
    /// The service moved to the new infrastructure: it is there under this name.
    #[serde(rename = "migratedMXPlanServiceName")]
    pub(in crate::adapters::ovh) migrated_service_name: Option<String>,
    #[serde(rename = "isMXValid")]
    pub(in crate::adapters::ovh) is_mx_valid: Option<String>,
    #[serde(rename = "isSPFValid")]
    pub(in crate::adapters::ovh) is_spf_valid: Option<String>,
}

/// The word of `email.domain.DiagnoseEnum` that is a green badge; every other is a red one.
pub(in crate::adapters::ovh) const VALID: &str = "valid";

/// `domain.DomainQuota` and `domain.DomainSummary`: how many there may be, how many there are.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct CountsBody {
    pub(in crate::adapters::ovh) account: i64,
}

/// `email.domain.Account`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AccountBody {
    pub(in crate::adapters::ovh) email: String,
    pub(in crate::adapters::ovh) description: Option<String>,
    pub(in crate::adapters::ovh) is_blocked: Option<bool>,
    /// Bytes.
    pub(in crate::adapters::ovh) size: Option<f64>,
}

/// `domain.DomainUsageAccountStruct`.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct UsageBody {
    /// Bytes in use.
    pub(in crate::adapters::ovh) quota: Option<f64>,
}

/// Body of `POST …/account`. No `Debug`: it holds a password.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AccountAddition<'a> {
    pub(in crate::adapters::ovh) account_name: &'a str,
    pub(in crate::adapters::ovh) password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) description: Option<&'a str>,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) size: Option<i64>,
}

/// `email.domain.TaskPop`: it has no status.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct OperationBody {
    /// Name of the account that it is about.
    pub(in crate::adapters::ovh) name: String,
}

/// `email.domain.Record` of `GET …/recommendedDNSRecords`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct RecordBody {
    pub(in crate::adapters::ovh) field_type: String,
    pub(in crate::adapters::ovh) sub_domain: Option<String>,
    pub(in crate::adapters::ovh) target: String,
}

/// `email.domain.dkim_simplified`.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct DkimBody {
    pub(in crate::adapters::ovh) selectors: Option<Vec<SelectorBody>>,
}

/// `email.domain.DKIMSelector`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct SelectorBody {
    pub(in crate::adapters::ovh) selector_name: String,
    /// Target of the CNAME.
    pub(in crate::adapters::ovh) cname: String,
    pub(in crate::adapters::ovh) status: String,
}

/// The word of `email.domain.DKIMSelectorStatusEnum` for a selector whose CNAME was seen.
pub(in crate::adapters::ovh) const SET: &str = "set";

/// `email.domain.MigrationCheckStruct`: errors come inside a success.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct CheckBody {
    alias: Option<Vec<String>>,
    error: Option<Vec<FindingBody>>,
    filter: Option<Vec<String>>,
    forward: Option<Vec<String>>,
    warning: Option<Vec<FindingBody>>,
}

/// `email.domain.MigrationCheckResultStruct`.
#[derive(Deserialize)]
struct FindingBody {
    code: String,
    details: Option<String>,
}

impl From<CheckBody> for MigrationCheck {
    fn from(body: CheckBody) -> Self {
        let findings = |list: Option<Vec<FindingBody>>| {
            let list = list.unwrap_or_default().into_iter();
            list.map(|finding| MigrationFinding { code: finding.code, details: finding.details }).collect()
        };
        Self {
            errors: findings(body.error),
            warnings: findings(body.warning),
            filters: body.filter.unwrap_or_default(),
            forwards: body.forward.unwrap_or_default(),
            aliases: body.alias.unwrap_or_default(),
        }
    }
}
