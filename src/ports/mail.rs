//! Mail stores: an IMAP account seen through one connection.
//!
//! A connection is used by one task. When a method fails with an error that [`MailError::is_connection_lost`],
//! the connection is of no use any more, and whether the command was carried out is **not known**.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::{
    ByteSize, Capabilities, Flags, ImapEndpoint, InternalDate, Keyword, MailboxName, Quota, Role, Secret, Uid, UidSet, UidValidity,
    WireName,
};

use super::Body;
use super::mail_error::{MailError, NameRefused, Refusal};

/// User name and password of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// User name, on OVHcloud the whole address.
    pub user: String,
    /// Password.
    pub password: Secret,
}

/// A mailbox of the personal namespace as LIST and LSUB show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedMailbox {
    /// Path in Unicode, without the namespace prefix.
    pub name: MailboxName,
    /// The server's own spelling.
    pub wire: WireName,
    /// Role from the attributes, if the server says one.
    pub role: Option<Role>,
    /// Whether it can be opened (not `\Noselect`, not `\NonExistent`).
    pub is_selectable: bool,
    /// Whether it is subscribed.
    pub is_subscribed: bool,
}

/// A mailbox once opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxState {
    /// UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// UIDNEXT; computed from the messages where a server does not say it.
    pub uid_next: Uid,
    /// Number of messages.
    pub exists: u32,
    /// Keywords that can be stored; `None`: any (`\*`).
    pub permanent_keywords: Option<Vec<String>>,
    /// HIGHESTMODSEQ (RFC 7162), where the server keeps it for this mailbox.
    #[serde(default)]
    pub highest_modseq: Option<u64>,
}

impl MailboxState {
    /// Whether this keyword can be stored here.
    pub fn takes(&self, keyword: &Keyword) -> bool {
        self.permanent_keywords.as_ref().is_none_or(|names| names.iter().any(|n| n.eq_ignore_ascii_case(keyword.as_str())))
    }
}

/// One message without its body. The size is what the server claims and is for display only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSummary {
    /// Its UID.
    pub uid: Uid,
    /// `RFC822.SIZE`.
    pub size: ByteSize,
    /// Flags.
    pub flags: Flags,
    /// INTERNALDATE, when the server gave one that can be read.
    pub internal_date: Option<InternalDate>,
}

/// A message by number and size alone: eight bytes, so that a million of them fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed {
    /// Its UID.
    pub uid: Uid,
    /// `RFC822.SIZE`, cut at 4 GiB: a hint about the lane, never about what arrived.
    pub size: u32,
}

/// A whole message as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedMessage {
    /// Its UID.
    pub uid: Uid,
    /// Flags.
    pub flags: Flags,
    /// INTERNALDATE, when the server gave one that can be read.
    pub internal_date: Option<InternalDate>,
    /// The message.
    pub body: Body,
}

/// A message to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Flags; only what the mailbox takes.
    pub flags: Flags,
    /// INTERNALDATE; none: the server takes the present.
    pub internal_date: Option<InternalDate>,
    /// The message.
    pub body: Body,
}

/// What became of one message of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// Stored, under this UID if the server said it (APPENDUID).
    Stored(Option<Uid>),
    /// Refused: it is not in the mailbox.
    Refused(Refusal),
}

/// What became of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppendReport {
    /// One outcome per message, in order, with the UIDVALIDITY of APPENDUID when the server said it.
    Each {
        /// UIDVALIDITY of the target mailbox.
        uid_validity: Option<UidValidity>,
        /// Outcomes, in the order of the messages.
        outcomes: Vec<Appended>,
    },
    /// The server refused the messages as one (MULTIAPPEND is atomic): none is stored. Send halves to find the culprit.
    RefusedTogether(Refusal),
}

/// Nobody takes messages any more (the copy was stopped).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SinkClosed;

/// Takes messages one by one; may make the reader wait, which is how memory stays bounded.
#[async_trait]
pub trait MessageSink: Send {
    /// Takes one message.
    ///
    /// # Errors
    /// [`SinkClosed`] when reading shall end early; the fetch then ends without error, and the connection is used no more.
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed>;
}

/// Lets headers through, for servers and doors that deliver whole messages only.
struct HeadersAlone<'a>(&'a mut dyn MessageSink);

