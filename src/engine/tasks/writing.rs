//! The writing half of a lane: intents are recorded ahead, batches follow one another without waiting for answers, outcomes are
//! recorded behind.
//!
//! Sacred is one order: the intent of a batch is on disk before its first byte is sent. A batch of which something was refused is
//! finished by itself once the stream has run dry; then the stream goes on.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::future::join3;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::domain::{ByteSize, Flags, Moment, Uid};
use crate::ports::{AppendReport, Appended, BatchQueue, MailError, OutgoingMessage};
use crate::session::Side;

use super::super::context::Failure;
use super::super::lanes::Lane;
use super::super::pool::Held;
use super::super::tuning::Sample;
use super::course::Course;
use super::outbound::look_at;
use super::sending::{Intended, Stored};

/// Batches whose intent is recorded and that wait to be sent.
const READY: usize = 1;
/// Outcomes that are known and not recorded yet.
const UNRECORDED: usize = 8;

/// Writes batches until there are none, or until the account has a lane too many. Answers the connection.
pub(super) async fn write(course: &Course, lane: Option<Lane>, mut target: Held) -> Result<Held, Failure> {
    let (ready, waiting) = mpsc::channel(READY);
    let intending = ending_all(course, intend(course, lane.as_ref(), ready));
    let written = if course.is_one_by_one {
        let sending = ending_all(course, one_by_one(course, &mut target, waiting));
        let (intended, sent) = futures::future::join(intending, sending).await;
        sent.and(intended)
    } else {
        let (outcomes, known) = mpsc::channel(UNRECORDED);
        let sending = ending_all(course, stream(course, &mut target, waiting, outcomes));
        let recording = ending_all(course, record(course, known));
        let (intended, sent, recorded) = join3(intending, sending, recording).await;
        sent.and(recorded).and(intended)
    };
    written?;
    // Flags that this target forgets when they come with APPEND. What a cut leaves out is set before the verification.
    let later = std::mem::take(&mut *course.later.lock().unwrap_or_else(PoisonError::into_inner));
    super::flagging::add(course.sender.ends(), target.as_mut(), later).await?;
    Ok(target)
}

/// A failure anywhere ends the whole course.
async fn ending_all(course: &Course, work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let result = work.await;
    if result.is_err() {
        course.halt.cancel();
    }
    result
}

