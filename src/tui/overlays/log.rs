//! What happened, newest at the bottom.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::panel::{self, Panel};
use crate::tui::Model;
use crate::tui::widgets::activity_line;

/// Draws the panel.
pub(super) fn view(model: &Model, frame: &mut Frame<'_>, area: Rect, selected: usize) {
    let ink = panel::inside(model, area, 116);
    let mut lines: Vec<_> = model.chronicle.iter().rev().map(|entry| activity_line(ink, entry)).collect();
    if lines.is_empty() {
        lines.push(ink.line(&ink.say("activity-none"), ink.theme().quiet));
    }
    let head = vec![ink.line(&ink.tell("log-head", &[("folder", (&model.state_folder).into())]), ink.theme().quiet), ink.gap()];
    panel::draw(model, frame, area, 116, Panel { title: ink.say("log-title"), head, lines, focus: selected });
}
