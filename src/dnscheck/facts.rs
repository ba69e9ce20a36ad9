//! What was found, and the judgement over it: one line per purpose.

use std::collections::BTreeMap;

use crate::domain::{DnsRecord, DomainName, RecordType, ZoneRecord};

use super::explain::{AS_EXPECTED, DNS_UNREACHABLE, WAITING};
use super::values::zone_values;
use super::{Change, CheckedRecord, Expected, Verdict, dkim, dmarc, mx, ownership, spf, srv};

/// Answers of live DNS by question. A question without an entry was not answered: DNS was unreachable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveAnswers {
    answers: BTreeMap<(String, RecordType), Vec<DnsRecord>>,
}

impl LiveAnswers {
    /// Notes an answer; an empty one says that there is nothing.
    pub fn insert(&mut self, name: &str, record_type: RecordType, records: Vec<DnsRecord>) {
        self.answers.insert((name.to_owned(), record_type), records);
    }

    /// The values of an answer, or `None` when nobody answered.
    pub(super) fn values(&self, name: &str, record_type: RecordType) -> Option<Vec<String>> {
        let records = self.answers.get(&(name.to_owned(), record_type))?;
        Some(records.iter().map(|record| record.value.clone()).collect())
    }
}

/// Everything that a judgement needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What should be there.
    pub expected: Expected,
    /// What live DNS says.
    pub live: LiveAnswers,
    /// The zone's records, or `None` when the zone is not in this account.
    pub zone: Option<Vec<ZoneRecord>>,
}

/// What to ask live DNS: owner names relative to the domain, and types.
pub fn questions(expected: &Expected) -> Vec<(String, RecordType)> {
    let mut questions = Vec::new();
    let mut ask = |name: &str, record_type| questions.push((name.to_owned(), record_type));
    if !expected.mx.is_empty() {
        ask("", RecordType::Mx);
    }
    if !expected.spf.is_empty() {
        ask("", RecordType::Txt);
    }
    if expected.srv.is_some() {
        ask(srv::NAME, RecordType::Srv);
        ask(srv::ALIAS, RecordType::Cname);
    }
    for selector in expected.dkim.iter().flatten() {
        ask(&selector.name, RecordType::Cname);
    }
    ask(dmarc::NAME, RecordType::Txt);
    if let Some(label) = &expected.ownership {
        ask(label, RecordType::Cname);
    }
    questions
}

/// Judges. At most one line per purpose, each with at most one change; what is not expected of this platform has no line.
pub fn judge(facts: &Facts) -> Vec<CheckedRecord> {
    [ownership::judge(facts), mx::judge(facts), spf::judge(facts), srv::judge(facts), dkim::judge(facts), Some(dmarc::judge(facts))]
        .into_iter()
        .flatten()
        .collect()
}

/// What a set of values comes to, on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) verdict: Verdict,
    pub(super) explanation: &'static str,
}

impl Look {
    pub(super) const GOOD: Self = Self { verdict: Verdict::Good, explanation: AS_EXPECTED };

    pub(super) const fn wrong(explanation: &'static str) -> Self {
        Self { verdict: Verdict::Wrong, explanation }
    }

    pub(super) const fn advice(explanation: &'static str) -> Self {
        Self { verdict: Verdict::Advice, explanation }
    }
}

/// The zone as far as one judgement needs it.
#[derive(Clone, Copy)]
pub(super) struct Zone<'a> {
    pub(super) records: &'a [ZoneRecord],
    pub(super) name: &'a DomainName,
}

impl Zone<'_> {
    pub(super) fn values(&self, name: &str, record_type: RecordType) -> Vec<String> {
        zone_values(self.records, self.name, name, record_type)
    }
}

impl Facts {
    pub(super) fn zone(&self) -> Option<Zone<'_>> {
        self.zone.as_deref().map(|records| Zone { records, name: &self.expected.domain })
    }
}

/// The conclusion for one purpose.
pub(super) struct Conclusion {
    pub(super) look: Look,
    pub(super) change: Option<Change>,
}

/// Looks at live DNS, then at the zone: what is right in the zone already is waited for, what is wrong there gets a change.
pub(super) fn conclude(
    live: Option<&[String]>,
    zone: Option<Zone<'_>>,
    in_zone: impl Fn(&Zone<'_>) -> Vec<String>,
    look: impl Fn(&[String]) -> Look,
    change: impl Fn(&Zone<'_>) -> Change,
) -> Conclusion {
    let Some(live) = live else {
        return Conclusion { look: Look { verdict: Verdict::Unknown, explanation: DNS_UNREACHABLE }, change: None };
    };
    let seen = look(live);
    let Some(zone) = zone.filter(|_| seen.verdict != Verdict::Good) else {
        return Conclusion { look: seen, change: None };
    };
    if look(&in_zone(&zone)).verdict == Verdict::Good {
        return Conclusion { look: Look { verdict: Verdict::Waiting, explanation: WAITING }, change: None };
    }
    let change = change(&zone);
    let is_empty = change.remove.is_empty() && change.update.is_empty() && change.add.is_empty();
    Conclusion { look: seen, change: (!is_empty).then_some(change) }
}

/// No change.
pub(super) const fn nothing() -> Change {
    Change { remove: Vec::new(), update: Vec::new(), add: Vec::new() }
}

/// The records with these targets instead of `present`: as many as possible are updated in place, the rest is added or removed.
pub(super) fn replace(present: Vec<ZoneRecord>, wanted: Vec<ZoneRecord>) -> Change {
    let mut change = nothing();
    let mut present = present.into_iter();
    for new in wanted {
        match present.next() {
            Some(old) => change.update.push(ZoneRecord { target: new.target, ..old }),
            None => change.add.push(new),
        }
    }
    change.remove.extend(present);
    change
}