#[async_trait]
impl MessageSink for HeadersAlone<'_> {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        let body = message.body.header().map_or_else(|_| message.body.clone(), Body::from);
        self.0.take(FetchedMessage { body, ..message }).await
    }
}

/// Batches on their way into one mailbox, one behind the other: what is next, and what became of what was given out.
///
/// Methods take `&self`, because the next batch is asked for while outcomes come in.
#[async_trait]
pub trait BatchQueue: Send + Sync {
    /// The next batch, when there is one; none when no more will come. Safe to be dropped while it waits: nothing is lost then.
    async fn next(&self) -> Option<Vec<OutgoingMessage>>;
    /// What became of the oldest batch that was given out and not reported yet.
    async fn report(&self, report: AppendReport);
}

/// How a mailbox is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To be read only (EXAMINE).
    Examine,
    /// For writing flags (SELECT): targets only.
    Select,
}

/// A mailbox that is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMailbox<'a> {
    /// The server's spelling.
    pub wire: &'a WireName,
    /// Its role, given where the server can.
    pub role: Option<Role>,
    /// Whether it is to be subscribed.
    pub is_subscribed: bool,
}

/// Opens connections.
#[async_trait]
pub trait MailStore: Send + Sync {
    /// Connects, secures, logs in, reads the capabilities again.
    ///
    /// # Errors
    /// [`MailError`].
    async fn connect(&self, endpoint: &ImapEndpoint, login: &Login) -> Result<Box<dyn MailConnection>, MailError>;
}

