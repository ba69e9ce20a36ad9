//! What can happen to the mail of the world: every change as data, as the log keeps it.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::access::{AccountKey, Template};
use super::blob::Recalled;
use super::generate::Fill;
use crate::domain::{Flags, InternalDate, MailboxName, Role};

/// The bytes of a message on their way into the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Body {
    /// A generated message that came back: only its name is written.
    Recalled(Recalled),
    /// Anything else: the bytes follow the line.
    Raw {
        /// How many.
        len: usize,
        /// The bytes themselves, beside the line.
        #[serde(skip)]
        bytes: Bytes,
    },
}

/// A message to be stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Arrival {
    /// Flags.
    pub(super) flags: Flags,
    /// INTERNALDATE.
    pub(super) date: InternalDate,
    /// Whether `\Flagged` stays between IMAP and the server, and is not seen by other protocols.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) hides_flagged: bool,
    /// Bytes.
    pub(super) body: Body,
}

/// How flags change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::sandbox) enum FlagChange {
    /// `+FLAGS`
    Add,
    /// `-FLAGS`
    Remove,
    /// `FLAGS`
    Replace,
}

/// One change of one account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Deed {
    /// The store begins, full of generated mail.
    Fill(Fill),
    /// The store begins, empty.
    Begin(Template),
    /// The store is removed.
    Drop,
    /// A mailbox is created.
    Create(MailboxName, Option<Role>),
    /// A mailbox is deleted with its messages.
    Delete(MailboxName),
    /// A mailbox and everything below it gets another name.
    Rename(MailboxName, MailboxName),
    /// A name is subscribed.
    Subscribe(MailboxName),
    /// A name is not subscribed any more.
    Unsubscribe(MailboxName),
    /// Messages are stored, all of them at once.
    Append(MailboxName, Vec<Arrival>),
    /// Flags of messages change.
    Flag(MailboxName, Vec<u32>, FlagChange, Flags),
    /// Messages are removed.
    Expunge(MailboxName, Vec<u32>),
    /// Messages are copied to another mailbox of the account.
    Copy(MailboxName, Vec<u32>, MailboxName),
    /// The mailbox gets a new UIDVALIDITY and its messages new UIDs.
    Renumber(MailboxName),
}

/// A line of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Change {
    /// Whose store.
    pub(super) account: AccountKey,
    /// What happened.
    pub(super) deed: Deed,
}

impl Change {
    /// The bodies whose bytes follow the line, in order.
    pub(super) fn raw_bodies(&self) -> impl Iterator<Item = (usize, &Bytes)> {
        let arrivals = if let Deed::Append(_, arrivals) = &self.deed { arrivals.as_slice() } else { &[] };
        arrivals.iter().filter_map(|a| if let Body::Raw { len, bytes } = &a.body { Some((*len, bytes)) } else { None })
    }

    /// The same, to be filled when a log is read.
    pub(super) fn raw_bodies_mut(&mut self) -> impl Iterator<Item = (usize, &mut Bytes)> {
        let arrivals = if let Deed::Append(_, arrivals) = &mut self.deed { arrivals.as_mut_slice() } else { &mut [] };
        arrivals.iter_mut().filter_map(|a| if let Body::Raw { len, bytes } = &mut a.body { Some((*len, bytes)) } else { None })
    }
}
