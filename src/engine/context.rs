//! What a task holds in its hands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::{BatchId, ByteSize, MailboxId, MigrationId, Platform, Secret, SecretRef, Thoroughness, Uid, WireName};
use crate::plan::{SourceAccount, TargetAccount};
use crate::ports::{ApiKeys, LedgerChange, PlatformApi, Ports, Record};
use crate::problem::{Problem, ProblemCode, Troubling};
use crate::session::{Activity, ApiCredential, Event, Migration, Session, Side, Task};

use super::Limits;
use super::budget::Budget;
use super::core::Request;
use super::lanes::Lanes;
use super::listing::Listings;
use super::lookups::Lookups;
use super::meter::Meter;
use super::pool::{Door, Held, Pool, Purpose, Wanted};
use super::tasks::Trust;

/// How a task ends early.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Failure {
    /// Something went wrong.
    Trouble(Box<Problem>),
    /// The engine is closing: nothing more can be recorded.
    Closing,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Trouble(Box::new(problem))
    }
}

macro_rules! from_port_error {
    ($($error:ty),*) => { $(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                error.problem().into()
            }
        }
    )* };
}
from_port_error!(
    crate::ports::MailError,
    crate::ports::ApiError,
    crate::ports::DnsError,
    crate::ports::SecretError,
    crate::ports::JournalError
);

/// Everything a task may use.
#[derive(Clone)]
pub(super) struct TaskContext {
    pub(super) task: Task,
    pub(super) ports: Ports,
    pub(super) limits: Limits,
    pub(super) session: watch::Receiver<Session>,
    pub(super) requests: mpsc::Sender<Request>,
    pub(super) meter: Meter,
    pub(super) soft: CancellationToken,
    pub(super) shared: Arc<Shared>,
    /// Recorded together with what comes next.
    pub(super) held: Arc<Mutex<Vec<Event>>>,
}

/// What tasks share beside the session: numbers that must not repeat, and messages that a server could not bear.
pub(super) struct Shared {
    last_batch: AtomicU64,
    /// Connections.
    pub(super) pool: Arc<Pool>,
    /// Mailboxes of the target accounts.
    pub(super) listings: Listings,
    /// What the platform said a moment ago.
    pub(super) lookups: Lookups,
    /// Who may work how broadly.
    pub(super) lanes: Arc<Lanes>,
    /// Memory for messages on their way.
    pub(super) budget: Budget,
    /// What reads and writes beside its task: ended before anybody else may act.
    pub(super) hands: TaskTracker,
    /// Accounts whose server promised to tell the UIDs of what it stores, and does not.
    silent: Mutex<BTreeSet<MigrationId>>,
    strikes: Mutex<BTreeMap<StruckMessage, Strikes>>,
    openings: Mutex<BTreeMap<(MigrationId, WireName), Openings>>,
    /// Mailboxes that share an end take turns.
    pub(super) turns: Mutex<BTreeMap<MigrationId, Arc<tokio::sync::Mutex<()>>>>,
    /// What is known of each target account; whoever finds out holds it.
    pub(super) trust: Mutex<BTreeMap<MigrationId, Arc<tokio::sync::Mutex<Trust>>>>,
    /// One at a time replaces a lost password.
    pub(super) renewal: tokio::sync::Mutex<()>,
}

/// One message of a source mailbox.
pub(super) type StruckMessage = (MigrationId, MailboxId, Uid);

/// How often the connection was lost over a message, in this run of the program.
#[derive(Debug, Clone, Copy, Default)]
struct Strikes {
    /// While it was given to the target together with others.
    in_company: u32,
    /// While it alone was given to the target.
    alone: u32,
    /// While it was the next to be read from the source.
    unread: u32,
    /// The source refused to give it, and gave others.
    withheld: u32,
    /// So many of these refusals were followed by another try.
    answered: u32,
}

/// What went wrong with one source mailbox each time it was opened, in this run of the program.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Openings {
    /// The connection was lost, so often in a row.
    pub(super) lost: u32,
    /// The connection was lost when its state was asked for from outside.
    pub(super) unseen: u32,
    /// Its UIDVALIDITY was another one than before.
    pub(super) renumbered: u32,
}

