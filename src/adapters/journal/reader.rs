//! What is asked of a journal on disk.

use rusqlite::{Connection, Row, ToSql, params};

use crate::domain::{ByteSize, InternalDate, MailboxId, MigrationId, Moment, Uid, UidSet, UidValidity};
use crate::mailcopy::{Briefs, Comparison};
use crate::ports::{Entry, EntryState, JournalError, MailboxRows, MailboxTally};
use crate::session::{Event, StoredEvent};

use super::failure::Place;
use super::ledger;

/// The events after position `after`, in order; 0 for all of them.
pub(super) fn events(connection: &Connection, place: &Place, after: u64) -> Result<Vec<StoredEvent>, JournalError> {
    let failed = |error: rusqlite::Error| place.sql(&error);
    let mut query = connection.prepare_cached("SELECT seq, at, event FROM events WHERE seq > ? ORDER BY seq").map_err(failed)?;
    let mut rows = query.query([i64::try_from(after).unwrap_or(i64::MAX)]).map_err(failed)?;
    let mut events: Vec<StoredEvent> = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let seq = after + events.len() as u64 + 1;
        if row.get::<_, i64>(0).map_err(failed)? != i64::try_from(seq).unwrap_or(-1) {
            return Err(place.damaged(&format!("event {seq} is missing")));
        }
        let text = row.get_ref(2).map_err(failed)?.as_str().map_err(|error| place.damaged(&error))?;
        let event: Event = serde_json::from_str(text).map_err(|error| unreadable(connection, place, (seq, text), &error))?;
        events.push(StoredEvent { seq, at: Moment(row.get(1).map_err(failed)?), event });
    }
    Ok(events)
}

/// An event that is none of ours is from the future if a newer version had taken the session up by then, and damage otherwise.
fn unreadable(connection: &Connection, place: &Place, (seq, text): (u64, &str), error: &serde_json::Error) -> JournalError {
    let is_an_event = serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| value.get("event").is_some());
    let writer = connection.query_row(
        "SELECT event ->> 'version' FROM events
         WHERE seq <= ? AND event ->> 'event' IN ('session-opened', 'session-resumed') ORDER BY seq DESC LIMIT 1",
        [i64::try_from(seq).unwrap_or(i64::MAX)],
        |row| row.get::<_, String>(0),
    );
    match writer {
        Ok(version) if is_an_event && numbers(&version) > numbers(env!("CARGO_PKG_VERSION")) => {
            JournalError::TooNew { id: place.id.to_string(), version }
        }
        _ => place.damaged(&format!("event {seq}: {error}")),
    }
}

fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    plain.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// When the last event happened.
pub(super) fn last_moment(connection: &Connection) -> rusqlite::Result<Option<Moment>> {
    connection.query_row("SELECT at FROM events ORDER BY seq DESC LIMIT 1", [], |row| row.get(0).map(Moment)).map(Some).or_else(|error| {
        match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(None),
            error => Err(error),
        }
    })
}

/// Rows of one mailbox, ascending by source UID.
pub(super) fn entries(
    connection: &Connection,
    place: &Place,
    (migration, mailbox): (MigrationId, MailboxId),
    state: Option<EntryState>,
) -> Result<Vec<Entry>, JournalError> {
    const QUERY: Query = Query("migration = ?1 AND mailbox = ?2 AND (?3 IS NULL OR state = ?3) ORDER BY source_uid, source_validity");
    let mut entries = Vec::new();
    QUERY.each(connection, place, params![migration.0, mailbox.0, state.map(ledger::state_name)], |row| {
        entries.push(ledger::read_entry(migration, mailbox, row)?);
        Ok(())
    })?;
    Ok(entries)
}

/// Rows of these source UIDs, ascending.
pub(super) fn entries_of(connection: &Connection, place: &Place, of: MailboxRows, uids: &UidSet) -> Result<Vec<Entry>, JournalError> {
    const QUERY: Query =
        Query("migration = ?1 AND mailbox = ?2 AND source_validity = ?3 AND source_uid BETWEEN ?4 AND ?5 ORDER BY source_uid");
    let mut entries = Vec::new();
    for (first, last) in uids.ranges() {
        QUERY.each(connection, place, params![of.migration.0, of.mailbox.0, of.source_validity.0, first.0, last.0], |row| {
            entries.push(ledger::read_entry(of.migration, of.mailbox, row)?);
            Ok(())
        })?;
    }
    Ok(entries)
}

