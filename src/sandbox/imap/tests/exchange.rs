//! The Exchange-like dialect.

use bytes::Bytes;
use tokio::net::TcpStream;

use super::super::super::mail::{Dialect, rebuilt};
use super::{Client, stage};
use crate::domain::{Flags, MailboxName};

const MESSAGE: &str = "X-Mailer: x\r\nSubject: hello\r\nFrom: a@example.com\r\nMIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nh\u{e9}llo\r\n";

#[tokio::test]
async fn it_greets_and_offers_as_the_real_one() {
    let stage = stage(Dialect::Exchange).await;
    let mut client = Client::new(TcpStream::connect(stage.door.address()).await.expect("connected"));
    assert_eq!(client.line().await.as_deref(), Some("* OK The Microsoft Exchange IMAP4 service is ready.\r\n"));
    assert_eq!(client.ask("LOGIN john \"pass word\"").await.end, "OK LOGIN completed.");
    let offered = client.ask("CAPABILITY").await.before;
    assert_eq!(offered, "* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+\r\n");
    let listed = client.ask("LIST \"\" *").await.before;
    assert!(listed.contains("* LIST (\\HasNoChildren) \"/\" \"Sent Items\"\r\n"), "{listed}");
    assert!(listed.contains("* LIST (\\HasChildren) \"/\" Contacts\r\n"), "{listed}");
    assert!(client.ask("GETQUOTAROOT INBOX").await.end.starts_with("BAD"));
    assert!(client.ask("STATUS inbox (MESSAGES UIDNEXT)").await.before.contains("* STATUS INBOX (MESSAGES 0 UIDNEXT 1) \r\n"));
}

#[tokio::test]
async fn messages_come_back_rebuilt_and_sizes_are_estimates() {
    let stage = stage(Dialect::Exchange).await;
    let mut client = stage.logged_in().await;
    assert!(client.append("inbox", MESSAGE).await.is_ok());
    let select = client.ask("SELECT Inbox").await.before;
    assert!(select.contains("[PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)]"), "{select}");
    let fetched = client.ask("UID FETCH 1 (BODY.PEEK[])").await.before;
    let expected = rebuilt(MESSAGE.as_bytes());
    assert_ne!(expected.as_ref(), MESSAGE.as_bytes());
    assert_eq!(fetched, format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n{})\r\n", expected.len(), String::from_utf8_lossy(&expected)));
    let size = client.ask("FETCH 1 RFC822.SIZE").await.before;
    assert!(!size.contains(&format!("SIZE {}", expected.len())), "{size}");
}

#[tokio::test]
async fn what_it_does_not_take_is_an_argument_error_and_the_message_is_taken() {
    let stage = stage(Dialect::Exchange).await;
    let mut client = stage.logged_in().await;
    let long = format!("Subject: x\r\n\r\n{}\r\n", "y".repeat(10_001));
    for command in [
        "APPEND INBOX ($Forwarded) {20+}\r\nx1 CREATE INJECTED\r\n".to_owned(),
        format!("APPEND INBOX {{{}+}}\r\n{long}", long.len()),
        "APPEND INBOX {99000000}".to_owned(),
        format!("LIST \"\" \"{}\"", "x".repeat(10_001)),
    ] {
        assert_eq!(client.ask(&command).await.end, "BAD Command Argument Error. 11", "{command:.60}");
    }
    assert!(client.ask("LIST \"\" INJECTED").await.before.is_empty());
    assert!(client.ask("APPEND INBOX {5+}\r\nhello {5+}").await.end.starts_with("BAD"));
    assert_eq!(stage.in_inbox(), 0);
}

#[tokio::test]
async fn names_have_no_case_and_parents_are_made() {
    let stage = stage(Dialect::Exchange).await;
    let mut client = stage.logged_in().await;
    assert!(client.ask("CREATE Archives/2019/Mai").await.is_ok());
    assert!(client.ask("CREATE archives/2019").await.end.contains("already exists"));
    assert!(client.ask("STATUS \"deleted ITEMS\" (MESSAGES)").await.is_ok());
    assert!(client.ask("STATUS Nowhere (MESSAGES)").await.end.starts_with("NO Nowhere doesn't exist."));
}

#[tokio::test]
async fn a_calendar_shows_placeholders() {
    let stage = stage(Dialect::Exchange).await;
    let calendar = MailboxName::from_segments(["Calendar".to_owned()]).expect("valid");
    let date = "02-Feb-2026 10:00:00 +0100".parse().expect("valid");
    stage.world.put(&stage.key, &calendar, Flags::default(), date, Bytes::from_static(b"BEGIN:VCALENDAR\r\n")).expect("put");
    let mut client = stage.logged_in().await;
    client.ask("EXAMINE Calendar").await;
    let item = client.ask("UID FETCH 1 BODY.PEEK[]").await.before;
    assert!(item.contains("Retrieval using the IMAP4 protocol failed"), "{item}");
}

#[tokio::test]
async fn ten_errors_close_the_connection() {
    let stage = stage(Dialect::Exchange).await;
    let mut client = stage.logged_in().await;
    for _ in 0..9 {
        assert!(client.ask("STATUS Nowhere (MESSAGES)").await.end.starts_with("NO"));
        assert!(client.ask("NOOP").await.is_ok());
    }
    assert!(client.ask("STATUS Nowhere (MESSAGES)").await.end.starts_with("NO"));
    assert!(client.line().await.is_some_and(|line| line.starts_with("* BYE")));
    assert!(client.line().await.is_none());
}

#[tokio::test]
async fn the_seventeenth_connection_is_refused() {
    let stage = stage(Dialect::Exchange).await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(stage.logged_in().await);
    }
    let mut late = stage.client().await;
    assert!(late.ask("LOGIN john \"pass word\"").await.end.starts_with("NO"));
    let mut gone = open.pop().expect("open");
    gone.ask("LOGOUT").await;
    assert!(late.ask("LOGIN john \"pass word\"").await.is_ok());
}
