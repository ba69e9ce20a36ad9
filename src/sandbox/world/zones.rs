//! Rules of DNS zones: what the API edits is not served before it is published (ovh-api.md §6.3).

use super::Refusal;
use super::rdata::Rdata;
use super::state::{Publishing, State, Zone};
use super::time::Turn;
use crate::domain::{DomainName, ZoneRecord};

/// Seconds that others may remember a record without a TTL of its own.
pub(crate) const DEFAULT_TTL: u32 = 3600;

/// Name servers of every zone of the world.
pub(crate) const NAME_SERVERS: [&str; 2] = ["dns200.anycast.me", "ns200.anycast.me"];

impl State {
    /// The zone, if it is in the customer's account.
    pub(crate) fn zone(&self, name: &DomainName) -> Result<&Zone, Refusal> {
        self.zones.iter().find(|z| z.is_managed && z.name == *name).ok_or_else(|| missing_zone(name))
    }

    /// Any zone that the world's name servers know, to be changed.
    pub(crate) fn any_zone_mut(&mut self, name: &DomainName) -> Result<&mut Zone, Refusal> {
        self.zones.iter_mut().find(|z| z.name == *name).ok_or_else(|| missing_zone(name))
    }

    fn zone_mut(&mut self, name: &DomainName) -> Result<&mut Zone, Refusal> {
        self.any_zone_mut(name).and_then(|z| if z.is_managed { Ok(z) } else { Err(missing_zone(name)) })
    }

    /// `POST /domain/zone/{zone}/record`.
    pub(crate) fn add_record(&mut self, zone: &DomainName, record: ZoneRecord, turn: Turn) -> Result<ZoneRecord, Refusal> {
        let id = self.number();
        self.zone_mut(zone)?.add(ZoneRecord { id, ..record }, turn)
    }

    /// `PUT /domain/zone/{zone}/record/{id}`: the type stays.
    pub(crate) fn put_record(&mut self, zone: &DomainName, record: &ZoneRecord, turn: Turn) -> Result<(), Refusal> {
        let zone = self.zone_mut(zone)?;
        let old = zone.record(record.id)?.clone();
        let new = ZoneRecord { field_type: old.field_type.clone(), ..record.clone() };
        zone.records.retain(|r| r.id != old.id);
        zone.add(new, turn).map(|_| ())
    }

    /// `DELETE /domain/zone/{zone}/record/{id}`.
    pub(crate) fn delete_record(&mut self, zone: &DomainName, id: i64, turn: Turn) -> Result<(), Refusal> {
        let zone = self.zone_mut(zone)?;
        zone.record(id)?;
        zone.records.retain(|r| r.id != id);
        zone.updated = turn.now;
        Ok(())
    }

    /// `POST /domain/zone/{zone}/refresh`.
    pub(crate) fn refresh_zone(&mut self, zone: &DomainName, turn: Turn) -> Result<(), Refusal> {
        self.zone_mut(zone)?.publish(turn);
        Ok(())
    }
}

impl Zone {
    /// The record of this number.
    pub(crate) fn record(&self, id: i64) -> Result<&ZoneRecord, Refusal> {
        self.records.iter().find(|r| r.id == id).ok_or_else(|| Refusal::NotFound(format!("id = {id}")))
    }

    /// Adds a record that was understood and does not contradict another.
    pub(crate) fn add(&mut self, record: ZoneRecord, turn: Turn) -> Result<ZoneRecord, Refusal> {
        let sub_domain = record.sub_domain.trim_end_matches('.').to_ascii_lowercase();
        let record = ZoneRecord { sub_domain, ..record };
        let is_possible =
            record.sub_domain.split('.').all(|l| l == "*" || l.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        if !is_possible {
            return Err(Refusal::Invalid("Invalid subDomain parameter".to_owned()));
        }
        if Rdata::of(&record, &self.name).is_none() {
            return Err(Refusal::Invalid(format!("Invalid target parameter for a record of type {}", record.field_type)));
        }
        let is_cname = record.field_type == "CNAME";
        let is_alone = |other: &ZoneRecord| other.sub_domain != record.sub_domain || (!is_cname && other.field_type != "CNAME");
        if (is_cname && record.sub_domain.is_empty()) || !self.records.iter().all(is_alone) {
            return Err(Refusal::Invalid("A CNAME cannot stand beside other records of the same name".to_owned()));
        }
        self.records.push(record.clone());
        self.updated = turn.now;
        Ok(record)
    }

    /// Sends the zone as it is now on its way to the name servers.
    pub(crate) fn publish(&mut self, turn: Turn) {
        self.publishing = Some(Publishing { due: turn.now.plus_millis(turn.pace.publishing_millis()), records: self.records.clone() });
    }

    /// The right-hand sides of a name in the zone as it is served, with their records.
    pub(crate) fn served(&self, sub_domain: &str) -> impl Iterator<Item = (&ZoneRecord, Rdata)> {
        let at_name = self.served.iter().filter(move |r| r.sub_domain == sub_domain);
        at_name.filter_map(|r| Rdata::of(r, &self.name).map(|data| (r, data)))
    }

    /// `GET /domain/zone/{zone}/export`: the zone as text.
    pub(crate) fn export(&self) -> String {
        use std::fmt::Write as _;
        let mut text =
            format!("$TTL {DEFAULT_TTL}\n@\tIN SOA {}. tech.ovh.net. ({} 86400 3600 3600000 60)\n", NAME_SERVERS[0], self.serial);
        for record in &self.records {
            let ttl = if record.ttl == 0 { String::new() } else { format!("{} ", record.ttl) };
            let kind = if matches!(record.field_type.as_str(), "SPF" | "DKIM" | "DMARC") { "TXT" } else { record.field_type.as_str() };
            let name = if record.sub_domain.is_empty() { "@" } else { record.sub_domain.as_str() };
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{name}\t{ttl}IN {kind} {}", record.target);
        }
        text
    }
}

fn missing_zone(name: &DomainName) -> Refusal {
    Refusal::NotFound(format!("zoneName = {name}"))
}
