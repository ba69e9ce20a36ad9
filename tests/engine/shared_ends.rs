//! Mailboxes that share an end: deleted mail that goes into the trash, names that become one. Nothing is lost, nothing doubled.

use mailferry::domain::{CopyChoices, DeletedMail};
use mailferry::domain::{MailboxName, MigrationId};
use mailferry::engine::Limits;
use mailferry::plan::MappingAction;
use mailferry::sandbox::mail::{AccountKey, Cut, CutPoint, CutStyle, Dialect, Fault, Scope};
use mailferry::session::Command;

use crate::support::following::Run;
use crate::support::guided::{SOURCE, Stage, TARGET, answers, message, name, paused, put};

fn with_deleted(stage: &Stage) {
    let key = AccountKey::new(SOURCE);
    for number in [2, 60, 61] {
        put(&stage.world, &key, &MailboxName::inbox(), "\\Seen \\Deleted", message(number));
    }
    put(&stage.world, &key, &name(&["Sent"]), "\\Deleted", message(2));
    put(&stage.world, &key, &name(&["Trash"]), "\\Deleted", message(62));
    put(&stage.world, &key, &name(&["Trash"]), "", message(2));
}

/// Bodies and flags of a mailbox at the target.
fn there(stage: &Stage, mailbox: &str) -> Vec<(String, String)> {
    let all = stage.mail(TARGET).into_iter().filter(|(name, ..)| name == mailbox);
    let mut found: Vec<_> = all
        .flat_map(|(_, _, messages)| messages)
        .map(|(_, flags, bytes)| (String::from_utf8_lossy(&bytes).lines().last().unwrap_or_default().to_owned(), flags))
        .collect();
    found.sort();
    found
}

fn all_there(stage: &Stage) -> usize {
    stage.mail(TARGET).iter().map(|(_, _, messages)| messages.len()).sum()
}

async fn run_with(stage: &Stage, deleted: DeletedMail) -> Run {
    let mut run = Run::start(stage, Limits::small()).await;
    run.submit(Command::MakeChoices { choices: CopyChoices { deleted, ..CopyChoices::default() } }).await;
    run.until_verified().await;
    run
}

#[test]
fn g22_deleted_mail_goes_into_the_trash_without_its_mark_unless_decided_otherwise() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        with_deleted(&stage);
        let mut run = Run::start(&stage, Limits::small()).await;
        run.until_verified().await;
        let seen = |body: &str, flags: &str| (body.to_owned(), flags.to_owned());
        let expected = [
            seen("Body 2", ""),
            seen("Body 2", ""),
            seen("Body 2", "\\Seen"),
            seen("Body 60", "\\Seen"),
            seen("Body 61", "\\Seen"),
            seen("Body 62", ""),
        ];
        assert_eq!(there(&stage, "Trash"), expected);
        assert!(there(&stage, "INBOX").iter().all(|(_, flags)| !flags.contains("Deleted")));
        assert_eq!(all_there(&stage), 13 + 6);
        // Marked later: it is there already, and stays where it is.
        run.submit(Command::RequestDelta { migration: MigrationId(1) }).await;
        run.until_verified().await;
        assert_eq!(all_there(&stage), 13 + 6);

        let stage = Stage::new(Dialect::Dovecot).await;
        with_deleted(&stage);
        run_with(&stage, DeletedMail::Keep).await;
        stage.check("as it is").expect("equal");

        let stage = Stage::new(Dialect::Dovecot).await;
        with_deleted(&stage);
        run_with(&stage, DeletedMail::Skip).await;
        assert_eq!(all_there(&stage), 13 + 1);
        assert_eq!(there(&stage, "Trash"), [seen("Body 2", "")]);
    });
}

#[test]
fn g22_deleted_mail_is_neither_lost_nor_doubled_when_the_connection_is_cut() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for step in 0..30 {
            paused().block_on(async {
                let stage = Stage::new(dialect).await;
                with_deleted(&stage);
                let cut = Cut { point: CutPoint::Step(step * 11 + 4), style: CutStyle::Reset, times: 3 };
                stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::Cut(cut));
                let mut run = Run::start(&stage, Limits::small()).await;
                run.until_verified().await;
                assert_eq!(all_there(&stage), 13 + 6, "{dialect:?}, step {step}");
                let trash = if dialect.is_exchange() { "Deleted Items" } else { "Trash" };
                assert_eq!(there(&stage, "Trash").len().max(there(&stage, trash).len()), 6, "{:?}", stage.mail(TARGET));
                let session = run.session();
                let is_accounted_for = |m: &mailferry::session::MailboxProgress| m.copied == m.messages && m.verified == m.messages;
                assert!(session.migrations[0].mailboxes.values().all(is_accounted_for), "{session:?}");
            });
        }
    }
}

#[test]
fn g37_folders_that_become_one_hold_the_mail_of_both() {
    for step in 0..30 {
        paused().block_on(async {
            let stage = Stage::new(Dialect::Dovecot).await;
            let key = AccountKey::new(SOURCE);
            for folder in ["Work", "work"] {
                stage.world.add_mailbox(&key, &name(&[folder]), None).expect("new");
                for number in [70, 71, 71, 72] {
                    put(&stage.world, &key, &name(&[folder]), "\\Seen", message(number));
                }
            }
            if step > 0 {
                let cut = Cut { point: CutPoint::Step(step * 13), style: CutStyle::Reset, times: 3 };
                stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::Cut(cut));
            }
            let mut run = Run::start(&stage, Limits::small()).await;
            let is_looked_at = |session: &mailferry::session::Session| session.migrations.iter().any(|m| m.inventory.is_some());
            run.until("looked at", is_looked_at).await;
            let Some(Command::AcceptPlan { mut migrations, create_at_once }) = mailferry::app::next(&run.session(), &answers()) else {
                panic!("a plan")
            };
            let lower = migrations[0].mailboxes.iter_mut().find(|m| m.name == name(&["work"])).expect("there");
            lower.action = MappingAction::Copy { to: name(&["Work"]) };
            run.submit(Command::AcceptPlan { migrations, create_at_once }).await;
            run.until_verified().await;
            assert_eq!(there(&stage, "Work").len(), 8, "step {step}");
            assert_eq!((there(&stage, "work").len(), all_there(&stage)), (0, 13 + 8));
            stage.check_totals().await.expect("truthful");
        });
    }
}
