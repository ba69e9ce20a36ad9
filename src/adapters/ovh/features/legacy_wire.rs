//! Bodies of features at `/email/domain`.

use serde::{Deserialize, Serialize};

/// `email.domain.RedirectionGlobal`. It does not say whether a copy is kept.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct RedirectionBody {
    pub(super) from: String,
    pub(super) id: String,
    pub(super) to: String,
}

/// `email.domain.RedirectionCreation`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct RedirectionAddition {
    pub(in crate::adapters::ovh) from: String,
    pub(in crate::adapters::ovh) to: String,
    pub(in crate::adapters::ovh) local_copy: bool,
}

/// `email.domain.Responder`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct ResponderBody {
    pub(super) content: String,
    pub(super) copy: bool,
    pub(super) copy_to: Option<String>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

/// Body of `POST …/responder`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct ResponderAddition<'a> {
    pub(in crate::adapters::ovh) account: &'a str,
    pub(in crate::adapters::ovh) content: &'a str,
    pub(in crate::adapters::ovh) copy: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) copy_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) to: Option<&'a str>,
}

/// `email.domain.MailingList`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct MailingListBody {
    pub(super) owner_email: String,
}

/// `email.domain.Filter`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct FilterBody {
    pub(super) action: Option<String>,
    pub(super) action_param: Option<String>,
    pub(super) active: bool,
    pub(super) priority: i64,
}

/// `email.domain.Rule`, read, and sent with `POST …/rule`.
#[derive(Deserialize, Serialize)]
pub(in crate::adapters::ovh) struct RuleBody {
    pub(in crate::adapters::ovh) header: String,
    pub(in crate::adapters::ovh) operand: String,
    pub(in crate::adapters::ovh) value: String,
}

/// Body of `POST …/filter`: a filter is made with its first condition.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct FilterAddition<'a> {
    pub(in crate::adapters::ovh) name: &'a str,
    pub(in crate::adapters::ovh) priority: i64,
    pub(in crate::adapters::ovh) active: bool,
    pub(in crate::adapters::ovh) action: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) action_param: Option<&'a str>,
    #[serde(flatten)]
    pub(in crate::adapters::ovh) rule: RuleBody,
}
