//! The OS keyring, or memory.
//!
//! The keyring is asked on a thread of its own, because a locked one may wait for a person for ever. An encrypted file ([`seal`]) hands
//! passwords over; secrets of a running session are deliberately not kept in one.

mod keyring_store;
mod memory;
mod vault;
mod worker;

use std::sync::Arc;
use std::time::Duration;

pub use memory::MemorySecrets;
pub use vault::{VaultError, read_vault, seal, unseal, write_vault};

use crate::ports::SecretStore;

/// The service name under which entries lie in the keyring. The demo uses another, `mailferry-demo`.
pub const KEYRING_SERVICE: &str = "mailferry";

/// How long a keyring may take, a person unlocking it included.
pub const KEYRING_PATIENCE: Duration = Duration::from_secs(15);

/// The OS keyring when it works within `patience`, proven by keeping and removing a value; else memory, which knows why
/// ([`SecretStore::keyring_trouble`]). Never fails, never waits longer, and a blocked keyring does not keep the program from ending.
pub async fn open(service: &str, patience: Duration) -> Arc<dyn SecretStore> {
    let service = service.to_owned();
    match worker::KeyringSecrets::start(move || keyring_store::OsKeyring::open(&service), patience).await {
        Ok(keyring) => Arc::new(keyring),
        Err(trouble) => Arc::new(MemorySecrets::instead_of_keyring(trouble)),
    }
}
