//! What an Exchange, an Email Pro or a new MX Plan has besides accounts: contacts, footers, who is responsible, networks, policies
//! (ovh-api.md §2.1).

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::bodies;
use super::dispatch::Call;
use super::service_routes::{look, task, void};
use crate::domain::{DomainName, EmailAddress, Feature, FeatureOwner, Platform, ServiceId};
use crate::sandbox::world::{Obstacle, Refusal, ServiceState, World, rfc3339};

/// Number of the policy that blocks passwords over IMAP.
pub(super) const BLOCKING_POLICY: i64 = 7;

/// Routes below a service that only Exchange has.
pub(super) fn of_exchange(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    if id.platform != Platform::Exchange || call.method != "GET" {
        return Err(Answer::no_route());
    }
    look(world, id, |_, service, _| match rest {
        ["authenticationPolicy"] => Ok(json!([BLOCKING_POLICY])),
        ["authenticationPolicy", number] if *number == BLOCKING_POLICY.to_string() => Ok(policy()),
        ["authorizedIp"] => Ok(json!(service.networks)),
        ["authorizedIp", block] if service.networks.iter().any(|known| known == block) => Ok(network(service, block)),
        ["sharedAccount" | "resourceAccount" | "publicFolder"] => Ok(others(service, rest[0])),
        _ => Err(Refusal::NotFound(rest.join("/"))),
    })
}

fn others(service: &ServiceState, wanted: &str) -> Value {
    let names = service.shared.iter().filter_map(|shared| match &shared.feature {
        Feature::Other { kind, name } if kind == wanted => Some(json!(name)),
        _ => None,
    });
    names.collect()
}

fn policy() -> Value {
    let parts = ["ActiveSync", "Autodiscover", "Imap", "Mapi", "OfflineAddressBook", "Pop", "WebServices"];
    let switches = parts
        .iter()
        .flat_map(|part| [(format!("blockLegacyAuth{part}"), json!(*part == "Imap")), (format!("blockModernAuth{part}"), json!(false))]);
    let all = switches.chain([("id".to_owned(), json!(BLOCKING_POLICY))]);
    Value::Object(all.collect())
}

fn network(service: &ServiceState, block: &str) -> Value {
    json!({
        "ip": block, "displayName": "Office", "HTTPS": true, "IMAP": false, "IMAPS": true, "POP": false, "POPS": false, "SMTP": false,
        "SMTPS": true, "creationDate": rfc3339(service.created), "status": "ok", "updateDate": null,
    })
}

/// Whether the policy of an account blocks it.
pub(super) fn policy_of(obstacle: Option<Obstacle>) -> Option<i64> {
    (obstacle == Some(Obstacle::PolicyBlocksImap)).then_some(BLOCKING_POLICY)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContactBody {
    external_email_address: EmailAddress,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    initials: Option<String>,
    #[serde(default, rename = "hiddenFromGAL")]
    is_hidden: bool,
}

impl From<ContactBody> for Feature {
    fn from(body: ContactBody) -> Self {
        Self::Contact {
            address: body.external_email_address,
            display_name: body.display_name,
            first_name: body.first_name,
            last_name: body.last_name,
            initials: body.initials,
            is_hidden: body.is_hidden,
        }
    }
}

/// Contacts belong to the service: any of its domains stands for it.
fn any_domain(world: &World, id: &ServiceId) -> Result<FeatureOwner, Answer> {
    let first = world.look(|state, _| Ok::<_, Refusal>(state.service(id)?.domains.first().map(|domain| domain.name.clone())))?;
    first.map(FeatureOwner::Domain).ok_or_else(|| Answer::classed(400, "Client::BadRequest", "The service has no domain"))
}

/// `…/externalContact`.
pub(super) fn contacts(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    let known = |service: &ServiceState, wanted: Option<&EmailAddress>| -> Vec<Value> {
        let found = service.shared.iter().filter_map(|shared| match &shared.feature {
            Feature::Contact { address, .. } if wanted.is_none_or(|wanted| wanted == address) => Some((shared, address)),
            _ => None,
        });
        found.map(|(shared, address)| if wanted.is_some() { bodies::contact(service, shared) } else { json!(address) }).collect()
    };
    match (call.method, rest) {
        ("GET", []) => look(world, id, |_, service, _| Ok(Value::Array(known(service, None)))),
        ("POST", []) => {
            let (owner, feature) = (any_domain(world, id)?, call.read::<ContactBody>("externalEmailAddress")?.into());
            task(world, id, |state, turn| state.add_feature(id, &owner, feature, turn))
        }
        (method, [address]) => {
            let address: EmailAddress = address.parse().map_err(|_| Answer::bad("externalEmailAddress"))?;
            let missing = || Refusal::NotFound(format!("externalEmailAddress = {address}"));
            match method {
                "GET" => look(world, id, |_, service, _| known(service, Some(&address)).pop().ok_or_else(missing)),
                "DELETE" => {
                    let owner = any_domain(world, id)?;
                    let body = json!({ "externalEmailAddress": address });
                    let feature: ContactBody = serde_json::from_value(body).map_err(|_| Answer::bad("externalEmailAddress"))?;
                    task(world, id, |state, turn| state.remove_feature(id, &owner, &feature.into(), turn))
                }
                _ => Err(Answer::no_route()),
            }
        }
        _ => Err(Answer::no_route()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FooterBody {
    content: String,
    #[serde(default)]
    outside_only: bool,
}

/// `…/domain/{name}/disclaimer`.
pub(super) fn footer(world: &World, call: &Call<'_>, id: &ServiceId, domain: &DomainName) -> Said {
    let owner = FeatureOwner::Domain(domain.clone());
    let known = world.look(|state, _| state.features(id, &owner))?;
    let known = known.into_iter().find(|feature| matches!(feature, Feature::Disclaimer { .. }));
    let missing = || Answer::from(Refusal::NotFound(format!("disclaimer of {domain}")));
    match call.method {
        "GET" => {
            let Some(Feature::Disclaimer { content, is_outside_only }) = known else { return Err(missing()) };
            look(world, id, |_, service, _| {
                Ok(json!({ "content": content, "outsideOnly": is_outside_only, "name": domain, "taskPendingId": 0,
                    "creationDate": rfc3339(service.created) }))
            })
        }
        "POST" if known.is_some() => Err(Refusal::Invalid("This disclaimer already exists".to_owned()).into()),
        "PUT" if known.is_none() => Err(missing()),
        "POST" | "PUT" => {
            let body: FooterBody = call.read("content")?;
            let feature = Feature::Disclaimer { content: body.content, is_outside_only: body.outside_only };
            let started = task(world, id, |state, turn| state.add_feature(id, &owner, feature, turn))?;
            Ok(if call.method == "PUT" { Value::Null } else { started })
        }
        "DELETE" => {
            let known = known.ok_or_else(missing)?;
            task(world, id, |state, turn| state.remove_feature(id, &owner, &known, turn))
        }
        _ => Err(Answer::no_route()),
    }
}

/// `…/serviceInfos`.
pub(super) fn infos(world: &World, call: &Call<'_>, id: &ServiceId) -> Said {
    match call.method {
        "GET" => look(world, id, |_, service, _| Ok(bodies::infos(service))),
        _ => void(Err(Refusal::Invalid("The demo does not renew services".to_owned()))),
    }
}
