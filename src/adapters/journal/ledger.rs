//! The ledger's rows: written with the event of their batch, read back as entries.

use rusqlite::{Connection, Row, params, types::Type};

use crate::domain::{BatchId, ByteSize, Flags, InternalDate, MailboxId, MigrationId, Uid, UidValidity};
use crate::mailcopy::{Columns, Digest, Fingerprint};
use crate::ports::{Entry, EntryState, LedgerChange};

const PUT: &str = "INSERT OR REPLACE INTO messages(migration, mailbox, source_validity, source_uid, target_validity, target_uid,
    exact, content, size, arrived, arrived_offset, flags, state, reason, batch)
    VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// How a state is written.
pub(super) const fn state_name(state: EntryState) -> &'static str {
    match state {
        EntryState::Intended => "intended",
        EntryState::Copied => "copied",
        EntryState::Sampled => "sampled",
        EntryState::Verified => "verified",
        EntryState::Altered => "altered",
        EntryState::Refused => "refused",
    }
}

fn state_of(name: &str) -> Option<EntryState> {
    EntryState::ALL.into_iter().find(|state| state_name(*state) == name)
}

/// Carries out a change. The caller owns the transaction.
pub(super) fn write(connection: &Connection, change: &LedgerChange) -> rusqlite::Result<()> {
    match change {
        LedgerChange::Put(entries) => entries.iter().try_for_each(|entry| put(connection, entry)),
        LedgerChange::Forget { migration, mailbox, source_validity, uids } => {
            let mut delete = connection.prepare_cached(
                "DELETE FROM messages
                 WHERE migration = ? AND mailbox = ? AND source_validity = ? AND source_uid = ? AND state = 'intended'",
            )?;
            uids.iter().try_for_each(|uid| delete.execute(params![migration.0, mailbox.0, source_validity.0, uid.0]).map(drop))
        }
        LedgerChange::Mark { migration, mailbox, source_validity, state, uids } => {
            let mut update = connection.prepare_cached(
                "UPDATE messages SET state = ?5, target_uid = coalesce(?6, target_uid)
                 WHERE migration = ?1 AND mailbox = ?2 AND source_validity = ?3 AND source_uid = ?4",
            )?;
            uids.iter().try_for_each(|(uid, target)| {
                let target = target.map(|uid| uid.0);
                update.execute(params![migration.0, mailbox.0, source_validity.0, uid.0, state_name(*state), target]).map(drop)
            })
        }
        LedgerChange::Reflag { migration, mailbox, source_validity, flags, uids } => {
            let mut update = connection.prepare_cached(
                "UPDATE messages SET flags = ?5 WHERE migration = ?1 AND mailbox = ?2 AND source_validity = ?3 AND source_uid = ?4",
            )?;
            let flags = flags.to_string();
            uids.iter().try_for_each(|uid| update.execute(params![migration.0, mailbox.0, source_validity.0, uid.0, flags]).map(drop))
        }
        LedgerChange::Clear { migration } => {
            connection.prepare_cached("DELETE FROM messages WHERE migration = ?")?.execute([migration.0]).map(drop)
        }
        LedgerChange::Renumber { migration, mailbox, from, to, uids } => renumber(connection, (*migration, *mailbox), (*from, *to), uids),
    }
}

fn put(connection: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    connection.prepare_cached(PUT)?.execute(params![
        entry.migration.0,
        entry.mailbox.0,
        entry.source_validity.0,
        entry.source_uid.0,
        entry.target_validity.0,
        entry.target_uid.map(|uid| uid.0),
        &entry.fingerprint.exact.0[..],
        entry.fingerprint.content.as_ref().map_or(&[][..], |digest| &digest.0[..]),
        i64::try_from(entry.size.0).unwrap_or(i64::MAX),
        entry.internal_date.map(InternalDate::unix_seconds),
        entry.internal_date.map(InternalDate::offset_minutes),
        entry.flags.to_string(),
        state_name(entry.state),
        entry.reason,
        i64::try_from(entry.batch.0).unwrap_or(i64::MAX),
    ])?;
    Ok(())
}

/// New UIDs may be old UIDs of other messages: the rows step aside under a UIDVALIDITY that no server has (they are
/// unsigned) and come back under their new names. What was not named stays aside and is removed.
fn renumber(
    connection: &Connection,
    (migration, mailbox): (MigrationId, MailboxId),
    (from, to): (UidValidity, UidValidity),
    uids: &[(Uid, Uid)],
) -> rusqlite::Result<()> {
    let mut aside = connection
        .prepare_cached("UPDATE messages SET source_validity = -1 WHERE migration = ? AND mailbox = ? AND source_validity = ?")?;
    aside.execute(params![migration.0, mailbox.0, from.0])?;
    let mut back = connection.prepare_cached(
        "UPDATE OR REPLACE messages SET source_validity = ?3, source_uid = ?5
         WHERE migration = ?1 AND mailbox = ?2 AND source_validity = -1 AND source_uid = ?4",
    )?;
    for (old, new) in uids {
        back.execute(params![migration.0, mailbox.0, to.0, old.0, new.0])?;
    }
    let mut rest = connection.prepare_cached("DELETE FROM messages WHERE migration = ? AND mailbox = ? AND source_validity = -1")?;
    rest.execute(params![migration.0, mailbox.0]).map(drop)
}

/// An empty blob: the content was not looked at.
fn content_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Digest>> {
    if row.get_ref(column)?.as_blob()?.is_empty() { Ok(None) } else { row.get(column).map(|bytes| Some(Digest(bytes))) }
}

/// The columns of a row, in the order in which `read_columns` and `read_entry` look for them.
pub(super) const COLUMNS: &str = "source_validity, source_uid, target_validity, target_uid, exact, content, size, arrived, arrived_offset, \
    flags, state, reason, batch";

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|n| u64::try_from(n).unwrap_or(0))
}

/// Reads what is compared of a row of [`COLUMNS`].
pub(super) fn read_columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    let internal_date = match (row.get::<_, Option<i64>>(7)?, row.get::<_, Option<i16>>(8)?) {
        (Some(seconds), Some(offset)) => InternalDate::from_unix(seconds, offset),
        _ => None,
    };
    let state = row.get_ref(10)?.as_str()?;
    let state = state_of(state).ok_or_else(|| rusqlite::Error::InvalidColumnType(10, format!("state {state:?}"), Type::Text))?;
    Ok(Columns {
        source: Uid(row.get(1)?),
        target: row.get::<_, Option<u32>>(3)?.map(Uid),
        fingerprint: Fingerprint { exact: Digest(row.get(4)?), content: content_of(row, 5)? },
        internal_date,
        size: number(row, 6)?,
        state,
    })
}

/// Reads a row of [`COLUMNS`].
pub(super) fn read_entry(migration: MigrationId, mailbox: MailboxId, row: &Row<'_>) -> rusqlite::Result<Entry> {
    let Columns { source, target, fingerprint, internal_date, size, state } = read_columns(row)?;
    Ok(Entry {
        migration,
        mailbox,
        source_validity: UidValidity(row.get(0)?),
        source_uid: source,
        target_validity: UidValidity(row.get(2)?),
        target_uid: target,
        fingerprint,
        size: ByteSize(size),
        internal_date,
        flags: Flags::from(row.get::<_, String>(9)?),
        state,
        reason: row.get(11)?,
        batch: BatchId(number(row, 12)?),
    })
}
