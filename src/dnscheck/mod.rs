//! DNS of a mail domain as pure thought: which records are expected, what the live ones mean, what to change.
//!
//! [`questions`] says what to ask, [`judge`] makes of the answers one line per purpose. Nobody is asked from here, and nothing
//! is changed: a [`Change`] is a proposal that the person confirms.

mod dkim;
mod dmarc;
mod expected;
mod explain;
mod facts;
mod mx;
mod ownership;
mod spf;
mod spf_record;
mod srv;
#[cfg(test)]
mod tests;
mod types;
mod values;

pub use expected::{Badges, Expected};
pub use explain::EXPLANATIONS;
pub use facts::{Facts, LiveAnswers, judge, questions};
pub use types::{Change, CheckedRecord, RecordPurpose, Verdict};
