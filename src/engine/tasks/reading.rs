//! The reading half of a lane: windows come in, batches go out.

use std::collections::BTreeSet;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::domain::{ByteSize, Uid, UidSet};
use crate::mailcopy::{BatchLimit, Batcher};
use crate::ports::{FetchedMessage, MailError, MessageSink, SinkClosed};
use crate::session::Side;

use super::super::context::Failure;
use super::super::pool::Held;
use super::course::Course;
use super::outbound::Incoming;
use super::windows::Kind;

/// Messages of some windows that a source may refuse before it is taken for its own trouble.
const MOST_WITHHELD: usize = 5;

/// Reads windows until there are none. Answers the connection, unless it was left in the middle of something.
pub(super) async fn read(course: &Course, mut source: Held) -> Result<Option<Held>, Failure> {
    let (lanes, migration) = (&course.context.shared.lanes, course.sender.ends().migration);
    loop {
        let run = course.next_run();
        let Some(kind) = run.first().map(|window| window.kind) else { return Ok(Some(source)) };
        // In this order everywhere, so that nobody waits in a circle.
        let _large = if kind == Kind::Usual { None } else { lanes.large_turn(migration).await };
        let _turn = lanes.reading_turn(migration).await;
        let windows: Vec<UidSet> = run.into_iter().map(|window| window.uids).collect();
        let Some(feed) = course.feed() else { return Ok(Some(source)) };
        let mut inlet = Inlet::new(course, feed);
        let read = tokio::select! {
            biased;
            // Left in the middle of something: the connection is closed, and nobody waits for a source that is slow.
            () = course.halt.cancelled() => return Ok(None),
            read = source.fetch_windows(&windows, &mut inlet) => read,
        };
        let is_open = inlet.flush().await.is_ok();
        let delivered = inlet.delivered;
        let missed = windows.iter().flat_map(UidSet::iter).filter(|uid| !delivered.contains(uid));
        if let Err(error) = read {
            let missed: Vec<_> = missed.map(|uid| course.sender.key(uid)).collect();
            match (&error, missed.first()) {
                (MailError::Lost(_) | MailError::Protocol(_), Some(next)) => course.context.lost_before(*next),
                // Where many do not come it is not about the messages.
                (MailError::Refused(_), Some(_)) if missed.len() <= MOST_WITHHELD => course.context.was_withheld(missed.into_iter()),
                _ => {}
            }
            return Err(error.into());
        }
        if !is_open || course.halt.is_cancelled() {
            return Ok(None);
        }
        course.not_delivered(missed);
    }
}

/// Where the source's messages come in and are made into batches.
struct Inlet<'a> {
    course: &'a Course,
    feed: mpsc::Sender<Vec<Incoming>>,
    batcher: Batcher<Incoming>,
    delivered: BTreeSet<Uid>,
}

impl<'a> Inlet<'a> {
    fn new(course: &'a Course, feed: mpsc::Sender<Vec<Incoming>>) -> Self {
        let limits = &course.context.limits;
        let batcher = Batcher::new(BatchLimit { messages: limits.batch_messages, bytes: limits.batch_bytes });
        Self { course, feed, batcher, delivered: BTreeSet::new() }
    }

    /// Passes on what is there: nobody waits for more.
    async fn flush(&mut self) -> Result<(), SinkClosed> {
        match self.batcher.take() {
            Some(batch) => self.pass(batch.items).await,
            None => Ok(()),
        }
    }

    async fn pass(&self, batch: Vec<Incoming>) -> Result<(), SinkClosed> {
        let batch = match self.feed.try_send(batch) {
            Ok(()) => return Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(SinkClosed),
            Err(mpsc::error::TrySendError::Full(batch)) => batch,
        };
        let sent = async { self.feed.send(batch).await.map_err(|_| SinkClosed) };
        self.waiting_for_target(sent).await
    }

    /// Waits for writers, and says that it did.
    async fn waiting_for_target<T>(&self, wait: impl Future<Output = Result<T, SinkClosed>>) -> Result<T, SinkClosed> {
        let began = self.course.context.ports.clock.now();
        let waited = tokio::select! {
            biased;
            () = self.course.halt.cancelled() => Err(SinkClosed),
            waited = wait => waited,
        };
        self.course.waited(Side::Target, began);
        waited
    }
}

#[async_trait]
impl MessageSink for Inlet<'_> {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        if self.course.halt.is_cancelled() {
            return Err(SinkClosed);
        }
        if message.body.is_empty() && !self.course.empty.contains(&message.uid) {
            // Some servers deliver nothing once and the message the next time: it counts as not delivered, and is asked for again.
            return Ok(());
        }
        let budget = &self.course.context.shared.budget;
        let share = if let Some(share) = budget.take_now(&message.body) {
            share
        } else {
            // What this lane holds back may be what everybody waits for.
            self.flush().await?;
            self.waiting_for_target(async { Ok(budget.take(&message.body).await) }).await?
        };
        self.delivered.insert(message.uid);
        let size = ByteSize(message.body.len());
        let is_alone = self.course.context.travels_alone(self.course.sender.key(message.uid));
        let mut ready = Vec::new();
        ready.extend(is_alone.then(|| self.batcher.take()).flatten());
        ready.extend(self.batcher.push(Incoming { message, share }, size));
        ready.extend(is_alone.then(|| self.batcher.take()).flatten());
        for batch in ready {
            self.pass(batch.items).await?;
        }
        Ok(())
    }
}
