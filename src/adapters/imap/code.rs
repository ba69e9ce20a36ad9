//! Response codes: the bracketed word before a status text (RFC 9051 §7.1, RFC 4315, RFC 5530).

use bytes::Bytes;
use imap_proto::rfc4315::UidSetMember;
use imap_proto::{Capability, ResponseCode};

use super::value::{Value, read_values};

/// A response code that matters to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Code {
    /// UIDVALIDITY and the UIDs given, as ranges.
    AppendUid(u32, Vec<(u32, u32)>),
    UidNext(u32),
    /// HIGHESTMODSEQ (RFC 7162).
    HighestModSeq(u64),
    UidValidity(u32),
    /// As the server names them, `\*` included.
    PermanentFlags(Vec<String>),
    Capability(Vec<String>),
    /// Any other, in upper case.
    Named(String),
}

impl Code {
    /// The word in the brackets.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::AppendUid(..) => "APPENDUID",
            Self::UidNext(_) => "UIDNEXT",
            Self::HighestModSeq(_) => "HIGHESTMODSEQ",
            Self::UidValidity(_) => "UIDVALIDITY",
            Self::PermanentFlags(_) => "PERMANENTFLAGS",
            Self::Capability(_) => "CAPABILITY",
            Self::Named(name) => name,
        }
    }

    /// What the library read.
    pub(super) fn from_library(code: &ResponseCode<'_>) -> Self {
        match code {
            ResponseCode::AppendUid(validity, uids) => Self::AppendUid(*validity, uids.iter().map(range).collect()),
            ResponseCode::HighestModSeq(modseq) => Self::HighestModSeq(*modseq),
            ResponseCode::UidNext(uid) => Self::UidNext(*uid),
            ResponseCode::UidValidity(validity) => Self::UidValidity(*validity),
            ResponseCode::PermanentFlags(flags) => Self::PermanentFlags(flags.iter().map(ToString::to_string).collect()),
            ResponseCode::Capabilities(all) => Self::Capability(all.iter().map(capability).collect()),
            ResponseCode::Alert => Self::Named("ALERT".to_owned()),
            ResponseCode::TryCreate => Self::Named("TRYCREATE".to_owned()),
            other => Self::Named(format!("{other:?}").split(['(', ' ']).next().unwrap_or_default().to_ascii_uppercase()),
        }
    }

    /// The code at the start of a text, where the library knows none.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('[')?;
        let inner = &inner[..inner.find(']')?];
        let values = read_values(&Bytes::copy_from_slice(inner.as_bytes()))?;
        let (name, rest) = values.split_first()?;
        let name = name.text()?.to_ascii_uppercase();
        let number = || rest.first().and_then(Value::number).and_then(|number| u32::try_from(number).ok());
        Some(match name.as_str() {
            "HIGHESTMODSEQ" => Self::HighestModSeq(rest.first().and_then(Value::number)?),
            "UIDNEXT" => Self::UidNext(number()?),
            "UIDVALIDITY" => Self::UidValidity(number()?),
            "PERMANENTFLAGS" => Self::PermanentFlags(rest.first()?.list()?.iter().filter_map(Value::text).collect()),
            "CAPABILITY" => Self::Capability(rest.iter().filter_map(Value::text).collect()),
            _ => Self::Named(name),
        })
    }
}

fn range(member: &UidSetMember) -> (u32, u32) {
    match member {
        UidSetMember::Uid(uid) => (*uid, *uid),
        UidSetMember::UidRange(uids) => (*uids.start().min(uids.end()), *uids.start().max(uids.end())),
    }
}

fn capability(capability: &Capability<'_>) -> String {
    match capability {
        Capability::Imap4rev1 => "IMAP4rev1".to_owned(),
        Capability::Auth(mechanism) => format!("AUTH={mechanism}"),
        Capability::Atom(name) => name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_the_library_does_not_know_are_read_from_the_text() {
        assert_eq!(Code::from_text("[OVERQUOTA] Quota exceeded"), Some(Code::Named("OVERQUOTA".to_owned())));
        assert_eq!(Code::from_text("[UIDNEXT 4392] é"), Some(Code::UidNext(4392)));
        assert_eq!(
            Code::from_text("[PERMANENTFLAGS (\\Seen \\*)] limited"),
            Some(Code::PermanentFlags(vec!["\\Seen".to_owned(), "\\*".to_owned()]))
        );
        assert_eq!(Code::from_text("no code [here]"), None);
        assert_eq!(Code::from_text("[unclosed"), None);
    }
}
