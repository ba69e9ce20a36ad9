//! Takes a target account away again, or turns it back into the placeholder that it was, where nothing is lost by it.
//!
//! Under the address that people write to, an account gets mail from the moment it is there, and nobody else has that mail: it is looked
//! at before the platform is asked, and an account with mail in it stays.

use crate::domain::{EmailAddress, MigrationId, Platform, ServiceId};
use crate::plan::{TargetAccount, mail_in};
use crate::ports::{ApiError, LedgerChange, PlatformApi};
use crate::problem::ProblemCode;
use crate::session::{Activity, CreateState, Event, Migration, Undo};

use super::super::context::{Failure, TaskContext};
use super::create_target::MOST_BLIND_POLLS;
use super::overview::seen_mailbox;
use super::removing::Removing;
use super::target_password::{is_busy, set_password};

pub(super) async fn run(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    let target = migration.target.clone().ok_or(Failure::Closing)?;
    let address = migration.target_address().clone();
    let Some(service) = &target.service else { return by_hand(context, &migration, &target).await };
    context.doing(Activity::Connecting);
    let api = context.api().await?;
    let may_be_going = migration.create == CreateState::Undoing(Undo::Intended);
    let mut is_intended = may_be_going;
    let mut removing = Removing::default();
    // What was asked for a moment ago may still be on its way.
    let mut patience = if migration.is_half_made && !is_intended { MOST_BLIND_POLLS } else { 0 };
    loop {
        match api.account(service, &address).await? {
            None if patience == 0 || is_intended => break,
            None => {
                context.doing(Activity::WaitingForPlatform);
                patience -= u32::from(!is_seat_at_work(api.as_ref(), service, migration.seat.as_ref()).await?);
            }
            Some(account) if is_busy(&account) => context.doing(Activity::WaitingForPlatform),
            Some(_) if removing.is_hoped_for(&address, service)? => context.doing(Activity::WaitingForPlatform),
            Some(_) => {
                if !is_intended {
                    context.record(Event::CreateUndoIntended { migration: id, address: address.clone() }).await?;
                    is_intended = true;
                }
                // The last look before the act, so that as little time as can be lies between them.
                match arrived(context, Some(api.as_ref()), &migration, &target).await {
                    Ok(Some(0)) => {
                        context.doing(Activity::Asking);
                        match api.reset_account(service, &address).await {
                            Ok(_) | Err(ApiError::NotFound { .. }) => removing.asked(),
                            Err(error) => return Err(error.into()),
                        }
                    }
                    Ok(Some(messages)) => return context.record(Event::CreateUndoGivenUp { migration: id, messages }).await,
                    Ok(None) => return Ok(()),
                    // It was asked for in an earlier run: nobody gets in any more, and the platform still shows it.
                    Err(Failure::Trouble(problem)) if may_be_going && problem.code == ProblemCode::WrongPassword => removing.asked(),
                    Err(failure) => return Err(failure),
                }
            }
        }
        if !context.pause(context.limits.operation_poll_millis).await {
            return Ok(());
        }
    }
    context.names_turned_over(&migration).await;
    context.ports.secrets.delete(&target.secret).await?;
    gone(context, id).await
}

/// What was copied into it is gone with it.
async fn gone(context: &TaskContext, migration: MigrationId) -> Result<(), Failure> {
    context.record_with(Event::CreateUndone { migration }, vec![LedgerChange::Clear { migration }]).await
}

/// Whether the platform is making an account of its placeholder.
async fn is_seat_at_work(api: &dyn PlatformApi, service: &ServiceId, seat: Option<&EmailAddress>) -> Result<bool, Failure> {
    let Some(seat) = seat else { return Ok(false) };
    Ok(api.account(service, seat).await?.is_some_and(|seat| is_busy(&seat)))
}

/// The person removes it in the control panel, or did so already: an account that lets nobody in any more is taken for removed.
async fn by_hand(context: &TaskContext, migration: &Migration, target: &TargetAccount) -> Result<(), Failure> {
    context.names_turned_over(migration).await;
    match arrived(context, None, migration, target).await {
        Ok(Some(messages)) if messages > 0 => context.record(Event::CreateUndoGivenUp { migration: migration.id, messages }).await,
        Err(Failure::Trouble(problem)) if !matches!(problem.code, ProblemCode::WrongPassword | ProblemCode::LoginNotAllowed) => {
            Err(Failure::Trouble(problem))
        }
        Ok(_) | Err(Failure::Trouble(_)) => gone(context, migration.id).await,
        Err(failure) => Err(failure),
    }
}

/// Messages in the target that may be nowhere else; `None` when stopped before the end. Under a temporary name there are copies alone,
/// unless it had the real address for a moment.
async fn arrived(
    context: &TaskContext,
    api: Option<&dyn PlatformApi>,
    migration: &Migration,
    target: &TargetAccount,
) -> Result<Option<u64>, Failure> {
    let is_temporary = *migration.target_address() != migration.source.address;
    if is_temporary && !migration.has_had_address {
        return Ok(Some(0));
    }
    context.doing(Activity::ProvingLogin);
    let mut connection = match (context.connect_target(target).await, api, &target.service) {
        // The program ended between the creation and the password.
        (Err(Failure::Trouble(problem)), Some(api), Some(service))
            if migration.is_half_made && problem.code == ProblemCode::WrongPassword =>
        {
            if !set_password(context, api, (service, &migration.source.address), &target.secret).await? {
                return Ok(None);
            }
            context.connect_target(target).await?
        }
        (connected, ..) => connected?,
    };
    context.doing(Activity::ReadingFolders);
    let seen = connection.overview().await?;
    context.give_back(connection);
    // What cannot be looked into may hold something.
    let mailboxes: Vec<_> =
        seen.iter().map(|(mailbox, state)| seen_mailbox(mailbox, state.as_ref().map_or(1, |state| state.exists))).collect();
    let platform = target.service.as_ref().map_or(Platform::Imap, |service| service.platform);
    let copies = if is_temporary { migration.mailboxes.values().map(|mailbox| mailbox.copied).sum() } else { 0 };
    Ok(Some(mail_in(&mailboxes, platform).saturating_sub(copies)))
}
