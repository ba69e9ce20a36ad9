//! Moving messages as pure thought: what a message *is*, how batches are cut, how a doubt is settled, how both sides are compared.
//!
//! No IO. The engine brings lists of what both sides hold and carries out what is decided here.

mod batch;
mod compare;
#[cfg(test)]
mod compare_tests;
mod comparing;
mod content;
mod fingerprint;
#[cfg(test)]
mod fingerprint_tests;
mod header_date;
mod ledger_row;
mod marks;
mod normal;
mod pairing;
mod repair;
mod sample;
mod settle;
mod worn;

pub use batch::{Batch, BatchLimit, Batcher};
pub use compare::{Expected, FlagsDiffer, Present, Recognised, Verification, compare, compare_from, recognise, unaccounted};
pub use comparing::{Comparing, Difference, look};
pub use fingerprint::{Digest, Fingerprint, Pieces};
pub use header_date::date_from_headers;
pub use ledger_row::{Brief, Briefs, Columns, EntryState, HalfDigest};
pub use marks::{MarkRules, Marks};
pub use pairing::Comparison;
pub use repair::{Repair, USUAL_LONGEST_LINE, attempts as repair_attempts, repaired};
pub use sample::Sample;
pub use settle::{Settlement, settle};
pub use worn::{Likeness, is_worn};
