//! What is asked of a journal on disk.

use rusqlite::{Connection, Row, params};

use crate::domain::{ByteSize, MailboxId, MigrationId, Moment};
use crate::ports::{Entry, EntryState, JournalError, MailboxTally};
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
    let failed = |error: rusqlite::Error| place.sql(&error);
    let mut query = connection
        .prepare_cached(
            "SELECT source_validity, source_uid, target_validity, target_uid, exact, content, size, arrived, arrived_offset,
                    flags, state, reason, batch
             FROM messages WHERE migration = ?1 AND mailbox = ?2 AND (?3 IS NULL OR state = ?3)
             ORDER BY source_uid, source_validity",
        )
        .map_err(failed)?;
    let mut rows = query.query(params![migration.0, mailbox.0, state.map(ledger::state_name)]).map_err(failed)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        entries.push(ledger::read_entry(migration, mailbox, row).map_err(|error| place.damaged(&format!("ledger: {error}")))?);
    }
    Ok(entries)
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
            "SELECT mailbox, sum(state IN ('copied', 'verified')), sum(iif(state IN ('copied', 'verified'), size, 0)),
                    sum(state = 'verified'), sum(state = 'refused')
             FROM messages WHERE migration = ? GROUP BY mailbox ORDER BY mailbox",
        )
        .map_err(failed)?;
    let number = |row: &Row<'_>, column: usize| row.get::<_, i64>(column).map(|n| u64::try_from(n).unwrap_or(0));
    let rows = query.query_map([migration.0], |row| {
        let (copied, bytes) = (number(row, 1)?, ByteSize(number(row, 2)?));
        Ok((MailboxId(row.get(0)?), MailboxTally { copied, bytes, verified: number(row, 3)?, refused: number(row, 4)? }))
    });
    rows.map_err(failed)?.collect::<rusqlite::Result<_>>().map_err(failed)
}
