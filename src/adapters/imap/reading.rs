//! Reading whole messages: windows of UIDs streamed into a sink, the next window asked for before the last one is over.
//! A server may answer windows in turns (Dovecot does while one of them waits for room in its output): messages belong to the
//! window that asked for their UID.

use std::collections::{BTreeSet, VecDeque};

use super::command::Command;
use super::connection::{ImapConnection, LONGEST_SET};
use super::fetched::Fetched;
use super::refusal::refused;
use super::reply::{Lost, Outcome, Reply, Status};
use crate::domain::{Uid, UidSet};
use crate::ports::{FetchedMessage, MailError, MessageSink, Refusal, RefusalKind, SinkClosed};

/// After so many refusals one after the other it is not about the messages any more; servers count them too.
const REFUSALS_IN_A_ROW: u32 = 3;
/// How often a message is asked for alone.
const TRIES_ALONE: u32 = 3;
/// Windows that are asked for at the same time.
const WINDOWS_AT_ONCE: usize = 3;
/// The same where a few errors in a row end the connection.
const WINDOWS_AT_ONCE_WHERE_ERRORS_COUNT: usize = 2;

/// What is asked for of each message, and what is asked for where a server stumbles over the date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Items {
    all: &'static str,
    without_date: &'static str,
}

/// Whole messages.
pub(super) const WHOLE: Items = Items { all: "(UID FLAGS INTERNALDATE BODY.PEEK[])", without_date: "(UID FLAGS BODY.PEEK[])" };
/// Headers alone.
pub(super) const HEADER: Items = Items { all: "(UID FLAGS INTERNALDATE BODY.PEEK[HEADER])", without_date: "(UID FLAGS BODY.PEEK[HEADER])" };

/// What became of one `UID FETCH`.
enum Ended {
    Complete,
    /// The server refused, or sent something in which a message may have been.
    Incomplete(MailError),
    /// Nobody takes messages any more.
    Closed,
}

/// One `UID FETCH` that is not over.
struct Asked {
    tag: String,
    /// What did not come yet.
    wanted: BTreeSet<u32>,
    unreadable: u32,
}

/// One response while windows are read.
enum Heard {
    Something,
    /// This command is over.
    End(Asked, Ended),
    Closed,
}

impl ImapConnection {
    pub(super) async fn messages(&mut self, windows: &[UidSet], items: Items, sink: &mut dyn MessageSink) -> Result<(), MailError> {
        let at_once = if self.counts_errors() { WINDOWS_AT_ONCE_WHERE_ERRORS_COUNT } else { WINDOWS_AT_ONCE };
        let mut coming = windows.iter().flat_map(|window| window.chunks(LONGEST_SET));
        let (mut asked, mut failed) = (VecDeque::new(), Vec::new());
        loop {
            // After a failure nothing more is asked until what is missing was looked for, one by one.
            while failed.is_empty() && asked.len() < at_once {
                let Some(set) = coming.next() else { break };
                asked.push_back(self.ask_for(&set, items.all).await?);
            }
            if asked.is_empty() {
                if failed.is_empty() {
                    return Ok(());
                }
                if self.one_by_one_after(std::mem::take(&mut failed), items, sink).await?.is_err() {
                    return Ok(());
                }
                continue;
            }
            match self.hear(&mut asked, sink).await? {
                Heard::Closed | Heard::End(_, Ended::Closed) => return Ok(()),
                Heard::End(over, Ended::Incomplete(error)) => failed.push((over.wanted, error)),
                Heard::Something | Heard::End(_, Ended::Complete) => {}
            }
        }
    }

    async fn one_by_one_after(
        &mut self,
        failed: Vec<(BTreeSet<u32>, MailError)>,
        items: Items,
        sink: &mut dyn MessageSink,
    ) -> Result<Result<(), SinkClosed>, MailError> {
        if failed.len() > 1 {
            // A command that works: servers drop connections after a few errors in a row.
            self.conversation.run(&Command::new("NOOP"), |_| {}).await?;
        }
        for (wanted, error) in failed {
            if self.one_by_one((wanted, error), items, sink).await?.is_err() {
                return Ok(Err(SinkClosed));
            }
        }
        Ok(Ok(()))
    }

