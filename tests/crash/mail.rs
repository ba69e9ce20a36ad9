//! The copy alone, between two servers without a platform.

use mailferry::app::autopilot::End;
use mailferry::engine::Limits;
use mailferry::sandbox::mail::Dialect;

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use mailferry::adapters::journal::MemoryJournal;
use mailferry::adapters::secrets::MemorySecrets;
use mailferry::app::{Answers, DnsWish, End, drive};
use mailferry::domain::{EmailAddress, Flags, ImapEndpoint, InternalDate, MailboxName, Role, Secret, SessionId};
use mailferry::engine::{Engine, Limits, Opening};
use mailferry::plan::{SourceAccount, SourceName};
use mailferry::ports::{Ports, SecretStore};
use mailferry::sandbox::mail::{AccountKey, Dialect, Directory, InProcessMail, LoginRefusal, MailWorld, Template};
use mailferry::session::{Destination, Mode, source_secret, target_secret};
use support::clock::TestClock;
use support::cutting::{Knife, cut};
use support::nothing::{NoPlatforms, NoResolver};

struct Doorman;

impl Directory for Doorman {
    fn authenticate(&self, host: &str, _user: &str, password: &str) -> Result<AccountKey, LoginRefusal> {
        match password {
            "right" => Ok(AccountKey::new(host)),
            _ => Err(LoginRefusal::WrongPassword),
        }
    }
}

const SOURCE: &str = "source.example.com";
const TARGET: &str = "target.example.org";

fn session_id() -> SessionId {
    SessionId::from_bits(1)
}

fn address() -> EmailAddress {
    "john.smith@mydomain.ovh".parse().expect("valid")
}

fn name(path: &[&str]) -> MailboxName {
    MailboxName::from_segments(path.iter().map(|s| (*s).to_owned())).expect("valid")
}

fn message(number: usize) -> Bytes {
    Bytes::from(format!(
        "Message-ID: <{number}@example.com>\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\nFrom: a@example.com\r\nSubject: n {number}\r\n\r\nBody {number}\r\n"
    ))
}

/// A small account with everything that goes wrong elsewhere: twins, triplets, no Message-ID, an empty mailbox, names in UTF-7.
fn fill(world: &MailWorld) {
    let key = AccountKey::new(SOURCE);
    world.create_empty(&key, Template::Dovecot).expect("writes to memory");
    let mut second = 1_700_000_000;
    let mut put = |mailbox: &MailboxName, flags: &str, bytes: Bytes| {
        second += 61;
        let date = InternalDate::from_unix(second, 60).expect("in range");
        world.put(&key, mailbox, Flags::from(flags.to_owned()), date, bytes).expect("writes to memory");
    };
    let inbox = MailboxName::inbox();
    for (number, flags) in [(1, "\\Seen"), (2, ""), (3, "\\Seen \\Flagged"), (2, ""), (2, "\\Seen"), (4, "\\Answered"), (5, "")] {
        put(&inbox, flags, message(number));
    }
    put(&inbox, "", Bytes::from_static(b"Subject: no id\r\n\r\nhello\r\n"));
    let summer = name(&["Projets", "Été 2019"]);
    world.add_mailbox(&key, &name(&["Projets"]), None).expect("new");
    world.add_mailbox(&key, &summer, None).expect("new");
    world.subscribe(&key, &summer).expect("there");
    for number in [10, 11, 11, 12] {
        put(&summer, "\\Seen", message(number));
    }
    put(&name(&["Sent"]), "\\Seen", message(20));
    world.add_mailbox(&key, &name(&["Empty"]), None).expect("new");
}

/// Date, flags and bytes of a message.
type Message = (i64, String, Vec<u8>);

/// One world with its journal and secrets: what survives a cut.
struct Stage {
    world: MailWorld,
    journal: MemoryJournal,
    secrets: Arc<MemorySecrets>,
    target: Dialect,
}

impl Stage {
    async fn new(target: Dialect) -> Self {
        let world = MailWorld::in_memory(1);
        fill(&world);
        let template = if target.is_exchange() { Template::Exchange } else { Template::Dovecot };
        world.create_empty(&AccountKey::new(TARGET), template).expect("writes to memory");
        let secrets = Arc::new(MemorySecrets::new());
        for reference in [source_secret(&session_id(), &address()), target_secret(&session_id(), &address())] {
            secrets.set(&reference, &Secret::new("right")).await.expect("memory");
        }
        Self { world, journal: MemoryJournal::new(), secrets, target }
    }

    fn ports(&self) -> Ports {
        let hosts = HashMap::from([(SOURCE.to_owned(), Dialect::Dovecot), (TARGET.to_owned(), self.target)]);
        Ports {
            platforms: Arc::new(NoPlatforms),
            mail: Arc::new(InProcessMail::new(self.world.clone(), Arc::new(Doorman), hosts)),
            resolver: Arc::new(NoResolver),
            secrets: self.secrets.clone(),
            journal: Arc::new(self.journal.clone()),
            clock: Arc::new(TestClock::new()),
        }
    }

