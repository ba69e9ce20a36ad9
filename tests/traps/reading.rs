//! G6 to G9, G15 to G19: a source that says odd things, and what is read from it all the same.

use mailferry::domain::{MailboxName, Uid, UidSet};
use mailferry::mailcopy::Repair;
use mailferry::ports::{FetchedMessage, MessageSink, SinkClosed};
use mailferry::problem::ProblemCode;
use mailferry::sandbox::mail::{AccountKey, Dialect};
use mailferry::session::{Command, Event, Step};

use async_trait::async_trait;

use crate::between::{Act, answer, holds, is_fetch, with_literal};
use crate::stage::{once, real_time, times, towards, with_inbox};
use crate::support::guided::{SOURCE, TARGET, put};

fn text(response: &[u8]) -> String {
    String::from_utf8_lossy(response).into_owned()
}

/// Whether it is a message with its bytes.
fn is_message(response: &[u8]) -> bool {
    is_fetch(response) && holds(response, "BODY[] {")
}

#[test]
fn g6_a_size_that_lies_is_shown_and_believed_in_nothing() {
    for lie in ["0", "7", "3999999999"] {
        real_time().block_on(async {
            let trap = towards(Dialect::Dovecot).await;
            for between in [&trap.source, &trap.target] {
                between.on_reply(move |reply| {
                    let said = text(&reply);
                    match said.split_once("RFC822.SIZE ") {
                        Some((before, after)) if is_fetch(&reply) => {
                            format!("{before}RFC822.SIZE {lie}{}", after.trim_start_matches(|c: char| c.is_ascii_digit())).into_bytes()
                        }
                        _ => reply,
                    }
                });
            }
            trap.copies_all().await;
        });
    }
}

#[test]
fn g7_a_message_that_is_not_delivered_is_asked_for_again_and_in_the_end_listed() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Dovecot, &["Subject: a\r\n\r\none\r\n", "Subject: b\r\n\r\ntwo\r\n"]).await;
        trap.source.on_reply(|reply| if is_message(&reply) && holds(&reply, "two") { Vec::new() } else { reply });
        let mut run = trap.copies().await;
        assert_eq!(run.session().migrations[0].refused(), 1, "listed, and the rest went on");
        assert!(trap.refusals()[0].contains("does not deliver"), "{:?}", trap.refusals());
        trap.source.behave();
        run.submit(Command::RetryRefused { migration: run.session().migrations[0].id }).await;
        trap.in_time(run.until_verified()).await;
        trap.is_equal().await;
    });
}

#[test]
fn g7_a_message_that_never_comes_whole_comes_in_pieces_and_is_marked_so() {
    for refused in [&["BODY.PEEK[])"][..], &["BODY.PEEK[])", "BODY.PEEK[TEXT]"]] {
        real_time().block_on(async {
            let long = format!("Subject: b\r\n\r\n{}", "two, and more of it\r\n".repeat(5_000));
            let trap = with_inbox(Dialect::Dovecot, &["Subject: a\r\n\r\none\r\n", &long, "Subject: c\r\n\r\nthree\r\n"]).await;
            let uid = trap.mailbox(SOURCE, &MailboxName::inbox()).messages[1].uid;
            trap.source.on_command(move |said| {
                let is_refused = said.is("UID FETCH") && refused.iter().any(|items| said.holds(items.as_bytes()));
                let asks = said.line.split(' ').nth(2).is_some_and(|set| covers(set, uid));
                if is_refused && asks { answer(&["{tag} NO Internal error"]) } else { Act::Pass }
            });
            let run = trap.copies().await;
            assert_eq!((trap.arrived(), run.session().migrations[0].refused()), (trap.texts(SOURCE), 0));
            let pieced = |e: &Event| matches!(e, Event::MessageRepaired { repairs, .. } if repairs == &[Repair::ReadInPieces]);
            assert_eq!(trap.events().iter().filter(|e| pieced(e)).count(), 1, "it is told, and of this one only");
            let journal: &dyn mailferry::ports::Journal = &trap.stage.journal;
            let report = mailferry::engine::report(journal, &run.session(), mailferry::domain::Moment(0)).await.expect("a report");
            assert!(report.to_markdown().contains("put together from pieces"), "{}", report.to_markdown());
        });
    }
}

