//! Walks the nine steps by itself: the next command that follows from the session and answers given beforehand.
//!
//! It sees what a person sees and submits what a person submits; `demo --auto`, `copy` and the crash tests drive the engine with it.

use std::collections::BTreeSet;

use tokio::sync::mpsc;

use crate::dnscheck::{CheckedRecord, RecordPurpose, Verdict};
use crate::domain::{DomainName, EmailAddress, Platform, ServiceId};
use crate::engine::Handle;
use crate::plan::{Place, Proposal, SourceAccount, SourceName, names_of, propose, with_choices};
use crate::problem::{Problem, ProblemCode};
use crate::session::{
    ApiAccess, Command, CopyState, Destination, Migration, Mode, Notice, PlannedMigration, Refusal, RemovalState, ServerState, Session,
    Step, Strategy, Task, due, target_secret,
};

/// What happens at the DNS step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsWish {
    /// Every record that is wrong and can be changed is changed, and the end is waited for.
    Repair,
    /// DNS is left alone.
    Skip,
}

/// Answers given beforehand.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// Who does the clicks.
    pub mode: Mode,
    /// The API account; its secrets are kept already.
    pub access: Option<ApiAccess>,
    /// The accounts; their passwords are kept already.
    pub sources: Vec<SourceAccount>,
    /// Where they go.
    pub destination: Destination,
    /// Domains that must be attached there.
    pub domains: Vec<DomainName>,
    /// In which order; `None`: as the pair of platforms proposes.
    pub order: Option<Strategy>,
    /// Whether the sources give their addresses up.
    pub source_name: SourceName,
    /// User name at the target, when it is not the address.
    pub target_user: Option<String>,
    /// What happens at the DNS step.
    pub dns: DnsWish,
    /// Whether the end is confirmed, and secrets are forgotten then; `None`: the session stays open after verification.
    pub finish: Option<bool>,
}

/// The next command, or `None` while there is nothing to do but wait.
pub fn next(session: &Session, answers: &Answers) -> Option<Command> {
    match session.step() {
        Step::Connect => Some(match (&answers.access, session.mode) {
            (Some(access), Some(_)) => Command::ConnectApi { access: access.clone() },
            _ => Command::ChooseMode { mode: answers.mode, strategy: Strategy::RenameFirst },
        }),
        Step::Source => Some(Command::ChooseSources { accounts: answers.sources.clone() }),
        Step::Destination => session
            .destination
            .is_none()
            .then(|| Command::ChooseDestination { destination: answers.destination.clone(), domains: answers.domains.clone() }),
        Step::Review if answers.order.is_some_and(|order| order != session.order()) => {
            answers.order.map(|strategy| Command::ChooseStrategy { strategy })
        }
        Step::Review => plan(session, answers).map(|migrations| Command::AcceptPlan { migrations, create_at_once: true }),
        Step::Rename if session.order() == Strategy::Replace => remove(session),
        Step::Rename => (!session.is_rename_confirmed).then_some(Command::ConfirmRename),
        Step::Create => (!session.is_create_confirmed).then_some(Command::ConfirmCreate),
        Step::Migrate if session.order() == Strategy::ServerSide => give(session),
        Step::Migrate if !session.is_copy_confirmed => Some(Command::ConfirmCopy),
        // Said before the step is reached: at the step DNS is looked at.
        Step::Migrate => (answers.dns == DnsWish::Skip && !session.is_dns_accepted).then_some(Command::AcceptDns),
        Step::Dns => match answers.dns {
            DnsWish::Skip => Some(Command::AcceptDns),
            DnsWish::Repair => repair(session),
        },
        Step::Finish => match (session.finish, answers.finish) {
            (None, Some(forget_secrets)) => Some(Command::ConfirmFinish { forget_secrets }),
            _ => None,
        },
    }
}

/// The next source that can be removed, its address typed.
fn remove(session: &Session) -> Option<Command> {
    let is_next = |m: &&Migration| m.removal == RemovalState::Pending && m.copy_state() == CopyState::Verified;
    let next = session.migrations.iter().find(is_next)?;
    Some(Command::ConfirmRemoval { migration: next.id, typed: next.source.address.to_string() })
}

/// The next account that the platform can migrate, its address typed.
fn give(session: &Session) -> Option<Command> {
    let next = session.migrations.iter().find(|m| m.server == ServerState::Pending)?;
    Some(Command::ConfirmServerMigration { migration: next.id, typed: next.source.address.to_string() })
}

