//! Nothing is changed that need not change: repairs only after a refusal, canaries before the flood, flags as the target keeps them.

use std::sync::Arc;

use bytes::Bytes;
use mailferry::app::{Answers, End};
use mailferry::domain::{Altered, CopyChoices, Receipts};
use mailferry::domain::{Flags, InternalDate, MailboxName, MigrationId, SystemFlag};
use mailferry::engine::{Limits, report};
use mailferry::mailcopy::Repair;
use mailferry::ports::{Body, EntryState, Journal, Ports};
use mailferry::problem::ProblemCode;
use mailferry::sandbox::mail::{AccountKey, Cut, CutPoint, CutStyle, Dialect, Fault, Occasion, Oddity, Scope, Side};
use mailferry::session::{Command, Event};

use crate::support::cutting::Knife;
use crate::support::following::{Run, small_but};
use crate::support::guided::{SOURCE, Stage, TARGET, answers, message, paused, put};
use crate::support::tricks::TrickMail;

const ONE: MigrationId = MigrationId(1);

async fn tricked(stage: &Stage, mail: &TrickMail, limits: Limits) -> Run {
    let ports = Ports { mail: Arc::new(mail.clone()), ..stage.ports() };
    Run::with(stage, ports, limits, Answers { finish: None, ..answers() }).await
}

fn at_target(stage: &Stage) -> Vec<Vec<u8>> {
    stage.mail(TARGET).into_iter().flat_map(|(_, _, messages)| messages).map(|(_, _, bytes)| bytes).collect()
}

fn repairs(stage: &Stage) -> Vec<Vec<Repair>> {
    let recorded = stage.journal.recorded();
    recorded
        .iter()
        .filter_map(|e| if let Event::MessageRepaired { repairs, .. } = &e.event { Some(repairs.clone()) } else { None })
        .collect()
}

fn count(all: &[Vec<u8>], one: &[u8]) -> usize {
    all.iter().filter(|bytes| bytes.as_slice() == one).count()
}

fn deliver(stage: &Stage, flags: &str, bytes: &[u8]) {
    put(&stage.world, &AccountKey::new(SOURCE), &MailboxName::inbox(), flags, Bytes::copy_from_slice(bytes));
}

fn no_nul(bytes: &[u8]) -> Option<&'static str> {
    bytes.contains(&0).then_some("Message contains NUL characters")
}

fn no_odd_mail(bytes: &[u8]) -> Option<&'static str> {
    let bare = bytes.windows(2).any(|w| w[1] == b'\n' && w[0] != b'\r') || !bytes.ends_with(b"\r\n");
    let long = bytes.split(|b| *b == b'\n').any(|line| line.len() > 9950);
    let mbox = bytes.starts_with(b"From ");
    let head = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(bytes.len());
    let raw = !bytes[..head].is_ascii();
    let text = [(bare, "Command Argument Error. 12"), (long, "line too long"), (mbox, "invalid header"), (raw, "8-bit")];
    text.into_iter().find(|(is_so, _)| *is_so).map(|(_, text)| text)
}

/// The source's messages with something changed are at the target, once, and verified.
async fn repaired_as(odd: &[u8], sent: &[u8], repair: &[Repair], refuses: fn(&[u8]) -> Option<&'static str>) {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        let stage = Stage::new(dialect).await;
        deliver(&stage, "\\Seen", odd);
        let mail = TrickMail::around(stage.ports().mail);
        mail.tricks().refuses = Some(refuses);
        let mut run = tricked(&stage, &mail, small_but(|limits| limits.batch_messages = 4)).await;
        run.until_verified().await;
        let there = at_target(&stage);
        assert_eq!((count(&there, odd), count(&there, sent), there.len()), (0, 1, 14), "{}", String::from_utf8_lossy(sent));
        assert_eq!(repairs(&stage).last().map(Vec::as_slice), Some(repair));
        assert_eq!((run.session().migrations[0].repaired(), run.session().migrations[0].refused()), (1, 0));
        assert!(stage.journal.ledger().iter().all(|row| row.state == EntryState::Verified));
        let report = report(&stage.journal as &dyn Journal, &run.session(), mailferry::domain::Moment(0)).await.expect("a report");
        let text = String::from_utf8(report.files().into_iter().find(|(name, _)| name == "report.md").expect("Markdown").1).expect("text");
        assert!(text.contains("### Repaired messages"), "{text}");
        stage.check_totals().await.expect("truthful");
    }
}

