//! The door without sockets: the ports on the world's own state, with the refusals and half-effects of a server.
//!
//! For crash tests: no real time passes, every await is a place at which a test can stop, and a frozen cut stops there by itself.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::access::{Dialect, Directory, LoginRefusal};
use super::change::FlagChange;
use super::faults::{CutStyle, Gate, Point, Side};
use super::refused::Refused;
use super::rules;
use super::visit::{Incoming, Status, Visit};
use super::world::MailWorld;
use crate::domain::{ByteSize, Capabilities, Flags, ImapEndpoint, MailboxName, Quota, Role, Uid, UidSet, UidValidity, WireName};
use crate::ports::{
    AppendReport, Appended, Body, FetchedMessage, ListedMailbox, Login, MailConnection, MailError, MailStore, MailboxState, MessageSink,
    MessageSummary, NameRefused, OutgoingMessage, RefusalKind,
};

/// What every account of a Dovecot-like server may hold.
pub(in crate::sandbox) const QUOTA: u64 = 10_000_000_000;

/// The mail servers of the world, without sockets.
#[derive(Clone)]
pub struct InProcessMail {
    world: MailWorld,
    directory: Arc<dyn Directory>,
    hosts: HashMap<String, Dialect>,
}

impl InProcessMail {
    /// Servers by host name; whoever logs in is asked for at the directory.
    pub fn new(world: MailWorld, directory: Arc<dyn Directory>, hosts: HashMap<String, Dialect>) -> Self {
        Self { world, directory, hosts }
    }
}

#[async_trait]
impl MailStore for InProcessMail {
    async fn connect(&self, endpoint: &ImapEndpoint, login: &Login) -> Result<Box<dyn MailConnection>, MailError> {
        let dialect = *self.hosts.get(&endpoint.host).ok_or_else(|| MailError::UnknownHost(endpoint.host.clone()))?;
        let mut gate = self.world.faults().gate(&endpoint.host);
        let (host, user) = (endpoint.to_string(), login.user.clone());
        let mut lost = false;
        before(&gate, &mut lost).await?;
        let answer = self.directory.authenticate(&endpoint.host, &login.user, login.password.expose());
        let key = answer.map_err(|refusal| {
            let text = rules::login_text(dialect, refusal).to_owned();
            match refusal {
                LoginRefusal::WrongPassword => MailError::Login { host: host.clone(), user: user.clone(), text },
                LoginRefusal::ImapDisabled | LoginRefusal::MustChangePassword => {
                    MailError::NotAllowed { host: host.clone(), user: user.clone(), text }
                }
            }
        })?;
        let visit = Visit::begin(&self.world, &key, dialect).map_err(|r| MailError::NotAllowed { host, user, text: r.text })?;
        gate.enter(&key);
        after(&gate, &mut lost).await?;
        Ok(Box::new(Connection { visit, dialect, gate, capabilities: capabilities(dialect), open: None, lost }))
    }
}

/// What a dialect advertises.
fn capabilities(dialect: Dialect) -> Capabilities {
    let is_dovecot = !dialect.is_exchange();
    Capabilities {
        line: rules::capability_line(dialect).to_owned(),
        has_multiappend: is_dovecot,
        has_literal_plus: true,
        has_uidplus: true,
        has_special_use: is_dovecot,
        can_create_special_use: is_dovecot,
        has_quota: is_dovecot,
        has_condstore: false,
        keeps_bytes: is_dovecot,
        delimiter: Some(dialect.delimiter()),
        append_limit: None,
    }
}

/// One connection.
struct Connection {
    visit: Visit,
    dialect: Dialect,
    gate: Gate,
    capabilities: Capabilities,
    open: Option<Status>,
    lost: bool,
}

/// What happens before a command.
async fn before(gate: &Gate, lost: &mut bool) -> Result<(), MailError> {
    if *lost {
        return Err(MailError::Lost("the connection was closed".to_owned()));
    }
    tokio::task::yield_now().await;
    let omen = gate.omen();
    if !omen.delay.is_zero() {
        tokio::time::sleep(omen.delay).await;
    }
    if let Some(wait_millis) = omen.throttle_millis {
        *lost = true;
        return Err(MailError::Throttled { wait_millis });
    }
    pass(gate, Point::Command(Side::Before), lost).await
}

