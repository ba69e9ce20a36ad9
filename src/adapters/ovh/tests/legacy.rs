//! The MX Plan on the legacy infrastructure: services, accounts, the domain, the platform's own migration.

use serde_json::{Value, json};

use super::server::{Server, address, domain, hosted, pro, service};
use crate::domain::{ByteSize, DomainType, MigrationFinding, ObjectState, OperationId, Platform, SeatModel, Secret, ServiceId};
use crate::ports::{ApiError, NewAccount, SeatRequest};

const BASE: &str = "/1.0/email/domain/mydomain.ovh";

fn plan() -> ServiceId {
    service(Platform::MxPlanLegacy, "mydomain.ovh")
}

fn plan_body() -> Value {
    json!({"domain": "mydomain.ovh", "status": "ok", "allowedAccountSize": [2_500_000, 5_000_000_000_i64, 1_000_000_000],
        "migratedMXPlanServiceName": null, "isMXValid": "valid", "isSPFValid": "checkFail", "offer": "MX Plan 5"})
}

#[tokio::test]
async fn a_plan_is_shown_once_wherever_it_lives() {
    let server = Server::start().await;
    server.on("GET /1.0/email/domain", 200, json!(["mydomain.ovh", "moved.example.com", "unpaid.example.com"]));
    server.answers(BASE, json!({"GET ": plan_body(), "GET /quota": {"account": 5}, "GET /summary": {"account": 3}}));
    let moved = json!({"status": "ok", "migratedMXPlanServiceName": "mxplan-zz1-1"});
    server.on("GET /1.0/email/domain/moved.example.com", 200, moved);
    server.on("GET /1.0/email/domain/unpaid.example.com", 460, json!({"message": "expired"}));
    let services = server.open().await.services().await.expect("services");
    server.calls();
    assert_eq!(services.iter().map(|s| s.id.name.as_str()).collect::<Vec<_>>(), ["mydomain.ovh", "unpaid.example.com"]);
    let found = &services[0];
    assert_eq!((found.id.platform, found.seats), (Platform::MxPlanLegacy, SeatModel::OnDemand));
    assert_eq!((found.accounts, found.free_seats, found.account_quota), (3, 2, Some(ByteSize(5_000_000_000))));
    assert_eq!((found.hostname.as_str(), &found.domains), ("imap.mail.ovh.net", &vec![domain()]));
    assert_eq!((found.password.shortest, found.password.longest), (Some(9), Some(30)));
    assert_eq!(services[1].state, ObjectState::Unusable);
}

#[tokio::test]
async fn accounts_are_local_parts_and_sizes_are_bytes() {
    let server = Server::start().await;
    let body = |name: &str, is_blocked| {
        json!({"accountName": name, "domain": "mydomain.ovh", "email": format!("{name}@mydomain.ovh"), "description": "John Smith",
            "size": 5_000_000_000_i64, "isBlocked": is_blocked})
    };
    server.answers(
        BASE,
        json!({
            "GET /account": ["john", "anna", "gone"],
            "GET /account/john": body("john", false),
            "GET /account/john/usage": {"date": null, "emailCount": 8123, "quota": 2_143_289_344_i64},
            "GET /account/anna": body("anna", true),
            "GET /account/anna/usage": {"date": null, "emailCount": null, "quota": null},
            "GET /task/account": [71],
            "GET /task/account/71": {"id": 71, "action": "changePassword", "name": "anna", "domain": "mydomain.ovh"},
            "GET /task/account?name=anna": [71],
            "GET /task/account?name=john": [],
        }),
    );
    let api = server.open().await;
    let accounts = api.accounts(&plan()).await.expect("accounts");
    assert_eq!(accounts.len(), 2, "the one that vanished meanwhile is left out");
    let (john, anna) = (&accounts[0], &accounts[1]);
    assert_eq!((john.used, john.quota), (Some(ByteSize(2_143_289_344)), Some(ByteSize(5_000_000_000))));
    assert_eq!((john.state, john.operation, john.is_blocked), (ObjectState::Ok, None, false));
    assert_eq!((anna.state, anna.operation, anna.is_blocked, anna.used), (ObjectState::Busy, Some(OperationId(71)), true, None));
    for account in &accounts {
        assert_eq!(api.account(&plan(), &account.address).await.expect("read").as_ref(), Some(account));
    }
    assert_eq!(api.account(&plan(), &address("john@example.org")).await, Ok(None), "another domain is another service");
    assert_eq!(api.operation(&plan(), OperationId(71)).await, Ok(Some(ObjectState::Busy)), "there is no status");
    assert_eq!(api.operation(&plan(), OperationId(70)).await, Ok(None));
}

