//! Sends batches under an intent and records what became of every message.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::domain::{BatchId, ByteSize, Flags, InternalDate, Uid, UidSet};
use crate::mailcopy::{Comparison, Fingerprint, Repair};
use crate::ports::{
    AppendReport, Appended, Body, Entry, EntryState, LedgerChange, MailConnection, MailError, OutgoingMessage, Refusal, RefusalKind,
};
use crate::problem::{Problem, ProblemCode};
use crate::session::Event;

use super::super::context::{Failure, StruckMessage, TaskContext};
use super::flagging;
use super::outbound::Outbound;
use super::prepare::Ends;
use super::recalling::{Sent, recall};
use super::repairing::{self, Mended};
use super::room::is_full;
use super::settle::recognise;

/// Single messages that took the connection with them so often are refused: one bad message never stops the rest.
const MOST_STRIKES: u32 = 3;

/// What is said of a message that no connection outlives.
const UNBEARABLE: &str = "the server closed the connection each time it was given this message";

/// Whether a refusal can be about the date: the server could not read what it was given, or says so.
fn may_be_the_date(refusal: &Refusal) -> bool {
    let text = refusal.text.to_ascii_lowercase();
    refusal.kind == RefusalKind::Content
        || text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| ["date", "time", "internaldate"].contains(&word))
}

/// What became of one message.
pub(super) enum Fate {
    Stored(Option<Uid>),
    Refused(Refusal),
    /// Not tried any more: the account is full.
    Left,
}

/// A batch whose intent is on disk.
pub(super) struct Intended {
    pub(super) id: BatchId,
    pub(super) batch: Vec<Outbound>,
}

/// What was stored of a batch; the messages themselves are not needed any more.
pub(super) struct Stored {
    pub(super) id: BatchId,
    pub(super) uids: Vec<(Uid, Option<Uid>)>,
    pub(super) bytes: ByteSize,
    /// Marks that the target does not keep: messages by mark.
    pub(super) marks: BTreeMap<String, u64>,
}

/// Sends batches into one target mailbox; shared by all lanes that write to it.
pub(super) struct Sender {
    context: TaskContext,
    ends: Ends,
    /// Every append from now on gets a UID from here on.
    uid_next: AtomicU32,
}

impl Sender {
    pub(super) fn new(context: &TaskContext, ends: Ends) -> Self {
        Self { context: context.clone(), uid_next: AtomicU32::new(ends.target.uid_next.0), ends }
    }

    /// Both ends.
    pub(super) const fn ends(&self) -> &Ends {
        &self.ends
    }

    /// How a message of this mailbox is known to those who count losses.
    pub(super) const fn key(&self, uid: Uid) -> StruckMessage {
        (self.ends.migration, self.ends.mailbox, uid)
    }

    /// Everything up to this UID is stored.
    pub(super) fn is_stored(&self, uids: impl Iterator<Item = Uid>) {
        if let Some(highest) = uids.map(|uid| uid.0).max() {
            self.uid_next.fetch_max(highest.saturating_add(1), Ordering::AcqRel);
        }
    }

    /// Appends a batch whose intent is recorded and says what became of it. `first` is what an append of all of it came to, if it was
    /// tried already. On an error the batch is in doubt, and settled when the task runs again.
    pub(super) async fn finish(
        &self,
        target: &mut dyn MailConnection,
        Intended { id, batch }: Intended,
        first: Option<AppendReport>,
    ) -> Result<(), Failure> {
        let mut fates = self.append_all(target, (id, &batch), first).await?;
        self.look_up(target, &batch, &mut fates).await?;
        let stored: Vec<(&Flags, Option<Uid>)> = batch
            .iter()
            .zip(&fates)
            .filter_map(|(outbound, fate)| if let Fate::Stored(uid) = fate { Some((&outbound.message.flags, *uid)) } else { None })
            .collect();
        flagging::after_storing(&self.context, &self.ends, target, &stored).await?;
        let is_full = fates.iter().any(|fate| matches!(fate, Fate::Left));
        self.conclude(id, &batch, fates).await?;
        if is_full {
            let full = Problem::new(ProblemCode::QuotaFull).with("folder", &self.ends.to);
            return Err(full.into());
        }
        Ok(())
    }

