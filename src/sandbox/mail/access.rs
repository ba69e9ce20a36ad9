//! Who may look into which store, and how a store is spoken to: keys, logins, dialects.

use serde::{Deserialize, Serialize};

/// Stable identity of a mail store. An account that is renamed keeps its store, so this is never its address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountKey(pub String);

impl AccountKey {
    /// A key from any text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Why a login is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginRefusal {
    /// Unknown user or wrong password: a server does not say which.
    WrongPassword,
    /// The password is right, but IMAP is switched off for this account.
    ImapDisabled,
    /// The password is a one-time password that must be changed first.
    MustChangePassword,
}

/// Knows who may log in where; implemented by the platform side of the world.
pub trait Directory: Send + Sync {
    /// The store behind a login on this host.
    ///
    /// # Errors
    /// [`LoginRefusal`].
    fn authenticate(&self, host: &str, user: &str, password: &str) -> Result<AccountKey, LoginRefusal>;
}

/// How a server speaks and which rules it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// Like Dovecot 2.3 with Maildir: the full set, delimiter `.`.
    Dovecot,
    /// The same with delimiter `/`.
    DovecotSlash,
    /// Like Exchange (also Email Pro): no MULTIAPPEND, no SPECIAL-USE, no QUOTA, rebuilt messages, an error budget.
    Exchange,
    /// Like Zimbra 10: many extensions, names without case, five errors in a row or 25 equal commands in a row end a connection, one
    /// reader of bodies per account.
    Zimbra,
    /// RFC 3501 and nothing else; every literal waits for permission.
    Minimal,
    /// The same with NAMESPACE and CHILDREN: everything lies below `INBOX.`, as with Courier, and bare CR is lost.
    Courier,
    /// Like Cyrus 3.6 as Debian configures it: everything lies below `INBOX.`, NUL and bare LF are refused, 8-bit bytes of headers lost.
    Cyrus,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Dovecot, Self::DovecotSlash, Self::Exchange, Self::Zimbra, Self::Minimal, Self::Courier, Self::Cyrus];

    /// The hierarchy delimiter.
    pub const fn delimiter(self) -> char {
        match self {
            Self::Dovecot | Self::Courier | Self::Cyrus => '.',
            Self::DovecotSlash | Self::Exchange | Self::Zimbra | Self::Minimal => '/',
        }
    }

    /// What stands before every name but INBOX.
    pub const fn prefix(self) -> &'static str {
        if matches!(self, Self::Courier | Self::Cyrus) { "INBOX." } else { "" }
    }

    /// Whether this is the Exchange family.
    pub const fn is_exchange(self) -> bool {
        matches!(self, Self::Exchange)
    }

    /// Whether this is Zimbra.
    pub const fn is_zimbra(self) -> bool {
        matches!(self, Self::Zimbra)
    }

    /// Whether refusals carry the response codes of RFC 5530.
    pub(in crate::sandbox) const fn has_codes(self) -> bool {
        matches!(self, Self::Dovecot | Self::DovecotSlash)
    }

    /// Whether names that differ only in case are the same mailbox.
    pub const fn ignores_case(self) -> bool {
        matches!(self, Self::Exchange | Self::Zimbra)
    }
}

/// The mailboxes with which a store begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Template {
    /// INBOX, Sent, Drafts, Trash, Junk with their roles.
    Dovecot,
    /// Inbox, Sent Items, Drafts, Deleted Items, Junk Email, Outbox and the folders that hold no mail (Calendar, Contacts, …).
    Exchange,
}

/// The language in which a mail program named the mailboxes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FolderLanguage {
    /// English.
    #[default]
    English,
    /// French.
    French,
    /// German.
    German,
}
