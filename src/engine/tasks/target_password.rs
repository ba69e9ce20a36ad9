//! Passwords of accounts that this program makes: set once the platform shows the account, replaced when they are lost.

use crate::domain::{Account, EmailAddress, ObjectState, Secret, SecretRef, ServiceId};
use crate::plan::{PasswordRules, SourceAccount, TargetAccount, names_in};
use crate::ports::{ApiError, PlatformApi};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event};

use super::super::context::{Failure, TaskContext};
use super::super::password::new_password_for;

/// Tries while the platform does not know the account under its new name yet, or is still at work on it. Its own control panel tries
/// eleven times, a second apart, and gives up.
const MOST_TRIES: u32 = 40;

pub(super) fn is_busy(account: &Account) -> bool {
    account.operation.is_some() || account.state == ObjectState::Busy
}

/// Sets the kept password of an account, a new one when there is none, and waits until the platform has done it.
/// `false` when stopped before the end.
pub(super) async fn set_password(
    context: &TaskContext,
    api: &dyn PlatformApi,
    (service, address): (&ServiceId, &EmailAddress),
    reference: &SecretRef,
) -> Result<bool, Failure> {
    let secrets = &context.ports.secrets;
    let password = if let Some(password) = secrets.get(reference).await? {
        password
    } else {
        let password = context.make_password(api, (service, address)).await?;
        secrets.set(reference, &password).await?;
        password
    };
    change_password(context, api, (service, address), &password).await
}

/// Changes a password and waits until the platform has done it. `false` when stopped before the end.
async fn change_password(
    context: &TaskContext,
    api: &dyn PlatformApi,
    (service, address): (&ServiceId, &EmailAddress),
    password: &Secret,
) -> Result<bool, Failure> {
    context.doing(Activity::Asking);
    let mut tries = 0;
    let operation = loop {
        match api.change_password(service, address, password).await {
            Ok(operation) => break operation,
            Err(ApiError::NotFound { .. } | ApiError::InProgress { .. }) if tries < MOST_TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
        if !context.pause(context.limits.operation_poll_millis).await {
            return Ok(false);
        }
    };
    context.doing(Activity::WaitingForPlatform);
    loop {
        let is_idle = api.account(service, address).await?.is_some_and(|account| !is_busy(&account));
        match api.operation(service, operation).await? {
            Some(ObjectState::Unusable) => {
                return Err(Problem::new(ProblemCode::OperationFailed).with("address", address).with("service", service).into());
            }
            None | Some(ObjectState::Ok) if is_idle => return Ok(true),
            _ => {}
        }
        if !context.pause(context.limits.operation_poll_millis).await {
            return Ok(false);
        }
    }
}

impl TaskContext {
    /// A password by the rules of the service, without any name of the account in it.
    pub(super) async fn make_password(
        &self,
        api: &dyn PlatformApi,
        (service, address): (&ServiceId, &EmailAddress),
    ) -> Result<Secret, Failure> {
        let services = self.shared.lookups.services(api, self.ports.clock.now()).await?;
        let policy = services.iter().find(|known| known.id == *service).map(|known| known.password.clone()).unwrap_or_default();
        let names = {
            let session = self.session.borrow();
            let source = session.migrations.iter().map(|m| &m.source).find(|source| source.address == *address);
            let own = |pick: fn(&SourceAccount) -> Option<&str>| source.and_then(pick);
            let named = [own(|s| s.display_name.as_deref()), own(|s| s.first_name.as_deref()), own(|s| s.last_name.as_deref())];
            names_in(address, &named)
        };
        Ok(new_password_for(&PasswordRules::of(service.platform, &policy), &names))
    }

    /// The password of an account that this program created is known to nobody else: when it is lost (there is no keyring, and the
    /// program was ended), it is replaced through the API. Accounts that a person created are asked for instead.
    ///
    /// The platform first, the secret then: what is kept opens the account, and a change that did not come about is made anew.
    pub(in crate::engine) async fn renew_lost_password(&self, target: &TargetAccount) -> Result<(), Failure> {
        let Some(service) = &target.service else { return Ok(()) };
        let _turn = self.shared.renewal.lock().await;
        if self.ports.secrets.get(&target.secret).await?.is_some() {
            return Ok(());
        }
        let is_its = |m: &&crate::session::Migration| m.target.as_ref().is_some_and(|known| known.secret == target.secret);
        let Some(migration) = self.session.borrow().migrations.iter().find(is_its).map(|m| m.id) else { return Ok(()) };
        // The user name is the address that the account has now, also between two names.
        let Ok(address) = target.user.parse::<EmailAddress>() else { return Ok(()) };
        let api = self.api().await?;
        let password = self.make_password(api.as_ref(), (service, &address)).await?;
        if !change_password(self, api.as_ref(), (service, &address), &password).await? {
            return Err(Failure::Closing);
        }
        self.ports.secrets.set(&target.secret, &password).await?;
        self.record(Event::TargetPasswordRenewed { migration }).await
    }
}
