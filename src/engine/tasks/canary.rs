//! Canaries: the first messages of an account in a run are sent alone and read back, before thousands follow.
//!
//! A server that alters dates or flags is found after five messages instead of fifty thousand, and a person decides. One that writes
//! the messages anew is only noted: it is compared by content then.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;

use crate::domain::Altered;
use crate::domain::{Flags, InternalDate, SystemFlag, Uid, UidSet};
use crate::mailcopy::{Comparison, Fingerprint};
use crate::ports::{Access, FetchedMessage, MailError, MessageSink, SinkClosed, Weighed};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event};

use super::super::budget::Budget;
use super::super::context::{Failure, TaskContext};
use super::flagging;
use super::outbound::{Incoming, Look, look_at};
use super::prepare::{Ends, Prepared};
use super::sending::Sender;
use super::settle::{SeenMessage, recognise};

/// Messages that go ahead.
const MOST: usize = 5;
/// Dates that every server keeps begin here (1981); older ones, and those to come, are altered by many and say nothing.
const USUAL_DATES_BEGIN: i64 = 347_155_200;

/// What is known of a target account in this run of the program.
#[derive(Debug, Default)]
pub(in crate::engine) enum Trust {
    /// Nothing yet.
    #[default]
    Unknown,
    /// It gave back what it was given.
    Proven,
    /// It altered what it was given; counted by how often the person had it tried again.
    Altered(u32, Box<Problem>),
}

/// A message that goes ahead, as it is sent.
struct Canary {
    uid: Uid,
    flags: Flags,
    date: Option<InternalDate>,
    is: Fingerprint,
}

/// Sends the first of what is missing alone, when nothing is known of the target yet, and reads it back. Answers what is left to send.
pub(super) async fn go_ahead(context: &TaskContext, prepared: &mut Prepared, missing: Vec<Weighed>) -> Result<Vec<Weighed>, Failure> {
    let id = prepared.ends.migration;
    let trust = Arc::clone(context.shared.trust.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default());
    let mut trust = trust.lock().await;
    let migration = context.migration(id)?;
    let is_accepted = migration.is_altered_accepted || context.session.borrow().copy_choices().altered == Altered::Accept;
    match &*trust {
        Trust::Proven => return Ok(missing),
        Trust::Altered(retries, problem) if *retries == migration.altered_retries && !is_accepted => {
            return Err((**problem).clone().into());
        }
        Trust::Altered(..) | Trust::Unknown => {}
    }
    let count = MOST.min(context.limits.batch_messages).min(missing.len());
    let from = prepared.ends.target.uid_next;
    context.doing(Activity::Copying);
    // The newest, as they will be later on.
    let canaries = send(context, prepared, &missing[missing.len() - count..]).await?;
    // What was sent is stored or refused, and is in the ledger either way.
    let sent: BTreeSet<Uid> = canaries.iter().map(|canary| canary.uid).collect();
    let rest = missing.into_iter().filter(|message| !sent.contains(&message.uid)).collect();
    if context.is_stopping() || sent.is_empty() {
        return Ok(rest);
    }
    context.doing(Activity::Verifying);
    // Opened again: some servers show a connection nothing of what it stored itself until then (seen with Courier).
    let (_, listed) = prepared.target.open_weighed((&prepared.ends.to, Access::Select), from).await?;
    let listed: UidSet = listed.iter().map(|m| m.uid).collect();
    let seen = recognise(context, prepared.target.as_mut(), &listed).await?;
    let repaired = context.migration(id)?.mailboxes.get(&prepared.ends.mailbox).map(|m| m.repaired.clone()).unwrap_or_default();
    let mut found = find(canaries.into_iter().filter(|canary| !repaired.contains_key(&canary.uid)).collect(), seen);
    let told = context.ports.journal.entries_of(prepared.ends.rows(), &sent.iter().copied().collect()).await?;
    if told.iter().filter_map(|row| row.target_uid).any(|uid| !listed.contains(uid)) {
        // It tells UIDs under which nothing is: from now on what it stores is looked up.
        context.shared.was_silent(id);
        let later = |(canary, seen): &(Canary, SeenMessage)| (seen.uid, prepared.ends.rules.of(&canary.flags).later);
        let later: Vec<(Uid, Flags)> = found.iter().map(later).filter(|(_, flags)| *flags != Flags::default()).collect();
        for (uid, flags) in &later {
            for (_, seen) in found.iter_mut().filter(|(_, seen)| seen.uid == *uid) {
                seen.flags = flags.system().fold(std::mem::take(&mut seen.flags), Flags::with);
            }
        }
        flagging::add(&prepared.ends, prepared.target.as_mut(), later).await?;
    }
    if found.is_empty() {
        // None was stored, or none can be recognised: the verification will say so, and the next mailbox sends its own.
        return Ok(rest);
    }
    let is_rebuilt = found.iter().any(|(canary, seen)| canary.is.exact != seen.fingerprint.exact);
    if is_rebuilt && prepared.ends.by == Comparison::Bytes {
        prepared.ends.by = Comparison::Content;
        context.record(Event::RebuildsSeen { migration: id }).await?;
    }
    let now = context.ports.clock.now().0.div_euclid(1000);
    if let Some(problem) = found.iter().find_map(|(canary, seen)| altered(&prepared.ends, canary, seen, now)).filter(|_| !is_accepted) {
        let server = migration.target.as_ref().map(|target| target.endpoint.host.clone()).unwrap_or_default();
        let problem = problem.with("server", server).with("count", found.len()).with("migration", id.0);
        *trust = Trust::Altered(migration.altered_retries, Box::new(problem.clone()));
        return Err(problem.into());
    }
    *trust = Trust::Proven;
    Ok(rest)
}

