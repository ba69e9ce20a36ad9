//! Rename first: the sources get their temporary names. Guided: the clicks, then the proof by a login.

use ratatui::text::Line;

use crate::domain::EmailAddress;
use crate::session::{Migration, RenameState, Task, Undo};
use crate::text::short_duration;
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink, columns};
use crate::tui::overlays;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect, Model, trouble};

use super::{act_on_trouble, confirm, is_guided, open_undo_all, trouble_hints, troubles, undo_all_hint, undoable};

/// Whether anything has to be renamed.
fn has_renames(model: &Model) -> bool {
    model.session.migrations.iter().any(|m| m.temporary.as_ref() != Some(&m.source.address))
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let mut hints = LIST.to_vec();
    if !model.session.is_rename_confirmed {
        let words = match (is_guided(model), has_renames(model)) {
            (_, false) => "key-go-on",
            (true, true) => "key-renamed",
            (false, true) => "key-rename",
        };
        hints.push(Hint::act(Action::Accept, words));
    }
    hints.extend(trouble_hints(&troubles(model)));
    if !undoable(model).is_empty() {
        hints.push(Hint::act(Action::Undo, "key-undo"));
    }
    hints.extend(undo_all_hint(model));
    if is_guided(model) && has_renames(model) {
        hints.push(Hint::look(Action::Copy, "key-copy-name"));
    }
    hints
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(to) = moved(model.steps.rename.selected, model.session.migrations.len(), action) {
        model.steps.rename.selected = to;
        return Vec::new();
    }
    match action {
        Action::Accept => confirm(model),
        Action::UndoAll => open_undo_all(model),
        Action::Undo => undoable(model).into_iter().map(Effect::Submit).collect(),
        Action::Copy => {
            let name = model.session.migrations.get(model.steps.rename.selected).and_then(|m| m.temporary.clone());
            let text = model.look.words.say("copied-name", &[]);
            model.say_in_passing(text, false);
            name.map(|name| Effect::Copy(name.to_string())).into_iter().collect()
        }
        _ => {
            let troubles = troubles(model);
            act_on_trouble(model, action, troubles)
        }
    }
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let is_confirmed = model.session.is_rename_confirmed;
    if !has_renames(model) {
        return nothing_to_do(model, ink);
    }
    let is_undoing = model.session.migrations.iter().any(|m| matches!(m.rename, RenameState::Undoing(_)));
    let title = match (is_guided(model), is_confirmed) {
        _ if is_undoing => "rename-title-undoing",
        (true, false) => "rename-title-guided",
        (false, false) => "rename-title",
        (true, true) => "rename-title-proving",
        (false, true) => "rename-title-running",
    };
    let touch = if is_guided(model) { Touch::Changes("touch-you-rename") } else { Touch::Changes("touch-rename") };
    let mut sheet = Sheet::new(ink.say(title), touch);
    if is_guided(model) && !is_confirmed {
        let host = model.session.migrations.first().map_or(String::new(), |m| m.source.endpoint.host.clone());
        for (number, key) in [(1usize, "clicks-rename-1"), (2, "clicks-rename-2"), (3, "clicks-rename-3")] {
            sheet.head(ink.item(&format!("{number}."), theme.accent, &ink.tell(key, &[("host", (&host).into())]), theme.plain));
        }
        sheet.head(panel(model, ink)).head([ink.gap()]);
    }
    for (i, migration) in model.session.migrations.iter().enumerate() {
        if i == model.steps.rename.selected {
            sheet.focus_here();
        }
        sheet.list([row(model, ink, migration, i == model.steps.rename.selected)]);
    }
    sheet.foot([ink.gap()]);
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot(trouble::brief(ink, problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    } else if is_confirmed {
        sheet.foot(ink.paragraph(&ink.say(if is_guided(model) { "rename-proving" } else { "rename-running" }), theme.quiet));
    } else {
        sheet.foot(before(model, ink));
    }
    sheet
}

/// What the rename means, and the one key that does it.
fn before(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let count = model.session.migrations.len();
    if is_guided(model) {
        return vec![ink.call(Action::Accept, &ink.tell("rename-call-guided", &[("count", count.into())]))];
    }
    let mut lines = ink.item(ink.glyphs().warning, theme.warning, &ink.say("rename-gap"), theme.plain);
    lines.extend(ink.item(ink.glyphs().note, theme.quiet, &ink.say("rename-undo"), theme.quiet));
    lines.push(ink.gap());
    let key = if model.session.create_at_once { "rename-call-at-once" } else { "rename-call" };
    lines.push(ink.call(Action::Accept, &ink.tell(key, &[("count", count.into())])));
    lines
}

fn nothing_to_do(model: &Model, ink: Ink<'_>) -> Sheet {
    let mut sheet = Sheet::new(ink.say("rename-title-nothing"), Touch::ReadsOnly);
    sheet.head(ink.paragraph(&ink.say("rename-nothing"), ink.theme().plain));
    for migration in &model.session.migrations {
        sheet.list(ink.item(ink.glyphs().done, ink.theme().good, &migration.source.address.to_string(), ink.theme().plain));
    }
    sheet.foot([ink.gap(), ink.call(Action::Accept, &ink.say("call-go-on"))]);
    sheet
}

/// From this width on whole addresses have room beside what happens to them.
const WIDE: usize = 84;

fn row(model: &Model, ink: Ink<'_>, migration: &Migration, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let task = Task::RenameSource { migration: migration.id };
    let undo = Task::UndoRename { migration: migration.id };
    let running = model.progress.tasks.get(&task).or_else(|| model.progress.tasks.get(&undo));
    let is_stopped = model.session.troubles.contains_key(&task) || model.session.troubles.contains_key(&undo);
    let (sign, style, what) = match (&migration.rename, running) {
        _ if is_stopped => (ink.glyphs().wrong, theme.wrong, ink.say("task-stopped")),
        (RenameState::Done, _) => (ink.glyphs().done, theme.good, ink.say("state-renamed")),
        (RenameState::Undoing(Undo::Requested | Undo::Intended), None) => (ink.glyphs().current, theme.warning, ink.say("state-undoing")),
        (_, Some(progress)) => {
            let what = overlays::activity(model, ink, progress);
            (ink.glyphs().current, theme.accent, format!("{what}  {}", short_duration(model.age(progress.since))))
        }
        (RenameState::Intended, None) => (ink.glyphs().current, theme.accent, ink.say("state-in-doubt")),
        (RenameState::Pending, None) => (ink.glyphs().ahead, theme.quiet, String::new()),
    };
    // Before it is confirmed nothing has a state: the names get its room. Where both do not fit, the domain is left out.
    let has_state = model.session.is_rename_confirmed || migration.rename != RenameState::Pending;
    let is_short = has_state && ink.width < WIDE;
    let name = |address: &EmailAddress| if is_short { address.local().to_owned() } else { address.to_string() };
    let longest = |names: &mut dyn Iterator<Item = String>| names.map(|name| columns(&name)).max().unwrap_or(0);
    let from_width = longest(&mut model.session.migrations.iter().map(|m| name(&m.source.address)));
    let to_width = longest(&mut model.session.migrations.iter().filter_map(|m| m.temporary.as_ref()).map(name));
    let room = ink.width.saturating_sub(2 + 1 + 2 + 3);
    let from_width = from_width.min(room / 2);
    let to_width = to_width.min(room.saturating_sub(from_width));
    let mut cells = vec![
        Cell::new(sign, 1).style(style),
        Cell::new(name(&migration.source.address), from_width),
        Cell::new(ink.glyphs().arrow, 2).style(theme.quiet),
        Cell::new(migration.temporary.as_ref().map(name).unwrap_or_default(), to_width).style(theme.accent),
    ];
    if has_state {
        cells.push(Cell::new(what, ink.width.saturating_sub(from_width + to_width + 10)).style(style));
    }
    ink.row(is_selected, &cells)
}

/// Where the rehearsal's own control panel is: there is no other in which to click.
pub(in crate::tui::steps) fn panel(model: &Model, ink: Ink<'_>) -> Vec<ratatui::text::Line<'static>> {
    let Some(url) = &model.prefill.panel else { return Vec::new() };
    ink.item(ink.glyphs().note, ink.theme().quiet, &ink.tell("clicks-rehearsal", &[("url", url.into())]), ink.theme().quiet)
}
