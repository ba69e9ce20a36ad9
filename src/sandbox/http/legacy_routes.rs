//! Routes of `/email/domain` (ovh-api.md §2.4): accounts of a legacy MX Plan by what stands before the `@`, usage in bytes, operations
//! without a status. What every MX Plan keeps by its domain is in [`domain_routes`](super::domain_routes).

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::dispatch::Call;
use super::{domain_routes, filter_routes, legacy_bodies, migrate_routes};
use crate::domain::{DomainName, EmailAddress, OperationId, Platform, ServiceId};
use crate::sandbox::world::{AccountRequest, Names, Refusal, ServiceState, State, Turn, World};

/// `GET /email/domain`: every MX Plan by its domain; those on the new infrastructure say where they went.
pub(super) fn roots(world: &World, call: &Call<'_>) -> Said {
    if call.method != "GET" {
        return Err(Answer::no_route());
    }
    Ok(world.look(|state, _| {
        let plans = state.services.iter().filter(|service| service.id.platform.is_mx_plan());
        plans.flat_map(|service| service.domains.iter().map(|domain| json!(domain.name))).collect()
    }))
}

/// The service that has a domain.
pub(super) fn plan_of(state: &State, domain: &DomainName) -> Result<ServiceId, Refusal> {
    let mut plans = state.services.iter().filter(|service| service.id.platform.is_mx_plan());
    let found = plans.find(|service| service.domains.iter().any(|known| known.name == *domain));
    found.map(|service| service.id.clone()).ok_or_else(|| Refusal::NotFound(format!("domain = {domain}")))
}

/// Below a domain.
pub(super) fn answer(world: &World, call: &Call<'_>, domain: &str, rest: &[&str]) -> Said {
    let domain: DomainName = domain.parse().map_err(|_| Answer::bad("domain"))?;
    let id = world.look(|state, _| plan_of(state, &domain))?;
    let is_legacy = id.platform == Platform::MxPlanLegacy;
    match (call.method, rest) {
        ("GET", []) => see(world, &id, |state, service, _| Ok(legacy_bodies::plan(state, service, &domain))),
        ("GET", ["quota"]) => see(world, &id, |_, service, _| Ok(legacy_bodies::quota(service))),
        ("GET", ["summary"]) => see(world, &id, |_, service, _| Ok(legacy_bodies::summary(service))),
        ("GET", ["serviceInfos"]) => see(world, &id, |_, service, _| Ok(super::bodies::infos(service))),
        ("GET", ["recommendedDNSRecords"]) => Ok(legacy_bodies::records(&domain)),
        ("GET", ["dkim"]) => see(world, &id, |state, service, _| legacy_bodies::dkim(state, service, &domain)),
        ("GET", ["task", "account"]) => see(world, &id, |_, service, _| {
            let wanted = call.parameter("name");
            let running = service.operations.iter().filter_map(|o| Some((o, legacy_bodies::subject_of(service, o)?)));
            Ok(running.filter(|(_, name)| wanted.as_ref().is_none_or(|w| w == name)).map(|(o, _)| json!(o.id)).collect())
        }),
        ("GET", ["task", "account", number]) => {
            let number = OperationId(number.parse().map_err(|_| Answer::bad("id"))?);
            // What failed is not listed any more: how it ended is seen at the account.
            see(world, &id, |_, service, _| {
                let running = service.operations.iter().find(|o| o.id == number);
                running.map(|o| legacy_bodies::task(service, o, &domain)).ok_or_else(|| Refusal::NotFound(format!("id = {number}")))
            })
        }
        (_, ["account", rest @ ..]) if is_legacy => account(world, call, &id, rest),
        ("GET", ["account"]) => Ok(json!([])),
        (_, ["account", ..]) => Err(Refusal::NotFound("accountName".to_owned()).into()),
        _ => domain_routes::answer(world, call, (&id, &domain), rest),
    }
}

