//! What servers do that they should not, on sockets.

use std::time::Duration;

use tokio::net::TcpStream;

use super::super::super::mail::{Cut, CutPoint, CutStyle, Dialect, Fault, Occasion, Oddity, Scope, Side, rebuilt};
use super::{Client, Stage, stage};
use crate::domain::{Flags, MailboxName};

const MESSAGE: &str = "Subject: caf\u{e9}\r\n\r\nHello";

struct Odd {
    stage: Stage,
    client: Client<TcpStream>,
}

async fn odd() -> Odd {
    let stage = stage(Dialect::Dovecot).await;
    let client = stage.logged_in().await;
    Odd { stage, client }
}

impl Odd {
    fn does(&self, oddity: Oddity) {
        self.stage.world.faults().set(Scope::Everywhere, Fault::Odd(oddity, Occasion::ONCE));
    }

    async fn append(&mut self) -> String {
        self.client.append("INBOX", MESSAGE).await.end
    }

    async fn ask(&mut self, command: &str) -> String {
        self.client.ask(command).await.before
    }

    fn last(&self) -> (Vec<u8>, Flags, String) {
        let inbox = &self.stage.world.snapshot(&self.stage.key).mailboxes[&MailboxName::inbox()];
        let last = inbox.messages.last().expect("one");
        (last.bytes.to_vec(), last.flags.clone(), last.internal_date.to_string())
    }
}

#[tokio::test]
async fn appenduid_is_missing_naught_or_wrong_once() {
    let mut odd = odd().await;
    odd.does(Oddity::NoAppendUid);
    assert!(odd.append().await.starts_with("OK Append completed"));
    odd.does(Oddity::ZeroAppendUid);
    assert!(odd.append().await.contains(" 0] Append completed"));
    odd.does(Oddity::WrongAppendUid);
    assert!(odd.append().await.contains(" 1000003] Append completed"));
    assert!(odd.append().await.contains(" 4] Append completed"));
}

#[tokio::test]
async fn what_is_answered_is_not_what_happened() {
    let mut odd = odd().await;
    odd.does(Oddity::PretendsStored);
    assert!(odd.append().await.starts_with("OK [APPENDUID"));
    assert_eq!(odd.stage.in_inbox(), 0);
    odd.does(Oddity::PretendsRefused);
    assert!(odd.append().await.starts_with("NO"));
    assert_eq!(odd.stage.in_inbox(), 1);
}

#[tokio::test]
async fn messages_are_changed_on_their_way_in() {
    let mut odd = odd().await;
    odd.does(Oddity::LosesHighBytes);
    odd.does(Oddity::AddsNewline);
    odd.does(Oddity::DropsFlags);
    odd.does(Oddity::ShiftsDate(60));
    assert!(odd.append().await.starts_with("OK"));
    let (bytes, flags, date) = odd.last();
    assert_eq!((bytes.as_slice(), flags), (b"Subject: cafXX\r\n\r\nHello\r\n".as_slice(), Flags::default()));
    assert_eq!(date, "02-Feb-2026 11:00:00 +0100");
    odd.does(Oddity::DatesToday);
    odd.does(Oddity::ReplacesNul);
    assert!(odd.client.ask("APPEND INBOX \"02-Feb-2026 10:00:00 +0100\" {3+}\r\nx\0y").await.is_ok());
    let (bytes, _, date) = odd.last();
    assert_eq!(bytes, b"x\x80y");
    assert!(!date.starts_with("02-Feb"), "{date}");
    odd.does(Oddity::RebuildsHeaders);
    let mime = "X-Mailer: x\r\nSubject: y\r\nFrom: a@example.com\r\nMIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nh\u{e9}llo\r\n";
    assert!(odd.client.append("INBOX", mime).await.is_ok());
    assert_eq!(odd.last().0, rebuilt(mime.as_bytes()));
    assert_ne!(odd.last().0, mime.as_bytes());
}

#[tokio::test]
async fn numbers_of_an_opened_mailbox_are_wrong_or_missing() {
    let mut odd = odd().await;
    odd.append().await;
    odd.does(Oddity::WrongExists);
    odd.does(Oddity::NoUidNext);
    let opened = odd.ask("EXAMINE INBOX").await;
    assert!(opened.contains("* 4 EXISTS") && !opened.contains("UIDNEXT"), "{opened}");
    odd.does(Oddity::SeveralExists);
    odd.does(Oddity::WrongUidNext);
    let opened = odd.ask("EXAMINE INBOX").await;
    assert!(opened.contains("* 0 EXISTS\r\n* 1 EXISTS") && opened.contains("[UIDNEXT 1]"), "{opened}");
    assert!(odd.ask("EXAMINE INBOX").await.contains("[UIDNEXT 2]"));
}

#[tokio::test]
async fn fetched_messages_are_empty_short_unordered_and_among_strangers() {
    let mut odd = odd().await;
    for _ in 0..2 {
        odd.append().await;
    }
    odd.ask("SELECT INBOX").await;
    for (oddity, expected) in [
        (Oddity::EmptyBody, "* 1 FETCH (UID 1 BODY[] {0}\r\n)"),
        (Oddity::ShortBody, "* 1 FETCH (UID 1 BODY[] {11}\r\nSubject: ca)"),
        (Oddity::ForeignFetch, "* 2 FETCH (FLAGS (\\Seen \\Recent))\r\n* 1 FETCH (UID 1 BODY[]"),
        (Oddity::ForeignExpunge, "* 2 EXPUNGE\r\n* 1 FETCH (UID 1 BODY[]"),
        (Oddity::Unordered, "* 2 FETCH (UID 2 BODY[]"),
    ] {
        odd.does(oddity);
        let said = odd.ask("UID FETCH 1:* BODY.PEEK[]").await;
        assert!(said.starts_with(expected), "{oddity:?}: {said}");
    }
    odd.does(Oddity::WrongSize);
    assert!(odd.ask("UID FETCH 1 RFC822.SIZE").await.contains("RFC822.SIZE 11)"));
}

