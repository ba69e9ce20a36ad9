//! G1 to G5, G12 to G14: what makes a message the same message, and how often it is copied.

use std::collections::BTreeSet;

use mailferry::domain::{MailboxName, MigrationId};
use mailferry::engine::Stop;
use mailferry::problem::ProblemCode;
use mailferry::sandbox::mail::{AccountKey, Dialect, Fault, Occasion, Oddity, Scope};
use mailferry::session::{Command, Event};

use crate::between::{Act, is_fetch, replaced, starts, with_literal};
use crate::stage::{Trap, real_time, times, towards, with_inbox};
use crate::support::following::small_but;
use crate::support::guided::{SOURCE, TARGET};

const ONE: MigrationId = MigrationId(1);
const BOTH: [Dialect; 2] = [Dialect::Dovecot, Dialect::Exchange];

fn text(response: &[u8]) -> String {
    String::from_utf8_lossy(response).into_owned()
}

#[test]
fn g1_a_target_that_rewrites_message_ids_is_given_nothing_twice() {
    real_time().block_on(async {
        let trap = towards(Dialect::Exchange).await;
        trap.target.on_reply(|reply| if is_fetch(&reply) { replaced(&reply, "@example.com>", "@rewritten.example.org>") } else { reply });
        let mut run = trap.stops_by(ProblemCode::VerificationFailed).await;
        assert_eq!(trap.texts(SOURCE).len(), trap.arrived().len());
        // The person asks for another look: still nothing is copied again.
        let appends = trap.target.said("APPEND").len();
        run.submit(Command::RetryAll).await;
        trap.in_time(run.until_stopped_by(ProblemCode::VerificationFailed)).await;
        assert_eq!(trap.target.said("APPEND").len(), appends);
        assert_eq!(trap.texts(SOURCE).len(), trap.arrived().len());
    });
}

#[test]
fn g2_messages_with_the_same_headers_are_different_messages_and_equal_ones_are_counted() {
    for dialect in BOTH {
        real_time().block_on(async {
            let head =
                "Message-ID: <same@example.com>\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\nFrom: a@example.com\r\nSubject: same\r\n\r\n";
            let one = format!("{head}first body\r\n");
            let other = format!("{head}second body\r\n");
            let trap = with_inbox(dialect, &[&one, &other, &one, &one, &other]).await;
            trap.copies_all().await;
            assert_eq!(trap.arrived().iter().filter(|text| text.ends_with("first body\r\n")).count(), 3);
            assert_eq!(trap.arrived().len(), 5);
        });
    }
}

#[test]
fn g3_headers_are_normalised_before_messages_are_compared() {
    real_time().block_on(async {
        let subject = "Subject: R\u{e9}union  de\tjanvier, un sujet assez long pour deux lignes\r\n";
        let sent = format!("Message-ID: <1@example.com>\r\n{subject}From: a@example.com\r\n\r\nBody\r\n");
        let trap = with_inbox(Dialect::Exchange, &[&sent, &sent]).await;
        // The answer to an append is lost, and the target shows the header in other clothes.
        let mut loses = times(2);
        trap.target.on_command(move |said| if said.is("APPEND") && loses() { Act::LoseAnswer } else { Act::Pass });
        let dressed = "subject:   =?utf-8?Q?R=C3=A9union?= DE janvier,\r\n\tun sujet  assez long pour deux lignes  \r\n";
        trap.target.on_reply(move |reply| if is_fetch(&reply) { with_literal(&reply, |body| dress(body, dressed)) } else { reply });
        trap.copies_all().await;
        assert_eq!(trap.arrived().len(), 2, "nothing was sent again");
    });
}

/// Puts another subject in the place of the first one.
fn dress(body: &[u8], subject: &str) -> Vec<u8> {
    let text = text(body);
    let Some(at) = text.find("Subject:") else { return body.to_vec() };
    let end = at + text[at..].find("\r\n").expect("a line") + 2;
    format!("{}{subject}{}", &text[..at], &text[end..]).into_bytes()
}

#[test]
fn g4_the_body_is_taken_from_what_came_and_never_put_together_from_headers() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        for between in [&trap.source, &trap.target] {
            // Whole headers come along, and they differ from those of the message.
            between.on_reply(|reply| {
                let is_whole = is_fetch(&reply) && reply.windows(7).any(|w| w == b"BODY[] ");
                if is_whole { replaced(&reply, " BODY[] ", " RFC822.HEADER \"Subject: another one\" BODY[] ") } else { reply }
            });
        }
        trap.copies_all().await;
        for said in trap.source.said("UID FETCH").iter().chain(&trap.target.said("UID FETCH")) {
            assert!(!said.contains("HEADER") && !said.contains("BODY[]"), "one form only: {said}");
        }
    });
}

