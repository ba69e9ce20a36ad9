//! Secrets for this run only.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::domain::{Secret, SecretRef};
use crate::ports::{Keeping, SecretError, SecretStore};

/// Keeps secrets in memory until the program ends; each is zeroised when it is replaced, deleted or dropped.
#[derive(Debug, Default)]
pub struct MemorySecrets {
    trouble: Option<String>,
    kept: Mutex<BTreeMap<SecretRef, Secret>>,
}

impl MemorySecrets {
    /// Memory by choice: there is no trouble to tell.
    pub fn new() -> Self {
        Self::default()
    }

    /// Memory because the keyring cannot be used; `trouble` is what it said.
    pub fn instead_of_keyring(trouble: String) -> Self {
        Self { trouble: Some(trouble), kept: Mutex::default() }
    }
}

#[async_trait]
impl SecretStore for MemorySecrets {
    fn keeping(&self) -> Keeping {
        Keeping::ThisRunOnly
    }

    fn keyring_trouble(&self) -> Option<String> {
        self.trouble.clone()
    }

    async fn get(&self, reference: &SecretRef) -> Result<Option<Secret>, SecretError> {
        Ok(self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(reference).cloned())
    }

    async fn set(&self, reference: &SecretRef, secret: &Secret) -> Result<(), SecretError> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(reference.clone(), secret.clone());
        Ok(())
    }

    async fn delete(&self, reference: &SecretRef) -> Result<(), SecretError> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(reference);
        Ok(())
    }
}
