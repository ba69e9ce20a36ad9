//! Service accounts and ready tokens.

use serde_json::json;

use super::server::{Server, endpoint};
use crate::domain::{AccessRule, Secret};
use crate::ports::{ApiError, ApiKeys, PlatformApi, PlatformGate};

const TOKEN: &str = "POST /auth/oauth2/token";

fn service_account() -> ApiKeys {
    ApiKeys::Client { client_id: Secret::new("EU.id+1"), client_secret: Secret::new("client-secret-S5") }
}

fn grant(server: &Server, token: &str, seconds: i64) {
    server.on(TOKEN, 200, json!({"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": "all"}));
}

async fn opened(server: &Server, keys: &ApiKeys) -> Box<dyn PlatformApi> {
    server.gate().open(&endpoint(), keys).await.expect("opened")
}

fn fetched(server: &Server) -> usize {
    server.calls().iter().filter(|(call, _)| call == TOKEN).count()
}

#[tokio::test]
async fn a_service_account_fetches_its_token_once() {
    let server = Server::start().await;
    grant(&server, "token-1", 3599);
    server.on("GET /1.0/auth/details", 200, json!({"account": "zz1-ovh", "allowedRoutes": null, "method": "oauth2_client_credentials"}));
    let api = opened(&server, &service_account()).await;
    assert_eq!(api.credential().await.expect("read").rules, [], "policies decide");
    let rule = json!([{"method": "GET", "path": "/email/*"}]);
    server.on("GET /1.0/auth/details", 200, json!({"account": "zz1-ovh", "allowedRoutes": rule, "method": "account"}));
    let rules = api.credential().await.expect("read").rules;
    assert_eq!(rules, [AccessRule { method: "GET".to_owned(), path: "/email/*".to_owned() }]);
    assert_eq!(fetched(&server), 1);
    let form = server.calls().into_iter().find(|(call, _)| call == TOKEN).expect("fetched").1;
    assert_eq!(form, "grant_type=client_credentials&client_id=EU%2Eid%2B1&client_secret=client%2Dsecret%2DS5&scope=all");
}

#[tokio::test]
async fn a_token_that_is_about_to_end_is_renewed_before() {
    let server = Server::start().await;
    grant(&server, "token-1", 30);
    server.on("GET /1.0/auth/details", 200, json!({"allowedRoutes": []}));
    let api = opened(&server, &service_account()).await;
    api.credential().await.expect("read");
    api.credential().await.expect("read");
    assert_eq!(fetched(&server), 2);
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let server = Server::start().await;
    grant(&server, "token-1", 3599);
    server.on("GET /1.0/auth/details", 401, json!({"message": "token-1 of client-secret-S5 has ended"}));
    let api = opened(&server, &service_account()).await;
    let error = api.credential().await.expect_err("refused");
    assert!(matches!(error, ApiError::KeysRefused { .. }), "{error}");
    assert!(!error.to_string().contains("token-1") && !error.to_string().contains("S5"), "{error}");
    assert_eq!(fetched(&server), 2);
    server.on(TOKEN, 400, json!({"error": "invalid_client"}));
    assert!(matches!(opened(&server, &service_account()).await.credential().await, Err(ApiError::KeysRefused { .. })));
}

#[tokio::test]
async fn a_ready_token_is_used_as_it_is_and_asked_for_when_it_ends() {
    let server = Server::start().await;
    server.on("GET /1.0/auth/details", 200, json!({"allowedRoutes": null}));
    let keys = ApiKeys::Token { access_token: Secret::new("token-of-somebody") };
    let api = opened(&server, &keys).await;
    api.credential().await.expect("read");
    server.on("GET /1.0/auth/details", 401, json!({"message": "Unauthorized"}));
    assert!(matches!(api.credential().await, Err(ApiError::KeyExpired { .. })), "it worked before");
    assert_eq!(fetched(&server), 0);
    let error = server.gate().request_consumer_key(&endpoint(), &keys, &[]).await.expect_err("no application");
    assert!(matches!(error, ApiError::KeysRefused { .. }));
}
