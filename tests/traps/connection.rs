//! G31 to G34, G45: connections that break, stall, are refused, or are not to be trusted.

use std::time::Duration;

use mailferry::domain::{ImapEndpoint, Secret, Security};
use mailferry::ports::{Login, MailError, MailStore};
use mailferry::problem::ProblemCode;
use mailferry::sandbox::mail::Dialect;
use mailferry::session::{Limit, Step};

use crate::between::{Act, Between, answer, bye};
use crate::stage::{Trap, endpoint, once, real_time, times, towards, with_inbox};
use crate::support::guided::{SOURCE, TARGET};

/// What each side is asked for in a copy.
const COMMANDS: [&str; 7] = ["CAPABILITY", "AUTHENTICATE", "LIST", "EXAMINE", "SELECT", "UID FETCH", "APPEND"];

#[test]
fn g31_a_goodbye_at_any_command_only_costs_time() {
    for command in COMMANDS {
        real_time().block_on(async {
            let trap = towards(Dialect::Exchange).await;
            for between in [&trap.source, &trap.target] {
                let mut says = times(2);
                between.on_command(move |said| if said.is(command) && says() { bye("Server shutting down.") } else { Act::Pass });
            }
            trap.copies_all().await;
        });
    }
}

#[test]
fn g31_a_reset_before_or_after_any_command_only_costs_time() {
    for command in COMMANDS {
        for act in [Act::Close(Vec::new()), Act::LoseAnswer] {
            real_time().block_on(async {
                let trap = towards(Dialect::Dovecot).await;
                for between in [&trap.source, &trap.target] {
                    let (mut cuts, act) = (times(2), act.clone());
                    between.on_command(move |said| if said.is(command) && cuts() { act.clone() } else { Act::Pass });
                }
                trap.copies_all().await;
            });
        }
    }
}

#[test]
fn g31_a_server_that_falls_silent_is_left_and_asked_again() {
    for command in ["UID FETCH", "APPEND"] {
        real_time().block_on(async {
            let mut trap = towards(Dialect::Dovecot).await;
            trap.timeouts.inactivity = Duration::from_millis(300);
            for between in [&trap.source, &trap.target] {
                let mut stalls = once();
                between.on_command(move |said| if said.is(command) && stalls() { Act::Stall } else { Act::Pass });
            }
            trap.copies_all().await;
        });
    }
}

#[test]
fn g31_a_network_that_is_gone_is_waited_for_and_nobody_calls_it_an_end() {
    real_time().block_on(async {
        let trap = towards(Dialect::Exchange).await;
        let mut run = trap.start().await;
        trap.in_time(run.until("ready", |session| session.step() == Step::Migrate)).await;
        trap.source.refuse_connections(12);
        trap.target.refuse_connections(12);
        trap.in_time(run.until_verified()).await;
        assert!(run.session().troubles.is_empty(), "nobody is asked about a network");
        trap.is_equal().await;
    });
}

#[test]
fn g32_the_wait_that_a_throttled_server_names_is_kept_and_shown() {
    for word in ["NO", "BAD"] {
        real_time().block_on(async {
            let trap = towards(Dialect::Exchange).await;
            let line = format!("{{tag}} {word} Request is throttled. Suggested Backoff Time: 299961 milliseconds");
            let mut says_so = once();
            let asked = std::sync::Arc::new(std::sync::Mutex::new(None));
            let noted = std::sync::Arc::clone(&asked);
            trap.target.on_command(move |said| {
                if said.is("APPEND") && says_so() {
                    *noted.lock().expect("one writer") = Some(std::time::Instant::now());
                    return Act::Close(vec![line.replace("{tag}", &said.tag), "* BYE Connection is closed. 14".to_owned()]);
                }
                Act::Pass
            });
            let run = trap.copies_all().await;
            let waits: Vec<_> = run.progress().iter().flat_map(|p| p.tasks.values().filter_map(|t| t.waiting.clone())).collect();
            let throttled = waits.iter().find(|wait| wait.problem.code == ProblemCode::Throttled).expect("it is shown");
            assert_eq!(throttled.problem.params.get("seconds").map(String::as_str), Some("300"));
            // Pauses of the engine pass a thousand times faster here.
            let began = asked.lock().expect("one reader").expect("it was throttled");
            assert!(began.elapsed() >= Duration::from_micros(299_961), "{:?}", began.elapsed());
            let limits: Vec<_> = run.progress().iter().filter_map(|p| p.rate.limit).collect();
            assert!(limits.contains(&Limit::Throttling), "what limits the speed is said: {limits:?}");
            // The countdown: the end of the wait is known, and stays where it is.
            let ends: std::collections::BTreeSet<_> =
                waits.iter().filter(|wait| wait.problem.code == ProblemCode::Throttled).map(|wait| wait.until).collect();
            assert_eq!(ends.len(), 1, "{ends:?}");
        });
    }
}

#[test]
fn g32_a_goodbye_that_asks_for_patience_is_obeyed_on_either_side() {
    for (host, command) in [("source", "UID FETCH"), ("target", "APPEND")] {
        real_time().block_on(async {
            let trap = towards(Dialect::Exchange).await;
            let side = if host == "source" { &trap.source } else { &trap.target };
            let mut says_so = once();
            side.on_command(move |said| {
                let is_it = said.is(command) && says_so();
                if is_it { bye("Request is throttled. Suggested Backoff Time: 61234 milliseconds") } else { Act::Pass }
            });
            let began = std::time::Instant::now();
            let run = trap.copies_all().await;
            assert!(began.elapsed() >= Duration::from_micros(61_234), "{host}: {:?}", began.elapsed());
            let progress = run.progress();
            let mut waits = progress.iter().flat_map(|p| p.tasks.values().filter_map(|t| t.waiting.as_ref()));
            assert!(waits.any(|wait| wait.problem.params.get("seconds").map(String::as_str) == Some("62")), "{host}: it is shown");
        });
    }
}

