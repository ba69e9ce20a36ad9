//! The operating system's keyring, as it is: synchronous, and possibly waiting for a person.

use std::sync::atomic::{AtomicU32, Ordering};

use keyring_core::{Entry, Error};

use super::worker::Vault;
use crate::domain::{Secret, SecretRef};

/// Two probes at the same time must not remove each other's value.
static PROBES: AtomicU32 = AtomicU32::new(0);

/// Why there is no keyring, for a person; what the system said goes to the log.
fn in_words(error: &Error) -> String {
    tracing::info!(%error, "no keyring");
    match error {
        Error::PlatformFailure(_) | Error::NoDefaultStore => "no keyring service is running on this system".to_owned(),
        Error::NoStorageAccess(_) => "the keyring is locked, or has no place to keep things in".to_owned(),
        other => other.to_string(),
    }
}

/// Entries of one service name in the OS keyring.
pub(super) struct OsKeyring {
    service: String,
}

impl OsKeyring {
    /// Connects, and proves that values can be kept: without a default collection reading works and writing does not.
    pub(super) fn open(service: &str) -> Result<Self, String> {
        keyring::Entry::store_status().as_ref().map_err(in_words)?;
        let keyring = Self { service: service.to_owned() };
        let probe = SecretRef(format!("probe-{}-{}", std::process::id(), PROBES.fetch_add(1, Ordering::Relaxed)));
        let value = Secret::new("is this keyring in order?");
        keyring.set(&probe, &value)?;
        let found = keyring.get(&probe)?;
        keyring.delete(&probe)?;
        if found == Some(value) { Ok(keyring) } else { Err("it does not give back what it was given".to_owned()) }
    }

    fn entry(&self, reference: &SecretRef) -> Result<Entry, String> {
        Entry::new(&self.service, &reference.0).map_err(|error| error.to_string())
    }
}

impl Vault for OsKeyring {
    fn get(&self, reference: &SecretRef) -> Result<Option<Secret>, String> {
        match self.entry(reference)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    fn set(&self, reference: &SecretRef, secret: &Secret) -> Result<(), String> {
        self.entry(reference)?.set_password(secret.expose()).map_err(|error| error.to_string())
    }

    fn delete(&self, reference: &SecretRef) -> Result<(), String> {
        match self.entry(reference)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}