/// What happens between the effect of a command and its answer.
async fn after(gate: &Gate, lost: &mut bool) -> Result<(), MailError> {
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

fn refused(refused: Refused) -> MailError {
    MailError::Refused(refused.into_refusal())
}

impl Connection {
    fn read_name(&self, wire: &WireName) -> Result<MailboxName, MailError> {
        self.visit.names().read(&wire.0).map_err(refused)
    }

    fn state(&self, status: &Status) -> MailboxState {
        MailboxState {
            uid_validity: UidValidity(status.uid_validity),
            uid_next: Uid(status.uid_next),
            exists: status.exists,
            permanent_keywords: rules::keywords(self.dialect).map(|names| names.iter().map(|n| (*n).to_owned()).collect()),
            highest_modseq: None,
        }
    }

    async fn open(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        before(&self.gate, &mut self.lost).await?;
        self.open = None;
        let name = self.read_name(mailbox)?;
        let status = self.visit.status(&name).map_err(refused)?;
        let state = self.state(&status);
        self.open = Some(status);
        after(&self.gate, &mut self.lost).await?;
        Ok(state)
    }

    /// The open mailbox. Like a real server, this one does not go on with a mailbox whose messages got new UIDs meanwhile.
    fn opened(&mut self) -> Result<&Status, MailError> {
        let open = self.open.as_ref().ok_or_else(|| refused(Refused::bad(RefusalKind::Unsaid, "No mailbox selected.")))?;
        if self.visit.mark(&open.name).is_ok_and(|(validity, ..)| validity != open.uid_validity) {
            self.lost = true;
            return Err(MailError::Lost("BYE The mailbox was renumbered".to_owned()));
        }
        Ok(open)
    }

    /// Messages as they may be stored.
    fn incoming(&self, messages: &[OutgoingMessage]) -> Result<Vec<Incoming>, Refused> {
        let mut incoming = Vec::with_capacity(messages.len());
        for message in messages {
            let flags = self.visit.check_flags(message.flags.wire_names())?;
            let bytes = loaded(message)?;
            if let Some(refused) = self.gate.refuses(&bytes) {
                return Err(refused);
            }
            incoming.push(Incoming { flags, date: message.internal_date, bytes });
        }
        let room = messages.iter().map(|m| m.body.len()).sum();
        if self.gate.takes_room(room) { Ok(incoming) } else { Err(rules::full(self.dialect)) }
    }

    /// Stores messages as one effect.
    async fn store(&mut self, name: &MailboxName, messages: &[OutgoingMessage]) -> Result<Result<(u32, Vec<u32>), Refused>, MailError> {
        let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
        pass(&self.gate, Point::Stored(Side::Before, count), &mut self.lost).await?;
        let stored = self.incoming(messages).and_then(|incoming| self.visit.append(name, incoming));
        let takes = self.gate.storing_takes(count);
        if !takes.is_zero() {
            tokio::time::sleep(takes).await;
        }
        tokio::task::yield_now().await;
        if stored.is_ok() {
            pass(&self.gate, Point::Stored(Side::After, count), &mut self.lost).await?;
        }
        Ok(stored)
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
        before(&self.gate, &mut self.lost).await?;
        let names = self.visit.names();
        let listed = self.visit.list().map_err(refused)?.into_iter().filter_map(|m| {
            Some(ListedMailbox {
                wire: WireName(names.spell(&m.name)?),
                role: m.role,
                is_selectable: m.exists,
                is_subscribed: m.is_subscribed,
                name: m.name,
            })
        });
        let listed = listed.collect();
        after(&self.gate, &mut self.lost).await?;
        Ok(listed)
    }

    fn wire_name(&self, name: &MailboxName) -> Result<WireName, NameRefused> {
        let spelled = self.visit.names().spell(name).map(WireName);
        spelled
            .ok_or_else(|| NameRefused { name: name.to_string(), reason: format!("it holds the delimiter {}", self.dialect.delimiter()) })
    }

    async fn examine(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        self.open(mailbox).await
    }

    async fn select(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        self.open(mailbox).await
    }

    async fn status(&mut self, mailbox: &WireName) -> Result<Option<MailboxState>, MailError> {
        before(&self.gate, &mut self.lost).await?;
        let name = self.read_name(mailbox)?;
        let state = match self.visit.status(&name) {
            Ok(status) => Some(self.state(&status)),
            Err(refusal) if refusal.kind == RefusalKind::NoMailbox => None,
            Err(refusal) => return Err(refused(refusal)),
        };
        after(&self.gate, &mut self.lost).await?;
        Ok(state)
    }

    async fn enumerate(&mut self, from: Uid) -> Result<Vec<MessageSummary>, MailError> {
        before(&self.gate, &mut self.lost).await?;
        let name = self.opened()?.name.clone();
        let messages = self.visit.messages(&name, |uid| uid >= from.0).map_err(refused)?;
        let summary = |m: &super::state::Stored| MessageSummary {
            uid: Uid(m.uid),
            size: ByteSize(self.visit.size(m)),
            flags: m.flags.clone(),
            internal_date: Some(m.date),
        };
        let summaries = messages.iter().map(summary).collect();
        after(&self.gate, &mut self.lost).await?;
        Ok(summaries)
    }

    async fn fetch(&mut self, uids: &UidSet, sink: &mut dyn MessageSink) -> Result<(), MailError> {
        before(&self.gate, &mut self.lost).await?;
        let (name, holds_mail) = self.opened().map(|status| (status.name.clone(), status.holds_mail))?;
        for message in self.visit.messages(&name, |uid| uids.contains(Uid(uid))).map_err(refused)? {
            pass(&self.gate, Point::Delivering, &mut self.lost).await?;
            let bytes = self.visit.bytes(&message, holds_mail);
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
        after(&self.gate, &mut self.lost).await
    }

    async fn append(&mut self, mailbox: &WireName, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError> {
        before(&self.gate, &mut self.lost).await?;
        let name = self.read_name(mailbox)?;
        let all_at_once = self.capabilities.has_multiappend;
        let mut uid_validity = None;
        let mut outcomes = Vec::with_capacity(messages.len());
        for piece in messages.chunks(if all_at_once { messages.len().max(1) } else { 1 }) {
            match self.store(&name, piece).await? {
                Ok((validity, uids)) => {
                    uid_validity = Some(UidValidity(validity));
                    outcomes.extend(uids.into_iter().map(|uid| Appended::Stored(Some(Uid(uid)))));
                }
                Err(refusal) if all_at_once && messages.len() > 1 => {
                    after(&self.gate, &mut self.lost).await?;
                    return Ok(AppendReport::RefusedTogether(refusal.into_refusal()));
                }
                Err(refusal) => outcomes.push(Appended::Refused(refusal.into_refusal())),
            }
        }
        after(&self.gate, &mut self.lost).await?;
        Ok(AppendReport::Each { uid_validity, outcomes })
    }

    async fn add_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError> {
        before(&self.gate, &mut self.lost).await?;
        let name = self.opened()?.name.clone();
        let flags = self.visit.check_flags(flags.wire_names()).map_err(refused)?;
        let uids: Vec<u32> = self.visit.uids(&name).map_err(refused)?.into_iter().filter(|uid| uids.contains(Uid(*uid))).collect();
        self.visit.flag(&name, &uids, FlagChange::Add, &flags).map_err(refused)?;
        after(&self.gate, &mut self.lost).await
    }

    async fn remove_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError> {
        before(&self.gate, &mut self.lost).await?;
        let name = self.opened()?.name.clone();
        let flags = self.visit.check_flags(flags.wire_names()).map_err(refused)?;
        let uids: Vec<u32> = self.visit.uids(&name).map_err(refused)?.into_iter().filter(|uid| uids.contains(Uid(*uid))).collect();
        self.visit.flag(&name, &uids, FlagChange::Remove, &flags).map_err(refused)?;
        after(&self.gate, &mut self.lost).await
    }

    async fn create(&mut self, mailbox: &WireName, role: Option<Role>) -> Result<(), MailError> {
        before(&self.gate, &mut self.lost).await?;
        let name = self.read_name(mailbox)?;
        let role = role.filter(|_| self.capabilities.can_create_special_use);
        if self.visit.status(&name).is_err() {
            self.visit.create(&name, role).map_err(refused)?;
        }
        after(&self.gate, &mut self.lost).await
    }

    async fn subscribe(&mut self, mailbox: &WireName) -> Result<(), MailError> {
        before(&self.gate, &mut self.lost).await?;
        let name = self.read_name(mailbox)?;
        self.visit.subscribe(&name).map_err(refused)?;
        after(&self.gate, &mut self.lost).await
    }

    async fn quota(&mut self) -> Result<Option<Quota>, MailError> {
        before(&self.gate, &mut self.lost).await?;
        let quota = if self.capabilities.has_quota {
            Some(Quota { used: ByteSize(self.visit.used().map_err(refused)?), limit: ByteSize(QUOTA) })
        } else {
            None
        };
        after(&self.gate, &mut self.lost).await?;
        Ok(quota)
    }

    async fn logout(self: Box<Self>) {}
}
