//! Names of a Zimbra that lead to others: aliases and redirections, each an object of its own (ovh-api.md §2.5).

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::dispatch::Call;
use super::zimbra_bodies::{self as bodies, uuid, uuid_of};
use super::zimbra_routes::{Wanted, see};
use crate::domain::{EmailAddress, Feature, FeatureOwner, ServiceId};
use crate::sandbox::world::{Refusal, ServiceState, World};

/// An alias or a redirection.
#[derive(Debug, Clone)]
pub(super) struct Lead {
    pub(super) id: String,
    pub(super) name: String,
    /// The account's id, or the other address.
    pub(super) target: String,
    owner: FeatureOwner,
    feature: Feature,
}

/// Aliases of all accounts.
pub(super) fn aliases(seed: u64, service: &ServiceState) -> Vec<Lead> {
    let all = service.accounts.iter().flat_map(|account| {
        account.aliases.iter().map(move |alias| Lead {
            id: uuid_of(seed, "alias", &alias.to_string()),
            name: alias.to_string(),
            target: uuid(seed, "account", account.id),
            owner: FeatureOwner::Account(account.address.clone()),
            feature: Feature::Alias { alias: alias.clone() },
        })
    });
    all.collect()
}

/// Redirections of all domains.
pub(super) fn redirections(seed: u64, service: &ServiceState) -> Vec<Lead> {
    let all = service.shared.iter().filter_map(|shared| {
        let Feature::Redirection { from, to } = &shared.feature else { return None };
        let is_account = service.account(to).is_ok();
        let owner = if is_account { FeatureOwner::Account(to.clone()) } else { FeatureOwner::Domain(shared.domain.clone()) };
        let id = uuid(seed, "redirection", shared.id);
        Some(Lead { id, name: from.to_string(), target: to.to_string(), owner, feature: shared.feature.clone() })
    });
    all.collect()
}

fn domain_of(address: &str) -> &str {
    address.split_once('@').map_or("", |(_, domain)| domain)
}

/// An alias as an object.
pub(super) fn alias_body(seed: u64, service: &ServiceState, alias: &Lead) -> Value {
    let domain = domain_of(&alias.name);
    let (organization, label) = bodies::organization_of(seed, service, domain);
    let domain = bodies::domain_id(seed, service, domain);
    let current = json!({
        "alias": { "name": alias.name, "domainId": domain, "organizationId": organization, "organizationLabel": label },
        "target": { "id": alias.target, "domainId": domain, "type": "ACCOUNT" },
    });
    bodies::resource(&alias.id, (current, Some(json!({ "alias": alias.name, "targetId": alias.target }))), "READY", Vec::new())
}

/// A redirection as an object.
pub(super) fn redirection_body(seed: u64, service: &ServiceState, lead: &Lead) -> Value {
    let domain = domain_of(&lead.name);
    let (organization, _) = bodies::organization_of(seed, service, domain);
    let current = json!({
        "source": lead.name, "destination": lead.target, "domainId": bodies::domain_id(seed, service, domain),
        "organizationId": organization, "createdAt": bodies::moment(service.created), "updatedAt": null,
    });
    bodies::resource(&lead.id, (current, Some(json!({ "source": lead.name, "destination": lead.target }))), "READY", Vec::new())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AliasWish {
    alias: EmailAddress,
    target_id: String,
}

#[derive(Deserialize)]
struct RedirectionWish {
    source: EmailAddress,
    destination: EmailAddress,
}

/// Below `alias` and `redirection`.
pub(super) fn answer(world: &World, call: &Call<'_>, id: &ServiceId, (kind, rest): (&str, &[&str])) -> Said {
    match (call.method, rest) {
        ("POST", []) => add(world, call, id, kind),
        (method, [wanted]) => {
            let found = see(world, id, |state, service, _| {
                let all = if kind == "alias" { aliases(state.seed, service) } else { redirections(state.seed, service) };
                all.into_iter().find(|lead| lead.id == *wanted).ok_or_else(|| Refusal::NotFound(format!("{kind}Id = {wanted}")))
            })?;
            match method {
                "GET" => see(world, id, |state, service, _| Ok(body(state.seed, service, kind, &found))),
                "DELETE" => {
                    let removed = world.change(|state, turn| state.remove_feature(id, &found.owner, &found.feature, turn));
                    Ok(removed.map(|_| Value::Null)?)
                }
                _ => Err(Answer::no_route()),
            }
        }
        _ => Err(Answer::no_route()),
    }
}

fn body(seed: u64, service: &ServiceState, kind: &str, lead: &Lead) -> Value {
    if kind == "alias" { alias_body(seed, service, lead) } else { redirection_body(seed, service, lead) }
}

fn add(world: &World, call: &Call<'_>, id: &ServiceId, kind: &str) -> Said {
    let lead = if kind == "alias" {
        let wish = call.read::<Wanted<AliasWish>>("targetSpec")?.target_spec;
        see(world, id, |state, service, _| {
            let found = service.accounts.iter().find(|a| uuid(state.seed, "account", a.id) == wish.target_id);
            let account = found.ok_or_else(|| Refusal::NotFound(format!("targetId = {}", wish.target_id)))?;
            Ok(Lead {
                id: uuid_of(state.seed, "alias", &wish.alias.to_string()),
                name: wish.alias.to_string(),
                target: wish.target_id.clone(),
                owner: FeatureOwner::Account(account.address.clone()),
                feature: Feature::Alias { alias: wish.alias.clone() },
            })
        })?
    } else {
        let RedirectionWish { source, destination } = call.read::<Wanted<RedirectionWish>>("targetSpec")?.target_spec;
        see(world, id, |state, service, _| {
            let is_account = service.account(&destination).is_ok();
            let domain = FeatureOwner::Domain(source.domain().clone());
            Ok(Lead {
                id: uuid_of(state.seed, "redirection", &source.to_string()),
                name: source.to_string(),
                target: destination.to_string(),
                owner: if is_account { FeatureOwner::Account(destination.clone()) } else { domain },
                feature: Feature::Redirection { from: source, to: destination },
            })
        })?
    };
    Ok(world.change(|state, turn| {
        state.add_feature(id, &lead.owner, lead.feature.clone(), turn)?;
        let mut made = body(state.seed, state.service(id)?, kind, &lead);
        made["resourceStatus"] = json!("CREATING");
        Ok(made)
    })?)
}
