//! One logged-in look into a store: what both doors do, with the rules of the dialect and without any transport.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::OwnedMutexGuard;

use super::access::{AccountKey, Dialect};
use super::alter::{alter, as_stored};
use super::blob::Form;
use super::change::{Arrival, Body, Deed, FlagChange};
use super::faults::Oddity;
use super::gate::Gate;
use super::generate::PRESENT;
use super::names::Names;
use super::refused::Refused;
use super::rules;
use super::seats::Seat;
use super::state::{Account, Mailbox, Stored};
use super::world::MailWorld;
use crate::domain::{Flags, InternalDate, MailboxName, Role, SystemFlag};
use crate::ports::RefusalKind;

/// How long a reader waits for its turn (zm-mailbox, `ImapConfig`).
const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_mins(10);

/// What every account that tells its quota may hold.
const QUOTA: u64 = 10_000_000_000;

/// So far above those in use, UIDs belong to nobody.
const NOBODYS: u32 = 1_000_000;

/// A mailbox as LIST shows it.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Listed {
    pub(in crate::sandbox) name: MailboxName,
    pub(in crate::sandbox) role: Option<Role>,
    pub(in crate::sandbox) is_subscribed: bool,
    /// `false`: only a name above others.
    pub(in crate::sandbox) exists: bool,
    pub(in crate::sandbox) has_children: bool,
}

/// A mailbox as STATUS and SELECT show it.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Status {
    pub(in crate::sandbox) name: MailboxName,
    pub(in crate::sandbox) uid_validity: u32,
    pub(in crate::sandbox) uid_next: u32,
    pub(in crate::sandbox) exists: u32,
    pub(in crate::sandbox) unseen: u32,
    pub(in crate::sandbox) holds_mail: bool,
    /// HIGHESTMODSEQ.
    pub(in crate::sandbox) modseq: u64,
}

/// A message on its way in.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Incoming {
    pub(in crate::sandbox) flags: Flags,
    pub(in crate::sandbox) date: Option<InternalDate>,
    pub(in crate::sandbox) bytes: Bytes,
}

/// What a client is told of messages that were stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct Receipt {
    pub(in crate::sandbox) uid_validity: u32,
    /// APPENDUID, if it is said.
    pub(in crate::sandbox) uids: Option<Vec<u32>>,
}

/// A logged-in look into one store.
#[derive(Debug)]
pub(in crate::sandbox) struct Visit {
    world: MailWorld,
    key: AccountKey,
    dialect: Dialect,
    _seat: Seat,
}

impl Visit {
    /// Begins a visit.
    ///
    /// # Errors
    /// When the user has too many connections already.
    pub(in crate::sandbox) fn begin(world: &MailWorld, key: &AccountKey, dialect: Dialect) -> Result<Self, Refused> {
        let seat = world.seats().take(key, dialect)?;
        Ok(Self { world: world.clone(), key: key.clone(), dialect, _seat: seat })
    }

    /// Whether LIST tells roles: as announced, and by a Zimbra-like server unannounced.
    fn tells_roles(&self) -> bool {
        self.dialect.is_zimbra() || self.dialect.manners().has("SPECIAL-USE")
    }

    /// Takes the turn of a reader of bodies: a Zimbra-like account has one at a time, over all its connections.
    ///
    /// # Errors
    /// When the turn does not come within ten minutes.
    pub(in crate::sandbox) async fn turn(&self) -> Result<Option<OwnedMutexGuard<()>>, Refused> {
        if !self.dialect.is_zimbra() {
            return Ok(None);
        }
        let reader = self.world.reader(&self.key);
        if let Ok(turn) = Arc::clone(&reader).try_lock_owned() {
            return Ok(Some(turn));
        }
        self.world.count_waiting(&self.key);
        let turn = tokio::time::timeout(LONGEST_WAIT, reader.lock_owned()).await;
        turn.map(Some).map_err(|_| Refused::no(RefusalKind::Unsaid, "FETCH failed"))
    }

    /// How names are spelled here.
    pub(in crate::sandbox) fn names(&self) -> Names {
        Names(self.dialect)
    }

    fn read<T>(&self, look: impl FnOnce(&Account) -> Result<T, Refused>) -> Result<T, Refused> {
        let kept = self.world.kept();
        look(kept.state.account(&self.key).ok_or_else(gone)?)
    }

