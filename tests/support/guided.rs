//! Two servers without a platform, one account on each: what tests of the copy stand on. Journal and secrets outlive the engine.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use mailferry::adapters::journal::MemoryJournal;
use mailferry::adapters::secrets::MemorySecrets;
use mailferry::app::{Answers, DnsWish, End, drive};
use mailferry::domain::{EmailAddress, Flags, ImapEndpoint, InternalDate, MailboxName, Role, Secret, SessionId};
use mailferry::engine::{Engine, Limits, Opening};
use mailferry::plan::{SourceAccount, SourceName};
use mailferry::ports::{Journal, Ports, SecretStore};
use mailferry::sandbox::mail::{AccountKey, Dialect, Directory, InProcessMail, LoginRefusal, MailWorld, Template, as_stored};
use mailferry::session::{Destination, Mode, source_secret, target_secret};

use super::clock::TestClock;
use super::cutting::{Knife, cut};
use super::nothing::{NoPlatforms, NoResolver};

/// Opens to everybody who says "right".
pub struct Doorman;

impl Directory for Doorman {
    fn authenticate(&self, host: &str, user: &str, password: &str) -> Result<AccountKey, LoginRefusal> {
        match password {
            "right" => Ok(store_of(host, user)),
            _ => Err(LoginRefusal::WrongPassword),
        }
    }
}

/// Whose mail it is: John has a server's first store, everybody else one under their name.
pub fn store_of(host: &str, user: &str) -> AccountKey {
    match user.split('@').next() {
        None | Some("john.smith") => AccountKey::new(host),
        Some(other) => AccountKey::new(format!("{host} {other}")),
    }
}

pub const SOURCE: &str = "source.example.com";
pub const TARGET: &str = "target.example.org";

pub fn session_id() -> SessionId {
    SessionId::from_bits(1)
}

pub fn address() -> EmailAddress {
    "john.smith@mydomain.ovh".parse().expect("valid")
}

pub fn name(path: &[&str]) -> MailboxName {
    MailboxName::from_segments(path.iter().map(|s| (*s).to_owned())).expect("valid")
}

pub fn message(number: usize) -> Bytes {
    Bytes::from(format!(
        "Message-ID: <{number}@example.com>\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\nFrom: a@example.com\r\nSubject: n {number}\r\n\r\nBody {number}\r\n"
    ))
}

/// Stores a message, a minute after the one before.
pub fn put(world: &MailWorld, key: &AccountKey, mailbox: &MailboxName, flags: &str, bytes: Bytes) {
    let so_far = world.snapshot(key).messages();
    let date = InternalDate::from_unix(1_700_000_000 + 61 * i64::try_from(so_far).expect("few"), 60).expect("in range");
    world.put(key, mailbox, Flags::from(flags.to_owned()), date, bytes).expect("writes to memory");
}

/// A small account with everything that goes wrong elsewhere: twins, triplets, no Message-ID, an empty mailbox, names in UTF-7.
pub fn fill(world: &MailWorld) {
    let key = AccountKey::new(SOURCE);
    world.create_empty(&key, Template::Dovecot).expect("writes to memory");
    let inbox = MailboxName::inbox();
    for (number, flags) in [(1, "\\Seen"), (2, ""), (3, "\\Seen \\Flagged"), (2, ""), (2, "\\Seen"), (4, "\\Answered"), (5, "")] {
        put(world, &key, &inbox, flags, message(number));
    }
    put(world, &key, &inbox, "", Bytes::from_static(b"Subject: no id\r\n\r\nhello\r\n"));
    let summer = name(&["Projets", "Été 2019"]);
    world.add_mailbox(&key, &name(&["Projets"]), None).expect("new");
    world.add_mailbox(&key, &summer, None).expect("new");
    world.subscribe(&key, &summer).expect("there");
    for number in [10, 11, 11, 12] {
        put(world, &key, &summer, "\\Seen", message(number));
    }
    put(world, &key, &name(&["Sent"]), "\\Seen", message(20));
    world.add_mailbox(&key, &name(&["Empty"]), None).expect("new");
}

/// Name, whether subscribed, and date, flags, content of every message: equal lists are equal accounts.
type Mail = Vec<(String, bool, Vec<(i64, String, Vec<u8>)>)>;

/// One world with its journal and secrets: what survives a cut.
pub struct Stage {
    pub world: MailWorld,
    pub journal: MemoryJournal,
    pub secrets: Arc<MemorySecrets>,
    session: SessionId,
    source: Dialect,
    target: Dialect,
    clock: Arc<TestClock>,
}

impl Stage {
    pub async fn new(target: Dialect) -> Self {
        Self::filled(Dialect::Dovecot, target, fill).await
    }

    /// Between these two servers, with the mail that `fill` puts there.
    pub async fn filled(source: Dialect, target: Dialect, fill: impl FnOnce(&MailWorld)) -> Self {
        let world = MailWorld::in_memory(1);
        fill(&world);
        let template = if target.is_exchange() { Template::Exchange } else { Template::Dovecot };
        world.create_empty(&AccountKey::new(TARGET), template).expect("writes to memory");
        let secrets = Arc::new(MemorySecrets::new());
        for reference in [source_secret(&session_id(), &address()), target_secret(&session_id(), &address())] {
            secrets.set(&reference, &Secret::new("right")).await.expect("memory");
        }
        Self { world, journal: MemoryJournal::new(), secrets, session: session_id(), source, target, clock: Arc::new(TestClock::new()) }
    }