#[tokio::test]
async fn uids_lose_their_meaning_in_the_middle() {
    let mut odd = odd().await;
    odd.append().await;
    odd.ask("SELECT INBOX").await;
    odd.does(Oddity::Renumbers);
    odd.client.send("n NOOP\r\n").await;
    assert!(odd.client.line().await.is_some_and(|line| line.starts_with("* BYE")));
}

#[tokio::test]
async fn logins_are_refused_so_often_or_lead_nowhere() {
    let odd = odd().await;
    let faults = odd.stage.world.faults();
    let refused = Fault::Answer { command: "LOGIN", line: "NO [UNAVAILABLE] Try again".to_owned(), occasion: Occasion::times(2) };
    faults.set(Scope::Everywhere, refused);
    for expected in ["NO [UNAVAILABLE] Try again", "NO [UNAVAILABLE] Try again", "OK"] {
        let mut client = odd.stage.client().await;
        assert!(client.ask("LOGIN john \"pass word\"").await.end.starts_with(expected));
    }
    odd.does(Oddity::NotConnected);
    let mut client = odd.stage.logged_in().await;
    assert_eq!(client.ask("CAPABILITY").await.end, "BAD User is authenticated but not connected.");
    assert!(odd.stage.logged_in().await.ask("CAPABILITY").await.is_ok());
}

#[tokio::test]
async fn a_named_command_of_one_connection_is_cut_or_stalled() {
    let odd = odd().await;
    let faults = odd.stage.world.faults();
    let third = Scope::Connection("imap.example.com".to_owned(), 3);
    let point = CutPoint::Command("STATUS", 2, Side::After);
    faults.set(third.clone(), Fault::Cut(Cut { point, style: CutStyle::Bye, times: 1 }));
    faults.set(third, Fault::Stall { command: "NOOP", pause: Duration::from_millis(60), occasion: Occasion::ONCE });
    let (mut second, mut third) = (odd.stage.logged_in().await, odd.stage.logged_in().await);
    for _ in 0..3 {
        assert!(second.ask("STATUS INBOX (MESSAGES)").await.is_ok());
    }
    let began = std::time::Instant::now();
    assert!(third.ask("NOOP").await.is_ok() && began.elapsed() >= Duration::from_millis(60));
    assert!(third.ask("STATUS INBOX (MESSAGES)").await.is_ok());
    third.send("s STATUS INBOX (MESSAGES)\r\n").await;
    assert!(third.line().await.is_some_and(|line| line.starts_with("* STATUS")));
    assert!(third.line().await.is_some_and(|line| line.starts_with("* BYE")));
}

#[tokio::test]
async fn a_connection_ends_after_so_many_bytes_from_the_client() {
    let odd = odd().await;
    let mut client = odd.stage.logged_in().await;
    let cut = Cut { point: CutPoint::Received(100), style: CutStyle::Reset, times: 1 };
    odd.stage.world.faults().set(Scope::Everywhere, Fault::Cut(cut));
    client.send(format!("a APPEND INBOX {{200+}}\r\n{}", "x".repeat(120))).await;
    assert!(client.line().await.is_none());
    assert_eq!(odd.stage.in_inbox(), 0);
}

#[tokio::test]
async fn messages_are_refused_by_flag_date_nul_and_bare_newline_and_mailboxes_by_name() {
    let mut odd = odd().await;
    let first = "01-Jan-2027 00:00:00 +0000".parse().expect("a date");
    for fault in [
        Fault::RefuseFlag("Work".to_owned()),
        Fault::RefuseDatesFrom(first),
        Fault::RefuseNul,
        Fault::RefuseBareNewline,
        Fault::RefuseName("Odd".to_owned()),
    ] {
        odd.stage.world.faults().set(Scope::Everywhere, fault);
    }
    for command in [
        "APPEND INBOX (work) {1+}\r\nx",
        "APPEND INBOX \"02-Feb-2027 10:00:00 +0100\" {1+}\r\nx",
        "APPEND INBOX {1+}\r\n\0",
        "APPEND INBOX {2+}\r\nx\n",
        "CREATE Oddities",
    ] {
        assert!(odd.client.ask(command).await.end.starts_with("NO"), "{command}");
    }
    assert!(odd.append().await.starts_with("OK"));
}

#[tokio::test]
async fn who_is_throttled_is_not_always_told_how_long() {
    let mut odd = odd().await;
    odd.stage.world.faults().set(Scope::Everywhere, Fault::Busy { after_commands: 0, times: 1 });
    assert_eq!(odd.client.ask("NOOP").await.end, "NO Request is throttled.");
}

#[tokio::test]
async fn what_was_heard_can_be_read_afterwards_without_passwords() {
    let odd = odd().await;
    let faults = odd.stage.world.faults();
    faults.listen();
    let mut client = odd.stage.logged_in().await;
    client.append("INBOX", MESSAGE).await;
    let heard: Vec<(u64, String)> = faults.heard().into_iter().map(|h| (h.connection, h.command)).collect();
    let append = format!("APPEND INBOX (\\Seen) \"02-Feb-2026 10:00:00 +0100\" {{{}+}}", MESSAGE.len());
    assert_eq!(heard, [(2, "LOGIN".to_owned()), (2, append)]);
}
