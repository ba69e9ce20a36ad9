//! Trouble with the platform, its API and its servers, on the demo's sockets: each stops with a clear problem, nothing is lost,
//! and when it is mended the same session goes on to the end.

#[path = "support/overheard.rs"]
mod overheard;
#[path = "support/told.rs"]
mod told;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use mailferry::adapters::clock::SystemClock;
use mailferry::adapters::dns::{LiveDns, Servers};
use mailferry::adapters::imap::{ImapStore, Timeouts};
use mailferry::adapters::journal::MemoryJournal;
use mailferry::adapters::ovh::{OvhGate, OvhOptions};
use mailferry::adapters::secrets::MemorySecrets;
use mailferry::adapters::{AddressBook, Trust};
use mailferry::app::{Answers, DnsWish, End, drive};
use mailferry::domain::{
    CertificatePin, DomainType, EmailAddress, ImapEndpoint, MailboxId, MailboxName, MigrationId, Secret, SecretRef, SessionId, decode_utf7,
};
use mailferry::engine::{Engine, Limits, Opening, Stop};
use mailferry::plan::{Place, SourceAccount, SourceName, TargetName, propose};
use mailferry::ports::{Entry, EntryState, Journal, JournalError, MailboxTally, PlatformApi, PlatformGate, Ports, Record, SecretStore};
use mailferry::problem::{Meaning, Problem, ProblemCode};
use mailferry::sandbox::demo::{Demo, DemoOptions, MailSize};
use mailferry::sandbox::mail::AccountKey;
use mailferry::sandbox::world::{
    ApiFault, ApiFaultKind, Condition, DOMAIN, EMAIL_PRO_HOST, EXCHANGE_HOST, Pace, email_pro_service, exchange_service,
};
use mailferry::session::{
    ApiAccess, ApiCredential, ApiSecret, Command, Destination, Event, Mode, Notice, Query, Session, StoredEvent, api_secret, source_secret,
    target_secret,
};

const STRANGER: &str = "mail.example.net";

fn id() -> SessionId {
    SessionId::from_bits(5)
}

fn address(local: &str) -> EmailAddress {
    format!("{local}@{DOMAIN}").parse().expect("valid")
}

/// A demo, and a session about one small account of it.
struct Stage {
    demo: Demo,
    journal: MemoryJournal,
    secrets: Arc<MemorySecrets>,
    mail: AccountKey,
}

impl Stage {
    async fn new() -> Self {
        overheard::listen();
        let options = DemoOptions { pace: Pace::Quick, size: MailSize::Small, ..DemoOptions::default() };
        let demo = Demo::start(options).await.expect("started");
        let info = demo.logins().into_iter().find(|l| l.host == EXCHANGE_HOST && l.address == address("info")).expect("in the cast");
        let stage = Self { journal: MemoryJournal::new(), secrets: Arc::new(MemorySecrets::new()), mail: info.mail, demo };
        let (keys, access) = (stage.demo.api_keys(), stage.access());
        for (reference, secret) in access.credential.secrets().iter().zip(keys.secrets()) {
            stage.keep(reference, secret.expose()).await;
        }
        stage.keep(&source_secret(&id(), &address("info")), info.password.expect("of the first day").expose()).await;
        stage
    }

    async fn keep(&self, reference: &SecretRef, secret: &str) {
        self.secrets.set(reference, &Secret::new(secret)).await.expect("memory");
    }

    fn access(&self) -> ApiAccess {
        ApiAccess {
            endpoint: self.demo.api_endpoint(),
            credential: ApiCredential::Application {
                application_key: api_secret(&id(), ApiSecret::ApplicationKey),
                application_secret: api_secret(&id(), ApiSecret::ApplicationSecret),
                consumer_key: api_secret(&id(), ApiSecret::ConsumerKey),
            },
            expiration: None,
        }
    }

    fn gate(&self) -> OvhGate {
        let resolve = vec![("localhost".to_owned(), self.demo.api_address())];
        OvhGate::new(OvhOptions { resolve, ..OvhOptions::default() })
    }

    /// The API as the person's own tools would use it.
    async fn api(&self) -> Box<dyn PlatformApi> {
        self.gate().open(&self.demo.api_endpoint(), &self.demo.api_keys()).await.expect("known keys")
    }

