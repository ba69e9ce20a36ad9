//! Routes of `/domain/zone` (ovh-api.md §6.3).

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::bodies;
use super::dispatch::Call;
use crate::domain::{DomainName, ZoneRecord};
use crate::sandbox::world::World;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordBody {
    #[serde(default)]
    field_type: Option<String>,
    #[serde(default)]
    sub_domain: Option<String>,
    target: String,
    #[serde(default)]
    ttl: Option<u32>,
}

impl RecordBody {
    fn into_record(self, id: i64) -> ZoneRecord {
        ZoneRecord {
            id,
            field_type: self.field_type.unwrap_or_default(),
            sub_domain: self.sub_domain.unwrap_or_default(),
            target: self.target,
            ttl: self.ttl.unwrap_or(0),
        }
    }
}

/// Routes below `/domain/zone`.
pub(super) fn answer(world: &World, call: &Call<'_>, rest: &[&str]) -> Said {
    let Some((zone, rest)) = rest.split_first() else {
        let managed = world.look(|state, _| state.zones.iter().filter(|z| z.is_managed).map(|z| json!(z.name)).collect());
        return if call.method == "GET" { Ok(Value::Array(managed)) } else { Err(Answer::no_route()) };
    };
    let name: DomainName = zone.parse().map_err(|_| Answer::bad("zoneName"))?;
    match (call.method, rest) {
        ("GET", []) => world.look(|state, _| Ok(bodies::zone(state.zone(&name)?))),
        ("GET", ["export"]) => world.look(|state, _| Ok(json!(state.zone(&name)?.export()))),
        ("GET", ["status"]) => world.look(|state, _| {
            let zone = state.zone(&name)?;
            Ok(json!({ "errors": [], "isDeployed": zone.publishing.is_none(), "warnings": [] }))
        }),
        ("POST", ["refresh"]) => Ok(world.change(|state, turn| state.refresh_zone(&name, turn)).map(|()| Value::Null)?),
        (_, ["record", rest @ ..]) => record(world, call, &name, rest),
        _ => Err(Answer::no_route()),
    }
}

fn record(world: &World, call: &Call<'_>, zone: &DomainName, rest: &[&str]) -> Said {
    let read = || serde_json::from_slice::<RecordBody>(call.body).map_err(|_| Answer::bad("target"));
    match (call.method, rest) {
        ("GET", []) => world.look(|state, _| {
            let records = state.zone(zone)?.records.iter().filter(|r| {
                call.parameter("fieldType").is_none_or(|t| r.field_type.eq_ignore_ascii_case(&t))
                    && call.parameter("subDomain").is_none_or(|s| r.sub_domain.eq_ignore_ascii_case(&s))
            });
            Ok(records.map(|r| json!(r.id)).collect())
        }),
        ("POST", []) => {
            let record = read()?.into_record(0);
            let body = world.change(|state, turn| {
                let added = state.add_record(zone, record, turn)?;
                Ok(bodies::record(state.zone(zone)?, &added))
            })?;
            Ok(body)
        }
        (method, [id]) => {
            let id: i64 = id.parse().map_err(|_| Answer::bad("id"))?;
            match method {
                "GET" => world.look(|state, _| {
                    let zone = state.zone(zone)?;
                    Ok(bodies::record(zone, zone.record(id)?))
                }),
                "PUT" => {
                    let record = read()?.into_record(id);
                    Ok(world.change(|state, turn| state.put_record(zone, &record, turn)).map(|()| Value::Null)?)
                }
                "DELETE" => Ok(world.change(|state, turn| state.delete_record(zone, id, turn)).map(|()| Value::Null)?),
                _ => Err(Answer::no_route()),
            }
        }
        _ => Err(Answer::no_route()),
    }
}
