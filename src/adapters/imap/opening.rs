//! EXAMINE, SELECT and STATUS: the state of a mailbox; and what may leave together with them.

use super::code::Code;
use super::command::Command;
use super::connection::{ImapConnection, Opened};
use super::fetched::Fetched;
use super::refusal::refusal;
use super::reply::{Reply, Status};
use super::value::Value;
use crate::domain::{Uid, UidValidity, WireName};
use crate::ports::{Access, MailError, MailboxState, NewMailbox, RefusalKind};

/// What the responses to an opening say.
#[derive(Debug, Default)]
pub(super) struct Findings {
    uid_validity: Option<UidValidity>,
    uid_next: Option<Uid>,
    pub(super) exists: u32,
    permanent_flags: Option<Vec<String>>,
    highest_modseq: Option<u64>,
}

impl Findings {
    /// The last EXISTS counts: some servers send it several times while they open.
    pub(super) fn learn(&mut self, reply: Reply) {
        match reply {
            Reply::Exists(count) => self.exists = count,
            Reply::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            Reply::Notice(outcome) => match outcome.code {
                Some(Code::HighestModSeq(modseq)) if modseq > 0 => self.highest_modseq = Some(modseq),
                Some(Code::UidValidity(validity)) => self.uid_validity = Some(UidValidity(validity)),
                Some(Code::UidNext(uid)) if uid > 0 => self.uid_next = Some(Uid(uid)),
                Some(Code::PermanentFlags(flags)) => self.permanent_flags = Some(flags),
                _ => {}
            },
            _ => {}
        }
    }

    /// `None`: any keyword. A mailbox opened to be read only says `()`, which tells nothing about what it can store.
    fn permanent_keywords(&self, access: Access) -> Option<Vec<String>> {
        let flags = self.permanent_flags.as_ref()?;
        let is_silent = access == Access::Examine && flags.is_empty();
        if is_silent || flags.iter().any(|flag| flag == "\\*") {
            return None;
        }
        Some(flags.iter().filter(|flag| !flag.starts_with('\\')).cloned().collect())
    }
}

impl ImapConnection {
    pub(super) async fn open(&mut self, mailbox: &WireName, access: Access) -> Result<MailboxState, MailError> {
        self.opened = None;
        let mut findings = Findings::default();
        let command = self.opening(mailbox, access);
        self.conversation.run(&command, |reply| findings.learn(reply)).await?;
        self.conversation.take_changes();
        self.is_open((mailbox, access), findings).await
    }

    /// The command that opens a mailbox.
    pub(super) fn opening(&self, mailbox: &WireName, access: Access) -> Command {
        let word = if access == Access::Examine { "EXAMINE" } else { "SELECT" };
        let command = Command::new(word).mailbox(mailbox);
        // Asking for CONDSTORE makes a server say HIGHESTMODSEQ that would not otherwise (RFC 7162 §3.1.8).
        if access == Access::Examine && self.abilities.has("CONDSTORE") { command.words(" (CONDSTORE)") } else { command }
    }

    /// The mailbox is open, and this was said of it.
    pub(super) async fn is_open(&mut self, (mailbox, access): (&WireName, Access), findings: Findings) -> Result<MailboxState, MailError> {
        let Some(uid_validity) = findings.uid_validity else {
            return Err(self.conversation.fail(MailError::Protocol("the mailbox has no UIDVALIDITY".to_owned())));
        };
        self.opened = Some(Opened {
            mailbox: mailbox.clone(),
            access,
            exists: findings.exists,
            uid_next: None,
            counts_changes: findings.highest_modseq.is_some(),
        });
        let uid_next = match findings.uid_next {
            Some(uid_next) => uid_next,
            None => self.computed_uid_next().await?,
        };
        if let Some(opened) = &mut self.opened {
            opened.uid_next = Some(uid_next);
        }
        let permanent_keywords = findings.permanent_keywords(access);
        Ok(MailboxState { uid_validity, uid_next, exists: findings.exists, permanent_keywords, highest_modseq: findings.highest_modseq })
    }

