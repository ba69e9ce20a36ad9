//! Ports that stop the world at a chosen half-effect: before an effect, in the middle of it, or after it and before anybody hears of it.
//!
//! A call that is cut never returns; the test then drops the engine, as a power cut does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use mailferry::domain::{
    AccessRule, Account, ApiEndpoint, AttachedDomain, Capabilities, Credential, DomainName, DomainType, EmailAddress, Feature,
    FeatureOwner, Flags, ImapEndpoint, MailAccess, MailboxId, MailboxName, MigrationCheck, MigrationId, ObjectState, OperationId, Quota,
    Role, Secret, SecretRef, Service, ServiceContacts, ServiceId, Uid, UidSet, UidValidity, WireName, ZoneRecord,
};
use mailferry::ports::{
    ApiError, ApiKeys, AppendReport, ConsumerKeyRequest, Entry, EntryState, Journal, JournalError, Keeping, ListedMailbox, Login,
    MailConnection, MailError, MailStore, MailboxState, MailboxTally, MessageSink, MessageSummary, NameRefused, NewAccount,
    OutgoingMessage, PlatformApi, PlatformGate, Ports, Record, SeatRequest, SecretError, SecretStore,
};
use mailferry::session::StoredEvent;
use tokio::sync::Notify;

/// Counts half-effects and stops at one of them.
pub(crate) struct Knife {
    at: usize,
    /// It cuts the connection alone, and only while something is sent.
    is_blunt: bool,
    counter: AtomicUsize,
    fell: Notify,
    names: std::sync::Mutex<Vec<&'static str>>,
}

impl Knife {
    /// Cuts at the half-effect with this number, from 0; `usize::MAX` never cuts and only counts.
    pub(crate) fn at(at: usize) -> Arc<Self> {
        Self::new(at, false)
    }

    /// Where that is in the middle of an append, the connection is lost, after a silence, and the server stores what it got still later.
    pub(crate) fn loses_connection_at(at: usize) -> Arc<Self> {
        Self::new(at, true)
    }

    fn new(at: usize, is_blunt: bool) -> Arc<Self> {
        Arc::new(Self { at, is_blunt, counter: AtomicUsize::new(0), fell: Notify::new(), names: std::sync::Mutex::new(Vec::new()) })
    }

    /// Half-effects so far.
    pub(crate) fn count(&self) -> usize {
        self.counter.load(Ordering::SeqCst)
    }

