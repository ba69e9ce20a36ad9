//! What a pass finds besides what it copies: what disappeared at the source, what was deleted at the target, flags that changed since.
//!
//! Flags are merged three ways: what changed between the ledger and the source is changed at the target as well, and what the person
//! changed there stays. Nothing is ever deleted.

use std::collections::BTreeMap;

use crate::domain::{Flags, Uid, UidSet};
use crate::mailcopy::{Brief, Briefs};
use crate::ports::{EntryState, LedgerChange, MailConnection, MailError, MailboxState};
use crate::session::{Activity, Event, Pass, SyncPoint};

use super::super::context::{Failure, TaskContext};
use super::prepare::{Ends, Listed, Prepared};
use super::sharing;

/// Flags asked for in one go.
const WINDOW: usize = 5000;
/// The longest command line that names messages, in bytes.
const LONGEST_SET: usize = 4000;

/// What was found.
pub(super) struct Caught {
    /// The rows of the mailbox, with their flags as they are now.
    pub(super) rows: Briefs,
    /// Messages of the source that the ledger does not know: they go through the copy.
    pub(super) unaccounted: u64,
    /// Where the pass leaves both sides.
    pub(super) pass: Pass,
}

/// Looks at both sides of a mailbox once more, and carries flags.
pub(super) async fn catch_up(context: &TaskContext, prepared: &mut Prepared) -> Result<Caught, Failure> {
    let mut rows = context.ports.journal.briefs(prepared.ends.rows(), prepared.ends.by).await?;
    let carried = carry_flags(context, prepared, &rows).await?;
    if let Some((event, ledger)) = carried.recorded {
        context.record_with(event, ledger).await?;
    }
    if carried.has_changed {
        rows = context.ports.journal.briefs(prepared.ends.rows(), prepared.ends.by).await?;
    }
    look(context, prepared, (rows, carried.modseq), None).await
}

/// The same where everything was just copied: `listed` is what the source was seen to hold. What is to be recorded about flags is answered:
/// it is not on disk yet.
pub(super) async fn catch_up_copied(
    context: &TaskContext,
    prepared: &mut Prepared,
    listed: Option<Listing>,
) -> Result<(Caught, Option<Carried>), Failure> {
    let rows = context.ports.journal.briefs(prepared.ends.rows(), prepared.ends.by).await?;
    let carried = carry_flags(context, prepared, &rows).await?;
    Ok((look(context, prepared, (rows, carried.modseq), listed).await?, carried.recorded))
}

/// Looks at both sides: what disappeared, what was removed, what is not accounted for.
async fn look(
    context: &TaskContext,
    prepared: &mut Prepared,
    (rows, flags_as_of): (Briefs, Option<u64>),
    listed: Option<Listing>,
) -> Result<Caught, Failure> {
    context.doing(Activity::ReadingList);
    let rest = prepared.progress.rest;
    let at_source = match listed {
        Some(listed) => listed,
        None => listing(prepared.source.as_mut(), &prepared.ends.source, rest.map(|pass| pass.source)).await?,
    };
    let known = rows.sources();
    let (unaccounted, disappeared) = match &at_source {
        Listing::Grown(came) => (came.without(&known), rest.map_or(0, |pass| pass.disappeared)),
        Listing::Whole(all) => {
            let is_gone = |row: &&Brief| row.state.is_at_target() && !all.contains(row.source);
            (all.without(&known), rows.rows().iter().filter(is_gone).count() as u64)
        }
    };
    let unaccounted = sharing::own(context, &prepared.ends, prepared.source.as_mut(), unaccounted.iter().collect()).await?.len() as u64;
    let removed = if rows.count(was_seen) == 0 {
        0
    } else {
        prepared.look_at_target().await?;
        match listing(prepared.target.as_mut(), &prepared.ends.target, rest.map(|pass| pass.target)).await? {
            Listing::Grown(_) => rest.map_or(0, |pass| pass.removed),
            Listing::Whole(all) => {
                let is_gone = |row: &&Brief| was_seen(row.state) && row.target().is_some_and(|uid| !all.contains(uid));
                rows.rows().iter().filter(is_gone).count() as u64
            }
        }
    };
    let source = SyncPoint { modseq: flags_as_of, ..sync_point(&prepared.ends.source) };
    // It may be from before what was sent now: since then the target has only grown, and the next look counts it all the same.
    let pass = Pass { source, target: sync_point(&prepared.ends.target), disappeared, removed };
    Ok(Caught { rows, unaccounted, pass })
}

