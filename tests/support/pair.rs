//! A world for one pair of platforms, accounts that move in one order of acts, and what must be so at the end.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mailferry::adapters::journal::MemoryJournal;
use mailferry::adapters::secrets::MemorySecrets;
use mailferry::app::{Answers, DnsWish, next};
use mailferry::domain::{
    EmailAddress, Feature, Flags, ImapEndpoint, InternalDate, MailboxName, Platform, Secret, SessionId, WireName, decode_utf7,
};
use mailferry::engine::{Engine, Limits, Opening};
use mailferry::plan::{SourceAccount, SourceName};
use mailferry::ports::{Ports, SecretStore};
use mailferry::sandbox::demo::compare;
use mailferry::sandbox::mail::{AccountSnapshot, Directory, InProcessMail};
use mailferry::sandbox::world::{APPLICATION_KEY, APPLICATION_SECRET, PairCast, PlatformSnapshot, World};
use mailferry::session::{
    ApiAccess, ApiCredential, ApiSecret, Command, CreateState, Destination, Event, FeatureState, Migration, Mode, RemovalState, Session,
    Strategy, api_secret, source_secret,
};
use mailferry::settings::Platforms;

use super::clock::TestClock;
use super::cutting::{Knife, cut};

/// One pair, one order, some accounts.
pub struct PairStage {
    pub order: Strategy,
    pub world: World,
    pub cast: PairCast,
    pub journal: MemoryJournal,
    pub secrets: Arc<MemorySecrets>,
    pub platforms_at_first: PlatformSnapshot,
    clock: Arc<TestClock>,
    moving: Vec<EmailAddress>,
    mail_at_first: BTreeMap<EmailAddress, AccountSnapshot>,
    arrivals: RefCell<Vec<(EmailAddress, String)>>,
}

/// What a test does next.
pub enum Wish {
    /// This.
    Do(Command),
    /// What the autopilot would.
    GoOn,
    /// Nothing for now.
    Wait,
    /// Nothing more.
    Over,
}

pub fn id() -> SessionId {
    SessionId::from_bits(5)
}

impl PairStage {
    /// The first `accounts` of the cast move.
    pub async fn new((from, to): (Platform, Platform), order: Strategy, accounts: usize) -> Self {
        let (world, cast) = World::for_pair(from, to);
        let moving: Vec<EmailAddress> = cast.accounts.iter().take(accounts).map(|(address, _)| address.clone()).collect();
        let mail_of = |address: &EmailAddress| world.mail_of(&cast.from_host, address).expect("in the cast");
        let mail_at_first = moving.iter().map(|address| (address.clone(), world.mail().snapshot(&mail_of(address)))).collect();
        let secrets = Arc::new(MemorySecrets::new());
        let keys = [Secret::new(APPLICATION_KEY), Secret::new(APPLICATION_SECRET), world.first_consumer_key()];
        for (reference, secret) in access().credential.secrets().iter().zip(&keys) {
            secrets.set(reference, secret).await.expect("memory");
        }
        for (address, password) in &cast.accounts {
            secrets.set(&source_secret(&id(), address), password).await.expect("memory");
        }
        let platforms_at_first = world.platform_snapshot();
        Self {
            order,
            world,
            cast,
            journal: MemoryJournal::new(),
            secrets,
            platforms_at_first,
            clock: Arc::new(TestClock::new()),
            moving,
            mail_at_first,
            arrivals: RefCell::default(),
        }
    }

    /// Somebody writes to one of the accounts: whoever has the address gets it; where nobody has it, it goes back. Not while an account
    /// is about to be deleted: between the last look and the deletion no program can see a message come.
    pub fn deliver(&self, session: &Session, nth: usize) {
        let address = &self.moving[nth % self.moving.len()];
        let is_undone = |m: &Migration| matches!(m.create, CreateState::Undoing(_));
        let is_going = |m: &Migration| m.source.address == *address && (m.removal != RemovalState::Pending || is_undone(m));
        if !session.migrations.iter().any(is_going) {
            self.deliver_to(address);
        }
    }

