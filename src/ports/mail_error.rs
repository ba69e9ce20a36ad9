//! Why a mail server does not do what it is asked: refusals in its own words, and failures by meaning.

use serde::{Deserialize, Serialize};

use crate::problem::{Disposition, Problem, ProblemCode, Troubling};

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

    /// A message that lies beside memory could not be read back.
    pub fn unread(error: &std::io::Error) -> Self {
        Self::Lost(format!("a message could not be read back: {error}"))
    }
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