    /// Runs until the end or until the knife falls; the engine is dropped either way.
    async fn run(&self, knife: &Arc<Knife>, limits: Limits) -> Option<End> {
        let opening = if self.journal.recorded().is_empty() { Opening::New(session_id()) } else { Opening::Resume };
        let ports = cut(&self.ports(), knife);
        let run = async {
            let (engine, mut notices) = Engine::open(ports, limits, opening).await.expect("the journal is sound");
            drive(&engine.handle(), &mut notices, &answers(), |_| {}).await
        };
        tokio::select! {
            biased;
            () = knife.fallen() => None,
            end = run => Some(end),
            () = tokio::time::sleep(std::time::Duration::from_hours(1)) => panic!("stuck: {:?}", self.journal.recorded().last()),
        }
    }

    /// Mailbox, flags, date, content of every message, as a sorted list: equal lists are equal accounts.
    fn mail(&self, host: &str) -> Vec<(String, bool, Vec<Message>)> {
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

    /// Says what is lost or doubled.
    fn check(&self, story: &str) -> Result<(), String> {
        let (source, target) = (self.mail(SOURCE), self.mail(TARGET));
        for (name, is_subscribed, messages) in &source {
            let Some((_, is_subscribed_there, there)) = target.iter().find(|(other, ..)| other == name) else {
                return Err(format!("{story}: no mailbox {name}"));
            };
            if messages != there {
                let short = |all: &[(i64, String, Vec<u8>)]| all.iter().map(|m| (m.0, m.1.clone())).collect::<Vec<_>>();
                return Err(format!("{story}: {name}: {:?} at the source, {:?} at the target", short(messages), short(there)));
            }
            if *is_subscribed && !is_subscribed_there {
                return Err(format!("{story}: {name} is not subscribed"));
            }
        }
        Ok(())
    }
}

fn answers() -> Answers {
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
        source_name: SourceName::Kept,
        target_user: None,
        dns: DnsWish::Skip,
        finish: Some(false),
    }
}
use crate::support::cutting::Knife;
use crate::support::guided::{Stage, paused};

fn limits() -> Limits {
    Limits::small()
}

#[test]
fn an_undisturbed_copy_is_equal() {
    for target in [Dialect::Dovecot, Dialect::Exchange] {
        paused().block_on(async {
            let stage = Stage::new(target).await;
            let knife = Knife::at(usize::MAX);
            assert_eq!(stage.run(&knife, limits()).await, Some(End::Done), "{target:?}");
            stage.check("undisturbed").expect("equal");
            assert!(knife.count() > 40, "only {} half-effects: {:?}", knife.count(), knife.names());
        });
    }
}

/// Cuts at `first`, resumes, cuts at `second` (counted anew), resumes to the end.
async fn cut_twice(target: Dialect, first: usize, second: usize, limits: impl Fn() -> Limits) -> Result<bool, String> {
    let stage = Stage::new(target).await;
    let story = format!("{target:?}, cut at {first} and then at {second}");
    if stage.run(&Knife::at(first), limits()).await.is_some() {
        return Ok(false);
    }
    if stage.run(&Knife::at(second), limits()).await.is_none() {
        let end = stage.run(&Knife::at(usize::MAX), limits()).await;
        if end != Some(End::Done) {
            return Err(format!("{story}: {end:?}"));
        }
    }
    stage.check(&story)?;
    Ok(true)
}

fn cut_everywhere(target: Dialect) {
    let mut cuts = 0;
    for first in 0.. {
        let mut was_cut = false;
        // The second cut walks over everything that a resume does; with a prime step every pair of distances is met over the whole test.
        for second in (0..60).skip(first % 7).step_by(7) {
            was_cut = paused().block_on(cut_twice(target, first, second, limits)).expect("nothing lost, nothing doubled");
            cuts += usize::from(was_cut);
            if !was_cut {
                break;
            }
        }
        if !was_cut {
            break;
        }
    }
    assert!(cuts > 300, "only {cuts} cuts");
}

#[test]
fn cut_anywhere_twice_nothing_is_lost_or_doubled_with_batches_stored_as_one() {
    cut_everywhere(Dialect::Dovecot);
}

#[test]
fn cut_anywhere_twice_nothing_is_lost_or_doubled_with_messages_stored_one_by_one() {
    cut_everywhere(Dialect::Exchange);
}

#[test]
fn without_the_settling_a_cut_doubles_mail() {
    for target in [Dialect::Dovecot, Dialect::Exchange] {
        let doubled =
            (0..400).any(|first| paused().block_on(cut_twice(target, first, usize::MAX, || limits().without_settling())).is_err());
        assert!(doubled, "{target:?}: the crash tests have no teeth");
    }
}
