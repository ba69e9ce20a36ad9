//! Repairs of headers: folding, 8-bit bytes, an empty sender, requests for receipts.

use super::encode;
use super::line::{begins_field, lines, without_end};

/// Bytes of the header, without the empty line behind it.
pub(super) fn head_length(bytes: &[u8]) -> usize {
    lines(bytes).take_while(|line| !without_end(line).is_empty()).map(<[u8]>::len).sum()
}

/// The fields of a header, each with its folded lines and its line end.
pub(super) struct Fields<'a>(Vec<&'a [u8]>);

impl<'a> Fields<'a> {
    /// What begins no field belongs to the one before it.
    pub(super) fn of(head: &'a [u8]) -> Self {
        let mut starts = Vec::new();
        let mut at = 0;
        for line in lines(head) {
            if at == 0 || begins_field(line) && !line.starts_with(b" ") && !line.starts_with(b"\t") {
                starts.push(at);
            }
            at += line.len();
        }
        let ends = starts.iter().skip(1).copied().chain([head.len()]);
        Self(starts.iter().zip(ends).map(|(start, end)| &head[*start..end]).collect())
    }

    /// The value of the first field of this name (lower case), unfolded.
    pub(super) fn value(&self, name: &str) -> Option<Vec<u8>> {
        self.0.iter().find(|field| is_named(field, name)).map(|field| unfolded(value_of(field)))
    }

    /// The header with this transfer encoding, and with a version of MIME where a message needs one (RFC 2045 §4).
    pub(super) fn saying(&self, encoding: &str, is_message: bool) -> Vec<u8> {
        let line = format!("Content-Transfer-Encoding: {encoding}\r\n").into_bytes();
        let mut out = Vec::new();
        let mut is_said = false;
        for field in &self.0 {
            if is_named(field, "content-transfer-encoding") {
                out.extend_from_slice(if is_said { b"" } else { line.as_slice() });
                is_said = true;
            } else {
                out.extend_from_slice(field);
            }
        }
        if !out.is_empty() && !out.ends_with(b"\n") {
            out.extend_from_slice(b"\r\n");
        }
        if is_message && !self.0.iter().any(|field| is_named(field, "mime-version")) {
            out.extend_from_slice(b"MIME-Version: 1.0\r\n");
        }
        if !is_said {
            out.extend_from_slice(&line);
        }
        out
    }
}

fn name_of(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii_end()
}

fn value_of(field: &[u8]) -> &[u8] {
    field.iter().position(|byte| *byte == b':').map_or(&[], |colon| &field[colon + 1..])
}

fn is_named(field: &[u8], name: &str) -> bool {
    begins_field(field) && name_of(field).eq_ignore_ascii_case(name.as_bytes())
}

/// A value without its line ends.
fn unfolded(value: &[u8]) -> Vec<u8> {
    value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect()
}

/// A parameter of a structured value, without quotes: `boundary`.
pub(super) fn parameter(value: &[u8], name: &str) -> Option<Vec<u8>> {
    pieces(value).into_iter().skip(1).find_map(|piece| {
        let equals = piece.iter().position(|byte| *byte == b'=')?;
        piece[..equals].trim_ascii().eq_ignore_ascii_case(name.as_bytes()).then(|| unquoted(piece[equals + 1..].trim_ascii()))
    })
}