#[test]
fn g7_a_message_from_pieces_that_is_in_doubt_is_put_together_again_and_settled() {
    // Stored as servers alter 8-bit headers, which is known neither by bytes nor by content; or never stored, beside a message of somebody else.
    let altered = ("Subject: bXX\r\n\r\ntwo, and more of it\r\n", (1, 0), 3);
    let other = ("Subject: other\r\n\r\nanother one\r\n", (0, 1), 4);
    for (stored, comes_to, arrive) in [altered, other] {
        real_time().block_on(async {
            let pieced = "Subject: b\u{e9}\r\n\r\ntwo, and more of it\r\n";
            let trap = with_inbox(Dialect::Dovecot, &["Subject: a\r\n\r\none\r\n", pieced, "Subject: c\r\n\r\nthree\r\n"]).await;
            let uid = trap.mailbox(SOURCE, &MailboxName::inbox()).messages[1].uid;
            trap.source.on_command(move |said| {
                let asks = said.line.split(' ').nth(2).is_some_and(|set| covers(set, uid));
                if said.is("UID FETCH") && said.holds(b"BODY.PEEK[])") && asks { answer(&["{tag} NO Internal error"]) } else { Act::Pass }
            });
            let (world, mut is_first) = (trap.stage.world.clone(), once());
            trap.target.on_whole_command(move |said| {
                if said.is("APPEND") && said.holds(b"two, and more") && is_first() {
                    put(&world, &AccountKey::new(TARGET), &MailboxName::inbox(), "", stored.into());
                    Act::Close(Vec::new())
                } else {
                    Act::Pass
                }
            });
            let mut run = trap.start().await;
            // What was altered is told by the verification.
            trap.in_time(run.until("it is over", |session| !session.troubles.is_empty() || session.step() == Step::Finish)).await;
            let settled = |e: &Event| matches!(e, Event::BatchSettled { found, again, .. } if (*found, *again) == comes_to);
            assert!(trap.events().iter().any(settled), "{:?}", trap.events());
            assert_eq!((trap.arrived().len(), run.session().migrations[0].refused()), (arrive, 0), "{:?}", trap.arrived());
        });
    }
}

#[test]
fn g8_a_refused_fetch_is_tried_again_and_is_no_broken_mail() {
    for reply in ["{tag} NO [UNAVAILABLE] Temporary trouble", "{tag} NO Some messages could not be FETCHed (Failure)"] {
        real_time().block_on(async {
            let trap = towards(Dialect::Dovecot).await;
            let mut refuses = once();
            trap.source.on_command(move |said| {
                let is_body = said.is("UID FETCH") && said.holds(b"BODY.PEEK[]");
                if is_body && refuses() { answer(&[reply]) } else { Act::Pass }
            });
            trap.copies_all().await;
            assert_eq!(trap.refusals(), Vec::<String>::new(), "nothing is given up for a while of trouble");
        });
    }
}

#[test]
fn g8_only_a_person_gives_up_a_message_that_the_source_refuses() {
    real_time().block_on(async {
        let trap =
            with_inbox(Dialect::Dovecot, &["Subject: a\r\n\r\none\r\n", "Subject: b\r\n\r\ntwo\r\n", "Subject: c\r\n\r\nthree\r\n"]).await;
        let uid = trap.mailbox(SOURCE, &MailboxName::inbox()).messages[1].uid;
        trap.source.on_command(move |said| {
            let is_body = said.is("UID FETCH") && said.holds(b"BODY.PEEK[");
            let asks = said.line.split(' ').nth(2).is_some_and(|set| covers(set, uid));
            if is_body && asks { answer(&["{tag} NO Internal error"]) } else { Act::Pass }
        });
        let mut run = trap.start().await;
        let looked_at =
            |session: &mailferry::session::Session| !session.troubles.is_empty() || session.migrations.iter().any(|m| m.refused() == 1);
        trap.in_time(run.until("it is shown", looked_at)).await;
        let verified = |e: &Event| matches!(e, Event::MailboxVerified { verified: 3, .. });
        assert!(!trap.events().iter().any(verified), "nobody says that all is there");
        assert_eq!(trap.arrived().len(), 2, "the others arrived");
        trap.source.behave();
        let migration = run.session().migrations[0].id;
        let command = if run.session().troubles.is_empty() { Command::RetryRefused { migration } } else { Command::RetryAll };
        run.submit(command).await;
        trap.in_time(run.until_verified()).await;
        trap.is_equal().await;
    });
}

/// Whether a set of UIDs has this one.
fn covers(set: &str, uid: Uid) -> bool {
    set.split(',').any(|part| {
        let (first, last) = part.split_once(':').unwrap_or((part, part));
        let number = |text: &str| text.parse().unwrap_or(u32::MAX);
        (number(first)..=number(last)).contains(&uid.0)
    })
}

