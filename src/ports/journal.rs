//! The session's memory: the journal of events and the ledger of messages, written together.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::{BatchId, ByteSize, Flags, InternalDate, MailboxId, MigrationId, Moment, SessionId, Uid, UidSet, UidValidity};
use crate::mailcopy::{Briefs, Columns, Comparison, EntryState, Fingerprint};
use crate::problem::{Problem, ProblemCode, Troubling};
use crate::session::{Event, StoredEvent};

/// An event on its way to the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When it happened.
    pub at: Moment,
    /// What happened.
    pub event: Event,
    /// What the ledger learns in the same transaction.
    pub ledger: Vec<LedgerChange>,
}

/// One row of the ledger: one source message and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Migration.
    pub migration: MigrationId,
    /// Mailbox of the migration.
    pub mailbox: MailboxId,
    /// UIDVALIDITY of the source mailbox.
    pub source_validity: UidValidity,
    /// UID in the source mailbox.
    pub source_uid: Uid,
    /// UIDVALIDITY of the target mailbox at the time.
    pub target_validity: UidValidity,
    /// UID in the target mailbox, once known.
    pub target_uid: Option<Uid>,
    /// What the message is.
    pub fingerprint: Fingerprint,
    /// Bytes as read.
    pub size: ByteSize,
    /// INTERNALDATE as read.
    pub internal_date: Option<InternalDate>,
    /// Flags as read.
    pub flags: Flags,
    /// What is known.
    pub state: EntryState,
    /// Why it was refused, in the server's words.
    pub reason: Option<String>,
    /// The batch that carried it last.
    pub batch: BatchId,
}

impl Entry {
    /// What is compared.
    pub const fn columns(&self) -> Columns {
        Columns {
            source: self.source_uid,
            target: self.target_uid,
            fingerprint: self.fingerprint,
            internal_date: self.internal_date,
            size: self.size.0,
            state: self.state,
        }
    }
}

/// Which rows: those of one source mailbox under one UIDVALIDITY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailboxRows {
    /// Migration.
    pub migration: MigrationId,
    /// Mailbox of the migration.
    pub mailbox: MailboxId,
    /// UIDVALIDITY of the source mailbox.
    pub source_validity: UidValidity,
}

/// A change of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub enum LedgerChange {
    /// Inserts or replaces rows by (migration, mailbox, source UIDVALIDITY, source UID).
    Put(Vec<Entry>),
    /// The doubt is settled as not stored: the rows of these UIDs that are still `Intended` are removed.
    Forget {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// UIDVALIDITY of the source mailbox.
        source_validity: UidValidity,
        /// UIDs.
        uids: Vec<Uid>,
    },
    /// State and target UID of rows that exist.
    Mark {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// UIDVALIDITY of the source mailbox.
        source_validity: UidValidity,
        /// New state.
        state: EntryState,
        /// Source UID, and the target UID where it is known.
        uids: Vec<(Uid, Option<Uid>)>,
    },
    /// Flags as they are at the source now, of rows that exist.
    Reflag {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// UIDVALIDITY of the source mailbox.
        source_validity: UidValidity,
        /// The flags.
        flags: Flags,
        /// UIDs at the source.
        uids: Vec<Uid>,
    },
    /// Source UIDVALIDITY changed: rows of this mailbox are filed under the new UIDs (old UID, new UID); rows not named are removed.
    Renumber {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// UIDVALIDITY before.
        from: UidValidity,
        /// UIDVALIDITY now.
        to: UidValidity,
        /// Old and new UIDs.
        uids: Vec<(Uid, Uid)>,
    },
    /// The account is gone that they were copied to: all rows of the migration are removed.
    Clear {
        /// Migration.
        migration: MigrationId,
    },
}

/// Totals of a mailbox in the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxTally {
    /// Messages copied or verified.
    pub copied: u64,
    /// Their bytes.
    pub bytes: ByteSize,
    /// Messages verified.
    pub verified: u64,
    /// Messages whose header, flags and date were compared, and not their body.
    #[serde(default)]
    pub sampled: u64,
    /// Messages refused.
    pub refused: u64,
    /// Of the copied, those whose date no server keeps: they got the nearest one that is kept.
    #[serde(default)]
    pub dates_moved: u64,
}

/// A session that lies on this machine, for the list of sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundSession {
    /// Its id.
    pub id: SessionId,
    /// When its last event happened.
    pub touched: Moment,
    /// Whether a running program holds it, and its process id.
    pub held_by: Option<u32>,
}

/// Failures of the journal. After any of them but `Locked` nothing more may be claimed: the engine stops.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// No space left.
    #[error("no space left for {path}")]
    DiskFull {
        /// Folder.
        path: String,
    },
    /// The folder or file cannot be written.
    #[error("{path} cannot be written: {cause}")]
    ReadOnly {
        /// Folder or file.
        path: String,
        /// What the system said.
        cause: String,
    },
    /// Another process holds the session.
    #[error("session {id} is held by process {pid}")]
    Locked {
        /// Session.
        id: String,
        /// Process id, 0 when unknown.
        pid: u32,
    },
    /// Written by a newer version.
    #[error("session {id} was written by version {version}")]
    TooNew {
        /// Session.
        id: String,
        /// Version that wrote it.
        version: String,
    },
    /// The files are not a session, or are damaged.
    #[error("session {id} cannot be read: {cause}")]
    Damaged {
        /// Session.
        id: String,
        /// What was wrong.
        cause: String,
    },
    /// There is no such session.
    #[error("there is no session {id}")]
    Unknown {
        /// Session.
        id: String,
    },
}

