//! `tests/traps.md` against the sources: every row is there, every named test exists, every scenario is listed in its row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Rows whose scenarios are not written yet. A row that has one must leave this list.
const TO_COME: &[&str] = &[];
/// What the last cell says then.
const WAITS: &str = "to come";

/// How a cell begins that says why there is no test.
const NOT_SHOWN: &str = "not shown: ";

/// Ids of the collection: 50 general rows, 19 of Zimbra, 8 of Exchange, and 6 of the platforms' own procedures.
fn ids() -> Vec<String> {
    [("G", 50), ("Z", 19), ("E", 8), ("P", 6)].iter().flat_map(|(letter, last)| (1..=*last).map(move |n| format!("{letter}{n}"))).collect()
}

fn texts_below(folder: &Path, all: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            texts_below(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a text")));
        }
    }
}

/// Sources below these folders, by path.
fn sources(folders: &[&str]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for folder in folders {
        texts_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut all);
    }
    all
}

/// Names of tests: functions behind a test's attribute.
fn tests_of(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) {
            found.insert(rest.split('(').next().unwrap_or_default().to_owned());
            is_test = false;
        }
    }
    found
}

/// Rows of the table: cells by id, and the order of the ids.
fn rows() -> (Vec<String>, BTreeMap<String, [String; 3]>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traps.md");
    let text = std::fs::read_to_string(path).expect("the table");
    let (mut order, mut rows) = (Vec::new(), BTreeMap::new());
    for line in text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |")) {
        let cells: Vec<String> = line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        let [id, wrong, does, shown] = cells.try_into().unwrap_or_else(|cells| panic!("four cells: {cells:?}"));
        order.push(id.clone());
        assert!(rows.insert(id, [wrong, does, shown]).is_none(), "twice: {line}");
    }
    (order, rows)
}

/// The id with which a name begins: `Z4` for `z04_one_connection`.
fn id_of(name: &str) -> String {
    let (letter, number) = name.split('_').next().and_then(|word| word.split_at_checked(1)).unwrap_or_default();
    format!("{}{}", letter.to_ascii_uppercase(), number.trim_start_matches('0'))
}

/// The tests that a row names.
fn named(shown: &str) -> Vec<String> {
    let pieces = shown.split("<br>").filter_map(|piece| piece.trim().strip_prefix('`').and_then(|rest| rest.strip_suffix('`')));
    pieces.map(str::to_owned).collect()
}

#[test]
fn every_row_says_what_goes_wrong_what_is_done_and_where_it_is_shown() {
    let (order, rows) = rows();
    assert_eq!(order, ids());
    for (id, [wrong, does, shown]) in &rows {
        assert!(wrong.len() > 10 && does.len() > 4, "{id} says too little");
        let waits = TO_COME.contains(&id.as_str());
        assert_eq!(shown == WAITS, waits, "{id}: only rows that wait have no test");
        let has_reason = shown.strip_prefix(NOT_SHOWN).is_some_and(|reason| reason.len() > 20);
        assert!(waits || has_reason || !named(shown).is_empty() && named(shown).len() == shown.split("<br>").count(), "{id}: {shown}");
    }
}

#[test]
fn every_named_test_exists() {
    let tests: BTreeSet<String> = sources(&["src", "tests"]).iter().flat_map(|(_, text)| tests_of(text)).collect();
    assert!(tests.len() > 300, "the sources are read wrongly");
    let (_, rows) = rows();
    for (id, [_, _, shown]) in &rows {
        let missing: Vec<String> = named(shown).into_iter().filter(|name| !tests.contains(name)).collect();
        assert!(missing.is_empty(), "{id} names {missing:?}");
    }
}

#[test]
fn every_scenario_is_listed_in_the_row_of_its_id() {
    let (_, rows) = rows();
    let scenarios: Vec<String> = sources(&["tests/traps"]).iter().flat_map(|(_, text)| tests_of(text)).collect();
    let mut counted = 0;
    for name in scenarios {
        let id = id_of(&name);
        let Some([_, _, shown]) = rows.get(&id) else { continue };
        assert!(named(shown).contains(&name), "{id} does not list {name}");
        counted += 1;
    }
    assert!(counted >= 90, "only {counted} scenarios");
}
