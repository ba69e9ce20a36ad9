//! An imaginary OVHcloud in this process, one account to be moved from one of its platforms to the other, and what survives a cut.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mailferry::adapters::journal::MemoryJournal;
use mailferry::adapters::secrets::MemorySecrets;
use mailferry::app::{Answers, DnsWish};
use mailferry::domain::{
    DomainName, EmailAddress, ImapEndpoint, MailboxName, Moment, Secret, SecretRef, Service, ServiceId, SessionId, ZoneRecord,
};
use mailferry::engine::{Engine, Limits, Opening};
use mailferry::plan::{SourceAccount, SourceName};
use mailferry::ports::{ApiKeys, Keeping, PlatformGate, Ports, SecretError, SecretStore};
use mailferry::sandbox::demo::compare;
use mailferry::sandbox::mail::{AccountSnapshot, Directory, InProcessMail, MailWorld, Template};
use mailferry::sandbox::world::{
    APPLICATION_KEY, APPLICATION_SECRET, EMAIL_PRO_HOST, EXCHANGE_HOST, Pace, World, WorldOptions, dialect_of, email_pro_service,
    exchange_service, seeded_password,
};
use mailferry::session::{
    ApiAccess, ApiCredential, ApiSecret, Command, Destination, Event, Mode, Session, api_secret, source_secret, target_secret,
};

use super::clock::TestClock;
use super::cutting::{Knife, cut};
use super::guided::{message, name, put};

const SEED: u64 = 7;
const NOW: Moment = Moment(1_795_161_600_000);

/// Which way an account goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ExchangeToEmailPro,
    EmailProToExchange,
}

/// One end of a way.
pub struct Place {
    pub service: ServiceId,
    pub host: &'static str,
}

impl Way {
    pub fn from(self) -> Place {
        match self {
            Self::ExchangeToEmailPro => Place { service: exchange_service(), host: EXCHANGE_HOST },
            Self::EmailProToExchange => Place { service: email_pro_service(), host: EMAIL_PRO_HOST },
        }
    }

    pub fn to(self) -> Place {
        match self {
            Self::ExchangeToEmailPro => Self::EmailProToExchange.from(),
            Self::EmailProToExchange => Self::ExchangeToEmailPro.from(),
        }
    }

    pub fn address(self) -> EmailAddress {
        match self {
            Self::ExchangeToEmailPro => "john.smith@mydomain.ovh".parse().expect("valid"),
            Self::EmailProToExchange => "sales@example.com".parse().expect("valid"),
        }
    }

    pub fn domain(self) -> DomainName {
        self.address().domain().clone()
    }
}

/// What becomes of secrets when the program is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// There is a keyring.
    Keyring,
    /// There is none: all are lost, and the person types theirs again.
    ThisRunOnly,
}

/// Secrets that remember everything they were ever told.
#[derive(Default)]
pub struct Vault {
    kept: MemorySecrets,
    told: Mutex<BTreeMap<SecretRef, Vec<Secret>>>,
}

impl Vault {
    /// The last value that was kept under this name, forgotten since or not.
    pub fn last(&self, reference: &SecretRef) -> Option<Secret> {
        self.told.lock().expect("no panic holds it").get(reference).and_then(|all| all.last().cloned())
    }
}

#[async_trait]
impl SecretStore for Vault {
    fn keeping(&self) -> Keeping {
        self.kept.keeping()
    }
    fn keyring_trouble(&self) -> Option<String> {
        None
    }
    async fn get(&self, reference: &SecretRef) -> Result<Option<Secret>, SecretError> {
        self.kept.get(reference).await
    }
    async fn set(&self, reference: &SecretRef, secret: &Secret) -> Result<(), SecretError> {
        self.told.lock().expect("no panic holds it").entry(reference.clone()).or_default().push(secret.clone());
        self.kept.set(reference, secret).await
    }
    async fn delete(&self, reference: &SecretRef) -> Result<(), SecretError> {
        self.kept.delete(reference).await
    }
}

/// The world, the journal, the secrets.
pub struct Stage {
    pub way: Way,
    pub world: World,
    pub journal: MemoryJournal,
    pub vault: Arc<Vault>,
    pub memory: Memory,
    clock: Arc<TestClock>,
    mail_at_first: AccountSnapshot,
}

pub fn session_id() -> SessionId {
    SessionId::from_bits(1)
}

