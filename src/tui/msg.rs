//! Everything that can reach the model.

use crossterm::event::KeyEvent;

use crate::domain::Moment;
use crate::ports::Keeping;
use crate::problem::Problem;
use crate::session::{Answer, Notice, Refusal};

use super::QueryId;

/// News.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// The terminal is there: the first message.
    Started,
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The engine says something.
    Notice(Notice),
    /// A question is answered.
    Answered(QueryId, Result<Answer, Problem>),
    /// Secrets are kept, or not.
    Kept(QueryId, Result<Keeping, Problem>),
    /// A command was refused.
    Refused(Refusal),
    /// Time passes.
    Tick(Moment),
    /// The system asks the program to end.
    Terminated,
    /// The engine has stopped.
    Stopped,
}
