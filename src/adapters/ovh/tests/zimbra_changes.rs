//! Zimbra: what is changed, with the checksum of what was read, and what is refused.

use serde_json::json;

use super::server::{Server, address};
use super::zimbra::{BASE, account, platform, resource, slot};
use crate::domain::{ByteSize, Feature, FeatureOwner, OperationId, Secret};
use crate::ports::{ApiError, NewAccount};

fn someone(holds: u64) -> NewAccount {
    NewAccount {
        address: address("john@mydomain.ovh"),
        password: Secret::new("Pass-word.9"),
        display_name: Some("John Smith".to_owned()),
        first_name: None,
        last_name: None,
        holds: ByteSize(holds),
    }
}

fn script(server: &Server) {
    server.answers(
        BASE,
        json!({"GET /account?email=john@mydomain.ovh": [account("a1", "john@mydomain.ovh")], "PUT /account/a1": null,
            "DELETE /account/a1": null}),
    );
}

#[tokio::test]
async fn a_change_sends_back_all_that_the_account_shall_be() {
    let server = Server::start().await;
    script(&server);
    let api = server.open().await;
    let john = address("john@mydomain.ovh");
    let put = || server.body_of(&format!("PUT {BASE}/account/a1"));
    api.rename_account(&platform(), &john, &address("john01@mydomain.ovh")).await.expect("accepted");
    assert_eq!(
        put(),
        json!({"checksum": "sum-a1", "targetSpec": {"email": "john01@mydomain.ovh", "displayName": "John Smith", "firstName": "John",
            "description": "boss", "hideInGal": false, "contactInformation": {"city": "Roubaix"}}})
    );
    assert_eq!(api.change_password(&platform(), &john, &Secret::new("Other-Pass9")).await, Ok(OperationId(0)));
    assert_eq!(
        (put()["targetSpec"]["password"].clone(), put()["targetSpec"]["email"].clone()),
        (json!("Other-Pass9"), json!("john@mydomain.ovh"))
    );
    assert_eq!(api.reset_account(&platform(), &john).await, Ok(OperationId(0)));
    assert_eq!(api.operation(&platform(), OperationId(0)).await, Ok(None), "the object is looked at");
    let nobody = address("nobody@mydomain.ovh");
    assert!(matches!(api.rename_account(&platform(), &nobody, &john).await, Err(ApiError::NotFound { .. })));
}

#[tokio::test]
async fn a_stale_checksum_is_read_again_once() {
    let server = Server::start().await;
    script(&server);
    let stale = json!({"class": "Client::PreconditionFailed::InvalidChecksum", "message": "stale"});
    server.on(&format!("PUT {BASE}/account/a1"), 412, stale);
    let error = server.open().await.rename_account(&platform(), &address("john@mydomain.ovh"), &address("j@mydomain.ovh")).await;
    assert!(matches!(error, Err(ApiError::InProgress { .. })), "{error:?}");
    assert_eq!(server.calls().iter().filter(|(call, _)| call.starts_with("PUT ")).count(), 2);
    assert_eq!(server.calls().iter().filter(|(call, _)| call.contains("?email=")).count(), 2, "each after a look");
}

#[tokio::test]
async fn the_smallest_free_slot_that_holds_the_mail_is_taken() {
    let server = Server::start().await;
    let slots = json!([slot("s9", "PRO", None, "OK"), slot("s1", "STARTER", Some("a1"), "OK"), slot("s2", "STARTER", None, "OK")]);
    server.answers(BASE, json!({"GET /slot": slots, "GET /account": [], "POST /account": account("a2", "john@mydomain.ovh")}));
    let api = server.open().await;
    let sent = || server.body_of(&format!("POST {BASE}/account"));
    assert_eq!(api.create_account(&platform(), &someone(1 << 30)).await, Ok(OperationId(0)));
    assert_eq!(
        sent(),
        json!({"targetSpec": {"email": "john@mydomain.ovh", "offer": "STARTER", "slotId": "s2", "password": "Pass-word.9",
            "displayName": "John Smith"}})
    );
    api.create_account(&platform(), &someone(20 << 30)).await.expect("accepted");
    assert_eq!(sent()["targetSpec"]["slotId"], json!("s9"));
    server.on(&format!("GET {BASE}/slot"), 200, json!([slot("s2", "STARTER", None, "OK")]));
    let error = api.create_account(&platform(), &someone(20 << 30)).await.expect_err("too small");
    assert!(matches!(&error, ApiError::NoSeat { message, .. } if message.contains("holds")), "{error}");
    server.on(&format!("GET {BASE}/slot"), 200, json!([]));
    assert!(matches!(api.create_account(&platform(), &someone(0)).await, Err(ApiError::NoSeat { .. })));
}

