//! Features of accounts and domains on Exchange and its kin: numbers inside, addresses outside.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::server::{Server, account_body, address, domain, hosted, pro, service};
use crate::domain::{Feature, FeatureOwner, Platform, Right};
use crate::ports::{ApiError, PlatformApi};

const BASE: &str = "/1.0/email/exchange/org-zz1/service/hosted-zz1-1";
const JOHN: &str = "/account/john@mydomain.ovh";

fn john() -> FeatureOwner {
    FeatureOwner::Account(address("john@mydomain.ovh"))
}

fn whole() -> FeatureOwner {
    FeatureOwner::Domain(domain())
}

fn delegation(right: Right) -> Feature {
    Feature::Delegation { right, account: address("anna@mydomain.ovh") }
}

fn junk(value: bool) -> Feature {
    Feature::SpamSettings { settings: BTreeMap::from([("spamAndVirusConfiguration.putInJunk".to_owned(), value.to_string())]) }
}

fn spam(in_junk: bool) -> Value {
    json!({"checkDKIM": true, "checkSPF": true, "deleteSpam": false, "deleteVirus": true, "putInJunk": in_junk, "tagSpam": true,
        "tagVirus": true})
}

fn account() -> Value {
    let mut body = account_body("john@mydomain.ovh");
    body["id"] = json!(5);
    body["hiddenFromGAL"] = json!(true);
    body["forwardingEmail"] = json!("john@example.org");
    body["storeCopyOfEmail"] = json!(true);
    body["mailingFilter"] = json!(["vaderetro"]);
    body["spamAndVirusConfiguration"] = spam(false);
    body
}

async fn add(api: &dyn PlatformApi, features: &[Feature]) {
    for feature in features {
        api.add_feature(&hosted(), &john(), feature).await.expect("accepted");
    }
}

#[tokio::test]
async fn what_belongs_to_an_account_is_told_in_addresses_and_in_order() {
    let server = Server::start().await;
    server.answers(
        BASE,
        json!({
            "GET ": {"state": "ok", "spamAndVirusConfiguration": spam(true)},
            (format!("GET {JOHN}")): account(),
            (format!("GET {JOHN}/alias")): ["info@mydomain.ovh", "sales@mydomain.ovh"],
            (format!("GET {JOHN}/fullAccess")): [7, 9],
            (format!("GET {JOHN}/sendAs")): [7],
            "GET /account?id=7": ["anna@mydomain.ovh"],
            "GET /account?id=9": [],
        }),
    );
    let found = server.open().await.features(&hosted(), &john()).await.expect("features");
    server.calls();
    let expected = [
        Feature::Alias { alias: address("info@mydomain.ovh") },
        Feature::Alias { alias: address("sales@mydomain.ovh") },
        delegation(Right::FullAccess),
        delegation(Right::SendAs),
        Feature::HiddenFromDirectory,
        Feature::Forwarding { to: address("john@example.org"), keeps_copy: true },
        junk(false),
    ];
    assert_eq!(found, expected, "the account with number 9 is gone");
}

#[tokio::test]
async fn adding_translates_addresses_and_spells_each_field_as_its_route() {
    let server = Server::start().await;
    let task = json!({"id": 1, "status": "todo"});
    let mut anna = account_body("anna@mydomain.ovh");
    anna["id"] = json!(7);
    server.answers(
        BASE,
        json!({
            (format!("GET {JOHN}")): account(),
            (format!("PUT {JOHN}")): null,
            "GET /account/anna@mydomain.ovh": anna,
            (format!("POST {JOHN}/alias")): task,
            (format!("POST {JOHN}/fullAccess")): task,
            (format!("POST {JOHN}/sendAs")): task,
            (format!("POST {JOHN}/sendOnBehalfTo")): task,
        }),
    );
    let api = server.open().await;
    let rights = [Right::FullAccess, Right::SendAs, Right::SendOnBehalf].map(delegation);
    add(&*api, &rights).await;
    add(&*api, &[Feature::Alias { alias: address("info@mydomain.ovh") }]).await;
    let sent = |path: &str| server.body_of(&format!("POST {BASE}{JOHN}/{path}"));
    assert_eq!(sent("alias"), json!({"alias": "info@mydomain.ovh"}));
    assert_eq!(sent("fullAccess"), json!({"allowedAccountId": 7}));
    assert_eq!(sent("sendAs"), json!({"allowAccountId": 7}));
    assert_eq!(sent("sendOnBehalfTo"), json!({"allowAccountId": 7}));
    let put = || server.body_of(&format!("PUT {BASE}{JOHN}"));
    add(&*api, &[Feature::HiddenFromDirectory]).await;
    assert_eq!(put(), json!({"hiddenFromGAL": true}));
    add(&*api, &[Feature::Forwarding { to: address("copy@example.org"), keeps_copy: false }]).await;
    assert_eq!(put(), json!({"forwardingEmail": "copy@example.org", "storeCopyOfEmail": false}));
    add(&*api, &[junk(true)]).await;
    assert_eq!(put(), json!({"spamAndVirusConfiguration": spam(true)}), "the others stay as they are");
    let stranger = Feature::Delegation { right: Right::SendAs, account: address("nobody@mydomain.ovh") };
    assert!(matches!(api.add_feature(&hosted(), &john(), &stranger).await, Err(ApiError::NotFound { .. })));
}

