//! Doors to the world: each folder implements one port with one foreign library, and names that library alone.

mod address_book;
pub mod clock;
pub mod dns;
pub mod imap;
pub mod journal;
pub mod ovh;
pub mod secrets;
mod tls;

pub use address_book::AddressBook;
pub use tls::{Trust, TrustError, certificate_seen, certificate_sha256};
