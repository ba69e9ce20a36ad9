//! Several connections for one account: as few logins as possible, never more memory than allowed, in the order in which mail is missed.

use std::sync::Arc;
use std::time::Duration;

use mailferry::app::Answers;
use mailferry::domain::{ByteSize, MailboxName, Uid};
use mailferry::engine::{Ceiling, Limits};
use mailferry::ports::Ports;
use mailferry::sandbox::mail::{AccountKey, Cut, CutPoint, CutStyle, Dialect, Fault, Scope, Side};
use mailferry::session::Event;

use crate::support::following::{Run, small_but};
use crate::support::guided::{SOURCE, Stage, TARGET, answers, message, name, paused, put};
use crate::support::tricks::TrickMail;

async fn tricked(stage: &Stage, mail: &TrickMail, limits: Limits) -> Run {
    let ports = Ports { mail: Arc::new(mail.clone()), ..stage.ports() };
    Run::with(stage, ports, limits, Answers { finish: None, ..answers() }).await
}

fn slow(stage: &Stage, host: &str) {
    let latency = Fault::Latency { per_command: Duration::from_millis(20), per_stored: Duration::from_millis(20) };
    stage.world.faults().set(Scope::Host(host.to_owned()), latency);
}

/// Four lanes, and windows that are small enough for all of them.
fn broad(window: usize) -> Limits {
    small_but(|limits| {
        (limits.lanes_per_account, limits.first_lanes) = (4, 4);
        (limits.window_messages, limits.batch_messages) = (window, 2);
    })
}

fn deliver(stage: &Stage, messages: std::ops::Range<usize>) {
    messages.for_each(|number| stage.deliver(number));
}

#[test]
fn one_lane_logs_in_once_to_copy_and_once_to_verify_however_many_mailboxes() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let mail = TrickMail::around(stage.ports().mail);
        let limits = small_but(|limits| (limits.lanes_per_account, limits.first_lanes) = (1, 1));
        let mut run = tricked(&stage, &mail, limits).await;
        run.until_verified().await;
        stage.check("at the end").expect("equal");
        let tricks = mail.tricks();
        assert_eq!((tricks.logins[SOURCE], tricks.logins[TARGET]), (2, 2), "{:?}", tricks.logins);
        assert_eq!(tricks.listed[TARGET], 1, "all mailboxes of the target are made from one list");
    });
}

#[test]
fn a_server_that_bears_two_connections_is_given_two() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Exchange).await;
        deliver(&stage, 100..160);
        slow(&stage, TARGET);
        let mail = TrickMail::around(stage.ports().mail);
        let mut limits = broad(5);
        let two = Ceiling { source: 2, readers: 1, target: 2 };
        limits.ceilings.values_mut().for_each(|ceiling| *ceiling = two);
        let mut run = tricked(&stage, &mail, limits).await;
        run.until_verified().await;
        stage.check("at the end").expect("equal");
        stage.check_totals().await.expect("truthful");
        assert_eq!(mail.tricks().most_open, 2, "idle ones included");
    });
}

#[test]
fn a_large_mailbox_is_written_over_several_lanes() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        paused().block_on(async {
            let stage = Stage::new(dialect).await;
            deliver(&stage, 100..200);
            slow(&stage, TARGET);
            let mail = TrickMail::around(stage.ports().mail);
            let mut run = tricked(&stage, &mail, broad(10)).await;
            run.until_verified().await;
            stage.check("at the end").expect("equal");
            stage.check_totals().await.expect("truthful");
            assert_eq!(mail.tricks().most_for_one, 4);
            assert!(stage.journal.ledger().iter().all(|row| row.target_uid.is_some()));
        });
    }
}

