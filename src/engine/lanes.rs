//! Who may work how broadly: so many lanes for each account, as its tuning says, and so many for all of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::{MigrationId, Moment};

use super::tuning::{Sample, Tuner};

/// A server that answers in so long a time is far away: lanes wait for answers more than they work.
const FAR: Duration = Duration::from_millis(15);
/// Lanes at first, of an account whose server is far away.
const FIRST_WHEN_FAR: usize = 4;

/// What an account may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    /// Lanes at first.
    pub(super) first: usize,
    /// Lanes at most.
    pub(super) most: usize,
    /// Lanes of all accounts.
    pub(super) total: usize,
    /// Connections that read messages at the same time.
    pub(super) readers: usize,
}

struct Account {
    tuner: Tuner,
    taken: usize,
    readers: Arc<Semaphore>,
    most_readers: usize,
    /// Large messages travel one lane at a time.
    large: Arc<Semaphore>,
}

impl Account {
    fn new(allowance: Allowance) -> Self {
        Self {
            tuner: Tuner::new(allowance.first, allowance.most),
            taken: 0,
            readers: Arc::new(Semaphore::new(allowance.readers.max(1))),
            large: Arc::new(Semaphore::new(1)),
            most_readers: allowance.readers,
        }
    }

    /// What the servers bear may be known better by now.
    fn learn(&mut self, allowance: Allowance) {
        self.tuner.limit(allowance.most);
        if self.most_readers != allowance.readers {
            self.most_readers = allowance.readers;
            self.readers = Arc::new(Semaphore::new(allowance.readers.max(1)));
        }
    }
}

/// The lanes of all accounts.
#[derive(Default)]
pub(super) struct Lanes {
    accounts: Mutex<BTreeMap<MigrationId, Account>>,
}

/// The right to one lane; given back when dropped.
pub(super) struct Lane {
    lanes: Arc<Lanes>,
    migration: MigrationId,
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(account) = self.lanes.accounts().get_mut(&self.migration) {
            account.taken = account.taken.saturating_sub(1);
        }
    }
}

impl Lane {
    /// Whether the account has more lanes than it may: one of them should end.
    pub(super) fn is_surplus(&self) -> bool {
        self.lanes.accounts().get(&self.migration).is_some_and(|account| account.taken > account.tuner.lanes())
    }
}

impl Lanes {
    fn accounts(&self) -> MutexGuard<'_, BTreeMap<MigrationId, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A lane, if one is free.
    pub(super) fn take(self: &Arc<Self>, migration: MigrationId, allowance: Allowance) -> Option<Lane> {
        let mut accounts = self.accounts();
        let in_use: usize = accounts.values().map(|account| account.taken).sum();
        let account = accounts.entry(migration).or_insert_with(|| Account::new(allowance));
        account.learn(allowance);
        // Every account gets its first lane: none is kept waiting by the breadth of another.
        let has_room = account.taken < account.tuner.lanes() && (in_use < allowance.total || account.taken == 0);
        if !has_room {
            return None;
        }
        account.taken += 1;
        Some(Lane { lanes: Arc::clone(self), migration })
    }

    /// The turn to read messages, where a server lets only so many connections do it.
    pub(super) async fn reading_turn(&self, migration: MigrationId) -> Option<OwnedSemaphorePermit> {
        let turns = self.accounts().get(&migration).map(|account| Arc::clone(&account.readers))?;
        turns.acquire_owned().await.ok()
    }

    /// The turn to carry large messages.
    pub(super) async fn large_turn(&self, migration: MigrationId) -> Option<OwnedSemaphorePermit> {
        let turn = self.accounts().get(&migration).map(|account| Arc::clone(&account.large))?;
        turn.acquire_owned().await.ok()
    }

    /// A batch was stored: `lanes` of the sample is filled in here.
    pub(super) fn stored(&self, migration: MigrationId, at: Moment, sample: Sample) {
        if let Some(account) = self.accounts().get_mut(&migration) {
            let lanes = account.taken;
            account.tuner.stored(at, Sample { lanes, ..sample });
        }
    }

    /// A server of the account answers in this time.
    pub(super) fn answered_in(&self, migration: MigrationId, answered: Duration) {
        if let Some(account) = self.accounts().get_mut(&migration).filter(|_| answered >= FAR) {
            account.tuner.begin_with(FIRST_WHEN_FAR);
        }
    }

    /// Something went wrong with an account.
    pub(super) fn trouble(&self, migration: MigrationId) {
        if let Some(account) = self.accounts().get_mut(&migration) {
            account.tuner.trouble();
        }
    }

    /// A server asked for patience.
    pub(super) fn throttled(&self, migration: MigrationId) {
        if let Some(account) = self.accounts().get_mut(&migration) {
            account.tuner.throttled();
        }
    }

    /// Lanes in use.
    pub(super) fn in_use(&self) -> usize {
        self.accounts().values().map(|account| account.taken).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: MigrationId = MigrationId(1);
    const TWO: MigrationId = MigrationId(2);

    fn allowance() -> Allowance {
        Allowance { first: 2, most: 3, total: 3, readers: 1 }
    }

    #[test]
    fn accounts_share_what_there_is_and_none_goes_without() {
        let lanes = Arc::new(Lanes::default());
        let mut held: Vec<Lane> = (0..4).filter_map(|_| lanes.take(ONE, allowance())).collect();
        assert_eq!(held.len(), 2, "two at first");
        held.extend((0..4).filter_map(|_| lanes.take(TWO, allowance())));
        assert_eq!(held.len(), 3, "three in all");
        assert!(lanes.take(MigrationId(3), allowance()).is_some(), "the first lane of an account is always there");
        held.clear();
        assert_eq!(lanes.in_use(), 0);
        assert!(lanes.take(TWO, allowance()).is_some());
    }

    #[test]
    fn an_account_far_away_begins_with_more_lanes_and_never_with_more_than_it_may_have() {
        let lanes = Arc::new(Lanes::default());
        let mut held = Vec::from_iter(lanes.take(ONE, Allowance { most: 8, total: 12, ..allowance() }));
        held.extend(lanes.take(TWO, allowance()));
        for migration in [ONE, TWO] {
            lanes.answered_in(migration, Duration::from_millis(14));
        }
        held.extend((0..9).filter_map(|_| lanes.take(ONE, Allowance { most: 8, total: 12, ..allowance() })));
        assert_eq!(held.len(), 3, "near");
        for migration in [ONE, TWO] {
            lanes.answered_in(migration, Duration::from_millis(16));
        }
        held.extend((0..9).filter_map(|_| lanes.take(ONE, Allowance { most: 8, total: 12, ..allowance() })));
        assert_eq!(held.len(), 5, "four of the first account");
        held.extend((0..9).filter_map(|_| lanes.take(TWO, Allowance { total: 12, ..allowance() })));
        assert_eq!(held.len(), 7, "three of the second");
    }

    #[test]
    fn trouble_counts_more_than_distance() {
        let lanes = Arc::new(Lanes::default());
        let _held = lanes.take(ONE, allowance());
        lanes.trouble(ONE);
        lanes.answered_in(ONE, Duration::from_millis(200));
        assert!(lanes.take(ONE, allowance()).is_none());
    }

    #[test]
    fn after_trouble_a_lane_is_one_too_many() {
        let lanes = Arc::new(Lanes::default());
        let held: Vec<Lane> = (0..2).filter_map(|_| lanes.take(ONE, allowance())).collect();
        assert!(!held[0].is_surplus());
        lanes.trouble(ONE);
        assert!(held[0].is_surplus());
    }
}
