//! Verifies one mailbox, independently of the copy: new connections, the source listed again, the target read again in full.

use crate::domain::{MailboxId, MigrationId, Uid, UidSet};
use crate::mailcopy::{Comparison, Expected, Present, Verification};
use crate::ports::{Entry, EntryState, LedgerChange};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event, MOST_FAILED_VERIFICATIONS};

use super::super::context::{Failure, TaskContext};
use super::prepare::{Ends, Prepared, prepare};
use super::settle::{recognise, settle_all};

pub(super) async fn run(context: &TaskContext, id: MigrationId, mailbox: MailboxId) -> Result<(), Failure> {
    let mut prepared = prepare(context, id, mailbox).await?;
    let is_moved = prepared.progress.source_validity != Some(prepared.ends.source.uid_validity)
        || prepared.progress.target_validity != Some(prepared.ends.target.uid_validity);
    if is_moved || !prepared.progress.doubts.is_empty() {
        settle_all(context, &mut prepared).await?;
    }
    context.doing(Activity::ReadingList);
    let unaccounted = unaccounted_at_source(context, &mut prepared).await?;
    let rows = context.ports.journal.entries(id, mailbox, None).await?;
    let validity = prepared.ends.source.uid_validity;
    let stored: Vec<&Entry> = rows.iter().filter(|row| row.source_validity == validity && row.state != EntryState::Refused).collect();
    context.doing(Activity::Verifying);
    let uids: UidSet = prepared.target.enumerate(Uid(1)).await?.iter().map(|m| m.uid).collect();
    context.meter.total(&context.task, uids.len());
    let seen = recognise(context, prepared.target.as_mut(), &uids).await?;
    let verification = compare(&prepared.ends, &stored, &seen);
    let altered = verification.altered.len();
    conclude(context, &prepared.ends, &verification, unaccounted).await?;
    let failures = context.migration(id)?.mailboxes.get(&mailbox).map_or(0, |m| m.failed_verifications);
    let missing = verification.missing.len();
    prepared.close(context);
    if failures >= MOST_FAILED_VERIFICATIONS || altered > 0 {
        return Err(Problem::new(ProblemCode::VerificationFailed).with("count", missing + altered).into());
    }
    Ok(())
}

/// Messages of the source that the ledger does not know: they arrived since, and go through the copy.
async fn unaccounted_at_source(context: &TaskContext, prepared: &mut Prepared) -> Result<u64, Failure> {
    let listed = prepared.source.enumerate(Uid(1)).await?;
    let rows = context.ports.journal.entries(prepared.ends.migration, prepared.ends.mailbox, None).await?;
    let validity = prepared.ends.source.uid_validity;
    let known: std::collections::BTreeSet<Uid> = rows.iter().filter(|r| r.source_validity == validity).map(|r| r.source_uid).collect();
    Ok(listed.iter().filter(|m| !known.contains(&m.uid)).count() as u64)
}

fn compare(ends: &Ends, stored: &[&Entry], seen: &[super::settle::SeenMessage]) -> Verification {
    let expected: Vec<Expected> = stored
        .iter()
        .map(|row| Expected {
            source: row.source_uid,
            target: row.target_uid,
            fingerprint: row.fingerprint,
            flags: row.flags.clone(),
            internal_date: row.internal_date,
        })
        .collect();
    let present: Vec<Present> = seen
        .iter()
        .map(|m| Present { uid: m.uid, fingerprint: m.fingerprint, flags: m.flags.clone(), internal_date: m.internal_date })
        .collect();
    let state = &ends.target;
    let mut verification = crate::mailcopy::compare(&expected, &present, (ends.by, Uid(0)), |keyword| state.takes(keyword));
    accept_another_form(&mut verification, &expected, &present);
    verification
}

/// A message whose bytes were changed on the way is the same message when its content is: said in the report, not copied again.
fn accept_another_form(verification: &mut Verification, expected: &[Expected], present: &[Present]) {
    let content_of = |uid: Uid| expected.iter().find(|row| row.source == uid).map(|row| row.fingerprint.content);
    let seen_as = |uid: Uid| present.iter().find(|seen| seen.uid == uid).map(|seen| seen.fingerprint.content);
    let (same, altered): (Vec<_>, Vec<_>) =
        std::mem::take(&mut verification.altered).into_iter().partition(|(source, target)| content_of(*source) == seen_as(*target));
    if !same.is_empty() {
        verification.by = Comparison::Content;
        verification.verified.extend(same);
    }
    verification.altered = altered;
}

async fn conclude(context: &TaskContext, ends: &Ends, verification: &Verification, unaccounted: u64) -> Result<(), Failure> {
    let (migration, mailbox, source_validity) = (ends.migration, ends.mailbox, ends.source.uid_validity);
    let ledger = vec![
        LedgerChange::Mark {
            migration,
            mailbox,
            source_validity,
            state: EntryState::Verified,
            uids: verification.verified.iter().map(|(source, target)| (*source, Some(*target))).collect(),
        },
        LedgerChange::Mark {
            migration,
            mailbox,
            source_validity,
            state: EntryState::Intended,
            uids: verification.missing.iter().map(|uid| (*uid, None)).collect(),
        },
        LedgerChange::Forget { migration, mailbox, source_validity, uids: verification.missing.clone() },
    ];
    let event = Event::MailboxVerified {
        migration,
        mailbox,
        verified: verification.verified.len() as u64,
        missing: verification.missing.len() as u64,
        unaccounted,
        flags_differ: verification.flags_differ.len() as u64,
        dates_differ: verification.dates_differ.len() as u64,
        altered: verification.altered.len() as u64,
        by_bytes: verification.by == Comparison::Bytes,
    };
    context.record_with(event, ledger).await
}