    fn look<T>(&self, name: &MailboxName, look: impl FnOnce(&MailboxName, &Mailbox) -> T) -> Result<T, Refused> {
        self.read(|account| {
            let found = account.resolve(name, self.dialect).and_then(|n| account.mailboxes.get_key_value(n));
            found.map(|(n, m)| look(n, m)).ok_or_else(|| self.names().missing(name))
        })
    }

    /// Checks and changes under one lock: nothing can come between.
    fn change<T>(&self, decide: impl FnOnce(&Account) -> Result<(Deed, T), Refused>) -> Result<(Vec<u32>, T), Refused> {
        let mut kept = self.world.kept();
        let (deed, value) = decide(kept.state.account(&self.key).ok_or_else(gone)?)?;
        let uids = kept.commit(&self.key, deed).map_err(|error| Refused::no(RefusalKind::Unsaid, &format!("[SERVERBUG] {error}")))?;
        Ok((uids, value))
    }

    /// All mailboxes, and the names above them that are none.
    pub(in crate::sandbox) fn list(&self) -> Result<Vec<Listed>, Refused> {
        self.read(|account| {
            let mut all: std::collections::BTreeSet<MailboxName> = account.mailboxes.keys().cloned().collect();
            for name in account.mailboxes.keys() {
                let mut above = name.parent();
                while let Some(parent) = above {
                    above = parent.parent();
                    all.insert(parent);
                }
            }
            let listed = |name: &MailboxName| Listed {
                role: account.mailboxes.get(name).and_then(|m| m.role).filter(|_| self.tells_roles()),
                is_subscribed: account.subscribed.contains(name),
                exists: account.mailboxes.contains_key(name),
                has_children: all.iter().any(|other| other.parent().as_ref() == Some(name)),
                name: name.clone(),
            };
            Ok(all.iter().map(listed).collect())
        })
    }

    /// Subscribed names, whether they exist or not.
    pub(in crate::sandbox) fn subscribed(&self) -> Result<Vec<MailboxName>, Refused> {
        self.read(|account| Ok(account.subscribed.iter().cloned().collect()))
    }

    /// State of a mailbox.
    pub(in crate::sandbox) fn status(&self, name: &MailboxName) -> Result<Status, Refused> {
        self.look(name, |found, mailbox| Status {
            name: found.clone(),
            uid_validity: mailbox.uid_validity,
            uid_next: mailbox.uid_next,
            exists: u32::try_from(mailbox.messages.len()).unwrap_or(u32::MAX),
            unseen: u32::try_from(mailbox.messages.iter().filter(|m| !m.flags.has(SystemFlag::Seen)).count()).unwrap_or(u32::MAX),
            holds_mail: mailbox.holds_mail,
            modseq: mailbox.modseq,
        })
    }

    /// What changes whenever messages come or go: UIDVALIDITY, UIDNEXT, number of messages.
    pub(in crate::sandbox) fn mark(&self, name: &MailboxName) -> Result<(u32, u32, usize), Refused> {
        self.look(name, |_, mailbox| (mailbox.uid_validity, mailbox.uid_next, mailbox.messages.len()))
    }

    /// UIDs of a mailbox from this one on, ascending.
    pub(in crate::sandbox) fn uids(&self, name: &MailboxName, from: u32) -> Result<Vec<u32>, Refused> {
        self.look(name, |_, m| m.messages[m.messages.partition_point(|m| m.uid < from)..].iter().map(|m| m.uid).collect())
    }

    /// Those messages that are wanted.
    pub(in crate::sandbox) fn messages(&self, name: &MailboxName, wanted: impl Fn(u32) -> bool) -> Result<Vec<Stored>, Refused> {
        self.look(name, |_, mailbox| mailbox.messages.iter().filter(|m| wanted(m.uid)).cloned().collect())
    }

    /// The bytes of a message as this dialect gives them.
    pub(in crate::sandbox) fn bytes(&self, message: &Stored, holds_mail: bool) -> Bytes {
        if !holds_mail {
            return rules::placeholder(message.uid);
        }
        let form = if self.dialect.is_exchange() { Form::Rebuilt } else { Form::Plain };
        self.world.hand_out(&message.blob, form)
    }

