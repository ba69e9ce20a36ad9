//! Turns a command into events, or refuses in words.

use std::collections::BTreeSet;

use crate::domain::{EmailAddress, MigrationId};
use crate::plan::{SourceAccount, Weight};
use crate::problem::ProblemCode;

use super::{Command, CreateState, Event, Mode, PlannedMigration, Refusal, RenameState, Session, Step, Task, Witness};

/// What follows from a command.
///
/// # Errors
/// [`Refusal`]: nothing follows, and the person is told why.
pub fn decide(session: &Session, command: &Command) -> Result<Vec<Event>, Refusal> {
    if session.is_finished {
        return Err(Refusal::Finished);
    }
    match command {
        Command::ChooseMode { mode, strategy } => {
            require(!session.is_plan_accepted, Refusal::TooLate)?;
            Ok(vec![Event::ModeChosen { mode: *mode, strategy: *strategy }])
        }
        Command::ConnectApi { access } => {
            require(session.mode == Some(Mode::Automatic), Refusal::NotNow)?;
            Ok(vec![Event::ApiConnected { access: access.clone() }])
        }
        Command::ChooseSources { accounts } => choose_sources(session, accounts),
        Command::ChooseDestination { destination, domains } => {
            require(session.step() >= Step::Destination, Refusal::NotNow)?;
            require(!session.is_plan_accepted, Refusal::TooLate)?;
            Ok(vec![Event::DestinationChosen { destination: destination.clone(), domains: domains.clone() }])
        }
        Command::Reopen { step } => {
            require(*step <= Step::Review && *step <= session.step(), Refusal::NotNow)?;
            require(!session.has_acted() && !session.is_rename_confirmed, Refusal::TooLate)?;
            Ok(vec![Event::AnswersReopened { step: *step }])
        }
        Command::MakeChoices { choices } => {
            require(!session.is_plan_accepted, Refusal::TooLate)?;
            Ok(vec![Event::ChoicesMade { choices: *choices }])
        }
        Command::AcceptPlan { migrations, create_at_once } => accept_plan(session, migrations, *create_at_once),
        Command::ConfirmRename => confirm_rename(session),
        Command::UndoRename { migration } => undo_rename(session, *migration),
        Command::ConfirmCreate => {
            require(session.step() == Step::Create && !session.is_create_confirmed, Refusal::NotNow)?;
            Ok(vec![Event::CreateConfirmed])
        }
        Command::UndoCreate { migration } => undo_create(session, *migration),
        Command::ConfirmCopy => {
            require(session.step() == Step::Migrate && !session.is_copy_confirmed, Refusal::NotNow)?;
            Ok(vec![Event::CopyConfirmed])
        }
        Command::RequestDelta { migration } => {
            require(session.is_copy_confirmed, Refusal::NotNow)?;
            let found = session.migration(*migration).ok_or(Refusal::PlanMismatch)?;
            require(found.copy_state().is_final(), Refusal::NotVerified)?;
            Ok(vec![Event::DeltaRequested { migration: *migration }])
        }
        Command::RetryRefused { migration } => {
            let found = session.migration(*migration).ok_or(Refusal::PlanMismatch)?;
            require(found.refused() > 0, Refusal::NotNow)?;
            Ok(vec![Event::RefusedRetried { migration: *migration }])
        }
        Command::AcceptAltered { migration } => accept_altered(session, *migration),
        Command::FixDns { domain, purpose } => {
            require(session.step() >= Step::Dns && !session.is_dns_accepted, Refusal::NotNow)?;
            let records = &session.dns.get(domain).ok_or(Refusal::NothingToFix)?.records;
            let change = records.iter().filter(|r| r.purpose == *purpose).find_map(|r| r.change.clone()).ok_or(Refusal::NothingToFix)?;
            Ok(vec![Event::DnsFixRequested { domain: domain.clone(), purpose: *purpose, change }])
        }
        // Whoever does not want DNS to be looked at may say so as soon as the copy runs.
        Command::AcceptDns => {
            let is_turn = session.step() == Step::Dns || session.step() == Step::Migrate && session.is_copy_confirmed;
            require(is_turn && !session.is_dns_accepted, Refusal::NotNow)?;
            Ok(vec![Event::DnsAccepted])
        }
        Command::Retry { task } => {
            let code = session.troubles.get(task).ok_or(Refusal::NotStopped)?.code;
            // What one mended mends for all tasks of the account that stopped for the same reason.
            let is_same = |other: &Task| task.migration().is_some() && other.migration() == task.migration();
            let siblings = session.troubles.iter().filter(|(other, problem)| *other == task || is_same(other) && problem.code == code);
            Ok(siblings.map(|(task, _)| Event::TaskRetried { task: task.clone() }).collect())
        }
        Command::RetryAll => {
            require(!session.troubles.is_empty(), Refusal::NotStopped)?;
            Ok(session.troubles.keys().map(|task| Event::TaskRetried { task: task.clone() }).collect())
        }
        Command::Pause => Ok(if session.is_paused { Vec::new() } else { vec![Event::Paused] }),
        Command::Unpause => Ok(if session.is_paused { vec![Event::Unpaused] } else { Vec::new() }),
        Command::ConfirmFinish { forget_secrets } => {
            require(session.step() == Step::Finish, Refusal::NotVerified)?;
            Ok(vec![Event::FinishConfirmed { forget_secrets: *forget_secrets }])
        }
    }
}

