//! Zimbra: platforms, seats, accounts as they are.

use std::time::Duration;

use serde_json::{Value, json};

use super::server::{Canned, Server, address, domain, service};
use crate::domain::{ByteSize, ObjectState, Platform, SeatModel, SeatOffer, ServiceId};

pub(super) const BASE: &str = "/v2/zimbra/platform/p1";

pub(super) fn platform() -> ServiceId {
    service(Platform::Zimbra, "p1")
}

#[expect(clippy::needless_pass_by_value, reason = "the tables read better with json! in place")]
pub(super) fn resource(id: &str, state: Value) -> Value {
    json!({"id": id, "checksum": format!("sum-{id}"), "resourceStatus": "READY", "currentTasks": [], "currentState": state})
}

pub(super) fn account(id: &str, email: &str) -> Value {
    let mut body = resource(
        id,
        json!({"email": email, "displayName": "John Smith", "firstName": "John", "lastName": null, "offer": "STARTER", "organizationId": "o1",
            "slotId": "s1", "quota": {"available": 16_000_000_000_i64, "used": 4_294_967}, "detailedStatus": [], "hideInGal": false,
            "lastConnectionAt": "2025-01-10T11:11:13Z"}),
    );
    body["targetSpec"] = json!({"email": email, "displayName": "John Smith", "firstName": "John", "lastName": null, "hideInGal": false,
        "description": "boss", "contactInformation": {"city": "Roubaix"}});
    body
}

pub(super) fn slot(id: &str, offer: &str, account: Option<&str>, billing: &str) -> Value {
    resource(id, json!({"offer": offer, "billingStatus": billing, "accountId": account, "email": null, "platformId": "p1"}))
}

#[tokio::test]
async fn a_platform_is_read_page_by_page() {
    let server = Server::start().await;
    let named = resource("p1", json!({"name": "zimbra-zz1", "description": "", "numberOfOrganizations": 1, "quota": 0.0}));
    server.on("GET /v2/zimbra/platform", 200, json!([named]));
    let first = json!([slot("s9", "PRO", None, "OK"), slot("s1", "STARTER", Some("a1"), "OK")]).to_string();
    let headers = vec![("X-Pagination-Cursor-Next", "page-2")];
    server.on_with(&format!("GET {BASE}/slot"), Canned { status: 200, body: first, headers, delay: Duration::ZERO });
    server.on(
        &format!("GET {BASE}/slot @page-2"),
        200,
        json!([slot("s2", "STARTER", None, "OK"), slot("s3", "STARTER", None, "SUSPENDED")]),
    );
    server.answers(
        BASE,
        json!({
            "GET /account": [account("a1", "john@mydomain.ovh")],
            "GET /domain": [resource("d1", json!({"name": "mydomain.ovh", "organizationId": "o1"}))],
        }),
    );
    let services = server.open().await.services().await.expect("services");
    server.calls();
    let [found] = services.as_slice() else { panic!("{services:?}") };
    assert_eq!((&found.id, found.display_name.as_deref(), found.seats), (&platform(), Some("zimbra-zz1"), SeatModel::Slots));
    assert_eq!((found.accounts, found.free_seats, found.state), (1, 2, ObjectState::Ok));
    let offer = |name: &str, quota| SeatOffer { name: name.to_owned(), free: 1, quota };
    let shown = Some(ByteSize(16_004_294_967));
    assert_eq!(found.offers, [offer("STARTER", shown), offer("PRO", None)], "smallest first, as large as an account shows it");
    assert_eq!((found.hostname.as_str(), &found.domains), ("imap.mail.ovh.net", &vec![domain()]));
    assert_eq!((found.password.shortest, found.password.longest, found.password.needs_special), (Some(10), Some(64), true));
}

#[tokio::test]
async fn an_account_is_found_by_the_address_that_it_has_now() {
    let server = Server::start().await;
    let mut renamed = account("a1", "john@mydomain.ovh");
    renamed["targetSpec"]["email"] = json!("john01@mydomain.ovh");
    renamed["resourceStatus"] = json!("UPDATING");
    server.answers(
        BASE,
        json!({
            "GET /account": [renamed, account("a2", "anna@mydomain.ovh")],
            "GET /account?email=john@mydomain.ovh": [renamed],
            "GET /account?email=john01@mydomain.ovh": [renamed],
            "GET /alias": [resource("x1", json!({"alias": {"name": "info"}, "target": {"id": "a1"}}))],
            "GET /alias?aliasTargetId=a1": [resource("x1", json!({"alias": {"name": "info"}, "target": {"id": "a1"}}))],
        }),
    );
    let api = server.open().await;
    let john = api.account(&platform(), &address("john@mydomain.ovh")).await.expect("read").expect("there");
    assert_eq!((john.state, john.aliases, john.operation, john.is_blocked), (ObjectState::Busy, 1, None, false));
    assert_eq!((john.used, john.quota), (Some(ByteSize(4_294_967)), Some(ByteSize(16_004_294_967))));
    assert_eq!(john.last_logon.as_deref(), Some("2025-01-10T11:11:13Z"));
    assert_eq!(api.account(&platform(), &address("john01@mydomain.ovh")).await, Ok(None), "it will be, it is not");
    let all = api.accounts(&platform()).await.expect("accounts");
    assert_eq!(all.iter().map(|a| a.aliases).collect::<Vec<_>>(), [1, 0]);
    server.calls();
}

#[tokio::test]
async fn states_and_both_spellings_of_the_quota_are_understood() {
    let server = Server::start().await;
    let task = |status: &str| json!([{"id": "t1", "type": "x", "link": "", "status": status, "errors": [{"message": "no space"}]}]);
    let cases = [
        ("READY", json!([]), ObjectState::Ok),
        ("READY", task("RUNNING"), ObjectState::Busy),
        ("OUT_OF_SYNC", json!([]), ObjectState::Busy),
        ("OUT_OF_SYNC", task("ERROR"), ObjectState::Unusable),
        ("CREATING", json!(null), ObjectState::Busy),
        ("SOMETHING_NEW", json!([]), ObjectState::Busy),
        ("ERROR", task("ERROR"), ObjectState::Unusable),
        ("SUSPENDED", json!([]), ObjectState::Unusable),
    ];
    server.on(&format!("GET {BASE}/alias?aliasTargetId=a1"), 200, json!([]));
    let api = server.open().await;
    for (status, tasks, expected) in cases {
        let mut body = account("a1", "john@mydomain.ovh");
        body["resourceStatus"] = json!(status);
        body["currentTasks"] = tasks;
        body["currentState"]["quota"] = json!({"maximum": 15_000, "used": 0});
        body["currentState"]["detailedStatus"] = json!([{"status": "BLOCKEDFORSPAM", "details": "x", "link": null}]);
        server.on(&format!("GET {BASE}/account?email=john@mydomain.ovh"), 200, json!([body]));
        let found = api.account(&platform(), &address("john@mydomain.ovh")).await.expect("read").expect("there");
        assert_eq!((found.state, found.quota, found.used), (expected, Some(ByteSize(15_000)), Some(ByteSize(0))), "{status}");
        assert!(found.is_blocked);
    }
    let mut new = account("a1", "john@mydomain.ovh");
    (new["currentState"], new["resourceStatus"]) = (json!(null), json!("CREATING"));
    server.on(&format!("GET {BASE}/account?email=john@mydomain.ovh"), 200, json!([new]));
    let found = api.account(&platform(), &address("john@mydomain.ovh")).await.expect("read").expect("it is being made");
    assert_eq!(found.state, ObjectState::Busy);
}
