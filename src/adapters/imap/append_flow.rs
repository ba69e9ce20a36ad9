//! Appends one behind the other: batch after batch on one connection, the next sent before the last is answered.
//!
//! At most a few commands and some megabytes are unanswered at a time. The server answers in order, and reports leave in the order of the
//! batches. What a literal waits for is asked for as early as possible: its command leaves before the one ahead of it is answered.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::ability::Family;
use super::appending::head_of;
use super::command::Command;
use super::connection::ImapConnection;
use super::outcomes::Outcomes;
use super::refusal::refusal;
use super::reply::{Outcome, Reply, Status};
use crate::domain::WireName;
use crate::ports::{AppendReport, Appended, BatchQueue, Body, MailError, OutgoingMessage, Refusal, RefusalKind};

/// Unanswered commands with one message each.
const SINGLES_AT_ONCE: usize = 32;
/// The same where five refusals in a row end the connection.
const SINGLES_AT_ONCE_WHERE_ERRORS_COUNT: usize = 4;
/// Unanswered commands with many messages each.
const GROUPS_AT_ONCE: usize = 3;
const GROUPS_AT_ONCE_WHERE_ERRORS_COUNT: usize = 2;
/// Unanswered bytes; one command may exceed them alone.
const BYTES_AT_ONCE: u64 = 8 << 20;
/// What leaves in one write.
const WRITTEN_TOGETHER: usize = 128 * 1024;
/// Shorter bodies are rather copied than written by themselves.
const WORTH_COPYING: usize = 16 * 1024;
/// A spilled body leaves in pieces of this size.
const PIECE: usize = 256 * 1024;
/// A connection that waits for messages says this often that it is still there.
const IDLE: Duration = Duration::from_mins(2);

/// A batch that was not reported yet.
struct Batch {
    messages: Arc<[OutgoingMessage]>,
    outcomes: Outcomes,
    /// Commands that were not answered yet.
    open: usize,
    is_sent: bool,
    /// All of it was refused as one.
    refused: Option<Refusal>,
    /// Parts that were refused as one while others have an outcome of their own: they get one each, too.
    again: Vec<Range<usize>>,
}

/// What a command carries.
enum Load {
    /// These messages of the batch with this number.
    Messages(usize, Range<usize>),
    /// A NOOP between appends.
    Nothing,
}

/// A command that was not answered yet.
struct Flight {
    tag: String,
    load: Load,
    bytes: u64,
    has_free_literal: bool,
}

/// Batches on their way into one mailbox.
pub(super) struct Flow<'a> {
    connection: &'a mut ImapConnection,
    mailbox: &'a WireName,
    /// The mailbox, quoted.
    name: String,
    queue: &'a dyn BatchQueue,
    batches: VecDeque<Batch>,
    /// Number of the oldest batch.
    oldest: usize,
    flights: VecDeque<Flight>,
    /// Not written yet.
    out: Vec<u8>,
    /// A refusal is followed by a command that works, where refusals in a row are counted.
    owes_breath: bool,
}

impl<'a> Flow<'a> {
    pub(super) fn new(connection: &'a mut ImapConnection, mailbox: &'a WireName, name: String, queue: &'a dyn BatchQueue) -> Self {
        Self {
            connection,
            mailbox,
            name,
            queue,
            batches: VecDeque::new(),
            oldest: 0,
            flights: VecDeque::new(),
            out: Vec::new(),
            owes_breath: false,
        }
    }

    /// Until the queue ends and everything was reported.
    pub(super) async fn run(mut self) -> Result<(), MailError> {
        while let Some(messages) = self.next_batch().await? {
            self.batches.push_back(Batch {
                outcomes: Outcomes::new(messages.len()),
                messages: messages.into(),
                open: 0,
                is_sent: false,
                refused: None,
                again: Vec::new(),
            });
            let number = self.oldest + self.batches.len() - 1;
            self.send_batch(number).await?;
            self.batch(number).is_sent = true;
            self.report().await?;
        }
        loop {
            self.flush().await?;
            self.report().await?;
            if self.flights.is_empty() {
                return Ok(());
            }
            self.collect().await?;
        }
    }

