//! One session's journal on disk.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::domain::{MailboxId, MigrationId, SessionId, Uid, UidSet, UidValidity};
use crate::mailcopy::{Briefs, Comparison};
use crate::ports::{Entry, EntryState, Journal, JournalError, MailboxRows, MailboxTally, Record};
use crate::session::StoredEvent;

use super::failure::{Place, io_failure};
use super::writer::{Call, Line, Order, Writer};
use super::{files, folder, lock, reader, schema};

/// Reading connections kept open between questions.
const IDLE_READERS: usize = 4;

/// A session's journal in its folder below the state folder. Dropping it finishes what was handed over and lets go of
/// the lock before the drop returns.
pub struct SqliteJournal {
    place: Place,
    readers: Arc<Mutex<Vec<Connection>>>,
    writer: Option<Writer>,
}

impl SqliteJournal {
    /// Begins a session below this state folder, and holds it.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] when a session of this name is there already, [`JournalError::ReadOnly`], [`JournalError::DiskFull`].
    pub fn create(root: &Path, id: &SessionId) -> Result<Self, JournalError> {
        let place = folder::place(root, id);
        for path in [place.folder.clone(), place.folder.join("log"), place.folder.join("refused")] {
            files::make_folder(&path)?;
        }
        let lock = place.take_lock()?;
        if place.database().exists() {
            return Err(place.damaged(&"a session of this name is there already"));
        }
        // What could not be begun leaves nothing behind that looks like a session.
        let folder = place.folder.clone();
        let journal =
            schema::make(&place).and_then(|()| Self::hold(place, lock)).inspect_err(|_| drop(std::fs::remove_dir_all(&folder)))?;
        for path in [Some(journal.folder()), journal.folder().parent()].into_iter().flatten() {
            files::sync_folder(path).map_err(|error| io_failure(path, &error))?;
        }
        Ok(journal)
    }

    /// Takes up a session, and holds it.
    ///
    /// # Errors
    /// [`JournalError::Unknown`], [`JournalError::Locked`] when a program holds it, [`JournalError::TooNew`],
    /// [`JournalError::Damaged`], [`JournalError::ReadOnly`], [`JournalError::DiskFull`].
    pub fn open(root: &Path, id: &SessionId) -> Result<Self, JournalError> {
        let place = folder::place(root, id);
        if !place.database().exists() {
            return Err(place.unknown());
        }
        let lock = place.take_lock()?;
        Self::hold(place, lock)
    }

    /// Looks at a session without holding it, whether somebody else does or not. Nothing can be appended or saved.
    ///
    /// # Errors
    /// As [`SqliteJournal::open`], without `Locked`.
    pub fn watch(root: &Path, id: &SessionId) -> Result<Self, JournalError> {
        let place = folder::place(root, id);
        let connection = schema::open_to_read(&place)?;
        Ok(Self { place, readers: Arc::new(Mutex::new(vec![connection])), writer: None })
    }

    fn hold(place: Place, lock: lock::Lock) -> Result<Self, JournalError> {
        let connection = schema::open_to_write(&place)?;
        let writer = Writer::start(connection, lock, place.clone())?;
        Ok(Self { place, readers: Arc::default(), writer: Some(writer) })
    }

    /// Which session this is.
    pub fn id(&self) -> &SessionId {
        &self.place.id
    }

    /// The session's folder; `log/` and `refused/` are in it.
    pub fn folder(&self) -> &Path {
        &self.place.folder
    }

    /// Whether it was opened for looking only.
    pub fn is_watching(&self) -> bool {
        self.writer.is_none()
    }

