//! FETCH responses, read in one pass without copying: what a server says of one message. Only the items that we ask for are
//! understood; others are stepped over. Tolerant of doubled blanks, of any order, of strings in any form.

use bytes::Bytes;

use super::framing::{Frame, literal_announced};
use super::value::unescaped;
use crate::domain::{Flags, InternalDate, Uid};
use crate::mailcopy::Fingerprint;
use crate::ports::Body;

/// A longer body keeps the memory in which it came; a shorter one must not keep what came around it.
const LONGEST_COPIED: usize = 32 * 1024;
/// Lists inside lists; BODYSTRUCTURE, which we never ask for, may need some.
const DEEPEST: usize = 32;

/// What a FETCH response says of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fetched {
    pub(super) uid: Option<Uid>,
    pub(super) flags: Option<Flags>,
    pub(super) internal_date: Option<InternalDate>,
    pub(super) size: Option<u64>,
    pub(super) body: Option<Body>,
}

impl Fetched {
    /// Reads `(UID 7 FLAGS (\Seen) …)` from `start` to the end of the response; `None` when it is malformed.
    pub(super) fn read(frame: &Frame, start: usize) -> Option<Self> {
        let mut reader = Reader { frame, at: start };
        let mut fetched = Self::default();
        reader.open()?;
        while !reader.closes() {
            let name = reader.name()?;
            reader.blanks();
            fetched.take(name, &mut reader)?;
        }
        reader.ends().then_some(fetched)
    }

    fn take(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Option<()> {
        let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
        if is(b"UID") {
            self.uid = Some(Uid(reader.number()?.try_into().ok()?));
        } else if is(b"FLAGS") {
            self.flags = Some(Flags::from_wire(String::from_utf8_lossy(reader.flat_list()?).split(' ').filter(|name| !name.is_empty())));
        } else if is(b"INTERNALDATE") {
            self.internal_date = match reader.value()? {
                Value::String(text) => InternalDate::read(&String::from_utf8_lossy(&text)),
                _ => None,
            };
        } else if is(b"RFC822.SIZE") {
            self.size = match reader.value()? {
                Value::Word(word) => std::str::from_utf8(word).ok().and_then(|digits| digits.parse().ok()),
                _ => None,
            };
        } else if is(b"BODY[]") || is(b"BODY[HEADER]") || is(b"BODY[TEXT]") || is_stretch(name) {
            self.body = match reader.value()? {
                Value::String(bytes) if bytes.len() <= LONGEST_COPIED => Some(Bytes::copy_from_slice(&bytes).into()),
                Value::Known(bytes, fingerprint) => Some(Body::Known { bytes, fingerprint }),
                Value::String(bytes) => Some(bytes.into()),
                Value::Spilled(body) => Some(body.clone()),
                _ => None,
            };
        } else {
            reader.value()?;
        }
        Some(())
    }
}

/// `BODY[]<0>`: a stretch of the message.
fn is_stretch(name: &[u8]) -> bool {
    name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"BODY[]<"))
}

