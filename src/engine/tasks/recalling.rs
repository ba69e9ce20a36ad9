//! Looks once more for messages that nobody recognised at the target, among those there that belong to nobody: a server may have
//! altered them on their way in.
//!
//! Three answers: it is this one, altered as known servers alter mail; it is none of them; or nobody can say. The last is never
//! guessed: what is in doubt is then neither counted as copied nor sent again, but listed for a person.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::domain::{InternalDate, Uid, UidSet};
use crate::mailcopy::{Likeness, Repair, is_worn};
use crate::ports::{Body, Entry, FetchedMessage, MailConnection, MailError, MessageSink, SinkClosed};

use super::super::context::{Failure, TaskContext};
use super::prepare::Prepared;
use super::repairing;

/// Messages whose bytes are held at the same time.
const TOGETHER: usize = 200;

/// A message as it was sent.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) uid: Uid,
    pub(super) internal_date: Option<InternalDate>,
    pub(super) body: Body,
}

/// What was found out.
#[derive(Debug, Default)]
pub(super) struct Recalled {
    /// Sure: UID at the source, UID at the target.
    pub(super) stored: BTreeMap<Uid, Uid>,
    /// Nobody can say: the message that each may have become, where there are enough of them, and its bytes as they were sent.
    pub(super) unsure: BTreeMap<Uid, (Option<Uid>, Body)>,
}

impl Recalled {
    /// Messages that may be at the target, with that under which UID.
    pub(super) fn likely(&self) -> impl Iterator<Item = (Uid, Uid)> {
        let unsure = self.unsure.iter().filter_map(|(source, (target, _))| target.map(|target| (*source, target)));
        self.stored.iter().map(|(source, target)| (*source, *target)).chain(unsure)
    }
}

/// The same for rows of the ledger: what was sent is read from the source again, and repaired as it was then.
pub(super) async fn recall_rows(
    context: &TaskContext,
    prepared: &mut Prepared,
    rows: &[Entry],
    strangers: &UidSet,
) -> Result<Recalled, Failure> {
    let mut recalled = Recalled::default();
    let mut free = strangers.clone();
    let validity = prepared.ends.source.uid_validity;
    let rows: Vec<&Entry> = rows.iter().filter(|row| row.source_validity == validity).collect();
    for piece in rows.chunks(TOGETHER) {
        if free.is_empty() {
            break;
        }
        let sent = read_again(context, prepared, piece).await?;
        let found = recall(context, prepared.target.as_mut(), &sent, &free).await?;
        free = free.without(&found.likely().map(|(_, target)| target).collect());
        recalled.stored.extend(found.stored);
        recalled.unsure.extend(found.unsure);
    }
    Ok(recalled)
}

/// Which messages of the open source mailbox are these rows', that were repaired before they were sent: UID then, UID now.
pub(super) async fn recall_repaired(
    context: &TaskContext,
    prepared: &mut Prepared,
    rows: &[Entry],
    strangers: &UidSet,
) -> Result<BTreeMap<Uid, Uid>, Failure> {
    let repaired: Vec<&Entry> = rows.iter().filter(|row| prepared.progress.repaired.contains_key(&row.source_uid)).collect();
    let mut found = BTreeMap::new();
    if repaired.is_empty() {
        return Ok(found);
    }
    let all: Vec<Uid> = strangers.iter().collect();
    for piece in all.chunks(TOGETHER) {
        let mut sink = Keeper { context, kept: Vec::new() };
        prepared.source.fetch(&piece.iter().copied().collect(), &mut sink).await?;
        if context.is_stopping() {
            return Err(Failure::Closing);
        }
        for (uid, body) in sink.kept {
            for row in &repaired {
                let Some(repairs) = prepared.progress.repaired.get(&row.source_uid) else { continue };
                let sent = repairing::as_sent(&prepared.ends, body.clone(), repairs).map_err(|error| MailError::unread(&error))?;
                if !found.contains_key(&row.source_uid) && sent.exact().exact == row.fingerprint.exact {
                    found.insert(row.source_uid, uid);
                    break;
                }
            }
        }
    }
    Ok(found)
}

/// The messages of these rows as they were sent; those that are gone from the source are left out.
async fn read_again(context: &TaskContext, prepared: &mut Prepared, rows: &[&Entry]) -> Result<Vec<Sent>, Failure> {
    // What the source did not give whole was put together from pieces, and is again: it would be refused again otherwise.
    let is_pieced = |uid: Uid| prepared.progress.repaired.get(&uid).is_some_and(|repairs| repairs.contains(&Repair::ReadInPieces));
    let (pieced, whole): (Vec<Uid>, Vec<Uid>) = rows.iter().map(|row| row.source_uid).partition(|uid| is_pieced(*uid));
    let mut sink = Keeper { context, kept: Vec::new() };
    if !whole.is_empty() {
        prepared.source.fetch(&whole.into_iter().collect(), &mut sink).await?;
    }
    let mut kept: BTreeMap<Uid, Body> = sink.kept.into_iter().collect();
    for uid in pieced {
        kept.extend(prepared.source.fetch_in_pieces(uid).await?.map(|message| (uid, message.body)));
    }
    if context.is_stopping() {
        return Err(Failure::Closing);
    }
    if kept.len() < rows.len() {
        let listed: BTreeSet<Uid> = prepared.source.weigh(Uid(1)).await?.iter().map(|message| message.uid).collect();
        if let Some(row) = rows.iter().find(|row| listed.contains(&row.source_uid) && !kept.contains_key(&row.source_uid)) {
            return Err(MailError::Lost(format!("the source lists message {} and did not deliver it", row.source_uid)).into());
        }
    }
    let mut sent = Vec::with_capacity(kept.len());
    for row in rows {
        let Some(body) = kept.remove(&row.source_uid) else { continue };
        let body = match prepared.progress.repaired.get(&row.source_uid) {
            Some(repairs) => repairing::as_sent(&prepared.ends, body, repairs).map_err(|error| MailError::unread(&error))?,
            None => body,
        };
        sent.push(Sent { uid: row.source_uid, internal_date: row.internal_date, body });
    }
    Ok(sent)
}

