//! What a server does not do, in the words of its dialect.

use crate::ports::{Refusal, RefusalKind};

/// A refusal: `NO` or `BAD`, with its text and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct Refused {
    /// `BAD` instead of `NO`.
    pub(in crate::sandbox) is_bad: bool,
    /// Everything after the status word, response code included.
    pub(in crate::sandbox) text: String,
    /// What it means.
    pub(in crate::sandbox) kind: RefusalKind,
}

impl Refused {
    /// `NO` with a text.
    pub(in crate::sandbox) fn no(kind: RefusalKind, text: &str) -> Self {
        Self { is_bad: false, text: text.to_owned(), kind }
    }

    /// `BAD` with a text.
    pub(in crate::sandbox) fn bad(kind: RefusalKind, text: &str) -> Self {
        Self { is_bad: true, text: text.to_owned(), kind }
    }

    /// Something about the message.
    pub(in crate::sandbox) fn content(text: &str) -> Self {
        Self::no(RefusalKind::Content, text)
    }

    /// The message is too large.
    pub(in crate::sandbox) fn too_big() -> Self {
        Self::no(RefusalKind::TooBig, "[TOOBIG] Maximum size of appendable message has been exceeded")
    }

    /// As the ports say it.
    pub(in crate::sandbox) fn into_refusal(self) -> Refusal {
        Refusal { kind: self.kind, text: self.text }
    }
}
