//! What the engine asks of the world, in our own words: traits, the values they exchange, one error enum each.
//!
//! An adapter says *what kind* of failure happened (its error is [`Troubling`](crate::problem::Troubling));
//! whether and when to try again is the engine's. No protocol type of a foreign crate appears here.

mod body;
mod clock;
mod journal;
mod mail;
mod mail_error;
mod platform;
mod resolver;
mod secrets;

pub use crate::mailcopy::EntryState;
pub use body::{Body, Spill};
pub use clock::Clock;
pub use journal::{Entry, FoundSession, Journal, JournalError, LedgerChange, MailboxRows, MailboxTally, Record};
pub use mail::{
    Access, AppendReport, Appended, BatchQueue, FetchedMessage, ListedMailbox, Login, MailConnection, MailStore, MailboxState, MessageSink,
    MessageSummary, NewMailbox, OutgoingMessage, SinkClosed, Weighed,
};
pub use mail_error::{CertificateSeen, MailError, NameRefused, Refusal, RefusalKind};
pub use platform::{ApiError, ApiKeys, ConsumerKeyRequest, NewAccount, PlatformApi, PlatformGate, SeatRequest};
pub use resolver::{DnsAnswer, DnsError, Resolver};
pub use secrets::{Keeping, SecretError, SecretStore};

/// Everything outside, handed to the engine by the composition root (or by a test).
#[derive(Clone)]
pub struct Ports {
    /// The customer's API account.
    pub platforms: std::sync::Arc<dyn PlatformGate>,
    /// IMAP servers.
    pub mail: std::sync::Arc<dyn MailStore>,
    /// Live DNS.
    pub resolver: std::sync::Arc<dyn Resolver>,
    /// The keyring, or memory.
    pub secrets: std::sync::Arc<dyn SecretStore>,
    /// The session's journal and ledger.
    pub journal: std::sync::Arc<dyn Journal>,
    /// Time.
    pub clock: std::sync::Arc<dyn Clock>,
}
