//! Mailboxes that share an end: two of the source that become one at the target, or one of the source that goes to two places.
//!
//! Their tasks take turns, and none takes a message for its own that another one has: that is what keeps mail from being lost or
//! doubled where names are merged, or deleted mail goes into the trash.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::domain::{MailboxId, MigrationId, SystemFlag, Uid, UidSet};
use crate::plan::{MailPart, MappingAction};
use crate::ports::{MailConnection, MailboxRows, Weighed};
use crate::session::Migration;

use super::super::context::{Failure, TaskContext};
use super::prepare::Ends;

/// The longest command line that names messages, in bytes.
const LONGEST_SET: usize = 4000;

/// Other mailboxes of the plan that share an end with this one.
fn neighbours(migration: &Migration, mailbox: MailboxId) -> Vec<MailboxId> {
    let Some(own) = migration.mailboxes.get(&mailbox) else { return Vec::new() };
    let is_near = |(id, other): &(&MailboxId, &crate::session::MailboxProgress)| {
        let is_same_target = matches!(own.mapping.action, MappingAction::Copy { .. }) && own.mapping.action == other.mapping.action;
        **id != mailbox && (is_same_target || own.mapping.wire == other.mapping.wire || own.to.is_some() && own.to == other.to)
    };
    migration.mailboxes.iter().filter(is_near).map(|(id, _)| *id).collect()
}

/// Waits for the turn of a mailbox that shares an end; `None` when it shares none.
pub(super) async fn turn(context: &TaskContext, id: MigrationId, mailbox: MailboxId) -> Result<Option<OwnedMutexGuard<()>>, Failure> {
    if neighbours(&context.migration(id)?, mailbox).is_empty() {
        return Ok(None);
    }
    let turn = Arc::clone(context.shared.turns.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default());
    Ok(Some(turn.lock_owned().await))
}

/// UIDs of the target mailbox that are other mailboxes' messages.
pub(super) async fn held_by_others(context: &TaskContext, ends: &Ends) -> Result<UidSet, Failure> {
    let migration = context.migration(ends.migration)?;
    let mut held: BTreeSet<Uid> = BTreeSet::new();
    for other in neighbours(&migration, ends.mailbox) {
        if migration.mailboxes.get(&other).is_some_and(|m| m.to.as_ref() == Some(&ends.to)) {
            held.extend(context.ports.journal.claimed(ends.migration, other, (ends.target.uid_validity, Uid(1))).await?.iter());
        }
    }
    Ok(held.into_iter().collect())
}

/// Which of these messages of the open source mailbox are this mailbox's: by their mark, and what no other took before.
pub(super) async fn own<T: HasUid>(
    context: &TaskContext,
    ends: &Ends,
    source: &mut dyn MailConnection,
    mut listed: Vec<T>,
) -> Result<Vec<T>, Failure> {
    let migration = context.migration(ends.migration)?;
    let Some(mapping) = migration.mailboxes.get(&ends.mailbox).map(|m| m.mapping.clone()) else { return Ok(listed) };
    if mapping.part == MailPart::All || listed.is_empty() {
        return Ok(listed);
    }
    let mine = context.ports.journal.accounted(ends.rows()).await?;
    let mut others = Vec::new();
    for other in neighbours(&migration, ends.mailbox) {
        if migration.mailboxes.get(&other).is_some_and(|m| m.mapping.wire == mapping.wire) {
            others.push(context.ports.journal.accounted(MailboxRows { mailbox: other, ..ends.rows() }).await?);
        }
    }
    let mut marked: BTreeSet<Uid> = BTreeSet::new();
    for piece in listed.iter().map(HasUid::uid).collect::<UidSet>().chunks(LONGEST_SET) {
        let flags = source.flags_of(&piece, None).await?;
        marked.extend(flags.into_iter().filter(|(_, flags)| flags.has(SystemFlag::Deleted)).map(|(uid, _)| uid));
    }
    let is_meant = |uid: Uid| marked.contains(&uid) == (mapping.part == MailPart::Marked);
    listed.retain(|message| {
        let uid = message.uid();
        mine.contains(uid) || is_meant(uid) && !others.iter().any(|rows| rows.contains(uid))
    });
    Ok(listed)
}

/// Something that stands for a message.
pub(super) trait HasUid {
    /// Its UID.
    fn uid(&self) -> Uid;
}

impl HasUid for Uid {
    fn uid(&self) -> Uid {
        *self
    }
}

impl HasUid for Weighed {
    fn uid(&self) -> Uid {
        self.uid
    }
}
