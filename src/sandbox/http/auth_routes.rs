//! Routes of `/auth` and `/me`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::bodies;
use super::dispatch::Call;
use crate::domain::{AccessRule, CredentialStatus};
use crate::sandbox::world::World;

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

/// Routes below `/auth` and `/me` that need a key.
pub(super) fn answer(world: &World, call: &Call<'_>) -> Said {
    match (call.method, call.segments.as_slice()) {
        ("GET", ["auth", "currentCredential"]) => world.look(|state, turn| {
            let key = state.consumer_key(call.consumer_key);
            key.map(|key| bodies::credential(key, turn)).ok_or_else(Answer::no_route)
        }),
        ("GET", ["auth", "details"]) => world.look(|state, _| {
            let key = state.consumer_key(call.consumer_key).ok_or_else(Answer::no_route)?;
            Ok(json!({
                "account": "zz111111-ovh", "allowedRoutes": key.rules, "description": null, "method": "account", "roles": null,
                "user": null, "identities": ["urn:v1:eu:identity:account:zz111111-ovh"],
            }))
        }),
        ("POST", ["auth", "logout"]) => {
            world.change(|state, _| match state.consumer_key(call.consumer_key).map(|key| key.number) {
                Some(number) => state.end_key(number),
                None => Ok(()),
            })?;
            Ok(Value::Null)
        }
        ("GET", ["me"]) => Ok(bodies::me()),
        _ => Err(Answer::no_route()),
    }
}