#[test]
fn lanes_that_are_cut_again_and_again_lose_and_double_nothing() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for (host, point) in [
            (TARGET, CutPoint::Append(3, Side::Before)),
            (TARGET, CutPoint::Append(3, Side::After)),
            (TARGET, CutPoint::Append(14, Side::After)),
            (SOURCE, CutPoint::Fetch(7)),
        ] {
            paused().block_on(async {
                let stage = Stage::new(dialect).await;
                // Twins across windows and batches.
                deliver(&stage, 100..130);
                deliver(&stage, 100..130);
                slow(&stage, TARGET);
                stage.world.faults().set(Scope::Host(host.to_owned()), Fault::Cut(Cut { point, style: CutStyle::Reset, times: 5 }));
                let mut run = Run::start(&stage, broad(6)).await;
                run.until_verified().await;
                stage.check(&format!("{dialect:?}, {point:?}")).expect("equal");
                stage.check_totals().await.expect("truthful");
                assert!(stage.world.faults().cuts() > 2);
            });
        }
    }
}

#[test]
fn the_inbox_comes_first_then_what_was_sent_and_the_newest_mail_before_the_oldest() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        deliver(&stage, 100..120);
        let limits = small_but(|limits| {
            (limits.lanes_per_account, limits.first_lanes) = (1, 1);
            (limits.window_messages, limits.batch_messages) = (10, 10);
        });
        let mut run = Run::start(&stage, limits).await;
        run.until_verified().await;
        stage.check("at the end").expect("equal");
        let session = run.session();
        let told = stage.journal.recorded().into_iter().filter_map(|stored| match stored.event {
            Event::BatchIntended { mailbox, batch, .. } => Some((mailbox, batch)),
            _ => None,
        });
        let intended: Vec<_> = told.collect();
        let mut mailboxes: Vec<String> =
            intended.iter().map(|(mailbox, _)| session.migrations[0].mailboxes[mailbox].mapping.name.to_string()).collect();
        mailboxes.dedup();
        assert_eq!(mailboxes[..2], ["INBOX", "Sent"], "{mailboxes:?}");
        let inbox: Vec<Vec<Uid>> = intended
            .iter()
            .take_while(|(mailbox, _)| session.migrations[0].mailboxes[mailbox].mapping.name.is_inbox())
            .map(|(_, batch)| stage.journal.ledger().iter().filter(|row| row.batch == *batch).map(|row| row.source_uid).collect())
            .collect();
        assert!(inbox.len() > 2);
        assert!(inbox.windows(2).all(|pair| pair[0].iter().min() > pair[1].iter().max()), "{inbox:?}");
        assert!(inbox.iter().all(|batch| batch.is_sorted()), "{inbox:?}");
    });
}

#[test]
fn memory_is_shared_by_all_lanes_and_never_exceeded() {
    for kilobytes in [1, 24, 64] {
        paused().block_on(async {
            let stage = Stage::new(Dialect::Exchange).await;
            let key = AccountKey::new(SOURCE);
            stage.world.add_mailbox(&key, &name(&["Large"]), None).expect("new");
            for number in 0..60 {
                let text = format!("Subject: n {number}\r\n\r\n{}", "a line of mail\r\n".repeat(250));
                for mailbox in [MailboxName::inbox(), name(&["Large"])] {
                    put(&stage.world, &key, &mailbox, "", text.clone().into());
                }
            }
            slow(&stage, TARGET);
            let mail = TrickMail::around(stage.ports().mail);
            let mut limits = broad(10);
            limits.batch_messages = 100;
            limits.bytes_in_flight = ByteSize(kilobytes << 10);
            let mut run = tricked(&stage, &mail, limits).await;
            run.until_verified().await;
            stage.check("at the end").expect("equal");
            // One message alone may be larger than everything: it passes by itself.
            let most = i64::try_from((kilobytes << 10).max(5_000)).expect("small");
            assert!(mail.tricks().most_in_flight <= most, "{} of {most}", mail.tricks().most_in_flight);
        });
    }
}

#[test]
fn twins_of_one_batch_are_two_messages_over_many_lanes_too() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        (0..40).for_each(|_| put(&stage.world, &AccountKey::new(SOURCE), &MailboxName::inbox(), "", message(7)));
        slow(&stage, TARGET);
        let mut run = Run::start(&stage, broad(4)).await;
        run.until_verified().await;
        stage.check("forty equal ones").expect("equal");
        stage.check_totals().await.expect("truthful");
    });
}