/// The value of an item.
enum Value<'a> {
    /// Quoted or literal.
    String(Bytes),
    /// A long literal, with what it is.
    Known(Bytes, Fingerprint),
    /// A literal that lies beside memory.
    Spilled(&'a Body),
    /// A number, `NIL`.
    Word(&'a [u8]),
    List,
}

struct Reader<'a> {
    frame: &'a Frame,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.frame.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    fn open(&mut self) -> Option<()> {
        self.blanks();
        (self.peek()? == b'(').then(|| self.at += 1)
    }

    fn closes(&mut self) -> bool {
        self.blanks();
        let closes = self.peek() == Some(b')');
        self.at += usize::from(closes);
        closes
    }

    /// Whether only blanks and the line end are left.
    fn ends(&self) -> bool {
        self.frame[self.at..].iter().all(|byte| b" \r\n".contains(byte))
    }

    /// The name of an item, `BODY[HEADER.FIELDS (To)]<0>` included.
    fn name(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        let mut is_in_section = false;
        loop {
            match self.peek()? {
                b'\r' | b'\n' => return None,
                b'[' => is_in_section = true,
                b']' => is_in_section = false,
                b' ' | b'(' | b')' | b'"' | b'{' if !is_in_section => break,
                _ => {}
            }
            self.at += 1;
        }
        (self.at > start).then(|| &self.frame[start..self.at])
    }

    fn word(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        while !matches!(self.peek()?, b' ' | b'(' | b')' | b'"' | b'\r' | b'\n') {
            self.at += 1;
        }
        (self.at > start).then(|| &self.frame[start..self.at])
    }

    fn number(&mut self) -> Option<u64> {
        std::str::from_utf8(self.word()?).ok()?.parse().ok()
    }

    /// What is between the parentheses of a list of words.
    fn flat_list(&mut self) -> Option<&'a [u8]> {
        self.open()?;
        let start = self.at;
        while self.peek()? != b')' {
            if matches!(self.peek()?, b'(' | b'\r' | b'\n') {
                return None;
            }
            self.at += 1;
        }
        self.at += 1;
        Some(&self.frame[start..self.at - 1])
    }

    fn value(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => self.quoted().map(Value::String),
            b'{' => self.literal(),
            b'~' if self.frame.get(self.at + 1) == Some(&b'{') => {
                self.at += 1;
                self.literal()
            }
            b'(' => self.skip_list(0).map(|()| Value::List),
            _ => self.word().map(Value::Word),
        }
    }

    fn skip_list(&mut self, depth: usize) -> Option<()> {
        self.open()?;
        while !self.closes() {
            match self.peek()? {
                b'(' if depth < DEEPEST => self.skip_list(depth + 1)?,
                b'(' => return None,
                _ => {
                    self.value()?;
                }
            }
        }
        Some(())
    }

    fn quoted(&mut self) -> Option<Bytes> {
        let start = self.at + 1;
        let mut end = start;
        let mut escapes = false;
        loop {
            match self.frame.get(end)? {
                b'"' => break,
                b'\\' => {
                    escapes = true;
                    end += 2;
                }
                b'\r' | b'\n' => return None,
                _ => end += 1,
            }
        }
        self.at = end + 1;
        let inner = self.frame.slice(start..end);
        Some(if escapes { unescaped(&inner) } else { inner })
    }

    fn literal(&mut self) -> Option<Value<'a>> {
        let start = self.frame[self.at..].iter().position(|byte| *byte == b'\n').map(|at| self.at + at + 1)?;
        let length = literal_announced(&self.frame[self.at..start])?;
        if let Some(body) = self.frame.spilled_at(start) {
            self.at = start;
            return Some(Value::Spilled(body));
        }
        let end = start.checked_add(length).filter(|end| *end <= self.frame.len())?;
        self.at = end;
        let bytes = self.frame.slice(start..end);
        Some(self.frame.hashed_at(start).map_or(Value::String(bytes.clone()), |fingerprint| Value::Known(bytes, fingerprint)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<Fetched> {
        Fetched::read(&Bytes::copy_from_slice(text.as_bytes()).into(), 0)
    }

    #[test]
    fn the_items_that_were_asked_for_are_read_in_any_order_among_others() {
        let date = "02-Feb-2026 10:00:00 +0100";
        let text = format!(
            " (MODSEQ (12) FLAGS (\\Seen  $X) ENVELOPE ((\"a\\\"\" {{2}}\r\n)( NIL)) BODY[HEADER.FIELDS (To From)]<0> \"x\" X-GM [G]/x \
            BODY[] {{9}}\r\n) UID 8 ( INTERNALDATE \"{date}\"  RFC822.SIZE 12 UID 7 EMAILID (M1) )\r\n"
        );
        let found = read(&text).expect("well-formed");
        assert_eq!((found.uid, found.size), (Some(Uid(7)), Some(12)));
        assert_eq!(found.flags.map(|flags| flags.to_string()), Some("\\Seen $X".to_owned()));
        assert_eq!(found.internal_date, date.parse().ok());
        assert_eq!(found.body, Some(b") UID 8 (".to_vec().into()));
    }

    #[test]
    fn what_the_library_reads_is_read_the_same() {
        let line = "* 3 FETCH (UID 7 FLAGS (\\Seen $X) INTERNALDATE \"02-Feb-2026 10:00:00 +0100\" RFC822.SIZE 12 BODY[] {3}\r\none)\r\n";
        let Ok((_, imap_proto::Response::Fetch(3, theirs))) = imap_proto::Response::parse(line.as_bytes()) else { panic!("parsed") };
        let ours = read(&line[9..]).expect("well-formed");
        for attribute in theirs {
            match attribute {
                imap_proto::AttributeValue::Uid(uid) => assert_eq!(ours.uid, Some(Uid(uid))),
                imap_proto::AttributeValue::Flags(flags) => {
                    assert_eq!(ours.flags, Some(Flags::from_wire(flags.iter().map(AsRef::as_ref))));
                }
                imap_proto::AttributeValue::InternalDate(date) => assert_eq!(ours.internal_date, date.parse().ok()),
                imap_proto::AttributeValue::Rfc822Size(size) => assert_eq!(ours.size, Some(size.into())),
                imap_proto::AttributeValue::BodySection { data, .. } => assert_eq!(ours.body, data.map(|data| data.to_vec().into())),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_is_missing_or_odd_is_left_out_and_what_does_not_close_is_malformed() {
        let odd = read("(UID 1 INTERNALDATE NIL RFC822.SIZE -1 BODY[] NIL)").expect("well-formed");
        assert_eq!(odd, Fetched { uid: Some(Uid(1)), ..Fetched::default() });
        assert_eq!(read("()"), Some(Fetched::default()));
        for broken in
            ["", "(", "(UID", "(UID)", "(UID x)", "(UID 1", "(UID 1) x", "(BODY[] {9}\r\nab)", "(BODY[] \"a\r\n\")", "(FLAGS (a (b)))"]
        {
            assert_eq!(read(broken), None, "{broken}");
        }
        assert_eq!(read(&format!("(X {}", "(".repeat(200_000))), None);
    }

    #[test]
    fn a_long_body_shares_the_memory_in_which_it_came_and_a_short_one_does_not() {
        for (length, shares) in [(LONGEST_COPIED, false), (LONGEST_COPIED + 1, true)] {
            let frame = Frame::from(Bytes::from(format!("(BODY[] {{{length}}}\r\n{})\r\n", "x".repeat(length))));
            let body = Fetched::read(&frame, 0).and_then(|fetched| fetched.body).expect("a body").load().expect("in memory");
            let lies_inside = frame.as_ptr_range().contains(&body.as_ptr());
            assert_eq!((body.len(), lies_inside), (length, shares));
        }
    }

    proptest! {
        #[test]
        fn nothing_a_server_sends_panics(text in "(\\(|\\)|UID |FLAGS |BODY\\[\\] |\\{[0-9]{1,2}\\}\r\n|\"|\\\\|[0-9]{1,4}| |NIL|\\[|\\]|é){0,24}") {
            let _ = read(&text);
            let _ = read(&format!("({text})\r\n"));
        }
    }
}
