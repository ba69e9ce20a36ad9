//! Folds one event into the state. Total: an event that does not fit changes nothing.

use crate::domain::{BatchId, MailboxId, MigrationId};
use crate::plan::MailboxMapping;
use crate::problem::{Disposition, ProblemCode};

use super::state::Doubt;
use super::{
    CopyState, CreateState, DomainState, Event, MailboxProgress, Migration, Mode, Pass, PlannedMigration, RemovalState, RenameState,
    ServerState, Session, Side, Step, StoredEvent, Strategy,
};

/// Folds an event into the state.
#[expect(clippy::too_many_lines, reason = "one line for each event, or the room where it is folded")]
pub fn apply(session: &mut Session, stored: &StoredEvent) {
    session.touched_at = Some(stored.at);
    let at = stored.at;
    match &stored.event {
        Event::SessionOpened { id, .. } => {
            session.id = Some(id.clone());
            session.opened_at = Some(at);
        }
        Event::SessionResumed { .. } => {
            session.resumed += 1;
            session.troubles.retain(|_, problem| matches!(problem.disposition, Disposition::StopMigration));
        }
        Event::ModeChosen { mode, strategy } => {
            session.mode = Some(*mode);
            session.strategy = Some(*strategy);
        }
        Event::StrategyChosen { strategy } => {
            // Whether the platform itself would migrate is asked of it only where it shall.
            if (session.order() == Strategy::ServerSide) != (*strategy == Strategy::ServerSide) {
                session.migrations.iter_mut().for_each(|m| m.inventory = None);
            }
            session.strategy = Some(*strategy);
        }
        Event::ApiConnected { access } => session.api = Some(access.clone()),
        Event::SourcesChosen { accounts } => {
            session.migrations = accounts.iter().zip(1..).map(|(account, n)| new_migration(MigrationId(n), account)).collect();
        }
        Event::DestinationChosen { destination, domains } => {
            session.destination = Some(destination.clone());
            session.domains = domains.iter().map(|d| (d.clone(), DomainState::default())).collect();
            session.migrations.iter_mut().for_each(|m| m.inventory = None);
        }
        Event::DomainAttachIntended { service, domain } => {
            session.attached.insert((service.clone(), domain.clone()));
            session.domains.entry(domain.clone()).or_default().is_intended = true;
        }
        Event::DomainReady { domain, attached_by_us } => {
            let service = session.destination.as_ref().and_then(|destination| destination.service.clone());
            // Also when other answers were given in between.
            let was_ours = service.is_some_and(|service| session.attached.contains(&(service, domain.clone())));
            let state = session.domains.entry(domain.clone()).or_default();
            state.is_ready = true;
            state.attached_by_us = *attached_by_us || was_ours;
        }
        Event::DomainDetachRequested { .. } | Event::DomainDetachIntended { .. } | Event::DomainDetached { .. } => {
            super::names::apply_to_domain(session, &stored.event);
        }
        Event::AnswersReopened { step } => reopen(session, *step),
        Event::ChoicesMade { choices } => session.choices = Some(*choices),
        Event::PlanAccepted { migrations, create_at_once } => {
            session.is_plan_accepted = true;
            session.create_at_once = *create_at_once;
            for planned in migrations {
                plan(session, planned);
            }
        }
        Event::RenameConfirmed => {
            session.is_rename_confirmed = true;
            // In guided mode the person creates, and says so when it is done.
            let is_next = session.create_at_once && session.mode != Some(Mode::Guided) && session.order() == Strategy::RenameFirst;
            session.is_create_confirmed |= is_next;
        }
        Event::CreateConfirmed => session.is_create_confirmed = true,
        Event::CopyConfirmed => session.is_copy_confirmed = true,
        Event::DnsChecked { .. } | Event::DnsFixRequested { .. } | Event::DnsFixIntended { .. } | Event::DnsFixed { .. } => {
            apply_to_dns(session, stored);
        }
        Event::DnsAccepted => session.is_dns_accepted = true,
        Event::TaskStopped { task, problem } => {
            session.troubles.insert(task.clone(), problem.clone());
        }
        Event::TaskRetried { task } => {
            let is_altered = session.troubles.remove(task).is_some_and(|problem| problem.code == ProblemCode::CanaryAltered);
            if let Some(migration) = task.migration().filter(|_| is_altered).and_then(|id| session.migration_mut(id)) {
                migration.altered_retries += 1;
            }
        }
        Event::Paused => session.is_paused = true,
        Event::Unpaused => session.is_paused = false,
        Event::FinishConfirmed { forget_secrets } => session.finish = Some(*forget_secrets),
        Event::ReportSaved { files } => session.reports.clone_from(files),
        Event::SecretsForgotten => session.are_secrets_forgotten = true,
        Event::SessionFinished => session.is_finished = true,
        Event::TargetPasswordRenewed { .. } => {}
        Event::InventoryTaken { .. } | Event::RebuildsSeen { .. } | Event::AlteredAccepted { .. } => {
            apply_to_account(session, &stored.event);
        }
        Event::CreateUndoGivenUp { migration, messages } => super::names::keep_target(session, *migration, *messages),
        Event::RenameIntended { .. }
        | Event::SourceRenamed { .. }
        | Event::RenameUndoRequested { .. }
        | Event::RenameUndoIntended { .. }
        | Event::RenameUndone { .. }
        | Event::CreateIntended { .. }
        | Event::TargetCreated { .. }
        | Event::CreateUndoRequested { .. }
        | Event::CreateUndoIntended { .. }
        | Event::CreateUndone { .. } => super::names::apply_first(session, stored),
        Event::TargetRenameIntended { .. }
        | Event::TargetRenamed { .. }
        | Event::TargetRenameUndoIntended { .. }
        | Event::TargetRenameUndone { .. }
        | Event::RemovalConfirmed { .. }
        | Event::RemovalIntended { .. }
        | Event::SourceRemoved { .. }
        | Event::ServerMigrationConfirmed { .. }
        | Event::ServerMigrationIntended { .. }
        | Event::ServerMigrated { .. } => super::names::apply(session, stored),
        Event::FeaturesSeen { .. }
        | Event::SharedFeaturesSeen { .. }
        | Event::FeatureIntended { .. }
        | Event::FeatureCarried { .. }
        | Event::FeatureLeft { .. } => super::features::apply(session, &stored.event),
        Event::MailboxPrepared { .. }
        | Event::BatchIntended { .. }
        | Event::BatchCopied { .. }
        | Event::BatchSettled { .. }
        | Event::MessageRepaired { .. }
        | Event::MarksDropped { .. }
        | Event::MessageRefused { .. }
        | Event::RefusedRetried { .. }
        | Event::ValidityChanged { .. }
        | Event::MailboxCopied { .. }
        | Event::MailboxVerified { .. }
        | Event::MessagesVerified { .. }
        | Event::VerificationSkipped { .. }
        | Event::FlagsCarried { .. } => apply_to_mailbox(session, stored),
        Event::DeltaRequested { .. } | Event::AccountSurveyed { .. } => apply_to_pass(session, stored),
    }
}

