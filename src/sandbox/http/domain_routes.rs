//! What every MX Plan keeps by its domain: redirections, automatic replies, mailing lists (ovh-api.md §2.4).

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::dispatch::Call;
use super::legacy_bodies;
use crate::domain::{DomainName, EmailAddress, Feature, FeatureOwner, OperationId, ServiceId};
use crate::sandbox::world::{Refusal, ServiceState, State, Turn, World, rfc3339};

type Place<'a> = (&'a ServiceId, &'a DomainName);

/// Below a domain.
pub(super) fn answer(world: &World, call: &Call<'_>, place: Place<'_>, rest: &[&str]) -> Said {
    match rest {
        ["redirection", rest @ ..] => redirection(world, call, place, rest),
        ["responder", rest @ ..] => responder(world, call, place, rest),
        ["mailingList", rest @ ..] => mailing_list(world, call, place, rest),
        _ => Err(Answer::no_route()),
    }
}

/// A redirection with its id: those that start at an account are its forwarding.
struct Redirected {
    id: String,
    owner: FeatureOwner,
    feature: Feature,
    from: EmailAddress,
    to: EmailAddress,
}

fn redirected(service: &ServiceState, domain: &DomainName) -> Vec<Redirected> {
    let shared = service.shared.iter().filter(|shared| shared.domain == *domain).filter_map(|shared| {
        let Feature::Redirection { from, to } = &shared.feature else { return None };
        let owner = if service.account(to).is_ok() { FeatureOwner::Account(to.clone()) } else { FeatureOwner::Domain(domain.clone()) };
        Some(Redirected { id: shared.id.to_string(), owner, feature: shared.feature.clone(), from: from.clone(), to: to.clone() })
    });
    let forwarding = service.listed().flat_map(|account| {
        let of_account = account.features.iter().enumerate().filter_map(|(index, feature)| {
            let Feature::Forwarding { to, .. } = feature else { return None };
            let owner = FeatureOwner::Account(account.address.clone());
            let (from, id) = (account.address.clone(), format!("{}-{index}", account.id));
            Some(Redirected { id, owner, feature: feature.clone(), from, to: to.clone() })
        });
        of_account.collect::<Vec<_>>()
    });
    shared.chain(forwarding).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedirectionBody {
    from: EmailAddress,
    to: EmailAddress,
    local_copy: bool,
}

/// Starts an operation and answers with it.
fn special(
    world: &World,
    (id, domain): Place<'_>,
    (account, kind): (&str, &str),
    start: impl FnOnce(&mut State, Turn) -> Result<OperationId, Refusal>,
) -> Said {
    Ok(world.change(|state, turn| {
        let number = start(state, turn)?;
        let service = state.service(id)?;
        Ok(legacy_bodies::special(service.operation(number)?, (account, kind), domain))
    })?)
}

fn redirection(world: &World, call: &Call<'_>, place: Place<'_>, rest: &[&str]) -> Said {
    let (id, domain) = place;
    let known = world.look(|state, _| state.service(id).map(|service| redirected(service, domain)))?;
    match (call.method, rest) {
        ("GET", []) => {
            let (from, to) = (call.parameter("from"), call.parameter("to"));
            let is_wanted = |wanted: &Option<String>, address: &EmailAddress| {
                wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(&address.to_string()))
            };
            let found = known.iter().filter(|known| is_wanted(&from, &known.from) && is_wanted(&to, &known.to));
            Ok(found.map(|known| json!(known.id)).collect())
        }
        ("POST", []) => {
            let body: RedirectionBody = call.read("from")?;
            let is_account = |address: &EmailAddress| world.look(|state, _| state.service(id).is_ok_and(|s| s.account(address).is_ok()));
            let (owner, feature) = if is_account(&body.from) {
                let feature = Feature::Forwarding { to: body.to, keeps_copy: body.local_copy };
                (FeatureOwner::Account(body.from.clone()), feature)
            } else if is_account(&body.to) {
                (FeatureOwner::Account(body.to.clone()), Feature::Redirection { from: body.from.clone(), to: body.to })
            } else {
                (FeatureOwner::Domain(domain.clone()), Feature::Redirection { from: body.from.clone(), to: body.to })
            };
            special(world, place, (body.from.local(), "forward"), |state, turn| state.add_feature(id, &owner, feature, turn))
        }
        (method, [wanted]) => {
            let found = known.into_iter().find(|known| known.id == *wanted);
            let found = found.ok_or_else(|| Refusal::NotFound(format!("id = {wanted}")))?;
            match method {
                "GET" => Ok(json!({ "from": found.from, "id": found.id, "to": found.to })),
                "DELETE" => special(world, place, (found.from.local(), "forward"), |state, turn| {
                    state.remove_feature(id, &found.owner, &found.feature, turn)
                }),
                _ => Err(Answer::no_route()),
            }
        }
        _ => Err(Answer::no_route()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResponderBody {
    account: String,
    content: String,
    copy: bool,
    #[serde(default)]
    copy_to: Option<EmailAddress>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
}

fn reply_of(service: &ServiceState, address: &EmailAddress) -> Result<Feature, Refusal> {
    let found = service.account(address)?.features.iter().find(|feature| matches!(feature, Feature::Responder { .. }));
    found.cloned().ok_or_else(|| Refusal::NotFound(format!("responder of {address}")))
}

fn responder(world: &World, call: &Call<'_>, place: Place<'_>, rest: &[&str]) -> Said {
    let (id, domain) = place;
    let address = |local: &str| EmailAddress::new(local, domain).map_err(|_| Answer::bad("account"));
    match (call.method, rest) {
        ("GET", []) => super::service_routes::look(world, id, |_, service, _| {
            let with_reply = service.listed().filter(|account| reply_of(service, &account.address).is_ok());
            Ok(with_reply.map(|account| json!(account.address.local())).collect())
        }),
        ("POST", []) => {
            let body: ResponderBody = call.read("account")?;
            let owner = FeatureOwner::Account(address(&body.account)?);
            let feature =
                Feature::Responder { content: body.content, from: body.from, to: body.to, copies: body.copy, copy_to: body.copy_to };
            special(world, place, (&body.account, "responder"), |state, turn| state.add_feature(id, &owner, feature, turn))
        }
        ("GET", [local]) => {
            let address = address(local)?;
            super::service_routes::look(world, id, |_, service, _| Ok(reply(&reply_of(service, &address)?, local)))
        }
        ("DELETE", [local]) => {
            let address = address(local)?;
            let known = world.look(|state, _| reply_of(state.service(id)?, &address))?;
            let owner = FeatureOwner::Account(address);
            special(world, place, (local, "responder"), |state, turn| state.remove_feature(id, &owner, &known, turn))
        }
        _ => Err(Answer::no_route()),
    }
}

fn reply(feature: &Feature, local: &str) -> Value {
    let Feature::Responder { content, from, to, copies, copy_to } = feature else { return Value::Null };
    json!({ "account": local, "content": content, "copy": copies, "copyTo": copy_to, "from": from, "to": to })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListBody {
    name: String,
    owner_email: String,
}

fn lists(service: &ServiceState, domain: &DomainName) -> Vec<(i64, Feature)> {
    let found = service.shared.iter().filter(|shared| shared.domain == *domain);
    found.filter(|shared| matches!(shared.feature, Feature::MailingList { .. })).map(|s| (s.id, s.feature.clone())).collect()
}

fn mailing_list(world: &World, call: &Call<'_>, place: Place<'_>, rest: &[&str]) -> Said {
    let (id, domain) = place;
    let known = world.look(|state, _| state.service(id).map(|service| lists(service, domain)))?;
    let owner = FeatureOwner::Domain(domain.clone());
    let Some((name, rest)) = rest.split_first() else {
        return match call.method {
            "GET" => Ok(known.iter().filter_map(|(_, list)| list.occupies().map(|address| json!(address.local()))).collect()),
            "POST" => {
                let body: ListBody = call.read("name")?;
                let address = EmailAddress::new(&body.name, domain).map_err(|_| Answer::bad("name"))?;
                let feature = Feature::MailingList { address, owner: body.owner_email, subscribers: Vec::new(), moderators: Vec::new() };
                list_task(world, place, &body.name, |state, turn| state.add_feature(id, &owner, feature, turn))
            }
            _ => Err(Answer::no_route()),
        };
    };
    let is_it = |list: &Feature| list.occupies().is_some_and(|address| address.local() == *name);
    let found = known.into_iter().find(|(_, list)| is_it(list)).ok_or_else(|| Refusal::NotFound(format!("name = {name}")))?;
    let (number, Feature::MailingList { owner: answers_for, subscribers, moderators, .. }) = &found else { return Err(Answer::no_route()) };
    let person = |people: &[String], wanted: &str| {
        let missing = || Answer::from(Refusal::NotFound(format!("email = {wanted}")));
        let is_there = people.iter().any(|known| known == wanted);
        is_there.then(|| json!({ "domain": domain, "email": wanted, "mailinglist": name })).ok_or_else(missing)
    };
    match (call.method, rest) {
        ("GET", []) => Ok(json!({
            "id": number, "language": "en", "name": name, "nbSubscribers": subscribers.len(), "nbSubscribersUpdateDate": null,
            "options": { "moderatorMessage": !moderators.is_empty(), "subscribeByModerator": false, "usersPostOnly": false },
            "ownerEmail": answers_for, "replyTo": format!("{name}@{domain}"),
        })),
        ("DELETE", []) => list_task(world, place, name, |state, turn| state.remove_feature(id, &owner, &found.1, turn)),
        ("GET", ["subscriber"]) => Ok(json!(subscribers)),
        ("GET", ["moderator"]) => Ok(json!(moderators)),
        ("GET", ["subscriber", wanted]) => person(subscribers, wanted),
        ("GET", ["moderator", wanted]) => person(moderators, wanted),
        _ => Err(Answer::no_route()),
    }
}

fn list_task(
    world: &World,
    (id, domain): Place<'_>,
    name: &str,
    start: impl FnOnce(&mut State, Turn) -> Result<OperationId, Refusal>,
) -> Said {
    Ok(world.change(|state, turn| {
        let number = start(state, turn)?;
        let operation = state.service(id)?.operation(number)?;
        Ok(json!({
            "id": operation.id, "account": name, "action": operation.function(id.platform), "date": rfc3339(operation.asked),
            "domain": domain, "language": "en",
        }))
    })?)
}
