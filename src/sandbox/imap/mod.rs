//! The IMAP door: sockets that speak like each platform, on the state and rules of `sandbox::mail`.
//!
//! Every command that a mail program needs to copy a store is here, and faults strike here as they do in process. Not here:
//! ENVELOPE and BODYSTRUCTURE, QRESYNC, SORT, THREAD, and news of flags that another connection changed.

mod append;
mod args;
mod authenticate;
mod door;
mod fetch;
mod flags;
mod lexer;
mod listing;
mod mailboxes;
mod outcome;
mod search;
mod section;
mod selected;
mod session;
mod wire;

#[cfg(test)]
mod tests;

pub use door::ImapDoor;