impl Stage {
    pub async fn new(way: Way, memory: Memory) -> Self {
        let mail = MailWorld::in_memory(SEED);
        let options = WorldOptions { seed: SEED, folder: None, pace: Pace::Quick, now: NOW };
        let world = World::open(&options, mail).expect("in memory");
        let key = world.mail_of(way.from().host, &way.address()).expect("in the cast");
        let mail = world.mail();
        mail.create_empty(&key, Template::Exchange).expect("in memory");
        let inbox = MailboxName::inbox();
        for (number, flags) in [(1, "\\Seen"), (2, ""), (2, "\\Flagged"), (3, ""), (2, "\\Seen"), (4, "\\Answered")] {
            put(mail, &key, &inbox, flags, message(number));
        }
        let summer = name(&["Projets", "Été 2019"]);
        mail.add_mailbox(&key, &name(&["Projets"]), None).expect("new");
        mail.add_mailbox(&key, &summer, None).expect("new");
        mail.subscribe(&key, &summer).expect("there");
        for number in [10, 11, 11] {
            put(mail, &key, &summer, "\\Seen", message(number));
        }
        let mail_at_first = mail.snapshot(&key);
        let stage = Self {
            way,
            world,
            journal: MemoryJournal::new(),
            vault: Arc::default(),
            memory,
            clock: Arc::new(TestClock::new()),
            mail_at_first,
        };
        stage.type_secrets().await;
        stage
    }

    /// The person types what only a person knows.
    async fn type_secrets(&self) {
        let (from, id) = (self.way.from(), session_id());
        let typed = [
            (api_secret(&id, ApiSecret::ApplicationKey), Secret::new(APPLICATION_KEY)),
            (api_secret(&id, ApiSecret::ApplicationSecret), Secret::new(APPLICATION_SECRET)),
            (api_secret(&id, ApiSecret::ConsumerKey), self.world.first_consumer_key()),
            (source_secret(&id, &self.way.address()), seeded_password(SEED, from.host, &self.way.address())),
        ];
        for (reference, secret) in typed {
            self.vault.set(&reference, &secret).await.expect("memory");
        }
    }

    pub fn ports(&self) -> Ports {
        let hosts = [EXCHANGE_HOST, EMAIL_PRO_HOST].map(|host| (host.to_owned(), dialect_of(host)));
        Ports {
            platforms: Arc::new(self.world.clone()),
            mail: Arc::new(InProcessMail::new(self.world.mail().clone(), Arc::new(self.world.clone()), HashMap::from(hosts))),
            resolver: Arc::new(self.world.clone()),
            secrets: self.vault.clone(),
            journal: Arc::new(self.journal.clone()),
            clock: self.clock.clone(),
        }
    }

    /// Runs until `follow` is content or until the knife falls; the engine is dropped either way.
    /// Answers whether it came to its end.
    pub async fn run(&self, knife: &Arc<Knife>, follow: impl Fn(&Session) -> Next) -> bool {
        let opening = Opening::Resume(session_id());
        let ports = cut(&self.ports(), knife);
        let run = async {
            let (engine, mut notices) = Engine::open(ports, Limits::small(), opening).await.expect("the journal is sound");
            let handle = engine.handle();
            loop {
                let next = follow(&handle.session());
                match next {
                    Next::Over => return,
                    // A command may come too late by a moment: then the session says so, and the next look decides.
                    Next::Do(command) => drop(handle.submit(*command).await),
                    Next::Wait => {}
                }
                let troubles = handle.session().troubles.clone();
                assert!(troubles.is_empty(), "{troubles:?}");
                notices.recv().await.expect("the engine runs");
                while notices.try_recv().is_ok() {}
            }
        };
        let is_over = tokio::select! {
            biased;
            () = knife.fallen() => false,
            () = run => true,
            () = tokio::time::sleep(std::time::Duration::from_hours(1)) => panic!("stuck: {:?}", self.journal.recorded().last()),
        };
        if !is_over {
            self.lose_memory().await;
        }
        is_over
    }

    async fn lose_memory(&self) {
        if self.memory == Memory::ThisRunOnly {
            for reference in self.every_secret() {
                self.vault.delete(&reference).await.expect("memory");
            }
            self.type_secrets().await;
        }
    }

    pub fn every_secret(&self) -> Vec<SecretRef> {
        self.vault.told.lock().expect("no panic holds it").keys().cloned().collect()
    }

    pub fn answers(&self) -> Answers {
        answers(self.way)
    }

    pub fn session(&self) -> Session {
        Session::replay(&self.journal.recorded())
    }