    fn trust(&self) -> Trust {
        Trust { extra_ca_pem: vec![self.demo.ca_pem().to_owned()] }
    }

    fn address_of(&self, host: &str) -> SocketAddr {
        self.demo.address_book().into_iter().find(|(name, ..)| name == host).expect("a host").2
    }

    /// The world; a strange name leads to the Exchange server too, whose certificate does not have it.
    fn ports(&self, trust: Trust) -> Ports {
        let mut book = AddressBook::default();
        for (host, port, address) in self.demo.address_book() {
            book.lead(&host, port, address);
        }
        book.lead(STRANGER, 993, self.address_of(EXCHANGE_HOST));
        Ports {
            platforms: Arc::new(self.gate()),
            mail: Arc::new(ImapStore::new(trust, book, Timeouts::default())),
            resolver: Arc::new(LiveDns::new(Servers::Fixed(vec![self.demo.dns_address()]))),
            secrets: self.secrets.clone(),
            journal: Arc::new(self.journal.clone()),
            clock: Arc::new(SystemClock),
        }
    }

    fn source() -> SourceAccount {
        SourceAccount {
            secret: source_secret(&id(), &address("info")),
            user: address("info").to_string(),
            address: address("info"),
            service: Some(exchange_service()),
            endpoint: ImapEndpoint::tls(EXCHANGE_HOST),
            display_name: None,
            first_name: None,
            last_name: None,
        }
    }

    fn answers(&self) -> Answers {
        Answers {
            mode: Mode::Automatic,
            access: Some(self.access()),
            sources: vec![Self::source()],
            destination: Destination {
                service: Some(email_pro_service()),
                display_name: None,
                endpoint: ImapEndpoint::tls(EMAIL_PRO_HOST),
                webmail: None,
            },
            domains: vec![DOMAIN.parse().expect("a domain")],
            order: None,
            source_name: SourceName::Renamed,
            target_user: None,
            dns: DnsWish::Skip,
            finish: None,
        }
    }

    /// The temporary name that the plan will propose.
    fn temporary() -> EmailAddress {
        let secret = target_secret(&id(), &address("info"));
        let place = Place { service: Some(email_pro_service()), endpoint: ImapEndpoint::tls(EMAIL_PRO_HOST), user: None, secret };
        let taken = BTreeSet::from([address("info")]);
        propose(&Self::source(), &place, (SourceName::Renamed, TargetName::Own), &taken).expect("a name").temporary
    }

    /// Runs into the problem, lets it be mended, and goes on to the end.
    async fn stops_and_goes_on(&self, answers: &Answers, expected: (ProblemCode, Meaning), mend: impl AsyncFnOnce()) {
        self.stops_when(answers, |_| {}, expected, mend).await;
    }

    /// The same, with somebody who interferes when they hear of something.
    async fn stops_when(
        &self,
        answers: &Answers,
        interferes: impl FnMut(&Notice),
        (code, meaning): (ProblemCode, Meaning),
        mend: impl AsyncFnOnce(),
    ) {
        let before = self.demo.mail().snapshot(&self.mail);
        let (engine, mut notices) = Engine::open(self.ports(self.trust()), limits(), Opening::New(id())).await.expect("opened");
        let handle = engine.handle();
        let end = within(drive(&handle, &mut notices, answers, interferes)).await;
        let End::Stopped(stopped) = end else { panic!("{code:?} was expected, not {end:?}") };
        for (_, problem) in &stopped {
            assert_eq!((problem.code, problem.meaning), (code, meaning), "{problem:?}");
            told::sentences(problem);
        }
        assert!(self.demo.mail().snapshot(&self.mail) == before, "the old account is only ever read");
        mend().await;
        handle.submit(Command::RetryAll).await.expect("something is stopped");
        self.ends_well(&within(drive(&handle, &mut notices, answers, |_| {})).await).await;
        engine.stop(Stop::Soft).await;
    }

