//! Accounts of Zimbra: found by address, changed by what they shall be, with the checksum of what was read.

use serde::de::IgnoredAny;

use super::super::client::{Client, Versioned};
use super::super::errors::NO_QUERY;
use super::super::words::count;
use super::super::{features, routes};
use super::slots;
use super::wire::{AccountAddition, AccountBody, AccountChange, AccountTarget, Wanted};
use crate::domain::{Account, EmailAddress, OperationId, Secret, ServiceId};
use crate::ports::{ApiError, NewAccount};

/// Objects of version 2 are followed by looking at them.
const FOLLOWED_BY_LOOKING: OperationId = OperationId(0);

/// All accounts in the API's order.
pub(in super::super) async fn list(client: &Client, service: &ServiceId) -> Result<Vec<Account>, ApiError> {
    let path = routes::service(service)?;
    let accounts: Vec<AccountBody> = client.pages(&format!("{path}/account")).await?;
    let aliases = features::zimbra::aliases(client, &path, None).await?;
    let of = |account: &AccountBody| count(aliases.iter().filter(|alias| alias.leads_to(&account.id)).count());
    Ok(accounts.iter().filter_map(|account| account.to_account(of(account))).collect())
}

/// One account.
pub(in super::super) async fn read(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<Option<Account>, ApiError> {
    let path = routes::service(service)?;
    let Some(found) = find(client, &path, address).await? else {
        return Ok(None);
    };
    let aliases = features::zimbra::aliases(client, &path, Some(&found.id)).await?;
    Ok(found.to_account(count(aliases.len())))
}

/// The account whose address it is now, not the one whose address it shall be.
pub(in super::super) async fn find(client: &Client, path: &str, address: &EmailAddress) -> Result<Option<AccountBody>, ApiError> {
    let query = format!("{path}/account?email={}", routes::segment(&address.to_string()));
    let found: Vec<AccountBody> = match client.pages(&query).await {
        Ok(found) => found,
        Err(ApiError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(found.into_iter().find(|account| account.address().as_ref() == Some(address)))
}

/// The same, where it has to be there.
pub(in super::super) async fn expect(client: &Client, path: &str, address: &EmailAddress) -> Result<AccountBody, ApiError> {
    let missing = || ApiError::NotFound { message: format!("there is no account {address}"), query_id: NO_QUERY.to_owned() };
    find(client, path, address).await?.ok_or_else(missing)
}

/// `PUT` with the new address.
pub(in super::super) async fn rename(client: &Client, service: &ServiceId, from: &EmailAddress, to: &EmailAddress) -> Result<(), ApiError> {
    change(client, service, from, (&|target| target.email = Some(to.to_string()), None)).await
}

/// `PUT` with the new password.
pub(in super::super) async fn change_password(
    client: &Client,
    service: &ServiceId,
    address: &EmailAddress,
    password: &Secret,
) -> Result<OperationId, ApiError> {
    change(client, service, address, (&|_| {}, Some(password))).await?;
    Ok(FOLLOWED_BY_LOOKING)
}

/// What changes in the target, and the password if it is one.
pub(in super::super) type Edit<'a> = (&'a (dyn Fn(&mut AccountTarget) + Sync), Option<&'a Secret>);

/// Everything that the account shall be goes back with the change: whether what is absent stays or is taken away is not said anywhere.
/// When the account changed between reading and writing nothing was done, so it is read once more.
pub(in super::super) async fn change(
    client: &Client,
    service: &ServiceId,
    address: &EmailAddress,
    (edit, password): Edit<'_>,
) -> Result<(), ApiError> {
    let path = routes::service(service)?;
    for _ in 0..2 {
        let mut found = expect(client, &path, address).await?;
        let mut target = found.target_spec.take().unwrap_or_default();
        edit(&mut target);
        let target_spec = AccountChange { target: &target, password: password.map(Secret::expose) };
        let wanted = Wanted { target_spec, checksum: found.checksum.as_deref() };
        let path = format!("{path}/account/{}", routes::segment(&found.id));
        if client.put_version(&path, &wanted, password).await? == Versioned::Accepted {
            return Ok(());
        }
    }
    Err(ApiError::InProgress { message: format!("{address} changes while it is being changed"), query_id: NO_QUERY.to_owned() })
}

/// `POST`, into the smallest free slot that holds what will be copied.
pub(in super::super) async fn create(client: &Client, service: &ServiceId, request: &NewAccount) -> Result<OperationId, ApiError> {
    let path = routes::service(service)?;
    let slots = slots::all(client, &path).await?;
    let accounts: Vec<AccountBody> = client.pages(&format!("{path}/account")).await?;
    let Some(slot) = slots::smallest_for(&slots, &accounts, request.holds) else {
        let message = if slots.iter().all(|slot| !slot.is_free) {
            "no slot is free".to_owned()
        } else {
            format!("no free slot holds {}", request.holds)
        };
        return Err(ApiError::NoSeat { message, query_id: NO_QUERY.to_owned() });
    };
    let addition = AccountAddition {
        email: request.address.to_string(),
        offer: &slot.offer,
        slot_id: &slot.id,
        password: request.password.expose(),
        display_name: request.display_name.as_deref(),
        first_name: request.first_name.as_deref(),
        last_name: request.last_name.as_deref(),
    };
    let wanted = Wanted::new(addition);
    let _: Option<IgnoredAny> = client.post(&format!("{path}/account"), Some(&wanted), Some(&request.password)).await?;
    Ok(FOLLOWED_BY_LOOKING)
}

/// `DELETE`: the slot becomes free, and the mail is gone.
pub(in super::super) async fn delete(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<OperationId, ApiError> {
    let path = routes::service(service)?;
    let found = expect(client, &path, address).await?;
    let _: Option<IgnoredAny> = client.delete(&format!("{path}/account/{}", routes::segment(&found.id))).await?;
    Ok(FOLLOWED_BY_LOOKING)
}
