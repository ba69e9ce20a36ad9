//! The personal namespace (RFC 2342) and the spelling of mailbox names: prefix, hierarchy delimiter, modified UTF-7, INBOX.

use super::value::Value;
use crate::domain::{MailboxName, WireName, decode_utf7, encode_utf7};
use crate::ports::NameRefused;

/// Where the account's own mailboxes are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Namespace {
    /// What stands before every mailbox but INBOX: nothing, `INBOX.`, `Mail/`.
    pub(super) prefix: String,
    /// Between the levels; none: the server has one level only.
    pub(super) delimiter: Option<char>,
    /// Prefixes of other people's and shared mailboxes: not ours to move.
    pub(super) foreign: Vec<String>,
    /// Whether the server said that INBOX cannot have children.
    pub(super) is_inbox_childless: bool,
}

impl Namespace {
    /// Reads `* NAMESPACE (("INBOX." ".")) (("user." ".")) NIL`.
    pub(super) fn from_values(values: &[Value]) -> Option<Self> {
        let first = values.first()?.list()?.first()?.list()?;
        let foreign = values.iter().skip(1).filter_map(Value::list).flatten().filter_map(|entry| entry.list()?.first()?.text());
        Some(Self {
            prefix: first.first()?.text()?,
            delimiter: first.get(1).and_then(delimiter),
            foreign: foreign.filter(|prefix| !prefix.is_empty()).collect(),
            is_inbox_childless: false,
        })
    }

    /// The part of a wire name below the prefix, or `None` when the mailbox is not in the personal namespace.
    fn own_part<'a>(&self, wire: &'a str) -> Option<&'a str> {
        if is_inbox(wire, self.delimiter) {
            let below = wire.get(self.prefix.len()..).filter(|rest| !rest.is_empty());
            let is_below = below.is_some() && !self.prefix.is_empty() && wire[..self.prefix.len()].eq_ignore_ascii_case(&self.prefix);
            return if is_below { below } else { Some(wire) };
        }
        if self
            .foreign
            .iter()
            .any(|prefix| wire.starts_with(prefix.as_str()) || Some(wire) == prefix.strip_suffix(|c| Some(c) == self.delimiter))
        {
            return None;
        }
        wire.strip_prefix(self.prefix.as_str()).filter(|rest| !rest.is_empty())
    }

    /// The name behind a server's spelling; `None`: not in the personal namespace, or no name at all.
    pub(super) fn name(&self, wire: &str) -> Option<MailboxName> {
        let own = self.own_part(wire)?;
        let segments: Vec<&str> = match self.delimiter {
            Some(delimiter) => own.split(delimiter).collect(),
            None => vec![own],
        };
        let readable = |segment: &str| {
            let text = decode_utf7(segment).unwrap_or_else(|| segment.to_owned());
            text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect::<String>()
        };
        MailboxName::from_segments(segments.into_iter().filter(|s| !s.is_empty()).map(readable)).ok()
    }

    /// How the server would spell a name.
    pub(super) fn wire(&self, name: &MailboxName) -> Result<WireName, NameRefused> {
        let refuse = |reason: &str| NameRefused { name: name.to_string(), reason: reason.to_owned() };
        if name.is_inbox() {
            return Ok(WireName("INBOX".to_owned()));
        }
        let segments = name.segments();
        if segments[0] == "INBOX" && self.is_inbox_childless {
            return Err(refuse("the server allows no folder below the inbox"));
        }
        let Some(delimiter) = self.delimiter else {
            return match segments {
                [only] => Ok(WireName(format!("{}{}", self.prefix, encode_utf7(only)))),
                _ => Err(refuse("the server has one level of folders only")),
            };
        };
        if segments.iter().any(|segment| segment.contains(delimiter)) {
            return Err(refuse(&format!("{delimiter} separates levels on that server")));
        }
        if segments.iter().any(|segment| segment.chars().any(char::is_control)) {
            return Err(refuse("it has control characters"));
        }
        let path = segments.iter().map(|segment| encode_utf7(segment)).collect::<Vec<_>>().join(&delimiter.to_string());
        // INBOX stands outside every prefix; where the prefix is `INBOX.` its children are spelled with it by themselves.
        Ok(WireName(if segments[0] == "INBOX" { path } else { format!("{}{path}", self.prefix) }))
    }
}

