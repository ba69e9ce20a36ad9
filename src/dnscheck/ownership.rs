//! Proof of ownership: a CNAME that the platform asks for when the domain is not in the same customer account.

use crate::domain::RecordType;

use super::explain::{OWNERSHIP_MISSING, OWNERSHIP_OTHER};
use super::facts::{Facts, Look, Zone, conclude, replace};
use super::values::{is_at, new_record};
use super::{Change, CheckedRecord, RecordPurpose};

/// Where the CNAME leads. The provider offer of Exchange has another target; it is not moved by us.
const TARGET: &str = "ovh.com";

pub(super) fn judge(facts: &Facts) -> Option<CheckedRecord> {
    let label = facts.expected.ownership.as_deref()?;
    let live = facts.live.values(label, RecordType::Cname);
    let conclusion =
        conclude(live.as_deref(), facts.zone(), |zone| zone.values(label, RecordType::Cname), look, |zone| change(label, zone));
    Some(CheckedRecord {
        purpose: RecordPurpose::Ownership,
        name: label.to_owned(),
        expected: vec![TARGET.to_owned()],
        live: live.unwrap_or_default(),
        badge: facts.expected.badges.ownership,
        verdict: conclusion.look.verdict,
        explanation: conclusion.look.explanation.to_owned(),
        change: conclusion.change,
    })
}

fn look(values: &[String]) -> Look {
    match values {
        [] => Look::wrong(OWNERSHIP_MISSING),
        [target] if target == TARGET => Look::GOOD,
        _ => Look::wrong(OWNERSHIP_OTHER),
    }
}

fn change(label: &str, zone: &Zone<'_>) -> Change {
    let present = zone.records.iter().filter(|record| is_at(record, label, RecordType::Cname)).cloned().collect();
    replace(present, vec![new_record("CNAME", label, format!("{TARGET}."))])
}