#[test]
fn g33_a_password_of_any_characters_is_the_same_at_the_other_end() {
    for password in ["p a\"s\\s$", "pässwörd €", "{12}", "a(b)c* %", "'$HOME`'"] {
        for can_authenticate in [true, false] {
            real_time().block_on(async {
                let trap = Trap::with(Dialect::Dovecot, Dialect::Exchange, password).await;
                if !can_authenticate {
                    for between in [&trap.source, &trap.target] {
                        between.on_reply(|reply| crate::between::replaced(&reply, "AUTH=PLAIN", "X-NOTHING"));
                    }
                }
                trap.copies_all().await;
                let logins = trap.target.said("LOGIN").len();
                assert_eq!(logins > 0, !can_authenticate);
            });
        }
    }
}

#[test]
fn g33_a_login_that_is_taken_and_then_not_connected_is_told_before_anything_changes() {
    real_time().block_on(async {
        let trap = towards(Dialect::Exchange).await;
        trap.source.on_command(|said| {
            let is_login = ["CAPABILITY", "AUTHENTICATE", "LOGIN", "ID"].iter().any(|command| said.is(command));
            if is_login { Act::Pass } else { answer(&["{tag} BAD User is authenticated but not connected."]) }
        });
        trap.stops_by(ProblemCode::LoginNotAllowed).await;
        assert_eq!(trap.target.said("APPEND").len() + trap.target.said("CREATE").len(), 0);
    });
}

#[test]
fn g33_a_wrong_password_is_told_before_anything_changes_and_is_not_tried_for_ever() {
    real_time().block_on(async {
        let trap = towards(Dialect::Exchange).await;
        trap.source.on_command(|said| {
            if said.is("AUTHENTICATE") { answer(&["{tag} NO [AUTHENTICATIONFAILED] Authentication failed."]) } else { Act::Pass }
        });
        trap.stops_by(ProblemCode::WrongPassword).await;
        assert!(trap.source.said("AUTHENTICATE").len() <= 3, "accounts are locked after a few");
        assert_eq!(trap.target.said("APPEND").len() + trap.target.said("CREATE").len(), 0);
    });
}

#[test]
fn g34_without_tls_no_password_is_said() {
    for lines in [&["{tag} NO TLS is not available"][..], &["{tag} BAD Unknown command"], &["* OK later", "{tag} NO [UNAVAILABLE] Not now"]]
    {
        real_time().block_on(async {
            let trap = towards(Dialect::Dovecot).await;
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            trap.source.on_command(move |said| if said.is("STARTTLS") { Act::Answer(lines.clone()) } else { Act::Pass });
            let endpoint = ImapEndpoint { security: Security::StartTls, ..endpoint(SOURCE) };
            let login = Login { user: "john.smith".to_owned(), password: Secret::new("right") };
            let error = trap.store().connect(&endpoint, &login).await.map(|_| ()).expect_err("no way in");
            assert!(matches!(error, MailError::Tls { .. }), "{error:?}");
            let said: Vec<String> = trap.source.tape().into_iter().map(|said| said.line).collect();
            assert_eq!(said, ["STARTTLS"], "nothing else is said in clear text");
        });
    }
}

#[test]
fn g34_clear_text_is_offered_to_no_server_but_this_machine() {
    real_time().block_on(async {
        let listener = Between::before("127.0.0.1:9".parse().expect("an address"));
        let mut book = mailferry::adapters::AddressBook::default();
        book.lead("far.example.com", 143, "192.0.2.1:143".parse().expect("an address"));
        let store = mailferry::adapters::imap::ImapStore::new(
            mailferry::adapters::Trust::default(),
            book,
            mailferry::adapters::imap::Timeouts::default(),
        );
        let login = Login { user: "john.smith".to_owned(), password: Secret::new("right") };
        let error = store.connect(&endpoint("far.example.com"), &login).await.map(|_| ()).expect_err("no way in");
        assert!(matches!(error, MailError::Tls { .. }), "{error:?}");
        assert_eq!(listener.connections(), 0);
    });
}

#[test]
fn g45_a_slow_upload_is_progress() {
    real_time().block_on(async {
        let large = format!("Subject: large\r\n\r\n{}", "a line of mail, and another one behind it\r\n".repeat(600_000));
        let mut trap = with_inbox(Dialect::Dovecot, &[&large]).await;
        trap.timeouts.inactivity = Duration::from_secs(1);
        // Twenty-six megabytes in more time than the patience lasts.
        trap.target.take_slowly(128 << 10, Duration::from_millis(10));
        let began = std::time::Instant::now();
        let run = trap.copies_all().await;
        assert!(began.elapsed() > trap.timeouts.inactivity, "the test is too quick to show anything");
        let sent = trap.target.said("APPEND").len();
        assert_eq!((sent, run.session().migrations[0].refused()), (1, 0));
        assert_eq!(trap.mailbox(TARGET, &mailferry::domain::MailboxName::inbox()).messages.len(), 1);
    });
}