#[test]
fn g23_a_trailing_nul_is_dropped_only_after_a_refusal() {
    paused().block_on(async {
        let odd = b"Subject: nul\r\n\r\nBody\r\n\0\0";
        repaired_as(odd, b"Subject: nul\r\n\r\nBody\r\n", &[Repair::TrailingNulsDropped], no_nul).await;
        let stage = Stage::new(Dialect::Dovecot).await;
        deliver(&stage, "", odd);
        let mut run = Run::start(&stage, Limits::small()).await;
        run.until_verified().await;
        stage.check("a server that takes it gets it as it is").expect("equal");
        assert_eq!(repairs(&stage), Vec::<Vec<Repair>>::new());
    });
}

#[test]
fn g24_g25_g26_what_a_server_refuses_is_sent_with_the_least_change() {
    paused().block_on(async {
        repaired_as(b"Subject: lf\n\nBody\nend", b"Subject: lf\r\n\r\nBody\r\nend\r\n", &[Repair::LineEndsMended], no_odd_mail).await;
        let (long, end) = ("x".repeat(12_000), "x".repeat(75));
        let odd = format!("Subject: long\r\n\r\n{long}\r\n");
        let lines = format!("{}=\r\n", "x".repeat(75)).repeat(159);
        let sent = format!("Subject: long\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{lines}{end}\r\n");
        repaired_as(odd.as_bytes(), sent.as_bytes(), &[Repair::LongLinesEncoded], no_odd_mail).await;
        let odd = "From a Mon Feb  2 10:00:00 2026\r\nSubject: été\r\n\r\nx\r\n".as_bytes();
        let sent = b"X-From-Line: a Mon Feb  2 10:00:00 2026\r\nSubject: =?utf-8?B?w6l0w6k=?=\r\n\r\nx\r\n";
        repaired_as(odd, sent, &[Repair::MboxLineKept, Repair::HeadersEncoded], no_odd_mail).await;
    });
}

#[test]
fn a_repaired_message_whose_reply_is_lost_is_found_again_and_not_doubled() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        for append in 1..9 {
            paused().block_on(async {
                let stage = Stage::new(dialect).await;
                deliver(&stage, "", b"Subject: nul\r\n\r\na\0b\r\n");
                let cut = Cut { point: CutPoint::Append(append, Side::After), style: CutStyle::Reset, times: 1 };
                stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::Cut(cut));
                let mail = TrickMail::around(stage.ports().mail);
                mail.tricks().refuses = Some(no_nul);
                let mut run = tricked(&stage, &mail, Limits::small()).await;
                run.until_verified().await;
                let there = at_target(&stage);
                assert_eq!((count(&there, b"Subject: nul\r\n\r\na b\r\n"), there.len()), (1, 14), "append {append}");
                stage.check_totals().await.expect("truthful");
            });
        }
    }
}

#[test]
fn what_is_refused_in_every_form_is_saved_as_it_was_and_goes_as_it_is_when_the_server_learns() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let odd = b"Subject: virus\n\na\0b\n";
        deliver(&stage, "", odd);
        let mail = TrickMail::around(stage.ports().mail);
        mail.tricks().refuses = Some(|bytes| bytes.windows(5).any(|w| w == b"virus").then_some("infected"));
        let mut run = tricked(&stage, &mail, Limits::small()).await;
        run.until_verified().await;
        assert_eq!((run.session().migrations[0].refused(), run.session().migrations[0].repaired()), (1, 0));
        let saved = stage.journal.files().into_iter().find(|name| name.starts_with("refused/")).expect("saved");
        assert_eq!(stage.journal.file(&saved).as_deref(), Some(odd.as_slice()));
        mail.tricks().refuses = None;
        run.submit(Command::RetryRefused { migration: ONE }).await;
        run.until_verified().await;
        stage.check("as it is").expect("equal");
        assert_eq!(run.session().migrations[0].repaired(), 0);
        stage.check_totals().await.expect("truthful");
    });
}

