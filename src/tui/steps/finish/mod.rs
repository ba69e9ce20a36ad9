//! Finish: what was moved, what was made again besides mail, where the report lies, what has to be set in every mail program, and
//! whether secrets are forgotten.

mod rows;

use ratatui::text::Line;

use crate::problem::Problem;
use crate::session::{Command, Mode, Query, Strategy, Task};
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink};
use crate::tui::model::Asked;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::update::interrupted;
use crate::tui::{Action, Effect, Model, trouble};

use super::StepMsg;
use super::besides::{self, Tally};
use super::rename::{act_on_trouble, trouble_hints};

/// Draft of this step.
#[derive(Debug)]
pub(in crate::tui) struct State {
    keeps_secrets: bool,
    selected: usize,
    /// The page of what belongs to the accounts besides mail: its selected line, while it is open.
    besides: Option<usize>,
}

impl Default for State {
    fn default() -> Self {
        Self { keeps_secrets: true, selected: 0, besides: None }
    }
}

fn troubles(model: &Model) -> Vec<(Task, Problem)> {
    let is_ours = |task: &Task| matches!(task, Task::Finish | Task::CarryFeatures { .. } | Task::CarryShared { .. });
    let found = model.session.troubles.iter().filter(|(task, _)| is_ours(task));
    found.map(|(task, problem)| (task.clone(), problem.clone())).collect()
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    if model.steps.finish.besides.is_some() {
        return besides::hints();
    }
    let mut hints = LIST.to_vec();
    if model.session.finish.is_none() && !model.session.is_finished {
        hints.push(Hint::act(Action::Accept, "key-finish"));
        hints.push(Hint::look(Action::Switch, "key-forget"));
    }
    if !model.session.are_secrets_forgotten {
        hints.push(Hint::look(Action::Password, "key-show-password"));
    }
    if !model.session.features.is_empty() {
        hints.push(Hint::look(Action::Besides, "key-besides"));
    }
    if model.session.is_finished {
        hints.push(Hint::look(Action::Accept, "key-leave"));
        return hints;
    }
    hints.extend(trouble_hints(&troubles(model)).into_iter().filter(|hint| hint.action != Action::Edit));
    hints
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: &StepMsg) -> Vec<Effect> {
    let &StepMsg::Act(action) = msg else {
        return Vec::new();
    };
    if let Some(line) = model.steps.finish.besides {
        let is_left = matches!(action, Action::Back | Action::Left | Action::Besides);
        let to = moved(line, besides::length(model), action).unwrap_or(line);
        model.steps.finish.besides = (!is_left).then_some(to);
        return Vec::new();
    }
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
        Action::Besides => {
            model.steps.finish.besides = Some(0);
            Vec::new()
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
    if let Some(line) = model.steps.finish.besides {
        return besides::view(model, ink, line);
    }
    let theme = ink.theme();
    let is_finished = model.session.is_finished;
    let title = if is_finished { "finish-title-done" } else { "finish-title" };
    let touch = if is_finished { Touch::ReadsOnly } else { Touch::Changes("touch-finish") };
    let mut sheet = Sheet::new(ink.say(title), touch);
    sheet.head([rows::totals(model, ink), ink.gap()]);
    for (i, migration) in model.session.migrations.iter().enumerate() {
        if i == model.steps.finish.selected {
            sheet.focus_here();
        }
        sheet.list([rows::row(ink, migration, i == model.steps.finish.selected)]);
    }
    if !is_finished || ink.height >= 20 {
        sheet.foot([ink.gap()]).foot(settings(model, ink));
    }
    let tally = besides::tally(model, ink);
    sheet.foot(carried(model, ink, tally));
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot(trouble::brief(ink, problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    } else if is_finished {
        sheet.foot(reports(model, ink));
    } else if model.session.finish.is_some() {
        let key = if tally.to_come > 0 { "finish-waiting" } else { "finish-running" };
        sheet.foot([ink.gap(), ink.busy(model.now, &ink.say(key))]);
    } else {
        let mark = if model.steps.finish.keeps_secrets { ink.glyphs().unchecked } else { ink.glyphs().checked };
        sheet.foot([ink.gap()]).foot(ink.item(mark, theme.accent, &ink.say("finish-forget"), theme.plain));
        sheet.foot([ink.call(Action::Accept, &ink.say("finish-call"))]);
    }
    sheet
}

/// What belongs to the accounts besides mail: how far it is, or what is left for the person.
fn carried(model: &Model, ink: Ink<'_>, tally: Tally) -> Vec<Line<'static>> {
    let theme = ink.theme();
    if tally == Tally::default() {
        return Vec::new();
    }
    let params = [
        ("made", tally.made.into()),
        ("all", (tally.made + tally.to_come).into()),
        ("yours", tally.yours.into()),
        ("key", ink.key(Action::Besides).into()),
    ];
    if tally.to_come > 0 {
        return vec![ink.busy(model.now, &ink.tell("finish-carrying", &params))];
    }
    let (sign, style) = if tally.yours > 0 { (ink.glyphs().warning, theme.warning) } else { (ink.glyphs().done, theme.good) };
    ink.item(sign, style, &ink.tell("finish-carried", &params), theme.plain)
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
        // MX Plan and Zimbra have a host of its own for what is sent, with TLS from the start (guides); the others have one for both.
        let of_its_own = host.strip_prefix("imap.mail.ovh.").map(|region| format!("smtp.mail.ovh.{region}"));
        let outgoing = match of_its_own {
            Some(host) => ink.tell("settings-smtp-tls", &[("host", host.into())]),
            None => ink.tell("settings-smtp", &[("host", host.into())]),
        };
        said("settings-outgoing", outgoing);
    }
    said("settings-user", ink.say("settings-user-address"));
    if let Some(webmail) = &destination.webmail {
        said("settings-webmail", webmail.clone());
    }
    lines.extend(old_accounts(model, ink));
    lines
}

/// What becomes of the old accounts.
fn old_accounts(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let has_kept = model.session.migrations.iter().any(|m| m.temporary.as_ref() != Some(&m.source.address));
    let key = match (model.session.order(), has_kept) {
        (Strategy::Replace, _) => "finish-source-deleted",
        (Strategy::ServerSide, _) => "finish-source-platform",
        (_, true) => "finish-source-kept",
        (_, false) => "finish-source-untouched",
    };
    let mut lines = ink.item(ink.glyphs().note, theme.quiet, &ink.say(key), theme.quiet);
    if key == "finish-source-kept" && ink.height >= 20 {
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
