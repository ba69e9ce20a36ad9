//! Replace: each old account is deleted once its address was typed, and the new one takes the address. Only what is verified, with
//! nothing refused, can be replaced; for everything else the reason is said.

use ratatui::style::Style;
use ratatui::text::Line;

use super::{
    act_on_trouble, awaited_name, doing, open_undo_all, selected, target_name, trouble_hints, troubles, undo_all_hint, with_clock,
};
use crate::session::{Command, CopyState, Migration, RemovalState, Task, TaskProgress, decide};
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink};
use crate::tui::model::Asked;
use crate::tui::overlays::{Overlay, Purpose, Typed};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect, Model, trouble};

/// Whether the session would let this account be replaced, if its address were typed.
fn may_replace(model: &Model, migration: &Migration) -> bool {
    let wish = Command::ConfirmRemoval { migration: migration.id, typed: migration.source.address.to_string() };
    decide(&model.session, &wish).is_ok()
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let mut hints = LIST.to_vec();
    if selected(model).is_some_and(|m| may_replace(model, m)) {
        hints.push(Hint::act(Action::Accept, "key-replace"));
    }
    if selected(model).is_some_and(|m| m.refused() > 0) {
        hints.push(Hint::look(Action::Refused, "key-refused"));
    }
    hints.extend(trouble_hints(&troubles(model)));
    hints.extend(undo_all_hint(model));
    hints
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(to) = moved(model.steps.rename.selected, model.session.migrations.len(), action) {
        model.steps.rename.selected = to;
        return Vec::new();
    }
    let id = selected(model).map(|m| m.id);
    match (action, id) {
        (Action::Accept, Some(id)) => {
            model.overlay = Some(Overlay::Typed(Typed::new(id, Purpose::Removal)));
            Vec::new()
        }
        (Action::Refused, Some(migration)) => vec![model.ask(Asked::Refused(migration), crate::session::Query::Refused { migration })],
        (Action::UndoAll, _) => open_undo_all(model),
        _ => {
            let troubles = troubles(model);
            act_on_trouble(model, action, troubles)
        }
    }
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say("replace-title"), Touch::Changes("touch-replace"));
    for (i, migration) in model.session.migrations.iter().enumerate() {
        let is_selected = i == model.steps.rename.selected;
        if is_selected {
            sheet.focus_here();
        }
        let (sign, style, what) = state(model, ink, migration);
        let own = if ink.width >= 84 { migration.source.address.to_string() } else { migration.source.address.local().to_owned() };
        let address = if ink.width >= 84 { 32 } else { 14 };
        let rest = ink.width.saturating_sub(address + 5);
        sheet.list([ink.row(is_selected, &[Cell::new(sign, 1).style(style), Cell::new(own, address), Cell::new(what, rest).style(style)])]);
    }
    sheet.foot([ink.gap()]);
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot(trouble::brief(ink, problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    } else if let Some(migration) = selected(model) {
        sheet.foot(about(model, ink, migration)).foot(awaited_name(model, ink));
    }
    if ink.height >= 20 {
        sheet.foot([ink.gap()]).foot(ink.paragraph(&ink.say("replace-text"), theme.quiet));
    }
    sheet
}

/// What can be done with the selected account, or why it cannot.
fn about(model: &Model, ink: Ink<'_>, migration: &Migration) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let params = [
        ("address", migration.source.address.to_string().into()),
        ("there", migration.target_address().to_string().into()),
        ("refused", migration.refused().into()),
        ("key", ink.key(Action::Refused).into()),
    ];
    let said = |key: &str| ink.tell(key, &params);
    match migration.removal {
        RemovalState::Done if safe_at_last(migration) => ink.item(ink.glyphs().done, theme.good, &said("replace-done"), theme.plain),
        RemovalState::Done => ink.item(ink.glyphs().warning, theme.warning, &said("replace-taking"), theme.plain),
        RemovalState::Intended => ink.item(ink.glyphs().warning, theme.warning, &said("replace-removing"), theme.plain),
        RemovalState::Confirmed => ink.paragraph(&said("replace-last-look"), theme.quiet),
        RemovalState::Pending if may_replace(model, migration) => {
            let mut lines = ink.item(ink.glyphs().warning, theme.warning, &said("replace-about"), theme.plain);
            lines.extend([ink.gap(), ink.call(Action::Accept, &said("replace-call"))]);
            lines
        }
        RemovalState::Pending => ink.item(ink.glyphs().wrong, theme.wrong, &said(why_not(migration)), theme.plain),
    }
}

fn safe_at_last(migration: &Migration) -> bool {
    migration.target_rename == crate::session::RenameState::Done
}

/// Why an account cannot be replaced now, as a phrase.
fn why_not(migration: &Migration) -> &'static str {
    match migration.copy_state() {
        _ if migration.refused() > 0 => "replace-not-refused",
        CopyState::Unverified => "replace-not-unverified",
        _ => "replace-not-verified",
    }
}

/// The task of the last look that says most.
fn last_look<'a>(model: &'a Model, migration: &Migration) -> Option<&'a TaskProgress> {
    let of = |task: &Task| {
        task.migration() == Some(migration.id)
            && matches!(task, Task::Survey { .. } | Task::CopyMailbox { .. } | Task::VerifyMailbox { .. })
    };
    model.progress.tasks.iter().find(|(task, _)| of(task)).map(|(_, progress)| progress)
}

fn state(model: &Model, ink: Ink<'_>, migration: &Migration) -> (&'static str, Style, String) {
    let (glyphs, theme) = (ink.glyphs(), ink.theme());
    let is_stopped = |task: &Task| task.migration() == Some(migration.id);
    let remove = Task::RemoveSource { migration: migration.id };
    match migration.removal {
        RemovalState::Done => target_name(model, ink, migration),
        _ if model.session.troubles.keys().any(is_stopped) => {
            (glyphs.wrong, theme.wrong, with_clock(model, ink, migration, ink.say("task-stopped")))
        }
        RemovalState::Intended => {
            let running = model.progress.tasks.get(&remove);
            let what = running.map_or_else(|| ink.say("state-in-doubt"), |progress| doing(model, ink, progress));
            (glyphs.current, theme.warning, ink.tell("state-removing", &[("what", what.into())]))
        }
        RemovalState::Confirmed => {
            let what = last_look(model, migration).or_else(|| model.progress.tasks.get(&remove));
            let what = what.map_or_else(|| ink.say("state-waiting"), |progress| doing(model, ink, progress));
            (glyphs.current, theme.accent, ink.tell("state-last-look", &[("what", what.into())]))
        }
        RemovalState::Pending if may_replace(model, migration) => (glyphs.waiting, theme.plain, ink.say("state-to-confirm")),
        RemovalState::Pending => {
            let count = migration.refused();
            let key = if count > 0 { "state-refused-left" } else { "state-not-verified" };
            (glyphs.warning, theme.warning, ink.tell(key, &[("count", count.into())]))
        }
    }
}
