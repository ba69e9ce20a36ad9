//! The supervisor's half of the actor: what is due is compared with what runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::domain::{MigrationId, Moment, Role};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Session, Task, due};

use super::super::context::TaskContext;
use super::super::lanes::Lane;
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
            let mut due = due(&session);
            due.sort_by_cached_key(|task| rank(&session, task));
            (due, held_migrations(&session))
        };
        // Thousands of mailboxes may be due while a handful runs: each due task is looked at once, the small tables first.
        let mut busy: BTreeMap<MigrationId, usize> = BTreeMap::new();
        for migration in self.running.keys().filter(|task| is_heavy(task)).filter_map(Task::migration) {
            *busy.entry(migration).or_default() += 1;
        }
        let mut still_due: BTreeSet<Task> = BTreeSet::new();
        let mut waiting_due: BTreeSet<Task> = BTreeSet::new();
        let mut acts = Vec::new();
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
            if is_held || pause.is_some_and(|pause| pause.until > now) {
                continue;
            }
            if task.is_act() {
                acts.push(task);
                continue;
            }
            match self.room(&task, &mut busy, now) {
                Room::None => {}
                Room::Free => self.start(task, None),
                Room::Lane(lane) => self.start(task, Some(lane)),
            }
        }
        for (task, running) in self.running.iter().filter(|(task, running)| !running.is_new && !still_due.contains(task)) {
            tracing::debug!(?task, "is asked to stop");
            running.soft.cancel();
        }
        for act in acts {
            if self.is_alone(&act, &still_due) {
                self.start(act, None);
            }
        }
        self.running.values_mut().for_each(|running| running.is_new = false);
        // Nobody waits for what is not due any more.
        self.pauses
            .keys()
            .filter(|task| !waiting_due.contains(task) && !self.running.contains_key(task))
            .for_each(|t| self.meter.remove(t));
    }

    /// Whether nothing that was asked to stop is still at work on what this act is about: an act and its reverse would meet, and mail would
    /// be copied into an account that is being removed.
    fn is_alone(&self, act: &Task, still_due: &BTreeSet<Task>) -> bool {
        let is_about_it = |other: &Task| match (act.migration(), act.domain_of_service()) {
            (Some(migration), _) => other.migration() == Some(migration),
            (None, domain) => domain.is_some() && other.domain_of_service() == domain,
        };
        !self.running.iter().any(|(task, running)| !running.is_new && !still_due.contains(task) && is_about_it(task))
    }

    /// Whether a task may start: so many accounts, so many lanes in each, one task where logins are being refused.
    fn room(&self, task: &Task, busy: &mut BTreeMap<MigrationId, usize>, now: Moment) -> Room {
        let Some(migration) = task.migration().filter(|_| is_heavy(task)) else { return Room::Free };
        if self.patience.get(&migration).is_some_and(|until| *until > now) {
            return Room::None;
        }
        let is_refused = self.refused_logins.contains_key(&migration);
        let has_room = match busy.get(&migration) {
            Some(count) => *count == 0 || !is_refused,
            None => busy.len() < self.limits.accounts,
        };
        let allowance = self.session.borrow().migration(migration).map(|migration| self.limits.allowance(migration));
        let Some(allowance) = allowance else { return Room::None };
        let Some(lane) = self.shared.lanes.take(migration, allowance).filter(|_| has_room) else { return Room::None };
        *busy.entry(migration).or_default() += 1;
        Room::Lane(lane)
    }

    fn start(&mut self, task: Task, lane: Option<Lane>) {
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
            held: Arc::default(),
        };
        tracing::debug!(?task, "starts");
        let work = self.shared.hands.track_future(async move { tasks::run(&context).await });
        let id = self.jobs.spawn(work).id();
        self.running.insert(task, Running { soft, id, is_new: true, _lane: lane });
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

/// Whether a task may start.
enum Room {
    /// Not now.
    None,
    /// It needs no lane.
    Free,
    /// With this lane.
    Lane(Lane),
}

/// What is missed most comes first: the inbox, then what was sent, then the rest; what is copied is read again when all is copied.
/// Tasks of equal rank stay in their order.
fn rank(session: &Session, task: &Task) -> (u8, Option<MigrationId>, u8) {
    let (Task::CopyMailbox { migration, mailbox } | Task::VerifyMailbox { migration, mailbox }) = task else { return (0, None, 0) };
    let found = session.migration(*migration).and_then(|m| m.mailboxes.get(mailbox));
    let place = match found.map(|m| (m.mapping.name.is_inbox(), m.mapping.role)) {
        Some((true, _) | (_, Some(Role::Inbox))) => 0,
        Some((_, Some(Role::Sent))) => 1,
        _ => 2,
    };
    (1, Some(*migration), place + if matches!(task, Task::VerifyMailbox { .. }) { 3 } else { 0 })
}

/// Work that takes connections to an account for long.
pub(super) const fn is_heavy(task: &Task) -> bool {
    matches!(task, Task::Survey { .. } | Task::CopyMailbox { .. } | Task::VerifyMailbox { .. } | Task::Inventory { .. })
}
