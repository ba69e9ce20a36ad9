//! What is asked before anything changes: switches, policies, networks, contacts.

use serde_json::json;

use super::server::{Server, account_body, address, hosted, pro, service};
use crate::domain::{MailAccess, Platform, ServiceContacts};
use crate::ports::ApiError;

const BASE: &str = "/1.0/email/exchange/org-zz1/service/hosted-zz1-1";

#[tokio::test]
async fn what_an_exchange_switches_off_is_seen() {
    let server = Server::start().await;
    let john = address("john@mydomain.ovh");
    let mut account = account_body("john@mydomain.ovh");
    account["authenticationPolicyId"] = json!(7);
    server.answers(
        BASE,
        json!({
            "GET /protocol": {"IMAP": true, "POP": false},
            "GET /account/john@mydomain.ovh/protocol": {"IMAP": false},
            "GET /account/john@mydomain.ovh": account,
            "GET /authenticationPolicy/7": {"id": 7, "blockLegacyAuthImap": true},
            "GET /authorizedIp": ["192.0.2.0/24", "198.51.100.7/32"],
            "GET /authorizedIp/192.0.2.0%2F24": {"ip": "192.0.2.0/24", "IMAPS": true},
            "GET /authorizedIp/198.51.100.7%2F32": {"ip": "198.51.100.7/32", "IMAPS": false},
        }),
    );
    let api = server.open().await;
    let expected = MailAccess {
        is_off_for_service: false,
        is_off_for_account: true,
        is_legacy_auth_blocked: true,
        allowed_networks: vec!["192.0.2.0/24".to_owned()],
    };
    assert_eq!(api.mail_access(&hosted(), &john).await, Ok(expected));
    server.on(&format!("GET {BASE}/authorizedIp/192.0.2.0%2F24"), 200, json!({"ip": "192.0.2.0/24", "IMAPS": false}));
    assert!(api.mail_access(&hosted(), &john).await.expect("read").is_off_for_service, "networks are named, and none may");
    server.calls();
}

#[tokio::test]
async fn the_policy_of_the_service_counts_where_the_account_has_none() {
    let server = Server::start().await;
    server.answers(
        BASE,
        json!({
            "GET ": {"state": "ok", "offer": "hosted", "defaultAuthenticationPolicyId": 3},
            "GET /account/john@mydomain.ovh": account_body("john@mydomain.ovh"),
            "GET /authenticationPolicy/3": {"id": 3, "blockLegacyAuthImap": true},
        }),
    );
    server.on(&format!("GET {BASE}/authorizedIp"), 400, json!({"message": "not for this offer"}));
    let api = server.open().await;
    let access = api.mail_access(&hosted(), &address("john@mydomain.ovh")).await.expect("read");
    assert_eq!(access, MailAccess { is_legacy_auth_blocked: true, ..MailAccess::default() });
    assert_eq!(api.mail_access(&pro(), &address("john@mydomain.ovh")).await, Ok(MailAccess::default()), "there are no switches");
    server.calls();
}

#[tokio::test]
async fn contacts_are_told_where_the_platform_has_them() {
    let server = Server::start().await;
    let infos = json!({"contactAdmin": "zz1-ovh", "contactTech": "zz2-ovh", "contactBilling": "zz1-ovh", "status": "ok"});
    for path in ["/email/exchange/org-zz1/service/hosted-zz1-1", "/email/pro/emailpro-zz1-1", "/email/domain/mydomain.ovh"] {
        server.on(&format!("GET /1.0{path}/serviceInfos"), 200, infos.clone());
    }
    let api = server.open().await;
    let expected = Some(ServiceContacts { admin: "zz1-ovh".to_owned(), tech: "zz2-ovh".to_owned() });
    for id in [hosted(), pro(), service(Platform::MxPlanLegacy, "mydomain.ovh")] {
        assert_eq!(api.contacts(&id).await, Ok(expected.clone()), "{id}");
    }
    for id in [service(Platform::MxPlan, "mxplan-zz1-1"), service(Platform::Zimbra, "p1")] {
        assert_eq!(api.contacts(&id).await, Ok(None), "{id}");
    }
    assert!(matches!(api.contacts(&service(Platform::Imap, "x")).await, Err(ApiError::Refused { .. })));
}