/// Looks for messages among those of the open target mailbox that belong to nobody.
pub(super) async fn recall(
    context: &TaskContext,
    target: &mut dyn MailConnection,
    sent: &[Sent],
    strangers: &UidSet,
) -> Result<Recalled, Failure> {
    let mut recalled = Recalled::default();
    if sent.is_empty() || strangers.is_empty() {
        return Ok(recalled);
    }
    let looks = sent.iter().map(|one| one.body.header().map(|header| Likeness::of(&header, one.internal_date))).collect::<Result<_, _>>();
    let mut sink = Seeker {
        context,
        sent,
        looks: looks.map_err(|error| MailError::unread(&error))?,
        worn: Vec::new(),
        alike: Vec::new(),
        failure: None,
    };
    target.fetch(strangers, &mut sink).await?;
    if let Some(error) = sink.failure {
        return Err(MailError::unread(&error).into());
    }
    if context.is_stopping() {
        return Err(Failure::Closing);
    }
    let Seeker { mut worn, mut alike, .. } = sink;
    alike.sort_unstable();
    // Of twins, each is known by its own date first.
    worn.sort_unstable_by_key(|pair| (!pair.is_dated, pair.index, pair.target));
    let mut used = BTreeSet::new();
    for pair in worn {
        let source = sent[pair.index].uid;
        if !recalled.stored.contains_key(&source) && used.insert(pair.target) {
            recalled.stored.insert(source, pair.target);
        }
    }
    for (index, targets) in alike.chunk_by(|one, other| one.0 == other.0).map(|chunk| (chunk[0].0, chunk)) {
        let Sent { uid, body, .. } = &sent[index];
        let free = targets.iter().map(|(_, target)| *target).filter(|target| !recalled.stored.values().any(|held| held == target));
        let free: Vec<Uid> = free.collect();
        if !recalled.stored.contains_key(uid) && !free.is_empty() {
            let target = free.into_iter().find(|target| used.insert(*target));
            recalled.unsure.insert(*uid, (target, body.clone()));
        }
    }
    Ok(recalled)
}

/// Keeps messages.
struct Keeper<'a> {
    context: &'a TaskContext,
    kept: Vec<(Uid, Body)>,
}

#[async_trait]
impl MessageSink for Keeper<'_> {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        self.kept.push((message.uid, message.body));
        if self.context.is_stopping() { Err(SinkClosed) } else { Ok(()) }
    }
}

/// A message that is another one, altered.
#[derive(Clone, Copy)]
struct Worn {
    index: usize,
    target: Uid,
    is_dated: bool,
}

/// Compares messages while they come in.
struct Seeker<'a> {
    context: &'a TaskContext,
    sent: &'a [Sent],
    looks: Vec<Likeness>,
    worn: Vec<Worn>,
    /// Position of what was sent, UID of what it may be.
    alike: Vec<(usize, Uid)>,
    failure: Option<std::io::Error>,
}

impl Seeker<'_> {
    fn see(&mut self, message: &FetchedMessage) -> std::io::Result<()> {
        let look = Likeness::of(&message.body.header()?, message.internal_date);
        let mut stored = None;
        let mut is_known = false;
        for (index, one) in self.sent.iter().enumerate() {
            let (least, most) = (one.body.len() / 2, one.body.len().saturating_mul(2).saturating_add(2));
            if !(least..=most).contains(&message.body.len()) {
                continue;
            }
            let bytes = match &stored {
                Some(bytes) => bytes,
                None => stored.insert(message.body.load()?),
            };
            if is_worn(&one.body.load()?, bytes) {
                let is_dated = one.internal_date.map(InternalDate::nearest_kept) == message.internal_date;
                self.worn.push(Worn { index, target: message.uid, is_dated });
                is_known = true;
            }
        }
        if !is_known {
            let alike = self.looks.iter().enumerate().filter(|(_, other)| other.may_be(&look)).map(|(index, _)| (index, message.uid));
            self.alike.extend(alike);
        }
        Ok(())
    }
}

#[async_trait]
impl MessageSink for Seeker<'_> {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        if self.context.is_stopping() {
            return Err(SinkClosed);
        }
        self.see(&message).map_err(|error| {
            self.failure = Some(error);
            SinkClosed
        })
    }
}