/// One session's journal and ledger. One writer; `append` returns once the record is durable.
#[async_trait]
pub trait Journal: Send + Sync {
    /// All events so far, in order.
    ///
    /// # Errors
    /// [`JournalError`].
    async fn events(&self) -> Result<Vec<StoredEvent>, JournalError>;

    /// Writes records in one transaction and syncs; answers their sequence numbers. Concurrent calls may share a sync.
    ///
    /// # Errors
    /// [`JournalError`]; nothing of the call was written then.
    async fn append(&self, records: Vec<Record>) -> Result<Vec<u64>, JournalError>;

    /// Nothing more is expected to be written: what would be tidied up when the journal is dropped is begun now, beside other work.
    /// Everything is durable before it and without it.
    async fn wind_up(&self) {}

    /// Ledger rows of a mailbox, ascending by source UID; only those in `state` when given.
    ///
    /// # Errors
    /// [`JournalError`].
    async fn entries(&self, migration: MigrationId, mailbox: MailboxId, state: Option<EntryState>) -> Result<Vec<Entry>, JournalError>;

    /// Ledger rows of these source UIDs, ascending: for the few that must be seen in full.
    ///
    /// # Errors
    /// [`JournalError`].
    async fn entries_of(&self, of: MailboxRows, uids: &UidSet) -> Result<Vec<Entry>, JournalError> {
        let rows = self.entries(of.migration, of.mailbox, None).await?;
        Ok(rows.into_iter().filter(|row| row.source_validity == of.source_validity && uids.contains(row.source_uid)).collect())
    }

    /// The source UIDs that the ledger holds, in whatever state: what is listed at the source and not here is missing at the target.
    ///
    /// # Errors
    /// [`JournalError`].
    async fn accounted(&self, of: MailboxRows) -> Result<UidSet, JournalError> {
        let rows = self.entries(of.migration, of.mailbox, None).await?;
        Ok(rows.iter().filter(|row| row.source_validity == of.source_validity).map(|row| row.source_uid).collect())
    }

    /// Target UIDs from `from` on that rows hold which are not in doubt.
    ///
    /// # Errors
    /// [`JournalError`].
    async fn claimed(
        &self,
        migration: MigrationId,
        mailbox: MailboxId,
        (target_validity, from): (UidValidity, Uid),
    ) -> Result<UidSet, JournalError> {
        let rows = self.entries(migration, mailbox, None).await?;
        let is_settled = |row: &&Entry| row.state != EntryState::Intended && row.target_validity == target_validity;
        Ok(rows.iter().filter(is_settled).filter_map(|row| row.target_uid).filter(|uid| *uid >= from).collect())
    }

    /// All rows of a mailbox, brief: what verification and later passes compare, forty bytes each. Ascending by source UID.
    ///
    /// # Errors
    /// [`JournalError`].
    async fn briefs(&self, of: MailboxRows, by: Comparison) -> Result<Briefs, JournalError> {
        let mut briefs = Briefs::default();
        for row in self.entries(of.migration, of.mailbox, None).await?.iter().filter(|row| row.source_validity == of.source_validity) {
            briefs.push(&row.columns(), &row.flags.to_string(), by);
        }
        Ok(briefs)
    }

    /// Totals per mailbox of a migration.
    ///
    /// # Errors
    /// [`JournalError`].
    async fn tallies(&self, migration: MigrationId) -> Result<Vec<(MailboxId, MailboxTally)>, JournalError>;

    /// Saves a file into the session's folder (`report.md`, `refused/…eml`, `zone-….txt`), mode 0600, atomically; answers where it lies.
    ///
    /// # Errors
    /// [`JournalError`].
    async fn save_file(&self, name: &str, bytes: &[u8]) -> Result<String, JournalError>;
}

impl Troubling for JournalError {
    fn problem(&self) -> Problem {
        match self {
            Self::DiskFull { path } => Problem::new(ProblemCode::DiskFull).with("path", path),
            Self::ReadOnly { path, cause } => Problem::new(ProblemCode::StateReadOnly).with("path", path).because(cause),
            Self::Locked { id, pid } => Problem::new(ProblemCode::SessionLocked).with("session", id).with("pid", pid),
            Self::TooNew { id, version } => Problem::new(ProblemCode::SessionTooNew).with("session", id).with("version", version),
            Self::Damaged { id, cause } => Problem::new(ProblemCode::SessionDamaged).with("session", id).because(cause),
            Self::Unknown { id } => Problem::new(ProblemCode::SessionUnknown).with("session", id),
        }
    }
}
