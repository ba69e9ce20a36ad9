//! The mail of the world behind one lock: the state, its log, what is remembered, the faults.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;

use super::access::{AccountKey, Template};
use super::blob::{Blob, Form};
use super::change::{Arrival, Body, Change, Deed};
use super::gate::Faults;
use super::generate::Fill;
use super::log::Log;
use super::recall::Recall;
use super::seats::Seats;
use super::snapshot::{AccountSnapshot, MailboxSnapshot, MessageSnapshot};
use super::state::State;
use crate::domain::{ByteSize, Flags, InternalDate, MailboxName, Role, SystemFlag, Uid, UidValidity};

/// State and log: nothing is applied that was not written.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) state: State,
    log: Option<Log>,
    news: watch::Sender<u64>,
}

impl Kept {
    /// Writes a change, then carries it out; answers the UIDs that it gave.
    pub(super) fn commit(&mut self, account: &AccountKey, deed: Deed) -> io::Result<Vec<u32>> {
        let change = Change { account: account.clone(), deed };
        if let Some(log) = &mut self.log {
            log.write(&change)?;
        }
        let uids = self.state.apply(change);
        self.news.send_modify(|changes| *changes += 1);
        Ok(uids)
    }
}

/// All mail stores of the world; cloning gives another handle to the same.
#[derive(Debug, Clone)]
pub struct MailWorld {
    kept: Arc<Mutex<Kept>>,
    recall: Arc<Mutex<Recall>>,
    faults: Faults,
    seats: Seats,
    readers: Arc<Mutex<BTreeMap<AccountKey, Arc<tokio::sync::Mutex<()>>>>>,
    waited: Arc<Mutex<BTreeMap<AccountKey, u64>>>,
}

impl MailWorld {
    /// A world that lives in memory only.
    pub fn in_memory(seed: u64) -> Self {
        Self::of(Kept { state: State::new(seed), log: None, news: watch::Sender::new(0) })
    }

    /// A world that lives in a folder: every change is written before it is answered, so `kill -9` loses nothing that was answered.
    ///
    /// # Errors
    /// When the folder cannot be written, or holds a world of another seed or version.
    pub fn open(folder: &Path, seed: u64) -> io::Result<Self> {
        let mut state = State::new(seed);
        let log = Log::open(folder, seed, |change| {
            state.apply(change);
        })?;
        Ok(Self::of(Kept { state, log: Some(log), news: watch::Sender::new(0) }))
    }

