//! Review: what will happen, before anything does. The order of acts, names, folders, findings, what is not mail, totals; everything
//! editable until it is accepted.

mod draft;
mod findings;
mod folders;
mod order;
mod overview;
mod password;
mod row;

use std::collections::BTreeSet;

use crate::domain::EmailAddress;
use crate::plan::{Place, SourceName, names_of, propose};
use crate::problem::Problem;
use crate::session::{Command, Destination, Migration, PlannedMigration, Task};
use crate::tui::hint::{Hint, moved};
use crate::tui::ink::Ink;
use crate::tui::model::Asked;
use crate::tui::overlays::Overlay;
use crate::tui::sheet::Sheet;
use crate::tui::{Action, Effect, Model};

use super::{StepMsg, besides};
pub(in crate::tui) use draft::State;
pub(super) use password::new_passwords;

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let review = &model.steps.review;
    if review.findings.is_some() {
        return findings::hints();
    }
    match (&review.folders, review.order, review.besides) {
        (Some(_), _, _) => folders::hints(model),
        (_, Some(line), _) => order::hints(model, line),
        (_, _, Some(_)) => besides::hints(),
        _ => overview::hints(model),
    }
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let review = &model.steps.review;
    if let Some(line) = review.findings {
        return findings::view(model, ink, line);
    }
    match (&review.folders, review.order, review.besides) {
        (Some(open), _, _) => folders::view(model, open, ink),
        (_, Some(line), _) => order::view(model, ink, line),
        (_, _, Some(line)) => besides::view(model, ink, line),
        _ => overview::view(model, ink),
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
        StepMsg::Act(action) if model.steps.review.findings.is_some() => {
            let line = model.steps.review.findings.unwrap_or(0);
            findings::act(model, line, action)
        }
        StepMsg::Act(action) if model.steps.review.folders.is_some() => folders::act(model, action),
        StepMsg::Act(action) => match (model.steps.review.order, model.steps.review.besides) {
            (Some(line), _) => order::act(model, line, action),
            (None, Some(line)) => act_besides(model, line, action),
            (None, None) => overview::act(model, action),
        },
        _ => Vec::new(),
    }
}

fn act_besides(model: &mut Model, line: usize, action: Action) -> Vec<Effect> {
    let is_left = matches!(action, Action::Back | Action::Left | Action::Besides);
    let to = moved(line, besides::length(model), action).unwrap_or(line);
    model.steps.review.besides = (!is_left).then_some(to);
    Vec::new()
}

/// Stopped looks at accounts and at what belongs to them.
fn troubles(model: &Model) -> impl Iterator<Item = (&Task, &Problem)> {
    let is_look = |task: &Task| matches!(task, Task::Inventory { .. } | Task::InspectFeatures { .. } | Task::InspectShared { .. });
    model.session.troubles.iter().filter(move |(task, _)| is_look(task))
}

/// Passwords for new accounts are kept first, then the plan is accepted.
fn accept(model: &mut Model) -> Vec<Effect> {
    let passwords = new_passwords(model);
    if passwords.is_empty() { submit(model) } else { vec![model.keep(Asked::PlanKept, passwords)] }
}

fn submit(model: &Model) -> Vec<Effect> {
    let review = &model.steps.review;
    let Some(destination) = &model.session.destination else {
        return Vec::new();
    };
    let planned = model.session.migrations.iter().filter_map(|migration| planned(model, migration, destination));
    vec![Effect::Submit(Command::AcceptPlan { migrations: planned.collect(), create_at_once: review.create_at_once })]
}

/// One account as it is planned: the proposal says who logs in and where, the names are the person's.
fn planned(model: &Model, migration: &Migration, destination: &Destination) -> Option<PlannedMigration> {
    let draft = model.steps.review.drafts.get(&migration.id)?;
    let (source_name, target_name) = names_of(model.session.order());
    let own = migration.source.address.clone();
    let temporary: EmailAddress = if draft::has_name(model) { draft.name.text().parse().ok()? } else { own.clone() };
    let place =
        Place { service: destination.service.clone(), endpoint: destination.endpoint.clone(), user: None, secret: model.target_ref(&own) };
    let source_name = if temporary == own { SourceName::Kept } else { source_name };
    let proposed = propose(&migration.source, &place, (source_name, target_name), &BTreeSet::new())?;
    let keeps_user = proposed.source_user == migration.source.user;
    let source_user = if keeps_user { proposed.source_user } else { temporary.to_string() };
    let target_temporary: Option<EmailAddress> = if draft::has_there(model) { Some(draft.there.text().parse().ok()?) } else { None };
    let mut target = proposed.target;
    if let Some(name) = &target_temporary {
        target.user = name.to_string();
    }
    let mailboxes = draft.mailboxes.clone();
    Some(PlannedMigration { id: migration.id, temporary, source_user, target, target_temporary, mailboxes })
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
        Action::Detail if troubles(model).next().is_some() => {
            explain(model);
            Some(Vec::new())
        }
        Action::Fix => Some(retype(model)),
        _ => None,
    }
}
