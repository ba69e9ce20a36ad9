//! G35 to G40: names of mailboxes, their roles, and what is no mailbox for mail.

use std::collections::BTreeSet;

use mailferry::domain::{MailboxName, Role};
use mailferry::plan::{FindingCode, MappingAction, SkipReason};
use mailferry::problem::ProblemCode;
use mailferry::sandbox::mail::{AccountKey, Dialect, Fault, Fill, FolderLanguage, Scope, Template};
use mailferry::session::{Command, CopyState, Event};

use crate::between::{Act, bye, replaced};
use crate::stage::{Trap, real_time, towards, with_inbox};
use crate::support::guided::{SOURCE, TARGET, message, name, put};

/// A mailbox at the source with one message in it.
fn make(trap: &Trap, path: &[&str], number: usize) {
    let (key, name) = (AccountKey::new(SOURCE), name(path));
    for depth in 1..=path.len() {
        let above = MailboxName::from_segments(path[..depth].iter().map(|s| (*s).to_owned())).expect("valid");
        trap.stage.world.add_mailbox(&key, &above, None).expect("in memory");
    }
    put(&trap.stage.world, &key, &name, "", message(number));
}

/// Names of the target's mailboxes that hold mail, with the numbers of their messages.
fn there(trap: &Trap) -> Vec<(String, usize)> {
    let snapshot = trap.stage.world.snapshot(&AccountKey::new(TARGET));
    let held = snapshot.mailboxes.iter().filter(|(_, m)| !m.messages.is_empty());
    held.map(|(name, m)| (name.to_string(), m.messages.len())).collect()
}

const ODD_NAMES: [&str; 14] = [
    "Été",
    "E\u{301}te\u{301} d\u{e9}compos\u{e9}",
    "R&D",
    "a&-b",
    "plus+plus",
    "someone@example",
    "\"quoted\"",
    "star*",
    "100 %",
    "back\\slash",
    "日本 👍",
    "it's",
    "{12}",
    "(round)",
];

#[test]
fn g35_names_of_any_letters_arrive_on_both_kinds_of_servers() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        real_time().block_on(async {
            let trap = with_inbox(dialect, &[]).await;
            for (number, odd) in ODD_NAMES.iter().enumerate() {
                make(&trap, &[odd], number);
                make(&trap, &["below", odd], 100 + number);
            }
            let run = trap.copies().await;
            assert_eq!(run.session().migrations[0].refused(), 0);
            assert_eq!(there(&trap).iter().map(|(_, count)| count).sum::<usize>(), 2 * ODD_NAMES.len(), "{:?}", there(&trap));
            assert_eq!(there(&trap).len(), 2 * ODD_NAMES.len(), "none became one with another: {:?}", there(&trap));
            assert!(there(&trap).iter().any(|(name, _)| name == "below/R&D"));
        });
    }
}

#[test]
fn g35_composed_and_decomposed_letters_are_one_name_for_people_and_two_mailboxes_stay_two() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Dovecot, &[]).await;
        make(&trap, &["\u{c9}t\u{e9}"], 1);
        make(&trap, &["E\u{301}te\u{301}"], 2);
        trap.copies().await;
        assert_eq!(there(&trap).iter().map(|(_, count)| count).sum::<usize>(), 2);
        assert_eq!(there(&trap).len(), 2, "{:?}", there(&trap));
        let spelled: Vec<String> = trap.target.said("CREATE");
        assert!(
            spelled.iter().any(|line| line.contains("&AMk-t&AOk-")) && !spelled.iter().any(|line| line.contains("E&AwE-")),
            "{spelled:?}"
        );
    });
}

#[test]
fn g35_a_delimiter_inside_a_name_and_names_too_long_are_mended_segment_by_segment_and_shown() {
    real_time().block_on(async {
        // `/` is a letter where `.` parts levels, and the other way round.
        let trap = Trap::with(Dialect::DovecotSlash, Dialect::Dovecot, "right").await;
        trap.empty_source(Template::Dovecot);
        make(&trap, &["v2.0", "b.c"], 1);
        make(&trap, &["x".repeat(250).as_str()], 2);
        let run = trap.copies().await;
        assert_eq!(there(&trap).iter().map(|(_, count)| count).sum::<usize>(), 2, "{:?}", there(&trap));
        assert!(there(&trap).iter().any(|(name, _)| name.split('/').count() == 2 && !name.contains('.')), "{:?}", there(&trap));
        // The reverse map is kept: each mailbox remembers where it went.
        let session = run.session();
        let copied = session.migrations[0].mailboxes.values().filter(|m| matches!(m.mapping.action, MappingAction::Copy { .. }));
        assert!(copied.clone().count() > 2 && copied.into_iter().all(|m| m.to.is_some()));
    });
}

