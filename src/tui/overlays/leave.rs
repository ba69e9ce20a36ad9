//! Leaving: what happens then, and how to come back.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::panel::{self, Panel};
use crate::tui::hint::Hint;
use crate::tui::update::interrupted;
use crate::tui::{Action, Effect, Model};

/// What is possible.
pub(super) fn hints() -> Vec<Hint> {
    vec![Hint::look(Action::Accept, "key-leave")]
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if action == Action::Accept { interrupted(model) } else { Vec::new() }
}

/// Draws the panel.
pub(super) fn view(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let ink = panel::inside(model, area, 62);
    let mut lines = ink.paragraph(&ink.say("leave-text"), ink.theme().plain);
    lines.push(ink.gap());
    let id = model.session.id.as_ref().map_or_else(String::new, ToString::to_string);
    lines.extend(ink.paragraph(&ink.tell("leave-resume", &[("id", id.into())]), ink.theme().quiet));
    lines.push(ink.gap());
    lines.push(ink.call(Action::Accept, &ink.say("leave-call")));
    panel::draw(model, frame, area, 62, Panel { title: ink.say("leave-title"), head: Vec::new(), lines, focus: 0 });
}
