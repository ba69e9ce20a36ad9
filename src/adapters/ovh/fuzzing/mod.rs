//! What a fuzzer calls: every reader of the API's bodies. Not part of the program.

use reqwest::StatusCode;
use serde::Deserialize;

use super::errors::{Refusal, classify};
use super::units;
use super::wire::{
    AccountBody, CredentialAnswer, CredentialBody, DkimBody, DomainBody, ProtocolBody, RecordBody, ServiceBody, TaskBody, state,
};
use crate::domain::{Credential, DomainName, ZoneRecord};

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

/// Reads the bytes as each body that there is, and as the body of a refusal. Must return whatever they are.
pub fn bodies(bytes: &[u8]) {
    let Ok(domain) = "mydomain.ovh".parse::<DomainName>() else { return };
    let _ = read::<AccountBody>(bytes).and_then(|body| body.into_account(0));
    let _ = read::<DomainBody>(bytes).map(|body| body.into_domain(&domain, Vec::new()));
    let _ = read::<DkimBody>(bytes).and_then(|body| body.into_state(&domain));
    let _ = read::<RecordBody>(bytes).map(ZoneRecord::from);
    let _ = read::<CredentialBody>(bytes).map(Credential::from);
    let _ = read::<TaskBody>(bytes).map(|body| body.state());
    let _ = read::<ServiceBody>(bytes).map(|body| (state(&body.state), units::megabytes(body.max_receive_size)));
    let _ = (read::<ProtocolBody>(bytes).is_some(), read::<CredentialAnswer>(bytes).is_some(), read::<Vec<String>>(bytes));
    for status in [400, 401, 403, 404, 409, 429, 460, 503] {
        let Ok(status) = StatusCode::from_u16(status) else { continue };
        let (method, path) = ("GET", "/email/exchange");
        let refusal = Refusal { status, query_id: "-", retry_after: None, body: bytes, method, path, key_has_worked: true };
        let _ = classify(&refusal, &["secret"]);
    }
}
