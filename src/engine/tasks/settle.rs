//! Settles doubts: which of the messages that were on their way when something was cut arrived?
//!
//! The target is read from the UIDNEXT that was recorded before the append; messages there are recognised by what they are, and
//! counted, so that twins stay twins. Equal bytes find each other first, then equal content: a server that quietly changes bytes
//! must not make a message look as if it had never arrived; what is left is [looked for once more](super::recalling). A message of which
//! nobody can say whether it arrived is refused with that reason: a person can look, and have it tried again. A changed UIDVALIDITY on either side is the same question about a whole mailbox.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use async_trait::async_trait;

use crate::domain::{BatchId, ByteSize, Flags, InternalDate, Uid, UidSet};
use crate::mailcopy::{Comparison, Digest, Fingerprint, Repair, settle};
use crate::ports::{Body, Entry, EntryState, FetchedMessage, LedgerChange, MailConnection, MailError, MessageSink, SinkClosed};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event, Side};

use super::super::context::{Failure, TaskContext};
use super::prepare::{Ends, Prepared};
use super::recalling::{recall_repaired, recall_rows};
use super::sending::{Rejected, record_rejected};
use super::sharing;

/// Times that a source mailbox may get new UIDs in one run of the program, before a person is asked.
const MOST_RENUMBERED: u32 = 5;

/// What is said of a message that may have arrived.
const UNSURE: &str = "the connection was lost while this message was sent, and the new account holds a message that may be this one in \
                      another form: look there before it is copied again";

/// Whether doubts are settled by looking. `Off` exists for the one test that shows what would happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Settling {
    /// By looking.
    On,
    /// Not at all: everything in doubt is sent again.
    Off,
}

/// A message as seen on one side.
#[derive(Debug, Clone)]
pub(super) struct SeenMessage {
    pub(super) uid: Uid,
    pub(super) fingerprint: Fingerprint,
    pub(super) flags: Flags,
    pub(super) internal_date: Option<InternalDate>,
}

/// Keeps what messages are, not their bytes.
struct Recogniser<'a> {
    context: &'a TaskContext,
    seen: Vec<SeenMessage>,
    failure: Option<MailError>,
}

#[async_trait]
impl MessageSink for Recogniser<'_> {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        if self.context.is_stopping() {
            return Err(SinkClosed);
        }
        let FetchedMessage { uid, flags, internal_date, body } = message;
        let bytes = match body.load() {
            Ok(bytes) => bytes,
            Err(error) => {
                self.failure = Some(MailError::unread(&error));
                return Err(SinkClosed);
            }
        };
        self.context.advance(1, ByteSize(bytes.len() as u64));
        self.seen.push(SeenMessage { uid, fingerprint: Fingerprint::of(&bytes), flags, internal_date });
        Ok(())
    }
}

/// Reads messages of the open mailbox and says what they are.
pub(super) async fn recognise(
    context: &TaskContext,
    connection: &mut dyn MailConnection,
    uids: &UidSet,
) -> Result<Vec<SeenMessage>, Failure> {
    let mut sink = Recogniser { context, seen: Vec::new(), failure: None };
    if !uids.is_empty() {
        connection.fetch(uids, &mut sink).await?;
    }
    if context.is_stopping() {
        return Err(Failure::Closing);
    }
    sink.failure.map_or_else(|| Ok(sink.seen), |error| Err(error.into()))
}

/// Patience is so many times what the slowest batch took...
const SLOWEST_TIMES: u64 = 3;
/// ...and at most so many milliseconds.
const MOST_PATIENCE_MILLIS: u64 = 180_000;
/// So often it is waited again because something arrived late.
const MOST_LATE: u32 = 20;

/// Settles what is in doubt about the mailbox, so that the ledger says what is at the target. Batches that are not all there stay in
/// doubt, since they may still arrive: see [`settle_late`].
pub(super) async fn settle_all(context: &TaskContext, prepared: &mut Prepared) -> Result<(), Failure> {
    if prepared.progress.source_validity.is_some_and(|known| known != prepared.ends.source.uid_validity) {
        renumber_source(context, prepared).await?;
    }
    if prepared.progress.target_validity.is_some_and(|known| known != prepared.ends.target.uid_validity) {
        relink_target(context, prepared).await?;
    }
    settle_doubts(context, prepared, Lacking::MayArrive).await.map(|_| ())
}

