//! Modified UTF-7, the spelling of mailbox names on the wire (RFC 3501 §5.1.3).
//!
//! Only the letters: hierarchy delimiters, quoting and literals are the IMAP adapter's.

/// Base 64 with `,` in place of `/`.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

fn is_itself(c: char) -> bool {
    matches!(c, ' '..='~') && c != '&'
}

/// Spells a text in modified UTF-7: printable ASCII as it is, `&` as `&-`, the rest as UTF-16 in base 64 between `&` and `-`.
pub fn encode(text: &str) -> String {
    let mut wire = String::with_capacity(text.len());
    let mut shifted: Vec<u16> = Vec::new();
    for c in text.chars() {
        if is_itself(c) || c == '&' {
            flush(&mut wire, &mut shifted);
            wire.push_str(if c == '&' { "&-" } else { "" });
            wire.extend((c != '&').then_some(c));
        } else {
            shifted.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    flush(&mut wire, &mut shifted);
    wire
}

fn flush(wire: &mut String, shifted: &mut Vec<u16>) {
    if shifted.is_empty() {
        return;
    }
    wire.push('&');
    let (mut bits, mut held) = (0u32, 0u32);
    for unit in shifted.drain(..) {
        bits = (bits << 16) | u32::from(unit);
        held += 16;
        while held >= 6 {
            held -= 6;
            wire.push(digit(bits >> held));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        wire.push(digit(bits << (6 - held)));
    }
    wire.push('-');
}

fn digit(bits: u32) -> char {
    char::from(ALPHABET[(bits & 63) as usize])
}

/// Reads a name in modified UTF-7. Strict: `None` unless it is spelled exactly as [`encode`] spells it, so that
/// two spellings never read as the same name (a lone `&`, raw 8-bit bytes, ASCII in base 64, needless shifts, half characters).
pub fn decode(wire: &str) -> Option<String> {
    let mut text = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        let (shifted, after) = rest[at + 1..].split_once('-')?;
        if shifted.is_empty() {
            text.push('&');
        } else {
            text.push_str(&unshift(shifted)?);
        }
        rest = after;
    }
    text.push_str(rest);
    (encode(&text) == wire).then_some(text)
}

fn unshift(shifted: &str) -> Option<String> {
    let mut units = Vec::with_capacity(shifted.len() * 6 / 16);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in shifted.bytes() {
        let value = ALPHABET.iter().position(|letter| *letter == byte)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push(u16::try_from(bits >> held).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spells_names_as_servers_do() {
        for (text, wire) in [
            ("INBOX", "INBOX"),
            ("Éléments envoyés", "&AMk-l&AOk-ments envoy&AOk-s"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("R&D", "R&-D"),
            ("&", "&-"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("📁", "&2D3cwQ-"),
            ("Отправленные", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"),
            ("", ""),
        ] {
            assert_eq!(encode(text), wire);
            assert_eq!(decode(wire).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_malformed_is_no_name() {
        for wire in ["&", "a&b", "&AMk", "&AMk=-", "&AM-", "&2D0-", "&AGE-", "&AOk-&AOk-", "é", "a\tb", "&AOl-", "&AA/-", "&-&", "&A-"] {
            assert_eq!(decode(wire), None, "{wire:?}");
        }
    }

    proptest! {
        #[test]
        fn decode_undoes_encode(text in "\\PC*|[a-z&é-]{0,12}|.*") {
            let wire = encode(&text);
            prop_assert!(wire.bytes().all(|b| (0x20..0x7f).contains(&b)));
            prop_assert_eq!(decode(&wire), Some(text));
        }

        #[test]
        fn any_wire_is_refused_or_canonical(wire in "[ -~é]{0,20}|(&[A-Za-z0-9+,]{0,6}-?){0,3}") {
            if let Some(text) = decode(&wire) {
                prop_assert_eq!(encode(&text), wire);
            }
        }
    }
}