fn require(condition: bool, refusal: Refusal) -> Result<(), Refusal> {
    if condition { Ok(()) } else { Err(refusal) }
}

fn all_different<T: Ord>(mut items: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    items.all(|item| seen.insert(item))
}

fn choose_sources(session: &Session, accounts: &[SourceAccount]) -> Result<Vec<Event>, Refusal> {
    require(session.step() >= Step::Source, Refusal::NotNow)?;
    require(!session.is_plan_accepted, Refusal::TooLate)?;
    require(!accounts.is_empty(), Refusal::NothingChosen)?;
    require(all_different(accounts.iter().map(|a| &a.address)), Refusal::SameAccountTwice)?;
    Ok(vec![Event::SourcesChosen { accounts: accounts.to_vec() }])
}

fn accept_plan(session: &Session, planned: &[PlannedMigration], create_at_once: bool) -> Result<Vec<Event>, Refusal> {
    require(session.step() == Step::Review, Refusal::NotNow)?;
    require(planned.len() == session.migrations.len() && all_different(planned.iter().map(|p| p.id)), Refusal::PlanMismatch)?;
    for plan in planned {
        let migration = session.migration(plan.id).ok_or(Refusal::PlanMismatch)?;
        let inventory = migration.inventory.as_ref().ok_or(Refusal::NotNow)?;
        require(inventory.findings.iter().all(|f| f.weight != Weight::Blocker), Refusal::Blocked)?;
        require(plan.temporary.domain() == migration.source.address.domain(), Refusal::OtherDomain)?;
        let has_no_rename = plan.temporary == migration.source.address;
        require(!has_no_rename || session.mode == Some(Mode::Guided), Refusal::SameNameTwice)?;
    }
    let mut names: Vec<&EmailAddress> = planned.iter().map(|p| &p.temporary).collect();
    names.extend(session.migrations.iter().map(|m| &m.source.address).filter(|a| !planned.iter().any(|p| p.temporary == **a)));
    let is_own_or_new = planned.iter().all(|p| session.migrations.iter().all(|m| m.id == p.id || m.source.address != p.temporary));
    require(is_own_or_new && all_different(names.into_iter()), Refusal::SameNameTwice)?;
    // What holds is written down, also where nobody changed what was proposed.
    let choices = session.choices.is_none().then(|| Event::ChoicesMade { choices: session.copy_choices() });
    let accepted = Event::PlanAccepted { migrations: planned.to_vec(), create_at_once };
    Ok(choices.into_iter().chain([accepted]).collect())
}

/// What the person accepts holds for the account; what stopped for that reason goes on.
fn accept_altered(session: &Session, id: MigrationId) -> Result<Vec<Event>, Refusal> {
    let migration = session.migration(id).ok_or(Refusal::PlanMismatch)?;
    require(session.is_plan_accepted && !migration.is_altered_accepted, Refusal::NotNow)?;
    let is_about_it = |task: &Task, code: ProblemCode| task.migration() == Some(id) && code == ProblemCode::CanaryAltered;
    let stopped = session.troubles.iter().filter(|(task, problem)| is_about_it(task, problem.code));
    let retried = stopped.map(|(task, _)| Event::TaskRetried { task: task.clone() });
    Ok(std::iter::once(Event::AlteredAccepted { migration: id }).chain(retried).collect())
}

fn confirm_rename(session: &Session) -> Result<Vec<Event>, Refusal> {
    require(session.step() == Step::Rename && !session.is_rename_confirmed, Refusal::NotNow)?;
    let mut events = vec![Event::RenameConfirmed];
    for migration in session.migrations.iter().filter(|m| m.rename == RenameState::Pending) {
        if migration.temporary.as_ref() == Some(&migration.source.address) {
            events.push(Event::SourceRenamed { migration: migration.id, witness: Witness::NotNeeded });
        }
    }
    Ok(events)
}

fn undo_rename(session: &Session, id: MigrationId) -> Result<Vec<Event>, Refusal> {
    require(!session.is_copy_confirmed, Refusal::CopyBegun)?;
    let migration = session.migration(id).ok_or(Refusal::PlanMismatch)?;
    require(migration.create == CreateState::Pending, Refusal::TargetExists)?;
    require(migration.rename == RenameState::Done, Refusal::NotNow)?;
    Ok(vec![Event::RenameUndoRequested { migration: id }])
}

fn undo_create(session: &Session, id: MigrationId) -> Result<Vec<Event>, Refusal> {
    require(!session.is_copy_confirmed, Refusal::CopyBegun)?;
    let migration = session.migration(id).ok_or(Refusal::PlanMismatch)?;
    require(migration.create == CreateState::Done, Refusal::NotNow)?;
    Ok(vec![Event::CreateUndoRequested { migration: id }])
}
