//! Services, accounts, domains and zones.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use super::server::{Canned, Server, account_body, address, domain, hosted, pro};
use crate::domain::{ByteSize, DkimState, DomainType, ObjectState, OperationId, Secret, ZoneRecord};
use crate::ports::SeatRequest;

#[tokio::test]
async fn services_of_both_platforms_are_found() {
    let server = Server::start().await;
    let exchange = "/1.0/email/exchange/org-zz1/service/hosted-zz1-1";
    server.on("GET /1.0/email/exchange", 200, json!(["org-zz1"]));
    server.on("GET /1.0/email/exchange/org-zz1/service", 200, json!(["hosted-zz1-1"]));
    server.on(
        &format!("GET {exchange}"),
        200,
        json!({"displayName": "Office", "hostname": null, "webUrl": "https://EX3.mail.ovh.net/owa", "state": "ok", "maxReceiveSize": 100,
            "minPasswordLength": 9, "offer": "hosted"}),
    );
    server.on(&format!("GET {exchange}/account"), 200, json!(["john@mydomain.ovh", "zz1-3k5d9@configureme.me"]));
    server.on(&format!("GET {exchange}/account/zz1-3k5d9@configureme.me"), 200, account_body("zz1-3k5d9@configureme.me"));
    server.on(&format!("GET {exchange}/domain"), 200, json!(["mydomain.ovh"]));
    server.on(&format!("GET {exchange}/protocol"), 200, json!({"IMAP": false, "POP": true}));
    server.on("GET /1.0/email/pro", 200, json!(["emailpro-zz1-1", "emailpro-zz1-2"]));
    server.on("GET /1.0/email/pro/emailpro-zz1-1", 200, json!({"hostname": "pro1.mail.ovh.net", "state": "inMaintenance"}));
    server.on("GET /1.0/email/pro/emailpro-zz1-1/account", 200, json!([]));
    server.on("GET /1.0/email/pro/emailpro-zz1-1/domain", 200, json!([]));
    server.on("GET /1.0/email/pro/emailpro-zz1-2", 460, json!({"message": "This service is expired"}));

    let services = server.open().await.services().await.expect("services");
    server.calls();
    assert_eq!(services.iter().map(|s| s.id.clone()).collect::<Vec<_>>()[..2], [hosted(), pro()]);
    let office = &services[0];
    assert_eq!((office.hostname.as_str(), office.display_name.as_deref()), ("ex3.mail.ovh.net", Some("Office")));
    assert_eq!((office.accounts, office.free_seats, office.is_imap_enabled), (1, 1, false));
    assert_eq!((office.account_quota, office.largest_message), (Some(ByteSize(10 << 30)), Some(ByteSize(100 << 20))));
    assert_eq!((office.password.shortest, &office.domains), (Some(9), &vec![domain()]));
    assert_eq!((services[1].state, services[1].is_imap_enabled), (ObjectState::Busy, true));
    assert_eq!(services[2].state, ObjectState::Unusable, "an expired service does not hide the others");
}

#[tokio::test]
async fn accounts_are_read_four_at_a_time_with_the_right_units() {
    let server = Server::start().await;
    let base = "/1.0/email/pro/emailpro-zz1-1/account";
    let addresses: Vec<String> = (0..20).map(|n| format!("user{n}+x@mydomain.ovh")).collect();
    server.on(&format!("GET {base}"), 200, json!(addresses));
    for address in &addresses[1..] {
        let path = address.replace('+', "%2B");
        let delay = Duration::from_millis(20);
        let body = account_body(address).to_string();
        server.on_with(&format!("GET {base}/{path}"), Canned { status: 200, body, headers: Vec::new(), delay });
        server.on(&format!("GET {base}/{path}/alias"), 200, json!(["info@mydomain.ovh"]));
    }
    let accounts = server.open().await.accounts(&pro()).await.expect("accounts");
    server.calls();
    assert_eq!(accounts.len(), 19, "the one that vanished meanwhile is left out");
    assert_eq!(accounts[0].address, address("user1+x@mydomain.ovh"), "in the order of the API");
    assert_eq!(server.script.most_at_once.load(Ordering::SeqCst), 4);
    let first = &accounts[0];
    assert_eq!((first.used, first.quota), (Some(ByteSize(812_340 * 1024)), Some(ByteSize(10 << 30))));
    assert_eq!((first.aliases, first.operation, first.first_name.as_deref()), (1, None, None));
    assert!(first.is_configured);
}

#[tokio::test]
async fn an_account_at_work_names_its_operation() {
    let server = Server::start().await;
    let path = "GET /1.0/email/exchange/org-zz1/service/hosted-zz1-1/account/john@mydomain.ovh";
    let mut body = account_body("john@mydomain.ovh");
    body["taskPendingId"] = json!(77);
    body["numberOfAliases"] = json!(3);
    body["state"] = json!("internalMigration");
    body["currentUsage"] = json!(null);
    server.on(path, 200, body);
    let api = server.open().await;
    let account = api.account(&hosted(), &address("John@mydomain.ovh")).await.expect("read").expect("there");
    assert_eq!((account.operation, account.state, account.aliases), (Some(OperationId(77)), ObjectState::Busy, 3));
    assert_eq!(account.used, None, "null until the first statistics run");
    assert_eq!(api.account(&hosted(), &address("nobody@mydomain.ovh")).await, Ok(None));
}

