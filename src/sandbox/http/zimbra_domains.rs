//! Domains of a Zimbra, and what its diagnosis says (ovh-api.md §2.5).

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::dispatch::Call;
use super::zimbra_bodies as bodies;
use super::zimbra_routes::{Wanted, see};
use crate::domain::{DomainName, DomainType, ServiceId};
use crate::sandbox::world::{DomainRequest, DomainState, Refusal, ServiceState, State, World, selector_target};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the route")]
struct NewDomain {
    name: DomainName,
    organization_id: String,
    #[serde(rename = "autoConfigureMX")]
    mx: bool,
    #[serde(rename = "autoConfigureSPF")]
    spf: bool,
    #[serde(rename = "autoConfigureDKIM")]
    dkim: bool,
    #[serde(default, rename = "autoConfigureAutodiscover")]
    autodiscover: bool,
}

/// Below `domain`.
pub(super) fn answer(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    match (call.method, rest) {
        ("POST", []) => attach(world, call, id),
        (method, [wanted]) => {
            let name = see(world, id, |state, service, _| Ok(numbered(state, service, wanted)?.name.clone()))?;
            match method {
                "GET" => see(world, id, |state, service, turn| Ok(bodies::domain(state, service, service.domain(&name)?, turn))),
                "DELETE" => Ok(world.change(|state, turn| state.detach_domain(id, &name, turn)).map(|_| Value::Null)?),
                _ => Err(Answer::no_route()),
            }
        }
        _ => Err(Answer::no_route()),
    }
}

fn numbered<'a>(state: &State, service: &'a ServiceState, wanted: &str) -> Result<&'a DomainState, Refusal> {
    let found = service.domains.iter().find(|domain| bodies::uuid(state.seed, "domain", domain.id) == wanted);
    found.ok_or_else(|| Refusal::NotFound(format!("domainId = {wanted}")))
}

fn attach(world: &World, call: &Call<'_>, id: &ServiceId) -> Said {
    let wanted = call.read::<Wanted<NewDomain>>("targetSpec")?.target_spec;
    if wanted.mx || wanted.spf || wanted.dkim || wanted.autodiscover {
        return Err(Answer::classed(400, "Client::BadRequest", "The demo does not configure DNS by itself: edit the zone"));
    }
    let organization = see(world, id, |state, service, _| {
        let found = service.organizations.iter().find(|o| bodies::uuid(state.seed, "organization", o.id) == wanted.organization_id);
        found.map(|o| o.id).ok_or_else(|| Refusal::NotFound("organizationId".to_owned()))
    })?;
    let name = wanted.name.clone();
    // There are no types here; this one claims nothing.
    let domain_type = DomainType::NonAuthoritative;
    let request = DomainRequest { name: wanted.name, domain_type, relay: None, organization: Some(organization) };
    Ok(world.change(|state, turn| {
        state.attach_domain(id, request, turn)?;
        let service = state.service(id)?;
        Ok(bodies::domain(state, service, service.domain(&name)?, turn))
    })?)
}

#[derive(Deserialize)]
struct Question {
    domains: Vec<String>,
}

/// `POST …/diagnostic/domain` reads and changes nothing.
pub(super) fn diagnose(world: &World, call: &Call<'_>, id: &ServiceId) -> Said {
    let question: Question = call.read("domains")?;
    see(world, id, |state, service, _| {
        let all = question.domains.iter().map(|wanted| match numbered(state, service, wanted) {
            Ok(domain) => diagnosis(state, service, (wanted, domain)),
            Err(_) => json!({
                "domainId": wanted, "domainName": null, "isExternal": null, "status": "ERROR", "recommendations": null, "result": null,
                "error": { "code": "DOMAIN_NOT_FOUND", "message": "The domain does not exist" },
            }),
        });
        Ok(all.collect())
    })
}

fn diagnosis(state: &State, service: &ServiceState, (id, domain): (&str, &DomainState)) -> Value {
    let badges = state.badges(service, domain);
    let test = |is_valid: bool, code: &str, found: Value| {
        let errors = if is_valid { json!([]) } else { json!([{ "code": code, "message": "It is not as expected" }]) };
        json!({ "status": if is_valid { "OK" } else { "ERROR" }, "errors": errors, "recordsFound": found })
    };
    let mx: Value = badges.mx.iter().map(|host| json!({ "priority": 1, "target": format!("{host}.") })).collect();
    let right = domain.dkim.iter().filter(|selector| state.has_dkim_cname(&service.id, &domain.name, &selector.name));
    let seen: Vec<Value> = right
        .map(|selector| {
            let value = selector_target(service.id.platform, &selector.name);
            json!({ "name": format!("{}._domainkey.{}", selector.name, domain.name), "value": value.trim_end_matches('.') })
        })
        .collect();
    let is_signed = !domain.dkim.is_empty() && seen.len() == domain.dkim.len();
    let is_owned = state.is_owned(domain);
    let is_fine = is_owned && badges.is_mx_valid && badges.is_spf_valid && badges.is_srv_valid && is_signed;
    let code = if is_owned { "BAD_CONFIGURATION" } else { "DOMAIN_NOT_VALIDATED" };
    json!({
        "domainId": id, "domainName": domain.name, "isExternal": state.zone(&domain.name).is_err(),
        "status": if is_fine { "OK" } else { "ERROR" },
        "error": (!is_fine).then(|| json!({ "code": code, "message": "The domain is not in order" })),
        "recommendations": { "expectedDNSConfig": bodies::expected(state, service, domain) },
        "result": {
            "mx": test(badges.is_mx_valid, "MISSING_OVH_SERVER", mx), "spf": test(badges.is_spf_valid, "NO_SPF_RECORD", json!(badges.spf)),
            "autodiscover": test(badges.is_srv_valid, "INCORRECT_SRV_RECORD", json!(badges.srv)),
            "dkim": test(is_signed, "DKIM_DISABLED", json!(seen)),
        },
    })
}
