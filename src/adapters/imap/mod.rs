//! Mail stores over IMAP: `ports::MailStore` on top of async-imap, which is named in this folder alone.
//!
//! The library parses responses and drives the stream; completeness, flow and meaning are ours, because its own command helpers
//! take NO, BAD and the end of the stream for success:
//!
//! ```text
//!  store        dial ─▶ login ─▶ connection                          one file per subject:
//!  connection   listing · opening · reading · appending · quota      what the port asks
//!  conversation commands and answers, every tag and status checked
//!  reply        the library's responses ┐ in our own words
//!  value        what it cannot read     ┘
//!  transport    framing, byte counts, silence; serves the library only what its parser takes
//! ```
//!
//! Not here: when to try again (the engine), what to send at all (`mailcopy`), folder mapping (`plan`).
//!
//! The log target `mailferry::wire` (trace level) shows commands and the first line of answers, never a password and never mail.
//! async-imap itself logs both at trace level: the composition root must keep the targets `async_imap` and `imap_proto` off.

mod ability;
mod append_flow;
mod appending;
mod ceiling;
mod code;
mod command;
mod compression;
mod connection;
mod conversation;
mod dial;
mod fetched;
mod framing;
#[doc(hidden)]
pub mod fuzzing;
mod listing;
mod login;
mod namespace;
mod opening;
mod outcomes;
mod panics;
mod piecing;
mod pipeline;
mod quota;
mod reading;
mod refusal;
mod reply;
mod shelf;
mod spill;
mod store;
mod surveying;
#[cfg(test)]
mod tests;
mod transport;
mod value;

pub use compression::Compression;
pub use spill::Spilling;
pub use store::{ImapStore, Timeouts};
pub use transport::Traffic;