#[test]
fn g36_a_prefix_is_known_from_the_namespace_and_inbox_from_its_meaning() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        make(&trap, &["INBOX", "below"], 40);
        // The target has everything below `INBOX.`, and spells its inbox in its own way.
        trap.target.on_command(|said| {
            let is_append = said.is("APPEND");
            let bytes = if is_append { head_replaced(&said.bytes) } else { replaced(&said.bytes, "\"INBOX.", "\"") };
            Act::PassAs(bytes)
        });
        trap.target.on_reply(|reply| {
            let said = String::from_utf8_lossy(&reply).into_owned();
            if said.starts_with("* NAMESPACE") {
                return b"* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n".to_vec();
            }
            match said.strip_prefix("* LIST ").or_else(|| said.strip_prefix("* LSUB ")).and_then(|rest| rest.split_once(" \".\" ")) {
                Some((attributes, name)) => {
                    let kind = &said[..7];
                    let name = name.trim_end().trim_matches('"');
                    let name = if name.eq_ignore_ascii_case("INBOX") { "Inbox".to_owned() } else { format!("INBOX.{name}") };
                    format!("{kind}{attributes} \".\" \"{name}\"\r\n").into_bytes()
                }
                None => reply,
            }
        });
        let run = trap.copies().await;
        assert!(run.session().troubles.is_empty());
        let created = trap.target.said("CREATE");
        assert!(
            !created.is_empty() && created.iter().all(|line| line.contains("\"INBOX.") && !line.contains("\"INBOX.INBOX")),
            "{created:?}"
        );
        assert_eq!(trap.arrived(), trap.texts(SOURCE));
        let all = |host: &str| -> usize {
            trap.stage.world.snapshot(&AccountKey::new(host)).mailboxes.values().map(|mailbox| mailbox.messages.len()).sum()
        };
        assert_eq!(all(TARGET), all(SOURCE), "{:?}", there(&trap));
    });
}

/// Takes the prefix out of the first line only.
fn head_replaced(command: &[u8]) -> Vec<u8> {
    let end = command.iter().position(|b| *b == b'\n').map_or(command.len(), |at| at + 1);
    let head = String::from_utf8_lossy(&command[..end]).replace("\"INBOX.", "\"");
    [head.as_bytes(), &command[end..]].concat()
}

#[test]
fn g37_names_that_a_server_takes_for_one_lose_no_message() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Exchange, &[]).await;
        make(&trap, &["Projects"], 1);
        make(&trap, &["PROJECTS"], 2);
        make(&trap, &["PROJECTS"], 2);
        make(&trap, &["projects"], 2);
        let mut run = trap.copies().await;
        assert_eq!(there(&trap).iter().map(|(_, count)| count).sum::<usize>(), 4, "{:?}", there(&trap));
        run.submit(Command::RequestDelta { migration: run.session().migrations[0].id }).await;
        trap.in_time(run.until_verified()).await;
        assert_eq!(there(&trap).iter().map(|(_, count)| count).sum::<usize>(), 4, "nor doubles one: {:?}", there(&trap));
    });
}

#[test]
fn g38_roles_are_known_by_custom_in_many_languages_with_all_that_is_below() {
    for (language, below) in [
        ("Éléments envoyés", "2019"),
        ("E\u{301}le\u{301}ments envoye\u{301}s", "2019"),
        ("Gesendete Elemente", "Alt"),
        ("Posta inviata", "x"),
        ("Отправленные", "y"),
        ("送信済みアイテム", "z"),
    ] {
        real_time().block_on(async {
            let trap = Trap::with(Dialect::Exchange, Dialect::Dovecot, "right").await;
            let key = AccountKey::new(SOURCE);
            trap.empty_source(Template::Exchange);
            // Only INBOX is left of the usual mailboxes: the one role is played by the mailbox of this name.
            trap.source.on_reply(|reply| {
                let said = String::from_utf8_lossy(&reply).into_owned();
                if said.starts_with("* LIST") && said.contains("Sent Items") { Vec::new() } else { reply }
            });
            trap.stage.world.add_mailbox(&key, &name(&[language]), None).expect("in memory");
            make(&trap, &[language, below], 1);
            put(&trap.stage.world, &key, &name(&[language]), "\\Seen", message(2));
            trap.copies().await;
            let there = there(&trap);
            assert!(there.contains(&("Sent".to_owned(), 1)) && there.contains(&(format!("Sent/{below}"), 1)), "{language}: {there:?}");
        });
    }
}