    /// Done, all mail is there, and no secret stands in the journal or the log.
    async fn ends_well(&self, end: &End) {
        assert_eq!(*end, End::Done);
        let target = self.demo.world().mail_of(EMAIL_PRO_HOST, &address("info")).expect("created");
        let session = Session::replay(&self.journal.recorded());
        let mailboxes = session.migrations.iter().flat_map(|migration| migration.mailboxes.values());
        let places = mailboxes.filter_map(|m| Some((m.mapping.name.clone(), spelled(&m.to.as_ref()?.0))));
        assert_eq!(self.demo.check_placed(&self.mail, &target, &places.collect()), Vec::new());
        let journal = serde_json::to_vec(&self.journal.recorded()).expect("plain data");
        let access = self.access();
        let accounts = [source_secret(&id(), &address("info")), target_secret(&id(), &address("info"))];
        for reference in access.credential.secrets().into_iter().skip(1).chain(accounts) {
            let secret = self.secrets.get(&reference).await.expect("memory").expect("kept");
            for (place, bytes) in [("the journal", &journal), ("the log", &overheard::log())] {
                let found = overheard::found(bytes, secret.expose(), &address("info").to_string());
                assert!(found.is_none(), "{place} holds {reference} as {found:?}");
            }
        }
        let log = String::from_utf8_lossy(&overheard::log()).into_owned();
        assert!(log.contains("mailferry::wire"), "the log was overheard");
    }
}

/// A mailbox of the target, as that server spells it.
fn spelled(wire: &str) -> MailboxName {
    let parts = wire.split('/').map(|part| decode_utf7(part).expect("spelled well"));
    MailboxName::from_segments(parts).expect("a name")
}

fn limits() -> Limits {
    let mut limits = Limits::small();
    limits.operation_poll_millis = 20;
    limits.batch_messages = 20;
    limits
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(std::time::Duration::from_mins(1), future).await.expect("it does not hang")
}

#[tokio::test]
async fn a_wrong_password_of_the_source() {
    let stage = Stage::new().await;
    let secret = source_secret(&id(), &address("info"));
    let right = stage.secrets.get(&secret).await.expect("memory").expect("kept");
    stage.keep(&secret, "wrong").await;
    let mend = async || stage.keep(&secret, right.expose()).await;
    stage.stops_and_goes_on(&stage.answers(), (ProblemCode::WrongPassword, Meaning::NothingLost), mend).await;
}

#[tokio::test]
async fn a_consumer_key_that_expires_on_the_way() {
    let stage = Stage::new().await;
    stage.demo.world().ask_for(ApiFault { after: 6, ..ApiFault::always("*", "/email/*", ApiFaultKind::KeyExpired) });
    let mend = async || stage.demo.world().clear_faults();
    stage.stops_and_goes_on(&stage.answers(), (ProblemCode::ConsumerKeyExpired, Meaning::NothingLost), mend).await;
}

#[tokio::test]
async fn an_access_rule_that_is_missing_is_named() {
    let stage = Stage::new().await;
    stage.demo.world().ask_for(ApiFault::always("PUT", "/email/exchange/*", ApiFaultKind::RuleMissing));
    let mend = async || stage.demo.world().clear_faults();
    stage.stops_and_goes_on(&stage.answers(), (ProblemCode::AccessRuleMissing, Meaning::NothingLost), mend).await;
    let told = stage.journal.recorded();
    let text = format!("{told:?}");
    assert!(text.contains("PUT /email/exchange/"), "the rule is named in the journal");
}

#[tokio::test]
async fn an_address_that_is_taken() {
    let stage = Stage::new().await;
    let (api, world) = (stage.api().await, stage.demo.world());
    api.rename_account(&exchange_service(), &address("anna.keller"), &Stage::temporary()).await.expect("accepted");
    world.wait_idle().await;
    let mend = async || {
        api.rename_account(&exchange_service(), &Stage::temporary(), &address("anna.keller")).await.expect("accepted");
        world.wait_idle().await;
    };
    stage.stops_and_goes_on(&stage.answers(), (ProblemCode::AddressTaken, Meaning::NothingLost), mend).await;
}

