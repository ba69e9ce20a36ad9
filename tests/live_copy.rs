//! From one real Dovecot to another with the real binary, compared message by message by a reader that shares nothing with it.

#[path = "support/dovecot.rs"]
mod dovecot;
#[path = "support/filling.rs"]
mod filling;
#[path = "support/nothing.rs"]
mod nothing;
#[path = "support/program.rs"]
mod program;
#[path = "support/reader.rs"]
mod reader;

use std::sync::Arc;
use std::time::{Duration, Instant};

use dovecot::{Dovecot, USUAL};
use mailferry::adapters::clock::SystemClock;
use mailferry::adapters::imap::{ImapStore, Timeouts};
use mailferry::adapters::journal::SqliteJournal;
use mailferry::adapters::secrets::MemorySecrets;
use mailferry::adapters::{AddressBook, Trust};
use mailferry::app::{Answers, DnsWish, End, drive};
use mailferry::domain::{CopyChoices, DeletedMail, Secret, SessionId};
use mailferry::engine::{Engine, Limits, Opening, Stop};
use mailferry::plan::{SourceAccount, SourceName};
use mailferry::ports::{Ports, SecretStore};
use mailferry::session::{Command, Destination, Event, Mode, source_secret, target_secret};
use program::{Accounts, Home};
use rand::{Rng, SeedableRng};
use reader::{ReadAccount, Reader, differences};
use rustix::process::Signal;

const ANNA: &str = "anna@example.com";
const NEW: &str = "New mail\r\n";

/// Two servers, and a home whose CA file has both authorities.
struct Stage {
    source: Dovecot,
    target: Dovecot,
}

impl Stage {
    fn new(target: &str) -> Self {
        Self { source: Dovecot::start(), target: Dovecot::start_with(target) }
    }

    fn home(&self) -> Home {
        Home::new(&format!("{}{}", self.source.authority_pem, self.target.authority_pem), "secret", "secret")
    }

    /// Anna's mail into the account of somebody at the target.
    fn accounts(&self, to: &str) -> Accounts {
        let url = |user: &str, port: u16| format!("imaps://{}@localhost:{port}", user.replace('@', "%40"));
        Accounts { from: url(ANNA, self.source.tls_port), to: url(to, self.target.tls_port) }
    }

    fn source(&self) -> ReadAccount {
        Reader::login(self.source.clear_port, ANNA, "secret").account()
    }

    fn target(&self, user: &str) -> ReadAccount {
        Reader::login(self.target.clear_port, user, "secret").account()
    }

    /// Dovecot drops a CR at the very end of a message, whoever appends it (shown in [`dovecot_drops_a_last_cr`]); everything else
    /// must be as it was, byte by byte.
    fn must_be_equal(&self, user: &str, story: &str) {
        let mut source = self.source();
        for message in source.values_mut().flat_map(|mailbox| &mut mailbox.messages) {
            if message.bytes.ends_with(b"\r") {
                message.bytes.pop();
            }
        }
        for mailbox in source.values_mut() {
            mailbox.messages.sort();
        }
        let differences = differences(&source, &self.target(user));
        assert!(differences.is_empty(), "{story}:\n{differences}");
    }

    fn fill(&self, wanted: &[filling::Wanted]) -> (usize, usize) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(filling::fill(&self.source, ANNA, wanted))
    }
}

fn messages(account: &ReadAccount) -> usize {
    account.values().map(|mailbox| mailbox.messages.len()).sum()
}