#[test]
fn g9_a_missing_date_comes_from_the_last_receipt_then_from_the_letter_then_is_left_out() {
    real_time().block_on(async {
        let received = "Received: from a by b; Tue, 3 Feb 2026 10:00:00 +0100\r\nReceived: from c by a; Sun, 1 Feb 2026 10:00:00 +0100\r\n";
        let date = "Date: Sat, 31 Jan 2026 10:00:00 +0100\r\n";
        let messages = [format!("{received}{date}\r\na\r\n"), format!("{date}\r\nb\r\n"), "Subject: none\r\n\r\nc\r\n".to_owned()];
        let trap = with_inbox(Dialect::Dovecot, &messages.each_ref().map(String::as_str)).await;
        let mut is_nil = false;
        trap.source.on_reply(move |reply| {
            let Some(at) = reply.windows(14).position(|w| w == b"INTERNALDATE \"") else { return reply };
            is_nil = !is_nil;
            let end = at + 14 + reply[at + 14..].iter().position(|b| *b == b'"').expect("a quoted string ends") + 1;
            let instead: &[u8] = if is_nil { b"INTERNALDATE NIL" } else { b"INTERNALDATE \"00-Jan-0000 00:00:00 +0000\"" };
            [&reply[..at], instead, &reply[end..]].concat()
        });
        trap.copies().await;
        let dates: Vec<String> = trap.mailbox(TARGET, &MailboxName::inbox()).messages.iter().map(|m| m.internal_date.to_string()).collect();
        assert_eq!(dates.len(), 3);
        assert!(dates[..2] == ["03-Feb-2026 10:00:00 +0100", "31-Jan-2026 10:00:00 +0100"], "{dates:?}");
        let appends = trap.target.tape().into_iter().find(|said| said.is("APPEND")).expect("one");
        assert!(appends.holds(b"() {20") || appends.holds(b"() {2"), "the third goes without a date: {}", text(&appends.bytes));
    });
}

#[test]
fn g15_replies_are_known_by_their_uid_whatever_their_order_and_number() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        for between in [&trap.source, &trap.target] {
            let mut held: Vec<Vec<u8>> = Vec::new();
            between.on_reply(move |reply| {
                if is_fetch(&reply) {
                    // The number of the message is wrong, and the replies come in the wrong order.
                    let at = reply.windows(6).position(|w| w == b" FETCH").expect("a FETCH");
                    held.push([b"* 77", &reply[at..]].concat());
                    return Vec::new();
                }
                let mut all = Vec::new();
                if !held.is_empty() {
                    all.extend_from_slice(b"* 1 FETCH (FLAGS (\\Deleted))\r\n");
                    held.drain(..).rev().for_each(|reply| {
                        all.extend_from_slice(&reply);
                        all.extend_from_slice(b"* 2 FETCH (FLAGS (\\Seen))\r\n* OK still here\r\n");
                    });
                }
                [all, reply].concat()
            });
        }
        trap.copies_all().await;
    });
}

#[test]
fn g15_news_of_removed_messages_may_stand_between_the_replies() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        let mut tells = once();
        trap.source.on_reply(
            move |reply| {
                if is_message(&reply) && tells() { [&reply[..], b"* 1 EXPUNGE\r\n* 8 EXISTS\r\n"].concat() } else { reply }
            },
        );
        trap.copies_all().await;
    });
}

#[test]
fn g16_the_last_of_several_exists_lines_counts() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        for between in [&trap.source, &trap.target] {
            between.on_reply(
                |reply| {
                    if holds(&reply, " EXISTS\r\n") { [b"* 3 EXISTS\r\n* 5 EXISTS\r\n", &reply[..]].concat() } else { reply }
                },
            );
        }
        trap.copies_all().await;
    });
}

#[test]
fn g17_lines_that_no_grammar_knows_are_stepped_over_and_no_structure_is_asked_for() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        for between in [&trap.source, &trap.target] {
            between.on_reply(|reply| {
                let said = text(&reply);
                if said.starts_with("* STATUS") {
                    return said.replace(")\r\n", " ) \r\n").into_bytes();
                }
                let is_tagged = !said.starts_with(['*', '+']);
                if !is_tagged {
                    return reply;
                }
                // Odd lines, and an end without a text.
                let odd = "* XODD (NIL \"\" -1)\r\n* 9 FETCH (FLAGS (\\Seen) X-UNKNOWN (1 2))\r\n* OK\r\n* SEARCH\r\n* FLAGS ()\r\n* VANISHED (EARLIER) 3\r\n";
                let end = if said.ends_with(" OK NOOP completed.\r\n") { said.replace(" NOOP completed.", "") } else { said };
                format!("{odd}{end}").into_bytes()
            });
        }
        trap.copies_all().await;
        let all = trap.source.tape().into_iter().chain(trap.target.tape());
        for said in all.filter(|said| !said.is("APPEND")) {
            let line = said.line.to_ascii_uppercase();
            assert!(!line.contains("ENVELOPE") && !line.contains("BODYSTRUCTURE"), "{line}");
            assert!(!line.ends_with("FETCH ") && !line.contains("FETCH  "), "no empty set: {line}");
        }
    });
}

