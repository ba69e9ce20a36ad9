//! A journal without a disk that keeps the same promises: for tests that drop the engine at every turn.
//!
//! Clones share one memory, as two openings of one folder would; a lock is not kept, since the tests' engines follow one another.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::domain::{MailboxId, MigrationId, Uid, UidValidity};
use crate::ports::{Entry, EntryState, Journal, JournalError, LedgerChange, MailboxTally, Record};
use crate::session::StoredEvent;

use super::files;

type Key = (MigrationId, MailboxId, UidValidity, Uid);

#[derive(Debug, Default)]
struct Memory {
    events: Vec<StoredEvent>,
    ledger: BTreeMap<Key, Entry>,
    files: BTreeMap<String, Vec<u8>>,
    failure: Option<JournalError>,
}

/// A journal in memory; it outlives the engine that wrote to it, as a folder would.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal(Arc<Mutex<Memory>>);

impl MemoryJournal {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The events so far.
    pub fn recorded(&self) -> Vec<StoredEvent> {
        self.memory().events.clone()
    }

    /// All rows of the ledger, in the order of their keys.
    pub fn ledger(&self) -> Vec<Entry> {
        self.memory().ledger.values().cloned().collect()
    }

    /// A saved file.
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        self.memory().files.get(name).cloned()
    }

    /// The names of the saved files.
    pub fn files(&self) -> Vec<String> {
        self.memory().files.keys().cloned().collect()
    }

    /// From now on every append and save fails like this and writes nothing; `None`: all is well again.
    pub fn fail_with(&self, failure: Option<JournalError>) {
        self.memory().failure = failure;
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn learn(&mut self, change: &LedgerChange) {
        match change {
            LedgerChange::Put(entries) => {
                let keyed = entries.iter().map(|e| ((e.migration, e.mailbox, e.source_validity, e.source_uid), e.clone()));
                self.ledger.extend(keyed);
            }
            LedgerChange::Forget { migration, mailbox, source_validity, uids } => {
                for uid in uids {
                    let key = (*migration, *mailbox, *source_validity, *uid);
                    if self.ledger.get(&key).is_some_and(|entry| entry.state == EntryState::Intended) {
                        self.ledger.remove(&key);
                    }
                }
            }
            LedgerChange::Mark { migration, mailbox, source_validity, state, uids } => {
                for (uid, target) in uids {
                    if let Some(entry) = self.ledger.get_mut(&(*migration, *mailbox, *source_validity, *uid)) {
                        entry.state = *state;
                        entry.target_uid = target.or(entry.target_uid);
                    }
                }
            }
            LedgerChange::Reflag { migration, mailbox, source_validity, flags, uids } => {
                for uid in uids {
                    if let Some(entry) = self.ledger.get_mut(&(*migration, *mailbox, *source_validity, *uid)) {
                        entry.flags.clone_from(flags);
                    }
                }
            }
            LedgerChange::Clear { migration } => self.ledger.retain(|key, _| key.0 != *migration),
            LedgerChange::Renumber { migration, mailbox, from, to, uids } => {
                let is_meant = |key: &Key| (key.0, key.1, key.2) == (*migration, *mailbox, *from);
                let mut aside: BTreeMap<Uid, Entry> = BTreeMap::new();
                self.ledger.retain(|key, entry| {
                    if is_meant(key) {
                        aside.insert(key.3, entry.clone());
                    }
                    !is_meant(key)
                });
                for (old, new) in uids {
                    if let Some(entry) = aside.remove(old) {
                        let entry = Entry { source_validity: *to, source_uid: *new, ..entry };
                        self.ledger.insert((*migration, *mailbox, *to, *new), entry);
                    }
                }
            }
        }
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn events(&self) -> Result<Vec<StoredEvent>, JournalError> {
        Ok(self.recorded())
    }

    async fn append(&self, records: Vec<Record>) -> Result<Vec<u64>, JournalError> {
        let mut memory = self.memory();
        if let Some(failure) = &memory.failure {
            return Err(failure.clone());
        }
        let mut numbers = Vec::with_capacity(records.len());
        for Record { at, event, ledger } in records {
            let seq = memory.events.len() as u64 + 1;
            memory.events.push(StoredEvent { seq, at, event });
            for change in &ledger {
                memory.learn(change);
            }
            numbers.push(seq);
        }
        Ok(numbers)
    }

    async fn entries(&self, migration: MigrationId, mailbox: MailboxId, state: Option<EntryState>) -> Result<Vec<Entry>, JournalError> {
        let memory = self.memory();
        let meant = memory.ledger.values().filter(|e| e.migration == migration && e.mailbox == mailbox);
        let mut entries: Vec<Entry> = meant.filter(|e| state.is_none_or(|state| e.state == state)).cloned().collect();
        entries.sort_by_key(|e| (e.source_uid, e.source_validity));
        Ok(entries)
    }

    async fn tallies(&self, migration: MigrationId) -> Result<Vec<(MailboxId, MailboxTally)>, JournalError> {
        let mut tallies: BTreeMap<MailboxId, MailboxTally> = BTreeMap::new();
        for entry in self.memory().ledger.values().filter(|e| e.migration == migration) {
            let tally = tallies.entry(entry.mailbox).or_default();
            let is_there = entry.state.is_at_target();
            tally.copied += u64::from(is_there);
            tally.verified += u64::from(entry.state == EntryState::Verified);
            tally.sampled += u64::from(entry.state == EntryState::Sampled);
            tally.refused += u64::from(entry.state == EntryState::Refused);
            if is_there {
                tally.dates_moved += u64::from(entry.internal_date.is_some_and(|date| !date.is_kept()));
                tally.bytes += entry.size;
            }
        }
        Ok(tallies.into_iter().collect())
    }

    async fn save_file(&self, name: &str, bytes: &[u8]) -> Result<String, JournalError> {
        let place = files::place_of(std::path::Path::new("memory"), name)?;
        let mut memory = self.memory();
        if let Some(failure) = &memory.failure {
            return Err(failure.clone());
        }
        memory.files.insert(name.to_owned(), bytes.to_vec());
        Ok(place.display().to_string())
    }
}
