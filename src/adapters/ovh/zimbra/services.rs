//! The customer's Zimbra platforms.

use super::super::client::Client;
use super::super::reading::in_turn;
use super::super::words::{count, filled};
use super::super::{discovery, routes};
use super::wire::{AccountBody, PlatformState, Resource, Unread};
use super::{domains, slots};
use crate::domain::{Platform, SeatModel, Service, ServiceId};
use crate::ports::ApiError;

type PlatformBody = Resource<PlatformState, Unread>;

/// In the API's order.
pub(in super::super) async fn list(client: &Client) -> Result<Vec<Service>, ApiError> {
    let platforms: Vec<PlatformBody> = match client.pages("/v2/zimbra/platform").await {
        Ok(platforms) => platforms,
        Err(ApiError::NotFound { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    in_turn(platforms.into_iter().map(|platform| read(client, platform)).collect()).await
}

async fn read(client: &Client, platform: PlatformBody) -> Result<Option<Service>, ApiError> {
    let id = ServiceId { platform: Platform::Zimbra, organization: None, name: platform.id.clone() };
    match describe(client, &id, platform).await {
        Ok(service) => Ok(Some(service)),
        Err(ApiError::Expired { .. }) => Ok(Some(discovery::expired(id, SeatModel::Slots))),
        Err(ApiError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn describe(client: &Client, id: &ServiceId, platform: PlatformBody) -> Result<Service, ApiError> {
    let path = routes::service(id)?;
    let slots = slots::all(client, &path).await?;
    let accounts: Vec<AccountBody> = client.pages(&format!("{path}/account")).await?;
    let domains = domains::names(client, &path).await?;
    let state = platform.state();
    let named = platform.current_state.and_then(|state| filled(state.description).or_else(|| filled(state.name)));
    Ok(Service {
        id: id.clone(),
        display_name: named,
        state,
        hostname: discovery::usual_host(client, Platform::Zimbra),
        webmail: None,
        accounts: count(accounts.len()),
        free_seats: count(slots.iter().filter(|slot| slot.is_free).count()),
        // It depends on the offer.
        account_quota: None,
        largest_message: None,
        is_imap_enabled: true,
        password: discovery::password_policy(Platform::Zimbra),
        seats: SeatModel::Slots,
        offers: slots::offers(&slots, &accounts),
        domains,
    })
}
