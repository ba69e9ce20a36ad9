//! Routes of `/v2/zimbra` (ovh-api.md §1.8, §2.5): objects with what they are and what they shall be, followed by looking at them; lists
//! in pages; checksums that a change may name.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::dispatch::Call;
use super::zimbra_bodies as bodies;
use super::{zimbra_accounts, zimbra_domains, zimbra_leads};
use crate::domain::{Platform, ServiceId};
use crate::sandbox::world::{Refusal, ServiceState, State, Turn, World};

/// Objects on one page, whatever a client asks for: so that every client turns pages.
const LARGEST_PAGE: usize = 4;

/// Below `/v2/zimbra`.
pub(super) fn answer(world: &World, call: &Call<'_>, rest: &[&str]) -> Result<Answer, Answer> {
    let ["platform", rest @ ..] = rest else { return Err(Answer::no_route()) };
    let Some((name, rest)) = rest.split_first() else {
        return if call.method == "GET" { paged(call, &platforms(world)) } else { Err(Answer::no_route()) };
    };
    let id = ServiceId { platform: Platform::Zimbra, organization: None, name: (*name).to_owned() };
    if (call.method, rest.len()) == ("GET", 1) {
        return paged(call, &list(world, call, &id, rest[0])?);
    }
    one(world, call, &id, rest).map(Answer::fine)
}

/// Looks at a platform.
pub(super) fn see<T>(
    world: &World,
    id: &ServiceId,
    look: impl FnOnce(&State, &ServiceState, Turn) -> Result<T, Refusal>,
) -> Result<T, Answer> {
    Ok(world.look(|state, turn| state.service(id).and_then(|service| look(state, service, turn)))?)
}

fn platforms(world: &World) -> Vec<Value> {
    world.look(|state, _| {
        let known = state.services.iter().filter(|service| service.id.platform == Platform::Zimbra);
        known.map(|service| bodies::platform(state.seed, service)).collect()
    })
}

/// A page of a list, and where the next one begins.
fn paged(call: &Call<'_>, all: &[Value]) -> Result<Answer, Answer> {
    let header = |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok());
    let start = match header("x-pagination-cursor") {
        Some(cursor) => cursor.strip_prefix("at-").and_then(|at| at.parse().ok()).ok_or_else(|| Answer::bad("X-Pagination-Cursor"))?,
        None => 0,
    };
    let wanted = header("x-pagination-size").and_then(|size| size.parse().ok()).unwrap_or(LARGEST_PAGE);
    let size = wanted.clamp(1, LARGEST_PAGE);
    let end = all.len().min(start + size);
    let page = Answer::fine(all.get(start..end).unwrap_or_default().iter().cloned().collect());
    Ok(if end < all.len() { page.with("x-pagination-cursor-next", format!("at-{end}")) } else { page })
}

fn list(world: &World, call: &Call<'_>, id: &ServiceId, kind: &str) -> Result<Vec<Value>, Answer> {
    let is_wanted = |parameter: &str, value: &str| call.parameter(parameter).is_none_or(|wanted| wanted.eq_ignore_ascii_case(value));
    see(world, id, |state, service, turn| {
        let seed = state.seed;
        Ok(match kind {
            "account" => {
                let found = service.accounts.iter().filter(|a| is_wanted("email", &a.address.to_string()));
                found.map(|account| bodies::account(world, (seed, service), account, turn)).collect()
            }
            "slot" => service.slots.iter().map(|slot| bodies::slot(seed, service, slot)).collect(),
            "domain" => {
                let found = service.domains.iter().filter(|d| is_wanted("domainName", d.name.as_str()));
                found.map(|domain| bodies::domain(state, service, domain, turn)).collect()
            }
            "organization" => {
                let found = service.organizations.iter().filter(|o| is_wanted("organizationName", &o.name));
                found.map(|organization| bodies::organization(seed, service, organization)).collect()
            }
            "alias" => {
                let all = zimbra_leads::aliases(seed, service);
                let found = all.iter().filter(|alias| is_wanted("aliasTargetId", &alias.target) && is_wanted("alias", &alias.name));
                found.map(|alias| zimbra_leads::alias_body(seed, service, alias)).collect()
            }
            "redirection" => {
                let all = zimbra_leads::redirections(seed, service);
                let is_it = |lead: &&zimbra_leads::Lead| is_wanted("source", &lead.name) && is_wanted("destination", &lead.target);
                all.iter().filter(is_it).map(|lead| zimbra_leads::redirection_body(seed, service, lead)).collect()
            }
            "task" => service.operations.iter().map(|operation| bodies::task(seed, operation, turn)).collect(),
            _ => return Err(Refusal::NotFound(kind.to_owned())),
        })
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrganizationWish {
    name: String,
    label: String,
    #[serde(default)]
    description: Option<String>,
}

/// Body of every POST and PUT.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted<T> {
    pub(super) target_spec: T,
    #[serde(default)]
    pub(super) checksum: Option<String>,
}

fn one(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    match (call.method, rest) {
        ("GET", []) => see(world, id, |state, service, _| Ok(bodies::platform(state.seed, service))),
        (_, ["account", rest @ ..]) => zimbra_accounts::answer(world, call, id, rest),
        (_, ["domain", rest @ ..]) => zimbra_domains::answer(world, call, id, rest),
        ("POST", ["diagnostic", "domain"]) => zimbra_domains::diagnose(world, call, id),
        (_, [kind @ ("alias" | "redirection"), rest @ ..]) => zimbra_leads::answer(world, call, id, (kind, rest)),
        (_, ["organization", rest @ ..]) => organization(world, call, id, rest),
        ("GET", ["slot", wanted]) => see(world, id, |state, service, _| {
            let found = service.slots.iter().find(|slot| bodies::uuid(state.seed, "slot", slot.id) == *wanted);
            found.map(|slot| bodies::slot(state.seed, service, slot)).ok_or_else(|| Refusal::NotFound(format!("slotId = {wanted}")))
        }),
        _ => Err(Answer::no_route()),
    }
}

fn organization(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    match (call.method, rest) {
        ("POST", []) => {
            let wish: Wanted<OrganizationWish> = call.read("targetSpec")?;
            let OrganizationWish { name, label, description } = wish.target_spec;
            Ok(world.change(|state, turn| {
                let (seed, made) = (state.seed, state.add_organization(id, (name, label, description), turn)?);
                Ok(bodies::organization(seed, state.service(id)?, &made))
            })?)
        }
        (method, [wanted]) => {
            let found = see(world, id, |state, service, _| {
                let found = service.organizations.iter().find(|o| bodies::uuid(state.seed, "organization", o.id) == *wanted);
                found.cloned().ok_or_else(|| Refusal::NotFound(format!("organizationId = {wanted}")))
            })?;
            match method {
                "GET" => see(world, id, |state, service, _| Ok(bodies::organization(state.seed, service, &found))),
                "DELETE" => Ok(world.change(|state, _| state.remove_organization(id, found.id)).map(|()| json!(null))?),
                _ => Err(Answer::no_route()),
            }
        }
        _ => Err(Answer::no_route()),
    }
}
