//! The accounts that come into being, and where each stands.

use ratatui::text::Line;

use crate::session::{CreateState, Migration, Task};
use crate::text::short_duration;
use crate::tui::Model;
use crate::tui::ink::{Cell, Ink, columns};
use crate::tui::overlays;

/// One account.
pub(super) fn row(model: &Model, ink: Ink<'_>, migration: &Migration, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let task = Task::CreateTarget { migration: migration.id };
    let undo = Task::UndoCreate { migration: migration.id };
    let running = model.progress.tasks.get(&task).or_else(|| model.progress.tasks.get(&undo));
    let is_stopped = model.session.troubles.contains_key(&task) || model.session.troubles.contains_key(&undo);
    let (sign, style, what) = match (&migration.create, running) {
        _ if is_stopped => (ink.glyphs().wrong, theme.wrong, ink.say("task-stopped")),
        (CreateState::Done, _) => (ink.glyphs().done, theme.good, created(ink, migration)),
        (_, Some(progress)) => {
            let what = overlays::activity(model, ink, progress);
            (ink.glyphs().current, theme.accent, format!("{what}  {}", short_duration(model.age(progress.since))))
        }
        (CreateState::Undoing(_), None) => (ink.glyphs().current, theme.warning, ink.say("state-undoing")),
        (CreateState::Intended { .. }, None) => (ink.glyphs().current, theme.accent, ink.say("state-in-doubt")),
        (CreateState::Pending, None) => (ink.glyphs().ahead, theme.quiet, to_be_created(model, ink, migration)),
    };
    let is_short = ink.width < 84;
    let name = |m: &Migration| {
        let address = m.target_address();
        if is_short { address.local().to_owned() } else { address.to_string() }
    };
    let longest = model.session.migrations.iter().map(|m| columns(&name(m))).max().unwrap_or(0);
    let address = longest.min(ink.width / 2);
    let cells = [
        Cell::new(sign, 1).style(style),
        Cell::new(name(migration), address),
        Cell::new(what, ink.width.saturating_sub(address + 6)).style(style),
    ];
    ink.row(is_selected, &cells)
}

/// Under a temporary name nobody misses a mailbox.
fn created(ink: Ink<'_>, migration: &Migration) -> String {
    match &migration.target_temporary {
        Some(_) => ink.tell("state-created-for", &[("address", migration.source.address.to_string().into())]),
        None => gap(ink, migration),
    }
}

fn to_be_created(model: &Model, ink: Ink<'_>, migration: &Migration) -> String {
    match &migration.target_temporary {
        Some(_) => ink.tell("state-will-be", &[("address", migration.source.address.to_string().into())]),
        None => without_mailbox(model, ink, migration),
    }
}

/// For how long the address had no mailbox.
pub(in crate::tui::steps) fn gap(ink: Ink<'_>, migration: &Migration) -> String {
    match migration.gap_millis {
        Some(gap) => ink.tell("state-created-gap", &[("seconds", gap.div_ceil(1000).into())]),
        None => ink.say("state-created"),
    }
}

/// For how long the address has had no mailbox by now.
fn without_mailbox(model: &Model, ink: Ink<'_>, migration: &Migration) -> String {
    match migration.renamed_at {
        Some(since) => ink.tell("state-without-mailbox", &[("age", short_duration(model.age(since)).into())]),
        None => String::new(),
    }
}

/// New accounts that were to be removed, and stay for the mail in them.
pub(in crate::tui::steps) fn kept(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    let told = |m: &Migration| {
        let params = [("address", m.target_address().to_string().into()), ("count", m.arrived.into())];
        ink.item(ink.glyphs().warning, ink.theme().warning, &ink.tell("create-kept", &params), ink.theme().plain)
    };
    model.session.migrations.iter().filter(|m| m.arrived > 0).flat_map(told).collect()
}