/// The plan as proposed, once every account was looked at.
fn plan(session: &Session, answers: &Answers) -> Option<Vec<PlannedMigration>> {
    let session_id = session.id.as_ref()?;
    let mut taken: BTreeSet<EmailAddress> = session.migrations.iter().map(|m| m.source.address.clone()).collect();
    let mut plan = Vec::new();
    for migration in &session.migrations {
        let inventory = migration.inventory.as_ref()?;
        let place = Place {
            service: answers.destination.service.clone(),
            endpoint: answers.destination.endpoint.clone(),
            user: answers.target_user.clone(),
            secret: target_secret(session_id, &migration.source.address),
        };
        // Who keeps its name in rename first keeps it whatever the order.
        let (source_name, target_name) = names_of(session.order());
        let source_name = if answers.source_name == SourceName::Kept { SourceName::Kept } else { source_name };
        let proposal = propose(&migration.source, &place, (source_name, target_name), &taken)?;
        let Proposal { temporary, source_user, target, target_temporary } = proposal;
        taken.insert(temporary.clone());
        taken.extend(target_temporary.clone());
        let platform = |service: Option<&ServiceId>| service.map_or(Platform::Imap, |service| service.platform);
        let between = (platform(migration.source.service.as_ref()), platform(target.service.as_ref()));
        let mailboxes = with_choices(&inventory.mailboxes, &inventory.marked, between, session.copy_choices());
        plan.push(PlannedMigration { id: migration.id, temporary, source_user, target, target_temporary, mailboxes });
    }
    Some(plan)
}

/// Changes what is wrong, one record after the other; goes on when all that can be changed is good.
fn repair(session: &Session) -> Option<Command> {
    let domains = session.mail_domains();
    if domains.iter().any(|d| session.dns.get(d).is_none_or(|state| state.checked_at.is_none())) {
        return None;
    }
    let wants = |record: &CheckedRecord| {
        record.change.is_some()
            && (record.verdict == Verdict::Wrong || record.purpose == RecordPurpose::Dmarc && record.verdict == Verdict::Advice)
    };
    for (domain, state) in domains.iter().filter_map(|d| session.dns.get(d).map(|state| (d, state))) {
        let untouched = |r: &&CheckedRecord| wants(r) && !state.fixes.contains_key(&r.purpose) && !state.fixed.contains(&r.purpose);
        if let Some(record) = state.records.iter().find(untouched) {
            return Some(Command::FixDns { domain: domain.clone(), purpose: record.purpose });
        }
    }
    let is_settled = |record: &CheckedRecord| matches!(record.verdict, Verdict::Good | Verdict::Advice);
    let all_settled =
        domains.iter().filter_map(|d| session.dns.get(d)).all(|state| state.fixes.is_empty() && state.records.iter().all(is_settled));
    all_settled.then_some(Command::AcceptDns)
}

/// How a drive ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Everything that the answers ask for is done.
    Done,
    /// Tasks stopped with problems that only a person can mend.
    Stopped(Vec<(Task, Problem)>),
    /// A command was refused: the answers do not fit.
    Refused(Refusal),
    /// The journal cannot be written.
    JournalFailed(Problem),
    /// The engine ended: somebody asked it to stop.
    Closed,
}

/// Whether other mailboxes are still to be copied or verified, and what stopped concerns its own mailbox alone.
fn others_go_on(session: &Session, stopped: &[(Task, Problem)]) -> bool {
    let is_of_one_mailbox = |problem: &Problem| matches!(problem.code, ProblemCode::MailboxRefused | ProblemCode::VerificationFailed);
    let is_copying = |task: &Task| matches!(task, Task::CopyMailbox { .. } | Task::VerifyMailbox { .. });
    stopped.iter().all(|(_, problem)| is_of_one_mailbox(problem)) && due(session).iter().any(is_copying)
}

/// Submits what follows from the session until the end; every notice is shown to `hear` first.
pub async fn drive(handle: &Handle, notices: &mut mpsc::Receiver<Notice>, answers: &Answers, mut hear: impl FnMut(&Notice)) -> End {
    loop {
        let (command, stopped, is_done) = {
            let session = handle.session();
            let stopped: Vec<_> = session.troubles.iter().map(|(task, problem)| (task.clone(), problem.clone())).collect();
            let is_done = session.is_finished || (answers.finish.is_none() && session.step() == Step::Finish);
            (next(&session, answers), stopped, is_done)
        };
        if is_done {
            return End::Done;
        }
        if !stopped.is_empty() && !others_go_on(&handle.session(), &stopped) {
            return End::Stopped(stopped);
        }
        if let Some(command) = command {
            match handle.submit(command).await {
                // An engine that has ended says so; why it ended is among its notices.
                Ok(()) | Err(Refusal::NotNow | Refusal::Finished) => {}
                Err(refusal) => return End::Refused(refusal),
            }
        }
        let mut next = notices.recv().await;
        if next.is_none() {
            return End::Closed;
        }
        while let Some(notice) = next {
            hear(&notice);
            if let Notice::JournalFailed(problem) = notice {
                return End::JournalFailed(problem);
            }
            next = notices.try_recv().ok();
        }
    }
}
