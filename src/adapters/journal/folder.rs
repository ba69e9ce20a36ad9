//! Where sessions lie, which ones there are, and how one is forgotten.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::domain::{Moment, SessionId};
use crate::ports::{FoundSession, JournalError};

use super::failure::{Place, io_failure};
use super::lock::{self, Asked};
use super::{reader, schema};

/// The folder of one session, and what lies in it.
pub(super) fn place(root: &Path, id: &SessionId) -> Place {
    Place { id: id.clone(), folder: root.join("sessions").join(id.as_str()) }
}

impl Place {
    /// Events and ledger.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.join("session.db")
    }

    /// The lock's file.
    pub(super) fn lock(&self) -> PathBuf {
        self.folder.join("lock")
    }

    /// Takes the lock.
    pub(super) fn take_lock(&self) -> Result<lock::Lock, JournalError> {
        match lock::take(&self.lock()).map_err(|error| io_failure(&self.lock(), &error))? {
            Asked::Granted(lock) => Ok(lock),
            Asked::HeldBy(pid) => Err(JournalError::Locked { id: self.id.to_string(), pid }),
        }
    }
}

/// The sessions below a state folder, latest first. A state folder that does not exist holds none; a session that
/// cannot be read is listed all the same, with the time at which its file was last written.
///
/// # Errors
/// [`JournalError::ReadOnly`] when the folder is there and cannot be read.
pub fn list(root: &Path) -> Result<Vec<FoundSession>, JournalError> {
    let sessions = root.join("sessions");
    let entries = match fs::read_dir(&sessions) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_failure(&sessions, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| io_failure(&sessions, &error))?;
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<SessionId>().ok()) else { continue };
        let place = place(root, &id);
        if place.folder != entry.path() {
            continue;
        }
        if let Some(touched) = touched(&place) {
            found.push(FoundSession { touched, held_by: lock::holder(&place.lock()), id });
        }
    }
    found.sort_by(|a, b| b.touched.cmp(&a.touched).then_with(|| a.id.cmp(&b.id)));
    Ok(found)
}

/// When something last happened; none when nothing ever did because not even the creation came to its end.
fn touched(place: &Place) -> Option<Moment> {
    let last_event = match schema::open_to_read(place) {
        Ok(connection) => reader::last_moment(&connection).ok().flatten(),
        Err(JournalError::Unknown { .. }) => return None,
        Err(_) => None,
    };
    last_event.or_else(|| {
        let modified = fs::metadata(place.database()).and_then(|data| data.modified()).ok()?;
        let age = modified.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(age.as_millis()).ok().map(Moment)
    })
}

/// Removes a session with everything in its folder. Its secrets are the keyring's and are not touched here.
///
/// # Errors
/// [`JournalError::Locked`] while a program holds it, [`JournalError::Unknown`] when there is none, [`JournalError::ReadOnly`].
pub fn forget(root: &Path, id: &SessionId) -> Result<(), JournalError> {
    let place = place(root, id);
    if !place.folder.is_dir() {
        return Err(place.unknown());
    }
    let _lock = place.take_lock()?;
    // The database goes first: whatever interrupts this leaves something that is no session any more.
    for name in ["session.db", "session.db-wal", "session.db-shm"] {
        match fs::remove_file(place.folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io_failure(&place.folder, &error)),
            _ => {}
        }
    }
    fs::remove_dir_all(&place.folder).map_err(|error| io_failure(&place.folder, &error))
}
