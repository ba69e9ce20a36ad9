//! Copies one mailbox: settle what is in doubt, find what is missing, stream it over in batches, until nothing is missing.
//!
//! The reader runs ahead of the writer by a bounded number of bytes; the writer never holds more than one batch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::domain::{ByteSize, MailboxId, MigrationId, Uid, UidSet};
use crate::mailcopy::{BatchLimit, Batcher};
use crate::ports::{Clock, FetchedMessage, MailConnection, MailError, MessageSink, SinkClosed};
use crate::session::{Activity, Event};

use super::super::context::{Failure, TaskContext};
use super::prepare::{Prepared, prepare, record_prepared};
use super::sending::{Outbound, Sender};
use super::settle::settle_all;

/// Passes in which a message that the source lists may fail to be delivered.
const MOST_MISSES: u32 = 3;
/// Losses of the source over one message after which it is refused: the last of them were over it alone.
const MOST_LOSSES_UNREAD: u32 = 5;
/// UIDs asked for in one go; a source that loses its connection repeats at most what follows the last batch.
const WINDOW: usize = 1000;

pub(super) async fn run(context: &TaskContext, id: MigrationId, mailbox: MailboxId) -> Result<(), Failure> {
    let mut prepared = prepare(context, id, mailbox).await?;
    settle_all(context, &mut prepared).await?;
    record_prepared(context, &prepared.ends, &prepared.progress).await?;
    let mut misses: BTreeMap<Uid, u32> = BTreeMap::new();
    loop {
        context.doing(Activity::ReadingList);
        let (listed, missing) = what_is_missing(context, &mut prepared).await?;
        if missing.is_empty() {
            context.record(Event::MailboxCopied { migration: id, mailbox, messages: listed }).await?;
            prepared.close(context);
            return Ok(());
        }
        let mut sender = Sender::new(context, prepared.ends.clone());
        let windows = windows(context, &sender, missing, &mut misses).await?;
        context.doing(Activity::Copying);
        context.meter.total(&context.task, windows.iter().map(|window| window.len() as u64).sum());
        for window in windows {
            let Prepared { source, target, .. } = &mut prepared;
            stream(context, source.as_mut(), (&mut sender, target.as_mut()), &window).await?;
            if context.is_stopping() {
                return Ok(());
            }
        }
    }
}

/// Cuts what is missing into windows. What the source was lost over comes last, each message alone; what it never delivers is refused.
async fn windows(
    context: &TaskContext,
    sender: &Sender<'_>,
    missing: Vec<Uid>,
    misses: &mut BTreeMap<Uid, u32>,
) -> Result<Vec<Vec<Uid>>, Failure> {
    let (mut usual, mut alone) = (Vec::new(), Vec::new());
    for uid in missing {
        let key = sender.key(uid);
        let misses = misses.entry(uid).or_default();
        *misses += 1;
        if *misses > MOST_MISSES {
            sender.refuse_unread(uid, "the source lists this message but does not deliver it").await?;
        } else if context.losses_unread(key) >= MOST_LOSSES_UNREAD {
            sender.refuse_unread(uid, "the source closes the connection each time it is asked for this message").await?;
        } else if context.is_read_alone(key) {
            alone.push(vec![uid]);
        } else {
            usual.push(uid);
        }
    }
    Ok(usual.chunks(WINDOW).map(<[Uid]>::to_vec).chain(alone).collect())
}

/// How many messages the source lists, and which of them the ledger does not account for.
async fn what_is_missing(context: &TaskContext, prepared: &mut Prepared) -> Result<(u64, Vec<Uid>), Failure> {
    let listed = prepared.source.enumerate(Uid(1)).await?;
    let rows = context.ports.journal.entries(prepared.ends.migration, prepared.ends.mailbox, None).await?;
    let validity = prepared.ends.source.uid_validity;
    let known: BTreeSet<Uid> = rows.iter().filter(|entry| entry.source_validity == validity).map(|entry| entry.source_uid).collect();
    let missing = listed.iter().map(|m| m.uid).filter(|uid| !known.contains(uid)).collect();
    Ok((listed.len() as u64, missing))
}

