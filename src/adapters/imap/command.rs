//! Commands as they go over the wire, and as they may be logged: strings are quoted or sent as literals by us,
//! secrets are shown as `[redacted]`.

use crate::domain::WireName;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Goes as it is.
    Line(Vec<u8>),
    /// Goes as a synchronising literal: the server agrees before it is sent, so it can never be taken for a command.
    Literal(Vec<u8>),
}

/// A command without its tag and its final line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    parts: Vec<Part>,
    shown: String,
}

impl Command {
    /// Starts with these words, which are ours.
    pub(super) fn new(words: impl Into<String>) -> Self {
        let words = words.into();
        Self { parts: vec![Part::Line(words.clone().into_bytes())], shown: words }
    }

    /// Adds words of ours.
    #[must_use]
    pub(super) fn words(mut self, words: &str) -> Self {
        self.shown.push_str(words);
        self.push_line(words.as_bytes());
        self
    }

    /// Adds a blank and a mailbox name.
    #[must_use]
    pub(super) fn mailbox(mut self, name: &WireName) -> Self {
        self.shown = format!("{} {:?}", self.shown, name.0);
        self.push_string(name.0.as_bytes());
        self
    }

    /// Adds a blank and a string that is never logged.
    #[must_use]
    pub(super) fn secret_string(mut self, text: &str) -> Self {
        self.shown.push_str(" [redacted]");
        self.push_string(text.as_bytes());
        self
    }

    /// Adds a blank and a word that is never logged.
    #[must_use]
    pub(super) fn secret_word(mut self, word: &str) -> Self {
        self.shown.push_str(" [redacted]");
        self.push_line(b" ");
        self.push_line(word.as_bytes());
        self
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether it goes without asking the server in between.
    pub(super) fn is_one_line(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Line(_)))
    }

    /// The command for the log.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    fn push_line(&mut self, bytes: &[u8]) {
        match self.parts.last_mut() {
            Some(Part::Line(line)) => line.extend_from_slice(bytes),
            _ => self.parts.push(Part::Line(bytes.to_vec())),
        }
    }

    fn push_string(&mut self, bytes: &[u8]) {
        self.push_line(b" ");
        match quoted(bytes) {
            Some(quoted) => self.push_line(&quoted),
            None => self.parts.push(Part::Literal(bytes.to_vec())),
        }
    }
}

/// A quoted string (RFC 9051 §9 `quoted`), or `None` when the text needs a literal: 8-bit or control characters.
pub(super) fn quoted(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return None;
    }
    let mut quoted = vec![b'"'];
    for byte in bytes {
        if b"\"\\".contains(byte) {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted.push(b'"');
    Some(quoted)
}

impl Drop for Command {
    fn drop(&mut self) {
        for part in &mut self.parts {
            let (Part::Line(bytes) | Part::Literal(bytes)) = part;
            zeroize::Zeroize::zeroize(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_cannot_leave_their_quotes() {
        assert_eq!(quoted(b"a\"b\\ $c"), Some(b"\"a\\\"b\\\\ $c\"".to_vec()));
        for needs_literal in ["a\r\nA2 DELETE INBOX", "pass\u{e9}", "a\0"] {
            assert_eq!(quoted(needs_literal.as_bytes()), None);
        }
    }

    #[test]
    fn a_secret_is_sent_but_never_shown() {
        let command = Command::new("LOGIN").secret_string("anna@example.com").secret_string("p\u{e4}ss\"word");
        assert_eq!(command.shown(), "LOGIN [redacted] [redacted]");
        let expected = [Part::Line(b"LOGIN \"anna@example.com\" ".to_vec()), Part::Literal("p\u{e4}ss\"word".as_bytes().to_vec())];
        assert_eq!(command.parts(), expected);
    }
}
