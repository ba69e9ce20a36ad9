//! Turns a command into events, or refuses in words.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{DomainName, EmailAddress, MigrationId, Platform, ServiceId};
use crate::plan::{SourceAccount, Weight};
use crate::problem::ProblemCode;
use crate::settings::{Platforms, Strategies};

use super::{
    Command, CopyState, CreateState, Destination, Event, Migration, Mode, PlannedMigration, Refusal, RemovalState, RenameState,
    ServerState, Session, Step, Strategy, Task, Witness,
};

/// What follows from a command.
///
/// # Errors
/// [`Refusal`]: nothing follows, and the person is told why.
pub fn decide(session: &Session, command: &Command) -> Result<Vec<Event>, Refusal> {
    if session.is_finished {
        return Err(Refusal::Finished);
    }
    // What is being undone is neither forgotten nor begun anew.
    require(!(session.is_undoing_everything() && begins(command)), Refusal::NotNow)?;
    match command {
        Command::ChooseMode { mode, strategy } => {
            require(!session.is_plan_accepted, Refusal::TooLate)?;
            Ok(vec![Event::ModeChosen { mode: *mode, strategy: *strategy }])
        }
        Command::ChooseStrategy { strategy } => choose_strategy(session, *strategy),
        Command::ConnectApi { access } => {
            require(session.mode == Some(Mode::Automatic), Refusal::NotNow)?;
            Ok(vec![Event::ApiConnected { access: access.clone() }])
        }
        Command::ChooseSources { accounts } => choose_sources(session, accounts),
        Command::ChooseDestination { destination, domains } => {
            require(session.step() >= Step::Destination, Refusal::NotNow)?;
            require(!session.is_plan_accepted, Refusal::TooLate)?;
            Ok(choose_destination(session, destination, domains))
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
        Command::ConfirmRemoval { migration, typed } => confirm_removal(session, *migration, typed),
        Command::ConfirmServerMigration { migration, typed } => confirm_server_migration(session, *migration, typed),
        Command::UndoEverything => undo_everything(session),
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
            require(!found.is_source_gone(), Refusal::SourceGone)?;
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

/// An order of acts that the new pair does not allow gives way to the one that fits it best.
fn choose_destination(session: &Session, destination: &Destination, domains: &[DomainName]) -> Vec<Event> {
    let chosen = Event::DestinationChosen { destination: destination.clone(), domains: domains.to_vec() };
    let possible = Session { destination: Some(destination.clone()), ..session.clone() }.possible_orders();
    let is_possible = possible.allowed.contains(&session.order());
    let better = possible.allowed.first().filter(|_| !is_possible).map(|strategy| Event::StrategyChosen { strategy: *strategy });
    std::iter::once(chosen).chain(better).collect()
}

fn choose_strategy(session: &Session, strategy: Strategy) -> Result<Vec<Event>, Refusal> {
    require(!session.is_plan_accepted, Refusal::TooLate)?;
    require(session.possible_orders().allowed.contains(&strategy), Refusal::StrategyNotPossible)?;
    Ok(vec![Event::StrategyChosen { strategy }])
}

fn accept_plan(session: &Session, planned: &[PlannedMigration], create_at_once: bool) -> Result<Vec<Event>, Refusal> {
    require(session.step() == Step::Review, Refusal::NotNow)?;
    require(session.possible_orders().allowed.contains(&session.order()), Refusal::StrategyNotPossible)?;
    require(planned.len() == session.migrations.len() && all_different(planned.iter().map(|p| p.id)), Refusal::PlanMismatch)?;
    require(session.shared_owners().is_subset(&session.shared_seen), Refusal::NotNow)?;
    for plan in planned {
        accept_one(session, plan)?;
    }
    let renamed = || planned.iter().map(|p| &p.temporary);
    let mut names: Vec<&EmailAddress> = renamed().collect();
    names.extend(session.migrations.iter().map(|m| &m.source.address).filter(|a| !planned.iter().any(|p| p.temporary == **a)));
    let is_own_or_new = planned.iter().all(|p| session.migrations.iter().all(|m| m.id == p.id || m.source.address != p.temporary));
    require(is_own_or_new && all_different(names.into_iter()), Refusal::SameNameTwice)?;
    let at_target = planned.iter().filter_map(|p| p.target_temporary.as_ref());
    let is_free = |name: &EmailAddress| session.migrations.iter().all(|m| m.source.address != *name) && renamed().all(|r| r != name);
    require(all_different(at_target.clone()) && at_target.clone().all(is_free), Refusal::SameNameTwice)?;
    // What holds is written down, also where nobody changed what was proposed.
    let choices = session.choices.is_none().then(|| Event::ChoicesMade { choices: session.copy_choices() });
    let accepted = Event::PlanAccepted { migrations: planned.to_vec(), create_at_once };
    Ok(choices.into_iter().chain([accepted]).collect())
}

fn accept_one(session: &Session, plan: &PlannedMigration) -> Result<(), Refusal> {
    let migration = session.migration(plan.id).ok_or(Refusal::PlanMismatch)?;
    let inventory = migration.inventory.as_ref().ok_or(Refusal::NotNow)?;
    require(migration.are_features_seen || migration.source.service.is_none(), Refusal::NotNow)?;
    require(inventory.findings.iter().all(|f| f.weight != Weight::Blocker), Refusal::Blocked)?;
    let is_in_domain = |name: &EmailAddress| name.domain() == migration.source.address.domain();
    let has_no_rename = plan.temporary == migration.source.address;
    match session.order() {
        Strategy::RenameFirst | Strategy::CopyFirst => {
            require(is_in_domain(&plan.temporary), Refusal::OtherDomain)?;
            require(!has_no_rename || session.mode == Some(Mode::Guided), Refusal::SameNameTwice)?;
        }
        // The source keeps its name until it is gone.
        Strategy::Replace | Strategy::ServerSide => require(has_no_rename, Refusal::PlanMismatch)?,
    }
    match (session.order(), &plan.target_temporary) {
        (Strategy::RenameFirst | Strategy::ServerSide, None) => Ok(()),
        (Strategy::CopyFirst | Strategy::Replace, Some(name)) => require(is_in_domain(name), Refusal::OtherDomain),
        _ => Err(Refusal::PlanMismatch),
    }
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
    let migration = session.migration(id).ok_or(Refusal::PlanMismatch)?;
    may_undo_rename(session, migration)?;
    Ok(vec![Event::RenameUndoRequested { migration: id }])
}

fn may_undo_rename(session: &Session, migration: &Migration) -> Result<(), Refusal> {
    require(!migration.is_past_return(), Refusal::TooLate)?;
    if session.order() == Strategy::RenameFirst {
        require(!session.is_copy_confirmed, Refusal::CopyBegun)?;
        require(migration.create == CreateState::Pending, Refusal::TargetExists)?;
    }
    require(migration.rename == RenameState::Done && migration.renamed_at.is_some(), Refusal::NotNow)
}

fn undo_create(session: &Session, id: MigrationId) -> Result<Vec<Event>, Refusal> {
    let migration = session.migration(id).ok_or(Refusal::PlanMismatch)?;
    may_undo_create(session, migration)?;
    Ok(vec![Event::CreateUndoRequested { migration: id }])
}

/// Under its own address the target gets mail as soon as it is there: removing it once the copy has begun could lose some. Under a
/// temporary name it holds nothing but copies.
fn may_undo_create(session: &Session, migration: &Migration) -> Result<(), Refusal> {
    require(!migration.is_past_return() && migration.removal == RemovalState::Pending, Refusal::TooLate)?;
    if session.order() == Strategy::RenameFirst {
        require(!session.is_copy_confirmed, Refusal::CopyBegun)?;
    } else {
        require(migration.rename == RenameState::Pending, Refusal::NotNow)?;
    }
    require(migration.create == CreateState::Done, Refusal::NotNow)
}

/// Every act that has a reverse, in the order in which the reverses can be done: `due` waits where one needs another.
fn undo_everything(session: &Session) -> Result<Vec<Event>, Refusal> {
    require(!session.migrations.iter().any(Migration::is_past_return), Refusal::TooLate)?;
    let is_rename_first = session.order() == Strategy::RenameFirst;
    require(!(is_rename_first && session.is_copy_confirmed), Refusal::CopyBegun)?;
    let mut events = Vec::new();
    for migration in &session.migrations {
        if migration.create == CreateState::Done || matches!(migration.create, CreateState::Intended { .. }) {
            events.push(Event::CreateUndoRequested { migration: migration.id });
        }
        let is_renamed = migration.rename == RenameState::Done && migration.renamed_at.is_some();
        if is_renamed || migration.rename == RenameState::Intended {
            events.push(Event::RenameUndoRequested { migration: migration.id });
        }
    }
    let ours = session.domains.iter().filter(|(_, state)| (state.attached_by_us || state.is_intended) && state.leaving.is_none());
    events.extend(ours.map(|(domain, _)| Event::DomainDetachRequested { domain: domain.clone() }));
    require(!events.is_empty(), Refusal::NothingToUndo)?;
    // What stopped is not in the way of its own reverse.
    let stopped = session.troubles.keys().filter(|task| is_undone_with(task)).map(|task| Event::TaskRetried { task: task.clone() });
    Ok(events.into_iter().chain(stopped).collect())
}

const fn is_undone_with(task: &Task) -> bool {
    matches!(task, Task::UndoCreate { .. } | Task::UndoRename { .. } | Task::UndoRenameTarget { .. } | Task::DetachDomain { .. })
}

/// Whether it lets something begin, or other answers be given.
const fn begins(command: &Command) -> bool {
    matches!(
        command,
        Command::Reopen { .. }
            | Command::ConfirmRename
            | Command::ConfirmCreate
            | Command::ConfirmCopy
            | Command::ConfirmRemoval { .. }
            | Command::ConfirmServerMigration { .. }
    )
}

/// The address of the account, typed; blanks around it do no harm.
fn require_typed(migration: &Migration, typed: &str) -> Result<(), Refusal> {
    require(typed.trim().eq_ignore_ascii_case(&migration.source.address.to_string()), Refusal::WrongTyped)
}

/// What came since the last look is copied and verified before anything is removed.
fn confirm_removal(session: &Session, id: MigrationId, typed: &str) -> Result<Vec<Event>, Refusal> {
    let migration = session.migration(id).ok_or(Refusal::PlanMismatch)?;
    require(session.order() == Strategy::Replace && session.is_copy_confirmed, Refusal::NotNow)?;
    require(migration.removal == RemovalState::Pending && migration.create == CreateState::Done, Refusal::NotNow)?;
    require(migration.copy_state() == CopyState::Verified && migration.refused() == 0, Refusal::NotVerified)?;
    require_typed(migration, typed)?;
    Ok(vec![Event::RemovalConfirmed { migration: id }, Event::DeltaRequested { migration: id }])
}

fn confirm_server_migration(session: &Session, id: MigrationId, typed: &str) -> Result<Vec<Event>, Refusal> {
    let migration = session.migration(id).ok_or(Refusal::PlanMismatch)?;
    require(session.order() == Strategy::ServerSide && session.is_plan_accepted, Refusal::NotNow)?;
    require(migration.server == ServerState::Pending, Refusal::NotNow)?;
    require_typed(migration, typed)?;
    Ok(vec![Event::ServerMigrationConfirmed { migration: id }])
}

impl Session {
    /// Which orders of acts all pairs of this session allow, and why others are refused.
    pub fn possible_orders(&self) -> Strategies {
        let platform = |service: Option<&ServiceId>| service.map_or(Platform::Imap, |service| service.platform);
        let to = platform(self.destination.as_ref().and_then(|d| d.service.as_ref()));
        let pairs: BTreeSet<Platform> = self.migrations.iter().map(|m| platform(m.source.service.as_ref())).collect();
        let mut all = Strategies { allowed: Strategy::ALL.to_vec(), refused: BTreeMap::new() };
        for (place, from) in pairs.into_iter().enumerate() {
            let of_pair = Platforms::built_in().strategies(from, to);
            // The first pair says which of them comes first.
            let kept = if place == 0 { of_pair.allowed.clone() } else { all.allowed.clone() };
            all.allowed = kept.into_iter().filter(|order| all.allowed.contains(order) && of_pair.allowed.contains(order)).collect();
            all.refused.extend(of_pair.refused);
        }
        // Without the API nobody but the person acts, and what the person clicks is the documented order.
        if self.mode == Some(Mode::Guided) {
            all.allowed.retain(|order| *order == Strategy::RenameFirst);
        }
        all
    }
}
