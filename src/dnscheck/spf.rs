//! SPF: who may send.

use crate::domain::{RecordType, ZoneRecord};

use super::explain::{
    SPF_ALLOWS_EVERYBODY, SPF_INCLUDE_MISSING, SPF_MISSING, SPF_NO_POLICY, SPF_TOO_MANY_LOOKUPS, SPF_TWO_RECORDS, SPF_WRONG_TYPE,
};
use super::facts::{Facts, Look, Zone, conclude, nothing};
use super::spf_record::{MOST_LOOKUPS, Policy, SpfRecord};
use super::values::{is_at, new_record, quoted, seen};
use super::{Change, CheckedRecord, Expected, RecordPurpose};

pub(super) fn judge(facts: &Facts) -> Option<CheckedRecord> {
    let expected = &facts.expected;
    if expected.spf.is_empty() {
        return None;
    }
    // Other texts of the domain are nobody's business here.
    let only_spf = |values: Vec<String>| -> Vec<String> { values.into_iter().filter(|v| SpfRecord::parse(v).is_some()).collect() };
    let live = facts.live.values("", RecordType::Txt).map(only_spf);
    let is_unseen = live.as_ref().is_some_and(Vec::is_empty);
    let mut conclusion = conclude(
        live.as_deref(),
        facts.zone(),
        // A record of type SPF that the world does not see as TXT does not count (RFC 7208 §3.1).
        |zone| if is_unseen { texts(zone, Some("TXT")) } else { texts(zone, None) },
        |values| look(expected, values),
        |zone| change(expected, zone, is_unseen),
    );
    let has_wrong_type = facts.zone().is_some_and(|zone| texts(&zone, Some("TXT")).is_empty() && !texts(&zone, Some("SPF")).is_empty());
    if conclusion.look == Look::wrong(SPF_MISSING) && has_wrong_type {
        conclusion.look.explanation = SPF_WRONG_TYPE;
    }
    Some(CheckedRecord {
        purpose: RecordPurpose::Spf,
        name: String::new(),
        expected: vec![SpfRecord::merged(&[], &expected.spf).text()],
        live: live.unwrap_or_default(),
        badge: expected.badges.spf,
        verdict: conclusion.look.verdict,
        explanation: conclusion.look.explanation.to_owned(),
        change: conclusion.change,
    })
}

fn look(expected: &Expected, values: &[String]) -> Look {
    let records: Vec<SpfRecord> = values.iter().filter_map(|value| SpfRecord::parse(value)).collect();
    let [record] = records.as_slice() else {
        return Look::wrong(if records.is_empty() { SPF_MISSING } else { SPF_TWO_RECORDS });
    };
    if !record.passes(&expected.spf) {
        Look::wrong(SPF_INCLUDE_MISSING)
    } else if record.lookups() > MOST_LOOKUPS {
        Look::wrong(SPF_TOO_MANY_LOOKUPS)
    } else {
        match record.policy() {
            Policy::Set => Look::GOOD,
            Policy::Everybody => Look::advice(SPF_ALLOWS_EVERYBODY),
            Policy::Missing => Look::advice(SPF_NO_POLICY),
        }
    }
}

/// SPF records of the zone, of one field type or of both.
fn records<'a>(zone: &Zone<'a>, field_type: Option<&str>) -> Vec<&'a ZoneRecord> {
    let name = zone.name;
    zone.records
        .iter()
        .filter(|record| is_at(record, "", RecordType::Txt))
        .filter(|record| field_type.is_none_or(|wanted| record.field_type.eq_ignore_ascii_case(wanted)))
        .filter(|record| SpfRecord::parse(&seen(record, name)).is_some())
        .collect()
}

/// Their texts, each once: equal records are one in DNS.
fn texts(zone: &Zone<'_>, field_type: Option<&str>) -> Vec<String> {
    let mut texts: Vec<String> = records(zone, field_type).into_iter().map(|record| seen(record, zone.name)).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// One record with everything; a TXT one when there is a choice, and always when a record of type SPF was not seen live.
fn change(expected: &Expected, zone: &Zone<'_>, is_unseen: bool) -> Change {
    let present = records(zone, None);
    let parsed: Vec<SpfRecord> = present.iter().filter_map(|record| SpfRecord::parse(&seen(record, zone.name))).collect();
    let wanted = SpfRecord::merged(&parsed, &expected.spf).text();
    let is_txt = |record: &&&ZoneRecord| record.field_type.eq_ignore_ascii_case("TXT");
    let survivor = present.iter().find(is_txt).or_else(|| present.first().filter(|_| !is_unseen)).copied();
    let mut change = nothing();
    change.remove = present.iter().filter(|record| survivor.is_none_or(|s| s.id != record.id)).map(|r| (*r).clone()).collect();
    match survivor {
        Some(record) if seen(record, zone.name) == wanted => {}
        Some(record) => change.update.push(ZoneRecord { target: quoted(&wanted), ..record.clone() }),
        None => change.add.push(new_record("TXT", "", quoted(&wanted))),
    }
    change
}