/// All rows of a mailbox, brief, ascending by source UID.
pub(super) fn briefs(connection: &Connection, place: &Place, of: MailboxRows, by: Comparison) -> Result<Briefs, JournalError> {
    const QUERY: Query = Query("migration = ?1 AND mailbox = ?2 AND source_validity = ?3 ORDER BY source_uid");
    let mut briefs = Briefs::default();
    QUERY.each(connection, place, params![of.migration.0, of.mailbox.0, of.source_validity.0], |row| {
        briefs.push(&ledger::read_columns(row)?, row.get_ref(9)?.as_str()?, by);
        Ok(())
    })?;
    Ok(briefs)
}

/// The source UIDs that the ledger holds.
pub(super) fn accounted(connection: &Connection, place: &Place, of: MailboxRows) -> Result<UidSet, JournalError> {
    let query = "SELECT source_uid FROM messages WHERE migration = ? AND mailbox = ? AND source_validity = ? ORDER BY source_uid";
    uids(connection, query, params![of.migration.0, of.mailbox.0, of.source_validity.0]).map_err(|error| place.sql(&error))
}

/// Target UIDs from `from` on that rows hold which are not in doubt.
pub(super) fn claimed(
    connection: &Connection,
    place: &Place,
    (migration, mailbox): (MigrationId, MailboxId),
    (validity, from): (UidValidity, Uid),
) -> Result<UidSet, JournalError> {
    let query = "SELECT target_uid FROM messages
                 WHERE migration = ? AND mailbox = ? AND state <> 'intended' AND target_validity = ? AND target_uid >= ?";
    uids(connection, query, params![migration.0, mailbox.0, validity.0, from.0]).map_err(|error| place.sql(&error))
}

fn uids(connection: &Connection, query: &str, named: &[&dyn ToSql]) -> rusqlite::Result<UidSet> {
    let mut query = connection.prepare_cached(query)?;
    query.query_map(named, |row| row.get(0).map(Uid))?.collect()
}

/// What is asked of the ledger's rows, behind `WHERE`.
struct Query(&'static str);

impl Query {
    /// Looks at each row.
    fn each(
        &self,
        connection: &Connection,
        place: &Place,
        named: &[&dyn ToSql],
        mut see: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), JournalError> {
        let failed = |error: rusqlite::Error| place.sql(&error);
        let text = format!("SELECT {} FROM messages WHERE {}", ledger::COLUMNS, self.0);
        let mut query = connection.prepare_cached(&text).map_err(failed)?;
        let mut rows = query.query(named).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            see(row).map_err(|error| place.damaged(&format!("ledger: {error}")))?;
        }
        Ok(())
    }
}

/// Totals per mailbox.
pub(super) fn tallies(
    connection: &Connection,
    place: &Place,
    migration: MigrationId,
) -> Result<Vec<(MailboxId, MailboxTally)>, JournalError> {
    let failed = |error: rusqlite::Error| place.sql(&error);
    let mut query = connection
        .prepare_cached(
            "SELECT mailbox, sum(state NOT IN ('intended', 'refused')), sum(iif(state NOT IN ('intended', 'refused'), size, 0)),
                    sum(state = 'verified'), sum(state = 'refused'), sum(state = 'sampled'),
                    coalesce(sum(state NOT IN ('intended', 'refused') AND arrived NOT BETWEEN ?2 AND ?3), 0)
             FROM messages WHERE migration = ?1 GROUP BY mailbox ORDER BY mailbox",
        )
        .map_err(failed)?;
    let number = |row: &Row<'_>, column: usize| row.get::<_, i64>(column).map(|n| u64::try_from(n).unwrap_or(0));
    let (first, last) = (InternalDate::FIRST_KEPT, InternalDate::LAST_KEPT);
    let rows = query.query_map(params![migration.0, first, last], |row| {
        let (copied, bytes) = (number(row, 1)?, ByteSize(number(row, 2)?));
        let tally = MailboxTally {
            copied,
            bytes,
            verified: number(row, 3)?,
            refused: number(row, 4)?,
            sampled: number(row, 5)?,
            dates_moved: number(row, 6)?,
        };
        Ok((MailboxId(row.get(0)?), tally))
    });
    rows.map_err(failed)?.collect::<rusqlite::Result<_>>().map_err(failed)
}
