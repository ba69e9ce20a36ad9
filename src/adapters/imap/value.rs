//! Our own reader of response data: atoms, strings, literals and lists, for the lines that the library's parser does not
//! know or gets wrong (it does not unescape quoted strings). Tolerant of doubled blanks; shares the response's bytes.

use bytes::Bytes;

/// Lists inside lists; real servers need three.
const DEEPEST: usize = 32;

/// One piece of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A bare word: number, flag, `NIL`, `BODY[]`.
    Atom(Bytes),
    /// A quoted string, unescaped, or a literal.
    Text(Bytes),
    /// A parenthesised list.
    List(Vec<Self>),
}

impl Value {
    /// The bytes of a word or string.
    pub(super) fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Atom(bytes) | Self::Text(bytes) => Some(bytes),
            Self::List(_) => None,
        }
    }

    /// The bytes of a word or string unless it is `NIL`.
    pub(super) fn string(&self) -> Option<&Bytes> {
        if self.is_atom("NIL") { None } else { self.bytes() }
    }

    /// The word or string as text.
    pub(super) fn text(&self) -> Option<String> {
        self.bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// The word as a number.
    pub(super) fn number(&self) -> Option<u64> {
        self.bytes().and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(|text| text.parse().ok())
    }

    /// Whether this is the given bare word, whatever its case.
    pub(super) fn is_atom(&self, word: &str) -> bool {
        matches!(self, Self::Atom(bytes) if bytes.eq_ignore_ascii_case(word.as_bytes()))
    }

    /// The members of a list.
    pub(super) fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(values) => Some(values),
            _ => None,
        }
    }
}

/// Reads a whole response after its `* `; `None` when it is malformed.
pub(super) fn read_values(response: &Bytes) -> Option<Vec<Value>> {
    let mut reader = Reader { response, at: 0 };
    let values = reader.values(0)?;
    (reader.at == response.len()).then_some(values)
}

struct Reader<'a> {
    response: &'a Bytes,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.response.get(self.at).copied()
    }

    fn values(&mut self, depth: usize) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        loop {
            match self.peek() {
                None if depth == 0 => return Some(values),
                Some(b'\r' | b'\n') if depth == 0 => self.at += 1,
                Some(b')') if depth > 0 => {
                    self.at += 1;
                    return Some(values);
                }
                Some(b' ') => self.at += 1,
                Some(b'(') if depth < DEEPEST => {
                    self.at += 1;
                    values.push(Value::List(self.values(depth + 1)?));
                }
                Some(b'"') => values.push(Value::Text(self.quoted()?)),
                Some(b'{') => values.push(Value::Text(self.literal()?)),
                Some(b'~') if self.response.get(self.at + 1) == Some(&b'{') => self.at += 1,
                Some(b')' | b'(' | b'\r' | b'\n') | None => return None,
                Some(_) => values.push(Value::Atom(self.atom())),
            }
        }
    }

    fn atom(&mut self) -> Bytes {
        let start = self.at;
        let mut is_in_section = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'\r' | b'\n' => break,
                b' ' | b'(' | b')' | b'"' if !is_in_section => break,
                b'[' => is_in_section = is_section_of_body(&self.response[start..self.at]),
                b']' => is_in_section = false,
                _ => {}
            }
            self.at += 1;
        }
        self.response.slice(start..self.at)
    }

    fn quoted(&mut self) -> Option<Bytes> {
        let start = self.at + 1;
        let mut end = start;
        let mut escapes = false;
        loop {
            match self.response.get(end)? {
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
        let inner = self.response.slice(start..end);
        Some(if escapes { unescaped(&inner) } else { inner })
    }

    fn literal(&mut self) -> Option<Bytes> {
        let line_end = self.response[self.at..].iter().position(|byte| *byte == b'\n').map(|at| self.at + at + 1)?;
        let length = super::framing::literal_announced(&self.response[self.at..line_end])?;
        let end = line_end.checked_add(length).filter(|end| *end <= self.response.len())?;
        self.at = end;
        Some(self.response.slice(line_end..end))
    }
}

fn is_section_of_body(name: &[u8]) -> bool {
    [&b"BODY"[..], b"BODY.PEEK", b"BINARY"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

pub(super) fn unescaped(quoted: &[u8]) -> Bytes {
    let mut plain = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.iter();
    while let Some(byte) = bytes.next() {
        plain.push(if *byte == b'\\' { *bytes.next().unwrap_or(byte) } else { *byte });
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &'static str) -> Option<Vec<Value>> {
        read_values(&Bytes::from_static(text.as_bytes()))
    }

    fn text(text: &'static str) -> Value {
        Value::Text(Bytes::from_static(text.as_bytes()))
    }

    fn atom(text: &'static str) -> Value {
        Value::Atom(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn strings_are_the_same_quoted_or_literal() {
        assert_eq!(read("\"a\\\"b\\\\\"\r\n"), Some(vec![text("a\"b\\")]));
        assert_eq!(read("{4}\r\na\"b\\\r\n"), Some(vec![text("a\"b\\")]));
    }

    #[test]
    fn sections_are_one_word() {
        let expected = vec![Value::List(vec![atom("BODY[HEADER.FIELDS (To From)]<0>"), text("x"), atom("[Gmail]/All"), atom("NIL")])];
        assert_eq!(read("(BODY[HEADER.FIELDS (To From)]<0> ~{1}\r\nx [Gmail]/All  NIL)\r\n"), Some(expected));
    }

    #[test]
    fn what_does_not_close_is_malformed() {
        for broken in ["(a\r\n", "a)\r\n", "\"a\r\n", "{9}\r\nab\r\n", "(\"a\\"] {
            assert_eq!(read(broken), None, "{broken}");
        }
        let deep = Bytes::from("(".repeat(200_000));
        assert_eq!(read_values(&deep), None);
    }

    proptest! {
        #[test]
        fn nothing_a_server_sends_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_values(&Bytes::from(bytes));
        }
    }
}
