//! The second look, at what was not found equal where it should be: the UID may be wrong, the bytes another form of the same
//! message, or the message gone.

use std::collections::BTreeMap;

use crate::domain::{Flags, Uid, UidSet};
use crate::mailcopy::{Comparing, Comparison, Expected, FlagsDiffer, Present, Verification, compare_from};
use crate::ports::{Entry, EntryState};

use super::super::super::context::{Failure, TaskContext};
use super::super::prepare::{Ends, Prepared};
use super::super::recalling::recall_rows;
use super::super::settle::recognise;
use super::super::sharing;
use super::{Outcome, ROWS_TOGETHER};

/// Looks for every message that was not found, by what it is, among all messages of the target that nobody holds.
pub(super) async fn look_for_lost(
    context: &TaskContext,
    prepared: &mut Prepared,
    comparing: &Comparing,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let lost = comparing.lost();
    if lost.is_empty() {
        return Ok(());
    }
    let mut free: Vec<Present> = comparing.others().to_vec();
    free.extend(strangers(context, prepared).await?);
    for piece in lost.chunks(ROWS_TOGETHER) {
        let rows = context.ports.journal.entries_of(prepared.ends.rows(), &piece.iter().copied().collect()).await?;
        let expected: Vec<Expected> = rows.iter().map(|row| as_expected(prepared, row)).collect();
        let by_bytes = judge(&expected, &free, Comparison::Bytes);
        take(&mut free, &by_bytes);
        let mut left: Vec<Expected> = expected.into_iter().filter(|row| !is_verified(&by_bytes, row.source)).collect();
        accept(outcome, by_bytes, (&rows, &prepared.ends));
        if left.is_empty() {
            continue;
        }
        if !free.is_empty() {
            learn_contents(context, prepared, &mut left).await?;
        }
        let by_content = judge(&left, &free, Comparison::Content);
        take(&mut free, &by_content);
        outcome.by_content += by_content.verified.len() as u64;
        free.retain(|message| !by_content.altered.iter().any(|(_, target)| *target == message.uid));
        outcome.altered.extend(by_content.altered.iter().map(|(source, target)| (*source, Some(*target))));
        // What was seen there once and is not there any more was deleted by somebody: it is counted, and not copied again.
        let was_never_seen = |uid: &Uid| rows.iter().any(|row| row.source_uid == *uid && row.state == EntryState::Copied);
        let gone: Vec<Uid> = by_content.missing.iter().copied().filter(was_never_seen).collect();
        let altered = altered_beyond_recognition(context, prepared, (&rows, &gone), &free).await?;
        free.retain(|message| !altered.values().any(|target| *target == message.uid));
        outcome.missing.extend(gone.iter().filter(|uid| !altered.contains_key(uid)));
        outcome.altered.extend(altered.into_iter().map(|(source, target)| (source, Some(target))));
        accept(outcome, by_content, (&rows, &prepared.ends));
    }
    Ok(())
}

/// Which of these may be there in another form: a person has to look, and nothing is copied again.
async fn altered_beyond_recognition(
    context: &TaskContext,
    prepared: &mut Prepared,
    (rows, gone): (&[Entry], &[Uid]),
    free: &[Present],
) -> Result<BTreeMap<Uid, Uid>, Failure> {
    let rows: Vec<Entry> = rows.iter().filter(|row| gone.contains(&row.source_uid)).cloned().collect();
    let strangers = free.iter().map(|message| message.uid).collect();
    Ok(recall_rows(context, prepared, &rows, &strangers).await?.likely().collect())
}

