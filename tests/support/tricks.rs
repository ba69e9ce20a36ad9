//! Mail servers that play tricks, and somebody who counts what is asked of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use mailferry::domain::{Capabilities, Flags, ImapEndpoint, MailboxName, Quota, Role, Uid, UidSet, WireName};
use mailferry::ports::{
    AppendReport, Appended, FetchedMessage, ListedMailbox, Login, MailConnection, MailError, MailStore, MailboxState, MessageSink,
    MessageSummary, NameRefused, OutgoingMessage, Refusal, RefusalKind, SinkClosed,
};

/// Says why a message with these bytes is refused, if it is.
pub type Refusing = fn(&[u8]) -> Option<&'static str>;

/// What the servers do; nothing at first.
#[derive(Debug, Default)]
pub struct Tricks {
    /// Connections to which a message with this text is appended are lost, and it is not stored.
    pub dies_of_storing: Option<&'static str>,
    /// Connections that read a message with this text are lost.
    pub dies_of_reading: Option<&'static str>,
    /// Messages of which this says why are refused for what they hold.
    pub refuses: Option<Refusing>,
    /// Appends with this keyword are refused; it can be set afterwards.
    pub refuses_keyword: Option<&'static str>,
    /// What becomes of flags and dates that come with APPEND.
    pub alters: Option<fn(&mut OutgoingMessage)>,
    /// UIDs of stored messages are not told.
    pub tells_no_uids: bool,
    /// So many of the next connections panic.
    pub panics: u32,
    /// Refused logins by host.
    pub refused: BTreeMap<String, u32>,
    /// Messages read by host.
    pub read: BTreeMap<String, u64>,
    /// Bytes that were read and are not stored, now and at most.
    pub in_flight: i64,
    pub most_in_flight: i64,
    /// Numbers of messages per append.
    pub appends: Vec<usize>,
    /// Logins by host.
    pub logins: BTreeMap<String, u32>,
    /// How often a target's or source's mailboxes were listed, by host.
    pub listed: BTreeMap<String, u32>,
    open: BTreeMap<(String, String), usize>,
    /// Most connections that were open for one account on one host at the same time.
    pub most_open: usize,
    working: BTreeMap<(String, String), usize>,
    /// Most connections at work for one account on one host at the same time.
    pub most_for_one: usize,
    /// Most accounts at work at the same time.
    pub most_accounts: usize,
}

/// The servers.
#[derive(Clone)]
pub struct TrickMail {
    inner: Arc<dyn MailStore>,
    tricks: Arc<Mutex<Tricks>>,
}

impl TrickMail {
    pub fn around(inner: Arc<dyn MailStore>) -> Self {
        Self { inner, tricks: Arc::default() }
    }

    pub fn tricks(&self) -> MutexGuard<'_, Tricks> {
        self.tricks.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl MailStore for TrickMail {
    async fn connect(&self, endpoint: &ImapEndpoint, login: &Login) -> Result<Box<dyn MailConnection>, MailError> {
        {
            let mut tricks = self.tricks();
            if tricks.panics > 0 {
                tricks.panics -= 1;
                drop(tricks);
                panic!("nobody foresaw this");
            }
        }
        let connected = self.inner.connect(endpoint, login).await;
        if matches!(connected, Err(MailError::Login { .. })) {
            *self.tricks().refused.entry(endpoint.host.clone()).or_default() += 1;
        }
        let account = (endpoint.host.clone(), login.user.clone());
        let inner = connected?;
        {
            let mut tricks = self.tricks();
            *tricks.logins.entry(account.0.clone()).or_default() += 1;
            *tricks.open.entry(account.clone()).or_default() += 1;
            tricks.most_open = tricks.most_open.max(tricks.open.values().copied().max().unwrap_or(0));
        }
        Ok(Box::new(Connection { inner, mail: self.clone(), account }))
    }
}

struct Connection {
    inner: Box<dyn MailConnection>,
    mail: TrickMail,
    account: (String, String),
}

impl Connection {
    /// At work until the answer is dropped.
    fn works(&self) -> Work {
        let mut tricks = self.mail.tricks();
        *tricks.working.entry(self.account.clone()).or_default() += 1;
        tricks.most_for_one = tricks.working.values().copied().max().unwrap_or(0).max(tricks.most_for_one);
        let local = |user: &str| user.split('@').next().unwrap_or_default().to_owned();
        let accounts: BTreeSet<String> = tricks.working.keys().map(|(_, user)| local(user)).collect();
        tricks.most_accounts = tricks.most_accounts.max(accounts.len());
        drop(tricks);
        Work { mail: self.mail.clone(), account: self.account.clone() }
    }
}

impl Connection {
    fn refusal(&self, message: &OutgoingMessage) -> Option<Refusal> {
        let tricks = self.mail.tricks();
        let content = |text: &str| Refusal { kind: RefusalKind::Content, text: text.to_owned() };
        let has = |keyword: &str| message.flags.keywords().any(|k| k.as_str() == keyword);
        let bytes = message.body.load().expect("bytes");
        let odd = tricks.refuses.and_then(|refuses| refuses(&bytes));
        odd.or_else(|| tricks.refuses_keyword.filter(|keyword| has(keyword)).map(|_| "Command Argument Error. 11")).map(content)
    }

