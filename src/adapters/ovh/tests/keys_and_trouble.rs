//! Keys, refusals, silence.

use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;

use super::super::{OvhGate, OvhOptions};
use super::server::{Canned, Server, address, endpoint, keys, pro};
use crate::adapters::Trust;
use crate::domain::{AccessRule, CredentialStatus, Secret};
use crate::ports::{ApiError, PlatformGate};

#[tokio::test]
async fn a_consumer_key_is_asked_for_by_the_application_alone() {
    let server = Server::start().await;
    server.on(
        "POST /1.0/auth/credential",
        200,
        json!({"validationUrl": "https://eu.api.ovh.com/auth/?credentialToken=t", "consumerKey": "ck", "state": "pendingValidation"}),
    );
    let keys = keys().with_consumer_key(None);
    let rules = [AccessRule { method: "GET".to_owned(), path: "/email/pro/*".to_owned() }];
    let asked = server.gate().request_consumer_key(&endpoint(), &keys, &rules).await.expect("asked");
    assert_eq!((asked.validation_url.contains("credentialToken"), asked.consumer_key.expose()), (true, "ck"));
    assert_eq!(server.body_of("POST /1.0/auth/credential"), json!({"accessRules": [{"method": "GET", "path": "/email/pro/*"}]}));
    assert!(!format!("{asked:?}").contains("\"ck\""));

    let api = server.gate().open(&endpoint(), &keys).await.expect("opened without a consumer key");
    assert!(matches!(api.credential().await, Err(ApiError::KeysRefused { .. })));
}

#[tokio::test]
async fn the_credential_tells_rights_and_expiry_until_it_is_revoked() {
    let server = Server::start().await;
    let call = "GET /1.0/auth/currentCredential";
    let body = json!({"status": "validated", "rules": [{"method": "GET", "path": "/*"}], "expiration": "2026-12-01T00:00:00+01:00"});
    server.on(call, 200, body);
    let api = server.open().await;
    let credential = api.credential().await.expect("read");
    assert_eq!((credential.status, credential.rules.len()), (CredentialStatus::Validated, 1));
    server.on(call, 403, json!({"errorCode": "INVALID_CREDENTIAL", "message": "This credential is not valid"}));
    assert_eq!(api.credential().await, Err(ApiError::KeyExpired { query_id: "EU.ext-7".to_owned() }));
    let fresh = server.open().await;
    assert!(matches!(fresh.credential().await, Err(ApiError::KeysRefused { .. })), "a key that never worked is not validated yet");
}

#[tokio::test]
async fn refusals_carry_their_query_id_and_never_a_secret() {
    let server = Server::start().await;
    let call = "POST /1.0/email/pro/emailpro-zz1-1/account/john@mydomain.ovh/changePassword";
    let john = address("john@mydomain.ovh");
    let api = server.open().await;
    server.on(call, 400, json!({"message": "password hunter2 too short for consumer-C4 and app-secret-S3"}));
    let error = api.change_password(&pro(), &john, &Secret::new("hunter2")).await.expect_err("refused");
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("EU.ext-7") && shown.contains("too short"), "{shown}");
    for secret in ["hunter2", "consumer-C4", "app-secret-S3"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let busy = Canned { status: 429, body: String::new(), headers: vec![("Retry-After", "11")], delay: Duration::ZERO };
    server.on_with(call, busy);
    let error = api.change_password(&pro(), &john, &Secret::new("x")).await.expect_err("busy");
    assert_eq!(error, ApiError::TooMany { wait_millis: 11_000, query_id: "EU.ext-7".to_owned() });
    server.on(call, 200, json!("nonsense-consumer-C4"));
    let error = api.change_password(&pro(), &john, &Secret::new("x")).await.expect_err("not a task");
    assert!(matches!(&error, ApiError::NotUnderstood { message, .. } if !message.contains("nonsense")), "{error}");
    assert_eq!(server.calls().iter().filter(|(c, _)| c == call).count(), 3, "nothing was repeated");
}

#[tokio::test]
async fn silence_and_closed_doors_are_unreachable() {
    let server = Server::start().await;
    let slow = Canned { status: 200, body: "1".to_owned(), headers: Vec::new(), delay: Duration::from_mins(1) };
    server.on_with("GET /1.0/auth/time", slow);
    let gate = OvhGate::new(OvhOptions { timeout: Duration::from_millis(200), ..OvhOptions::default() });
    let here = format!("http://{}/1.0", server.address).parse().expect("an end point");
    let error = gate.open(&here, &keys()).await.err().expect("no answer");
    assert_eq!(error, ApiError::Unreachable("no answer in time".to_owned()));

    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let there = format!("http://{nobody}/1.0").parse().expect("an end point");
    let error = gate.open(&there, &keys()).await.err().expect("refused");
    assert!(matches!(&error, ApiError::Unreachable(text) if text.contains("refused")), "{error}");

    let broken = OvhGate::new(OvhOptions {
        trust: Trust { extra_ca_pem: vec!["-----BEGIN CERTIFICATE-----\n!!\n".to_owned()] },
        ..OvhOptions::default()
    });
    assert!(matches!(broken.open(&here, &keys()).await, Err(ApiError::Unreachable(_))));
}