/// Settles what [`settle_all`] left in doubt, once everything else is copied.
///
/// A server that lost its client goes on with the commands that it has got: what is sent again before it is through is doubled. No
/// command of IMAP waits for another session, so the clock has to do, and it is set back by everything that arrives late.
pub(super) async fn settle_late(context: &TaskContext, prepared: &mut Prepared) -> Result<(), Failure> {
    let mut rest = patience(context, prepared)?.saturating_sub(context.ports.clock.now().millis_since(prepared.opened_at));
    for _ in 0..MOST_LATE {
        context.doing(Activity::AwaitingLate);
        if !context.pause(rest).await {
            return Err(Failure::Closing);
        }
        let now = prepared.target.select(&prepared.ends.to).await?;
        if now.uid_validity != prepared.ends.target.uid_validity {
            // Another pass looks at everything anew.
            return Ok(());
        }
        prepared.ends.target = now;
        if settle_doubts(context, prepared, Lacking::MayArrive).await? == 0 {
            break;
        }
        rest = context.limits.late_millis;
    }
    settle_doubts(context, prepared, Lacking::IsLost).await.map(|_| ())
}

/// Milliseconds after the last connection was lost after which nothing arrives any more of what was sent over it.
fn patience(context: &TaskContext, prepared: &Prepared) -> Result<u64, Failure> {
    let migration = context.migration(prepared.ends.migration)?;
    let slowest = migration.mailboxes.values().map(|mailbox| mailbox.slowest_millis).max().unwrap_or(0);
    Ok(slowest.saturating_mul(SLOWEST_TIMES).min(MOST_PATIENCE_MILLIS).max(context.limits.late_millis))
}

/// What a batch is of which not everything is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lacking {
    /// It stays in doubt, all of it.
    MayArrive,
    /// What is not found is sent again.
    IsLost,
}

/// Answers how many batches were found.
async fn settle_doubts(context: &TaskContext, prepared: &mut Prepared, lacking: Lacking) -> Result<usize, Failure> {
    let (migration, mailbox) = (prepared.ends.migration, prepared.ends.mailbox);
    if prepared.progress.doubts.is_empty() {
        return Ok(0);
    }
    let intended = context.ports.journal.entries(migration, mailbox, Some(EntryState::Intended)).await?;
    context.doing(Activity::Settling);
    let validity = prepared.ends.target.uid_validity;
    let is_same = prepared.progress.doubts.values().all(|doubt| doubt.target_validity == validity);
    let from = prepared.progress.doubts.values().map(|doubt| doubt.target_uid_next).min().filter(|_| is_same).unwrap_or(Uid(1));
    let claimed = context.ports.journal.claimed(migration, mailbox, (validity, from)).await?;
    let mut seen = Vec::new();
    if context.limits.settling == Settling::On && !intended.is_empty() {
        let listed: UidSet = prepared.target.weigh(from).await?.iter().map(|m| m.uid).collect();
        let free = listed.without(&claimed).without(&sharing::held_by_others(context, &prepared.ends).await?);
        context.meter.total(&context.task, free.len());
        seen = recognise(context, prepared.target.as_mut(), &free).await?;
    }
    let mut stored = twins_by_date(&intended, &seen);
    let taken: BTreeSet<Uid> = stored.values().copied().collect();
    let there: Vec<(Uid, Fingerprint)> = seen.iter().map(|m| (m.uid, m.fingerprint)).filter(|(uid, _)| !taken.contains(uid)).collect();
    let left: Vec<Entry> = intended.iter().filter(|row| !stored.contains_key(&row.source_uid)).cloned().collect();
    let wanted = wanted(context, prepared, &left, &there).await?;
    // Of all batches together, so that equal bytes find each other before equal content does.
    let settlement = settle(&wanted, &there, &BTreeSet::new(), Comparison::Content);
    stored.extend(settlement.stored);
    let again: BTreeSet<Uid> = settlement.again.into_iter().collect();
    let is_found = |batch: &BatchId| intended.iter().filter(|row| row.batch == *batch).all(|row| stored.contains_key(&row.source_uid));
    let found: BTreeSet<BatchId> = prepared.progress.doubts.keys().copied().filter(is_found).collect();
    let waits = lacking == Lacking::MayArrive && context.limits.settling == Settling::On;
    let decided = if waits { found.clone() } else { prepared.progress.doubts.keys().copied().collect() };
    let left: Vec<Entry> = left.into_iter().filter(|row| again.contains(&row.source_uid) && decided.contains(&row.batch)).collect();
    let recalled = recall_rows(context, prepared, &left, &settlement.strangers.into_iter().collect()).await?;
    stored.extend(recalled.stored);
    refuse_unsure(context, &left, &recalled.unsure).await?;
    for batch in decided {
        let is_settled = |entry: &&Entry| entry.batch == batch && !recalled.unsure.contains_key(&entry.source_uid);
        let rows: Vec<&Entry> = intended.iter().filter(is_settled).collect();
        record_settled(context, &prepared.ends, (batch, &rows), &stored).await?;
    }
    prepared.progress = context.migration(migration)?.mailboxes.get(&mailbox).cloned().ok_or(Failure::Closing)?;
    Ok(found.len())
}

