//! The house rules, as far as a program can check them: walls between rooms, one room per foreign crate, headers, sizes, words.
//!
//! The sources are read as text. Code that only tests see (`#[cfg(test)]`, and files named by it) may look over walls: a
//! crash test brings an engine and a world together.

mod house;

use std::collections::BTreeSet;

use house::{Source, phrases, sources};
use mailferry::problem::{Hint, Meaning, ProblemCode};

/// Rooms, and the rooms that each may name, from the ground up. `src/lib.rs` draws the same picture.
const WALLS: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("problem", &["domain"]),
    ("text", &["domain", "problem"]),
    ("settings", &["domain", "problem"]),
    ("plan", &["domain", "problem", "settings", "text"]),
    ("mailcopy", &["domain", "problem", "settings", "text"]),
    ("dnscheck", &["domain", "problem", "settings", "text"]),
    ("session", &["domain", "problem", "settings", "text", "plan", "mailcopy", "dnscheck"]),
    ("ports", &["domain", "problem", "settings", "text", "plan", "mailcopy", "dnscheck", "session"]),
    ("engine", &["domain", "problem", "settings", "text", "plan", "mailcopy", "dnscheck", "session", "ports"]),
    ("adapters", &["domain", "problem", "settings", "text", "plan", "mailcopy", "dnscheck", "session", "ports"]),
    ("sandbox", &["domain", "problem", "settings", "text", "plan", "mailcopy", "dnscheck", "session", "ports"]),
    ("tui", &["domain", "problem", "settings", "text", "plan", "mailcopy", "dnscheck", "session", "ports", "engine"]),
    ("cli", &["domain", "problem", "settings", "text", "plan", "mailcopy", "dnscheck", "session", "ports", "engine"]),
    (
        "app",
        &[
            "domain", "problem", "settings", "text", "plan", "mailcopy", "dnscheck", "session", "ports", "engine", "adapters", "sandbox",
            "tui", "cli",
        ],
    ),
];

