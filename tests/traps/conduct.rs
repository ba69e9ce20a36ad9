//! G41 to G43, G47 to G49: what the program never does to anybody's mail, how its work grows, and what it leaves on the disk.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use mailferry::adapters::journal::{SqliteJournal, list};
use mailferry::domain::{CopyChoices, Flags, MailboxName, MigrationId, Receipts, SessionId, SystemFlag, Uid, WireName};
use mailferry::mailcopy::Repair;
use mailferry::ports::{Journal, Ports};
use mailferry::sandbox::mail::{AccountKey, Dialect};
use mailferry::session::{Command, Event};

use crate::between::Said;
use crate::stage::{Trap, answers_for_loopback, real_time, towards, with_inbox};
use crate::support::following::{Run, small_but};
use crate::support::guided::{SOURCE, TARGET, message, name, put, session_id};

const ONE: MigrationId = MigrationId(1);
const BOTH: [Dialect; 2] = [Dialect::Dovecot, Dialect::Exchange];

/// The command without its arguments.
fn verb(said: &Said) -> String {
    let mut words = said.line.split(' ').map(str::to_ascii_uppercase);
    let first = words.next().unwrap_or_default();
    if first == "UID" { format!("UID {}", words.next().unwrap_or_default()) } else { first }
}

#[test]
fn g41_the_source_is_only_read_and_nothing_there_is_marked() {
    for dialect in BOTH {
        real_time().block_on(async {
            let trap = Trap::with(dialect, Dialect::Dovecot, "right").await;
            let before = trap.stage.world.snapshot(&AccountKey::new(SOURCE));
            let mut run = trap.copies().await;
            trap.stage.deliver(70);
            run.submit(Command::RequestDelta { migration: ONE }).await;
            trap.in_time(run.until_verified()).await;
            let tape = trap.source.tape();
            let allowed = [
                "CAPABILITY",
                "AUTHENTICATE",
                "LOGIN",
                "ID",
                "ENABLE",
                "COMPRESS",
                "NAMESPACE",
                "LIST",
                "LSUB",
                "XLIST",
                "STATUS",
                "EXAMINE",
                "UID FETCH",
                "NOOP",
                "GETQUOTAROOT",
                "UNSELECT",
                "LOGOUT",
            ];
            let verbs: BTreeSet<String> = tape.iter().map(verb).collect();
            assert!(verbs.iter().all(|verb| allowed.contains(&verb.as_str())), "{verbs:?}");
            for said in tape.iter().filter(|said| said.is("UID FETCH")) {
                assert!(
                    !said.line.contains("BODY[") && !said.line.contains("RFC822 ") && !said.line.contains("RFC822.TEXT"),
                    "{}",
                    said.line
                );
            }
            let after = trap.stage.world.snapshot(&AccountKey::new(SOURCE));
            for (name, mailbox) in &before.mailboxes {
                let now = &after.mailboxes[name].messages[..mailbox.messages.len()];
                assert_eq!(now, mailbox.messages, "{name}");
            }
            // What is unread stays unread at the other end, too.
            let unread =
                |host: &str| trap.mailbox(host, &MailboxName::inbox()).messages.iter().filter(|m| !m.flags.has(SystemFlag::Seen)).count();
            assert!(unread(SOURCE) > 0);
            assert_eq!(unread(TARGET), unread(SOURCE));
        });
    }
}

#[test]
fn g41_a_request_for_a_receipt_goes_as_it_is_unless_the_person_decides_otherwise_and_then_it_is_told() {
    let letter = "Disposition-Notification-To: a@example.com\r\nSubject: please\r\n\r\nx\r\n";
    for (receipts, renamed) in [(Receipts::Keep, 0), (Receipts::Disarm, 1)] {
        real_time().block_on(async {
            let trap = with_inbox(Dialect::Exchange, &[letter, "Subject: none\r\n\r\ny\r\n"]).await;
            let mut run = trap.start().await;
            if receipts != CopyChoices::default().receipts {
                run.submit(Command::MakeChoices { choices: CopyChoices { receipts, ..CopyChoices::default() } }).await;
            }
            trap.in_time(run.until_verified()).await;
            let texts = trap.arrived();
            let asking = texts.iter().filter(|text| text.starts_with("Disposition-Notification-To:")).count();
            let disarmed = texts.iter().filter(|text| text.starts_with("X-Disarmed-Disposition-Notification-To:")).count();
            assert_eq!((texts.len(), asking, disarmed), (2, 1 - renamed, renamed), "{receipts:?}");
            let told = |e: &Event| matches!(e, Event::MessageRepaired { repairs, .. } if repairs == &[Repair::ReceiptRequestDisarmed]);
            assert_eq!(trap.events().iter().filter(|e| told(e)).count(), renamed, "a change of bytes is written down");
            assert_eq!(
                trap.texts(SOURCE).iter().filter(|text| text.starts_with("Disposition")).count(),
                1,
                "at the source nothing changes"
            );
        });
    }
}