#[tokio::test]
async fn renaming_and_configuring_are_puts_that_answer_nothing() {
    let server = Server::start().await;
    let base = "/1.0/email/pro/emailpro-zz1-1/account";
    server.on(&format!("PUT {base}/john@mydomain.ovh"), 200, json!(null));
    server.on_with(
        &format!("PUT {base}/zz1-3k5d9@configureme.me"),
        Canned { status: 204, body: String::new(), headers: Vec::new(), delay: Duration::ZERO },
    );
    let api = server.open().await;
    api.rename_account(&pro(), &address("john@mydomain.ovh"), &address("john01@mydomain.ovh")).await.expect("accepted");
    assert_eq!(server.body_of(&format!("PUT {base}/john@mydomain.ovh")), json!({"login": "john01", "domain": "mydomain.ovh"}));
    let request = SeatRequest {
        seat: address("zz1-3k5d9@configureme.me"),
        address: address("john@mydomain.ovh"),
        display_name: Some("Jöhn".to_owned()),
        first_name: None,
        last_name: Some("Smith".to_owned()),
    };
    api.configure_seat(&pro(), &request).await.expect("accepted");
    assert_eq!(
        server.body_of(&format!("PUT {base}/zz1-3k5d9@configureme.me")),
        json!({"login": "john", "domain": "mydomain.ovh", "displayName": "Jöhn", "lastName": "Smith"})
    );
}

#[tokio::test]
async fn operations_are_followed_until_they_are_forgotten() {
    let server = Server::start().await;
    let base = "/1.0/email/pro/emailpro-zz1-1";
    server.on(&format!("POST {base}/account/john@mydomain.ovh/changePassword"), 200, json!({"id": 5, "status": "todo"}));
    server.on(&format!("DELETE {base}/account/john@mydomain.ovh"), 200, json!(null));
    for (id, status) in [(5, "doing"), (6, "done"), (7, "error"), (8, "cancelled")] {
        server.on(&format!("GET {base}/task/{id}"), 200, json!({"id": id, "status": status, "function": "setAccount"}));
    }
    let api = server.open().await;
    let john = address("john@mydomain.ovh");
    assert_eq!(api.change_password(&pro(), &john, &Secret::new("p\"w+1")).await, Ok(OperationId(5)));
    assert_eq!(server.body_of(&format!("POST {base}/account/john@mydomain.ovh/changePassword")), json!({"password": "p\"w+1"}));
    assert_eq!(api.reset_account(&pro(), &john).await, Ok(OperationId(0)), "an act may answer null");
    for (id, state) in [
        (0, None),
        (4, None),
        (5, Some(ObjectState::Busy)),
        (6, Some(ObjectState::Ok)),
        (7, Some(ObjectState::Unusable)),
        (8, Some(ObjectState::Unusable)),
    ] {
        assert_eq!(api.operation(&pro(), OperationId(id)).await, Ok(state), "{id}");
    }
}

#[tokio::test]
async fn a_domain_is_attached_without_touching_its_dns() {
    let server = Server::start().await;
    let base = "/1.0/email/pro/emailpro-zz1-1/domain";
    server.on(&format!("POST {base}"), 200, json!({"id": 9, "status": "todo"}));
    let api = server.open().await;
    assert_eq!(api.domain(&pro(), &domain()).await, Ok(None));
    api.attach_domain(&pro(), &domain(), DomainType::NonAuthoritative).await.expect("accepted");
    assert_eq!(
        server.body_of(&format!("POST {base}")),
        json!({"name": "mydomain.ovh", "type": "nonAuthoritative", "mxRelay": "mx1.mail.ovh.net", "configureMx": false,
            "configureAutodiscover": false, "configureSPF": false, "configureDKIM": false, "autoEnableDKIM": false})
    );
    api.attach_domain(&pro(), &domain(), DomainType::Authoritative).await.expect("accepted");
    assert_eq!(server.body_of(&format!("POST {base}")).get("mxRelay"), None);
    api.detach_domain(&pro(), &domain()).await.expect("none there is fine");
}