/// Equal bytes that arrived on the same date, then equal content: of twins, each is known by its own date and not taken for the other.
fn twins_by_date(rows: &[Entry], seen: &[SeenMessage]) -> BTreeMap<Uid, Uid> {
    let by_bytes: Print = |print| Some(print.exact);
    let by_content: Print = |print| print.content;
    let mut twins = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for print in [by_bytes, by_content] {
        let key = |of: &Fingerprint, date: Option<InternalDate>| Some((print(of)?, date?.nearest_kept().unix_seconds()));
        let mut free: BTreeMap<_, VecDeque<Uid>> = BTreeMap::new();
        for message in seen.iter().filter(|message| !taken.contains(&message.uid)) {
            if let Some(key) = key(&message.fingerprint, message.internal_date) {
                free.entry(key).or_default().push_back(message.uid);
            }
        }
        for row in rows {
            let twin = |key| free.get_mut(&key)?.pop_front();
            if !twins.contains_key(&row.source_uid)
                && let Some(uid) = key(&row.fingerprint, row.internal_date).and_then(twin)
            {
                twins.insert(row.source_uid, uid);
                taken.insert(uid);
            }
        }
    }
    twins
}

/// What of a fingerprint counts.
type Print = fn(&Fingerprint) -> Option<Digest>;

/// What the messages in doubt are. Where a target may have changed bytes quietly, bytes that are not found prove nothing: the content of
/// such messages is read from the source, before anybody says that they never arrived.
async fn wanted(
    context: &TaskContext,
    prepared: &mut Prepared,
    rows: &[Entry],
    there: &[(Uid, Fingerprint)],
) -> Result<Vec<(Uid, Fingerprint)>, Failure> {
    let mut wanted: Vec<(Uid, Fingerprint)> = rows.iter().map(|row| (row.source_uid, row.fingerprint)).collect();
    let by_bytes = settle(&wanted, there, &BTreeSet::new(), Comparison::Bytes);
    let lost: BTreeSet<Uid> = by_bytes.again.into_iter().collect();
    let is_unsure = |row: &Entry| row.fingerprint.content.is_none() && lost.contains(&row.source_uid);
    let validity = prepared.ends.source.uid_validity;
    let unsure: UidSet = rows.iter().filter(|row| is_unsure(row) && row.source_validity == validity).map(|row| row.source_uid).collect();
    // With nothing left at the target to be mistaken for them, there is nothing to ask.
    if unsure.is_empty() || by_bytes.strangers.is_empty() {
        return Ok(wanted);
    }
    let contents: BTreeMap<Uid, Fingerprint> =
        recognise(context, prepared.source.as_mut(), &unsure).await?.iter().map(|m| (m.uid, m.fingerprint)).collect();
    for (row, (uid, print)) in rows.iter().zip(&mut wanted).filter(|(row, _)| is_unsure(row)) {
        debug_assert_eq!(row.source_uid, *uid, "in the same order");
        print.content = contents.get(uid).and_then(|seen| seen.content);
    }
    Ok(wanted)
}

