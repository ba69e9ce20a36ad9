//! `mailferry sessions`: what was begun on this machine, how far it is, and how to be rid of it.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::domain::{EmailAddress, Moment, SessionId};
use crate::ports::FoundSession;
use crate::problem::Problem;
use crate::session::{Session, Step, StoredEvent};

use super::args::Wording;
use super::words;

/// What is to be done with sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionsRequest {
    /// List them.
    List(Wording),
    /// Tell about one.
    Show {
        /// Which.
        id: SessionId,
        /// Text, or the journal's records.
        wording: Wording,
    },
    /// Remove one, with its journal, its refused messages and its secrets.
    Forget {
        /// Which.
        id: SessionId,
        /// Whether it may be removed without asking although it is not finished.
        is_agreed: bool,
    },
}

/// List, show and forget sessions
#[derive(Debug, Args)]
pub(super) struct SessionsArgs {
    #[command(subcommand)]
    act: SessionsCommand,
}

#[derive(Debug, Subcommand)]
enum SessionsCommand {
    /// List the sessions of this machine, latest first
    List {
        /// One JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Tell how far a session is
    Show {
        /// The session, such as 7F3K-QX
        #[arg(value_name = "ID")]
        id: SessionId,
        /// Print the journal's records, one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Remove a session from this machine: its journal, its saved messages, its passwords in the keyring
    ///
    /// Accounts and mail are not touched. An unfinished session cannot be taken up again afterwards.
    Forget {
        /// The session, such as 7F3K-QX
        #[arg(value_name = "ID")]
        id: SessionId,
        /// Do not ask, although it is not finished
        #[arg(long)]
        yes: bool,
    },
}

impl SessionsArgs {
    /// What is asked for.
    pub(super) fn request(self) -> SessionsRequest {
        match self.act {
            SessionsCommand::List { json } => SessionsRequest::List(Wording::from_flag(json)),
            SessionsCommand::Show { id, json } => SessionsRequest::Show { id, wording: Wording::from_flag(json) },
            SessionsCommand::Forget { id, yes } => SessionsRequest::Forget { id, is_agreed: yes },
        }
    }
}

/// One session in the list, as its JSON shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionLine {
    /// Its id.
    pub id: SessionId,
    /// When its last event happened, milliseconds since 1970.
    pub touched: Moment,
    /// The process that works on it, if any.
    pub held_by: Option<u32>,
    /// The step at which it is; none when it is finished or cannot be read.
    pub step: Option<Step>,
    /// Whether it is finished.
    pub is_finished: bool,
    /// Its accounts.
    pub accounts: Vec<EmailAddress>,
    /// Messages copied.
    pub copied: u64,
    /// Messages to be copied, as far as known.
    pub messages: u64,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

impl SessionLine {
    /// A session that was found, with what its journal says or why it cannot be read.
    pub fn of(found: &FoundSession, read: Result<&Session, Problem>) -> Self {
        let (session, problem) = match read {
            Ok(session) => (Some(session), None),
            Err(problem) => (None, Some(problem)),
        };
        let migrations = || session.into_iter().flat_map(|s| &s.migrations);
        Self {
            id: found.id.clone(),
            touched: found.touched,
            held_by: found.held_by,
            step: session.filter(|s| !s.is_finished).map(Session::step),
            is_finished: session.is_some_and(|s| s.is_finished),
            accounts: migrations().map(|m| m.source.address.clone()).collect(),
            copied: migrations().map(crate::session::Migration::copied).sum(),
            messages: migrations().map(crate::session::Migration::messages).sum(),
            problem,
        }
    }
}

/// Prints the list; times are shown `offset` minutes east of UTC.
///
/// # Errors
/// As the stream.
pub fn print_sessions(out: &mut dyn Write, lines: &[SessionLine], wording: Wording, offset: i16) -> io::Result<()> {
    if wording == Wording::Json {
        return lines.iter().try_for_each(|line| writeln!(out, "{}", words::json(line)));
    }
    if lines.is_empty() {
        return writeln!(out, "No sessions. 'mailferry' begins one, 'mailferry demo' rehearses one.");
    }
    lines.iter().try_for_each(|line| writeln!(out, "{}", words::session_line(line, offset)))
}

/// Prints one session: how far each account is, or the journal's records.
///
/// # Errors
/// As the stream.
pub fn print_session(out: &mut dyn Write, line: &SessionLine, events: &[StoredEvent], wording: Wording, offset: i16) -> io::Result<()> {
    if wording == Wording::Json {
        return events.iter().try_for_each(|event| writeln!(out, "{}", words::json(event)));
    }
    let session = Session::replay(events);
    writeln!(out, "{}", words::session_line(line, offset))?;
    for migration in &session.migrations {
        writeln!(out, "  {}", words::migration_line(&session, migration))?;
    }
    for (task, problem) in &session.troubles {
        writeln!(out, "  Waiting for you: {}{}", words::account_of(&session, task.migration()), words::plain_problem(problem))?;
    }
    if let Some(path) = session.reports.first() {
        writeln!(out, "  Report: {path}")?;
    }
    if !session.is_finished && line.held_by.is_none() {
        let how = if super::copy::is_copy(&session) { words::how_to_copy_on().to_owned() } else { words::how_to_go_on(&line.id) };
        writeln!(out, "  {how}")?;
    }
    Ok(())
}
