//! The MX Plan on the new infrastructure, and Exchange services that are not hosted.

use serde_json::json;

use super::server::{Server, account_body, address, domain, hosted, service};
use crate::domain::{ByteSize, DomainType, ObjectState, OperationId, Platform, SeatModel, Secret};
use crate::ports::{ApiError, NewAccount};

const BASE: &str = "/1.0/email/mxplan/mxplan-zz1-1";

fn someone() -> NewAccount {
    NewAccount {
        address: address("john@mydomain.ovh"),
        password: Secret::new("Pass-word.9"),
        display_name: Some("John Smith".to_owned()),
        first_name: None,
        last_name: None,
        holds: ByteSize(1 << 30),
    }
}

#[tokio::test]
async fn the_infrastructure_behind_an_mx_plan_is_told_apart() {
    let server = Server::start().await;
    server.on("GET /1.0/email/mxplan", 200, json!(["mxplan-zz1-1", "mxplan-zz1-2"]));
    for (name, is_zimbra) in [("mxplan-zz1-1", false), ("mxplan-zz1-2", true)] {
        let mut placeholder = account_body("zz1-3k5d9@configureme.me");
        placeholder["quota"] = json!(2.5);
        let base = format!("/1.0/email/mxplan/{name}");
        server.answers(
            &base,
            json!({
                "GET ": {"state": "ok", "isZimbra": is_zimbra, "hostname": null, "webUrl": null, "offer": "full", "complexityEnabled": true,
                    "minPasswordLength": 9, "minPasswordAge": 1, "maxReceiveSize": 35},
                "GET /account": ["zz1-3k5d9@configureme.me", "john@mydomain.ovh"],
                "GET /account/zz1-3k5d9@configureme.me": placeholder,
                "GET /domain": ["mydomain.ovh"],
            }),
        );
    }
    let services = server.open().await.services().await.expect("services");
    server.calls();
    assert_eq!(services.iter().map(|s| s.id.platform).collect::<Vec<_>>(), [Platform::MxPlan, Platform::MxPlanZimbra]);
    let plan = &services[0];
    assert_eq!((plan.hostname.as_str(), plan.seats, plan.free_seats), ("imap.mail.ovh.net", SeatModel::Placeholders, 1));
    assert_eq!(plan.account_quota, Some(ByteSize(2_684_354_560)), "a fraction of GB");
    let policy = &plan.password;
    assert_eq!((policy.shortest, policy.is_complex, policy.min_age_days, policy.history), (Some(9), true, Some(1), None));
}

#[tokio::test]
async fn the_domain_of_an_mx_plan_has_its_dkim_and_spf_elsewhere() {
    let server = Server::start().await;
    server.answers(
        BASE,
        json!({
            "GET /domain/mydomain.ovh": {"name": "mydomain.ovh", "type": "authoritative", "state": "ok", "taskPendingId": 0,
                "domainValidated": true, "mxIsValid": true, "srvIsValid": false, "expectedMX": ["IN MX 1 mx0.mail.ovh.net."]},
            "PUT /domain/mydomain.ovh": null,
        }),
    );
    server.answers(
        "/1.0/email/domain/mydomain.ovh",
        json!({
            "GET ": {"domain": "mydomain.ovh", "status": "ok", "isMXValid": "invalid", "isSPFValid": "valid",
                "migratedMXPlanServiceName": "mxplan-zz1-1"},
            "GET /dkim": {"status": "toConfigure", "selectors": [
                {"selectorName": "ovhmo-selector-1", "cname": "ovhmo-selector-1._domainkey.12.ab.dkim.mail.ovh.net.", "status": "set"},
                {"selectorName": "ovhmo-selector-2", "cname": "ovhmo-selector-2._domainkey.13.ab.dkim.mail.ovh.net.", "status": "toSet"}]},
        }),
    );
    let plan = service(Platform::MxPlan, "mxplan-zz1-1");
    let api = server.open().await;
    let found = api.domain(&plan, &domain()).await.expect("read").expect("attached");
    assert!(found.is_mx_valid && found.is_spf_valid && !found.is_srv_valid);
    assert_eq!((found.expected_spf, found.expected_srv), (None, None));
    assert_eq!(
        found.dkim.iter().map(|d| (d.name.as_str(), d.is_valid)).collect::<Vec<_>>(),
        [("ovhmo-selector-1._domainkey", true), ("ovhmo-selector-2._domainkey", false)]
    );
    assert_eq!(found.dkim[0].target, "ovhmo-selector-1._domainkey.12.ab.dkim.mail.ovh.net");
    api.set_domain_type(&plan, &domain(), DomainType::NonAuthoritative).await.expect("accepted");
    assert_eq!(
        server.body_of(&format!("PUT {BASE}/domain/mydomain.ovh")),
        json!({"type": "nonAuthoritative", "mxRelay": "mx1.mail.ovh.net"})
    );
    api.set_domain_type(&plan, &domain(), DomainType::Authoritative).await.expect("accepted");
    assert_eq!(server.body_of(&format!("PUT {BASE}/domain/mydomain.ovh")), json!({"type": "authoritative"}));
    for refused in [api.attach_domain(&plan, &domain(), DomainType::Authoritative).await, api.detach_domain(&plan, &domain()).await] {
        assert!(matches!(&refused, Err(ApiError::Refused { message, .. }) if message.contains("one domain")), "{refused:?}");
    }
    assert!(matches!(api.create_account(&plan, &someone()).await, Err(ApiError::Refused { .. })), "seats are there");
}

#[tokio::test]
async fn a_private_exchange_makes_accounts_when_asked() {
    let server = Server::start().await;
    let base = "/1.0/email/exchange/org-zz1/service/hosted-zz1-1";
    let mut boss = account_body("boss@mydomain.ovh");
    boss["accountLicense"] = json!("enterprise");
    boss["spamDetected"] = json!(true);
    server.on("GET /1.0/email/exchange", 200, json!(["org-zz1"]));
    server.on("GET /1.0/email/exchange/org-zz1/service", 200, json!(["hosted-zz1-1"]));
    server.answers(
        base,
        json!({
            "GET ": {"state": "suspended", "offer": "dedicatedCluster", "hostname": "mail.example.com", "passwordHistoryCount": 5},
            "GET /account": ["boss@mydomain.ovh"],
            "GET /account/boss@mydomain.ovh": boss,
            "GET /domain": [],
            "POST /account": {"id": 31, "status": "todo", "function": "addAccount"},
        }),
    );
    let api = server.open().await;
    let found = api.services().await.expect("services").remove(0);
    assert_eq!((found.seats, found.free_seats, found.accounts), (SeatModel::OnDemand, 0, 1));
    assert_eq!((found.state, found.password.history), (ObjectState::Unusable, Some(5)));
    assert!(api.account(&hosted(), &address("boss@mydomain.ovh")).await.expect("read").expect("there").is_blocked);
    assert_eq!(api.create_account(&hosted(), &someone()).await, Ok(OperationId(31)));
    assert_eq!(
        server.body_of(&format!("POST {base}/account")),
        json!({"license": "enterprise", "password": "Pass-word.9", "login": "john", "domain": "mydomain.ovh", "displayName": "John Smith"})
    );
}