/// Foreign crates, and where each may be named. `serde` and `thiserror` are language by now and may be named anywhere.
const CRATES: &[(&str, &[&str])] = &[
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("tui_input", &["tui"]),
    ("unicode_width", &["tui"]),
    ("qrcode", &["tui"]),
    ("fluent_bundle", &["text"]),
    ("unic_langid", &["text"]),
    ("toml", &["settings"]),
    ("unicode_normalization", &["plan", "mailcopy"]),
    ("mail_parser", &["mailcopy"]),
    ("blake3", &["mailcopy", "sandbox"]),
    ("zeroize", &["domain", "adapters"]),
    ("serde_json", &["session", "adapters/journal", "adapters/ovh", "sandbox", "cli", "app"]),
    ("async_trait", &["ports", "engine", "adapters", "sandbox"]),
    ("bytes", &["ports", "engine", "adapters", "sandbox"]),
    ("tokio", &["engine", "adapters", "sandbox", "tui/shell", "app"]),
    ("tokio_util", &["engine", "adapters", "sandbox", "tui/shell", "app"]),
    ("futures", &["engine", "adapters", "sandbox", "tui/shell", "app"]),
    ("async_imap", &["adapters/imap"]),
    ("async_compression", &["adapters/imap"]),
    ("imap_proto", &["adapters/imap"]),
    ("rustls", &["adapters", "sandbox", "app"]),
    ("tokio_rustls", &["adapters/imap", "sandbox"]),
    ("rustls_platform_verifier", &["adapters"]),
    ("reqwest", &["adapters/ovh"]),
    ("sha1", &["adapters/ovh", "sandbox/http"]),
    ("hickory_resolver", &["adapters/dns"]),
    ("hickory_server", &["sandbox/dns"]),
    ("rusqlite", &["adapters/journal"]),
    ("keyring", &["adapters/secrets"]),
    ("keyring_core", &["adapters/secrets"]),
    ("argon2", &["adapters/secrets"]),
    ("chacha20poly1305", &["adapters/secrets"]),
    ("axum", &["sandbox/http"]),
    ("rcgen", &["sandbox"]),
    ("base64", &["mailcopy", "adapters/imap", "adapters/ovh", "sandbox", "tui"]),
    ("percent_encoding", &["adapters/ovh", "sandbox/http", "cli"]),
    ("rand", &["adapters", "engine", "sandbox", "app"]),
    ("jiff", &["text", "plan", "adapters", "app"]),
    ("tracing", &["engine", "adapters", "sandbox", "app", "tui/shell"]),
    ("tracing_subscriber", &["app"]),
    ("tracing_appender", &["app"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("rpassword", &["cli"]),
    ("anyhow", &["app"]),
    ("etcetera", &["app"]),
    ("rustix", &["adapters", "sandbox", "engine", "app", "tui/shell"]),
];

/// Files that may be longer than 500 lines, each with its reason.
const LONG_FILES: &[(&str, &str)] = &[("src/session/event.rs", "one list of everything that can have happened, most of it documentation")];

/// The longest that a file should be.
const LONGEST: usize = 500;

fn complain(what: &str, found: impl IntoIterator<Item = String>) {
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn the_reader_sees_paths_in_code_and_nowhere_else() {
    let text = r##"//! A file about crate::tui.
use crate::{domain::{Uid, crate_free}, engine};
use tokio::sync::mpsc; /* crate::cli */
const QUOTE: char = '"';
fn names<'a>() -> &'a str { crate::adapters::clock(); self::bytes::of("crate::sandbox \" rusqlite::x", r#"a " keyring::b"#) }
fn own() -> ::axum::Router { my_toml::read(x.rand::<u8>()) }
#[cfg(test)]
mod tests {
    use crate::app;
}
"##;
    let source = Source::of("src/session/file.rs", text);
    let named = source.crate_paths();
    assert_eq!(named, [(2, "domain".to_owned()), (2, "engine".to_owned()), (5, "adapters".to_owned())]);
    let line = |name| source.line_that_names_crate(name);
    assert_eq!((line("tokio"), line("axum")), (Some(3), Some(6)));
    assert_eq!([line("bytes"), line("rusqlite"), line("keyring"), line("toml"), line("rand")], [None; 5]);
    assert!(source.lies_in("session") && !source.lies_in("sess") && source.lies_in("session/file"));
}

#[test]
fn a_room_names_only_rooms_below_it() {
    let rooms: Vec<&str> = WALLS.iter().map(|(room, _)| *room).collect();
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|source| source.is_shipped) {
        let allowed: Vec<&str> = match source.room() {
            "main.rs" => vec!["app"],
            "lib.rs" => continue,
            room => {
                let walls = WALLS.iter().find(|(name, _)| *name == room);
                let (_, below) = walls.unwrap_or_else(|| panic!("{} lies in no known room", source.path));
                below.iter().copied().chain([room]).collect()
            }
        };
        for (line, named) in source.crate_paths() {
            if rooms.contains(&named.as_str()) && !allowed.contains(&named.as_str()) {
                found.push(format!("{}:{line} names {named}", source.path));
            }
        }
    }
    complain("a room names only rooms below it (see src/lib.rs)", found);
}

#[test]
fn every_room_of_the_floor_plan_exists_and_no_other() {
    let known: BTreeSet<&str> = WALLS.iter().map(|(room, _)| *room).chain(["lib.rs", "main.rs"]).collect();
    let all = sources("src");
    let there: BTreeSet<&str> = all.iter().map(Source::room).collect();
    assert_eq!(there, known);
}

#[test]
fn a_foreign_crate_is_named_only_in_its_room() {
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|source| source.is_shipped) {
        for (name, places) in CRATES {
            let is_home = places.iter().any(|place| source.lies_in(place));
            if let Some(line) = source.line_that_names_crate(name).filter(|_| !is_home) {
                found.push(format!("{}:{line} names {name}, which belongs to {}", source.path, places.join(", ")));
            }
        }
    }
    complain("a foreign crate is named in one room", found);
}

#[test]
fn every_dependency_has_a_room() {
    let manifest = house::read("Cargo.toml");
    let known: BTreeSet<&str> = CRATES.iter().map(|(name, _)| *name).chain(["serde", "thiserror"]).collect();
    let (_, after) = manifest.split_once("\n[dependencies]\n").expect("a table of dependencies");
    let (table, _) = after.split_once("\n[").expect("another table");
    let homeless = table
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name.trim().replace('-', "_"))
        .filter(|name| !name.starts_with('#') && !known.contains(name.as_str()));
    complain("every dependency has a room in tests/architecture.rs", homeless);
    let unexplained = table.lines().filter(|line| line.contains(" = ") && !line.contains('#'));
    complain("every dependency says what it is for", unexplained.map(str::to_owned));
}

#[test]
fn every_file_says_what_it_is_for() {
    let all = ["src", "tests", "benches"].map(sources).into_iter().flatten();
    let mute = all.filter(|source| !source.text.starts_with("//! ") || source.text.lines().next().is_some_and(|line| line.len() < 10));
    complain("every file opens with //! and what it is for", mute.map(|source| source.path));
}

#[test]
fn no_file_grows_out_of_sight() {
    let mut long = Vec::new();
    for source in ["src", "tests", "benches"].map(sources).into_iter().flatten() {
        let (lines, is_excused) = (source.text.lines().count(), LONG_FILES.iter().any(|(path, _)| *path == source.path));
        if lines > LONGEST && !is_excused {
            long.push(format!("{} has {lines} lines", source.path));
        } else if lines <= LONGEST && is_excused {
            long.push(format!("{} has {lines} lines and needs no excuse any more", source.path));
        }
    }
    complain("files stay below 500 lines, or say why not in LONG_FILES", long);
}

#[test]
fn lints_are_silenced_with_a_reason() {
    let mut found = Vec::new();
    for source in ["src", "tests", "benches"].map(sources).into_iter().flatten() {
        for (line, attribute) in source.attributes() {
            let is_silencer = ["#[allow(", "#![allow(", "#[expect(", "#![expect("].iter().any(|start| attribute.starts_with(start));
            if is_silencer && !attribute.contains("reason = \"") {
                found.push(format!("{}:{line}", source.path));
            }
        }
    }
    complain("every allow and expect has a reason", found);
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not find itself.
    let words =
        [["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["HA", "CK"], ["todo", "!("], ["unimplemented", "!("]].map(|parts| parts.concat());
    let mut found = Vec::new();
    for source in ["src", "tests", "benches"].map(sources).into_iter().flatten() {
        for (number, line) in source.text.lines().enumerate() {
            if words.iter().any(|word| house::has_word(line, word)) {
                found.push(format!("{}:{}", source.path, number + 1));
            }
        }
    }
    complain("nothing is left for later", found);
}

#[test]
fn a_room_has_one_door() {
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|source| source.path.ends_with("/mod.rs") && source.is_shipped) {
        let is_hallway = ["src/adapters/mod.rs", "src/sandbox/mod.rs"].contains(&source.path.as_str());
        for (number, line) in source.text.lines().enumerate() {
            let opens = line.starts_with("pub mod ") && !is_hallway;
            let is_door_too = line.trim_end().strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')).is_some_and(|name| {
                let folder = source.path.trim_end_matches("mod.rs");
                house::exists(&format!("{folder}{name}/mod.rs"))
            });
            if opens && !is_door_too {
                found.push(format!("{}:{} opens {line}", source.path, number + 1));
            }
        }
    }
    complain("inner modules are private: mod.rs is the door", found);
}

#[test]
fn everything_that_can_be_said_has_a_phrase_in_every_language() {
    let languages = phrases();
    let english = languages.get("en").expect("assets/i18n/en");
    let mut wanted: Vec<String> = Vec::new();
    wanted.extend(ProblemCode::ALL.iter().map(|code| format!("problem-{}", code.as_str())));
    wanted.extend(Meaning::ALL.iter().map(|meaning| format!("meaning-{}", meaning.as_str())));
    wanted.extend(Hint::ALL.iter().map(|hint| format!("hint-{}", hint.as_str())));
    let enums = [
        ("refusal", "src/session/command.rs", "Refusal"),
        ("activity", "src/session/progress.rs", "Activity"),
        ("limit", "src/session/progress.rs", "Limit"),
        ("repair", "src/mailcopy/repair.rs", "Repair"),
        ("finding", "src/plan/types.rs", "FindingCode"),
    ];
    for (prefix, path, name) in enums {
        let keys = house::keys_of(path, name);
        assert!(keys.len() > 2, "{name} is read wrongly: {keys:?}");
        wanted.extend(keys.into_iter().map(|key| format!("{prefix}-{key}")));
    }
    wanted.extend(house::constants_of("src/dnscheck/explain.rs").into_iter().map(|key| format!("dns-{key}")));
    let missing = wanted.iter().filter(|key| !english.contains(*key));
    complain("everything that can be said has a phrase in assets/i18n/en", missing.cloned());
    let mut uneven = Vec::new();
    for (language, keys) in &languages {
        uneven.extend(english.difference(keys).map(|key| format!("{key} is missing in {language}")));
        uneven.extend(keys.difference(english).map(|key| format!("{key} of {language} is not in en")));
    }
    complain("every language has the same phrases", uneven);
}
