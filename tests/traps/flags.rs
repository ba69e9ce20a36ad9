//! G10, G11, G20 to G22: dates and flags.

use mailferry::domain::{CopyChoices, DeletedMail, Flags, InternalDate, MailboxName, SystemFlag};
use mailferry::plan::FindingCode;
use mailferry::sandbox::mail::{AccountKey, Dialect};
use mailferry::session::{Command, Event};

use crate::between::{Act, Said, answer, is_fetch, replaced};
use crate::stage::{Trap, real_time, with_inbox};
use crate::support::guided::{SOURCE, TARGET};

fn dates(trap: &Trap, host: &str) -> Vec<String> {
    trap.mailbox(host, &MailboxName::inbox()).messages.iter().map(|m| m.internal_date.to_string()).collect()
}

fn flags(trap: &Trap, host: &str) -> Vec<String> {
    trap.mailbox(host, &MailboxName::inbox()).messages.iter().map(|m| m.flags.to_string()).collect()
}

/// Codes of what a person is told before the start.
fn findings(trap: &Trap) -> Vec<FindingCode> {
    let of = |event| if let Event::InventoryTaken { inventory, .. } = event { inventory.findings } else { Vec::new() };
    trap.events().into_iter().flat_map(of).map(|finding| finding.code).collect()
}

#[test]
fn g10_dates_that_no_server_keeps_become_the_nearest_that_are_kept_and_it_is_said() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Dovecot, &[]).await;
        for (number, date) in ["01-Jan-0102 00:00:00 +0000", "05-May-1955 10:00:00 +0000", "19-Jan-2106 00:00:00 +0000"].iter().enumerate()
        {
            let bytes = format!("Subject: {number}\r\n\r\nx\r\n").into_bytes().into();
            let date: InternalDate = date.parse().expect("a date");
            trap.stage.world.put(&AccountKey::new(SOURCE), &MailboxName::inbox(), Flags::default(), date, bytes).expect("in memory");
        }
        let run = trap.copies().await;
        let journal: &dyn mailferry::ports::Journal = &trap.stage.journal;
        let report = mailferry::engine::report(journal, &run.session(), mailferry::domain::Moment(0)).await.expect("a report");
        assert!(report.to_markdown().contains("Dates moved: 2 messages have dates that no mail server keeps"), "{}", report.to_markdown());
        // A clock of three digits meant 2002.
        let kept = ["01-Jan-2002 00:00:00 +0000", "01-Jan-1970 00:00:00 +0000", "31-Dec-2037 23:59:59 +0000"];
        assert_eq!(dates(&trap, TARGET), kept);
        assert!(findings(&trap).contains(&FindingCode::Dates), "{:?}", findings(&trap));
        let verified = |e: &Event| matches!(e, Event::MailboxVerified { verified: 3, dates_differ: 0, .. });
        assert!(trap.events().iter().any(verified));
    });
}

#[test]
fn g10_a_date_is_written_with_english_months_a_day_of_two_places_and_a_zone() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Exchange, &["Subject: a\r\n\r\nx\r\n"]).await;
        // A day of one digit, padded and not, and a month in capitals.
        for (from, to) in [("\"14-Nov-2023", "\" 4-NOV-2023"), ("\"14-Nov-2023", "\"4-nov-2023")] {
            let trap = if from == to { continue } else { &trap };
            trap.source.on_reply(move |reply| replaced(&reply, from, to));
        }
        trap.copies().await;
        let date = "\"04-Nov-2023 23:13:20 +0100\"";
        assert!(trap.target.tape().iter().any(|said| said.holds(date.as_bytes())), "{:?}", trap.target.said("APPEND"));
    });
}

/// A message whose INTERNALDATE is not told, with this Date header; answers the date that it gets at the target.
async fn dated_by(header: &str) -> String {
    let trap = with_inbox(Dialect::Dovecot, &[&format!("Date: {header}\r\nSubject: x\r\n\r\nx\r\n")]).await;
    trap.source.on_reply(|reply| replaced(&reply, "INTERNALDATE \"14-Nov-2023 23:13:20 +0100\"", "INTERNALDATE NIL"));
    trap.copies().await;
    dates(&trap, TARGET)[0].clone()
}

