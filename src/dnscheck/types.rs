//! What a check says about each record.

use serde::{Deserialize, Serialize};

use crate::domain::ZoneRecord;

/// What a record is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordPurpose {
    /// Where mail arrives.
    Mx,
    /// Who may send.
    Spf,
    /// Signatures of sent mail.
    Dkim,
    /// What receivers do with failures.
    Dmarc,
    /// How programs find the server.
    Autodiscover,
    /// Proof of ownership.
    Ownership,
}

impl RecordPurpose {
    /// The key of its words, and its name in files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Mx => "mx",
            Self::Spf => "spf",
            Self::Dkim => "dkim",
            Self::Dmarc => "dmarc",
            Self::Autodiscover => "autodiscover",
            Self::Ownership => "ownership",
        }
    }
}

/// Red, yellow or green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As expected.
    Good,
    /// Changed in the zone, not seen everywhere yet.
    Waiting,
    /// Advised, not required.
    Advice,
    /// Wrong, and mail or programs suffer.
    Wrong,
    /// DNS did not answer.
    Unknown,
}

/// One change of the zone that would make a record right. Applied in order: removals, then updates, then additions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Records to remove.
    pub remove: Vec<ZoneRecord>,
    /// Records to update in place (ids as in the zone, new targets).
    pub update: Vec<ZoneRecord>,
    /// Records to add (id 0).
    pub add: Vec<ZoneRecord>,
}

/// One line of the DNS screen; words of the explanation under `dns-<explanation>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedRecord {
    /// What it is for.
    pub purpose: RecordPurpose,
    /// Owner name relative to the domain, empty for the domain itself.
    pub name: String,
    /// What is expected, in presentation form, one line per record.
    pub expected: Vec<String>,
    /// What live DNS says, in presentation form.
    pub live: Vec<String>,
    /// What the platform's own badge says, where it has one.
    pub badge: Option<bool>,
    /// Judgement.
    pub verdict: Verdict,
    /// Key of the sentence that explains it: `spf-two-records`, `srv-leftover`, …
    pub explanation: String,
    /// What to change in the zone, when the zone is in this account and something is to be changed.
    pub change: Option<Change>,
}
