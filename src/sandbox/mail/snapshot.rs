//! A store as tests compare it.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::domain::{Flags, InternalDate, MailboxName, Role, Uid, UidValidity};

/// One message of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSnapshot {
    /// UID.
    pub uid: Uid,
    /// Flags as IMAP shows them.
    pub flags: Flags,
    /// Flags as every other way into the account shows them: an Exchange-like server tells nobody of a `\Flagged` that came with
    /// APPEND, only of one that was stored.
    pub elsewhere: Flags,
    /// INTERNALDATE.
    pub internal_date: InternalDate,
    /// The bytes as stored. An Exchange-like door gives [`rebuilt`](super::rebuilt) bytes of them.
    pub bytes: Bytes,
}

/// One mailbox of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxSnapshot {
    /// Whether it is subscribed.
    pub is_subscribed: bool,
    /// Role.
    pub role: Option<Role>,
    /// Whether it is for mail (an Exchange-like store also has a calendar, contacts, …).
    pub holds_mail: bool,
    /// UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// Messages, ascending by UID.
    pub messages: Vec<MessageSnapshot>,
}

/// A whole store. Empty when there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountSnapshot {
    /// Mailboxes by name.
    pub mailboxes: BTreeMap<MailboxName, MailboxSnapshot>,
}

impl AccountSnapshot {
    /// Number of messages in all mailboxes that hold mail.
    pub fn messages(&self) -> usize {
        self.mailboxes.values().filter(|m| m.holds_mail).map(|m| m.messages.len()).sum()
    }
}