    /// A message that no connection outlives is refused without another try; `None`: it is not one.
    pub(super) async fn refuse_unbearable(&self, intended: Intended) -> Result<Option<Intended>, Failure> {
        let [alone] = intended.batch.as_slice() else { return Ok(Some(intended)) };
        if self.context.losses_alone(self.key(alone.uid())) < MOST_STRIKES {
            return Ok(Some(intended));
        }
        let refusal = Refusal { kind: RefusalKind::TooBig, text: UNBEARABLE.to_owned() };
        self.conclude(intended.id, &intended.batch, vec![Fate::Refused(refusal)]).await?;
        Ok(None)
    }

    /// A message that the source lists and never delivers: there is nothing to be saved of it.
    pub(super) async fn refuse_unread(&self, uid: Uid, reason: &str) -> Result<(), Failure> {
        let fingerprint = Fingerprint::of(b"");
        let reason = reason.to_owned();
        let entry = Entry {
            migration: self.ends.migration,
            mailbox: self.ends.mailbox,
            source_validity: self.ends.source.uid_validity,
            source_uid: uid,
            target_validity: self.ends.target.uid_validity,
            target_uid: None,
            fingerprint,
            size: ByteSize(0),
            internal_date: None,
            flags: Flags::default(),
            state: EntryState::Refused,
            reason: Some(reason.clone()),
            batch: BatchId(0),
        };
        let event = Event::MessageRefused {
            migration: self.ends.migration,
            mailbox: self.ends.mailbox,
            uid,
            bytes: ByteSize(0),
            reason,
            saved: String::new(),
        };
        self.context.record_with(event, vec![LedgerChange::Put(vec![entry])]).await
    }

    /// Records what is about to be sent; returns once that is on disk.
    pub(super) async fn intend(&self, mut batch: Vec<Outbound>) -> Result<Intended, Failure> {
        self.disarm(&mut batch).await?;
        self.announce(batch, None).await
    }

    /// The same for a message that was put together from pieces, and that this is so: after a cut it is looked for as that.
    pub(super) async fn intend_pieced(&self, mut batch: Vec<Outbound>, uid: Uid) -> Result<Intended, Failure> {
        self.disarm(&mut batch).await?;
        let mut repairs = repairing::so_far(&self.context, &self.ends, uid);
        repairs.push(Repair::ReadInPieces);
        let pieced = Event::MessageRepaired { migration: self.ends.migration, mailbox: self.ends.mailbox, uid, repairs };
        self.announce(batch, Some(pieced)).await
    }

    async fn announce(&self, batch: Vec<Outbound>, also: Option<Event>) -> Result<Intended, Failure> {
        let id = self.context.next_batch();
        let entries = batch.iter().map(|outbound| self.entry(outbound, id)).collect();
        let event = Event::BatchIntended {
            migration: self.ends.migration,
            mailbox: self.ends.mailbox,
            batch: id,
            source_validity: self.ends.source.uid_validity,
            target_validity: self.ends.target.uid_validity,
            target_uid_next: Uid(self.uid_next.load(Ordering::Acquire)),
            messages: u32::try_from(batch.len()).unwrap_or(u32::MAX),
            bytes: batch.iter().map(Outbound::size).sum(),
        };
        let all = also.map(|event| (event, Vec::new())).into_iter().chain([(event, vec![LedgerChange::Put(entries)])]);
        self.context.record_all(all.collect()).await?;
        Ok(Intended { id, batch })
    }

    fn entry(&self, outbound: &Outbound, batch: BatchId) -> Entry {
        Entry {
            migration: self.ends.migration,
            mailbox: self.ends.mailbox,
            source_validity: self.ends.source.uid_validity,
            source_uid: outbound.uid(),
            target_validity: self.ends.target.uid_validity,
            target_uid: None,
            fingerprint: outbound.fingerprint,
            size: outbound.size(),
            internal_date: outbound.message.internal_date,
            flags: outbound.message.flags.clone(),
            state: EntryState::Intended,
            reason: None,
            batch,
        }
    }

    /// Messages as they are sent.
    pub(super) fn outgoing(&self, batch: &[Outbound]) -> Vec<OutgoingMessage> {
        let adapt = |message: &crate::ports::FetchedMessage| {
            (self.ends.rules.of(&message.flags).now, message.internal_date.map(InternalDate::nearest_kept))
        };
        batch.iter().map(|outbound| outbound.outgoing(adapt)).collect()
    }