    pub fn happened(&self, is_meant: impl Fn(&Event) -> bool) -> usize {
        self.journal.recorded().iter().filter(|stored| is_meant(&stored.event)).count()
    }

    /// What can be seen of the platform from outside.
    pub async fn seen(&self) -> Seen {
        let keys = ApiKeys::Application {
            application_key: Secret::new(APPLICATION_KEY),
            application_secret: Secret::new(APPLICATION_SECRET),
            consumer_key: Some(self.world.first_consumer_key()),
        };
        self.world.wait_idle().await;
        let api = self.world.open(&"ovh-eu".parse().expect("known"), &keys).await.expect("known keys");
        let records = api.zone_records(&self.way.domain()).await.expect("answered").expect("managed");
        let mut zone: Vec<_> =
            records.into_iter().map(|ZoneRecord { field_type, sub_domain, target, .. }| (field_type, sub_domain, target)).collect();
        zone.sort();
        let mut accounts = BTreeSet::new();
        for login in self.world.logins() {
            assert!(accounts.insert((login.host.clone(), login.address.to_string())), "{} twice on {}", login.address, login.host);
        }
        let services = api.services().await.expect("listed");
        Seen { services: services.into_iter().map(|s| (s.id.name.clone(), s)).collect(), accounts, zone }
    }

    /// Whether the mail is where it should be: whole at both sides, once.
    pub fn check_mail(&self, temporary: &EmailAddress) -> Result<(), String> {
        let source = self.world.mail_of(self.way.from().host, temporary).ok_or("no source account")?;
        let target = self.world.mail_of(self.way.to().host, &self.way.address()).ok_or("no target account")?;
        let (source, target) = (self.world.mail().snapshot(&source), self.world.mail().snapshot(&target));
        if source != self.mail_at_first {
            return Err("the source was changed".to_owned());
        }
        match compare(&source, &target).as_slice() {
            [] => Ok(()),
            differences => Err(differences.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        }
    }

    /// Whether the source is as it was on the first day, under its own name.
    pub fn check_source_untouched(&self) -> Result<(), String> {
        let source = self.world.mail_of(self.way.from().host, &self.way.address()).ok_or("no source account")?;
        if self.world.mail().snapshot(&source) == self.mail_at_first { Ok(()) } else { Err("the source was changed".to_owned()) }
    }

    /// Whether the password that the program made last opens the target account.
    pub fn check_password(&self) -> Result<(), String> {
        let reference = target_secret(&session_id(), &self.way.address());
        let password = self.vault.last(&reference).ok_or("no password was made")?;
        let entered = self.world.authenticate(self.way.to().host, &self.way.address().to_string(), password.expose());
        entered.map(drop).map_err(|refusal| format!("the password does not open: {refusal:?}"))
    }
}

/// One account, automatic, all the way to the end.
pub fn answers(way: Way) -> Answers {
    let (id, address, from, to) = (session_id(), way.address(), way.from(), way.to());
    let account = SourceAccount {
        secret: source_secret(&id, &address),
        user: address.to_string(),
        service: Some(from.service),
        endpoint: ImapEndpoint::tls(from.host),
        display_name: Some("Somebody".to_owned()),
        first_name: None,
        last_name: None,
        address,
    };
    Answers {
        mode: Mode::Automatic,
        access: Some(ApiAccess {
            endpoint: "ovh-eu".parse().expect("known"),
            credential: ApiCredential::Application {
                application_key: api_secret(&id, ApiSecret::ApplicationKey),
                application_secret: api_secret(&id, ApiSecret::ApplicationSecret),
                consumer_key: api_secret(&id, ApiSecret::ConsumerKey),
            },
            expiration: None,
        }),
        sources: vec![account],
        destination: Destination { service: Some(to.service), display_name: None, endpoint: ImapEndpoint::tls(to.host), webmail: None },
        domains: vec![way.domain()],
        order: None,
        source_name: SourceName::Renamed,
        target_user: None,
        dns: DnsWish::Repair,
        finish: Some(true),
    }
}

/// What follows.
pub enum Next {
    Do(Box<Command>),
    Wait,
    Over,
}

impl From<Option<Command>> for Next {
    fn from(command: Option<Command>) -> Self {
        command.map_or(Self::Wait, |command| Self::Do(Box::new(command)))
    }
}

/// The platform from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Services by name.
    pub services: BTreeMap<String, Service>,
    /// Host and address of everybody who can log in.
    pub accounts: BTreeSet<(String, String)>,
    /// Type, name and value of the records of the account's zone.
    pub zone: Vec<(String, String, String)>,
}