    /// The same with all that faults do to a message on its way out.
    pub(in crate::sandbox) fn delivered(&self, gate: &Gate, message: &Stored, holds_mail: bool) -> Bytes {
        let bytes = self.bytes(message, holds_mail);
        if gate.is_odd(Oddity::EmptyBody) {
            Bytes::new()
        } else if gate.is_odd(Oddity::ShortBody) {
            bytes.slice(..bytes.len() / 2)
        } else {
            bytes
        }
    }

    /// The size of a message as this dialect claims it.
    pub(in crate::sandbox) fn size(&self, message: &Stored) -> u64 {
        let size = message.blob.size();
        // An estimate: an Exchange-like server counts its own properties, not the MIME it will write.
        if self.dialect.is_exchange() { size + size / 40 + 417 } else { size }
    }

    /// The same, unless faults claim something else.
    pub(in crate::sandbox) fn claimed_size(&self, gate: &Gate, message: &Stored) -> u64 {
        let size = self.size(message);
        let mebibytes = gate.odd(|odd| if let Oddity::ClaimsMebibytes(count) = odd { Some(count) } else { None });
        match mebibytes {
            Some(count) => u64::from(count) << 20,
            None if gate.is_odd(Oddity::WrongSize) => size / 2,
            None => size,
        }
    }

    /// Checks flags before a message is sent.
    ///
    /// # Errors
    /// As the dialect refuses them.
    pub(in crate::sandbox) fn check_flags<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<Flags, Refused> {
        rules::flags(self.dialect, names)
    }

    /// Checks the announced size of a message before it is sent.
    ///
    /// # Errors
    /// As the dialect refuses it.
    pub(in crate::sandbox) fn check_size(&self, size: u64) -> Result<(), Refused> {
        rules::size(self.dialect, size)
    }

    /// Whether there is such a mailbox to append to.
    ///
    /// # Errors
    /// When it is missing.
    pub(in crate::sandbox) fn may_append(&self, name: &MailboxName) -> Result<(), Refused> {
        let missing = |_| Refused::no(RefusalKind::NoMailbox, &format!("[TRYCREATE] {}", self.names().missing_text(name)));
        self.look(name, |_, _| ()).map_err(missing)
    }

    /// Stores messages, all or none; answers UIDVALIDITY and UIDs.
    ///
    /// # Errors
    /// When the mailbox is missing or the dialect refuses one of the messages.
    fn append(&self, name: &MailboxName, messages: Vec<Incoming>) -> Result<(u32, Vec<u32>), Refused> {
        for message in &messages {
            rules::date(self.dialect, message.date)?;
            rules::message(self.dialect, &message.bytes)?;
        }
        // Bodies are compared before the lock is taken.
        let bodies: Vec<Body> = messages.iter().map(|m| self.world.body(as_stored(self.dialect, &m.bytes))).collect();
        let (uids, validity) = self.change(|account| {
            let missing = || Refused::no(RefusalKind::NoMailbox, &format!("[TRYCREATE] {}", self.names().missing_text(name)));
            let (found, mailbox) =
                account.resolve(name, self.dialect).and_then(|n| account.mailboxes.get_key_value(n)).ok_or_else(missing)?;
            let arrival = |(message, body): (Incoming, Body)| Arrival {
                hides_flagged: self.dialect.is_exchange() && message.flags.has(SystemFlag::Flagged),
                flags: message.flags,
                date: message.date.unwrap_or_else(|| now(mailbox)),
                body,
            };
            let arrivals = messages.into_iter().zip(bodies).map(arrival).collect();
            Ok((Deed::Append(found.clone(), arrivals), mailbox.uid_validity))
        })?;
        Ok((validity, uids))
    }