    /// After a window failed: each message that did not come is asked for alone, and without its date where it can be the date that the
    /// server stumbles over. The messages that can be had are delivered; if one cannot, that is the error: it is asked for again later.
    async fn one_by_one(
        &mut self,
        (wanted, first): (BTreeSet<u32>, MailError),
        items: Items,
        sink: &mut dyn MessageSink,
    ) -> Result<Result<(), SinkClosed>, MailError> {
        let (mut in_a_row, mut failure) = (0, None);
        for uid in wanted {
            let mut this = BTreeSet::from([uid]);
            let mut asked = items.all;
            for left in (0..TRIES_ALONE).rev() {
                match self.deliver(uid, asked, &mut this, sink).await? {
                    Ended::Closed => return Ok(Err(SinkClosed)),
                    Ended::Complete => {
                        in_a_row = 0;
                        break;
                    }
                    Ended::Incomplete(error) if left == 0 || asked == items.without_date => {
                        in_a_row += 1;
                        failure = Some(error);
                        break;
                    }
                    Ended::Incomplete(error) if may_be_the_date(&error) => asked = items.without_date,
                    Ended::Incomplete(_) => {
                        self.conversation.run(&Command::new("NOOP"), |_| {}).await?;
                    }
                }
            }
            if in_a_row == REFUSALS_IN_A_ROW {
                return Err(first);
            }
            if in_a_row > 0 {
                self.conversation.run(&Command::new("NOOP"), |_| {}).await?;
            }
        }
        failure.map_or(Ok(Ok(())), Err)
    }

    /// One command for one message, and nothing beside it.
    async fn deliver(&mut self, uid: u32, items: &str, wanted: &mut BTreeSet<u32>, sink: &mut dyn MessageSink) -> Result<Ended, MailError> {
        let mut asked = VecDeque::from([self.ask_for(&UidSet::range(Uid(uid), Uid(uid)), items).await?]);
        asked[0].wanted = std::mem::take(wanted);
        loop {
            match self.hear(&mut asked, sink).await? {
                Heard::Something => {}
                Heard::End(over, ended) => {
                    *wanted = over.wanted;
                    return Ok(ended);
                }
                Heard::Closed => return Ok(Ended::Closed),
            }
        }
    }

    async fn ask_for(&mut self, set: &UidSet, items: &str) -> Result<Asked, MailError> {
        let (tag, _) = self.conversation.start(&Command::new(format!("UID FETCH {set} {items}"))).await?;
        Ok(Asked { tag, wanted: set.iter().map(|uid| uid.0).collect(), unreadable: 0 })
    }

    /// Takes one response, whichever of the commands it belongs to.
    async fn hear(&mut self, asked: &mut VecDeque<Asked>, sink: &mut dyn MessageSink) -> Result<Heard, MailError> {
        match self.conversation.next().await? {
            Reply::Fetch(fetched) => {
                let Some(message) = whole(*fetched).map_err(|error| self.conversation.fail(error))? else { return Ok(Heard::Something) };
                // A message that nobody asked for, or that comes twice, is not delivered.
                let is_wanted = asked.iter_mut().any(|one| one.wanted.remove(&message.uid.0));
                if is_wanted && sink.take(message).await.is_err() {
                    self.conversation.fail(MailError::Lost("reading was stopped".to_owned()));
                    return Ok(Heard::Closed);
                }
            }
            // Servers may answer several commands at the same time: it may belong to any of them.
            Reply::Unreadable(Lost::Message) => asked.iter_mut().for_each(|one| one.unreadable += 1),
            Reply::Done { tag, outcome } => {
                let Some(over) = asked.iter().position(|one| one.tag == tag).and_then(|at| asked.remove(at)) else {
                    let text = format!("an answer to {tag}, which was not asked: {}", outcome.text);
                    return Err(self.conversation.fail(MailError::Protocol(text)));
                };
                let ended = self.judged(&outcome, &over)?;
                return Ok(Heard::End(over, ended));
            }
            _ => {}
        }
        Ok(Heard::Something)
    }

    fn judged(&mut self, outcome: &Outcome, over: &Asked) -> Result<Ended, MailError> {
        if outcome.status != Status::Ok {
            let error = refused(outcome);
            return if error.is_connection_lost() { Err(self.conversation.fail(error)) } else { Ok(Ended::Incomplete(error)) };
        }
        if over.unreadable > 0 && !over.wanted.is_empty() {
            let text = "a message came in a way that cannot be read".to_owned();
            return Ok(Ended::Incomplete(MailError::Refused(Refusal { kind: RefusalKind::Content, text })));
        }
        Ok(Ended::Complete)
    }
}

/// Whether a message may come without its date: BAD, and what cannot be read. What a server refuses for a while it gives later, with its date.
fn may_be_the_date(error: &MailError) -> bool {
    matches!(error, MailError::Refused(Refusal { kind: RefusalKind::Content, .. }))
}

/// The message in a FETCH response; none in an unsolicited one about flags.
fn whole(fetched: Fetched) -> Result<Option<FetchedMessage>, MailError> {
    match (fetched.uid, fetched.body) {
        (Some(uid), Some(body)) => {
            Ok(Some(FetchedMessage { uid, flags: fetched.flags.unwrap_or_default(), internal_date: fetched.internal_date, body }))
        }
        (None, Some(_)) => Err(MailError::Protocol("a message without its UID".to_owned())),
        (_, None) => Ok(None),
    }
}
