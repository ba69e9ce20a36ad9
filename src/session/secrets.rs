//! Under which names a session's secrets are kept.

use crate::domain::{EmailAddress, SecretRef, SessionId};

/// A part of an API credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiSecret {
    /// Application key.
    ApplicationKey,
    /// Application secret.
    ApplicationSecret,
    /// Consumer key.
    ConsumerKey,
    /// Id of a service account.
    ClientId,
    /// Secret of a service account.
    ClientSecret,
    /// A ready token.
    AccessToken,
}

/// Where a part of the API credential is kept.
pub fn api_secret(session: &SessionId, part: ApiSecret) -> SecretRef {
    let part = match part {
        ApiSecret::ApplicationKey => "application key",
        ApiSecret::ApplicationSecret => "application secret",
        ApiSecret::ConsumerKey => "consumer key",
        ApiSecret::ClientId => "client id",
        ApiSecret::ClientSecret => "client secret",
        ApiSecret::AccessToken => "access token",
    };
    SecretRef(format!("{session} {part}"))
}

/// Where the password of a source account is kept.
pub fn source_secret(session: &SessionId, address: &EmailAddress) -> SecretRef {
    SecretRef(format!("{session} source {address}"))
}

/// Where the password of a target account is kept.
pub fn target_secret(session: &SessionId, address: &EmailAddress) -> SecretRef {
    SecretRef(format!("{session} target {address}"))
}