    /// The events after position `after`: what somebody who watches asks from time to time.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn events_after(&self, after: u64) -> Result<Vec<StoredEvent>, JournalError> {
        self.read(move |connection, place| reader::events(connection, place, after)).await
    }

    /// For tests only: as [`SqliteJournal::open`] on a disk with room for this many pages of 4 KiB in `session.db`.
    #[cfg(test)]
    pub(super) fn open_on_a_small_disk(root: &Path, id: &SessionId, pages: u32) -> Result<Self, JournalError> {
        let place = folder::place(root, id);
        let lock = place.take_lock()?;
        let connection = schema::open_to_write(&place)?;
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).map_err(|error| place.sql(&error))?;
        let writer = Writer::start(connection, lock, place.clone())?;
        Ok(Self { place, readers: Arc::default(), writer: Some(writer) })
    }

    fn not_held(&self) -> JournalError {
        match lock::holder(&self.place.lock()) {
            Some(pid) => JournalError::Locked { id: self.place.id.to_string(), pid },
            None => JournalError::ReadOnly {
                path: self.place.folder.display().to_string(),
                cause: "the session is opened for looking only".to_owned(),
            },
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Connection, &Place) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (readers, place) = (Arc::clone(&self.readers), self.place.clone());
        let idle = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        self.off_the_runtime(move || {
            let connection = idle.map_or_else(|| schema::open_to_read(&place), Ok)?;
            let answer = ask(&connection, &place);
            let mut readers = readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < IDLE_READERS {
                readers.push(connection);
            }
            answer
        })
        .await
    }

    async fn off_the_runtime<T: Send + 'static>(
        &self,
        act: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        tokio::task::spawn_blocking(act).await.map_err(|error| self.place.damaged(&error))?
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn events(&self) -> Result<Vec<StoredEvent>, JournalError> {
        self.events_after(0).await
    }

    async fn append(&self, records: Vec<Record>) -> Result<Vec<u64>, JournalError> {
        let orders = self.writer.as_ref().and_then(Writer::orders).ok_or_else(|| self.not_held())?;
        let mut lines = Vec::with_capacity(records.len());
        for Record { at, event, ledger } in records {
            let event = serde_json::to_string(&event).map_err(|error| self.place.damaged(&error))?;
            lines.push(Line { at, event, ledger });
        }
        let (answer, answered) = oneshot::channel();
        let is_gone = || self.place.damaged(&"the journal's thread has ended");
        orders.send(Order::Write(Call { lines, answer })).await.map_err(|_| is_gone())?;
        answered.await.map_err(|_| is_gone())?
    }

    async fn wind_up(&self) {
        let Some(orders) = self.writer.as_ref().and_then(Writer::orders) else { return };
        let (told, done) = oneshot::channel();
        if orders.send(Order::TidyUp(told)).await.is_ok() {
            let _ = done.await;
        }
    }

    async fn entries(&self, migration: MigrationId, mailbox: MailboxId, state: Option<EntryState>) -> Result<Vec<Entry>, JournalError> {
        self.read(move |connection, place| reader::entries(connection, place, (migration, mailbox), state)).await
    }

    async fn entries_of(&self, of: MailboxRows, uids: &UidSet) -> Result<Vec<Entry>, JournalError> {
        let uids = uids.clone();
        self.read(move |connection, place| reader::entries_of(connection, place, of, &uids)).await
    }

    async fn accounted(&self, of: MailboxRows) -> Result<UidSet, JournalError> {
        self.read(move |connection, place| reader::accounted(connection, place, of)).await
    }

    async fn claimed(&self, migration: MigrationId, mailbox: MailboxId, from: (UidValidity, Uid)) -> Result<UidSet, JournalError> {
        self.read(move |connection, place| reader::claimed(connection, place, (migration, mailbox), from)).await
    }

    async fn briefs(&self, of: MailboxRows, by: Comparison) -> Result<Briefs, JournalError> {
        self.read(move |connection, place| reader::briefs(connection, place, of, by)).await
    }

    async fn tallies(&self, migration: MigrationId) -> Result<Vec<(MailboxId, MailboxTally)>, JournalError> {
        self.read(move |connection, place| reader::tallies(connection, place, migration)).await
    }

    async fn save_file(&self, name: &str, bytes: &[u8]) -> Result<String, JournalError> {
        if self.is_watching() {
            return Err(self.not_held());
        }
        let (folder, name, bytes): (PathBuf, _, _) = (self.place.folder.clone(), name.to_owned(), bytes.to_vec());
        let path = self.off_the_runtime(move || files::save(&folder, &name, &bytes)).await?;
        Ok(path.display().to_string())
    }
}
