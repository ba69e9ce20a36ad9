//! Mailbox names as people see them (segments of Unicode), as servers spell them, and the roles they play.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why segments are not a mailbox name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailboxNameError {
    /// No segment, or an empty one.
    #[error("a folder name has at least one part and no empty one")]
    Empty,
    /// A control character.
    #[error("a folder name has no control characters")]
    Control,
}

/// A mailbox by its path: `["INBOX", "2019"]`. The first segment `INBOX` is written so whatever its case (RFC 9051 §5.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct MailboxName(Vec<String>);

impl MailboxName {
    /// The one mailbox that always exists.
    pub fn inbox() -> Self {
        Self(vec!["INBOX".to_owned()])
    }

    /// Builds a name from its segments.
    ///
    /// # Errors
    /// [`MailboxNameError`] when there is no segment, an empty one, or a control character.
    pub fn from_segments(segments: impl IntoIterator<Item = String>) -> Result<Self, MailboxNameError> {
        let mut segments: Vec<String> = segments.into_iter().collect();
        if segments.is_empty() || segments.iter().any(String::is_empty) {
            return Err(MailboxNameError::Empty);
        }
        if segments.iter().any(|s| s.chars().any(char::is_control)) {
            return Err(MailboxNameError::Control);
        }
        if segments[0].eq_ignore_ascii_case("INBOX") {
            "INBOX".clone_into(&mut segments[0]);
        }
        Ok(Self(segments))
    }

    /// The segments from the root down.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// Whether this is `INBOX` itself (not a mailbox below it).
    pub fn is_inbox(&self) -> bool {
        self.0.len() == 1 && self.0[0] == "INBOX"
    }

    /// The mailbox one level up, if any.
    pub fn parent(&self) -> Option<Self> {
        (self.0.len() > 1).then(|| Self(self.0[..self.0.len() - 1].to_vec()))
    }

    /// The last segment.
    pub fn leaf(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
}

impl fmt::Display for MailboxName {
    /// Segments joined by `/`, for people; never sent to a server.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.join("/"))
    }
}

impl TryFrom<Vec<String>> for MailboxName {
    type Error = MailboxNameError;
    fn try_from(segments: Vec<String>) -> Result<Self, Self::Error> {
        Self::from_segments(segments)
    }
}

impl From<MailboxName> for Vec<String> {
    fn from(name: MailboxName) -> Self {
        name.0
    }
}

/// A mailbox name exactly as one server spells it (modified UTF-7 or UTF-8, its delimiter, its prefix), without quotes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WireName(pub String);

impl fmt::Display for WireName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a mailbox is for (RFC 6154 §2, RFC 8457).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The inbox.
    Inbox,
    /// `\Sent`
    Sent,
    /// `\Drafts`
    Drafts,
    /// `\Trash`
    Trash,
    /// `\Junk`
    Junk,
    /// `\Archive`
    Archive,
}

impl Role {
    /// All roles, in the order in which they are looked for.
    pub const ALL: [Self; 6] = [Self::Inbox, Self::Sent, Self::Drafts, Self::Trash, Self::Junk, Self::Archive];

    /// The attribute that LIST and CREATE use; none for the inbox.
    pub const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Inbox => None,
            Self::Sent => Some("\\Sent"),
            Self::Drafts => Some("\\Drafts"),
            Self::Trash => Some("\\Trash"),
            Self::Junk => Some("\\Junk"),
            Self::Archive => Some("\\Archive"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inbox_has_one_spelling() {
        let name = MailboxName::from_segments(["inbox".to_owned(), "2019".to_owned()]).expect("valid");
        assert_eq!(name.to_string(), "INBOX/2019");
        assert_eq!(name.parent(), Some(MailboxName::inbox()));
        assert!(name.parent().is_some_and(|p| p.is_inbox()) && !name.is_inbox());
        assert_eq!(MailboxName::from_segments([]), Err(MailboxNameError::Empty));
    }
}
