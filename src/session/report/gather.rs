//! From journal and ledger to the facts of a report.

use std::collections::BTreeMap;

use crate::domain::{MailboxId, MigrationId, Uid};
use crate::plan::MappingAction;
use crate::session::{CopyState, CreateState, Event, MailboxProgress, Migration, Session, StoredEvent, Strategy, Task};

use super::facts::{
    AccountReport, Comparison, DomainReport, Done, DroppedMark, MailboxReport, MailboxTotals, NotCarried, Outcome, RecordReport,
    RefusedReport, RepairedReport, Report, ReportInput, Settings,
};
use super::story::{has_address, moved, story};
use super::{FeatureInventory, features, words};

/// Where refused messages were saved, by where they are at the source.
type Saved<'a> = BTreeMap<(MigrationId, MailboxId, Uid), &'a str>;

impl Report {
    /// Gathers the facts.
    pub fn of(input: &ReportInput<'_>) -> Self {
        let session = input.session;
        let saved: Saved<'_> = input
            .events
            .iter()
            .filter_map(|stored| match &stored.event {
                Event::MessageRefused { migration, mailbox, uid, saved, .. } => Some(((*migration, *mailbox, *uid), saved.as_str())),
                _ => None,
            })
            .collect();
        Self {
            session: session.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            version: input.version.to_owned(),
            begun: session.opened_at.map(words::rfc3339),
            written: words::rfc3339(input.at),
            resumed: session.resumed,
            accounts: session.migrations.iter().map(|migration| account(input, migration, &saved)).collect(),
            domains: session.mail_domains().into_iter().map(|domain| domain_report(session, domain)).collect(),
            shared: features::shared(session),
            inventory: FeatureInventory::of(session),
        }
    }
}

fn account(input: &ReportInput<'_>, migration: &Migration, saved: &Saved<'_>) -> AccountReport {
    let session = input.session;
    let mailboxes: Vec<MailboxReport> = migration.mailboxes.iter().map(|(id, m)| mailbox(input, migration.id, *id, m)).collect();
    let refused: Vec<RefusedReport> = input
        .ledger
        .refused
        .iter()
        .filter(|row| row.migration == migration.id)
        .map(|row| RefusedReport {
            mailbox: migration.mailboxes.get(&row.mailbox).map(|m| m.mapping.name.to_string()).unwrap_or_default(),
            uid: row.uid,
            bytes: row.bytes,
            reason: row.reason.clone(),
            saved: saved.get(&(row.migration, row.mailbox, row.uid)).map(|path| (*path).to_owned()),
        })
        .collect();
    let named = |m: &MailboxProgress| m.mapping.name.to_string();
    let repaired = migration.mailboxes.values().flat_map(|m| {
        m.repaired.iter().map(move |(uid, repairs)| RepairedReport { mailbox: named(m), uid: *uid, repairs: repairs.clone() })
    });
    let mut marks: BTreeMap<&str, u64> = BTreeMap::new();
    for (mark, messages) in migration.mailboxes.values().flat_map(|m| &m.dropped_marks) {
        *marks.entry(mark).or_default() += messages;
    }
    // The fold says verified; the numbers have to say so as well before anybody is told that all is well.
    let is_accounted_for = mailboxes.iter().filter(|m| m.to.is_some()).all(|m| m.verified + m.sampled + m.refused >= m.messages);
    let is_verified = session.is_copy_confirmed && migration.copy_state() == CopyState::Verified && is_accounted_for;
    let is_copied = mailboxes.iter().filter(|m| m.to.is_some()).all(|m| m.copied + m.refused >= m.messages);
    let is_left = session.is_copy_confirmed && migration.copy_state() == CopyState::Unverified && is_copied;
    let outcome = match (is_verified, refused.is_empty() && migration.refused() == 0) {
        (true, true) => Outcome::Complete,
        (true, false) => Outcome::WithRefusals,
        (false, _) if is_left => Outcome::Unverified,
        (false, _) => Outcome::Unfinished,
    };
    let source = &migration.source;
    let host = |service: Option<&crate::domain::ServiceId>, endpoint: &crate::domain::ImapEndpoint| match service {
        Some(service) => format!("{} {} ({})", service.platform, service.name, endpoint.host),
        None => endpoint.host.clone(),
    };
    let moved = moved(session, migration);
    let outcome = if session.order() == Strategy::ServerSide && migration.is_source_gone() && !moved.is_empty() {
        Outcome::MovedByPlatform
    } else {
        outcome
    };
    let compared = comparison(mailboxes.iter().filter(|m| m.to.is_some()).map(|m| m.comparison));
    let is_moved = outcome == Outcome::MovedByPlatform;
    let findings = migration.inventory.iter().flat_map(|inventory| &inventory.findings);
    let mut report = AccountReport {
        address: source.address.clone(),
        outcome,
        order: session.order(),
        story: story(session, migration, &moved),
        from: host(source.service.as_ref(), &source.endpoint),
        to: migration.target.as_ref().map(|t| host(t.service.as_ref(), &t.endpoint)).unwrap_or_default(),
        old_account: migration.temporary.clone().filter(|name| *name != source.address && migration.renamed_at.is_some()),
        is_created: migration.create == CreateState::Done || is_moved,
        has_address: has_address(session, migration),
        done: input.events.iter().filter_map(|stored| done(stored, migration)).collect(),
        gap_millis: migration.gap_millis,
        comparison: if is_moved { Comparison::Counted } else { compared },
        mailboxes: if is_moved { Vec::new() } else { mailboxes },
        moved,
        refused,
        repaired: repaired.collect(),
        dropped_marks: marks.into_iter().map(|(mark, messages)| DroppedMark { mark: mark.to_owned(), messages }).collect(),
        choices: if is_moved { Vec::new() } else { words::choices(session.copy_choices(), migration.is_altered_accepted) },
        not_carried: findings.map(|f| NotCarried { sentence: words::finding(f), finding: f.clone() }).collect(),
        open: open(session, migration.id),
        features: Vec::new(),
        to_do: Vec::new(),
        settings: migration.target.as_ref().filter(|_| migration.create == CreateState::Done || is_moved).map(|target| Settings {
            user: target.user.clone(),
            imap_host: target.endpoint.host.clone(),
            imap_port: target.endpoint.port,
            webmail: session.destination.as_ref().and_then(|d| d.webmail.clone()),
        }),
    };
    features::of_account(session, migration, &mut report);
    report
}

