//! Encodings that carry any bytes in short lines of ASCII (RFC 2045 §6, RFC 2047, RFC 2231).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Longest line of an encoded body (RFC 2045 §6.7, §6.8).
const BODY_LINE: usize = 76;
/// Longest encoded word: 75 at most, and its line 76 with the name of the field (RFC 2047 §2).
const WORD: usize = 60;
const HEX: &[u8; 16] = b"0123456789ABCDEF";

fn push_hex(out: &mut Vec<u8>, mark: u8, byte: u8) {
    out.extend([mark, HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
}

/// Quoted-printable; only CRLF stays a line end, every other byte comes back as it was.
pub(super) fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let mut width = 0;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
            (width, at) = (0, at + 2);
            continue;
        }
        let byte = bytes[at];
        let is_last_of_line = at + 1 == bytes.len() || bytes[at + 1..].starts_with(b"\r\n");
        let is_plain = (byte.is_ascii_graphic() && byte != b'=') || (matches!(byte, b' ' | b'\t') && !is_last_of_line);
        let takes = if is_plain { 1 } else { 3 };
        if width + takes > BODY_LINE - 1 {
            out.extend_from_slice(b"=\r\n");
            width = 0;
        }
        if is_plain {
            out.push(byte);
        } else {
            push_hex(&mut out, b'=', byte);
        }
        width += takes;
        at += 1;
    }
    out
}

/// Base64 in lines, without an end after the last one.
pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 3 / 2);
    for (number, piece) in bytes.chunks(BODY_LINE / 4 * 3).enumerate() {
        if number > 0 {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(STANDARD.encode(piece).as_bytes());
    }
    out
}

/// A line of base64, cut into short ones.
pub(super) fn base64_line(line: &[u8], out: &mut Vec<u8>) {
    for (number, piece) in line.chunks(BODY_LINE).enumerate() {
        if number > 0 {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(piece);
    }
}

/// A line of quoted-printable, with soft line breaks that fall into no escape.
pub(super) fn quoted_printable_line(line: &[u8], out: &mut Vec<u8>) {
    let mut rest = line;
    while rest.len() > BODY_LINE {
        let escape = rest[..BODY_LINE - 1].iter().rposition(|byte| *byte == b'=').filter(|at| *at > BODY_LINE - 4);
        let (piece, after) = rest.split_at(escape.unwrap_or(BODY_LINE - 1));
        out.extend_from_slice(piece);
        out.extend_from_slice(b"=\r\n");
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// Which charset 8-bit bytes without a name are in: UTF-8 when they can be that, else what mail programs take for Western European.
pub(super) fn charset_of(bytes: &[u8]) -> &'static str {
    if std::str::from_utf8(bytes).is_ok() { "utf-8" } else { "windows-1252" }
}

/// Encoded words, parted by one blank each, which is not part of what they say.
pub(super) fn encoded_words(bytes: &[u8], charset: &str) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).ok().filter(|_| charset == "utf-8");
    let units: Vec<&[u8]> = match text {
        Some(text) => text.char_indices().map(|(at, c)| &bytes[at..at + c.len_utf8()]).collect(),
        None => bytes.chunks(1).collect(),
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!*+-/".contains(&byte);
    let quoted_length = |unit: &[u8]| unit.iter().map(|byte| if is_plain(*byte) || *byte == b' ' { 1 } else { 3 }).sum::<usize>();
    let is_base64 = units.iter().map(|unit| quoted_length(unit)).sum::<usize>() > bytes.len() * 4 / 3 + 3;
    let room = WORD - charset.len() - "=?".len() - "?Q?".len() - "?=".len();
    let mut words: Vec<Vec<u8>> = Vec::new();
    let (mut word, mut length) = (Vec::new(), 0);
    for unit in units {
        let takes = if is_base64 { unit.len() } else { quoted_length(unit) };
        let most = if is_base64 { room / 4 * 3 } else { room };
        if length + takes > most {
            words.push(std::mem::take(&mut word));
            length = 0;
        }
        word.extend_from_slice(unit);
        length += takes;
    }
    words.push(word);
    let mut out = Vec::new();
    for word in words {
        if !out.is_empty() {
            out.push(b' ');
        }
        out.extend_from_slice(format!("=?{charset}?{}?", if is_base64 { 'B' } else { 'Q' }).as_bytes());
        if is_base64 {
            out.extend_from_slice(STANDARD.encode(&word).as_bytes());
        } else {
            for byte in word {
                match byte {
                    b' ' => out.push(b'_'),
                    byte if is_plain(byte) => out.push(byte),
                    byte => push_hex(&mut out, b'=', byte),
                }
            }
        }
        out.extend_from_slice(b"?=");
    }
    out
}

/// The value of an extended parameter (RFC 2231 §4): `utf-8''J%C3%B6rg`.
pub(super) fn extended_value(bytes: &[u8]) -> Vec<u8> {
    let mut out = format!("{}''", charset_of(bytes)).into_bytes();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) { out.push(*byte) } else { push_hex(&mut out, b'%', *byte) }
    }
    out
}
