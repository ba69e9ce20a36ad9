//! Verifies one mailbox, independently of the copy: new connections, the source listed again, the target read again as thoroughly as
//! was asked for. What an earlier pass verified stands; a later one reads what was copied since.

mod lost;
mod reading;
mod sample;

use crate::domain::{Flags, MailboxId, MigrationId, Thoroughness, Uid};
use crate::mailcopy::{Briefs, Comparing};
use crate::ports::{EntryState, LedgerChange, MailError};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event, MOST_FAILED_VERIFICATIONS, Pass};

use super::super::context::{Failure, TaskContext};
use super::catch_up::{Caught, catch_up};
use super::flagging;
use super::prepare::{Ends, prepare};
use super::settle::{settle_all, settle_late};

/// Rows whose new state is recorded together.
const ROWS_TOGETHER: usize = 2000;

/// What came out.
#[derive(Debug, Default)]
struct Outcome {
    /// Rows whose new state is not recorded yet, with the UID at the target.
    verified: Vec<(Uid, Option<Uid>)>,
    sampled: Vec<(Uid, Option<Uid>)>,
    altered: Vec<(Uid, Option<Uid>)>,
    missing: Vec<Uid>,
    /// Flags to be set by STORE, of messages that were found elsewhere than their rows say: UID at the target.
    later: Vec<(Uid, Flags)>,
    /// How many were found equal, recorded or not.
    equal: u64,
    /// How many were found equal by header, flags and date, recorded or not.
    glanced: u64,
    flags_differ: u64,
    dates_differ: u64,
    /// Of the equal ones, those whose bytes are others.
    by_content: u64,
}

pub(super) async fn run(context: &TaskContext, id: MigrationId, mailbox: MailboxId) -> Result<(), Failure> {
    let mut prepared = prepare(context, id, mailbox).await?;
    let is_moved = prepared.progress.source_validity != Some(prepared.ends.source.uid_validity)
        || prepared.progress.target_validity != Some(prepared.ends.target.uid_validity);
    if is_moved || !prepared.progress.doubts.is_empty() {
        settle_all(context, &mut prepared).await?;
        if !prepared.progress.doubts.is_empty() {
            settle_late(context, &mut prepared).await?;
        }
        if !prepared.progress.doubts.is_empty() {
            return Err(MailError::Lost("the mailbox got new UIDs".to_owned()).into());
        }
    }
    let mut caught = catch_up(context, &mut prepared).await?;
    let thoroughness = context.limits.thoroughness;
    let before = Before::of(&caught.rows);
    if thoroughness == Thoroughness::None && caught.unaccounted == 0 {
        let pass = caught.pass;
        context.record(Event::VerificationSkipped { migration: id, mailbox, pass }).await?;
        prepared.close(context);
        return Ok(());
    }
    context.doing(Activity::Verifying);
    let mut outcome = Outcome::default();
    let mut rows = std::mem::take(&mut caught.rows);
    rows.retain(|row| is_to_be_read(row.state, thoroughness));
    flagging::again(&mut prepared, &rows).await?;
    // Compared is what the target was to get.
    rows.map_flags(|flags| prepared.ends.rules.wanted(flags));
    let whole = match thoroughness {
        Thoroughness::None => Briefs::default(),
        Thoroughness::Sample => sample::glance(context, &mut prepared, rows, &mut outcome).await?,
        Thoroughness::Full => rows,
    };
    context.meter.total(&context.task, whole.rows().len() as u64);
    let mut comparing = Comparing::with(whole);
    reading::read(context, &mut prepared, &mut comparing, &mut outcome).await?;
    lost::look_for_lost(context, &mut prepared, &comparing, &mut outcome).await?;
    flagging::add(&prepared.ends, prepared.target.as_mut(), std::mem::take(&mut outcome.later)).await?;
    let failed = (outcome.missing.len(), outcome.altered.len());
    conclude(context, &prepared.ends, (outcome, before), &caught).await?;
    let failures = context.migration(id)?.mailboxes.get(&mailbox).map_or(0, |m| m.failed_verifications);
    prepared.close(context);
    if failures >= MOST_FAILED_VERIFICATIONS || failed.1 > 0 {
        return Err(Problem::new(ProblemCode::VerificationFailed).with("count", failed.0 + failed.1).into());
    }
    Ok(())
}

/// What an earlier look left open.
const fn is_to_be_read(state: EntryState, thoroughness: Thoroughness) -> bool {
    match state {
        EntryState::Copied | EntryState::Altered => true,
        EntryState::Sampled => matches!(thoroughness, Thoroughness::Full),
        EntryState::Intended | EntryState::Verified | EntryState::Refused => false,
    }
}

/// What earlier looks came to.
struct Before {
    verified: u64,
    sampled: u64,
}

impl Before {
    fn of(rows: &Briefs) -> Self {
        Self { verified: rows.count(|state| state == EntryState::Verified), sampled: rows.count(|state| state == EntryState::Sampled) }
    }
}

async fn conclude(context: &TaskContext, ends: &Ends, (outcome, before): (Outcome, Before), caught: &Caught) -> Result<(), Failure> {
    let (migration, mailbox, source_validity) = (ends.migration, ends.mailbox, ends.source.uid_validity);
    let mark = |state: EntryState, uids: Vec<(Uid, Option<Uid>)>| LedgerChange::Mark { migration, mailbox, source_validity, state, uids };
    let thoroughness = context.limits.thoroughness;
    // A full look goes over what was only sampled before.
    let sampled_before = if thoroughness == Thoroughness::Full { 0 } else { before.sampled };
    let is_whole = outcome.missing.is_empty() && outcome.altered.is_empty() && caught.unaccounted == 0;
    let is_by_bytes = outcome.by_content == 0 && ends.by == crate::mailcopy::Comparison::Bytes;
    let event = Event::MailboxVerified {
        migration,
        mailbox,
        verified: before.verified + outcome.equal,
        missing: outcome.missing.len() as u64,
        unaccounted: caught.unaccounted,
        flags_differ: outcome.flags_differ,
        dates_differ: outcome.dates_differ,
        altered: outcome.altered.len() as u64,
        by_bytes: is_by_bytes,
        sampled: sampled_before + outcome.glanced,
        thoroughness,
        pass: is_whole.then_some(Pass { ..caught.pass }),
    };
    let missing: Vec<(Uid, Option<Uid>)> = outcome.missing.iter().map(|uid| (*uid, None)).collect();
    let ledger = vec![
        mark(EntryState::Verified, outcome.verified),
        mark(EntryState::Sampled, outcome.sampled),
        mark(EntryState::Altered, outcome.altered),
        mark(EntryState::Intended, missing),
        LedgerChange::Forget { migration, mailbox, source_validity, uids: outcome.missing },
    ];
    context.record_with(event, ledger).await
}

/// Records what is known so far, so that a cut does not make it unknown.
async fn record_part(context: &TaskContext, ends: &Ends, state: EntryState, uids: Vec<(Uid, Option<Uid>)>) -> Result<(), Failure> {
    let (migration, mailbox, source_validity) = (ends.migration, ends.mailbox, ends.source.uid_validity);
    let event = Event::MessagesVerified { migration, mailbox, messages: uids.len() as u64 };
    context.record_with(event, vec![LedgerChange::Mark { migration, mailbox, source_validity, state, uids }]).await
}