    /// The same, whatever happens to the account.
    pub fn deliver_to(&self, address: &EmailAddress) {
        let hosts = [&self.cast.to_host, &self.cast.from_host];
        let Some(key) = hosts.into_iter().find_map(|host| self.world.mail_of(host, address)) else { return };
        let mark = format!("<arrival-{}@example.com>", self.arrivals.borrow().len());
        let bytes = Bytes::from(format!("Message-ID: {mark}\r\nSubject: news\r\n\r\nnew\r\n"));
        let date = InternalDate::from_unix(1_790_000_000, 60).expect("in range");
        if self.world.mail().put(&key, &MailboxName::inbox(), Flags::default(), date, bytes).is_ok() {
            self.arrivals.borrow_mut().push((address.clone(), mark));
        }
    }

    /// How often what arrived is in an account's inbox, and the account without it.
    fn without_arrivals(&self, address: &EmailAddress, mut account: AccountSnapshot) -> (Vec<usize>, AccountSnapshot) {
        let arrivals = self.arrivals.borrow();
        let marks: Vec<&String> = arrivals.iter().filter(|(to, _)| to == address).map(|(_, mark)| mark).collect();
        let mut seen = vec![0; marks.len()];
        if let Some(inbox) = account.mailboxes.get_mut(&MailboxName::inbox()) {
            inbox.messages.retain(|message| {
                let text = String::from_utf8_lossy(&message.bytes);
                let which = marks.iter().position(|mark| text.contains(mark.as_str()));
                which.is_none_or(|which| {
                    seen[which] += 1;
                    false
                })
            });
        }
        (seen, account)
    }

    /// Whether everything that arrived is in the account that has the address.
    pub fn check_arrivals(&self) -> Result<(), String> {
        for address in &self.moving {
            let hosts = [&self.cast.to_host, &self.cast.from_host];
            let Some(key) = hosts.into_iter().find_map(|host| self.world.mail_of(host, address)) else { continue };
            let (seen, _) = self.without_arrivals(address, self.world.mail().snapshot(&key));
            if seen.iter().any(|times| *times != 1) {
                return Err(format!("{address}: what arrived is there so often: {seen:?}"));
            }
        }
        Ok(())
    }

    pub fn ports(&self) -> Ports {
        let hosts = [&self.cast.from_host, &self.cast.to_host].map(|host| (host.clone(), self.world.dialect(host)));
        Ports {
            platforms: Arc::new(self.world.clone()),
            mail: Arc::new(InProcessMail::new(self.world.mail().clone(), Arc::new(self.world.clone()), HashMap::from(hosts))),
            resolver: Arc::new(self.world.clone()),
            secrets: self.secrets.clone(),
            journal: Arc::new(self.journal.clone()),
            clock: self.clock.clone(),
        }
    }

    pub fn answers(&self) -> Answers {
        let source = |address: &EmailAddress| SourceAccount {
            secret: source_secret(&id(), address),
            user: address.to_string(),
            service: Some(self.cast.from.clone()),
            endpoint: ImapEndpoint::tls(&self.cast.from_host),
            display_name: Some("Somebody".to_owned()),
            first_name: None,
            last_name: None,
            address: address.clone(),
        };
        Answers {
            mode: Mode::Automatic,
            access: Some(access()),
            sources: self.moving.iter().map(source).collect(),
            destination: Destination {
                service: Some(self.cast.to.clone()),
                display_name: None,
                endpoint: ImapEndpoint::tls(&self.cast.to_host),
                webmail: None,
            },
            domains: vec![self.cast.domain.clone()],
            order: Some(self.order),
            source_name: SourceName::Renamed,
            target_user: None,
            dns: DnsWish::Skip,
            finish: Some(false),
        }
    }

    pub fn session(&self) -> Session {
        Session::replay(&self.journal.recorded())
    }

    pub fn happened(&self, is_meant: impl Fn(&Event) -> bool) -> usize {
        self.journal.recorded().iter().filter(|stored| is_meant(&stored.event)).count()
    }

    /// Runs until the wish is over, the session finished, or the knife falls; answers whether it came to its end. A task that stops fails.
    pub async fn run(&self, knife: &Arc<Knife>, wish: impl Fn(&Session) -> Wish) -> bool {
        self.run_until(knife, wish, |session| assert!(session.troubles.is_empty(), "{:#?}", session.troubles)).await
    }