#[tokio::test]
async fn accounts_are_made_and_deleted_and_never_renamed() {
    let server = Server::start().await;
    let task = json!({"id": 72, "action": "addAccount", "name": "john", "domain": "mydomain.ovh"});
    server.answers(
        BASE,
        json!({"GET ": plan_body(), "POST /account": task, "DELETE /account/john": task, "POST /account/john/changePassword": task}),
    );
    let api = server.open().await;
    let john = address("john@mydomain.ovh");
    let request = NewAccount {
        address: john.clone(),
        password: Secret::new("Pass-word.9"),
        display_name: Some("John Smith".to_owned()),
        first_name: None,
        last_name: None,
        holds: ByteSize(0),
    };
    assert_eq!(api.create_account(&plan(), &request).await, Ok(OperationId(72)));
    assert_eq!(
        server.body_of(&format!("POST {BASE}/account")),
        json!({"accountName": "john", "password": "Pass-word.9", "description": "John Smith", "size": 5_000_000_000_i64})
    );
    assert_eq!(api.change_password(&plan(), &john, &Secret::new("Other.9!!")).await, Ok(OperationId(72)));
    assert_eq!(api.reset_account(&plan(), &john).await, Ok(OperationId(72)));
    let refused = api.rename_account(&plan(), &john, &address("john01@mydomain.ovh")).await;
    assert!(matches!(&refused, Err(ApiError::Refused { message, .. }) if message.contains("read-only")), "{refused:?}");
    let seat = SeatRequest { seat: john.clone(), address: john, display_name: None, first_name: None, last_name: None };
    assert!(matches!(api.configure_seat(&plan(), &seat).await, Err(ApiError::Refused { .. })));
}

#[tokio::test]
async fn the_domain_is_the_service_and_says_what_it_expects() {
    let server = Server::start().await;
    let record = |field_type: &str, name: Option<&str>, target: &str| json!({"fieldType": field_type, "subDomain": name, "target": target});
    server.answers(
        BASE,
        json!({
            "GET ": plan_body(),
            "GET /recommendedDNSRecords": [
                record("MX", Some(""), "1 mx0.mail.ovh.net."),
                record("MX", None, "5 mx1.mail.ovh.net."),
                record("TXT", None, "\"v=spf1 include:mx.ovh.com ~all\""),
                record("CNAME", Some("imap"), "ssl0.ovh.net."),
            ],
        }),
    );
    let api = server.open().await;
    let found = api.domain(&plan(), &domain()).await.expect("read").expect("it is the service");
    assert_eq!(found.expected_mx, ["IN MX 1 mx0.mail.ovh.net.", "IN MX 5 mx1.mail.ovh.net."]);
    assert_eq!(found.expected_spf.as_deref(), Some("IN TXT v=spf1 include:mx.ovh.com ~all"));
    assert!(found.is_mx_valid && !found.is_spf_valid && found.is_validated && found.dkim.is_empty());
    assert_eq!(api.domain(&plan(), &"example.com".parse().expect("a domain")).await, Ok(None));
    assert_eq!(api.set_domain_type(&plan(), &domain(), DomainType::Authoritative).await, Ok(()), "there are no types");
}

#[tokio::test]
async fn the_platforms_own_migration_is_followed_step_by_step() {
    let server = Server::start().await;
    let way = "/account/john/migrate/emailpro-zz1-1/destinationEmailAddress";
    let seat = "zz1-3k5d9@configureme.me";
    server.answers(
        BASE,
        json!({
            "GET /account/john/migrate?type=EMAIL%20PRO": ["emailpro-zz1-1"],
            "GET /account/john/migrate?type=HOSTED%20EXCHANGE": ["hosted-zz9-9"],
            (format!("GET {way}")): [seat],
            (format!("GET {way}/{seat}/checkMigrate")): {"alias": [], "filter": ["vacations"], "forward": null,
                "error": [{"code": "FORWARD_EXIST", "details": "john@mydomain.ovh"}], "warning": [{"code": "FILTER_EXIST", "details": null}]},
            (format!("POST {way}/{seat}/migrate")): {"id": 90, "action": "migration", "name": "john"},
        }),
    );
    let api = server.open().await;
    let (john, free) = (address("john@mydomain.ovh"), address(seat));
    assert_eq!(api.migration_seats(&plan(), &john, &pro()).await, Ok(vec![free.clone()]));
    assert_eq!(api.migration_seats(&plan(), &john, &hosted()).await, Ok(vec![]), "not offered to this service");
    assert_eq!(api.migration_seats(&pro(), &john, &hosted()).await, Ok(vec![]), "not offered from there");
    let check = api.check_migration(&plan(), &john, &pro(), &free).await.expect("a success full of errors");
    let finding = MigrationFinding { code: "FORWARD_EXIST".to_owned(), details: Some("john@mydomain.ovh".to_owned()) };
    assert_eq!((&check.errors, check.is_possible(), check.may_pass()), (&vec![finding], false, false));
    assert_eq!((check.warnings.len(), check.filters, check.forwards.len()), (1, vec!["vacations".to_owned()], 0));
    let password = Secret::new("source-Pass9");
    assert_eq!(api.migrate_account(&plan(), &john, &pro(), &free, &password).await, Ok(OperationId(90)));
    assert_eq!(server.body_of(&format!("POST {BASE}{way}/{seat}/migrate")), json!({"password": "source-Pass9"}));
    server.on(&format!("POST {BASE}{way}/{seat}/migrate"), 400, json!({"message": "Invalid password source-Pass9"}));
    let refused = api.migrate_account(&plan(), &john, &pro(), &free, &password).await.expect_err("refused");
    assert!(matches!(&refused, ApiError::PasswordRefused { message, .. } if !message.contains("Pass9")), "{refused}");
    let zimbra = service(Platform::Zimbra, "p1");
    assert!(matches!(api.migrate_account(&plan(), &john, &zimbra, &free, &password).await, Err(ApiError::Refused { .. })));
}
