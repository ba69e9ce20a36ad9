//! Normal forms of header words and text, in which both sides of a rebuilt message agree.

/// Words in lower case, separated by one space, without control characters.
pub(super) fn fold_words(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        if word.is_ascii() {
            folded.extend(word.bytes().map(|b| char::from(b.to_ascii_lowercase())));
        } else {
            folded.extend(word.chars().flat_map(char::to_lowercase));
        }
    }
    folded
}

/// Lines without trailing white space, joined by LF, without empty lines at the end. Replaces what `folded` held.
/// Lines that only part a MIME body with one of `boundaries` are left out: they are text only where the MIME is broken.
pub(super) fn fold_text(text: &str, boundaries: &[&str], folded: &mut String) {
    folded.clear();
    folded.reserve(text.len());
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\0' | '\r' | '\n' | '\x0b' | '\x0c' | '\u{a0}' | '\u{feff}');
    let mut empty = 0;
    for line in text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')) {
        let line = line.trim_end_matches(is_blank);
        let parts = |rest: &str| boundaries.iter().any(|b| rest.strip_prefix(b).is_some_and(|end| end.is_empty() || end == "--"));
        if line.strip_prefix("--").is_some_and(parts) {
            continue;
        }
        if line.is_empty() {
            empty += 1;
            continue;
        }
        folded.extend(std::iter::repeat_n('\n', empty + usize::from(!folded.is_empty() || empty > 0)));
        empty = 0;
        folded.push_str(line);
    }
}

/// Reads bytes as Windows-1252 without its five holes: the guess for undeclared 8-bit text.
pub(super) fn windows_1252(bytes: &[u8]) -> String {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•',
        '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    bytes.iter().map(|b| if (0x80..0xa0).contains(b) { HIGH[usize::from(*b - 0x80)] } else { char::from(*b) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut out = "left over".to_owned();
        fold_text(text, &["edge"], &mut out);
        out
    }

    #[test]
    fn text_is_compared_without_line_ends_and_trailing_space() {
        for text in ["a\r\n b\r\n\r\nc\r\n", "a\n b \n\t\nc\n\n\n", "a\r b\r\rc", "a\n b\n\nc"] {
            assert_eq!(folded(text), "a\n b\n\nc", "{text:?}");
        }
        assert_eq!(folded("a\n--edge\nb\n--edge--\n--edges"), "a\nb\n--edges");
        assert_ne!(folded("a\n\nb"), folded("a\nb"));
        assert_ne!(folded("\na"), folded("a"));
        assert_eq!(folded(" \r\n"), "");
    }

    #[test]
    fn words_fold_white_space_and_case() {
        assert_eq!(fold_words("  Re:\r\n\tÉtat  des LIEUX\0"), "re: état des lieux");
        assert_eq!(windows_1252(b"caf\xe9 \x80"), "café €");
    }
}
