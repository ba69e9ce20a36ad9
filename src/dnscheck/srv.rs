//! Autodiscover: how programs find the server.

use crate::domain::{RecordType, ZoneRecord};

use super::explain::{AUTODISCOVER_LEFTOVER, SRV_LEFTOVER, SRV_MISSING, SRV_OTHER, SRV_SEVERAL};
use super::facts::{Facts, Look, Zone, conclude, replace};
use super::values::{SrvLine, is_at, new_record, seen};
use super::{Change, CheckedRecord, Expected, RecordPurpose};

/// Owner name of the SRV record.
pub(super) const NAME: &str = "_autodiscover._tcp";
/// Owner name of an alias that programs ask before the SRV record.
pub(super) const ALIAS: &str = "autodiscover";

pub(super) fn judge(facts: &Facts) -> Option<CheckedRecord> {
    let expected = &facts.expected;
    let wanted = expected.srv.as_ref()?;
    // Nobody needs the alias: when its question was not answered, the SRV record alone is judged.
    let alias = facts.live.values(ALIAS, RecordType::Cname).unwrap_or_default();
    let live = facts.live.values(NAME, RecordType::Srv).map(|values| with_leftover_alias(expected, values, &alias));
    let conclusion = conclude(
        live.as_deref(),
        facts.zone(),
        |zone| with_leftover_alias(expected, zone.values(NAME, RecordType::Srv), &zone.values(ALIAS, RecordType::Cname)),
        |values| look(expected, wanted, values),
        |zone| change(expected, wanted, zone),
    );
    Some(CheckedRecord {
        purpose: RecordPurpose::Autodiscover,
        name: NAME.to_owned(),
        expected: vec![wanted.text()],
        live: live.unwrap_or_default(),
        badge: expected.badges.srv,
        verdict: conclusion.look.verdict,
        explanation: conclusion.look.explanation.to_owned(),
        change: conclusion.change,
    })
}

/// An alias to a host of another product is shown among the values as `autodiscover CNAME <host>`; any other is left alone.
fn with_leftover_alias(expected: &Expected, mut values: Vec<String>, alias: &[String]) -> Vec<String> {
    let leftovers = alias.iter().filter(|target| expected.leftover_autodiscover.contains(target));
    values.extend(leftovers.map(|target| format!("{ALIAS} CNAME {target}")));
    values
}

fn look(expected: &Expected, wanted: &SrvLine, values: &[String]) -> Look {
    let has_alias = values.iter().any(|value| value.starts_with(ALIAS));
    let lines: Vec<Option<SrvLine>> = values.iter().filter(|v| !v.starts_with(ALIAS)).map(|value| SrvLine::parse(value)).collect();
    let is_leftover = |line: &SrvLine| expected.leftover_autodiscover.contains(&line.target);
    match lines.as_slice() {
        [] => Look::wrong(SRV_MISSING),
        [Some(line)] if is_right(line, wanted) && has_alias => Look::advice(AUTODISCOVER_LEFTOVER),
        [Some(line)] if is_right(line, wanted) => Look::GOOD,
        lines if lines.iter().flatten().any(is_leftover) => Look::wrong(SRV_LEFTOVER),
        [_] => Look::wrong(SRV_OTHER),
        _ => Look::wrong(SRV_SEVERAL),
    }
}

/// With one record priority and weight mean nothing.
fn is_right(line: &SrvLine, wanted: &SrvLine) -> bool {
    line.port == wanted.port && line.target == wanted.target
}

fn change(expected: &Expected, wanted: &SrvLine, zone: &Zone<'_>) -> Change {
    let mut present: Vec<ZoneRecord> = zone.records.iter().filter(|record| is_at(record, NAME, RecordType::Srv)).cloned().collect();
    let is_kept = |record: &ZoneRecord| SrvLine::parse(&seen(record, zone.name)).is_some_and(|line| is_right(&line, wanted));
    let mut change = match present.iter().position(is_kept) {
        Some(kept) => {
            present.remove(kept);
            replace(present, Vec::new())
        }
        None => replace(present, vec![new_record("SRV", NAME, wanted.zone_text())]),
    };
    // A CNAME must not stand beside other records (RFC 1034 §3.6.2).
    let beside = zone.records.iter().filter(|record| is_at(record, NAME, RecordType::Cname));
    let leftover = zone
        .records
        .iter()
        .filter(|record| is_at(record, ALIAS, RecordType::Cname) && expected.leftover_autodiscover.contains(&seen(record, zone.name)));
    change.remove.extend(beside.chain(leftover).cloned());
    change
}
