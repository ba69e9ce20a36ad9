//! Features of Zimbra that have a route: aliases, redirections (BETA), the switch that hides an account. Its mailing lists have none.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::super::client::Client;
use super::super::routes;
use super::super::zimbra::accounts::{change, expect};
use super::super::zimbra::wire::{AccountBody, Resource, Wanted};
use super::{Place, account_of, not_held};
use crate::domain::{DomainName, EmailAddress, Feature, ServiceId};
use crate::ports::ApiError;

/// `zimbra.Alias`.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct AliasState {
    alias: AliasSource,
    target: AliasTarget,
}

/// `zimbra.AliasSource`.
#[derive(Deserialize)]
struct AliasSource {
    name: String,
}

/// `zimbra.AliasTarget`.
#[derive(Deserialize)]
struct AliasTarget {
    id: String,
}

/// `zimbra.AliasBase`, read, and sent.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AliasWish {
    pub(in crate::adapters::ovh) alias: String,
    pub(in crate::adapters::ovh) target_id: String,
}

/// An alias.
pub(in crate::adapters::ovh) type AliasBody = Resource<AliasState, AliasWish>;

impl AliasBody {
    /// Whether it leads to the account with this id.
    pub(in crate::adapters::ovh) fn leads_to(&self, account: &str) -> bool {
        let wish = || self.target_spec.as_ref().map(|wish| wish.target_id.as_str());
        self.current_state.as_ref().map(|state| state.target.id.as_str()).or_else(wish) == Some(account)
    }

    /// What was asked for is an address; whether the state tells the whole address is not known.
    fn address(&self) -> Option<EmailAddress> {
        let wish = self.target_spec.as_ref().and_then(|wish| wish.alias.parse().ok());
        wish.or_else(|| self.current_state.as_ref()?.alias.name.parse().ok())
    }
}

/// `zimbra.Redirection` and `zimbra.RedirectionBase`, read, and sent.
#[derive(Deserialize, Serialize)]
pub(in crate::adapters::ovh) struct RedirectionWish {
    pub(in crate::adapters::ovh) source: String,
    pub(in crate::adapters::ovh) destination: String,
}

/// A redirection.
pub(in crate::adapters::ovh) type RedirectionBody = Resource<RedirectionWish, RedirectionWish>;

impl RedirectionBody {
    fn ends(&self) -> Option<(EmailAddress, EmailAddress)> {
        let wish = self.current_state.as_ref().or(self.target_spec.as_ref())?;
        Some((wish.source.parse().ok()?, wish.destination.parse().ok()?))
    }
}

/// Aliases of a platform, or of one account of it.
pub(in super::super) async fn aliases(client: &Client, platform: &str, account: Option<&str>) -> Result<Vec<AliasBody>, ApiError> {
    let query = account.map(|id| format!("?aliasTargetId={}", routes::segment(id))).unwrap_or_default();
    let mut all: Vec<AliasBody> = client.pages(&format!("{platform}/alias{query}")).await?;
    all.retain(|alias| account.is_none_or(|id| alias.leads_to(id)));
    Ok(all)
}

/// Redirections; the route is marked BETA, so that it is missing is no trouble.
async fn redirections(client: &Client, platform: &str, query: &str) -> Result<Vec<RedirectionBody>, ApiError> {
    match client.pages(&format!("{platform}/redirection{query}")).await {
        Err(ApiError::NotFound { .. }) => Ok(Vec::new()),
        other => other,
    }
}

pub(super) async fn of_account(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<Vec<Feature>, ApiError> {
    let path = routes::service(service)?;
    let account = expect(client, &path, address).await?;
    let aliases = aliases(client, &path, Some(&account.id)).await?;
    let mut all: Vec<Feature> = aliases.iter().filter_map(AliasBody::address).map(|alias| Feature::Alias { alias }).collect();
    let is_hidden = account.current_state.as_ref().and_then(|state| state.hide_in_gal) == Some(true);
    all.extend(is_hidden.then_some(Feature::HiddenFromDirectory));
    for (from, to) in redirections(client, &path, "").await?.iter().filter_map(RedirectionBody::ends) {
        if from == *address {
            // Whether the account keeps what it forwards is not said: mail that is there twice is better than mail that is nowhere.
            all.push(Feature::Forwarding { to, keeps_copy: true });
        } else if to == *address {
            all.push(Feature::Redirection { from, to });
        }
    }
    Ok(all)
}

pub(super) async fn of_domain(client: &Client, service: &ServiceId, domain: &DomainName) -> Result<Vec<Feature>, ApiError> {
    let path = routes::service(service)?;
    let accounts: Vec<AccountBody> = client.pages(&format!("{path}/account")).await?;
    let accounts: Vec<EmailAddress> = accounts.iter().filter_map(AccountBody::address).collect();
    let all = redirections(client, &path, "").await?;
    let ends = all.iter().filter_map(RedirectionBody::ends);
    let free = ends.filter(|(from, to)| from.domain() == domain && !accounts.contains(from) && !accounts.contains(to));
    Ok(free.map(|(from, to)| Feature::Redirection { from, to }).collect())
}

pub(super) async fn add(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let Place { client, service, .. } = place;
    let path = routes::service(service)?;
    match feature {
        Feature::Alias { alias } => {
            let target_id = expect(client, &path, account_of(place, feature)?).await?.id;
            let wanted = Wanted::new(AliasWish { alias: alias.to_string(), target_id });
            client.post::<IgnoredAny>(&format!("{path}/alias"), Some(&wanted), None).await.map(drop)
        }
        Feature::HiddenFromDirectory => hide(place, feature, true).await,
        Feature::Redirection { from, to } => {
            let wanted = Wanted::new(RedirectionWish { source: from.to_string(), destination: to.to_string() });
            client.post::<IgnoredAny>(&format!("{path}/redirection"), Some(&wanted), None).await.map(drop)
        }
        _ => Err(not_held(place, feature)),
    }
}

async fn hide(place: Place<'_>, feature: &Feature, is_hidden: bool) -> Result<(), ApiError> {
    let address = account_of(place, feature)?;
    change(place.client, place.service, address, (&|target| target.hide_in_gal = Some(is_hidden), None)).await
}

pub(super) async fn remove(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let Place { client, service, owner } = place;
    let path = routes::service(service)?;
    match feature {
        Feature::Alias { alias } => {
            let account = expect(client, &path, account_of(place, feature)?).await?.id;
            let all = aliases(client, &path, Some(&account)).await?;
            for found in all.iter().filter(|found| found.address().as_ref() == Some(alias)) {
                client.remove(&format!("{path}/alias/{}", routes::segment(&found.id))).await?;
            }
            Ok(())
        }
        Feature::HiddenFromDirectory => hide(place, feature, false).await,
        Feature::Redirection { from, to } => straighten(client, &path, [from, to]).await,
        Feature::Forwarding { to, .. } => match owner {
            crate::domain::FeatureOwner::Account(from) => straighten(client, &path, [from, to]).await,
            crate::domain::FeatureOwner::Domain(_) => Err(not_held(place, feature)),
        },
        _ => Err(not_held(place, feature)),
    }
}

async fn straighten(client: &Client, platform: &str, [from, to]: [&EmailAddress; 2]) -> Result<(), ApiError> {
    let query = format!("?source={}", routes::segment(&from.to_string()));
    let all = redirections(client, platform, &query).await?;
    for found in all.iter().filter(|found| found.ends().as_ref().is_some_and(|(source, destination)| source == from && destination == to)) {
        client.remove(&format!("{platform}/redirection/{}", routes::segment(&found.id))).await?;
    }
    Ok(())
}
