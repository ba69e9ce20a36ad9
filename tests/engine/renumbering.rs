//! A server gives a mailbox a new UIDVALIDITY: messages are recognised by what they are, none is copied twice.

use bytes::Bytes;
use mailferry::domain::{MailboxName, MigrationId};
use mailferry::engine::{Limits, Stop};
use mailferry::sandbox::mail::{AccountKey, Dialect, Fault, Scope};
use mailferry::session::{Command, Event, Side};

use crate::support::following::{Run, small_but};
use crate::support::guided::{SOURCE, Stage, TARGET, paused, put};

fn renumber(stage: &Stage, host: &str) {
    stage.world.renumber(&AccountKey::new(host), &MailboxName::inbox()).expect("in memory");
}

/// Answers how often the change was noticed.
async fn ends_well(stage: &Stage, mut run: Run, side: Side) -> usize {
    run.until_verified().await;
    stage.check("at the end").expect("equal");
    stage.check_totals().await.expect("truthful");
    let is_change = |event: &Event| matches!(event, Event::ValidityChanged { side: changed, .. } if *changed == side);
    stage.journal.recorded().iter().filter(|stored| is_change(&stored.event)).count()
}

#[test]
fn new_uids_between_two_runs_double_nothing() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for (host, side) in [(SOURCE, Side::Source), (TARGET, Side::Target)] {
            for stop in [Stop::Soft, Stop::Hard] {
                paused().block_on(async {
                    let stage = Stage::new(dialect).await;
                    let mut run = Run::start(&stage, small_but(|limits| limits.lanes_per_account = 1)).await;
                    run.until_batches(&stage, 1).await;
                    run.stop(stop).await;
                    renumber(&stage, host);
                    let noticed = ends_well(&stage, Run::start(&stage, Limits::small()).await, side).await;
                    assert_eq!(noticed, 1);
                });
            }
        }
    }
}

#[test]
fn new_uids_under_the_hands_of_a_running_copy_double_nothing() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for (host, side) in [(SOURCE, Side::Source), (TARGET, Side::Target)] {
            for batches in [1, 2, 3, 4] {
                paused().block_on(async {
                    let stage = Stage::new(dialect).await;
                    let mut run = Run::start(&stage, small_but(|limits| limits.lanes_per_account = 1)).await;
                    run.until_batches(&stage, batches).await;
                    renumber(&stage, host);
                    let noticed = ends_well(&stage, run, side).await;
                    assert!(noticed == 1 || noticed == 0 && batches > 2, "what is verified already is not looked at again");
                });
            }
        }
    }
}

#[test]
fn a_repaired_message_is_known_under_its_new_uid_and_stays_marked() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Cyrus).await;
        put(&stage.world, &AccountKey::new(SOURCE), &MailboxName::inbox(), "", Bytes::from_static(b"Subject: nul\r\n\r\na\0b\r\n"));
        let mut run = Run::start(&stage, Limits::small()).await;
        run.until_verified().await;
        let before = stage.mail(TARGET);
        renumber(&stage, SOURCE);
        run.submit(Command::RequestDelta { migration: MigrationId(1) }).await;
        run.until_verified().await;
        assert_eq!(stage.mail(TARGET), before, "nothing is copied again");
        assert_eq!(run.session().migrations[0].repaired(), 1);
        stage.check_totals().await.expect("truthful");
    });
}

#[test]
fn what_was_refused_is_tried_again_under_its_new_uid() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Exchange).await;
        stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::RefuseContaining("Body 3".to_owned()));
        let mut run = Run::start(&stage, small_but(|limits| limits.lanes_per_account = 1)).await;
        run.until_batches(&stage, 3).await;
        renumber(&stage, SOURCE);
        run.until_verified().await;
        assert_eq!(run.session().migrations[0].refused(), 1, "refused again, counted once");
        stage.check_totals().await.expect("truthful");
    });
}