/// Losses in company after which a message travels alone: what breaks the connection is found, and the rest goes on in batches.
const SUSPICIOUS: u32 = 2;

/// Refusals of a message, each in another try of its mailbox, after which it is asked for in pieces. After one more a person is asked.
const MOST_WITHHELD: u32 = 2;

impl Shared {
    /// Forgets what was held against the messages of a migration: they are to be tried again.
    pub(super) fn pardon(&self, migration: MigrationId) {
        self.strikes.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, ..), _| *of != migration);
    }

    /// Forgets what was held against the source mailboxes of a migration: they are to be opened again.
    pub(super) fn pardon_mailboxes(&self, migration: MigrationId) {
        self.openings.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _), _| *of != migration);
    }

    /// Counts what happened when a source mailbox was opened; answers what is known of it now.
    pub(super) fn opening(&self, (migration, mailbox): (MigrationId, &WireName), count: impl FnOnce(&mut Openings)) -> Openings {
        let mut all = self.openings.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry((migration, mailbox.clone())).or_default();
        count(known);
        *known
    }

    /// Batch numbers go on after the last one of the journal.
    pub(super) fn after(last_batch: u64, (pool, hands): (Arc<Pool>, TaskTracker), limits: &Limits) -> Self {
        Self {
            turns: Mutex::default(),
            trust: Mutex::default(),
            last_batch: AtomicU64::new(last_batch),
            pool,
            listings: Listings::default(),
            lookups: Lookups::default(),
            lanes: Arc::default(),
            budget: Budget::new(limits.bytes_in_flight),
            hands,
            silent: Mutex::default(),
            strikes: Mutex::default(),
            openings: Mutex::default(),
            renewal: tokio::sync::Mutex::default(),
        }
    }

    /// The target does not tell UIDs, whatever it promised.
    pub(super) fn is_silent(&self, migration: MigrationId) -> bool {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner).contains(&migration)
    }

    /// The target did not tell UIDs.
    pub(super) fn was_silent(&self, migration: MigrationId) {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner).insert(migration);
    }
}

impl TaskContext {
    /// Records an event; returns once it is on disk.
    pub(super) async fn record(&self, event: Event) -> Result<(), Failure> {
        self.record_with(event, Vec::new()).await
    }

    /// Records an event and what the ledger learns, in one transaction; returns once both are on disk.
    pub(super) async fn record_with(&self, event: Event, ledger: Vec<LedgerChange>) -> Result<(), Failure> {
        self.record_all(vec![(event, ledger)]).await
    }

    /// Records several events in one transaction: nobody ever sees the first without the last.
    pub(super) async fn record_all(&self, events: Vec<(Event, Vec<LedgerChange>)>) -> Result<(), Failure> {
        let at = self.ports.clock.now();
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        let records = held.into_iter().map(|event| (event, Vec::new())).chain(events);
        let records = records.map(|(event, ledger)| Record { at, event, ledger }).collect();
        let (done, is_done) = oneshot::channel();
        self.requests.send(Request::Record { records, done }).await.map_err(|_| Failure::Closing)?;
        is_done.await.map_err(|_| Failure::Closing)
    }

    /// Records an event together with what the task records next, before it: for what costs nothing when it is forgotten.
    pub(super) fn record_with_next(&self, event: Event) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    /// Says what the task is doing.
    pub(super) fn doing(&self, activity: Activity) {
        self.meter.activity(&self.task, activity, self.ports.clock.now());
    }

    /// Counts what is done.
    pub(super) fn advance(&self, items: u64, bytes: ByteSize) {
        self.meter.advance(&self.task, items, bytes);
    }

    /// A migration as it is now.
    pub(super) fn migration(&self, id: MigrationId) -> Result<Migration, Failure> {
        self.session.borrow().migration(id).cloned().ok_or(Failure::Closing)
    }

