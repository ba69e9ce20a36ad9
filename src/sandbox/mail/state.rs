//! What the world holds: accounts, mailboxes, messages. Changes are applied here and nowhere else, live and on replay alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::access::{AccountKey, Template};
use super::blob::{Blob, Recalled};
use super::change::{Arrival, Body, Change, Deed, FlagChange};
use super::folders::{Folder, template_folders};
use super::generate::{Catalogue, Fill};
use crate::domain::{Flags, InternalDate, MailboxName, Role, SystemFlag};

/// One stored message.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Stored {
    pub(in crate::sandbox) uid: u32,
    pub(in crate::sandbox) flags: Flags,
    pub(in crate::sandbox) date: InternalDate,
    pub(in crate::sandbox) blob: Blob,
    /// Mod-sequence (RFC 7162): which change of the mailbox was the last of this message.
    pub(in crate::sandbox) modseq: u64,
    /// Whether `\Flagged` is seen by IMAP only.
    pub(in crate::sandbox) hides_flagged: bool,
}

/// One mailbox; messages ascend by UID.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) role: Option<Role>,
    pub(super) holds_mail: bool,
    pub(super) uid_validity: u32,
    pub(super) uid_next: u32,
    /// The last change (HIGHESTMODSEQ).
    pub(super) modseq: u64,
    pub(super) messages: Vec<Stored>,
}

/// One mail store.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) mailboxes: BTreeMap<MailboxName, Mailbox>,
    pub(super) subscribed: BTreeSet<MailboxName>,
}

/// All of it.
#[derive(Debug)]
pub(super) struct State {
    seed: u64,
    accounts: BTreeMap<AccountKey, Account>,
    catalogues: Vec<Arc<Catalogue>>,
    /// Mailboxes made so far per account: UIDVALIDITY never comes back, even when a store is dropped and begun again.
    made: BTreeMap<AccountKey, u32>,
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, accounts: BTreeMap::new(), catalogues: Vec::new(), made: BTreeMap::new() }
    }

    pub(super) fn account(&self, key: &AccountKey) -> Option<&Account> {
        self.accounts.get(key)
    }

    pub(super) fn catalogue(&self, number: u32) -> Option<&Arc<Catalogue>> {
        self.catalogues.get(number as usize)
    }

    /// Carries a change out. Answers the UIDs that it gave. What does not fit the state (an unknown mailbox) changes nothing:
    /// the doors check before they write.
    pub(super) fn apply(&mut self, change: Change) -> Vec<u32> {
        let Change { account, deed } = change;
        match deed {
            Deed::Fill(fill) => self.fill(&account, fill),
            Deed::Begin(template) => self.begin(&account, template),
            Deed::Drop => {
                self.accounts.remove(&account);
            }
            Deed::Create(name, role) => {
                let folder = Folder { name, role, holds_mail: true, is_subscribed: false };
                self.make(&account, folder);
            }
            Deed::Append(name, arrivals) => return self.append(&account, &name, arrivals),
            Deed::Copy(from, uids, to) => return self.copy(&account, &from, &uids, &to),
            Deed::Renumber(name) => self.renumber(&account, &name),
            other => {
                if let Some(account) = self.accounts.get_mut(&account) {
                    account.apply(other);
                }
            }
        }
        Vec::new()
    }

    fn begin(&mut self, key: &AccountKey, template: Template) {
        self.accounts.insert(key.clone(), Account::default());
        for folder in template_folders(template, super::FolderLanguage::English) {
            self.make(key, folder);
        }
    }

    fn fill(&mut self, key: &AccountKey, fill: Fill) {
        self.accounts.insert(key.clone(), Account::default());
        let number = u32::try_from(self.catalogues.len()).unwrap_or(u32::MAX);
        let catalogue = Arc::new(Catalogue::draw(self.seed, key, fill));
        self.catalogues.push(Arc::clone(&catalogue));
        for folder in catalogue.folders() {
            self.make(key, folder.clone());
        }
        let Some(account) = self.accounts.get_mut(key) else { return };
        for placed in catalogue.placed() {
            if let Some(mailbox) = account.mailboxes.get_mut(&placed.mailbox) {
                let recalled = Recalled { catalogue: number, entry: placed.entry, form: super::blob::Form::Plain };
                // Gaps as in a mailbox that has lived.
                mailbox.uid_next += placed.gap;
                mailbox.store(placed.flags.clone(), placed.date, Blob::Generated(Arc::clone(&catalogue), recalled), false);
            }
        }
    }

    fn make(&mut self, key: &AccountKey, folder: Folder) {
        let uid_validity = self.next_validity(key);
        let Some(account) = self.accounts.get_mut(key) else { return };
        if folder.is_subscribed {
            account.subscribed.insert(folder.name.clone());
        }
        let Folder { name, role, holds_mail, .. } = folder;
        let made = Mailbox { role, holds_mail, uid_validity, uid_next: 1, modseq: 1, messages: Vec::new() };
        account.mailboxes.entry(name).or_insert(made);
    }

    fn next_validity(&mut self, key: &AccountKey) -> u32 {
        let made = self.made.entry(key.clone()).or_insert(0);
        *made += 1;
        let spread = super::dice::Dice::of(self.seed, &["validity", &key.0]).below(100_000_000);
        1_400_000_000 + spread + *made
    }

    fn append(&mut self, key: &AccountKey, name: &MailboxName, arrivals: Vec<Arrival>) -> Vec<u32> {
        let Self { accounts, catalogues, .. } = self;
        let Some(mailbox) = accounts.get_mut(key).and_then(|a| a.mailboxes.get_mut(name)) else { return Vec::new() };
        let stored = arrivals.into_iter().filter_map(|arrival| {
            let blob = match arrival.body {
                Body::Raw { bytes, .. } => Blob::Kept(bytes),
                Body::Recalled(recalled) => Blob::Generated(Arc::clone(catalogues.get(recalled.catalogue as usize)?), recalled),
            };
            Some(mailbox.store(arrival.flags, arrival.date, blob, arrival.hides_flagged))
        });
        stored.collect()
    }

    fn copy(&mut self, key: &AccountKey, from: &MailboxName, uids: &[u32], to: &MailboxName) -> Vec<u32> {
        let Some(account) = self.accounts.get_mut(key) else { return Vec::new() };
        let Some(source) = account.mailboxes.get(from) else { return Vec::new() };
        let copies: Vec<Stored> = uids.iter().filter_map(|uid| source.find(*uid).cloned()).collect();
        let Some(target) = account.mailboxes.get_mut(to) else { return Vec::new() };
        copies.into_iter().map(|m| target.store(m.flags, m.date, m.blob, m.hides_flagged)).collect()
    }

    fn renumber(&mut self, key: &AccountKey, name: &MailboxName) {
        let uid_validity = self.next_validity(key);
        if let Some(mailbox) = self.accounts.get_mut(key).and_then(|a| a.mailboxes.get_mut(name)) {
            mailbox.uid_validity = uid_validity;
            mailbox.uid_next = 1;
            mailbox.modseq += 1;
            for message in &mut mailbox.messages {
                message.uid = mailbox.uid_next;
                mailbox.uid_next += 1;
            }
        }
    }
}

