//! The Zimbra-like dialect.

use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpStream;

use super::super::super::mail::{Dialect, Fault, Scope};
use super::{Client, Stage, stage};
use crate::domain::{ByteSize, Flags, MailboxName};

const MESSAGE: &str = "From: a@example.com\r\nSubject: x\r\n\r\nHello\r\n";

async fn zimbra() -> (Stage, Client<TcpStream>) {
    let stage = stage(Dialect::Zimbra).await;
    let client = stage.logged_in().await;
    (stage, client)
}

#[tokio::test]
async fn it_offers_much_but_neither_move_nor_compress() {
    let (_stage, mut client) = zimbra().await;
    let offered = client.ask("CAPABILITY").await.before;
    assert!(offered.contains(" MULTIAPPEND ") && offered.contains(" XLIST\r\n"), "{offered}");
    for word in ["MOVE", "COMPRESS", "APPENDLIMIT", "SPECIAL-USE", "OBJECTID"] {
        assert!(!offered.contains(word), "{word}");
    }
    client.ask("SELECT INBOX").await;
    assert!(client.ask("UID MOVE 1 Trash").await.end.starts_with("BAD"));
    assert!(client.ask("COMPRESS DEFLATE").await.end.starts_with("BAD"));
}

#[tokio::test]
async fn five_errors_in_a_row_are_too_many_and_an_ok_between_forgives() {
    let (_stage, mut client) = zimbra().await;
    for _ in 0..4 {
        assert_eq!(client.ask("STATUS Nowhere (MESSAGES)").await.end, "NO STATUS failed");
    }
    assert!(client.ask("NOOP").await.is_ok());
    for _ in 0..4 {
        assert!(client.ask("SELECT Nowhere").await.end.starts_with("NO SELECT failed"));
    }
    assert!(client.ask("CREATE Calendar").await.end.starts_with("NO CREATE failed"));
    assert!(client.line().await.is_some_and(|line| line.starts_with("* BYE Zimbra")));
    assert!(client.line().await.is_none());
}

#[tokio::test]
async fn the_twenty_sixth_message_of_the_same_size_and_date_ends_the_connection() {
    let (stage, mut client) = zimbra().await;
    for _ in 0..25 {
        assert!(client.append("INBOX", MESSAGE).await.is_ok());
    }
    assert!(client.ask("NOOP").await.is_ok());
    for _ in 0..25 {
        assert!(client.append("INBOX", MESSAGE).await.is_ok());
    }
    client.send(format!("a APPEND INBOX (\\Seen) \"02-Feb-2026 10:00:00 +0100\" {{{}+}}\r\n{MESSAGE}\r\n", MESSAGE.len())).await;
    assert!(client.line().await.is_some_and(|line| line.starts_with("* BYE")));
    assert_eq!(stage.in_inbox(), 50);
}

