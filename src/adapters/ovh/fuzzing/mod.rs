//! What a fuzzer calls: every reader of the API's bodies. Not part of the program.

use reqwest::StatusCode;
use serde::Deserialize;

use super::auth_wire::{CredentialAnswer, CredentialBody, DetailsBody};
use super::errors::{Refusal, classify, is_stale};
use super::exchange_family::wire::{AccountBody, DkimBody, DomainBody, ProtocolBody, ServiceBody, TaskBody};
use super::features::legacy_wire::{FilterBody, RedirectionBody, ResponderBody, RuleBody};
use super::features::wire::{AccountFeaturesBody, ContactBody, DisclaimerBody, GroupBody};
use super::features::zimbra::AliasBody;
use super::legacy::wire::{AccountBody as LegacyAccountBody, CheckBody, DkimBody as LegacyDkimBody, DomainServiceBody};
use super::units;
use super::words::state;
use super::zimbra::domain_wire::{DiagnosisBody, DomainBody as ZimbraDomainBody, described};
use super::zimbra::wire::AccountBody as ZimbraAccountBody;
use super::zone::RecordBody;
use crate::domain::{Credential, DomainName, MigrationCheck, ZoneRecord};

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
    let _ = read::<CheckBody>(bytes).map(MigrationCheck::from);
    let _ = read::<TaskBody>(bytes).map(|body| body.state());
    let _ = read::<ServiceBody>(bytes).map(|body| (state(&body.state), body.host(), units::megabytes(body.max_receive_size)));
    let _ = read::<ZimbraAccountBody>(bytes).and_then(|body| body.to_account(0));
    let _ = read::<ZimbraDomainBody>(bytes).map(|body| described(&domain, body, read::<DiagnosisBody>(bytes)));
    let _ = read::<AliasBody>(bytes).map(|body| body.leads_to("id"));
    let _ = (read::<ProtocolBody>(bytes).is_some(), read::<CredentialAnswer>(bytes).is_some(), read::<Vec<String>>(bytes));
    let _ =
        (read::<LegacyAccountBody>(bytes).is_some(), read::<DomainServiceBody>(bytes).is_some(), read::<LegacyDkimBody>(bytes).is_some());
    let _ = (read::<AccountFeaturesBody>(bytes).is_some(), read::<GroupBody>(bytes).is_some(), read::<DisclaimerBody>(bytes).is_some());
    let _ = (read::<ContactBody>(bytes).is_some(), read::<FilterBody>(bytes).is_some(), read::<RuleBody>(bytes).is_some());
    let _ = (read::<RedirectionBody>(bytes).is_some(), read::<ResponderBody>(bytes).is_some(), read::<DetailsBody>(bytes).is_some());
    for status in [400, 401, 403, 404, 409, 412, 429, 460, 503] {
        let Ok(status) = StatusCode::from_u16(status) else { continue };
        let (method, path) = ("GET", "/email/exchange");
        let (key_has_worked, carries_password) = (true, true);
        let refusal = Refusal { status, query_id: "-", retry_after: None, body: bytes, method, path, key_has_worked, carries_password };
        let _ = (classify(&refusal, &["secret"]), is_stale(&refusal));
    }
}
