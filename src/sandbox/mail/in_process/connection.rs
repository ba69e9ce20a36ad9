//! One connection of the door without sockets.

use async_trait::async_trait;

use super::super::access::Dialect;
use super::super::change::FlagChange;
use super::super::conduct::{Conduct, Ended};
use super::super::faults::{CutStyle, Oddity, Side};
use super::super::gate::{Gate, Patience, Point};
use super::super::refused::Refused;
use super::super::rules;
use super::super::state::Stored;
use super::super::visit::{Incoming, Listed, Receipt, Status, Visit};
use crate::domain::{ByteSize, Capabilities, Flags, MailboxName, Quota, Role, Uid, UidSet, UidValidity, WireName};
use crate::ports::{
    AppendReport, Appended, Body, FetchedMessage, ListedMailbox, MailConnection, MailError, MailboxState, MessageSink, MessageSummary,
    NameRefused, OutgoingMessage, RefusalKind, Weighed,
};

/// One connection.
pub(super) struct Connection {
    pub(super) visit: Visit,
    pub(super) dialect: Dialect,
    pub(super) gate: Gate,
    pub(super) conduct: Conduct,
    pub(super) capabilities: Capabilities,
    pub(super) open: Option<Status>,
    pub(super) lost: bool,
}

/// What happens before a command.
pub(super) async fn before(gate: &Gate, lost: &mut bool) -> Result<(), MailError> {
    if *lost {
        return Err(MailError::Lost("the connection was closed".to_owned()));
    }
    tokio::task::yield_now().await;
    let omen = gate.omen();
    if !omen.delay.is_zero() {
        tokio::time::sleep(omen.delay).await;
    }
    if let Some(patience) = omen.throttle {
        *lost = true;
        // Who is not told how long waits as long as an Exchange-like server usually asks for.
        let wait_millis = if let Patience::Millis(millis) = patience { millis } else { 300_000 };
        return Err(MailError::Throttled { wait_millis });
    }
    pass(gate, Point::Command(Side::Before), lost).await
}

/// What happens between the effect of a command and its answer.
pub(super) async fn after(gate: &Gate, lost: &mut bool) -> Result<(), MailError> {
    let silent = gate.stall();
    if !silent.is_zero() {
        tokio::time::sleep(silent).await;
    }
    pass(gate, Point::Command(Side::After), lost).await
}

/// A half-effect.
async fn pass(gate: &Gate, point: Point, lost: &mut bool) -> Result<(), MailError> {
    let Some(style) = gate.at(point) else { return Ok(()) };
    *lost = true;
    match style {
        CutStyle::Reset => Err(MailError::Lost("connection reset".to_owned())),
        CutStyle::Bye => Err(MailError::Lost("BYE Connection closed".to_owned())),
        CutStyle::Freeze => std::future::pending().await,
    }
}

impl Connection {
    /// A command begins; `said` is how a client of the real server would say it.
    async fn begin(&mut self, command: &str, said: &str) -> Result<(), MailError> {
        self.gate.begin(command);
        self.gate.hear(&format!("{command} {said}"));
        before(&self.gate, &mut self.lost).await?;
        if command != "APPEND"
            && let Some(refused) = self.gate.answers()
        {
            return Err(self.refused(refused));
        }
        if let Some(open) = &self.open
            && self.gate.is_odd(Oddity::Renumbers)
        {
            // A mailbox that is gone meanwhile is found missing by the command itself.
            let _ = self.visit.renumber(&open.name);
        }
        Ok(())
    }

    /// A command ended well.
    async fn end(&mut self) -> Result<(), MailError> {
        after(&self.gate, &mut self.lost).await
    }

    /// A refusal as the dialect says it, counted. A careful client says NOOP after an error, which some servers take for repentance.
    fn count(&mut self, command: &str, refused: Refused) -> Refused {
        let how = if refused.is_bad { Ended::Bad } else { Ended::No };
        self.lost |= self.conduct.ended(how).is_err();
        // An OK is no error.
        let _ = self.conduct.ended(Ended::Ok);
        rules::worded(self.dialect, command, refused)
    }

    fn refused(&mut self, refused: Refused) -> MailError {
        let command = self.gate.command().to_owned();
        MailError::Refused(self.count(&command, refused).into_refusal())
    }

    fn checked<T>(&mut self, result: Result<T, Refused>) -> Result<T, MailError> {
        result.map_err(|refused| self.refused(refused))
    }

