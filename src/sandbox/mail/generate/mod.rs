//! Believable mail, drawn from a seed: first a catalogue (who, when, where, how large), each message's bytes only when wanted.

mod body;
mod catalogue;
mod compose;
mod mailboxes;
mod people;
mod words;

use serde::{Deserialize, Serialize};

use super::access::{FolderLanguage, Template};
use crate::domain::EmailAddress;

pub(super) use catalogue::{Catalogue, PRESENT};

/// What a store shall be filled with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// How many messages.
    pub messages: u32,
    /// Whose mail it is.
    pub owner: EmailAddress,
    /// The language of the mailboxes' names.
    pub language: FolderLanguage,
    /// How many years back the mail reaches.
    pub years: u32,
    /// The platform on which it grew.
    pub template: Template,
}