    /// Takes messages as one effect, with all that faults do to them; answers what the client is told.
    ///
    /// # Errors
    /// When the mailbox is missing, the account full, or one of the messages refused: nothing is stored then, unless a fault says so.
    pub(in crate::sandbox) fn receive(&self, gate: &Gate, name: &MailboxName, mut messages: Vec<Incoming>) -> Result<Receipt, Refused> {
        for message in &messages {
            let refused = gate.refuses_size(message.bytes.len() as u64).or_else(|| gate.refuses(message));
            refused.map_or(Ok(()), Err)?;
        }
        if !gate.takes_room(messages.iter().map(|m| m.bytes.len() as u64).sum()) {
            return Err(rules::full(self.dialect));
        }
        let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
        let (uid_validity, uids) = if gate.is_odd(Oddity::PretendsStored) {
            let status = self.status(name)?;
            (status.uid_validity, (0..count).map(|n| status.uid_next + NOBODYS + n).collect())
        } else {
            for message in &mut messages {
                alter(gate, message);
            }
            self.append(name, messages)?
        };
        if gate.is_odd(Oddity::PretendsRefused) {
            return Err(Refused::no(RefusalKind::Unsaid, "[SERVERBUG] Internal error occurred."));
        }
        let is_silent = !self.dialect.manners().has("UIDPLUS") || gate.is_odd(Oddity::NoAppendUid);
        let told = if gate.is_odd(Oddity::WrongAppendUid) {
            uids.iter().map(|uid| uid + NOBODYS).collect()
        } else if gate.is_odd(Oddity::ZeroAppendUid) {
            vec![0; uids.len()]
        } else {
            uids
        };
        Ok(Receipt { uid_validity, uids: (!is_silent).then_some(told) })
    }

    /// Gives a mailbox another UIDVALIDITY and its messages other UIDs.
    ///
    /// # Errors
    /// When the mailbox is missing.
    pub(in crate::sandbox) fn renumber(&self, name: &MailboxName) -> Result<(), Refused> {
        self.change(|account| Ok((Deed::Renumber(self.found(account, name)?.clone()), ()))).map(drop)
    }

    /// Changes flags; answers the messages as they are now.
    ///
    /// # Errors
    /// When the mailbox is missing.
    pub(in crate::sandbox) fn flag(
        &self,
        name: &MailboxName,
        uids: &[u32],
        how: FlagChange,
        flags: &Flags,
    ) -> Result<Vec<Stored>, Refused> {
        self.change(|account| {
            let found = self.found(account, name)?;
            Ok((Deed::Flag(found.clone(), sorted(uids), how, flags.clone()), ()))
        })?;
        let wanted = sorted(uids);
        self.messages(name, |uid| wanted.binary_search(&uid).is_ok())
    }

    /// Removes those of the messages that are marked `\Deleted`; answers their UIDs.
    ///
    /// # Errors
    /// When the mailbox is missing.
    pub(in crate::sandbox) fn expunge(&self, name: &MailboxName, wanted: impl Fn(u32) -> bool) -> Result<Vec<u32>, Refused> {
        let (_, uids) = self.change(|account| {
            let found = self.found(account, name)?;
            let marked = |m: &&Stored| wanted(m.uid) && m.flags.has(SystemFlag::Deleted);
            let uids: Vec<u32> = account.mailboxes.get(found).into_iter().flat_map(|m| &m.messages).filter(marked).map(|m| m.uid).collect();
            Ok((Deed::Expunge(found.clone(), uids.clone()), uids))
        })?;
        Ok(uids)
    }

    /// Copies messages; answers UIDVALIDITY of the target, the UIDs that existed, and their new UIDs.
    ///
    /// # Errors
    /// When one of the mailboxes is missing.
    pub(in crate::sandbox) fn copy(
        &self,
        from: &MailboxName,
        uids: &[u32],
        to: &MailboxName,
    ) -> Result<(u32, Vec<u32>, Vec<u32>), Refused> {
        let (new, (validity, old)) = self.change(|account| {
            let source = self.found(account, from)?;
            let missing = |_| Refused::no(RefusalKind::NoMailbox, &format!("[TRYCREATE] {}", self.names().missing_text(to)));
            let target = self.found(account, to).map_err(missing)?;
            let wanted = sorted(uids);
            let messages = account.mailboxes.get(source).into_iter().flat_map(|m| &m.messages);
            let old: Vec<u32> = messages.map(|m| m.uid).filter(|uid| wanted.binary_search(uid).is_ok()).collect();
            let validity = account.mailboxes.get(target).map_or(0, |m| m.uid_validity);
            Ok((Deed::Copy(source.clone(), old.clone(), target.clone()), (validity, old)))
        })?;
        Ok((validity, old, new))
    }

    /// Moves messages (RFC 6851): copied and removed in one go.
    ///
    /// # Errors
    /// When one of the mailboxes is missing.
    pub(in crate::sandbox) fn relocate(
        &self,
        from: &MailboxName,
        uids: &[u32],
        to: &MailboxName,
    ) -> Result<(u32, Vec<u32>, Vec<u32>), Refused> {
        let copied = self.copy(from, uids, to)?;
        self.change(|account| Ok((Deed::Expunge(self.found(account, from)?.clone(), copied.1.clone()), ())))?;
        Ok(copied)
    }

