//! Features of an account on Exchange and its kin.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use super::super::client::Client;
use super::super::reading::in_turn;
use super::super::routes;
use super::super::words::filled;
use super::wire::{
    AccountFeaturesBody, AccountFeaturesChange, AliasAddition, ForwardingWish, Grant, MAILING_FILTER, ServiceSpamBody, SpamBody,
};
use super::{Place, account_of, ids, legacy, not_held, right_segment};
use crate::domain::{EmailAddress, Feature, Platform, Right, ServiceId};
use crate::ports::ApiError;

/// All of them. An MX Plan keeps redirections and responders at `/email/domain`.
pub(super) async fn list(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<Vec<Feature>, ApiError> {
    let path = routes::account(service, address)?;
    let body: AccountFeaturesBody = client.get(&path).await?;
    let aliases: Option<Vec<String>> = client.find(&format!("{path}/alias")).await?;
    let aliases = aliases.unwrap_or_default().into_iter().filter_map(|alias| alias.parse().ok());
    let mut all: Vec<Feature> = aliases.map(|alias| Feature::Alias { alias }).collect();
    for right in [Right::FullAccess, Right::SendAs, Right::SendOnBehalf] {
        let holders = holders(client, service, &format!("{path}/{}", right_segment(right))).await?;
        all.extend(holders.into_iter().map(|account| Feature::Delegation { right, account }));
    }
    if body.hidden_from_gal == Some(true) {
        all.push(Feature::HiddenFromDirectory);
    }
    if let Some(to) = filled(body.forwarding_email).and_then(|to| to.parse().ok()) {
        all.push(Feature::Forwarding { to, keeps_copy: body.store_copy_of_email.unwrap_or(false) });
    }
    let mut settings = match body.spam_and_virus_configuration {
        Some(own) => own.unlike(usual_spam(client, service).await?),
        None => BTreeMap::new(),
    };
    if body.mailing_filter.is_some_and(|filters| filters.is_empty()) {
        settings.insert(MAILING_FILTER.0.to_owned(), "[]".to_owned());
    }
    all.extend((!settings.is_empty()).then_some(Feature::SpamSettings { settings }));
    if service.platform.is_mx_plan() {
        all.extend(legacy::beside_an_account(client, address).await?);
    }
    Ok(all)
}

/// Who holds a right: the route answers numbers.
pub(super) async fn holders(client: &Client, service: &ServiceId, path: &str) -> Result<Vec<EmailAddress>, ApiError> {
    let numbers: Option<Vec<i64>> = client.find(path).await?;
    in_turn(numbers.unwrap_or_default().into_iter().map(|id| ids::account(client, service, id)).collect()).await
}

/// What the service does with spam is what its accounts usually do.
async fn usual_spam(client: &Client, service: &ServiceId) -> Result<SpamBody, ApiError> {
    let body: Option<ServiceSpamBody> = client.find(&routes::service(service)?).await?;
    Ok(body.and_then(|body| body.spam_and_virus_configuration).unwrap_or_default())
}

pub(super) async fn add(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let Place { client, service, .. } = place;
    let path = routes::account(service, account_of(place, feature)?)?;
    match feature {
        Feature::Alias { alias } => {
            let body = AliasAddition { alias: alias.to_string() };
            client.post::<IgnoredAny>(&format!("{path}/alias"), Some(&body), None).await.map(drop)
        }
        Feature::Delegation { right, account } => {
            let id = ids::of_account(client, service, account).await?;
            grant(client, &format!("{path}/{}", right_segment(*right)), *right, id).await
        }
        _ => {
            let change = change(place, &path, feature).await?;
            client.put(&path, &change).await
        }
    }
}

/// Gives a right, over an account or a group.
pub(super) async fn grant(client: &Client, path: &str, right: Right, id: i64) -> Result<(), ApiError> {
    let body = if right == Right::FullAccess { Grant::Full(id) } else { Grant::Send(id) };
    client.post::<IgnoredAny>(path, Some(&body), None).await.map(drop)
}

/// What has to be written into the account so that it has the feature.
async fn change(place: Place<'_>, path: &str, feature: &Feature) -> Result<AccountFeaturesChange, ApiError> {
    let nothing = AccountFeaturesChange::default();
    match feature {
        Feature::HiddenFromDirectory => Ok(AccountFeaturesChange { hidden_from_gal: Some(true), ..nothing }),
        Feature::Forwarding { to, keeps_copy } if place.service.platform == Platform::Exchange => {
            let forwarding_email = Some(ForwardingWish(Some(to.to_string())));
            Ok(AccountFeaturesChange { forwarding_email, store_copy_of_email: Some(*keeps_copy), ..nothing })
        }
        Feature::SpamSettings { settings } => {
            let now: AccountFeaturesBody = place.client.get(path).await?;
            let wanted = now.spam_and_virus_configuration.unwrap_or_default().with(settings);
            let spam_and_virus_configuration = Some(wanted.ok_or_else(|| not_held(place, feature))?);
            let mailing_filter = settings.get(MAILING_FILTER.0).map(|_| Vec::new());
            Ok(AccountFeaturesChange { mailing_filter, spam_and_virus_configuration, ..nothing })
        }
        _ => Err(not_held(place, feature)),
    }
}

pub(super) async fn remove(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let Place { client, service, .. } = place;
    let path = routes::account(service, account_of(place, feature)?)?;
    let nothing = AccountFeaturesChange::default();
    match feature {
        Feature::Alias { alias } => client.remove(&format!("{path}/alias/{}", routes::segment(&alias.to_string()))).await,
        Feature::Delegation { right, account } => {
            let id = ids::of_account(client, service, account).await?;
            client.remove(&format!("{path}/{}/{id}", right_segment(*right))).await
        }
        Feature::HiddenFromDirectory => client.put(&path, &AccountFeaturesChange { hidden_from_gal: Some(false), ..nothing }).await,
        Feature::Forwarding { to, .. } if service.platform == Platform::Exchange => {
            let now: AccountFeaturesBody = client.get(&path).await?;
            if now.forwarding_email.and_then(|there| there.parse().ok()).as_ref() != Some(to) {
                return Ok(());
            }
            let change =
                AccountFeaturesChange { forwarding_email: Some(ForwardingWish(None)), store_copy_of_email: Some(false), ..nothing };
            client.put(&path, &change).await
        }
        Feature::SpamSettings { settings } => {
            let now: AccountFeaturesBody = client.get(&path).await?;
            let usual = usual_spam(client, service).await?;
            let usual = now.spam_and_virus_configuration.unwrap_or_default().back_to(usual, settings);
            let mailing_filter = settings.get(MAILING_FILTER.0).map(|_| vec![MAILING_FILTER.1.to_owned()]);
            client.put(&path, &AccountFeaturesChange { spam_and_virus_configuration: Some(usual), mailing_filter, ..nothing }).await
        }
        _ => Err(not_held(place, feature)),
    }
}
