//! What the engine says, as calm lines of text or as the journal's own records.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::json;

use crate::domain::Moment;
use crate::problem::Problem;
use crate::session::{Event, Notice, Progress, Session, StoredEvent, Task, apply};

use super::args::Wording;
use super::words;

/// Progress is told this often, in milliseconds: often enough to see that it moves, seldom enough to stay readable in a log.
const PROGRESS_EVERY: u64 = 10_000;

/// Prints notices. It folds the events itself, so that lines can name accounts and folders.
pub struct Printer<W> {
    out: W,
    wording: Wording,
    offset: i16,
    tell: Box<dyn Fn(&Problem) -> String + Send>,
    session: Session,
    last_progress: Option<(Moment, String)>,
    told_waits: BTreeMap<Task, Moment>,
}

impl<W: Write> Printer<W> {
    /// A printer of text or JSON; times are shown `offset` minutes east of UTC.
    pub fn new(out: W, wording: Wording, offset: i16) -> Self {
        Self {
            out,
            wording,
            offset,
            tell: Box::new(words::plain_problem),
            session: Session::default(),
            last_progress: None,
            told_waits: BTreeMap::new(),
        }
    }

    /// Tells problems in these words instead of by code.
    #[must_use]
    pub fn telling(mut self, tell: impl Fn(&Problem) -> String + Send + 'static) -> Self {
        self.tell = Box::new(tell);
        self
    }

    /// Learns what happened before; prints nothing.
    pub fn remember<'e>(&mut self, events: impl IntoIterator<Item = &'e StoredEvent>) {
        for event in events {
            apply(&mut self.session, event);
        }
    }

    /// What the events so far say.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Prints a notice; a line is out when this returns.
    ///
    /// # Errors
    /// As the stream.
    pub fn notice(&mut self, notice: &Notice) -> io::Result<()> {
        match notice {
            Notice::Happened(stored) => self.happened(stored)?,
            Notice::Progress(progress) if self.wording == Wording::Text => {
                self.waits(progress)?;
                let is_due = self.last_progress.as_ref().is_none_or(|(last, _)| progress.at.millis_since(*last) >= PROGRESS_EVERY);
                let line = words::progress(&self.session, progress).filter(|_| is_due);
                if let Some(line) = line.filter(|line| self.last_progress.as_ref().is_none_or(|(_, last)| last != line)) {
                    self.line(progress.at, &line)?;
                    self.last_progress = Some((progress.at, line));
                }
            }
            Notice::Progress(_) => {}
            Notice::JournalFailed(problem) => match self.wording {
                Wording::Json => writeln!(self.out, "{}", json!({ "problem": problem }))?,
                Wording::Text => writeln!(self.out, "{}", (self.tell)(problem))?,
            },
        }
        self.out.flush()
    }

    /// Prints a problem that ends the program before its journal could tell it, as JSON: in words it is said with the last words.
    ///
    /// # Errors
    /// As the stream.
    pub fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        if self.wording == Wording::Json {
            writeln!(self.out, "{}", json!({ "problem": problem }))?;
        }
        self.out.flush()
    }

    /// Prints a line that is no event: where the report lies, how to go on. Programs do not need it, so not as JSON.
    ///
    /// # Errors
    /// As the stream.
    pub fn remark(&mut self, text: &str) -> io::Result<()> {
        if self.wording == Wording::Text {
            writeln!(self.out, "{text}")?;
        }
        self.out.flush()
    }

    fn happened(&mut self, stored: &StoredEvent) -> io::Result<()> {
        apply(&mut self.session, stored);
        if self.wording == Wording::Json {
            return writeln!(self.out, "{}", words::json(stored));
        }
        let sentence = match &stored.event {
            Event::TaskStopped { task, problem } => {
                Some(format!("{}{}", words::account_of(&self.session, task.migration()), (self.tell)(problem)))
            }
            event => words::event(&self.session, event),
        };
        sentence.map_or(Ok(()), |sentence| self.line(stored.at, &sentence))
    }

    /// Tells of tasks that wait before they try again: at the first try, the second, the fourth, … so that a long wait does not fill a log.
    fn waits(&mut self, progress: &Progress) -> io::Result<()> {
        for (task, task_progress) in &progress.tasks {
            let Some(waiting) = task_progress.waiting.as_ref().filter(|waiting| waiting.attempts.is_power_of_two()) else { continue };
            if self.told_waits.insert(task.clone(), waiting.until) != Some(waiting.until) {
                let account = words::account_of(&self.session, task.migration());
                let again = words::time_of_day(waiting.until, self.offset);
                self.line(progress.at, &format!("{account}{} Tried again at {again}.", (self.tell)(&waiting.problem)))?;
            }
        }
        Ok(())
    }

    fn line(&mut self, at: Moment, sentence: &str) -> io::Result<()> {
        writeln!(self.out, "{}  {sentence}", words::time_of_day(at, self.offset))
    }
}