    /// Waits, unless the task is asked to stop: then `false`.
    pub(super) async fn pause(&self, millis: u64) -> bool {
        tokio::select! {
            () = self.soft.cancelled() => false,
            () = self.ports.clock.sleep(millis) => true,
        }
    }

    /// Whether the task is asked to stop.
    pub(super) fn is_stopping(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// A batch number that was never used.
    pub(super) fn next_batch(&self) -> BatchId {
        BatchId(self.shared.last_batch.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn strikes(&self, message: StruckMessage) -> Strikes {
        self.shared.strikes.lock().unwrap_or_else(PoisonError::into_inner).get(&message).copied().unwrap_or_default()
    }

    fn strike(&self, message: StruckMessage, count: impl FnOnce(&mut Strikes)) {
        count(self.shared.strikes.lock().unwrap_or_else(PoisonError::into_inner).entry(message).or_default());
    }

    /// How often the connection was lost over this message alone.
    pub(super) fn losses_alone(&self, message: StruckMessage) -> u32 {
        self.strikes(message).alone
    }

    /// How often the source's connection was lost when this message was the next.
    pub(super) fn losses_unread(&self, message: StruckMessage) -> u32 {
        self.strikes(message).unread
    }

    /// Whether a message must travel alone, because batches with it were lost again and again.
    pub(super) fn travels_alone(&self, message: StruckMessage) -> bool {
        let strikes = self.strikes(message);
        strikes.in_company >= SUSPICIOUS || strikes.alone > 0
    }

    /// Whether a message must be read alone, because the source was lost over it again and again.
    pub(super) fn is_read_alone(&self, message: StruckMessage) -> bool {
        self.losses_unread(message) >= SUSPICIOUS
    }

    /// The target's connection was lost over these messages.
    pub(super) fn lost_over(&self, messages: &[StruckMessage]) {
        for message in messages {
            self.strike(*message, |strikes| if messages.len() == 1 { strikes.alone += 1 } else { strikes.in_company += 1 });
        }
    }

    /// The source's connection was lost when this message was the next.
    pub(super) fn lost_before(&self, message: StruckMessage) {
        self.strike(message, |strikes| strikes.unread += 1);
    }

    /// The source refused these messages, and is still there.
    pub(super) fn was_withheld(&self, messages: impl Iterator<Item = StruckMessage>) {
        messages.for_each(|message| self.strike(message, |strikes| strikes.withheld += 1));
    }

    /// Whether the source refused a message again and again: it is asked for in pieces.
    pub(super) fn is_read_in_pieces(&self, message: StruckMessage) -> bool {
        self.strikes(message).withheld >= MOST_WITHHELD
    }

    /// Whether another way is left to ask for messages of this mailbox that the source refused since this was asked last.
    pub(super) fn has_another_way(&self, (migration, mailbox): (MigrationId, MailboxId)) -> bool {
        let mut strikes = self.shared.strikes.lock().unwrap_or_else(PoisonError::into_inner);
        let of_mailbox = strikes.iter_mut().filter(|((of, at, _), _)| (*of, *at) == (migration, mailbox));
        let mut is_left = false;
        for (_, strikes) in of_mailbox.filter(|(_, strikes)| strikes.withheld > strikes.answered) {
            strikes.answered = strikes.withheld;
            is_left |= strikes.withheld <= MOST_WITHHELD;
        }
        is_left
    }

    /// A secret that must be there.
    pub(super) async fn secret(&self, reference: &SecretRef) -> Result<Secret, Failure> {
        let missing = || Failure::from(Problem::new(ProblemCode::SecretMissing).with("secret", reference));
        self.ports.secrets.get(reference).await?.ok_or_else(missing)
    }

    /// The connected API account.
    pub(super) async fn api(&self) -> Result<Box<dyn PlatformApi>, Failure> {
        let access = self.session.borrow().api.clone().ok_or_else(|| Problem::new(ProblemCode::ApiKeysRefused))?;
        let keys = match &access.credential {
            ApiCredential::Application { application_key, application_secret, consumer_key } => ApiKeys::Application {
                application_key: self.secret(application_key).await?,
                application_secret: self.secret(application_secret).await?,
                consumer_key: Some(self.secret(consumer_key).await?),
            },
            ApiCredential::Client { client_id, client_secret } => {
                ApiKeys::Client { client_id: self.secret(client_id).await?, client_secret: self.secret(client_secret).await? }
            }
            ApiCredential::Token { access_token } => ApiKeys::Token { access_token: self.secret(access_token).await? },
        };
        Ok(self.ports.platforms.open(&access.endpoint, &keys).await?)
    }

    /// A connection to the source account, under the name that it has now.
    pub(super) async fn connect_source(&self, migration: &Migration) -> Result<Held, Failure> {
        let source = &migration.source;
        let is_renamed = migration.rename == crate::session::RenameState::Done;
        let user = migration.source_user.as_ref().filter(|_| is_renamed).unwrap_or(&source.user);
        let door = Door { endpoint: source.endpoint.clone(), user: user.clone() };
        self.checkout(door, &source.secret, (Side::Source, self.limits.source_ceiling(migration).source)).await
    }

    /// A connection to the source server under a given user name.
    pub(super) async fn connect_as(&self, source: &SourceAccount, user: &str) -> Result<Held, Failure> {
        let door = Door { endpoint: source.endpoint.clone(), user: user.to_owned() };
        let most = self.limits.ceiling(source.service.as_ref().map_or(Platform::Imap, |s| s.platform)).source;
        self.checkout(door, &source.secret, (Side::Source, most)).await
    }

    /// A connection to the target account.
    pub(super) async fn connect_target(&self, target: &TargetAccount) -> Result<Held, Failure> {
        self.renew_lost_password(target).await?;
        let most = self.limits.target_ceiling(Some(target)).target;
        self.checkout(target_door(target), &target.secret, (Side::Target, most)).await
    }

    async fn checkout(&self, door: Door, secret: &SecretRef, (side, most): (Side, usize)) -> Result<Held, Failure> {
        // Where nothing is read again, nothing has to be independent of what copied.
        let is_verification = matches!(self.task, Task::VerifyMailbox { .. }) && self.limits.thoroughness != Thoroughness::None;
        let purpose = if is_verification { Purpose::Verify } else { Purpose::Copy };
        let wanted = Wanted { door, password: self.secret(secret).await?, purpose, most };
        let connected = self.shared.pool.checkout(self.ports.mail.as_ref(), &wanted).await;
        connected.map_err(|error| error.problem().with("side", side_key(side)).with("secret", secret).into())
    }

    /// An account of the migration came, went, or changed its name: a connection that is open stays with the mailbox that it was opened to,
    /// and must not be taken for one to whoever has the name now. Said as soon as the platform did it, before the first login after it.
    pub(super) async fn names_turned_over(&self, migration: &Migration) {
        let source = &migration.source;
        let addresses = [Some(&source.address), migration.temporary.as_ref(), migration.target_temporary.as_ref()];
        let logins = [Some(&source.user), migration.source_user.as_ref(), migration.target.as_ref().map(|target| &target.user)];
        let names = addresses.into_iter().flatten().map(ToString::to_string).chain(logins.into_iter().flatten().cloned()).collect();
        self.shared.listings.turn_over(&names);
        self.shared.pool.turn_over(&names).await;
    }

    /// Servers that are far away get more lanes at first.
    pub(super) fn learn_distance(&self, migration: MigrationId, connection: &Held) {
        if let Some(answered) = connection.shortest_answer() {
            self.shared.lanes.answered_in(migration, answered);
        }
    }

    /// Keeps a sound connection for others.
    pub(super) fn give_back(&self, connection: Held) {
        connection.give_back(self.ports.clock.now());
    }
}

/// Whose mail the target is.
pub(super) fn target_door(target: &TargetAccount) -> Door {
    Door { endpoint: target.endpoint.clone(), user: target.user.clone() }
}

const fn side_key(side: Side) -> &'static str {
    match side {
        Side::Source => "source",
        Side::Target => "target",
    }
}