#[test]
fn g38_an_attribute_counts_also_where_nobody_advertised_it() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        make(&trap, &["Verschicktes"], 1);
        trap.source.on_reply(|reply| {
            let reply = replaced(&reply, " SPECIAL-USE", "");
            let said = String::from_utf8_lossy(&reply).into_owned();
            if said.starts_with("* LIST") && said.contains("\\Sent") {
                return said.replace("\\Sent", "\\HasNoChildren").into_bytes();
            }
            if said.starts_with("* LIST") && said.contains("Verschicktes") {
                return said.replacen("* LIST (", "* LIST (\\Sent ", 1).into_bytes();
            }
            reply
        });
        trap.copies().await;
        assert!(there(&trap).iter().any(|(name, count)| name == "Sent" && *count == 1), "{:?}", there(&trap));
        let snapshot = trap.stage.world.snapshot(&AccountKey::new(TARGET));
        assert_eq!(snapshot.mailboxes[&name(&["Sent"])].role, Some(Role::Sent));
    });
}

#[test]
fn g39_what_is_no_mail_stays_and_is_named() {
    for language in [FolderLanguage::English, FolderLanguage::French, FolderLanguage::German] {
        real_time().block_on(async {
            let trap = Trap::with(Dialect::Exchange, Dialect::Dovecot, "right").await;
            let key = AccountKey::new(SOURCE);
            trap.stage.world.drop_account(&key).expect("in memory");
            let owner = "anna@example.com".parse().expect("an address");
            let fill = Fill { messages: 20, owner, language, years: 1, template: Template::Exchange };
            trap.stage.world.fill(&key, &fill).expect("in memory");
            let run = trap.copies().await;
            let session = run.session();
            let mailboxes = session.migrations[0].mailboxes.values();
            let skipped = mailboxes.filter(|m| m.mapping.action == MappingAction::Skip { reason: SkipReason::NotMail }).count();
            let session = run.session();
            let names: Vec<String> = session.migrations[0].mailboxes.values().map(|m| m.mapping.name.to_string()).collect();
            assert!(skipped >= 7 || names.len() < 10, "{skipped} of {names:?}");
            let created = trap.target.said("CREATE").join("\n");
            for word in ["Calend", "Kalender", "Contacts", "Kontakte", "Journal", "Notes", "Notizen", "Tasks", "Aufgaben"] {
                assert!(!created.contains(word), "{created}");
            }
            let told = |event: &Event| matches!(event, Event::InventoryTaken { inventory, .. } if inventory.findings.iter().any(|f| f.code == FindingCode::NotMail));
            assert!(trap.events().iter().any(told), "a person is told");
        });
    }
}

#[test]
fn g40_a_mailbox_that_cannot_be_opened_is_left_and_what_is_below_it_goes() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Dovecot, &[]).await;
        make(&trap, &["Shelf", "Book"], 1);
        trap.source.on_reply(|reply| {
            let said = String::from_utf8_lossy(&reply).into_owned();
            let is_shelf = said.starts_with("* LIST") && (said.ends_with(" Shelf\r\n") || said.ends_with(" \"Shelf\"\r\n"));
            if is_shelf { said.replacen("* LIST (", "* LIST (\\Noselect ", 1).into_bytes() } else { reply }
        });
        trap.source.on_command(|said| {
            let opens = (said.is("EXAMINE") || said.is("STATUS")) && (said.line.contains(" Shelf ") || said.line.contains("\"Shelf\""));
            if opens { bye("You shall not") } else { Act::Pass }
        });
        trap.copies().await;
        assert_eq!(there(&trap), [("Shelf/Book".to_owned(), 1)]);
    });
}

#[test]
fn g35_blanks_around_a_name_that_a_server_refuses_are_taken_away() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Exchange, &[]).await;
        make(&trap, &[" leading"], 1);
        make(&trap, &["trailing "], 2);
        make(&trap, &["trailing"], 3);
        trap.copies().await;
        assert_eq!(there(&trap).len(), 3, "{:?}", there(&trap));
        assert!(there(&trap).iter().all(|(name, _)| name.trim() == name), "{:?}", there(&trap));
    });
}

