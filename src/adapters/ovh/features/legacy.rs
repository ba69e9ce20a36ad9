//! Features at `/email/domain`: redirections, responders, lists. A legacy MX Plan has them all, one on the new infrastructure these.

use serde::de::IgnoredAny;

use super::super::client::Client;
use super::super::reading::in_turn;
use super::super::routes;
use super::super::words::filled;
use super::legacy_wire::{MailingListBody, RedirectionAddition, RedirectionBody, ResponderAddition, ResponderBody};
use super::{Place, account_of, filters, not_held};
use crate::domain::{DomainName, EmailAddress, Feature, Platform, ServiceId};
use crate::ports::ApiError;

/// Features of an account of a legacy MX Plan. A right over it belongs to a NIC handle, which is not an address.
pub(super) async fn of_account(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<Vec<Feature>, ApiError> {
    let path = routes::account(service, address)?;
    let mut all = beside_an_account(client, address).await?;
    all.extend(filters::list(client, &path).await?);
    let handles: Option<Vec<String>> = client.find(&format!("{path}/delegation")).await?;
    all.extend(handles.unwrap_or_default().into_iter().map(|name| Feature::Other { kind: "delegation".to_owned(), name }));
    Ok(all)
}

/// Features of the domain of a legacy MX Plan.
pub(super) async fn of_domain(client: &Client, service: &ServiceId, domain: &DomainName) -> Result<Vec<Feature>, ApiError> {
    if domain.as_str() != service.name {
        return Ok(Vec::new());
    }
    let names: Vec<String> = client.get(&format!("{}/account", routes::service(service)?)).await?;
    let accounts: Vec<EmailAddress> = names.iter().filter_map(|name| EmailAddress::new(name, domain).ok()).collect();
    beside_a_domain(client, domain, &accounts).await
}

/// Redirections from and to an account, and its responder. Whether the account keeps what it forwards cannot be read: that it does is
/// assumed, because it exists, and mail that is there twice is better than mail that is nowhere.
pub(super) async fn beside_an_account(client: &Client, address: &EmailAddress) -> Result<Vec<Feature>, ApiError> {
    let domain = address.domain();
    let encoded = routes::segment(&address.to_string());
    let mut all = Vec::new();
    for (from, to, _) in redirections(client, domain, &format!("?from={encoded}")).await? {
        all.extend((from == *address).then_some(Feature::Forwarding { to, keeps_copy: true }));
    }
    for (from, to, _) in redirections(client, domain, &format!("?to={encoded}")).await? {
        all.extend((to == *address && from != *address).then_some(Feature::Redirection { from, to }));
    }
    let path = format!("{}/responder/{}", routes::mail_domain(domain), routes::segment(address.local()));
    let responder: Option<ResponderBody> = client.find(&path).await?;
    all.extend(responder.map(|body| Feature::Responder {
        content: body.content,
        from: filled(body.from),
        to: filled(body.to),
        copies: body.copy,
        copy_to: body.copy_to.and_then(|to| to.parse().ok()),
    }));
    Ok(all)
}

/// Redirections that neither start nor end at an account, and mailing lists.
pub(super) async fn beside_a_domain(client: &Client, domain: &DomainName, accounts: &[EmailAddress]) -> Result<Vec<Feature>, ApiError> {
    let redirections = redirections(client, domain, "").await?;
    let free = redirections.into_iter().filter(|(from, to, _)| !accounts.contains(from) && !accounts.contains(to));
    let mut all: Vec<Feature> = free.map(|(from, to, _)| Feature::Redirection { from, to }).collect();
    let path = format!("{}/mailingList", routes::mail_domain(domain));
    let names: Option<Vec<String>> = client.find(&path).await?;
    let lists: Vec<_> = names.unwrap_or_default().into_iter().map(|name| mailing_list(client, domain, name)).collect();
    all.extend(in_turn(lists).await?);
    Ok(all)
}

/// From, to, id.
async fn redirections(client: &Client, domain: &DomainName, query: &str) -> Result<Vec<(EmailAddress, EmailAddress, String)>, ApiError> {
    let path = format!("{}/redirection", routes::mail_domain(domain));
    let ids: Option<Vec<String>> = client.find(&format!("{path}{query}")).await?;
    in_turn(ids.unwrap_or_default().into_iter().map(|id| redirection(client, domain, id)).collect()).await
}

async fn redirection(client: &Client, domain: &DomainName, id: String) -> Result<Option<(EmailAddress, EmailAddress, String)>, ApiError> {
    let path = format!("{}/redirection/{}", routes::mail_domain(domain), routes::segment(&id));
    let Some(body) = client.find::<RedirectionBody>(&path).await? else {
        return Ok(None);
    };
    // Whether `from` is an address or its local part is not said anywhere.
    let from = body.from.parse().or_else(|_| EmailAddress::new(&body.from, domain)).ok();
    Ok(from.zip(body.to.parse().ok()).map(|(from, to)| (from, to, body.id)))
}

async fn mailing_list(client: &Client, domain: &DomainName, name: String) -> Result<Option<Feature>, ApiError> {
    let path = format!("{}/mailingList/{}", routes::mail_domain(domain), routes::segment(&name));
    let (Some(body), Ok(address)) = (client.find::<MailingListBody>(&path).await?, EmailAddress::new(&name, domain)) else {
        return Ok(None);
    };
    let subscribers: Option<Vec<String>> = client.find(&format!("{path}/subscriber")).await?;
    let moderators: Option<Vec<String>> = client.find(&format!("{path}/moderator")).await?;
    Ok(Some(Feature::MailingList {
        address,
        owner: body.owner_email,
        subscribers: subscribers.unwrap_or_default(),
        moderators: moderators.unwrap_or_default(),
    }))
}

pub(super) async fn add(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let client = place.client;
    match feature {
        Feature::Forwarding { to, keeps_copy } => redirect(client, account_of(place, feature)?, to, *keeps_copy).await,
        Feature::Redirection { from, to } => redirect(client, from, to, false).await,
        Feature::Responder { content, from, to, copies, copy_to } => {
            let address = account_of(place, feature)?;
            let addition = ResponderAddition {
                account: address.local(),
                content,
                copy: *copies,
                copy_to: copy_to.as_ref().map(ToString::to_string),
                from: from.as_deref(),
                to: to.as_deref(),
            };
            let path = format!("{}/responder", routes::mail_domain(address.domain()));
            client.post::<IgnoredAny>(&path, Some(&addition), None).await.map(drop)
        }
        Feature::Filter { .. } if place.service.platform == Platform::MxPlanLegacy => {
            filters::add(client, &routes::account(place.service, account_of(place, feature)?)?, feature).await
        }
        _ => Err(not_held(place, feature)),
    }
}

async fn redirect(client: &Client, from: &EmailAddress, to: &EmailAddress, local_copy: bool) -> Result<(), ApiError> {
    let addition = RedirectionAddition { from: from.to_string(), to: to.to_string(), local_copy };
    let path = format!("{}/redirection", routes::mail_domain(from.domain()));
    client.post::<IgnoredAny>(&path, Some(&addition), None).await.map(drop)
}

pub(super) async fn remove(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let client = place.client;
    match feature {
        Feature::Forwarding { to, .. } => straighten(client, account_of(place, feature)?, to).await,
        Feature::Redirection { from, to } => straighten(client, from, to).await,
        Feature::Responder { .. } => {
            let address = account_of(place, feature)?;
            client.remove(&format!("{}/responder/{}", routes::mail_domain(address.domain()), routes::segment(address.local()))).await
        }
        Feature::Filter { name, .. } if place.service.platform == Platform::MxPlanLegacy => {
            let path = routes::account(place.service, account_of(place, feature)?)?;
            client.remove(&format!("{path}/filter/{}", routes::segment(name))).await
        }
        _ => Err(not_held(place, feature)),
    }
}

async fn straighten(client: &Client, from: &EmailAddress, to: &EmailAddress) -> Result<(), ApiError> {
    let query = format!("?from={}", routes::segment(&from.to_string()));
    let found = redirections(client, from.domain(), &query).await?;
    for (_, _, id) in found.into_iter().filter(|(known_from, known_to, _)| known_from == from && known_to == to) {
        client.remove(&format!("{}/redirection/{}", routes::mail_domain(from.domain()), routes::segment(&id))).await?;
    }
    Ok(())
}