fn mailbox(input: &ReportInput<'_>, migration: MigrationId, id: MailboxId, progress: &MailboxProgress) -> MailboxReport {
    let of_journal = MailboxTotals {
        copied: progress.copied,
        bytes: progress.bytes,
        verified: if progress.state == CopyState::Verified { progress.verified } else { 0 },
        sampled: if progress.state == CopyState::Verified { progress.sampled } else { 0 },
        refused: progress.refused,
        // Only the ledger knows.
        dates_moved: 0,
    };
    let totals = input.ledger.totals.get(&(migration, id)).copied().unwrap_or(of_journal);
    let (to, left) = match &progress.mapping.action {
        MappingAction::Copy { to } => (Some(progress.to_name.as_ref().unwrap_or(to).to_string()), None),
        MappingAction::Skip { reason } => (None, Some(*reason)),
    };
    let comparison = match (progress.state, progress.by_bytes) {
        (CopyState::Verified, true) => Comparison::Bytes,
        (CopyState::Verified, false) => Comparison::Content,
        (CopyState::Unverified, _) => Comparison::Skipped,
        (CopyState::Pending | CopyState::Copied, _) => Comparison::NotYet,
    };
    MailboxReport {
        name: words::mailbox(&progress.mapping.name.to_string(), progress.mapping.part),
        to,
        left,
        messages: progress.messages,
        copied: totals.copied,
        bytes: totals.bytes,
        verified: totals.verified,
        sampled: totals.sampled,
        refused: totals.refused,
        flags_carried: progress.reflagged,
        disappeared: progress.disappeared,
        removed: progress.removed,
        is_vanished: progress.is_vanished,
        flags_differ: progress.flags_differ,
        dates_differ: progress.dates_differ,
        dates_moved: totals.dates_moved,
        comparison,
    }
}

