//! The customer's legacy MX Plans.

use super::super::client::Client;
use super::super::reading::in_turn;
use super::super::words::{filled, state};
use super::super::{discovery, routes};
use super::wire::{CountsBody, DomainServiceBody};
use crate::domain::{ByteSize, DomainName, Platform, SeatModel, Service, ServiceId};
use crate::ports::ApiError;

/// In the API's order. One that moved to the new infrastructure is shown there, not here.
pub(in super::super) async fn list(client: &Client) -> Result<Vec<Service>, ApiError> {
    let names: Option<Vec<String>> = client.find("/email/domain").await?;
    let names = names.unwrap_or_default().into_iter().filter_map(|name| name.parse::<DomainName>().ok());
    in_turn(names.map(|name| read(client, name)).collect()).await
}

async fn read(client: &Client, name: DomainName) -> Result<Option<Service>, ApiError> {
    let id = ServiceId { platform: Platform::MxPlanLegacy, organization: None, name: name.as_str().to_owned() };
    let body: DomainServiceBody = match client.get(&routes::mail_domain(&name)).await {
        Ok(body) => body,
        Err(ApiError::Expired { .. }) => return Ok(Some(discovery::expired(id, SeatModel::OnDemand))),
        Err(ApiError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    if filled(body.migrated_service_name.clone()).is_some() {
        return Ok(None);
    }
    let allowed: Option<CountsBody> = client.find(&format!("{}/quota", routes::mail_domain(&name))).await?;
    let there: Option<CountsBody> = client.find(&format!("{}/summary", routes::mail_domain(&name))).await?;
    let (allowed, there) = (allowed.map_or(0, |counts| counts.account), there.map_or(0, |counts| counts.account));
    let number = |number: i64| u32::try_from(number).unwrap_or(0);
    Ok(Some(Service {
        display_name: None,
        state: state(&body.status),
        hostname: discovery::usual_host(client, Platform::MxPlanLegacy),
        webmail: None,
        accounts: number(there),
        free_seats: number(allowed - there),
        account_quota: largest_size(&body).and_then(|size| u64::try_from(size).ok()).map(ByteSize),
        largest_message: None,
        is_imap_enabled: true,
        password: discovery::password_policy(Platform::MxPlanLegacy),
        seats: SeatModel::OnDemand,
        offers: Vec::new(),
        domains: vec![name],
        id,
    }))
}

/// The largest that an account may be, in bytes.
pub(in super::super) fn largest_size(body: &DomainServiceBody) -> Option<i64> {
    let sizes = body.allowed_account_size.iter().flatten().copied();
    sizes.filter(|size| *size > 0).max()
}
