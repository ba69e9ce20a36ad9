//! What is there, without bodies: UID, flags, date, size of the messages of the open mailbox.
//!
//! No SEARCH: its one long line is slow to parse and some servers do not have it. Windows of `UID FETCH` instead, the next one asked for
//! before the last one is answered.

use std::collections::BTreeMap;

use super::command::Command;
use super::connection::{ImapConnection, LONGEST_SET};
use super::fetched::Fetched;
use super::opening::Findings;
use super::reply::{Lost, Reply, Status};
use crate::domain::{ByteSize, Flags, Uid, UidSet, WireName};
use crate::ports::{Access, MailError, MailboxState, MessageSummary, Weighed};

/// Messages that a window is meant to hold.
const MESSAGES_IN_WINDOW: u64 = 5_000;
/// Windows that are asked for at the same time.
const WINDOWS_AT_ONCE: usize = 3;

/// What changed in the open mailbox while a command ran: a new EXISTS, and EXPUNGEs after it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Changes {
    arrived: Option<u32>,
    gone: u32,
}

impl Changes {
    pub(super) fn learn(&mut self, reply: &Reply) {
        match reply {
            Reply::Exists(count) => *self = Self { arrived: Some(*count), gone: 0 },
            Reply::Expunge(_) => self.gone += 1,
            _ => {}
        }
    }
}

/// What is asked for where UID and size are enough.
const WEIGHT: &str = "(UID RFC822.SIZE)";
/// What is asked for where bodies are not.
const SUMMARY: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE)";

/// What was said of one of several mailboxes.
#[derive(Default)]
struct Heard {
    exists: u32,
    found: BTreeMap<u32, MessageSummary>,
    is_unreadable: bool,
}

impl Heard {
    fn learn(&mut self, is_opening: bool, reply: Reply) {
        match reply {
            Reply::Exists(count) => self.exists = count,
            Reply::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            Reply::Fetch(fetched) if !is_opening => merge(&mut self.found, *fetched),
            Reply::Unreadable(Lost::Message) => self.is_unreadable = true,
            _ => {}
        }
    }

    /// All messages, if they are as many as were said to be there.
    fn whole(self) -> Option<Vec<MessageSummary>> {
        let is_whole = !self.is_unreadable && self.found.len() == self.exists as usize;
        is_whole.then(|| self.found.into_values().collect())
    }
}

impl ImapConnection {
    pub(super) async fn summaries(&mut self, from: Uid) -> Result<Vec<MessageSummary>, MailError> {
        let mut found = BTreeMap::new();
        self.survey(&self.windows_from(from), SUMMARY, |fetched| merge(&mut found, fetched)).await?;
        // `n:*` always names the last message, also when its UID is below n.
        let found = found.split_off(&from.0);
        if from.0 <= 1 {
            self.compare_count(found.len()).await?;
        }
        Ok(found.into_values().collect())
    }

    /// UIDs and sizes, eight bytes a message.
    pub(super) async fn weights(&mut self, from: Uid) -> Result<Vec<Weighed>, MailError> {
        let mut found = Vec::new();
        self.survey(&self.windows_from(from), WEIGHT, |fetched| found.extend(weighed(&fetched, from))).await?;
        self.all_weighed(found, from).await
    }

    async fn all_weighed(&mut self, mut found: Vec<Weighed>, from: Uid) -> Result<Vec<Weighed>, MailError> {
        // A server may speak of a message twice, once without its size.
        found.sort_unstable_by_key(|weighed| (weighed.uid, std::cmp::Reverse(weighed.size)));
        found.dedup_by_key(|weighed| weighed.uid);
        if from.0 <= 1 {
            self.compare_count(found.len()).await?;
        }
        Ok(found)
    }

