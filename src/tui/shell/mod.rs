//! The impure part: the terminal, the stream of keys, the engine's notices, the system's signals, and the carrying out of effects.
//!
//! Draws only when something changed, at most thirty times a second; drains everything that waits and then draws once.

mod carry;
mod drive;
mod terminal;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use crossterm::event::EventStream;
use tokio::sync::mpsc;

use crate::domain::Moment;
use crate::session::Notice;

use super::picker::Picker;
use super::{Choice, Driver, Exit, Found, Look, Model, Setup};
use drive::drive;
use terminal::Screen;

/// Runs the wizard until it is left. The engine keeps its own tasks; on return it has stopped, softly or hard.
///
/// # Errors
/// When there is no terminal, or it cannot be prepared.
pub async fn run<D: Driver>(driver: D, notices: mpsc::Receiver<Notice>, setup: Setup) -> io::Result<Exit> {
    let mut screen = Screen::open()?;
    let model = Model::new(setup);
    drive(Arc::new(driver), notices, model, &mut screen.terminal, EventStream::new()).await
}

/// Lets the person choose a session, or begin a new one.
///
/// # Errors
/// When there is no terminal, or it cannot be prepared.
pub async fn pick_session(sessions: Vec<Found>, look: Look, now: Moment) -> io::Result<Choice> {
    let mut screen = Screen::open()?;
    drive::pick(Picker::new(sessions, look, now), &mut screen.terminal, EventStream::new()).await
}
