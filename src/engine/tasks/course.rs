//! The stream of one mailbox: readers take windows, writers take batches, and both may be several.
//!
//! ```text
//!  windows ─▶ reader ─┐                        ┌─▶ writer: intent ─▶ append, the next before the last is answered ─▶ outcome
//!  windows ─▶ reader ─┴─▶ batches, bounded ────┴─▶ writer: …
//! ```
//!
//! Whatever goes wrong in one of them ends them all, softly: what is in flight is finished and recorded. Doubts are only settled when
//! nobody writes to the mailbox any more, since a twin on its way would be mistaken for the message in doubt.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::{Flags, Moment, Uid};
use crate::mailcopy::Comparison;
use crate::ports::MailError;
use crate::session::{Migration, Side};

use super::super::context::{Failure, TaskContext};
use super::super::lanes::Lane;
use super::super::pool::Held;
use super::outbound::{Incoming, Look};
use super::prepare::{Ends, Listed, Seen, open_source};
use super::sending::Sender;
use super::windows::{Window, next_run};
use super::{reading, writing};

/// Batches that wait for a writer. What they hold is counted by the budget.
const WAITING_BATCHES: usize = 4;

/// What all lanes of a mailbox share.
pub(super) struct Course {
    pub(super) context: TaskContext,
    pub(super) sender: Sender,
    pub(super) look: Look,
    /// Nothing new is begun any more.
    pub(super) halt: CancellationToken,
    /// Whether outcomes must be looked up batch by batch, by one writer.
    pub(super) is_one_by_one: bool,
    /// Batches are in doubt although nothing went wrong: the server did not say where it put them.
    pub(super) is_unsettled: AtomicBool,
    /// Flags to be set when the writers are done: some targets forget them when they come with APPEND.
    pub(super) later: Mutex<Vec<(Uid, Flags)>>,
    /// Messages that the source lists as empty: only these may come empty.
    pub(super) empty: BTreeSet<Uid>,
    /// Milliseconds there and back: to the source, to the target.
    round_trips: (u64, u64),
    seen: Seen,
    windows: Mutex<VecDeque<Window>>,
    readers: AtomicUsize,
    undelivered: Mutex<Vec<Uid>>,
    feed: Mutex<Option<mpsc::Sender<Vec<Incoming>>>>,
    batches: tokio::sync::Mutex<mpsc::Receiver<Vec<Incoming>>>,
    /// A batch was stored: there may be room for another lane.
    pub(super) has_stored: Notify,
}

/// What is to be copied.
pub(super) struct Work {
    pub(super) windows: VecDeque<Window>,
    /// Messages that the source lists as empty.
    pub(super) empty: BTreeSet<Uid>,
    /// What the source lists.
    pub(super) seen: Seen,
}

/// How a course ended.
pub(super) struct Finished {
    /// The source connection and what it lists now.
    pub(super) source: Option<(Held, Listed)>,
    /// The target connection.
    pub(super) target: Option<Held>,
    /// Messages that were asked for and did not come.
    pub(super) undelivered: Vec<Uid>,
    /// Batches are in doubt and must be settled before anything else.
    pub(super) is_unsettled: bool,
}

/// How one hand of a course ended.
enum Ended {
    Read(Result<Option<Held>, Failure>),
    Wrote(Result<Held, Failure>),
    Listed(Result<(Held, Listed), Failure>),
    /// Another lane could not be opened: those that are go on.
    NotOpened,
    /// Another lane is open.
    Opened(Box<(Lane, Held, Held)>),
}

impl Course {
    fn new(context: &TaskContext, ends: &Ends, (source, target): (&Held, &Held), Work { windows, empty, seen }: Work) -> Self {
        let keeps_bytes = ends.by == Comparison::Bytes && source.capabilities().keeps_bytes;
        let is_silent = !target.capabilities().has_uidplus || context.shared.is_silent(ends.migration);
        let (feed, batches) = mpsc::channel(WAITING_BATCHES);
        Self {
            sender: Sender::new(context, ends.clone()),
            look: if keeps_bytes { Look::Bytes } else { Look::Content },
            halt: context.soft.child_token(),
            is_one_by_one: is_silent,
            is_unsettled: AtomicBool::new(false),
            later: Mutex::default(),
            empty,
            round_trips: (round_trip(source), round_trip(target)),
            seen,
            windows: Mutex::new(windows),
            readers: AtomicUsize::new(0),
            undelivered: Mutex::default(),
            feed: Mutex::new(Some(feed)),
            batches: tokio::sync::Mutex::new(batches),
            has_stored: Notify::new(),
            context: context.clone(),
        }
    }

