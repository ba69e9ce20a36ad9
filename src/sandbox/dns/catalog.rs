//! From the world's zones to what the DNS library serves; made anew when a zone was published.

use std::str::FromStr;
use std::sync::Arc;

use hickory_server::proto::ProtoError;
use hickory_server::proto::rr::rdata::{A, AAAA, CNAME, MX, NS, SOA, SRV, TXT};
use hickory_server::proto::rr::{LowerName, Name, RData, Record};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneHandler, ZoneType};

use crate::sandbox::world::{DEFAULT_TTL, NAME_SERVERS, Rdata, World, Zone};

/// What is served now: the name and the serial of every zone.
pub(super) type Edition = Vec<(String, u32)>;

/// The edition that the world wants to be served.
pub(super) fn edition(world: &World) -> Edition {
    world.look(|state, _| state.zones.iter().map(|z| (z.name.to_string(), z.serial)).collect())
}

/// All zones of the world.
pub(super) fn catalog(world: &World) -> Catalog {
    let zones = world.look(|state, _| state.zones.clone());
    let mut catalog = Catalog::new();
    for zone in &zones {
        // The world only takes names that DNS can hold, so nothing is left out here.
        if let Ok((origin, handler)) = zone_handler(zone) {
            catalog.upsert(origin, vec![handler]);
        }
    }
    catalog
}

fn zone_handler(zone: &Zone) -> Result<(LowerName, Arc<dyn ZoneHandler>), ProtoError> {
    let origin = Name::from_str(&format!("{}.", zone.name))?;
    let mut handler: InMemoryZoneHandler = InMemoryZoneHandler::empty(origin.clone(), ZoneType::Primary, AxfrPolicy::Deny);
    let start = SOA::new(absolute(NAME_SERVERS[0])?, absolute("tech.ovh.net")?, zone.serial, 86_400, 3_600, 3_600_000, 60);
    handler.upsert_mut(Record::from_rdata(origin.clone(), DEFAULT_TTL, RData::SOA(start)), zone.serial);
    for record in &zone.served {
        let Some(data) = Rdata::of(record, &zone.name) else { continue };
        let owner = if record.sub_domain.is_empty() { zone.name.to_string() } else { format!("{}.{}", record.sub_domain, zone.name) };
        let ttl = if record.ttl == 0 { DEFAULT_TTL } else { record.ttl };
        handler.upsert_mut(Record::from_rdata(absolute(&owner)?, ttl, on_the_wire(data)?), zone.serial);
    }
    Ok((LowerName::new(&origin), Arc::new(handler)))
}

fn absolute(name: &str) -> Result<Name, ProtoError> {
    Name::from_str(&format!("{name}."))
}

fn on_the_wire(data: Rdata) -> Result<RData, ProtoError> {
    Ok(match data {
        Rdata::A(address) => RData::A(A(address)),
        Rdata::Aaaa(address) => RData::AAAA(AAAA(address)),
        Rdata::Cname(name) => RData::CNAME(CNAME(absolute(&name)?)),
        Rdata::Ns(name) => RData::NS(NS(absolute(&name)?)),
        Rdata::Mx { preference, exchange } => RData::MX(MX::new(preference, absolute(&exchange)?)),
        Rdata::Srv { priority, weight, port, target } => RData::SRV(SRV::new(priority, weight, port, absolute(&target)?)),
        Rdata::Txt(texts) => RData::TXT(TXT::new(texts)),
    })
}
