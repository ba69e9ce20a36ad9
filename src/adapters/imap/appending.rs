//! APPEND in the best form that a server offers: MULTIAPPEND, pipelined LITERAL+, or one message at a time.
//!
//! A literal that needs no permission is dangerous: if the server refuses flags, date or name with BAD it goes on to read
//! the *message* as commands. Hence the rules here (dependencies.md §1.5): what could be refused that way (a keyword that
//! this mailbox has not taken before, a date that some servers do not know, an empty or very large message) goes
//! alone through a synchronising literal; after a BAD to anything else the connection is dropped at once, and the account's next
//! messages all go the careful way ([`Caution`]), so that the culprit is found instead of met again.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::ability::FreeLiterals;
use super::command::quoted;
use super::connection::ImapConnection;
use super::conversation::Step;
use super::outcomes::Outcomes;
use super::refusal::{refusal, throttled_millis};
use super::reply::{Outcome, Reply, Status};
use crate::domain::WireName;
use crate::ports::{AppendReport, Appended, MailError, OutgoingMessage, Refusal, RefusalKind};

/// Larger messages always ask first: a refusal then costs nothing.
const LARGEST_FREE_LITERAL: usize = 16 << 20;
/// RFC 7888 §5.
const LARGEST_SMALL_LITERAL: usize = 4096;
/// Pipelined messages whose outcome is not known yet.
const LONGEST_PIPELINE: usize = 32;
const PIPELINE_BYTES: usize = 4 << 20;
/// Zimbra drops a connection after 25 like commands in a row; a NOOP between them starts the count anew.
const APPENDS_IN_A_ROW: u32 = 20;
/// Messages that go the careful way after a BAD.
const CAREFUL_MESSAGES: u32 = 400;
/// Bodies up to this size leave in one write with their command.
const WRITTEN_TOGETHER: usize = 64 * 1024;
/// Dates that every server takes: 1970-01-02 to 2038-01-18 (Zimbra refuses later ones).
const USUAL_DATES: Range<i64> = 86_400..2_147_385_600;

/// How many of an account's next messages go the careful way; shared by its connections, also those yet to come.
#[derive(Debug, Clone, Default)]
pub(super) struct Caution(Arc<AtomicU32>);

impl Caution {
    fn raise(&self) {
        self.0.store(CAREFUL_MESSAGES, Ordering::Relaxed);
    }

    fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    fn used(&self) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    }
}

/// A pipelined command whose outcome is not known yet; `None`: a NOOP between.
struct Waiting {
    tag: String,
    message: Option<usize>,
    bytes: usize,
}

/// Commands that were not answered yet, and bytes that were not sent yet.
#[derive(Default)]
struct Pipeline {
    waiting: VecDeque<Waiting>,
    buffer: Vec<u8>,
}

impl Pipeline {
    fn is_full(&self) -> bool {
        self.waiting.len() >= LONGEST_PIPELINE || self.waiting.iter().map(|waiting| waiting.bytes).sum::<usize>() > PIPELINE_BYTES
    }
}

