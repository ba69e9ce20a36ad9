//! Which tasks must be running now, from the state alone.

use crate::domain::DomainName;

use super::{
    CopyState, CreateState, Event, FeatureProgress, Migration, Mode, RemovalState, RenameState, ServerState, Session, Step, Strategy, Task,
};

/// Verifications of one mailbox that may find something missing before a person is asked.
pub const MOST_FAILED_VERIFICATIONS: u32 = 3;

/// The tasks that must be running, in the order in which they should get connections. Stopped tasks are left out;
/// while paused only tasks that finish an act already begun are due.
pub fn due(session: &Session) -> Vec<Task> {
    let mut tasks = wanted(session);
    if session.is_paused {
        tasks.retain(|task| !is_held_by_a_pause(session, task));
    }
    tasks
}

/// The same, whether or not the session is paused.
pub fn wanted(session: &Session) -> Vec<Task> {
    let mut tasks = Vec::new();
    if session.is_finished {
        return tasks;
    }
    // Looking at the step means looking at every mailbox: once, not once for each account.
    let step = session.step();
    for (domain, state) in &session.domains {
        match state.leaving {
            None if !state.is_ready => tasks.push(Task::AttachDomain { domain: domain.clone() }),
            Some(_) if is_deserted(session, domain) => tasks.push(Task::DetachDomain { domain: domain.clone() }),
            _ => {}
        }
    }
    if step == Step::Review {
        looking(session, &mut tasks);
    }
    for migration in &session.migrations {
        naming(session, migration, &mut tasks);
    }
    if session.is_copy_confirmed {
        copying(session, &mut tasks);
    }
    if step >= Step::Dns {
        carrying(session, &mut tasks);
    }
    if step >= Step::Dns && !session.is_dns_accepted {
        for domain in session.mail_domains() {
            for purpose in session.dns.get(&domain).into_iter().flat_map(|d| d.fixes.keys()) {
                tasks.push(Task::FixDns { domain: domain.clone(), purpose: *purpose });
            }
            tasks.push(Task::CheckDns { domain });
        }
    }
    if session.finish.is_some() && step == Step::Finish && session.features.values().all(|f| f.state.is_final()) {
        tasks.push(Task::Finish);
    }
    tasks.retain(|task| !session.troubles.contains_key(task));
    tasks
}

/// The task that is about to do something to the world when it records this.
pub fn actor(event: &Event) -> Option<Task> {
    match event {
        Event::DomainAttachIntended { domain, .. } => Some(Task::AttachDomain { domain: domain.clone() }),
        Event::DomainDetachIntended { domain } => Some(Task::DetachDomain { domain: domain.clone() }),
        Event::RenameIntended { migration, .. } => Some(Task::RenameSource { migration: *migration }),
        Event::RenameUndoIntended { migration, .. } => Some(Task::UndoRename { migration: *migration }),
        Event::CreateIntended { migration, .. } => Some(Task::CreateTarget { migration: *migration }),
        Event::CreateUndoIntended { migration, .. } => Some(Task::UndoCreate { migration: *migration }),
        Event::TargetRenameIntended { migration, .. } => Some(Task::RenameTarget { migration: *migration }),
        Event::TargetRenameUndoIntended { migration, .. } => Some(Task::UndoRenameTarget { migration: *migration }),
        Event::RemovalIntended { migration, .. } => Some(Task::RemoveSource { migration: *migration }),
        Event::ServerMigrationIntended { migration, .. } => Some(Task::ServerMigrate { migration: *migration }),
        _ => None,
    }
}

/// Whether a task waits while the session is paused: what moves mail or features, and a removal that has not begun.
fn is_held_by_a_pause(session: &Session, task: &Task) -> bool {
    match task {
        Task::RemoveSource { migration } => session.migration(*migration).is_some_and(|m| m.removal == RemovalState::Confirmed),
        Task::ServerMigrate { migration } => session.migration(*migration).is_some_and(|m| m.server == ServerState::Confirmed),
        Task::Survey { .. }
        | Task::CopyMailbox { .. }
        | Task::VerifyMailbox { .. }
        | Task::CarryFeatures { .. }
        | Task::CarryShared { .. } => true,
        _ => false,
    }
}

/// Whether none of our accounts is on the service in this domain any more, and all have their own names: a domain leaves last.
fn is_deserted(session: &Session, domain: &DomainName) -> bool {
    let is_under_way = |m: &Migration| m.create != CreateState::Pending || matches!(m.rename, RenameState::Undoing(_));
    !session.migrations.iter().any(|m| m.source.address.domain() == domain && is_under_way(m))
}

/// What is looked at before the plan is accepted.
fn looking(session: &Session, tasks: &mut Vec<Task>) {
    for migration in &session.migrations {
        if migration.inventory.is_none() {
            tasks.push(Task::Inventory { migration: migration.id });
        }
        if !migration.are_features_seen && migration.source.service.is_some() {
            tasks.push(Task::InspectFeatures { migration: migration.id });
        }
    }
    for (service, domain) in session.shared_owners() {
        if !session.shared_seen.contains(&(service.clone(), domain.clone())) {
            tasks.push(Task::InspectShared { service, domain });
        }
    }
}