#[test]
fn g5_messages_without_an_id_are_copied_as_they_are() {
    for dialect in BOTH {
        real_time().block_on(async {
            let bare =
                ["Subject: draft\r\n\r\nno id\r\n", "Subject: draft\r\n\r\nno id\r\n", "From: a@example.com\r\n\r\nonly a sender\r\n"];
            let trap = with_inbox(dialect, &bare).await;
            let mut loses = times(1);
            trap.target.on_command(move |said| if said.is("APPEND") && loses() { Act::LoseAnswer } else { Act::Pass });
            trap.copies_all().await;
            assert_eq!(trap.arrived(), trap.texts(SOURCE));
            assert!(trap.target.tape().iter().all(|said| !said.holds(b"essage-I")), "none is added");
        });
    }
}

#[test]
fn g12_a_lost_reply_to_append_doubles_nothing() {
    for dialect in BOTH {
        real_time().block_on(async {
            let trap = towards(dialect).await;
            let mut loses = times(2);
            trap.target.on_command(move |said| if said.is("APPEND") && loses() { Act::LoseAnswer } else { Act::Pass });
            trap.copies_all().await;
            assert!(trap.events().iter().any(|e| matches!(e, Event::BatchSettled { found, .. } if *found > 0)));
        });
    }
}

/// Mail that Courier or Cyrus alter, with and without an id.
const ALTERED: [&str; 4] = [
    "Message-ID: <1@example.com>\r\nSubject: \u{e9}t\u{e9}\r\n\r\none\r\n",
    "Message-ID: <1@example.com>\r\nSubject: \u{e9}t\u{e8}\r\n\r\none\r\n",
    "Subject: n\u{e9}\r\n\r\nno id\r and no end",
    "Subject: plain\r\n\r\nas it is\r\n",
];

#[test]
fn g12_a_lost_reply_doubles_nothing_at_a_target_that_alters_what_it_stores() {
    for dialect in [Dialect::Cyrus, Dialect::Courier] {
        for lost in 0..4 {
            real_time().block_on(async {
                let mut trap = with_inbox(dialect, &ALTERED).await;
                trap.limits = small_but(|limits| limits.batch_messages = 2);
                let mut appends = 0;
                trap.target.on_command(move |said| {
                    appends += usize::from(said.is("APPEND"));
                    if said.is("APPEND") && appends == lost + 1 { Act::LoseAnswer } else { Act::Pass }
                });
                trap.stops_by(ProblemCode::VerificationFailed).await;
                trap.is_equal().await;
                let rows = trap.stage.journal.ledger();
                let targets: BTreeSet<_> = rows.iter().filter_map(|row| row.target_uid).collect();
                assert_eq!((targets.len(), trap.refusals().len()), (ALTERED.len(), 0), "{dialect:?}: each has its own");
            });
        }
    }
}

#[test]
fn g12_a_lost_reply_doubles_no_message_that_was_repaired_before_the_target_altered_it() {
    for lost in 0..6 {
        real_time().block_on(async {
            let letter = "Message-ID: <1@example.com>\r\nSubject: n\u{e9}\r\n\r\na\0b\r\n";
            let trap = with_inbox(Dialect::Cyrus, &[letter, "Subject: plain\r\n\r\nas it is\r\n"]).await;
            let mut appends = 0;
            trap.target.on_command(move |said| {
                appends += usize::from(said.is("APPEND"));
                if said.is("APPEND") && appends == lost + 1 { Act::LoseAnswer } else { Act::Pass }
            });
            trap.stops_by(ProblemCode::VerificationFailed).await;
            let altered = "Message-ID: <1@example.com>\r\nSubject: nXX\r\n\r\na b\r\n";
            assert_eq!(trap.arrived(), [altered, "Subject: plain\r\n\r\nas it is\r\n"], "{lost}");
            assert_eq!(trap.refusals(), Vec::<String>::new(), "{lost}");
        });
    }
}

#[test]
fn g12_what_may_have_arrived_in_a_form_that_nobody_knows_is_listed_and_not_sent_again() {
    real_time().block_on(async {
        let letter = "Message-ID: <1@example.com>\r\nSubject: a\r\n\r\n\u{e9}t\u{e9}\r\n";
        let trap = with_inbox(Dialect::Dovecot, &[letter, "Subject: b\r\n\r\nplain\r\n"]).await;
        // The text itself is altered: no rule says that what is there is what was sent.
        trap.stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::Odd(Oddity::LosesHighBytes, Occasion::ALWAYS));
        let mut loses = times(1);
        trap.target.on_command(move |said| if said.is("APPEND") && loses() { Act::LoseAnswer } else { Act::Pass });
        let mut run = trap.copies().await;
        assert_eq!((trap.arrived().len(), run.session().migrations[0].refused()), (2, 1), "{:?}", trap.arrived());
        assert!(trap.refusals()[0].contains("look there"), "{:?}", trap.refusals());
        assert_eq!(trap.saved(), [letter.as_bytes().to_vec()]);
        trap.stage.check_totals().await.expect("truthful");
        // The person looked, and wants it again.
        run.submit(Command::RetryRefused { migration: ONE }).await;
        trap.in_time(run.until_stopped_by(ProblemCode::VerificationFailed)).await;
        assert_eq!(trap.arrived().len(), 3);
    });
}