#[tokio::test]
async fn removing_takes_away_what_is_there_and_nothing_else() {
    let server = Server::start().await;
    server.answers(
        BASE,
        json!({
            "GET ": {"state": "ok", "spamAndVirusConfiguration": spam(true)},
            (format!("GET {JOHN}")): account(),
            (format!("PUT {JOHN}")): null,
            (format!("DELETE {JOHN}/alias/info@mydomain.ovh")): {"id": 1, "status": "todo"},
        }),
    );
    let api = server.open().await;
    let remove = async |feature: &Feature| api.remove_feature(&hosted(), &john(), feature).await.expect("fine");
    let put = || server.body_of(&format!("PUT {BASE}{JOHN}"));
    remove(&Feature::Alias { alias: address("info@mydomain.ovh") }).await;
    remove(&Feature::Alias { alias: address("none@mydomain.ovh") }).await;
    remove(&delegation(Right::FullAccess)).await;
    remove(&Feature::Forwarding { to: address("another@example.org"), keeps_copy: true }).await;
    assert!(!server.calls().iter().any(|(call, _)| call.starts_with("PUT")), "it forwards to somebody else");
    remove(&Feature::Forwarding { to: address("john@example.org"), keeps_copy: true }).await;
    assert_eq!(put(), json!({"forwardingEmail": null, "storeCopyOfEmail": false}));
    remove(&junk(false)).await;
    assert_eq!(put(), json!({"spamAndVirusConfiguration": spam(true)}), "as the service has it");
    remove(&Feature::HiddenFromDirectory).await;
    assert_eq!(put(), json!({"hiddenFromGAL": false}));
}

#[tokio::test]
async fn contacts_and_footers_belong_to_the_domain() {
    let server = Server::start().await;
    let base = "/1.0/email/pro/emailpro-zz1-1";
    let footer = "/domain/mydomain.ovh/disclaimer";
    let task = json!({"id": 1, "status": "todo"});
    server.answers(
        base,
        json!({
            "GET /externalContact": ["bob@example.org"],
            "GET /externalContact/bob@example.org": {"externalEmailAddress": "bob@example.org", "displayName": "Bob", "firstName": null,
                "lastName": "", "initials": null, "hiddenFromGAL": false, "id": 3},
            "POST /externalContact": task,
            (format!("POST {footer}")): task,
            (format!("PUT {footer}")): null,
        }),
    );
    let api = server.open().await;
    let contact = Feature::Contact {
        address: address("bob@example.org"),
        display_name: Some("Bob".to_owned()),
        first_name: None,
        last_name: None,
        initials: None,
        is_hidden: false,
    };
    let disclaimer = Feature::Disclaimer { content: "<p>Yours</p>".to_owned(), is_outside_only: true };
    assert_eq!(api.features(&pro(), &whole()).await, Ok(vec![contact.clone()]));
    for feature in [&contact, &disclaimer] {
        api.add_feature(&pro(), &whole(), feature).await.expect("accepted");
    }
    let sent = |call: &str, path: &str| server.body_of(&format!("{call} {base}{path}"));
    assert_eq!(
        sent("POST", "/externalContact"),
        json!({"externalEmailAddress": "bob@example.org", "displayName": "Bob", "hiddenFromGAL": false})
    );
    assert_eq!(sent("POST", footer), json!({"content": "<p>Yours</p>", "outsideOnly": true}));
    server.on(&format!("GET {base}{footer}"), 200, json!({"content": "<p>Old</p>", "outsideOnly": false, "name": "mydomain.ovh"}));
    assert_eq!(api.features(&pro(), &whole()).await.expect("features").len(), 2);
    api.add_feature(&pro(), &whole(), &disclaimer).await.expect("accepted");
    assert_eq!(sent("PUT", footer), json!({"content": "<p>Yours</p>", "outsideOnly": true}), "there is one already");
    api.remove_feature(&pro(), &whole(), &disclaimer).await.expect("none there is fine");
    api.remove_feature(&pro(), &whole(), &contact).await.expect("none there is fine");
}

#[tokio::test]
async fn what_a_platform_cannot_hold_is_refused_before_anything_is_sent() {
    let server = Server::start().await;
    let api = server.open().await;
    let forwarding = Feature::Forwarding { to: address("john@example.org"), keeps_copy: true };
    let redirection = Feature::Redirection { from: address("a@mydomain.ovh"), to: address("john@mydomain.ovh") };
    let group = Feature::GroupAlias { group: address("all@mydomain.ovh"), alias: address("team@mydomain.ovh") };
    let other = Feature::Other { kind: "sharedAccount".to_owned(), name: "x@mydomain.ovh".to_owned() };
    for (id, owner, feature) in [
        (pro(), john(), &forwarding),
        (pro(), whole(), &group),
        (hosted(), john(), &redirection),
        (hosted(), whole(), &other),
        (hosted(), whole(), &delegation(Right::SendAs)),
        (service(Platform::MxPlan, "mxplan-zz1-1"), john(), &forwarding),
    ] {
        let refused = api.add_feature(&id, &owner, feature).await;
        assert!(matches!(refused, Err(ApiError::Refused { .. })), "{id} {feature:?}: {refused:?}");
    }
    assert_eq!(server.calls().len(), 1, "the time was asked");
}
