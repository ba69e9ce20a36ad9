//! All keys: those that are possible here, then all others.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::panel::{self, Panel};
use crate::tui::ink::{Cell, Ink};
use crate::tui::{Action, Model, steps};

/// Draws the panel.
pub(super) fn view(model: &Model, frame: &mut Frame<'_>, area: Rect, selected: usize) {
    let ink = panel::inside(model, area, 70);
    let mut lines = ink.paragraph(&ink.say(steps::help_key(model)), ink.theme().plain);
    lines.push(ink.gap());
    let here: Vec<(Action, String)> =
        steps::hints(model).into_iter().filter_map(|hint| Some((hint.action, ink.say(hint.words?)))).collect();
    lines.push(ink.line(&ink.say("help-here"), ink.theme().quiet));
    lines.extend(here.iter().map(|(action, words)| row(ink, *action, words)));
    lines.push(ink.gap());
    lines.push(ink.line(&ink.say("help-everywhere"), ink.theme().quiet));
    for action in Action::ALL.iter().filter(|action| !here.iter().any(|(here, _)| here == *action)) {
        lines.push(row(ink, *action, &ink.say(&format!("action-{}", action.name()))));
    }
    lines.push(ink.gap());
    lines.extend(ink.paragraph(&ink.say("help-typing"), ink.theme().quiet));
    panel::draw(model, frame, area, 70, Panel { title: ink.say("help-title"), head: Vec::new(), lines, focus: selected + selected / 2 });
}

fn row(ink: Ink<'_>, action: Action, words: &str) -> Line<'static> {
    let keys = ink.look.keymap.labels(action, ink.glyphs()).join("  ");
    ink.cells(&[Cell::new(keys, 14).style(ink.theme().key), Cell::new(words, ink.width.saturating_sub(15))])
}