/// A person marks a message.
async fn mark(trap: &Trap, host: &str, uid: Uid, flag: &str) {
    let mut connection = trap.connect(host).await.expect("logged in");
    connection.select(&WireName("INBOX".to_owned())).await.expect("open");
    connection.add_flags(&[uid].into_iter().collect(), &Flags::from_wire([flag])).await.expect("marked");
}

#[test]
fn g42_what_people_move_delete_and_mark_after_the_copy_is_followed_one_way_and_told() {
    for dialect in BOTH {
        real_time().block_on(async {
            let trap = towards(dialect).await;
            let mut run = trap.copies_all().await;
            let (source, inbox) = (AccountKey::new(SOURCE), MailboxName::inbox());
            let before = trap.arrived();
            let here = trap.mailbox(SOURCE, &inbox).messages;
            let holds = |bytes: &[u8], text: &str| String::from_utf8_lossy(bytes).contains(text);
            let one = |text: &str| here.iter().find(|m| holds(&m.bytes, text)).expect("there").clone();
            // At the source one is moved to another folder, one deleted, one answered; at the target another one is answered.
            let (moved, deleted, answered) = (one("Body 1\r"), one("Body 4\r"), one("Body 3\r"));
            let put = trap.stage.world.put(&source, &name(&["Sent"]), moved.flags, moved.internal_date, moved.bytes);
            put.expect("in memory");
            trap.stage.world.remove(&source, &inbox, &[moved.uid, deleted.uid]).expect("in memory");
            mark(&trap, SOURCE, answered.uid, "\\Answered").await;
            let there = trap.mailbox(TARGET, &inbox).messages;
            let own = there.iter().find(|m| holds(&m.bytes, "Body 5\r")).expect("there").uid;
            mark(&trap, TARGET, own, "\\Answered").await;
            run.submit(Command::RequestDelta { migration: ONE }).await;
            trap.in_time(run.until_verified()).await;
            assert_eq!(trap.arrived(), before, "nothing is removed and nothing doubled");
            let sent = trap.stage.mail(TARGET).into_iter().find(|(name, ..)| name == "Sent").expect("there").2;
            assert_eq!(
                sent.iter().filter(|(_, _, bytes)| holds(bytes, "Body 1\r")).count(),
                1,
                "what was moved is in its new place as well"
            );
            let there = trap.mailbox(TARGET, &inbox).messages;
            let is_answered = |text: &str| there.iter().filter(|m| holds(&m.bytes, text)).all(|m| m.flags.has(SystemFlag::Answered));
            assert!(is_answered("Body 3\r"), "marks of the source are carried");
            assert!(is_answered("Body 5\r"), "and the person's own at the target are left alone");
            let session = run.session();
            let progress = session.migrations[0].mailboxes.values().find(|m| m.mapping.name.is_inbox()).expect("there");
            assert_eq!(progress.disappeared, 2, "what is not at the source any more is told");
        });
    }
}

#[test]
fn g42_what_people_do_meanwhile_on_both_sides_harms_nothing() {
    for dialect in BOTH {
        real_time().block_on(async {
            let mut trap = towards(dialect).await;
            trap.limits = small_but(|limits| limits.lanes_per_account = 1);
            let (source, target, inbox) = (AccountKey::new(SOURCE), AccountKey::new(TARGET), MailboxName::inbox());
            let mut run = trap.start().await;
            run.until_batches(&trap.stage, 1).await;
            // At the source one that was copied and one that was not go, and one arrives; at the target one arrives.
            let uids: Vec<Uid> = trap.mailbox(SOURCE, &inbox).messages.iter().map(|m| m.uid).collect();
            trap.stage.world.remove(&source, &inbox, &[uids[0], uids[7]]).expect("in memory");
            trap.stage.deliver(70);
            put(&trap.stage.world, &target, &inbox, "\\Seen", message(99));
            trap.in_time(run.until_verified()).await;
            let texts = trap.arrived();
            let count = |text: &str| texts.iter().filter(|t| t.contains(text)).count();
            assert_eq!((count("Body 70\r"), count("Body 99\r")), (1, 1), "what arrived is there, once");
            for text in trap.texts(SOURCE) {
                assert!(texts.contains(&text), "{text}");
            }
            assert!(count("Body 2\r") == 3 && texts.len() <= trap.texts(SOURCE).len() + 3, "twins are kept, nothing is doubled: {texts:?}");
            // Later the person throws mail away at the target; it is theirs to do, and the source's mail is still whole.
            let uids: Vec<Uid> = trap.mailbox(TARGET, &inbox).messages.iter().map(|m| m.uid).collect();
            trap.stage.world.remove(&target, &inbox, &uids[..1]).expect("in memory");
            run.submit(Command::RequestDelta { migration: ONE }).await;
            trap.in_time(run.until_verified()).await;
            assert!(trap.arrived().len() <= texts.len(), "nothing is doubled");
        });
    }
}

