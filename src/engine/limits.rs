//! How much at once, how often, how long.

use std::collections::BTreeMap;

use crate::domain::{ByteSize, Platform, Thoroughness};
use crate::plan::TargetAccount;
use crate::session::Migration;
use crate::settings::{PlatformFacts, Platforms};

use super::lanes::Allowance;
use super::tasks::Settling;

/// What a server bears of one account at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    /// Connections to a source account.
    pub source: usize,
    /// Of those, connections that read messages.
    pub readers: usize,
    /// Connections to a target account.
    pub target: usize,
}

impl Ceiling {
    fn of(facts: &PlatformFacts) -> Self {
        let connections = facts.connections.max(1);
        Self { source: connections, readers: facts.source_readers.unwrap_or(connections).clamp(1, connections), target: connections }
    }
}

/// What the engine may use. Values are per process unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Accounts that are copied at the same time.
    pub accounts: usize,
    /// Lanes of one account at most, over all its mailboxes; each takes one connection per side. What a platform bears counts too.
    pub lanes_per_account: usize,
    /// Lanes of an account at first; more are opened while that makes it faster.
    pub first_lanes: usize,
    /// Lanes of all accounts together.
    pub lanes: usize,
    /// What the servers of each platform bear.
    pub ceilings: BTreeMap<Platform, Ceiling>,
    /// Messages that are read in one go at most; a source that loses its connection repeats at most what follows the last batch.
    pub window_messages: usize,
    /// Messages in one batch at most.
    pub batch_messages: usize,
    /// Bytes in one batch at most; a larger message travels alone.
    pub batch_bytes: ByteSize,
    /// Bytes read from sources and not yet stored at targets, over all lanes.
    pub bytes_in_flight: ByteSize,
    /// Milliseconds between two looks at an operation of the platform.
    pub operation_poll_millis: u64,
    /// Milliseconds between two looks at DNS.
    pub dns_poll_millis: u64,
    /// So many milliseconds at least after a connection was lost, what was sent over it may still arrive: a server goes on with what it
    /// got. Longer where its answers take long.
    pub late_millis: u64,
    /// Milliseconds at the most for which an address that an account gave up is left alone, whatever is known of its platform: for worlds
    /// whose time runs faster.
    pub longest_release_millis: u64,
    /// First pause of the back-off, in milliseconds; doubled up to [`Self::longest_pause_millis`].
    pub first_pause_millis: u64,
    /// Longest pause of the back-off, in milliseconds.
    pub longest_pause_millis: u64,
    /// Milliseconds between two publications of progress.
    pub progress_millis: u64,
    /// How thoroughly the copy is read again.
    pub thoroughness: Thoroughness,
    /// Whether doubts are settled by looking.
    pub(super) settling: Settling,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            accounts: 3,
            lanes_per_account: 8,
            first_lanes: 2,
            lanes: 12,
            ceilings: ceilings(),
            window_messages: 1000,
            batch_messages: 100,
            batch_bytes: ByteSize(8 << 20),
            bytes_in_flight: ByteSize(16 << 20),
            operation_poll_millis: 3000,
            dns_poll_millis: 30_000,
            late_millis: 5000,
            longest_release_millis: u64::MAX,
            first_pause_millis: 1000,
            longest_pause_millis: 60_000,
            progress_millis: 250,
            thoroughness: Thoroughness::Full,
            settling: Settling::On,
        }
    }
}

/// What is known of the platforms.
fn ceilings() -> BTreeMap<Platform, Ceiling> {
    let platforms = Platforms::embedded();
    Platform::ALL.into_iter().map(|platform| (platform, Ceiling::of(platforms.facts(platform)))).collect()
}

impl Limits {
    /// What a platform's servers bear.
    pub fn ceiling(&self, platform: Platform) -> Ceiling {
        self.ceilings.get(&platform).copied().unwrap_or(Ceiling { source: 1, readers: 1, target: 1 })
    }

    /// What a source's server bears. One that was named by host only is known by its habits once it was looked at.
    pub(super) fn source_ceiling(&self, migration: &Migration) -> Ceiling {
        let service = migration.source.service.as_ref();
        let seen = migration.inventory.as_ref().map(|inventory| inventory.source.platform(service));
        self.ceiling(seen.unwrap_or_else(|| service.map_or(Platform::Imap, |service| service.platform)))
    }

    /// What a target's server bears.
    pub(super) fn target_ceiling(&self, target: Option<&TargetAccount>) -> Ceiling {
        self.ceiling(target.and_then(|target| target.service.as_ref()).map_or(Platform::Imap, |service| service.platform))
    }

    /// What an account may have: what both servers bear, within what may be used.
    pub(super) fn allowance(&self, migration: &Migration) -> Allowance {
        let (source, target) = (self.source_ceiling(migration), self.target_ceiling(migration.target.as_ref()));
        let most = self.lanes_per_account.min(source.source).min(target.target);
        Allowance { first: self.first_lanes, most, total: self.lanes, readers: source.readers }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_is_given_what_it_bears_and_no_more() {
        let limits = Limits::default();
        let of = |platform| limits.ceiling(platform);
        assert_eq!(of(Platform::Zimbra), Ceiling { source: 4, readers: 1, target: 4 }, "body reads of one account take turns");
        for exchange in [Platform::Exchange, Platform::EmailPro, Platform::MxPlan] {
            assert_eq!(of(exchange), Ceiling { source: 8, readers: 8, target: 8 }, "half of what Exchange allows");
        }
        assert_eq!(of(Platform::MxPlanZimbra), of(Platform::Zimbra));
        assert_eq!(of(Platform::MxPlanLegacy).target, 4, "ten for a user and address, the person's devices included");
        assert_eq!(of(Platform::Imap), Ceiling { source: 4, readers: 4, target: 4 });
    }
}
