//! Later passes: nothing changed is nothing done, flags follow the source, what went on either side is told and nothing is deleted.
//! And how thoroughly a copy is read again.

use mailferry::domain::{Flags, ImapEndpoint, MailboxId, MailboxName, MigrationId, Secret, Thoroughness, Uid, WireName};
use mailferry::engine::{Limits, Stop};
use mailferry::ports::{EntryState, Login, MailConnection, Ports};
use mailferry::sandbox::mail::{AccountKey, Dialect, Fault, Occasion, Oddity, Scope};
use mailferry::session::{Command, CopyState, Event, MailboxProgress};

use crate::support::cutting::Knife;
use crate::support::following::{Run, small_but};
use crate::support::guided::{SOURCE, Stage, TARGET, answers, fill, message, name, paused, put};
use crate::support::tricks::TrickMail;

const ONE: MigrationId = MigrationId(1);

fn events_from(stage: &Stage, from: usize) -> Vec<Event> {
    stage.journal.recorded()[from..].iter().map(|stored| stored.event.clone()).collect()
}

async fn another_pass(stage: &Stage, run: &mut Run) -> Vec<Event> {
    let before = stage.journal.recorded().len();
    run.submit(Command::RequestDelta { migration: ONE }).await;
    run.until_verified().await;
    events_from(stage, before)
}

/// Whether the events are those of a pass in which nothing was done.
fn is_nothing(events: &[Event]) -> bool {
    let [Event::DeltaRequested { .. }, Event::AccountSurveyed { unchanged, vanished, found, .. }] = events else { return false };
    unchanged.len() > 3 && vanished.is_empty() && found.is_empty()
}

async fn door(stage: &Stage, host: &str) -> Box<dyn MailConnection> {
    let login = Login { user: "john.smith".to_owned(), password: Secret::new("right") };
    let mut connection = stage.ports().mail.connect(&ImapEndpoint::tls(host), &login).await.expect("open to everybody");
    connection.select(&WireName("INBOX".to_owned())).await.expect("there");
    connection
}

fn one(uid: Uid) -> mailferry::domain::UidSet {
    mailferry::domain::UidSet::range(uid, uid)
}

fn flags(text: &str) -> Flags {
    Flags::from(text.to_owned())
}

/// The target's UID of a message of the source's inbox.
fn place_of(stage: &Stage, uid: u32) -> Uid {
    let inbox = inbox(stage).0;
    let rows = stage.journal.ledger();
    rows.iter().find(|row| row.mailbox == inbox && row.source_uid == Uid(uid)).and_then(|row| row.target_uid).expect("copied")
}

fn inbox(stage: &Stage) -> (MailboxId, MailboxProgress) {
    let session = mailferry::session::Session::replay(&stage.journal.recorded());
    let found = session.migrations[0].mailboxes.iter().find(|(_, m)| m.mapping.name.is_inbox());
    found.map(|(id, m)| (*id, m.clone())).expect("an inbox")
}

fn flags_at_target(stage: &Stage, uid: Uid) -> String {
    let snapshot = stage.world.snapshot(&AccountKey::new(TARGET));
    let messages = &snapshot.mailboxes[&MailboxName::inbox()].messages;
    messages.iter().find(|m| m.uid == uid).expect("there").flags.to_string()
}

#[test]
fn where_nothing_changed_nothing_is_done() {
    for source in [Dialect::Dovecot, Dialect::Minimal] {
        paused().block_on(async {
            let stage = Stage::filled(source, Dialect::Dovecot, fill).await;
            let mail = TrickMail::around(stage.ports().mail);
            let ports = Ports { mail: std::sync::Arc::new(mail.clone()), ..stage.ports() };
            let answers = mailferry::app::Answers { finish: None, ..answers() };
            let mut run = Run::with(&stage, ports, Limits::small(), answers).await;
            run.until_verified().await;
            let read = mail.tricks().read.clone();
            for _ in 0..2 {
                let events = another_pass(&stage, &mut run).await;
                assert!(is_nothing(&events), "{source:?}: {events:?}");
            }
            assert_eq!(mail.tricks().read, read, "no message was read");
            stage.check_totals().await.expect("truthful");
        });
    }
}

