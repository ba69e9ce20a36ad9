//! The lighter look: header, flags and date of every message on both sides, and the whole of a sample.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::domain::{ByteSize, Flags, InternalDate, Uid, UidSet};
use crate::mailcopy::{Briefs, Comparing, Comparison, Fingerprint, Sample};
use crate::ports::{EntryState, FetchedMessage, MailConnection, MailError, MessageSink, SinkClosed};

use super::super::super::context::{Failure, TaskContext};
use super::super::prepare::Prepared;
use super::reading::{whole, windows};
use super::{Outcome, ROWS_TOGETHER, record_part};

/// Compares the headers of what is not in the sample; answers the rows that are to be read in whole: the sample, and what looked different.
pub(super) async fn glance(context: &TaskContext, prepared: &mut Prepared, rows: Briefs, outcome: &mut Outcome) -> Result<Briefs, Failure> {
    let sample = Sample::of(rows.rows());
    let (mut whole, rest) = rows.split(|row| sample.holds(row) || row.target().is_none());
    let mut comparing = Comparing::with(rest);
    let mut equal: Vec<Uid> = Vec::new();
    let places: Vec<Uid> = comparing.places().iter().collect();
    context.meter.total(&context.task, places.len() as u64);
    for piece in places.chunks(ROWS_TOGETHER) {
        let found = compare_headers(context, prepared, &mut comparing, piece).await?;
        outcome.glanced += found.len() as u64;
        equal.extend(found.iter().map(|(source, _)| *source));
        record_part(context, &prepared.ends, EntryState::Sampled, found).await?;
    }
    let (flags, dates) = comparing.differing();
    outcome.flags_differ += flags;
    outcome.dates_differ += dates;
    let equal: UidSet = equal.into_iter().collect();
    whole.join(comparing.into_rows(), |row| !equal.contains(row.source));
    Ok(whole)
}

/// Answers which of these messages of the target have the header of their source.
async fn compare_headers(
    context: &TaskContext,
    prepared: &mut Prepared,
    comparing: &mut Comparing,
    piece: &[Uid],
) -> Result<Vec<(Uid, Option<Uid>)>, Failure> {
    let places: UidSet = piece.iter().copied().collect();
    let sources: UidSet = piece.iter().filter_map(|uid| comparing.row(*uid)).map(|row| row.source).collect();
    let Prepared { source, target, .. } = prepared;
    let (at_source, at_target) =
        futures::future::try_join(headers(context, source.as_mut(), &sources), headers(context, target.as_mut(), &places)).await?;
    let mut equal = Vec::new();
    for (uid, seen) in at_target {
        let Some(row) = comparing.row(uid) else { continue };
        if at_source.get(&row.source).is_some_and(|wanted| Comparison::Content.is_equal(&wanted.fingerprint, &seen.fingerprint)) {
            comparing.glance(uid, &seen.flags, seen.internal_date, |_| true);
            equal.push((row.source, Some(uid)));
        }
    }
    Ok(equal)
}

struct Header {
    fingerprint: Fingerprint,
    flags: Flags,
    internal_date: Option<InternalDate>,
}

async fn headers(context: &TaskContext, connection: &mut dyn MailConnection, uids: &UidSet) -> Result<BTreeMap<Uid, Header>, Failure> {
    let mut sink = Headers { context, seen: BTreeMap::new(), failure: None };
    if !uids.is_empty() {
        connection.fetch_headers(&windows(uids), &mut sink).await?;
    }
    if context.is_stopping() {
        return Err(Failure::Closing);
    }
    sink.failure.map_or_else(|| Ok(sink.seen), |error| Err(error.into()))
}

/// Where headers come in.
struct Headers<'a> {
    context: &'a TaskContext,
    seen: BTreeMap<Uid, Header>,
    failure: Option<MailError>,
}

#[async_trait]
impl MessageSink for Headers<'_> {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        if self.context.is_stopping() {
            return Err(SinkClosed);
        }
        let FetchedMessage { uid, flags, internal_date, body } = message;
        self.context.advance(1, ByteSize(body.len()));
        match whole(&body) {
            Ok(fingerprint) => self.seen.insert(uid, Header { fingerprint, flags, internal_date }),
            Err(error) => {
                self.failure = Some(error);
                return Err(SinkClosed);
            }
        };
        Ok(())
    }
}