/// Copies while the target's APPENDUID is changed by `lie`, which is given the UIDVALIDITY.
async fn with_appenduid(dialect: Dialect, lie: impl Fn(&str) -> String + Send + 'static) -> Trap {
    let trap = towards(dialect).await;
    trap.target.on_reply(move |reply| match text(&reply) {
        said if said.contains("[APPENDUID ") => {
            let (before, code) = said.split_once("[APPENDUID ").expect("just seen");
            let (code, after) = code.split_once("] ").expect("a code ends");
            format!("{before}{}{after}", lie(code.split(' ').next().expect("a word"))).into_bytes()
        }
        _ => reply,
    });
    trap.copies_all().await;
    trap
}

#[test]
fn g13_uids_that_are_not_told_are_looked_up() {
    for dialect in BOTH {
        for code in ["", "[APPENDUID 0 0] ", "[APPENDUID 7 0] ", "[APPENDUID 7 1:500] ", "[APPENDUID 7 x] ", "[APPENDUID] "] {
            real_time().block_on(async {
                let trap = with_appenduid(dialect, move |validity| code.replace('7', validity)).await;
                assert!(trap.stage.journal.ledger().iter().all(|row| row.target_uid.is_some()));
            });
        }
    }
}

#[test]
fn g13_a_server_without_uidplus_is_asked_for_the_uids() {
    for dialect in BOTH {
        real_time().block_on(async {
            let trap = towards(dialect).await;
            trap.target.on_reply(|reply| {
                let reply = replaced(&reply, " UIDPLUS", "");
                let said = text(&reply);
                match said.split_once("[APPENDUID ") {
                    Some((before, code)) => format!("{before}{}", code.split_once("] ").expect("a code ends").1).into_bytes(),
                    None => reply,
                }
            });
            trap.copies_all().await;
            assert!(trap.stage.journal.ledger().iter().all(|row| row.target_uid.is_some()));
        });
    }
}

#[test]
fn g14_a_changed_uidvalidity_recognises_messages_and_copies_nothing_blindly() {
    for host in [SOURCE, TARGET] {
        real_time().block_on(async {
            let mut trap = towards(Dialect::Exchange).await;
            trap.limits = small_but(|limits| limits.lanes_per_account = 1);
            let mut run = trap.start().await;
            run.until_batches(&trap.stage, 1).await;
            run.stop(Stop::Soft).await;
            trap.stage.world.renumber(&AccountKey::new(host), &MailboxName::inbox()).expect("in memory");
            trap.copies_all().await;
            let changed = |e: &Event| matches!(e, Event::ValidityChanged { recognised, .. } if *recognised > 0);
            assert!(trap.events().iter().any(changed));
        });
    }
}

#[test]
fn g14_a_mailbox_that_was_made_anew_is_copied_again_and_once() {
    real_time().block_on(async {
        let trap: Trap = towards(Dialect::Dovecot).await;
        let mut run = trap.copies_all().await;
        trap.stage.world.renumber(&AccountKey::new(TARGET), &MailboxName::inbox()).expect("in memory");
        let uids = trap.mailbox(TARGET, &MailboxName::inbox()).messages.iter().map(|m| m.uid).collect::<Vec<_>>();
        trap.stage.world.remove(&AccountKey::new(TARGET), &MailboxName::inbox(), &uids).expect("in memory");
        run.submit(Command::RequestDelta { migration: ONE }).await;
        run.until_verified().await;
        trap.is_equal().await;
    });
}

#[test]
fn g14_a_uidvalidity_that_changes_at_every_examine_doubles_nothing_and_is_told() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        let mut validity = 100;
        trap.source.on_reply(move |reply| {
            let said = text(&reply);
            if !said.starts_with("* OK [UIDVALIDITY ") {
                return reply;
            }
            validity += 1;
            format!("* OK [UIDVALIDITY {validity}] as it likes\r\n").into_bytes()
        });
        // Nobody can say whether such a mailbox is whole: after a few rounds a person is asked, mailbox by mailbox.
        trap.stops_by(ProblemCode::MailboxRefused).await;
        let (there, here) = (trap.arrived(), trap.texts(SOURCE));
        let times = |texts: &[String], text: &String| texts.iter().filter(|other| *other == text).count();
        assert!(there.iter().all(|text| times(&there, text) <= times(&here, text)), "nothing is doubled: {there:?}");
        let examined = trap.source.tape().iter().filter(|said| starts(&said.line, "EXAMINE")).count();
        assert!(examined > 5);
    });
}

#[test]
fn g13_uids_that_are_told_wrong_double_nothing() {
    for dialect in BOTH {
        real_time().block_on(async {
            let trap = with_appenduid(dialect, |validity| format!("[APPENDUID {validity} 4000000000] ")).await;
            assert_eq!(trap.arrived(), trap.texts(SOURCE));
        });
    }
}