/// One logged-in connection. All methods fail with [`MailError`].
#[expect(clippy::missing_errors_doc, reason = "one sentence on the trait says it for all")]
#[async_trait]
pub trait MailConnection: Send {
    /// What the server can do.
    fn capabilities(&self) -> &Capabilities;
    /// All mailboxes of the personal namespace (LIST, LSUB, roles).
    async fn list(&mut self) -> Result<Vec<ListedMailbox>, MailError>;
    /// How this server would spell a mailbox name.
    fn wire_name(&self, name: &MailboxName) -> Result<WireName, NameRefused>;
    /// All mailboxes, each with its state where it can be opened, in as few round trips as the server allows (LIST-STATUS,
    /// else pipelined STATUS). `permanent_keywords` is not known here.
    async fn overview(&mut self) -> Result<Vec<(ListedMailbox, Option<MailboxState>)>, MailError> {
        let mut all = Vec::new();
        for mailbox in self.list().await? {
            let state = if mailbox.is_selectable { self.status(&mailbox.wire).await? } else { None };
            all.push((mailbox, state));
        }
        Ok(all)
    }
    /// Opens read-only (EXAMINE).
    async fn examine(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError>;
    /// Opens for writing flags (SELECT): targets only.
    async fn select(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError>;
    /// Opens a mailbox and lists it as [`Self::weigh`] does, in one round trip where the server allows it.
    async fn open_weighed(&mut self, (mailbox, access): (&WireName, Access), from: Uid) -> Result<(MailboxState, Vec<Weighed>), MailError> {
        let state = match access {
            Access::Examine => self.examine(mailbox).await?,
            Access::Select => self.select(mailbox).await?,
        };
        let listed = if state.exists == 0 { Vec::new() } else { self.weigh(from).await? };
        Ok((state, listed))
    }
    /// Opens mailboxes read-only, one after the other, and enumerates each, in as few round trips as the server allows. `None` for each
    /// that is to be looked at by itself; a door that saves no round trips looks at none.
    async fn enumerate_each(&mut self, mailboxes: &[WireName]) -> Result<Vec<Option<Vec<MessageSummary>>>, MailError> {
        Ok(vec![None; mailboxes.len()])
    }
    /// The shortest time in which the server answered a command, as far as known: a little more than its distance.
    fn shortest_answer(&self) -> Option<Duration> {
        None
    }
    /// Whether this mailbox is the one that is selected, for certain.
    fn has_selected(&self, mailbox: &WireName) -> bool {
        let _ = mailbox;
        false
    }
    /// State without opening (STATUS); `None` when the mailbox does not exist.
    async fn status(&mut self, mailbox: &WireName) -> Result<Option<MailboxState>, MailError>;
    /// UID, size, flags and date of the messages with UID ≥ `from` in the open mailbox, ascending; complete or an error.
    async fn enumerate(&mut self, from: Uid) -> Result<Vec<MessageSummary>, MailError>;
    /// UID and size of the messages with UID ≥ `from` in the open mailbox, ascending; complete or an error.
    async fn weigh(&mut self, from: Uid) -> Result<Vec<Weighed>, MailError> {
        let listed = self.enumerate(from).await?;
        Ok(listed.into_iter().map(|m| Weighed { uid: m.uid, size: u32::try_from(m.size.0).unwrap_or(u32::MAX) }).collect())
    }
    /// Flags of messages of the open mailbox, ascending: of those in `uids`, and if `since` is given only of those that changed
    /// after that mod-sequence (`CHANGEDSINCE`, RFC 7162; only where the server keeps them).
    async fn flags_of(&mut self, uids: &UidSet, since: Option<u64>) -> Result<Vec<(Uid, Flags)>, MailError> {
        let _ = since;
        let listed = self.enumerate(Uid(1)).await?;
        Ok(listed.into_iter().filter(|m| uids.contains(m.uid)).map(|m| (m.uid, m.flags)).collect())
    }
    /// Reads whole messages of the open mailbox without marking them (BODY.PEEK[]), in the order of the server, into `sink`.
    /// Ends with an error unless the command completed. A UID that is not there any more is simply not delivered.
    async fn fetch(&mut self, uids: &UidSet, sink: &mut dyn MessageSink) -> Result<(), MailError>;
    /// Reads one window after the other, the next asked for before the last has come.
    async fn fetch_windows(&mut self, windows: &[UidSet], sink: &mut dyn MessageSink) -> Result<(), MailError> {
        for window in windows {
            self.fetch(window, sink).await?;
        }
        Ok(())
    }
    /// Reads the headers of messages alone, window after window, without marking them (`BODY.PEEK[HEADER]`): the body of what is delivered is
    /// the header with the blank line that ends it.
    async fn fetch_headers(&mut self, windows: &[UidSet], sink: &mut dyn MessageSink) -> Result<(), MailError> {
        self.fetch_windows(windows, &mut HeadersAlone(sink)).await
    }
    /// Reads one message that [`Self::fetch`] does not get, by other means: header and text apart, then piece by piece. What comes may be
    /// another form of the message, so whoever asks says so. `None`: it does not come in pieces either.
    async fn fetch_in_pieces(&mut self, uid: Uid) -> Result<Option<FetchedMessage>, MailError> {
        let _ = uid;
        Ok(None)
    }
    /// Appends messages in the best form that the server offers. On an error with a lost connection all of them are in doubt.
    async fn append(&mut self, mailbox: &WireName, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError>;
    /// Appends batch after batch, the next sent before the last is answered where the server allows it. Reports come in the order of
    /// the batches. On an error with a lost connection every batch that was not reported is in doubt.
    async fn append_stream(&mut self, mailbox: &WireName, queue: &dyn BatchQueue) -> Result<(), MailError> {
        while let Some(batch) = queue.next().await {
            let report = self.append(mailbox, &batch).await?;
            queue.report(report).await;
        }
        Ok(())
    }
    /// Takes flags from messages of the selected mailbox (`UID STORE -FLAGS.SILENT`).
    async fn remove_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError>;
    /// Adds flags to messages of the selected mailbox (`UID STORE +FLAGS.SILENT`).
    async fn add_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError>;
    /// Creates a mailbox, with a role where the server can; an existing one is fine.
    async fn create(&mut self, mailbox: &WireName, role: Option<Role>) -> Result<(), MailError>;
    /// Creates, subscribes and selects, in one round trip where the server allows it. Refused when any of it is refused, or when the
    /// mailbox is there already: what is done by then is not known.
    async fn create_selected(&mut self, new: NewMailbox<'_>) -> Result<MailboxState, MailError> {
        self.create(new.wire, new.role).await?;
        if new.is_subscribed {
            self.subscribe(new.wire).await?;
        }
        self.select(new.wire).await
    }
    /// Subscribes.
    async fn subscribe(&mut self, mailbox: &WireName) -> Result<(), MailError>;
    /// Storage of the account, where the server says it.
    async fn quota(&mut self) -> Result<Option<Quota>, MailError>;
    /// Says goodbye; never fails.
    async fn logout(self: Box<Self>);
}
