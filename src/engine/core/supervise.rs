//! The supervisor's half of the actor: what is due is compared with what runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::domain::{MigrationId, Moment};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Session, Task, due};

use super::super::context::TaskContext;
use super::super::tasks;
use super::{Core, Running};

impl Core {
    /// Starts what is due and does not run; asks what runs and is not due any more to stop.
    pub(super) fn supervise(&mut self) {
        if self.is_stopping {
            return;
        }
        let now = self.ports.clock.now();
        let (due, held) = {
            let session = self.session.borrow();
            (due(&session), held_migrations(&session))
        };
        // Thousands of mailboxes may be due while a handful runs: each due task is looked at once, the small tables first.
        let mut busy: BTreeMap<MigrationId, usize> = BTreeMap::new();
        for migration in self.running.keys().filter(|task| is_heavy(task)).filter_map(Task::migration) {
            *busy.entry(migration).or_default() += 1;
        }
        let mut still_due: BTreeSet<Task> = BTreeSet::new();
        let mut waiting_due: BTreeSet<Task> = BTreeSet::new();
        for task in due {
            let is_held = task.migration().is_some_and(|m| held.contains(&m));
            if self.running.contains_key(&task) {
                still_due.extend((!is_held).then_some(task));
                continue;
            }
            let pause = self.pauses.get(&task);
            if pause.is_some() {
                waiting_due.insert(task.clone());
            }
            if !is_held && pause.is_none_or(|pause| pause.until <= now) && self.takes_room(&task, &mut busy, now) {
                self.start(task);
            }
        }
        for (task, running) in self.running.iter().filter(|(task, running)| !running.is_new && !still_due.contains(task)) {
            tracing::debug!(?task, "is asked to stop");
            running.soft.cancel();
        }
        self.running.values_mut().for_each(|running| running.is_new = false);
        // Nobody waits for what is not due any more.
        self.pauses
            .keys()
            .filter(|task| !waiting_due.contains(task) && !self.running.contains_key(task))
            .for_each(|t| self.meter.remove(t));
    }

    /// Whether another mailbox may be worked on: so many accounts, so many mailboxes in each, one where logins are being refused.
    fn takes_room(&self, task: &Task, busy: &mut BTreeMap<MigrationId, usize>, now: Moment) -> bool {
        let Some(migration) = task.migration().filter(|_| is_heavy(task)) else { return true };
        if self.patience.get(&migration).is_some_and(|until| *until > now) {
            return false;
        }
        let most = if self.refused_logins.contains_key(&migration) { 1 } else { self.limits.mailboxes_per_account };
        let has_room = match busy.get(&migration) {
            Some(count) => *count < most,
            None => busy.len() < self.limits.accounts,
        };
        if has_room {
            *busy.entry(migration).or_default() += 1;
        }
        has_room
    }

    fn start(&mut self, task: Task) {
        let soft = CancellationToken::new();
        let context = TaskContext {
            task: task.clone(),
            ports: self.ports.clone(),
            limits: self.limits.clone(),
            session: self.session.subscribe(),
            requests: self.requests.clone(),
            meter: self.meter.clone(),
            soft: soft.clone(),
            shared: Arc::clone(&self.shared),
        };
        tracing::debug!(?task, "starts");
        let id = self.jobs.spawn(async move { tasks::run(&context).await }).id();
        self.running.insert(task, Running { soft, id, is_new: true });
    }
}

/// Migrations in which one task's trouble is every task's trouble: going on would only repeat it, or lock the account.
fn held_migrations(session: &Session) -> Vec<MigrationId> {
    let is_shared = |problem: &Problem| {
        matches!(
            problem.code,
            ProblemCode::WrongPassword
                | ProblemCode::LoginNotAllowed
                | ProblemCode::SecretMissing
                | ProblemCode::QuotaFull
                | ProblemCode::UntrustedCertificate
                | ProblemCode::ExpiredCertificate
                | ProblemCode::CertificateForAnotherHost
        )
    };
    session.troubles.iter().filter(|(_, problem)| is_shared(problem)).filter_map(|(task, _)| task.migration()).collect()
}

/// Work that takes connections to an account for long.
const fn is_heavy(task: &Task) -> bool {
    matches!(task, Task::CopyMailbox { .. } | Task::VerifyMailbox { .. } | Task::Inventory { .. })
}
