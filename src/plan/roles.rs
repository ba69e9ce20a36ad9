//! Which mailbox of an account plays which role: the server's word first, then custom in many languages.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use crate::domain::{MailboxName, Platform, Role};
use crate::settings::{FolderRoles, Platforms};

use super::SeenMailbox;

/// The leaf of a name in NFC, in which tables and servers agree.
fn leaf(name: &MailboxName) -> String {
    name.leaf().trim().nfc().collect()
}

/// At the top, or directly below INBOX, where servers with everything below INBOX keep special folders.
fn is_near_the_top(name: &MailboxName) -> bool {
    name.segments().len() == 1 || (name.segments().len() == 2 && name.segments()[0] == "INBOX")
}

/// At most one mailbox per role. Among several of a customary name the highest one wins, then the fullest, then the first by name.
pub(super) fn find_roles<'a>(mailboxes: &'a [SeenMailbox], names: &FolderRoles) -> BTreeMap<Role, &'a SeenMailbox> {
    let mut found: BTreeMap<Role, &SeenMailbox> = BTreeMap::new();
    if let Some(inbox) = mailboxes.iter().find(|m| m.name.is_inbox()) {
        found.insert(Role::Inbox, inbox);
    }
    let mut sorted: Vec<&SeenMailbox> = mailboxes.iter().filter(|m| !m.name.is_inbox() && m.is_selectable).collect();
    sorted.sort_by_key(|m| (m.name.segments().len(), std::cmp::Reverse(m.messages), m.name.clone()));
    for mailbox in &sorted {
        if let Some(role) = mailbox.role.filter(|role| *role != Role::Inbox) {
            found.entry(role).or_insert(mailbox);
        }
    }
    for mailbox in sorted.iter().filter(|m| m.role.is_none() && is_near_the_top(&m.name)) {
        if let Some(role) = names.role_of(&leaf(&mailbox.name)) {
            found.entry(role).or_insert(mailbox);
        }
    }
    found
}

/// What a top folder of this name holds instead of mail.
fn not_mail_kind<'a>(top: &str, names: &'a FolderRoles) -> Option<&'a str> {
    let top: String = top.trim().nfc().collect();
    names.not_mail(&top)
}

/// Top folders without mail. Only the Exchange family shows them; elsewhere a folder `Notes` holds mail.
/// Where two folders could be the one of a kind, both are taken for mail: copying too much harms nobody.
pub(super) fn tops_without_mail<'a>(platform: Platform, mailboxes: &'a [SeenMailbox], names: &FolderRoles) -> BTreeSet<&'a str> {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    // A common word alone does not say that there is no mail: only an empty folder of such a name is left.
    let is_sure = |kind: &str, m: &SeenMailbox| !FolderRoles::is_a_common_word(kind) || m.messages == 0;
    for mailbox in mailboxes.iter().filter(|m| m.role.is_none()) {
        if let [top] = mailbox.name.segments()
            && let Some(kind) = not_mail_kind(top, names).filter(|kind| is_sure(kind, mailbox))
        {
            kinds.entry(kind).or_default().push(top);
        }
    }
    if !(platform.rebuilds_messages() || platform == Platform::Imap && looks_like_exchange(&kinds, mailboxes)) {
        return BTreeSet::new();
    }
    kinds.into_iter().filter(|(kind, tops)| tops.len() == 1 || FolderRoles::may_be_many(kind)).flat_map(|(_, tops)| tops).collect()
}

/// Messages in mailboxes that hold mail.
pub fn mail_in(mailboxes: &[SeenMailbox], platform: Platform) -> u64 {
    let without_mail = tops_without_mail(platform, mailboxes, FolderRoles::built_in());
    let holds_mail = |m: &&SeenMailbox| m.is_selectable && !without_mail.contains(m.name.segments()[0].as_str());
    mailboxes.iter().filter(holds_mail).map(|m| u64::from(m.messages)).sum()
}

/// A server that a person named by host only is recognised by what it lists: many such folders, and no role said anywhere.
fn looks_like_exchange(kinds: &BTreeMap<&str, Vec<&str>>, mailboxes: &[SeenMailbox]) -> bool {
    let says_roles = mailboxes.iter().any(|m| m.role.is_some_and(|role| role != Role::Inbox));
    kinds.len() >= 4 && kinds.contains_key("calendar") && kinds.contains_key("contacts") && !says_roles
}

/// Whether mail cannot be put under this top name, because the platform keeps something else there.
pub(super) fn is_reserved(top: &str, platform: Platform) -> bool {
    const EXCHANGE: [&str; 6] = ["calendar", "contacts", "tasks", "journal", "notes", "outbox"];
    match platform {
        Platform::Zimbra | Platform::MxPlanZimbra => {
            let top: String = top.trim().nfc().flat_map(char::to_lowercase).collect();
            Platforms::built_in().facts(platform).reserved_names.iter().any(|name| name.to_lowercase() == top)
        }
        Platform::Exchange | Platform::EmailPro | Platform::MxPlan => {
            not_mail_kind(top, FolderRoles::built_in()).is_some_and(|kind| EXCHANGE.contains(&kind))
        }
        Platform::MxPlanLegacy | Platform::Imap => false,
    }
}
