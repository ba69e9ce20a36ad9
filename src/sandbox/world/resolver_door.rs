//! The in-process door for DNS: what the world's name servers would say.

use async_trait::async_trait;

use super::handle::World;
use super::rdata::Rdata;
use super::state::Zone;
use super::zones::DEFAULT_TTL;
use crate::domain::{DnsRecord, DomainName, RecordType};
use crate::ports::{DnsAnswer, DnsError, Resolver};

#[async_trait]
impl Resolver for World {
    async fn lookup(&self, domain: &DomainName, name: &str, record_type: RecordType) -> Result<DnsAnswer, DnsError> {
        self.look(|state, _| {
            let zone = state.zones.iter().find(|z| z.name == *domain);
            let zone = zone.ok_or_else(|| DnsError::NoAnswer(format!("nobody is authoritative for {domain}")))?;
            Ok(DnsAnswer { records: answer(zone, name, record_type), is_authoritative: true })
        })
    }
}

/// The records of a name, an alias inside the zone followed.
fn answer(zone: &Zone, name: &str, record_type: RecordType) -> Vec<DnsRecord> {
    let mut name = name.to_ascii_lowercase();
    for _ in 0..8 {
        let alias = zone.served(&name).find_map(|(_, data)| if let Rdata::Cname(target) = data { Some(target) } else { None });
        match alias {
            Some(target) if record_type != RecordType::Cname => match inside(zone, &target) {
                Some(inner) => name = inner,
                None => return Vec::new(),
            },
            _ => break,
        }
    }
    let found = zone.served(&name).filter(|(_, data)| data.wire_type() == record_type.as_str());
    found.map(|(record, data)| DnsRecord { value: data.shown(), ttl: if record.ttl == 0 { DEFAULT_TTL } else { record.ttl } }).collect()
}

/// A name relative to the zone, if it is in it.
fn inside(zone: &Zone, target: &str) -> Option<String> {
    if target == zone.name.as_str() {
        return Some(String::new());
    }
    target.strip_suffix(&format!(".{}", zone.name)).map(str::to_owned)
}
