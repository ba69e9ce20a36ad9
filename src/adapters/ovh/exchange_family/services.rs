//! Everything that the customer owns on Exchange, Email Pro and the MX Plan on the new infrastructure.

use super::super::client::Client;
use super::super::reading::in_turn;
use super::super::words::{count, filled, is_placeholder, state};
use super::super::{discovery, routes, units};
use super::wire::{AccountBody, ProtocolBody, ServiceBody};
use crate::domain::{ByteSize, DomainName, Platform, SeatModel, Service, ServiceId};
use crate::ports::ApiError;

/// The offer of Exchange whose seats are there as placeholders; on the others (`dedicated`, `dedicatedCluster`, `provider`) accounts
/// are made, and billed, when asked for.
pub(in super::super) const HOSTED: &str = "hosted";

/// Exchange first, then Email Pro, then MX Plan, each in the API's order.
pub(in super::super) async fn list(client: &Client) -> Result<Vec<Service>, ApiError> {
    let mut ids = exchange_ids(client).await?;
    for (path, platform) in [("/email/pro", Platform::EmailPro), ("/email/mxplan", Platform::MxPlan)] {
        let names: Option<Vec<String>> = client.find(path).await?;
        ids.extend(names.unwrap_or_default().into_iter().map(|name| ServiceId { platform, organization: None, name }));
    }
    in_turn(ids.into_iter().map(|id| read(client, id)).collect()).await
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
    match describe(client, id.clone()).await {
        Ok(service) => Ok(Some(service)),
        Err(ApiError::Expired { .. }) => Ok(Some(discovery::expired(id, SeatModel::Placeholders))),
        Err(ApiError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn describe(client: &Client, mut id: ServiceId) -> Result<Service, ApiError> {
    let path = routes::service(&id)?;
    let body: ServiceBody = client.get(&path).await?;
    if body.is_zimbra == Some(true) {
        id.platform = Platform::MxPlanZimbra;
    }
    let addresses: Vec<String> = client.get(&format!("{path}/account")).await?;
    let domains: Vec<String> = client.get(&format!("{path}/domain")).await?;
    let placeholders = addresses.iter().filter(|a| is_placeholder(a)).count();
    let is_hosted = id.platform != Platform::Exchange || body.offer.as_deref().is_none_or(|offer| offer == HOSTED);
    Ok(Service {
        hostname: hostname(client, &id, &body),
        state: state(&body.state),
        password: body.password(),
        largest_message: units::megabytes(body.max_receive_size),
        display_name: filled(body.display_name),
        webmail: filled(body.web_url),
        accounts: count(addresses.len() - placeholders),
        free_seats: if is_hosted { count(placeholders) } else { 0 },
        account_quota: account_quota(client, &path, &addresses).await?,
        is_imap_enabled: is_imap_enabled(client, &id, &path).await?,
        seats: if is_hosted { SeatModel::Placeholders } else { SeatModel::OnDemand },
        offers: Vec::new(),
        domains: domains.iter().filter_map(|name| name.parse::<DomainName>().ok()).collect(),
        id,
    })
}

/// What the service says. The hosts of an MX Plan are the same for everybody; those of an Exchange are numbered, and not guessed.
fn hostname(client: &Client, id: &ServiceId, body: &ServiceBody) -> String {
    let said = body.host();
    if said.is_empty() && id.platform.is_mx_plan() { discovery::usual_host(client, id.platform) } else { said }
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
