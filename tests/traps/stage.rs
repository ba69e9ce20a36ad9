//! Where traps are set: the engine and the IMAP adapter as they are, two servers of the sandbox behind sockets, a go-between before each,
//! and time that runs a thousand times faster for pauses of the engine.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mailferry::adapters::imap::{ImapStore, Timeouts};
use mailferry::adapters::{AddressBook, Trust};
use mailferry::app::Answers;
use mailferry::domain::{ImapEndpoint, MailboxName, Moment, Secret, Security};
use mailferry::engine::Limits;
use mailferry::ports::{Clock, Login, MailConnection, MailError, MailStore, Ports, SecretStore};
use mailferry::problem::ProblemCode;
use mailferry::sandbox::imap::ImapDoor;
use mailferry::sandbox::mail::{AccountKey, Dialect, Directory, LoginRefusal, MailboxSnapshot, Template};
use mailferry::session::{Event, source_secret, target_secret};
use tokio::net::TcpListener;

use crate::between::Between;
use crate::support::following::{Run, small_but};
use crate::support::guided::{SOURCE, Stage, TARGET, address, answers, put, session_id};

/// How much faster the engine's pauses pass.
const HURRY: u32 = 1000;
/// 2026-11-20T08:00:00Z.
const BEGAN: i64 = 1_795_161_600_000;

/// A clock that runs a thousand times faster.
pub(crate) struct HurriedClock {
    began: tokio::time::Instant,
}

#[async_trait]
impl Clock for HurriedClock {
    fn now(&self) -> Moment {
        let passed = u64::try_from(self.began.elapsed().as_micros()).expect("a test is short");
        Moment(BEGAN).plus_millis(passed * u64::from(HURRY) / 1000)
    }

    async fn sleep(&self, millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis) / HURRY).await;
    }
}

/// One account per host, with this password.
struct Porter {
    password: String,
}

impl Directory for Porter {
    fn authenticate(&self, host: &str, _: &str, password: &str) -> Result<AccountKey, LoginRefusal> {
        if password == self.password { Ok(AccountKey::new(host)) } else { Err(LoginRefusal::WrongPassword) }
    }
}

/// Both servers, what stands before them, and what survives a cut.
pub(crate) struct Trap {
    pub(crate) stage: Stage,
    pub(crate) source: Between,
    pub(crate) target: Between,
    pub(crate) limits: Limits,
    pub(crate) timeouts: Timeouts,
    clock: Arc<HurriedClock>,
    _doors: [ImapDoor; 2],
}

/// What a test is about: a runtime of its own with the time of this world.
pub(crate) fn real_time() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A Dovecot-like source with the small account of [`Stage`].
pub(crate) async fn towards(target: Dialect) -> Trap {
    Trap::with(Dialect::Dovecot, target, "right").await
}

/// From one Dovecot-like server to another, with the source's inbox as the test fills it and nothing else.
pub(crate) async fn with_inbox(target: Dialect, messages: &[&str]) -> Trap {
    let trap = Trap::with(Dialect::Dovecot, target, "right").await;
    trap.empty_source(Template::Dovecot);
    for bytes in messages {
        trap.put("", bytes.as_bytes());
    }
    trap
}

impl Trap {
    /// Servers that speak so, with this password on both.
    pub(crate) async fn with(from: Dialect, to: Dialect, password: &str) -> Self {
        let stage = Stage::new(to).await;
        for reference in [source_secret(&session_id(), &address()), target_secret(&session_id(), &address())] {
            stage.secrets.set(&reference, &Secret::new(password)).await.expect("memory");
        }
        let (source_door, source) = open(&stage, SOURCE, from, password).await;
        let (target_door, target) = open(&stage, TARGET, to, password).await;
        let limits = small_but(|limits| limits.progress_millis = 100_000);
        let clock = Arc::new(HurriedClock { began: tokio::time::Instant::now() });
        let timeouts = Timeouts { inactivity: Duration::from_secs(20), ..Timeouts::default() };
        Self { stage, source, target, limits, timeouts, clock, _doors: [source_door, target_door] }
    }

    /// Begins the source's account anew, without mail.
    pub(crate) fn empty_source(&self, template: Template) {
        let key = AccountKey::new(SOURCE);
        self.stage.world.drop_account(&key).expect("in memory");
        self.stage.world.create_empty(&key, template).expect("in memory");
    }

    /// Stores a message in the source's inbox.
    pub(crate) fn put(&self, flags: &str, bytes: &[u8]) {
        put(&self.stage.world, &AccountKey::new(SOURCE), &MailboxName::inbox(), flags, bytes.to_vec().into());
    }

    /// The real adapter, led to the go-betweens.
    pub(crate) fn store(&self) -> ImapStore {
        let mut book = AddressBook::default();
        for (host, between) in [(SOURCE, &self.source), (TARGET, &self.target)] {
            book.lead(host, 143, between.address);
        }
        ImapStore::new(Trust::default(), book, self.timeouts)
    }