    fn read_name(&mut self, wire: &WireName) -> Result<MailboxName, MailError> {
        let name = self.visit.names().read(&wire.0);
        self.checked(name)
    }

    fn state(&self, status: &Status) -> MailboxState {
        let more = if self.gate.is_odd(Oddity::WrongExists) { 3 } else { 0 };
        let uid_next = if self.gate.is_odd(Oddity::WrongUidNext) { 1 } else { status.uid_next };
        MailboxState {
            uid_validity: UidValidity(status.uid_validity),
            uid_next: Uid(uid_next),
            exists: status.exists + more,
            permanent_keywords: rules::keywords(self.dialect).map(|names| names.iter().map(|n| (*n).to_owned()).collect()),
            highest_modseq: self.capabilities.has_condstore.then_some(status.modseq),
        }
    }

    async fn open(&mut self, command: &str, mailbox: &WireName) -> Result<MailboxState, MailError> {
        self.begin(command, &mailbox.0).await?;
        self.open = None;
        let name = self.read_name(mailbox)?;
        let status = self.visit.status(&name);
        let status = self.checked(status)?;
        let state = self.state(&status);
        self.open = Some(status);
        self.end().await?;
        Ok(state)
    }

    /// The open mailbox. Like a real server, this one does not go on with a mailbox whose messages got new UIDs meanwhile.
    fn opened(&mut self) -> Result<Status, MailError> {
        let closed = Refused::bad(RefusalKind::Unsaid, "No mailbox selected.");
        let open = self.open.clone().ok_or(closed);
        let open = self.checked(open)?;
        if self.visit.mark(&open.name).is_ok_and(|(validity, ..)| validity != open.uid_validity) {
            self.lost = true;
            return Err(MailError::Lost("BYE The mailbox was renumbered".to_owned()));
        }
        Ok(open)
    }

    fn messages(&mut self, wanted: impl Fn(u32) -> bool) -> Result<Vec<Stored>, MailError> {
        let name = self.opened()?.name;
        let messages = self.visit.messages(&name, wanted);
        self.checked(messages)
    }

    fn listed(&self, listed: Listed) -> Option<ListedMailbox> {
        Some(ListedMailbox {
            wire: WireName(self.visit.names().spell(&listed.name)?),
            role: listed.role,
            is_selectable: listed.exists,
            is_subscribed: listed.is_subscribed,
            name: listed.name,
        })
    }

    fn list_now(&mut self) -> Result<Vec<ListedMailbox>, MailError> {
        let all = self.visit.list();
        let all = self.checked(all)?;
        Ok(all.into_iter().filter_map(|m| self.listed(m)).collect())
    }

    fn claimed_size(&self, message: &Stored) -> u64 {
        self.visit.claimed_size(&self.gate, message)
    }

    /// Messages as they may be stored.
    fn incoming(&self, messages: &[OutgoingMessage]) -> Result<Vec<Incoming>, Refused> {
        let mut incoming = Vec::with_capacity(messages.len());
        for message in messages {
            let flags = self.visit.check_flags(message.flags.wire_names())?;
            incoming.push(Incoming { flags, date: message.internal_date, bytes: loaded(message)? });
        }
        Ok(incoming)
    }

    /// Stores messages as one effect.
    async fn store(&mut self, name: &MailboxName, messages: &[OutgoingMessage]) -> Result<Result<Receipt, Refused>, MailError> {
        let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
        pass(&self.gate, Point::Stored(Side::Before, count), &mut self.lost).await?;
        if let Some(refused) = self.gate.answers() {
            return Ok(Err(refused));
        }
        let stored = self.incoming(messages).and_then(|incoming| self.visit.receive(&self.gate, name, incoming));
        let takes = self.gate.storing_takes(count, messages.iter().map(|m| m.body.len()).sum());
        if !takes.is_zero() {
            tokio::time::sleep(takes).await;
        }
        tokio::task::yield_now().await;
        if stored.is_ok() {
            pass(&self.gate, Point::Stored(Side::After, count), &mut self.lost).await?;
        }
        Ok(stored)
    }

    async fn change_flags(&mut self, uids: &UidSet, flags: &Flags, how: FlagChange) -> Result<(), MailError> {
        let sign = if how == FlagChange::Add { '+' } else { '-' };
        self.begin("UID STORE", &format!("{uids} {sign}FLAGS.SILENT ({flags})")).await?;
        let name = self.opened()?.name;
        let flags = self.visit.check_flags(flags.wire_names());
        let flags = self.checked(flags)?;
        let uids: Vec<u32> = self.messages(|uid| uids.contains(Uid(uid)))?.iter().map(|m| m.uid).collect();
        let flagged = self.visit.flag(&name, &uids, how, &flags);
        self.checked(flagged)?;
        self.end().await
    }
}

