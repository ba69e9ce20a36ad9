//! The database: its tables, its settings, and the check that it is ours and not from the future.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::ports::JournalError;
use crate::session::JOURNAL_FORMAT;

use super::failure::{Place, io_failure};

/// `MFRY`: what `file(1)` and SQLite call the kind of this database.
const APPLICATION: i32 = 0x4d46_5259;

/// Version of the tables. A database with a higher one was written by a newer program. Version 2 has the states `sampled` and
/// `altered`; the tables are those of version 1.
const TABLES_VERSION: i32 = 2;

/// How long one connection waits for another.
pub(super) const LONG_WAIT: Duration = Duration::from_secs(10);

/// How the one connection that writes is opened: only one thread uses it.
const WRITING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// The ledger's states as numbers are given in `ledger.rs`; moments are milliseconds, `arrived` seconds since 1970.
const TABLES: &str = "
CREATE TABLE events(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, event TEXT NOT NULL) STRICT;
CREATE TABLE messages(
    migration INTEGER NOT NULL, mailbox INTEGER NOT NULL, source_validity INTEGER NOT NULL, source_uid INTEGER NOT NULL,
    target_validity INTEGER NOT NULL, target_uid INTEGER,
    exact BLOB NOT NULL, content BLOB NOT NULL, size INTEGER NOT NULL,
    arrived INTEGER, arrived_offset INTEGER, flags TEXT NOT NULL,
    state TEXT NOT NULL, reason TEXT, batch INTEGER NOT NULL,
    PRIMARY KEY(migration, mailbox, source_validity, source_uid)
) WITHOUT ROWID, STRICT;
";

/// Makes an empty database: whole under another name, synced once, then given its own. What is interrupted leaves no database, and SQLite
/// need not keep a journal of its making.
pub(super) fn make(place: &Place) -> Result<(), JournalError> {
    let (path, part) = (place.database(), place.folder.join("session.db-new"));
    let failed = |error: std::io::Error| io_failure(&part, &error);
    let file = new_file(true).open(&part).map_err(failed)?;
    let mut connection = Connection::open_with_flags(&part, WRITING).map_err(|error| place.sql(&error))?;
    fill(&mut connection).map_err(|error| place.sql(&error))?;
    connection.close().map_err(|(_, error)| place.sql(&error))?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&part, &path).map_err(|error| io_failure(&path, &error))
}

fn fill(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    make_tables(connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")
}

fn make_tables(connection: &mut Connection) -> rusqlite::Result<()> {
    let making = connection.transaction()?;
    making.execute_batch(TABLES)?;
    making.pragma_update(None, "application_id", APPLICATION)?;
    making.pragma_update(None, "user_version", TABLES_VERSION)?;
    making.commit()
}

/// A file that is made by us and not by SQLite, so that it, and the files that SQLite derives from it, are nobody else's to read.
fn new_file(is_emptied: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(is_emptied).mode(0o600);
    options
}

/// Opens the one connection that writes. An empty database gets its tables, in one transaction.
pub(super) fn open_to_write(place: &Place) -> Result<Connection, JournalError> {
    let path = place.database();
    new_file(false).open(&path).map_err(|error| io_failure(&path, &error))?;
    let mut connection = Connection::open_with_flags(&path, WRITING).map_err(|error| place.sql(&error))?;
    prepare(&mut connection).map_err(|error| place.sql(&error))?;
    check(place, &connection)?;
    Ok(connection)
}

fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LONG_WAIT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    if version(connection, "user_version")? == 0 && is_empty(connection)? {
        make_tables(connection)?;
    }
    // Whatever is not ours, or newer, is left as it is, and refused by the check that follows.
    if version(connection, "user_version")? == 1 && version(connection, "application_id")? == APPLICATION {
        connection.pragma_update(None, "user_version", TABLES_VERSION)?;
    }
    Ok(())
}

/// Opens a connection that only reads. It sees what is committed, while another connection or process writes.
pub(super) fn open_to_read(place: &Place) -> Result<Connection, JournalError> {
    if !place.database().exists() {
        return Err(place.unknown());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(place.database(), flags).map_err(|error| place.sql(&error))?;
    connection.busy_timeout(LONG_WAIT).map_err(|error| place.sql(&error))?;
    if version(&connection, "schema_version").is_ok() || place.folder.join("session.db-wal").exists() {
        check(place, &connection)?;
        return Ok(connection);
    }
    // On a medium that cannot be written, SQLite cannot make the shared memory that WAL asks for; without a WAL there is
    // nothing to share, and the file can be read as it is.
    let text = place.database().display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let connection = Connection::open_with_flags(format!("file:{text}?immutable=1"), flags | OpenFlags::SQLITE_OPEN_URI)
        .map_err(|error| place.sql(&error))?;
    check(place, &connection)?;
    Ok(connection)
}

fn version(connection: &Connection, pragma: &str) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

/// Refuses what is not ours, and what a newer program wrote.
fn check(place: &Place, connection: &Connection) -> Result<(), JournalError> {
    let failed = |error: rusqlite::Error| place.sql(&error);
    if is_empty(connection).map_err(failed)? {
        // Its creation was interrupted: nothing was ever recorded. Only the writer can make its tables.
        return if connection.is_readonly("main").map_err(failed)? { Err(place.unknown()) } else { Ok(()) };
    }
    if version(connection, "application_id").map_err(failed)? != APPLICATION {
        return Err(place.damaged(&"session.db is a database of another program"));
    }
    let first = connection.query_row("SELECT event FROM events WHERE seq = 1", [], |row| row.get::<_, String>(0));
    let first: Option<serde_json::Value> = match first {
        Ok(text) => serde_json::from_str(&text).ok(),
        Err(rusqlite::Error::QueryReturnedNoRows) => None,
        Err(error) if version(connection, "user_version").map_err(failed)? <= TABLES_VERSION => return Err(failed(error)),
        Err(_) => None,
    };
    let format = first.as_ref().and_then(|event| event.get("format")?.as_u64()).unwrap_or(0);
    if format > u64::from(JOURNAL_FORMAT) || version(connection, "user_version").map_err(failed)? > TABLES_VERSION {
        let version = first.as_ref().and_then(|event| event.get("version")?.as_str()).unwrap_or("unknown");
        return Err(JournalError::TooNew { id: place.id.to_string(), version: version.to_owned() });
    }
    Ok(())
}
