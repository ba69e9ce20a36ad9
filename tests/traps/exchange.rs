//! E1 to E8: the Exchange family, as it was seen.

use mailferry::domain::{Flags, MailboxName, Role, SystemFlag};
use mailferry::sandbox::mail::{AccountKey, Dialect, Fault, MailboxSnapshot, Scope, Template, rebuilt};
use mailferry::session::Event;

use crate::stage::{Trap, real_time, towards};
use crate::support::guided::{SOURCE, TARGET, message, name};

async fn to_exchange() -> Trap {
    towards(Dialect::Exchange).await
}

fn inbox(trap: &Trap, host: &str) -> MailboxSnapshot {
    trap.mailbox(host, &MailboxName::inbox())
}

fn put_in(trap: &Trap, mailbox: &MailboxName, number: usize) {
    let date = "02-Feb-2026 10:00:00 +0100".parse().expect("a date");
    trap.stage.world.put(&AccountKey::new(SOURCE), mailbox, Flags::default(), date, message(number)).expect("in memory");
}

#[test]
fn e01_there_is_room_for_the_persons_own_devices_and_errors_cost_no_good_message() {
    real_time().block_on(async {
        let trap = to_exchange().await;
        let mut devices = Vec::new();
        for _ in 0..8 {
            devices.push(trap.connect(TARGET).await.expect("sixteen may be open"));
        }
        trap.empty_source(Template::Dovecot);
        for number in 0..40 {
            trap.put("", &message(number));
        }
        // Fifteen of them: more errors than one connection outlives.
        let bad = ["Body 1", "Body 30", "Body 31", "Body 32", "Body 33"];
        for text in bad {
            trap.stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::RefuseContaining(text.to_owned()));
        }
        trap.copies().await;
        let is_bad = |text: &String| bad.iter().any(|bad| text.contains(bad));
        let good = trap.texts(SOURCE).into_iter().filter(|text| !is_bad(text)).count();
        assert_eq!((trap.arrived().len(), trap.refusals().len()), (good, 40 - good));
        assert!(trap.refusals().iter().all(|reason| reason.contains("not accepted")), "{:?}", trap.refusals());
        assert!(40 - good > 10, "the budget of one connection was used up");
    });
}

#[test]
fn e02_an_argument_error_costs_at_most_the_message_that_it_is_about() {
    real_time().block_on(async {
        let trap = to_exchange().await;
        trap.empty_source(Template::Dovecot);
        let long = format!("Subject: long line\r\n\r\nx1 CREATE INJECTED\r\n{}\r\n", "z".repeat(12_000));
        let nul = b"Subject: nul\r\n\r\na\0b\r\n".to_vec();
        let odd = [long.into_bytes(), nul];
        for (number, bytes) in odd.iter().enumerate() {
            trap.put("", &message(number));
            trap.put("Work $Forwarded", bytes);
        }
        trap.put("\\Seen", &message(9));
        trap.copies().await;
        let subjects = |wanted: &str| trap.arrived().iter().filter(|text| text.contains(wanted)).count();
        assert_eq!(subjects("Subject: n "), 3, "what is sound arrives");
        let (long, nul) = (subjects("Subject: long line"), subjects("Subject: nul"));
        assert_eq!(long + nul + trap.refusals().len(), 2, "the rest is mended or listed");
        assert_eq!(trap.saved().len(), trap.refusals().len());
        let mailboxes = trap.stage.world.snapshot(&AccountKey::new(TARGET)).mailboxes;
        assert!(!mailboxes.keys().any(|name| name.to_string().contains("INJECTED")));
    });
}

#[test]
fn e03_a_flag_that_others_shall_see_is_stored_and_not_only_appended() {
    real_time().block_on(async {
        let trap = to_exchange().await;
        trap.put("\\Flagged", &message(90));
        trap.copies_all().await;
        let flagged = |snapshot: &MailboxSnapshot| snapshot.messages.iter().filter(|m| m.elsewhere.has(SystemFlag::Flagged)).count();
        assert_eq!(flagged(&inbox(&trap, TARGET)), 2);
        assert_eq!(flagged(&inbox(&trap, SOURCE)), 2);
    });
}