    /// The next batch; meanwhile answers are taken.
    async fn next_batch(&mut self) -> Result<Option<Vec<OutgoingMessage>>, MailError> {
        let queue = self.queue;
        loop {
            self.flush().await?;
            self.report().await?;
            if self.is_full(0, self.most_at_once()) {
                self.collect().await?;
            } else if self.flights.is_empty() {
                match timeout(IDLE, queue.next()).await {
                    Ok(next) => return Ok(next),
                    Err(_) => self.connection.conversation.run(&Command::new("NOOP"), |_| {}).await.map(|_| ())?,
                }
            } else {
                tokio::select! {
                    biased;
                    next = queue.next() => return Ok(next),
                    reply = self.connection.conversation.next() => self.take(reply?)?,
                }
            }
        }
    }

    async fn send_batch(&mut self, number: usize) -> Result<(), MailError> {
        let messages = Arc::clone(&self.batch(number).messages);
        let mut start = 0;
        while start < messages.len() {
            if self.connection.needs_care(self.mailbox, &messages[start]) {
                self.send_carefully(number, start, &messages[start]).await?;
                start += 1;
                continue;
            }
            let calm = messages[start..].iter().take_while(|message| !self.connection.needs_care(self.mailbox, message)).count();
            let run = start..start + calm;
            if calm > 1 && self.connection.capabilities.has_multiappend {
                self.send(number, run.clone(), &messages).await?;
            } else {
                for place in run.clone() {
                    self.send(number, place..place + 1, &messages).await?;
                }
            }
            start = run.end;
        }
        Ok(())
    }

    /// One message behind a literal that the server agrees to, with nothing after it: a refusal leaves the connection in order.
    async fn send_carefully(&mut self, number: usize, place: usize, message: &OutgoingMessage) -> Result<(), MailError> {
        if self.connection.is_over_the_limit(message) {
            let text = format!(
                "larger than the server takes (APPENDLIMIT={})",
                self.connection.capabilities.append_limit.map_or(0, |limit| limit.0)
            );
            self.batch(number).outcomes.set(place, Appended::Refused(Refusal { kind: RefusalKind::TooBig, text }));
            return Ok(());
        }
        let tag = self.begin().await?;
        let bytes = message.body.len();
        self.write_head(&format!("{tag} APPEND {}{}{{{bytes}}}\r\n", self.name, head_of(message)));
        self.depart(Flight { tag: tag.clone(), load: Load::Messages(number, place..place + 1), bytes, has_free_literal: false });
        if self.may_go_on(&tag).await? {
            self.write_body(&message.body).await?;
            self.end_command();
        }
        if self.connection.is_breath_due() {
            self.breathe();
        }
        self.drain().await?;
        self.connection.caution.used();
        if self.batch(number).outcomes.is_stored(place) {
            let keywords = message.flags.keywords().map(|keyword| (self.mailbox.clone(), keyword.as_str().to_ascii_lowercase()));
            self.connection.proven.extend(keywords);
        }
        Ok(())
    }

    /// Messages of a batch in one command: one, or several that are all stored or none (RFC 3502).
    async fn send(&mut self, number: usize, run: Range<usize>, messages: &[OutgoingMessage]) -> Result<(), MailError> {
        let bytes = messages[run.clone()].iter().map(|message| message.body.len()).sum();
        let most = if run.len() > 1 { self.most_groups() } else { self.most_singles() };
        while self.is_full(bytes, most) {
            self.flush().await?;
            self.collect().await?;
        }
        let tag = self.begin().await?;
        // Decided once: what is learnt meanwhile must not change what is said about this command.
        let free: Vec<bool> = messages[run.clone()].iter().map(|message| self.connection.may_send_freely(message.body.len())).collect();
        let has_free_literal = free.contains(&true);
        self.write_head(&format!("{tag} APPEND {}", self.name));
        self.depart(Flight { tag: tag.clone(), load: Load::Messages(number, run.clone()), bytes, has_free_literal });
        for (message, is_free) in messages[run].iter().zip(free) {
            self.write_head(&format!("{}{{{}{}}}\r\n", head_of(message), message.body.len(), if is_free { "+" } else { "" }));
            if !is_free && !self.may_go_on(&tag).await? {
                return Ok(());
            }
            self.write_body(&message.body).await?;
        }
        self.end_command();
        if self.connection.is_breath_due() {
            self.breathe();
        }
        Ok(())
    }

