//! Bodies about keys and what they may do.

use serde::{Deserialize, Serialize};

use super::client::Client;
use crate::domain::{AccessRule, Credential, CredentialStatus};
use crate::ports::ApiError;

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

/// `auth.Details`: of whoever calls.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DetailsBody {
    allowed_routes: Option<Vec<AccessRule>>,
}

/// What the keys may do. For tokens the API answers no end, and no rules where policies (IAM) decide: the list is empty then.
pub(super) async fn credential(client: &Client) -> Result<Credential, ApiError> {
    if client.is_application() {
        return client.get::<CredentialBody>("/auth/currentCredential").await.map(Credential::from);
    }
    let details: DetailsBody = client.get("/auth/details").await?;
    Ok(Credential { status: CredentialStatus::Validated, rules: details.allowed_routes.unwrap_or_default(), expiration: None })
}
