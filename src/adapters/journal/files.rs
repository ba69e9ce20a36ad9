//! Files beside the database: written whole or not at all, 0600, never outside the session's folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::ports::JournalError;

use super::failure::io_failure;

/// Names that belong to the journal itself.
const RESERVED: [&str; 5] = ["session.db", "session.db-new", "session.db-wal", "session.db-shm", "lock"];

/// Creates a folder and those above it, 0700; one that exists is left as it is.
pub(super) fn make_folder(path: &Path) -> Result<(), JournalError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| io_failure(path, &error))
}

/// The path of `name` below `folder`, if it is plainly there: relative, without `.` or `..`, not a file of the journal.
pub(super) fn place_of(folder: &Path, name: &str) -> Result<PathBuf, JournalError> {
    let relative = Path::new(name);
    let is_plain = !name.is_empty() && !name.ends_with('/') && relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !is_plain || name.contains('\0') || RESERVED.contains(&name) {
        let cause = "this name does not stay in the session's folder, or belongs to the journal".to_owned();
        return Err(JournalError::ReadOnly { path: name.to_owned(), cause });
    }
    Ok(folder.join(relative))
}

/// Writes a file beside its final place, syncs it, and moves it there: a reader sees the old content or the new, never a part.
pub(super) fn save(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, JournalError> {
    let path = place_of(folder, name)?;
    let parent = path.parent().unwrap_or(folder);
    make_folder(parent)?;
    write_and_move(parent, &path, bytes).map_err(|error| io_failure(&path, &error))?;
    Ok(path)
}

fn write_and_move(parent: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let part = parent.join(format!(".part-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        sync_folder(parent)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

/// Makes new names in a folder survive a loss of power.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
