//! Numbers of a service ↔ addresses.

use super::super::client::Client;
use super::super::routes;
use super::wire::IdBody;
use crate::domain::{EmailAddress, ServiceId};
use crate::ports::ApiError;

/// The number of an account; not found when it is not of this service.
pub(super) async fn of_account(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<i64, ApiError> {
    Ok(client.get::<IdBody>(&routes::account(service, address)?).await?.id)
}

/// The number of a contact; not found when it is not of this service.
pub(super) async fn of_contact(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<i64, ApiError> {
    let path = format!("{}/externalContact/{}", routes::service(service)?, routes::segment(&address.to_string()));
    Ok(client.get::<IdBody>(&path).await?.id)
}

/// The account with this number, or `None` when it is gone.
pub(super) async fn account(client: &Client, service: &ServiceId, id: i64) -> Result<Option<EmailAddress>, ApiError> {
    let found: Option<Vec<String>> = client.find(&format!("{}/account?id={id}", routes::service(service)?)).await?;
    Ok(found.unwrap_or_default().iter().find_map(|address| address.parse().ok()))
}