fn apply_to_dns(session: &mut Session, stored: &StoredEvent) {
    match &stored.event {
        Event::DnsChecked { domain, records } => {
            let state = session.dns.entry(domain.clone()).or_default();
            state.records.clone_from(records);
            state.checked_at = Some(stored.at);
        }
        Event::DnsFixRequested { domain, purpose, change } => {
            session.dns.entry(domain.clone()).or_default().fixes.insert(*purpose, change.clone());
        }
        Event::DnsFixIntended { domain, purpose, backup } => {
            session.dns.entry(domain.clone()).or_default().backups.insert(*purpose, backup.clone());
        }
        Event::DnsFixed { domain, purpose } => {
            let state = session.dns.entry(domain.clone()).or_default();
            state.fixes.remove(purpose);
            state.backups.remove(purpose);
            state.fixed.insert(*purpose);
        }
        _ => {}
    }
}

pub(super) fn reopen(session: &mut Session, step: Step) {
    session.is_plan_accepted = false;
    session.is_rename_confirmed = false;
    session.is_create_confirmed = false;
    session.is_copy_confirmed = false;
    session.choices = None;
    session.troubles.clear();
    session.features.clear();
    session.shared_seen.clear();
    for migration in &mut session.migrations {
        *migration = new_migration(migration.id, &migration.source);
    }
    if step <= Step::Destination {
        session.destination = None;
        session.domains.clear();
    }
    if step <= Step::Source {
        session.migrations.clear();
    }
    if step <= Step::Connect {
        session.mode = None;
        session.api = None;
    }
}

fn plan(session: &mut Session, planned: &PlannedMigration) {
    if let Some(migration) = session.migration_mut(planned.id) {
        migration.temporary = Some(planned.temporary.clone());
        migration.source_user = Some(planned.source_user.clone());
        migration.target = Some(planned.target.clone());
        migration.target_temporary.clone_from(&planned.target_temporary);
        migration.target_rename = if planned.target_temporary.is_some() { RenameState::Pending } else { RenameState::Done };
        migration.mailboxes = planned.mailboxes.iter().map(|m| (m.id, new_mailbox(m))).collect();
    }
}

