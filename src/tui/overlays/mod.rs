//! Panels that lie on top of any step: help, tasks, what happened, a problem, refused messages, missing passwords, confirmations, leaving.

mod code;
mod help;
mod leave;
mod log;
mod panel;
mod password;
mod problem;
mod refused;
mod secrets;
mod tasks;
mod typed;
mod undo_all;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::domain::MigrationId;
use crate::ports::Keeping;
use crate::problem::Problem;
use crate::session::Answer;

use super::hint::{Hint, LIST, moved};
use super::{Action, Effect, Model};

pub(super) use secrets::for_task as secrets_for_task;
pub(super) use tasks::activity;
pub(super) use typed::{Purpose, State as Typed};
pub(super) use undo_all::is_possible as may_undo_all;

/// What lies on top.
#[derive(Debug, Clone)]
pub(super) enum Overlay {
    /// All keys.
    Help {
        /// First visible line.
        selected: usize,
    },
    /// Running, waiting and stopped tasks.
    Tasks {
        /// Selected line.
        selected: usize,
    },
    /// What happened.
    Log {
        /// Lines from the end.
        selected: usize,
    },
    /// A problem; `pin` when its certificate can be accepted by hand.
    Problem(problem::State),
    /// Refused messages of an account.
    Refused(refused::State),
    /// The password of a new account.
    Password(password::State),
    /// Passwords to be typed again.
    Secrets(secrets::State),
    /// The page of a new key as a QR code.
    Code(code::State),
    /// An address to be typed, before an act that cannot be undone.
    Typed(typed::State),
    /// What would be undone, if everything is.
    UndoAll {
        /// The line that must be visible.
        line: usize,
    },
    /// Leaving.
    Leave,
}

impl Overlay {
    /// All keys.
    pub(super) const fn help() -> Self {
        Self::Help { selected: 0 }
    }

    /// Tasks.
    pub(super) const fn tasks() -> Self {
        Self::Tasks { selected: 0 }
    }

    /// What happened.
    pub(super) const fn log() -> Self {
        Self::Log { selected: 0 }
    }

    /// A page as a QR code.
    pub(super) const fn code(url: String) -> Self {
        Self::Code(code::State { url })
    }

    /// A problem that can only be read.
    pub(super) const fn problem(problem: Problem) -> Self {
        Self::Problem(problem::State { problem, pin: None, line: 0 })
    }

    /// A problem whose certificate can be accepted by hand.
    pub(super) const fn untrusted(problem: Problem, account: usize) -> Self {
        Self::Problem(problem::State { problem, pin: Some(account), line: 0 })
    }

    /// Whether a field has the focus.
    pub(super) const fn is_typing(&self) -> bool {
        matches!(self, Self::Secrets(_) | Self::Typed(_))
    }

    /// What is possible.
    pub(super) fn hints(&self, model: &Model) -> Vec<Hint> {
        let close = Hint::look(Action::Back, "key-close");
        let mut hints = match self {
            Self::Help { .. } | Self::Log { .. } => LIST.to_vec(),
            Self::Refused(_) => LIST.into_iter().chain([Hint::act(Action::Retry, "key-retry-refused")]).collect(),
            Self::Tasks { selected } => tasks::hints(model, *selected),
            Self::Problem(state) => problem::hints(model, state),
            Self::Secrets(_) => secrets::hints(),
            Self::Password(_) => password::hints(),
            Self::Code(_) => code::hints(),
            Self::Typed(state) => typed::hints(state),
            Self::UndoAll { .. } => undo_all::hints(model),
            Self::Leave => leave::hints(),
        };
        hints.push(close);
        match self {
            Self::Help { .. } => hints.push(Hint::silent(Action::Help)),
            Self::Tasks { .. } => hints.push(Hint::silent(Action::Tasks)),
            Self::Log { .. } => hints.push(Hint::silent(Action::Log)),
            _ => {}
        }
        hints
    }
}

