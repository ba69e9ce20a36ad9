//! Where secrets are kept.

use async_trait::async_trait;

use crate::domain::{Secret, SecretRef};
use crate::problem::{Problem, ProblemCode, Troubling};

/// How long a secret lives where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// In the OS keyring: until it is forgotten.
    Keyring,
    /// In memory: for this run only. The person is told.
    ThisRunOnly,
}

/// Failures of a secret store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The keyring exists but does not answer, or is locked and nobody unlocked it in time.
    #[error("the keyring does not answer: {0}")]
    Unavailable(String),
}

/// Keeps secrets by reference.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// Where secrets go.
    fn keeping(&self) -> Keeping;

    /// Why secrets go to memory, when they do: what the keyring said.
    fn keyring_trouble(&self) -> Option<String>;

    /// The secret, or `None` when there is none under this reference.
    ///
    /// # Errors
    /// [`SecretError`] when the store does not answer.
    async fn get(&self, reference: &SecretRef) -> Result<Option<Secret>, SecretError>;

    /// Keeps or replaces a secret.
    ///
    /// # Errors
    /// [`SecretError`] when the store does not answer; nothing was kept then.
    async fn set(&self, reference: &SecretRef, secret: &Secret) -> Result<(), SecretError>;

    /// Forgets a secret; none there is fine.
    ///
    /// # Errors
    /// [`SecretError`] when the store does not answer.
    async fn delete(&self, reference: &SecretRef) -> Result<(), SecretError>;
}

impl Troubling for SecretError {
    fn problem(&self) -> Problem {
        match self {
            Self::Unavailable(cause) => Problem::new(ProblemCode::KeyringUnavailable).because(cause),
        }
    }
}