#[test]
fn g10_dates_of_letters_are_read_in_all_the_shapes_that_were_seen() {
    real_time().block_on(async {
        for (header, date) in [
            ("Tue, 3 Feb 2026 10:00:00 +0100", "03-Feb-2026 10:00:00 +0100"),
            ("3 Feb 2026 10:00:00 +0100", "03-Feb-2026 10:00:00 +0100"),
            ("Tue, 3 Feb 2026 10:00 +0100", "03-Feb-2026 10:00:00 +0100"),
            ("Tue, 3 Feb 2026 10:00:00 +0100 (CET)", "03-Feb-2026 10:00:00 +0100"),
            ("Tue, 03 Feb 2026 10:00:00 GMT", "03-Feb-2026 10:00:00 +0000"),
            ("Tue, 3 Feb 2026 10.00.00 +0100", "03-Feb-2026 10:00:00 +0100"),
            ("Tue,  3 Feb 98 10:00:00 +0100", "03-Feb-1998 10:00:00 +0100"),
        ] {
            assert_eq!(dated_by(header).await, date, "{header}");
        }
    });
}

#[test]
fn g10_dates_with_dashes_in_american_order_or_with_the_year_last_are_read_too() {
    real_time().block_on(async {
        for (header, date) in [
            ("3-Feb-2026 10:00:00 +0100", "03-Feb-2026 10:00:00 +0100"),
            ("Tue Feb  3 10:00:00 2026", "03-Feb-2026 10:00:00 +0000"),
            ("02/03/2026 10:00:00", "03-Feb-2026 10:00:00 +0000"),
        ] {
            assert_eq!(dated_by(header).await, date, "{header}");
        }
    });
}

#[test]
fn g20_keywords_that_the_target_does_not_list_and_foreign_flags_are_left_out_and_counted() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Exchange, &[]).await;
        trap.put("\\Seen $MDNSent Projet-Lyon $NotJunk", b"Subject: a\r\n\r\nx\r\n");
        trap.put("\\Flagged", b"Subject: b\r\n\r\ny\r\n");
        trap.source.on_reply(|reply| replaced(&reply, "FLAGS (\\Flagged)", "FLAGS (\\Flagged \\Recent \\X-EON-HAS-ATTACHMENT)"));
        trap.copies().await;
        assert_eq!(flags(&trap, TARGET), ["\\Seen", "\\Flagged"]);
        let counted = |e: &Event| matches!(e, Event::MarksDropped { marks, .. } if marks.contains_key("Projet-Lyon") && marks.contains_key("$MDNSent"));
        assert!(trap.events().iter().any(counted));
        let commands = trap.target.tape();
        assert!(!commands.iter().any(|said| said.holds(b"\\Recent") || said.holds(b"X-EON") || said.holds(b"Projet-Lyon")));
        assert_eq!(trap.refusals(), Vec::<String>::new());
        assert!(findings(&trap).contains(&FindingCode::ForeignFlags), "{:?}", findings(&trap));
    });
}

#[test]
fn g20_a_flag_that_the_target_refuses_does_not_cost_the_message() {
    for word in ["BAD Invalid flag", "NO Unknown flag"] {
        real_time().block_on(async {
            let trap = with_inbox(Dialect::Dovecot, &[]).await;
            trap.put("\\Seen Odd-One", b"Subject: a\r\n\r\nx\r\n");
            trap.put("\\Answered", b"Subject: b\r\n\r\ny\r\n");
            let line = format!("{{tag}} {word}");
            trap.target
                .on_whole_command(move |said| if said.is("APPEND") && said.holds(b"Odd-One") { answer(&[&line]) } else { Act::Pass });
            trap.copies().await;
            assert_eq!(trap.arrived(), trap.texts(SOURCE));
            let mut flags = flags(&trap, TARGET);
            flags.sort();
            assert_eq!(flags, ["\\Answered", "\\Seen Odd-One"], "set once the message is there");
        });
    }
}

#[test]
fn g21_the_case_of_a_keyword_is_no_difference() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Exchange, &[]).await;
        trap.put("\\Seen $MdnSent", b"Subject: a\r\n\r\nx\r\n");
        trap.target.on_reply(|reply| if is_fetch(&reply) { replaced(&reply, "$MdnSent", "$MDNSENT") } else { reply });
        let mut run = trap.copies().await;
        run.submit(Command::RequestDelta { migration: run.session().migrations[0].id }).await;
        trap.in_time(run.until_verified()).await;
        assert_eq!(trap.target.said("UID STORE"), Vec::<String>::new(), "nothing is set again");
        let differs = |e: &Event| matches!(e, Event::MailboxVerified { flags_differ, .. } if *flags_differ > 0);
        assert!(!trap.events().iter().any(differs));
    });
}