#[test]
fn g35_a_name_that_a_target_refuses_against_all_knowledge_is_mended_once_and_then_listed() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Dovecot, &[]).await;
        make(&trap, &["Q&A"], 1);
        make(&trap, &["Q_A"], 2);
        make(&trap, &["Q&A", "below"], 3);
        trap.stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::RefuseName("&".to_owned()));
        trap.copies().await;
        let expected = [("Q_A", 1), ("Q_A (2)", 1), ("Q_A (2)/below", 1)];
        let mut told: Vec<String> = trap
            .events()
            .into_iter()
            .filter_map(|event| if let Event::MailboxPrepared { name, .. } = event { name.map(|name| name.to_string()) } else { None })
            .collect();
        told.sort();
        let mut found = there(&trap);
        found.sort();
        assert_eq!(found, expected.map(|(name, count)| (name.to_owned(), count)));
        assert_eq!(told, ["Q_A (2)", "Q_A (2)/below"], "under which name is written down");
        let trap = with_inbox(Dialect::Dovecot, &[]).await;
        make(&trap, &["Quiz & co"], 1);
        trap.stage.world.faults().set(Scope::Host(TARGET.to_owned()), Fault::RefuseName("Quiz".to_owned()));
        trap.stops_by(ProblemCode::MailboxRefused).await;
        let tape = trap.target.tape();
        let asked: BTreeSet<&str> =
            tape.iter().filter(|said| said.is("CREATE") && said.line.contains("Quiz")).map(|said| said.line.as_str()).collect();
        assert_eq!(asked.into_iter().collect::<Vec<_>>(), ["CREATE \"Quiz &- co\"", "CREATE \"Quiz _ co\""], "as it is, and mended");
    });
}

/// Whether a person was told that two mailboxes become one.
fn merging_is_told(trap: &Trap) -> bool {
    let told = |event: &Event| matches!(event, Event::InventoryTaken { inventory, .. } if inventory.findings.iter().any(|f| f.code == FindingCode::Merged));
    trap.events().iter().any(told)
}

#[test]
fn g37_names_that_differ_in_case_only_stay_apart_or_it_is_told_before_the_start() {
    real_time().block_on(async {
        let trap = with_inbox(Dialect::Exchange, &[]).await;
        make(&trap, &["Projects"], 1);
        make(&trap, &["PROJECTS"], 2);
        make(&trap, &["projects"], 3);
        trap.copies().await;
        assert_eq!(there(&trap).iter().map(|(_, count)| count).sum::<usize>(), 3, "{:?}", there(&trap));
        assert!(there(&trap).len() == 3 || merging_is_told(&trap), "silently one: {:?}", there(&trap));
    });
}

/// Copies from a server without LIST-STATUS that says goodbye when it is asked for the state of a mailbox that this names.
async fn goodbye_at_status(name: &'static str) -> Trap {
    let trap = Trap::with(Dialect::Minimal, Dialect::Dovecot, "right").await;
    make(&trap, &["Locked"], 1);
    trap.source.on_command(move |said| {
        let asks = said.is("STATUS") && said.line.to_ascii_uppercase().contains(&name.to_ascii_uppercase());
        if asks { bye("Server unavailable") } else { Act::Pass }
    });
    trap
}

#[test]
fn g40_a_goodbye_at_the_state_of_one_mailbox_costs_no_other_and_not_even_this_one_if_it_opens() {
    for name in ["Locked", "INBOX"] {
        real_time().block_on(async {
            let trap = goodbye_at_status(name).await;
            trap.copies_all().await;
            assert!(trap.source.said("STATUS").len() > 3, "the server has no other way to tell states");
            assert!(there(&trap).contains(&("Locked".to_owned(), 1)), "{name}: {:?}", there(&trap));
        });
    }
}

#[test]
fn g40_an_inbox_that_closes_every_connection_is_never_set_aside() {
    real_time().block_on(async {
        let trap = Trap::with(Dialect::Minimal, Dialect::Dovecot, "right").await;
        let mut closes = crate::stage::times(12);
        trap.source.on_command(move |said| {
            let opens = said.is("EXAMINE") && said.line.to_ascii_uppercase().contains("INBOX");
            if opens && closes() { bye("Server unavailable") } else { Act::Pass }
        });
        trap.copies_all().await;
        let set_aside = |e: &Event| matches!(e, Event::TaskStopped { problem, .. } if problem.code == ProblemCode::MailboxRefused);
        assert!(!trap.events().iter().any(set_aside), "it is waited for");
    });
}

#[test]
fn g40_a_mailbox_that_closes_every_connection_is_left_and_the_others_go_on() {
    real_time().block_on(async {
        let trap = towards(Dialect::Dovecot).await;
        make(&trap, &["Locked"], 1);
        trap.source.on_command(|said| {
            let opens = (said.is("EXAMINE") || said.is("STATUS")) && said.line.contains("\"Locked\"");
            if opens { bye("Server unavailable") } else { Act::Pass }
        });
        let mut run = trap.start().await;
        let others = |session: &mailferry::session::Session| {
            let inbox = session.migrations.iter().flat_map(|m| m.mailboxes.values()).find(|m| m.mapping.name.is_inbox());
            inbox.is_some_and(|m| matches!(m.state, CopyState::Verified)) && !session.troubles.is_empty()
        };
        trap.in_time(run.until("the others are there, and it is told", others)).await;
        assert_eq!(trap.arrived(), trap.texts(SOURCE));
    });
}
