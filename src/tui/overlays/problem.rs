//! A problem: what happened, what it means for the mail, what to do, its code.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::panel::{self, Panel};
use crate::domain::MigrationId;
use crate::problem::{Problem, ProblemCode};
use crate::session::Command;
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::steps::{self, StepMsg};
use crate::tui::{Action, Effect, Model, trouble};

/// A problem that is looked at.
#[derive(Debug, Clone)]
pub(in crate::tui) struct State {
    /// The problem.
    pub(super) problem: Problem,
    /// The account whose server's certificate can be accepted by hand.
    pub(super) pin: Option<usize>,
    /// The line that must be visible.
    pub(super) line: usize,
}

/// Lines that a panel may have.
const LINES: usize = 40;

/// What is possible.
pub(super) fn hints(model: &Model, state: &State) -> Vec<Hint> {
    let own = if altered(state).is_some() {
        Hint::act(Action::Accept, "key-go-on-anyway")
    } else if state.pin.is_some() {
        Hint::act(Action::Pin, "key-pin")
    } else {
        Hint::silent(Action::Accept)
    };
    let undo = super::may_undo_all(model).then_some(Hint::act(Action::UndoAll, "key-undo-all"));
    std::iter::once(own).chain(LIST).chain(undo).collect()
}

/// The account whose target alters mail, when that is the problem.
fn altered(state: &State) -> Option<MigrationId> {
    let is_it = state.problem.code == ProblemCode::CanaryAltered;
    state.problem.params.get("migration").filter(|_| is_it).and_then(|id| id.parse().ok()).map(MigrationId)
}

/// An action.
pub(super) fn act(model: &mut Model, mut state: State, action: Action) -> Vec<Effect> {
    match (action, state.pin, state.problem.params.get("fingerprint")) {
        (Action::Pin, Some(account), Some(fingerprint)) => {
            steps::hear(model, StepMsg::Pinned { account, fingerprint: fingerprint.clone() })
        }
        (Action::Accept, _, _) => {
            altered(&state).map(|migration| Effect::Submit(Command::AcceptAltered { migration })).into_iter().collect()
        }
        (Action::UndoAll, _, _) => {
            model.overlay = Some(super::Overlay::UndoAll { line: 0 });
            Vec::new()
        }
        _ => {
            state.line = moved(state.line, LINES, action).unwrap_or(state.line);
            model.overlay = Some(super::Overlay::Problem(state));
            Vec::new()
        }
    }
}

/// Draws the panel.
pub(super) fn view(model: &Model, state: &State, frame: &mut Frame<'_>, area: Rect) {
    let ink = panel::inside(model, area, 72);
    let mut lines = if state.pin.is_some() { trouble::beginning(ink, &state.problem) } else { trouble::explain(ink, &state.problem) };
    if state.pin.is_some() {
        lines.push(ink.gap());
        lines.extend(ink.paragraph(&ink.say("problem-pin"), ink.theme().warning));
        lines.push(ink.gap());
        lines.push(ink.call(Action::Pin, &ink.say("problem-pin-call")));
    }
    panel::draw(model, frame, area, 72, Panel { title: ink.say("problem-title"), head: Vec::new(), lines, focus: state.line });
}
