//! Reads the sources and phrases of the house as text, for `architecture.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A file of ours.
pub(crate) struct Source {
    /// Relative to the project, with `/`.
    pub(crate) path: String,
    /// As it is.
    pub(crate) text: String,
    /// Whether it is part of the program, and not only of its tests.
    pub(crate) is_shipped: bool,
    /// Without comments, texts and the tests at its end; every line where it was.
    code: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the project.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether the project has this file.
pub(crate) fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// All Rust files below a folder, in order.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root().join(folder), &mut paths);
    paths.sort();
    let texts: Vec<(String, String)> = paths
        .iter()
        .map(|path| {
            let relative = path.strip_prefix(root()).expect("below the project").display().to_string();
            let text = read(&relative);
            (relative, text)
        })
        .collect();
    let test_modules: Vec<String> = texts.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let is_test = |path: &str| test_modules.iter().any(|module| path == format!("{module}.rs") || path.starts_with(&format!("{module}/")));
    texts.into_iter().map(|(path, text)| Source { is_shipped: !is_test(&path), ..Source::of(&path, &text) }).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules that a file declares for its tests alone, as paths without `.rs`.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let below = match name {
        "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
        name => format!("{folder}/{}", name.trim_end_matches(".rs")),
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let declared = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]");
    declared.filter_map(|pair| pair[1].rsplit_once("mod ")?.1.strip_suffix(';')).map(|module| format!("{below}/{module}")).collect()
}

/// Takes comments and the content of texts out, and what follows `#[cfg(test)] mod … {` at the left edge.
fn code_of(text: &str) -> String {
    let end = text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let bytes: Vec<char> = text[..end].chars().collect();
    let mut code = String::with_capacity(end);
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let skipped = match rest {
            ['/', '/', ..] => rest.iter().take_while(|c| **c != '\n').count(),
            ['/', '*', ..] => 2 + rest.windows(2).skip(2).position(|pair| pair == ['*', '/']).map_or(rest.len() - 2, |end| end + 4 - 2),
            ['"', ..] => text_length(rest),
            ['r', '"' | '#', ..] if !follows_word(&code) => raw_text_length(rest),
            ['\'', '\\', ..] => 3 + rest.iter().skip(3).take_while(|c| **c != '\'').count(),
            ['\'', _, '\'', ..] => 3,
            _ => 0,
        };
        if skipped == 0 {
            code.push(bytes[at]);
            at += 1;
        } else {
            code.extend(rest.iter().take(skipped).filter(|c| **c == '\n'));
            code.push(' ');
            at += skipped;
        }
    }
    code
}