    /// Appends everything; what is refused together is halved until the culprit stands alone.
    async fn append_all(
        &self,
        target: &mut dyn MailConnection,
        (id, batch): (BatchId, &[Outbound]),
        mut first: Option<AppendReport>,
    ) -> Result<Vec<Fate>, Failure> {
        let messages = self.outgoing(batch);
        let mut fates: Vec<Fate> = batch.iter().map(|_| Fate::Left).collect();
        let whole = 0..messages.len();
        let mut ranges = vec![whole];
        while let Some(range) = ranges.pop() {
            let report = match first.take() {
                Some(report) => report,
                None => self.append(target, &messages[range.clone()], &batch[range.clone()]).await?,
            };
            match report {
                AppendReport::Each { outcomes, .. } => {
                    // To the end, also when the account is full: a smaller message may have been stored after one that did not fit.
                    let mut is_full = false;
                    for (index, outcome) in range.zip(outcomes) {
                        fates[index] = match outcome {
                            // Of a server that tells wrong ones none is believed.
                            Appended::Stored(uid) => Fate::Stored(uid.filter(|_| !self.context.shared.is_silent(self.ends.migration))),
                            Appended::Refused(_) if is_full => Fate::Left,
                            Appended::Refused(refusal) => self.once_more(target, &messages[index], (id, &batch[index]), refusal).await?,
                        };
                        is_full |= matches!(fates[index], Fate::Left);
                    }
                    if is_full {
                        return Ok(fates);
                    }
                }
                AppendReport::RefusedTogether(refusal) if range.len() == 1 => {
                    fates[range.start] = self.once_more(target, &messages[range.start], (id, &batch[range.start]), refusal).await?;
                    if matches!(fates[range.start], Fate::Left) {
                        return Ok(fates);
                    }
                }
                AppendReport::RefusedTogether(_) => {
                    let middle = range.start + range.len() / 2;
                    ranges.extend([middle..range.end, range.start..middle]);
                }
            }
        }
        Ok(fates)
    }

    /// One append.
    async fn append(
        &self,
        target: &mut dyn MailConnection,
        messages: &[OutgoingMessage],
        batch: &[Outbound],
    ) -> Result<AppendReport, Failure> {
        let keys: Vec<StruckMessage> = batch.iter().map(|outbound| self.key(outbound.uid())).collect();
        let report = target.append(&self.ends.to, messages).await;
        if matches!(report, Err(MailError::Lost(_) | MailError::Protocol(_))) {
            self.context.lost_over(&keys);
        }
        Ok(report?)
    }

    /// Takes requests for receipts out of the way, where the person wants that.
    async fn disarm(&self, batch: &mut [Outbound]) -> Result<(), Failure> {
        let is_wanted = repairing::are_receipts_disarmed(&self.context, &self.ends);
        let mut sent = Vec::with_capacity(batch.len());
        for outbound in batch {
            let disarmed = if is_wanted {
                let bytes = outbound.message.body.load().map_err(|error| MailError::unread(&error))?;
                repairing::disarmed(&self.ends, &bytes)
            } else {
                None
            };
            sent.push((outbound.uid(), disarmed.is_some()));
            if let Some(bytes) = disarmed {
                outbound.becomes(bytes);
            }
        }
        repairing::before_sending(&self.context, &self.ends, &sent).await
    }

