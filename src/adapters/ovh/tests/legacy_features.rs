//! Features at `/email/domain`: redirections, responders, filters, lists.

use serde_json::json;

use super::server::{Server, address, domain, service};
use crate::domain::{Feature, FeatureOwner, FilterRule, Platform, ServiceId};
use crate::ports::ApiError;

const BASE: &str = "/1.0/email/domain/mydomain.ovh";

fn plan() -> ServiceId {
    service(Platform::MxPlanLegacy, "mydomain.ovh")
}

fn john() -> FeatureOwner {
    FeatureOwner::Account(address("john@mydomain.ovh"))
}

fn rule(header: &str) -> FilterRule {
    FilterRule { header: header.to_owned(), operand: "contains".to_owned(), value: "example.org".to_owned() }
}

fn filter() -> Feature {
    Feature::Filter {
        name: "to project".to_owned(),
        priority: 2,
        is_active: true,
        rules: vec![rule("From"), rule("Subject")],
        action: "redirect".to_owned(),
        parameter: Some("project@mydomain.ovh".to_owned()),
    }
}

fn responder() -> Feature {
    Feature::Responder {
        content: "Away".to_owned(),
        from: Some("2026-12-01T00:00:00+01:00".to_owned()),
        to: None,
        copies: true,
        copy_to: Some(address("anna@mydomain.ovh")),
    }
}

fn forwarding() -> Feature {
    Feature::Forwarding { to: address("john@example.org"), keeps_copy: true }
}

fn leading_here() -> Feature {
    Feature::Redirection { from: address("contact@mydomain.ovh"), to: address("john@mydomain.ovh") }
}

fn script(server: &Server) {
    server.answers(
        BASE,
        json!({
            "GET /account": ["john", "anna"],
            "GET /redirection": ["11", "12", "13"],
            "GET /redirection?from=john@mydomain.ovh": ["11"],
            "GET /redirection?to=john@mydomain.ovh": ["12"],
            "GET /redirection?from=contact@mydomain.ovh": ["12"],
            "GET /redirection/11": {"id": "11", "from": "john@mydomain.ovh", "to": "john@example.org"},
            "GET /redirection/12": {"id": "12", "from": "contact", "to": "john@mydomain.ovh"},
            "GET /redirection/13": {"id": "13", "from": "shop@mydomain.ovh", "to": "shop@example.org"},
            "GET /responder/john": {"account": "john", "content": "Away", "copy": true, "copyTo": "anna@mydomain.ovh",
                "from": "2026-12-01T00:00:00+01:00", "to": null},
            "GET /account/john/filter": ["to project"],
            "GET /account/john/filter/to%20project": {"name": "to project", "action": "redirect", "actionParam": "project@mydomain.ovh",
                "active": true, "priority": 2},
            "GET /account/john/filter/to%20project/rule": [1, 2],
            "GET /account/john/filter/to%20project/rule/1": {"id": 1, "header": "From", "operand": "contains", "value": "example.org"},
            "GET /account/john/filter/to%20project/rule/2": {"id": 2, "header": "Subject", "operand": "contains", "value": "example.org"},
            "GET /account/john/delegation": ["zz2-ovh"],
            "GET /mailingList": ["news"],
            "GET /mailingList/news": {"name": "news", "ownerEmail": "anna@mydomain.ovh"},
            "GET /mailingList/news/subscriber": ["bob@example.org"],
        }),
    );
}

#[tokio::test]
async fn an_account_has_what_starts_at_it_ends_at_it_and_sorts_its_mail() {
    let server = Server::start().await;
    script(&server);
    let api = server.open().await;
    let delegation = Feature::Other { kind: "delegation".to_owned(), name: "zz2-ovh".to_owned() };
    let expected = vec![forwarding(), leading_here(), responder(), filter(), delegation];
    assert_eq!(api.features(&plan(), &john()).await, Ok(expected));
    let list = Feature::MailingList {
        address: address("news@mydomain.ovh"),
        owner: "anna@mydomain.ovh".to_owned(),
        subscribers: vec!["bob@example.org".to_owned()],
        moderators: Vec::new(),
    };
    let free = Feature::Redirection { from: address("shop@mydomain.ovh"), to: address("shop@example.org") };
    let whole = FeatureOwner::Domain(domain());
    assert_eq!(api.features(&plan(), &whole).await, Ok(vec![free, list.clone()]), "what is an account's is not told twice");
    assert!(matches!(api.add_feature(&plan(), &whole, &list).await, Err(ApiError::Refused { .. })), "it stays with the domain");
    server.calls();
}

#[tokio::test]
async fn features_are_made_and_taken_away() {
    let server = Server::start().await;
    script(&server);
    let done = json!({"id": "1", "account": "john"});
    server.answers(
        BASE,
        json!({"POST /redirection": done, "POST /responder": done, "DELETE /redirection/11": done, "DELETE /redirection/12": done,
            "DELETE /responder/john": done, "DELETE /account/john/filter/to%20project": []}),
    );
    let api = server.open().await;
    let sent = |path: &str| server.body_of(&format!("POST {BASE}{path}"));
    api.add_feature(&plan(), &john(), &forwarding()).await.expect("accepted");
    assert_eq!(sent("/redirection"), json!({"from": "john@mydomain.ovh", "to": "john@example.org", "localCopy": true}));
    api.add_feature(&plan(), &john(), &leading_here()).await.expect("accepted");
    assert_eq!(sent("/redirection"), json!({"from": "contact@mydomain.ovh", "to": "john@mydomain.ovh", "localCopy": false}));
    api.add_feature(&plan(), &john(), &responder()).await.expect("accepted");
    assert_eq!(
        sent("/responder"),
        json!({"account": "john", "content": "Away", "copy": true, "copyTo": "anna@mydomain.ovh", "from": "2026-12-01T00:00:00+01:00"})
    );
    for feature in [forwarding(), leading_here(), responder(), filter()] {
        api.remove_feature(&plan(), &john(), &feature).await.expect("accepted");
    }
    let deleted: Vec<String> = server.calls().into_iter().map(|(call, _)| call).filter(|call| call.starts_with("DELETE")).collect();
    assert_eq!(deleted.len(), 4, "{deleted:?}");
    let refused = api.add_feature(&plan(), &john(), &Feature::Alias { alias: address("a@mydomain.ovh") }).await;
    assert!(matches!(refused, Err(ApiError::Refused { .. })));
}

#[tokio::test]
async fn a_filter_that_was_cut_off_is_completed() {
    let server = Server::start().await;
    server.answers(BASE, json!({"POST /account/john/filter": {"id": 1}, "POST /account/john/filter/to%20project/rule": {"id": 2}}));
    let api = server.open().await;
    api.add_feature(&plan(), &john(), &filter()).await.expect("accepted");
    assert_eq!(
        server.body_of(&format!("POST {BASE}/account/john/filter")),
        json!({"name": "to project", "priority": 2, "active": true, "action": "redirect", "actionParam": "project@mydomain.ovh",
            "header": "From", "operand": "contains", "value": "example.org"})
    );
    let second = format!("POST {BASE}/account/john/filter/to%20project/rule");
    assert_eq!(server.body_of(&second), json!({"header": "Subject", "operand": "contains", "value": "example.org"}));
    script(&server);
    let before = server.calls().iter().filter(|(call, _)| call.starts_with("POST")).count();
    api.add_feature(&plan(), &john(), &filter()).await.expect("all there");
    assert_eq!(server.calls().iter().filter(|(call, _)| call.starts_with("POST")).count(), before, "nothing was missing");
}