    /// A tag for the next command.
    async fn begin(&mut self) -> Result<String, MailError> {
        if std::mem::take(&mut self.owes_breath) {
            self.breathe();
        }
        if self.out.len() >= WRITTEN_TOGETHER {
            self.flush().await?;
        }
        Ok(self.connection.conversation.next_tag())
    }

    fn breathe(&mut self) {
        let tag = self.connection.conversation.compose(&Command::new("NOOP"), &mut self.out);
        self.flights.push_back(Flight { tag, load: Load::Nothing, bytes: 0, has_free_literal: false });
    }

    fn depart(&mut self, flight: Flight) {
        if let Load::Messages(number, _) = flight.load {
            self.batch(number).open += 1;
        }
        self.flights.push_back(flight);
    }

    fn write_head(&mut self, head: &str) {
        tracing::trace!(target: "mailferry::wire", "C: {}", head.trim_end());
        self.out.extend_from_slice(head.as_bytes());
    }

    /// Short bodies join what waits to be written, long ones leave from where they are.
    async fn write_body(&mut self, body: &Body) -> Result<(), MailError> {
        let Some(bytes) = body.in_memory() else { return self.write_spilled(body).await };
        if self.out.len() + bytes.len() > WRITTEN_TOGETHER {
            if bytes.len() > WORTH_COPYING {
                let sent = self.connection.conversation.send_both(&self.out, bytes).await;
                self.out.clear();
                return sent;
            }
            self.flush().await?;
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    async fn write_spilled(&mut self, body: &Body) -> Result<(), MailError> {
        let mut offset = 0;
        let mut room = vec![0; PIECE];
        while offset < body.len() {
            let piece = body.read_at(offset, &mut room).map_err(|error| {
                // The command is half sent: the server would take what comes next for the rest of the message.
                let text = format!("a message could not be read from the disk: {error}");
                self.connection.conversation.fail(MailError::Lost(text))
            })?;
            offset += piece.len() as u64;
            let sent = self.connection.conversation.send_both(&self.out, piece).await;
            self.out.clear();
            sent?;
        }
        Ok(())
    }

    fn end_command(&mut self) {
        self.out.extend_from_slice(b"\r\n");
    }

    async fn flush(&mut self) -> Result<(), MailError> {
        if !self.out.is_empty() {
            self.connection.conversation.send(&self.out).await?;
            self.out.clear();
        }
        Ok(())
    }

    /// Waits until the server agrees to the literal of the last command; `false` when it ended the command instead.
    async fn may_go_on(&mut self, tag: &str) -> Result<bool, MailError> {
        self.flush().await?;
        loop {
            match self.connection.conversation.next().await? {
                Reply::Continue if self.flights.len() == 1 => return Ok(true),
                reply => self.take(reply)?,
            }
            if !self.flights.iter().any(|flight| flight.tag == tag) {
                return Ok(false);
            }
        }
    }

    /// Waits for the answer to the oldest command.
    async fn collect(&mut self) -> Result<(), MailError> {
        let before = self.flights.len();
        while self.flights.len() == before && before > 0 {
            let reply = self.connection.conversation.next().await?;
            self.take(reply)?;
        }
        Ok(())
    }

    /// Sends what is not written yet and waits for all answers.
    async fn drain(&mut self) -> Result<(), MailError> {
        self.flush().await?;
        while !self.flights.is_empty() {
            self.collect().await?;
        }
        Ok(())
    }

    fn take(&mut self, reply: Reply) -> Result<(), MailError> {
        match reply {
            // The server did not take `{n+}` for what it is and waits: nothing after it can be trusted.
            Reply::Continue => self.misunderstood("the server waits for a literal it already has".to_owned()),
            Reply::Done { tag, outcome } => match self.flights.iter().position(|flight| flight.tag == tag) {
                Some(at) => match self.flights.remove(at) {
                    Some(flight) => self.judge(&flight, &outcome),
                    None => Ok(()),
                },
                None => self.misunderstood(format!("an answer to {tag}, which was not asked: {}", outcome.text)),
            },
            _ => Ok(()),
        }
    }

    fn misunderstood(&mut self, text: String) -> Result<(), MailError> {
        Err(self.connection.conversation.fail(MailError::Protocol(text)))
    }

    fn judge(&mut self, flight: &Flight, outcome: &Outcome) -> Result<(), MailError> {
        self.connection.stop_if_dangerous(outcome, flight.has_free_literal)?;
        let Load::Messages(number, run) = &flight.load else { return Ok(()) };
        let batch = self.batch(*number);
        batch.open -= 1;
        if outcome.status == Status::Ok {
            batch.outcomes.stored(run.start, run.len(), outcome.code.as_ref());
            let largest = batch.messages[run.clone()].iter().map(|message| message.body.len()).max();
            self.connection.ceiling.learn(largest.unwrap_or(0));
            return Ok(());
        }
        if run.len() == 1 {
            batch.outcomes.set(run.start, Appended::Refused(refusal(outcome)));
        } else if run.len() == batch.messages.len() {
            batch.refused = Some(refusal(outcome));
        } else {
            batch.again.push(run.clone());
        }
        self.owes_breath = self.connection.counts_errors();
        Ok(())
    }

    /// Reports the oldest batches that are through.
    async fn report(&mut self) -> Result<(), MailError> {
        while self.batches.front().is_some_and(|batch| batch.is_sent && batch.open == 0) {
            if let Some(run) = self.batches.front_mut().and_then(|batch| batch.again.pop()) {
                self.send_again(run).await?;
                continue;
            }
            if let Some(batch) = self.batches.pop_front() {
                self.oldest += 1;
                let report = match batch.refused {
                    Some(refusal) => AppendReport::RefusedTogether(refusal),
                    None => batch.outcomes.into_report(),
                };
                self.queue.report(report).await;
            }
        }
        Ok(())
    }

    /// Messages of the oldest batch once more, a command each.
    async fn send_again(&mut self, run: Range<usize>) -> Result<(), MailError> {
        let messages = Arc::clone(&self.batch(self.oldest).messages);
        for place in run {
            self.send(self.oldest, place..place + 1, &messages).await?;
        }
        self.drain().await
    }

    fn is_full(&self, more: u64, most: usize) -> bool {
        let commands = self.flights.iter().filter(|flight| matches!(flight.load, Load::Messages(..))).count();
        let bytes: u64 = self.flights.iter().map(|flight| flight.bytes).sum();
        commands >= most || (commands > 0 && bytes + more > BYTES_AT_ONCE)
    }

    fn most_at_once(&self) -> usize {
        if self.connection.capabilities.has_multiappend { self.most_groups() } else { self.most_singles() }
    }

    fn most_groups(&self) -> usize {
        if self.connection.counts_errors() { GROUPS_AT_ONCE_WHERE_ERRORS_COUNT } else { GROUPS_AT_ONCE }
    }

    fn most_singles(&self) -> usize {
        if self.connection.family == Family::Other { SINGLES_AT_ONCE } else { SINGLES_AT_ONCE_WHERE_ERRORS_COUNT }
    }

    fn batch(&mut self, number: usize) -> &mut Batch {
        &mut self.batches[number - self.oldest]
    }
}
