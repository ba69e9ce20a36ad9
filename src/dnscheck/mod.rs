//! DNS of a mail domain as pure thought: which records are expected, what the live ones mean, what to change.

mod types;

pub use types::{Change, CheckedRecord, RecordPurpose, Verdict};
