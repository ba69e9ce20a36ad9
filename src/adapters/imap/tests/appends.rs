//! Appends: forms, refusals, and that message bytes are never commands.

use bytes::Bytes;

use super::script::{Server, logged_in, logged_in_again, login, store};
use crate::adapters::Trust;
use crate::domain::{Flags, Uid, UidValidity, WireName};
use crate::ports::{AppendReport, Appended, MailError, MailStore, OutgoingMessage, Refusal, RefusalKind};

fn message(flags: &str, bytes: &[u8]) -> OutgoingMessage {
    OutgoingMessage {
        flags: Flags::from(flags.to_owned()),
        internal_date: Some("02-Feb-2026 10:00:00 +0100".parse().expect("a date")),
        body: Bytes::copy_from_slice(bytes).into(),
    }
}

fn sent() -> WireName {
    WireName("Sent".to_owned())
}

async fn appended(abilities: &str, rest: &str, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError> {
    let server = Server::start(&[logged_in(abilities, rest)]).await;
    let mut connection = server.connect().await.expect("logged in");
    let outcome = connection.append(&sent(), messages).await;
    drop(connection);
    server.finish().await;
    outcome
}

fn refusal(kind: RefusalKind, text: &str) -> Refusal {
    Refusal { kind, text: text.to_owned() }
}

fn stored(uid: u32) -> Appended {
    Appended::Stored(Some(Uid(uid)))
}

#[tokio::test]
async fn a_refusal_before_the_literal_keeps_its_reason() {
    let rest = "C: A4 APPEND \"Sent\" (\\Seen) \"02-Feb-2026 10:00:00 +0100\" {3}\nS: A4 NO [OVERQUOTA] Quota exceeded";
    let outcomes = vec![Appended::Refused(refusal(RefusalKind::Quota, "[OVERQUOTA] Quota exceeded"))];
    assert_eq!(appended("", rest, &[message("\\Seen", b"one")]).await, Ok(AppendReport::Each { uid_validity: None, outcomes }));
}

#[tokio::test]
async fn other_responses_may_come_before_the_server_agrees() {
    let rest = "C: A4 APPEND \"Sent\" () \"02-Feb-2026 10:00:00 +0100\" {3}
         S: * 5 EXISTS
         S: + go
         C: one
         S: * 6 EXISTS
         S: A4 OK [APPENDUID 9 77] stored";
    let expected = AppendReport::Each { uid_validity: Some(UidValidity(9)), outcomes: vec![stored(77)] };
    assert_eq!(appended("", rest, &[message("", b"one")]).await, Ok(expected));
}

#[tokio::test]
async fn several_messages_go_in_one_command_and_get_their_uids() {
    let rest = "C: A4 APPEND \"Sent\" (\\Seen) \"02-Feb-2026 10:00:00 +0100\" {3+}
         C: one () \"02-Feb-2026 10:00:00 +0100\" {3+}
         C: two
         S: A4 OK [APPENDUID 9 77:78] stored";
    let messages = [message("\\Seen", b"one"), message("", b"two")];
    let expected = AppendReport::Each { uid_validity: Some(UidValidity(9)), outcomes: vec![stored(77), stored(78)] };
    assert_eq!(appended("LITERAL+ MULTIAPPEND UIDPLUS", rest, &messages).await, Ok(expected));
    let partial = rest.replace("77:78", "77");
    let expected = AppendReport::Each { uid_validity: None, outcomes: vec![Appended::Stored(None), Appended::Stored(None)] };
    assert_eq!(appended("LITERAL+ MULTIAPPEND UIDPLUS", &partial, &messages).await, Ok(expected));
}

#[tokio::test]
async fn messages_refused_as_one_are_reported_as_one() {
    let rest = "C: A4 APPEND \"Sent\" () \"02-Feb-2026 10:00:00 +0100\" {3+}
         C: one () \"02-Feb-2026 10:00:00 +0100\" {3+}
         C: two
         S: A4 NO [TRYCREATE] Mailbox doesn't exist";
    let outcome = appended("LITERAL+ MULTIAPPEND", rest, &[message("", b"one"), message("", b"two")]).await;
    let expected = refusal(RefusalKind::NoMailbox, "[TRYCREATE] Mailbox doesn't exist");
    assert_eq!(outcome, Ok(AppendReport::RefusedTogether(expected)));
}

#[tokio::test]
async fn an_empty_message_would_cancel_the_others_and_goes_alone() {
    let rest = "C: A4 APPEND \"Sent\" () \"02-Feb-2026 10:00:00 +0100\" {0}
         S: A4 NO Can't save a zero byte message
         C: A5 APPEND \"Sent\" () \"02-Feb-2026 10:00:00 +0100\" {3+}
         C: two
         S: A5 OK";
    let outcome = appended("LITERAL+ MULTIAPPEND", rest, &[message("", b""), message("", b"two")]).await;
    let outcomes = vec![Appended::Refused(refusal(RefusalKind::Content, "Can't save a zero byte message")), Appended::Stored(None)];
    assert_eq!(outcome, Ok(AppendReport::Each { uid_validity: None, outcomes }));
}

#[tokio::test]
async fn the_next_message_leaves_before_the_first_is_answered() {
    let rest = "C: A4 APPEND \"Sent\" () \"02-Feb-2026 10:00:00 +0100\" {3+}
         C: one
         C: A5 APPEND \"Sent\" () \"02-Feb-2026 10:00:00 +0100\" {3+}
         C: two
         S: A4 NO APPEND failed
         S: A5 OK [APPENDUID 9 78] stored";
    let outcome = appended("LITERAL+", rest, &[message("", b"one"), message("", b"two")]).await;
    let outcomes = vec![Appended::Refused(refusal(RefusalKind::Unsaid, "APPEND failed")), stored(78)];
    assert_eq!(outcome, Ok(AppendReport::Each { uid_validity: Some(UidValidity(9)), outcomes }));
}

#[tokio::test]
async fn small_literals_only_are_free_with_literal_minus() {
    let long = vec![b'x'; 4097];
    let rest = format!(
        "C: A4 APPEND \"Sent\" () \"02-Feb-2026 10:00:00 +0100\" {{3+}}
         C: one
         S: A4 OK
         C: A5 APPEND \"Sent\" () \"02-Feb-2026 10:00:00 +0100\" {{4097}}
         S: + go
         C: {}
         S: A5 OK",
        "x".repeat(4097)
    );
    let outcome = appended("LITERAL-", &rest, &[message("", b"one"), message("", &long)]).await;
    assert!(matches!(outcome, Ok(AppendReport::Each { outcomes, .. }) if outcomes == [Appended::Stored(None), Appended::Stored(None)]));
}

#[tokio::test]
async fn a_new_keyword_asks_first_and_then_goes_freely() {
    let rest = "C: A4 APPEND \"Sent\" ($New) \"02-Feb-2026 10:00:00 +0100\" {3}
         S: + go
         C: one
         S: A4 OK
         C: A5 APPEND \"Sent\" ($new) \"02-Feb-2026 10:00:00 +0100\" {3+}
         C: two
         S: A5 OK";
    let outcome = appended("LITERAL+", rest, &[message("$New", b"one"), message("$new", b"two")]).await;
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[tokio::test]
async fn the_bytes_of_a_refused_message_never_reach_the_command_reader() {
    let evil = message("domain.com", b"x\r\nx1 CREATE INJECTED\r\n");
    let late = OutgoingMessage { internal_date: "02-Feb-2040 10:00:00 +0100".parse().ok(), ..message("", b"x\r\nx1 CREATE INJECTED\r\n") };
    let rest = "C: A4 APPEND \"Sent\" (domain.com) \"02-Feb-2026 10:00:00 +0100\" {23}
         S: A4 BAD Command Argument Error. 11
         C: A5 APPEND \"Sent\" () \"02-Feb-2040 10:00:00 +0100\" {23}
         S: A5 BAD Invalid internaldate";
    let outcome = appended("LITERAL+ MULTIAPPEND", rest, &[evil, late]).await;
    let outcomes = vec![
        Appended::Refused(refusal(RefusalKind::Content, "Command Argument Error. 11")),
        Appended::Refused(refusal(RefusalKind::Content, "Invalid internaldate")),
    ];
    assert_eq!(outcome, Ok(AppendReport::Each { uid_validity: None, outcomes }));
}

#[tokio::test]
async fn a_bad_after_a_free_literal_drops_the_connection_and_makes_the_next_one_careful() {
    let first = "C: A4 APPEND \"Sent\" (\\Draft) \"02-Feb-2026 10:00:00 +0100\" {3+}\nC: one\nS: A4 BAD Invalid system flag";
    let second = "C: A3 APPEND \"Sent\" (\\Draft) \"02-Feb-2026 10:00:00 +0100\" {3}\nS: A3 BAD Invalid system flag";
    let server = Server::start(&[logged_in("LITERAL+", first), logged_in_again("LITERAL+", second)]).await;
    let (store, login) = (store(Trust::default()), login("anna", "secret"));
    let messages = [message("\\Draft", b"one")];
    let mut connection = store.connect(&server.endpoint(), &login).await.expect("logged in");
    let error = connection.append(&sent(), &messages).await.expect_err("dropped");
    assert!(matches!(error, MailError::Lost(_)) && error.is_connection_lost());
    connection.logout().await;
    let mut connection = store.connect(&server.endpoint(), &login).await.expect("logged in");
    let outcomes = vec![Appended::Refused(refusal(RefusalKind::Content, "Invalid system flag"))];
    assert_eq!(connection.append(&sent(), &messages).await, Ok(AppendReport::Each { uid_validity: None, outcomes }));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn a_throttled_append_says_how_long_to_wait() {
    let rest = "C: A4 APPEND \"Sent\" () \"02-Feb-2026 10:00:00 +0100\" {3}
         S: A4 BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds
         S: * BYE Connection closed.
         X";
    assert_eq!(appended("", rest, &[message("", b"one")]).await, Err(MailError::Throttled { wait_millis: 299_961 }));
}

#[tokio::test]
async fn a_server_that_talks_while_it_does_not_listen_is_heard() {
    let size = 12 << 20;
    let rest = format!(
        "C: A4 APPEND \"Sent\" () \"02-Feb-2026 10:00:00 +0100\" {{{size}+}}
         S! 100000
         C! {size}
         C: 
         S: A4 OK [APPENDUID 9 1] stored"
    );
    let outcome = appended("LITERAL+ APPENDLIMIT=35651584", &rest, &[message("", &vec![b'x'; size])]).await;
    assert_eq!(outcome, Ok(AppendReport::Each { uid_validity: Some(UidValidity(9)), outcomes: vec![stored(1)] }));
}

#[tokio::test]
async fn what_is_larger_than_the_limit_is_not_even_sent() {
    let outcome = appended("LITERAL+ APPENDLIMIT=2", "", &[message("", b"one")]).await;
    assert!(
        matches!(outcome, Ok(AppendReport::Each { outcomes, .. }) if matches!(&outcomes[..], [Appended::Refused(r)] if r.kind == RefusalKind::TooBig))
    );
}
