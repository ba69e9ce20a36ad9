//! What SQLite and the file system say, in the words of the port.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::domain::SessionId;
use crate::ports::JournalError;

/// Names the session and folder that errors speak of.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The session.
    pub(super) id: SessionId,
    /// Its folder.
    pub(super) folder: PathBuf,
}

impl Place {
    /// The session cannot be read, for this reason.
    pub(super) fn damaged(&self, cause: &dyn std::fmt::Display) -> JournalError {
        JournalError::Damaged { id: self.id.to_string(), cause: cause.to_string() }
    }

    /// There is no such session.
    pub(super) fn unknown(&self) -> JournalError {
        JournalError::Unknown { id: self.id.to_string() }
    }

    /// A failure of the database.
    pub(super) fn sql(&self, error: &rusqlite::Error) -> JournalError {
        let path = || self.folder.display().to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => JournalError::DiskFull { path: path() },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                JournalError::ReadOnly { path: path(), cause: error.to_string() }
            }
            // SQLite does not hand out errno: writing a few bytes beside the database tells a full or read-only disk from a broken one.
            Some(ErrorCode::SystemIoFailure) => self.try_to_write().err().unwrap_or_else(|| self.damaged(error)),
            _ => self.damaged(error),
        }
    }

    fn try_to_write(&self) -> Result<(), JournalError> {
        let probe = self.folder.join(".probe");
        let outcome = std::fs::write(&probe, vec![0; 65_536]).and_then(|()| std::fs::File::open(&probe)?.sync_all());
        let _ = std::fs::remove_file(&probe);
        outcome.map_err(|error| io_failure(&self.folder, &error))
    }
}

/// A failure of the file system at this path.
pub(super) fn io_failure(path: &Path, error: &io::Error) -> JournalError {
    let path = path.display().to_string();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => JournalError::DiskFull { path },
        _ => JournalError::ReadOnly { path, cause: error.to_string() },
    }
}