/// Reads these messages from the source and sends them as one batch.
async fn send(context: &TaskContext, prepared: &mut Prepared, first: &[Weighed]) -> Result<Vec<Canary>, Failure> {
    let mut inlet = Inlet(Vec::new());
    let uids = first.iter().map(|message| message.uid).collect();
    let read = prepared.source.fetch(&uids, &mut inlet).await;
    // What the source refuses now is asked for again on the usual way; the others go.
    let read = read.or_else(|error| if matches!(error, MailError::Refused(_)) && !inlet.0.is_empty() { Ok(()) } else { Err(error) });
    if let Err(error) = read {
        // As on the usual way: what the source was lost over is found.
        if let (MailError::Lost(_) | MailError::Protocol(_), Some(next)) = (&error, first.get(inlet.0.len())) {
            context.lost_before((prepared.ends.migration, prepared.ends.mailbox, next.uid));
        }
        // A source that refuses a message is dealt with on the usual way, and so is what it did deliver.
        return if matches!(error, MailError::Refused(_)) { Ok(Vec::new()) } else { Err(error.into()) };
    }
    // What comes empty although it is not did not come: the usual way asks again.
    let is_empty = |uid: Uid| first.iter().any(|message| message.uid == uid && message.size == 0);
    inlet.0.retain(|message| !message.body.is_empty() || is_empty(message.uid));
    let incoming = inlet.0.into_iter().map(|message| Incoming { message, share: Budget::none() }).collect();
    let outbounds = look_at(incoming, Look::Content).await?;
    let canaries = outbounds.iter().map(|outbound| Canary {
        uid: outbound.uid(),
        flags: prepared.ends.rules.wanted(&outbound.message.flags),
        date: outbound.message.internal_date.map(InternalDate::nearest_kept),
        is: outbound.fingerprint,
    });
    let canaries: Vec<Canary> = canaries.collect();
    if !outbounds.is_empty() && !context.is_stopping() {
        let sender = Sender::new(context, prepared.ends.clone());
        // What has to travel alone does so here, too.
        let (alone, together): (Vec<_>, Vec<_>) = outbounds.into_iter().partition(|one| context.travels_alone(sender.key(one.uid())));
        let batches = alone.into_iter().map(|one| vec![one]).chain((!together.is_empty()).then_some(together));
        for batch in batches {
            let intended = sender.intend(batch).await?;
            if let Some(intended) = sender.refuse_unbearable(intended).await? {
                sender.finish(prepared.target.as_mut(), intended, None).await?;
            }
        }
    }
    Ok(canaries)
}

/// Which message came back as which: equal bytes first, then equal content; each once. Among twins the one with its date and flags.
/// Messages that cannot be recognised are left out: whether they are there is the verification's to say.
fn find(canaries: Vec<Canary>, mut seen: Vec<SeenMessage>) -> Vec<(Canary, SeenMessage)> {
    let mut found = Vec::new();
    let mut left = canaries;
    for by in [Comparison::Bytes, Comparison::Content] {
        let mut next = Vec::new();
        for canary in left {
            let is_it = |seen: &SeenMessage| by.is_equal(&canary.is, &seen.fingerprint);
            let is_just_so = |seen: &SeenMessage| is_it(seen) && seen.internal_date == canary.date && seen.flags == canary.flags;
            match seen.iter().position(is_just_so).or_else(|| seen.iter().position(is_it)) {
                Some(at) => found.push((canary, seen.remove(at))),
                None => next.push(canary),
            }
        }
        left = next;
    }
    found
}

/// What a server altered that nobody asked it to.
fn altered(ends: &Ends, canary: &Canary, seen: &SeenMessage, now: i64) -> Option<Problem> {
    let problem = |what: &str, sent: String, came: String| {
        Problem::new(ProblemCode::CanaryAltered).with("what", what).with("sent", sent).with("came", came).with("folder", &ends.to)
    };
    let is_usual = |date: &InternalDate| (USUAL_DATES_BEGIN..now).contains(&date.unix_seconds());
    if let Some(date) = canary.date.filter(is_usual).filter(|date| seen.internal_date != Some(*date)) {
        let came = seen.internal_date.map_or_else(|| "none".to_owned(), |date| date.to_string());
        return Some(problem("date", date.to_string(), came));
    }
    let system = |flags: &Flags| flags.system().map(SystemFlag::wire).collect::<Vec<_>>().join(" ");
    // What is set by STORE may be there already, or not yet.
    let later = ends.rules.of(&canary.flags).later;
    let plain = |flags: &Flags| later.system().fold(flags.clone(), Flags::without);
    let (sent, came) = (system(&plain(&canary.flags)), system(&plain(&seen.flags)));
    let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    (sent != came).then(|| problem("flags", or_none(sent), or_none(came)))
}

/// Takes the few messages that go ahead.
struct Inlet(Vec<FetchedMessage>);

#[async_trait]
impl MessageSink for Inlet {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        self.0.push(message);
        Ok(())
    }
}
