//! Reading: what counts as complete, and which oddities are survived.

use super::super::Spilling;
use super::script::{Basket, Server, examined, logged_in, login, store};
use crate::adapters::Trust;
use crate::domain::{ByteSize, Flags, Uid, UidSet, WireName};
use crate::ports::{Body, MailConnection, MailError, MailStore, MessageSummary, Weighed};

fn inbox() -> WireName {
    WireName("INBOX".to_owned())
}

fn uids(first: u32, last: u32) -> UidSet {
    UidSet::range(Uid(first), Uid(last))
}

async fn opened(exists: u32, uid_next: u32, rest: &str) -> (Server, Box<dyn MailConnection>) {
    let server = Server::start(&[examined(exists, uid_next, rest)]).await;
    let mut connection = server.connect().await.expect("logged in");
    connection.examine(&inbox()).await.expect("opened");
    (server, connection)
}

async fn fetched(rest: &str, set: UidSet) -> (Result<(), MailError>, Basket) {
    let (server, mut connection) = opened(5, 6, rest).await;
    let mut basket = Basket::default();
    let outcome = connection.fetch(&set, &mut basket).await;
    drop(connection);
    server.finish().await;
    (outcome, basket)
}

async fn enumerated(exists: u32, rest: &str) -> Result<Vec<MessageSummary>, MailError> {
    let (server, mut connection) = opened(exists, 6, rest).await;
    let outcome = connection.enumerate(Uid(1)).await;
    drop(connection);
    server.finish().await;
    outcome
}

#[tokio::test]
async fn a_fetch_that_ends_with_no_is_an_error_whatever_came_before() {
    let (outcome, basket) = fetched(
        "C: A5 UID FETCH 1:4 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE \"02-Feb-2026 10:00:00 +0100\" BODY[] {3}
         S: one)
         S: A5 NO [SERVERBUG] Internal error
         C: A6 UID FETCH 2 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A6 NO no
         C: A7 NOOP
         S: A7 OK
         C: A8 UID FETCH 2 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A8 NO no
         C: A9 NOOP
         S: A9 OK
         C: A10 UID FETCH 2 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A10 NO no
         C: A11 NOOP
         S: A11 OK
         C: A12 UID FETCH 3 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A12 NO no
         C: A13 NOOP
         S: A13 OK
         C: A14 UID FETCH 3 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A14 NO no
         C: A15 NOOP
         S: A15 OK
         C: A16 UID FETCH 3 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A16 NO no
         C: A17 NOOP
         S: A17 OK
         C: A18 UID FETCH 4 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A18 NO no
         C: A19 NOOP
         S: A19 OK
         C: A20 UID FETCH 4 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A20 NO no
         C: A21 NOOP
         S: A21 OK
         C: A22 UID FETCH 4 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A22 NO no",
        uids(1, 4),
    )
    .await;
    assert!(matches!(&outcome, Err(MailError::Refused(refusal)) if refusal.text == "[SERVERBUG] Internal error"), "{outcome:?}");
    assert_eq!(basket.0.len(), 1);
}

#[tokio::test]
async fn one_bad_message_does_not_keep_its_neighbours() {
    let (outcome, basket) = fetched(
        "C: A5 UID FETCH 1:3 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A5 NO broken
         C: A6 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 1 FETCH (UID 1 BODY[] {1}
         S: a)
         S: A6 OK
         C: A7 UID FETCH 2 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A7 NO broken
         C: A8 NOOP
         S: A8 OK
         C: A9 UID FETCH 2 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A9 NO broken
         C: A10 NOOP
         S: A10 OK
         C: A11 UID FETCH 2 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: A11 NO still broken
         C: A12 NOOP
         S: A12 OK
         C: A13 UID FETCH 3 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 3 FETCH (UID 3 BODY[] {1}
         S: c)
         S: A13 OK",
        uids(1, 3),
    )
    .await;
    assert!(matches!(outcome, Err(MailError::Refused(refusal)) if refusal.text == "still broken"));
    assert_eq!(basket.0.iter().map(|message| message.uid.0).collect::<Vec<_>>(), [1, 3]);
}