/// Several comparisons as one: an account is not compared as long as one of its mailboxes is not.
fn comparison(each: impl Iterator<Item = Comparison>) -> Comparison {
    each.reduce(|a, b| match (a, b) {
        (a, b) if a == b => a,
        (Comparison::NotYet, _) | (_, Comparison::NotYet) => Comparison::NotYet,
        (Comparison::Skipped, _) | (_, Comparison::Skipped) => Comparison::Skipped,
        _ => Comparison::Both,
    })
    .unwrap_or(Comparison::NotYet)
}

fn done(stored: &StoredEvent, of: &Migration) -> Option<Done> {
    let name = |mailbox: &MailboxId| of.mailboxes.get(mailbox).map(|m| m.mapping.name.to_string()).unwrap_or_default();
    let (migration, what) = match &stored.event {
        Event::SourceRenamed { migration, witness } => (migration, words::renamed(of.temporary.as_ref(), *witness)),
        Event::RenameUndone { migration } => (migration, words::rename_undone()),
        Event::TargetCreated { migration, witness, .. } => (migration, words::created(*witness)),
        Event::CreateUndone { migration } => (migration, words::create_undone()),
        Event::CreateUndoGivenUp { migration, messages } => (migration, words::create_undo_given_up(*messages)),
        Event::TargetRenamed { migration, .. } => (migration, words::orders::target_renamed(&of.source.address)),
        Event::TargetRenameUndone { migration } => (migration, words::orders::target_rename_undone()),
        Event::TargetPasswordRenewed { migration } => (migration, words::orders::password_renewed()),
        Event::RemovalConfirmed { migration } => (migration, words::orders::removal_confirmed()),
        Event::SourceRemoved { migration, .. } => (migration, words::orders::source_removed()),
        Event::ServerMigrationConfirmed { migration } => (migration, words::orders::server_confirmed()),
        Event::ServerMigrated { migration, found, .. } => (migration, words::orders::server_migrated(found.len())),
        Event::FeaturesSeen { migration, features } => (migration, words::orders::features_seen(features.len())),
        Event::DeltaRequested { migration } => (migration, words::delta()),
        Event::AccountSurveyed { migration, unchanged, vanished, found } => {
            (migration, words::surveyed(unchanged.len(), vanished.len(), found.len()))
        }
        Event::FlagsCarried { migration, mailbox, messages, .. } if *messages > 0 => {
            (migration, words::flags_carried(&name(mailbox), *messages))
        }
        Event::VerificationSkipped { migration, mailbox, .. } => (migration, words::not_verified(&name(mailbox))),
        Event::AlteredAccepted { migration } => (migration, words::altered_accepted()),
        Event::RebuildsSeen { migration } => (migration, words::rebuilds_seen()),
        Event::ValidityChanged { migration, mailbox, side, recognised, .. } => {
            (migration, words::renumbered(&name(mailbox), *side, *recognised))
        }
        Event::BatchSettled { migration, mailbox, found, again, .. } => (migration, words::settled(&name(mailbox), *found, *again)),
        Event::MailboxVerified { migration, mailbox, verified, missing, unaccounted, altered, .. } => {
            (migration, words::verified(&name(mailbox), *verified, (*missing, *unaccounted), *altered))
        }
        _ => return None,
    };
    (*migration == of.id).then(|| Done { at: words::rfc3339(stored.at), what })
}

fn open(session: &Session, migration: MigrationId) -> Vec<String> {
    let of_account = |task: &Task| task.migration().is_none_or(|id| id == migration);
    session.troubles.iter().filter(|(task, _)| of_account(task)).map(|(_, problem)| words::trouble(problem)).collect()
}

fn domain_report(session: &Session, domain: crate::domain::DomainName) -> DomainReport {
    let Some(dns) = session.dns.get(&domain) else {
        return DomainReport { domain, checked: None, records: Vec::new() };
    };
    let records = dns.records.iter().map(|record| RecordReport {
        purpose: record.purpose,
        name: record.name.clone(),
        verdict: record.verdict,
        explanation: record.explanation.clone(),
        expected: record.expected.clone(),
        live: record.live.clone(),
        changed_here: dns.fixed.contains(&record.purpose),
    });
    DomainReport { domain, checked: dns.checked_at.map(words::rfc3339), records: records.collect() }
}