#[test]
fn e04_without_multiappend_and_roles_each_message_is_a_command_and_names_tell_roles() {
    real_time().block_on(async {
        let trap = to_exchange().await;
        trap.copies_all().await;
        let messages = trap.stage.world.snapshot(&AccountKey::new(TARGET)).messages();
        assert_eq!(trap.target.said("APPEND").len(), messages);
        let sent = trap.mailbox(TARGET, &name(&["Sent Items"]));
        assert_eq!((sent.role, sent.messages.len()), (Some(Role::Sent), 1), "Sent goes where Exchange keeps it");
        assert_eq!(trap.target.said("GETQUOTAROOT"), [""; 0]);
    });
}

#[test]
fn e05_a_mark_that_would_become_a_category_stays_behind() {
    real_time().block_on(async {
        let trap = to_exchange().await;
        trap.empty_source(Template::Dovecot);
        trap.put("\\Seen $MDNSent", &message(1));
        trap.copies().await;
        assert_eq!(inbox(&trap, TARGET).messages[0].flags, Flags::from_wire(["\\Seen"]));
    });
}

#[test]
fn e06_nothing_at_the_source_is_opened_marked_or_removed() {
    real_time().block_on(async {
        let trap = Trap::with(Dialect::Exchange, Dialect::Dovecot, "right").await;
        let receipt = b"Message-ID: <r@example.com>\r\nDisposition-Notification-To: boss@example.com\r\nSubject: x\r\n\r\nRead me\r\n";
        trap.put("", receipt);
        let before = trap.stage.world.snapshot(&AccountKey::new(SOURCE));
        trap.copies().await;
        assert_eq!(trap.stage.world.snapshot(&AccountKey::new(SOURCE)), before);
        for command in ["SELECT", "UID STORE", "STORE", "EXPUNGE", "UID EXPUNGE", "CLOSE", "DELETE", "UID MOVE"] {
            assert_eq!(trap.source.said(command), [""; 0], "{command}");
        }
        let unread = inbox(&trap, TARGET).messages.iter().filter(|m| !m.flags.has(SystemFlag::Seen)).count();
        assert_eq!(unread, inbox(&trap, SOURCE).messages.iter().filter(|m| !m.flags.has(SystemFlag::Seen)).count());
    });
}

#[test]
fn e07_names_that_differ_in_case_or_blanks_only_lose_nothing() {
    real_time().block_on(async {
        let trap = to_exchange().await;
        let key = AccountKey::new(SOURCE);
        for (number, other) in [(301, "projets"), (302, "Notes de frais "), (303, "trash")] {
            trap.stage.world.add_mailbox(&key, &name(&[other]), None).expect("in memory");
            put_in(&trap, &name(&[other]), number);
        }
        trap.copies().await;
        let (source, target) = (trap.stage.world.snapshot(&key), trap.stage.world.snapshot(&AccountKey::new(TARGET)));
        assert_eq!(target.messages(), source.messages());
        // STATUS lines with a blank at their end are read.
        let mut connection = trap.connect(TARGET).await.expect("logged in");
        let wire = mailferry::domain::WireName("sent items".to_owned());
        assert!(connection.status(&wire).await.expect("answered").is_some_and(|state| state.exists == 1));
    });
}

#[test]
fn e08_a_rebuilt_message_of_another_size_is_the_same_message() {
    real_time().block_on(async {
        let trap = to_exchange().await;
        trap.empty_source(Template::Dovecot);
        let mime = "X-Mailer: x\r\nMessage-ID: <m@example.com>\r\nSubject: hello\r\nFrom: a@example.com\r\nMIME-Version: 1.0\r\n\
            Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nh\u{e9}llo\r\n";
        assert_ne!(rebuilt(mime.as_bytes()), mime.as_bytes());
        trap.put("\\Seen", mime.as_bytes());
        trap.put("\\Seen", mime.as_bytes());
        trap.copies_all().await;
        let verified = |event: &Event| matches!(event, Event::MailboxVerified { verified: 2, by_bytes: false, altered: 0, .. });
        assert!(trap.events().iter().any(verified), "by content, and said so");
    });
}
