//! Flags that are set after a message is stored, and what is counted of those that a target does not keep.

use std::collections::BTreeMap;

use crate::domain::{Flags, Uid, UidSet};
use crate::mailcopy::{Brief, Briefs};
use crate::ports::{EntryState, MailConnection, MailError};
use crate::session::Event;

use super::super::context::{Failure, TaskContext};
use super::outbound::Outbound;
use super::prepare::{Ends, Prepared};

/// The longest command line that names messages, in bytes.
const LONGEST_SET: usize = 4000;

/// Sets the flags that a target forgets when they come with APPEND, and writes down which marks it does not keep. `stored`: flags as
/// read at the source, and the UID at the target. Setting a flag twice changes nothing; what a cut leaves out is set by [`again`].
pub(super) async fn after_storing(
    context: &TaskContext,
    ends: &Ends,
    target: &mut dyn MailConnection,
    stored: &[(&Flags, Option<Uid>)],
) -> Result<(), Failure> {
    let mut later: Vec<(Uid, Flags)> = Vec::new();
    let mut marks: BTreeMap<String, u64> = BTreeMap::new();
    for (flags, uid) in stored {
        let sorted = ends.rules.of(flags);
        for mark in sorted.dropped {
            *marks.entry(mark).or_default() += 1;
        }
        later.extend(uid.filter(|_| sorted.later != Flags::default()).map(|uid| (uid, sorted.later)));
    }
    add(ends, target, later).await?;
    if !marks.is_empty() {
        context.record(Event::MarksDropped { migration: ends.migration, mailbox: ends.mailbox, marks }).await?;
    }
    Ok(())
}

/// One STORE for each set of flags. A refusal is no failure: the verification counts what differs.
pub(super) async fn add(ends: &Ends, target: &mut dyn MailConnection, flags: Vec<(Uid, Flags)>) -> Result<(), Failure> {
    let mut together: BTreeMap<String, Vec<Uid>> = BTreeMap::new();
    for (uid, flags) in flags {
        together.entry(flags.to_string()).or_default().push(uid);
    }
    if together.is_empty() {
        return Ok(());
    }
    target.select(&ends.to).await?;
    for (flags, uids) in together {
        let flags = Flags::from(flags);
        for piece in uids.into_iter().collect::<UidSet>().chunks(LONGEST_SET) {
            match target.add_flags(&piece, &flags).await {
                Ok(()) | Err(MailError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Flags to be set by STORE, of messages that were stored under these UIDs; counts the marks that the target does not keep.
pub(super) fn sort(ends: &Ends, batch: &[Outbound], uids: &[(Uid, Option<Uid>)], marks: &mut BTreeMap<String, u64>) -> Vec<(Uid, Flags)> {
    let mut later = Vec::new();
    for (outbound, (_, uid)) in batch.iter().zip(uids) {
        let sorted = ends.rules.of(&outbound.message.flags);
        for mark in sorted.dropped {
            *marks.entry(mark).or_default() += 1;
        }
        later.extend(uid.filter(|_| sorted.later != Flags::default()).map(|uid| (uid, sorted.later)));
    }
    later
}

/// Before messages are verified for the first time: sets those flags again, since a cut between APPEND and STORE leaves them out. Later
/// on a lacking flag is the person's doing.
pub(super) async fn again(prepared: &mut Prepared, rows: &Briefs) -> Result<(), Failure> {
    if !prepared.ends.rules.platform.rebuilds_messages() {
        return Ok(());
    }
    let is_new = |row: &&Brief| row.state == EntryState::Copied;
    let later = |row: &Brief| row.target().map(|uid| (uid, prepared.ends.rules.of(rows.flags(row)).later));
    let flags: Vec<(Uid, Flags)> =
        rows.rows().iter().filter(is_new).filter_map(later).filter(|(_, flags)| *flags != Flags::default()).collect();
    add(&prepared.ends, prepared.target.as_mut(), flags).await
}