    /// The same, and what stopped is looked at by the caller.
    pub async fn run_until(&self, knife: &Arc<Knife>, wish: impl Fn(&Session) -> Wish, look: impl Fn(&Session)) -> bool {
        let opening = if self.journal.recorded().is_empty() { Opening::New(id()) } else { Opening::Resume(id()) };
        let (ports, answers) = (cut(&self.ports(), knife), self.answers());
        let run = async {
            let (engine, mut notices) = Engine::open(ports, Limits::small(), opening).await.expect("the journal is sound");
            let handle = engine.handle();
            loop {
                let session = handle.session().clone();
                if session.is_finished {
                    return;
                }
                look(&session);
                let command = match wish(&session) {
                    Wish::Over => return,
                    Wish::Do(command) => Some(command),
                    Wish::GoOn => next(&session, &answers),
                    Wish::Wait => None,
                };
                // A command may come too late by a moment: then the session says so, and the next look decides.
                if let Some(command) = command {
                    let _ = handle.submit(command).await;
                }
                // A person looks again after a while, too.
                if let Ok(notice) = tokio::time::timeout(Duration::from_mins(1), notices.recv()).await {
                    notice.expect("the engine runs");
                }
                while notices.try_recv().is_ok() {}
            }
        };
        tokio::select! {
            biased;
            () = knife.fallen() => false,
            () = run => true,
            () = tokio::time::sleep(Duration::from_hours(2)) => {
                let session = self.session();
                let open: Vec<_> = session.features.values().filter(|f| !f.state.is_final()).map(|f| (&f.feature, &f.state)).collect();
                let (due, last) = (mailferry::session::due(&session), self.journal.recorded().last().cloned());
                panic!("stuck at {:?}: {due:?} {open:?} {last:?}", session.step())
            }
        }
    }

    /// Everything that must be so when all is done.
    pub async fn check(&self) -> Result<(), String> {
        let session = self.session();
        if !session.is_finished {
            return Err(format!("not finished: {:?}", session.troubles));
        }
        self.check_arrivals()?;
        for migration in &session.migrations {
            let told = |what: String| format!("{}: {what}", migration.source.address);
            self.check_mail(migration).map_err(told)?;
            self.check_source(migration).map_err(told)?;
            self.check_password(migration).await.map_err(told)?;
        }
        self.check_features(&session)
    }