/// Nobody can say whether these arrived: neither counted as copied nor sent again.
async fn refuse_unsure(context: &TaskContext, rows: &[Entry], unsure: &BTreeMap<Uid, (Option<Uid>, Body)>) -> Result<(), Failure> {
    for row in rows {
        if let Some((_, body)) = unsure.get(&row.source_uid) {
            record_rejected(context, Rejected { entry: row.clone(), body, reason: UNSURE.to_owned() }).await?;
        }
    }
    Ok(())
}

async fn record_settled(
    context: &TaskContext,
    ends: &Ends,
    (batch, rows): (BatchId, &[&Entry]),
    stored: &BTreeMap<Uid, Uid>,
) -> Result<(), Failure> {
    let (migration, mailbox) = (ends.migration, ends.mailbox);
    let (found, again): (Vec<&Entry>, Vec<&Entry>) = rows.iter().copied().partition(|entry| stored.contains_key(&entry.source_uid));
    let (bytes, count) = (found.iter().map(|entry| entry.size).sum(), u32::try_from(found.len()).unwrap_or(u32::MAX));
    let source_validity = rows.first().map_or(ends.source.uid_validity, |entry| entry.source_validity);
    // Whole rows: the mailbox may have got another UIDVALIDITY since they were written.
    let now = found.into_iter().map(|entry| Entry {
        state: EntryState::Copied,
        target_uid: stored.get(&entry.source_uid).copied(),
        target_validity: ends.target.uid_validity,
        ..entry.clone()
    });
    let ledger = vec![
        LedgerChange::Put(now.collect()),
        LedgerChange::Forget { migration, mailbox, source_validity, uids: again.iter().map(|entry| entry.source_uid).collect() },
    ];
    let event =
        Event::BatchSettled { migration, mailbox, batch, found: count, bytes, again: u32::try_from(again.len()).unwrap_or(u32::MAX) };
    context.record_with(event, ledger).await
}

/// The source gave its messages new UIDs: rows follow the messages that they are about.
async fn renumber_source(context: &TaskContext, prepared: &mut Prepared) -> Result<(), Failure> {
    let (migration, mailbox) = (prepared.ends.migration, prepared.ends.mailbox);
    let Some(from) = prepared.progress.source_validity else { return Ok(()) };
    let to = prepared.ends.source.uid_validity;
    let wire = &prepared.progress.mapping.wire;
    if context.shared.opening((migration, wire), |known| known.renumbered += 1).renumbered > MOST_RENUMBERED {
        let cause = "the server tells another UIDVALIDITY each time this mailbox is opened";
        return Err(Problem::new(ProblemCode::MailboxRefused).with("folder", wire).because(cause).into());
    }
    context.doing(Activity::Settling);
    let rows = context.ports.journal.entries(migration, mailbox, None).await?;
    let uids: UidSet = prepared.source.enumerate(Uid(1)).await?.iter().map(|m| m.uid).collect();
    context.meter.total(&context.task, uids.len());
    let seen = recognise(context, prepared.source.as_mut(), &uids).await?;
    // What was refused is tried again under its new UID.
    let known: Vec<(Uid, Fingerprint)> =
        rows.iter().filter(|entry| entry.state != EntryState::Refused).map(|entry| (entry.source_uid, entry.fingerprint)).collect();
    let there: Vec<(Uid, Fingerprint)> = seen.iter().map(|m| (m.uid, m.fingerprint)).collect();
    let settlement = settle(&known, &there, &BTreeSet::new(), Comparison::Content);
    let again: BTreeSet<Uid> = settlement.again.into_iter().collect();
    let lost: Vec<Entry> = rows.iter().filter(|row| again.contains(&row.source_uid)).cloned().collect();
    let mut pairs = settlement.stored;
    // A row holds what was sent: of a repaired message that is another one than the source has.
    pairs.extend(recall_repaired(context, prepared, &lost, &settlement.strangers.into_iter().collect()).await?);
    let copied: BTreeSet<Uid> = rows.iter().filter(|e| e.state.is_at_target()).map(|e| e.source_uid).collect();
    let recognised = pairs.iter().filter(|(old, _)| copied.contains(old)).count() as u64;
    let event = Event::ValidityChanged { migration, mailbox, side: Side::Source, from, to, recognised };
    let now: BTreeMap<Uid, Uid> = pairs.iter().copied().collect();
    let mut events = vec![(event, vec![LedgerChange::Renumber { migration, mailbox, from, to, uids: pairs }])];
    // What was changed of a message follows it to its new number, in the same transaction: after a cut nobody would move it any more.
    let before = std::mem::take(&mut prepared.progress.repaired);
    let repaired: BTreeMap<Uid, Vec<Repair>> = before.iter().filter_map(|(old, repairs)| Some((*now.get(old)?, repairs.clone()))).collect();
    let told = |uid, repairs| (Event::MessageRepaired { migration, mailbox, uid, repairs }, Vec::new());
    events.extend(before.into_keys().map(|uid| told(uid, Vec::new())));
    events.extend(repaired.iter().map(|(uid, repairs)| told(*uid, repairs.clone())));
    context.record_all(events).await?;
    prepared.progress.source_validity = Some(to);
    prepared.progress.repaired = repaired;
    Ok(())
}