/// Cuts at semicolons outside of quotes.
fn pieces(value: &[u8]) -> Vec<&[u8]> {
    let (mut pieces, mut start, mut is_quoted, mut is_escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in value.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b';' if !is_quoted => {
                pieces.push(&value[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&value[start..]);
    pieces
}

fn unquoted(text: &[u8]) -> Vec<u8> {
    let Some(inner) = text.strip_prefix(b"\"") else { return text.to_vec() };
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    let mut out = Vec::with_capacity(inner.len());
    let mut is_escaped = false;
    for byte in inner {
        is_escaped = !is_escaped && *byte == b'\\';
        if !is_escaped {
            out.push(*byte);
        }
    }
    out
}

/// Rewrites the header field by field; `None` when no field changes.
fn rewritten(bytes: &[u8], rewrite: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let length = head_length(bytes);
    let fields = Fields::of(&bytes[..length]);
    let rewritten: Vec<Option<Vec<u8>>> = fields.0.iter().map(|field| rewrite(field)).collect();
    if rewritten.iter().all(Option::is_none) {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len() + 256);
    for (field, new) in fields.0.iter().zip(&rewritten) {
        out.extend_from_slice(new.as_deref().unwrap_or(field));
    }
    out.extend_from_slice(&bytes[length..]);
    Some(out)
}

/// Folds header lines that are too long where they have a blank (or between two message ids), and gives continued lines their blank.
pub(super) fn refolded(bytes: &[u8], longest_line: usize) -> Option<Vec<u8>> {
    let longest = longest_line.min(super::USUAL_LONGEST_LINE);
    rewritten(bytes, |field| {
        let mut out = Vec::with_capacity(field.len() + 16);
        for (number, line) in lines(field).enumerate() {
            if number > 0 && !line.starts_with(b" ") && !line.starts_with(b"\t") {
                out.push(b' ');
            }
            fold(line, longest, &mut out);
        }
        (out != field).then_some(out)
    })
}

/// Folding changes nothing: unfolding takes the line end away and leaves the blank (RFC 5322 §2.2.3).
fn fold(line: &[u8], longest: usize, out: &mut Vec<u8>) {
    let mut rest = line;
    while without_end(rest).len() > longest {
        let is_blank = |at: usize| matches!(rest[at], b' ' | b'\t');
        let is_gap = |at: usize| is_blank(at) && !is_blank(at - 1) && !without_end(&rest[at..]).trim_ascii().is_empty();
        let is_between_ids = |at: usize| rest[at] == b'<' && rest[at - 1] == b'>';
        let begun = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(0);
        let after_name = rest.iter().position(|byte| *byte == b':').filter(|_| rest.len() == line.len()).map_or(begun, |colon| colon + 1);
        let Some(at) = (after_name + 1..longest.min(rest.len())).rev().find(|at| is_gap(*at) || is_between_ids(*at)) else { break };
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(if is_blank(at) { b"\r\n" } else { b"\r\n " });
        rest = &rest[at..];
    }
    out.extend_from_slice(rest);
}

/// An empty `From` is refused by some; the one that is written cannot exist (RFC 2606 §2).
pub(super) fn with_sender(bytes: &[u8]) -> Option<Vec<u8>> {
    rewritten(bytes, |field| {
        let is_empty = is_named(field, "from") && value_of(field).trim_ascii().is_empty();
        is_empty.then(|| b"From: unknown@unknown.invalid\r\n".to_vec())
    })
}

/// Requests for receipts under a name that no server obeys.
pub(super) fn disarmed(bytes: &[u8]) -> Option<Vec<u8>> {
    const REQUESTS: [&str; 3] = ["disposition-notification-to", "return-receipt-to", "x-confirm-reading-to"];
    rewritten(bytes, |field| REQUESTS.iter().any(|name| is_named(field, name)).then(|| [b"X-Disarmed-", field].concat()))
}

/// How a value is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grammar {
    /// Any text.
    Text,
    /// Addresses: names may be encoded, addresses not.
    Addresses,
    /// A value with parameters.
    Parameters,
}

impl Grammar {
    fn of(name: &[u8]) -> Self {
        const ADDRESSES: [&str; 8] = ["from", "to", "cc", "bcc", "reply-to", "sender", "disposition-notification-to", "errors-to"];
        const PARAMETERS: [&str; 2] = ["content-type", "content-disposition"];
        let name = name.to_ascii_lowercase();
        let plain = name.strip_prefix(b"resent-").unwrap_or(&name);
        let is_one_of = |names: &[&str]| names.iter().any(|known| known.as_bytes() == plain);
        if is_one_of(&ADDRESSES) {
            Self::Addresses
        } else if is_one_of(&PARAMETERS) {
            Self::Parameters
        } else {
            Self::Text
        }
    }
}

/// Encodes what is not ASCII in the header of the message. What cannot be encoded (an address itself) stays.
pub(super) fn encoded(bytes: &[u8]) -> Option<Vec<u8>> {
    rewritten(bytes, |field| {
        if field.is_ascii() || !begins_field(field) {
            return None;
        }
        let (name, value) = (name_of(field), unfolded(value_of(field)));
        let grammar = Grammar::of(name);
        let value = match grammar {
            Grammar::Parameters => with_extended_parameters(&value),
            Grammar::Text | Grammar::Addresses => with_encoded_words(&value, grammar),
        };
        let mut out = [name, b":"].concat();
        let mut width = out.len();
        // Blanks begin the pieces: the line ends go before them.
        for piece in at_blanks(&value) {
            if width + piece.len() > 76 && width > name.len() + 1 && piece.starts_with(b" ") && !piece.trim_ascii().is_empty() {
                out.extend_from_slice(b"\r\n");
                width = 0;
            }
            out.extend_from_slice(piece);
            width += piece.len();
        }
        out.extend_from_slice(b"\r\n");
        (out.as_slice() != field).then_some(out)
    })
}

/// Pieces that begin where blanks begin.
fn at_blanks(value: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for at in 1..value.len() {
        if value[at] == b' ' && value[at - 1] != b' ' && value[at - 1] != b'\t' {
            pieces.push(&value[start..at]);
            start = at;
        }
    }
    pieces.push(&value[start..]);
    pieces
}

fn with_extended_parameters(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() * 2);
    for (number, piece) in pieces(value).into_iter().enumerate() {
        if number > 0 {
            out.push(b';');
        }
        match piece.iter().position(|byte| *byte == b'=') {
            Some(equals) if number > 0 && !piece.is_ascii() && piece[..equals].is_ascii() && !piece[..equals].ends_with(b"*") => {
                out.extend_from_slice(&piece[..equals]);
                out.extend_from_slice(b"*=");
                out.extend(encode::extended_value(&unquoted(piece[equals + 1..].trim_ascii())));
            }
            _ => out.extend_from_slice(piece),
        }
    }
    out
}

/// A piece of a value: what it says, and whether that has to be encoded.
struct Token {
    raw: Vec<u8>,
    /// What an encoded word has to say; none: it stays as it is.
    says: Option<Vec<u8>>,
    is_blank: bool,
}

fn with_encoded_words(value: &[u8], grammar: Grammar) -> Vec<u8> {
    let charset = encode::charset_of(value);
    let tokens = tokens(value, grammar);
    let is_word = |token: &Token| token.raw.starts_with(b"=?") && token.raw.ends_with(b"?=") && token.raw.len() > 4;
    let mut out = Vec::with_capacity(value.len() * 2);
    let mut at = 0;
    while at < tokens.len() {
        let Some(says) = &tokens[at].says else {
            out.extend_from_slice(&tokens[at].raw);
            at += 1;
            continue;
        };
        // Blanks between encoded words are not part of what they say: a run is encoded as one, with its blanks.
        let mut text = says.clone();
        let mut end = at + 1;
        while let (Some(blank), Some(next)) = (tokens.get(end), tokens.get(end + 1)) {
            let Some(more) = next.says.as_ref().filter(|_| blank.is_blank) else { break };
            text.extend_from_slice(&blank.raw);
            text.extend_from_slice(more);
            end += 2;
        }
        if at >= 2 && tokens[at - 1].is_blank && is_word(&tokens[at - 2]) {
            text.insert(0, b' ');
        }
        if tokens.get(end).is_some_and(|token| token.is_blank) && tokens.get(end + 1).is_some_and(is_word) {
            text.push(b' ');
        }
        out.extend(encode::encoded_words(&text, charset));
        at = end;
    }
    out
}

fn tokens(value: &[u8], grammar: Grammar) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = value;
    while let Some(first) = rest.first() {
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let length = match first {
            first if is_blank(first) => rest.iter().position(|byte| !is_blank(byte)).unwrap_or(rest.len()),
            b'"' if grammar == Grammar::Addresses => quoted_length(rest),
            b'<' if grammar == Grammar::Addresses => rest.iter().position(|byte| *byte == b'>').map_or(rest.len(), |at| at + 1),
            b',' | b';' | b':' | b'(' | b')' if grammar == Grammar::Addresses => 1,
            _ if grammar == Grammar::Addresses => rest.iter().position(|byte| b" \t\"<,;:()".contains(byte)).unwrap_or(rest.len()),
            _ => rest.iter().position(is_blank).unwrap_or(rest.len()),
        };
        let (raw, after) = rest.split_at(length.max(1));
        let is_address = grammar == Grammar::Addresses && (raw.starts_with(b"<") || !raw.starts_with(b"\"") && raw.contains(&b'@'));
        let says = if raw.is_ascii() || is_address {
            None
        } else if grammar == Grammar::Addresses {
            Some(unquoted(raw))
        } else {
            Some(raw.to_vec())
        };
        tokens.push(Token { raw: raw.to_vec(), says, is_blank: is_blank(first) });
        rest = after;
    }
    tokens
}

/// Length of a quoted string, quotes included; to the end when it never ends.
fn quoted_length(text: &[u8]) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
