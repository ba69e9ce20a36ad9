//! What an API key may do.

use serde::{Deserialize, Serialize};

/// One right of a consumer key: `GET /email/exchange/*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRule {
    /// `GET`, `POST`, `PUT`, `DELETE`.
    pub method: String,
    /// Path with `*` for anything.
    pub path: String,
}

/// State of a consumer key (`auth.CredentialStateEnum`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CredentialStatus {
    /// Not accepted yet.
    PendingValidation,
    /// In force.
    Validated,
    /// Refused by the person.
    Refused,
    /// Over.
    Expired,
}

/// `GET /auth/currentCredential`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// State of the key.
    pub status: CredentialStatus,
    /// Its rights.
    pub rules: Vec<AccessRule>,
    /// When it ends, as RFC 3339; none: it does not.
    pub expiration: Option<String>,
}