    /// A lane waited for one of the sides since then.
    pub(super) fn waited(&self, side: Side, began: Moment) {
        let millis = self.context.ports.clock.now().millis_since(began);
        let round_trip = if side == Side::Source { self.round_trips.0 } else { self.round_trips.1 };
        self.context.meter.waited(side, millis, round_trip);
    }

    fn windows(&self) -> MutexGuard<'_, VecDeque<Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next windows for one reader.
    pub(super) fn next_run(&self) -> Vec<Window> {
        if self.halt.is_cancelled() {
            return Vec::new();
        }
        next_run(&mut self.windows(), self.readers.load(Ordering::Relaxed))
    }

    /// The way of batches to the writers; none once reading is over.
    pub(super) fn feed(&self) -> Option<mpsc::Sender<Vec<Incoming>>> {
        self.feed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next batch; none when reading is over.
    pub(super) async fn next_batch(&self) -> Option<Vec<Incoming>> {
        self.batches.lock().await.recv().await
    }

    /// These were asked for and did not come.
    pub(super) fn not_delivered(&self, uids: impl Iterator<Item = Uid>) {
        self.undelivered.lock().unwrap_or_else(PoisonError::into_inner).extend(uids);
    }

    /// Whether another lane would find work.
    fn has_work(&self) -> bool {
        !self.is_one_by_one && !self.halt.is_cancelled() && !self.windows().is_empty()
    }
}

/// Milliseconds to a server and back; 0: not known.
fn round_trip(connection: &Held) -> u64 {
    connection.shortest_answer().map_or(0, |answered| u64::try_from(answered.as_millis()).unwrap_or(u64::MAX))
}

/// Streams windows from the source to the target, over as many lanes as the account may have.
pub(super) async fn stream(
    context: &TaskContext,
    (ends, migration): (&Ends, &Migration),
    (source, target): (Held, Held),
    work: Work,
) -> Result<Finished, Failure> {
    let course = Arc::new(Course::new(context, ends, (&source, &target), work));
    let mut lanes = Lanes { course, hands: JoinSet::new(), opening: false, ended: Finished::nothing(), failure: None };
    lanes.begin(None, source, target);
    lanes.run(migration).await
}

impl Finished {
    const fn nothing() -> Self {
        Self { source: None, target: None, undelivered: Vec::new(), is_unsettled: false }
    }
}

/// The hands at work on a course.
struct Lanes {
    course: Arc<Course>,
    hands: JoinSet<Ended>,
    opening: bool,
    ended: Finished,
    failure: Option<Failure>,
}

impl Lanes {
    fn spawn(&mut self, hand: impl Future<Output = Ended> + Send + 'static) {
        self.hands.spawn(self.course.context.shared.hands.track_future(hand));
    }

    fn begin(&mut self, lane: Option<Lane>, source: Held, target: Held) {
        self.course.readers.fetch_add(1, Ordering::Relaxed);
        let (reader, writer) = (Arc::clone(&self.course), Arc::clone(&self.course));
        self.spawn(async move { Ended::Read(reading::read(&reader, source).await) });
        self.spawn(async move { Ended::Wrote(writing::write(&writer, lane, target).await) });
    }

    async fn run(mut self, migration: &Migration) -> Result<Finished, Failure> {
        loop {
            self.grow(migration);
            let course = Arc::clone(&self.course);
            tokio::select! {
                ended = self.hands.join_next() => match ended {
                    None => break,
                    Some(Ok(ended)) => self.take(ended),
                    Some(Err(error)) => match error.try_into_panic() {
                        Ok(panic) => std::panic::resume_unwind(panic),
                        Err(_) => self.fail(Failure::Closing),
                    },
                },
                () = course.has_stored.notified(), if course.has_work() => {}
            }
        }
        let Self { course, mut ended, failure, .. } = self;
        let is_unsettled = course.is_unsettled.load(Ordering::Acquire);
        let undelivered = std::mem::take(&mut *course.undelivered.lock().unwrap_or_else(PoisonError::into_inner));
        match failure {
            Some(failure) => {
                [ended.source.take().map(|(source, _)| source), ended.target.take()]
                    .into_iter()
                    .flatten()
                    .for_each(|sound| course.context.give_back(sound));
                Err(failure)
            }
            None => Ok(Finished { undelivered, is_unsettled, ..ended }),
        }
    }

