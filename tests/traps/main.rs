//! What goes wrong elsewhere, one scenario each: the rows of the list of IMAP traps. `tests/traps.md` is the table of all of them.
//!
//! The engine and the IMAP adapter are the real ones, the servers are the sandbox's behind sockets, and between them stands somebody
//! who changes, swallows and cuts what they say. A test's name begins with the id of its row.

#[path = "../support/between.rs"]
mod between;
#[path = "../support/mod.rs"]
mod support;

mod stage;

mod conduct;
mod connection;
mod content;
mod exchange;
mod flags;
mod identity;
mod names;
mod process;
mod reading;
mod repairs;
mod table;
mod zimbra;
