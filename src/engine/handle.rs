//! The engine's front door: what front ends hold.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::domain::{Moment, Secret, SecretRef, SessionId};
use crate::ports::{JournalError, Keeping, Ports, Record};
use crate::problem::{Problem, ProblemCode, Troubling};
use crate::session::{Answer, Command, Event, JOURNAL_FORMAT, Notice, Query, Refusal, Session, StoredEvent, apply, decide};

use super::Limits;
use super::core::{Core, Doors, Request};
use super::pool::Pool;

/// How a session is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// A new session with this id.
    New(SessionId),
    /// The one of this id that lies in the journal. Where nothing was written yet, the program ended before its first event: it begins.
    Resume(SessionId),
}

/// How strongly to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Finish and record what is in flight.
    Soft,
    /// Drop it: it is in doubt, and settled on resume.
    Hard,
}

/// The engine of one session.
pub struct Engine {
    core: JoinHandle<()>,
    hands: TaskTracker,
    handle: Handle,
}

/// A cheap handle to the engine.
#[derive(Clone)]
pub struct Handle {
    requests: mpsc::Sender<Request>,
    session: watch::Receiver<Session>,
    ports: Ports,
    pool: Arc<Pool>,
}

impl Engine {
    /// Replays the journal, records that the session is opened or taken up again, and starts what is due.
    /// Notices must be read: a front end that does not read them holds the engine up.
    ///
    /// # Errors
    /// [`JournalError`] when the journal cannot be read or written.
    pub async fn open(ports: Ports, limits: Limits, opening: Opening) -> Result<(Self, mpsc::Receiver<Notice>), JournalError> {
        Self::open_and(ports, limits, opening, |_| None).await
    }

    /// As [`Engine::open`], with the commands that follow at once, one after the other until there is none or one is refused: all of it
    /// costs one sync. Commands that need the ledger are submitted afterwards.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub async fn open_and(
        ports: Ports,
        limits: Limits,
        opening: Opening,
        next: impl Fn(&Session) -> Option<Command> + Send,
    ) -> Result<(Self, mpsc::Receiver<Notice>), JournalError> {
        let mut stored = ports.journal.events().await?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let is_opened = stored.iter().any(|stored| matches!(stored.event, Event::SessionOpened { .. }));
        let first = match opening {
            Opening::Resume(_) if is_opened => Event::SessionResumed { version },
            Opening::Resume(id) | Opening::New(id) => Event::SessionOpened { id, version, format: JOURNAL_FORMAT },
        };
        let now = ports.clock.now();
        let events = with_what_follows(Session::replay(&stored), first, now, next);
        let records = events.iter().map(|event| Record { at: now, event: event.clone(), ledger: Vec::new() }).collect();
        let seqs = ports.journal.append(records).await?;
        let known = stored.len() + 1;
        stored.extend(seqs.into_iter().zip(events).map(|(seq, event)| StoredEvent { seq, at: now, event }));
        let (publish, notices) = mpsc::channel(4096);
        for event in stored.iter().skip(known) {
            // There is room: nothing was published before.
            let _ = publish.try_send(happened(event.clone()));
        }
        let (requests, inbox) = mpsc::channel(256);
        let (pool, hands) = (Arc::<Pool>::default(), TaskTracker::new());
        let doors = Doors { publish, requests: requests.clone(), pool: Arc::clone(&pool), hands: hands.clone() };
        let (core, session) = Core::new(ports.clone(), limits, Session::replay(&stored), doors);
        #[expect(clippy::disallowed_methods, reason = "the engine owns its own actor: aborted and awaited in stop()")]
        let core = tokio::spawn(core.run(inbox));
        Ok((Self { core, hands, handle: Handle { requests, session, ports, pool } }, notices))
    }

    /// A handle for front ends.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Stops and waits until nothing runs any more. A soft stop lets tasks finish and record what is in flight.
    pub async fn stop(mut self, stop: Stop) {
        match stop {
            Stop::Soft => {
                if self.handle.requests.send(Request::Stop).await.is_ok() {
                    let _ = (&mut self.core).await;
                }
            }
            Stop::Hard => {
                self.core.abort();
                let _ = (&mut self.core).await;
            }
        }
        // What was dropped has really ended: nobody acts behind the back of the next engine.
        self.hands.close();
        self.hands.wait().await;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.core.abort();
    }
}

impl Handle {
    /// Submits a command; returns once its events are on disk.
    ///
    /// # Errors
    /// [`Refusal`], in words for the person.
    pub async fn submit(&self, command: Command) -> Result<(), Refusal> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Request::Submit { command: Box::new(command), reply }).await.map_err(|_| Refusal::Finished)?;
        answer.await.map_err(|_| Refusal::Finished)?
    }

    /// Asks a question; nothing is recorded.
    ///
    /// # Errors
    /// [`Problem`] when the world does not answer as hoped.
    pub async fn ask(&self, query: Query) -> Result<Answer, Problem> {
        super::questions::answer(&self.ports, &self.session, &self.pool, query).await
    }

    /// Keeps a secret; say it before the command that names it.
    ///
    /// # Errors
    /// [`Problem`] when the keyring does not answer; nothing is kept then.
    pub async fn keep_secret(&self, reference: &SecretRef, secret: &Secret) -> Result<Keeping, Problem> {
        self.ports.secrets.set(reference, secret).await.map_err(|error| error.problem())?;
        Ok(self.ports.secrets.keeping())
    }

    /// The session as it is now.
    pub fn session(&self) -> watch::Ref<'_, Session> {
        self.session.borrow()
    }

    /// Where secrets go, and the keyring's trouble when they go to memory.
    pub fn keeping(&self) -> (Keeping, Option<String>) {
        (self.ports.secrets.keeping(), self.ports.secrets.keyring_trouble())
    }

    /// Returns when the engine has ended.
    pub async fn closed(&self) {
        self.requests.closed().await;
    }

    /// Asks for a soft stop without waiting for it: the notices end when it is done.
    pub async fn request_stop(&self) {
        let _ = self.requests.send(Request::Stop).await;
    }
}

/// Commands that may follow at once; more would be a circle.
const MOST_AT_ONCE: usize = 16;

/// The first event of a run, and those of the commands that follow from it.
fn with_what_follows(mut session: Session, first: Event, at: Moment, next: impl Fn(&Session) -> Option<Command>) -> Vec<Event> {
    let mut all = Vec::new();
    let mut fresh = vec![first];
    for _ in 0..MOST_AT_ONCE {
        for event in fresh.drain(..) {
            apply(&mut session, &StoredEvent { seq: 0, at, event: event.clone() });
            all.push(event);
        }
        let decided = next(&session).and_then(|command| decide(&session, &command).ok());
        match decided.filter(|events| !events.is_empty() && !events.iter().any(needs_the_ledger)) {
            Some(events) => fresh = events,
            None => break,
        }
    }
    all.append(&mut fresh);
    all
}

/// What the actor records together with rows of the ledger.
const fn needs_the_ledger(event: &Event) -> bool {
    matches!(event, Event::RefusedRetried { .. } | Event::TaskRetried { .. })
}

/// What a panicking task is shown as.
pub(super) fn panicked(payload: &str) -> Problem {
    Problem::new(ProblemCode::TaskPanicked).because(payload)
}

/// A notice about an event.
pub(super) fn happened(stored: StoredEvent) -> Notice {
    Notice::Happened(Arc::new(stored))
}
