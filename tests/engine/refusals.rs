//! One bad message never stops the rest: it is refused, kept as a file, listed, and tried again when a person asks for it.

use std::sync::Arc;

use mailferry::app::Answers;
use mailferry::domain::{ByteSize, MigrationId};
use mailferry::engine::{Limits, Stop};
use mailferry::ports::{EntryState, Ports};
use mailferry::sandbox::mail::{Dialect, Fault, Scope};
use mailferry::session::{Command, Event, Step};

use crate::support::following::{Run, small_but};
use crate::support::guided::{SOURCE, Stage, TARGET, answers, message, paused};
use crate::support::tricks::TrickMail;

const ONE: MigrationId = MigrationId(1);

async fn tricked(stage: &Stage, mail: &TrickMail, limits: Limits) -> Run {
    let ports = Ports { mail: Arc::new(mail.clone()), ..stage.ports() };
    Run::with(stage, ports, limits, Answers { finish: None, ..answers() }).await
}

fn target() -> Scope {
    Scope::Host(TARGET.to_owned())
}

/// All but the messages with this text are at the target, once.
fn all_but(stage: &Stage, text: &str) {
    let is_other = |bytes: &[u8]| !bytes.windows(text.len()).any(|w| w == text.as_bytes());
    let others = |host: &str| {
        let mail = stage.mail(host).into_iter().flat_map(|(_, _, messages)| messages);
        let mut all: Vec<_> = mail.filter(|(_, _, bytes)| is_other(bytes)).collect();
        all.sort();
        all
    };
    assert_eq!(others(SOURCE), others(TARGET));
    assert!(stage.mail(TARGET).iter().flat_map(|m| &m.2).all(|(_, _, bytes)| is_other(bytes)), "it is not there");
}

fn refused_files(stage: &Stage) -> Vec<Vec<u8>> {
    let names = stage.journal.files().into_iter().filter(|name| name.starts_with("refused/"));
    names.filter_map(|name| stage.journal.file(&name)).collect()
}

#[test]
fn one_bad_message_of_a_batch_is_refused_saved_and_listed() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for batch in [3, 100] {
            paused().block_on(async {
                let stage = Stage::new(dialect).await;
                stage.world.faults().set(target(), Fault::RefuseContaining("Body 3".to_owned()));
                let limits = small_but(|limits| limits.batch_messages = batch);
                let mut run = Run::start(&stage, limits).await;
                run.until_verified().await;
                all_but(&stage, "Body 3");
                assert_eq!(refused_files(&stage), [message(3).to_vec()]);
                let rows: Vec<_> = stage.journal.ledger().into_iter().filter(|row| row.state == EntryState::Refused).collect();
                assert_eq!(rows.len(), 1);
                assert!(rows[0].reason.as_deref().is_some_and(|reason| reason.contains("not accepted")));
                stage.check_totals().await.expect("truthful");
            });
        }
    }
}

#[test]
fn a_message_that_no_connection_outlives_is_refused_and_the_rest_goes_on_in_batches() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        paused().block_on(async {
            let stage = Stage::new(dialect).await;
            for number in 100..160 {
                stage.deliver(number);
            }
            let mail = TrickMail::around(stage.ports().mail);
            mail.tricks().dies_of_storing = Some("Body 104");
            let mut run = tricked(&stage, &mail, small_but(|limits| limits.batch_messages = 10)).await;
            run.until_verified().await;
            all_but(&stage, "Body 104");
            assert_eq!(refused_files(&stage), [message(104).to_vec()]);
            stage.check_totals().await.expect("truthful");
            let full = mail.tricks().appends.iter().filter(|count| **count == 10).count();
            assert!(full >= 5, "only those that were suspected travelled alone: {:?}", mail.tricks().appends);
        });
    }
}

#[test]
fn a_message_that_the_source_cannot_deliver_is_refused_and_the_rest_goes_on() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let mail = TrickMail::around(stage.ports().mail);
        mail.tricks().dies_of_reading = Some("Body 3");
        let mut run = tricked(&stage, &mail, Limits::small()).await;
        run.until_verified().await;
        all_but(&stage, "Body 3");
        stage.check_totals().await.expect("truthful");
        assert_eq!(run.session().migrations[0].refused(), 1);
        mail.tricks().dies_of_reading = None;
        run.submit(Command::RetryRefused { migration: ONE }).await;
        run.until_verified().await;
        stage.check("after the retry").expect("equal");
        stage.check_totals().await.expect("truthful");
    });
}

#[test]
fn refused_messages_are_really_tried_again() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        paused().block_on(async {
            let stage = Stage::new(dialect).await;
            stage.world.faults().set(target(), Fault::RefuseContaining("Body 2".to_owned()));
            let mut run = Run::start(&stage, Limits::small()).await;
            run.until_verified().await;
            assert_eq!(run.session().migrations[0].refused(), 4, "Body 2 three times, Body 20 once");
            // Still refused: refused once more, and not counted twice.
            run.submit(Command::RetryRefused { migration: ONE }).await;
            assert_eq!(run.session().step(), Step::Migrate);
            run.until_verified().await;
            assert_eq!(run.session().migrations[0].refused(), 4);
            stage.check_totals().await.expect("truthful");
            stage.world.faults().clear_all();
            run.submit(Command::RetryRefused { migration: ONE }).await;
            run.until_verified().await;
            stage.check("after the retry").expect("equal");
            stage.check_totals().await.expect("truthful");
        });
    }
}

#[test]
fn a_retry_that_is_cut_is_taken_up_again() {
    for millis in [0, 5, 20, 40] {
        paused().block_on(async {
            let stage = Stage::new(Dialect::Exchange).await;
            stage.world.faults().set(target(), Fault::RefuseContaining("Body 2".to_owned()));
            let mut run = Run::start(&stage, Limits::small()).await;
            run.until_verified().await;
            stage.world.faults().clear_all();
            let slow = Fault::Latency { per_command: std::time::Duration::from_millis(3), per_stored: std::time::Duration::from_millis(3) };
            stage.world.faults().set(target(), slow);
            run.submit(Command::RetryRefused { migration: ONE }).await;
            run.rest(std::time::Duration::from_millis(millis)).await;
            run.stop(Stop::Hard).await;
            let mut run = Run::start(&stage, Limits::small()).await;
            run.until_verified().await;
            stage.check("after the retry").expect("equal");
            stage.check_totals().await.expect("truthful");
            let retries = stage.journal.recorded().iter().filter(|e| matches!(e.event, Event::RefusedRetried { .. })).count();
            assert_eq!(retries, 1);
        });
    }
}

#[test]
fn a_message_that_is_too_large_is_not_tried_in_other_forms() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Exchange).await;
        stage.world.faults().set(target(), Fault::RefuseLarger(ByteSize(100)));
        let mail = TrickMail::around(stage.ports().mail);
        let mut run = tricked(&stage, &mail, Limits::small()).await;
        run.until_verified().await;
        assert_eq!(run.session().migrations[0].refused(), 12, "all but the short one");
        assert!(mail.tricks().appends.iter().all(|count| *count <= 3));
        assert!(mail.tricks().appends.iter().filter(|count| **count == 1).count() <= 3, "{:?}", mail.tricks().appends);
        stage.check_totals().await.expect("truthful");
    });
}