#[test]
fn g20_a_message_refused_for_a_keyword_gets_it_afterwards() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        deliver(&stage, "\\Seen Odd Fine", &message(50));
        let mail = TrickMail::around(stage.ports().mail);
        mail.tricks().refuses_keyword = Some("Odd");
        let mut run = tricked(&stage, &mail, Limits::small()).await;
        run.until_verified().await;
        stage.check("keywords").expect("equal");
        assert_eq!(repairs(&stage), Vec::<Vec<Repair>>::new());
        stage.check_totals().await.expect("truthful");
    });
}

#[test]
fn e3_flagged_is_set_after_the_message_is_stored_and_again_after_a_cut() {
    for step in 0..40 {
        paused().block_on(async {
            let stage = Stage::new(Dialect::Exchange).await;
            let cut = Cut { point: CutPoint::Step(20 + step * 3), style: CutStyle::Reset, times: 1 };
            stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::Cut(cut));
            let mail = TrickMail::around(stage.ports().mail);
            mail.tricks().alters = Some(|message| message.flags = message.flags.clone().without(SystemFlag::Flagged));
            let mut run = tricked(&stage, &mail, Limits::small()).await;
            run.until_verified().await;
            stage.check("flags").expect("equal");
            assert!(run.session().migrations[0].mailboxes.values().all(|m| m.flags_differ == 0));
        });
    }
}

#[test]
fn e5_marks_that_the_target_does_not_keep_are_counted_by_name() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Exchange).await;
        deliver(&stage, "$MDNSent Work", &message(50));
        deliver(&stage, "Work", &message(51));
        let mut run = Run::start(&stage, Limits::small()).await;
        run.until_verified().await;
        let dropped = &run.session().migrations[0].mailboxes.values().next().expect("the inbox").dropped_marks.clone();
        assert_eq!(dropped.iter().map(|(mark, count)| (mark.as_str(), *count)).collect::<Vec<_>>(), [("$MDNSent", 1), ("Work", 2)]);
    });
}

fn a_day_later(message: &mut mailferry::ports::OutgoingMessage) {
    message.internal_date = message.internal_date.and_then(|date| InternalDate::from_unix(date.unix_seconds() + 86_400, 0));
}

fn unread(message: &mut mailferry::ports::OutgoingMessage) {
    message.flags = Flags::default();
}

#[test]
fn g11_a_server_that_alters_dates_or_flags_stops_the_copy_after_five_messages() {
    for (what, alters) in [("date", a_day_later as fn(&mut mailferry::ports::OutgoingMessage)), ("flags", unread)] {
        paused().block_on(async {
            let stage = Stage::new(Dialect::Dovecot).await;
            let mail = TrickMail::around(stage.ports().mail);
            mail.tricks().alters = Some(alters);
            let mut run = tricked(&stage, &mail, Limits::default()).await;
            run.until_stopped_by(ProblemCode::CanaryAltered).await;
            run.rest(std::time::Duration::from_mins(5)).await;
            let first = at_target(&stage).len();
            assert!((1..=5).contains(&first), "nobody else went on: {first}");
            let problem = run.session().troubles.values().next().cloned().expect("stopped");
            assert_eq!(problem.params["what"], what);
            // Trying again sends the next five, and no more.
            run.submit(Command::RetryAll).await;
            run.rest(std::time::Duration::from_mins(5)).await;
            assert!(at_target(&stage).len() <= first + 5);
            run.submit(Command::AcceptAltered { migration: ONE }).await;
            run.until_verified().await;
            assert_eq!(at_target(&stage).len(), 13);
            let accepted = stage.journal.recorded().iter().filter(|e| matches!(e.event, Event::AlteredAccepted { .. })).count();
            assert_eq!(accepted, 1);
            stage.check_totals().await.expect("truthful");
        });
    }
}

