//! The engine as the shell's driver.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::domain::{Secret, SecretRef};
use crate::engine::{self, Engine, Handle};
use crate::ports::Keeping;
use crate::problem::Problem;
use crate::session::{Answer, Command, Query, Refusal};
use crate::tui::{Driver, Stop};

/// A running engine, to be driven by the wizard. The wizard stops it; dropped before, it is stopped hard.
pub struct EngineDriver {
    handle: Handle,
    engine: Mutex<Option<Engine>>,
    hard: CancellationToken,
}

impl EngineDriver {
    /// Drives this engine.
    pub fn new(engine: Engine) -> Self {
        Self { handle: engine.handle(), engine: Mutex::new(Some(engine)), hard: CancellationToken::new() }
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

    /// A hard stop does not wait for a soft one that is under way: it drops the engine from under it.
    async fn stop(&self, how: Stop) {
        if how == Stop::Hard {
            self.hard.cancel();
        }
        let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(engine) = engine else {
            return;
        };
        match how {
            Stop::Soft => tokio::select! {
                () = engine.stop(engine::Stop::Soft) => {}
                () = self.hard.cancelled() => {}
            },
            Stop::Hard => engine.stop(engine::Stop::Hard).await,
        }
    }
}
