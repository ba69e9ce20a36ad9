//! What the world is asked to do, as data.

use crate::domain::{Secret, SecretRef};
use crate::session::{Command, Query};

/// Ties an answer to its question; an answer that nobody waits for any more is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryId(pub u64);

/// What the shell must do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Hand a command to the engine; a refusal comes back as [`super::Msg::Refused`].
    Submit(Command),
    /// Ask; the answer comes back as [`super::Msg::Answered`].
    Ask(QueryId, Query),
    /// Keep secrets, one after the other; the outcome comes back as [`super::Msg::Kept`].
    KeepSecrets(QueryId, Vec<(SecretRef, Secret)>),
    /// Finish what is in flight; [`super::Msg::Stopped`] comes back.
    StopSoft,
    /// Drop what is in flight; [`super::Msg::Stopped`] comes back.
    StopHard,
    /// Put a text into the terminal's clipboard (OSC 52).
    Copy(String),
    /// Leave.
    Quit,
}
