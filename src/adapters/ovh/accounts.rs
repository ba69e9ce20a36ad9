//! Accounts: list, read, rename, configure a seat, password, reset.

use futures::{StreamExt, TryStreamExt, stream};

use super::client::{Client, PARALLEL_CALLS};
use super::routes;
use super::wire::{AccountBody, AccountChange, PasswordChange, TaskBody};
use crate::domain::{Account, EmailAddress, ObjectState, OperationId, Secret, ServiceId};
use crate::ports::{ApiError, SeatRequest};

/// All accounts in the API's order. One that vanishes while the list is read (a rename) is left out.
pub(super) async fn list(client: &Client, service: &ServiceId) -> Result<Vec<Account>, ApiError> {
    let addresses: Vec<String> = client.get(&format!("{}/account", routes::service(service)?)).await?;
    let reads: Vec<_> = addresses.into_iter().map(|address| read_by_text(client, service, address)).collect();
    stream::iter(reads).buffered(PARALLEL_CALLS).try_filter_map(async |found| Ok(found)).try_collect().await
}

async fn read_by_text(client: &Client, service: &ServiceId, address: String) -> Result<Option<Account>, ApiError> {
    let Ok(parsed) = address.parse::<EmailAddress>() else {
        tracing::warn!(%service, "an account has an address that cannot be handled and is left out");
        return Ok(None);
    };
    read(client, service, &parsed).await
}

/// One account.
pub(super) async fn read(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<Option<Account>, ApiError> {
    let path = routes::account(service, address)?;
    let Some(body) = client.find::<AccountBody>(&path).await? else {
        return Ok(None);
    };
    let is_counted = body.number_of_aliases.is_some() || super::wire::is_placeholder(&address.to_string());
    let aliases = if is_counted {
        0
    } else {
        // Email Pro does not count them in the account itself.
        let names: Option<Vec<String>> = client.find(&format!("{path}/alias")).await?;
        names.map_or(0, |names| u32::try_from(names.len()).unwrap_or(u32::MAX))
    };
    Ok(body.into_account(aliases))
}

/// PUT with the new login and domain; nothing else is touched.
pub(super) async fn rename(client: &Client, service: &ServiceId, from: &EmailAddress, to: &EmailAddress) -> Result<(), ApiError> {
    let change = AccountChange { login: to.local(), domain: to.domain().as_str(), display_name: None, first_name: None, last_name: None };
    client.put(&routes::account(service, from)?, &change).await
}

/// The same PUT, on a placeholder, with the names.
pub(super) async fn configure(client: &Client, service: &ServiceId, request: &SeatRequest) -> Result<(), ApiError> {
    let change = AccountChange {
        login: request.address.local(),
        domain: request.address.domain().as_str(),
        display_name: request.display_name.as_deref(),
        first_name: request.first_name.as_deref(),
        last_name: request.last_name.as_deref(),
    };
    client.put(&routes::account(service, &request.seat)?, &change).await
}

/// `POST …/changePassword`.
pub(super) async fn change_password(
    client: &Client,
    service: &ServiceId,
    address: &EmailAddress,
    password: &Secret,
) -> Result<OperationId, ApiError> {
    let path = format!("{}/changePassword", routes::account(service, address)?);
    let body = PasswordChange { password: password.expose() };
    Ok(operation_id(client.post(&path, Some(&body), Some(password)).await?.as_ref()))
}

/// `DELETE …/account/{address}`: the seat becomes a placeholder again and its mail is gone.
pub(super) async fn reset(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<OperationId, ApiError> {
    Ok(operation_id(client.delete(&routes::account(service, address)?).await?.as_ref()))
}

/// `GET …/task/{id}`; a task that is not listed any more is done.
pub(super) async fn operation(client: &Client, service: &ServiceId, id: OperationId) -> Result<Option<ObjectState>, ApiError> {
    if id.0 == 0 {
        return Ok(None);
    }
    let task: Option<TaskBody> = client.find(&format!("{}/task/{id}", routes::service(service)?)).await?;
    Ok(task.map(|task| task.state()))
}

/// Some acts answer `null` instead of a task; 0 is never one and reads as done.
pub(super) fn operation_id(task: Option<&TaskBody>) -> OperationId {
    OperationId(task.map_or(0, |task| task.id))
}
