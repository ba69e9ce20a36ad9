//! The session's memory on disk: SQLite in WAL mode with `synchronous=FULL`, one folder per session.
//!
//! `<state folder>/sessions/<id>/` holds `session.db` (events and ledger), `lock`, `log/`, `refused/` and the files that
//! [`Journal::save_file`](crate::ports::Journal::save_file) writes. Folders are 0700, files 0600. One thread writes; whatever
//! waits for it goes into one transaction and is acknowledged after its sync. [`MemoryJournal`] keeps the same promises
//! without a disk, for tests that drop the engine at every turn. What an event *means* is not known here.

mod failure;
mod files;
mod folder;
mod ledger;
mod lock;
mod memory;
mod reader;
mod schema;
mod sqlite;
mod writer;

#[cfg(test)]
mod contract_tests;
#[cfg(test)]
mod disk_tests;
#[cfg(test)]
mod scale_tests;

pub use folder::{forget, list};
pub use memory::MemoryJournal;
pub use sqlite::SqliteJournal;