fn new_migration(id: MigrationId, account: &crate::plan::SourceAccount) -> Migration {
    Migration {
        id,
        source: account.clone(),
        inventory: None,
        temporary: None,
        source_user: None,
        target: None,
        rename: RenameState::Pending,
        renamed_at: None,
        create: CreateState::Pending,
        seat: None,
        is_half_renamed: false,
        is_half_made: false,
        arrived: 0,
        has_had_address: false,
        target_temporary: None,
        target_rename: RenameState::Done,
        removal: RemovalState::Pending,
        removed_at: None,
        server: ServerState::Pending,
        are_features_seen: false,
        gap_millis: None,
        is_rebuilding: false,
        is_altered_accepted: false,
        altered_retries: 0,
        mailboxes: std::collections::BTreeMap::new(),
        is_survey_due: false,
    }
}

pub(super) fn new_mailbox(mapping: &MailboxMapping) -> MailboxProgress {
    MailboxProgress {
        mapping: mapping.clone(),
        to: None,
        to_name: None,
        source_validity: None,
        target_validity: None,
        messages: u64::from(mapping.messages),
        copied: 0,
        bytes: crate::domain::ByteSize(0),
        refused: 0,
        verified: 0,
        sampled: 0,
        thoroughness: crate::domain::Thoroughness::Full,
        flags_differ: 0,
        dates_differ: 0,
        by_bytes: false,
        failed_verifications: 0,
        rest: None,
        flags_as_of: None,
        reflagged: 0,
        disappeared: 0,
        removed: 0,
        is_vanished: false,
        repaired: std::collections::BTreeMap::new(),
        dropped_marks: std::collections::BTreeMap::new(),
        doubts: std::collections::BTreeMap::new(),
        slowest_millis: 0,
        state: CopyState::Pending,
    }
}

fn apply_to_account(session: &mut Session, event: &Event) {
    let mut act = |id: &MigrationId, change: &mut dyn FnMut(&mut Migration)| {
        if let Some(migration) = session.migration_mut(*id) {
            change(migration);
        }
    };
    match event {
        Event::InventoryTaken { migration, inventory } => act(migration, &mut |m| m.inventory = Some(inventory.clone())),
        Event::RebuildsSeen { migration } => act(migration, &mut |m| m.is_rebuilding = true),
        Event::AlteredAccepted { migration } => act(migration, &mut |m| m.is_altered_accepted = true),
        _ => {}
    }
}

fn apply_to_mailbox(session: &mut Session, stored: &StoredEvent) {
    let at = stored.at;
    if let Event::BatchIntended { batch: BatchId(batch), .. } = &stored.event {
        session.last_batch = session.last_batch.max(*batch);
    }
    let mut act = |migration: &MigrationId, mailbox: &MailboxId, change: &mut dyn FnMut(&mut MailboxProgress)| {
        let Some(migration) = session.migration_mut(*migration) else { return };
        // Who works on a mailbox has surveyed the account, or comes from a version that did not.
        migration.is_survey_due = false;
        if let Some(mailbox) = migration.mailboxes.get_mut(mailbox) {
            change(mailbox);
        }
    };
    match &stored.event {
        Event::MailboxPrepared { migration, mailbox, to, name, source_validity, target_validity, messages, source_modseq } => {
            act(migration, mailbox, &mut |m| {
                // Flags that were read before are as old as they were.
                let is_other = m.source_validity.is_some_and(|known| known != *source_validity);
                m.flags_as_of = if is_other { None } else { m.flags_as_of }.or(source_modseq.filter(|_| m.copied == 0));
                m.to = Some(to.clone());
                m.to_name.clone_from(name);
                m.source_validity = Some(*source_validity);
                m.target_validity = Some(*target_validity);
                m.messages = *messages;
            });
        }
        Event::BatchIntended { migration, mailbox, batch, target_validity, target_uid_next, .. } => act(migration, mailbox, &mut |m| {
            m.doubts.insert(*batch, Doubt { target_validity: *target_validity, target_uid_next: *target_uid_next, since: at });
        }),
        Event::BatchCopied { migration, mailbox, batch, copied, bytes }
        | Event::BatchSettled { migration, mailbox, batch, found: copied, bytes, .. } => act(migration, mailbox, &mut |m| {
            let doubt = m.doubts.remove(batch);
            if let (Event::BatchCopied { .. }, Some(doubt)) = (&stored.event, doubt) {
                m.slowest_millis = m.slowest_millis.max(at.millis_since(doubt.since));
            }
            m.copied += u64::from(*copied);
            m.bytes += *bytes;
        }),
        Event::MessageRepaired { migration, mailbox, uid, repairs } => act(migration, mailbox, &mut |m| {
            m.repaired.remove(uid);
            if !repairs.is_empty() {
                m.repaired.insert(*uid, repairs.clone());
            }
        }),
        Event::MarksDropped { migration, mailbox, marks } => act(migration, mailbox, &mut |m| {
            for (mark, count) in marks {
                *m.dropped_marks.entry(mark.clone()).or_default() += count;
            }
        }),
        Event::MessageRefused { migration, mailbox, uid, .. } => act(migration, mailbox, &mut |m| {
            m.refused += 1;
            m.repaired.remove(uid);
        }),
        Event::ValidityChanged { migration, mailbox, side, to, recognised, .. } => act(migration, mailbox, &mut |m| {
            match side {
                Side::Source => {
                    m.source_validity = Some(*to);
                    // Under new UIDs they are tried again.
                    m.refused = 0;
                    m.flags_as_of = None;
                }
                Side::Target => m.target_validity = Some(*to),
            }
            m.copied = *recognised;
            m.rest = None;
            m.state = CopyState::Pending;
        }),
        Event::MailboxCopied { migration, mailbox, messages } => act(migration, mailbox, &mut |m| {
            m.messages = *messages;
            m.state = CopyState::Copied;
        }),
        Event::MailboxVerified { migration, mailbox, missing, unaccounted, altered, .. } => {
            let (left, altered) = (*missing + *unaccounted, *altered);
            act(migration, mailbox, &mut |m| {
                verified(m, &stored.event);
                m.copied = m.copied.saturating_sub(*missing);
                m.failed_verifications = if *missing == 0 { 0 } else { m.failed_verifications + 1 };
                m.state = match (left, altered) {
                    (0, 0) => CopyState::Verified,
                    (0, _) => CopyState::Copied,
                    _ => CopyState::Pending,
                };
            });
        }
        Event::VerificationSkipped { migration, mailbox, pass } => act(migration, mailbox, &mut |m| {
            m.thoroughness = crate::domain::Thoroughness::None;
            at_rest(m, pass);
            m.state = CopyState::Unverified;
        }),
        Event::FlagsCarried { migration, mailbox, messages, as_of } => act(migration, mailbox, &mut |m| {
            m.reflagged += messages;
            m.flags_as_of = *as_of;
        }),
        Event::RefusedRetried { migration } => {
            for m in session.migration_mut(*migration).into_iter().flat_map(|m| m.mailboxes.values_mut()).filter(|m| m.refused > 0) {
                m.refused = 0;
                m.rest = None;
                m.state = CopyState::Pending;
            }
        }
        _ => {}
    }
}

