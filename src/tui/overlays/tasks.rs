//! What is going on: running tasks with activity and age, waiting ones with the reason, stopped ones with their problem.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Overlay;
use super::panel::{self, Panel};
use crate::session::{Command, Task, TaskProgress};
use crate::text::short_duration;
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink};
use crate::tui::{Access, Action, Effect, Model, trouble};

/// Stopped tasks first, then the others.
fn rows(model: &Model) -> Vec<(Task, bool)> {
    let stopped = model.session.troubles.keys().map(|task| (task.clone(), true));
    let running = model.progress.tasks.keys().filter(|task| !model.session.troubles.contains_key(*task)).map(|task| (task.clone(), false));
    stopped.chain(running).collect()
}

/// What is possible.
pub(super) fn hints(model: &Model, selected: usize) -> Vec<Hint> {
    let mut hints = LIST.to_vec();
    if rows(model).get(selected).is_some_and(|(_, is_stopped)| *is_stopped) {
        hints.push(Hint::look(Action::Accept, "key-explain"));
        if model.access == Access::Full {
            hints.push(Hint::act(Action::Retry, "key-retry"));
            hints.push(Hint::act(Action::Edit, "key-retype"));
        }
    }
    if model.session.troubles.len() > 1 && model.access == Access::Full {
        hints.push(Hint::act(Action::All, "key-retry-all"));
    }
    hints
}

/// An action.
pub(super) fn act(model: &mut Model, selected: usize, action: Action) -> Vec<Effect> {
    let rows = rows(model);
    let stopped = rows.get(selected).filter(|(_, is_stopped)| *is_stopped).map(|(task, _)| task.clone());
    match (action, stopped) {
        (Action::Retry, Some(task)) => vec![Effect::Submit(Command::Retry { task })],
        (Action::All, _) => vec![Effect::Submit(Command::RetryAll)],
        (Action::Accept, Some(task)) => {
            model.overlay = model.session.troubles.get(&task).cloned().map(Overlay::problem);
            Vec::new()
        }
        (Action::Edit, Some(task)) => super::secrets_for_task(model, &task),
        _ => {
            model.overlay = Some(Overlay::Tasks { selected: moved(selected, rows.len(), action).unwrap_or(selected) });
            Vec::new()
        }
    }
}

/// Draws the panel.
pub(super) fn view(model: &Model, frame: &mut Frame<'_>, area: Rect, selected: usize) {
    let ink = panel::inside(model, area, 100);
    let rows = rows(model);
    let mut lines = Vec::new();
    let mut focus = 0;
    for (i, (task, is_stopped)) in rows.iter().enumerate() {
        if i == selected {
            focus = lines.len();
        }
        lines.push(row(model, ink, task, (*is_stopped, i == selected)));
        if let (true, Some(problem)) = (i == selected, model.session.troubles.get(task)) {
            lines.extend(trouble::brief(ink.narrower(2), problem).into_iter().map(|mut line| {
                line.spans.insert(0, ratatui::text::Span::raw("  "));
                line
            }));
        }
    }
    if rows.is_empty() {
        lines.push(ink.line(&ink.say(if model.session.is_paused { "tasks-paused" } else { "tasks-none" }), ink.theme().quiet));
    }
    let params = [("running", model.progress.tasks.len().into()), ("stopped", model.session.troubles.len().into())];
    let head = vec![ink.line(&ink.tell("tasks-head", &params), ink.theme().quiet), ink.gap()];
    panel::draw(model, frame, area, 100, Panel { title: ink.say("tasks-title"), head, lines, focus });
}

fn row(model: &Model, ink: Ink<'_>, task: &Task, (is_stopped, is_selected): (bool, bool)) -> Line<'static> {
    let theme = ink.theme();
    let name = trouble::task_name(ink, &model.session, task);
    let progress = model.progress.tasks.get(task);
    let (sign, sign_style, what, style) = match progress {
        _ if is_stopped => (ink.glyphs().wrong, theme.wrong, ink.say("task-stopped"), theme.wrong),
        Some(progress) => {
            let style = if progress.waiting.is_some() { theme.warning } else { theme.plain };
            (ink.glyphs().current, theme.accent, activity(model, ink, progress), style)
        }
        None => (ink.glyphs().waiting, theme.quiet, String::new(), theme.quiet),
    };
    let age = progress.map_or_else(String::new, |progress| short_duration(model.age(progress.since)));
    let name_width = (ink.width / 2).saturating_sub(4);
    let rest = ink.width.saturating_sub(name_width + 2 + 2 + 1 + 8);
    ink.row(
        is_selected,
        &[
            Cell::new(sign, 1).style(sign_style),
            Cell::new(name, name_width),
            Cell::new(what, rest).style(style),
            Cell::new(age, 7).style(theme.quiet).right(),
        ],
    )
}

/// What a task does right now; when it waits, why and for how long.
pub(in crate::tui) fn activity(model: &Model, ink: Ink<'_>, progress: &TaskProgress) -> String {
    if let Some(waiting) = &progress.waiting {
        let left = short_duration(waiting.until.millis_since(model.now).div_ceil(1000));
        let why = trouble::headline(ink, &waiting.problem);
        return ink.tell("task-waiting", &[("left", left.into()), ("why", why.into())]);
    }
    let activity = ink.say(&format!("activity-{}", progress.activity.key()));
    if progress.total > 0 {
        ink.tell("task-counted", &[("activity", activity.into()), ("done", progress.done.into()), ("total", progress.total.into())])
    } else {
        activity
    }
}