    /// A connection of the adapter alone, as the one account of a host.
    pub(crate) async fn connect(&self, host: &str) -> Result<Box<dyn MailConnection>, MailError> {
        let login = Login { user: "john.smith".to_owned(), password: Secret::new("right") };
        self.store().connect(&endpoint(host), &login).await
    }

    pub(crate) fn ports(&self) -> Ports {
        Ports { mail: Arc::new(self.store()), clock: self.clock.clone(), ..self.stage.ports() }
    }

    /// The engine at work.
    pub(crate) async fn start(&self) -> Run {
        Run::with(&self.stage, self.ports(), self.limits.clone(), answers_for_loopback()).await
    }

    /// Copies and verifies, undisturbed by people, to the end.
    pub(crate) async fn copies(&self) -> Run {
        let mut run = self.start().await;
        self.in_time(run.until_verified()).await;
        run
    }

    /// Nothing here takes long: what does is stuck, and shown.
    pub(crate) async fn in_time<T>(&self, work: impl Future<Output = T>) -> T {
        let done = tokio::time::timeout(Duration::from_secs(30), work).await;
        done.unwrap_or_else(|_| panic!("stuck: {:?}", self.events().iter().rev().take(12).collect::<Vec<_>>()))
    }

    /// Copies until a person is asked about this.
    pub(crate) async fn stops_by(&self, code: ProblemCode) -> Run {
        let mut run = self.start().await;
        self.in_time(run.until_stopped_by(code)).await;
        run
    }

    /// Copies to the end, and both sides are equal: nothing lost, nothing doubled.
    pub(crate) async fn copies_all(&self) -> Run {
        let run = self.copies().await;
        self.is_equal().await;
        run
    }

    /// Both sides are equal, and what is said is what is there.
    pub(crate) async fn is_equal(&self) {
        self.stage.check("at the end").expect("equal");
        self.stage.check_totals().await.expect("truthful");
    }

    /// A mailbox as a server keeps it.
    pub(crate) fn mailbox(&self, host: &str, name: &MailboxName) -> MailboxSnapshot {
        let snapshot = self.stage.world.snapshot(&AccountKey::new(host));
        snapshot.mailboxes.get(name).unwrap_or_else(|| panic!("{host} has {:?}", snapshot.mailboxes.keys())).clone()
    }

    /// The texts of the target's inbox, sorted.
    pub(crate) fn arrived(&self) -> Vec<String> {
        self.texts(TARGET)
    }

    /// The texts of an inbox, sorted.
    pub(crate) fn texts(&self, host: &str) -> Vec<String> {
        let inbox = self.mailbox(host, &MailboxName::inbox());
        let mut texts: Vec<String> = inbox.messages.iter().map(|m| String::from_utf8_lossy(&m.bytes).into_owned()).collect();
        texts.sort();
        texts
    }

    /// Everything that the journal holds.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.stage.journal.recorded().into_iter().map(|stored| stored.event).collect()
    }

    /// Saved copies of refused messages.
    pub(crate) fn saved(&self) -> Vec<Vec<u8>> {
        let names = self.stage.journal.files().into_iter().filter(|name| name.starts_with("refused/"));
        names.filter_map(|name| self.stage.journal.file(&name)).collect()
    }

    /// Why messages were refused.
    pub(crate) fn refusals(&self) -> Vec<String> {
        let reason = |event| if let Event::MessageRefused { reason, .. } = event { Some(reason) } else { None };
        self.events().into_iter().filter_map(reason).collect()
    }
}

async fn open(stage: &Stage, host: &str, dialect: Dialect, password: &str) -> (ImapDoor, Between) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let porter = Arc::new(Porter { password: password.to_owned() });
    let door = ImapDoor::start(stage.world.clone(), porter, listener, None, host.to_owned(), dialect).expect("open");
    let between = Between::before(door.address());
    (door, between)
}

pub(crate) fn endpoint(host: &str) -> ImapEndpoint {
    ImapEndpoint { host: host.to_owned(), port: 143, security: Security::ClearTextLoopback, pin: None }
}

/// The answers of a guided session, on this machine and in clear text.
pub(crate) fn answers_for_loopback() -> Answers {
    let mut answers = Answers { finish: None, ..answers() };
    answers.sources[0].endpoint = endpoint(SOURCE);
    answers.destination.endpoint = endpoint(TARGET);
    answers
}

/// Does something once.
pub(crate) fn once() -> impl FnMut() -> bool + Send {
    times(1)
}

/// Says yes so many times.
pub(crate) fn times(count: u32) -> impl FnMut() -> bool + Send {
    let mut left = count;
    move || {
        let is_left = left > 0;
        left = left.saturating_sub(1);
        is_left
    }
}
