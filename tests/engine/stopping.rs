//! Pause and go on; a soft stop finishes what is in flight; a hard stop leaves doubts that are settled.

use std::time::Duration;

use mailferry::engine::{Limits, Stop};
use mailferry::sandbox::mail::{Dialect, Fault, Scope};
use mailferry::session::{Command, Session};

use crate::support::following::Run;
use crate::support::guided::{Stage, paused};

fn slow(stage: &Stage) {
    let latency = Fault::Latency { per_command: Duration::from_millis(20), per_stored: Duration::from_millis(20) };
    stage.world.faults().set(Scope::Everywhere, latency);
}

fn doubts(session: &Session) -> usize {
    session.migrations.iter().flat_map(|m| m.mailboxes.values()).map(|m| m.doubts.len()).sum()
}

async fn ends_well(stage: &Stage) {
    let mut run = Run::start(stage, Limits::small()).await;
    run.until_verified().await;
    stage.check("at the end").expect("equal");
    stage.check_totals().await.expect("truthful");
}

#[test]
fn a_pause_finishes_what_is_in_flight_and_starts_nothing_new() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Exchange).await;
        slow(&stage);
        let mut run = Run::start(&stage, Limits::small()).await;
        run.until_batches(&stage, 1).await;
        run.submit(Command::Pause).await;
        run.rest(Duration::from_secs(5)).await;
        assert_eq!(doubts(&run.session()), 0);
        let written = stage.journal.recorded().len();
        run.rest(Duration::from_mins(10)).await;
        assert_eq!(stage.journal.recorded().len(), written);
        assert!(run.progress().last().is_some_and(|p| p.tasks.is_empty()), "nothing runs");
        run.submit(Command::Unpause).await;
        run.until_verified().await;
        stage.check("at the end").expect("equal");
        stage.check_totals().await.expect("truthful");
    });
}

#[test]
fn a_pause_that_is_taken_back_at_once_changes_nothing() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        slow(&stage);
        let mut run = Run::start(&stage, Limits::small()).await;
        for batches in 1..5 {
            run.until_batches(&stage, batches).await;
            run.submit(Command::Pause).await;
            run.submit(Command::Unpause).await;
        }
        run.until_verified().await;
        stage.check("at the end").expect("equal");
        stage.check_totals().await.expect("truthful");
    });
}

#[test]
fn a_soft_stop_leaves_no_doubt() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for step in 0..25 {
            paused().block_on(async {
                let stage = Stage::new(dialect).await;
                slow(&stage);
                let mut run = Run::start(&stage, Limits::small()).await;
                run.until_batches(&stage, 1).await;
                run.rest(Duration::from_millis(step * 17)).await;
                run.stop(Stop::Soft).await;
                assert_eq!(doubts(&Session::replay(&stage.journal.recorded())), 0);
                ends_well(&stage).await;
            });
        }
    }
}

#[test]
fn a_hard_stop_leaves_doubts_and_they_are_settled() {
    let mut in_doubt = 0;
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for step in 0..25 {
            paused().block_on(async {
                let stage = Stage::new(dialect).await;
                slow(&stage);
                let mut run = Run::start(&stage, Limits::small()).await;
                run.until_batches(&stage, 1).await;
                run.rest(Duration::from_millis(step * 17)).await;
                run.stop(Stop::Hard).await;
                in_doubt += doubts(&Session::replay(&stage.journal.recorded()));
                ends_well(&stage).await;
            });
        }
    }
    assert!(in_doubt > 10, "only {in_doubt} doubts");
}
