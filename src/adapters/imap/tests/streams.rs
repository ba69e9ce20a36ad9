//! Batch after batch: what leaves before what is answered, and what is reported when something is refused or lost.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Mutex;

use async_trait::async_trait;

use super::super::Spilling;
use super::super::spill::Spills;
use super::script::{Server, logged_in};
use crate::domain::{Flags, Uid, UidValidity, WireName};
use crate::ports::{AppendReport, Appended, BatchQueue, Body, MailError, OutgoingMessage, Refusal, RefusalKind};

fn message(flags: &str, body: impl Into<Body>) -> OutgoingMessage {
    OutgoingMessage { flags: Flags::from(flags.to_owned()), internal_date: None, body: body.into() }
}

fn short(text: &str) -> OutgoingMessage {
    message("", text.as_bytes().to_vec())
}

#[derive(Default)]
struct Queue {
    batches: Mutex<VecDeque<Vec<OutgoingMessage>>>,
    reports: Mutex<Vec<AppendReport>>,
}

#[async_trait]
impl BatchQueue for Queue {
    async fn next(&self) -> Option<Vec<OutgoingMessage>> {
        self.batches.lock().expect("no panic").pop_front()
    }

    async fn report(&self, report: AppendReport) {
        self.reports.lock().expect("no panic").push(report);
    }
}

async fn streamed(abilities: &str, rest: &str, batches: Vec<Vec<OutgoingMessage>>) -> (Result<(), MailError>, Vec<AppendReport>) {
    let server = Server::start(&[logged_in(abilities, rest)]).await;
    let mut connection = server.connect().await.expect("logged in");
    let queue = Queue { batches: Mutex::new(batches.into()), ..Queue::default() };
    let outcome = connection.append_stream(&WireName("Sent".to_owned()), &queue).await;
    drop(connection);
    server.finish().await;
    (outcome, queue.reports.into_inner().expect("no panic"))
}

fn stored(uids: &[u32]) -> AppendReport {
    let outcomes = uids.iter().map(|uid| Appended::Stored(Some(Uid(*uid)))).collect();
    AppendReport::Each { uid_validity: Some(UidValidity(9)), outcomes }
}

fn refusal(text: &str) -> Refusal {
    Refusal { kind: RefusalKind::Unsaid, text: text.to_owned() }
}

#[tokio::test]
async fn three_groups_are_on_their_way_and_a_refused_one_does_not_stop_the_others() {
    let rest = "C: A4 APPEND \"Sent\" () {1+}
         C: a () {1+}
         C: b
         C: A5 APPEND \"Sent\" () {1+}
         C: c () {1+}
         C: d
         C: A6 APPEND \"Sent\" () {1+}
         C: e () {1+}
         C: f
         S: A4 OK [APPENDUID 9 1:2]
         C: A7 APPEND \"Sent\" () {1+}
         C: g () {1+}
         C: h
         S: A5 NO APPEND failed
         S: A6 OK [APPENDUID 9 3:4]
         S: A7 OK [APPENDUID 9 5:6]";
    let batches = [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]].map(|pair| pair.map(short).to_vec()).to_vec();
    let (outcome, reports) = streamed("LITERAL+ MULTIAPPEND UIDPLUS", rest, batches).await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(reports, [stored(&[1, 2]), AppendReport::RefusedTogether(refusal("APPEND failed")), stored(&[3, 4]), stored(&[5, 6])]);
}

#[tokio::test]
async fn single_messages_follow_one_another_over_the_borders_of_batches() {
    let rest = "C: A4 APPEND \"Sent\" () {1+}
         C: a
         C: A5 APPEND \"Sent\" () {1+}
         C: b
         C: A6 APPEND \"Sent\" () {1+}
         C: c
         S: A4 OK [APPENDUID 9 1]
         S: A5 NO APPEND failed
         S: A6 OK [APPENDUID 9 2]";
    let (outcome, reports) = streamed("LITERAL+", rest, vec![vec![short("a"), short("b")], vec![short("c")]]).await;
    assert_eq!(outcome, Ok(()));
    let outcomes = vec![Appended::Stored(Some(Uid(1))), Appended::Refused(refusal("APPEND failed"))];
    assert_eq!(reports, [AppendReport::Each { uid_validity: Some(UidValidity(9)), outcomes }, stored(&[2])]);
}

#[tokio::test]
async fn where_refusals_are_counted_four_are_on_their_way_and_a_noop_follows_each_refusal() {
    let rest = "C: A4 APPEND \"Sent\" () {1+}
         C: a
         C: A5 APPEND \"Sent\" () {1+}
         C: b
         C: A6 APPEND \"Sent\" () {1+}
         C: c
         C: A7 APPEND \"Sent\" () {1+}
         C: d
         S: A4 NO APPEND failed
         C: A8 NOOP
         C: A9 APPEND \"Sent\" () {1+}
         C: e
         S: A5 OK
         S: A6 OK
         S: A7 OK
         S: A8 OK
         S: A9 OK";
    let batch = ["a", "b", "c", "d", "e"].map(short).to_vec();
    let (outcome, reports) = streamed("LITERAL+ XLIST WITHIN SEARCHRES I18NLEVEL=1", rest, vec![batch]).await;
    assert_eq!(outcome, Ok(()));
    assert!(matches!(&reports[..], [AppendReport::Each { outcomes, .. }] if outcomes[0] == Appended::Refused(refusal("APPEND failed"))));
}

