//! The one actor that owns the session: recorder and supervisor.
//!
//! Recorder: everything that waits is appended in one transaction, then applied, then published, then acknowledged.
//! Supervisor: after each change, what is due is compared with what runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::{ByteSize, MailboxId, MigrationId, Moment, Uid, UidValidity};
use crate::ports::{EntryState, JournalError, LedgerChange, Ports, Record};
use crate::problem::{Disposition, Problem, ProblemCode, Troubling};
use crate::session::{Command, Event, Notice, Refusal, Session, StoredEvent, Task, Waiting, actor, apply, decide, due, wanted};

use super::Limits;
use super::context::{Failure, Shared};
use super::handle::{happened, panicked};
use super::lanes::Lane;
use super::meter::Meter;
use super::pool::Pool;
use super::retry::{Verdict, judge, spread};

mod supervise;

/// What others ask of the actor.
pub(super) enum Request {
    /// Write this down.
    Record {
        /// What, in one transaction.
        records: Vec<Record>,
        /// Told once all of it is durable; dropped when it could not be written.
        done: oneshot::Sender<()>,
    },
    /// Do what the person wants.
    Submit {
        /// What.
        command: Box<Command>,
        /// The refusal, or nothing.
        reply: oneshot::Sender<Result<(), Refusal>>,
    },
    /// Finish what is in flight and end.
    Stop,
}

/// What the actor is tied to.
pub(super) struct Doors {
    pub(super) publish: mpsc::Sender<Notice>,
    pub(super) requests: mpsc::Sender<Request>,
    pub(super) pool: Arc<Pool>,
    pub(super) hands: TaskTracker,
}

/// An idle connection is kept for so many milliseconds.
const IDLE_MILLIS: u64 = 30_000;

struct Running {
    soft: CancellationToken,
    id: Id,
    /// Started in this very round: due by definition.
    is_new: bool,
    /// Its right to connections, as long as it runs.
    _lane: Option<Lane>,
}

struct Pause {
    until: Moment,
    attempts: u32,
}

/// The actor.
pub(super) struct Core {
    ports: Ports,
    limits: Limits,
    session: watch::Sender<Session>,
    publish: mpsc::Sender<Notice>,
    requests: mpsc::Sender<Request>,
    meter: Meter,
    jobs: JoinSet<Result<(), Failure>>,
    running: BTreeMap<Task, Running>,
    pauses: BTreeMap<Task, Pause>,
    shared: Arc<Shared>,
    progressed: BTreeSet<Task>,
    /// Logins refused in a row, of all tasks of an account together: accounts are locked by counting, too.
    refused_logins: BTreeMap<MigrationId, u32>,
    /// Until when nobody knocks at an account's servers again: every mailbox would hear the same.
    patience: BTreeMap<MigrationId, Moment>,
    is_stopping: bool,
    show_at: Moment,
    /// Goodbyes that are being said.
    leaving: JoinSet<()>,
}

impl Core {
    /// An actor over a replayed session.
    pub(super) fn new(ports: Ports, limits: Limits, session: Session, doors: Doors) -> (Self, watch::Receiver<Session>) {
        let Doors { publish, requests, pool, hands } = doors;
        let shared = Arc::new(Shared::after(session.last_batch, (pool, hands), &limits));
        let (session, receiver) = watch::channel(session);
        let core = Self {
            ports,
            limits,
            session,
            publish,
            requests,
            meter: Meter::default(),
            jobs: JoinSet::new(),
            running: BTreeMap::new(),
            pauses: BTreeMap::new(),
            shared,
            progressed: BTreeSet::new(),
            refused_logins: BTreeMap::new(),
            patience: BTreeMap::new(),
            is_stopping: false,
            show_at: Moment(0),
            leaving: JoinSet::new(),
        };
        (core, receiver)
    }

