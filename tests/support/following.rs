//! A run of the engine that a test follows: it goes on by itself as the autopilot does, and the test looks and interferes.

use std::time::Duration;

use mailferry::app::{Answers, next};
use mailferry::engine::{Engine, Limits, Stop};
use mailferry::ports::Ports;
use mailferry::problem::ProblemCode;
use mailferry::session::{Command, Event, Notice, Progress, Session, Step};
use tokio::sync::mpsc;

use super::guided::{Stage, answers};

/// The engine at work on a guided stage.
pub struct Run {
    pub engine: Engine,
    notices: mpsc::Receiver<Notice>,
    answers: Answers,
    /// Everything that was published.
    pub heard: Vec<Notice>,
}

impl Run {
    pub async fn start(stage: &Stage, limits: Limits) -> Self {
        Self::with(stage, stage.ports(), limits, Answers { finish: None, ..answers() }).await
    }

    pub async fn with(stage: &Stage, ports: Ports, limits: Limits, answers: Answers) -> Self {
        let (engine, notices) = Engine::open(ports, limits, stage.opening()).await.expect("the journal is sound");
        Self { engine, notices, answers, heard: Vec::new() }
    }

    pub fn session(&self) -> Session {
        self.engine.handle().session().clone()
    }

    pub async fn submit(&self, command: Command) {
        self.engine.handle().submit(command).await.expect("possible now");
    }

    /// Goes on until something is so. A person's answers are given as they are asked for.
    pub async fn until(&mut self, what: &str, is_so: impl Fn(&Session) -> bool) {
        assert!(self.goes_on_until(what, is_so).await, "the engine ended before: {what}; {:?}", self.heard.last());
    }

    /// As [`Self::until`]; `false` when the engine ended by itself before.
    async fn goes_on_until(&mut self, what: &str, is_so: impl Fn(&Session) -> bool) -> bool {
        let waiting = async {
            loop {
                let session = self.session();
                if is_so(&session) {
                    return true;
                }
                if let Some(command) = next(&session, &self.answers) {
                    // Too late by a moment is fine: the next look decides.
                    let _ = self.engine.handle().submit(command).await;
                }
                match self.notices.recv().await {
                    Some(notice) => self.heard.push(notice),
                    None => return false,
                }
                while let Ok(notice) = self.notices.try_recv() {
                    self.heard.push(notice);
                }
            }
        };
        let patience = tokio::time::timeout(Duration::from_hours(1), waiting).await;
        patience.unwrap_or_else(|_| panic!("never: {what}; {:?}", self.session().troubles))
    }

    /// Until everything is verified.
    pub async fn until_verified(&mut self) {
        self.until("verified", |session| session.step() == Step::Finish).await;
    }

    /// Until a task stopped with this problem.
    pub async fn until_stopped_by(&mut self, code: ProblemCode) {
        self.until(code.as_str(), |session| session.troubles.values().any(|problem| problem.code == code)).await;
    }

    /// Until so many batches are copied, counted from the beginning of the session.
    pub async fn until_batches(&mut self, stage: &Stage, count: usize) {
        let journal = stage.journal.clone();
        let copied = move || journal.recorded().iter().filter(|e| matches!(e.event, Event::BatchCopied { .. })).count();
        self.until("batches copied", |_| copied() >= count).await;
    }

    /// Lets time pass, listening.
    pub async fn rest(&mut self, time: Duration) {
        let _ = tokio::time::timeout(time, async {
            while let Some(notice) = self.notices.recv().await {
                self.heard.push(notice);
            }
        })
        .await;
    }

    /// Goes on until the engine ends by itself.
    pub async fn until_ended(&mut self) {
        assert!(!self.goes_on_until("an end", |_| false).await);
    }

    pub async fn stop(self, stop: Stop) {
        let Self { engine, mut notices, .. } = self;
        // Somebody must listen, or the engine waits.
        let listening = async { while notices.recv().await.is_some() {} };
        futures::future::join(engine.stop(stop), listening).await;
    }

    /// What was published about progress.
    pub fn progress(&self) -> Vec<std::sync::Arc<Progress>> {
        let progress =
            self.heard.iter().filter_map(|notice| if let Notice::Progress(progress) = notice { Some(progress.clone()) } else { None });
        progress.collect()
    }
}

/// Small limits, but for something.
pub fn small_but(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::small();
    change(&mut limits);
    limits
}
