//! Which part of a message a FETCH names: `BODY[HEADER.FIELDS (DATE)]<0.100>` (RFC 9051 §6.4.5).

use bytes::Bytes;

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// Headers with the empty line.
    Header,
    /// What follows the empty line.
    Text,
    /// Only these headers, or all but these; lower case.
    Fields(Vec<String>, Keeps),
}

/// Whether named headers are kept or left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    Named,
    Others,
}

/// A part and the piece of it that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) part: Part,
    /// First byte and number of bytes.
    pub(super) partial: Option<(usize, usize)>,
    /// How the answer names it.
    pub(super) label: String,
}

impl Section {
    /// Reads what follows `BODY` or `BODY.PEEK`; `None` when it names nothing known here.
    pub(super) fn read(text: &str) -> Option<Self> {
        let inside = text.strip_prefix('[')?;
        let (inside, rest) = inside.split_at(inside.rfind(']')?);
        let rest = &rest[1..];
        let upper = inside.to_ascii_uppercase();
        let part = match upper.as_str() {
            "" => Part::Whole,
            "HEADER" => Part::Header,
            "TEXT" => Part::Text,
            _ => {
                let (keeps, fields) = match upper.strip_prefix("HEADER.FIELDS.NOT ") {
                    Some(fields) => (Keeps::Others, fields),
                    None => (Keeps::Named, upper.strip_prefix("HEADER.FIELDS ")?),
                };
                let fields = fields.strip_prefix('(')?.strip_suffix(')')?;
                Part::Fields(fields.split_whitespace().map(|f| f.trim_matches('"').to_ascii_lowercase()).collect(), keeps)
            }
        };
        let partial = match rest.strip_prefix('<') {
            None if rest.is_empty() => None,
            None => return None,
            Some(range) => {
                let (first, count) = range.strip_suffix('>')?.split_once('.')?;
                Some((first.parse().ok()?, count.parse().ok()?))
            }
        };
        let origin = partial.map(|(first, _)| format!("<{first}>")).unwrap_or_default();
        Some(Self { part, partial, label: format!("BODY[{upper}]{origin}") })
    }

    /// Whether only headers are wanted.
    pub(super) const fn is_of_headers(&self) -> bool {
        matches!(self.part, Part::Header | Part::Fields(..))
    }

    /// The wanted bytes.
    pub(super) fn of(&self, message: &Bytes) -> Bytes {
        let part = match &self.part {
            Part::Whole => message.clone(),
            Part::Header => message.slice(..header_end(message)),
            Part::Text => message.slice(header_end(message)..),
            Part::Fields(names, keeps) => fields(&message[..header_end(message)], names, *keeps),
        };
        match self.partial {
            None => part,
            Some((first, count)) => {
                let first = first.min(part.len());
                part.slice(first..first.saturating_add(count).min(part.len()))
            }
        }
    }
}

/// What cannot be written in a header becomes `?`: so a Zimbra-like server gives headers that are asked for alone.
pub(super) fn only_ascii(bytes: &Bytes) -> Bytes {
    let is_fine = |byte: u8| matches!(byte, b'\r' | b'\n' | b'\t' | b' '..=b'~');
    if bytes.iter().all(|byte| is_fine(*byte)) {
        return bytes.clone();
    }
    bytes.iter().map(|byte| if is_fine(*byte) { *byte } else { b'?' }).collect::<Vec<u8>>().into()
}

/// Where the body begins.
fn header_end(message: &[u8]) -> usize {
    let mut at = 0;
    while let Some(end) = message[at..].iter().position(|b| *b == b'\n') {
        let line = &message[at..at + end];
        at += end + 1;
        if line.is_empty() || line == b"\r" {
            return at;
        }
    }
    message.len()
}

fn fields(head: &[u8], names: &[String], keeps: Keeps) -> Bytes {
    let mut out = Vec::new();
    let mut is_kept = false;
    for line in head.split_inclusive(|b| *b == b'\n') {
        if line == b"\r\n" || line == b"\n" {
            break;
        }
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            let name = line.split(|b| *b == b':').next().unwrap_or_default();
            let is_named = names.iter().any(|n| n.as_bytes().eq_ignore_ascii_case(name.trim_ascii()));
            is_kept = is_named == (keeps == Keeps::Named);
        }
        if is_kept {
            out.extend_from_slice(line);
        }
    }
    out.extend_from_slice(b"\r\n");
    Bytes::from(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_cut_a_message() {
        let message = Bytes::from_static(b"Date: x\r\nFrom: a\r\n b\r\nTo: c\r\n\r\nhello");
        let cut = |text: &str| Section::read(text).map(|s| String::from_utf8_lossy(&s.of(&message)).into_owned());
        assert_eq!(cut("[]<29.100>").as_deref(), Some("\r\nhello"));
        assert_eq!(cut("[TEXT]").as_deref(), Some("hello"));
        assert_eq!(cut("[HEADER]").as_deref(), Some("Date: x\r\nFrom: a\r\n b\r\nTo: c\r\n\r\n"));
        assert_eq!(cut("[HEADER.FIELDS (from \"Date\")]").as_deref(), Some("Date: x\r\nFrom: a\r\n b\r\n\r\n"));
        assert_eq!(cut("[HEADER.FIELDS.NOT (from)]").as_deref(), Some("Date: x\r\nTo: c\r\n\r\n"));
        assert_eq!(cut("[1.2]"), None);
        assert_eq!(Section::read("[header]<7.3>").map(|s| s.label).as_deref(), Some("BODY[HEADER]<7>"));
    }
}
