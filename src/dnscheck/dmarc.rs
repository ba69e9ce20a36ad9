//! DMARC: what receivers do with failures. Advice only: a policy is the owner's decision.

use crate::domain::RecordType;

use super::explain::{DMARC_MISSING, DMARC_TWO_RECORDS};
use super::facts::{Facts, Look, Zone, conclude, nothing};
use super::values::{is_at, new_record, quoted};
use super::{Change, CheckedRecord, RecordPurpose};

/// Owner name.
pub(super) const NAME: &str = "_dmarc";
/// The beginning that the guides advise: nothing is refused, and it can be seen that somebody cares.
const ADVISED: &str = "v=DMARC1; p=none";

pub(super) fn judge(facts: &Facts) -> CheckedRecord {
    let live = facts.live.values(NAME, RecordType::Txt).map(only_dmarc);
    let conclusion = conclude(live.as_deref(), facts.zone(), |zone| only_dmarc(zone.values(NAME, RecordType::Txt)), look, change);
    CheckedRecord {
        purpose: RecordPurpose::Dmarc,
        name: NAME.to_owned(),
        expected: vec![ADVISED.to_owned()],
        live: live.unwrap_or_default(),
        badge: None,
        verdict: conclusion.look.verdict,
        explanation: conclusion.look.explanation.to_owned(),
        change: conclusion.change,
    }
}

fn only_dmarc(values: Vec<String>) -> Vec<String> {
    values.into_iter().filter(|value| value.trim_start().to_ascii_lowercase().starts_with("v=dmarc1")).collect()
}

fn look(values: &[String]) -> Look {
    match values {
        [] => Look::advice(DMARC_MISSING),
        [_] => Look::GOOD,
        _ => Look::advice(DMARC_TWO_RECORDS),
    }
}

/// Two policies cannot be merged without deciding for the owner, and an alias leads to somebody who manages it.
fn change(zone: &Zone<'_>) -> Change {
    let mut change = nothing();
    let has_policy = !only_dmarc(zone.values(NAME, RecordType::Txt)).is_empty();
    let has_alias = zone.records.iter().any(|record| is_at(record, NAME, RecordType::Cname));
    if !has_policy && !has_alias {
        change.add.push(new_record("TXT", NAME, quoted(ADVISED)));
    }
    change
}