#[tokio::test]
async fn where_the_server_must_agree_it_is_asked_before_it_has_answered() {
    let rest = "C: A4 APPEND \"Sent\" () {1}
         S: + go
         C: a
         C: A5 APPEND \"Sent\" () {1}
         S: * 1 EXISTS
         S: A4 OK [APPENDUID 9 1]
         S: + go
         C: b
         C: A6 APPEND \"Sent\" () {1}
         S: A5 OK [APPENDUID 9 2]
         S: A6 NO APPEND failed";
    let (outcome, reports) = streamed("", rest, vec![vec![short("a")], vec![short("b")], vec![short("c")]]).await;
    assert_eq!(outcome, Ok(()));
    let refused = AppendReport::Each { uid_validity: None, outcomes: vec![Appended::Refused(refusal("APPEND failed"))] };
    assert_eq!(reports, [stored(&[1]), stored(&[2]), refused]);
}

#[tokio::test]
async fn part_of_a_batch_that_is_refused_as_one_is_sent_again_one_by_one() {
    let rest = "C: A4 APPEND \"Sent\" ($New) {1}
         S: + go
         C: a
         S: A4 OK [APPENDUID 9 1]
         C: A5 APPEND \"Sent\" () {1+}
         C: b () {1+}
         C: c
         C: A6 APPEND \"Sent\" () {1+}
         C: d () {1+}
         C: e
         S: A5 NO APPEND failed
         S: A6 OK [APPENDUID 9 2:3]
         C: A7 APPEND \"Sent\" () {1+}
         C: b
         C: A8 APPEND \"Sent\" () {1+}
         C: c
         S: A7 NO APPEND failed
         S: A8 OK [APPENDUID 9 4]";
    let first = vec![message("$New", b"a".to_vec()), short("b"), short("c")];
    let (outcome, reports) = streamed("LITERAL+ MULTIAPPEND", rest, vec![first, vec![short("d"), short("e")]]).await;
    assert_eq!(outcome, Ok(()));
    let stored_as = |uid| Appended::Stored(Some(Uid(uid)));
    let outcomes = vec![stored_as(1), Appended::Refused(refusal("APPEND failed")), stored_as(4)];
    assert_eq!(reports, [AppendReport::Each { uid_validity: Some(UidValidity(9)), outcomes }, stored(&[2, 3])]);
}

#[tokio::test]
async fn what_was_answered_before_the_line_broke_is_reported_and_nothing_else() {
    let rest = "C: A4 APPEND \"Sent\" () {1+}
         C: a () {1+}
         C: b
         C: A5 APPEND \"Sent\" () {1+}
         C: c () {1+}
         C: d
         S: A4 OK [APPENDUID 9 1:2]
         X";
    let (outcome, reports) =
        streamed("LITERAL+ MULTIAPPEND", rest, [["a", "b"], ["c", "d"]].map(|pair| pair.map(short).to_vec()).to_vec()).await;
    assert!(matches!(outcome, Err(MailError::Lost(_))), "{outcome:?}");
    assert_eq!(reports, [stored(&[1, 2])]);
}

#[tokio::test]
async fn a_server_that_waits_for_what_it_has_is_left() {
    let rest = "C: A4 APPEND \"Sent\" () {1+}\nC: a\nS: + go\nX";
    let (outcome, reports) = streamed("LITERAL+", rest, vec![vec![short("a")]]).await;
    assert!(matches!(outcome, Err(MailError::Protocol(_))) && reports.is_empty(), "{outcome:?}");
}

#[tokio::test]
async fn a_size_that_was_never_seen_to_fit_is_asked_for_first_and_then_goes_freely() {
    let size = 256 * 1024 + 1;
    let rest = format!(
        "C: A4 APPEND \"Sent\" () {{{size}}}
         S: + go
         C! {size}
         C: 
         C: A5 APPEND \"Sent\" () {{1+}}
         C: b
         S: A4 OK
         S: A5 OK
         C: A6 APPEND \"Sent\" ($New) {{1}}
         S: + go
         C: c
         S: A6 OK
         C: A7 APPEND \"Sent\" () {{{size}+}}
         C! {size}
         C: 
         S: A7 OK"
    );
    let large = || message("", vec![b'x'; size]);
    let batches = vec![vec![large()], vec![short("b")], vec![message("$New", b"c".to_vec())], vec![large()]];
    let (outcome, reports) = streamed("LITERAL+", &rest, batches).await;
    assert_eq!((outcome, reports.len()), (Ok(()), 4));
}

#[tokio::test]
async fn twenty_appends_are_followed_by_a_command_of_another_kind() {
    let mut rest = String::new();
    for tag in 4..24 {
        let _ = writeln!(rest, "C: A{tag} APPEND \"Sent\" () {{1+}}\nC: x");
    }
    rest += "C: A24 NOOP\nC: A25 APPEND \"Sent\" () {1+}\nC: x\n";
    for tag in 4..26 {
        let _ = writeln!(rest, "S: A{tag} OK");
    }
    let (outcome, reports) = streamed("LITERAL+", &rest, vec![vec![short("x"); 21]]).await;
    assert_eq!((outcome, reports.len()), (Ok(()), 1));
}

#[tokio::test]
async fn a_spilled_body_is_sent_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = Spilling { folders: vec![folder.path().to_owned()], ..Spilling::default() };
    let mut writer = Spills::by(rules).begin().expect("a file");
    let line = "a line of a long message\r\n";
    for _ in 0..20_000 {
        writer.take(line.as_bytes()).expect("written");
    }
    let lines = format!("         C: {}\n", line.trim_end()).repeat(20_000);
    let size = line.len() * 20_000;
    let rest = format!("C: A4 APPEND \"Sent\" () {{{size}}}\nS: + go\n{lines}C: \nS: A4 OK [APPENDUID 9 1]");
    let (outcome, reports) = streamed("LITERAL+", &rest, vec![vec![message("", writer.finish())]]).await;
    assert_eq!((outcome, reports), (Ok(()), vec![stored(&[1])]));
}
