//! Reads messages of the target and compares them while they come in: hashed beside the reading, recorded beside both.

use std::collections::VecDeque;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::domain::{ByteSize, Uid, UidSet};
use crate::mailcopy::{Comparing, Comparison, Fingerprint, Present, look};
use crate::ports::{Body, EntryState, FetchedMessage, MailError, MessageSink, SinkClosed};

use super::super::super::context::{Failure, TaskContext};
use super::super::prepare::Prepared;
use super::{Outcome, ROWS_TOGETHER, record_part};

/// Messages asked for in one go.
const WINDOW: usize = 1000;
/// The longest command line that names messages, in bytes.
const LONGEST_SET: usize = 4000;
/// Up to this size bytes are hashed where they arrive: handing them over would take longer.
const HASHED_AT_ONCE: u64 = 64 * 1024;
/// Bytes that may wait to be looked at.
const MOST_LOOKED_AT: u64 = 8 << 20;

/// Cuts a set into windows: so many messages at most, and short enough to be named.
pub(super) fn windows(uids: &UidSet) -> Vec<UidSet> {
    let all: Vec<Uid> = uids.iter().collect();
    let pieces = all.chunks(WINDOW).map(|piece| piece.iter().copied().collect::<UidSet>());
    pieces.flat_map(|piece| piece.chunks(LONGEST_SET)).collect()
}

/// Reads the messages of all rows, and compares. What was found equal is recorded on the way.
pub(super) async fn read(
    context: &TaskContext,
    prepared: &mut Prepared,
    comparing: &mut Comparing,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let Prepared { ends, target, .. } = prepared;
    let windows = windows(&comparing.places());
    let (found, mut finds) = mpsc::channel(2);
    let reading = async {
        let mut reader = Reader::new(context, comparing, found);
        if !windows.is_empty() {
            let read = target.fetch_windows(&windows, &mut reader).await;
            reader.finish().await;
            read?;
        }
        if context.is_stopping() {
            return Err(Failure::Closing);
        }
        reader.failure.take().map_or_else(|| Ok(std::mem::take(&mut reader.equal)), |error| Err(error.into()))
    };
    let recording = async {
        while let Some(equal) = finds.recv().await {
            record_part(context, ends, EntryState::Verified, equal).await?;
        }
        Ok::<(), Failure>(())
    };
    let (left, recorded) = futures::future::join(reading, recording).await;
    recorded?;
    outcome.verified.extend(left?);
    outcome.equal += comparing.equal();
    outcome.by_content += comparing.by_content();
    let (flags, dates) = comparing.differing();
    outcome.flags_differ += flags;
    outcome.dates_differ += dates;
    Ok(())
}

/// Where the target's messages come in.
struct Reader<'a> {
    context: &'a TaskContext,
    comparing: &'a mut Comparing,
    looking: VecDeque<(u64, JoinHandle<Result<Present, MailError>>)>,
    bytes_looked_at: u64,
    equal: Vec<(Uid, Option<Uid>)>,
    found: mpsc::Sender<Vec<(Uid, Option<Uid>)>>,
    failure: Option<MailError>,
}

impl<'a> Reader<'a> {
    fn new(context: &'a TaskContext, comparing: &'a mut Comparing, found: mpsc::Sender<Vec<(Uid, Option<Uid>)>>) -> Self {
        let (looking, equal) = (VecDeque::new(), Vec::new());
        Self { context, comparing, looking, bytes_looked_at: 0, equal, found, failure: None }
    }

    /// Compares what was looked at.
    async fn see(&mut self, seen: Present) -> Result<(), SinkClosed> {
        let uid = seen.uid;
        if let Some(source) = self.comparing.see(seen, |_| true) {
            self.equal.push((source, Some(uid)));
        }
        if self.equal.len() >= ROWS_TOGETHER {
            self.found.send(std::mem::take(&mut self.equal)).await.map_err(|_| SinkClosed)?;
        }
        Ok(())
    }

    /// Waits for the oldest look.
    async fn see_next(&mut self) -> Result<bool, SinkClosed> {
        let Some((bytes, look)) = self.looking.pop_front() else { return Ok(false) };
        self.bytes_looked_at -= bytes;
        match look.await.unwrap_or_else(|error| Err(MailError::Lost(format!("a message could not be looked at: {error}")))) {
            Ok(seen) => self.see(seen).await.map(|()| true),
            Err(error) => {
                self.failure = Some(error);
                Err(SinkClosed)
            }
        }
    }

    /// Waits for all looks. What cannot be said to anybody any more need not be.
    async fn finish(&mut self) {
        while self.failure.is_none() && self.see_next().await == Ok(true) {}
    }
}

/// All of it, looked at with all care.
pub(super) fn whole(body: &Body) -> Result<Fingerprint, MailError> {
    body.load().map(|bytes| Fingerprint::of(&bytes)).map_err(|error| MailError::unread(&error))
}

#[async_trait]
impl MessageSink for Reader<'_> {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        if self.context.is_stopping() {
            return Err(SinkClosed);
        }
        let FetchedMessage { uid, flags, internal_date, body } = message;
        let Some(row) = self.comparing.row(uid) else { return Ok(()) };
        let length = body.len();
        self.context.advance(1, ByteSize(length));
        let seen = move |fingerprint| Present { uid, fingerprint, flags, internal_date };
        if row.by() == Comparison::Bytes && (length <= HASHED_AT_ONCE || body.is_hashed()) {
            let exact = body.exact();
            if row.is(&exact) {
                return self.see(seen(exact)).await;
            }
        }
        while self.bytes_looked_at + length > MOST_LOOKED_AT && self.see_next().await? {}
        self.bytes_looked_at += length;
        let looking = tokio::task::spawn_blocking(move || {
            let mut failure = None;
            let print = look(&row, body.exact(), || {
                whole(&body).unwrap_or_else(|error| {
                    failure = Some(error);
                    body.exact()
                })
            });
            failure.map_or_else(|| Ok(seen(print)), Err)
        });
        self.looking.push_back((length, looking));
        Ok(())
    }
}
