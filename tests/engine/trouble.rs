//! Servers that ask for patience, hang up, are full, refuse a password; tasks that panic; a journal that cannot be written.

use std::sync::Arc;
use std::time::Duration;

use mailferry::app::Answers;
use mailferry::domain::{ByteSize, Secret};
use mailferry::engine::{Limits, Stop};
use mailferry::ports::{JournalError, Ports, SecretStore};
use mailferry::problem::ProblemCode;
use mailferry::sandbox::mail::{Cut, CutPoint, CutStyle, Dialect, Fault, Scope, Side};
use mailferry::session::{Command, Event, Notice, Session, Step, source_secret};

use crate::support::following::Run;
use crate::support::guided::{SOURCE, Stage, TARGET, address, answers, paused, session_id};
use crate::support::tricks::TrickMail;

fn target() -> Scope {
    Scope::Host(TARGET.to_owned())
}

async fn ends_well(stage: &Stage, mut run: Run) {
    run.until_verified().await;
    stage.check("at the end").expect("equal");
    stage.check_totals().await.expect("truthful");
}

#[test]
fn a_server_that_asks_for_patience_is_given_it() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Exchange).await;
        stage.world.faults().set(target(), Fault::Throttle { after_commands: 6, wait_millis: 30_000, times: 4 });
        let began = tokio::time::Instant::now();
        let mut run = Run::start(&stage, Limits::small()).await;
        run.until_verified().await;
        run.rest(Duration::from_secs(1)).await;
        assert!(began.elapsed() >= Duration::from_mins(1), "two mailboxes at once, four times throttled: {:?}", began.elapsed());
        let progress = run.progress();
        let waits = progress.iter().flat_map(|p| p.tasks.values().filter_map(|t| t.waiting.as_ref()));
        let mut waits = waits.filter(|w| w.problem.code == ProblemCode::Throttled).peekable();
        assert!(waits.peek().is_some(), "it is shown");
        let last = run.progress();
        assert!(last.last().is_some_and(|p| p.tasks.values().all(|t| t.waiting.is_none())), "and not any more when it is over");
        ends_well(&stage, run).await;
    });
}

#[test]
fn a_connection_that_is_cut_again_and_again_only_costs_time() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for side in [Side::Before, Side::After] {
            paused().block_on(async {
                let stage = Stage::new(dialect).await;
                let cut = Cut { point: CutPoint::Append(2, side), style: CutStyle::Reset, times: 6 };
                stage.world.faults().set(target(), Fault::Cut(cut));
                ends_well(&stage, Run::start(&stage, Limits::small()).await).await;
                assert!(stage.world.faults().cuts() > 2);
            });
        }
    }
}

#[test]
fn a_full_account_stops_its_copy_until_a_person_says_go_on() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        paused().block_on(async {
            let stage = Stage::new(dialect).await;
            stage.world.faults().set(target(), Fault::Full { room: ByteSize(700) });
            let mut run = Run::start(&stage, Limits::small()).await;
            run.until_stopped_by(ProblemCode::QuotaFull).await;
            run.rest(Duration::from_secs(5)).await;
            let before = stage.journal.recorded().len();
            run.rest(Duration::from_mins(10)).await;
            assert_eq!(stage.journal.recorded().len(), before, "nothing is tried meanwhile");
            assert!(run.session().migrations[0].copied() > 0, "what fitted is there");
            stage.world.faults().clear_all();
            let task = run.session().troubles.keys().next().cloned().expect("stopped");
            run.submit(Command::Retry { task }).await;
            ends_well(&stage, run).await;
        });
    }
}