/// Looks at a service.
pub(super) fn see(world: &World, id: &ServiceId, look: impl FnOnce(&State, &ServiceState, Turn) -> Result<Value, Refusal>) -> Said {
    super::service_routes::look(world, id, look)
}

/// Starts an operation and answers with it.
pub(super) fn pop(world: &World, id: &ServiceId, start: impl FnOnce(&mut State, Turn) -> Result<OperationId, Refusal>) -> Said {
    let domain: DomainName = id.name.parse().map_err(|_| Answer::bad("domain"))?;
    Ok(world.change(|state, turn| {
        let number = start(state, turn)?;
        let service = state.service(id)?;
        Ok(legacy_bodies::task(service, service.operation(number)?, &domain))
    })?)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccountBody {
    account_name: String,
    password: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    size: Option<u64>,
}

#[derive(Deserialize)]
struct PasswordBody {
    password: String,
}

fn account(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    let domain: DomainName = id.name.parse().map_err(|_| Answer::bad("domain"))?;
    let Some((local, rest)) = rest.split_first() else {
        return accounts(world, call, (id, &domain));
    };
    let address = EmailAddress::new(local, &domain).map_err(|_| Answer::bad("accountName"))?;
    match (call.method, rest) {
        ("GET", []) => see(world, id, |_, service, _| Ok(legacy_bodies::account(service, service.account(&address)?))),
        ("PUT", []) => describe(world, call, (id, &address)),
        ("DELETE", []) => pop(world, id, |state, turn| state.reset_account(id, &address, turn)),
        ("POST", ["changePassword"]) => {
            let body: PasswordBody = call.read("password")?;
            pop(world, id, |state, turn| state.change_password(id, &address, &body.password, turn))
        }
        ("GET", ["usage"]) => see(world, id, |_, service, _| Ok(legacy_bodies::usage(world, service.account(&address)?))),
        ("POST", ["updateUsage"]) => see(world, id, |_, service, _| service.account(&address).map(|_| Value::Null)),
        (_, ["delegation", ..]) => filter_routes::delegation(world, call, (id, &address), rest),
        (_, ["filter", rest @ ..]) => filter_routes::answer(world, call, (id, &address), rest),
        (_, ["migrate", rest @ ..]) => migrate_routes::answer(world, call, (id, &address), rest),
        _ => Err(Answer::no_route()),
    }
}

fn accounts(world: &World, call: &Call<'_>, (id, domain): (&ServiceId, &DomainName)) -> Said {
    match call.method {
        "GET" => see(world, id, |_, service, _| {
            let wanted = call.parameter("accountName");
            let names = service.listed().map(|account| account.address.local().to_owned());
            Ok(names.filter(|name| wanted.as_ref().is_none_or(|w| super::service_routes::is_like(w, name))).map(|n| json!(n)).collect())
        }),
        "POST" => {
            let body: AccountBody = call.read("accountName")?;
            let address = EmailAddress::new(&body.account_name, domain).map_err(|_| Answer::bad("accountName"))?;
            let allowed = world.look(|state, _| state.service(id).map(|service| service.account_quota(None).0))?;
            if body.size.is_some_and(|size| size > allowed) {
                return Err(Answer::bad("size"));
            }
            let names = Names { display: body.description, ..Names::default() };
            let request = AccountRequest { address, password: body.password, names, offer: None, slot: None };
            pop(world, id, |state, turn| state.create_account(id, request, turn))
        }
        _ => Err(Answer::no_route()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangeBody {
    #[serde(default)]
    account_name: Option<String>,
    #[serde(default)]
    description: Option<String>,
}

/// `PUT …/account/{name}` takes a description; the name is read-only.
fn describe(world: &World, call: &Call<'_>, (id, address): (&ServiceId, &EmailAddress)) -> Said {
    let body: ChangeBody = call.read("description")?;
    if body.account_name.is_some_and(|name| name != address.local()) {
        return Err(Answer::bad("accountName"));
    }
    world.change(|state, _| {
        state.account_mut(id, address)?.names.display = body.description;
        Ok(Value::Null)
    })?;
    Ok(Value::Null)
}
