//! Everything that the customer owns on Exchange and Email Pro.

use futures::{StreamExt, TryStreamExt, stream};

use super::client::{Client, PARALLEL_CALLS};
use super::wire::{AccountBody, ProtocolBody, ServiceBody, is_placeholder, state};
use super::{routes, units};
use crate::domain::{ByteSize, DomainName, ObjectState, PasswordPolicy, Platform, SeatModel, Service, ServiceId};
use crate::ports::ApiError;

/// Exchange first, then Email Pro, each in the API's order.
pub(super) async fn list(client: &Client) -> Result<Vec<Service>, ApiError> {
    let mut ids = exchange_ids(client).await?;
    let pro: Option<Vec<String>> = client.find("/email/pro").await?;
    ids.extend(pro.unwrap_or_default().into_iter().map(|name| ServiceId { platform: Platform::EmailPro, organization: None, name }));
    let reads: Vec<_> = ids.into_iter().map(|id| read(client, id)).collect();
    stream::iter(reads).buffered(PARALLEL_CALLS).try_filter_map(async |found| Ok(found)).try_collect().await
}

async fn exchange_ids(client: &Client) -> Result<Vec<ServiceId>, ApiError> {
    let mut ids = Vec::new();
    let organizations: Option<Vec<String>> = client.find("/email/exchange").await?;
    for organization in organizations.unwrap_or_default() {
        let names: Option<Vec<String>> = client.find(&format!("/email/exchange/{}/service", routes::segment(&organization))).await?;
        ids.extend(names.unwrap_or_default().into_iter().map(|name| ServiceId {
            platform: Platform::Exchange,
            organization: Some(organization.clone()),
            name,
        }));
    }
    Ok(ids)
}

/// One service. An expired one is listed as unusable; one that vanished is not listed.
async fn read(client: &Client, id: ServiceId) -> Result<Option<Service>, ApiError> {
    let path = routes::service(&id)?;
    let body: ServiceBody = match client.get(&path).await {
        Ok(body) => body,
        Err(ApiError::Expired { .. }) => return Ok(Some(expired(id))),
        Err(ApiError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let addresses: Vec<String> = client.get(&format!("{path}/account")).await?;
    let domains: Vec<String> = client.get(&format!("{path}/domain")).await?;
    let free_seats = addresses.iter().filter(|a| is_placeholder(a)).count();
    let is_imap_enabled = is_imap_enabled(client, &id, &path).await?;
    let account_quota = account_quota(client, &path, &addresses).await?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Some(Service {
        hostname: hostname(&body),
        state: state(&body.state),
        display_name: body.display_name.filter(|name| !name.trim().is_empty()),
        webmail: body.web_url.filter(|url| !url.trim().is_empty()),
        accounts: count(addresses.len() - free_seats),
        free_seats: count(free_seats),
        account_quota,
        largest_message: units::megabytes(body.max_receive_size),
        is_imap_enabled,
        password: PasswordPolicy { shortest: body.min_password_length.filter(|n| *n > 0), ..PasswordPolicy::default() },
        seats: SeatModel::Placeholders,
        offers: Vec::new(),
        domains: domains.iter().filter_map(|name| name.parse::<DomainName>().ok()).collect(),
        id,
    }))
}

/// Only Exchange has a switch for IMAP; where the route does not exist nothing is switched off.
async fn is_imap_enabled(client: &Client, id: &ServiceId, path: &str) -> Result<bool, ApiError> {
    if id.platform != Platform::Exchange {
        return Ok(true);
    }
    let protocol: Option<ProtocolBody> = client.find(&format!("{path}/protocol")).await?;
    Ok(protocol.and_then(|p| p.imap).unwrap_or(true))
}

/// The service does not say how much an account holds; one of its accounts does, best a free one.
async fn account_quota(client: &Client, path: &str, addresses: &[String]) -> Result<Option<ByteSize>, ApiError> {
    let Some(address) = addresses.iter().find(|a| is_placeholder(a)).or_else(|| addresses.first()) else {
        return Ok(None);
    };
    let account: Option<AccountBody> = client.find(&format!("{path}/account/{}", routes::segment(address))).await?;
    Ok(account.and_then(|a| units::gigabytes(a.quota)))
}

/// `hostname`, else the host of the webmail.
fn hostname(body: &ServiceBody) -> String {
    let from_webmail = || {
        let url = body.web_url.as_deref()?;
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.split(['/', ':']).next()
    };
    let host = body.hostname.as_deref().filter(|h| !h.trim().is_empty()).or_else(from_webmail).unwrap_or_default();
    host.trim().trim_end_matches('.').to_ascii_lowercase()
}

fn expired(id: ServiceId) -> Service {
    Service {
        id,
        display_name: None,
        state: ObjectState::Unusable,
        hostname: String::new(),
        webmail: None,
        accounts: 0,
        free_seats: 0,
        account_quota: None,
        largest_message: None,
        is_imap_enabled: false,
        password: PasswordPolicy::default(),
        seats: SeatModel::Placeholders,
        offers: Vec::new(),
        domains: Vec::new(),
    }
}
