//! Z1 to Z19: Zimbra's own rules, as its IMAP source has them. Z3 (5,000 commands in a second) is out of reach of this program and has no
//! scenario.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use mailferry::domain::{ByteSize, Flags, MailboxName, Role, Uid, UidSet, WireName};
use mailferry::ports::{FetchedMessage, MessageSink, SinkClosed};
use mailferry::problem::ProblemCode;
use mailferry::sandbox::mail::{AccountKey, Dialect, Fault, MailboxSnapshot, Occasion, Scope, Template};
use mailferry::session::{Command, Event};

use crate::stage::{Trap, real_time};
use crate::support::guided::{SOURCE, TARGET, message, name};

/// From a Dovecot-like server to a Zimbra-like one.
async fn to_zimbra() -> Trap {
    Trap::with(Dialect::Dovecot, Dialect::Zimbra, "right").await
}

/// The other way.
async fn from_zimbra() -> Trap {
    Trap::with(Dialect::Zimbra, Dialect::Dovecot, "right").await
}

fn target() -> Scope {
    Scope::Host(TARGET.to_owned())
}

/// Every message is one line of `number` and as long as every other one.
fn alike(number: usize) -> Bytes {
    Bytes::from(format!("Message-ID: <{number:05}@example.com>\r\nSubject: news {number:05}\r\n\r\nNews\r\n"))
}

fn put_alike(trap: &Trap, count: usize) {
    let date = "02-Feb-2026 10:00:00 +0100".parse().expect("a date");
    for number in 0..count {
        let key = AccountKey::new(SOURCE);
        trap.stage.world.put(&key, &MailboxName::inbox(), Flags::default(), date, alike(number)).expect("in memory");
    }
}

/// Goodbyes of the target that nobody asked for.
struct Goodbyes(Arc<AtomicUsize>);

impl Goodbyes {
    fn heard_by(trap: &Trap) -> Self {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        trap.target.on_reply(move |reply| {
            if reply.starts_with(b"* BYE") {
                counter.fetch_add(1, Ordering::Relaxed);
            }
            reply
        });
        Self(count)
    }

    fn uninvited(&self, trap: &Trap) -> usize {
        self.0.load(Ordering::Relaxed).saturating_sub(trap.target.said("LOGOUT").len())
    }
}

fn inbox(trap: &Trap, host: &str) -> MailboxSnapshot {
    trap.mailbox(host, &MailboxName::inbox())
}

fn verified_differences(trap: &Trap) -> (u64, u64) {
    let differ = |event: &Event| match event {
        Event::MailboxVerified { flags_differ, dates_differ, .. } => Some((*flags_differ, *dates_differ)),
        _ => None,
    };
    trap.events().iter().filter_map(differ).fold((0, 0), |sum, (flags, dates)| (sum.0 + flags, sum.1 + dates))
}

#[test]
fn z01_errors_never_come_five_in_a_row() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        trap.empty_source(Template::Dovecot);
        for number in 0..24 {
            let text = if number % 8 == 7 { "fine" } else { "bad" };
            trap.put("", format!("Subject: {number}\r\n\r\n{text} {number}\r\n").as_bytes());
        }
        trap.stage.world.faults().set(target(), Fault::RefuseContaining("bad".to_owned()));
        let goodbyes = Goodbyes::heard_by(&trap);
        trap.copies().await;
        assert_eq!(goodbyes.uninvited(&trap), 0, "{:?}", trap.target.said(""));
        assert_eq!((trap.arrived().len(), trap.refusals().len(), trap.saved().len()), (3, 21, 21));
    });
}

#[test]
fn z02_a_hundred_messages_of_one_size_and_one_date_are_not_taken_for_an_attack() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        trap.empty_source(Template::Dovecot);
        put_alike(&trap, 100);
        let goodbyes = Goodbyes::heard_by(&trap);
        trap.copies_all().await;
        let (appends, noops) = (trap.target.said("APPEND").len(), trap.target.said("NOOP").len());
        assert!(appends > 25 && noops > 0, "{appends} APPEND, {noops} NOOP");
        assert_eq!(goodbyes.uninvited(&trap), 0);
    });
}

