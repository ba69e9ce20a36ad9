//! Gives the source account its temporary name, and its own name back.
//!
//! With the API: look which of the two names exists, act only when the old one exists alone and is idle, and look again until
//! the new one is there. Guided: a login under the new name is the proof.

use crate::domain::{EmailAddress, MigrationId, ObjectState, ServiceId};
use crate::ports::PlatformApi;
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event, RenameState, Strategy, Undo, Witness};

use super::super::context::{Failure, TaskContext};
use super::preflight::as_planned;
use super::releasing::later_if_taken;

/// What the platform shows of a rename.
enum Seen {
    /// The new name exists, the old one does not, nothing runs.
    Renamed,
    /// The old name exists, the new one does not, nothing runs.
    NotYet,
    /// The platform is at work.
    Busy,
}

/// Polls without either name before the account counts as missing: between two names a platform may show none.
const MOST_BLIND_POLLS: u32 = 20;

pub(super) async fn run(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    let from = migration.source.address.clone();
    let to = migration.temporary.clone().unwrap_or_else(|| from.clone());
    let Some(service) = migration.source.service.clone() else {
        context.doing(Activity::ProvingLogin);
        if to != from {
            context.names_turned_over(&migration).await;
        }
        let user = migration.source_user.clone().unwrap_or_else(|| to.to_string());
        context.give_back(context.connect_as(&migration.source, &user).await?);
        return context.record(Event::SourceRenamed { migration: id, witness: Witness::Login }).await;
    };
    if migration.rename == RenameState::Pending && context.session.borrow().order() == Strategy::RenameFirst {
        as_planned(context, &migration).await?;
    }
    let intend =
        (migration.rename != RenameState::Intended).then(|| Event::RenameIntended { migration: id, from: from.clone(), to: to.clone() });
    if rename(context, &service, (&from, &to), intend, 0).await? {
        context.names_turned_over(&migration).await;
        context.record(Event::SourceRenamed { migration: id, witness: Witness::Platform }).await?;
    }
    Ok(())
}

pub(super) async fn undo(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    let to = migration.source.address.clone();
    let from = migration.temporary.clone().unwrap_or_else(|| to.clone());
    let Some(service) = migration.source.service.clone() else {
        if from != to {
            context.doing(Activity::ProvingLogin);
            context.names_turned_over(&migration).await;
            context.give_back(context.connect_as(&migration.source, &migration.source.user).await?);
        }
        return context.record(Event::RenameUndone { migration: id }).await;
    };
    let intend = (migration.rename != RenameState::Undoing(Undo::Intended)).then(|| Event::RenameUndoIntended {
        migration: id,
        from: from.clone(),
        to: to.clone(),
    });
    // What was asked for a moment ago may still be on its way.
    let patience = if migration.is_half_renamed && intend.is_some() { MOST_BLIND_POLLS } else { 0 };
    // The target gave the address up moments ago: platforms release it late.
    if rename(context, &service, (&from, &to), intend, patience).await.map_err(later_if_taken)? {
        context.names_turned_over(&migration).await;
        context.record(Event::RenameUndone { migration: id }).await?;
    }
    Ok(())
}

/// Brings the account from one name to the other; `false` when stopped before the end. That it has the other one already is believed
/// after so many looks more.
pub(super) async fn rename(
    context: &TaskContext,
    service: &ServiceId,
    names: (&EmailAddress, &EmailAddress),
    mut intend: Option<Event>,
    mut patience: u32,
) -> Result<bool, Failure> {
    let (from, to) = names;
    context.doing(Activity::Connecting);
    let api = context.api().await?;
    let mut blind = 0;
    loop {
        match look(api.as_ref(), service, names).await? {
            Some(Seen::Renamed) if patience == 0 => return Ok(true),
            Some(Seen::Renamed) => patience -= 1,
            Some(Seen::Busy) => {}
            Some(Seen::NotYet) => {
                if let Some(event) = intend.take() {
                    context.record(event).await?;
                }
                patience = 0;
                context.doing(Activity::Asking);
                api.rename_account(service, from, to).await?;
                context.doing(Activity::WaitingForPlatform);
            }
            None if blind < MOST_BLIND_POLLS => blind += 1,
            None => return Err(Problem::new(ProblemCode::AccountMissing).with("address", from).with("service", service).into()),
        }
        if !context.pause(context.limits.operation_poll_millis).await {
            return Ok(false);
        }
    }
}

/// Looks which name exists; `None` when neither does.
async fn look(api: &dyn PlatformApi, service: &ServiceId, (from, to): (&EmailAddress, &EmailAddress)) -> Result<Option<Seen>, Failure> {
    let old = api.account(service, from).await?;
    let new = api.account(service, to).await?;
    let is_busy = |account: &crate::domain::Account| account.operation.is_some() || account.state == ObjectState::Busy;
    Ok(match (&old, &new) {
        (Some(old), None) => Some(if is_busy(old) { Seen::Busy } else { Seen::NotYet }),
        (None, Some(new)) => Some(if is_busy(new) { Seen::Busy } else { Seen::Renamed }),
        (Some(old), Some(new)) if is_busy(old) || is_busy(new) => Some(Seen::Busy),
        (Some(_), Some(_)) => return Err(Problem::new(ProblemCode::AddressTaken).with("address", to).with("service", service).into()),
        (None, None) => None,
    })
}