#[tokio::test]
async fn no_free_seat_between_rename_and_creation_says_that_mail_may_bounce() {
    let stage = Stage::new().await;
    let (api, world, pro) = (stage.api().await, stage.demo.world(), email_pro_service());
    let seats: Vec<EmailAddress> =
        api.accounts(&pro).await.expect("listed").into_iter().filter(|a| !a.is_configured).map(|a| a.address).collect();
    // There were some when the plan was accepted; somebody takes them all a moment before.
    let interferes = |notice: &Notice| {
        if matches!(notice, Notice::Happened(stored) if matches!(stored.event, Event::SourceRenamed { .. })) {
            world.take_free_seats(&pro).expect("known");
        }
    };
    let mend = async || {
        let taken = world.logins().into_iter().find(|login| login.host == EMAIL_PRO_HOST && !seats.contains(&login.address));
        api.reset_account(&pro, &taken.expect("taken").address).await.expect("accepted");
        world.wait_idle().await;
    };
    stage.stops_when(&stage.answers(), interferes, (ProblemCode::NoFreeSeat, Meaning::MailMayBounce), mend).await;
}

#[tokio::test]
async fn a_domain_that_is_not_attached() {
    let stage = Stage::new().await;
    let (api, world) = (stage.api().await, stage.demo.world());
    let answers = Answers { domains: Vec::new(), ..stage.answers() };
    let mend = async || {
        let domain = DOMAIN.parse().expect("a domain");
        api.attach_domain(&email_pro_service(), &domain, DomainType::NonAuthoritative).await.expect("accepted");
        world.wait_idle().await;
    };
    stage.stops_and_goes_on(&answers, (ProblemCode::DomainNotReady, Meaning::MailMayBounce), mend).await;
}

#[tokio::test]
async fn a_service_that_is_suspended() {
    let stage = Stage::new().await;
    let condition = |condition| stage.demo.world().set_condition(&email_pro_service(), condition).expect("known");
    condition(Condition::Suspended);
    let mend = async || condition(Condition::Ok);
    stage.stops_and_goes_on(&stage.answers(), (ProblemCode::ServiceSuspended, Meaning::NothingLost), mend).await;
}

#[tokio::test]
async fn an_api_that_does_not_answer_is_waited_for() {
    let stage = Stage::new().await;
    let world = stage.demo.world();
    world.ask_for(ApiFault::always("*", "/email/*", ApiFaultKind::RequestLost));
    let (engine, mut notices) = Engine::open(stage.ports(stage.trust()), limits(), Opening::New(id())).await.expect("opened");
    let handle = engine.handle();
    handle.submit(Command::ChooseMode { mode: Mode::Automatic, strategy: mailferry::session::Strategy::RenameFirst }).await.expect("first");
    handle.submit(Command::ConnectApi { access: stage.access() }).await.expect("then");
    let problem = handle.ask(Query::Services).await.expect_err("not reachable");
    assert_eq!(problem.code, ProblemCode::ApiUnreachable);
    told::sentences(&problem);
    let mut waited = false;
    let hear = |notice: &Notice| {
        if let Notice::Progress(progress) = notice
            && let Some(waiting) = progress.tasks.values().find_map(|task| task.waiting.as_ref())
        {
            assert_eq!(waiting.problem.code, ProblemCode::ApiUnreachable);
            waited = true;
            world.clear_faults();
        }
    };
    let end = within(drive(&handle, &mut notices, &stage.answers(), hear)).await;
    assert!(waited, "it was shown that it waits");
    stage.ends_well(&end).await;
    engine.stop(Stop::Soft).await;
}

async fn refused_login(handle: &mailferry::engine::Handle, endpoint: ImapEndpoint) -> Problem {
    let (user, secret) = (address("info").to_string(), source_secret(&id(), &address("info")));
    let problem = handle.ask(Query::TestLogin { endpoint, user, secret }).await.expect_err("refused");
    told::sentences(&problem);
    problem
}

/// A server whose certificate, by the demo's authority or not, is over.
async fn expired() -> (SocketAddr, String) {
    let mut authority = rcgen::CertificateParams::new(Vec::<String>::new()).expect("parameters");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let pem = authority.self_signed(&authority_key).expect("a certificate").pem();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let mut leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    (leaf.not_before, leaf.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2021, 1, 1));
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = leaf.signed_by(&key, &issuer).expect("a certificate");
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())
        .expect("they belong together");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    #[expect(clippy::disallowed_methods, reason = "a server of the test, ended with its runtime")]
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    (address, pem)
}

