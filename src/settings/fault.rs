//! What is wrong with a configuration file, where, and what should stand there; and the walk over a table that finds it.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{Problem, ProblemCode, Troubling};

/// One thing wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {wrong}; expected {expected}")]
pub struct Fault {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, in the words of the file.
    pub wrong: String,
    /// What should stand there.
    pub expected: String,
}

impl Troubling for Fault {
    /// Parameters: `line`, `column`, `expected`; the caller, who opened the file, adds `file`.
    fn problem(&self) -> Problem {
        Problem::new(ProblemCode::ConfigMalformed)
            .with("line", self.line)
            .with("column", self.column)
            .with("expected", &self.expected)
            .because(&self.wrong)
    }
}

/// A file being read.
pub(super) struct Source<'t> {
    text: &'t str,
}

/// A value and where it stands; its key and the section it is in, for the words of a fault.
pub(super) struct Found<'a, 't> {
    source: &'a Source<'t>,
    /// `copy.accounts`
    name: String,
    value: &'a Spanned<DeValue<'t>>,
}

impl<'t> Source<'t> {
    /// Parses the file's TOML.
    pub(super) fn parse(text: &'t str) -> Result<(Self, Spanned<DeTable<'t>>), Fault> {
        let source = Self { text };
        match DeTable::parse(text) {
            Ok(table) => Ok((source, table)),
            Err(error) => {
                let (wrong, expected) = match error.message().split_once(", expected ") {
                    Some((wrong, expected)) => (wrong.to_owned(), expected.to_owned()),
                    None if error.message().contains("duplicate") => (error.message().to_owned(), "each setting only once".to_owned()),
                    None => (error.message().to_owned(), "a line such as key = \"value\"".to_owned()),
                };
                Err(source.fault(error.span().unwrap_or(0..0), wrong, expected))
            }
        }
    }

    /// A fault at this place. A place at the end of a line belongs to that line.
    pub(super) fn fault(&self, span: Range<usize>, wrong: String, expected: String) -> Fault {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Fault { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1, wrong, expected }
    }

    /// Refuses keys that mean nothing here, naming the one that was probably meant.
    pub(super) fn only(&self, section: &str, table: &DeTable<'t>, known: &[&str]) -> Result<(), Fault> {
        let Some(stranger) = table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())).min_by_key(|key| key.span().start) else {
            return Ok(());
        };
        let name = stranger.get_ref();
        let expected = match nearest(name, known) {
            Some(near) => format!("`{near}`"),
            None => format!("one of {}", quoted(known)),
        };
        let place = if section.is_empty() { String::new() } else { format!(" in [{section}]") };
        Err(self.fault(stranger.span(), format!("unknown setting `{name}`{place}"), expected))
    }

    /// The value of a key, if it is there.
    pub(super) fn find<'a>(&'a self, section: &str, table: &'a DeTable<'t>, key: &str) -> Option<Found<'a, 't>> {
        let name = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
        let (_, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(Found { source: self, name, value })
    }
}

impl<'a, 't> Found<'a, 't> {
    /// A fault at this value.
    pub(super) fn fault(&self, expected: impl Into<String>) -> Fault {
        let found: Cow<'_, str> = match self.value.get_ref() {
            DeValue::String(text) => format!("{text:?}").into(),
            DeValue::Integer(number) => number.as_str().to_owned().into(),
            DeValue::Boolean(truth) => truth.to_string().into(),
            DeValue::Array(_) => "a list".into(),
            DeValue::Table(_) => "a section".into(),
            DeValue::Float(_) | DeValue::Datetime(_) => "another kind of value".into(),
        };
        self.source.fault(self.value.span(), format!("{} is {found}", self.name), expected.into())
    }

    /// A section.
    pub(super) fn section(&self) -> Result<&'a DeTable<'t>, Fault> {
        self.value.get_ref().as_table().ok_or_else(|| self.fault(format!("a section: [{}]", self.name)))
    }

    /// A text.
    pub(super) fn text(&self, expected: &str) -> Result<&'a str, Fault> {
        self.value.get_ref().as_str().ok_or_else(|| self.fault(expected))
    }

    /// `true` or `false`.
    pub(super) fn truth(&self) -> Result<bool, Fault> {
        self.value.get_ref().as_bool().ok_or_else(|| self.fault("true or false"))
    }

    /// A number of this range.
    pub(super) fn number(&self, range: std::ops::RangeInclusive<usize>) -> Result<usize, Fault> {
        let number = self.value.get_ref().as_integer().and_then(|digits| usize::from_str_radix(digits.as_str(), digits.radix()).ok());
        let expected = || self.fault(format!("a number from {} to {}", range.start(), range.end()));
        number.filter(|number| range.contains(number)).ok_or_else(expected)
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, Fault> {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let expected = quoted(&words).replace('`', "\"");
        let word = self.text(&expected)?;
        choices.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice).ok_or_else(|| self.fault(expected))
    }
}

fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// The known word with the fewest letters changed, if that is few enough to be a slip.
fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let word = plain(word);
    let (distance, near) = known.iter().map(|name| (distance(&word, &plain(name)), *name)).min()?;
    (distance <= near.chars().count().div_ceil(3)).then_some(near)
}

/// Letters to insert, remove or replace to get from one word to the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["language", "theme", "state-folder"];
        assert_eq!(nearest("langage", &known), Some("language"));
        assert_eq!(nearest("State_Folder", &known), Some("state-folder"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(nearest("", &[]), None);
    }
}