fn follows_word(code: &str) -> bool {
    code.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn text_length(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The length of `r"…"` or `r#"…"#`; 0 for what only begins like one, such as `r#type`.
fn raw_text_length(rest: &[char]) -> usize {
    let hashes = rest.iter().skip(1).take_while(|c| **c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let start = 2 + hashes;
    rest[start..].windows(close.len()).position(|part| part == close).map_or(rest.len(), |end| start + end + close.len())
}

impl Source {
    /// A shipped file of this content.
    pub(crate) fn of(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), is_shipped: true, code: code_of(text) }
    }

    /// The room: the first folder below `src`, or the file there.
    pub(crate) fn room(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }

    /// Whether it lies in a place such as `adapters/imap` or `tui/shell` (that file, or what is below it).
    pub(crate) fn lies_in(&self, place: &str) -> bool {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        below.strip_prefix(place).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }

    /// First names of the paths that begin at the crate, with their lines: `domain` of `crate::domain::Uid`, both of `crate::{a, b::C}`.
    pub(crate) fn crate_paths(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for start in ["crate::", "mailferry::"] {
            for (at, _) in self.code.match_indices(start) {
                if follows_word(&self.code[..at]) {
                    continue;
                }
                let line = self.code[..at].matches('\n').count() + 1;
                let rest = &self.code[at + start.len()..];
                let names = if let Some(group) = rest.strip_prefix('{') { group_names(group) } else { vec![word_of(rest)] };
                found.extend(names.into_iter().map(|name| (line, name)));
            }
        }
        found
    }

    /// The first line that names a foreign crate: `name::…` not as a part of another path, or `use name;`.
    pub(crate) fn line_that_names_crate(&self, name: &str) -> Option<usize> {
        let at = self.code.match_indices(name).find(|(at, _)| {
            let (before, after) = (&self.code[..*at], &self.code[at + name.len()..]);
            let begins = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.') && !is_inside_path(before);
            begins && (after.starts_with("::") || (before.trim_end().ends_with("use") && after.starts_with([';', ' '])))
        })?;
        Some(self.code[..at.0].matches('\n').count() + 1)
    }

    /// Attributes with their lines, each on one line whatever its layout.
    pub(crate) fn attributes(&self) -> Vec<(usize, String)> {
        let starts = self.text.match_indices("#[").chain(self.text.match_indices("#!["));
        let attributes = starts.filter(|(at, _)| self.text[..*at].lines().next_back().is_none_or(|line| line.trim().is_empty()));
        attributes
            .map(|(at, _)| {
                let end = self.text[at..].find(")]").map_or(self.text.len(), |end| at + end + 2);
                (self.text[..at].matches('\n').count() + 1, self.text[at..end].split_whitespace().collect::<Vec<_>>().join(" "))
            })
            .collect()
    }
}

/// `::name` belongs to another path, unless nothing but a keyword stands before it.
fn is_inside_path(before: &str) -> bool {
    before.strip_suffix("::").is_some_and(|head| head.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '>' || c == '$'))
}

fn word_of(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first names of a group's members: `a, b` of `a::X, b::{c, d}} …`.
fn group_names(group: &str) -> Vec<String> {
    let mut names = vec![word_of(group)];
    let mut depth = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(word_of(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Whether a line holds this word, not as a part of another.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let after = &line[at + word.len()..];
        !follows_word(&line[..at]) && !after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}

/// The keys of an enum's phrases: what `fn key` or serde's kebab-case makes of its variants, read from the source.
pub(crate) fn keys_of(path: &str, name: &str) -> Vec<String> {
    let text = read(path);
    if let Some((_, implementation)) = text.split_once(&format!("\nimpl {name} {{")) {
        let (implementation, _) = implementation.split_once("\n}").expect("its end");
        let keys = implementation.split_once("fn key(").expect("a function key").1;
        return keys.split("=> \"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(key, _)| key.to_owned()).collect();
    }
    let (_, body) = text.split_once(&format!("\npub enum {name} {{")).unwrap_or_else(|| panic!("no {name} in {path}"));
    let (body, _) = body.split_once("\n}").expect("its end");
    let variants = body.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| line.starts_with(char::is_uppercase));
    variants.map(|line| kebab(&word_of(line))).collect()
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for (at, c) in name.char_indices() {
        if c.is_uppercase() && at > 0 {
            text.push('-');
        }
        text.extend(c.to_lowercase());
    }
    text
}

/// The texts of the constants of a file.
pub(crate) fn constants_of(path: &str) -> Vec<String> {
    let text = read(path);
    let constants = text.lines().filter(|line| line.contains("const ") && line.contains(": &str = \""));
    constants.filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect()
}

/// The keys of the phrases of every language.
pub(crate) fn phrases() -> BTreeMap<String, BTreeSet<String>> {
    let mut languages = BTreeMap::new();
    for language in fs::read_dir(root().join("assets/i18n")).into_iter().flatten() {
        let folder = language.expect("an entry").path();
        let mut keys = BTreeSet::new();
        for file in fs::read_dir(&folder).expect("a language").map(|entry| entry.expect("an entry").path()) {
            let text = fs::read_to_string(&file).expect("phrases");
            let begins = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
            for (key, _) in text.lines().filter(begins).filter_map(|line| line.split_once(" =")) {
                assert!(keys.insert(key.to_owned()), "{key} is there twice, again in {}", file.display());
            }
        }
        languages.insert(folder.file_name().expect("a name").display().to_string(), keys);
    }
    languages
}