#[tokio::test]
async fn certificates_and_hosts_that_are_wrong_are_told_where_they_are_typed_and_the_session_goes_on() {
    let stage = Stage::new().await;
    let (expired_address, expired_pem) = expired().await;
    let trust = Trust { extra_ca_pem: vec![stage.demo.ca_pem().to_owned(), expired_pem] };
    let (engine, mut notices) = Engine::open(stage.ports(trust), limits(), Opening::New(id())).await.expect("opened");
    let handle = engine.handle();
    let at = |host: &str, port| ImapEndpoint { port, ..ImapEndpoint::tls(host) };
    for (endpoint, code) in [
        (at("nowhere.invalid", 993), ProblemCode::UnknownHost),
        (at("127.0.0.1", 9), ProblemCode::Unreachable),
        (at("localhost", expired_address.port()), ProblemCode::ExpiredCertificate),
        (at(STRANGER, 993), ProblemCode::CertificateForAnotherHost),
    ] {
        assert_eq!(refused_login(&handle, endpoint).await.code, code);
    }
    let pinned = refused_login(&handle, ImapEndpoint { pin: Some(CertificatePin("0".repeat(64))), ..at(EXCHANGE_HOST, 993) }).await;
    assert_eq!(pinned.code, ProblemCode::UntrustedCertificate);
    // Accepted by hand: the fingerprint that was shown is pinned, for this name and this certificate.
    let pin = Some(CertificatePin(pinned.params["fingerprint"].clone()));
    let mut answers = stage.answers();
    answers.sources[0].endpoint = ImapEndpoint { pin, ..at(STRANGER, 993) };
    stage.ends_well(&within(drive(&handle, &mut notices, &answers, |_| {})).await).await;
    engine.stop(Stop::Soft).await;
}

/// A journal on a disk with room for so many records.
struct SmallDisk {
    inner: MemoryJournal,
    room: AtomicI64,
}

#[async_trait]
impl Journal for SmallDisk {
    async fn events(&self) -> Result<Vec<StoredEvent>, JournalError> {
        self.inner.events().await
    }
    async fn append(&self, records: Vec<Record>) -> Result<Vec<u64>, JournalError> {
        let wanted = i64::try_from(records.len()).expect("few");
        if self.room.fetch_sub(wanted, Ordering::SeqCst) < wanted {
            return Err(JournalError::DiskFull { path: "/state".to_owned() });
        }
        self.inner.append(records).await
    }
    async fn entries(&self, migration: MigrationId, mailbox: MailboxId, state: Option<EntryState>) -> Result<Vec<Entry>, JournalError> {
        self.inner.entries(migration, mailbox, state).await
    }
    async fn tallies(&self, migration: MigrationId) -> Result<Vec<(MailboxId, MailboxTally)>, JournalError> {
        self.inner.tallies(migration).await
    }
    async fn save_file(&self, name: &str, bytes: &[u8]) -> Result<String, JournalError> {
        self.inner.save_file(name, bytes).await
    }
}

#[tokio::test]
async fn a_disk_that_fills_up_again_and_again() {
    let stage = Stage::new().await;
    let mut opening = Opening::New(id());
    for times in 0.. {
        let disk = SmallDisk { inner: stage.journal.clone(), room: AtomicI64::new(9) };
        let ports = Ports { journal: Arc::new(disk), ..stage.ports(stage.trust()) };
        let (engine, mut notices) = Engine::open(ports, limits(), opening).await.expect("opened");
        opening = Opening::Resume(id());
        let end = within(drive(&engine.handle(), &mut notices, &stage.answers(), |_| {})).await;
        match end {
            End::JournalFailed(problem) => {
                assert_eq!(problem.code, ProblemCode::DiskFull);
                assert!(told::sentences(&problem)[0].contains("/state"));
            }
            end => {
                stage.ends_well(&end).await;
                assert!(times > 3, "it was full {times} times only");
                return;
            }
        }
        assert!(times < 200, "it never comes to an end");
    }
}
