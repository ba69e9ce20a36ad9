//! MX: where mail arrives.

use crate::domain::RecordType;

use super::explain::{MX_ELSEWHERE, MX_INCOMPLETE, MX_LEFTOVER, MX_MISSING, MX_MIXED};
use super::facts::{Facts, Look, Zone, conclude, replace};
use super::values::{MxLine, is_at, new_record, seen};
use super::{Change, CheckedRecord, Expected, RecordPurpose};

pub(super) fn judge(facts: &Facts) -> Option<CheckedRecord> {
    let expected = &facts.expected;
    if expected.mx.is_empty() {
        return None;
    }
    let live = facts.live.values("", RecordType::Mx);
    let conclusion = conclude(
        live.as_deref(),
        facts.zone(),
        |zone| zone.values("", RecordType::Mx),
        |values| look(expected, values),
        |zone| change(expected, zone),
    );
    Some(CheckedRecord {
        purpose: RecordPurpose::Mx,
        name: String::new(),
        expected: expected.mx.iter().map(MxLine::text).collect(),
        live: live.unwrap_or_default(),
        badge: expected.badges.mx,
        verdict: conclusion.look.verdict,
        explanation: conclusion.look.explanation.to_owned(),
        change: conclusion.change,
    })
}

/// Preferences are not compared: all of the inbound servers take mail for all platforms.
fn look(expected: &Expected, values: &[String]) -> Look {
    // What cannot be read as an MX points nowhere useful either.
    let hosts: Vec<String> = values.iter().map(|value| MxLine::parse(value).map_or_else(|| value.clone(), |line| line.host)).collect();
    let has = |host: &String| hosts.contains(host);
    if hosts.is_empty() {
        Look::wrong(MX_MISSING)
    } else if expected.leftover_mx.iter().any(has) {
        Look::wrong(MX_LEFTOVER)
    } else if !hosts.iter().any(|host| is_ours(expected, host)) {
        Look::wrong(MX_ELSEWHERE)
    } else if !hosts.iter().all(|host| is_ours(expected, host)) {
        Look::wrong(MX_MIXED)
    } else if !expected.mx.iter().all(|line| has(&line.host)) {
        Look::advice(MX_INCOMPLETE)
    } else {
        Look::GOOD
    }
}

fn is_ours(expected: &Expected, host: &String) -> bool {
    expected.mx.iter().any(|line| line.host == *host) || expected.also_accepted_mx.contains(host)
}

fn change(expected: &Expected, zone: &Zone<'_>) -> Change {
    let present = zone.records.iter().filter(|record| is_at(record, "", RecordType::Mx));
    let host_of = |record| MxLine::parse(&seen(record, zone.name)).map(|line| line.host);
    let (ours, others): (Vec<_>, Vec<_>) = present.partition(|record| host_of(record).is_some_and(|host| is_ours(expected, &host)));
    let hosts: Vec<String> = ours.into_iter().filter_map(host_of).collect();
    let missing = expected.mx.iter().filter(|line| !hosts.contains(&line.host));
    replace(others.into_iter().cloned().collect(), missing.map(|line| new_record("MX", "", line.zone_text())).collect())
}
