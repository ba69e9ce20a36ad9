//! The outside, real or imaginary: the same adapters, other addresses.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::adapters::clock::SystemClock;
use crate::adapters::dns::{LiveDns, Servers};
use crate::adapters::imap::{ImapStore, Spilling, Timeouts};
use crate::adapters::ovh::{OvhGate, OvhOptions};
use crate::adapters::{AddressBook, Trust};
use crate::ports::{Journal, Ports, SecretStore};
use crate::sandbox::demo::Demo;

/// Seconds that a keyring may take: it may have to be unlocked by hand.
pub(super) const KEYRING_PATIENCE: Duration = Duration::from_secs(15);

/// Where servers are and whom to trust.
pub(super) struct Outside {
    trust: Trust,
    book: AddressBook,
    resolve: Vec<(String, SocketAddr)>,
    servers: Servers,
}

impl Outside {
    /// The internet, with further certificate authorities.
    pub(super) fn real(extra_ca_pem: Vec<String>) -> Self {
        Self { trust: Trust { extra_ca_pem }, book: AddressBook::default(), resolve: Vec::new(), servers: Servers::System }
    }

    /// The demo's world on loopback; its authority is trusted by this process only.
    pub(super) fn demo(demo: &Demo) -> Self {
        let mut book = AddressBook::default();
        for (host, port, address) in demo.address_book() {
            book.lead(&host, port, address);
        }
        Self {
            trust: Trust { extra_ca_pem: vec![demo.ca_pem().to_owned()] },
            book,
            resolve: vec![("localhost".to_owned(), demo.api_address())],
            servers: Servers::Fixed(vec![demo.dns_address()]),
        }
    }

    /// Ports to this outside.
    ///
    /// `folder` is the session's: what is too long for memory lies there, where mail may lie, as long as it is on its way.
    pub(super) fn ports(&self, folder: &Path, journal: Arc<dyn Journal>, secrets: Arc<dyn SecretStore>) -> Ports {
        let gate = OvhOptions { trust: self.trust.clone(), resolve: self.resolve.clone(), ..OvhOptions::default() };
        Ports {
            platforms: Arc::new(OvhGate::new(gate)),
            mail: Arc::new(
                ImapStore::new(self.trust.clone(), self.book.clone(), Timeouts::default()).spilling(Spilling::first_into(folder)),
            ),
            resolver: Arc::new(LiveDns::new(self.servers.clone())),
            secrets,
            journal,
            clock: Arc::new(SystemClock),
        }
    }
}