#[tokio::test]
async fn the_end_of_the_stream_between_two_responses_is_an_error() {
    let (outcome, basket) = fetched(
        "C: A5 UID FETCH 1:5 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 1 FETCH (UID 1 FLAGS () BODY[] {3}
         S: one)
         X",
        uids(1, 5),
    )
    .await;
    assert!(matches!(outcome, Err(MailError::Lost(_))));
    assert_eq!(basket.0.len(), 1);
}

#[tokio::test]
async fn lines_that_the_parser_refuses_are_survived() {
    let (outcome, basket) = fetched(
        "C: A5 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * NOOP
         S: * ESEARCH (TAG \"A5\") UID ALL 1:3
         S: * 1  FETCH (UID 1 FLAGS (\\Seen) EMAILID (M1) BODY[] {3}
         S: one)
         S: * STATUS INBOX (SIZE 12345)
         S: * X-NONSENSE (((
         S: A5 OK",
        uids(1, 1),
    )
    .await;
    assert_eq!(outcome, Ok(()));
    assert_eq!((basket.0[0].body.load().expect("bytes").as_ref(), basket.0[0].flags.to_string()), (&b"one"[..], "\\Seen".to_owned()));
}

#[tokio::test]
async fn a_message_without_a_date_is_delivered_without_a_date() {
    let (outcome, basket) = fetched(
        "C: A5 UID FETCH 1:3 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {3}
         S: one)
         S: * 2 FETCH (UID 2 FLAGS () INTERNALDATE \"00-Jan-1900 00:00:00 +0000\" BODY[] {3}
         S: two)
         S: * 3 FETCH (UID 3 FLAGS () INTERNALDATE \" 2-Feb-2026 10:00:00 +0100\" BODY[] {5}
         S: three)
         S: A5 OK",
        uids(1, 3),
    )
    .await;
    assert_eq!(outcome, Ok(()));
    let dates: Vec<_> = basket.0.iter().map(|message| message.internal_date.map(|date| date.to_string())).collect();
    assert_eq!(dates, [None, None, Some("02-Feb-2026 10:00:00 +0100".to_owned())]);
}

#[tokio::test]
async fn a_short_message_in_quotes_loses_its_backslashes_only() {
    let (outcome, basket) = fetched(
        "C: A5 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 1 FETCH (UID 1 FLAGS () BODY[] \"a \\\"b\\\\c\")
         S: * 1 FETCH (UID 1 FLAGS (\\Deleted))
         S: * 2 FETCH (FLAGS (\\Seen))
         S: A5 OK",
        uids(1, 1),
    )
    .await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(basket.0.len(), 1);
    assert_eq!(basket.0[0].body.load().expect("bytes").as_ref(), b"a \"b\\c");
}

#[tokio::test]
async fn a_message_that_nobody_asked_for_or_that_comes_twice_is_not_delivered() {
    let (outcome, basket) = fetched(
        "C: A5 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 1 FETCH (UID 1 BODY[] \"one\")
         S: * 1 FETCH (UID 1 BODY[] \"one\")
         S: * 3 FETCH (UID 3 BODY[] \"three\")
         S: A5 OK",
        uids(1, 1),
    )
    .await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(basket.0.len(), 1);
}

#[tokio::test]
async fn silence_ends_the_connection() {
    let (server, mut connection) = opened(5, 6, "C: A5 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])").await;
    let error = connection.fetch(&uids(1, 1), &mut Basket::default()).await.expect_err("silence");
    assert_eq!(error, MailError::Lost("no byte for 3 s".to_owned()));
    assert!(matches!(connection.examine(&inbox()).await, Err(MailError::Lost(_))), "a lost connection stays lost");
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn a_goodbye_that_asks_for_patience_says_how_long() {
    let (outcome, _) = fetched(
        "C: A5 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * BYE Request is throttled. Suggested Backoff Time: 299961 milliseconds
         X",
        uids(1, 1),
    )
    .await;
    assert_eq!(outcome, Err(MailError::Throttled { wait_millis: 299_961 }));
}

#[tokio::test]
async fn the_last_exists_counts_and_a_missing_uidnext_is_computed() {
    let rest = "C: A4 EXAMINE \"INBOX\"
         S: * 500 EXISTS
         S: * OK [UIDVALIDITY 9] ok
         S: * OK [PERMANENTFLAGS ()] read-only
         S: * 1623 EXISTS
         S: A4 OK
         C: A5 UID FETCH * (UID)
         S: * 1623 FETCH (UID 4000)
         S: A5 OK
         C: A6 SELECT \"INBOX\"
         S: * 1 EXISTS
         S: * OK [UIDVALIDITY 9] ok
         S: * OK [UIDNEXT 4001] ok
         S: * OK [PERMANENTFLAGS (\\Seen \\Flagged $MDNSent)] limited
         S: A6 OK";
    let server = Server::start(&[logged_in("", rest)]).await;
    let mut connection = server.connect().await.expect("logged in");
    let state = connection.examine(&inbox()).await.expect("opened");
    assert_eq!((state.exists, state.uid_next, state.permanent_keywords), (1623, Uid(4001), None));
    let state = connection.select(&inbox()).await.expect("opened");
    assert_eq!(state.permanent_keywords, Some(vec!["$MDNSent".to_owned()]));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn messages_are_weighed_once_each_and_counted() {
    let (server, mut connection) = opened(
        3,
        6,
        "C: A5 UID FETCH 1:* (UID RFC822.SIZE)
         S: * 3 FETCH (UID 5 RFC822.SIZE 4294967299)
         S: * 1 FETCH (UID 1 RFC822.SIZE 120)
         S: * 1 FETCH (UID 1 FLAGS (\\Seen))
         S: * 2 FETCH (UID 2 RFC822.SIZE 0)
         S: A5 OK
         C: A6 UID FETCH 2:* (UID RFC822.SIZE)
         S: * 3 FETCH (UID 5)
         S: A6 OK",
    )
    .await;
    let weighed = |uid, size| Weighed { uid: Uid(uid), size };
    assert_eq!(connection.weigh(Uid(1)).await, Ok(vec![weighed(1, 120), weighed(2, 0), weighed(5, u32::MAX)]));
    assert_eq!(connection.weigh(Uid(2)).await, Ok(vec![weighed(5, 0)]));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn changes_since_a_moment_are_asked_for_only_where_they_are_counted() {
    let opening = |tag: &str, code: &str| {
        format!(
            "C: {tag} EXAMINE \"INBOX\" (CONDSTORE)\nS: * 5 EXISTS\nS: * OK [UIDVALIDITY 9] ok\nS: * OK [UIDNEXT 6] ok\nS: * OK [{code}] ok\nS: {tag} OK\n"
        )
    };
    let answers = |tag: &str| {
        format!(
            "S: * 4 FETCH (UID 4 FLAGS (\\Seen) MODSEQ (50))\nS: * 9 FETCH (UID 9 FLAGS ())\nS: * 2 FETCH (MODSEQ (51) UID 2 FLAGS ())\nS: {tag} OK\n"
        )
    };
    let rest = opening("A4", "HIGHESTMODSEQ 60")
        + "C: A5 UID FETCH 1:5 (UID FLAGS) (CHANGEDSINCE 44)\n"
        + &answers("A5")
        + "C: A6 UID FETCH 1:5 (UID FLAGS)\n"
        + &answers("A6")
        + &opening("A7", "NOMODSEQ")
        + "C: A8 UID FETCH 1:5 (UID FLAGS)\n"
        + &answers("A8");
    let server = Server::start(&[logged_in("CONDSTORE", &rest)]).await;
    let mut connection = server.connect().await.expect("logged in");
    let expected = Ok(vec![(Uid(2), Flags::default()), (Uid(4), Flags::from("\\Seen".to_owned()))]);
    assert_eq!(connection.examine(&inbox()).await.expect("opened").highest_modseq, Some(60));
    assert_eq!(connection.flags_of(&uids(1, 5), Some(44)).await, expected);
    assert_eq!(connection.flags_of(&uids(1, 5), None).await, expected);
    assert_eq!(connection.examine(&inbox()).await.expect("opened").highest_modseq, None);
    assert_eq!(connection.flags_of(&uids(1, 5), Some(44)).await, expected);
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn the_next_windows_are_asked_for_before_the_first_is_over() {
    let (server, mut connection) = opened(
        9,
        10,
        "C: A5 UID FETCH 1:2 (UID FLAGS INTERNALDATE BODY.PEEK[])
         C: A6 UID FETCH 3:4 (UID FLAGS INTERNALDATE BODY.PEEK[])
         C: A7 UID FETCH 5:6 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 1 FETCH (UID 1 BODY[] \"1\")
         S: * 2 FETCH (UID 2 BODY[] \"2\")
         S: A5 OK
         C: A8 UID FETCH 7:8 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 3 FETCH (UID 3 BODY[] \"3\")
         S: A6 NO broken
         S: * 5 FETCH (UID 5 BODY[] \"5\")
         S: A7 OK
         S: * 7 FETCH (UID 7 BODY[] \"7\")
         S: * 1 FETCH (UID 1 BODY[] \"1\")
         S: A8 OK
         C: A9 UID FETCH 4 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 4 FETCH (UID 4 BODY[] \"4\")
         S: A9 OK
         C: A10 UID FETCH 9 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 9 FETCH (UID 9 BODY[] \"9\")
         S: A10 OK",
    )
    .await;
    let mut basket = Basket::default();
    let windows = [uids(1, 2), uids(3, 4), uids(5, 6), uids(7, 8), uids(9, 9)];
    assert_eq!(connection.fetch_windows(&windows, &mut basket).await, Ok(()));
    // 6 and 8 are not there any more; 4 came after its window had failed.
    assert_eq!(basket.0.iter().map(|message| message.uid.0).collect::<Vec<_>>(), [1, 2, 3, 5, 7, 4, 9]);
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn a_window_longer_than_a_command_line_is_cut() {
    let every_other: UidSet = (0..1000).map(|at| Uid(1_000_000 + 2 * at)).collect();
    let (first, second) = (UidSet::chunks(&every_other, 7_900)[0].to_string(), UidSet::chunks(&every_other, 7_900)[1].to_string());
    let items = "(UID FLAGS INTERNALDATE BODY.PEEK[])";
    let script = format!("C: A5 UID FETCH {first} {items}\nC: A6 UID FETCH {second} {items}\nS: A5 OK\nS: A6 OK");
    let (outcome, basket) = fetched(&script, every_other).await;
    assert_eq!((outcome, basket.0.len()), (Ok(()), 0));
}

#[tokio::test]
async fn a_body_that_is_too_long_for_memory_is_read_from_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let body = "x".repeat(3_000);
    let rest = format!(
        "C: A5 UID FETCH 1:2 (UID FLAGS INTERNALDATE BODY.PEEK[])
         S: * 1 FETCH (FLAGS (\\Seen) BODY[] {{3000}}
         S: {body} UID 1)
         S: * 2 FETCH (UID 2 BODY[] {{3}}
         S: two)
         S: A5 OK"
    );
    let server = Server::start(&[examined(2, 3, &rest)]).await;
    let rules = Spilling { above: ByteSize(1_000), folders: vec![folder.path().to_owned()] };
    let store = store(Trust::default()).spilling(rules);
    let mut connection = store.connect(&server.endpoint(), &login("anna", "secret")).await.expect("logged in");
    connection.examine(&inbox()).await.expect("opened");
    let mut basket = Basket::default();
    connection.fetch(&uids(1, 2), &mut basket).await.expect("fetched");
    assert!(matches!(&basket.0[0].body, Body::Spilled { .. }) && matches!(&basket.0[1].body, Body::Memory(_)));
    assert_eq!((basket.0[0].uid, basket.0[0].flags.to_string()), (Uid(1), "\\Seen".to_owned()));
    assert_eq!(basket.0[0].body, Body::from(body.into_bytes()));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn a_listing_is_complete_or_an_error() {
    let listing = "C: A5 UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)
         S: * 1 FETCH (UID 2 FLAGS (\\Seen $Forwarded) INTERNALDATE NIL RFC822.SIZE 120)
         S: * 2 FETCH (UID 5 RFC822.SIZE 4000000000 FLAGS ())
         S: * 1 FETCH (UID 2 FLAGS (\\Answered))
         S: A5 OK\n";
    let found = enumerated(2, listing).await.expect("complete");
    assert_eq!(
        found.iter().map(|m| (m.uid.0, m.size.0, m.flags.to_string())).collect::<Vec<_>>(),
        [(2, 120, "\\Answered".to_owned()), (5, 4_000_000_000, String::new())]
    );
    let outcome = enumerated(3, &format!("{listing}C: A6 NOOP\nS: A6 OK")).await;
    assert_eq!(outcome, Err(MailError::Protocol("2 messages listed, 3 exist".to_owned())));
    let found = enumerated(3, &format!("{listing}C: A6 NOOP\nS: * 2 EXPUNGE\nS: A6 OK")).await;
    assert_eq!(found.map(|found| found.len()), Ok(2));
}

#[tokio::test]
async fn a_listing_from_a_uid_leaves_the_older_ones_out() {
    let (server, mut connection) = opened(
        5_000,
        20_000,
        "C: A5 UID FETCH 7:15006 (UID FLAGS INTERNALDATE RFC822.SIZE)
         C: A6 UID FETCH 15007:* (UID FLAGS INTERNALDATE RFC822.SIZE)
         S: A5 OK
         S: * 2 FETCH (UID 5 RFC822.SIZE 1 FLAGS ())
         S: A6 OK",
    )
    .await;
    assert_eq!(connection.enumerate(Uid(7)).await, Ok(vec![]));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn the_state_of_a_mailbox_that_is_not_there_is_none() {
    let rest = "C: A4 STATUS \"Sent\" (MESSAGES UIDNEXT UIDVALIDITY)
         S: * STATUS Sent (MESSAGES 3 UIDNEXT 7 UIDVALIDITY 9 )
         S: A4 OK
         C: A5 STATUS \"Nowhere\" (MESSAGES UIDNEXT UIDVALIDITY)
         S: A5 NO Mailbox doesn't exist: Nowhere
         C: A6 STATUS \"Gone\" (MESSAGES UIDNEXT UIDVALIDITY)
         S: A6 NO STATUS failed
         C: A7 LIST \"\" \"Gone\"
         S: A7 OK
         C: A8 STATUS \"Locked\" (MESSAGES UIDNEXT UIDVALIDITY)
         S: A8 NO STATUS failed
         C: A9 LIST \"\" \"Locked\"
         S: * LIST () \"/\" Locked
         S: A9 OK";
    let server = Server::start(&[logged_in("", rest)]).await;
    let mut connection = server.connect().await.expect("logged in");
    let mut state = async |name: &str| connection.status(&WireName(name.to_owned())).await;
    let found = state("Sent").await.expect("answered").expect("there");
    assert_eq!((found.exists, found.uid_next.0, found.uid_validity.0), (3, 7, 9));
    assert_eq!(state("Nowhere").await, Ok(None));
    assert_eq!(state("Gone").await, Ok(None));
    assert!(matches!(state("Locked").await, Err(MailError::Refused(_))));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn headers_are_asked_for_alone_and_come_as_bodies_of_their_own() {
    let script = "C: A5 UID FETCH 1:2 (UID FLAGS INTERNALDATE BODY.PEEK[HEADER])
         S: * 1 FETCH (UID 1 FLAGS (\\Seen) INTERNALDATE \"02-Feb-2026 10:00:00 +0100\" BODY[HEADER] {7}
         S: A: bc
         S: )
         S: * 2 FETCH (UID 2 FLAGS () BODY[HEADER] \"\")
         S: A5 OK";
    let (server, mut connection) = opened(2, 3, script).await;
    let mut basket = Basket::default();
    let outcome = connection.fetch_headers(&[uids(1, 2)], &mut basket).await;
    assert_eq!(outcome, Ok(()));
    let told: Vec<(u32, u64)> = basket.0.iter().map(|message| (message.uid.0, message.body.len())).collect();
    assert_eq!(told, [(1, 7), (2, 0)]);
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn what_arrives_while_something_else_is_asked_is_counted() {
    let script = "C: A5 APPEND \"INBOX\" () {3}
         S: * 1 EXISTS
         S: + go
         C: one
         S: * 2 EXISTS
         S: A5 OK [APPENDUID 9 2] stored
         C: A6 UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)
         S: * 1 FETCH (UID 1 FLAGS ())
         S: * 2 FETCH (UID 2 FLAGS ())
         S: A6 OK";
    let (server, mut connection) = opened(0, 1, script).await;
    let message = crate::ports::OutgoingMessage {
        flags: crate::domain::Flags::default(),
        internal_date: None,
        body: bytes::Bytes::from_static(b"one").into(),
    };
    connection.append(&inbox(), &[message]).await.expect("stored");
    let listed = connection.enumerate(Uid(1)).await.map(|all| all.len());
    assert_eq!(listed, Ok(2), "the connection is as good as before");
    drop(connection);
    server.finish().await;
}
