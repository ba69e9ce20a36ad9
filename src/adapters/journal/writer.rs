//! The one thread that writes. Group commit: everything that waits goes into one transaction, then all are told.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior, params};
use tokio::sync::{mpsc, oneshot};

use crate::domain::Moment;
use crate::ports::{JournalError, LedgerChange};

use super::failure::Place;
use super::ledger;
use super::lock::Lock;

/// Calls that may wait before the next one has to: a slow disk slows the copy instead of filling the memory.
const QUEUE: usize = 64;

/// How long readers are waited for where it can as well be left to the end.
const SHORT_WAIT: Duration = Duration::from_millis(20);

/// A record whose event is already text.
pub(super) struct Line {
    pub(super) at: Moment,
    pub(super) event: String,
    pub(super) ledger: Vec<LedgerChange>,
}

/// One call of `append`.
pub(super) struct Call {
    pub(super) lines: Vec<Line>,
    pub(super) answer: oneshot::Sender<Result<Vec<u64>, JournalError>>,
}

/// What the thread is asked for.
pub(super) enum Order {
    /// Write this.
    Write(Call),
    /// Move what is in the log of changes into the database, as closing it would; told when that is done.
    TidyUp(oneshot::Sender<()>),
}

/// The thread, and the way to it. Dropping it lets the thread finish what was handed over, close the database and let go
/// of the lock, in that order, before the drop returns.
pub(super) struct Writer {
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. It owns the connection and the lock.
    pub(super) fn start(connection: Connection, lock: Lock, place: Place) -> Result<Self, JournalError> {
        let (orders, waiting) = mpsc::channel(QUEUE);
        let at = place.clone();
        let thread = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || {
                run(connection, waiting, &place);
                drop(lock);
            })
            .map_err(|error| at.damaged(&format!("no thread for the journal: {error}")))?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    /// The way to the thread; none once it is being dropped.
    pub(super) fn orders(&self) -> Option<&mpsc::Sender<Order>> {
        self.orders.as_ref()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, mut waiting: mpsc::Receiver<Order>, place: &Place) {
    // After a failed sync nobody knows what the disk holds: only opening the session again can tell.
    let mut broken: Option<JournalError> = None;
    while let Some(first) = waiting.blocking_recv() {
        let (mut group, mut tidied) = (Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(order) = next {
            match order {
                Order::Write(call) => group.push(call),
                Order::TidyUp(told) => tidied.push(told),
            }
            next = if group.len() < QUEUE { waiting.try_recv().ok() } else { None };
        }
        if !group.is_empty() {
            write(&mut connection, group, &mut broken, place);
        }
        if !tidied.is_empty() {
            tidy_up(&connection);
        }
        for told in tidied {
            let _ = told.send(());
        }
    }
}

/// Moves the log of changes into the database and empties it. What cannot be done now, because somebody reads, is done at the end.
fn tidy_up(connection: &Connection) {
    let _ = connection.busy_timeout(SHORT_WAIT);
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    let _ = connection.busy_timeout(super::schema::LONG_WAIT);
}

fn write(connection: &mut Connection, group: Vec<Call>, broken: &mut Option<JournalError>, place: &Place) {
    let outcome = match &*broken {
        Some(error) => Err(error.clone()),
        None => commit(connection, &group).map_err(|error| place.sql(&error)),
    };
    if let Err(error @ JournalError::Damaged { .. }) = &outcome {
        *broken = Some(error.clone());
    }
    match outcome {
        Ok(numbers) => group.into_iter().zip(numbers).for_each(|(call, numbers)| drop(call.answer.send(Ok(numbers)))),
        Err(error) => group.into_iter().for_each(|call| drop(call.answer.send(Err(error.clone())))),
    }
}

/// One transaction for all calls: it is durable as a whole or was never there. Dropping it unfinished rolls back.
fn commit(connection: &mut Connection, group: &[Call]) -> rusqlite::Result<Vec<Vec<u64>>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let last: i64 = transaction.query_row("SELECT coalesce(max(seq), 0) FROM events", [], |row| row.get(0))?;
    let mut seq = u64::try_from(last).unwrap_or(0);
    let mut numbers = Vec::with_capacity(group.len());
    {
        let mut insert = transaction.prepare_cached("INSERT INTO events(seq, at, event) VALUES(?, ?, ?)")?;
        for call in group {
            let mut own = Vec::with_capacity(call.lines.len());
            for line in &call.lines {
                seq += 1;
                insert.execute(params![i64::try_from(seq).unwrap_or(i64::MAX), line.at.0, line.event])?;
                line.ledger.iter().try_for_each(|change| ledger::write(&transaction, change))?;
                own.push(seq);
            }
            numbers.push(own);
        }
    }
    transaction.commit()?;
    Ok(numbers)
}
