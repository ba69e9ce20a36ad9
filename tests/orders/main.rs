//! Orders of acts on the imaginary OVHcloud, disturbed ([`trouble`]), taken back ([`undo`]), and in the hands of people who change their
//! minds ([`whims`]). Every cell of the table is in `tests/cells`.

#[path = "../support/mod.rs"]
mod support;

mod trouble;
mod undo;
mod whims;
