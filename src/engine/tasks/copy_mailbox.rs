//! Copies one mailbox: settle what is in doubt, find what is missing, stream it over, until nothing is missing.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::{MailboxId, MigrationId, Thoroughness, Uid};
use crate::ports::Weighed;
use crate::session::{Activity, Event};

use super::super::context::{Failure, TaskContext};
use super::canary;
use super::catch_up::{Listing, catch_up_copied};
use super::course::{Work, stream};
use super::piecing::copy_in_pieces;
use super::prepare::{Ends, Listed, Prepared, Seen, prepare_weighed, record_prepared};
use super::sending::Sender;
use super::settle::{settle_all, settle_late};
use super::sharing;
use super::windows::{Window, alone, cut};

/// Passes in which a message that the source lists may fail to be delivered.
const MOST_MISSES: u32 = 3;
/// Losses of the source over one message after which it is refused: the last of them were over it alone.
const MOST_LOSSES_UNREAD: u32 = 5;

pub(super) async fn run(context: &TaskContext, id: MigrationId, mailbox: MailboxId) -> Result<(), Failure> {
    let mut misses: BTreeMap<Uid, u32> = BTreeMap::new();
    // Once is enough, but for servers that do not say where they put messages: then what was sent is settled in between.
    loop {
        match pass(context, (id, mailbox), &mut misses).await {
            Ok(Pass::Unsettled) => {}
            Ok(Pass::Over) => return Ok(()),
            // A message that the source refuses is asked for again after a while, and then in pieces, before a person is.
            Err(failure) => {
                if !context.has_another_way((id, mailbox)) || !context.pause(context.limits.first_pause_millis).await {
                    return Err(failure);
                }
            }
        }
    }
}

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// All is copied, or the task is asked to stop.
    Over,
    /// Something must be settled first.
    Unsettled,
}

async fn pass(context: &TaskContext, (id, mailbox): (MigrationId, MailboxId), misses: &mut BTreeMap<Uid, u32>) -> Result<Pass, Failure> {
    let (mut prepared, mut listed) = prepare_weighed(context, id, mailbox).await?;
    settle_all(context, &mut prepared).await?;
    let rest = context.migration(id)?.mailboxes.get(&mailbox).and_then(|m| m.rest);
    if listed.earlier > 0 && rest.is_none_or(|rest| rest.target.validity != prepared.ends.target.uid_validity) {
        // What was accounted for then is not any more.
        listed = Listed::whole(prepared.source.as_mut()).await?;
    }
    record_prepared(context, &prepared.ends, &prepared.progress).await?;
    let mut at_source = None;
    loop {
        context.doing(Activity::ReadingList);
        at_source = Some(Listing::and(at_source, &listed));
        listed.messages = sharing::own(context, &prepared.ends, prepared.source.as_mut(), listed.messages).await?;
        let missing = missing(context, &prepared.ends, &listed.messages).await?;
        if missing.is_empty() && !prepared.progress.doubts.is_empty() {
            settle_late(context, &mut prepared).await?;
            prepared.close(context);
            return Ok(Pass::Unsettled);
        }
        if missing.is_empty() {
            conclude(context, &mut prepared, listed.count(), at_source).await?;
            prepared.close(context);
            return Ok(Pass::Over);
        }
        let seen = Seen { messages: listed.count(), until: listed.messages.last().map_or(Uid(1), |message| message.uid) };
        drop(listed);
        prepared.has_sent = true;
        let missing = copy_in_pieces(context, &mut prepared, missing).await?;
        let missing = canary::go_ahead(context, &mut prepared, missing).await?;
        if context.is_stopping() {
            return Ok(Pass::Over);
        }
        let empty = missing.iter().filter(|message| message.size == 0).map(|message| message.uid).collect();
        let windows = windows(context, &Sender::new(context, prepared.ends.clone()), missing, misses).await?;
        if windows.is_empty() {
            listed = Listed::after(prepared.source.as_mut(), seen).await?;
            continue;
        }
        context.doing(Activity::Copying);
        context.meter.total(&context.task, windows.iter().map(|window| window.uids.len()).sum());
        let Prepared { ends, progress, source, target, opened_at, has_sent, turn } = prepared;
        let finished = stream(context, (&ends, &context.migration(id)?), (source, target), Work { windows, empty, seen }).await?;
        for uid in finished.undelivered {
            *misses.entry(uid).or_default() += 1;
        }
        let (Some((source, lists_now)), Some(target)) = (finished.source, finished.target) else {
            return Ok(if finished.is_unsettled { Pass::Unsettled } else { Pass::Over });
        };
        if context.is_stopping() || finished.is_unsettled {
            context.give_back(source);
            context.give_back(target);
            return Ok(if finished.is_unsettled { Pass::Unsettled } else { Pass::Over });
        }
        prepared = Prepared { ends, progress, source, target, opened_at, has_sent, turn };
        listed = lists_now;
    }
}

/// All is copied. Where nothing is to be read again, flags are carried on the same connections and the pass is over: another look at both
/// sides would see what was just seen.
async fn conclude(context: &TaskContext, prepared: &mut Prepared, messages: u64, at_source: Option<Listing>) -> Result<(), Failure> {
    let (migration, mailbox) = (prepared.ends.migration, prepared.ends.mailbox);
    let copied = (Event::MailboxCopied { migration, mailbox, messages }, Vec::new());
    if context.limits.thoroughness != Thoroughness::None || context.is_stopping() {
        return context.record_all(vec![copied]).await;
    }
    prepared.progress = context.migration(migration)?.mailboxes.get(&mailbox).cloned().ok_or(Failure::Closing)?;
    let (caught, carried) = catch_up_copied(context, prepared, at_source).await?;
    let mut events = Vec::from_iter(carried);
    events.push(copied);
    if caught.unaccounted == 0 {
        events.push((Event::VerificationSkipped { migration, mailbox, pass: caught.pass }, Vec::new()));
    }
    context.record_all(events).await
}

/// Cuts what is missing into windows. What the source was lost over comes last, each message alone; what it never delivers is refused.
async fn windows(
    context: &TaskContext,
    sender: &Sender,
    missing: Vec<Weighed>,
    misses: &BTreeMap<Uid, u32>,
) -> Result<VecDeque<Window>, Failure> {
    let (mut usual, mut last) = (Vec::with_capacity(missing.len()), Vec::new());
    for message in missing {
        let key = sender.key(message.uid);
        if misses.get(&message.uid).is_some_and(|misses| *misses >= MOST_MISSES) {
            sender.refuse_unread(message.uid, "the source lists this message but does not deliver it").await?;
        } else if context.losses_unread(key) >= MOST_LOSSES_UNREAD {
            sender.refuse_unread(message.uid, "the source closes the connection each time it is asked for this message").await?;
        } else if context.is_read_alone(key) {
            last.push(alone(message.uid));
        } else {
            usual.push(message);
        }
    }
    let mut windows = cut(&usual, context.limits.window_messages, context.limits.batch_bytes);
    windows.extend(last);
    Ok(windows)
}

/// What of the listed messages the ledger does not account for.
async fn missing(context: &TaskContext, ends: &Ends, listed: &[Weighed]) -> Result<Vec<Weighed>, Failure> {
    if listed.is_empty() {
        return Ok(Vec::new());
    }
    let known = context.ports.journal.accounted(ends.rows()).await?;
    Ok(listed.iter().filter(|message| !known.contains(message.uid)).copied().collect())
}