fn loaded(message: &OutgoingMessage) -> Result<bytes::Bytes, Refused> {
    message.body.load().map_err(|error| Refused::content(&error.to_string()))
}

#[async_trait]
impl MailConnection for Connection {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn list(&mut self) -> Result<Vec<ListedMailbox>, MailError> {
        self.begin("LIST", "\"\" *").await?;
        let listed = self.list_now()?;
        self.end().await?;
        Ok(listed)
    }

    async fn overview(&mut self) -> Result<Vec<(ListedMailbox, Option<MailboxState>)>, MailError> {
        let mut all = Vec::new();
        if !self.dialect.manners().has("LIST-STATUS") {
            for mailbox in self.list().await? {
                let state = if mailbox.is_selectable { self.status(&mailbox.wire).await? } else { None };
                all.push((mailbox, state));
            }
            return Ok(all);
        }
        self.begin("LIST", "\"\" * RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY))").await?;
        for mailbox in self.list_now()? {
            let status = self.visit.status(&mailbox.name).ok().filter(|_| mailbox.is_selectable);
            let state = status.map(|status| MailboxState { permanent_keywords: None, ..self.state(&status) });
            all.push((mailbox, state));
        }
        self.end().await?;
        Ok(all)
    }

    fn wire_name(&self, name: &MailboxName) -> Result<WireName, NameRefused> {
        let spelled = self.visit.names().spell(name).map(WireName);
        spelled
            .ok_or_else(|| NameRefused { name: name.to_string(), reason: format!("it holds the delimiter {}", self.dialect.delimiter()) })
    }

    async fn examine(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        self.open("EXAMINE", mailbox).await
    }

    async fn select(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        self.open("SELECT", mailbox).await
    }

    async fn status(&mut self, mailbox: &WireName) -> Result<Option<MailboxState>, MailError> {
        self.begin("STATUS", &mailbox.0).await?;
        let name = self.read_name(mailbox)?;
        let state = match self.visit.status(&name) {
            Ok(status) => Some(self.state(&status)),
            Err(refusal) if refusal.kind == RefusalKind::NoMailbox => {
                self.count("STATUS", refusal);
                None
            }
            Err(refusal) => return Err(self.refused(refusal)),
        };
        self.end().await?;
        Ok(state)
    }

    async fn enumerate(&mut self, from: Uid) -> Result<Vec<MessageSummary>, MailError> {
        self.begin("UID FETCH", &format!("{from}:* (UID FLAGS INTERNALDATE RFC822.SIZE)")).await?;
        let messages = self.messages(|uid| uid >= from.0)?;
        let summary = |m: &Stored| MessageSummary {
            uid: Uid(m.uid),
            size: ByteSize(self.claimed_size(m)),
            flags: m.flags.clone(),
            internal_date: Some(m.date),
        };
        let summaries = messages.iter().map(summary).collect();
        self.end().await?;
        Ok(summaries)
    }

    async fn weigh(&mut self, from: Uid) -> Result<Vec<Weighed>, MailError> {
        self.begin("UID FETCH", &format!("{from}:* (UID RFC822.SIZE)")).await?;
        let messages = self.messages(|uid| uid >= from.0)?;
        let weigh = |m: &Stored| Weighed { uid: Uid(m.uid), size: u32::try_from(self.claimed_size(m)).unwrap_or(u32::MAX) };
        let weighed = messages.iter().map(weigh).collect();
        self.end().await?;
        Ok(weighed)
    }

    async fn flags_of(&mut self, uids: &UidSet, since: Option<u64>) -> Result<Vec<(Uid, Flags)>, MailError> {
        let since = since.filter(|_| self.capabilities.has_condstore);
        let changed = since.map(|modseq| format!(" (CHANGEDSINCE {modseq})")).unwrap_or_default();
        self.begin("UID FETCH", &format!("{uids} (UID FLAGS){changed}")).await?;
        let messages = self.messages(|uid| uids.contains(Uid(uid)))?;
        let is_wanted = |m: &&Stored| since.is_none_or(|modseq| m.modseq > modseq);
        let flags = messages.iter().filter(is_wanted).map(|m| (Uid(m.uid), m.flags.clone())).collect();
        self.end().await?;
        Ok(flags)
    }

