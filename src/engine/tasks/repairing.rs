//! Sends a message that was refused as it is with named repairs, the least first; each is written down before it is tried.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Receipts;
use crate::domain::{Flags, Uid, UidSet};
use crate::mailcopy::{Fingerprint, Repair, USUAL_LONGEST_LINE, repair_attempts, repaired};
use crate::ports::{AppendReport, Appended, Body, Entry, LedgerChange, MailConnection, MailError, OutgoingMessage, Refusal, RefusalKind};
use crate::session::Event;
use crate::settings::Platforms;

use super::super::context::{Failure, TaskContext};
use super::prepare::Ends;

/// Larger messages are not repaired: they would have to be in memory more than once. They are saved instead.
const LARGEST: u64 = 64 << 20;

/// What became of a message that was tried with repairs.
pub(super) enum Mended {
    /// Stored, under this UID if the server said it.
    Stored(Option<Uid>),
    /// Refused in every form.
    Refused(Refusal),
    /// The account is full.
    Full,
}

/// Tries a message that was refused for what it holds in repaired forms. `entry` is its row, which is about to follow.
pub(super) async fn attempt(
    context: &TaskContext,
    ends: &Ends,
    target: &mut dyn MailConnection,
    (message, entry): (&OutgoingMessage, Entry),
    refusal: Refusal,
) -> Result<Mended, Failure> {
    let is_content = matches!(refusal.kind, RefusalKind::Content | RefusalKind::Unsaid);
    if !is_content || message.body.len() > LARGEST {
        return Ok(Mended::Refused(refusal));
    }
    let Ok(bytes) = message.body.load() else { return Ok(Mended::Refused(refusal)) };
    let longest = longest_line(ends);
    let mut last = refusal;
    for repairs in repair_attempts(&bytes, &last.text.clone(), longest) {
        let Some(made) = repaired(&bytes, &repairs, longest) else { continue };
        // A command that succeeds in between: some servers close after a few refusals in a row.
        target.status(&ends.to).await?;
        record(context, ends, &entry, Fingerprint::of(&made), repairs).await?;
        let attempt = OutgoingMessage { body: Body::from(made), ..message.clone() };
        match append_one(context, ends, target, &attempt, entry.source_uid).await? {
            Ok(uid) => return Ok(Mended::Stored(uid)),
            Err(refusal) if refusal.kind == RefusalKind::Quota => {
                record(context, ends, &entry, entry.fingerprint, Vec::new()).await?;
                return Ok(Mended::Full);
            }
            Err(refusal) => last = refusal,
        }
    }
    Ok(Mended::Refused(last))
}

/// Tries a message without its keywords, which are set one by one when it is there: a server that refuses one of them refuses the message.
/// `None`: it has none, or is refused without them too.
pub(super) async fn without_keywords(
    context: &TaskContext,
    ends: &Ends,
    target: &mut dyn MailConnection,
    message: &OutgoingMessage,
    source: Uid,
) -> Result<Option<Option<Uid>>, Failure> {
    let plain = OutgoingMessage { flags: message.flags.clone().keeping_keywords(|_| false), ..message.clone() };
    if plain == *message {
        return Ok(None);
    }
    let Ok(uid) = append_one(context, ends, target, &plain, source).await? else { return Ok(None) };
    let Some(stored) = uid else { return Ok(Some(None)) };
    target.select(&ends.to).await?;
    let mut dropped = BTreeMap::new();
    for keyword in message.flags.keywords() {
        match target.add_flags(&[stored].into_iter().collect::<UidSet>(), &Flags::from_wire([keyword.as_str()])).await {
            Err(MailError::Refused(_)) => {
                dropped.insert(keyword.as_str().to_owned(), 1);
            }
            other => other?,
        }
    }
    if !dropped.is_empty() {
        context.record(Event::MarksDropped { migration: ends.migration, mailbox: ends.mailbox, marks: dropped }).await?;
    }
    Ok(Some(uid))
}