/// An action while a panel lies on top.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(overlay) = model.overlay.take() else {
        return Vec::new();
    };
    if matches!(action, Action::Back | Action::Help | Action::Tasks | Action::Log) {
        // Without the secrets the step can at least say what it lacks.
        return if matches!(overlay, Overlay::Secrets(_)) { super::steps::enter(model) } else { Vec::new() };
    }
    match overlay {
        Overlay::Help { selected } => scroll(model, action, selected, usize::MAX, |selected| Overlay::Help { selected }),
        Overlay::Log { selected } => {
            let length = model.chronicle.len();
            scroll(model, action, selected, length, |selected| Overlay::Log { selected })
        }
        Overlay::Refused(state) => refused::act(model, state, action),
        Overlay::Tasks { selected } => tasks::act(model, selected, action),
        Overlay::Problem(state) => problem::act(model, state, action),
        Overlay::Secrets(state) => secrets::act(model, state, action),
        Overlay::Password(_) => Vec::new(),
        Overlay::Code(state) => {
            let text = model.look.words.say("copied-address", &[]);
            model.say_in_passing(text, false);
            vec![Effect::Copy(state.url)]
        }
        Overlay::Typed(state) => typed::act(model, state, action),
        Overlay::UndoAll { line } => undo_all::act(model, line, action),
        Overlay::Leave => leave::act(model, action),
    }
}

fn scroll(model: &mut Model, action: Action, selected: usize, length: usize, make: impl Fn(usize) -> Overlay) -> Vec<Effect> {
    let length = if length == usize::MAX { Action::ALL.len() } else { length };
    model.overlay = Some(make(moved(selected, length, action).unwrap_or(selected)));
    Vec::new()
}

/// A key typed into the panel's field.
pub(super) fn type_key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    match &mut model.overlay {
        Some(Overlay::Secrets(state)) => state.type_key(key),
        Some(Overlay::Typed(state)) => state.type_key(key),
        _ => {}
    }
    Vec::new()
}

/// Text pasted into the panel's field.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    match &mut model.overlay {
        Some(Overlay::Secrets(state)) => state.paste(text),
        Some(Overlay::Typed(state)) => state.paste(text),
        _ => {}
    }
    Vec::new()
}

/// Asks for the secrets that are missing; the step begins when they are there.
pub(super) fn ask_for_missing(model: &mut Model, answer: Result<Answer, Problem>) -> Vec<Effect> {
    match answer {
        Ok(Answer::MissingSecrets(missing)) if !missing.is_empty() => {
            model.overlay = Some(Overlay::Secrets(secrets::State::new(model, missing, None)));
            return Vec::new();
        }
        Ok(_) => {}
        Err(problem) => model.overlay = Some(Overlay::problem(problem)),
    }
    super::steps::enter(model)
}

/// The missing secrets are kept.
pub(super) fn missing_kept(model: &mut Model, kept: Result<Keeping, Problem>) -> Vec<Effect> {
    secrets::kept(model, kept)
}

/// Shows the password of a new account.
pub(super) fn show_password(model: &mut Model, migration: MigrationId, answer: Result<Answer, Problem>) -> Vec<Effect> {
    let address = model.session.migration(migration).map(|m| m.source.address.clone());
    model.overlay = match (answer, address) {
        (Ok(Answer::Password(secret)), Some(address)) => Some(Overlay::Password(password::State { address, secret })),
        (Ok(_), _) => None,
        (Err(problem), _) => Some(Overlay::problem(problem)),
    };
    Vec::new()
}

/// Shows refused messages.
pub(super) fn show_refused(model: &mut Model, migration: MigrationId, answer: Result<Answer, Problem>) -> Vec<Effect> {
    model.overlay = match answer {
        Ok(Answer::Refused(messages)) => Some(Overlay::Refused(refused::State { migration, messages, selected: 0 })),
        Ok(_) => None,
        Err(problem) => Some(Overlay::problem(problem)),
    };
    Vec::new()
}

/// Draws what lies on top.
pub(super) fn view(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    match &model.overlay {
        None => {}
        Some(Overlay::Help { selected }) => help::view(model, frame, area, *selected),
        Some(Overlay::Tasks { selected }) => tasks::view(model, frame, area, *selected),
        Some(Overlay::Log { selected }) => log::view(model, frame, area, *selected),
        Some(Overlay::Problem(state)) => problem::view(model, state, frame, area),
        Some(Overlay::Refused(state)) => refused::view(model, state, frame, area),
        Some(Overlay::Secrets(state)) => secrets::view(model, state, frame, area),
        Some(Overlay::Password(state)) => password::view(model, state, frame, area),
        Some(Overlay::Code(state)) => code::view(model, state, frame, area),
        Some(Overlay::Typed(state)) => typed::view(model, state, frame, area),
        Some(Overlay::UndoAll { line }) => undo_all::view(model, frame, area, *line),
        Some(Overlay::Leave) => leave::view(model, frame, area),
    }
}