#[tokio::test]
async fn refusals_have_their_meaning() {
    let server = Server::start().await;
    server.answers(BASE, json!({"GET /slot": [slot("s2", "STARTER", None, "OK")], "GET /account": []}));
    let api = server.open().await;
    let query_id = "EU.ext-7".to_owned();
    let message = "no Pass-word.9".to_owned();
    let said = "no [redacted]".to_owned();
    for (status, class, expected) in [
        (409, "Conflict::AccountEmailAddressAlreadyUsed", ApiError::AddressTaken { query_id: query_id.clone() }),
        (400, "BadRequest::NoSlotAvailable", ApiError::NoSeat { message: said.clone(), query_id: query_id.clone() }),
        (
            400,
            "BadRequest::InvalidPasswordNotMatchingPolicy",
            ApiError::PasswordRefused { message: said.clone(), query_id: query_id.clone() },
        ),
        (400, "BadRequest::DomainNotReady", ApiError::InProgress { message: said.clone(), query_id: query_id.clone() }),
    ] {
        server.on(&format!("POST {BASE}/account"), status, json!({"class": format!("Client::{class}"), "message": message}));
        assert_eq!(api.create_account(&platform(), &someone(0)).await, Err(expected), "{class}");
    }
    assert_eq!(server.calls().iter().filter(|(call, _)| call.starts_with("POST ")).count(), 4, "nothing was repeated");
}

#[tokio::test]
async fn aliases_redirections_and_the_hiding_switch_are_its_features() {
    let server = Server::start().await;
    script(&server);
    let wish = |alias: &str| json!({"alias": alias, "targetId": "a1"});
    let mut alias = resource("x1", json!({"alias": {"name": "info"}, "target": {"id": "a1"}}));
    alias["targetSpec"] = wish("info@mydomain.ovh");
    let redirection = |id: &str, source: &str, destination: &str| resource(id, json!({"source": source, "destination": destination}));
    let leading_here = redirection("r1", "contact@mydomain.ovh", "john@mydomain.ovh");
    let free = redirection("r2", "shop@mydomain.ovh", "shop@example.org");
    let mut hidden = account("a1", "john@mydomain.ovh");
    hidden["currentState"]["hideInGal"] = json!(true);
    server.answers(
        BASE,
        json!({
            "GET /account": [hidden],
            "GET /account?email=john@mydomain.ovh": [hidden],
            "GET /alias?aliasTargetId=a1": [alias],
            "GET /redirection": [leading_here, free],
            "GET /redirection?source=contact@mydomain.ovh": [leading_here],
            "POST /alias": {}, "POST /redirection": {}, "DELETE /alias/x1": null, "DELETE /redirection/r1": null,
        }),
    );
    let api = server.open().await;
    let owner = FeatureOwner::Account(address("john@mydomain.ovh"));
    let whole = FeatureOwner::Domain(super::server::domain());
    let info = Feature::Alias { alias: address("info@mydomain.ovh") };
    let contact = Feature::Redirection { from: address("contact@mydomain.ovh"), to: address("john@mydomain.ovh") };
    let shop = Feature::Redirection { from: address("shop@mydomain.ovh"), to: address("shop@example.org") };
    assert_eq!(api.features(&platform(), &owner).await, Ok(vec![info.clone(), Feature::HiddenFromDirectory, contact.clone()]));
    assert_eq!(api.features(&platform(), &whole).await, Ok(vec![shop]));
    for feature in [&info, &contact, &Feature::HiddenFromDirectory] {
        api.add_feature(&platform(), &owner, feature).await.expect("accepted");
    }
    assert_eq!(server.body_of(&format!("POST {BASE}/alias")), json!({"targetSpec": wish("info@mydomain.ovh")}));
    let ends = json!({"targetSpec": {"source": "contact@mydomain.ovh", "destination": "john@mydomain.ovh"}});
    assert_eq!(server.body_of(&format!("POST {BASE}/redirection")), ends);
    assert_eq!(server.body_of(&format!("PUT {BASE}/account/a1"))["targetSpec"]["hideInGal"], json!(true));
    for feature in [&info, &contact, &Feature::HiddenFromDirectory] {
        api.remove_feature(&platform(), &owner, feature).await.expect("accepted");
    }
    let calls = server.calls();
    let deleted: Vec<&str> = calls.iter().map(|(call, _)| call.as_str()).filter(|call| call.starts_with("DELETE")).collect();
    assert_eq!(deleted, [format!("DELETE {BASE}/alias/x1"), format!("DELETE {BASE}/redirection/r1")]);
    let footer = Feature::Disclaimer { content: "x".to_owned(), is_outside_only: false };
    assert!(matches!(api.add_feature(&platform(), &whole, &footer).await, Err(ApiError::Refused { .. })));
}
