//! Features of a domain on Exchange and its kin: contacts, footers, groups, and what exists there and can only be named.

use serde::de::IgnoredAny;

use super::super::client::Client;
use super::super::reading::in_turn;
use super::super::routes;
use super::wire::{ContactAddition, ContactBody, DisclaimerBody};
use super::{Place, groups, legacy, not_held};
use crate::domain::{DomainName, EmailAddress, Feature, FeatureOwner, Platform, ServiceId};
use crate::ports::ApiError;

/// All of them. Contacts and public folders belong to the service, and are told with each of its domains.
pub(super) async fn list(client: &Client, service: &ServiceId, domain: &DomainName) -> Result<Vec<Feature>, ApiError> {
    let path = routes::service(service)?;
    let mut all = contacts(client, &path).await?;
    let footer: Option<DisclaimerBody> = client.find(&format!("{}/disclaimer", routes::domain(service, domain)?)).await?;
    let footer = footer.filter(|footer| !footer.content.trim().is_empty());
    all.extend(footer.map(|footer| Feature::Disclaimer { content: footer.content, is_outside_only: footer.outside_only }));
    if service.platform == Platform::Exchange {
        all.extend(groups::list(client, service, domain).await?);
        all.extend(others(client, &path, domain).await?);
    }
    if service.platform.is_mx_plan() {
        let addresses: Vec<String> = client.get(&format!("{path}/account")).await?;
        let accounts: Vec<EmailAddress> = addresses.iter().filter_map(|address| address.parse().ok()).collect();
        all.extend(legacy::beside_a_domain(client, domain, &accounts).await?);
    }
    Ok(all)
}

async fn contacts(client: &Client, path: &str) -> Result<Vec<Feature>, ApiError> {
    let addresses: Option<Vec<String>> = client.find(&format!("{path}/externalContact")).await?;
    in_turn(addresses.unwrap_or_default().into_iter().map(|address| contact(client, path, address)).collect()).await
}

async fn contact(client: &Client, path: &str, address: String) -> Result<Option<Feature>, ApiError> {
    let body: Option<ContactBody> = client.find(&format!("{path}/externalContact/{}", routes::segment(&address))).await?;
    Ok(body.and_then(ContactBody::into_feature))
}

/// Shared and resource accounts of the domain, public folders. Whether every offer has these routes is not known.
async fn others(client: &Client, path: &str, domain: &DomainName) -> Result<Vec<Feature>, ApiError> {
    let mut all = Vec::new();
    for kind in ["sharedAccount", "resourceAccount", "publicFolder"] {
        let names: Vec<String> = match client.get(&format!("{path}/{kind}")).await {
            Ok(names) => names,
            Err(ApiError::NotFound { .. } | ApiError::Refused { .. }) => continue,
            Err(error) => return Err(error),
        };
        let is_here = |name: &String| name.parse::<EmailAddress>().ok().is_none_or(|address| address.domain() == domain);
        all.extend(names.into_iter().filter(is_here).map(|name| Feature::Other { kind: kind.to_owned(), name }));
    }
    Ok(all)
}

pub(super) async fn add(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let Place { client, service, .. } = place;
    match feature {
        Feature::Contact { address, display_name, first_name, last_name, initials, is_hidden } => {
            let addition = ContactAddition {
                external_email_address: address.to_string(),
                display_name: display_name.as_deref(),
                first_name: first_name.as_deref(),
                last_name: last_name.as_deref(),
                initials: initials.as_deref(),
                hidden_from_gal: *is_hidden,
            };
            let path = format!("{}/externalContact", routes::service(service)?);
            client.post::<IgnoredAny>(&path, Some(&addition), None).await.map(drop)
        }
        Feature::Disclaimer { content, is_outside_only } => {
            let path = footer_path(place, feature)?;
            let wanted = DisclaimerBody { content: content.clone(), outside_only: *is_outside_only };
            if client.find::<DisclaimerBody>(&path).await?.is_some() {
                client.put(&path, &wanted).await
            } else {
                client.post::<IgnoredAny>(&path, Some(&wanted), None).await.map(drop)
            }
        }
        _ => Err(not_held(place, feature)),
    }
}

pub(super) async fn remove(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let Place { client, service, .. } = place;
    match feature {
        Feature::Contact { address, .. } => {
            client.remove(&format!("{}/externalContact/{}", routes::service(service)?, routes::segment(&address.to_string()))).await
        }
        Feature::Disclaimer { .. } => client.remove(&footer_path(place, feature)?).await,
        _ => Err(not_held(place, feature)),
    }
}

fn footer_path(place: Place<'_>, feature: &Feature) -> Result<String, ApiError> {
    match place.owner {
        FeatureOwner::Domain(domain) => Ok(format!("{}/disclaimer", routes::domain(place.service, domain)?)),
        FeatureOwner::Account(_) => Err(super::refused(format!("{} belongs to a domain", feature.kind().key()))),
    }
}
