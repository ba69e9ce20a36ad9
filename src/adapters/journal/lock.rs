//! The lock of a session: an advisory lock on the file `lock`, held by the operating system for as long as the process lives.
//!
//! The file's content, the holder's process id, is for people; only the lock itself decides. A killed process leaves the
//! file behind and the lock gone, so nothing ever has to be cleaned up.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

/// Somebody who only looks whether the lock is free holds it for an instant; an opener waits that long before it gives up.
const PATIENCE: [Duration; 4] = [Duration::from_millis(2), Duration::from_millis(8), Duration::from_millis(20), Duration::from_millis(50)];

/// A held lock. Dropping it, or dying, lets go.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// What came of asking for the lock.
#[derive(Debug)]
pub(super) enum Asked {
    /// It is ours.
    Granted(Lock),
    /// A process holds it: its id, 0 when it cannot be told.
    HeldBy(u32),
}

/// Takes the lock, creating its file when it is missing.
pub(super) fn take(path: &Path) -> io::Result<Asked> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    let mut waits = PATIENCE.into_iter();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => match waits.next() {
                Some(wait) => std::thread::sleep(wait),
                None => return Ok(Asked::HeldBy(read_pid(&mut file))),
            },
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(Asked::Granted(Lock { _file: file }))
}

/// Who holds the lock now, if anybody.
pub(super) fn holder(path: &Path) -> Option<u32> {
    let mut file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(read_pid(&mut file)),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn read_pid(file: &mut File) -> u32 {
    let mut text = String::new();
    let is_read = file.rewind().is_ok() && file.take(16).read_to_string(&mut text).is_ok();
    if is_read { text.trim().parse().unwrap_or(0) } else { 0 }
}