    /// Runs until it is told to stop and nothing runs any more, or the journal fails.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Request>) {
        loop {
            self.supervise();
            if self.is_stopping && self.running.is_empty() {
                break;
            }
            let clock = Arc::clone(&self.ports.clock);
            if self.show_at <= clock.now() {
                // Before anything else, so that a busy journal does not keep the screen waiting.
                self.show_progress();
            }
            let outcome = tokio::select! {
                request = inbox.recv() => match request {
                    Some(request) => self.take(request, &mut inbox).await,
                    None => break,
                },
                Some(ended) = self.jobs.join_next_with_id(), if !self.jobs.is_empty() => {
                    let (id, result) = match ended {
                        Ok((id, result)) => (id, result),
                        Err(error) => (error.id(), Err(panicked(&panic_text(error)).into())),
                    };
                    self.ended(id, result).await
                }
                () = clock.sleep(self.show_at.millis_since(clock.now())) => Ok(()),
            };
            if let Err(error) = outcome {
                self.jobs.abort_all();
                let _ = self.publish.send(Notice::JournalFailed(error.problem())).await;
                break;
            }
        }
        self.show_progress();
        // Nobody waits for a goodbye with the connections of tasks that were dropped: they are closed by that.
        self.shared.pool.log_out_idle(Moment(i64::MAX)).await;
        self.leaving.join_all().await;
    }

    /// Servers count connections: those that nobody has needed for a while are closed.
    fn close_what_idles(&mut self) {
        while self.leaving.try_join_next().is_some() {}
        let since = self.ports.clock.now().minus_millis(IDLE_MILLIS);
        if self.shared.pool.has_idle(since) {
            let pool = Arc::clone(&self.shared.pool);
            self.leaving.spawn(async move { pool.log_out_idle(since).await });
        }
    }

    /// Takes a request and everything that waits behind it.
    async fn take(&mut self, first: Request, inbox: &mut mpsc::Receiver<Request>) -> Result<(), JournalError> {
        let mut records = Vec::new();
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Record { records: these, done } => {
                    let actor = these.iter().find_map(|record| actor(&record.event));
                    if let Some(task) = actor {
                        self.write(std::mem::take(&mut records)).await?;
                        // Between its last look and its first act the person decided otherwise: nothing is recorded, and nothing done.
                        if !due(&self.session.borrow()).contains(&task) {
                            next = inbox.try_recv().ok();
                            continue;
                        }
                    }
                    records.extend(these.into_iter().map(|record| (record, None)));
                    if let Some((_, acknowledgement)) = records.last_mut() {
                        *acknowledgement = Some(done);
                    }
                }
                Request::Submit { command, reply } => {
                    self.write(std::mem::take(&mut records)).await?;
                    self.submit(&command, reply).await?;
                }
                Request::Stop => self.stop_softly(),
            }
            next = inbox.try_recv().ok();
        }
        self.write(records).await
    }

    async fn submit(&mut self, command: &Command, reply: oneshot::Sender<Result<(), Refusal>>) -> Result<(), JournalError> {
        let decided = decide(&self.session.borrow(), command);
        let answer = match decided {
            Err(refusal) => Err(refusal),
            Ok(events) => {
                let mut records = Vec::with_capacity(events.len());
                for event in events {
                    let ledger = match &event {
                        Event::TaskRetried { task } => {
                            self.pauses.remove(task);
                            self.shared.lookups.forget();
                            if let Some(migration) = task.migration() {
                                self.refused_logins.remove(&migration);
                                self.patience.remove(&migration);
                                self.shared.pardon_mailboxes(migration);
                            }
                            Vec::new()
                        }
                        Event::AnswersReopened { .. } => {
                            self.shared.lookups.forget();
                            Vec::new()
                        }
                        Event::RefusedRetried { migration } => {
                            self.shared.pardon(*migration);
                            self.refused_made_missing(*migration).await?
                        }
                        _ => Vec::new(),
                    };
                    records.push((Record { at: self.ports.clock.now(), event, ledger }, None));
                }
                self.write(records).await?;
                Ok(())
            }
        };
        let _ = reply.send(answer);
        Ok(())
    }

    /// Takes the refused messages of a migration out of the ledger, so that the copy finds them missing.
    async fn refused_made_missing(&self, migration: MigrationId) -> Result<Vec<LedgerChange>, JournalError> {
        let refused_in = |m: &crate::session::Migration| m.mailboxes.iter().filter(|(_, p)| p.refused > 0).map(|(id, _)| *id).collect();
        let mailboxes: Vec<MailboxId> = self.session.borrow().migration(migration).map(refused_in).unwrap_or_default();
        let mut changes = Vec::new();
        for mailbox in mailboxes {
            let mut refused: BTreeMap<UidValidity, Vec<Uid>> = BTreeMap::new();
            for entry in self.ports.journal.entries(migration, mailbox, Some(EntryState::Refused)).await? {
                refused.entry(entry.source_validity).or_default().push(entry.source_uid);
            }
            for (source_validity, uids) in refused {
                let marked = uids.iter().map(|uid| (*uid, None)).collect();
                changes.push(LedgerChange::Mark { migration, mailbox, source_validity, state: EntryState::Intended, uids: marked });
                changes.push(LedgerChange::Forget { migration, mailbox, source_validity, uids });
            }
        }
        Ok(changes)
    }

    /// Disk first, then memory, then screen.
    async fn write(&mut self, records: Vec<(Record, Option<oneshot::Sender<()>>)>) -> Result<(), JournalError> {
        if records.is_empty() {
            return Ok(());
        }
        let (records, acknowledgements): (Vec<Record>, Vec<_>) = records.into_iter().unzip();
        let mut stored: Vec<StoredEvent> = records.iter().map(|r| StoredEvent { seq: 0, at: r.at, event: r.event.clone() }).collect();
        let seqs = self.ports.journal.append(records).await?;
        for (event, seq) in stored.iter_mut().zip(seqs) {
            event.seq = seq;
        }
        self.session.send_modify(|session| stored.iter().for_each(|event| apply(session, event)));
        for event in stored {
            if let Event::MessagesVerified { migration, mailbox, .. } = event.event {
                self.progressed.insert(Task::VerifyMailbox { migration, mailbox });
            }
            if let Event::BatchCopied { migration, mailbox, .. } = event.event {
                self.progressed.insert(Task::CopyMailbox { migration, mailbox });
                self.refused_logins.remove(&migration);
            }
            // A front end that went away does not stop the work.
            let _ = self.publish.send(happened(event)).await;
        }
        for done in acknowledgements.into_iter().flatten() {
            let _ = done.send(());
        }
        Ok(())
    }

    fn stop_softly(&mut self) {
        self.is_stopping = true;
        self.running.values().for_each(|running| running.soft.cancel());
    }

    async fn ended(&mut self, id: Id, result: Result<(), Failure>) -> Result<(), JournalError> {
        let Some(task) = self.running.iter().find(|(_, running)| running.id == id).map(|(task, _)| task.clone()) else {
            return Ok(());
        };
        let was_stopped = self.running.remove(&task).is_some_and(|running| running.soft.is_cancelled());
        self.meter.remove(&task);
        tracing::debug!(?task, ok = result.is_ok(), "ended");
        if result.is_ok() {
            task.migration().and_then(|migration| self.refused_logins.remove(&migration));
        }
        match result {
            // What stands in the way of something that nobody wants any more is nobody's trouble.
            Err(Failure::Trouble(problem))
                if (!was_stopped || problem.disposition == Disposition::AskUser) && wanted(&self.session.borrow()).contains(&task) =>
            {
                self.failed(task, *problem).await
            }
            Ok(()) | Err(Failure::Closing) if !was_stopped && due(&self.session.borrow()).contains(&task) => {
                // Ended without trouble and still due: another look is needed, but never in a spin.
                self.pauses.insert(task, Pause { until: self.ports.clock.now().plus_millis(self.limits.first_pause_millis), attempts: 0 });
                Ok(())
            }
            _ => {
                self.pauses.remove(&task);
                Ok(())
            }
        }
    }

    async fn failed(&mut self, task: Task, problem: Problem) -> Result<(), JournalError> {
        tracing::warn!(?task, code = problem.code.as_str(), cause = problem.cause.as_deref().unwrap_or(""), "failed");
        // What moved forward since its last failure starts counting anew.
        let has_progressed = self.progressed.remove(&task);
        let mut attempts = self.pauses.get(&task).filter(|_| !has_progressed).map_or(0, |pause| pause.attempts) + 1;
        if let (ProblemCode::WrongPassword, Some(migration)) = (problem.code, task.migration()) {
            let refused = self.refused_logins.entry(migration).or_default();
            *refused += 1;
            attempts = attempts.max(*refused);
        }
        if let Some(migration) = task.migration().filter(|_| supervise::is_heavy(&task)) {
            match problem.code {
                ProblemCode::Throttled => self.shared.lanes.throttled(migration),
                _ => self.shared.lanes.trouble(migration),
            }
        }
        let now = self.ports.clock.now();
        let is_everybodys = matches!(problem.code, ProblemCode::Throttled | ProblemCode::Unreachable | ProblemCode::UnknownHost);
        match judge(&problem, attempts, &self.limits) {
            Verdict::Again(millis) => {
                let until = now.plus_millis(spread(&problem, millis, &mut rand::rng()));
                self.meter.waiting(&task, Waiting { until, problem, attempts }, now);
                if let (true, Some(migration)) = (is_everybodys, task.migration()) {
                    self.patience.insert(migration, until);
                }
                self.pauses.insert(task, Pause { until, attempts });
                Ok(())
            }
            Verdict::Ask => {
                self.pauses.remove(&task);
                let record = Record { at: now, event: Event::TaskStopped { task, problem }, ledger: Vec::new() };
                self.write(vec![(record, None)]).await
            }
        }
    }

    fn show_progress(&mut self) {
        self.show_at = self.ports.clock.now().plus_millis(self.limits.progress_millis);
        self.close_what_idles();
        let (messages, bytes) = what_is_left(&self.session.borrow());
        let progress = self.meter.snapshot(self.ports.clock.now(), (messages, bytes), self.shared.lanes.in_use());
        // Lossy by design: a front end that is busy gets the next one.
        let _ = self.publish.try_send(Notice::Progress(Arc::new(progress)));
    }
}

/// Messages and bytes that are not at the target yet, as far as known.
fn what_is_left(session: &Session) -> (u64, ByteSize) {
    session.migrations.iter().fold((0, ByteSize(0)), |(messages, bytes), migration| {
        let left = migration.messages().saturating_sub(migration.copied() + migration.refused());
        let total = migration.inventory.as_ref().map_or(ByteSize(0), |i| i.bytes);
        (messages + left, bytes + ByteSize(total.0.saturating_sub(migration.bytes().0)))
    })
}

fn panic_text(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(payload) => payload
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without words".to_owned()),
        Err(error) => error.to_string(),
    }
}
