//! Routes of `/auth` and `/me`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::bodies;
use super::dispatch::{Call, decoded};
use crate::domain::{AccessRule, CredentialStatus};
use crate::sandbox::world::{CLIENT_ID, CLIENT_SECRET, Caller, OWNER, Refusal, TOKEN_SECONDS, World};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialQuestion {
    access_rules: Vec<AccessRule>,
    #[serde(default)]
    redirection: Option<String>,
}

/// `POST /auth/credential`: needs an application, no consumer key.
pub(super) fn ask(world: &World, body: &[u8], page_base: &str) -> Said {
    let question: CredentialQuestion = serde_json::from_slice(body).map_err(|_| Answer::bad("accessRules"))?;
    let is_known =
        |rule: &AccessRule| ["GET", "POST", "PUT", "DELETE", "PATCH"].contains(&rule.method.as_str()) && rule.path.starts_with('/');
    if question.access_rules.is_empty() || !question.access_rules.iter().all(is_known) {
        return Err(Answer::bad("accessRules"));
    }
    let said = world.change(|state, turn| {
        let key = state.ask_for_key(question.access_rules, question.redirection, turn);
        Ok(json!({
            "validationUrl": format!("{page_base}/auth/?credentialToken={}", key.token(state.seed)),
            "consumerKey": key.text(state.seed),
            "state": CredentialStatus::PendingValidation,
        }))
    })?;
    Ok(said)
}

/// `POST /auth/oauth2/token`, on the host of the web site: what a service account asks with its id and secret.
pub(super) fn token(world: &World, form: &[u8]) -> Said {
    let form: Vec<(String, String)> = fields_of(form);
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let refused = |error: &str, text: &str| {
        let body = json!({ "error": error, "error_description": text });
        Err(Answer { status: if error == "invalid_client" { 401 } else { 400 }, body, headers: Vec::new() })
    };
    if field("grant_type") != "client_credentials" {
        return refused("unsupported_grant_type", "The authorization grant type is not supported");
    }
    if (field("client_id"), field("client_secret")) != (CLIENT_ID, CLIENT_SECRET) {
        return refused("invalid_client", "Client authentication failed");
    }
    let token = world.change(|state, turn| Ok(state.give_token(turn)))?;
    Ok(json!({ "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": "all" }))
}

/// Fields of a form.
fn fields_of(form: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(form);
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (decoded(name), decoded(value))).collect()
}

/// Routes below `/auth` and `/me` that need a key.
pub(super) fn answer(world: &World, call: &Call<'_>) -> Said {
    let key = match call.caller {
        Caller::Key(text) => text.as_str(),
        Caller::Bearer(_) => "",
    };
    match (call.method, call.segments.as_slice()) {
        ("GET", ["auth", "currentCredential"]) => world.look(|state, turn| {
            // Somebody with a token has no consumer key.
            let key = state.consumer_key(key).ok_or_else(|| Refusal::NotFound("credential".to_owned()))?;
            Ok(bodies::credential(key, turn))
        }),
        ("GET", ["auth", "details"]) => world.look(|state, _| {
            let all =
                || ["GET", "POST", "PUT", "DELETE"].map(|method| AccessRule { method: method.to_owned(), path: "/*".to_owned() }).to_vec();
            let (method, rules) = match state.consumer_key(key) {
                Some(key) => ("account", key.rules.clone()),
                None => ("oauth2_client_credentials", all()),
            };
            Ok(json!({
                "account": OWNER, "allowedRoutes": rules, "description": null, "method": method, "roles": [], "user": null,
                "identities": [format!("urn:v1:eu:identity:account:{OWNER}")],
            }))
        }),
        ("POST", ["auth", "logout"]) => {
            world.change(|state, _| match state.consumer_key(key).map(|key| key.number) {
                Some(number) => state.end_key(number),
                None => Ok(()),
            })?;
            Ok(Value::Null)
        }
        ("GET", ["me"]) => Ok(bodies::me()),
        _ => Err(Answer::no_route()),
    }
}
