//! Who has which address: accounts that give it up, come into being, get it, and go; and domains that leave the service again.

use crate::domain::MigrationId;

use super::apply::{begin_pass, new_mailbox, reopen};
use super::{CreateState, Event, Migration, RemovalState, RenameState, ServerState, Session, Step, StoredEvent, Strategy, Undo};

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
            let service = session.destination.as_ref().and_then(|destination| destination.service.clone());
            session.attached.retain(|(at, known)| known != domain || Some(at) != service.as_ref());
            session.domains.remove(domain);
            reopen(session, Step::Destination);
        }
        _ => {}
    }
}

/// A target that got mail, or the address that people write to, stays; a domain that waited for its removal stays with it, and so does the
/// name of the source, unless the target has a temporary one: then the source gets its own back.
pub(super) fn keep_target(session: &mut Session, id: MigrationId, messages: u64) {
    let Some(migration) = session.migration_mut(id) else { return };
    if matches!(migration.create, CreateState::Undoing(_)) {
        migration.create = if migration.is_half_made { CreateState::Intended { seat: migration.seat.clone() } } else { CreateState::Done };
    }
    migration.arrived = messages;
    if matches!(migration.rename, RenameState::Undoing(_)) && migration.target_address() == &migration.source.address {
        migration.rename = RenameState::Done;
    }
    let domain = migration.source.address.domain().clone();
    if let Some(state) = session.domains.get_mut(&domain) {
        state.leaving = None;
    }
}

/// The source gives its name up, the target comes into being, and both ways back.
pub(super) fn apply_first(session: &mut Session, stored: &StoredEvent) {
    let at = stored.at;
    // What stopped is not in the way of its own reverse.
    if let Event::RenameUndoRequested { migration } | Event::CreateUndoRequested { migration } = &stored.event {
        session.troubles.retain(|task, _| task.migration() != Some(*migration));
    }
    let mut act = |id: &MigrationId, change: &mut dyn FnMut(&mut Migration)| {
        if let Some(migration) = session.migration_mut(*id) {
            change(migration);
        }
    };
    match &stored.event {
        Event::RenameIntended { migration, .. } => act(migration, &mut |m| m.rename = RenameState::Intended),
        Event::SourceRenamed { migration, .. } => act(migration, &mut |m| {
            // What is to be undone already stays so.
            m.is_half_renamed = false;
            if !matches!(m.rename, RenameState::Undoing(_)) {
                m.rename = RenameState::Done;
            }
            m.renamed_at = Some(at);
        }),
        Event::RenameUndoRequested { migration } => act(migration, &mut |m| {
            m.is_half_renamed = m.rename == RenameState::Intended;
            m.rename = RenameState::Undoing(Undo::Requested);
        }),
        Event::RenameUndoIntended { migration, .. } => act(migration, &mut |m| m.rename = RenameState::Undoing(Undo::Intended)),
        Event::RenameUndone { migration } => {
            act(migration, &mut |m| {
                m.rename = RenameState::Pending;
                m.renamed_at = None;
            });
            session.is_rename_confirmed = false;
            session.is_create_confirmed &= session.order() != Strategy::RenameFirst;
        }
        Event::CreateIntended { migration, seat, .. } => {
            act(migration, &mut |m| m.create = CreateState::Intended { seat: seat.clone() });
        }
        Event::TargetCreated { migration, seat, gap_millis, .. } => act(migration, &mut |m| {
            m.is_half_made = false;
            if !matches!(m.create, CreateState::Undoing(_)) {
                m.create = CreateState::Done;
            }
            m.seat.clone_from(seat);
            m.gap_millis = *gap_millis;
        }),
        Event::CreateUndoRequested { migration } => act(migration, &mut |m| {
            match &m.create {
                CreateState::Intended { seat } => (m.is_half_made, m.seat) = (true, seat.clone()),
                CreateState::Done => m.is_half_made = false,
                CreateState::Pending | CreateState::Undoing(_) => {}
            }
            m.create = CreateState::Undoing(Undo::Requested);
            m.arrived = 0;
            // Nobody deletes the old account while the new one goes.
            if m.removal == RemovalState::Confirmed {
                m.removal = RemovalState::Pending;
            }
        }),
        Event::CreateUndoIntended { migration, .. } => act(migration, &mut |m| m.create = CreateState::Undoing(Undo::Intended)),
        Event::CreateUndone { migration } => {
            act(migration, &mut |m| {
                m.create = CreateState::Pending;
                (m.seat, m.has_had_address) = (None, false);
                // What was copied into it is gone with it.
                m.mailboxes = m.mailboxes.values().map(|known| (known.mapping.id, new_mailbox(&known.mapping))).collect();
            });
            session.is_create_confirmed = false;
            session.is_copy_confirmed = false;
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
        Event::TargetRenameIntended { migration, .. } => act(migration, &mut |m| {
            m.target_rename = RenameState::Intended;
            m.has_had_address = true;
        }),
        Event::TargetRenamed { migration, gap_millis, .. } => {
            act(migration, &mut |m| {
                m.target_rename = RenameState::Done;
                m.gap_millis = *gap_millis;
                call_target(m);
                // What arrived at the source while names changed hands. A source that was removed first was looked at before.
                if m.removal == RemovalState::Pending {
                    begin_pass(m);
                }
            });
            keep_target(session, *migration, 0);
        }
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