    pub fn ports(&self) -> Ports {
        let hosts = HashMap::from([(SOURCE.to_owned(), self.source), (TARGET.to_owned(), self.target)]);
        Ports {
            platforms: Arc::new(NoPlatforms),
            mail: Arc::new(InProcessMail::new(self.world.clone(), Arc::new(Doorman), hosts)),
            resolver: Arc::new(NoResolver),
            secrets: self.secrets.clone(),
            journal: Arc::new(self.journal.clone()),
            clock: self.clock.clone(),
        }
    }

    /// The journal is there, as a file is that was made; whether anything was written is for the engine to see.
    pub fn opening(&self) -> Opening {
        Opening::Resume(self.session.clone())
    }

    /// Runs until the end or until the knife falls; the engine is dropped either way.
    pub async fn run(&self, knife: &Arc<Knife>, limits: Limits) -> Option<End> {
        let ports = cut(&self.ports(), knife);
        let run = async {
            let (engine, mut notices) = Engine::open(ports, limits, self.opening()).await.expect("the journal is sound");
            drive(&engine.handle(), &mut notices, &answers(), |_| {}).await
        };
        tokio::select! {
            biased;
            () = knife.fallen() => None,
            end = run => Some(end),
            () = tokio::time::sleep(std::time::Duration::from_hours(1)) => panic!("stuck: {:?}", self.journal.recorded().last()),
        }
    }

    /// The mail of an account.
    pub fn mail(&self, host: &str) -> Mail {
        let snapshot = self.world.snapshot(&AccountKey::new(host));
        let is_mail = |m: &&(&MailboxName, &mailferry::sandbox::mail::MailboxSnapshot)| m.1.holds_mail;
        let mut all: Vec<_> = snapshot
            .mailboxes
            .iter()
            .filter(|m| is_mail(&m))
            .map(|(name, mailbox)| {
                let role = mailbox.role.filter(|r| *r != Role::Inbox);
                let name = role.map_or_else(|| name.to_string(), |role| format!("{role:?}"));
                let mut messages: Vec<_> =
                    mailbox.messages.iter().map(|m| (m.internal_date.unix_seconds(), m.flags.to_string(), m.bytes.to_vec())).collect();
                messages.sort();
                (name, mailbox.is_subscribed, messages)
            })
            .collect();
        all.sort();
        all
    }

    /// Says what is lost or doubled. What the target does to every message is no loss.
    pub fn check(&self, story: &str) -> Result<(), String> {
        let (source, target) = (self.mail(SOURCE), self.mail(TARGET));
        for (name, is_subscribed, messages) in &source {
            let Some((_, is_subscribed_there, there)) = target.iter().find(|(other, ..)| other == name) else {
                return Err(format!("{story}: no mailbox {name}"));
            };
            let mut messages: Vec<_> = messages
                .iter()
                .map(|(date, flags, bytes)| (*date, flags.clone(), as_stored(self.target, &Bytes::copy_from_slice(bytes)).to_vec()))
                .collect();
            messages.sort();
            if messages != *there {
                let short = |all: &[(i64, String, Vec<u8>)]| all.iter().map(|m| (m.0, m.1.clone())).collect::<Vec<_>>();
                return Err(format!("{story}: {name}: {:?} at the source, {:?} at the target", short(&messages), short(there)));
            }
            if *is_subscribed && !is_subscribed_there {
                return Err(format!("{story}: {name} is not subscribed"));
            }
        }
        Ok(())
    }
}

/// Guided, nothing renamed, DNS left alone.
pub fn answers() -> Answers {
    let account = SourceAccount {
        address: address(),
        service: None,
        endpoint: ImapEndpoint::tls(SOURCE),
        user: "john.smith".to_owned(),
        secret: source_secret(&session_id(), &address()),
        display_name: None,
        first_name: None,
        last_name: None,
    };
    Answers {
        mode: Mode::Guided,
        access: None,
        sources: vec![account],
        destination: Destination { service: None, display_name: None, endpoint: ImapEndpoint::tls(TARGET), webmail: None },
        domains: Vec::new(),
        order: None,
        source_name: SourceName::Kept,
        target_user: None,
        dns: DnsWish::Skip,
        finish: Some(false),
    }
}

/// A runtime whose time jumps when everybody waits.
pub fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime")
}

impl Stage {
    /// Whether what the session says of every mailbox is what the ledger and the source say.
    pub async fn check_totals(&self) -> Result<(), String> {
        let session = mailferry::session::Session::replay(&self.journal.recorded());
        for migration in &session.migrations {
            let tallies: HashMap<_, _> = self.journal.tallies(migration.id).await.expect("memory").into_iter().collect();
            for (id, mailbox) in &migration.mailboxes {
                let tally = tallies.get(id).copied().unwrap_or_default();
                let source = self.world.snapshot(&AccountKey::new(SOURCE));
                let messages = source.mailboxes.get(&mailbox.mapping.name).map_or(0, |m| m.messages.len() as u64);
                let said = (mailbox.messages, mailbox.copied, mailbox.refused, mailbox.verified);
                let counted = (messages, tally.copied, tally.refused, tally.verified);
                if said != counted {
                    return Err(format!("{}: {said:?} said, {counted:?} counted", mailbox.mapping.name));
                }
                if tally.copied + tally.refused != messages {
                    return Err(format!("{}: {messages} messages, {tally:?}", mailbox.mapping.name));
                }
            }
        }
        Ok(())
    }

    /// Stores another message in the source's inbox.
    pub fn deliver(&self, number: usize) {
        put(&self.world, &AccountKey::new(SOURCE), &MailboxName::inbox(), "", message(number));
    }
}
