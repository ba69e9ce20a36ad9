//! Scenarios in TOML: given, when, then. A report of something that went wrong becomes a file here.
//!
//! `tests/scenarios/mailcopy`: a doubt is settled (`[settle]`) or a mailbox is verified (`[compare]`). A message is the name of an entry of
//! `[messages]`, or else its own text.

use std::collections::{BTreeMap, BTreeSet};

use mailferry::domain::{Flags, InternalDate, Uid};
use mailferry::mailcopy::{Comparison, Expected, Fingerprint, Present, compare, settle};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    title: String,
    by: Comparison,
    #[serde(default)]
    messages: BTreeMap<String, String>,
    settle: Option<Settle>,
    compare: Option<Compare>,
}

/// `[UID, message]`.
type Listed = (u32, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settle {
    intended: Vec<Listed>,
    found: Vec<Listed>,
    #[serde(default)]
    claimed: Vec<u32>,
    stored: Vec<(u32, u32)>,
    again: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    uid: u32,
    copied_as: Option<u32>,
    message: String,
    #[serde(default)]
    flags: String,
    date: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Compare {
    ledger: Vec<Row>,
    target: Vec<Row>,
    /// Keywords that the target stores; none: all.
    keywords: Option<Vec<String>>,
    verified: Vec<(u32, u32)>,
    missing: Vec<u32>,
    #[serde(default)]
    flags_differ: Vec<u32>,
    #[serde(default)]
    dates_differ: Vec<u32>,
}

impl Scenario {
    fn print(&self, message: &str) -> Fingerprint {
        Fingerprint::of(self.messages.get(message).map_or(message, String::as_str).as_bytes())
    }

    fn list(&self, listed: &[Listed]) -> Vec<(Uid, Fingerprint)> {
        listed.iter().map(|(uid, message)| (Uid(*uid), self.print(message))).collect()
    }

    fn play_settle(&self, case: &Settle) {
        let claimed: BTreeSet<Uid> = case.claimed.iter().copied().map(Uid).collect();
        let settled = settle(&self.list(&case.intended), &self.list(&case.found), &claimed, self.by);
        let stored: Vec<(u32, u32)> = settled.stored.iter().map(|(source, target)| (source.0, target.0)).collect();
        let again: Vec<u32> = settled.again.iter().map(|uid| uid.0).collect();
        assert_eq!((stored, again), (case.stored.clone(), case.again.clone()), "{}", self.title);
    }

    fn play_compare(&self, case: &Compare) {
        let flags = |m: &Row| Flags::from(m.flags.clone());
        let date = |m: &Row| m.date.as_ref().map(|text| text.parse::<InternalDate>().expect("a date"));
        let expected = |m: &Row| Expected {
            source: Uid(m.uid),
            target: m.copied_as.map(Uid),
            fingerprint: self.print(&m.message),
            flags: flags(m),
            internal_date: date(m),
        };
        let present = |m: &Row| Present { uid: Uid(m.uid), fingerprint: self.print(&m.message), flags: flags(m), internal_date: date(m) };
        let ledger: Vec<Expected> = case.ledger.iter().map(expected).collect();
        let target: Vec<Present> = case.target.iter().map(present).collect();
        let stores = |k: &mailferry::domain::Keyword| case.keywords.as_ref().is_none_or(|all| all.iter().any(|name| name == k.as_str()));
        let result = compare(&ledger, &target, self.by, stores);
        let pairs = |pairs: &[(Uid, Uid)]| pairs.iter().map(|(source, target)| (source.0, target.0)).collect::<Vec<_>>();
        assert_eq!(pairs(&result.verified), case.verified, "{}: verified", self.title);
        assert_eq!(result.missing.iter().map(|uid| uid.0).collect::<Vec<_>>(), case.missing, "{}: missing", self.title);
        assert_eq!(result.flags_differ.iter().map(|d| d.source.0).collect::<Vec<_>>(), case.flags_differ, "{}: flags", self.title);
        assert_eq!(result.dates_differ.iter().map(|d| d.0.0).collect::<Vec<_>>(), case.dates_differ, "{}: dates", self.title);
    }
}

#[test]
fn every_mailcopy_scenario_ends_as_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/mailcopy");
    let mut played = 0;
    for file in std::fs::read_dir(folder).expect("the scenarios are part of the project").flatten() {
        let text = std::fs::read_to_string(file.path()).expect("readable");
        let scenario: Scenario = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.path().display()));
        assert!(scenario.settle.is_some() != scenario.compare.is_some(), "{}: one of settle and compare", file.path().display());
        if let Some(case) = &scenario.settle {
            scenario.play_settle(case);
        }
        if let Some(case) = &scenario.compare {
            scenario.play_compare(case);
        }
        played += 1;
    }
    assert!(played > 0);
}
