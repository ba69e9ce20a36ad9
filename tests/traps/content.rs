//! G23 to G30, G44, G46: messages that a target does not take as they are, or not at all.

use mailferry::domain::ByteSize;
use mailferry::problem::ProblemCode;
use mailferry::sandbox::mail::{Dialect, Fault, Scope};
use mailferry::session::{Command, Event, Notice, Session};

use crate::between::{Act, Said, answer, replaced};
use crate::stage::{Trap, real_time, towards, with_inbox};
use crate::support::following::Run;
use crate::support::guided::{SOURCE, TARGET};

const BOTH: [Dialect; 2] = [Dialect::Dovecot, Dialect::Exchange];

/// Refuses every append that `is_bad` finds bad, in every form of append.
fn refuses(trap: &Trap, line: &str, is_bad: impl Fn(&Said) -> bool + Send + 'static) {
    let line = line.to_owned();
    trap.target.on_whole_command(move |said| if said.is("APPEND") && is_bad(said) { answer(&[&line]) } else { Act::Pass });
}

#[test]
fn g27_a_message_without_a_byte_is_refused_with_its_reason_and_the_rest_arrives() {
    for dialect in BOTH {
        real_time().block_on(async {
            let trap = with_inbox(dialect, &["Subject: a\r\n\r\none\r\n", "", "Subject: c\r\n\r\nthree\r\n"]).await;
            let run = trap.copies().await;
            assert_eq!(trap.arrived().len(), 2);
            assert_eq!(run.session().migrations[0].refused(), 1);
            assert_eq!(trap.refusals().len(), 1, "{:?}", trap.refusals());
            trap.stage.check_totals().await.expect("truthful");
        });
    }
}

#[test]
fn g27_a_part_of_a_message_is_a_message_like_any_other() {
    for dialect in BOTH {
        real_time().block_on(async {
            let part = "Subject: part 1 of 2\r\nContent-Type: message/partial; id=\"abc@example.com\";\r\n number=1; total=2\r\n\r\n\
                Subject: whole\r\n\r\nbegins here\r\n";
            let trap = with_inbox(dialect, &[part]).await;
            let run = trap.copies().await;
            assert_eq!((trap.arrived().len(), run.session().migrations[0].refused()), (1, 0));
        });
    }
}

#[test]
fn g28_a_message_over_the_limit_is_not_sent_nor_cut_but_saved_and_listed() {
    for dialect in BOTH {
        real_time().block_on(async {
            let large = format!("Subject: large\r\n\r\n{}", "a line of mail\r\n".repeat(1000));
            let trap = with_inbox(dialect, &["Subject: a\r\n\r\none\r\n", &large, "Subject: c\r\n\r\nthree\r\n"]).await;
            trap.target.on_reply(|reply| replaced(&reply, " UIDPLUS", " UIDPLUS APPENDLIMIT=5000"));
            let run = trap.copies().await;
            assert_eq!((trap.arrived().len(), run.session().migrations[0].refused()), (2, 1));
            assert_eq!(trap.saved(), [large.into_bytes()], "as it is, for the person");
            assert!(trap.refusals()[0].contains("5000"), "{:?}", trap.refusals());
            let announced = trap.target.tape().iter().filter(|said| said.holds(b"{16")).count();
            assert_eq!(announced, 0, "not a byte of it travels");
        });
    }
}

#[test]
fn g28_the_limit_that_the_server_only_says_when_asked_costs_one_question() {
    real_time().block_on(async {
        let large = format!("Subject: large\r\n\r\n{}", "a line of mail\r\n".repeat(1000));
        let trap = with_inbox(Dialect::Dovecot, &["Subject: a\r\n\r\none\r\n", &large]).await;
        trap.stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::RefuseLarger(ByteSize(5000)));
        let run = trap.copies().await;
        assert_eq!((trap.arrived().len(), run.session().migrations[0].refused()), (1, 1));
        assert_eq!(trap.saved().len(), 1);
    });
}

#[test]
fn g29_a_large_message_asks_before_it_travels() {
    real_time().block_on(async {
        let large = format!("Subject: large\r\n\r\n{}", "a line of mail, and another one behind it\r\n".repeat(420_000));
        let trap = with_inbox(Dialect::Dovecot, &[&large, "Subject: c\r\n\r\nthree\r\n"]).await;
        let size = large.len();
        let whole = format!("{{{size}+}}");
        trap.target.on_command(move |said| {
            let announces = said.is("APPEND") && said.holds(format!("{{{size}}}").as_bytes());
            assert!(!said.line.contains(&whole), "it goes without asking");
            if announces { answer(&["{tag} NO [TOOBIG] Not that much"]) } else { Act::Pass }
        });
        let run = trap.copies().await;
        assert_eq!((trap.arrived().len(), run.session().migrations[0].refused()), (1, 1));
        let tape = trap.target.tape();
        let refused =
            tape.iter().position(|said| said.is("APPEND") && said.line.ends_with(&format!("{{{size}}}"))).expect("it was announced");
        assert!(tape[refused + 1..].iter().any(|said| said.connection == tape[refused].connection), "the refusal costs no connection");
    });
}