#[test]
fn flags_that_change_at_the_source_are_carried_and_what_the_person_changed_at_the_target_stays() {
    for source in [Dialect::Dovecot, Dialect::Minimal] {
        paused().block_on(async {
            let stage = Stage::filled(source, Dialect::Dovecot, fill).await;
            let mut run = Run::start(&stage, Limits::small()).await;
            run.until_verified().await;
            let mut here = door(&stage, SOURCE).await;
            here.remove_flags(&one(Uid(1)), &flags("\\Seen")).await.expect("stored");
            here.add_flags(&one(Uid(1)), &flags("\\Flagged")).await.expect("stored");
            here.add_flags(&one(Uid(2)), &flags("\\Answered")).await.expect("stored");
            let mut there = door(&stage, TARGET).await;
            there.remove_flags(&one(place_of(&stage, 3)), &flags("\\Flagged")).await.expect("stored");
            there.add_flags(&one(place_of(&stage, 2)), &flags("\\Seen")).await.expect("stored");
            let events = another_pass(&stage, &mut run).await;
            let carried: Vec<u64> =
                events.iter().filter_map(|e| if let Event::FlagsCarried { messages, .. } = e { Some(*messages) } else { None }).collect();
            assert_eq!(carried, [2], "{source:?}: {events:?}");
            let told = [1, 2, 3].map(|uid| flags_at_target(&stage, place_of(&stage, uid)));
            assert_eq!(told, ["\\Flagged", "\\Seen \\Answered", "\\Seen"], "{source:?}");
            assert_eq!(inbox(&stage).1.reflagged, 2);
            stage.check_totals().await.expect("truthful");
            let events = another_pass(&stage, &mut run).await;
            assert!(is_nothing(&events), "{source:?}: {events:?}");
        });
    }
}

#[test]
fn what_went_on_either_side_is_told_and_neither_deleted_nor_copied_again() {
    for source in [Dialect::Dovecot, Dialect::Minimal] {
        paused().block_on(async {
            let stage = Stage::filled(source, Dialect::Dovecot, fill).await;
            let mut run = Run::start(&stage, Limits::small()).await;
            run.until_verified().await;
            let (at_source, at_target) = (AccountKey::new(SOURCE), AccountKey::new(TARGET));
            let inbox_name = MailboxName::inbox();
            let count = || stage.world.snapshot(&at_target).mailboxes[&inbox_name].messages.len();
            let before = count();
            stage.world.remove(&at_source, &inbox_name, &[Uid(1), Uid(7)]).expect("memory");
            stage.world.remove(&at_target, &inbox_name, &[place_of(&stage, 4)]).expect("memory");
            stage.deliver(80);
            let events = another_pass(&stage, &mut run).await;
            let intended: u32 = events.iter().map(|e| if let Event::BatchIntended { messages, .. } = e { *messages } else { 0 }).sum();
            assert_eq!((intended, count()), (1, before), "{source:?}: one came, one was deleted by the person");
            let progress = inbox(&stage).1;
            assert_eq!((progress.disappeared, progress.removed, progress.state), (2, 1, CopyState::Verified), "{source:?}");
            let events = another_pass(&stage, &mut run).await;
            assert!(is_nothing(&events), "{source:?}: {events:?}");
            assert_eq!((inbox(&stage).1.disappeared, inbox(&stage).1.removed), (2, 1));
        });
    }
}

#[test]
fn a_folder_that_came_since_is_copied_by_the_same_rules() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let mut run = Run::start(&stage, Limits::small()).await;
        run.until_verified().await;
        let key = AccountKey::new(SOURCE);
        let trips = name(&["Projets", "Voyages"]);
        stage.world.add_mailbox(&key, &trips, None).expect("new");
        put(&stage.world, &key, &trips, "\\Seen", message(90));
        let events = another_pass(&stage, &mut run).await;
        let found = events.iter().find_map(|e| if let Event::AccountSurveyed { found, .. } = e { Some(found.len()) } else { None });
        assert_eq!(found, Some(1));
        stage.check("with the new folder").expect("equal");
        stage.check_totals().await.expect("truthful");
    });
}

#[test]
fn what_was_not_read_again_is_never_called_verified_and_can_be_verified_later() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let mail = TrickMail::around(stage.ports().mail);
        let ports = Ports { mail: std::sync::Arc::new(mail.clone()), ..stage.ports() };
        let answers = mailferry::app::Answers { finish: None, ..answers() };
        let without = small_but(|limits| limits.thoroughness = Thoroughness::None);
        let mut run = Run::with(&stage, ports, without, answers).await;
        run.until_verified().await;
        assert_eq!(run.session().migrations[0].copy_state(), CopyState::Unverified);
        assert_eq!(run.session().migrations[0].verified(), 0);
        assert!(mail.tricks().read.get(TARGET).copied().unwrap_or(0) <= 5, "nothing but the first messages, before the others follow");
        assert!(stage.journal.ledger().iter().all(|row| row.state == EntryState::Copied));
        stage.check("copied").expect("equal");
        stage.check_totals().await.expect("truthful");
        run.stop(Stop::Soft).await;
        let mut run = Run::start(&stage, Limits::small()).await;
        another_pass(&stage, &mut run).await;
        assert_eq!(run.session().migrations[0].copy_state(), CopyState::Verified);
        assert!(stage.journal.ledger().iter().all(|row| row.state == EntryState::Verified));
        stage.check_totals().await.expect("truthful");
    });
}