    /// Creates a mailbox.
    ///
    /// # Errors
    /// When it exists, or its name cannot be.
    pub(in crate::sandbox) fn create(&self, name: &MailboxName, role: Option<Role>) -> Result<(), Refused> {
        self.names().check(name)?;
        // Exchange and Zimbra make the mailboxes above as well.
        let above: Vec<MailboxName> =
            if self.dialect.ignores_case() { std::iter::successors(name.parent(), MailboxName::parent).collect() } else { Vec::new() };
        for parent in above.into_iter().rev() {
            if self.status(&parent).is_err() {
                self.change(|_| Ok((Deed::Create(parent.clone(), None), ())))?;
            }
        }
        self.change(|account| match account.resolve(name, self.dialect) {
            Some(_) => Err(self.names().already_there()),
            None => Ok((Deed::Create(name.clone(), role), ())),
        })?;
        Ok(())
    }

    /// Deletes a mailbox with its messages.
    ///
    /// # Errors
    /// When it is missing, or is the inbox.
    pub(in crate::sandbox) fn delete(&self, name: &MailboxName) -> Result<(), Refused> {
        if name.is_inbox() {
            return Err(Refused::no(RefusalKind::Unsaid, "[CANNOT] INBOX can't be deleted."));
        }
        self.change(|account| Ok((Deed::Delete(self.found(account, name)?.clone()), ()))).map(drop)
    }

    /// Renames a mailbox and what is below it.
    ///
    /// # Errors
    /// When the old one is missing or the inbox, or the new one exists or cannot be.
    pub(in crate::sandbox) fn rename(&self, from: &MailboxName, to: &MailboxName) -> Result<(), Refused> {
        self.names().check(to)?;
        if from.is_inbox() {
            return Err(Refused::no(RefusalKind::Unsaid, "[CANNOT] Renaming INBOX isn't supported."));
        }
        self.change(|account| {
            let found = self.found(account, from)?;
            let is_itself = to.segments().starts_with(from.segments());
            match account.resolve(to, self.dialect).filter(|there| *there != found) {
                None if !is_itself => Ok((Deed::Rename(found.clone(), to.clone()), ())),
                _ => Err(self.names().already_there()),
            }
        })?;
        Ok(())
    }

    /// Subscribes a name.
    ///
    /// # Errors
    /// When it is missing.
    pub(in crate::sandbox) fn subscribe(&self, name: &MailboxName) -> Result<(), Refused> {
        self.change(|account| Ok((Deed::Subscribe(self.found(account, name)?.clone()), ()))).map(drop)
    }

    /// Subscribes a name no more, whether it exists or not.
    ///
    /// # Errors
    /// When the store is gone.
    pub(in crate::sandbox) fn unsubscribe(&self, name: &MailboxName) -> Result<(), Refused> {
        let found = |account: &Account| account.resolve(name, self.dialect).unwrap_or(name).clone();
        self.change(|account| Ok((Deed::Unsubscribe(found(account)), ()))).map(drop)
    }

    /// Bytes in the store, and how many it may hold.
    ///
    /// # Errors
    /// When the store is gone.
    pub(in crate::sandbox) fn quota(&self, gate: &Gate) -> Result<(u64, u64), Refused> {
        self.read(|_| Ok(()))?;
        let used = self.world.used(&self.key).0;
        Ok((used, gate.room().map_or(QUOTA, |room| used + room)))
    }

    fn found<'a>(&self, account: &'a Account, name: &MailboxName) -> Result<&'a MailboxName, Refused> {
        account.resolve(name, self.dialect).ok_or_else(|| self.names().missing(name))
    }
}

/// The world's clock: it stands at its present and ticks with every message.
fn now(mailbox: &Mailbox) -> InternalDate {
    let seconds = PRESENT + i64::from(mailbox.uid_next);
    InternalDate::from_unix(seconds, 60).expect("the present of the world is a date of this century")
}

fn sorted(uids: &[u32]) -> Vec<u32> {
    let mut uids = uids.to_vec();
    uids.sort_unstable();
    uids.dedup();
    uids
}

fn gone() -> Refused {
    Refused::no(RefusalKind::Unsaid, "[UNAVAILABLE] The mailbox is not there any more.")
}
