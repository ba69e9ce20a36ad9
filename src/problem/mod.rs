//! Trouble as data: what happened, what it means for the mail, what to do, and whose move it is.
//!
//! A [`Problem`] holds a code and parameters; the words live in `assets/i18n` under
//! `problem-<code>` (what happened), `meaning-<meaning>` (what it means for the mail) and `hint-<hint>` (what to do).
//! No sentence is written here and nothing here decides when to try again: that is the engine's.

mod code;
mod panics;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use code::{Hint, Meaning, ProblemCode};
pub use panics::{guarded, quiet_guarded_panics};

/// Whose move it is after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// Try again by itself; at the earliest after this many milliseconds (0: the usual back-off).
    RetryAfter(u64),
    /// Only the person can mend it; the task waits for them.
    AskUser,
    /// This one item cannot be done; the rest goes on.
    SkipItem,
    /// This migration cannot go on; others can.
    StopMigration,
    /// Nothing can go on (disk full, state folder read-only).
    StopSession,
}

/// One trouble, ready to be journaled, shown in any language, or printed as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of trouble.
    pub code: ProblemCode,
    /// The nouns of the sentence: `address`, `host`, `service`, `query-id`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
    /// What the other side said, for people who can read it. Never holds a secret or mail content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What it means for the mail.
    pub meaning: Meaning,
    /// What to do, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Whose move it is.
    pub disposition: Disposition,
}

impl Problem {
    /// A problem with the meaning, hints and disposition that are usual for its code.
    pub fn new(code: ProblemCode) -> Self {
        let (meaning, hints, disposition) = code.usual();
        Self { code, params: BTreeMap::new(), cause: None, meaning, hints: hints.to_vec(), disposition }
    }

    /// Adds a parameter of the sentence.
    #[expect(clippy::needless_pass_by_value, reason = "what is given is mostly made in place, such as `path.display()`")]
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds what the other side said.
    #[expect(clippy::needless_pass_by_value, reason = "what is given is mostly made in place, such as `path.display()`")]
    #[must_use]
    pub fn because(mut self, cause: impl ToString) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Replaces the disposition.
    #[must_use]
    pub fn disposed(mut self, disposition: Disposition) -> Self {
        self.disposition = disposition;
        self
    }
}

/// Kinds of failure that know whose move they are. Implemented by every port's error.
pub trait Troubling {
    /// The same trouble as data.
    fn problem(&self) -> Problem;
}
