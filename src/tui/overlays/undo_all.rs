//! Undo everything: what will be undone, by name, before it is; or why nothing can be undone any more.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Overlay;
use super::panel::{self, Panel};
use crate::session::{Command, Event, Migration, Refusal, decide};
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::Ink;
use crate::tui::{Action, Effect, Model};

/// Whether everything that was done can be undone now.
pub(in crate::tui) fn is_possible(model: &Model) -> bool {
    decide(&model.session, &Command::UndoEverything).is_ok()
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let own = if is_possible(model) { Hint::act(Action::Accept, "key-undo-all-now") } else { Hint::silent(Action::Accept) };
    std::iter::once(own).chain(LIST).chain([Hint::silent(Action::UndoAll)]).collect()
}

/// An action.
pub(super) fn act(model: &mut Model, line: usize, action: Action) -> Vec<Effect> {
    match action {
        Action::Accept if is_possible(model) => vec![Effect::Submit(Command::UndoEverything)],
        Action::Accept | Action::UndoAll => Vec::new(),
        _ => {
            let to = moved(line, acts(model).map_or(0, |events| events.len()), action).unwrap_or(line);
            model.overlay = Some(Overlay::UndoAll { line: to });
            Vec::new()
        }
    }
}

fn acts(model: &Model) -> Result<Vec<Event>, Refusal> {
    decide(&model.session, &Command::UndoEverything)
}

/// Draws the panel.
pub(super) fn view(model: &Model, frame: &mut Frame<'_>, area: Rect, line: usize) {
    let ink = panel::inside(model, area, 72);
    let theme = ink.theme();
    let title = ink.say("undo-all-title");
    let (head, lines) = match acts(model) {
        Ok(events) => {
            let head = [ink.paragraph(&ink.say("undo-all-text"), theme.plain), vec![ink.gap()]].concat();
            let mut lines: Vec<Line<'static>> = events.iter().flat_map(|event| undone(model, ink, event)).collect();
            lines.extend([ink.gap(), ink.call(Action::Accept, &ink.say("undo-all-call"))]);
            (head, lines)
        }
        Err(refusal) => (ink.item(ink.glyphs().warning, theme.warning, &why_not(model, ink, refusal), theme.plain), Vec::new()),
    };
    panel::draw(model, frame, area, 72, Panel { title, head, lines, focus: line });
}

/// One act in words.
fn undone(model: &Model, ink: Ink<'_>, event: &Event) -> Vec<Line<'static>> {
    let (key, params) = match event {
        Event::CreateUndoRequested { migration } => {
            let address = model.session.migration(*migration).map(|m| m.target_address().to_string()).unwrap_or_default();
            ("undo-all-create", vec![("address", address.into())])
        }
        Event::RenameUndoRequested { migration } => {
            let Some(migration) = model.session.migration(*migration) else { return Vec::new() };
            let from = migration.source_address().to_string();
            ("undo-all-rename", vec![("from", from.into()), ("to", migration.source.address.to_string().into())])
        }
        Event::DomainDetachRequested { domain } => ("undo-all-domain", vec![("domain", domain.to_string().into())]),
        _ => return Vec::new(),
    };
    ink.item(ink.glyphs().pointer, ink.theme().accent, &ink.tell(key, &params), ink.theme().plain)
}

/// Why nothing is undone, with the accounts that are past the point of no return.
fn why_not(model: &Model, ink: Ink<'_>, refusal: Refusal) -> String {
    let past: Vec<&Migration> = model.session.migrations.iter().filter(|m| m.is_past_return()).collect();
    match (refusal, past.first()) {
        (Refusal::TooLate, Some(first)) => {
            let params = [("address", first.source.address.to_string().into()), ("count", past.len().into())];
            ink.tell("undo-all-too-late", &params)
        }
        (Refusal::CopyBegun, _) => ink.say("undo-all-copy-begun"),
        _ => ink.say(&format!("refusal-{}", refusal.key())),
    }
}
