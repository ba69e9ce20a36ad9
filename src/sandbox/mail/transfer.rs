//! Content-transfer encodings (RFC 2045 §6): quoted-printable and base64, as mail programs write them.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

/// Longest encoded line without its end (RFC 2045 §6.7, §6.8).
const LINE: usize = 76;

/// Base64 in lines, each ended by CRLF.
pub(super) fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 4 / 3 + bytes.len() / 28 + 8);
    for chunk in bytes.chunks(LINE / 4 * 3) {
        out.extend_from_slice(STANDARD.encode(chunk).as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// What base64 lines say; `None` when they are not base64.
pub(super) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let plain: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&base64::alphabet::STANDARD, lenient).decode(plain).ok()
}

/// Quoted-printable; CRLF stays a line end, a lone CR or LF is encoded.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 4);
    let mut column = 0;
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if byte == b'\r' && text.get(at + 1) == Some(&b'\n') {
            out.extend_from_slice(b"\r\n");
            column = 0;
            at += 2;
            continue;
        }
        let ends_line = text.get(at + 1).is_none_or(|next| *next == b'\r');
        let is_plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (matches!(byte, b' ' | b'\t') && !ends_line);
        let width = if is_plain { 1 } else { 3 };
        if column + width > LINE - 1 {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if is_plain {
            out.push(byte);
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.extend_from_slice(&[b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        column += width;
        at += 1;
    }
    out
}

/// What quoted-printable says; malformed escapes stay as they are (RFC 2045 §6.7).
pub(super) fn from_quoted_printable(text: &[u8]) -> Vec<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(b"=\r\n") {
            at += 3;
        } else if rest.starts_with(b"=\n") {
            at += 2;
        } else if let [b'=', high, low, ..] = rest
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            out.push(high * 16 + low);
            at += 3;
        } else {
            out.push(rest[0]);
            at += 1;
        }
    }
    out
}

/// An encoded word per piece of a header text (RFC 2047 §4.1), folded.
pub(super) fn encoded_words(text: &str) -> String {
    let mut words = Vec::new();
    let mut piece = String::new();
    for letter in text.chars() {
        if piece.len() + letter.len_utf8() > 42 {
            words.push(std::mem::take(&mut piece));
        }
        piece.push(letter);
    }
    words.push(piece);
    let words: Vec<String> = words.iter().map(|w| format!("=?UTF-8?B?{}?=", STANDARD.encode(w))).collect();
    words.join("\r\n ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decoding_undoes_encoding(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(from_quoted_printable(&quoted_printable(&bytes)), bytes.clone());
            prop_assert_eq!(from_base64(&base64_lines(&bytes)), Some(bytes));
        }

        #[test]
        fn lines_stay_short(text in "[ -~é\r\n]{0,400}") {
            let encoded = quoted_printable(text.as_bytes());
            prop_assert!(encoded.split(|b| *b == b'\n').all(|line| line.len() <= 77));
        }
    }
}
