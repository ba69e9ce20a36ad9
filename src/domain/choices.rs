//! What a person decides once for a whole session before anything is copied.

use serde::{Deserialize, Serialize};

/// What happens with mail that is marked `\Deleted` and was never expunged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletedMail {
    /// Copied where it is, with its mark.
    Keep,
    /// Copied into the mailbox for deleted mail, without the mark.
    #[default]
    Trash,
    /// Left at the source.
    Skip,
}

/// What happens with mailboxes whose names are one name at the target (`Work`, `work`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Collisions {
    /// They stay apart: the second one gets a number.
    #[default]
    Suffix,
    /// They become one.
    Merge,
}

/// What happens with requests for read receipts, which an Exchange server obeys again for old mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Receipts {
    /// Messages stay as they are.
    #[default]
    Keep,
    /// The request is renamed, and listed as a repair.
    Disarm,
}

/// What happens when the first messages come back from the target with other dates or flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Altered {
    /// The copy of the account stops and says so.
    #[default]
    Stop,
    /// It goes on.
    Accept,
}

/// All of it. The default is what is proposed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct CopyChoices {
    /// Mail marked as deleted.
    pub deleted: DeletedMail,
    /// Mailboxes of one name.
    pub collisions: Collisions,
    /// Requests for receipts.
    pub receipts: Receipts,
    /// A target that alters mail.
    pub altered: Altered,
}

impl CopyChoices {
    /// What held before there was a choice: for plans that were accepted without one.
    pub const fn as_before() -> Self {
        Self { deleted: DeletedMail::Keep, collisions: Collisions::Suffix, receipts: Receipts::Keep, altered: Altered::Accept }
    }
}
