//! DNS records: as a zone holds them and as the world sees them.

use serde::{Deserialize, Serialize};

/// Record types that matter for mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// Mail exchangers.
    Mx,
    /// Texts: SPF, DMARC.
    Txt,
    /// Services: autodiscover.
    Srv,
    /// Aliases: DKIM selectors, ownership.
    Cname,
}

impl RecordType {
    /// The name of the type in zones and APIs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mx => "MX",
            Self::Txt => "TXT",
            Self::Srv => "SRV",
            Self::Cname => "CNAME",
        }
    }
}

/// One record of an answer, in presentation form: `1 mx1.mail.ovh.net`, `v=spf1 …` (texts joined, unquoted); names without final dot, lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsRecord {
    /// Right-hand side.
    pub value: String,
    /// Seconds that others may remember it.
    pub ttl: u32,
}

/// A record of the zone (`/domain/zone/{zoneName}/record/{id}`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneRecord {
    /// Its id; 0 for one that does not exist yet.
    pub id: i64,
    /// `MX`, `TXT`, `SPF`, `SRV`, `CNAME`, …
    pub field_type: String,
    /// Relative owner name, empty for the domain itself.
    pub sub_domain: String,
    /// Right-hand side as the API writes it.
    pub target: String,
    /// Seconds; 0 means the zone's own.
    pub ttl: u32,
}
