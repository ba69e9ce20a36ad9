//! Mail stores: an IMAP account seen through one connection.
//!
//! A connection is used by one task. When a method fails with an error that [`MailError::is_connection_lost`],
//! the connection is of no use any more, and whether the command was carried out is **not known**.

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::domain::{
    ByteSize, Capabilities, Flags, ImapEndpoint, InternalDate, Keyword, MailboxName, Quota, Role, Secret, Uid, UidSet, UidValidity,
    WireName,
};
use crate::problem::{Disposition, Problem, ProblemCode, Troubling};

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
    pub bytes: Bytes,
}

/// A message to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Flags; only what the mailbox takes.
    pub flags: Flags,
    /// INTERNALDATE; none: the server takes the present.
    pub internal_date: Option<InternalDate>,
    /// The message.
    pub bytes: Bytes,
}

/// Why a server does not take something, as far as its words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The account is full: no other message will fit either.
    Quota,
    /// Larger than the server takes.
    TooBig,
    /// The mailbox is not there (`[TRYCREATE]`).
    NoMailbox,
    /// Something about the message: flags, date, bytes.
    Content,
    /// The server did not say.
    Unsaid,
}

/// A refusal with the server's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub kind: RefusalKind,
    /// What the server said.
    pub text: String,
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

/// A certificate that was not trusted, for the person to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateSeen {
    /// SHA-256 of the certificate, lower-case hex.
    pub sha256: String,
    /// Why it was not trusted.
    pub reason: ProblemCode,
}

/// Why a mailbox name cannot exist on a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the folder name {name:?} cannot exist there: {reason}")]
pub struct NameRefused {
    /// The name, for people.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Failures of a mail store, by meaning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// No address for the host name.
    #[error("no address found for {0}")]
    UnknownHost(String),
    /// The host does not answer, or refuses the connection.
    #[error("{host} does not answer: {cause}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What the network said.
        cause: String,
    },
    /// The certificate is not acceptable.
    #[error("the certificate of {host} is not accepted")]
    Certificate {
        /// Host and port.
        host: String,
        /// What was seen.
        seen: CertificateSeen,
    },
    /// TLS failed for another reason.
    #[error("no TLS with {host}: {cause}")]
    Tls {
        /// Host and port.
        host: String,
        /// What failed.
        cause: String,
    },
    /// User name or password refused.
    #[error("{user} is refused by {host}: {text}")]
    Login {
        /// Host and port.
        host: String,
        /// User name.
        user: String,
        /// What the server said.
        text: String,
    },
    /// The login is right but not allowed now (one-time password, IMAP off).
    #[error("{user} may not log in to {host}: {text}")]
    NotAllowed {
        /// Host and port.
        host: String,
        /// User name.
        user: String,
        /// What the server said.
        text: String,
    },
    /// The connection is gone: reset, BYE, time-out, panic of a parser. What was in flight is in doubt.
    #[error("connection lost: {0}")]
    Lost(String),
    /// The server asks for patience, then usually closes.
    #[error("the server asks to wait {wait_millis} ms")]
    Throttled {
        /// At least this long.
        wait_millis: u64,
    },
    /// NO or BAD to something that should work; the connection may still be used.
    #[error("refused: {}", .0.text)]
    Refused(Refusal),
    /// An answer that contradicts the protocol; the connection is dropped.
    #[error("unexpected answer: {0}")]
    Protocol(String),
}

impl MailError {
    /// Whether the connection is of no use any more.
    pub const fn is_connection_lost(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
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
    /// Opens read-only (EXAMINE).
    async fn examine(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError>;
    /// Opens for writing flags (SELECT): targets only.
    async fn select(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError>;
    /// State without opening (STATUS); `None` when the mailbox does not exist.
    async fn status(&mut self, mailbox: &WireName) -> Result<Option<MailboxState>, MailError>;
    /// UID, size, flags and date of the messages with UID ≥ `from` in the open mailbox, ascending; complete or an error.
    async fn enumerate(&mut self, from: Uid) -> Result<Vec<MessageSummary>, MailError>;
    /// Reads whole messages of the open mailbox without marking them (BODY.PEEK[]), in the order of the server, into `sink`.
    /// Ends with an error unless the command completed. A UID that is not there any more is simply not delivered.
    async fn fetch(&mut self, uids: &UidSet, sink: &mut dyn MessageSink) -> Result<(), MailError>;
    /// Appends messages in the best form that the server offers. On an error with a lost connection all of them are in doubt.
    async fn append(&mut self, mailbox: &WireName, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError>;
    /// Adds flags to messages of the selected mailbox (`UID STORE +FLAGS.SILENT`).
    async fn add_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError>;
    /// Creates a mailbox, with a role where the server can; an existing one is fine.
    async fn create(&mut self, mailbox: &WireName, role: Option<Role>) -> Result<(), MailError>;
    /// Subscribes.
    async fn subscribe(&mut self, mailbox: &WireName) -> Result<(), MailError>;
    /// Storage of the account, where the server says it.
    async fn quota(&mut self) -> Result<Option<Quota>, MailError>;
    /// Says goodbye; never fails.
    async fn logout(self: Box<Self>);
}

impl Troubling for MailError {
    fn problem(&self) -> Problem {
        use ProblemCode as C;
        match self {
            Self::UnknownHost(host) => Problem::new(C::UnknownHost).with("host", host),
            Self::Unreachable { host, cause } => Problem::new(C::Unreachable).with("host", host).because(cause),
            Self::Certificate { host, seen } => Problem::new(seen.reason).with("host", host).with("fingerprint", &seen.sha256),
            Self::Tls { host, cause } => Problem::new(C::TlsFailed).with("host", host).because(cause),
            Self::Login { host, user, text } => Problem::new(C::WrongPassword).with("host", host).with("user", user).because(text),
            Self::NotAllowed { host, user, text } => Problem::new(C::LoginNotAllowed).with("host", host).with("user", user).because(text),
            Self::Lost(cause) => Problem::new(C::ConnectionLost).because(cause),
            Self::Throttled { wait_millis } => {
                Problem::new(C::Throttled).with("seconds", wait_millis.div_ceil(1000)).disposed(Disposition::RetryAfter(*wait_millis))
            }
            Self::Refused(refusal) if refusal.kind == RefusalKind::Quota => Problem::new(C::QuotaFull).because(&refusal.text),
            Self::Refused(refusal) => Problem::new(C::MailboxRefused).because(&refusal.text),
            Self::Protocol(cause) => Problem::new(C::ServerMisbehaves).because(cause),
        }
    }
}
