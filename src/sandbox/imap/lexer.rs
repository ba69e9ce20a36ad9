//! Words of a command line: atoms, quoted strings, literals, parentheses (RFC 9051 §4, §9).

use bytes::Bytes;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// An atom, with any `[…]` part whole.
    Word(String),
    /// A quoted string.
    Quoted(String),
    /// The bytes of a literal.
    Literal(Bytes),
    /// `(`
    Open,
    /// `)`
    Close,
    /// The line ends with the announcement of a literal.
    Announced {
        /// Bytes to come.
        size: u64,
        /// The client waits for a continuation.
        waits: bool,
    },
}

/// Reads a line into words; `None` when a quote or bracket does not end.
pub(super) fn lex(line: &[u8]) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            b' ' => at += 1,
            b'(' => {
                tokens.push(Token::Open);
                at += 1;
            }
            b')' => {
                tokens.push(Token::Close);
                at += 1;
            }
            b'"' => {
                let (text, next) = quoted(line, at + 1)?;
                tokens.push(Token::Quoted(text));
                at = next;
            }
            b'{' if announced(&line[at..]).is_some() => {
                tokens.extend(announced(&line[at..]));
                at = line.len();
            }
            _ => {
                let next = word_end(line, at)?;
                tokens.push(Token::Word(String::from_utf8_lossy(&line[at..next]).into_owned()));
                at = next;
            }
        }
    }
    Some(tokens)
}

fn quoted(line: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut text = Vec::new();
    loop {
        match *line.get(at)? {
            b'"' => return Some((String::from_utf8_lossy(&text).into_owned(), at + 1)),
            b'\\' => {
                text.push(*line.get(at + 1)?);
                at += 2;
            }
            byte => {
                text.push(byte);
                at += 1;
            }
        }
    }
}

/// The end of a word; blanks and parentheses inside brackets belong to it.
fn word_end(line: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(byte) = line.get(at) {
        match byte {
            b' ' | b'(' | b')' => break,
            b'[' => at += line[at..].iter().position(|b| *b == b']')? + 1,
            _ => at += 1,
        }
    }
    // A lone odd character is a word of its own: the command that meets it refuses.
    Some(at.max(start + 1))
}

/// `{n}` or `{n+}` up to the end of the line.
fn announced(rest: &[u8]) -> Option<Token> {
    let digits = rest.strip_prefix(b"{")?.strip_suffix(b"}")?;
    let (digits, waits) = digits.strip_suffix(b"+").map_or((digits, true), |digits| (digits, false));
    let is_number = !digits.is_empty() && digits.len() < 12 && digits.iter().all(u8::is_ascii_digit);
    let size = is_number.then(|| std::str::from_utf8(digits).ok()?.parse().ok()).flatten()?;
    Some(Token::Announced { size, waits })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Token {
        Token::Word(text.to_owned())
    }

    #[test]
    fn sections_stay_whole_and_literals_are_announced() {
        let tokens = lex(b"a FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (DATE \"x\")]<0.10>)").expect("valid");
        let expected = [
            word("a"),
            word("FETCH"),
            word("1:*"),
            Token::Open,
            word("UID"),
            word("BODY.PEEK[HEADER.FIELDS (DATE \"x\")]<0.10>"),
            Token::Close,
        ];
        assert_eq!(tokens, expected);
        let tokens = lex(b"a APPEND \"a \\\"b\" (\\Seen) {12+}").expect("valid");
        assert_eq!(tokens[2], Token::Quoted("a \"b".to_owned()));
        assert_eq!(tokens.last(), Some(&Token::Announced { size: 12, waits: false }));
        assert_eq!(lex(b"a LOGIN {3}").and_then(|t| t.last().cloned()), Some(Token::Announced { size: 3, waits: true }));
        assert_eq!(lex(b"a \"open"), None);
    }
}
