//! Accounts of a legacy MX Plan: list, read, make, delete, what runs on them.

use std::collections::BTreeMap;

use super::super::client::Client;
use super::super::exchange_family::accounts::operation_id;
use super::super::exchange_family::wire::StartedBody;
use super::super::reading::in_turn;
use super::super::words::filled;
use super::super::{routes, units};
use super::services::largest_size;
use super::wire::{AccountAddition, AccountBody, DomainServiceBody, OperationBody, UsageBody};
use crate::domain::{Account, DomainName, EmailAddress, ObjectState, OperationId, ServiceId};
use crate::ports::{ApiError, NewAccount};

/// What runs, by local part.
type Running = BTreeMap<String, OperationId>;

/// All accounts in the API's order; one that vanishes meanwhile is left out.
pub(in super::super) async fn list(client: &Client, service: &ServiceId) -> Result<Vec<Account>, ApiError> {
    let Ok(domain) = service.name.parse::<DomainName>() else {
        return Ok(Vec::new());
    };
    let path = routes::service(service)?;
    let names: Vec<String> = client.get(&format!("{path}/account")).await?;
    let running = running(client, &path).await?;
    let addresses = names.iter().filter_map(|name| EmailAddress::new(name, &domain).ok());
    let reads: Vec<_> = addresses
        .map(|address| {
            let running = &running;
            async move { describe(client, service, &address, running).await }
        })
        .collect();
    in_turn(reads).await
}

/// One account; one of another domain is none of this service.
pub(in super::super) async fn read(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<Option<Account>, ApiError> {
    if address.domain().as_str() != service.name {
        return Ok(None);
    }
    let query = format!("{}/task/account?name={}", routes::service(service)?, routes::segment(address.local()));
    let ids: Option<Vec<i64>> = client.find(&query).await?;
    let first = ids.and_then(|ids| ids.first().copied());
    let running = first.map(|id| (address.local().to_owned(), OperationId(id))).into_iter().collect();
    describe(client, service, address, &running).await
}

async fn describe(client: &Client, service: &ServiceId, address: &EmailAddress, running: &Running) -> Result<Option<Account>, ApiError> {
    let path = routes::account(service, address)?;
    let Some(body) = client.find::<AccountBody>(&path).await? else {
        return Ok(None);
    };
    let usage: Option<UsageBody> = client.find(&format!("{path}/usage")).await?;
    let operation = running.get(address.local()).copied();
    Ok(Some(Account {
        address: body.email.parse().unwrap_or_else(|_| address.clone()),
        is_configured: true,
        display_name: filled(body.description),
        first_name: None,
        last_name: None,
        state: if operation.is_some() { ObjectState::Busy } else { ObjectState::Ok },
        operation,
        used: usage.and_then(|usage| usage.quota).and_then(units::bytes_in_use),
        quota: body.size.and_then(units::plain_bytes),
        last_logon: None,
        // There are none: a redirection that leads to an account is told among its features.
        aliases: 0,
        is_blocked: body.is_blocked.unwrap_or(false),
    }))
}

async fn running(client: &Client, path: &str) -> Result<Running, ApiError> {
    let ids: Option<Vec<i64>> = client.find(&format!("{path}/task/account")).await?;
    let reads: Vec<_> = ids.unwrap_or_default().into_iter().map(|id| named(client, path, id)).collect();
    Ok(in_turn(reads).await?.into_iter().collect())
}

async fn named(client: &Client, path: &str, id: i64) -> Result<Option<(String, OperationId)>, ApiError> {
    let found: Option<OperationBody> = client.find(&format!("{path}/task/account/{id}")).await?;
    Ok(found.map(|operation| (operation.name.to_ascii_lowercase(), OperationId(id))))
}

/// `POST …/account`, as large as the plan allows: the number of accounts is what it limits.
pub(in super::super) async fn create(client: &Client, service: &ServiceId, request: &NewAccount) -> Result<OperationId, ApiError> {
    let path = routes::service(service)?;
    let plan: Option<DomainServiceBody> = client.find(&path).await?;
    let addition = AccountAddition {
        account_name: request.address.local(),
        password: request.password.expose(),
        description: request.display_name.as_deref(),
        size: plan.as_ref().and_then(largest_size),
    };
    let task: Option<StartedBody> = client.post(&format!("{path}/account"), Some(&addition), Some(&request.password)).await?;
    Ok(operation_id(task.as_ref()))
}

/// `GET …/task/account/{id}`: what is listed runs, what is not listed any more is done. How it ended is seen at the account.
pub(in super::super) async fn operation(client: &Client, service: &ServiceId, id: OperationId) -> Result<Option<ObjectState>, ApiError> {
    let found: Option<OperationBody> = client.find(&format!("{}/task/account/{id}", routes::service(service)?)).await?;
    Ok(found.map(|_| ObjectState::Busy))
}