/// Streams a set of messages from the source to the target.
async fn stream(
    context: &TaskContext,
    source: &mut dyn MailConnection,
    (sender, target): (&mut Sender<'_>, &mut dyn MailConnection),
    window: &[Uid],
) -> Result<(), Failure> {
    let (feed, messages) = mpsc::channel(64);
    let uids: UidSet = window.iter().copied().collect();
    let mut inlet = Inlet { feed, budget: Budget::new(context.limits.bytes_in_flight), delivered: BTreeSet::new() };
    let reading = async move {
        let read = source.fetch(&uids, &mut inlet).await;
        (read, inlet.delivered)
    };
    let ((read, delivered), written) = futures::future::join(reading, write(context, sender, target, messages)).await;
    written?;
    if matches!(read, Err(MailError::Lost(_) | MailError::Protocol(_)))
        && let Some(next) = window.iter().find(|uid| !delivered.contains(uid))
    {
        context.lost_before(sender.key(*next));
    }
    Ok(read?)
}

/// Bytes that may be on their way.
struct Budget {
    permits: Arc<Semaphore>,
    most: u32,
}

impl Budget {
    fn new(bytes: ByteSize) -> Self {
        let most = u32::try_from(bytes.0 / 1024).unwrap_or(u32::MAX).max(1);
        Self { permits: Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(usize::MAX))), most }
    }

    async fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kilobytes = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX).min(self.most);
        Arc::clone(&self.permits).acquire_many_owned(kilobytes).await.ok()
    }
}

/// Where the source's messages come in.
struct Inlet {
    feed: mpsc::Sender<(FetchedMessage, Option<OwnedSemaphorePermit>)>,
    budget: Budget,
    delivered: BTreeSet<Uid>,
}

#[async_trait]
impl MessageSink for Inlet {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        let permit = tokio::select! {
            permit = self.budget.take(usize::try_from(message.body.len()).unwrap_or(usize::MAX)) => permit,
            () = self.feed.closed() => return Err(SinkClosed),
        };
        self.delivered.insert(message.uid);
        self.feed.send((message, permit)).await.map_err(|_| SinkClosed)
    }
}

/// Cuts the stream into batches and sends them. Ends early, without error, when the task is asked to stop.
async fn write(
    context: &TaskContext,
    sender: &mut Sender<'_>,
    target: &mut dyn MailConnection,
    mut messages: mpsc::Receiver<(FetchedMessage, Option<OwnedSemaphorePermit>)>,
) -> Result<(), Failure> {
    let clock: &dyn Clock = context.ports.clock.as_ref();
    let mut batcher = Batcher::new(BatchLimit { messages: context.limits.batch_messages, bytes: context.limits.batch_bytes });
    loop {
        let asked = clock.now();
        let next = tokio::select! {
            next = messages.recv() => next,
            () = context.soft.cancelled() => return Ok(()),
        };
        let reading = clock.now().millis_since(asked);
        let is_over = next.is_none();
        let mut ready = Vec::new();
        match next {
            Some((message, permit)) => {
                let size = ByteSize(message.body.len());
                let is_alone = context.travels_alone(sender.key(message.uid));
                ready.extend(is_alone.then(|| batcher.take()).flatten());
                ready.extend(batcher.push(Outbound::new(message, permit), size));
                ready.extend(is_alone.then(|| batcher.take()).flatten());
            }
            None => ready.extend(batcher.take()),
        }
        let began = clock.now();
        for batch in ready {
            sender.send(target, batch).await?;
            if context.is_stopping() {
                return Ok(());
            }
        }
        context.meter.waited(reading, clock.now().millis_since(began));
        if is_over {
            return Ok(());
        }
    }
}
