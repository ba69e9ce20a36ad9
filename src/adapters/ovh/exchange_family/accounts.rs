//! Accounts: list, read, rename, configure a seat, make, password, reset.

use super::super::client::Client;
use super::super::errors::refused;
use super::super::reading::in_turn;
use super::super::routes;
use super::super::words::{count, is_placeholder};
use super::wire::{AccountAddition, AccountBody, AccountChange, PasswordChange, StartedBody, TaskBody};
use crate::domain::{Account, EmailAddress, ObjectState, OperationId, Platform, Secret, ServiceId};
use crate::ports::{ApiError, NewAccount, SeatRequest};

/// The licence of an account where no account shows which one is usual.
const USUAL_LICENCE: &str = "standard";

/// All accounts in the API's order. One that vanishes while the list is read (a rename) is left out.
pub(in super::super) async fn list(client: &Client, service: &ServiceId) -> Result<Vec<Account>, ApiError> {
    let addresses: Vec<String> = client.get(&format!("{}/account", routes::service(service)?)).await?;
    in_turn(addresses.into_iter().map(|address| read_by_text(client, service, address)).collect()).await
}

async fn read_by_text(client: &Client, service: &ServiceId, address: String) -> Result<Option<Account>, ApiError> {
    let Ok(parsed) = address.parse::<EmailAddress>() else {
        tracing::warn!(%service, "an account has an address that cannot be handled and is left out");
        return Ok(None);
    };
    read(client, service, &parsed).await
}

/// One account.
pub(in super::super) async fn read(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<Option<Account>, ApiError> {
    let path = routes::account(service, address)?;
    let Some(body) = client.find::<AccountBody>(&path).await? else {
        return Ok(None);
    };
    let is_counted = body.number_of_aliases.is_some() || is_placeholder(&address.to_string());
    let aliases = if is_counted {
        0
    } else {
        // Only Exchange counts them in the account itself.
        let names: Option<Vec<String>> = client.find(&format!("{path}/alias")).await?;
        names.map_or(0, |names| count(names.len()))
    };
    Ok(body.into_account(aliases))
}

/// PUT with the new login and domain; nothing else is touched.
pub(in super::super) async fn rename(client: &Client, service: &ServiceId, from: &EmailAddress, to: &EmailAddress) -> Result<(), ApiError> {
    let change = AccountChange { login: to.local(), domain: to.domain().as_str(), display_name: None, first_name: None, last_name: None };
    client.put(&routes::account(service, from)?, &change).await
}

/// The same PUT, on a placeholder, with the names.
pub(in super::super) async fn configure(client: &Client, service: &ServiceId, request: &SeatRequest) -> Result<(), ApiError> {
    let change = AccountChange {
        login: request.address.local(),
        domain: request.address.domain().as_str(),
        display_name: request.display_name.as_deref(),
        first_name: request.first_name.as_deref(),
        last_name: request.last_name.as_deref(),
    };
    client.put(&routes::account(service, &request.seat)?, &change).await
}

/// `POST …/account`: Exchange services that are not hosted, where each account is billed when it is made.
pub(in super::super) async fn create(client: &Client, service: &ServiceId, request: &NewAccount) -> Result<OperationId, ApiError> {
    if service.platform != Platform::Exchange {
        return Err(refused("accounts are made from free seats here"));
    }
    let license = usual_licence(client, service).await?;
    let addition = AccountAddition {
        license: &license,
        password: request.password.expose(),
        names: AccountChange {
            login: request.address.local(),
            domain: request.address.domain().as_str(),
            display_name: request.display_name.as_deref(),
            first_name: request.first_name.as_deref(),
            last_name: request.last_name.as_deref(),
        },
    };
    let path = format!("{}/account", routes::service(service)?);
    Ok(operation_id(client.post(&path, Some(&addition), Some(&request.password)).await?.as_ref()))
}

/// The licence of an account that is there: a service of another offer knows others.
async fn usual_licence(client: &Client, service: &ServiceId) -> Result<String, ApiError> {
    let path = format!("{}/account", routes::service(service)?);
    let addresses: Vec<String> = client.get(&path).await?;
    let Some(address) = addresses.first() else {
        return Ok(USUAL_LICENCE.to_owned());
    };
    let body: Option<AccountBody> = client.find(&format!("{path}/{}", routes::segment(address))).await?;
    Ok(body.and_then(|body| body.account_license).unwrap_or_else(|| USUAL_LICENCE.to_owned()))
}

/// `POST …/changePassword`, of either version 1 family.
pub(in super::super) async fn change_password(
    client: &Client,
    service: &ServiceId,
    address: &EmailAddress,
    password: &Secret,
) -> Result<OperationId, ApiError> {
    let path = format!("{}/changePassword", routes::account(service, address)?);
    let body = PasswordChange { password: password.expose() };
    Ok(operation_id(client.post(&path, Some(&body), Some(password)).await?.as_ref()))
}

/// `DELETE …/account/{address}`, of either version 1 family: a seat becomes a placeholder again, and its mail is gone.
pub(in super::super) async fn reset(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<OperationId, ApiError> {
    Ok(operation_id(client.delete(&routes::account(service, address)?).await?.as_ref()))
}

/// `GET …/task/{id}`; a task that is not listed any more is done.
pub(in super::super) async fn operation(client: &Client, service: &ServiceId, id: OperationId) -> Result<Option<ObjectState>, ApiError> {
    let task: Option<TaskBody> = client.find(&format!("{}/task/{id}", routes::service(service)?)).await?;
    Ok(task.map(|task| task.state()))
}

/// Some acts answer `null` instead of a task; 0 is never one and reads as done.
pub(in super::super) fn operation_id(task: Option<&StartedBody>) -> OperationId {
    OperationId(task.map_or(0, |task| task.id))
}
