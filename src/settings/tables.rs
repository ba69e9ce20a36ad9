//! Files that are tables of words: `[section]`, then `name = "word"` or `name = ["word", "word"]`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Sections of named lists of words.
pub type Tables = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// A file that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {message}")]
pub struct Malformed {
    /// File name.
    pub file: String,
    /// Line, from 1; 0 when it concerns the whole file.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Reads such a file.
///
/// # Errors
/// [`Malformed`] with the line when the text is not such a table.
pub fn tables(file: &str, text: &str) -> Result<Tables, Malformed> {
    let raw: BTreeMap<String, BTreeMap<String, OneOrMany>> = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count().max(1));
        Malformed { file: file.to_owned(), line, message: error.message().to_owned() }
    })?;
    let many = |value| match value {
        OneOrMany::One(word) => vec![word],
        OneOrMany::Many(words) => words,
    };
    Ok(raw.into_iter().map(|(section, table)| (section, table.into_iter().map(|(name, value)| (name, many(value))).collect())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_words_is_read_and_a_mistake_has_its_line() {
        let read = tables("keymap.toml", "[keys]\nback = \"esc\"\nhelp = [\"?\", \"f1\"]\n").expect("well-formed");
        assert_eq!(read["keys"]["help"], ["?", "f1"]);
        assert_eq!(read["keys"]["back"], ["esc"]);
        let error = tables("keymap.toml", "[keys]\nback = \"esc\"\nhelp = 3\n").expect_err("a number is no key");
        assert_eq!((error.line, error.file.as_str()), (3, "keymap.toml"));
    }
}