impl ImapConnection {
    pub(super) async fn append_all(&mut self, mailbox: &WireName, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError> {
        let Some(name) = quoted(mailbox.0.as_bytes()) else {
            let text = "the mailbox name has characters that a command cannot carry".to_owned();
            return Ok(AppendReport::RefusedTogether(Refusal { kind: RefusalKind::NoMailbox, text }));
        };
        let name = String::from_utf8_lossy(&name).into_owned();
        let mut outcomes = Outcomes::new(messages.len());
        let mut start = 0;
        while start < messages.len() {
            if self.needs_care(mailbox, &messages[start]) {
                self.append_carefully(&name, mailbox, (start, &messages[start]), &mut outcomes).await?;
                start += 1;
                continue;
            }
            let calm = messages[start..].iter().take_while(|message| !self.needs_care(mailbox, message)).count();
            let run = start..start + calm;
            if calm > 1 && self.capabilities.has_multiappend {
                if let Some(refusal) = self.append_together(&name, &messages[run.clone()], start, &mut outcomes).await? {
                    if calm == messages.len() {
                        return Ok(AppendReport::RefusedTogether(refusal));
                    }
                    // Others of this append have an outcome of their own already: these get one each, too.
                    self.append_in_turn(&name, messages, run.clone(), &mut outcomes).await?;
                }
            } else {
                self.append_in_turn(&name, messages, run.clone(), &mut outcomes).await?;
            }
            start = run.end;
        }
        Ok(outcomes.into_report())
    }

    fn needs_care(&self, mailbox: &WireName, message: &OutgoingMessage) -> bool {
        let is_new = |keyword: &crate::domain::Keyword| !self.proven.contains(&(mailbox.clone(), keyword.as_str().to_ascii_lowercase()));
        self.caution.is_raised()
            || message.body.is_empty()
            || message.body.len() > LARGEST_FREE_LITERAL as u64
            || self.capabilities.append_limit.is_some_and(|limit| message.body.len() > limit.0)
            || message.internal_date.is_some_and(|date| !USUAL_DATES.contains(&date.unix_seconds()))
            || message.flags.keywords().any(is_new)
    }

    fn may_send_freely(&self, bytes: usize) -> bool {
        match self.abilities.free_literals() {
            FreeLiterals::All => bytes <= LARGEST_FREE_LITERAL,
            FreeLiterals::Small => bytes <= LARGEST_SMALL_LITERAL,
            FreeLiterals::None => false,
        }
    }

    /// One message behind a literal that the server agrees to: a refusal leaves the connection in order.
    async fn append_carefully(
        &mut self,
        name: &str,
        mailbox: &WireName,
        (place, message): (usize, &OutgoingMessage),
        outcomes: &mut Outcomes,
    ) -> Result<(), MailError> {
        if let Some(limit) = self.capabilities.append_limit.filter(|limit| message.body.len() > limit.0) {
            let text = format!("larger than the server takes (APPENDLIMIT={})", limit.0);
            outcomes.set(place, Appended::Refused(Refusal { kind: RefusalKind::TooBig, text }));
            return Ok(());
        }
        let tag = self.conversation.next_tag();
        let head = format!("{tag} APPEND {name}{}{{{}}}\r\n", head_of(message), message.body.len());
        show(&head);
        self.conversation.send(head.as_bytes()).await?;
        let outcome = self.conversation.offer(&tag, &in_memory(message)?).await?;
        self.caution.used();
        self.judge_one(place, &outcome, outcomes)?;
        if outcome.status == Status::Ok {
            self.proven.extend(message.flags.keywords().map(|keyword| (mailbox.clone(), keyword.as_str().to_ascii_lowercase())));
        }
        self.breathe().await
    }

    /// Several messages in one command (RFC 3502): all stored, or none and the refusal is returned.
    async fn append_together(
        &mut self,
        name: &str,
        messages: &[OutgoingMessage],
        first: usize,
        outcomes: &mut Outcomes,
    ) -> Result<Option<Refusal>, MailError> {
        let tag = self.conversation.next_tag();
        let mut buffer = format!("{tag} APPEND {name}").into_bytes();
        let mut has_free_literal = false;
        let mut ended = None;
        for message in messages {
            let size = usize::try_from(message.body.len()).unwrap_or(usize::MAX);
            let is_free = self.may_send_freely(size);
            has_free_literal |= is_free;
            let head = format!("{}{{{size}{}}}\r\n", head_of(message), if is_free { "+" } else { "" });
            show(&head);
            buffer.extend_from_slice(head.as_bytes());
            if !is_free {
                self.conversation.send(&buffer).await?;
                buffer.clear();
                ended = self.conversation.go_ahead(&tag).await?;
                if ended.is_some() {
                    break;
                }
            }
            self.add_body(&mut buffer, &in_memory(message)?).await?;
        }
        let outcome = if let Some(outcome) = ended {
            outcome
        } else {
            buffer.extend_from_slice(b"\r\n");
            self.conversation.send(&buffer).await?;
            self.conversation.finish(&tag, |_| {}).await?
        };
        if outcome.status == Status::Ok {
            outcomes.stored(first, messages.len(), outcome.code.as_ref());
            self.breathe().await?;
            return Ok(None);
        }
        self.stop_if_dangerous(&outcome, has_free_literal)?;
        Ok(Some(refusal(&outcome)))
    }

    /// One command per message; where the server allows it the next ones leave before the first is answered.
    async fn append_in_turn(
        &mut self,
        name: &str,
        messages: &[OutgoingMessage],
        run: Range<usize>,
        outcomes: &mut Outcomes,
    ) -> Result<(), MailError> {
        let mut pipeline = Pipeline::default();
        for place in run {
            let message = &messages[place];
            let size = usize::try_from(message.body.len()).unwrap_or(usize::MAX);
            let tag = self.conversation.next_tag();
            let is_free = self.may_send_freely(size);
            let head = format!("{tag} APPEND {name}{}{{{size}{}}}\r\n", head_of(message), if is_free { "+" } else { "" });
            show(&head);
            if is_free {
                self.make_room(&mut pipeline, outcomes).await?;
                pipeline.buffer.extend_from_slice(head.as_bytes());
                self.add_body(&mut pipeline.buffer, &in_memory(message)?).await?;
                pipeline.buffer.extend_from_slice(b"\r\n");
                pipeline.waiting.push_back(Waiting { tag, message: Some(place), bytes: size });
                if self.is_breath_due() {
                    let tag = self.conversation.next_tag();
                    pipeline.buffer.extend_from_slice(format!("{tag} NOOP\r\n").as_bytes());
                    pipeline.waiting.push_back(Waiting { tag, message: None, bytes: 0 });
                }
            } else {
                self.drain(&mut pipeline, outcomes).await?;
                self.conversation.send(head.as_bytes()).await?;
                let outcome = self.conversation.offer(&tag, &in_memory(message)?).await?;
                self.judge_one(place, &outcome, outcomes)?;
                self.breathe().await?;
            }
        }
        self.drain(&mut pipeline, outcomes).await
    }

    /// Sends what is buffered and collects outcomes until one more message may be pipelined.
    async fn make_room(&mut self, pipeline: &mut Pipeline, outcomes: &mut Outcomes) -> Result<(), MailError> {
        while pipeline.is_full() {
            self.flush(&mut pipeline.buffer).await?;
            self.collect(&mut pipeline.waiting, outcomes).await?;
        }
        Ok(())
    }

    /// Sends what is buffered and collects all outcomes.
    async fn drain(&mut self, pipeline: &mut Pipeline, outcomes: &mut Outcomes) -> Result<(), MailError> {
        self.flush(&mut pipeline.buffer).await?;
        while !pipeline.waiting.is_empty() {
            self.collect(&mut pipeline.waiting, outcomes).await?;
        }
        Ok(())
    }

    /// Takes the outcome of the oldest pipelined command.
    async fn collect(&mut self, waiting: &mut VecDeque<Waiting>, outcomes: &mut Outcomes) -> Result<(), MailError> {
        let Some(oldest) = waiting.pop_front() else { return Ok(()) };
        let outcome = loop {
            match self.conversation.step(&oldest.tag).await? {
                Step::Reply(Reply::Continue) => {
                    // The server did not take `{n+}` for what it is and waits: nothing after it can be trusted.
                    return Err(self.conversation.fail(MailError::Protocol("the server waits for a literal it already has".to_owned())));
                }
                Step::Reply(_) => {}
                Step::Done(outcome) => break outcome,
            }
        };
        self.stop_if_dangerous(&outcome, true)?;
        match oldest.message {
            Some(place) => self.judge_one(place, &outcome, outcomes),
            None => Ok(()),
        }
    }

    fn judge_one(&mut self, place: usize, outcome: &Outcome, outcomes: &mut Outcomes) -> Result<(), MailError> {
        if outcome.status == Status::Ok {
            outcomes.stored(place, 1, outcome.code.as_ref());
            return Ok(());
        }
        self.stop_if_dangerous(outcome, false)?;
        outcomes.set(place, Appended::Refused(refusal(outcome)));
        Ok(())
    }

    /// A throttled server closes; a BAD after a free literal means that message bytes may be running as commands.
    fn stop_if_dangerous(&mut self, outcome: &Outcome, has_free_literal: bool) -> Result<(), MailError> {
        if let Some(wait_millis) = throttled_millis(&outcome.text) {
            return Err(self.conversation.fail(MailError::Throttled { wait_millis }));
        }
        if outcome.status == Status::Bad && has_free_literal {
            self.caution.raise();
            return Err(self.conversation.fail(MailError::Lost(format!("dropped after an append was not understood: {}", outcome.text))));
        }
        Ok(())
    }

    /// Small bodies join the buffer, large ones leave from where they are.
    async fn add_body(&mut self, buffer: &mut Vec<u8>, body: &[u8]) -> Result<(), MailError> {
        if buffer.len() + body.len() <= WRITTEN_TOGETHER {
            buffer.extend_from_slice(body);
            return Ok(());
        }
        self.flush(buffer).await?;
        if body.len() <= WRITTEN_TOGETHER {
            buffer.extend_from_slice(body);
            return Ok(());
        }
        self.conversation.send(body).await
    }

    async fn flush(&mut self, buffer: &mut Vec<u8>) -> Result<(), MailError> {
        if !buffer.is_empty() {
            self.conversation.send(buffer).await?;
            buffer.clear();
        }
        Ok(())
    }

    fn is_breath_due(&mut self) -> bool {
        self.appends_in_a_row += 1;
        let is_due = self.appends_in_a_row >= APPENDS_IN_A_ROW;
        if is_due {
            self.appends_in_a_row = 0;
        }
        is_due
    }

    async fn breathe(&mut self) -> Result<(), MailError> {
        if self.is_breath_due() {
            self.conversation.run(&super::command::Command::new("NOOP"), |_| {}).await?;
        }
        Ok(())
    }
}

/// The message's bytes.
fn in_memory(message: &OutgoingMessage) -> Result<bytes::Bytes, MailError> {
    message.body.load().map_err(|error| MailError::Lost(format!("a message could not be read from the disk: {error}")))
}

fn show(head: &str) {
    tracing::trace!(target: "mailferry::wire", "C: {}", head.trim_end());
}

/// Flags and date between the mailbox and the literal. Both are written from types that cannot hold anything else.
fn head_of(message: &OutgoingMessage) -> String {
    let flags = message.flags.wire_names().join(" ");
    match message.internal_date {
        Some(date) => format!(" ({flags}) \"{date}\" "),
        None => format!(" ({flags}) "),
    }
}