    fn of(kept: Kept) -> Self {
        let (faults, seats) = (Faults::default(), Seats::default());
        Self { kept: Arc::new(Mutex::new(kept)), recall: Arc::default(), faults, seats, readers: Arc::default(), waited: Arc::default() }
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes at every change.
    pub(in crate::sandbox) fn news(&self) -> watch::Receiver<u64> {
        self.kept().news.subscribe()
    }

    pub(super) fn seats(&self) -> &Seats {
        &self.seats
    }

    fn recall(&self) -> MutexGuard<'_, Recall> {
        self.recall.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a store under this key.
    pub fn has_account(&self, key: &AccountKey) -> bool {
        self.kept().state.account(key).is_some()
    }

    /// Fills a store with believable mail, the same for the same seed, key and wish. Does nothing when the store exists.
    ///
    /// # Errors
    /// When the log cannot be written; nothing has changed then.
    pub fn fill(&self, key: &AccountKey, fill: &Fill) -> io::Result<()> {
        self.begin(key, Deed::Fill(fill.clone()))
    }

    /// Begins a store with the mailboxes that a new account has. Does nothing when the store exists.
    ///
    /// # Errors
    /// When the log cannot be written; nothing has changed then.
    pub fn create_empty(&self, key: &AccountKey, template: Template) -> io::Result<()> {
        self.begin(key, Deed::Begin(template))
    }

    fn begin(&self, key: &AccountKey, deed: Deed) -> io::Result<()> {
        let mut kept = self.kept();
        if kept.state.account(key).is_none() {
            kept.commit(key, deed)?;
        }
        Ok(())
    }

    /// Removes a store with everything in it.
    ///
    /// # Errors
    /// When the log cannot be written; nothing has changed then.
    pub fn drop_account(&self, key: &AccountKey) -> io::Result<()> {
        self.change(key, Deed::Drop).map(drop)
    }

    /// Adds a mailbox, not subscribed; does nothing when it exists. For tests.
    ///
    /// # Errors
    /// When the log cannot be written; nothing has changed then.
    pub fn add_mailbox(&self, key: &AccountKey, name: &MailboxName, role: Option<Role>) -> io::Result<()> {
        self.change(key, Deed::Create(name.clone(), role)).map(drop)
    }

    /// Subscribes a name. For tests.
    ///
    /// # Errors
    /// When the log cannot be written; nothing has changed then.
    pub fn subscribe(&self, key: &AccountKey, name: &MailboxName) -> io::Result<()> {
        self.change(key, Deed::Subscribe(name.clone())).map(drop)
    }

    /// Stores a message as it is, without the rules of any dialect. For tests.
    ///
    /// # Errors
    /// When there is no such store or mailbox, or the log cannot be written; nothing has changed then.
    pub fn put(&self, key: &AccountKey, mailbox: &MailboxName, flags: Flags, date: InternalDate, bytes: Bytes) -> io::Result<Uid> {
        let arrival = Arrival { flags, date, hides_flagged: false, body: self.body(bytes) };
        let uids = self.change(key, Deed::Append(mailbox.clone(), vec![arrival]))?;
        uids.first().copied().map(Uid).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{} has no {mailbox}", key.0)))
    }

    /// Removes messages. For tests.
    ///
    /// # Errors
    /// When the log cannot be written; nothing has changed then.
    pub fn remove(&self, key: &AccountKey, mailbox: &MailboxName, uids: &[Uid]) -> io::Result<()> {
        let mut uids: Vec<u32> = uids.iter().map(|u| u.0).collect();
        uids.sort_unstable();
        self.change(key, Deed::Expunge(mailbox.clone(), uids)).map(drop)
    }

    /// Gives a mailbox a new UIDVALIDITY and its messages new UIDs, as a repaired index does. For tests.
    ///
    /// # Errors
    /// When the log cannot be written; nothing has changed then.
    pub fn renumber(&self, key: &AccountKey, mailbox: &MailboxName) -> io::Result<()> {
        self.change(key, Deed::Renumber(mailbox.clone())).map(drop)
    }

    fn change(&self, key: &AccountKey, deed: Deed) -> io::Result<Vec<u32>> {
        self.kept().commit(key, deed)
    }

    /// The whole store, bodies included.
    pub fn snapshot(&self, key: &AccountKey) -> AccountSnapshot {
        let mut snapshot = AccountSnapshot::default();
        let mut blobs: Vec<Vec<Blob>> = Vec::new();
        if let Some(account) = self.kept().state.account(key) {
            for (name, mailbox) in &account.mailboxes {
                let messages = mailbox.messages.iter().map(|m| MessageSnapshot {
                    uid: Uid(m.uid),
                    flags: m.flags.clone(),
                    elsewhere: elsewhere(m),
                    internal_date: m.date,
                    bytes: Bytes::new(),
                });
                let found = MailboxSnapshot {
                    is_subscribed: account.subscribed.contains(name),
                    role: mailbox.role,
                    holds_mail: mailbox.holds_mail,
                    uid_validity: UidValidity(mailbox.uid_validity),
                    messages: messages.collect(),
                };
                snapshot.mailboxes.insert(name.clone(), found);
                blobs.push(mailbox.messages.iter().map(|m| m.blob.clone()).collect());
            }
        }
        // Bodies are made after the lock is gone.
        for (mailbox, blobs) in snapshot.mailboxes.values_mut().zip(blobs) {
            for (message, blob) in mailbox.messages.iter_mut().zip(blobs) {
                message.bytes = blob.bytes();
            }
        }
        snapshot
    }

    /// Bytes that a store keeps itself, not by reference to generated mail.
    #[cfg(test)]
    pub(super) fn kept_bytes(&self, key: &AccountKey) -> usize {
        let kept = self.kept();
        let blobs = kept.state.account(key).into_iter().flat_map(super::state::Account::blobs);
        blobs.map(|blob| if let Blob::Kept(bytes) = blob { bytes.len() } else { 0 }).sum()
    }

    /// Bytes in a store; 0 when there is none.
    pub fn used(&self, key: &AccountKey) -> ByteSize {
        // Sizes of generated mail may have to be made first: not under the lock.
        let blobs: Vec<Blob> = self.kept().state.account(key).into_iter().flat_map(super::state::Account::blobs).cloned().collect();
        ByteSize(blobs.iter().map(Blob::size).sum())
    }

    /// The faults of this world.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    /// The lock that readers of bodies take where only one may read at a time.
    pub(super) fn reader(&self, key: &AccountKey) -> Arc<tokio::sync::Mutex<()>> {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(readers.entry(key.clone()).or_default())
    }

    pub(super) fn count_waiting(&self, key: &AccountKey) {
        *self.waited.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default() += 1;
    }

    /// How often a reader of bodies had to wait for another one of the same account.
    pub fn readers_waited(&self, key: &AccountKey) -> u64 {
        self.waited.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied().unwrap_or(0)
    }

    /// Names the bytes of an arriving message, by reference where they are known.
    pub(super) fn body(&self, bytes: Bytes) -> Body {
        let candidate = self.recall().candidate(&bytes);
        if let Some(recalled) = candidate {
            let catalogue = self.kept().state.catalogue(recalled.catalogue).cloned();
            if catalogue.is_some_and(|c| Blob::Generated(c, recalled).bytes() == bytes) {
                return Body::Recalled(recalled);
            }
        }
        Body::Raw { len: bytes.len(), bytes }
    }

    /// The bytes of a stored message on their way out of a door, remembered.
    pub(super) fn hand_out(&self, blob: &Blob, form: Form) -> Bytes {
        let blob = match blob {
            Blob::Generated(catalogue, recalled) if form == Form::Rebuilt => {
                Blob::Generated(Arc::clone(catalogue), super::blob::Recalled { form, ..*recalled })
            }
            other => other.clone(),
        };
        let bytes = blob.bytes();
        match blob {
            Blob::Generated(_, recalled) => {
                self.recall().remember(&bytes, recalled);
                bytes
            }
            Blob::Kept(_) if form == Form::Rebuilt => super::rebuild::rebuilt(&bytes),
            Blob::Kept(_) => bytes,
        }
    }
}

/// The flags of a message as other protocols see them.
fn elsewhere(message: &super::state::Stored) -> Flags {
    if !message.hides_flagged {
        return message.flags.clone();
    }
    Flags::from_wire(message.flags.wire_names().into_iter().filter(|name| *name != SystemFlag::Flagged.wire()))
}
