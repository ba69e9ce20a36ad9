//! What the shell needs from an engine.

use std::future::Future;

use crate::domain::{Secret, SecretRef};
use crate::ports::Keeping;
use crate::problem::Problem;
use crate::session::{Answer, Command, Query, Refusal};

/// How the engine is stopped. Both leave a resumable session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// What is in flight is finished and recorded.
    Soft,
    /// What is in flight is dropped: it is in doubt, and settled at the next start.
    Hard,
}

/// An engine, seen from a front end.
pub trait Driver: Send + Sync + 'static {
    /// Carries out a command; its events arrive as notices.
    fn submit(&self, command: Command) -> impl Future<Output = Result<(), Refusal>> + Send;

    /// Looks something up.
    fn ask(&self, query: Query) -> impl Future<Output = Result<Answer, Problem>> + Send;

    /// Keeps a secret, and says for how long.
    fn keep_secret(&self, reference: &SecretRef, secret: Secret) -> impl Future<Output = Result<Keeping, Problem>> + Send;

    /// Stops all tasks; returns when they have stopped.
    fn stop(&self, how: Stop) -> impl Future<Output = ()> + Send;
}