#[test]
fn a_password_that_is_refused_is_tried_three_times_by_all_tasks_of_an_account_together() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let mail = TrickMail::around(stage.ports().mail);
        let ports = Ports { mail: Arc::new(mail.clone()), ..stage.ports() };
        let mut run = Run::with(&stage, ports, Limits::small(), Answers { finish: None, ..answers() }).await;
        run.until("ready to copy", |session| session.step() == Step::Migrate).await;
        let password = source_secret(&session_id(), &address());
        stage.secrets.set(&password, &Secret::new("changed meanwhile")).await.expect("memory");
        run.until_stopped_by(ProblemCode::WrongPassword).await;
        run.rest(Duration::from_mins(10)).await;
        assert_eq!(mail.tricks().refused.get(SOURCE), Some(&3));
        stage.secrets.set(&password, &Secret::new("right")).await.expect("memory");
        let task = run.session().troubles.keys().next().cloned().expect("stopped");
        run.submit(Command::Retry { task }).await;
        assert!(run.session().troubles.is_empty(), "one retry is enough: {:?}", run.session().troubles);
        ends_well(&stage, run).await;
    });
}

#[test]
fn a_task_that_panics_is_shown_and_the_rest_goes_on() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let mail = TrickMail::around(stage.ports().mail);
        let ports = Ports { mail: Arc::new(mail.clone()), ..stage.ports() };
        let mut run = Run::with(&stage, ports, Limits::small(), Answers { finish: None, ..answers() }).await;
        run.until("ready to copy", |session| session.step() == Step::Migrate).await;
        mail.tricks().panics = 1;
        run.until_stopped_by(ProblemCode::TaskPanicked).await;
        let cause = run.session().troubles.values().next().and_then(|problem| problem.cause.clone());
        assert_eq!(cause.as_deref(), Some("nobody foresaw this"));
        run.rest(Duration::from_mins(1)).await;
        assert!(run.session().migrations[0].verified() > 0, "the others went on");
        run.submit(Command::RetryAll).await;
        ends_well(&stage, run).await;
    });
}

#[test]
fn a_journal_that_cannot_be_written_ends_the_run_and_nothing_is_claimed() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for batches in 0..4 {
            paused().block_on(async {
                let stage = Stage::new(dialect).await;
                let mut run = Run::start(&stage, Limits::small()).await;
                run.until_batches(&stage, batches).await;
                stage.journal.fail_with(Some(JournalError::DiskFull { path: "/state".to_owned() }));
                let written = stage.journal.recorded();
                run.until_ended().await;
                let failed = run.heard.iter().any(|n| matches!(n, Notice::JournalFailed(problem) if problem.code == ProblemCode::DiskFull));
                assert!(failed);
                assert_eq!(stage.journal.recorded(), written);
                assert_eq!(run.session(), Session::replay(&written), "memory says what the disk says");
                run.stop(Stop::Soft).await;
                stage.journal.fail_with(None);
                ends_well(&stage, Run::start(&stage, Limits::small()).await).await;
            });
        }
    }
}

#[test]
fn progress_is_published_all_the_time() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let slow = Fault::Latency { per_command: Duration::from_millis(300), per_stored: Duration::from_millis(900) };
        stage.world.faults().set(Scope::Everywhere, slow);
        let mut run = Run::start(&stage, Limits::default()).await;
        run.until_verified().await;
        let times: Vec<_> = run.progress().iter().map(|progress| progress.at).collect();
        assert!(times.len() > 20);
        for pair in times.windows(2) {
            assert!(pair[1].millis_since(pair[0]) <= 300, "{pair:?}");
        }
        assert!(run.progress().iter().any(|p| p.rate.messages > 0.0 && p.rate.seconds_left.is_some()));
    });
}

#[test]
fn a_server_that_tells_no_uids_is_asked_for_them() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        paused().block_on(async {
            let stage = Stage::new(dialect).await;
            let mail = TrickMail::around(stage.ports().mail);
            mail.tricks().tells_no_uids = true;
            let ports = Ports { mail: Arc::new(mail.clone()), ..stage.ports() };
            let run = Run::with(&stage, ports, Limits::small(), Answers { finish: None, ..answers() }).await;
            ends_well(&stage, run).await;
            assert!(stage.journal.ledger().iter().all(|row| row.target_uid.is_some()));
            assert!(!stage.journal.recorded().iter().any(|e| matches!(&e.event, Event::MailboxVerified { missing, .. } if *missing > 0)));
        });
    }
}
