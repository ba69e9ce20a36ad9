//! Reading messages: what is there (UID, flags, date, size), and whole messages streamed into a sink.
//!
//! No SEARCH: its one long line is slow to parse and some servers do not have it. Windows of `UID FETCH` instead.

use std::collections::{BTreeMap, BTreeSet};

use super::command::Command;
use super::connection::ImapConnection;
use super::conversation::Step;
use super::fetched::Fetched;
use super::refusal::refused;
use super::reply::{Outcome, Reply, Status};
use crate::domain::{ByteSize, Uid, UidSet};
use crate::ports::{FetchedMessage, MailError, MessageSink, MessageSummary, Refusal, RefusalKind, SinkClosed};

/// UIDs in the first window; sparse mailboxes get wider ones.
const FIRST_WINDOW: u32 = 5_000;
/// Command lines stay below what Exchange and Zimbra take (10 240 bytes).
const LONGEST_SET: usize = 7_900;
/// After so many refusals one after the other it is not about the messages any more; servers count them too.
const REFUSALS_IN_A_ROW: u32 = 3;

const ALL_ITEMS: &str = "(UID FLAGS INTERNALDATE BODY.PEEK[])";
const WITHOUT_DATE: &str = "(UID FLAGS BODY.PEEK[])";

/// What became of one `UID FETCH`.
enum Ended {
    Complete,
    /// The server refused, or sent something in which a message may have been.
    Incomplete(MailError),
    /// Nobody takes messages any more.
    Closed,
}

impl ImapConnection {
    pub(super) async fn summaries(&mut self, from: Uid) -> Result<Vec<MessageSummary>, MailError> {
        let mut found = BTreeMap::new();
        let last = self.opened.as_ref().and_then(|opened| opened.uid_next).map_or(0, |next| next.0.saturating_sub(1));
        let (mut start, mut width) = (from.0.max(1), FIRST_WINDOW);
        while last > start && last - start >= width {
            let before = found.len();
            self.window(&format!("{start}:{}", start + width - 1), &mut found).await?;
            start += width;
            if found.len() - before < (width / 4) as usize {
                width = width.saturating_mul(4);
            }
        }
        // The last window is open: UIDNEXT may have been wrong or may have grown.
        self.window(&format!("{start}:*"), &mut found).await?;
        // `n:*` always names the last message, also when its UID is below n.
        let found = found.split_off(&from.0);
        if from.0 <= 1 {
            self.compare_count(found.len()).await?;
        }
        Ok(found.into_values().collect())
    }

    async fn window(&mut self, set: &str, found: &mut BTreeMap<u32, MessageSummary>) -> Result<(), MailError> {
        let command = Command::new(format!("UID FETCH {set} (UID FLAGS INTERNALDATE RFC822.SIZE)"));
        let mut unreadable = 0;
        let (mut arrived, mut gone) = (None, 0);
        let learn = |reply| match reply {
            Reply::Fetch(fetched) => merge(found, *fetched),
            Reply::Exists(count) => (arrived, gone) = (Some(count), 0),
            Reply::Expunge(_) => gone += 1,
            Reply::Unreadable { is_fetch: true } => unreadable += 1,
            _ => {}
        };
        let outcome = self.conversation.ask(&command, learn).await?;
        self.counted(arrived, gone);
        // Some servers refuse a window without messages, or to look into an empty mailbox at all.
        if !(outcome.status == Status::No && self.opened.as_ref().is_some_and(|opened| opened.exists == 0)) {
            self.conversation.checked(outcome)?;
        }
        if unreadable > 0 {
            return Err(self
                .conversation
                .fail(MailError::Protocol(format!("{unreadable} messages are listed in a way that cannot be read"))));
        }
        Ok(())
    }

    /// Follows EXISTS and EXPUNGE of the open mailbox.
    fn counted(&mut self, arrived: Option<u32>, gone: u32) {
        if let Some(opened) = &mut self.opened {
            opened.exists = arrived.unwrap_or(opened.exists).saturating_sub(gone);
        }
    }

    /// A listing must have as many messages as the mailbox; a NOOP lets the server tell what changed meanwhile.
    async fn compare_count(&mut self, count: usize) -> Result<(), MailError> {
        let matches = |connection: &Self| connection.opened.as_ref().is_none_or(|opened| opened.exists as usize == count);
        if matches(self) {
            return Ok(());
        }
        let (mut arrived, mut gone) = (None, 0);
        let learn = |reply| match reply {
            Reply::Exists(count) => (arrived, gone) = (Some(count), 0),
            Reply::Expunge(_) => gone += 1,
            _ => {}
        };
        self.conversation.run(&Command::new("NOOP"), learn).await?;
        self.counted(arrived, gone);
        if matches(self) {
            return Ok(());
        }
        let exists = self.opened.as_ref().map_or(0, |opened| opened.exists);
        Err(self.conversation.fail(MailError::Protocol(format!("{count} messages listed, {exists} exist"))))
    }

