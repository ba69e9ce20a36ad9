//! Messages that the target does not take, with its reasons.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::Overlay;
use super::panel::{self, Panel};
use crate::domain::MigrationId;
use crate::session::{Command, RefusedMessage};
use crate::tui::hint::moved;
use crate::tui::ink::Cell;
use crate::tui::{Action, Effect, Model};

/// The list.
#[derive(Debug, Clone)]
pub(in crate::tui) struct State {
    /// Account.
    pub(super) migration: MigrationId,
    /// Messages.
    pub(super) messages: Vec<RefusedMessage>,
    /// Selected line.
    pub(super) selected: usize,
}

/// An action.
pub(super) fn act(model: &mut Model, mut state: State, action: Action) -> Vec<Effect> {
    if action == Action::Retry {
        return vec![Effect::Submit(Command::RetryRefused { migration: state.migration })];
    }
    state.selected = moved(state.selected, state.messages.len(), action).unwrap_or(state.selected);
    model.overlay = Some(Overlay::Refused(state));
    Vec::new()
}

/// Draws the panel.
pub(super) fn view(model: &Model, state: &State, frame: &mut Frame<'_>, area: Rect) {
    let ink = panel::inside(model, area, 100);
    let migration = model.session.migration(state.migration);
    let address = migration.map_or_else(String::new, |m| m.source.address.to_string());
    let params = [("count", state.messages.len().into()), ("address", address.into()), ("folder", (&model.state_folder).into())];
    let mut head = ink.paragraph(&ink.tell("refused-head", &params), ink.theme().plain);
    head.push(ink.gap());
    let folder_width = (ink.width / 3).max(8);
    let lines = state.messages.iter().enumerate().map(|(i, message)| {
        let mailbox = migration.and_then(|m| m.mailboxes.get(&message.mailbox));
        let name = mailbox.map_or_else(String::new, |m| m.mapping.name.to_string());
        let cells = [
            Cell::new(name, folder_width),
            Cell::new(message.size.to_string(), 8).right(),
            Cell::new(&message.reason, ink.width.saturating_sub(folder_width + 12)).style(ink.theme().warning),
        ];
        ink.row(i == state.selected, &cells)
    });
    let lines = lines.collect();
    panel::draw(model, frame, area, 100, Panel { title: ink.say("refused-title"), head, lines, focus: state.selected });
}
