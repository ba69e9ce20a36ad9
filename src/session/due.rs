//! Which tasks must be running now, from the state alone.

use super::{CopyState, CreateState, Mode, RenameState, Session, Step, Task};

/// Verifications of one mailbox that may find something missing before a person is asked.
pub const MOST_FAILED_VERIFICATIONS: u32 = 3;

/// The tasks that must be running, in the order in which they should get connections. Stopped tasks are left out;
/// while paused only tasks that finish an act already begun are due.
pub fn due(session: &Session) -> Vec<Task> {
    let mut tasks = Vec::new();
    if session.is_finished {
        return tasks;
    }
    // Looking at the step means looking at every mailbox: once, not once for each account.
    let step = session.step();
    for (domain, state) in &session.domains {
        if !state.is_ready {
            tasks.push(Task::AttachDomain { domain: domain.clone() });
        }
    }
    for migration in &session.migrations {
        let migration_id = migration.id;
        if step == Step::Review && migration.inventory.is_none() {
            tasks.push(Task::Inventory { migration: migration_id });
        }
        match &migration.rename {
            RenameState::Pending if session.is_plan_accepted && session.is_rename_confirmed => {
                tasks.push(Task::RenameSource { migration: migration_id });
            }
            RenameState::Intended => tasks.push(Task::RenameSource { migration: migration_id }),
            RenameState::Undoing(_) => tasks.push(Task::UndoRename { migration: migration_id }),
            RenameState::Pending | RenameState::Done => {}
        }
        match &migration.create {
            CreateState::Pending if migration.rename == RenameState::Done && session.is_create_confirmed => {
                tasks.push(Task::CreateTarget { migration: migration_id });
            }
            CreateState::Intended { .. } => tasks.push(Task::CreateTarget { migration: migration_id }),
            CreateState::Undoing(_) => tasks.push(Task::UndoCreate { migration: migration_id }),
            CreateState::Pending | CreateState::Done => {}
        }
    }
    if session.is_copy_confirmed {
        copying(session, &mut tasks);
    }
    if step >= Step::Dns && !session.is_dns_accepted {
        for domain in session.mail_domains() {
            for purpose in session.dns.get(&domain).into_iter().flat_map(|d| d.fixes.keys()) {
                tasks.push(Task::FixDns { domain: domain.clone(), purpose: *purpose });
            }
            tasks.push(Task::CheckDns { domain });
        }
    }
    if session.finish.is_some() && step == Step::Finish {
        tasks.push(Task::Finish);
    }
    tasks.retain(|task| !session.troubles.contains_key(task));
    if session.is_paused {
        tasks.retain(|task| !matches!(task, Task::Survey { .. } | Task::CopyMailbox { .. } | Task::VerifyMailbox { .. }));
    }
    tasks
}

fn copying(session: &Session, tasks: &mut Vec<Task>) {
    for migration in &session.migrations {
        let is_ready =
            migration.create == CreateState::Done && (migration.rename == RenameState::Done || session.mode == Some(Mode::Guided));
        if !is_ready {
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
