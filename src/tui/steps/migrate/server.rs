//! Server side: OVHcloud moves the accounts itself. Each is confirmed by typing its address, then only followed to its end.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::MigrationId;
use crate::session::{Command, MailboxCount, Migration, ServerState, Task, decide};
use crate::text::{count, short_duration};
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink};
use crate::tui::overlays::{self, Overlay, Purpose, Typed};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::steps::rename::{act_on_trouble, open_undo_all, trouble_hints, undo_all_hint};
use crate::tui::{Action, Effect, Model, safety, trouble};

use super::{selected, troubles};

/// Whether the session would let this account be given to the platform, if its address were typed.
fn may_give(model: &Model, migration: &Migration) -> bool {
    let wish = Command::ConfirmServerMigration { migration: migration.id, typed: migration.source.address.to_string() };
    decide(&model.session, &wish).is_ok()
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let mut hints = LIST.to_vec();
    if selected(model).is_some_and(|m| may_give(model, m)) {
        hints.push(Hint::act(Action::Accept, "key-give"));
    }
    hints.extend(trouble_hints(&troubles(model)));
    hints.extend(undo_all_hint(model));
    hints
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(to) = moved(model.steps.migrate.selected, model.session.migrations.len(), action) {
        model.steps.migrate.selected = to;
        return Vec::new();
    }
    let id: Option<MigrationId> = selected(model).map(|m| m.id);
    match (action, id) {
        (Action::Accept, Some(id)) => {
            model.overlay = Some(Overlay::Typed(Typed::new(id, Purpose::ServerMigration)));
            Vec::new()
        }
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
    let migrations = &model.session.migrations;
    let is_moving = migrations.iter().any(|m| matches!(m.server, ServerState::Confirmed | ServerState::Intended { .. }));
    let title = if is_moving { "server-title-running" } else { "server-title" };
    let mut sheet = Sheet::new(ink.say(title), Touch::Changes("touch-platform"));
    let done = migrations.iter().filter(|m| matches!(m.server, ServerState::Done { .. })).count();
    let params = [("done", done.into()), ("count", migrations.len().into())];
    sheet.head([ink.line(&ink.tell("server-totals", &params), theme.strong), ink.gap()]);
    for (i, migration) in migrations.iter().enumerate() {
        let is_selected = i == model.steps.migrate.selected;
        if is_selected {
            sheet.focus_here();
        }
        sheet.list([row(model, ink, migration, is_selected)]);
    }
    sheet.foot([ink.gap()]);
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot(trouble::brief(ink, problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    } else if let Some(migration) = selected(model) {
        sheet.foot(about(ink, migration));
    }
    sheet
}

fn row(model: &Model, ink: Ink<'_>, migration: &Migration, is_selected: bool) -> Line<'static> {
    let (sign, style, what) = state(model, ink, migration);
    let is_wide = ink.width >= 84;
    let own = if is_wide { migration.source.address.to_string() } else { migration.source.address.local().to_owned() };
    let address = if is_wide { 32 } else { 14 };
    let cells =
        [Cell::new(sign, 1).style(style), Cell::new(own, address), Cell::new(what, ink.width.saturating_sub(address + 5)).style(style)];
    ink.row(is_selected, &cells)
}

fn state(model: &Model, ink: Ink<'_>, migration: &Migration) -> (&'static str, Style, String) {
    let (glyphs, theme) = (ink.glyphs(), ink.theme());
    let task = Task::ServerMigrate { migration: migration.id };
    if model.session.troubles.contains_key(&task) {
        return (glyphs.wrong, theme.wrong, ink.say("task-stopped"));
    }
    let running = model.progress.tasks.get(&task);
    let doing = running.map(|progress| {
        let age = short_duration(model.age(progress.since));
        (overlays::activity(model, ink, progress), age)
    });
    match (&migration.server, doing) {
        (ServerState::Done { found }, _) => (glyphs.done, theme.good, result(ink, found)),
        (ServerState::Pending, _) => (glyphs.ahead, theme.plain, ink.say("state-to-give")),
        (ServerState::Confirmed, Some((what, age))) => (glyphs.current, theme.accent, format!("{what}  {age}")),
        (ServerState::Confirmed, None) => (glyphs.current, theme.accent, ink.say("state-waiting")),
        (ServerState::Intended { .. }, Some((what, age))) => {
            (glyphs.current, theme.accent, ink.tell("state-platform-moves", &[("age", age.into()), ("what", what.into())]))
        }
        (ServerState::Intended { .. }, None) => (glyphs.current, theme.accent, ink.say("state-in-doubt")),
    }
}

fn result(ink: Ink<'_>, found: &[MailboxCount]) -> String {
    if found.is_empty() {
        return ink.say("state-moved");
    }
    let messages: u64 = found.iter().map(|mailbox| u64::from(mailbox.messages)).sum();
    ink.tell("state-moved-found", &[("messages", messages.into()), ("folders", found.len().into())])
}

/// What comes for the selected account, what goes on, or what was found.
fn about(ink: Ink<'_>, migration: &Migration) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let params = [("address", migration.source.address.to_string().into())];
    match &migration.server {
        ServerState::Pending => {
            let mut lines = ink.item(ink.glyphs().warning, theme.warning, &ink.say("server-about"), theme.plain);
            lines.extend([ink.gap(), ink.call(Action::Accept, &ink.tell("server-call", &params))]);
            lines
        }
        ServerState::Confirmed | ServerState::Intended { .. } => ink.paragraph(&ink.say("server-following"), theme.quiet),
        ServerState::Done { found } => {
            let before = migration.inventory.as_ref().map(|inventory| inventory.messages);
            let now = safety::found(migration).unwrap_or(0);
            let key = match before {
                Some(before) if before > now => "server-found-less",
                Some(_) => "server-found-all",
                None => "server-found",
            };
            let counts = [("messages", now.into()), ("before", before.unwrap_or(0).into())];
            let (sign, style) =
                if key == "server-found-less" { (ink.glyphs().warning, theme.warning) } else { (ink.glyphs().done, theme.good) };
            let mut lines = ink.item(sign, style, &ink.tell(key, &counts), theme.plain);
            let room = ink.height.saturating_sub(14).max(2);
            for mailbox in found.iter().take(room) {
                let half = (ink.width / 2).min(40);
                lines.push(
                    ink.cells(&[Cell::new(format!("  {}", mailbox.name), half), Cell::new(count(u64::from(mailbox.messages)), 10).right()]),
                );
            }
            lines
        }
    }
}