/// Who gets which address, who is made, who is removed.
fn naming(session: &Session, migration: &Migration, tasks: &mut Vec<Task>) {
    let id = migration.id;
    let order = session.order();
    let is_renaming_back = matches!(migration.rename, RenameState::Undoing(_));
    let is_undoing = session.is_undoing_everything();
    // Acts in the order of the plan: what must be done before this one begins.
    let (may_rename, may_create) = match order {
        Strategy::RenameFirst => (true, migration.rename == RenameState::Done),
        Strategy::CopyFirst => (migration.create == CreateState::Done && migration.copy_state().is_final(), !is_renaming_back),
        Strategy::Replace => (false, true),
        Strategy::ServerSide => (false, false),
    };
    match &migration.rename {
        RenameState::Pending if session.is_plan_accepted && session.is_rename_confirmed && may_rename && !is_undoing => {
            tasks.push(Task::RenameSource { migration: id });
        }
        RenameState::Intended => tasks.push(Task::RenameSource { migration: id }),
        // The real address is taken from the target first.
        RenameState::Undoing(_) if migration.target_temporary.is_some() && migration.target_rename != RenameState::Pending => {
            tasks.push(Task::UndoRenameTarget { migration: id });
        }
        // While the target has the address nobody else can get it.
        RenameState::Undoing(_) if order == Strategy::RenameFirst && migration.create != CreateState::Pending => {}
        RenameState::Undoing(_) => tasks.push(Task::UndoRename { migration: id }),
        RenameState::Pending | RenameState::Done => {}
    }
    match &migration.create {
        CreateState::Pending if session.is_plan_accepted && session.is_create_confirmed && may_create && !is_undoing => {
            tasks.push(Task::CreateTarget { migration: id });
        }
        CreateState::Intended { .. } => tasks.push(Task::CreateTarget { migration: id }),
        // Removed under the name that it was made under.
        CreateState::Undoing(_) if migration.target_temporary.is_some() && migration.target_rename != RenameState::Pending => {}
        // One of the two accounts stays, whatever happened.
        CreateState::Undoing(_) if migration.is_source_gone() => {}
        CreateState::Undoing(_) => tasks.push(Task::UndoCreate { migration: id }),
        CreateState::Pending | CreateState::Done => {}
    }
    let is_given_up = match order {
        Strategy::CopyFirst => migration.rename == RenameState::Done,
        Strategy::Replace => migration.removal == RemovalState::Done,
        Strategy::RenameFirst | Strategy::ServerSide => false,
    };
    if is_given_up && matches!(migration.target_rename, RenameState::Pending | RenameState::Intended) {
        tasks.push(Task::RenameTarget { migration: id });
    }
    let is_verified = migration.copy_state() == CopyState::Verified;
    match migration.removal {
        _ if migration.create != CreateState::Done => {}
        RemovalState::Confirmed if is_verified => tasks.push(Task::RemoveSource { migration: id }),
        RemovalState::Intended => tasks.push(Task::RemoveSource { migration: id }),
        RemovalState::Pending | RemovalState::Confirmed | RemovalState::Done => {}
    }
    if matches!(migration.server, ServerState::Confirmed | ServerState::Intended { .. }) {
        tasks.push(Task::ServerMigrate { migration: id });
    }
}

fn copying(session: &Session, tasks: &mut Vec<Task>) {
    for migration in &session.migrations {
        if !is_copyable(session, migration) {
            continue;
        }
        if migration.is_survey_due {
            tasks.push(Task::Survey { migration: migration.id });
            continue;
        }
        for (mailbox, progress) in migration.mailboxes.iter().filter(|(_, m)| m.is_copied()) {
            match progress.state {
                CopyState::Pending => tasks.push(Task::CopyMailbox { migration: migration.id, mailbox: *mailbox }),
                CopyState::Copied => tasks.push(Task::VerifyMailbox { migration: migration.id, mailbox: *mailbox }),
                CopyState::Unverified | CopyState::Verified => {}
            }
        }
    }
}

/// Whether both accounts can be opened, and nobody gives either another name just now.
fn is_copyable(session: &Session, migration: &Migration) -> bool {
    if migration.create != CreateState::Done || migration.is_source_gone() {
        return false;
    }
    match session.order() {
        Strategy::RenameFirst => migration.rename == RenameState::Done || session.mode == Some(Mode::Guided),
        Strategy::CopyFirst => {
            let names = (&migration.rename, &migration.target_rename);
            matches!(names, (RenameState::Pending, RenameState::Pending) | (RenameState::Done, RenameState::Done))
        }
        Strategy::Replace => true,
        Strategy::ServerSide => false,
    }
}

/// Features of accounts whose mail is at the target; what a domain shares follows when all of its accounts are.
fn carrying(session: &Session, tasks: &mut Vec<Task>) {
    let is_left = |f: &FeatureProgress| !f.state.is_final();
    for migration in &session.migrations {
        if session.features_of(migration.id).any(|(_, f)| is_left(f)) {
            tasks.push(Task::CarryFeatures { migration: migration.id });
        }
    }
    if !tasks.iter().any(|task| matches!(task, Task::CarryFeatures { .. })) {
        for (service, domain) in session.shared_owners() {
            if session.shared_features(&service, &domain).any(|(_, f)| is_left(f)) {
                tasks.push(Task::CarryShared { service, domain });
            }
        }
    }
}
