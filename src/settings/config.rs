//! The person's configuration: `config.toml`, every line of it optional. `config/default.toml` documents each.
//!
//! Where the file lies, what the environment says and which languages there are is not known here.

use std::path::PathBuf;

use crate::domain::{Collisions, CopyChoices, DeletedMail, Receipts, Thoroughness};

use super::fault::{Fault, Found, Source};

const SAMPLE: &str = include_str!("../../config/default.toml");
const TOP: [&str; 6] = ["language", "theme", "ascii", "state-folder", "copy", "log"];
const COPY: [&str; 6] = ["accounts", "connections", "verify", "deleted", "collisions", "disarm-receipts"];
const LOG: [&str; 1] = ["level"];

/// Colours of the interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// The terminal's own.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// None.
    Mono,
}

/// What is written to the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Failures.
    Error,
    /// And what is odd.
    Warn,
    /// And what is done.
    #[default]
    Info,
    /// And how.
    Debug,
    /// And each step of it.
    Trace,
}

impl LogLevel {
    /// The word of log filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// The person's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Language tag (`fr`, `pt-BR`); none: the system's.
    pub language: Option<String>,
    /// Colours.
    pub theme: ThemeChoice,
    /// Plain ASCII glyphs only.
    pub ascii: bool,
    /// Where sessions are kept: absolute, or below `~/`, which the caller resolves; none: the usual place.
    pub state_folder: Option<PathBuf>,
    /// Accounts copied at the same time, 1 to 50.
    pub accounts: usize,
    /// Connections per side of one account, 1 to 10.
    pub connections: usize,
    /// How thoroughly the copy is read again.
    pub verify: Thoroughness,
    /// What is decided once for all folders, unless the person decides otherwise.
    pub choices: CopyChoices,
    /// What is written to the log.
    pub log: LogLevel,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            language: None,
            theme: ThemeChoice::Auto,
            ascii: false,
            state_folder: None,
            accounts: 4,
            connections: 8,
            verify: Thoroughness::Full,
            choices: CopyChoices::default(),
            log: LogLevel::Info,
        }
    }
}

impl Config {
    /// The documented sample, which says in every line what holds without it.
    pub const fn sample() -> &'static str {
        SAMPLE
    }

    /// Reads a configuration file.
    ///
    /// # Errors
    /// [`Fault`]: the first thing that is wrong, with its line and what was expected.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let (source, root) = Source::parse(text)?;
        let mut config = Self::default();
        let root = root.get_ref();
        source.only("", root, &TOP)?;
        if let Some(found) = source.find("", root, "language") {
            config.language = language(&found)?;
        }
        if let Some(found) = source.find("", root, "theme") {
            let choices =
                [("auto", ThemeChoice::Auto), ("dark", ThemeChoice::Dark), ("light", ThemeChoice::Light), ("mono", ThemeChoice::Mono)];
            config.theme = found.choice(&choices)?;
        }
        if let Some(found) = source.find("", root, "ascii") {
            config.ascii = found.truth()?;
        }
        if let Some(found) = source.find("", root, "state-folder") {
            config.state_folder = folder(&found)?;
        }
        if let Some(found) = source.find("", root, "copy") {
            config.read_copy(&source, &found)?;
        }
        if let Some(found) = source.find("", root, "log") {
            let section = found.section()?;
            source.only("log", section, &LOG)?;
            if let Some(level) = source.find("log", section, "level") {
                let levels = [LogLevel::Error, LogLevel::Warn, LogLevel::Info, LogLevel::Debug, LogLevel::Trace];
                config.log = level.choice(&levels.map(|level| (level.as_str(), level)))?;
            }
        }
        Ok(config)
    }

    fn read_copy(&mut self, source: &Source<'_>, found: &Found<'_, '_>) -> Result<(), Fault> {
        let section = found.section()?;
        source.only("copy", section, &COPY)?;
        if let Some(accounts) = source.find("copy", section, "accounts") {
            self.accounts = accounts.number(1..=50)?;
        }
        if let Some(connections) = source.find("copy", section, "connections") {
            self.connections = connections.number(1..=10)?;
        }
        if let Some(verify) = source.find("copy", section, "verify") {
            self.verify = verify.choice(&Thoroughness::ALL)?;
        }
        if let Some(deleted) = source.find("copy", section, "deleted") {
            let choices = [("keep", DeletedMail::Keep), ("trash", DeletedMail::Trash), ("skip", DeletedMail::Skip)];
            self.choices.deleted = deleted.choice(&choices)?;
        }
        if let Some(collisions) = source.find("copy", section, "collisions") {
            self.choices.collisions = collisions.choice(&[("suffix", Collisions::Suffix), ("merge", Collisions::Merge)])?;
        }
        if let Some(disarm) = source.find("copy", section, "disarm-receipts") {
            self.choices.receipts = if disarm.truth()? { Receipts::Disarm } else { Receipts::Keep };
        }
        Ok(())
    }
}

fn language(found: &Found<'_, '_>) -> Result<Option<String>, Fault> {
    let expected = "\"auto\" or a language such as \"en\" or \"pt-BR\"";
    let tag = found.text(expected)?;
    let is_part = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    match tag {
        "auto" => Ok(None),
        tag if tag.split('-').all(is_part) && tag.starts_with(|c: char| c.is_ascii_lowercase()) => Ok(Some(tag.to_owned())),
        _ => Err(found.fault(expected)),
    }
}

fn folder(found: &Found<'_, '_>) -> Result<Option<PathBuf>, Fault> {
    let expected = "\"auto\", an absolute path, or one that begins with ~/";
    match found.text(expected)? {
        "auto" => Ok(None),
        path if path.starts_with('/') || path.starts_with("~/") => Ok(Some(PathBuf::from(path))),
        _ => Err(found.fault(expected)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn fixtures(kind: &str) -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config").join(kind);
        let mut files: Vec<_> = fs::read_dir(folder).expect("fixtures").map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        files
            .iter()
            .map(|path| (path.file_stem().expect("a name").display().to_string(), fs::read_to_string(path).expect("text")))
            .collect()
    }

    #[test]
    fn the_sample_says_what_holds_without_it() {
        assert_eq!(Config::parse(Config::sample()), Ok(Config::default()));
        assert_eq!(Config::parse(""), Ok(Config::default()));
        let known = TOP.iter().chain(&COPY).chain(&LOG);
        for key in known {
            assert!(SAMPLE.contains(&format!("\n{key} =")) || SAMPLE.contains(&format!("[{key}]")), "{key} is not in the sample");
        }
    }

    #[test]
    fn valid_files_are_read() {
        let read: Vec<String> = fixtures("valid").iter().map(|(name, text)| format!("{name}: {:#?}", Config::parse(text))).collect();
        insta::assert_snapshot!(read.join("\n"));
    }

    #[test]
    fn every_malformed_file_is_refused_with_its_line_and_what_was_expected() {
        let faults: Vec<String> = fixtures("invalid")
            .iter()
            .map(|(name, text)| match Config::parse(text) {
                Err(fault) => format!("{name}: {fault}"),
                Ok(config) => panic!("{name} was read as {config:?}"),
            })
            .collect();
        insta::assert_snapshot!(faults.join("\n"));
    }
}
