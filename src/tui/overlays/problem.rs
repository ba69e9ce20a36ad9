//! A problem: what happened, what it means for the mail, what to do, its code.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::panel::{self, Panel};
use crate::problem::Problem;
use crate::tui::hint::Hint;
use crate::tui::steps::{self, StepMsg};
use crate::tui::{Action, Effect, Model, trouble};

/// A problem that is looked at.
#[derive(Debug, Clone)]
pub(in crate::tui) struct State {
    /// The problem.
    pub(super) problem: Problem,
    /// The account whose server's certificate can be accepted by hand.
    pub(super) pin: Option<usize>,
}

/// What is possible.
pub(super) fn hints(state: &State) -> Vec<Hint> {
    if state.pin.is_some() { vec![Hint::act(Action::Pin, "key-pin")] } else { vec![Hint::silent(Action::Accept)] }
}

/// An action.
pub(super) fn act(model: &mut Model, state: State, action: Action) -> Vec<Effect> {
    match (action, state.pin, state.problem.params.get("fingerprint")) {
        (Action::Pin, Some(account), Some(fingerprint)) => {
            steps::hear(model, StepMsg::Pinned { account, fingerprint: fingerprint.clone() })
        }
        (Action::Accept, _, _) => Vec::new(),
        _ => {
            model.overlay = Some(super::Overlay::Problem(state));
            Vec::new()
        }
    }
}

/// Draws the panel.
pub(super) fn view(model: &Model, state: &State, frame: &mut Frame<'_>, area: Rect) {
    let ink = panel::inside(model, area, 72);
    let mut lines = trouble::explain(ink, &state.problem);
    if state.pin.is_some() {
        lines.push(ink.gap());
        lines.extend(ink.paragraph(&ink.say("problem-pin"), ink.theme().warning));
        lines.push(ink.call(Action::Pin, &ink.say("problem-pin-call")));
    }
    panel::draw(model, frame, area, 72, Panel { title: ink.say("problem-title"), head: Vec::new(), lines, focus: 0 });
}