/// The target gave its messages new UIDs: rows are linked to the messages found there, and what is not there is copied again.
async fn relink_target(context: &TaskContext, prepared: &mut Prepared) -> Result<(), Failure> {
    let (migration, mailbox) = (prepared.ends.migration, prepared.ends.mailbox);
    let Some(from) = prepared.progress.target_validity else { return Ok(()) };
    let to = prepared.ends.target.uid_validity;
    context.doing(Activity::Settling);
    let rows = context.ports.journal.entries(migration, mailbox, None).await?;
    let stored: Vec<Entry> = rows.into_iter().filter(|e| e.state.is_at_target()).collect();
    let uids: UidSet = prepared.target.enumerate(Uid(1)).await?.iter().map(|m| m.uid).collect();
    let uids = uids.without(&sharing::held_by_others(context, &prepared.ends).await?);
    context.meter.total(&context.task, uids.len());
    let seen = recognise(context, prepared.target.as_mut(), &uids).await?;
    let there: Vec<(Uid, Fingerprint)> = seen.iter().map(|m| (m.uid, m.fingerprint)).collect();
    let known = wanted(context, prepared, &stored, &there).await?;
    let settlement = settle(&known, &there, &BTreeSet::new(), Comparison::Content);
    let mut found: BTreeMap<Uid, Uid> = settlement.stored.into_iter().collect();
    let lost: Vec<Entry> = stored.iter().filter(|row| !found.contains_key(&row.source_uid)).cloned().collect();
    let recalled = recall_rows(context, prepared, &lost, &settlement.strangers.into_iter().collect()).await?;
    // All of these were stored: what may be one of them is, and the verification says in which form.
    found.extend(recalled.likely());
    let again = lost.iter().map(|row| row.source_uid).filter(|uid| !found.contains_key(uid)).collect();
    let target_of = |source: Uid| found.get(&source).copied();
    let linked: Vec<Entry> = stored
        .into_iter()
        .map(|mut entry| {
            entry.target_uid = target_of(entry.source_uid);
            entry.target_validity = to;
            entry.state = if entry.target_uid.is_some() { EntryState::Copied } else { EntryState::Intended };
            entry
        })
        .collect();
    let source_validity = prepared.progress.source_validity.unwrap_or(prepared.ends.source.uid_validity);
    let ledger = vec![LedgerChange::Put(linked), LedgerChange::Forget { migration, mailbox, source_validity, uids: again }];
    let event = Event::ValidityChanged { migration, mailbox, side: Side::Target, from, to, recognised: found.len() as u64 };
    context.record_with(event, ledger).await?;
    prepared.progress.target_validity = Some(to);
    Ok(())
}