#[test]
fn g43_nothing_is_ever_deleted_expunged_renamed_or_unsubscribed() {
    for dialect in BOTH {
        real_time().block_on(async {
            let trap = towards(dialect).await;
            let mut run = trap.copies_all().await;
            // The source is emptied after the copy: the classic disaster of a tool that makes both sides equal.
            let inbox = MailboxName::inbox();
            let uids: Vec<Uid> = trap.mailbox(SOURCE, &inbox).messages.iter().map(|m| m.uid).collect();
            trap.stage.world.remove(&AccountKey::new(SOURCE), &inbox, &uids).expect("in memory");
            let before = trap.arrived();
            run.submit(Command::RequestDelta { migration: ONE }).await;
            trap.in_time(run.until_verified()).await;
            assert_eq!(trap.arrived(), before);
            let forbidden =
                ["DELETE", "EXPUNGE", "UID EXPUNGE", "RENAME", "UNSUBSCRIBE", "MOVE", "UID MOVE", "CLOSE", "SETACL", "SETQUOTA"];
            for said in trap.source.tape().iter().chain(&trap.target.tape()) {
                assert!(!forbidden.contains(&verb(said).as_str()), "{}", said.line);
                assert!(!(verb(said) == "UID STORE" && said.line.contains("\\Deleted")), "{}", said.line);
            }
        });
    }
}

/// Commands that the target is given for so many messages, until everything is verified.
async fn commands_for(dialect: Dialect, messages: usize) -> usize {
    let bodies: Vec<String> = (0..messages).map(|n| format!("Subject: {n}\r\n\r\nbody {n}\r\n")).collect();
    let mut trap = with_inbox(dialect, &bodies.iter().map(String::as_str).collect::<Vec<_>>()).await;
    trap.limits = small_but(|limits| limits.batch_messages = 50);
    trap.copies_all().await;
    trap.target.tape().len()
}

#[test]
fn g47_a_message_costs_the_same_whether_it_is_the_first_or_the_last() {
    for (dialect, most) in [(Dialect::Dovecot, 0.1), (Dialect::Exchange, 1.2)] {
        real_time().block_on(async {
            let (few, more, many) = (commands_for(dialect, 50).await, commands_for(dialect, 150).await, commands_for(dialect, 350).await);
            let per_message = |from: usize, to: usize, messages: u32| {
                f64::from(u32::try_from(to.saturating_sub(from)).expect("few")) / f64::from(messages)
            };
            let (early, late) = (per_message(few, more, 100), per_message(more, many, 200));
            assert!(early <= most && late <= most, "{dialect:?}: {early} and {late} commands per message");
        });
    }
}

/// Everything below a folder.
fn files_below(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { all.extend(files_below(&path)) } else { all.push(path.display().to_string()) }
    }
    all
}

#[test]
fn g48_a_session_is_one_database_however_many_messages_it_knows() {
    real_time().block_on(async {
        let mut counts = Vec::new();
        for messages in [3, 200] {
            let root = tempfile::tempdir().expect("a folder");
            let bodies: Vec<String> = (0..messages).map(|n| format!("Subject: {n}\r\n\r\nbody {n}\r\n")).collect();
            let trap = with_inbox(Dialect::Dovecot, &bodies.iter().map(String::as_str).collect::<Vec<_>>()).await;
            let journal = Arc::new(SqliteJournal::create(root.path(), &session_id()).expect("a session"));
            let ports = Ports { journal: journal.clone(), ..trap.ports() };
            let limits = small_but(|limits| limits.batch_messages = 100);
            let mut run = Run::with(&trap.stage, ports, limits, answers_for_loopback()).await;
            trap.in_time(run.until_verified()).await;
            assert_eq!(journal.tallies(ONE).await.expect("read").iter().map(|(_, tally)| tally.verified).sum::<u64>(), messages);
            let names = files_below(root.path());
            assert!(names.iter().any(|name| name.ends_with("session.db")), "{names:?}");
            counts.push(names.len());
        }
        assert!(counts[0] == counts[1] && counts[0] <= 8, "{counts:?}");
    });
}

#[test]
fn g49_a_lock_file_that_a_dead_process_left_blocks_nobody() {
    real_time().block_on(async {
        let root = tempfile::tempdir().expect("a folder");
        let id = SessionId::from_bits(1);
        let journal = SqliteJournal::create(root.path(), &id).expect("a session");
        let opened = mailferry::ports::Record {
            at: mailferry::domain::Moment(1),
            event: Event::SessionOpened { id: id.clone(), version: "0.1.0".to_owned(), format: 1 },
            ledger: Vec::new(),
        };
        journal.append(vec![opened]).await.expect("written");
        assert!(SqliteJournal::open(root.path(), &id).is_err(), "while it runs it is held");
        let lock = files_below(root.path()).into_iter().find(|name| name.ends_with("/lock")).expect("a lock file");
        let written = std::fs::read(&lock).expect("read");
        drop(journal);
        // As a crash leaves it: the file with the number of a process that is gone, or that is somebody else by now.
        for pid in [written.as_slice(), b"4194304\n", b"1\n"] {
            std::fs::write(&lock, pid).expect("written");
            assert_eq!(list(root.path()).expect("a list")[0].held_by, None);
            drop(SqliteJournal::open(root.path(), &id).expect("nobody holds it"));
        }
    });
}
