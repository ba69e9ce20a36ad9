//! Who has which address, in orders of acts other than rename first; and domains that leave the service again.

use crate::domain::MigrationId;

use super::apply::{begin_pass, reopen};
use super::{Event, Migration, RemovalState, RenameState, ServerState, Session, Step, StoredEvent, Undo};

/// A domain leaves the service again.
pub(super) fn apply_to_domain(session: &mut Session, event: &Event) {
    match event {
        Event::DomainDetachRequested { domain } => {
            session.domains.entry(domain.clone()).or_default().leaving = Some(Undo::Requested);
        }
        Event::DomainDetachIntended { domain } => {
            session.domains.entry(domain.clone()).or_default().leaving = Some(Undo::Intended);
        }
        Event::DomainDetached { domain } => {
            session.domains.remove(domain);
            reopen(session, Step::Destination);
        }
        _ => {}
    }
}

/// What comes after the copy, in orders other than rename first.
pub(super) fn apply(session: &mut Session, stored: &StoredEvent) {
    let at = stored.at;
    let mut act = |id: &MigrationId, change: &mut dyn FnMut(&mut Migration)| {
        if let Some(migration) = session.migration_mut(*id) {
            change(migration);
        }
    };
    match &stored.event {
        Event::TargetRenameIntended { migration, .. } => act(migration, &mut |m| m.target_rename = RenameState::Intended),
        Event::TargetRenamed { migration, gap_millis, .. } => act(migration, &mut |m| {
            m.target_rename = RenameState::Done;
            m.gap_millis = *gap_millis;
            call_target(m);
            // What arrived at the source while names changed hands. A source that was removed first was looked at before.
            if m.removal == RemovalState::Pending {
                begin_pass(m);
            }
        }),
        Event::TargetRenameUndoIntended { migration, .. } => {
            act(migration, &mut |m| m.target_rename = RenameState::Undoing(Undo::Intended));
        }
        Event::TargetRenameUndone { migration } => act(migration, &mut |m| {
            m.target_rename = RenameState::Pending;
            call_target(m);
        }),
        Event::RemovalConfirmed { migration } => act(migration, &mut |m| m.removal = RemovalState::Confirmed),
        Event::RemovalIntended { migration, .. } => act(migration, &mut |m| m.removal = RemovalState::Intended),
        Event::SourceRemoved { migration, .. } => act(migration, &mut |m| {
            m.removal = RemovalState::Done;
            m.removed_at = Some(at);
        }),
        Event::ServerMigrationConfirmed { migration } => act(migration, &mut |m| m.server = ServerState::Confirmed),
        Event::ServerMigrationIntended { migration, seat } => {
            act(migration, &mut |m| m.server = ServerState::Intended { seat: seat.clone() });
        }
        Event::ServerMigrated { migration, seat, found } => act(migration, &mut |m| {
            m.server = ServerState::Done { found: found.clone() };
            m.seat.clone_from(seat);
        }),
        _ => {}
    }
}

/// On OVHcloud the user name is the address, and changes with it.
fn call_target(migration: &mut Migration) {
    let address = migration.target_address().to_string();
    let names = [migration.target_temporary.as_ref().map(ToString::to_string), Some(migration.source.address.to_string())];
    if let Some(target) = migration.target.as_mut().filter(|target| names.contains(&Some(target.user.clone()))) {
        target.user = address;
    }
}