#[test]
#[ignore = "needs Dovecot; run by .ci/run"]
fn thousands_of_messages_arrive_as_they_were_and_nothing_is_copied_twice() {
    let stage = Stage::new(USUAL);
    let mut wanted = filling::generated(5_200);
    wanted.extend(filling::odd());
    wanted.extend(filling::corpus());
    let (taken, refused) = stage.fill(&wanted);
    assert!(taken >= 5_000 && refused < 20, "{taken} taken, {refused} refused by the source itself");
    let source = stage.source();
    assert_eq!(messages(&source), taken);
    let keywords = source.values().flat_map(|m| &m.messages).any(|m| m.flags.contains("Projet-Lyon"));
    let has_empty = source.values().any(|m| m.is_selectable && m.messages.is_empty());
    assert_eq!((keywords, has_empty, source.keys().any(|name| name.contains("&ZeV"))), (true, true, true));
    let (home, accounts) = (stage.home(), stage.accounts(ANNA));

    let first = home.run(&accounts);
    assert_eq!((first.code, first.copied()), (Some(0), taken as u64), "{}", first.stderr);
    stage.must_be_equal(ANNA, "after the first run");
    let report = first.report.expect("a report");
    assert_eq!(report["accounts"][0]["outcome"], "complete");

    let again = home.run(&accounts);
    assert_eq!((again.code, again.copied()), (Some(0), 0), "{}", again.stderr);
    stage.must_be_equal(ANNA, "after the second run");

    let mut mail = Reader::login(stage.source.clear_port, ANNA, "secret");
    mail.append("INBOX", &format!("Subject: one\r\n\r\n{NEW}"));
    mail.append("INBOX", &format!("Subject: one\r\n\r\n{NEW}"));
    mail.append("Sent", &format!("Message-ID: <twin@example.com>\r\nSubject: two\r\n\r\n{NEW}"));
    let delta = home.run(&accounts);
    assert_eq!((delta.code, delta.copied()), (Some(0), 3), "{}", delta.stderr);
    stage.must_be_equal(ANNA, "after mail had arrived");

    killed_at_many_moments(&stage);
    stopped_softly(&stage, Signal::TERM, "terminated@example.com");
    stopped_softly(&stage, Signal::INT, "interrupted@example.com");
}

/// SIGKILL after ever other numbers of lines, then to the end.
fn killed_at_many_moments(stage: &Stage) {
    let (home, user) = (stage.home(), "killed@example.com");
    let accounts = stage.accounts(user);
    let mut kills = 0;
    for lines in [2, 9, 13, 6, 17, 22, 11, 29, 37, 41, 3, 53] {
        let mut run = home.start(&accounts);
        if !(0..lines).all(|_| run.line()) {
            assert_eq!(run.end().code, Some(0));
            break;
        }
        run.child.kill().expect("killed");
        assert_eq!(run.end().code, None);
        kills += 1;
    }
    assert!(kills > 8, "killed {kills} times only");
    let last = home.run(&accounts);
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    stage.must_be_equal(user, "after the kills");
}

/// Kills in an ordinary run; `MAILFERRY_KILLS` says another number.
const KILLS: u32 = 20;

/// SIGKILL at random moments, again and again on the way to one target, then to the end and compared; target after target.
///
/// ```sh
/// MAILFERRY_KILLS=200 cargo test --test live_copy killed -- --ignored --nocapture
/// ```
#[test]
#[ignore = "needs Dovecot; run by .ci/run"]
fn killed_at_random_moments_nothing_is_lost_or_doubled() {
    #[expect(clippy::disallowed_methods, reason = "how many is the environment's to say")]
    let wanted = std::env::var("MAILFERRY_KILLS").map_or(KILLS, |text| text.parse().expect("a number"));
    let stage = Stage::new(USUAL);
    let mut mail = filling::generated(1_500);
    mail.extend(filling::odd());
    stage.fill(&mail);
    let mut dice = rand::rngs::StdRng::seed_from_u64(2_026);
    let (mut kills, mut targets) = (0, 0);
    let mut longest = Duration::from_secs(2);
    while kills < wanted {
        let (home, user) = (stage.home(), format!("killed.{targets}@example.com"));
        let accounts = stage.accounts(&user);
        let before = kills;
        for _ in 0..dice.random_range(4..16) {
            let began = Instant::now();
            let mut run = home.start(&accounts);
            // Some moments follow what was written down, others come at any time.
            let is_on_its_way = if dice.random_bool(0.5) {
                (0..dice.random_range(1..60)).all(|_| run.line())
            } else {
                std::thread::sleep(longest.mul_f64(dice.random_range(0.0..1.0)));
                run.child.try_wait().expect("ours").is_none()
            };
            if !is_on_its_way {
                longest = began.elapsed().min(longest);
                let ended = run.end();
                assert_eq!(ended.code, Some(0), "{}", ended.stderr);
                break;
            }
            std::thread::sleep(Duration::from_micros(dice.random_range(0..4_000)));
            run.child.kill().expect("killed");
            kills += u32::from(run.end().code.is_none());
        }
        let last = home.run(&accounts);
        assert_eq!(last.code, Some(0), "{}", last.stderr);
        stage.must_be_equal(&user, &format!("after {} kills on the way to {user}", kills - before));
        targets += 1;
    }
    println!("{kills} SIGKILLs on the way to {targets} targets of {} messages: nothing lost, nothing doubled", messages(&stage.source()));
}

