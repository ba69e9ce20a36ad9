//! APPEND in the best form that a server offers: MULTIAPPEND, pipelined LITERAL+, or one message at a time.
//!
//! A literal that needs no permission is dangerous: if the server refuses flags, date or name with BAD it goes on to read
//! the *message* as commands. Hence the rules here (dependencies.md §1.5): what could be refused that way (a keyword that
//! this mailbox has not taken before, a date that some servers do not know, an empty or very large message) goes
//! alone through a synchronising literal; after a BAD to anything else the connection is dropped at once, and the account's next
//! messages all go the careful way ([`Caution`]), so that the culprit is found instead of met again.

//! How the commands follow one another is [`append_flow`](super::append_flow)'s.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::ability::FreeLiterals;
use super::append_flow::Flow;
use super::command::quoted;
use super::connection::ImapConnection;
use super::refusal::throttled_millis;
use super::reply::{Outcome, Status};
use crate::domain::WireName;
use crate::ports::{AppendReport, BatchQueue, MailError, OutgoingMessage, Refusal, RefusalKind};

/// RFC 7888 §5.
const LARGEST_SMALL_LITERAL: u64 = 4096;
/// Zimbra drops a connection after 25 like commands in a row; a NOOP between them starts the count anew.
const APPENDS_IN_A_ROW: u32 = 20;
/// Messages that go the careful way after a BAD.
const CAREFUL_MESSAGES: u32 = 400;
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

    pub(super) fn used(&self) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    }
}

/// One batch, and nothing behind it.
struct Alone {
    batch: Mutex<Option<Vec<OutgoingMessage>>>,
    report: Mutex<Option<AppendReport>>,
}

#[async_trait]
impl BatchQueue for Alone {
    async fn next(&self) -> Option<Vec<OutgoingMessage>> {
        self.batch.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn report(&self, report: AppendReport) {
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
    }
}

impl ImapConnection {
    pub(super) async fn append_all(&mut self, mailbox: &WireName, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError> {
        let alone = Alone { batch: Mutex::new(Some(messages.to_vec())), report: Mutex::default() };
        self.append_batches(mailbox, &alone).await?;
        let report = alone.report.into_inner().unwrap_or_else(PoisonError::into_inner);
        report.ok_or_else(|| MailError::Protocol("an append without a report".to_owned()))
    }

    pub(super) async fn append_batches(&mut self, mailbox: &WireName, queue: &dyn BatchQueue) -> Result<(), MailError> {
        let Some(name) = quoted(mailbox.0.as_bytes()) else {
            while queue.next().await.is_some() {
                let text = "the mailbox name has characters that a command cannot carry".to_owned();
                queue.report(AppendReport::RefusedTogether(Refusal { kind: RefusalKind::NoMailbox, text })).await;
            }
            return Ok(());
        };
        let name = String::from_utf8_lossy(&name).into_owned();
        Flow::new(self, mailbox, name, queue).run().await
    }

    /// Whether a message goes alone, behind a literal that the server agrees to.
    pub(super) fn needs_care(&self, mailbox: &WireName, message: &OutgoingMessage) -> bool {
        let is_new = |keyword: &crate::domain::Keyword| !self.proven.contains(&(mailbox.clone(), keyword.as_str().to_ascii_lowercase()));
        self.caution.is_raised()
            || message.body.is_empty()
            || self.is_over_the_limit(message)
            || message.internal_date.is_some_and(|date| !USUAL_DATES.contains(&date.unix_seconds()))
            || message.flags.keywords().any(is_new)
    }

    /// Whether the server says that it takes no message of this size.
    pub(super) fn is_over_the_limit(&self, message: &OutgoingMessage) -> bool {
        self.capabilities.append_limit.is_some_and(|limit| message.body.len() > limit.0)
    }

    /// Whether a literal of this size may go without asking first.
    pub(super) fn may_send_freely(&self, bytes: u64) -> bool {
        match self.abilities.free_literals() {
            FreeLiterals::All => bytes <= self.ceiling.bytes(),
            FreeLiterals::Small => bytes <= LARGEST_SMALL_LITERAL,
            FreeLiterals::None => false,
        }
    }

    /// A throttled server closes; a BAD after a free literal means that message bytes may be running as commands.
    pub(super) fn stop_if_dangerous(&mut self, outcome: &Outcome, has_free_literal: bool) -> Result<(), MailError> {
        if let Some(wait_millis) = throttled_millis(&outcome.text).filter(|_| outcome.status != Status::Ok) {
            return Err(self.conversation.fail(MailError::Throttled { wait_millis }));
        }
        if outcome.status == Status::Bad && has_free_literal {
            self.caution.raise();
            return Err(self.conversation.fail(MailError::Lost(format!("dropped after an append was not understood: {}", outcome.text))));
        }
        Ok(())
    }

    /// Counts an append; whether a command of another kind should follow it.
    pub(super) fn is_breath_due(&mut self) -> bool {
        self.appends_in_a_row += 1;
        let is_due = self.appends_in_a_row >= APPENDS_IN_A_ROW;
        if is_due {
            self.appends_in_a_row = 0;
        }
        is_due
    }
}

/// Flags and date between the mailbox and the literal. Both are written from types that cannot hold anything else.
pub(super) fn head_of(message: &OutgoingMessage) -> String {
    let flags = message.flags.wire_names().join(" ");
    match message.internal_date {
        Some(date) => format!(" ({flags}) \"{date}\" "),
        None => format!(" ({flags}) "),
    }
}