    fn check_mail(&self, migration: &Migration) -> Result<(), String> {
        let address = &migration.source.address;
        let target = self.world.mail_of(&self.cast.to_host, address).ok_or("no target account")?;
        let (_, target) = self.without_arrivals(address, self.world.mail().snapshot(&target));
        let mut source = self.mail_at_first[address].clone();
        if self.order == Strategy::ServerSide {
            let same = source
                .mailboxes
                .iter()
                .all(|(name, mailbox)| target.mailboxes.get(name).is_some_and(|t| t.messages.len() == mailbox.messages.len()));
            return if same { Ok(()) } else { Err("the platform lost mail".to_owned()) };
        }
        let places: BTreeMap<MailboxName, MailboxName> =
            migration.mailboxes.values().filter_map(|m| Some((m.mapping.name.clone(), self.spelled(m.to.as_ref()?)?))).collect();
        let moved = std::mem::take(&mut source.mailboxes).into_iter().filter_map(|(name, mut mailbox)| {
            mailbox.role = None;
            places.get(&name).map(|place| (place.clone(), mailbox))
        });
        source.mailboxes = moved.collect();
        match compare(&source, &target).as_slice() {
            [] => Ok(()),
            differences => Err(differences.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        }
    }

    fn check_source(&self, migration: &Migration) -> Result<(), String> {
        let address = &migration.source.address;
        match self.order {
            Strategy::RenameFirst | Strategy::CopyFirst => {
                let temporary = migration.temporary.as_ref().ok_or("no temporary name")?;
                let source = self.world.mail_of(&self.cast.from_host, temporary).ok_or("the source is gone")?;
                let is_same = self.without_arrivals(address, self.world.mail().snapshot(&source)).1 == self.mail_at_first[address];
                if is_same { Ok(()) } else { Err("the source was changed".to_owned()) }
            }
            Strategy::Replace | Strategy::ServerSide => match self.world.mail_of(&self.cast.from_host, address) {
                None => Ok(()),
                Some(_) => Err("the source is still there".to_owned()),
            },
        }
    }

    fn spelled(&self, wire: &WireName) -> Option<MailboxName> {
        let delimiter = if self.cast.to.platform == Platform::MxPlanLegacy { '.' } else { '/' };
        MailboxName::from_segments(wire.0.split(delimiter).map(decode_utf7).collect::<Option<Vec<_>>>()?).ok()
    }

    async fn check_password(&self, migration: &Migration) -> Result<(), String> {
        let target = migration.target.as_ref().ok_or("no target")?;
        let kept = self.secrets.get(&target.secret).await.map_err(|error| error.to_string())?;
        let password = kept.ok_or("no password is kept")?;
        let entered = self.world.authenticate(&self.cast.to_host, &migration.source.address.to_string(), password.expose());
        entered.map(drop).map_err(|refusal| format!("the password does not open: {refusal:?}"))
    }

    /// Everything that was seen is at the target, or left with a reason; nothing that the world had was overlooked.
    fn check_features(&self, session: &Session) -> Result<(), String> {
        let now = self.world.platform_snapshot();
        let (before, after) = (&self.platforms_at_first.services[&self.cast.from.name], &now.services[&self.cast.to.name]);
        for migration in &session.migrations {
            let address = &migration.source.address;
            let known: Vec<&Feature> = session.features.values().map(|f| &f.feature).collect();
            for feature in &before.accounts[address].features {
                if !known.iter().any(|k| k.is_same(feature)) {
                    return Err(format!("{address}: {feature:?} was overlooked"));
                }
            }
            let there = &after.accounts.get(address).ok_or_else(|| format!("{address} is not there"))?.features;
            for (_, progress) in session.features_of(migration.id) {
                let is_there = there.iter().chain(&after.shared).any(|t| t.is_same(&progress.feature));
                match &progress.state {
                    FeatureState::Carried { .. } if is_there => {}
                    FeatureState::Left { .. } if !is_there => {}
                    other => return Err(format!("{address}: {:?} is {other:?}, there: {is_there}", progress.feature)),
                }
            }
        }
        let shared: Vec<_> = session.features.values().filter(|f| f.migration.is_none()).collect();
        for feature in &before.shared {
            let leads_to_one_who_stays = matches!(feature, Feature::Redirection { to, .. } if !self.moving.contains(to));
            if !leads_to_one_who_stays && !session.features.values().any(|known| known.feature.is_same(feature)) {
                return Err(format!("{feature:?} was overlooked"));
            }
        }
        for progress in shared {
            let is_there = after.shared.iter().any(|t| t.is_same(&progress.feature));
            match &progress.state {
                FeatureState::Carried { .. } if is_there => {}
                FeatureState::Left { .. } if !is_there => {}
                other => return Err(format!("{:?} is {other:?}, there: {is_there}", progress.feature)),
            }
        }
        Ok(())
    }
}

pub fn access() -> ApiAccess {
    ApiAccess {
        endpoint: "ovh-eu".parse().expect("known"),
        credential: ApiCredential::Application {
            application_key: api_secret(&id(), ApiSecret::ApplicationKey),
            application_secret: api_secret(&id(), ApiSecret::ApplicationSecret),
            consumer_key: api_secret(&id(), ApiSecret::ConsumerKey),
        },
        expiration: None,
    }
}

/// Every ordered pair of platforms, with every order of acts that is possible between them.
pub fn cells() -> Vec<((Platform, Platform), Strategy)> {
    let table = Platforms::built_in();
    let pairs = PLATFORMS.into_iter().flat_map(|from| PLATFORMS.into_iter().map(move |to| (from, to)));
    pairs.flat_map(|pair| table.strategies(pair.0, pair.1).allowed.into_iter().map(move |order| (pair, order))).collect()
}

/// All platforms that have an API.
pub const PLATFORMS: [Platform; 6] =
    [Platform::Exchange, Platform::EmailPro, Platform::MxPlan, Platform::MxPlanZimbra, Platform::MxPlanLegacy, Platform::Zimbra];