/// What a verification says of a mailbox, but for where it stands.
fn verified(m: &mut MailboxProgress, event: &Event) {
    let Event::MailboxVerified {
        verified,
        sampled,
        thoroughness,
        flags_differ,
        dates_differ,
        by_bytes,
        pass,
        missing,
        unaccounted,
        altered,
        ..
    } = event
    else {
        return;
    };
    m.verified = *verified;
    m.sampled = *sampled;
    m.thoroughness = *thoroughness;
    m.flags_differ = *flags_differ;
    m.dates_differ = *dates_differ;
    m.by_bytes = *by_bytes;
    m.rest = None;
    if let Some(pass) = pass {
        at_rest(m, pass);
    }
    if *missing + *unaccounted + *altered > 0 {
        m.rest = None;
    }
}

fn at_rest(m: &mut MailboxProgress, pass: &Pass) {
    m.disappeared = pass.disappeared;
    m.removed = pass.removed;
    m.rest = Some(*pass);
}

/// Another pass over an account: first a look at where it is needed.
pub(super) fn begin_pass(migration: &mut Migration) {
    migration.is_survey_due = true;
    for m in migration.mailboxes.values_mut().filter(|m| m.is_copied()) {
        m.state = CopyState::Pending;
    }
}

fn apply_to_pass(session: &mut Session, stored: &StoredEvent) {
    match &stored.event {
        Event::DeltaRequested { migration } => {
            let Some(migration) = session.migration_mut(*migration) else { return };
            // The source is there, and something happened in it: it is not removed before that is copied.
            if migration.removal == RemovalState::Intended {
                migration.removal = RemovalState::Confirmed;
            }
            begin_pass(migration);
        }
        Event::AccountSurveyed { migration, unchanged, vanished, found } => {
            let Some(migration) = session.migration_mut(*migration) else { return };
            migration.is_survey_due = false;
            for (id, m) in &mut migration.mailboxes {
                m.is_vanished = vanished.contains(id);
                // What is to be done again since the look began is not at rest any more.
                let is_at_rest = m.rest.is_some() && unchanged.contains(id);
                if m.is_copied() && (m.is_vanished || is_at_rest) {
                    m.state = m.final_state();
                }
            }
            migration.mailboxes.extend(found.iter().map(|mapping| (mapping.id, new_mailbox(mapping))));
        }
        _ => {}
    }
}
