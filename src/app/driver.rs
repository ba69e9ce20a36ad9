//! What drives the wizard: the engine, or a session that another program holds and that is only watched.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};

use crate::adapters::journal::SqliteJournal;
use crate::domain::{Secret, SecretRef, SessionId};
use crate::engine::{self, Engine, Handle};
use crate::ports::{JournalError, Keeping};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Answer, Command, Notice, Query, Refusal};
use crate::tui::{Driver, Stop};

/// Time between two looks at a session that is only watched.
const LOOK: Duration = Duration::from_millis(500);

/// The engine as the wizard sees it.
pub(super) struct EngineDriver {
    handle: Handle,
    engine: Mutex<Option<Engine>>,
}

impl EngineDriver {
    /// Drives this engine, which ends with it.
    pub(super) fn new(engine: Engine) -> Self {
        Self { handle: engine.handle(), engine: Mutex::new(Some(engine)) }
    }
}

impl Driver for EngineDriver {
    async fn submit(&self, command: Command) -> Result<(), Refusal> {
        self.handle.submit(command).await
    }

    async fn ask(&self, query: Query) -> Result<Answer, Problem> {
        self.handle.ask(query).await
    }

    async fn keep_secret(&self, reference: &SecretRef, secret: Secret) -> Result<Keeping, Problem> {
        self.handle.keep_secret(reference, &secret).await
    }

    async fn stop(&self, how: Stop) {
        match how {
            Stop::Soft => {
                self.handle.request_stop().await;
                self.handle.closed().await;
            }
            Stop::Hard => {
                if let Some(engine) = self.engine.lock().await.take() {
                    engine.stop(engine::Stop::Hard).await;
                }
            }
        }
    }
}

/// A session that another program works on: every wish is refused in words.
pub(super) struct Watcher;

impl Driver for Watcher {
    async fn submit(&self, _: Command) -> Result<(), Refusal> {
        Err(Refusal::ReadOnly)
    }

    async fn ask(&self, query: Query) -> Result<Answer, Problem> {
        match query {
            Query::MissingSecrets => Ok(Answer::MissingSecrets(Vec::new())),
            _ => Err(Problem::new(ProblemCode::SessionLocked)),
        }
    }

    async fn keep_secret(&self, _: &SecretRef, _: Secret) -> Result<Keeping, Problem> {
        Err(Problem::new(ProblemCode::SessionLocked))
    }

    async fn stop(&self, _: Stop) {}
}

/// Tells what the other program writes down, from an event on.
///
/// # Errors
/// [`JournalError`] when the journal cannot be read.
pub(super) async fn follow(root: &Path, id: &SessionId, mut seen: u64, notices: mpsc::Sender<Notice>) -> Result<(), JournalError> {
    let journal = SqliteJournal::watch(root, id)?;
    loop {
        for event in journal.events_after(seen).await? {
            seen = event.seq;
            if notices.send(Notice::Happened(Arc::new(event))).await.is_err() {
                return Ok(());
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
