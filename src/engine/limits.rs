//! How much at once, how often, how long.

use crate::domain::ByteSize;

use super::tasks::Settling;

/// What the engine may use. Values are per process unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Accounts that are copied at the same time.
    pub accounts: usize,
    /// Mailboxes of one account that are copied or verified at the same time; each takes one connection per side.
    pub mailboxes_per_account: usize,
    /// Messages in one batch at most.
    pub batch_messages: usize,
    /// Bytes in one batch at most; a larger message travels alone.
    pub batch_bytes: ByteSize,
    /// Bytes read from a source and not yet stored at the target, per mailbox.
    pub bytes_in_flight: ByteSize,
    /// Milliseconds between two looks at an operation of the platform.
    pub operation_poll_millis: u64,
    /// Milliseconds between two looks at DNS.
    pub dns_poll_millis: u64,
    /// First pause of the back-off, in milliseconds; doubled up to [`Self::longest_pause_millis`].
    pub first_pause_millis: u64,
    /// Longest pause of the back-off, in milliseconds.
    pub longest_pause_millis: u64,
    /// Milliseconds between two publications of progress.
    pub progress_millis: u64,
    /// Whether doubts are settled by looking.
    pub(super) settling: Settling,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            accounts: 3,
            mailboxes_per_account: 2,
            batch_messages: 100,
            batch_bytes: ByteSize(4 << 20),
            bytes_in_flight: ByteSize(16 << 20),
            operation_poll_millis: 3000,
            dns_poll_millis: 30_000,
            first_pause_millis: 1000,
            longest_pause_millis: 60_000,
            progress_millis: 250,
            settling: Settling::On,
        }
    }
}

impl Limits {
    /// Batches of three messages and short pauses: many moments at which something can be cut.
    #[must_use]
    pub fn small() -> Self {
        Self { batch_messages: 3, operation_poll_millis: 100, dns_poll_millis: 100, first_pause_millis: 10, ..Self::default() }
    }

    /// Doubts are not settled but sent again. For the one test that shows what would happen: mail is doubled.
    #[doc(hidden)]
    #[must_use]
    pub fn without_settling(mut self) -> Self {
        self.settling = Settling::Off;
        self
    }
}
