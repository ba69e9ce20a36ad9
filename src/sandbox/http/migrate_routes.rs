//! The platform's own migration out of a legacy MX Plan (`…/account/{name}/migrate`, ovh-api.md §3).

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::dispatch::Call;
use super::legacy_routes::pop;
use crate::domain::{EmailAddress, MigrationCheck, MigrationFinding, Platform, SeatModel, ServiceId};
use crate::sandbox::world::{Refusal, ServiceState, World, rfc3339};

#[derive(Deserialize)]
struct PasswordBody {
    password: String,
}

/// `email.domain.MigrationServiceType`.
fn type_of(service: &ServiceState) -> &'static str {
    match (service.id.platform, service.seats) {
        (Platform::Exchange, SeatModel::Placeholders) => "HOSTED EXCHANGE",
        (Platform::Exchange, _) => "PRIVATE EXCHANGE",
        _ => "EMAIL PRO",
    }
}

/// `…/migrate` and below.
pub(super) fn answer(world: &World, call: &Call<'_>, (from, address): (&ServiceId, &EmailAddress), rest: &[&str]) -> Said {
    let Some((name, rest)) = rest.split_first() else {
        return services(world, call, (from, address));
    };
    let to = world.look(|state, _| {
        let offered = state.migration_services(from, address)?;
        let found = offered.into_iter().find(|service| service.id.name == *name);
        found.map(|service| service.id.clone()).ok_or_else(|| Refusal::NotFound(format!("destinationServiceName = {name}")))
    })?;
    let seat = |text: &str| text.parse::<EmailAddress>().map_err(|_| Answer::bad("destinationEmailAddress"));
    match (call.method, rest) {
        ("GET", []) => super::service_routes::look(world, &to, |_, service, _| Ok(target(service))),
        ("GET", ["destinationEmailAddress"]) => Ok(json!(world.look(|state, _| state.migration_seats(from, address, &to))?)),
        ("GET", ["destinationEmailAddress", wanted]) => {
            let seat = seat(wanted)?;
            super::service_routes::look(world, &to, |_, service, _| {
                service.account(&seat)?;
                Ok(json!({ "destinationEmailAddress": seat, "quota": service.quota_gb }))
            })
        }
        ("GET", ["destinationEmailAddress", wanted, "checkMigrate"]) => {
            let seat = seat(wanted)?;
            Ok(check(&world.look(|state, _| state.check_migration((from, address), (&to, &seat)))?))
        }
        ("POST", ["destinationEmailAddress", wanted, "migrate"]) => {
            let (seat, body) = (seat(wanted)?, call.read::<PasswordBody>("password")?);
            pop(world, from, |state, turn| state.migrate_account((from, address), (&to, &seat), &body.password, turn))
        }
        _ => Err(Answer::no_route()),
    }
}

fn services(world: &World, call: &Call<'_>, (from, address): (&ServiceId, &EmailAddress)) -> Said {
    if call.method != "GET" {
        return Err(Answer::no_route());
    }
    let wanted = call.parameter("type");
    Ok(world.look(|state, _| {
        let offered = state.migration_services(from, address)?.into_iter();
        let of_type = offered.filter(|service| wanted.as_deref().is_none_or(|wanted| type_of(service) == wanted));
        Ok::<_, Refusal>(of_type.map(|service| json!(service.id.name)).collect())
    })?)
}

fn target(service: &ServiceState) -> Value {
    let day = |text: String| text.split('T').next().unwrap_or_default().to_owned();
    json!({
        "destinationServiceName": service.id.name, "type": type_of(service), "contactAdmin": service.contacts.admin,
        "contactTech": service.contacts.tech, "contactBilling": service.contacts.admin, "creation": day(rfc3339(service.created)),
        "expiration": "2036-01-01",
    })
}

/// Errors come inside a success.
fn check(check: &MigrationCheck) -> Value {
    let findings = |list: &[MigrationFinding]| -> Vec<Value> {
        list.iter().map(|finding| json!({ "code": finding.code, "details": finding.details })).collect()
    };
    json!({
        "alias": check.aliases, "error": findings(&check.errors), "filter": check.filters, "forward": check.forwards,
        "warning": findings(&check.warnings),
    })
}
