//! The in-process door: who is let in, and how a call goes: faults first, then the key, then the work. The calls are in
//! [`api`](super::api), with the same refusals and the same faults as over HTTP.

use async_trait::async_trait;

use super::faults::ApiFaultKind;
use super::handle::World;
use super::keys::{Caller, Denial};
use super::{APPLICATION_KEY, APPLICATION_SECRET, CLIENT_ID, CLIENT_SECRET, Refusal};
use crate::domain::{AccessRule, ApiEndpoint, Secret};
use crate::ports::{ApiError, ApiKeys, ConsumerKeyRequest, PlatformApi, PlatformGate};

#[async_trait]
impl PlatformGate for World {
    async fn open(&self, _endpoint: &ApiEndpoint, keys: &ApiKeys) -> Result<Box<dyn PlatformApi>, ApiError> {
        let caller = match keys {
            ApiKeys::Application { consumer_key, .. } => {
                known_application(self, keys)?;
                Caller::Key(consumer_key.as_ref().map(|key| key.expose().to_owned()).unwrap_or_default())
            }
            ApiKeys::Client { client_id, client_secret } => {
                if (client_id.expose(), client_secret.expose()) != (CLIENT_ID, CLIENT_SECRET) {
                    let message = "invalid_client: Client authentication failed".to_owned();
                    return Err(ApiError::KeysRefused { message, query_id: self.query_id() });
                }
                let token = self.change(|state, turn| Ok(state.give_token(turn)));
                Caller::Bearer(token.map_err(|refusal| spoken(&refusal, self.query_id()))?)
            }
            ApiKeys::Token { access_token } => Caller::Bearer(access_token.expose().to_owned()),
        };
        Ok(Box::new(Door { world: self.clone(), caller }))
    }

    async fn request_consumer_key(
        &self,
        _endpoint: &ApiEndpoint,
        keys: &ApiKeys,
        rules: &[AccessRule],
    ) -> Result<ConsumerKeyRequest, ApiError> {
        known_application(self, keys)?;
        let asked = self.change(|state, turn| {
            let key = state.ask_for_key(rules.to_vec(), None, turn);
            let validation_url = format!("http://localhost/auth/?credentialToken={}", key.token(state.seed));
            Ok(ConsumerKeyRequest { validation_url, consumer_key: Secret::new(key.text(state.seed)) })
        });
        asked.map_err(|refusal| spoken(&refusal, self.query_id()))
    }
}

fn known_application(world: &World, keys: &ApiKeys) -> Result<(), ApiError> {
    if let ApiKeys::Application { application_key, application_secret, .. } = keys
        && application_key.expose() == APPLICATION_KEY
        && application_secret.expose() == APPLICATION_SECRET
    {
        return Ok(());
    }
    Err(ApiError::KeysRefused { message: "This application key is invalid".to_owned(), query_id: world.query_id() })
}

/// One client.
pub(super) struct Door {
    pub(super) world: World,
    pub(super) caller: Caller,
}

impl Door {
    /// One call: faults first, then the key, then the work; the answer may get lost.
    pub(super) async fn call<T>(
        &self,
        method: &str,
        path: &str,
        work: impl FnOnce(&World) -> Result<T, Refusal> + Send,
    ) -> Result<T, ApiError> {
        let query_id = self.world.query_id();
        let fault = self.world.faults().strike(method, path);
        if let Some(ApiFaultKind::Slow(time)) = fault {
            tokio::time::sleep(time).await;
        }
        if let Some(error) = fault.and_then(|fault| struck(fault, (method, path), &query_id)) {
            return Err(error);
        }
        let admitted = self.world.look(|state, turn| state.admit(&self.caller, (method, path), turn).map(drop));
        admitted.map_err(|denial| denied(denial, (method, path), &query_id))?;
        let done = self.world.struck_by(fault, path, work).map_err(|refusal| spoken(&refusal, query_id));
        if fault == Some(ApiFaultKind::AnswerLost) { Err(ApiError::Unreachable("the answer was lost".to_owned())) } else { done }
    }
}

/// What a fault says instead of an answer.
fn struck(fault: ApiFaultKind, (method, path): (&str, &str), query_id: &str) -> Option<ApiError> {
    let query_id = query_id.to_owned();
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    match fault {
        ApiFaultKind::Fails(status) => Some(ApiError::Failed { status, message: "Internal server error".to_owned(), query_id }),
        ApiFaultKind::RequestLost => Some(ApiError::Unreachable("connection reset".to_owned())),
        ApiFaultKind::KeyExpired => Some(ApiError::KeyExpired { query_id }),
        ApiFaultKind::RuleMissing => Some(ApiError::RuleMissing { method: method.to_owned(), path: path.to_owned(), query_id }),
        ApiFaultKind::TooMany => Some(ApiError::TooMany { wait_millis: 0, query_id }),
        ApiFaultKind::TooManyFor(time) => Some(ApiError::TooMany { wait_millis: millis(time), query_id }),
        ApiFaultKind::InProgress => Some(spoken(&Refusal::InProgress("object".to_owned()), query_id)),
        ApiFaultKind::NotReleased => Some(spoken(&Refusal::AddressTaken, query_id)),
        ApiFaultKind::AnswerLost | ApiFaultKind::Slow(_) | ApiFaultKind::OperationFails | ApiFaultKind::SeatVanishes => None,
    }
}

fn denied(denial: Denial, (method, path): (&str, &str), query_id: &str) -> ApiError {
    let query_id = query_id.to_owned();
    match denial {
        Denial::Unknown | Denial::NotAccepted => ApiError::KeysRefused { message: "This credential is not valid".to_owned(), query_id },
        Denial::Expired => ApiError::KeyExpired { query_id },
        Denial::NotGranted => ApiError::RuleMissing { method: method.to_owned(), path: path.to_owned(), query_id },
    }
}

/// A refusal in the words of the port.
fn spoken(refusal: &Refusal, query_id: String) -> ApiError {
    let message = refusal.to_string();
    match refusal {
        Refusal::NotFound(_) => ApiError::NotFound { message, query_id },
        // What is being made ready, or was changed meanwhile, passes by itself.
        Refusal::InProgress(_) | Refusal::DomainNotReady(_) | Refusal::Stale => ApiError::InProgress { message, query_id },
        Refusal::AddressTaken => ApiError::AddressTaken { query_id },
        Refusal::NoSeat(_) => ApiError::NoSeat { message, query_id },
        Refusal::PasswordRefused(_) => ApiError::PasswordRefused { message, query_id },
        Refusal::Invalid(_) => ApiError::Refused { message, query_id },
        Refusal::Expired(_) => ApiError::Expired { query_id },
        Refusal::Broken(_) => ApiError::Failed { status: 500, message, query_id },
    }
}
