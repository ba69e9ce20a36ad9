//! Live DNS, as the world sees it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::{DnsRecord, DomainName, RecordType};
use crate::problem::{Problem, ProblemCode, Troubling};

/// What the servers said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsAnswer {
    /// The records; empty when there are none (NXDOMAIN or NODATA).
    pub records: Vec<DnsRecord>,
    /// Whether an authoritative server of the zone said so.
    pub is_authoritative: bool,
}

/// Failures of DNS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DnsError {
    /// No server answered in time.
    #[error("no DNS server answered: {0}")]
    NoAnswer(String),
}

/// Asks DNS.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Asks the authoritative servers of `domain`'s zone directly for `name` (relative, `""` for the zone itself,
    /// `_autodiscover._tcp`, `selector._domainkey`), falling back to the system's resolver when they cannot be reached.
    ///
    /// # Errors
    /// [`DnsError`] when nobody answers.
    async fn lookup(&self, domain: &DomainName, name: &str, record_type: RecordType) -> Result<DnsAnswer, DnsError>;
}

impl Troubling for DnsError {
    fn problem(&self) -> Problem {
        match self {
            Self::NoAnswer(cause) => Problem::new(ProblemCode::DnsUnreachable).because(cause),
        }
    }
}
