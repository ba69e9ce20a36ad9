//! Finish: what was moved, where the report lies, what has to be set in every mail program, and whether secrets are forgotten.

use ratatui::text::Line;

use crate::domain::ByteSize;
use crate::problem::Problem;
use crate::session::{Command, Migration, Mode, Query, Task};
use crate::text::count;
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink};
use crate::tui::model::Asked;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::update::interrupted;
use crate::tui::{Action, Effect, Model, trouble};

use super::StepMsg;
use super::rename::{act_on_trouble, trouble_hints};

/// Draft of this step.
#[derive(Debug)]
pub(in crate::tui) struct State {
    keeps_secrets: bool,
    selected: usize,
}

impl Default for State {
    fn default() -> Self {
        Self { keeps_secrets: true, selected: 0 }
    }
}

fn troubles(model: &Model) -> Vec<(Task, Problem)> {
    let found = model.session.troubles.iter().filter(|(task, _)| **task == Task::Finish);
    found.map(|(task, problem)| (task.clone(), problem.clone())).collect()
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let mut hints = LIST.to_vec();
    if !model.session.are_secrets_forgotten {
        hints.push(Hint::look(Action::Password, "key-show-password"));
    }
    if model.session.is_finished {
        hints.push(Hint::look(Action::Accept, "key-leave"));
        return hints;
    }
    if model.session.finish.is_none() {
        hints.push(Hint::act(Action::Accept, "key-finish"));
        hints.push(Hint::look(Action::Switch, "key-forget"));
    }
    hints.extend(trouble_hints(&troubles(model)).into_iter().filter(|hint| hint.action != Action::Edit));
    hints
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: &StepMsg) -> Vec<Effect> {
    let &StepMsg::Act(action) = msg else {
        return Vec::new();
    };
    let length = model.session.migrations.len();
    if let Some(to) = moved(model.steps.finish.selected, length, action) {
        model.steps.finish.selected = to;
        return Vec::new();
    }
    match action {
        Action::Password => {
            let chosen = model.session.migrations.get(model.steps.finish.selected).map(|migration| migration.id);
            chosen.map(|migration| model.ask(Asked::Password(migration), Query::TargetPassword { migration })).into_iter().collect()
        }
        Action::Accept if model.session.is_finished => interrupted(model),
        Action::Accept => vec![Effect::Submit(Command::ConfirmFinish { forget_secrets: !model.steps.finish.keeps_secrets })],
        Action::Switch => {
            model.steps.finish.keeps_secrets = !model.steps.finish.keeps_secrets;
            Vec::new()
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
    let is_finished = model.session.is_finished;
    let title = if is_finished { "finish-title-done" } else { "finish-title" };
    let touch = if is_finished { Touch::ReadsOnly } else { Touch::Changes("touch-finish") };
    let mut sheet = Sheet::new(ink.say(title), touch);
    sheet.head([totals(model, ink), ink.gap()]);
    for (i, migration) in model.session.migrations.iter().enumerate() {
        if i == model.steps.finish.selected {
            sheet.focus_here();
        }
        sheet.list([row(ink, migration, i == model.steps.finish.selected)]);
    }
    if !is_finished || ink.height >= 20 {
        sheet.foot([ink.gap()]).foot(settings(model, ink));
    }
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot(trouble::brief(ink, problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    } else if is_finished {
        sheet.foot(reports(model, ink));
    } else if model.session.finish.is_some() {
        sheet.foot([ink.gap(), ink.busy(model.now, &ink.say("finish-running"))]);
    } else {
        let mark = if model.steps.finish.keeps_secrets { ink.glyphs().unchecked } else { ink.glyphs().checked };
        sheet.foot([ink.gap()]).foot(ink.item(mark, theme.accent, &ink.say("finish-forget"), theme.plain));
        sheet.foot([ink.call(Action::Accept, &ink.say("finish-call"))]);
    }
    sheet
}

fn totals(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let migrations = &model.session.migrations;
    let bytes: ByteSize = migrations.iter().map(Migration::bytes).sum();
    let verified: u64 = migrations.iter().map(|m| m.verified() + m.sampled()).sum();
    let refused: u64 = migrations.iter().map(Migration::refused).sum();
    let params = [
        ("count", migrations.len().into()),
        ("verified", verified.into()),
        ("size", bytes.to_string().into()),
        ("refused", refused.into()),
    ];
    ink.line(&ink.tell("finish-totals", &params), ink.theme().strong)
}

fn row(ink: Ink<'_>, migration: &Migration, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let refused = migration.refused();
    let (sign, style, note) = if refused == 0 && migration.copy_state() == crate::session::CopyState::Unverified {
        (ink.glyphs().done, theme.plain, ink.say("finish-unverified"))
    } else if refused == 0 {
        (ink.glyphs().done, theme.good, ink.say("finish-verified"))
    } else {
        (ink.glyphs().warning, theme.warning, ink.tell("migrate-refused", &[("count", refused.into())]))
    };
    let kept = match &migration.temporary {
        Some(temporary) if *temporary != migration.source.address => ink.tell("finish-kept", &[("name", temporary.to_string().into())]),
        _ => String::new(),
    };
    let is_wide = ink.width >= 84;
    let address = if is_wide { ink.width / 3 } else { ink.width / 2 };
    let mut cells = vec![
        Cell::new(sign, 1).style(style),
        Cell::new(migration.source.address.to_string(), address),
        Cell::new(count(migration.verified() + migration.sampled()), 8).right(),
        Cell::new(note, 14).style(style),
    ];
    if is_wide {
        cells.push(Cell::new(kept, ink.width.saturating_sub(address + 30)).style(theme.quiet));
    }
    ink.row(is_selected, &cells)
}

/// What has to be set in every mail program and phone.
fn settings(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let Some(destination) = &model.session.destination else {
        return Vec::new();
    };
    let host = &destination.endpoint.host;
    let mut lines = vec![ink.line(&ink.say("finish-settings"), theme.strong)];
    let mut said = |key: &str, value: String| {
        let label = ink.say(key);
        lines.push(
            ink.cells(&[Cell::new(label, 12).style(theme.quiet), Cell::new(value, ink.width.saturating_sub(13)).style(theme.accent)]),
        );
    };
    said("settings-incoming", ink.tell("settings-imap", &[("host", destination.endpoint.to_string().into())]));
    if model.session.mode == Some(Mode::Automatic) {
        said("settings-outgoing", ink.tell("settings-smtp", &[("host", host.into())]));
    }
    said("settings-user", ink.say("settings-user-address"));
    if let Some(webmail) = &destination.webmail {
        said("settings-webmail", webmail.clone());
    }
    let has_kept = model.session.migrations.iter().any(|m| m.temporary.as_ref() != Some(&m.source.address));
    let kept = if has_kept { "finish-source-kept" } else { "finish-source-untouched" };
    lines.extend(ink.item(ink.glyphs().note, theme.quiet, &ink.say(kept), theme.quiet));
    if has_kept && ink.height >= 20 {
        lines.extend(ink.item(ink.glyphs().note, theme.quiet, &ink.say("finish-source-reset"), theme.quiet));
    }
    lines
}

fn reports(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let mut lines = vec![ink.gap(), ink.line(&ink.tell("finish-reports", &[("folder", (&model.state_folder).into())]), theme.strong)];
    let room = if ink.height >= 20 { 12 } else { 3 };
    let mut files: Vec<&String> = model.session.reports.iter().collect();
    files.sort_by_key(|file| (file.matches('/').count(), file.as_str()));
    lines.extend(files.iter().take(room).map(|file| ink.line(&format!("  {file}"), theme.accent)));
    if files.len() > room {
        lines.push(ink.line(&format!("  {}", ink.tell("finish-more-files", &[("count", (files.len() - room).into())])), theme.quiet));
    }
    if model.session.are_secrets_forgotten {
        lines.extend(ink.item(ink.glyphs().done, theme.good, &ink.say("finish-forgotten"), theme.plain));
    }
    lines.extend([ink.gap(), ink.call(Action::Accept, &ink.say("finish-leave"))]);
    lines
}
