//! Faults on sockets.

use std::time::Duration;

use super::super::super::mail::{Cut, CutPoint, CutStyle, Dialect, Fault, Scope, Side};
use super::stage;
use crate::domain::ByteSize;

const MESSAGE: &str = "Subject: x\r\n\r\nHello\r\n";

fn cut(point: CutPoint, style: CutStyle) -> Fault {
    Fault::Cut(Cut { point, style, times: 1 })
}

#[tokio::test]
async fn a_message_is_stored_although_its_answer_is_lost() {
    for (side, stored) in [(Side::Before, 1), (Side::After, 2)] {
        for style in [CutStyle::Reset, CutStyle::Bye] {
            let stage = stage(Dialect::Exchange).await;
            stage.world.faults().set(Scope::Host("imap.example.com".to_owned()), cut(CutPoint::Append(2, side), style));
            let mut client = stage.logged_in().await;
            assert!(client.append("INBOX", MESSAGE).await.is_ok());
            client.send(format!("a APPEND INBOX {{{}+}}\r\n{MESSAGE}\r\n", MESSAGE.len())).await;
            let last = client.line().await;
            assert_eq!(last.is_some_and(|line| line.starts_with("* BYE")), style == CutStyle::Bye);
            assert_eq!(stage.in_inbox(), stored);
            assert!(stage.logged_in().await.append("INBOX", MESSAGE).await.is_ok());
        }
    }
}

#[tokio::test]
async fn a_fetch_ends_after_the_asked_number_of_bytes_or_messages() {
    let stage = stage(Dialect::Dovecot).await;
    let faults = stage.world.faults();
    let mut client = stage.logged_in().await;
    for _ in 0..5 {
        client.append("INBOX", MESSAGE).await;
    }
    client.ask("SELECT INBOX").await;
    faults.set(Scope::Account(stage.key.clone()), cut(CutPoint::Fetch(3), CutStyle::Bye));
    client.send("f UID FETCH 1:* BODY.PEEK[]\r\n").await;
    let mut seen = String::new();
    while let Some(line) = client.line().await {
        seen.push_str(&line);
    }
    assert_eq!(seen.matches("FETCH (UID").count(), 3);
    let mut client = stage.logged_in().await;
    client.ask("SELECT INBOX").await;
    faults.set(Scope::Everywhere, cut(CutPoint::Sent(50), CutStyle::Reset));
    client.send("f UID FETCH 1:* BODY.PEEK[]\r\n").await;
    while client.line().await.is_some() {}
    assert!(faults.cuts() >= 2);
}

#[tokio::test]
async fn throttling_says_how_long_and_closes() {
    let stage = stage(Dialect::Exchange).await;
    let mut client = stage.logged_in().await;
    stage.world.faults().set(Scope::Everywhere, Fault::Throttle { after_commands: 1, wait_millis: 1500, times: 1 });
    assert!(client.ask("NOOP").await.is_ok());
    assert_eq!(client.ask("NOOP").await.end, "NO Request is throttled. Suggested Backoff Time: 1500 milliseconds");
    assert!(client.line().await.is_some_and(|line| line.starts_with("* BYE")));
    assert!(stage.logged_in().await.ask("NOOP").await.is_ok());
}

#[tokio::test]
async fn quota_and_content_are_refused_in_the_words_of_the_dialect() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    let faults = stage.world.faults();
    faults.set(Scope::Account(stage.key.clone()), Fault::Full { room: ByteSize(30) });
    assert!(client.append("INBOX", MESSAGE).await.is_ok());
    assert!(client.append("INBOX", MESSAGE).await.end.starts_with("NO [OVERQUOTA]"));
    faults.clear_all();
    faults.set(Scope::Everywhere, Fault::RefuseLarger(ByteSize(10)));
    assert!(client.append("INBOX", MESSAGE).await.end.starts_with("NO [TOOBIG]"));
    faults.clear(&Scope::Everywhere);
    faults.set(Scope::Everywhere, Fault::RefuseContaining("Hello".to_owned()));
    assert!(client.append("INBOX", MESSAGE).await.end.starts_with("NO"));
    assert_eq!(stage.in_inbox(), 1);
}

#[tokio::test]
async fn unknown_lines_and_latency_come_before_the_answer() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    stage.world.faults().set(Scope::Everywhere, Fault::Untagged("XFOO (bar".to_owned()));
    let slow = Duration::from_millis(60);
    stage.world.faults().set(Scope::Everywhere, Fault::Latency { per_command: slow, per_stored: Duration::ZERO });
    let began = std::time::Instant::now();
    assert_eq!(client.ask("NOOP").await.before, "* XFOO (bar\r\n");
    assert!(began.elapsed() >= slow);
}

#[tokio::test]
async fn a_frozen_connection_answers_nothing_and_frees_its_seat() {
    let stage = stage(Dialect::Exchange).await;
    let faults = stage.world.faults();
    let mut client = stage.logged_in().await;
    faults.set(Scope::Everywhere, cut(CutPoint::Step(1), CutStyle::Freeze));
    client.send("n NOOP\r\n").await;
    faults.cut_after(0).await;
    assert!(tokio::time::timeout(Duration::from_millis(80), client.line()).await.is_err());
}

#[tokio::test]
async fn dropping_the_door_ends_its_connections() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    drop(stage);
    assert!(client.line().await.is_none());
}