/// The delimiter in a NAMESPACE or LIST response.
pub(super) fn delimiter(value: &Value) -> Option<char> {
    value.string().and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(|text| text.chars().next())
}

/// Whether a wire name is INBOX or below it.
fn is_inbox(wire: &str, delimiter: Option<char>) -> bool {
    let first = delimiter.and_then(|delimiter| wire.split(delimiter).next()).unwrap_or(wire);
    first.eq_ignore_ascii_case("INBOX")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::super::value::read_values;
    use super::*;

    fn namespace(text: &'static str) -> Namespace {
        Namespace::from_values(&read_values(&Bytes::from_static(text.as_bytes())).expect("values")).expect("a namespace")
    }

    fn name(path: &str) -> MailboxName {
        MailboxName::from_segments(path.split('/').map(str::to_owned)).expect("valid")
    }

    #[test]
    fn names_lose_and_regain_the_prefix() {
        let courier = namespace("((\"INBOX.\" \".\")) NIL ((\"shared.\" \".\"))");
        for (wire, path) in [("INBOX", "INBOX"), ("INBOX.Sent", "Sent"), ("INBOX.Envoy&AOk-s.2019", "Envoyés/2019")] {
            assert_eq!(courier.name(wire), Some(name(path)), "{wire}");
            assert_eq!(courier.wire(&name(path)).map(|w| w.0), Ok(wire.to_owned()), "{path}");
        }
        assert_eq!(courier.wire(&name("INBOX/2019")).map(|w| w.0), Ok("INBOX.2019".to_owned()));
        for wire in ["shared", "shared.team", "elsewhere", "INBOX."] {
            assert!(courier.name(wire).is_none_or(|n| n.is_inbox()), "{wire}");
        }
    }

    #[test]
    fn other_peoples_mailboxes_are_not_ours() {
        let zimbra = namespace("((\"\" \"/\")) ((\"/home/\" \"/\")) NIL");
        assert_eq!(zimbra.name("/home/boss/Inbox"), None);
        assert_eq!(zimbra.name("/home"), None);
        assert_eq!(zimbra.name("Inbox/2019"), Some(name("INBOX/2019")));
        assert_eq!(zimbra.name("a&b"), Some(name("a&b")));
        assert_eq!(zimbra.wire(&name("INBOX/2019")).map(|w| w.0), Ok("INBOX/2019".to_owned()));
    }

    #[test]
    fn a_name_that_cannot_exist_there_is_refused() {
        let dots = Namespace { delimiter: Some('.'), ..Namespace::default() };
        assert!(dots.wire(&name("mydomain.ovh")).is_err());
        let flat = Namespace::default();
        assert!(flat.wire(&name("a/b")).is_err() && flat.wire(&name("a")).is_ok());
        let childless = Namespace { delimiter: Some('/'), is_inbox_childless: true, ..Namespace::default() };
        assert!(childless.wire(&name("INBOX/a")).is_err() && childless.wire(&name("INBOX")).is_ok());
    }

    proptest! {
        #[test]
        fn a_spelled_name_is_read_back(segments in proptest::collection::vec("[a-zA-Z&é日😀 *%\"\\\\]{1,8}", 1..4), prefix in "(|INBOX/|Mail/)") {
            let space = Namespace { prefix, delimiter: Some('/'), ..Namespace::default() };
            let name = MailboxName::from_segments(segments).expect("valid");
            prop_assume!(name.segments()[0] != "INBOX");
            prop_assert_eq!(space.name(&space.wire(&name).expect("spelled").0), Some(name));
        }
    }
}