#[test]
fn g22_mail_that_is_marked_for_deletion_arrives_in_the_trash_and_is_not_expunged() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        real_time().block_on(async {
            let trap = with_inbox(dialect, &[]).await;
            trap.put("\\Seen \\Deleted", b"Subject: a\r\n\r\nx\r\n");
            trap.put("\\Deleted", b"Subject: b\r\n\r\ny\r\n");
            let run = trap.copies().await;
            assert_eq!(findings(&trap).iter().filter(|code| **code == FindingCode::DeletedMail).count(), 1, "a person is told, once");
            let (choices, confirmed) = (|e: &Event| matches!(e, Event::ChoicesMade { .. }), |e: &Event| *e == Event::CopyConfirmed);
            let at = |is_it: fn(&Event) -> bool| trap.events().iter().position(is_it);
            assert!(at(choices).is_some() && at(choices) < at(confirmed), "what happens with it is written down before the copy");
            assert_eq!(trap.arrived(), [""; 0], "and it is there once");
            assert_eq!(run.session().migrations[0].refused(), 0);
            let trash = if dialect.is_exchange() { "Deleted Items" } else { "Trash" };
            let trash = MailboxName::from_segments([trash.to_owned()]).expect("a name");
            let there = trap.mailbox(TARGET, &trash).messages;
            assert_eq!((there.len(), there.iter().filter(|m| m.flags.has(SystemFlag::Deleted)).count()), (2, 0));
            assert_eq!(there.iter().filter(|m| m.flags.has(SystemFlag::Seen)).count(), 1, "its other flags are kept");
            // A target that removes such mail as soon as it sees the mark never sees it.
            let marks = |said: &Said| (said.is("APPEND") || said.is("UID STORE")) && said.line.contains("\\Deleted");
            assert!(!trap.target.tape().iter().any(marks));
            let marked = trap.mailbox(SOURCE, &MailboxName::inbox()).messages;
            assert!(marked.iter().all(|m| m.flags.has(SystemFlag::Deleted)) && marked.len() == 2, "the source is as it was");
            assert!(!trap.target.tape().iter().any(|said| said.line.to_ascii_uppercase().contains("EXPUNGE") || said.is("CLOSE")));
        });
    }
}

#[test]
fn g22_mail_that_is_marked_for_deletion_stays_marked_or_is_left_if_the_person_says_so() {
    for (deleted, inbox) in [(DeletedMail::Keep, 2), (DeletedMail::Skip, 1)] {
        real_time().block_on(async {
            let trap = with_inbox(Dialect::Dovecot, &["Subject: a\r\n\r\nx\r\n"]).await;
            trap.put("\\Deleted", b"Subject: b\r\n\r\ny\r\n");
            let mut run = trap.start().await;
            run.submit(Command::MakeChoices { choices: CopyChoices { deleted, ..CopyChoices::default() } }).await;
            trap.in_time(run.until_verified()).await;
            let there = trap.mailbox(TARGET, &MailboxName::inbox()).messages;
            let marked = there.iter().filter(|m| m.flags.has(SystemFlag::Deleted)).count();
            assert_eq!((there.len(), marked), (inbox, inbox - 1), "{deleted:?}");
            let all: usize = trap.stage.mail(TARGET).iter().map(|(_, _, messages)| messages.len()).sum();
            assert_eq!(all, inbox, "{deleted:?}: and nowhere else");
        });
    }
}

#[test]
fn g11_a_target_that_puts_its_own_date_stops_the_run_before_the_flood() {
    real_time().block_on(async {
        let many: Vec<String> = (0..60).map(|n| format!("Subject: {n}\r\n\r\nbody {n}\r\n")).collect();
        let trap = with_inbox(Dialect::Dovecot, &many.iter().map(String::as_str).collect::<Vec<_>>()).await;
        trap.target.on_command(|said| if said.is("APPEND") { Act::PassAs(without_dates(&said.bytes)) } else { Act::Pass });
        let mut run = trap.start().await;
        trap.in_time(run.until("it is shown", |session| !session.troubles.is_empty())).await;
        assert!(trap.arrived().len() <= 20, "{} are wrong already", trap.arrived().len());
        drop(run);
    });
}

/// An APPEND without its dates.
fn without_dates(command: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(command).into_owned();
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(") \"") {
        let end = at + 3 + rest[at + 3..].find('"').expect("a date ends");
        out.push_str(&rest[..=at]);
        rest = &rest[end + 1..];
    }
    (out + rest).into_bytes()
}

#[test]
fn g20_keywords_that_an_append_may_not_carry_are_stored_one_by_one() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Dovecot, &[]).await;
        trap.put("\\Seen Odd-One Good-One", b"Subject: a\r\n\r\nx\r\n");
        trap.target.on_whole_command(|said| {
            let is_odd =
                said.is("APPEND") && (said.holds(b"Odd-One") || said.holds(b"Good-One")) || said.is("UID STORE") && said.holds(b"Odd-One");
            if is_odd { answer(&["{tag} NO Invalid keyword"]) } else { Act::Pass }
        });
        trap.copies().await;
        assert_eq!(flags(&trap, TARGET), ["\\Seen Good-One"]);
    });
}
