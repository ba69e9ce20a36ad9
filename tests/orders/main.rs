//! Orders of acts on the imaginary OVHcloud, disturbed ([`trouble`]) and taken back ([`undo`]). Every cell of the table is in `tests/cells`.

#[path = "../support/mod.rs"]
mod support;

mod trouble;
mod undo;