#[test]
fn g11_what_is_accepted_beforehand_stops_nothing() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let mail = TrickMail::around(stage.ports().mail);
        mail.tricks().alters = Some(a_day_later);
        let mut run = tricked(&stage, &mail, Limits::small()).await;
        run.submit(Command::MakeChoices { choices: CopyChoices { altered: Altered::Accept, ..CopyChoices::default() } }).await;
        run.until_verified().await;
        assert_eq!(at_target(&stage).len(), 13);
    });
}

#[test]
fn e8_a_server_that_writes_messages_anew_is_compared_by_content_from_then_on() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Dovecot).await;
        let mail = TrickMail::around(stage.ports().mail);
        mail.tricks().alters = Some(|message| {
            let bytes = message.body.load().expect("bytes");
            message.body = Body::from([b"X-Seen-By: target\r\n".as_slice(), &bytes].concat());
        });
        let mut run = tricked(&stage, &mail, Limits::small()).await;
        run.until_verified().await;
        let session = run.session();
        assert!(session.migrations[0].is_rebuilding && session.migrations[0].mailboxes.values().all(|m| !m.by_bytes || m.messages == 0));
        assert_eq!(at_target(&stage).len(), 13);
    });
}

#[test]
fn g41_requests_for_receipts_are_disarmed_only_when_asked_and_only_for_exchange() {
    let asking = b"Disposition-Notification-To: a@example.com\r\nSubject: please\r\n\r\nx\r\n";
    let disarmed = b"X-Disarmed-Disposition-Notification-To: a@example.com\r\nSubject: please\r\n\r\nx\r\n";
    for (dialect, receipts, as_is, changed) in
        [(Dialect::Exchange, Receipts::Keep, 1, 0), (Dialect::Exchange, Receipts::Disarm, 0, 1), (Dialect::Dovecot, Receipts::Disarm, 1, 0)]
    {
        paused().block_on(async {
            let stage = Stage::new(dialect).await;
            deliver(&stage, "", asking);
            let mut run = Run::start(&stage, Limits::small()).await;
            run.submit(Command::MakeChoices { choices: CopyChoices { receipts, ..CopyChoices::default() } }).await;
            run.until_verified().await;
            let there = at_target(&stage);
            assert_eq!((count(&there, asking), count(&there, disarmed)), (as_is, changed), "{dialect:?} {receipts:?}");
            assert_eq!(run.session().migrations[0].repaired(), changed as u64);
        });
    }
}

#[test]
fn what_a_server_alters_and_tells_no_uid_of_is_said_and_not_copied_again() {
    paused().block_on(async {
        let stage = Stage::new(Dialect::Minimal).await;
        let odd = |number: u8| Bytes::from(format!("Subject: odd {number}\r\n\r\nb\u{e9}{number}\r\n"));
        for number in 0..4 {
            put(&stage.world, &AccountKey::new(SOURCE), &MailboxName::inbox(), "", odd(number));
            put(&stage.world, &AccountKey::new(SOURCE), &MailboxName::inbox(), "", message(40 + usize::from(number)));
        }
        stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::Odd(Oddity::LosesHighBytes, Occasion::ALWAYS));
        let end = stage.run(&Knife::at(usize::MAX), Limits::small()).await;
        let said = |problem: &mailferry::problem::Problem| problem.code == ProblemCode::VerificationFailed;
        assert!(matches!(&end, Some(End::Stopped(stopped)) if stopped.iter().all(|(_, problem)| said(problem))), "{end:?}");
        assert_eq!(at_target(&stage).len(), stage.mail(SOURCE).iter().map(|(_, _, messages)| messages.len()).sum::<usize>());
        let altered = stage.journal.ledger().into_iter().filter(|row| row.state == EntryState::Altered).count();
        assert_eq!(altered, 4);
    });
}