#[test]
fn where_nothing_is_read_again_each_mailbox_is_over_when_it_is_copied_and_later_passes_are_whole() {
    for source in [Dialect::Dovecot, Dialect::Minimal] {
        paused().block_on(async {
            let stage = Stage::filled(source, Dialect::Dovecot, fill).await;
            let without = small_but(|limits| limits.thoroughness = Thoroughness::None);
            let answers = mailferry::app::Answers { finish: None, ..answers() };
            let mut run = Run::with(&stage, stage.ports(), without, answers).await;
            run.until_verified().await;
            let events = events_from(&stage, 0);
            let copied = |event: &Event| matches!(event, Event::MailboxCopied { .. });
            let places: Vec<usize> = (0..events.len()).filter(|&place| copied(&events[place])).collect();
            assert!(places.len() > 3, "{source:?}");
            for place in places {
                assert!(matches!(events[place + 1], Event::VerificationSkipped { .. }), "{source:?}: {:?}", events[place + 1]);
            }
            let events = another_pass(&stage, &mut run).await;
            assert!(is_nothing(&events), "{source:?}: {events:?}");
            stage.check("copied").expect("equal");
            stage.check_totals().await.expect("truthful");
            let mut here = door(&stage, SOURCE).await;
            here.add_flags(&one(Uid(2)), &flags("\\Answered")).await.expect("stored");
            stage.world.remove(&AccountKey::new(SOURCE), &MailboxName::inbox(), &[Uid(7)]).expect("memory");
            stage.deliver(80);
            let events = another_pass(&stage, &mut run).await;
            let intended: u32 = events.iter().map(|e| if let Event::BatchIntended { messages, .. } = e { *messages } else { 0 }).sum();
            assert_eq!(intended, 1, "{source:?}: {events:?}");
            assert!(flags_at_target(&stage, place_of(&stage, 2)).contains("\\Answered"), "{source:?}");
            let progress = inbox(&stage).1;
            assert_eq!((progress.reflagged, progress.disappeared, progress.state), (1, 1, CopyState::Unverified), "{source:?}");
            let events = another_pass(&stage, &mut run).await;
            assert!(is_nothing(&events), "{source:?}: {events:?}");
        });
    }
}

#[test]
fn of_a_sample_two_hundred_bodies_are_read_and_all_headers() {
    paused().block_on(async {
        let many = |world: &mailferry::sandbox::mail::MailWorld| {
            fill(world);
            for number in 1000..1250 {
                put(world, &AccountKey::new(SOURCE), &MailboxName::inbox(), "", message(number));
            }
        };
        let stage = Stage::filled(Dialect::Dovecot, Dialect::Dovecot, many).await;
        let mut run = Run::start(&stage, small_but(|limits| limits.thoroughness = Thoroughness::Sample)).await;
        run.until_verified().await;
        let progress = inbox(&stage).1;
        assert_eq!((progress.verified, progress.sampled, progress.thoroughness), (200, progress.messages - 200, Thoroughness::Sample));
        assert_eq!(stage.journal.ledger().iter().filter(|row| row.state == EntryState::Sampled).count() as u64, progress.sampled);
        stage.check_totals().await.expect("truthful");
        run.stop(Stop::Soft).await;
        let mut run = Run::start(&stage, Limits::small()).await;
        another_pass(&stage, &mut run).await;
        let progress = inbox(&stage).1;
        assert_eq!((progress.verified, progress.sampled), (progress.messages, 0), "a full look goes over the sample's rest");
        stage.check_totals().await.expect("truthful");
    });
}

#[test]
fn a_doubt_about_bytes_that_a_server_changed_quietly_is_settled_by_what_they_say() {
    for cut in 0.. {
        let is_over = paused().block_on(async {
            let stage = Stage::new(Dialect::Dovecot).await;
            stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::Odd(Oddity::RebuildsHeaders, Occasion::ALWAYS));
            let is_over = stage.run(&Knife::at(cut), Limits::small()).await.is_some();
            if !is_over {
                stage.run(&Knife::at(usize::MAX), Limits::small()).await.expect("an end");
            }
            let count = |host: &str| stage.mail(host).iter().map(|(_, _, messages)| messages.len()).sum::<usize>();
            assert_eq!(count(TARGET), count(SOURCE), "cut at {cut}: none lost, none doubled");
            is_over
        });
        if is_over {
            assert!(cut > 40, "only {cut} cuts");
            break;
        }
    }
}
