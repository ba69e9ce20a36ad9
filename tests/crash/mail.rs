//! The copy alone, between two servers without a platform.

use bytes::Bytes;
use mailferry::app::End;
use mailferry::domain::{ByteSize, MailboxName};
use mailferry::engine::Limits;
use mailferry::problem::{Problem, ProblemCode};
use mailferry::sandbox::mail::{AccountKey, Dialect, Fault, Scope};
use mailferry::session::Task;

use crate::support::cutting::{Knife, after_the_last_ghost};
use crate::support::guided::{SOURCE, Stage, TARGET, message, paused, put};

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

#[test]
fn cut_before_its_first_event_a_session_begins_when_it_is_resumed() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        assert_eq!(stage.run(&Knife::at(0), limits()).await, None);
        assert!(stage.journal.recorded().is_empty());
        assert_eq!(stage.run(&Knife::at(usize::MAX), limits()).await, Some(End::Done));
        stage.check("after a cut before the first event").expect("equal");
    });
}

#[test]
fn what_still_fits_into_a_full_account_behind_what_does_not_is_not_copied_twice() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Exchange).await;
        let large = Bytes::from(format!("Subject: large\r\n\r\n{}", "a line of mail\r\n".repeat(4_000)));
        put(&stage.world, &AccountKey::new(SOURCE), &MailboxName::inbox(), "", large);
        for number in [30, 31, 32] {
            put(&stage.world, &AccountKey::new(SOURCE), &MailboxName::inbox(), "", message(number));
        }
        stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::Full { room: ByteSize(50_000) });
        let together = || {
            let mut limits = limits();
            limits.batch_messages = 100;
            limits
        };
        let end = stage.run(&Knife::at(usize::MAX), together()).await;
        let is_full = |stopped: &[(Task, Problem)]| stopped.iter().all(|(_, problem)| problem.code == ProblemCode::QuotaFull);
        assert!(matches!(&end, Some(End::Stopped(stopped)) if is_full(stopped)), "{end:?}");
        stage.world.faults().clear_all();
        assert_eq!(stage.run(&Knife::at(usize::MAX), together()).await, Some(End::Done));
        stage.check("once there was room").expect("equal");
    });
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
    after_the_last_ghost().await;
    stage.check(&story)?;
    Ok(true)
}

fn cut_everywhere(target: Dialect, limits: impl Fn() -> Limits + Copy) {
    let mut cuts = 0;
    for first in 0.. {
        let mut was_cut = false;
        // The second cut walks over everything that a resume does; with a prime step every pair of distances is met over the whole test.
        for second in (0..60).skip(first % 11).step_by(11) {
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
    cut_everywhere(Dialect::Dovecot, limits);
}

#[test]
fn cut_anywhere_twice_nothing_is_lost_or_doubled_with_messages_stored_one_by_one() {
    cut_everywhere(Dialect::Exchange, limits);
}

/// Several readers and writers in one mailbox, and several mailboxes at once.
fn many_lanes() -> Limits {
    let mut limits = Limits::small();
    (limits.lanes_per_account, limits.first_lanes) = (4, 4);
    (limits.window_messages, limits.batch_messages) = (2, 2);
    limits
}

#[test]
fn cut_anywhere_twice_nothing_is_lost_or_doubled_over_many_lanes_with_batches_stored_as_one() {
    cut_everywhere(Dialect::Dovecot, many_lanes);
}

#[test]
fn cut_anywhere_twice_nothing_is_lost_or_doubled_over_many_lanes_with_messages_stored_one_by_one() {
    cut_everywhere(Dialect::Exchange, many_lanes);
}

#[test]
fn without_the_settling_a_cut_doubles_mail() {
    for target in [Dialect::Dovecot, Dialect::Exchange] {
        let doubled =
            (0..400).any(|first| paused().block_on(cut_twice(target, first, usize::MAX, || limits().without_settling())).is_err());
        assert!(doubled, "{target:?}: the crash tests have no teeth");
    }
}

#[test]
fn without_patience_what_a_server_stores_after_its_client_is_gone_is_doubled() {
    let hasty = || {
        let mut limits = limits();
        limits.late_millis = 0;
        limits
    };
    for target in [Dialect::Dovecot, Dialect::Exchange] {
        let doubled = (0..400).any(|first| paused().block_on(cut_twice(target, first, usize::MAX, hasty)).is_err());
        assert!(doubled, "{target:?}: no server is ever late");
    }
}

#[test]
fn what_is_stored_long_after_it_was_sent_over_a_connection_lost_in_silence_is_not_doubled() {
    for target in [Dialect::Dovecot, Dialect::Exchange] {
        let mut losses = 0;
        for at in 0..120 {
            paused().block_on(async {
                let stage = Stage::new(target).await;
                let knife = Knife::loses_connection_at(at);
                assert_eq!(stage.run(&knife, limits()).await, Some(End::Done), "{target:?}, lost at {at}");
                after_the_last_ghost().await;
                stage.check(&format!("{target:?}, lost at {at}")).expect("nothing lost, nothing doubled");
                losses += usize::from(knife.has_lost());
            });
        }
        assert!(losses > 3, "only {losses} connections were lost");
    }
}