/// Whether a message was seen at the target by an earlier look.
const fn was_seen(state: EntryState) -> bool {
    matches!(state, EntryState::Sampled | EntryState::Verified | EntryState::Altered)
}

/// A mailbox as its server shows it.
pub(super) fn sync_point(state: &MailboxState) -> SyncPoint {
    SyncPoint { validity: state.uid_validity, next: state.uid_next, messages: u64::from(state.exists), modseq: state.highest_modseq }
}

/// What a mailbox holds.
pub(super) enum Listing {
    /// All that was there is there, and these came.
    Grown(UidSet),
    /// These.
    Whole(UidSet),
}

impl Listing {
    /// What is known of a source after it listed this, too.
    pub(super) fn and(known: Option<Self>, listed: &Listed) -> Self {
        let came: UidSet = listed.messages.iter().map(|message| message.uid).collect();
        match known.filter(|_| listed.earlier > 0) {
            None if listed.earlier > 0 => Self::Grown(came),
            None => Self::Whole(came),
            Some(Self::Grown(uids)) => Self::Grown(uids.iter().chain(came.iter()).collect()),
            Some(Self::Whole(uids)) => Self::Whole(uids.iter().chain(came.iter()).collect()),
        }
    }
}

/// Lists only what came since, where the numbers say that nothing went.
async fn listing(connection: &mut dyn MailConnection, now: &MailboxState, before: Option<SyncPoint>) -> Result<Listing, Failure> {
    let is_usable = |before: &SyncPoint| before.validity == now.uid_validity && before.next <= now.uid_next && before.is_believable();
    if let Some(before) = before.filter(|before| is_usable(before) && sync_point(now).is_believable()) {
        let came = if before.next == now.uid_next { UidSet::default() } else { uids(connection, before.next).await? };
        if before.messages + came.len() == u64::from(now.exists) {
            return Ok(Listing::Grown(came));
        }
    }
    Ok(Listing::Whole(uids(connection, Uid(1)).await?))
}

async fn uids(connection: &mut dyn MailConnection, from: Uid) -> Result<UidSet, Failure> {
    Ok(connection.weigh(from).await?.iter().map(|message| message.uid).collect())
}

/// What is to be recorded of flags that were carried.
pub(super) type Carried = (Event, Vec<LedgerChange>);

/// Up to where flags are carried now.
struct FlagsAsOf {
    modseq: Option<u64>,
    has_changed: bool,
    recorded: Option<Carried>,
}

/// Changes flags at the target that changed at the source since they were copied. May be cut anywhere and done again.
async fn carry_flags(context: &TaskContext, prepared: &mut Prepared, rows: &Briefs) -> Result<FlagsAsOf, Failure> {
    let (since, now) = (prepared.progress.flags_as_of, prepared.ends.source.highest_modseq);
    let is_first = prepared.progress.rest.is_none() && prepared.progress.reflagged == 0 && rows.count(was_seen) == 0;
    let can_ask = since.is_some() && now.is_some();
    // Where changes cannot be asked for, flags that were read moments ago are not read again.
    if can_ask && since == now || !can_ask && is_first || rows.rows().is_empty() {
        return Ok(FlagsAsOf { modseq: if can_ask || rows.rows().is_empty() { now } else { since }, has_changed: false, recorded: None });
    }
    let since = since.filter(|since| now.is_some_and(|now| *since < now));
    let changes = changed_flags(context, prepared.source.as_mut(), rows, since).await?;
    let mut carried = 0;
    let mut ledger: Vec<LedgerChange> = Vec::new();
    // What was there when the mailbox was selected is seen there; some servers show nothing else until it is selected again.
    let seen_until = prepared.ends.target.uid_next;
    let is_in_sight = prepared.target.has_selected(&prepared.ends.to) && changes.iter().all(|change| change.target < seen_until);
    if !changes.is_empty() && !is_in_sight {
        prepared.look_at_target().await?;
    }
    let Prepared { ends, target, .. } = prepared;
    for (difference, messages) in grouped(&changes, ends) {
        if store(target.as_mut(), &difference, &messages).await? {
            carried += messages.len() as u64;
            ledger.extend(reflag(ends, messages));
        }
    }
    let event = Event::FlagsCarried { migration: ends.migration, mailbox: ends.mailbox, messages: carried, as_of: now };
    Ok(FlagsAsOf { modseq: now, has_changed: carried > 0, recorded: Some((event, ledger)) })
}

/// A message whose flags changed at the source.
struct Changed {
    source: Uid,
    target: Uid,
    before: Flags,
    now: Flags,
}