#[test]
fn g18_without_search_a_mailbox_is_listed_all_the_same() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        for between in [&trap.source, &trap.target] {
            between.on_command(|said| {
                let is_search = said.is("SEARCH") || said.is("UID SEARCH") || said.is("SORT") || said.is("UID SORT");
                if is_search { answer(&["{tag} BAD Unknown command"]) } else { Act::Pass }
            });
        }
        trap.copies_all().await;
    });
}

#[test]
fn g18_a_listing_that_is_shorter_than_the_mailbox_finishes_nothing() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        let mut run = trap.start().await;
        trap.in_time(run.until("looked at", |s| s.step() == mailferry::session::Step::Migrate)).await;
        trap.source.on_reply(|reply| {
            let is_listed = is_fetch(&reply) && holds(&reply, "RFC822.SIZE") && holds(&reply, "UID 3 ");
            if is_listed { Vec::new() } else { reply }
        });
        trap.in_time(run.until_stopped_by(ProblemCode::ServerMisbehaves)).await;
        let inbox_is_done = |e: &Event| matches!(e, Event::MailboxCopied { mailbox, .. } if mailbox.0 == 1);
        assert!(!trap.events().iter().any(inbox_is_done), "nobody says that the inbox is copied");
        trap.source.behave();
        run.submit(Command::RetryAll).await;
        trap.in_time(run.until_verified()).await;
        trap.is_equal().await;
    });
}

/// Counts what it is given.
#[derive(Default)]
struct Counter(usize);

#[async_trait]
impl MessageSink for Counter {
    async fn take(&mut self, _: FetchedMessage) -> Result<(), SinkClosed> {
        self.0 += 1;
        Ok(())
    }
}

#[test]
fn g19_command_lines_stay_short_however_scattered_the_uids_are() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        real_time().block_on(async {
            let trap = towards(dialect).await;
            let key = AccountKey::new(TARGET);
            let last = (0..3).map(|_| {
                let date = mailferry::domain::InternalDate::from_unix(1_700_000_000, 0).expect("in range");
                let bytes = bytes::Bytes::from_static(b"Subject: x\r\n\r\nx\r\n");
                trap.stage.world.put(&key, &MailboxName::inbox(), mailferry::domain::Flags::default(), date, bytes).expect("in memory")
            });
            let there: Vec<Uid> = last.collect();
            let mut connection = trap.connect(TARGET).await.expect("logged in");
            connection.select(&mailferry::domain::WireName("INBOX".to_owned())).await.expect("opened");
            let scattered: UidSet = there.iter().copied().chain((0..4000).map(|n| Uid(4_000_000_001 + 2 * n))).collect();
            let mut counter = Counter::default();
            connection.fetch(&scattered, &mut counter).await.expect("no line is too long");
            assert_eq!(counter.0, 3);
            let flags = mailferry::domain::Flags::from_wire(["\\Flagged"]);
            connection.add_flags(&scattered, &flags).await.expect("no line is too long");
            let longest = trap.target.tape().iter().map(|said| said.line.len() + said.tag.len() + 3).max();
            assert!(longest.is_some_and(|longest| (4000..8_000).contains(&longest)), "{longest:?}");
            drop(connection);
        });
    }
}

#[test]
fn g7_a_message_that_comes_empty_is_asked_for_again() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        real_time().block_on(async {
            let trap =
                with_inbox(dialect, &["Subject: a\r\n\r\none\r\n", "Subject: b\r\n\r\ntwo\r\n", "Subject: c\r\n\r\nthree\r\n"]).await;
            let mut empties = times(2);
            trap.source.on_reply(move |reply| {
                if is_message(&reply) && holds(&reply, "two") && empties() { with_literal(&reply, |_| Vec::new()) } else { reply }
            });
            trap.copies_all().await;
            assert_eq!(trap.refusals(), Vec::<String>::new());
        });
    }
}

#[test]
fn g8_a_fetch_that_is_refused_for_a_while_costs_no_date() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        let mut refuses = times(3);
        trap.source.on_command(move |said| {
            let is_body = said.is("UID FETCH") && said.holds(b"BODY.PEEK[]");
            if is_body && refuses() { answer(&["{tag} NO [UNAVAILABLE] Temporary trouble"]) } else { Act::Pass }
        });
        trap.copies_all().await;
    });
}

#[test]
fn g17_a_line_that_cannot_be_read_among_folders_is_no_folder() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        trap.source.on_reply(|reply| if reply.starts_with(b"* L") { [b"* XODD (NIL \"\" -1\r\n", &reply[..]].concat() } else { reply });
        trap.copies_all().await;
    });
}
