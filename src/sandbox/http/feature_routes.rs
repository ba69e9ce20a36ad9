//! What accounts of an Exchange, an Email Pro or a new MX Plan have besides mail: aliases, rights, switches (ovh-api.md §2.1). Numbers are
//! translated into addresses here; the rules are the world's.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::bodies;
use super::dispatch::Call;
use super::service_routes::{look, task};
use crate::domain::{EmailAddress, Feature, FeatureOwner, Platform, Right, ServiceId};
use crate::sandbox::world::{AccountState, Obstacle, Refusal, ServiceState, World, rfc3339};

/// Segment of the path and right.
pub(super) fn right_of(segment: &str) -> Option<Right> {
    match segment {
        "fullAccess" => Some(Right::FullAccess),
        "sendAs" => Some(Right::SendAs),
        "sendOnBehalfTo" => Some(Right::SendOnBehalf),
        _ => None,
    }
}

#[derive(Deserialize)]
struct AliasBody {
    alias: EmailAddress,
}

/// `fullAccess` spells its field otherwise than the other two.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GrantBody {
    allowed_account_id: Option<i64>,
    allow_account_id: Option<i64>,
}

impl GrantBody {
    /// The number, under the name that the route wants.
    pub(super) fn of(&self, right: Right) -> Result<i64, Answer> {
        let (given, name) = match right {
            Right::FullAccess => (self.allowed_account_id, "allowedAccountId"),
            Right::SendAs | Right::SendOnBehalf => (self.allow_account_id, "allowAccountId"),
        };
        given.ok_or_else(|| Answer::bad(name))
    }
}

/// The address behind a number.
pub(super) fn numbered(world: &World, id: &ServiceId, number: i64) -> Result<EmailAddress, Answer> {
    Ok(world.look(|state, _| state.service(id).and_then(|service| service.account_numbered(number)).map(|a| a.address.clone()))?)
}

/// A number in a path.
pub(super) fn number(text: &str, name: &str) -> Result<i64, Answer> {
    text.parse().map_err(|_| Answer::bad(name))
}

/// Routes below an account.
pub(super) fn of_account(world: &World, call: &Call<'_>, id: &ServiceId, (address, rest): (EmailAddress, &[&str])) -> Said {
    match (call.method, rest) {
        (_, ["alias", rest @ ..]) => alias(world, call, id, (address, rest)),
        (_, [segment, rest @ ..]) if right_of(segment).is_some() => {
            rights(world, call, id, (address, right_of(segment).unwrap_or(Right::FullAccess), rest))
        }
        ("GET", ["protocol"]) if id.platform == Platform::Exchange => {
            look(world, id, |_, service, _| Ok(bodies::account_protocol(service, service.account(&address)?)))
        }
        ("PUT", ["protocol"]) if id.platform == Platform::Exchange => protocol(world, call, id, &address),
        ("GET", ["capabilities"]) if id.platform.is_mx_plan() => look(world, id, |_, service, _| {
            service.account(&address)?;
            Ok(json!({ "quotas": [f64::from(service.quota_gb)] }))
        }),
        _ => Err(Answer::no_route()),
    }
}

#[derive(Deserialize)]
struct ProtocolBody {
    #[serde(rename = "IMAP")]
    imap: Option<bool>,
}

fn protocol(world: &World, call: &Call<'_>, id: &ServiceId, address: &EmailAddress) -> Said {
    let body: ProtocolBody = call.read("IMAP")?;
    if let Some(is_on) = body.imap {
        world.set_obstacle(id, address, (!is_on).then_some(Obstacle::ImapOff))?;
    }
    Ok(Value::Null)
}

fn alias(world: &World, call: &Call<'_>, id: &ServiceId, (address, rest): (EmailAddress, &[&str])) -> Said {
    match (call.method, rest) {
        ("GET", []) => look(world, id, |_, service, _| Ok(json!(service.account(&address)?.aliases))),
        ("POST", []) => {
            let body: AliasBody = call.read("alias")?;
            let feature = Feature::Alias { alias: body.alias };
            task(world, id, |state, turn| state.add_feature(id, &FeatureOwner::Account(address), feature, turn))
        }
        (method, [alias]) => {
            let alias: EmailAddress = alias.parse().map_err(|_| Answer::bad("alias"))?;
            match method {
                "GET" => look(world, id, |_, service, _| {
                    let account = service.account(&address)?;
                    let found = account.aliases.iter().find(|a| **a == alias);
                    Ok(bodies::alias(account, found.ok_or_else(|| Refusal::NotFound(format!("alias = {alias}")))?))
                }),
                "DELETE" => task(world, id, |state, turn| {
                    state.remove_feature(id, &FeatureOwner::Account(address), &Feature::Alias { alias }, turn)
                }),
                _ => Err(Answer::no_route()),
            }
        }
        _ => Err(Answer::no_route()),
    }
}

fn rights(world: &World, call: &Call<'_>, id: &ServiceId, (address, right, rest): (EmailAddress, Right, &[&str])) -> Said {
    let over = |account: EmailAddress| Feature::Delegation { right, account };
    match (call.method, rest) {
        ("GET", []) => look(world, id, |_, service, _| Ok(json!(holders(service, service.account(&address)?, right)))),
        ("POST", []) => {
            let holder = numbered(world, id, call.read::<GrantBody>("allowedAccountId")?.of(right)?)?;
            task(world, id, |state, turn| state.add_feature(id, &FeatureOwner::Account(address), over(holder), turn))
        }
        ("GET", [holder]) => {
            let number = number(holder, "allowedAccountId")?;
            look(world, id, |_, service, _| {
                let account = service.account(&address)?;
                let is_there = holders(service, account, right).contains(&number);
                let missing = || Refusal::NotFound(format!("allowedAccountId = {number}"));
                is_there.then(|| granted(number, account)).ok_or_else(missing)
            })
        }
        ("DELETE", [holder]) => {
            let holder = numbered(world, id, number(holder, "allowedAccountId")?)?;
            task(world, id, |state, turn| state.remove_feature(id, &FeatureOwner::Account(address), &over(holder), turn))
        }
        _ => Err(Answer::no_route()),
    }
}

fn granted(number: i64, account: &AccountState) -> Value {
    json!({ "allowedAccountId": number, "creationDate": rfc3339(account.created), "taskPendingId": 0 })
}

fn holders(service: &ServiceState, account: &AccountState, right: Right) -> Vec<i64> {
    let held = account.features.iter().filter_map(|feature| match feature {
        Feature::Delegation { right: known, account } if *known == right => service.account(account).ok(),
        _ => None,
    });
    held.map(|holder| holder.id).collect()
}