/// Takes batches, looks at them, records that they are about to be sent.
async fn intend(course: &Course, lane: Option<&Lane>, ready: mpsc::Sender<Intended>) -> Result<(), Failure> {
    let clock = &course.context.ports.clock;
    while !lane.is_some_and(Lane::is_surplus) {
        let asked = clock.now();
        let batch = tokio::select! {
            biased;
            () = course.halt.cancelled() => None,
            batch = course.next_batch() => batch,
        };
        let Some(batch) = batch else { break };
        course.waited(Side::Source, asked);
        let batch = look_at(batch, course.look).await?;
        let intended = course.sender.intend(batch).await?;
        let Some(intended) = course.sender.refuse_unbearable(intended).await? else { continue };
        if ready.send(intended).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// A server that does not say where it puts messages is asked after each batch.
async fn one_by_one(course: &Course, target: &mut Held, mut waiting: mpsc::Receiver<Intended>) -> Result<(), Failure> {
    while let Some(intended) = waiting.recv().await {
        course.sender.finish(target.as_mut(), intended, None).await?;
    }
    Ok(())
}

/// Outcomes that came while others were being written down are written down together.
async fn record(course: &Course, mut known: mpsc::Receiver<Stored>) -> Result<(), Failure> {
    let mut together = Vec::with_capacity(UNRECORDED);
    while known.recv_many(&mut together, UNRECORDED).await > 0 {
        course.sender.record_stored(together.drain(..).map(|stored| (stored, Vec::new())).collect()).await?;
        course.has_stored.notify_one();
    }
    Ok(())
}

async fn stream(
    course: &Course,
    target: &mut Held,
    waiting: mpsc::Receiver<Intended>,
    outcomes: mpsc::Sender<Stored>,
) -> Result<(), Failure> {
    let ready = tokio::sync::Mutex::new(waiting);
    loop {
        let queue = Queue { course, ready: &ready, outcomes: &outcomes, drain: CancellationToken::new(), state: Mutex::default() };
        let streamed = target.append_stream(&course.sender.ends().to, &queue).await;
        let State { sent, again, failure } = queue.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = streamed {
            // A server works in order: it was the oldest that it could not bear.
            if let (MailError::Lost(_) | MailError::Protocol(_), Some((oldest, _))) = (&error, sent.front()) {
                let keys: Vec<_> = oldest.batch.iter().map(|outbound| course.sender.key(outbound.uid())).collect();
                course.context.lost_over(&keys);
            }
            return Err(error.into());
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        if !sent.is_empty() {
            return Err(MailError::Protocol("an append was not answered".to_owned()).into());
        }
        if again.is_empty() {
            return Ok(());
        }
        for (intended, report) in again {
            course.sender.finish(target.as_mut(), intended, Some(report)).await?;
        }
    }
}

#[derive(Default)]
struct State {
    /// Sent and not answered, oldest first, with the moment at which they were handed over.
    sent: VecDeque<(Intended, Moment)>,
    /// Something of them was refused.
    again: Vec<(Intended, AppendReport)>,
    failure: Option<Failure>,
}

/// What a writer's connection takes from and reports to.
struct Queue<'a> {
    course: &'a Course,
    ready: &'a tokio::sync::Mutex<mpsc::Receiver<Intended>>,
    outcomes: &'a mpsc::Sender<Stored>,
    /// Nothing more is handed over for now.
    drain: CancellationToken,
    state: Mutex<State>,
}

/// What a report comes to.
enum Verdict {
    /// All of it is stored, under these UIDs.
    Stored(Vec<Uid>),
    /// Something was refused.
    Again,
    /// Stored, but nobody knows where.
    Untold,
    /// The mailbox is not the one that it was.
    Renumbered,
}

impl Queue<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn judge(&self, report: &AppendReport, messages: usize) -> Verdict {
        let AppendReport::Each { uid_validity, outcomes } = report else { return Verdict::Again };
        if uid_validity.is_some_and(|validity| validity != self.course.sender.ends().target.uid_validity) {
            return Verdict::Renumbered;
        }
        if outcomes.iter().any(|outcome| matches!(outcome, Appended::Stored(None))) {
            return Verdict::Untold;
        }
        let told = |outcome: &Appended| if let Appended::Stored(uid) = outcome { *uid } else { None };
        let uids = outcomes.iter().map(told).collect::<Option<Vec<Uid>>>().filter(|uids| uids.len() == messages);
        uids.map_or(Verdict::Again, Verdict::Stored)
    }

    fn measure(&self, messages: usize, bytes: ByteSize, handed_over: Moment) {
        let now = self.course.context.ports.clock.now();
        let sample = Sample { messages: messages as u64, bytes: bytes.0, latency_millis: now.millis_since(handed_over), lanes: 0 };
        self.course.context.shared.lanes.stored(self.course.sender.ends().migration, now, sample);
    }

    /// Ends this stream, and with it the course.
    fn end(&self, failure: Option<Failure>) {
        self.drain.cancel();
        self.course.halt.cancel();
        if let Some(failure) = failure {
            self.state().failure.get_or_insert(failure);
        }
    }
}

#[async_trait]
impl BatchQueue for Queue<'_> {
    async fn next(&self) -> Option<Vec<OutgoingMessage>> {
        let mut ready = self.ready.lock().await;
        let intended = tokio::select! {
            biased;
            () = self.drain.cancelled() => None,
            intended = ready.recv() => intended,
        }?;
        // From here to the end nothing waits: what was taken is never dropped.
        let messages = self.course.sender.outgoing(&intended.batch);
        self.state().sent.push_back((intended, self.course.context.ports.clock.now()));
        Some(messages)
    }

    async fn report(&self, report: AppendReport) {
        let Some((intended, handed_over)) = self.state().sent.pop_front() else {
            return self.end(Some(MailError::Protocol("an answer to nothing".to_owned()).into()));
        };
        match self.judge(&report, intended.batch.len()) {
            Verdict::Stored(uids) => {
                self.course.sender.is_stored(uids.iter().copied());
                let bytes: ByteSize = intended.batch.iter().map(super::outbound::Outbound::size).sum();
                self.measure(uids.len(), bytes, handed_over);
                let uids: Vec<(Uid, Option<Uid>)> =
                    intended.batch.iter().map(super::outbound::Outbound::uid).zip(uids.into_iter().map(Some)).collect();
                let mut marks = BTreeMap::new();
                let sorted: Vec<(Uid, Flags)> = super::flagging::sort(self.course.sender.ends(), &intended.batch, &uids, &mut marks);
                self.course.later.lock().unwrap_or_else(PoisonError::into_inner).extend(sorted);
                let stored = Stored { id: intended.id, uids, bytes, marks };
                // The messages are not needed any more: their memory is given back before anybody waits for the disk.
                drop(intended.batch);
                if self.outcomes.send(stored).await.is_err() {
                    self.end(Some(Failure::Closing));
                }
            }
            Verdict::Again => {
                self.drain.cancel();
                self.state().again.push((intended, report));
            }
            Verdict::Untold => {
                // Left in doubt: it is settled when nobody writes any more, and from then on batch by batch.
                self.course.context.shared.was_silent(self.course.sender.ends().migration);
                self.course.is_unsettled.store(true, Ordering::Release);
                self.end(None);
            }
            Verdict::Renumbered => self.end(Some(MailError::Lost("the mailbox got new UIDs".to_owned()).into())),
        }
    }
}
