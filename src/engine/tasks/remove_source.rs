//! Removes a source account: the last act of *replace*, and the only one of this program that deletes mail.
//!
//! Everything of the account is at the target, read again and found equal, and the person typed its address. Immediately before the
//! platform is asked both accounts are looked at once more: where anything happened since the verification, another pass comes first.

use crate::domain::MigrationId;
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, CopyState, Event, Migration, RemovalState, Witness};

use super::super::context::{Failure, TaskContext};
use super::releasing::outdated;
use super::removing::Removing;
use super::survey::survey;
use super::target_password::is_busy;

pub(super) async fn run(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    let Some(service) = migration.source.service.clone() else { return Err(outdated(&migration, "source")) };
    let address = migration.source.address.clone();
    let mut is_intended = migration.removal == RemovalState::Intended;
    let mut removing = Removing::default();
    context.doing(Activity::Connecting);
    let api = context.api().await?;
    loop {
        match api.account(&service, &address).await? {
            None if is_intended => {
                context.names_turned_over(&migration).await;
                let removed = Event::SourceRemoved { migration: id, witness: Witness::Platform };
                return context.record(removed).await;
            }
            // Somebody else removed it. What it held is at the target, but nobody can say what came since.
            None => return Err(Problem::new(ProblemCode::AccountMissing).with("address", &address).with("service", &service).into()),
            Some(account) if is_busy(&account) => context.doing(Activity::WaitingForPlatform),
            Some(_) if removing.is_hoped_for(&address, &service)? => context.doing(Activity::WaitingForPlatform),
            Some(_) => {
                if !is_at_rest(context, &migration).await? {
                    return if context.is_stopping() { Ok(()) } else { context.record(Event::DeltaRequested { migration: id }).await };
                }
                if !is_intended {
                    context.record(Event::RemovalIntended { migration: id, address: address.clone() }).await?;
                    is_intended = true;
                }
                context.doing(Activity::Asking);
                api.reset_account(&service, &address).await?;
                removing.asked();
            }
        }
        if !context.pause(context.limits.operation_poll_millis).await {
            return Ok(());
        }
    }
}

/// Whether nothing happened in the source since it was verified, and all of it was.
async fn is_at_rest(context: &TaskContext, migration: &Migration) -> Result<bool, Failure> {
    if migration.copy_state() != CopyState::Verified || migration.refused() > 0 {
        return Ok(false);
    }
    Ok(survey(context, migration).await?.is_some_and(|seen| seen.is_all_at_rest(migration)))
}