fn stopped_softly(stage: &Stage, signal: Signal, user: &str) {
    let (home, accounts) = (stage.home(), stage.accounts(user));
    let mut run = home.start(&accounts);
    assert!(run.wait_for("batch-copied", 7));
    run.signal(signal);
    let stopped = run.end();
    assert_eq!(stopped.code, Some(3), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("give the same command again"), "{}", stopped.stderr);
    let so_far = messages(&stage.target(user)) as u64;
    assert_eq!(stopped.copied(), so_far, "what was in flight is finished and written down");
    let rest = home.run(&accounts);
    let in_doubt = rest.events.iter().any(|event| matches!(event, Event::BatchSettled { .. }));
    assert_eq!((rest.code, in_doubt), (Some(0), false), "{}", rest.stderr);
    assert_eq!(so_far + rest.copied(), messages(&stage.source()) as u64);
    stage.must_be_equal(user, "after a soft stop");
}

#[test]
#[ignore = "needs Dovecot; run by .ci/run"]
fn dovecot_drops_a_last_cr() {
    let dovecot = Dovecot::start();
    Reader::login(dovecot.clear_port, ANNA, "secret").append("INBOX", "Subject: x\r\n\r\nbare\rone\r\r");
    let account = Reader::login(dovecot.clear_port, ANNA, "secret").account();
    assert_eq!(String::from_utf8_lossy(&account["INBOX"].messages[0].bytes), "Subject: x\r\n\r\nbare\rone\r");
}

const NARROW: &str = "mail_plugins = quota\nprotocol imap {\n mail_plugins = quota imap_quota\n}\nplugin {\n quota = maildir:User quota\n quota_max_mail_size = 50K\n}\n";

#[test]
#[ignore = "needs Dovecot; run by .ci/run"]
fn what_the_target_refuses_is_listed_saved_and_tried_again() {
    let stage = Stage::new(&format!("{USUAL}{NARROW}"));
    let mut wanted = filling::generated(300);
    wanted.extend(filling::odd());
    stage.fill(&wanted);
    let source = stage.source();
    let large: Vec<_> = source.values().flat_map(|m| &m.messages).filter(|m| m.bytes.len() > 50 << 10).collect();
    assert!(!large.is_empty());
    let (home, accounts) = (stage.home(), stage.accounts(ANNA));
    for story in ["the first run", "the second run"] {
        let run = home.run(&accounts);
        assert_eq!(run.code, Some(1), "{story}: {}", run.stderr);
        let report = run.report.expect("a report");
        let refused = report["accounts"][0]["refused"].as_array().expect("a list").clone();
        assert_eq!(refused.len(), large.len(), "{story}: {report}");
        for row in refused {
            let saved = row["saved"].as_str().expect("a file");
            let bytes = std::fs::read(home.sessions()[0].join(saved)).expect("saved");
            assert!(large.iter().any(|m| m.bytes == bytes), "{saved} is none of the large messages");
        }
        let mut rest = source.clone();
        for mailbox in rest.values_mut() {
            mailbox.messages.retain(|m| m.bytes.len() <= 50 << 10);
        }
        let differences = differences(&rest, &stage.target(ANNA));
        assert!(differences.is_empty(), "{story}:\n{differences}");
    }
}

