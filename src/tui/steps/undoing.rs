//! Everything is being undone: which account gets its name back, which one is removed, which domain leaves. Shown instead of the step
//! until it is over, so that nobody begins anew in the middle of it.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::DomainName;
use crate::problem::Problem;
use crate::session::{CreateState, DomainState, Migration, RenameState, Task};
use crate::text::short_duration;
use crate::tui::hint::Hint;
use crate::tui::ink::{Cell, Ink};
use crate::tui::overlays;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect, Model, trouble};

use super::rename::{act_on_trouble, trouble_hints};

/// Whether everything is being undone.
pub(super) fn is_going_on(model: &Model) -> bool {
    model.session.is_undoing_everything()
}

fn troubles(model: &Model) -> Vec<(Task, Problem)> {
    let is_undo = |task: &Task| {
        matches!(task, Task::UndoCreate { .. } | Task::UndoRename { .. } | Task::UndoRenameTarget { .. } | Task::DetachDomain { .. })
    };
    model.session.troubles.iter().filter(|(task, _)| is_undo(task)).map(|(task, problem)| (task.clone(), problem.clone())).collect()
}

/// What is possible: nothing but looking, and trying again what stopped.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    trouble_hints(&troubles(model))
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let troubles = troubles(model);
    act_on_trouble(model, action, troubles)
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say("undoing-title"), Touch::Changes("touch-undoing"));
    sheet.head(ink.paragraph(&ink.say("undoing-text"), theme.quiet)).head([ink.gap()]);
    for migration in &model.session.migrations {
        sheet.list([account(model, ink, migration)]);
    }
    for (name, state) in &model.session.domains {
        sheet.list([domain(model, ink, (name, state))]);
    }
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot([ink.gap()]).foot(trouble::brief(ink, problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    }
    sheet
}

fn account(model: &Model, ink: Ink<'_>, migration: &Migration) -> Line<'static> {
    let id = migration.id;
    let tasks = [Task::UndoCreate { migration: id }, Task::UndoRenameTarget { migration: id }, Task::UndoRename { migration: id }];
    let is_changed = migration.create != CreateState::Pending || migration.rename != RenameState::Pending;
    let key = match (&migration.create, &migration.rename) {
        (CreateState::Undoing(_), _) => "undoing-create",
        (_, RenameState::Undoing(_)) => "undoing-rename",
        (CreateState::Done, _) if migration.arrived > 0 => "undoing-kept",
        _ if is_changed => "undoing-waits",
        _ => "undoing-done",
    };
    line(model, ink, &migration.source.address.to_string(), (&tasks, key))
}

fn domain(model: &Model, ink: Ink<'_>, (name, state): (&DomainName, &DomainState)) -> Line<'static> {
    let tasks = [Task::DetachDomain { domain: name.clone() }];
    let is_free = model.session.migrations.iter().all(|m| m.create == CreateState::Pending);
    let key = match (state.leaving.is_some(), is_free) {
        (false, _) => "undoing-stays",
        (true, true) => "undoing-domain",
        (true, false) => "undoing-waits",
    };
    line(model, ink, name.as_str(), (&tasks, key))
}

fn line(model: &Model, ink: Ink<'_>, name: &str, (tasks, key): (&[Task], &str)) -> Line<'static> {
    let (sign, style, what) = told(model, ink, tasks, key);
    let width = (ink.width / 2).min(36);
    let rest = ink.width.saturating_sub(width + 3);
    ink.cells(&[Cell::new(sign, 1).style(style), Cell::new(name, width), Cell::new(what, rest).style(style)])
}

fn told(model: &Model, ink: Ink<'_>, tasks: &[Task], key: &str) -> (&'static str, Style, String) {
    let (glyphs, theme) = (ink.glyphs(), ink.theme());
    if tasks.iter().any(|task| model.session.troubles.contains_key(task)) {
        return (glyphs.wrong, theme.wrong, ink.say("task-stopped"));
    }
    let age = tasks.iter().find_map(|task| model.progress.tasks.get(task)).map(|progress| match &progress.waiting {
        Some(_) => overlays::activity(model, ink, progress),
        None => short_duration(model.age(progress.since)),
    });
    match (key, age) {
        ("undoing-done" | "undoing-stays", _) => (glyphs.done, theme.good, ink.say(key)),
        (_, Some(age)) => (glyphs.current, theme.accent, format!("{}  {age}", ink.say(key))),
        (_, None) => (glyphs.ahead, theme.quiet, ink.say(key)),
    }
}
