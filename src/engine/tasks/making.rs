//! Finds a mailbox's place at the target, or makes it: its name, its ancestors, its role, its subscription.

use crate::domain::{MailboxName, Role, WireName};
use crate::plan::{MailboxMapping, MappingAction, SeenMailbox, TargetTraits, mended, resolve_at_target};
use crate::ports::{ListedMailbox, MailConnection, MailError, MailboxState, NewMailbox, RefusalKind};
use crate::problem::{Problem, ProblemCode};
use crate::session::{MailboxProgress, Migration};

use super::super::context::{Failure, TaskContext};
use super::super::pool::{Door, Held};
use super::overview::seen_mailbox;
use super::prepare::Place;

/// Why a target mailbox was not opened.
pub(super) enum OpenError {
    Mail(MailError),
    Other(Failure),
}

impl From<MailError> for OpenError {
    fn from(error: MailError) -> Self {
        Self::Mail(error)
    }
}

impl From<Failure> for OpenError {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

/// The mailbox that was prepared before, if it is still there; else it is found, or made and opened.
pub(super) async fn find_mailbox(
    context: &TaskContext,
    target: &mut Held,
    (migration, door): (&Migration, &Door),
    progress: &MailboxProgress,
) -> Result<(Place, Option<MailboxState>), OpenError> {
    let listed = context.shared.listings.of(door, target.as_mut(), context.ports.clock.now()).await?;
    match &progress.to {
        Some(to) if listed.iter().any(|m| m.wire == *to && m.is_selectable) => Ok(((to.clone(), progress.to_name.clone()), None)),
        _ => make_mailbox(context, target.as_mut(), (migration, door), (&progress.mapping, &listed)).await,
    }
}

/// Finds or creates the mailbox at the target and subscribes it; what is created is opened as well. Its name is looked at again now that
/// the target can be seen: a mailbox with a role goes to the mailbox that plays it there.
async fn make_mailbox(
    context: &TaskContext,
    target: &mut dyn MailConnection,
    (migration, door): (&Migration, &Door),
    (mapping, listed): (&MailboxMapping, &[ListedMailbox]),
) -> Result<(Place, Option<MailboxState>), OpenError> {
    let platform = target.capabilities().platform(migration.target.as_ref().and_then(|t| t.service.as_ref()));
    let existing: Vec<SeenMailbox> = listed.iter().map(|mailbox| seen_mailbox(mailbox, 0)).collect();
    let mappings: Vec<MailboxMapping> = migration.mailboxes.values().map(|m| m.mapping.clone()).collect();
    let traits = TargetTraits::of(platform, target.capabilities().delimiter, existing);
    let resolved = resolve_at_target(&mappings, &traits);
    let place = resolved.get(&mapping.id).cloned().ok_or(OpenError::Other(Failure::Closing))?;
    let role = mapping.role.filter(|role| !listed.iter().any(|m| m.role == Some(*role)));
    let wanted = (role, mapping.is_subscribed);
    let (place, (wire, state)) = match there_or_made(target, &place, wanted, listed).await {
        Err(OpenError::Mail(MailError::Refused(refusal))) if refusal.kind != RefusalKind::Quota => {
            // Once more, under a name that nobody is known to refuse; else the refusal is told.
            let refused = || OpenError::Mail(MailError::Refused(refusal.clone()));
            let mended = mended(&resolved, &traits).remove(&mapping.id).filter(|mended| *mended != place);
            let place = mended.ok_or_else(refused)?;
            // A command that succeeds in between: some servers close after a few refusals in a row.
            target.status(&WireName("INBOX".to_owned())).await?;
            match there_or_made(target, &place, wanted, listed).await {
                Err(OpenError::Mail(MailError::Refused(_))) => return Err(refused()),
                made => (place, made?),
            }
        }
        made => (place, made?),
    };
    let there = listed.iter().find(|m| m.name == place);
    if state.is_none() && mapping.is_subscribed && there.is_none_or(|m| !m.is_subscribed) {
        target.subscribe(&wire).await?;
    }
    let is_subscribed = mapping.is_subscribed || there.is_some_and(|m| m.is_subscribed);
    let role = there.map_or(role, |m| m.role);
    let is_as_planned = mapping.action == MappingAction::Copy { to: place.clone() };
    let name = (!is_as_planned).then(|| place.clone());
    let made = ListedMailbox { name: place, wire: wire.clone(), role, is_selectable: true, is_subscribed };
    context.shared.listings.made(door, made).await;
    Ok(((wire, name), state))
}

/// Creates a mailbox; opens it, too, unless something was refused on the way.
async fn create(
    target: &mut dyn MailConnection,
    (place, listed): (&MailboxName, &[ListedMailbox]),
    new: NewMailbox<'_>,
) -> Result<Option<MailboxState>, OpenError> {
    match target.create_selected(new).await {
        Ok(state) => return Ok(Some(state)),
        // One by one it is seen what is refused.
        Err(MailError::Refused(_)) => {}
        Err(error) => return Err(error.into()),
    }
    match target.create(new.wire, new.role).await {
        // RFC 9051, 6.3.4: a server should make the levels above by itself. Made by hand they are mailboxes of their own, which the
        // source may not have: so only where it does not.
        Err(refused @ MailError::Refused(_)) => {
            if !create_ancestors(target, place, listed).await? {
                return Err(refused.into());
            }
            target.create(new.wire, new.role).await?;
        }
        other => other?,
    }
    Ok(None)
}

/// The target's spelling of a mailbox that is there, or is made; opened then, unless something was refused on the way.
async fn there_or_made(
    target: &mut dyn MailConnection,
    place: &MailboxName,
    (role, is_subscribed): (Option<Role>, bool),
    listed: &[ListedMailbox],
) -> Result<(WireName, Option<MailboxState>), OpenError> {
    if let Some(mailbox) = listed.iter().find(|m| m.name == *place && m.is_selectable) {
        return Ok((mailbox.wire.clone(), None));
    }
    let wire = spell(target, place)?;
    let state = create(target, (place, listed), NewMailbox { wire: &wire, role, is_subscribed }).await?;
    Ok((wire, state))
}

/// Creates the levels above that are missing; `false` when none is.
async fn create_ancestors(target: &mut dyn MailConnection, name: &MailboxName, listed: &[ListedMailbox]) -> Result<bool, OpenError> {
    let mut missing = Vec::new();
    let mut ancestor = name.parent();
    while let Some(above) = ancestor {
        ancestor = above.parent();
        if !above.is_inbox() && !listed.iter().any(|m| m.name == above) {
            missing.push(above);
        }
    }
    for above in missing.iter().rev() {
        let wire = spell(target, above)?;
        target.create(&wire, None).await?;
    }
    Ok(!missing.is_empty())
}

fn spell(target: &mut dyn MailConnection, name: &MailboxName) -> Result<WireName, Failure> {
    target.wire_name(name).map_err(|refused| Problem::new(ProblemCode::MailboxRefused).with("folder", name).because(refused.reason).into())
}