#[test]
fn z04_one_connection_of_an_account_reads_bodies() {
    real_time().block_on(async {
        let trap = from_zimbra().await;
        let key = AccountKey::new(SOURCE);
        for number in 100..160 {
            let summer = name(&["Projets", "Été 2019"]);
            let date = "02-Feb-2026 10:00:00 +0100".parse().expect("a date");
            trap.stage.world.put(&key, &summer, Flags::default(), date, message(number)).expect("in memory");
            trap.stage.deliver(number);
        }
        // A body takes its time, so that a second reader would meet the first.
        let slow = Fault::Slow { per_message: Duration::from_millis(2), per_kilobyte: Duration::ZERO };
        trap.stage.world.faults().set(Scope::Host(SOURCE.to_owned()), slow);
        trap.copies_all().await;
        assert_eq!(trap.stage.world.readers_waited(&key), 0, "nobody queued for the one lock");
    });
}

struct Counted(usize);

#[async_trait]
impl MessageSink for Counted {
    async fn take(&mut self, _: FetchedMessage) -> Result<(), SinkClosed> {
        self.0 += 1;
        Ok(())
    }
}

#[test]
fn z05_long_sets_of_uids_are_cut_into_lines_that_are_taken() {
    real_time().block_on(async {
        let trap = from_zimbra().await;
        let mut connection = trap.connect(SOURCE).await.expect("logged in");
        connection.examine(&WireName("INBOX".to_owned())).await.expect("opened");
        let every_other: UidSet = (1..9000).step_by(2).map(Uid).collect();
        assert!(every_other.to_string().len() > 20_000);
        let mut sink = Counted(0);
        connection.fetch(&every_other, &mut sink).await.expect("read");
        assert_eq!(sink.0, 4);
        assert!(trap.source.said("UID FETCH").iter().all(|line| line.len() < 10_000));
    });
}

#[test]
fn z06_a_message_that_is_too_large_is_refused_alone_and_never_runs_as_commands() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        trap.stage.world.faults().set(target(), Fault::RefuseLarger(ByteSize(2000)));
        let large = format!("Subject: large\r\n\r\nx1 CREATE INJECTED\r\n{}\r\n", "y".repeat(3000));
        trap.put("", large.as_bytes());
        trap.copies().await;
        assert_eq!(trap.refusals(), ["maximum message size exceeded"]);
        assert_eq!(trap.saved(), [large.into_bytes()]);
        assert_eq!(trap.arrived().len() + 1, trap.texts(SOURCE).len());
        let mailboxes = trap.stage.world.snapshot(&AccountKey::new(TARGET)).mailboxes;
        assert!(!mailboxes.keys().any(|name| name.to_string().contains("INJECTED")));
    });
}

#[test]
fn z07_one_bad_message_of_a_multiappend_takes_no_other_with_it() {
    real_time().block_on(async {
        let mut trap = to_zimbra().await;
        trap.limits.batch_messages = 16;
        trap.empty_source(Template::Dovecot);
        for number in 0..16 {
            trap.put("", &message(number));
        }
        trap.stage.world.faults().set(target(), Fault::RefuseContaining("Body 11".to_owned()));
        trap.copies().await;
        assert_eq!((trap.arrived().len(), trap.refusals().len()), (15, 1));
        assert_eq!(trap.saved(), [message(11).to_vec()]);
    });
}

#[test]
fn z08_a_full_account_that_only_says_append_failed_is_found_to_be_full() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        trap.stage.world.faults().set(target(), Fault::Full { room: ByteSize(700) });
        let mut run = trap.stops_by(ProblemCode::QuotaFull).await;
        assert_eq!(trap.refusals(), [""; 0], "no message is burned");
        trap.stage.world.faults().clear_all();
        run.submit(Command::RetryAll).await;
        trap.in_time(run.until_verified()).await;
        trap.is_equal().await;
    });
}

