//! How a command ends.

use super::super::mail::Refused;
use crate::ports::RefusalKind;

/// Why a connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// The client went, or the network failed.
    Gone,
    /// A fault without a word: what was not sent is lost.
    Reset,
    /// A fault that answers nothing ever again.
    Frozen,
    /// The last words are written; they still have to be sent.
    Said,
}

/// Why a command did not succeed.
#[derive(Debug)]
pub(super) enum Fail {
    /// The server says NO or BAD.
    Refused(Refused),
    /// The connection is over.
    Closed(Closed),
}

impl From<Refused> for Fail {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Closed> for Fail {
    fn from(closed: Closed) -> Self {
        Self::Closed(closed)
    }
}

/// `BAD` with a text.
pub(super) fn bad(text: &str) -> Refused {
    Refused::bad(RefusalKind::Unsaid, text)
}

/// `NO` with a text.
pub(super) fn no(text: &str) -> Refused {
    Refused::no(RefusalKind::Unsaid, text)
}

/// The text after `OK`.
pub(super) type Outcome = Result<String, Fail>;
