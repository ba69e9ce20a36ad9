//! Gives the target the real address, once the source gave it up, and takes it away again while that is possible.
//!
//! A login under the real address is the end of it. With it the time ends during which the address had no mailbox.

use crate::domain::MigrationId;
use crate::plan::TargetAccount;
use crate::session::{Activity, Event, Migration, RenameState, Undo, Witness};

use super::super::context::{Failure, TaskContext};
use super::releasing::{given_up_at, later_if_taken, outdated, released, told_with_the_gap};
use super::rename_source::rename;

pub(super) async fn run(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    give_name(context, &migration).await.map_err(|failure| told_with_the_gap(failure, &migration))
}

async fn give_name(context: &TaskContext, migration: &Migration) -> Result<(), Failure> {
    let id = migration.id;
    let target = migration.target.clone().ok_or(Failure::Closing)?;
    let (Some(from), to) = (migration.target_temporary.clone(), migration.source.address.clone()) else { return Ok(()) };
    let witness = if let Some(service) = &target.service {
        if !released(context, migration).await? {
            return Ok(());
        }
        let is_intended = migration.target_rename == RenameState::Intended;
        let intend = (!is_intended).then(|| Event::TargetRenameIntended { migration: id, from: from.clone(), to: to.clone() });
        match rename(context, service, (&from, &to), intend, 0).await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(failure) => return Err(later_if_taken(failure)),
        }
        Witness::Platform
    } else {
        Witness::Login
    };
    context.doing(Activity::ProvingLogin);
    context.names_turned_over(migration).await;
    let named = TargetAccount { user: to.to_string(), ..target };
    context.give_back(context.connect_target(&named).await?);
    let now = context.ports.clock.now();
    let gap_millis = given_up_at(migration).filter(|_| witness == Witness::Platform).map(|at| now.millis_since(at));
    context.record(Event::TargetRenamed { migration: id, witness, gap_millis }).await
}

pub(super) async fn undo(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    let target = migration.target.clone().ok_or(Failure::Closing)?;
    let (Some(to), from) = (migration.target_temporary.clone(), migration.source.address.clone()) else {
        return Err(outdated(&migration, "target"));
    };
    if let Some(service) = &target.service {
        let is_intended = migration.target_rename == RenameState::Undoing(Undo::Intended);
        let intend = (!is_intended).then(|| Event::TargetRenameUndoIntended { migration: id, from: from.clone(), to: to.clone() });
        if !rename(context, service, (&from, &to), intend, 0).await? {
            return Ok(());
        }
    }
    context.names_turned_over(&migration).await;
    context.record(Event::TargetRenameUndone { migration: id }).await
}
