//! Moving messages as pure thought: what a message *is*, how batches are cut, how a doubt is settled, how both sides are compared.
//!
//! No IO. The engine brings lists of what both sides hold and carries out what is decided here.

mod content;
mod fingerprint;
#[cfg(test)]
mod fingerprint_tests;
mod normal;

pub use fingerprint::{Digest, Fingerprint};
