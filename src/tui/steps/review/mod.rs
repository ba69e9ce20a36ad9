//! Review: what will happen, before anything does. Names, folders, findings, totals; everything editable until it is accepted.

mod draft;
mod folders;
mod overview;

use std::collections::BTreeSet;

use crate::domain::{EmailAddress, Secret, SecretRef};
use crate::plan::{Place, SourceName, TargetName, propose};
use crate::problem::Problem;
use crate::session::{Command, CreateState, Mode, PlannedMigration, Task};
use crate::tui::hint::Hint;
use crate::tui::ink::Ink;
use crate::tui::model::Asked;
use crate::tui::overlays::Overlay;
use crate::tui::sheet::Sheet;
use crate::tui::{Action, Effect, Model};

use super::StepMsg;
pub(in crate::tui) use draft::State;

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    match &model.steps.review.folders {
        Some(_) => folders::hints(model),
        None => overview::hints(model),
    }
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    match &model.steps.review.folders {
        Some(open) => folders::view(model, open, ink),
        None => overview::view(model, ink),
    }
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: StepMsg) -> Vec<Effect> {
    match msg {
        StepMsg::Entered | StepMsg::Happened => {
            draft::refresh(model);
            Vec::new()
        }
        StepMsg::Type(key) => {
            if let Some(field) = model.steps.review.focused() {
                field.type_key(key);
            }
            Vec::new()
        }
        StepMsg::Paste(text) => {
            if let Some(field) = model.steps.review.focused() {
                field.paste(&text);
            }
            Vec::new()
        }
        StepMsg::Kept(Asked::PlanKept, Ok(_)) => submit(model),
        StepMsg::Kept(Asked::PlanKept, Err(problem)) => {
            model.overlay = Some(Overlay::problem(problem));
            Vec::new()
        }
        StepMsg::Act(action) if model.steps.review.folders.is_some() => folders::act(model, action),
        StepMsg::Act(action) => overview::act(model, action),
        _ => Vec::new(),
    }
}

/// Stopped inventories.
fn troubles(model: &Model) -> impl Iterator<Item = (&Task, &Problem)> {
    model.session.troubles.iter().filter(|(task, _)| matches!(task, Task::Inventory { .. }))
}

/// Passwords for new accounts are kept first, then the plan is accepted.
fn accept(model: &mut Model) -> Vec<Effect> {
    let passwords = new_passwords(model);
    if passwords.is_empty() { submit(model) } else { vec![model.keep(Asked::PlanKept, passwords)] }
}

/// Passwords of the accounts that are still to be created, as far as they are known here: the given one, else that of the old account,
/// so that nobody has to learn a new one. Where neither is known, or the old one is too short for the service, one is generated.
pub(super) fn new_passwords(model: &Model) -> Vec<(SecretRef, Secret)> {
    if model.session.mode != Some(Mode::Automatic) {
        return Vec::new();
    }
    let shortest = model.steps.destination.shortest_password(&model.session);
    let to_come = model.session.migrations.iter().filter(|m| m.create == CreateState::Pending);
    let known = to_come.filter_map(|m| {
        let typed = model.steps.review.drafts.get(&m.id).and_then(|draft| draft.password.secret_value());
        let old = || model.steps.source.password(&m.source.address).filter(|old| old.expose().chars().count() >= shortest);
        Some((model.target_ref(&m.source.address), typed.or_else(old)?))
    });
    known.collect()
}

fn submit(model: &Model) -> Vec<Effect> {
    let review = &model.steps.review;
    let Some(destination) = &model.session.destination else {
        return Vec::new();
    };
    let planned = model.session.migrations.iter().filter_map(|migration| {
        let draft = review.drafts.get(&migration.id)?;
        let temporary: EmailAddress = draft.name.text().parse().ok()?;
        let place = Place {
            service: destination.service.clone(),
            endpoint: destination.endpoint.clone(),
            user: None,
            secret: model.target_ref(&migration.source.address),
        };
        let name = if temporary == migration.source.address { SourceName::Kept } else { SourceName::Renamed };
        let proposed = propose(&migration.source, &place, (name, TargetName::Own), &BTreeSet::new())?;
        // The proposal says who logs in and where; the name is the person's.
        let keeps_user = proposed.source_user == migration.source.user;
        let source_user = if keeps_user { proposed.source_user } else { temporary.to_string() };
        let mailboxes = draft.mailboxes.clone();
        Some(PlannedMigration { id: migration.id, source_user, target: proposed.target, target_temporary: None, temporary, mailboxes })
    });
    vec![Effect::Submit(Command::AcceptPlan { migrations: planned.collect(), create_at_once: review.create_at_once })]
}

/// Opens the panel about a stopped inventory.
fn explain(model: &mut Model) {
    let problem = troubles(model).next().map(|(_, problem)| problem.clone());
    model.overlay = problem.map(Overlay::problem);
}

/// Retries the stopped inventories.
fn retry(model: &Model) -> Vec<Effect> {
    troubles(model).map(|(task, _)| Effect::Submit(Command::Retry { task: task.clone() })).collect()
}

/// Types the password of the first stopped inventory again.
fn retype(model: &mut Model) -> Vec<Effect> {
    let task = troubles(model).next().map(|(task, _)| task.clone());
    task.map(|task| crate::tui::overlays::secrets_for_task(model, &task)).unwrap_or_default()
}

/// Actions about stopped inventories, wherever they are shown.
fn act_on_trouble(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::Retry => Some(retry(model)),
        Action::Detail => {
            explain(model);
            Some(Vec::new())
        }
        Action::Fix => Some(retype(model)),
        _ => None,
    }
}