/// Everything published about trouble and what was in the session at the end.
async fn full(words: &'static str) -> (Trap, Run) {
    let trap = towards(Dialect::Dovecot).await;
    let line = format!("{{tag}} {words}");
    trap.target.on_whole_command(move |said| if said.is("APPEND") { answer(&[&line]) } else { Act::Pass });
    let run = trap.stops_by(ProblemCode::QuotaFull).await;
    (trap, run)
}

#[test]
fn g30_a_full_account_is_known_by_all_its_names_and_nothing_is_burned() {
    for words in [
        "NO [OVERQUOTA] Not enough disk quota (mailbox for user is full)",
        "NO Quota limit will be exceeded",
        "NO Server Unavailable. 15",
        "NO APPEND Mailbox is full: it is time to find a bigger place",
    ] {
        real_time().block_on(async {
            let (trap, mut run) = full(words).await;
            let appends = trap.target.said("APPEND").len();
            assert!(appends <= 8, "{words}: {appends} attempts");
            assert_eq!(trap.refusals(), Vec::<String>::new(), "no message is to blame");
            run.rest(std::time::Duration::from_millis(200)).await;
            assert_eq!(trap.target.said("APPEND").len(), appends, "it waits for the person");
            assert!(run.heard.iter().any(|n| matches!(n, Notice::Happened(e) if matches!(e.event, Event::TaskStopped { .. }))));
            trap.target.behave();
            run.submit(Command::RetryAll).await;
            trap.in_time(run.until_verified()).await;
            trap.is_equal().await;
        });
    }
}

#[test]
fn g44_infected_mail_that_the_target_refuses_is_listed_and_saved() {
    for dialect in BOTH {
        real_time().block_on(async {
            let infected = "Subject: b\r\n\r\nX5O infected\r\n";
            let trap = with_inbox(dialect, &["Subject: a\r\n\r\none\r\n", infected, "Subject: c\r\n\r\nthree\r\n"]).await;
            refuses(&trap, "{tag} NO Message contains a virus (Eicar-Test-Signature)", |said| said.holds(b"X5O"));
            let run = trap.copies().await;
            assert_eq!((trap.arrived().len(), run.session().migrations[0].refused()), (2, 1));
            assert!(trap.refusals()[0].contains("virus"), "{:?}", trap.refusals());
            assert_eq!(trap.saved(), [infected.as_bytes()]);
            assert_eq!(trap.texts(SOURCE).len(), 3);
        });
    }
}

#[test]
fn g46_a_slow_target_holds_the_source_back() {
    real_time().block_on(async {
        // 64 MB at the source, and a target that takes nothing for a while.
        let body = format!("Subject: large\r\n\r\n{}", "a line of mail, and another one behind it\r\n".repeat(25_000));
        let bodies: Vec<&str> = (0..60).map(|_| body.as_str()).collect();
        let mut trap = with_inbox(Dialect::Dovecot, &bodies).await;
        trap.limits.bytes_in_flight = ByteSize(4 << 20);
        trap.target.on_whole_command(|said| if said.is("APPEND") { Act::Stall } else { Act::Pass });
        let passed = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counter = std::sync::Arc::clone(&passed);
        trap.source.on_reply(move |reply| {
            counter.fetch_add(reply.len(), std::sync::atomic::Ordering::Relaxed);
            reply
        });
        let mut run = trap.start().await;
        let read_so_far = std::sync::Arc::clone(&passed);
        let has_begun = move |_: &Session| read_so_far.load(std::sync::atomic::Ordering::Relaxed) > 1 << 20;
        trap.in_time(run.until("reading", has_begun)).await;
        run.rest(std::time::Duration::from_millis(500)).await;
        let read = passed.load(std::sync::atomic::Ordering::Relaxed);
        // Budget, one batch, and what sockets and the go-between hold.
        assert!(read < 40 << 20, "{read} of {} bytes were read", 60 * body.len());
    });
}

#[test]
fn g30_a_refusal_without_a_reason_is_followed_by_a_look_at_the_quota() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        trap.target.on_whole_command(|said| if said.is("APPEND") { answer(&["{tag} NO APPEND failed"]) } else { Act::Pass });
        trap.target.on_reply(|reply| {
            let said = String::from_utf8_lossy(&reply).into_owned();
            match said.find("(STORAGE ") {
                Some(at) if said.starts_with("* QUOTA ") => format!("{}(STORAGE 1000 1000)\r\n", &said[..at]).into_bytes(),
                _ => reply,
            }
        });
        let run = trap.stops_by(ProblemCode::QuotaFull).await;
        assert_eq!(trap.refusals(), Vec::<String>::new());
        drop(run);
    });
}
