//! Every route of the list is answered by something: by what it is for, or by a refusal of its own.

use axum::http::HeaderMap;
use serde_json::Value;

use super::SERVED_ROUTES;
use super::dispatch::{Request, Scene, answer};
use super::zimbra_bodies::{uuid, uuid_of};
use crate::domain::{Platform, ServiceId};
use crate::sandbox::world::{ACCESS_TOKEN, APPLICATION_KEY, DOMAIN, World};

fn platform_of(template: &str) -> Platform {
    match template.split('/').nth(2) {
        Some("exchange") => Platform::Exchange,
        Some("pro") => Platform::EmailPro,
        Some("mxplan") => Platform::MxPlanZimbra,
        Some("domain") => Platform::MxPlanLegacy,
        _ => Platform::Zimbra,
    }
}

/// What stands for a part of a template in the world of one platform.
fn value(world: &World, service: &ServiceId, (template, name): (&str, &str)) -> String {
    let john = format!("john.smith@{DOMAIN}");
    world.look(|state, _| {
        let found = state.service(service).expect("there");
        let account = found.account(&john.parse().expect("valid")).expect("there");
        let shared = |part: &str| found.shared.iter().find(|s| format!("{:?}", s.feature).starts_with(part)).map_or(0, |s| s.id);
        match name {
            "organizationName" | "exchangeService" | "service" | "platformId" => service.name.clone(),
            "primaryEmailAddress" | "email" if template.contains("/account") => john.clone(),
            "email" => {
                if template.contains("moderator") {
                    format!("info@{DOMAIN}")
                } else {
                    "marie.duval@example.org".to_owned()
                }
            }
            "domain" | "domainName" | "zoneName" => DOMAIN.to_owned(),
            "mailingListAddress" => format!("team@{DOMAIN}"),
            "alias" if template.contains("mailingList") => format!("everybody@{DOMAIN}"),
            "alias" => format!("john@{DOMAIN}"),
            "externalEmailAddress" => "marie.duval@example.org".to_owned(),
            "selectorName" => found.domains[0].dkim[0].name.clone(),
            "allowedAccountId" | "memberAccountId" | "managerAccountId" => account.id.to_string(),
            "memberContactId" => shared("Contact").to_string(),
            "accountName" => "john.smith".to_owned(),
            "account" => "anna.keller".to_owned(),
            "name" if template.contains("filter") => "newsletters".to_owned(),
            "name" => "news".to_owned(),
            "id" if template.contains("/redirection") => shared("Redirection").to_string(),
            "id" if template.contains("authenticationPolicy") => "7".to_owned(),
            "id" if template.contains("/record") => state.zones[0].records[0].id.to_string(),
            "id" => "1".to_owned(),
            "destinationServiceName" => "emailpro-zz111111-2".to_owned(),
            "destinationEmailAddress" => {
                let target = state.services.iter().find(|s| s.id.platform == Platform::EmailPro).expect("the target");
                target.accounts[0].address.to_string()
            }
            "accountId" => uuid(state.seed, "account", account.id),
            "aliasId" => uuid_of(state.seed, "alias", &format!("john@{DOMAIN}")),
            "domainId" => uuid(state.seed, "domain", found.domains[0].id),
            "organizationId" => uuid(state.seed, "organization", found.organizations[0].id),
            "redirectionId" => uuid(state.seed, "redirection", shared("Redirection")),
            "slotId" => uuid(state.seed, "slot", found.slots[0].id),
            other => other.to_owned(),
        }
    })
}

fn ask(method: &str, template: &str) -> (u16, Value) {
    let (world, cast) = World::for_pair(platform_of(template), Platform::EmailPro);
    let parts = template.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(name) => value(&world, &cast.from, (template, name)),
        None => part.to_owned(),
    });
    let path = parts.collect::<Vec<_>>().join("/");
    let mut headers = HeaderMap::new();
    // Who asks for a consumer key has none yet.
    if template == "/auth/credential" {
        headers.insert("x-ovh-application", APPLICATION_KEY.parse().expect("a header"));
    } else {
        headers.insert("authorization", format!("Bearer {ACCESS_TOKEN}").parse().expect("a header"));
    }
    let scene = Scene { world: &world, skew_seconds: 0, page_base: "http://localhost" };
    let request = Request { method, host: "localhost", target: &path, headers: &headers, body: b"{}" };
    let (answer, _) = answer(&scene, &request, &path);
    (answer.status, answer.body)
}

#[test]
fn every_route_of_the_list_is_answered() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _inside = runtime.enter();
    let mut troubles = Vec::new();
    for (method, template) in SERVED_ROUTES {
        let (status, body) = ask(method, template);
        let is_answered = body["message"] != "Got an invalid (or empty) URL";
        // What exists in this world is really told.
        let may_be_missing = ["/auth/", "/task", "{ip}", "allowedAccountId", "managerAccountId"].iter().any(|part| template.contains(part));
        if !is_answered || (*method == "GET" && !may_be_missing && status != 200) {
            troubles.push(format!("{method} {template}: {status} {body}"));
        }
    }
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}

#[test]
fn what_is_not_in_the_list_is_no_route() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _inside = runtime.enter();
    for (method, template) in [
        ("POST", "/email/mxplan/{service}/account"),
        ("POST", "/email/mxplan/{service}/domain"),
        ("DELETE", "/email/mxplan/{service}/domain/{domainName}"),
        ("GET", "/email/mxplan/{service}/serviceInfos"),
        ("GET", "/email/pro/{service}/mailingList"),
        ("GET", "/email/pro/{service}/protocol"),
        ("PUT", "/v2/zimbra/platform/{platformId}/slot/{slotId}"),
        ("GET", "/v2/zimbra/other"),
    ] {
        let (status, body) = ask(method, template);
        assert_eq!((status, body["message"].as_str()), (404, Some("Got an invalid (or empty) URL")), "{method} {template}");
    }
}
