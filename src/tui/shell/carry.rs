//! Carries out effects: every call into the engine runs as a task of this set and answers with a message. Commands keep their order.

use std::io::{self, Write as _};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::domain::{Secret, SecretRef};
use crate::ports::Keeping;
use crate::problem::Problem;
use crate::session::Command;
use crate::tui::{Driver, Effect, Msg, Stop};

/// Runs effects.
pub(super) struct Carrier<D> {
    driver: Arc<D>,
    tasks: JoinSet<()>,
    commands: mpsc::UnboundedSender<Command>,
    outbox: mpsc::UnboundedSender<Msg>,
}

impl<D: Driver> Carrier<D> {
    /// Answers go to `outbox`.
    pub(super) fn new(driver: Arc<D>, outbox: mpsc::UnboundedSender<Msg>) -> Self {
        let (commands, mut waiting) = mpsc::unbounded_channel::<Command>();
        let mut tasks = JoinSet::new();
        let (submitter, refusals) = (Arc::clone(&driver), outbox.clone());
        tasks.spawn(async move {
            while let Some(command) = waiting.recv().await {
                if let Err(refusal) = submitter.submit(command).await
                    && refusals.send(Msg::Refused(refusal)).is_err()
                {
                    break;
                }
            }
        });
        Self { driver, tasks, commands, outbox }
    }

    /// Carries out one effect; whether the program is to be left.
    pub(super) fn carry(&mut self, effect: Effect) -> bool {
        let (driver, outbox) = (Arc::clone(&self.driver), self.outbox.clone());
        // A message that nobody receives any more belongs to a program that is being left: dropping it is right.
        match effect {
            Effect::Submit(command) => drop(self.commands.send(command)),
            Effect::Ask(id, query) => {
                self.tasks.spawn(async move { drop(outbox.send(Msg::Answered(id, driver.ask(query).await))) });
            }
            Effect::KeepSecrets(id, secrets) => {
                self.tasks.spawn(async move { drop(outbox.send(Msg::Kept(id, keep_all(&*driver, secrets).await))) });
            }
            Effect::StopSoft => self.stop(Stop::Soft),
            Effect::StopHard => self.stop(Stop::Hard),
            Effect::Copy(text) => drop(copy(&text)),
            Effect::Quit => return true,
        }
        while self.tasks.try_join_next().is_some() {}
        false
    }

    fn stop(&mut self, how: Stop) {
        let (driver, outbox) = (Arc::clone(&self.driver), self.outbox.clone());
        self.tasks.spawn(async move {
            driver.stop(how).await;
            drop(outbox.send(Msg::Stopped));
        });
    }
}

async fn keep_all<D: Driver>(driver: &D, secrets: Vec<(SecretRef, Secret)>) -> Result<Keeping, Problem> {
    let mut keeping = Keeping::Keyring;
    for (reference, secret) in secrets {
        if driver.keep_secret(&reference, secret).await? == Keeping::ThisRunOnly {
            keeping = Keeping::ThisRunOnly;
        }
    }
    Ok(keeping)
}

/// OSC 52: the terminal puts the text into the clipboard, also over SSH.
fn copy(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout();
    write!(stdout, "\u{1b}]52;c;{}\u{7}", STANDARD.encode(text))?;
    stdout.flush()
}