    /// What the half-effects were, in order.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.names.lock().expect("no panic holds it").clone()
    }

    /// Whether a connection was lost.
    pub(crate) fn has_lost(&self) -> bool {
        self.names().contains(&"lost")
    }

    /// Returns when the knife fell.
    pub(crate) async fn fallen(&self) {
        self.fell.notified().await;
    }

    /// Whether the next half-effect is the one.
    fn is_next(&self) -> bool {
        self.counter.load(Ordering::SeqCst) == self.at
    }

    /// One half-effect: goes on, or never returns.
    async fn pass(&self, name: &'static str) {
        let number = self.counter.fetch_add(1, Ordering::SeqCst);
        self.names.lock().expect("no panic holds it").push(name);
        if number >= self.at && !self.is_blunt {
            self.fell.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// Puts the knife around every effect of these ports.
pub(crate) fn cut(ports: &Ports, knife: &Arc<Knife>) -> Ports {
    Ports {
        platforms: Arc::new(CutGate { inner: ports.platforms.clone(), knife: knife.clone() }),
        mail: Arc::new(CutMail { inner: ports.mail.clone(), knife: knife.clone() }),
        resolver: ports.resolver.clone(),
        secrets: Arc::new(CutSecrets { inner: ports.secrets.clone(), knife: knife.clone() }),
        journal: Arc::new(CutJournal { inner: ports.journal.clone(), knife: knife.clone() }),
        clock: ports.clock.clone(),
    }
}

macro_rules! effect {
    ($self:ident, $name:literal, $call:expr) => {{
        $self.knife.pass(concat!("before ", $name)).await;
        let result = $call.await;
        $self.knife.pass(concat!("after ", $name)).await;
        result
    }};
}

struct CutJournal {
    inner: Arc<dyn Journal>,
    knife: Arc<Knife>,
}

#[async_trait]
impl Journal for CutJournal {
    async fn events(&self) -> Result<Vec<StoredEvent>, JournalError> {
        self.inner.events().await
    }
    async fn append(&self, records: Vec<Record>) -> Result<Vec<u64>, JournalError> {
        effect!(self, "journal", self.inner.append(records))
    }
    async fn entries(&self, migration: MigrationId, mailbox: MailboxId, state: Option<EntryState>) -> Result<Vec<Entry>, JournalError> {
        self.inner.entries(migration, mailbox, state).await
    }
    async fn tallies(&self, migration: MigrationId) -> Result<Vec<(MailboxId, MailboxTally)>, JournalError> {
        self.inner.tallies(migration).await
    }
    async fn save_file(&self, name: &str, bytes: &[u8]) -> Result<String, JournalError> {
        effect!(self, "save file", self.inner.save_file(name, bytes))
    }
}

struct CutSecrets {
    inner: Arc<dyn SecretStore>,
    knife: Arc<Knife>,
}

#[async_trait]
impl SecretStore for CutSecrets {
    fn keeping(&self) -> Keeping {
        self.inner.keeping()
    }
    fn keyring_trouble(&self) -> Option<String> {
        self.inner.keyring_trouble()
    }
    async fn get(&self, reference: &SecretRef) -> Result<Option<Secret>, SecretError> {
        self.inner.get(reference).await
    }
    async fn set(&self, reference: &SecretRef, secret: &Secret) -> Result<(), SecretError> {
        effect!(self, "keep secret", self.inner.set(reference, secret))
    }
    async fn delete(&self, reference: &SecretRef) -> Result<(), SecretError> {
        effect!(self, "forget secret", self.inner.delete(reference))
    }
}

struct CutGate {
    inner: Arc<dyn PlatformGate>,
    knife: Arc<Knife>,
}

#[async_trait]
impl PlatformGate for CutGate {
    async fn open(&self, endpoint: &ApiEndpoint, keys: &ApiKeys) -> Result<Box<dyn PlatformApi>, ApiError> {
        Ok(Box::new(CutApi { inner: self.inner.open(endpoint, keys).await?, knife: self.knife.clone() }))
    }
    async fn request_consumer_key(
        &self,
        endpoint: &ApiEndpoint,
        keys: &ApiKeys,
        rules: &[AccessRule],
    ) -> Result<ConsumerKeyRequest, ApiError> {
        self.inner.request_consumer_key(endpoint, keys, rules).await
    }
}

struct CutApi {
    inner: Box<dyn PlatformApi>,
    knife: Arc<Knife>,
}

#[async_trait]
impl PlatformApi for CutApi {
    async fn credential(&self) -> Result<Credential, ApiError> {
        self.inner.credential().await
    }
    async fn services(&self) -> Result<Vec<Service>, ApiError> {
        self.inner.services().await
    }
    async fn accounts(&self, service: &ServiceId) -> Result<Vec<Account>, ApiError> {
        self.inner.accounts(service).await
    }
    async fn account(&self, service: &ServiceId, address: &EmailAddress) -> Result<Option<Account>, ApiError> {
        self.inner.account(service, address).await
    }
    async fn rename_account(&self, service: &ServiceId, from: &EmailAddress, to: &EmailAddress) -> Result<(), ApiError> {
        effect!(self, "rename", self.inner.rename_account(service, from, to))
    }
    async fn configure_seat(&self, service: &ServiceId, request: &SeatRequest) -> Result<(), ApiError> {
        effect!(self, "configure seat", self.inner.configure_seat(service, request))
    }
    async fn change_password(&self, service: &ServiceId, address: &EmailAddress, password: &Secret) -> Result<OperationId, ApiError> {
        effect!(self, "change password", self.inner.change_password(service, address, password))
    }
    async fn reset_account(&self, service: &ServiceId, address: &EmailAddress) -> Result<OperationId, ApiError> {
        effect!(self, "reset account", self.inner.reset_account(service, address))
    }
    async fn operation(&self, service: &ServiceId, id: OperationId) -> Result<Option<ObjectState>, ApiError> {
        self.inner.operation(service, id).await
    }
    async fn domain(&self, service: &ServiceId, name: &DomainName) -> Result<Option<AttachedDomain>, ApiError> {
        self.inner.domain(service, name).await
    }
    async fn attach_domain(&self, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), ApiError> {
        effect!(self, "attach domain", self.inner.attach_domain(service, name, domain_type))
    }
    async fn detach_domain(&self, service: &ServiceId, name: &DomainName) -> Result<(), ApiError> {
        effect!(self, "detach domain", self.inner.detach_domain(service, name))
    }
    async fn create_account(&self, service: &ServiceId, request: &NewAccount) -> Result<OperationId, ApiError> {
        effect!(self, "create account", self.inner.create_account(service, request))
    }
    async fn mail_access(&self, service: &ServiceId, address: &EmailAddress) -> Result<MailAccess, ApiError> {
        self.inner.mail_access(service, address).await
    }
    async fn contacts(&self, service: &ServiceId) -> Result<Option<ServiceContacts>, ApiError> {
        self.inner.contacts(service).await
    }
    async fn set_domain_type(&self, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), ApiError> {
        effect!(self, "set domain type", self.inner.set_domain_type(service, name, domain_type))
    }
    async fn features(&self, service: &ServiceId, owner: &FeatureOwner) -> Result<Vec<Feature>, ApiError> {
        self.inner.features(service, owner).await
    }
    async fn add_feature(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<(), ApiError> {
        effect!(self, "add feature", self.inner.add_feature(service, owner, feature))
    }
    async fn remove_feature(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<(), ApiError> {
        effect!(self, "remove feature", self.inner.remove_feature(service, owner, feature))
    }
    async fn migration_seats(&self, from: &ServiceId, address: &EmailAddress, to: &ServiceId) -> Result<Vec<EmailAddress>, ApiError> {
        self.inner.migration_seats(from, address, to).await
    }
    async fn check_migration(
        &self,
        from: &ServiceId,
        address: &EmailAddress,
        to: &ServiceId,
        seat: &EmailAddress,
    ) -> Result<MigrationCheck, ApiError> {
        self.inner.check_migration(from, address, to, seat).await
    }
    async fn migrate_account(
        &self,
        from: &ServiceId,
        address: &EmailAddress,
        to: &ServiceId,
        seat: &EmailAddress,
        password: &Secret,
    ) -> Result<OperationId, ApiError> {
        effect!(self, "migrate account", self.inner.migrate_account(from, address, to, seat, password))
    }
    async fn zone_records(&self, zone: &DomainName) -> Result<Option<Vec<ZoneRecord>>, ApiError> {
        self.inner.zone_records(zone).await
    }
    async fn zone_export(&self, zone: &DomainName) -> Result<String, ApiError> {
        self.inner.zone_export(zone).await
    }
    async fn zone_add(&self, zone: &DomainName, record: &ZoneRecord) -> Result<(), ApiError> {
        effect!(self, "zone add", self.inner.zone_add(zone, record))
    }
    async fn zone_update(&self, zone: &DomainName, record: &ZoneRecord) -> Result<(), ApiError> {
        effect!(self, "zone update", self.inner.zone_update(zone, record))
    }
    async fn zone_remove(&self, zone: &DomainName, id: i64) -> Result<(), ApiError> {
        effect!(self, "zone remove", self.inner.zone_remove(zone, id))
    }
    async fn zone_refresh(&self, zone: &DomainName) -> Result<(), ApiError> {
        effect!(self, "zone refresh", self.inner.zone_refresh(zone))
    }
}

struct CutMail {
    inner: Arc<dyn MailStore>,
    knife: Arc<Knife>,
}

#[async_trait]
impl MailStore for CutMail {
    async fn connect(&self, endpoint: &ImapEndpoint, login: &Login) -> Result<Box<dyn MailConnection>, MailError> {
        let inner = self.inner.connect(endpoint, login).await?;
        let ghost = Ghost { is_slow: self.knife.is_blunt, mail: self.inner.clone(), endpoint: endpoint.clone(), login: login.clone() };
        Ok(Box::new(CutConnection { inner, ghost, knife: self.knife.clone(), opened: None }))
    }
}

/// Milliseconds after which a server is through with what it got from a client that is gone.
const LATE_MILLIS: u64 = 4_000;

/// Milliseconds of silence after which a client gives a connection up.
const SILENCE_MILLIS: u64 = 60_000;

/// Returns when no server is at work any more for a client that is gone.
pub(crate) async fn after_the_last_ghost() {
    tokio::time::sleep(std::time::Duration::from_millis(SILENCE_MILLIS + LATE_MILLIS + 1)).await;
}

/// What a server still does once its client is gone: everything had been sent.
struct Ghost {
    is_slow: bool,
    mail: Arc<dyn MailStore>,
    endpoint: ImapEndpoint,
    login: Login,
}

impl Ghost {
    /// Into the mailbox that was open: another account that got the name since has nothing to do with it.
    fn appends(&self, mailbox: &WireName, messages: &[OutgoingMessage], opened: Option<UidValidity>) {
        let (mail, endpoint, login) = (self.mail.clone(), self.endpoint.clone(), self.login.clone());
        let (mailbox, messages) = (mailbox.clone(), messages.to_vec());
        let late = if self.is_slow { SILENCE_MILLIS + LATE_MILLIS } else { LATE_MILLIS };
        #[expect(clippy::disallowed_methods, reason = "nobody owns a ghost")]
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(late)).await;
            // A fault may hit it as any other.
            let Ok(mut connection) = mail.connect(&endpoint, &login).await else { return };
            let Ok(now) = connection.select(&mailbox).await else { return };
            if opened.is_none_or(|validity| validity == now.uid_validity) {
                let _ = connection.append(&mailbox, &messages).await;
            }
        });
    }
}

struct CutConnection {
    inner: Box<dyn MailConnection>,
    ghost: Ghost,
    knife: Arc<Knife>,
    opened: Option<UidValidity>,
}

#[async_trait]
impl MailConnection for CutConnection {
    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }
    async fn list(&mut self) -> Result<Vec<ListedMailbox>, MailError> {
        self.inner.list().await
    }
    fn wire_name(&self, name: &MailboxName) -> Result<WireName, NameRefused> {
        self.inner.wire_name(name)
    }
    async fn examine(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        self.inner.examine(mailbox).await
    }
    async fn select(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        let state = self.inner.select(mailbox).await?;
        self.opened = Some(state.uid_validity);
        Ok(state)
    }
    async fn status(&mut self, mailbox: &WireName) -> Result<Option<MailboxState>, MailError> {
        self.inner.status(mailbox).await
    }
    async fn enumerate(&mut self, from: Uid) -> Result<Vec<MessageSummary>, MailError> {
        self.inner.enumerate(from).await
    }
    async fn fetch(&mut self, uids: &UidSet, sink: &mut dyn MessageSink) -> Result<(), MailError> {
        self.inner.fetch(uids, sink).await
    }
    /// Four places to cut: before, after all was sent and before the server stores it, after the first half of the messages (where the
    /// server stores them one by one), after.
    async fn append(&mut self, mailbox: &WireName, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError> {
        self.knife.pass("before append").await;
        if self.knife.is_next() {
            self.ghost.appends(mailbox, messages, self.opened);
            if self.knife.is_blunt {
                tokio::time::sleep(std::time::Duration::from_millis(SILENCE_MILLIS)).await;
                self.knife.pass("lost").await;
                return Err(MailError::Lost("nothing was heard for long".to_owned()));
            }
        }
        self.knife.pass("sent and not stored").await;
        if messages.len() > 1 && !self.inner.capabilities().has_multiappend {
            if self.knife.is_next() && !self.knife.is_blunt {
                self.inner.append(mailbox, &messages[..messages.len() / 2]).await?;
            }
            self.knife.pass("half-way through append").await;
        }
        let report = self.inner.append(mailbox, messages).await;
        self.knife.pass("after append").await;
        report
    }
    async fn add_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError> {
        effect!(self, "add flags", self.inner.add_flags(uids, flags))
    }
    async fn remove_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError> {
        effect!(self, "remove flags", self.inner.remove_flags(uids, flags))
    }
    async fn create(&mut self, mailbox: &WireName, role: Option<Role>) -> Result<(), MailError> {
        effect!(self, "create mailbox", self.inner.create(mailbox, role))
    }
    async fn subscribe(&mut self, mailbox: &WireName) -> Result<(), MailError> {
        effect!(self, "subscribe", self.inner.subscribe(mailbox))
    }
    async fn quota(&mut self) -> Result<Option<Quota>, MailError> {
        self.inner.quota().await
    }
    async fn logout(self: Box<Self>) {
        self.inner.logout().await;
    }
}