    /// A single message was refused: full is full; else it is tried without keywords, then without its date, then repaired.
    async fn once_more(
        &self,
        target: &mut dyn MailConnection,
        message: &OutgoingMessage,
        (batch, outbound): (BatchId, &Outbound),
        refusal: Refusal,
    ) -> Result<Fate, Failure> {
        if is_full(target, &refusal, outbound.size()).await? {
            return Ok(Fate::Left);
        }
        if matches!(refusal.kind, RefusalKind::TooBig) || message.body.is_empty() {
            return Ok(Fate::Refused(refusal));
        }
        if refusal.kind == RefusalKind::NoMailbox {
            target.create(&self.ends.to, None).await?;
        }
        let source = outbound.message.uid;
        if let Some(uid) = repairing::without_keywords(&self.context, &self.ends, target, message, source).await? {
            return Ok(Fate::Stored(uid));
        }
        let plain = OutgoingMessage { flags: message.flags.clone().keeping_keywords(|_| false), ..message.clone() };
        let dateless = OutgoingMessage { internal_date: None, ..plain.clone() };
        let mut last = refusal;
        for attempt in [plain, dateless] {
            // Without keywords it was tried already, and as it is too, unless there was no mailbox.
            let has_keywords = message.flags.keywords().next().is_some();
            let is_tried = attempt == *message || has_keywords && attempt.internal_date == message.internal_date;
            if is_tried && last.kind != RefusalKind::NoMailbox {
                continue;
            }
            // A date is given up only where it can be what was refused: a server that just says no may take the message later, as it is.
            if attempt.internal_date != message.internal_date && !may_be_the_date(&last) {
                continue;
            }
            match self.append(target, std::slice::from_ref(&attempt), std::slice::from_ref(outbound)).await? {
                AppendReport::Each { outcomes, .. } => match outcomes.into_iter().next() {
                    Some(Appended::Stored(uid)) => return Ok(Fate::Stored(uid)),
                    Some(Appended::Refused(refusal)) => last = refusal,
                    None => {}
                },
                AppendReport::RefusedTogether(refusal) => last = refusal,
            }
            if last.kind == RefusalKind::Quota {
                return Ok(Fate::Left);
            }
        }
        let entry = self.entry(outbound, batch);
        Ok(match repairing::attempt(&self.context, &self.ends, target, (message, entry), last).await? {
            Mended::Stored(uid) => Fate::Stored(uid),
            Mended::Refused(refusal) => Fate::Refused(refusal),
            Mended::Full => Fate::Left,
        })
    }

    /// Finds the UIDs of messages that were stored by a server that did not say them: the path of a doubt, taken as the normal one.
    async fn look_up(&self, target: &mut dyn MailConnection, batch: &[Outbound], fates: &mut [Fate]) -> Result<(), Failure> {
        let unknown: Vec<usize> = (0..fates.len()).filter(|i| matches!(fates[*i], Fate::Stored(None))).collect();
        if !unknown.is_empty() {
            target.select(&self.ends.to).await?;
            let from = Uid(self.uid_next.load(Ordering::Acquire));
            // Not what is another row's already: a twin that went before is nobody's of this batch.
            let whose = (self.ends.target.uid_validity, from);
            let held = self.context.ports.journal.claimed(self.ends.migration, self.ends.mailbox, whose).await?;
            let listed: UidSet = target.enumerate(from).await?.iter().map(|m| m.uid).collect();
            let seen: Vec<(Uid, Fingerprint)> =
                recognise(&self.context, target, &listed.without(&held)).await?.iter().map(|m| (m.uid, m.fingerprint)).collect();
            let known = fates.iter().filter_map(|fate| match fate {
                Fate::Stored(uid) => *uid,
                _ => None,
            });
            let mut claimed: BTreeSet<Uid> = known.collect();
            let wanted: Vec<(Uid, Fingerprint)> = unknown.iter().map(|i| (batch[*i].uid(), batch[*i].fingerprint)).collect();
            let settlement = crate::mailcopy::settle(&wanted, &seen, &claimed, Comparison::Content);
            let mut altered = Vec::new();
            for index in unknown {
                let source = batch[index].uid();
                let found = settlement.stored.iter().find(|(uid, _)| *uid == source).map(|(_, target)| *target);
                claimed.extend(found);
                fates[index] = Fate::Stored(found);
                altered.extend(found.is_none().then_some(index));
            }
            // What was stored and is not recognised was altered by the server: the verification says so, and nothing is copied again.
            let as_sent = |index: &usize| {
                let message = &batch[*index].message;
                Sent { uid: message.uid, internal_date: message.internal_date, body: message.body.clone() }
            };
            let sent: Vec<Sent> = altered.iter().map(as_sent).collect();
            let strangers = seen.iter().map(|(uid, _)| *uid).filter(|uid| !claimed.contains(uid)).collect();
            let recalled: BTreeMap<Uid, Uid> = recall(&self.context, target, &sent, &strangers).await?.likely().collect();
            claimed.extend(recalled.values());
            altered.retain(|index| {
                let found = recalled.get(&batch[*index].uid());
                fates[*index] = Fate::Stored(found.copied());
                found.is_none()
            });
            // When as many new messages are left over, they are these, in the order in which they were sent.
            let mut left: Vec<Uid> = seen.iter().map(|(uid, _)| *uid).filter(|uid| !claimed.contains(uid)).collect();
            left.sort_unstable();
            if left.len() == altered.len() {
                altered.into_iter().zip(left).for_each(|(index, uid)| fates[index] = Fate::Stored(Some(uid)));
            }
        }
        self.is_stored(fates.iter().filter_map(|fate| if let Fate::Stored(uid) = fate { *uid } else { None }));
        Ok(())
    }