    pub(super) async fn messages(&mut self, uids: &UidSet, sink: &mut dyn MessageSink) -> Result<(), MailError> {
        for chunk in uids.chunks(LONGEST_SET) {
            let mut wanted: BTreeSet<u32> = chunk.iter().map(|uid| uid.0).collect();
            match self.deliver(&chunk, ALL_ITEMS, &mut wanted, sink).await? {
                Ended::Complete => {}
                Ended::Closed => return Ok(()),
                Ended::Incomplete(error) => {
                    if self.one_by_one(wanted, error, sink).await?.is_err() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// After a window failed: each message that did not come is asked for alone, first with, then without its date.
    /// The messages that can be had are delivered; if one cannot, that is the error.
    async fn one_by_one(
        &mut self,
        wanted: BTreeSet<u32>,
        first: MailError,
        sink: &mut dyn MessageSink,
    ) -> Result<Result<(), SinkClosed>, MailError> {
        let (mut in_a_row, mut failure) = (0, None);
        for uid in wanted {
            let alone = UidSet::range(Uid(uid), Uid(uid));
            let mut this = BTreeSet::from([uid]);
            for items in [ALL_ITEMS, WITHOUT_DATE] {
                match self.deliver(&alone, items, &mut this, sink).await? {
                    Ended::Closed => return Ok(Err(SinkClosed)),
                    Ended::Complete => {
                        in_a_row = 0;
                        break;
                    }
                    Ended::Incomplete(error) if items == WITHOUT_DATE => {
                        in_a_row += 1;
                        failure = Some(error);
                    }
                    Ended::Incomplete(_) => {}
                }
            }
            if in_a_row == REFUSALS_IN_A_ROW {
                return Err(first);
            }
            if in_a_row > 0 {
                // A command that works: servers drop connections after a few errors in a row.
                self.conversation.run(&Command::new("NOOP"), |_| {}).await?;
            }
        }
        failure.map_or(Ok(Ok(())), Err)
    }

    async fn deliver(
        &mut self,
        set: &UidSet,
        items: &str,
        wanted: &mut BTreeSet<u32>,
        sink: &mut dyn MessageSink,
    ) -> Result<Ended, MailError> {
        let (tag, _) = self.conversation.start(&Command::new(format!("UID FETCH {set} {items}"))).await?;
        let (mut unreadable, mut arrived, mut gone) = (0, None, 0);
        let outcome = loop {
            match self.conversation.step(&tag).await? {
                Step::Reply(Reply::Fetch(fetched)) => {
                    let Some(message) = whole(*fetched).map_err(|error| self.conversation.fail(error))? else { continue };
                    if wanted.remove(&message.uid.0) && sink.take(message).await.is_err() {
                        self.conversation.fail(MailError::Lost("reading was stopped".to_owned()));
                        return Ok(Ended::Closed);
                    }
                }
                Step::Reply(Reply::Unreadable { is_fetch: true }) => unreadable += 1,
                Step::Reply(Reply::Exists(count)) => (arrived, gone) = (Some(count), 0),
                Step::Reply(Reply::Expunge(_)) => gone += 1,
                Step::Reply(_) => {}
                Step::Done(outcome) => break outcome,
            }
        };
        self.counted(arrived, gone);
        self.judged(&outcome, unreadable, wanted)
    }

    fn judged(&mut self, outcome: &Outcome, unreadable: u32, wanted: &BTreeSet<u32>) -> Result<Ended, MailError> {
        if outcome.status != Status::Ok {
            let error = refused(outcome);
            return if error.is_connection_lost() { Err(self.conversation.fail(error)) } else { Ok(Ended::Incomplete(error)) };
        }
        if unreadable > 0 && !wanted.is_empty() {
            let text = "a message came in a way that cannot be read".to_owned();
            return Ok(Ended::Incomplete(MailError::Refused(Refusal { kind: RefusalKind::Content, text })));
        }
        Ok(Ended::Complete)
    }
}

/// The message in a FETCH response; none in an unsolicited one about flags.
fn whole(fetched: Fetched) -> Result<Option<FetchedMessage>, MailError> {
    match (fetched.uid, fetched.body) {
        (Some(uid), Some(bytes)) => Ok(Some(FetchedMessage {
            uid,
            flags: fetched.flags.unwrap_or_default(),
            internal_date: fetched.internal_date,
            body: bytes.into(),
        })),
        (None, Some(_)) => Err(MailError::Protocol("a message without its UID".to_owned())),
        (_, None) => Ok(None),
    }
}

/// Adds what a response says; a server may tell one message in two responses, and changed flags in a third.
fn merge(found: &mut BTreeMap<u32, MessageSummary>, fetched: Fetched) {
    let Some(uid) = fetched.uid else { return };
    let summary = found.entry(uid.0).or_insert_with(|| MessageSummary {
        uid,
        size: ByteSize::default(),
        flags: crate::domain::Flags::default(),
        internal_date: None,
    });
    if let Some(size) = fetched.size {
        summary.size = ByteSize(size);
    }
    if let Some(flags) = fetched.flags {
        summary.flags = flags;
    }
    summary.internal_date = fetched.internal_date.or(summary.internal_date);
}
