//! Rename: who has which address. In the documented order the old accounts get temporary names; after a copy the names are exchanged
//! (copy first), or the old account is deleted and the new one takes its address (replace).

mod first;
mod replace;
mod switch;

use ratatui::style::Style;
use ratatui::text::Line;

use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Command, Migration, Mode, RenameState, Strategy, Task, TaskProgress, decide};
use crate::text::short_duration;
use crate::tui::hint::Hint;
use crate::tui::ink::Ink;
use crate::tui::model::Asked;
use crate::tui::overlays::{self, Overlay};
use crate::tui::sheet::Sheet;
use crate::tui::{Action, Effect, Model, safety};

use super::StepMsg;
use super::review::new_passwords;
pub(super) use first::panel;

/// Draft of this step: the selected line.
#[derive(Debug, Default)]
pub(in crate::tui) struct State {
    selected: usize,
}

fn is_guided(model: &Model) -> bool {
    model.session.mode == Some(Mode::Guided)
}

/// The account of the selected line.
fn selected(model: &Model) -> Option<&Migration> {
    model.session.migrations.get(model.steps.rename.selected)
}

/// Stopped tasks of this step.
fn troubles(model: &Model) -> Vec<(Task, Problem)> {
    let is_ours = |task: &Task| match task {
        Task::RenameSource { .. }
        | Task::UndoRename { .. }
        | Task::UndoCreate { .. }
        | Task::RenameTarget { .. }
        | Task::UndoRenameTarget { .. }
        | Task::RemoveSource { .. }
        | Task::DetachDomain { .. } => true,
        // The last look at an account is part of replacing it.
        Task::Survey { .. } | Task::CopyMailbox { .. } | Task::VerifyMailbox { .. } => model.session.order() == Strategy::Replace,
        _ => false,
    };
    model.session.troubles.iter().filter(|(task, _)| is_ours(task)).map(|(task, problem)| (task.clone(), problem.clone())).collect()
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    match model.session.order() {
        Strategy::CopyFirst => switch::hints(model),
        Strategy::Replace => replace::hints(model),
        Strategy::RenameFirst | Strategy::ServerSide => first::hints(model),
    }
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    match model.session.order() {
        Strategy::CopyFirst => switch::view(model, ink),
        Strategy::Replace => replace::view(model, ink),
        Strategy::RenameFirst | Strategy::ServerSide => first::view(model, ink),
    }
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: StepMsg) -> Vec<Effect> {
    match msg {
        StepMsg::Act(action) if model.session.order() == Strategy::Replace => replace::act(model, action),
        StepMsg::Act(action) => first::act(model, action),
        StepMsg::Kept(Asked::RenameKept, Ok(_)) => vec![Effect::Submit(Command::ConfirmRename)],
        StepMsg::Kept(Asked::RenameKept, Err(problem)) => {
            model.overlay = Some(Overlay::problem(problem));
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Renames, once the passwords of what is created right after it are kept.
fn confirm(model: &mut Model) -> Vec<Effect> {
    let passwords = if model.session.create_at_once { new_passwords(model) } else { Vec::new() };
    if passwords.is_empty() { vec![Effect::Submit(Command::ConfirmRename)] } else { vec![model.keep(Asked::RenameKept, passwords)] }
}

/// What is possible with stopped tasks.
pub(super) fn trouble_hints(troubles: &[(Task, Problem)]) -> Vec<Hint> {
    if troubles.is_empty() {
        return Vec::new();
    }
    let mut hints = vec![Hint::act(Action::Retry, "key-retry"), Hint::look(Action::Detail, "key-explain")];
    if troubles.iter().any(|(_, problem)| is_about_secret(problem)) {
        hints.push(Hint::act(Action::Edit, "key-retype"));
    }
    hints
}

/// Whether typing a password or key again may help.
pub(super) fn is_about_secret(problem: &Problem) -> bool {
    use ProblemCode as C;
    matches!(
        problem.code,
        C::WrongPassword
            | C::LoginNotAllowed
            | C::SecretMissing
            | C::ApiKeysRefused
            | C::ConsumerKeyExpired
            | C::AccessRuleMissing
            | C::PasswordRefused
    )
}

/// Actions about stopped tasks.
pub(super) fn act_on_trouble(model: &mut Model, action: Action, troubles: Vec<(Task, Problem)>) -> Vec<Effect> {
    match action {
        Action::Retry => troubles.into_iter().map(|(task, _)| Effect::Submit(Command::Retry { task })).collect(),
        Action::Detail => {
            model.overlay = troubles.into_iter().next().map(|(_, problem)| Overlay::problem(problem));
            Vec::new()
        }
        Action::Edit => troubles
            .into_iter()
            .find(|(_, problem)| is_about_secret(problem))
            .map(|(task, _)| overlays::secrets_for_task(model, &task))
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Renames that can be undone by a key: those that the program did, as far as the session lets them be undone.
pub(super) fn undoable(model: &Model) -> Vec<Command> {
    if is_guided(model) {
        return Vec::new();
    }
    let wishes = model.session.migrations.iter().map(|m| Command::UndoRename { migration: m.id });
    wishes.filter(|wish| decide(&model.session, wish).is_ok()).collect()
}

/// The key that undoes everything: shown while it can, and explained from the panel when it no longer can.
pub(super) fn undo_all_hint(model: &Model) -> Option<Hint> {
    let is_offered = !is_guided(model) && (model.session.has_acted() || overlays::may_undo_all(model));
    is_offered.then(
        || {
            if overlays::may_undo_all(model) { Hint::look(Action::UndoAll, "key-undo-all") } else { Hint::silent(Action::UndoAll) }
        },
    )
}

/// Opens the panel that undoes everything.
pub(super) fn open_undo_all(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::UndoAll { line: 0 });
    Vec::new()
}

/// Whether a task waits until the platform gives a name free.
fn waits_for_name(progress: &TaskProgress) -> bool {
    let is_taken = progress.waiting.as_ref().is_some_and(|waiting| waiting.problem.code == ProblemCode::AddressTaken);
    is_taken || progress.activity == Activity::WaitingForName
}

/// The name that is waited for, since when and until when: of the selected account, else of the first that waits.
fn awaited_name(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    let own = selected(model).map(|m| m.id);
    let tasks = model
        .progress
        .tasks
        .iter()
        .filter(|(task, progress)| matches!(task, Task::RenameTarget { .. } | Task::UndoRename { .. }) && waits_for_name(progress));
    let Some((task, progress)) = tasks.min_by_key(|(task, _)| task.migration() != own) else { return Vec::new() };
    let Some(migration) = task.migration().and_then(|id| model.session.migration(id)) else { return Vec::new() };
    let left = progress.waiting.as_ref().map(|waiting| short_duration(waiting.until.millis_since(model.now).div_ceil(1000)));
    let key = if left.is_some() { "name-awaited" } else { "name-awaited-long" };
    let params = [
        ("address", migration.source.address.to_string().into()),
        ("age", short_duration(model.age(progress.since)).into()),
        ("left", left.unwrap_or_default().into()),
    ];
    ink.item(ink.glyphs().waiting, ink.theme().warning, &ink.tell(key, &params), ink.theme().plain)
}

/// What a task does right now and since when; a name that is not free yet is waited for, and that is said in its own words.
fn doing(model: &Model, ink: Ink<'_>, progress: &TaskProgress) -> String {
    let age = short_duration(model.age(progress.since));
    match &progress.waiting {
        _ if waits_for_name(progress) => ink.say("state-name-not-free"),
        Some(_) => overlays::activity(model, ink, progress),
        None => format!("{}  {age}", overlays::activity(model, ink, progress)),
    }
}

/// For how long the address of an account has had no mailbox by now, behind what is going on.
fn with_clock(model: &Model, ink: Ink<'_>, migration: &Migration, what: String) -> String {
    match safety::without_mailbox_since(model.session.order(), migration) {
        Some(since) => {
            let clock = ink.tell("state-without-mailbox", &[("age", short_duration(model.age(since)).into())]);
            if what.is_empty() { clock } else { format!("{clock} {} {what}", ink.glyphs().dot) }
        }
        None => what,
    }
}

/// The new account gives the real address back, or is about to take it.
fn target_name(model: &Model, ink: Ink<'_>, migration: &Migration) -> (&'static str, Style, String) {
    let (glyphs, theme) = (ink.glyphs(), ink.theme());
    let task = Task::RenameTarget { migration: migration.id };
    if model.session.troubles.contains_key(&task) {
        return (glyphs.wrong, theme.wrong, with_clock(model, ink, migration, ink.say("task-stopped")));
    }
    let what = match (&migration.target_rename, model.progress.tasks.get(&task)) {
        (RenameState::Done, _) => return (glyphs.done, theme.good, gap(ink, migration)),
        (_, Some(progress)) => doing(model, ink, progress),
        (RenameState::Intended, None) => ink.say("state-in-doubt"),
        (_, None) => ink.say("state-takes-name"),
    };
    (glyphs.current, theme.accent, with_clock(model, ink, migration, what))
}

/// For how long the address had no mailbox, once it has one again.
fn gap(ink: Ink<'_>, migration: &Migration) -> String {
    match migration.gap_millis {
        Some(gap) => ink.tell("state-switched-gap", &[("seconds", gap.div_ceil(1000).into())]),
        None => ink.say("state-switched"),
    }
}
