//! Message flags: the five permanent system flags and keywords (RFC 9051 §2.3.2).
//!
//! `\Recent` does not exist here: it belongs to a session, cannot be stored, and naming it in an APPEND is an error.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A system flag that a client may store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SystemFlag {
    /// `\Seen`
    Seen,
    /// `\Answered`
    Answered,
    /// `\Flagged`
    Flagged,
    /// `\Deleted`
    Deleted,
    /// `\Draft`
    Draft,
}

impl SystemFlag {
    /// All five.
    pub const ALL: [Self; 5] = [Self::Seen, Self::Answered, Self::Flagged, Self::Deleted, Self::Draft];

    /// The flag as the protocol writes it.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Seen => "\\Seen",
            Self::Answered => "\\Answered",
            Self::Flagged => "\\Flagged",
            Self::Deleted => "\\Deleted",
            Self::Draft => "\\Draft",
        }
    }
}

/// A keyword (`flag-keyword`): an atom, compared without regard to case, kept as the server wrote it.
#[derive(Debug, Clone)]
pub struct Keyword(String);

impl Keyword {
    /// Takes a text that matches the grammar of an atom (RFC 9051 §9 `flag-keyword`): printable ASCII
    /// without `( ) { % * " \ ]` and blanks. Anything else is `None`: it could break out of a command.
    pub fn new(text: &str) -> Option<Self> {
        let is_atom = !text.is_empty() && text.len() <= 255 && text.bytes().all(|b| b.is_ascii_graphic() && !b"(){%*\"\\]".contains(&b));
        is_atom.then(|| Self(text.to_owned()))
    }

    /// The keyword as the server wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for Keyword {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Keyword {}

impl PartialOrd for Keyword {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Keyword {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.folded().cmp(&other.folded())
    }
}

/// The flags of one message. Prints and serialises as the protocol writes them, blank-separated: `\Seen $Forwarded`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Flags {
    system: BTreeSet<SystemFlag>,
    keywords: BTreeSet<Keyword>,
    /// What the server said and no APPEND can carry: unknown backslash flags, malformed keywords.
    foreign: BTreeSet<String>,
}

impl Flags {
    /// Reads flags as a server names them; `\Recent` is dropped, unknown ones are kept apart as foreign.
    pub fn from_wire<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut flags = Self::default();
        for name in names {
            if name.eq_ignore_ascii_case("\\Recent") {
                continue;
            }
            if let Some(flag) = SystemFlag::ALL.into_iter().find(|f| f.wire().eq_ignore_ascii_case(name)) {
                flags.system.insert(flag);
            } else if let Some(keyword) = Keyword::new(name) {
                flags.keywords.insert(keyword);
            } else {
                flags.foreign.insert(name.to_owned());
            }
        }
        flags
    }

    /// Whether the system flag is set.
    pub fn has(&self, flag: SystemFlag) -> bool {
        self.system.contains(&flag)
    }

    /// The system flags.
    pub fn system(&self) -> impl Iterator<Item = SystemFlag> + '_ {
        self.system.iter().copied()
    }

    /// The keywords.
    pub fn keywords(&self) -> impl Iterator<Item = &Keyword> {
        self.keywords.iter()
    }

    /// What no target can store: reported, never sent.
    pub fn foreign(&self) -> impl Iterator<Item = &str> {
        self.foreign.iter().map(String::as_str)
    }

    /// Adds a system flag.
    #[must_use]
    pub fn with(mut self, flag: SystemFlag) -> Self {
        self.system.insert(flag);
        self
    }

    /// Removes a system flag.
    #[must_use]
    pub fn without(mut self, flag: SystemFlag) -> Self {
        self.system.remove(&flag);
        self
    }

    /// Keeps only the keywords for which `keep` holds, and drops what is foreign.
    #[must_use]
    pub fn keeping_keywords(mut self, keep: impl Fn(&Keyword) -> bool) -> Self {
        self.keywords.retain(|k| keep(k));
        self.foreign.clear();
        self
    }

    /// The names that an APPEND or STORE may carry, in a fixed order.
    pub fn wire_names(&self) -> Vec<&str> {
        self.system.iter().map(|f| f.wire()).chain(self.keywords.iter().map(Keyword::as_str)).collect()
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = self.wire_names();
        names.extend(self.foreign.iter().map(String::as_str));
        f.write_str(&names.join(" "))
    }
}

impl From<String> for Flags {
    fn from(text: String) -> Self {
        Self::from_wire(text.split(' ').filter(|name| !name.is_empty()))
    }
}

impl From<Flags> for String {
    fn from(flags: Flags) -> Self {
        flags.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_is_never_carried_and_case_does_not_count() {
        let flags = Flags::from_wire(["\\seen", "\\RECENT", "$MdnSent", "$mdnsent"]);
        assert_eq!(flags.to_string(), "\\Seen $MdnSent");
        assert_eq!(flags, Flags::from_wire(["$MDNSENT", "\\Seen"]));
    }

    #[test]
    fn what_could_break_a_command_is_foreign() {
        for name in ["a b", "x)", "k{3+}", "quo\"te", "\\Unknown", "", "tést", "a\r\nb"] {
            let flags = Flags::from_wire([name]);
            assert_eq!(flags.wire_names(), Vec::<&str>::new(), "{name:?}");
            assert_eq!(flags.foreign().count(), 1, "{name:?}");
        }
    }
}
