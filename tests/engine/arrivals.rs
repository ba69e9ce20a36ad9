//! Mail that arrives during the copy and after it.

use mailferry::domain::MigrationId;
use mailferry::engine::Limits;
use mailferry::sandbox::mail::Dialect;
use mailferry::session::{Command, CopyState, Event};

use crate::support::following::{Run, small_but};
use crate::support::guided::{Stage, paused};

const ONE: MigrationId = MigrationId(1);

#[test]
fn mail_that_arrives_during_the_copy_is_copied() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for batches in 0..2 {
            paused().block_on(async {
                let stage = Stage::new(dialect).await;
                let mut run = Run::start(&stage, Limits::small()).await;
                run.until_batches(&stage, batches).await;
                stage.deliver(70);
                run.until_batches(&stage, batches + 1).await;
                stage.deliver(70);
                run.until_verified().await;
                stage.check("at the end").expect("equal");
                stage.check_totals().await.expect("truthful");
            });
        }
    }
}

#[test]
fn mail_that_arrives_between_copy_and_verification_is_seen_by_the_verification() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let mut run = Run::start(&stage, small_but(|limits| limits.lanes_per_account = 1)).await;
        let is_copied = |m: &mailferry::session::MailboxProgress| m.mapping.name.is_inbox() && m.state == CopyState::Copied;
        run.until("inbox copied", |s| s.migrations.iter().flat_map(|m| m.mailboxes.values()).any(is_copied)).await;
        stage.deliver(70);
        run.until_verified().await;
        stage.check("at the end").expect("equal");
        stage.check_totals().await.expect("truthful");
    });
}

#[test]
fn another_pass_copies_only_what_is_new() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        paused().block_on(async {
            let stage = Stage::new(dialect).await;
            let mut run = Run::start(&stage, Limits::small()).await;
            run.until_verified().await;
            let before = stage.journal.recorded().len();
            // A twin of an old message is new all the same.
            stage.deliver(2);
            stage.deliver(71);
            run.submit(Command::RequestDelta { migration: ONE }).await;
            run.until_verified().await;
            let intended = stage.journal.recorded()[before..]
                .iter()
                .map(|e| if let Event::BatchIntended { messages, .. } = e.event { messages } else { 0 })
                .sum::<u32>();
            assert_eq!(intended, 2);
            stage.check("at the end").expect("equal");
            stage.check_totals().await.expect("truthful");
            run.submit(Command::RequestDelta { migration: ONE }).await;
            run.until_verified().await;
            stage.check("nothing new").expect("equal");
            stage.check_totals().await.expect("truthful");
        });
    }
}