#[tokio::test]
async fn a_domain_brings_its_diagnostics_and_selectors() {
    let server = Server::start().await;
    let base = "GET /1.0/email/exchange/org-zz1/service/hosted-zz1-1/domain/mydomain.ovh";
    server.on(
        base,
        200,
        json!({"name": "mydomain.ovh", "type": "nonAuthoritative", "state": "ok", "taskPendingId": 12, "domainValidated": true,
            "cnameToCheck": null, "mxIsValid": true, "srvIsValid": false, "spfIsValid": true, "expectedMX": ["IN MX 1 mx0.mail.ovh.net."],
            "expectedAutodiscoverSRV": "_autodiscover._tcp IN SRV 0 0 443 ex3.mail.ovh.net.",
            "expectedSPF": "IN TXT v=spf1 include:mx.ovh.com ~all", "dkimDiagnostics": {"state": "toConfigure"}}),
    );
    server.on(&format!("{base}/dkim"), 200, json!(["ovhex1-selector1", "ovhex1-selector2"]));
    server.on(
        &format!("{base}/dkim/ovhex1-selector1"),
        200,
        json!({"selectorName": "ovhex1-selector1", "customerRecord": "ovhex1-selector1._domainkey.mydomain.ovh.",
            "targetRecord": "ovhex1-selector1._domainkey.1234.ab.dkim.mail.ovh.net.", "cnameIsValid": false, "status": "waitingRecord"}),
    );
    server.on(
        &format!("{base}/dkim/ovhex1-selector2"),
        200,
        json!({"customerRecord": "ovhex1-selector2._domainkey", "targetRecord": null, "cnameIsValid": false, "status": "todo"}),
    );
    let found = server.open().await.domain(&hosted(), &domain()).await.expect("read").expect("attached");
    assert_eq!(found.state, ObjectState::Busy, "a task runs on it");
    assert_eq!(found.expected_mx, ["IN MX 1 mx0.mail.ovh.net."]);
    assert_eq!(found.expected_spf.as_deref(), Some("IN TXT v=spf1 include:mx.ovh.com ~all"));
    assert!(found.expected_srv.is_some_and(|srv| srv.ends_with("ex3.mail.ovh.net.")));
    assert!(found.is_mx_valid && !found.is_srv_valid && found.is_spf_valid && found.is_validated);
    let target = "ovhex1-selector1._domainkey.1234.ab.dkim.mail.ovh.net".to_owned();
    assert_eq!(found.dkim, [DkimState { name: "ovhex1-selector1._domainkey".to_owned(), target, is_valid: false }]);
}

#[tokio::test]
async fn the_zone_is_read_saved_changed_and_published() {
    let server = Server::start().await;
    let base = "/1.0/domain/zone/mydomain.ovh";
    let api = server.open().await;
    assert_eq!(api.zone_records(&domain()).await, Ok(None), "not in this account");
    for (field_type, ids) in [("MX", json!([1])), ("TXT", json!([2, 3])), ("SPF", json!([])), ("DKIM", json!([])), ("DMARC", json!([]))] {
        server.on(&format!("GET {base}/record?fieldType={field_type}"), 200, ids);
    }
    for field_type in ["SRV", "CNAME"] {
        server.on(&format!("GET {base}/record?fieldType={field_type}"), 200, json!([]));
    }
    let mx = json!({"id": 1, "zone": "mydomain.ovh", "subDomain": "", "fieldType": "MX", "target": "1 mx0.mail.ovh.net.", "ttl": 0});
    server.on(&format!("GET {base}/record/1"), 200, mx);
    let txt = json!({"id": 2, "zone": "mydomain.ovh", "subDomain": null, "fieldType": "TXT", "target": "\"v=spf1 ~all\"", "ttl": 60});
    server.on(&format!("GET {base}/record/2"), 200, txt);
    let records = api.zone_records(&domain()).await.expect("read").expect("a zone");
    assert_eq!(records.iter().map(|r| (r.id, r.ttl)).collect::<Vec<_>>(), [(1, 0), (2, 60)], "record 3 vanished meanwhile");

    server.on(&format!("GET {base}/export"), 200, json!("$TTL 3600\n@\tIN SOA dns.ovh.net.\n"));
    assert!(api.zone_export(&domain()).await.expect("exported").starts_with("$TTL 3600\n"));

    server.on(&format!("POST {base}/record"), 200, json!({"id": 10, "zone": "mydomain.ovh"}));
    server.on(&format!("PUT {base}/record/2"), 200, json!(null));
    server.on(&format!("POST {base}/refresh"), 200, json!(null));
    let record = ZoneRecord {
        id: 2,
        field_type: "TXT".to_owned(),
        sub_domain: String::new(),
        target: "\"v=spf1 include:mx.ovh.com ~all\"".to_owned(),
        ttl: 60,
    };
    api.zone_add(&domain(), &record).await.expect("added");
    api.zone_update(&domain(), &record).await.expect("updated");
    api.zone_remove(&domain(), 99).await.expect("none there is fine");
    api.zone_refresh(&domain()).await.expect("published");
    let target = "\"v=spf1 include:mx.ovh.com ~all\"";
    assert_eq!(server.body_of(&format!("POST {base}/record")), json!({"fieldType": "TXT", "subDomain": "", "target": target, "ttl": 60}));
    assert_eq!(server.body_of(&format!("PUT {base}/record/2")), json!({"subDomain": "", "target": target, "ttl": 60}));
    let calls = server.calls();
    assert!(calls.contains(&(format!("POST {base}/refresh"), String::new())), "no body at all");
}