#[test]
fn z09_a_date_after_2038_is_moved_to_where_it_is_kept() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        trap.empty_source(Template::Dovecot);
        let late = "20-Jan-2038 12:00:00 +0000".parse().expect("a date");
        let key = AccountKey::new(SOURCE);
        trap.stage.world.put(&key, &MailboxName::inbox(), Flags::default(), late, message(1)).expect("in memory");
        trap.copies().await;
        assert_eq!(inbox(&trap, TARGET).messages[0].internal_date.to_string(), "31-Dec-2037 23:59:59 +0000");
        assert_eq!((trap.refusals().len(), trap.target.said("APPEND").len()), (0, 1));
    });
}

#[test]
fn z10_a_keyword_that_cannot_be_a_tag_does_not_cost_the_message() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        trap.empty_source(Template::Dovecot);
        trap.put("\\Seen EmailswithStickyNotes:FLAG51135", &message(1));
        trap.put("Work", &message(2));
        trap.copies().await;
        let messages = inbox(&trap, TARGET).messages;
        let flags: Vec<String> = messages.iter().map(|m| m.flags.to_string()).collect();
        assert!(flags.contains(&"Work".to_owned()) && messages.len() == 2, "{flags:?}");
        assert!(flags.contains(&"\\Seen EmailswithStickyNotes-FLAG51135".to_owned()), "{flags:?}");
        assert_eq!(trap.refusals().len(), 0);
    });
}

#[test]
fn z11_junk_flags_are_not_missed() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        trap.empty_source(Template::Dovecot);
        trap.put("\\Seen $Junk", &message(1));
        trap.put("NonJunk JunkRecorded", &message(2));
        trap.copies().await;
        assert_eq!(inbox(&trap, TARGET).messages.len(), 2);
        assert_eq!(verified_differences(&trap), (0, 0), "what is not kept by design is no difference");
        assert_eq!(trap.refusals().len(), 0);
    });
}

#[test]
fn z12_forwarded_and_receipt_marks_arrive() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        trap.empty_source(Template::Dovecot);
        for (number, mark) in [(1, "$Forwarded"), (2, "Forwarded"), (3, "$MDNSent")] {
            trap.put(mark, &message(number));
        }
        trap.copies().await;
        let mut flags: Vec<String> = inbox(&trap, TARGET).messages.iter().map(|m| m.flags.to_string()).collect();
        flags.sort();
        assert_eq!(flags, ["$Forwarded", "$MDNSent", "Forwarded"]);
    });
}

#[test]
fn z13_names_that_zimbra_cannot_have_become_names_that_it_can() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        let key = AccountKey::new(SOURCE);
        let date = "02-Feb-2026 10:00:00 +0100".parse().expect("a date");
        for (number, odd) in [(1, "Contacts"), (2, "a:b"), (3, "say \"x\""), (4, "Calendar")] {
            trap.stage.world.add_mailbox(&key, &name(&[odd]), None).expect("in memory");
            trap.stage.world.put(&key, &name(&[odd]), Flags::default(), date, message(200 + number)).expect("in memory");
        }
        trap.copies().await;
        let target = trap.stage.world.snapshot(&AccountKey::new(TARGET));
        assert_eq!(target.messages(), trap.stage.world.snapshot(&key).messages());
        assert!(target.mailboxes.keys().any(|name| name.to_string() == "Contacts (mail)"), "{:?}", target.mailboxes.keys());
    });
}

#[test]
fn z14_roles_are_read_although_nobody_announced_them() {
    real_time().block_on(async {
        let trap = from_zimbra().await;
        let key = AccountKey::new(SOURCE);
        trap.stage.world.add_mailbox(&key, &name(&["Boîte 7"]), Some(Role::Archive)).expect("in memory");
        let mut connection = trap.connect(SOURCE).await.expect("logged in");
        let role = |wanted: &str, listed: &[mailferry::ports::ListedMailbox]| {
            listed.iter().find(|m| m.name.to_string() == wanted).and_then(|m| m.role)
        };
        let listed = connection.list().await.expect("listed");
        assert_eq!((role("Boîte 7", &listed), role("Junk", &listed)), (Some(Role::Archive), Some(Role::Junk)));
        trap.copies_all().await;
        let target = trap.stage.world.snapshot(&AccountKey::new(TARGET));
        assert!(target.mailboxes.values().any(|mailbox| mailbox.role == Some(Role::Archive)));
    });
}

