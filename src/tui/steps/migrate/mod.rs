//! Migrate: the copy, live; then the verification that reads the target again. Pause, resume, refused messages, another pass. Where
//! OVHcloud moves the accounts itself, they are confirmed and followed here.

mod folders;
mod live;
mod server;
mod start;

use crate::domain::MigrationId;
use crate::problem::Problem;
use crate::session::{Command, CreateState, Migration, Mode, Query, RenameState, Strategy, Task};
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::Ink;
use crate::tui::model::Asked;
use crate::tui::sheet::Sheet;
use crate::tui::{Action, Effect, Model};

use super::StepMsg;
use super::rename::{act_on_trouble, open_undo_all, trouble_hints, undo_all_hint};
pub(super) use live::account_state;

/// Draft of this step: what is selected and what is open.
#[derive(Debug, Default)]
pub(in crate::tui) struct State {
    selected: usize,
    open: Option<MigrationId>,
    folder: usize,
}

fn selected(model: &Model) -> Option<&Migration> {
    model.session.migrations.get(model.steps.migrate.selected)
}

/// Stopped tasks of the copy, those of the selected account first.
fn troubles(model: &Model) -> Vec<(Task, Problem)> {
    let selected = selected(model).map(|m| m.id);
    let is_ours = |task: &Task| {
        matches!(
            task,
            Task::Survey { .. }
                | Task::CopyMailbox { .. }
                | Task::VerifyMailbox { .. }
                | Task::UndoCreate { .. }
                | Task::ServerMigrate { .. }
                | Task::DetachDomain { .. }
        )
    };
    let mut found: Vec<(Task, Problem)> =
        model.session.troubles.iter().filter(|(task, _)| is_ours(task)).map(|(task, problem)| (task.clone(), problem.clone())).collect();
    found.sort_by_key(|(task, _)| task.migration() != selected);
    found
}

/// New accounts that can be removed again by a key.
fn undoable(model: &Model) -> Vec<Command> {
    if model.session.is_copy_confirmed || model.session.mode == Some(Mode::Guided) {
        return Vec::new();
    }
    let can = |m: &&Migration| m.create == CreateState::Done;
    model.session.migrations.iter().filter(can).map(|m| Command::UndoCreate { migration: m.id }).collect()
}

fn is_by_platform(model: &Model) -> bool {
    model.session.order() == Strategy::ServerSide
}

/// Whether the names have changed hands: what is copied now is what arrived meanwhile.
fn is_rest(model: &Model) -> bool {
    matches!(model.session.order(), Strategy::CopyFirst | Strategy::Replace)
        && model.session.migrations.iter().all(|m| m.target_rename == RenameState::Done)
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    if is_by_platform(model) {
        return server::hints(model);
    }
    let mut hints = LIST.to_vec();
    if !model.session.is_copy_confirmed {
        hints.push(Hint::act(Action::Accept, "key-start-copy"));
        hints.extend(trouble_hints(&troubles(model)));
        if !undoable(model).is_empty() {
            hints.push(Hint::act(Action::Undo, "key-undo-create"));
        }
        hints.extend(undo_all_hint(model));
        return hints;
    }
    if model.steps.migrate.open.is_some() {
        hints.extend([Hint::look(Action::Back, "key-back"), Hint::silent(Action::Left)]);
    } else {
        hints.extend([Hint::look(Action::Accept, "key-open"), Hint::silent(Action::Open)]);
    }
    let is_refused = selected(model).is_some_and(|m| m.refused() > 0);
    if is_refused {
        hints.push(Hint::look(Action::Refused, "key-refused"));
    }
    hints.extend(trouble_hints(&troubles(model)));
    hints.push(Hint::act(Action::Pause, if model.session.is_paused { "key-unpause" } else { "key-pause" }));
    if selected(model).is_some_and(|m| m.copy_state().is_final() && !m.is_source_gone()) {
        hints.push(Hint::act(Action::Delta, "key-delta"));
    }
    hints.extend(undo_all_hint(model));
    hints
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: &StepMsg) -> Vec<Effect> {
    match msg {
        StepMsg::Act(action) if is_by_platform(model) => server::act(model, *action),
        StepMsg::Act(action) => act(model, *action),
        _ => Vec::new(),
    }
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let accounts = model.session.migrations.len();
    let folders = selected(model).map_or(0, |m| m.mailboxes.len());
    let state = &mut model.steps.migrate;
    let (at, length) = if state.open.is_some() { (&mut state.folder, folders) } else { (&mut state.selected, accounts) };
    if let Some(to) = moved(*at, length, action) {
        *at = to;
        return Vec::new();
    }
    let id = selected(model).map(|m| m.id);
    match (action, id) {
        (Action::Accept, _) if !model.session.is_copy_confirmed => vec![Effect::Submit(Command::ConfirmCopy)],
        (Action::UndoAll, _) => open_undo_all(model),
        (Action::Undo, _) => undoable(model).into_iter().map(Effect::Submit).collect(),
        (Action::Accept | Action::Open, _) => {
            model.steps.migrate.open = id;
            model.steps.migrate.folder = 0;
            Vec::new()
        }
        (Action::Back | Action::Left, _) => {
            model.steps.migrate.open = None;
            Vec::new()
        }
        (Action::Pause, _) => vec![Effect::Submit(if model.session.is_paused { Command::Unpause } else { Command::Pause })],
        (Action::Delta, Some(migration)) => vec![Effect::Submit(Command::RequestDelta { migration })],
        (Action::Refused, Some(migration)) => vec![model.ask(Asked::Refused(migration), Query::Refused { migration })],
        _ => {
            let troubles = troubles(model);
            act_on_trouble(model, action, troubles)
        }
    }
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    if is_by_platform(model) {
        return server::view(model, ink);
    }
    if !model.session.is_copy_confirmed {
        return start::view(model, ink);
    }
    match model.steps.migrate.open.and_then(|id| model.session.migration(id)) {
        Some(migration) => folders::view(model, migration, ink),
        None => live::view(model, ink),
    }
}
