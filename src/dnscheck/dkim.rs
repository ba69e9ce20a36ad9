//! DKIM: signatures of sent mail, by one CNAME per selector.

use crate::domain::{DkimState, RecordType, ZoneRecord};

use super::explain::{DKIM_MISSING, DKIM_OFF, DKIM_OTHER};
use super::facts::{Facts, Look, Zone, conclude, nothing};
use super::values::{is_at, new_record, seen};
use super::{Change, CheckedRecord, RecordPurpose};

/// What selectors have in common.
const NAME: &str = "_domainkey";

pub(super) fn judge(facts: &Facts) -> Option<CheckedRecord> {
    let selectors = facts.expected.dkim.as_deref()?;
    // One question without an answer leaves the whole line unknown.
    let live: Option<Vec<Vec<String>>> = selectors.iter().map(|s| lines(s, facts.live.values(&s.name, RecordType::Cname))).collect();
    let live: Option<Vec<String>> = live.map(|lines| lines.concat());
    let conclusion = conclude(
        live.as_deref(),
        facts.zone(),
        |zone| selectors.iter().filter_map(|s| lines(s, Some(zone.values(&s.name, RecordType::Cname)))).flatten().collect(),
        |values| look(selectors, values),
        |zone| change(selectors, zone),
    );
    Some(CheckedRecord {
        purpose: RecordPurpose::Dkim,
        name: NAME.to_owned(),
        expected: selectors.iter().map(|s| line(&s.name, &s.target)).collect(),
        live: live.unwrap_or_default(),
        badge: (!selectors.is_empty()).then(|| selectors.iter().all(|s| s.is_valid)),
        verdict: conclusion.look.verdict,
        explanation: conclusion.look.explanation.to_owned(),
        change: conclusion.change,
    })
}

fn line(name: &str, target: &str) -> String {
    format!("{name} CNAME {target}")
}

fn lines(selector: &DkimState, targets: Option<Vec<String>>) -> Option<Vec<String>> {
    Some(targets?.iter().map(|target| line(&selector.name, target)).collect())
}

fn look(selectors: &[DkimState], values: &[String]) -> Look {
    if selectors.is_empty() {
        return Look::advice(DKIM_OFF);
    }
    let has_other = |s: &DkimState| values.iter().any(|value| value.starts_with(&format!("{} ", s.name)));
    let wrong: Vec<&DkimState> = selectors.iter().filter(|s| !values.contains(&line(&s.name, &s.target))).collect();
    match wrong.as_slice() {
        [] => Look::GOOD,
        wrong if wrong.iter().any(|s| has_other(s)) => Look::wrong(DKIM_OTHER),
        _ => Look::wrong(DKIM_MISSING),
    }
}

fn change(selectors: &[DkimState], zone: &Zone<'_>) -> Change {
    let mut change = nothing();
    for selector in selectors {
        let at_name = |record: &&ZoneRecord| record.sub_domain.trim_end_matches('.').eq_ignore_ascii_case(&selector.name);
        let target = format!("{}.", selector.target);
        let (mut aliases, others): (Vec<&ZoneRecord>, Vec<&ZoneRecord>) =
            zone.records.iter().filter(at_name).partition(|record| is_at(record, &selector.name, RecordType::Cname));
        // A CNAME must not stand beside other records (RFC 1034 §3.6.2).
        change.remove.extend(others.into_iter().cloned());
        match aliases.iter().position(|record| seen(record, zone.name) == selector.target) {
            Some(right) => drop(aliases.remove(right)),
            None if aliases.is_empty() => change.add.push(new_record("CNAME", &selector.name, target)),
            None => change.update.push(ZoneRecord { target, ..aliases.remove(0).clone() }),
        }
        change.remove.extend(aliases.into_iter().cloned());
    }
    change
}