#[test]
#[ignore = "needs Dovecot; run by .ci/run"]
fn a_full_account_stops_the_copy_and_room_lets_it_go_on() {
    let quota = "mail_plugins = quota\nprotocol imap {\n mail_plugins = quota imap_quota\n}\nplugin {\n quota = maildir:User quota\n quota_rule = *:storage=400K\n quota_grace = 0\n}\n";
    let mut stage = Stage::new(&format!("{USUAL}{quota}"));
    stage.fill(&filling::generated(300));
    let (home, accounts) = (stage.home(), stage.accounts(ANNA));
    let full = home.run(&accounts);
    assert_eq!(full.code, Some(1));
    assert!(full.stderr.contains("The new account is full.") && full.stderr.contains("Code: quota-full"), "{}", full.stderr);
    let there = messages(&stage.target(ANNA));
    assert_eq!((there > 0, there as u64), (true, full.copied()));
    stage.target.reconfigure(USUAL);
    let rest = home.run(&accounts);
    assert_eq!(rest.code, Some(0), "{}", rest.stderr);
    stage.must_be_equal(ANNA, "once there was room");
}

/// A target whose names are spelled otherwise, through the library and not the binary.
#[test]
#[ignore = "needs Dovecot; run by .ci/run"]
fn a_target_with_a_prefix_and_another_delimiter_gets_the_same_folders() {
    let dotted = "namespace inbox {\n inbox = yes\n separator = .\n prefix = INBOX.\n mailbox Sent {\n special_use = \\Sent\n auto = create\n }\n mailbox Drafts {\n special_use = \\Drafts\n auto = create\n }\n mailbox Junk {\n special_use = \\Junk\n auto = create\n }\n mailbox Trash {\n special_use = \\Trash\n auto = create\n }\n}\n";
    let stage = Stage::new(dotted);
    let mut wanted = filling::generated(500);
    wanted.extend(filling::odd());
    stage.fill(&wanted);
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    assert_eq!(runtime.block_on(driven(&stage, folder.path())), End::Done);
    let spelled = |name: &str| match name.strip_prefix("INBOX.") {
        Some(rest) => rest.replace('.', "/"),
        None => name.to_owned(),
    };
    let target: ReadAccount = stage.target(ANNA).into_iter().map(|(name, mailbox)| (spelled(&name), mailbox)).collect();
    let below_inbox = |name: &str| name.strip_prefix("INBOX/").map_or_else(|| name.to_owned(), str::to_owned);
    let source: ReadAccount = stage.source().into_iter().map(|(name, mailbox)| (below_inbox(&name), mailbox)).collect();
    let differences = differences(&source, &target);
    assert!(differences.is_empty(), "{differences}");
}

async fn driven(stage: &Stage, folder: &std::path::Path) -> End {
    let id = SessionId::from_bits(1);
    let address = ANNA.parse().expect("an address");
    let secrets = MemorySecrets::new();
    for reference in [source_secret(&id, &address), target_secret(&id, &address)] {
        secrets.set(&reference, &Secret::new("secret")).await.expect("memory");
    }
    let trust = Trust { extra_ca_pem: vec![stage.source.authority_pem.clone(), stage.target.authority_pem.clone()] };
    let ports = Ports {
        platforms: Arc::new(nothing::NoPlatforms),
        mail: Arc::new(ImapStore::new(trust, AddressBook::default(), Timeouts::default())),
        resolver: Arc::new(nothing::NoResolver),
        secrets: Arc::new(secrets),
        journal: Arc::new(SqliteJournal::create(folder, &id).expect("new")),
        clock: Arc::new(SystemClock),
    };
    let source = SourceAccount {
        secret: source_secret(&id, &address),
        address,
        service: None,
        endpoint: stage.source.endpoint(),
        user: ANNA.to_owned(),
        display_name: None,
        first_name: None,
        last_name: None,
    };
    let answers = Answers {
        mode: Mode::Guided,
        access: None,
        sources: vec![source],
        destination: Destination { service: None, display_name: None, endpoint: stage.target.endpoint(), webmail: None },
        domains: Vec::new(),
        order: None,
        source_name: SourceName::Kept,
        target_user: None,
        dns: DnsWish::Skip,
        finish: Some(false),
    };
    let (engine, mut notices) = Engine::open(ports, Limits::default(), Opening::New(id)).await.expect("opened");
    let kept = CopyChoices { deleted: DeletedMail::Keep, ..CopyChoices::default() };
    engine.handle().submit(Command::MakeChoices { choices: kept }).await.expect("before the plan");
    let end = drive(&engine.handle(), &mut notices, &answers, |_| {}).await;
    engine.stop(Stop::Soft).await;
    end
}