    async fn fetch(&mut self, uids: &UidSet, sink: &mut dyn MessageSink) -> Result<(), MailError> {
        self.begin("UID FETCH", &format!("{uids} (UID FLAGS INTERNALDATE BODY.PEEK[])")).await?;
        let holds_mail = self.opened()?.holds_mail;
        let turn = self.visit.turn().await;
        let _turn = self.checked(turn)?;
        let mut messages = self.messages(|uid| uids.contains(Uid(uid)))?;
        if self.gate.is_odd(Oddity::Unordered) {
            messages.reverse();
        }
        for message in messages {
            pass(&self.gate, Point::Delivering, &mut self.lost).await?;
            let bytes = self.visit.delivered(&self.gate, &message, holds_mail);
            let takes = self.gate.delivering_takes(bytes.len() as u64);
            if !takes.is_zero() {
                tokio::time::sleep(takes).await;
            }
            let fetched = FetchedMessage {
                uid: Uid(message.uid),
                flags: message.flags,
                internal_date: Some(message.date),
                body: Body::Memory(bytes),
            };
            if sink.take(fetched).await.is_err() {
                self.lost = true;
                return Ok(());
            }
        }
        self.end().await
    }

    async fn append(&mut self, mailbox: &WireName, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError> {
        let said: Vec<String> = messages.iter().map(|m| format!("({}) {{{}}}", m.flags, m.body.len())).collect();
        self.begin("APPEND", &format!("{} {}", mailbox.0, said.join(" "))).await?;
        let name = self.read_name(mailbox)?;
        let all_at_once = self.capabilities.has_multiappend;
        let mut uid_validity = None;
        let mut outcomes = Vec::with_capacity(messages.len());
        for piece in messages.chunks(if all_at_once { messages.len().max(1) } else { 1 }) {
            if self.lost {
                return Err(MailError::Lost(self.dialect.manners().patience.bye.to_owned()));
            }
            match self.store(&name, piece).await? {
                Ok(receipt) => {
                    uid_validity = receipt.uids.as_ref().map(|_| UidValidity(receipt.uid_validity)).or(uid_validity);
                    match receipt.uids {
                        Some(uids) => outcomes.extend(uids.into_iter().map(|uid| Appended::Stored(Some(Uid(uid)).filter(|uid| uid.0 > 0)))),
                        None => outcomes.extend(piece.iter().map(|_| Appended::Stored(None))),
                    }
                }
                Err(refusal) => {
                    let refusal = self.count("APPEND", refusal).into_refusal();
                    if all_at_once && messages.len() > 1 {
                        after(&self.gate, &mut self.lost).await?;
                        return Ok(AppendReport::RefusedTogether(refusal));
                    }
                    outcomes.push(Appended::Refused(refusal));
                }
            }
        }
        self.end().await?;
        Ok(AppendReport::Each { uid_validity, outcomes })
    }

    async fn add_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError> {
        self.change_flags(uids, flags, FlagChange::Add).await
    }

    async fn remove_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError> {
        self.change_flags(uids, flags, FlagChange::Remove).await
    }

    async fn create(&mut self, mailbox: &WireName, role: Option<Role>) -> Result<(), MailError> {
        self.begin("CREATE", &mailbox.0).await?;
        let name = self.read_name(mailbox)?;
        let role = role.filter(|_| self.capabilities.can_create_special_use);
        if self.visit.status(&name).is_err() {
            let refused = self.gate.refuses_name(&name);
            let created = refused.map_or_else(|| self.visit.create(&name, role), Err);
            self.checked(created)?;
        }
        self.end().await
    }

    async fn subscribe(&mut self, mailbox: &WireName) -> Result<(), MailError> {
        self.begin("SUBSCRIBE", &mailbox.0).await?;
        let name = self.read_name(mailbox)?;
        let subscribed = self.visit.subscribe(&name);
        self.checked(subscribed)?;
        self.end().await
    }

    async fn quota(&mut self) -> Result<Option<Quota>, MailError> {
        if !self.capabilities.has_quota {
            return Ok(None);
        }
        self.begin("GETQUOTAROOT", "INBOX").await?;
        let quota = self.visit.quota(&self.gate);
        let (used, limit) = self.checked(quota)?;
        self.end().await?;
        Ok(Some(Quota { used: ByteSize(used), limit: ByteSize(limit) }))
    }

    async fn logout(self: Box<Self>) {
        self.gate.hear("LOGOUT");
    }
}