    /// Creates, subscribes and selects: the commands leave together where each is one line.
    pub(super) async fn create_open(&mut self, new: NewMailbox<'_>) -> Result<MailboxState, MailError> {
        let mut commands = vec![self.creation(new.wire, new.role)];
        commands.extend(new.is_subscribed.then(|| Command::new("SUBSCRIBE").mailbox(new.wire)));
        commands.push(self.opening(new.wire, Access::Select));
        let last = commands.len() - 1;
        // Where errors are counted, a name that is refused must not cost three.
        let at_once = if self.counts_errors() { 1 } else { commands.len() };
        self.opened = None;
        let mut findings = Findings::default();
        let learn = |place, reply| {
            if place == last {
                findings.learn(reply);
            }
        };
        for outcome in self.conversation.ask_all(&commands, at_once, learn).await? {
            self.conversation.checked(outcome)?;
        }
        self.conversation.take_changes();
        self.is_open((new.wire, Access::Select), findings).await
    }

    /// One above the UID of the last message.
    async fn computed_uid_next(&mut self) -> Result<Uid, MailError> {
        if self.opened.as_ref().is_none_or(|opened| opened.exists == 0) {
            return Ok(Uid(1));
        }
        let mut last = 0;
        let learn = |reply| {
            if let Reply::Fetch(fetched) = reply
                && let Fetched { uid: Some(uid), .. } = *fetched
            {
                last = last.max(uid.0);
            }
        };
        self.conversation.run(&Command::new("UID FETCH * (UID)"), learn).await?;
        Ok(Uid(last.saturating_add(1)))
    }

    pub(super) async fn status_of(&mut self, mailbox: &WireName) -> Result<Option<MailboxState>, MailError> {
        let mut found = None;
        let command = Command::new("STATUS").mailbox(mailbox).words(self.status_words());
        let learn = |reply| {
            if let Reply::Data(name, values) = reply
                && name == "STATUS"
            {
                found = status_items(&values);
            }
        };
        let outcome = self.conversation.ask(&command, learn).await?;
        if outcome.status != Status::Ok {
            let is_absent = refusal(&outcome).kind == RefusalKind::NoMailbox || !self.is_listed(mailbox).await?;
            return if is_absent { Ok(None) } else { self.conversation.checked(outcome).map(|_| None) };
        }
        match found {
            Some(state) => Ok(Some(state)),
            None => self.status_by_opening(mailbox).await.map(Some),
        }
    }

    /// The items of STATUS that this server knows.
    pub(super) fn status_words(&self) -> &'static str {
        if self.abilities.has("CONDSTORE") { " (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)" } else { " (MESSAGES UIDNEXT UIDVALIDITY)" }
    }

    /// For servers whose STATUS does not tell: opens read-only, then goes back to what was open.
    async fn status_by_opening(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        let before = self.opened.take();
        let state = self.open(mailbox, Access::Examine).await?;
        match before {
            Some(before) => {
                self.open(&before.mailbox, before.access).await?;
            }
            None => self.opened = None,
        }
        Ok(state)
    }

    /// Whether LIST shows the mailbox as one that can be opened.
    pub(super) async fn is_listed(&mut self, mailbox: &WireName) -> Result<bool, MailError> {
        let lines = self.lines(&Command::new("LIST \"\"").mailbox(mailbox)).await?;
        Ok(lines.iter().any(|line| line.spells(mailbox) && line.is_selectable()))
    }
}

/// The state in `mailbox (MESSAGES 3 UIDNEXT 7 UIDVALIDITY 9)`; none unless all three are said.
pub(super) fn status_items(values: &[Value]) -> Option<MailboxState> {
    let pairs = values.last().and_then(Value::list)?;
    let item = |name: &str| pairs.chunks(2).find(|pair| pair[0].is_atom(name)).and_then(|pair| pair.get(1)).and_then(Value::number);
    let small = |name: &str| item(name).and_then(|number| u32::try_from(number).ok());
    Some(MailboxState {
        uid_validity: UidValidity(small("UIDVALIDITY")?),
        uid_next: Uid(small("UIDNEXT").filter(|uid_next| *uid_next > 0)?),
        exists: small("MESSAGES")?,
        permanent_keywords: None,
        highest_modseq: item("HIGHESTMODSEQ").filter(|modseq| *modseq > 0),
    })
}
