//! The platform's own migration of an account of a legacy MX Plan, to Exchange or Email Pro. All of its routes are marked BETA.

use super::super::client::Client;
use super::super::errors::refused;
use super::super::exchange_family::accounts::operation_id;
use super::super::exchange_family::wire::{PasswordChange, StartedBody};
use super::super::routes;
use super::wire::CheckBody;
use crate::domain::{EmailAddress, MigrationCheck, OperationId, Platform, Secret, ServiceId};
use crate::ports::ApiError;

/// `email.domain.MigrationServiceType`, complete: what a target can be, and on which platform it is.
pub(in super::super) const TYPES: &[(&str, Platform)] = &[
    ("EMAIL PRO", Platform::EmailPro),
    ("HOSTED EXCHANGE", Platform::Exchange),
    ("PRIVATE EXCHANGE", Platform::Exchange),
    ("PROVIDER EXCHANGE", Platform::Exchange),
];

/// From which account to which service.
pub(in super::super) struct Way<'a> {
    pub(in super::super) from: &'a ServiceId,
    pub(in super::super) address: &'a EmailAddress,
    pub(in super::super) to: &'a ServiceId,
}

impl Way<'_> {
    /// Refuses what has no route, instead of asking a route of another product.
    fn checked(&self) -> Result<(), ApiError> {
        if self.is_offered() { Ok(()) } else { Err(refused(format!("{} does not migrate to {}", self.from.platform, self.to.platform))) }
    }

    fn is_offered(&self) -> bool {
        self.from.platform == Platform::MxPlanLegacy && TYPES.iter().any(|(_, platform)| *platform == self.to.platform)
    }

    /// `…/account/{accountName}/migrate`.
    fn path(&self) -> Result<String, ApiError> {
        Ok(format!("{}/migrate", routes::account(self.from, self.address)?))
    }

    /// `…/migrate/{destinationServiceName}/destinationEmailAddress`.
    fn seats_path(&self) -> Result<String, ApiError> {
        Ok(format!("{}/{}/destinationEmailAddress", self.path()?, routes::segment(&self.to.name)))
    }
}

/// Free seats of the target, in the API's order, of which the control panel takes the first.
pub(in super::super) async fn seats(client: &Client, way: &Way<'_>) -> Result<Vec<EmailAddress>, ApiError> {
    if !way.is_offered() {
        return Ok(Vec::new());
    }
    for (name, _) in TYPES.iter().filter(|(_, platform)| *platform == way.to.platform) {
        let services: Option<Vec<String>> = client.find(&format!("{}?type={}", way.path()?, routes::segment(name))).await?;
        if services.unwrap_or_default().contains(&way.to.name) {
            let seats: Option<Vec<String>> = client.find(&way.seats_path()?).await?;
            return Ok(seats.unwrap_or_default().iter().filter_map(|seat| seat.parse().ok()).collect());
        }
    }
    Ok(Vec::new())
}

/// `…/checkMigrate`: a success even when it is full of errors.
pub(in super::super) async fn check(client: &Client, way: &Way<'_>, seat: &EmailAddress) -> Result<MigrationCheck, ApiError> {
    way.checked()?;
    let path = format!("{}/{}/checkMigrate", way.seats_path()?, routes::segment(&seat.to_string()));
    client.get::<CheckBody>(&path).await.map(MigrationCheck::from)
}

/// `…/migrate` with the password of the account: **it cannot be cancelled**.
pub(in super::super) async fn start(
    client: &Client,
    way: &Way<'_>,
    seat: &EmailAddress,
    password: &Secret,
) -> Result<OperationId, ApiError> {
    way.checked()?;
    let path = format!("{}/{}/migrate", way.seats_path()?, routes::segment(&seat.to_string()));
    let body = PasswordChange { password: password.expose() };
    let task: Option<StartedBody> = client.post(&path, Some(&body), Some(password)).await?;
    Ok(operation_id(task.as_ref()))
}
