//! The arguments of a command, read one after the other.

use std::collections::VecDeque;

use bytes::Bytes;

use super::super::mail::Refused;
use super::lexer::Token;
use super::outcome::bad;

/// What is left of a command.
#[derive(Debug, Default)]
pub(super) struct Args(VecDeque<Token>);

impl Args {
    pub(super) fn new(tokens: impl IntoIterator<Item = Token>) -> Self {
        Self(tokens.into_iter().collect())
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.0.front()
    }

    pub(super) fn last(&self) -> Option<&Token> {
        self.0.back()
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        self.0.pop_front()
    }

    /// Adds words that came after a literal.
    pub(super) fn extend(&mut self, tokens: impl IntoIterator<Item = Token>) {
        self.0.extend(tokens);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What the line announced at its end; taken off.
    pub(super) fn take_announced(&mut self) -> Option<(u64, bool)> {
        let Some(Token::Announced { size, waits }) = self.0.back() else { return None };
        let announced = (*size, *waits);
        self.0.pop_back();
        Some(announced)
    }

    /// An atom.
    pub(super) fn word(&mut self) -> Result<String, Refused> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(bad("Invalid arguments.")),
        }
    }

    /// An atom, a quoted string or a literal.
    pub(super) fn text(&mut self) -> Result<String, Refused> {
        match self.next() {
            Some(Token::Word(text) | Token::Quoted(text)) => Ok(text),
            Some(Token::Literal(bytes)) => Ok(lossy(&bytes)),
            _ => Err(bad("Missing arguments.")),
        }
    }

    /// `(a b c)`, or a single text.
    pub(super) fn list(&mut self) -> Result<Vec<String>, Refused> {
        if self.peek() != Some(&Token::Open) {
            return Ok(vec![self.text()?]);
        }
        self.next();
        let mut items = Vec::new();
        while self.peek() != Some(&Token::Close) {
            items.push(self.text()?);
        }
        self.next();
        Ok(items)
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), Refused> {
        if self.0.is_empty() { Ok(()) } else { Err(bad("Too many arguments.")) }
    }
}

fn lossy(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `"text"` with what has to be escaped.
pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A sequence set over existing numbers in ascending order; `*` is the last of them (RFC 9051 §9 `sequence-set`).
pub(super) fn sequence_set(text: &str, last: u32) -> Result<Vec<(u32, u32)>, Refused> {
    let invalid = || bad("Invalid messageset");
    let number = |text: &str| match text {
        "*" => Ok(last),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse::<u32>().ok().filter(|n| *n > 0).ok_or_else(invalid),
        _ => Err(invalid()),
    };
    let mut ranges = Vec::new();
    for piece in text.split(',') {
        let (first, last) = piece.split_once(':').unwrap_or((piece, piece));
        let (first, last) = (number(first)?, number(last)?);
        ranges.push((first.min(last), first.max(last)));
    }
    Ok(ranges)
}

/// UIDs as a compact set: `1:3,9`.
pub(super) fn print_set(uids: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*uid) => *last = *uid,
            _ => ranges.push((*uid, *uid)),
        }
    }
    let print = |(a, b): &(u32, u32)| if a == b { a.to_string() } else { format!("{a}:{b}") };
    ranges.iter().map(print).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_read_and_printed() {
        assert_eq!(sequence_set("1,5:3,*", 9).expect("valid"), [(1, 1), (3, 5), (9, 9)]);
        assert_eq!(sequence_set("7:*", 3).expect("valid"), [(3, 7)]);
        for wrong in ["", "0", "a", "1:", "1,,2"] {
            assert!(sequence_set(wrong, 9).is_err(), "{wrong}");
        }
        assert_eq!(print_set(&[4, 5, 6, 9]), "4:6,9");
    }
}
