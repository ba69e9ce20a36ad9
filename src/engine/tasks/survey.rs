//! Looks at both accounts from outside before another pass: where nothing happened since the last one, nothing is done.
//!
//! One look at all mailboxes on each side, at the same time. Where a server does not tell whether flags changed, the flags are read,
//! and nothing else.

use std::collections::BTreeMap;

use futures::future::try_join;

use crate::domain::{MailboxId, MigrationId, Platform, WireName};
use crate::mailcopy::Comparison;
use crate::plan::{MailboxMapping, TargetTraits, map_new_mailboxes};
use crate::ports::{MailConnection, MailboxRows, MailboxState};
use crate::session::{Activity, Event, MailboxProgress, Migration, Standing};

use super::super::context::{Failure, TaskContext};
use super::catch_up::{have_flags_changed, sync_point};
use super::overview::{Overview, overview, seen_mailboxes};

/// What a look at both accounts came to.
pub(super) struct Survey {
    unchanged: Vec<MailboxId>,
    vanished: Vec<MailboxId>,
    found: Vec<MailboxMapping>,
}

impl Survey {
    /// Whether nothing at all happened in what is copied of an account since its last pass.
    pub(super) fn is_all_at_rest(&self, migration: &Migration) -> bool {
        let is_at_rest = |id: &MailboxId, m: &MailboxProgress| m.is_vanished || self.unchanged.contains(id);
        self.found.is_empty() && migration.mailboxes.iter().filter(|(_, m)| m.is_copied()).all(|(id, m)| is_at_rest(id, m))
    }
}

pub(super) async fn run(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    let Some(Survey { unchanged, vanished, found }) = survey(context, &migration).await? else { return Ok(()) };
    context.record(Event::AccountSurveyed { migration: id, unchanged, vanished, found }).await
}

/// Looks at both accounts; `None` when stopped before the end.
pub(super) async fn survey(context: &TaskContext, migration: &Migration) -> Result<Option<Survey>, Failure> {
    let id = migration.id;
    let account = migration.target.clone().ok_or(Failure::Closing)?;
    context.doing(Activity::Connecting);
    let (source, mut target) = try_join(context.connect_source(migration), context.connect_target(&account)).await?;
    context.doing(Activity::ReadingFolders);
    let at_target = async { target.overview().await.map_err(Failure::from) };
    let ((mut source, at_source), at_target) = try_join(overview(context, migration, source), at_target).await?;
    context.learn_distance(id, &source);
    context.learn_distance(id, &target);
    let (mut unchanged, mut vanished) = (Vec::new(), Vec::new());
    let target_states: BTreeMap<&WireName, &MailboxState> =
        at_target.iter().filter_map(|(mailbox, state)| state.as_ref().map(|state| (&mailbox.wire, state))).collect();
    let copied = || migration.mailboxes.iter().filter(|(_, m)| m.is_copied());
    context.meter.total(&context.task, copied().count() as u64);
    for (mailbox, progress) in copied() {
        if context.is_stopping() {
            return Ok(None);
        }
        let there = progress.to.as_ref().and_then(|to| target_states.get(to).copied());
        match at_source.iter().find(|(listed, _)| listed.wire == progress.mapping.wire) {
            None => vanished.push(*mailbox),
            Some((_, Some(here))) => {
                if is_unchanged(context, source.as_mut(), (id, *mailbox, progress), (here, there)).await? {
                    unchanged.push(*mailbox);
                }
            }
            // Nothing can be read of it any more.
            Some((listed, None)) if !listed.is_selectable => vanished.push(*mailbox),
            // It is there and could not be looked at from outside: the pass looks at it.
            Some((_, None)) => {}
        }
        context.advance(1, crate::domain::ByteSize(0));
    }
    let found = found(migration, &at_source);
    context.give_back(source);
    context.give_back(target);
    Ok(Some(Survey { unchanged, vanished, found }))
}

/// Whether nothing happened in a mailbox since its last pass, and nothing more is wanted of it than was done then.
async fn is_unchanged(
    context: &TaskContext,
    source: &mut dyn MailConnection,
    (migration, mailbox, progress): (MigrationId, MailboxId, &MailboxProgress),
    (here, there): (&MailboxState, Option<&MailboxState>),
) -> Result<bool, Failure> {
    let (Some(pass), Some(there)) = (progress.rest, there) else { return Ok(false) };
    let wanted = context.limits.thoroughness;
    if wanted > progress.thoroughness || progress.failed_verifications > 0 {
        return Ok(false);
    }
    match pass.standing(&sync_point(here), &sync_point(there)) {
        Standing::AtRest => Ok(true),
        Standing::Moved => Ok(false),
        // From now on the server tells: the pass reads the flags once, and remembers up to where.
        Standing::FlagsUnsure if here.highest_modseq.is_some() => Ok(false),
        Standing::FlagsUnsure => {
            let rows = MailboxRows { migration, mailbox, source_validity: here.uid_validity };
            let rows = context.ports.journal.briefs(rows, Comparison::Bytes).await?;
            let opened = source.examine(&progress.mapping.wire).await?;
            Ok(opened.uid_validity == here.uid_validity && !have_flags_changed(context, source, &rows).await?)
        }
    }
}

/// Mailboxes that the plan does not know, with their place at the target.
fn found(migration: &Migration, at_source: &Overview) -> Vec<MailboxMapping> {
    let known: Vec<MailboxMapping> = migration.mailboxes.values().map(|m| m.mapping.clone()).collect();
    let seen = seen_mailboxes(at_source);
    let platform_of = |service: Option<&crate::domain::ServiceId>| service.map_or(Platform::Imap, |service| service.platform);
    let from = platform_of(migration.source.service.as_ref());
    let to = platform_of(migration.target.as_ref().and_then(|target| target.service.as_ref()));
    // Names are looked at again when the mailbox is made: only then it is known what the target holds.
    map_new_mailboxes(&known, &seen, from, &TargetTraits::of(to, Some('/'), Vec::new()))
}