async fn append_one(
    context: &TaskContext,
    ends: &Ends,
    target: &mut dyn MailConnection,
    message: &OutgoingMessage,
    source: Uid,
) -> Result<Result<Option<Uid>, Refusal>, Failure> {
    let report = target.append(&ends.to, std::slice::from_ref(message)).await;
    if matches!(report, Err(MailError::Lost(_) | MailError::Protocol(_))) {
        context.lost_over(&[(ends.migration, ends.mailbox, source)]);
    }
    Ok(match report? {
        AppendReport::Each { outcomes, .. } => match outcomes.into_iter().next() {
            Some(Appended::Stored(uid)) => Ok(uid),
            Some(Appended::Refused(refusal)) => Err(refusal),
            None => Err(Refusal { kind: RefusalKind::Unsaid, text: "the server did not say what became of it".to_owned() }),
        },
        AppendReport::RefusedTogether(refusal) => Err(refusal),
    })
}

/// What was changed of a message so far.
pub(super) fn so_far(context: &TaskContext, ends: &Ends, uid: Uid) -> Vec<Repair> {
    let session = context.session.borrow();
    let mailbox = session.migration(ends.migration).and_then(|m| m.mailboxes.get(&ends.mailbox));
    mailbox.and_then(|m| m.repaired.get(&uid).cloned()).unwrap_or_default()
}

/// What is about to be sent is what the row holds: after a cut it is looked for as that. That it was put together from pieces stays true.
async fn record(context: &TaskContext, ends: &Ends, entry: &Entry, is: Fingerprint, mut repairs: Vec<Repair>) -> Result<(), Failure> {
    repairs.extend(so_far(context, ends, entry.source_uid).into_iter().filter(|repair| *repair == Repair::ReadInPieces));
    let event = Event::MessageRepaired { migration: ends.migration, mailbox: ends.mailbox, uid: entry.source_uid, repairs };
    context.record_with(event, vec![LedgerChange::Put(vec![Entry { fingerprint: is, ..entry.clone() }])]).await
}

/// A message as it was sent with these repairs.
///
/// # Errors
/// When its bytes lie beside memory and cannot be read.
pub(super) fn as_sent(ends: &Ends, body: Body, repairs: &[Repair]) -> std::io::Result<Body> {
    Ok(repaired(&body.load()?, repairs, longest_line(ends)).map_or(body, Body::from))
}

/// The message with its request for a read receipt renamed; `None`: it has none.
pub(super) fn disarmed(ends: &Ends, bytes: &[u8]) -> Option<Vec<u8>> {
    repaired(bytes, &[Repair::ReceiptRequestDisarmed], longest_line(ends))
}

/// Whether the person wants requests for receipts renamed, and the target is one that obeys them.
pub(super) fn are_receipts_disarmed(context: &TaskContext, ends: &Ends) -> bool {
    ends.rules.platform.rebuilds_messages() && context.session.borrow().copy_choices().receipts == Receipts::Disarm
}

/// Before a batch is sent: writes down which of its messages were disarmed, and that those that were repaired before go as they are.
pub(super) async fn before_sending(context: &TaskContext, ends: &Ends, batch: &[(Uid, bool)]) -> Result<(), Failure> {
    let known: BTreeSet<Uid> = {
        let session = context.session.borrow();
        let mailbox = session.migration(ends.migration).and_then(|m| m.mailboxes.get(&ends.mailbox));
        mailbox.map(|m| m.repaired.keys().copied().collect()).unwrap_or_default()
    };
    for (uid, is_disarmed) in batch.iter().filter(|(uid, is_disarmed)| *is_disarmed || known.contains(uid)) {
        let repairs = if *is_disarmed { vec![Repair::ReceiptRequestDisarmed] } else { Vec::new() };
        context.record(Event::MessageRepaired { migration: ends.migration, mailbox: ends.mailbox, uid: *uid, repairs }).await?;
    }
    Ok(())
}

fn longest_line(ends: &Ends) -> usize {
    Platforms::built_in().facts(ends.rules.platform).longest_line.unwrap_or(USUAL_LONGEST_LINE)
}