#[test]
fn z15_nobody_waits_for_a_word_that_the_first_mailbox_is_closed() {
    real_time().block_on(async {
        let trap = Trap::with(Dialect::Zimbra, Dialect::Dovecot, "right").await;
        for host in [SOURCE, TARGET] {
            let mut connection = trap.connect(host).await.expect("logged in");
            let inbox = connection.select(&WireName("INBOX".to_owned())).await.expect("opened");
            let sent = connection.select(&WireName("Sent".to_owned())).await.expect("opened");
            let again = connection.select(&WireName("INBOX".to_owned())).await.expect("opened");
            assert_eq!(again, inbox, "{host}");
            assert_eq!(sent.exists, u32::from(host == SOURCE));
        }
    });
}

#[test]
fn z16_a_message_is_known_by_its_bytes_and_not_by_headers_asked_for_alone() {
    real_time().block_on(async {
        let trap = from_zimbra().await;
        trap.empty_source(Template::Dovecot);
        trap.put("", "Message-ID: <1@example.com>\r\nSubject: R\u{e9}union\u{7}\r\n\r\nBody \u{e9}\r\n".as_bytes());
        trap.put("", b"Message-ID: <2@example.com>\r\nSubject: R\xe9union\r\n\r\nBody\r\n");
        trap.copies_all().await;
        assert!(trap.events().iter().any(|event| matches!(event, Event::MailboxVerified { by_bytes: true, verified: 2, .. })));
    });
}

#[test]
fn z17_an_old_invitation_arrives_as_mail_and_touches_no_calendar() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        trap.empty_source(Template::Dovecot);
        let invitation = b"Message-ID: <1@example.com>\r\nSubject: x\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";
        trap.put("", invitation);
        trap.copies_all().await;
        let target = trap.stage.world.snapshot(&AccountKey::new(TARGET));
        assert_eq!((target.messages(), inbox(&trap, TARGET).messages[0].bytes.as_ref()), (1, invitation.as_slice()));
    });
}

#[test]
fn z18_what_is_offered_is_used_and_nothing_else_is_asked_for() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        put_alike(&trap, 60);
        trap.copies_all().await;
        for absent in ["UID MOVE", "MOVE", "COMPRESS", "UID SEARCH"] {
            assert_eq!(trap.target.said(absent), [""; 0], "{absent}");
        }
        let messages = trap.stage.world.snapshot(&AccountKey::new(TARGET)).messages();
        assert!(trap.target.said("APPEND").len() * 2 < messages, "several messages to a command");
    });
}

#[test]
fn z19_a_one_time_password_is_explained_and_not_tried_again_and_again() {
    real_time().block_on(async {
        let trap = to_zimbra().await;
        let line = "NO [ALERT] password must be changed before IMAP login permitted".to_owned();
        trap.stage.world.faults().set(target(), Fault::Answer { command: "LOGIN", line, occasion: Occasion::ALWAYS });
        let mut run = trap.stops_by(ProblemCode::LoginNotAllowed).await;
        let problem = run.session().troubles.values().next().cloned().expect("stopped");
        assert!(problem.cause.as_deref().is_some_and(|cause| cause.contains("password must be changed")), "{problem:?}");
        let logins = trap.target.connections();
        run.rest(Duration::from_millis(200)).await;
        assert_eq!(trap.target.connections(), logins, "nobody knocks while the person reads");
        trap.stage.world.faults().clear_all();
        run.submit(Command::RetryAll).await;
        trap.in_time(run.until_verified()).await;
        trap.is_equal().await;
    });
}