#[tokio::test]
async fn a_line_that_is_too_long_is_swallowed_and_the_connection_lives() {
    let (_stage, mut client) = zimbra().await;
    let answer = client.ask(&format!("LIST \"\" \"{}\"", "x".repeat(10_300))).await;
    assert_eq!(answer.end, "BAD maximum line length exceeded");
    assert!(client.ask("NOOP").await.is_ok());
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_comes_or_swallowed() {
    let (stage, mut client) = zimbra().await;
    assert_eq!(client.ask("APPEND INBOX {110000000}").await.end, "BAD maximum message size exceeded");
    stage.world.faults().set(Scope::Everywhere, Fault::RefuseLarger(ByteSize(20)));
    let swallowed = client.ask("APPEND INBOX {24+}\r\nx1 CREATE INJECTED\r\n....").await;
    assert_eq!(swallowed.end, "BAD maximum message size exceeded");
    assert!(client.ask("LIST \"\" INJECTED").await.before.is_empty());
}

#[tokio::test]
async fn almost_everything_is_append_failed() {
    let (stage, mut client) = zimbra().await;
    stage.world.faults().set(Scope::Account(stage.key.clone()), Fault::Full { room: ByteSize(50) });
    assert!(client.append("INBOX", MESSAGE).await.is_ok());
    assert_eq!(client.append("INBOX", MESSAGE).await.end, "NO APPEND failed");
    let quota = client.ask("GETQUOTAROOT INBOX").await.before;
    assert!(quota.contains("(STORAGE 1 1)"), "{quota}");
    stage.world.faults().clear_all();
    for command in
        ["APPEND INBOX (a:b) {5+}\r\nhello", "APPEND INBOX () \"20-Jan-2038 00:00:00 +0000\" {5+}\r\nhello", "APPEND INBOX {0+}\r\n"]
    {
        assert_eq!(client.ask(command).await.end, "NO APPEND failed", "{command}");
        assert!(client.ask("NOOP").await.is_ok(), "the literal was taken");
    }
    assert_eq!(client.append("Nowhere", MESSAGE).await.end, "NO [TRYCREATE] APPEND failed");
    // All or nothing.
    assert_eq!(client.ask("APPEND INBOX {5+}\r\nhello {0+}\r\n").await.end, "NO APPEND failed");
    assert_eq!(stage.in_inbox(), 1);
}

#[tokio::test]
async fn junk_flags_are_taken_and_forgotten() {
    let (stage, mut client) = zimbra().await;
    assert!(client.ask("APPEND INBOX (\\Seen $Junk NonJunk $Forwarded Work) {5+}\r\nhello").await.is_ok());
    let opened = client.ask("SELECT INBOX").await.before;
    assert!(opened.contains("\\*)] junk-related flags are not permanent"), "{opened}");
    let inbox = &stage.world.snapshot(&stage.key).mailboxes[&MailboxName::inbox()];
    assert_eq!(inbox.messages[0].flags, Flags::from_wire(["\\Seen", "$Forwarded", "Work"]));
}

#[tokio::test]
async fn names_have_no_case_and_roles_are_told_without_being_announced() {
    let (_stage, mut client) = zimbra().await;
    assert!(client.ask("CREATE Archives/2019/Mai").await.is_ok());
    assert!(client.ask("CREATE archives/2019").await.end.starts_with("NO CREATE failed"));
    assert!(client.ask("STATUS \"ARCHIVES/2019  \" (MESSAGES)").await.before.contains("* STATUS Archives/2019 (MESSAGES 0)"));
    assert!(client.ask("LIST \"\" Junk").await.before.contains("\\Junk) \"/\" Junk"));
    assert!(client.ask("XLIST \"\" *").await.before.contains("* XLIST (\\HasNoChildren \\Spam) \"/\" Junk"));
    assert_eq!(client.ask("NAMESPACE").await.before, "* NAMESPACE ((\"\" \"/\")) ((\"/home/\" \"/\")) NIL\r\n");
}

#[tokio::test]
async fn exists_is_said_several_times_and_signs_of_life_come_between() {
    let (_stage, mut client) = zimbra().await;
    client.append("INBOX", MESSAGE).await;
    assert!(client.ask("SELECT INBOX").await.before.contains("* 0 EXISTS\r\n* 1 EXISTS\r\n"));
    let mut said = String::new();
    for _ in 0..16 {
        said += &client.ask("CHECK").await.before;
    }
    assert_eq!(said.matches("* NOOP\r\n").count(), 2);
}

#[tokio::test]
async fn headers_that_are_asked_for_alone_are_ascii() {
    let (_stage, mut client) = zimbra().await;
    client.append("INBOX", "Subject: caf\u{e9}\r\n\r\n\u{e9}\r\n").await;
    client.ask("SELECT INBOX").await;
    assert!(client.ask("UID FETCH 1 BODY.PEEK[HEADER]").await.before.contains("Subject: caf??\r\n"));
    assert!(client.ask("UID FETCH 1 BODY.PEEK[]").await.before.contains("Subject: caf\u{e9}\r\n\r\n\u{e9}\r\n"));
}

#[tokio::test]
async fn one_connection_of_an_account_reads_bodies_at_a_time() {
    let (stage, mut one) = zimbra().await;
    for _ in 0..3 {
        one.append("INBOX", MESSAGE).await;
    }
    let mut other = stage.logged_in().await;
    one.ask("EXAMINE INBOX").await;
    other.ask("EXAMINE INBOX").await;
    let faults = stage.world.faults();
    // A slow reader, seen from another connection.
    faults.set(
        Scope::Connection("imap.example.com".to_owned(), 1),
        Fault::Slow { per_message: Duration::from_millis(40), per_kilobyte: Duration::ZERO },
    );
    one.send("f UID FETCH 1:* BODY.PEEK[]\r\n").await;
    one.line().await.expect("it began");
    assert!(other.ask("UID FETCH 1:* (FLAGS RFC822.SIZE)").await.is_ok(), "flags need no turn");
    other.send("g UID FETCH 1 BODY.PEEK[]\r\n").await;
    let both = futures::future::select(Box::pin(one.answer("f")), Box::pin(other.answer("g"))).await;
    assert!(matches!(both, futures::future::Either::Left((Some(_), _))), "the first reader ends first");
}

#[tokio::test]
async fn an_invitation_is_mail_like_any_other() {
    let (stage, mut client) = zimbra().await;
    let invitation = "Subject: x\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
    assert!(client.append("INBOX", invitation).await.is_ok());
    let snapshot = stage.world.snapshot(&stage.key);
    assert_eq!(snapshot.mailboxes[&MailboxName::inbox()].messages[0].bytes, Bytes::from(invitation));
    assert_eq!(snapshot.messages(), 1);
}
