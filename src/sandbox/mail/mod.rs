//! Mail of the world: accounts, mailboxes, messages; believable, and the same for the same seed.
//!
//! The state and its rules live here, with a door that needs no socket ([`InProcessMail`]); the socket is in `sandbox::imap`.
//! Who may log in is not known here: the platform side of the world says so ([`Directory`]).

mod access;
mod alter;
mod blob;
mod change;
mod conduct;
mod dice;
mod faults;
mod folders;
mod gate;
mod generate;
mod in_process;
mod log;
mod manners;
mod names;
mod rebuild;
mod recall;
mod refused;
mod rules;
mod seats;
mod snapshot;
mod state;
mod transfer;
mod visit;
mod world;

#[cfg(test)]
mod tests;

pub use access::{AccountKey, Dialect, Directory, FolderLanguage, LoginRefusal, Template};
pub use alter::as_stored;
pub use faults::{Cut, CutPoint, CutStyle, Fault, Occasion, Oddity, Scope, Side};
pub use gate::{Faults, Heard};
pub use generate::Fill;
pub use in_process::InProcessMail;
pub use rebuild::rebuilt;
pub use snapshot::{AccountSnapshot, MailboxSnapshot, MessageSnapshot};
pub use world::MailWorld;

pub(in crate::sandbox) use change::FlagChange;
pub(in crate::sandbox) use conduct::{Conduct, Ended};
pub(in crate::sandbox) use gate::{Gate, Patience, Point};
pub(in crate::sandbox) use manners::Manners;
pub(in crate::sandbox) use names::Names;
pub(in crate::sandbox) use refused::Refused;
pub(in crate::sandbox) use rules::{keywords, login_text, worded};
pub(in crate::sandbox) use state::Stored;
pub(in crate::sandbox) use visit::{Incoming, Listed, Status, Visit};