/// Messages of the target from our first one on that no row holds.
async fn strangers(context: &TaskContext, prepared: &mut Prepared) -> Result<Vec<Present>, Failure> {
    let (migration, mailbox, validity) = (prepared.ends.migration, prepared.ends.mailbox, prepared.ends.target.uid_validity);
    let claimed = context.ports.journal.claimed(migration, mailbox, (validity, Uid(1))).await?;
    let others = sharing::held_by_others(context, &prepared.ends).await?;
    // Where a UID was told that the mailbox has not given yet, none of them bounds what is ours.
    let are_given = claimed.ranges().last().is_none_or(|(_, last)| last < prepared.ends.target.uid_next);
    let oldest = claimed.ranges().next().map(|(first, _)| first).filter(|_| are_given).unwrap_or(Uid(1));
    let there: UidSet = prepared.target.weigh(oldest).await?.iter().map(|m| m.uid).collect();
    let seen = recognise(context, prepared.target.as_mut(), &there.without(&claimed).without(&others)).await?;
    let present = |m: super::super::settle::SeenMessage| Present {
        uid: m.uid,
        fingerprint: m.fingerprint,
        flags: m.flags,
        internal_date: m.internal_date,
    };
    Ok(seen.into_iter().map(present).collect())
}

fn as_expected(prepared: &Prepared, row: &Entry) -> Expected {
    Expected {
        source: row.source_uid,
        target: row.target_uid,
        fingerprint: row.fingerprint,
        flags: prepared.ends.rules.wanted(&row.flags),
        internal_date: row.internal_date,
    }
}

fn judge(expected: &[Expected], free: &[Present], by: Comparison) -> Verification {
    compare_from(expected, free, (by, Uid(0)), |_| true)
}

fn is_verified(verification: &Verification, source: Uid) -> bool {
    verification.verified.binary_search_by_key(&source, |(uid, _)| *uid).is_ok()
}

/// What one row holds is not free for another.
fn take(free: &mut Vec<Present>, verification: &Verification) {
    let held: UidSet = verification.verified.iter().map(|(_, target)| *target).collect();
    free.retain(|message| !held.contains(message.uid));
}

/// What was found elsewhere than its row says did not get the flags that are set by STORE: they are due now.
fn accept(outcome: &mut Outcome, verification: Verification, (rows, ends): (&[Entry], &Ends)) {
    let later =
        |source: Uid| rows.iter().find(|row| row.source_uid == source).map(|row| ends.rules.of(&row.flags).later).unwrap_or_default();
    let due = verification.verified.iter().map(|(source, target)| (*target, later(*source)));
    outcome.later.extend(due.filter(|(_, flags)| *flags != Flags::default()));
    let is_due = |differs: &FlagsDiffer| {
        let due = later(differs.source);
        differs.difference.surplus == Flags::default()
            && due.system().fold(differs.difference.lacking.clone(), Flags::without) == Flags::default()
    };
    outcome.equal += verification.verified.len() as u64;
    outcome.flags_differ += verification.flags_differ.iter().filter(|differs| !is_due(differs)).count() as u64;
    outcome.dates_differ += verification.dates_differ.len() as u64;
    debug_assert!(
        verification.verified.iter().all(|(uid, _)| rows.iter().any(|row| row.source_uid == *uid)),
        "only rows that were asked for"
    );
    outcome.verified.extend(verification.verified.into_iter().map(|(source, target)| (source, Some(target))));
}

/// The content of messages whose bytes alone were looked at: read from the source once more, before anybody says that they are not there.
async fn learn_contents(context: &TaskContext, prepared: &mut Prepared, rows: &mut [Expected]) -> Result<(), Failure> {
    let unknown: UidSet = rows.iter().filter(|row| row.fingerprint.content.is_none()).map(|row| row.source).collect();
    let mut seen = recognise(context, prepared.source.as_mut(), &unknown).await?;
    seen.sort_by_key(|message| message.uid);
    for row in rows.iter_mut().filter(|row| row.fingerprint.content.is_none()) {
        if let Ok(index) = seen.binary_search_by_key(&row.source, |message| message.uid) {
            row.fingerprint.content = seen[index].fingerprint.content;
        }
    }
    Ok(())
}
