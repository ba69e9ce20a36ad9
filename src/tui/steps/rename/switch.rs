//! Copy first: the names change hands. The old account gives the address up, the new one takes it, then what arrived meanwhile is copied.

use ratatui::text::Line;

use super::{awaited_name, doing, is_guided, target_name, trouble_hints, troubles, undo_all_hint, undoable, with_clock};
use crate::domain::EmailAddress;
use crate::session::{Migration, RenameState, Task};
use crate::tui::hint::{Hint, LIST};
use crate::tui::ink::{Cell, Ink};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Model, orders, trouble};

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let mut hints = LIST.to_vec();
    if !model.session.is_rename_confirmed {
        hints.push(Hint::act(Action::Accept, "key-switch-names"));
    }
    hints.extend(trouble_hints(&troubles(model)));
    if !undoable(model).is_empty() {
        hints.push(Hint::act(Action::Undo, "key-undo"));
    }
    hints.extend(undo_all_hint(model));
    hints
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let is_undoing = model.session.migrations.iter().any(|m| matches!(m.rename, RenameState::Undoing(_)));
    let title = match (is_undoing, model.session.is_rename_confirmed) {
        (true, _) => "switch-title-undoing",
        (false, true) => "switch-title-running",
        (false, false) => "switch-title",
    };
    let mut sheet = Sheet::new(ink.say(title), Touch::Changes("touch-switch"));
    if !model.session.is_rename_confirmed && !is_undoing {
        sheet.head([heads(ink)]);
    }
    for (i, migration) in model.session.migrations.iter().enumerate() {
        let is_selected = i == model.steps.rename.selected;
        if is_selected {
            sheet.focus_here();
        }
        sheet.list([row(model, ink, migration, is_selected)]);
    }
    sheet.foot([ink.gap()]);
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot(trouble::brief(ink, problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    } else if is_undoing {
        sheet.foot(ink.paragraph(&ink.say("switch-undoing"), theme.quiet));
    } else if model.session.is_rename_confirmed {
        sheet.foot(awaited_name(model, ink));
        sheet.foot(ink.paragraph(&ink.say("switch-running"), theme.quiet));
    } else {
        sheet.foot(before(model, ink));
    }
    sheet
}

/// What happens, where the point of no return lies, and the key.
fn before(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let mut lines = ink.item("1.", theme.accent, &ink.say("switch-1"), theme.plain);
    lines.push(orders::no_return(ink));
    lines.extend(ink.item("2.", theme.accent, &ink.say("switch-2"), theme.plain));
    lines.extend(ink.item("3.", theme.accent, &ink.say("switch-3"), theme.plain));
    lines.push(ink.gap());
    let count = model.session.migrations.len();
    lines.push(ink.call(Action::Accept, &ink.tell("switch-call", &[("count", count.into())])));
    lines
}

/// Columns: the address, then who has which name.
fn widths(ink: Ink<'_>) -> (usize, usize) {
    let room = ink.width.saturating_sub(2 + 2 + 2);
    (room * 2 / 5, (room - room * 2 / 5) / 2)
}

fn heads(ink: Ink<'_>) -> Line<'static> {
    let (address, name) = widths(ink);
    let head = |key: &str, width: usize| Cell::new(ink.say(key), width).style(ink.theme().quiet);
    ink.row(false, &[Cell::new("", 1), head("column-account", address), head("column-old-becomes", name), head("column-new-is", name)])
}

fn row(model: &Model, ink: Ink<'_>, migration: &Migration, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let (address, name) = widths(ink);
    let own = if ink.width >= 84 { migration.source.address.to_string() } else { migration.source.address.local().to_owned() };
    let has_begun = model.session.is_rename_confirmed || migration.rename != RenameState::Pending;
    if !has_begun {
        let local = |name: Option<&EmailAddress>| name.map(|name| name.local().to_owned()).unwrap_or_default();
        let cells = [
            Cell::new(ink.glyphs().ahead, 1).style(theme.quiet),
            Cell::new(own, address),
            Cell::new(local(migration.temporary.as_ref()), name).style(theme.accent),
            Cell::new(local(migration.target_temporary.as_ref()), name).style(theme.accent),
        ];
        return ink.row(is_selected, &cells);
    }
    let (sign, style, what) = state(model, ink, migration);
    let address = if ink.width >= 84 { 32 } else { 14 };
    let cells =
        [Cell::new(sign, 1).style(style), Cell::new(own, address), Cell::new(what, ink.width.saturating_sub(address + 5)).style(style)];
    ink.row(is_selected, &cells)
}

fn state(model: &Model, ink: Ink<'_>, migration: &Migration) -> (&'static str, ratatui::style::Style, String) {
    let (glyphs, theme) = (ink.glyphs(), ink.theme());
    let id = migration.id;
    let backwards = [Task::UndoRenameTarget { migration: id }, Task::UndoRename { migration: id }];
    let forwards = Task::RenameSource { migration: id };
    let is_stopped = backwards.iter().chain([&forwards]).any(|task| model.session.troubles.contains_key(task));
    if is_stopped {
        return (glyphs.wrong, theme.wrong, with_clock(model, ink, migration, ink.say("task-stopped")));
    }
    if matches!(migration.rename, RenameState::Undoing(_)) {
        let running = backwards.iter().find_map(|task| model.progress.tasks.get(task));
        let what = running.map_or_else(|| ink.say("state-undoing"), |progress| doing(model, ink, progress));
        return (glyphs.current, theme.warning, with_clock(model, ink, migration, what));
    }
    match (&migration.rename, model.progress.tasks.get(&forwards)) {
        (RenameState::Done, _) => target_name(model, ink, migration),
        (_, Some(progress)) => {
            (glyphs.current, theme.accent, ink.tell("state-old-gives-name", &[("what", doing(model, ink, progress).into())]))
        }
        (RenameState::Intended, None) => (glyphs.current, theme.accent, ink.say("state-in-doubt")),
        (_, None) if is_guided(model) => (glyphs.ahead, theme.quiet, String::new()),
        (_, None) => (glyphs.ahead, theme.quiet, ink.say("state-waiting")),
    }
}