    /// Records refusals first, each with its saved copy, then the batch: a cut between them leaves the rest in doubt, never forgotten.
    async fn conclude(&self, id: BatchId, batch: &[Outbound], fates: Vec<Fate>) -> Result<(), Failure> {
        let (migration, mailbox, source_validity) = (self.ends.migration, self.ends.mailbox, self.ends.source.uid_validity);
        let (mut stored, mut left, mut bytes) = (Vec::new(), Vec::new(), ByteSize(0));
        for (outbound, fate) in batch.iter().zip(fates) {
            match fate {
                Fate::Stored(uid) => {
                    stored.push((outbound.uid(), uid));
                    bytes += outbound.size();
                }
                Fate::Left => left.push(outbound.uid()),
                Fate::Refused(refusal) => self.record_refusal(outbound, id, refusal).await?,
            }
        }
        let forgotten = LedgerChange::Forget { migration, mailbox, source_validity, uids: left };
        self.record_stored(vec![(Stored { id, uids: stored, bytes, marks: BTreeMap::new() }, vec![forgotten])]).await
    }

    /// Records what was stored of batches: their doubts are over.
    pub(super) async fn record_stored(&self, batches: Vec<(Stored, Vec<LedgerChange>)>) -> Result<(), Failure> {
        let (migration, mailbox, source_validity) = (self.ends.migration, self.ends.mailbox, self.ends.source.uid_validity);
        let mut events = Vec::with_capacity(batches.len());
        let mut advances = Vec::with_capacity(batches.len());
        for (Stored { id: batch, uids, bytes, marks }, further) in batches {
            let copied = u32::try_from(uids.len()).unwrap_or(u32::MAX);
            let mut ledger = vec![LedgerChange::Mark { migration, mailbox, source_validity, state: EntryState::Copied, uids }];
            ledger.extend(further);
            if !marks.is_empty() {
                events.push((Event::MarksDropped { migration, mailbox, marks }, Vec::new()));
            }
            events.push((Event::BatchCopied { migration, mailbox, batch, copied, bytes }, ledger));
            advances.push((u64::from(copied), bytes));
        }
        self.context.record_all(events).await?;
        for (copied, bytes) in advances {
            self.context.advance(copied, bytes);
        }
        Ok(())
    }

    async fn record_refusal(&self, outbound: &Outbound, batch: BatchId, refusal: Refusal) -> Result<(), Failure> {
        let body = outbound.original.as_ref().unwrap_or(&outbound.message.body);
        record_rejected(&self.context, Rejected { entry: self.entry(outbound, batch), body, reason: refusal.text }).await
    }
}

/// A message that is not copied, for a reason.
pub(super) struct Rejected<'a> {
    /// Its row.
    pub(super) entry: Entry,
    /// Its bytes.
    pub(super) body: &'a Body,
    /// Why.
    pub(super) reason: String,
}

/// Saves a message that is not copied, and records why.
pub(super) async fn record_rejected(context: &TaskContext, Rejected { entry, body, reason }: Rejected<'_>) -> Result<(), Failure> {
    let Entry { migration, mailbox, source_validity, source_uid: uid, size, .. } = entry;
    let saved = format!("refused/{migration}-{mailbox}-{source_validity}-{uid}.eml");
    // An empty file in the place of a message would look as if it were saved.
    let bytes = body.load().map_err(|error| MailError::unread(&error))?;
    context.ports.journal.save_file(&saved, &bytes).await?;
    let entry = Entry { state: EntryState::Refused, reason: Some(reason.clone()), ..entry };
    let event = Event::MessageRefused { migration, mailbox, uid, bytes: size, reason, saved };
    context.record_with(event, vec![LedgerChange::Put(vec![entry])]).await
}