/// Messages that are at the target and have other flags at the source than the ledger says. Rows ascend by source UID.
async fn changed_flags(
    context: &TaskContext,
    source: &mut dyn MailConnection,
    rows: &Briefs,
    since: Option<u64>,
) -> Result<Vec<Changed>, Failure> {
    let windows = if since.is_some() {
        let (first, last) = (rows.rows().first(), rows.rows().last());
        first.zip(last).map(|(first, last)| UidSet::range(first.source, last.source)).into_iter().collect()
    } else {
        let all: Vec<Uid> = rows.rows().iter().map(|row| row.source).collect();
        let pieces = all.chunks(WINDOW).map(|piece| piece.iter().copied().collect::<UidSet>());
        pieces.flat_map(|piece| piece.chunks(LONGEST_SET)).collect::<Vec<UidSet>>()
    };
    let mut changed = Vec::new();
    for window in windows {
        for (uid, now) in source.flags_of(&window, since).await? {
            let Ok(index) = rows.rows().binary_search_by_key(&uid, |row| row.source) else { continue };
            let row = &rows.rows()[index];
            let before = rows.flags(row);
            if let (Some(target), true) = (row.target(), row.state.is_at_target() && *before != now) {
                changed.push(Changed { source: uid, target, before: before.clone(), now });
            }
        }
        if context.is_stopping() {
            return Err(Failure::Closing);
        }
    }
    Ok(changed)
}

/// Whether flags at the source differ from what the ledger says, of messages that are at the target.
pub(super) async fn have_flags_changed(context: &TaskContext, source: &mut dyn MailConnection, rows: &Briefs) -> Result<bool, Failure> {
    Ok(!changed_flags(context, source, rows, None).await?.is_empty())
}

/// What is changed at the target: names of flags, in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Difference {
    added: Vec<String>,
    removed: Vec<String>,
}

/// The change that leads from one set of flags to another, as far as the target keeps them.
fn difference(before: &Flags, now: &Flags, ends: &Ends) -> Difference {
    let (before, now) = (ends.rules.wanted(before), ends.rules.wanted(now));
    Difference { added: only_in(&now, &before), removed: only_in(&before, &now) }
}

fn only_in(these: &Flags, others: &Flags) -> Vec<String> {
    let system = these.system().filter(|flag| !others.has(*flag)).map(|flag| flag.wire().to_owned());
    let keywords = these.keywords().filter(|keyword| !others.keywords().any(|other| other == *keyword));
    system.chain(keywords.map(|keyword| keyword.as_str().to_owned())).collect()
}

/// Messages with the same change, together.
fn grouped<'a>(changes: &'a [Changed], ends: &Ends) -> BTreeMap<Difference, Vec<&'a Changed>> {
    let mut groups: BTreeMap<Difference, Vec<&Changed>> = BTreeMap::new();
    for change in changes {
        groups.entry(difference(&change.before, &change.now, ends)).or_default().push(change);
    }
    groups
}

/// Changes flags of messages at the target; `false` when the server does not take it: they differ then, and are told by the verification.
async fn store(target: &mut dyn MailConnection, difference: &Difference, messages: &[&Changed]) -> Result<bool, Failure> {
    let uids: UidSet = messages.iter().map(|message| message.target).collect();
    for piece in uids.chunks(LONGEST_SET) {
        for (names, is_added) in [(&difference.added, true), (&difference.removed, false)] {
            if names.is_empty() {
                continue;
            }
            let flags = Flags::from_wire(names.iter().map(String::as_str));
            let stored = if is_added { target.add_flags(&piece, &flags).await } else { target.remove_flags(&piece, &flags).await };
            match stored {
                Err(MailError::Refused(refusal)) => {
                    tracing::warn!(text = refusal.text, "the target does not change flags");
                    return Ok(false);
                }
                other => other?,
            }
        }
    }
    Ok(true)
}

/// What the ledger learns: the flags as they are at the source now.
fn reflag(ends: &Ends, messages: Vec<&Changed>) -> Vec<LedgerChange> {
    let mut by_flags: BTreeMap<String, (Flags, Vec<Uid>)> = BTreeMap::new();
    for message in messages {
        by_flags.entry(message.now.to_string()).or_insert_with(|| (message.now.clone(), Vec::new())).1.push(message.source);
    }
    let (migration, mailbox, source_validity) = (ends.migration, ends.mailbox, ends.source.uid_validity);
    by_flags.into_values().map(|(flags, uids)| LedgerChange::Reflag { migration, mailbox, source_validity, flags, uids }).collect()
}