    /// Opens a mailbox and lists it: both commands leave together. For mailboxes that are not large: the list comes in one piece.
    pub(super) async fn weights_on_opening(
        &mut self,
        (mailbox, access): (&WireName, Access),
        from: Uid,
    ) -> Result<(MailboxState, Vec<Weighed>), MailError> {
        let commands = [self.opening(mailbox, access), Command::new(format!("UID FETCH {from}:* {WEIGHT}"))];
        if self.counts_errors() || !commands[0].is_one_line() {
            let state = self.open(mailbox, access).await?;
            let listed = if state.exists == 0 { Vec::new() } else { self.weights(from).await? };
            return Ok((state, listed));
        }
        self.opened = None;
        self.conversation.take_changes();
        let (mut findings, mut found, mut is_readable) = (Findings::default(), Vec::new(), true);
        let each = |place, reply: Reply| match (place, reply) {
            (0, reply) => findings.learn(reply),
            (_, Reply::Fetch(fetched)) => found.extend(weighed(&fetched, from)),
            (_, Reply::Unreadable(Lost::Message)) => is_readable = false,
            _ => {}
        };
        let mut outcomes = self.conversation.ask_all(&commands, commands.len(), each).await?.into_iter();
        if let Some(opening) = outcomes.next() {
            self.conversation.checked(opening)?;
        }
        let state = self.is_open((mailbox, access), findings).await?;
        self.follow();
        let is_listed = outcomes.next().is_some_and(|outcome| outcome.status == Status::Ok);
        let listed = match is_listed && is_readable {
            true => self.all_weighed(found, from).await?,
            // Some servers refuse to look into an empty mailbox.
            false if state.exists == 0 => Vec::new(),
            false => self.weights(from).await?,
        };
        Ok((state, listed))
    }

    /// Opens mailboxes one after the other and lists each: all commands leave together. What does not come as it should is left out.
    pub(super) async fn summaries_of_each(&mut self, mailboxes: &[WireName]) -> Result<Vec<Option<Vec<MessageSummary>>>, MailError> {
        let openings: Vec<Command> = mailboxes.iter().map(|mailbox| self.opening(mailbox, Access::Examine)).collect();
        if self.counts_errors() || !openings.iter().all(Command::is_one_line) {
            return Ok(vec![None; mailboxes.len()]);
        }
        self.opened = None;
        let listing = || Command::new(format!("UID FETCH 1:* {SUMMARY}"));
        let commands: Vec<Command> = openings.into_iter().flat_map(|opening| [opening, listing()]).collect();
        let mut heard: Vec<Heard> = mailboxes.iter().map(|_| Heard::default()).collect();
        let each = |place: usize, reply: Reply| heard[place / 2].learn(place.is_multiple_of(2), reply);
        let outcomes = self.conversation.ask_all(&commands, commands.len(), each).await?;
        self.conversation.take_changes();
        let is_ok = |place: usize| outcomes.get(place).is_some_and(|outcome| outcome.status == Status::Ok);
        let whole = |(place, heard): (usize, Heard)| heard.whole().filter(|_| is_ok(2 * place) && is_ok(2 * place + 1));
        Ok(heard.into_iter().enumerate().map(whole).collect())
    }

    /// Flags of these messages; where the server counts changes, only of those that changed after `since`.
    pub(super) async fn flags_in(&mut self, uids: &UidSet, since: Option<u64>) -> Result<Vec<(Uid, Flags)>, MailError> {
        let counts = self.capabilities.has_condstore && self.opened.as_ref().is_some_and(|opened| opened.counts_changes);
        let items = match since.filter(|_| counts) {
            Some(modseq) => format!("(UID FLAGS) (CHANGEDSINCE {modseq})"),
            None => "(UID FLAGS)".to_owned(),
        };
        let mut found: BTreeMap<u32, Flags> = BTreeMap::new();
        let sets: Vec<String> = uids.chunks(LONGEST_SET).iter().map(ToString::to_string).collect();
        let learn = |fetched: Fetched| {
            if let (Some(uid), Some(flags)) = (fetched.uid, fetched.flags)
                && uids.contains(uid)
            {
                found.insert(uid.0, flags);
            }
        };
        self.survey(&sets, &items, learn).await?;
        Ok(found.into_iter().map(|(uid, flags)| (Uid(uid), flags)).collect())
    }