    async fn store(&mut self, mailbox: &WireName, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError> {
        let alters = self.mail.tricks().alters;
        let mut messages = messages.to_vec();
        if let Some(alters) = alters {
            messages.iter_mut().for_each(alters);
        }
        self.inner.append(mailbox, &messages).await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(count) = self.mail.tricks().open.get_mut(&self.account) {
            *count -= 1;
        }
    }
}

/// A connection reads or stores.
struct Work {
    mail: TrickMail,
    account: (String, String),
}

impl Drop for Work {
    fn drop(&mut self) {
        let mut tricks = self.mail.tricks();
        if let Some(count) = tricks.working.get_mut(&self.account) {
            *count -= 1;
        }
        tricks.working.retain(|_, count| *count > 0);
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn dead() -> MailError {
    MailError::Lost("it could not bear this message".to_owned())
}

struct Fuse<'a> {
    sink: &'a mut dyn MessageSink,
    mail: TrickMail,
    is_source: bool,
    text: Option<&'static str>,
    read: u64,
    is_blown: bool,
}

#[async_trait]
impl MessageSink for Fuse<'_> {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        if self.text.is_some_and(|text| holds(&message.body.load().expect("bytes"), text)) {
            self.is_blown = true;
            return Err(SinkClosed);
        }
        self.read += 1;
        let bytes = i64::try_from(message.body.len()).expect("small");
        self.sink.take(message).await?;
        if self.is_source {
            let mut tricks = self.mail.tricks();
            tricks.in_flight += bytes;
            tricks.most_in_flight = tricks.most_in_flight.max(tricks.in_flight);
        }
        Ok(())
    }
}

#[async_trait]
impl MailConnection for Connection {
    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }
    async fn list(&mut self) -> Result<Vec<ListedMailbox>, MailError> {
        *self.mail.tricks().listed.entry(self.account.0.clone()).or_default() += 1;
        self.inner.list().await
    }
    fn wire_name(&self, name: &MailboxName) -> Result<WireName, NameRefused> {
        self.inner.wire_name(name)
    }
    async fn examine(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        self.inner.examine(mailbox).await
    }
    async fn select(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        self.inner.select(mailbox).await
    }
    async fn status(&mut self, mailbox: &WireName) -> Result<Option<MailboxState>, MailError> {
        self.inner.status(mailbox).await
    }
    async fn enumerate(&mut self, from: Uid) -> Result<Vec<MessageSummary>, MailError> {
        self.inner.enumerate(from).await
    }
    async fn fetch(&mut self, uids: &UidSet, sink: &mut dyn MessageSink) -> Result<(), MailError> {
        let _work = self.works();
        let text = self.mail.tricks().dies_of_reading;
        let mut fuse =
            Fuse { sink, mail: self.mail.clone(), is_source: self.account.0.starts_with("source"), text, read: 0, is_blown: false };
        let fetched = self.inner.fetch(uids, &mut fuse).await;
        *self.mail.tricks().read.entry(self.account.0.clone()).or_default() += fuse.read;
        if fuse.is_blown { Err(dead()) } else { fetched }
    }
    async fn append(&mut self, mailbox: &WireName, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError> {
        let _work = self.works();
        self.mail.tricks().appends.push(messages.len());
        let text = self.mail.tricks().dies_of_storing;
        if let Some(fatal) = messages.iter().position(|m| text.is_some_and(|text| holds(&m.body.load().expect("bytes"), text))) {
            if !self.inner.capabilities().has_multiappend {
                self.inner.append(mailbox, &messages[..fatal]).await?;
            }
            return Err(dead());
        }
        self.mail.tricks().in_flight -= messages.iter().map(|m| i64::try_from(m.body.len()).expect("small")).sum::<i64>();
        let refused: Vec<Option<Refusal>> = messages.iter().map(|message| self.refusal(message)).collect();
        if let Some(refusal) = refused.iter().flatten().next() {
            if messages.len() == 1 || self.inner.capabilities().has_multiappend {
                return Ok(AppendReport::RefusedTogether(refusal.clone()));
            }
            let mut outcomes = Vec::new();
            for (message, refusal) in messages.iter().zip(refused) {
                match refusal {
                    Some(refusal) => outcomes.push(Appended::Refused(refusal)),
                    None => match self.store(mailbox, std::slice::from_ref(message)).await? {
                        AppendReport::Each { outcomes: one, .. } => outcomes.extend(one),
                        AppendReport::RefusedTogether(refusal) => outcomes.push(Appended::Refused(refusal)),
                    },
                }
            }
            return Ok(AppendReport::Each { uid_validity: None, outcomes });
        }
        let report = self.store(mailbox, messages).await?;
        Ok(match report {
            AppendReport::Each { outcomes, .. } if self.mail.tricks().tells_no_uids => {
                let silent = |outcome| if matches!(outcome, Appended::Stored(_)) { Appended::Stored(None) } else { outcome };
                AppendReport::Each { uid_validity: None, outcomes: outcomes.into_iter().map(silent).collect() }
            }
            report => report,
        })
    }
    async fn add_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError> {
        self.inner.add_flags(uids, flags).await
    }
    async fn remove_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError> {
        self.inner.remove_flags(uids, flags).await
    }
    async fn create(&mut self, mailbox: &WireName, role: Option<Role>) -> Result<(), MailError> {
        self.inner.create(mailbox, role).await
    }
    async fn subscribe(&mut self, mailbox: &WireName) -> Result<(), MailError> {
        self.inner.subscribe(mailbox).await
    }
    async fn quota(&mut self) -> Result<Option<Quota>, MailError> {
        self.inner.quota().await
    }
    async fn logout(self: Box<Self>) {}
}
