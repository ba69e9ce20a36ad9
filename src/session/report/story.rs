//! What happened with both accounts, by the order of acts: who has the address, what is left of the old account, what was verified.

use std::collections::BTreeMap;

use crate::session::{CreateState, Migration, RemovalState, RenameState, ServerState, Session, Strategy};

use super::facts::MovedMailbox;
use super::words;
use super::words::orders;

/// Whether the new account has the address now.
pub(super) fn has_address(session: &Session, migration: &Migration) -> bool {
    match session.order() {
        Strategy::RenameFirst => migration.create == CreateState::Done,
        Strategy::CopyFirst | Strategy::Replace => migration.create == CreateState::Done && migration.target_rename == RenameState::Done,
        Strategy::ServerSide => matches!(migration.server, ServerState::Done { .. }),
    }
}

/// The story in sentences. Nothing where no name changes hands: a copy between two servers tells it all by what was copied.
pub(super) fn story(session: &Session, migration: &Migration, moved: &[MovedMailbox]) -> Vec<String> {
    let order = session.order();
    let is_switched = has_address(session, migration);
    let mut told = Vec::new();
    match order {
        Strategy::RenameFirst => {
            let gave_it_up = migration.temporary.as_ref().is_some_and(|name| *name != migration.source.address);
            if gave_it_up && is_switched {
                told.push(orders::order(order, None));
            }
        }
        Strategy::CopyFirst | Strategy::Replace => {
            if is_switched {
                told.push(orders::order(order, migration.target_temporary.as_ref()));
            } else if migration.create == CreateState::Done {
                told.push(orders::not_switched(migration.target_address()));
            }
            if order == Strategy::Replace {
                let at = migration.removed_at.filter(|_| migration.removal == RemovalState::Done);
                let is_untouched = migration.removal == RemovalState::Pending && migration.create == CreateState::Done;
                told.extend(at.map(|at| orders::removed(&words::rfc3339(at))).or_else(|| is_untouched.then(orders::not_removed)));
            }
        }
        Strategy::ServerSide => {
            if is_switched {
                told.push(orders::order(order, None));
                told.push(orders::moved_itself(migration.seat.as_ref()));
                told.extend(orders::moved_verified(moved));
            }
        }
    }
    told
}

/// The mailboxes of an account that the platform moved, as they were counted before and after.
pub(super) fn moved(session: &Session, migration: &Migration) -> Vec<MovedMailbox> {
    let (Strategy::ServerSide, ServerState::Done { found }) = (session.order(), &migration.server) else { return Vec::new() };
    let mut all: BTreeMap<String, MovedMailbox> = BTreeMap::new();
    let empty = |name: String| MovedMailbox { name, before: None, after: None };
    for mailbox in migration.inventory.iter().flat_map(|inventory| &inventory.mailboxes) {
        let name = mailbox.name.to_string();
        let known = all.entry(name.clone()).or_insert_with(|| empty(name));
        known.before = Some(known.before.unwrap_or(0) + mailbox.messages);
    }
    for mailbox in found {
        let name = mailbox.name.to_string();
        all.entry(name.clone()).or_insert_with(|| empty(name)).after = Some(mailbox.messages);
    }
    all.into_values().collect()
}