    /// Sequence sets that cover the mailbox from a UID on, each with some thousand messages if they lie evenly.
    fn windows_from(&self, from: Uid) -> Vec<String> {
        let (last, exists) =
            self.opened.as_ref().map_or((0, 0), |opened| (opened.uid_next.map_or(0, |next| next.0.saturating_sub(1)), opened.exists));
        let width = MESSAGES_IN_WINDOW * (u64::from(last) / u64::from(exists.max(1))).max(1);
        let width = u32::try_from(width).unwrap_or(u32::MAX);
        let mut start = from.0.max(1);
        let mut windows = Vec::new();
        while last > start && last - start >= width {
            windows.push(format!("{start}:{}", start + width - 1));
            start += width;
        }
        // The last window is open: UIDNEXT may have been wrong or may have grown.
        windows.push(format!("{start}:*"));
        windows
    }

    /// Asks for these items of all sets; complete or an error.
    async fn survey(&mut self, sets: &[String], items: &str, mut learn: impl FnMut(Fetched)) -> Result<(), MailError> {
        let commands: Vec<Command> = sets.iter().map(|set| Command::new(format!("UID FETCH {set} {items}"))).collect();
        let mut unreadable = 0;
        let each = |_, reply: Reply| match reply {
            Reply::Fetch(fetched) => learn(*fetched),
            Reply::Unreadable(Lost::Message) => unreadable += 1,
            _ => {}
        };
        let outcomes = self.conversation.ask_all(&commands, WINDOWS_AT_ONCE, each).await?;
        self.follow();
        // Some servers refuse a window without messages, or to look into an empty mailbox at all.
        let is_empty = self.opened.as_ref().is_some_and(|opened| opened.exists == 0);
        for outcome in outcomes {
            if !(outcome.status == Status::No && is_empty) {
                self.conversation.checked(outcome)?;
            }
        }
        if unreadable > 0 {
            let text = format!("{unreadable} messages are listed in a way that cannot be read");
            return Err(self.conversation.fail(MailError::Protocol(text)));
        }
        Ok(())
    }

    /// Follows EXISTS and EXPUNGE of the open mailbox, also those that came with an append.
    fn follow(&mut self) {
        let changes = self.conversation.take_changes();
        if let Some(opened) = &mut self.opened {
            opened.exists = changes.arrived.unwrap_or(opened.exists).saturating_sub(changes.gone);
        }
    }

    /// A listing must have as many messages as the mailbox; a NOOP lets the server tell what changed meanwhile.
    async fn compare_count(&mut self, count: usize) -> Result<(), MailError> {
        self.follow();
        let matches = |connection: &Self| connection.opened.as_ref().is_none_or(|opened| opened.exists as usize == count);
        if matches(self) {
            return Ok(());
        }
        self.conversation.run(&Command::new("NOOP"), |_| {}).await?;
        self.follow();
        if matches(self) {
            return Ok(());
        }
        let exists = self.opened.as_ref().map_or(0, |opened| opened.exists);
        Err(self.conversation.fail(MailError::Protocol(format!("{count} messages listed, {exists} exist"))))
    }
}

/// UID and size of a message at or above a UID.
fn weighed(fetched: &Fetched, from: Uid) -> Option<Weighed> {
    let size = fetched.size.map_or(0, |size| u32::try_from(size).unwrap_or(u32::MAX));
    fetched.uid.filter(|uid| *uid >= from).map(|uid| Weighed { uid, size })
}

/// Adds what a response says; a server may tell one message in two responses, and changed flags in a third.
fn merge(found: &mut BTreeMap<u32, MessageSummary>, fetched: Fetched) {
    let Some(uid) = fetched.uid else { return };
    let summary = found.entry(uid.0).or_insert_with(|| MessageSummary {
        uid,
        size: ByteSize::default(),
        flags: Flags::default(),
        internal_date: None,
    });
    if let Some(size) = fetched.size {
        summary.size = ByteSize(size);
    }
    if let Some(flags) = fetched.flags {
        summary.flags = flags;
    }
    summary.internal_date = fetched.internal_date.or(summary.internal_date);
}