impl Account {
    /// The bytes of all messages.
    pub(super) fn blobs(&self) -> impl Iterator<Item = &Blob> {
        self.mailboxes.values().flat_map(|m| &m.messages).map(|m| &m.blob)
    }

    /// The name under which a mailbox exists, whatever the case where case does not count.
    pub(super) fn resolve(&self, name: &MailboxName, dialect: super::Dialect) -> Option<&MailboxName> {
        if let Some((found, _)) = self.mailboxes.get_key_value(name) {
            return Some(found);
        }
        let folded = |n: &MailboxName| n.segments().iter().map(|s| s.to_lowercase()).collect::<Vec<_>>();
        let wanted = dialect.ignores_case().then(|| folded(name))?;
        self.mailboxes.keys().find(|n| folded(n) == wanted)
    }

    fn apply(&mut self, deed: Deed) {
        match deed {
            Deed::Delete(name) => {
                self.mailboxes.remove(&name);
            }
            Deed::Rename(from, to) => self.rename(&from, &to),
            Deed::Subscribe(name) => {
                self.subscribed.insert(name);
            }
            Deed::Unsubscribe(name) => {
                self.subscribed.remove(&name);
            }
            Deed::Flag(name, uids, how, flags) => {
                if let Some(mailbox) = self.mailboxes.get_mut(&name) {
                    mailbox.flag(&uids, how, &flags);
                }
            }
            Deed::Expunge(name, uids) => {
                if let Some(mailbox) = self.mailboxes.get_mut(&name) {
                    mailbox.messages.retain(|m| uids.binary_search(&m.uid).is_err());
                    mailbox.modseq += 1;
                }
            }
            Deed::Fill(_) | Deed::Begin(_) | Deed::Drop | Deed::Create(..) | Deed::Append(..) | Deed::Copy(..) | Deed::Renumber(_) => {}
        }
    }

    fn rename(&mut self, from: &MailboxName, to: &MailboxName) {
        let depth = from.segments().len();
        let below = |n: &&MailboxName| n.segments().starts_with(from.segments());
        let moved: Vec<MailboxName> = self.mailboxes.keys().filter(below).cloned().collect();
        for old in moved {
            let segments = to.segments().iter().chain(&old.segments()[depth..]).cloned();
            if let (Ok(new), Some(mailbox)) = (MailboxName::from_segments(segments), self.mailboxes.remove(&old)) {
                self.mailboxes.insert(new, mailbox);
            }
        }
    }
}

impl Mailbox {
    pub(super) fn find(&self, uid: u32) -> Option<&Stored> {
        self.messages.binary_search_by_key(&uid, |m| m.uid).ok().map(|at| &self.messages[at])
    }

    fn store(&mut self, flags: Flags, date: InternalDate, blob: Blob, hides_flagged: bool) -> u32 {
        let uid = self.uid_next;
        self.uid_next += 1;
        self.modseq += 1;
        self.messages.push(Stored { uid, flags, date, blob, modseq: self.modseq, hides_flagged });
        uid
    }

    /// Messages whose flags really change get the next mod-sequence, all the same one.
    fn flag(&mut self, uids: &[u32], how: FlagChange, flags: &Flags) {
        let next = self.modseq + 1;
        for uid in uids {
            if let Ok(at) = self.messages.binary_search_by_key(uid, |m| m.uid) {
                let message = &mut self.messages[at];
                let after = changed(&message.flags, how, flags);
                if after != message.flags {
                    message.hides_flagged &= after.has(SystemFlag::Flagged) && message.flags.has(SystemFlag::Flagged);
                    message.flags = after;
                    message.modseq = next;
                    self.modseq = next;
                }
            }
        }
    }
}

/// Flags after a change.
fn changed(before: &Flags, how: FlagChange, named: &Flags) -> Flags {
    let (old, new) = (before.wire_names(), named.wire_names());
    let is_named = |name: &&str| new.iter().any(|n| n.eq_ignore_ascii_case(name));
    match how {
        FlagChange::Add => Flags::from_wire(old.into_iter().chain(new)),
        FlagChange::Remove => Flags::from_wire(old.into_iter().filter(|n| !is_named(n))),
        FlagChange::Replace => named.clone(),
    }
}