    /// Opens another lane when there is work and room for it.
    fn grow(&mut self, migration: &Migration) {
        if self.opening || !self.course.has_work() {
            return;
        }
        let Some(lane) = self.course.context.shared.lanes.take(migration.id, self.course.context.limits.allowance(migration)) else {
            return;
        };
        self.opening = true;
        let (course, migration) = (Arc::clone(&self.course), migration.clone());
        self.spawn(async move {
            match open(&course, &migration).await {
                Ok((source, target)) => Ended::Opened(Box::new((lane, source, target))),
                Err(_) => Ended::NotOpened,
            }
        });
    }

    fn take(&mut self, ended: Ended) {
        match ended {
            Ended::Opened(opened) => {
                self.opening = false;
                let (lane, source, target) = *opened;
                if self.course.has_work() {
                    self.begin(Some(lane), source, target);
                } else {
                    self.course.context.give_back(source);
                    self.course.context.give_back(target);
                }
            }
            Ended::NotOpened => {
                self.opening = false;
                self.course.context.shared.lanes.trouble(self.course.sender.ends().migration);
            }
            Ended::Read(read) => {
                let left = self.course.readers.fetch_sub(1, Ordering::Relaxed) - 1;
                let is_over = left == 0 && !self.course.has_work();
                match read {
                    Ok(Some(source)) if is_over && !self.course.halt.is_cancelled() => self.list(source),
                    Ok(Some(source)) => self.course.context.give_back(source),
                    Ok(None) => {}
                    Err(failure) => self.fail(failure),
                }
                if left == 0 {
                    // The writers end when the last batch is taken.
                    *self.course.feed.lock().unwrap_or_else(PoisonError::into_inner) = None;
                }
            }
            Ended::Wrote(Ok(target)) => match self.ended.target {
                None => self.ended.target = Some(target),
                Some(_) => self.course.context.give_back(target),
            },
            Ended::Listed(Ok(source)) => self.ended.source = Some(source),
            Ended::Wrote(Err(failure)) | Ended::Listed(Err(failure)) => self.fail(failure),
        }
    }

    /// What the source lists now, while the last batches are being stored. Where everything came that was asked for, it is enough to
    /// see what is new.
    fn list(&mut self, mut source: Held) {
        let seen = self.course.seen;
        let has_all = self.course.undelivered.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
        self.spawn(async move {
            let source_now = source.as_mut();
            let listed = if has_all { Listed::after(source_now, seen).await } else { Listed::whole(source_now).await };
            Ended::Listed(listed.map(|listed| (source, listed)))
        });
    }

    /// All lanes end; what failed first is told.
    fn fail(&mut self, failure: Failure) {
        self.course.halt.cancel();
        if self.failure.as_ref().is_none_or(|known| *known == Failure::Closing) {
            self.failure = Some(failure);
        }
    }
}

/// Both ends of another lane. They must be the mailboxes of the other lanes.
///
/// The target's is selected although APPEND does not need that: Dovecot opens a mailbox anew for each APPEND otherwise, and that takes the
/// longer the more it holds.
async fn open(course: &Course, migration: &Migration) -> Result<(Held, Held), Failure> {
    let ends = course.sender.ends();
    let account = migration.target.as_ref().ok_or(Failure::Closing)?;
    let wire = migration.mailboxes.get(&ends.mailbox).map(|m| m.mapping.wire.clone()).ok_or(Failure::Closing)?;
    let source = open_source(&course.context, migration, &wire);
    let target = async {
        let mut target = course.context.connect_target(account).await?;
        let state = target.select(&ends.to).await?;
        Ok((target, state))
    };
    let ((source, at_source), (target, at_target)) = futures::future::try_join(source, target).await?;
    if at_source.uid_validity != ends.source.uid_validity || at_target.uid_validity != ends.target.uid_validity {
        return Err(MailError::Lost("the mailbox got new UIDs".to_owned()).into());
    }
    Ok((source, target))
}
