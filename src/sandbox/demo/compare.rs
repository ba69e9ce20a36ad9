//! Whether all mail arrived: an independent look at both stores, for tests and for the demo's own last word. Messages are known by their
//! content and counted, so a twin that is missing or doubled shows.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::{Flags, MailboxName, Role, SystemFlag};
use crate::mailcopy::{Digest, Fingerprint};
use crate::sandbox::mail::{AccountSnapshot, MailboxSnapshot, MessageSnapshot};
use crate::settings::FolderRoles;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// A mailbox with mail has no counterpart.
    MailboxMissing(MailboxName),
    /// It has one that is not subscribed although the source is.
    NotSubscribed(MailboxName),
    /// Some messages are not there as often as at the source.
    Missing {
        /// Mailbox of the source.
        mailbox: MailboxName,
        /// How many.
        messages: usize,
    },
    /// Some messages are there more often than at the source.
    Doubled {
        /// Mailbox of the source.
        mailbox: MailboxName,
        /// How many.
        messages: usize,
    },
    /// Some messages arrived with other system flags.
    Flags {
        /// Mailbox of the source.
        mailbox: MailboxName,
        /// How many.
        messages: usize,
    },
    /// Some messages arrived with another INTERNALDATE, compared to the second.
    Dates {
        /// Mailbox of the source.
        mailbox: MailboxName,
        /// How many.
        messages: usize,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MailboxMissing(mailbox) => write!(f, "{mailbox}: not at the target"),
            Self::NotSubscribed(mailbox) => write!(f, "{mailbox}: not subscribed"),
            Self::Missing { mailbox, messages } => write!(f, "{mailbox}: {messages} missing"),
            Self::Doubled { mailbox, messages } => write!(f, "{mailbox}: {messages} too many"),
            Self::Flags { mailbox, messages } => write!(f, "{mailbox}: {messages} with other flags"),
            Self::Dates { mailbox, messages } => write!(f, "{mailbox}: {messages} with other dates"),
        }
    }
}

/// Everything in which the target falls short of the source; empty when all mail arrived, once. Mail that only the target has, in
/// mailboxes that the source has not, is not looked at. A mailbox with a role is looked for under that role, or under another usual
/// name for it, and what lies below it below that (`Archives/2019` in `Archive/2019`).
pub fn compare(source: &AccountSnapshot, target: &AccountSnapshot) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (name, mailbox) in source.mailboxes.iter().filter(|(_, m)| m.holds_mail) {
        match counterpart(name, mailbox.role, target).or_else(|| under_another_name(name, source, target)) {
            Some(arrived) => {
                if mailbox.is_subscribed && !arrived.is_subscribed {
                    differences.push(Difference::NotSubscribed(name.clone()));
                }
                differences.extend(messages(name, mailbox, arrived));
            }
            None => differences.push(Difference::MailboxMissing(name.clone())),
        }
    }
    differences
}

fn counterpart<'a>(name: &MailboxName, role: Option<Role>, target: &'a AccountSnapshot) -> Option<&'a MailboxSnapshot> {
    let by_role = || target.mailboxes.values().find(|m| role.is_some() && m.role == role);
    target.mailboxes.get(name).filter(|m| role.is_none() || m.role == role).or_else(by_role).or_else(|| target.mailboxes.get(name))
}

/// The mailbox that holds, at the target, what has a role at the source or lies below what has one.
fn under_another_name<'a>(name: &MailboxName, source: &AccountSnapshot, target: &'a AccountSnapshot) -> Option<&'a MailboxSnapshot> {
    let top = MailboxName::from_segments(name.segments().first().cloned()).ok()?;
    let role = source.mailboxes.get(&top)?.role?;
    let has_role = |other: &&MailboxName| other.segments().len() == 1 && FolderRoles::built_in().role_of(other.leaf()) == Some(role);
    let other = target.mailboxes.keys().find(has_role)?;
    let below = name.segments().iter().skip(1);
    let place = MailboxName::from_segments(other.segments().iter().chain(below).cloned()).ok()?;
    target.mailboxes.get(&place)
}

type Arrivals<'a> = BTreeMap<Digest, Vec<&'a MessageSnapshot>>;

fn by_content(mailbox: &MailboxSnapshot) -> Arrivals<'_> {
    let mut all = Arrivals::new();
    for message in &mailbox.messages {
        all.entry(Fingerprint::of(&message.bytes).content.expect("looked at")).or_default().push(message);
    }
    all
}

fn messages(name: &MailboxName, source: &MailboxSnapshot, target: &MailboxSnapshot) -> Vec<Difference> {
    let (sent, arrived) = (by_content(source), by_content(target));
    let (mut missing, mut flags, mut dates) = (0, 0, 0);
    let mut doubled: usize = arrived.iter().filter(|(digest, _)| !sent.contains_key(digest)).map(|(_, m)| m.len()).sum();
    for (digest, sent) in &sent {
        let arrived = arrived.get(digest).map_or(&[][..], Vec::as_slice);
        missing += sent.len().saturating_sub(arrived.len());
        doubled += arrived.len().saturating_sub(sent.len());
        let pairs = sent.len().min(arrived.len());
        flags += pairs - common(sent, arrived, |m| system_flags(&m.flags)).min(pairs);
        dates += pairs - common(sent, arrived, |m| m.internal_date.unix_seconds()).min(pairs);
    }
    let mailbox = || name.clone();
    [
        Difference::Missing { mailbox: mailbox(), messages: missing },
        Difference::Doubled { mailbox: mailbox(), messages: doubled },
        Difference::Flags { mailbox: mailbox(), messages: flags },
        Difference::Dates { mailbox: mailbox(), messages: dates },
    ]
    .into_iter()
    .zip([missing, doubled, flags, dates])
    .filter_map(|(difference, count)| (count > 0).then_some(difference))
    .collect()
}

/// How many of both sides can be paired so that `key` is equal.
fn common<K: Ord>(left: &[&MessageSnapshot], right: &[&MessageSnapshot], key: impl Fn(&MessageSnapshot) -> K) -> usize {
    let mut counted = BTreeMap::<K, usize>::new();
    for message in left {
        *counted.entry(key(message)).or_default() += 1;
    }
    let mut pairs = 0;
    for message in right {
        if let Some(left) = counted.get_mut(&key(message)).filter(|n| **n > 0) {
            *left -= 1;
            pairs += 1;
        }
    }
    pairs
}

/// Without the mark of deletion: what becomes of it is the person's choice.
fn system_flags(flags: &Flags) -> Vec<&'static str> {
    flags.system().filter(|flag| *flag != SystemFlag::Deleted).map(SystemFlag::wire).collect()
}
