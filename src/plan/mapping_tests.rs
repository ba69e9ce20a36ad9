//! Mailboxes find their place at the target: roles, names, what is not mail; and the laws of every mapping.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    FindingCode, Mapping, MappingAction, MappingError, SeenMailbox, SkipReason, TargetTraits, mail_in, map_mailboxes, resolve_at_target,
    validate_mapping,
};
use crate::domain::{MailboxId, MailboxName, Platform, Role, WireName};

fn name(path: &str) -> MailboxName {
    MailboxName::from_segments(path.split('/').map(|part| part.replace('⁄', "/"))).expect("valid")
}

fn seen(path: &str) -> SeenMailbox {
    SeenMailbox { name: name(path), wire: WireName(path.to_owned()), role: None, is_selectable: true, is_subscribed: true, messages: 3 }
}

fn list(paths: &[&str]) -> Vec<SeenMailbox> {
    paths.iter().map(|path| seen(path)).collect()
}

fn role(path: &str, role: Role) -> SeenMailbox {
    SeenMailbox { role: Some(role), ..seen(path) }
}

fn fresh(platform: Platform) -> TargetTraits {
    TargetTraits::of(platform, Some('/'), Vec::new())
}

fn copies(mapping: &Mapping) -> Vec<(String, String)> {
    mapping
        .mailboxes
        .iter()
        .filter_map(|m| match &m.action {
            MappingAction::Copy { to } => Some((m.name.segments().join("/"), to.segments().join("/"))),
            MappingAction::Skip { .. } => None,
        })
        .collect()
}

fn to<'a>(copies: &'a [(String, String)], from: &str) -> &'a str {
    copies.iter().find(|(name, _)| name == from).map_or("(skipped)", |(_, to)| to)
}

#[test]
fn roles_go_to_the_names_of_the_platform_with_all_that_is_below() {
    let source = [
        role("Sent", Role::Sent),
        role("Trash", Role::Trash),
        seen("Sent/2019"),
        seen("Sent/2019/May"),
        seen("Zebra"),
        seen("INBOX"),
        seen("INBOX/A"),
    ];
    let mapping = map_mailboxes(&source, Platform::Imap, &fresh(Platform::Exchange));
    let copies = copies(&mapping);
    assert_eq!(to(&copies, "Sent/2019/May"), "Sent Items/2019/May");
    assert_eq!(to(&copies, "Trash"), "Deleted Items");
    assert_eq!(to(&copies, "INBOX/A"), "INBOX/A");
    let order: Vec<&str> = copies.iter().map(|(from, _)| from.as_str()).collect();
    assert_eq!(order, ["INBOX", "Sent", "INBOX/A", "Sent/2019", "Sent/2019/May", "Trash", "Zebra"]);
    assert_eq!(mapping.mailboxes.iter().map(|m| m.id.0).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    assert_eq!(mapping.findings.len(), 2, "{:?}", mapping.findings);
}

#[test]
fn roles_are_known_by_custom_where_the_server_is_silent() {
    let source =
        list(&["INBOX", "E\u{301}le\u{301}ments envoye\u{301}s", "Brouillons", "Corbeille", "Courrier indésirable", "Projets/Corbeille"]);
    let copies = copies(&map_mailboxes(&source, Platform::Exchange, &fresh(Platform::Zimbra)));
    assert_eq!(to(&copies, "E\u{301}le\u{301}ments envoye\u{301}s"), "Sent");
    assert_eq!((to(&copies, "Brouillons"), to(&copies, "Corbeille"), to(&copies, "Courrier indésirable")), ("Drafts", "Trash", "Junk"));
    assert_eq!(to(&copies, "Projets/Corbeille"), "Projets/Corbeille");
}

#[test]
fn the_attribute_counts_more_than_the_name_and_one_mailbox_plays_a_role() {
    let source = [seen("INBOX"), seen("Sent"), role("Gesendet", Role::Sent), seen("Sent Items")];
    let target = TargetTraits::of(Platform::Exchange, Some('/'), list(&["INBOX", "Éléments envoyés"]));
    let copies = copies(&map_mailboxes(&source, Platform::Imap, &target));
    assert_eq!(to(&copies, "Gesendet"), "Éléments envoyés");
    assert_eq!((to(&copies, "Sent"), to(&copies, "Sent Items")), ("Sent", "Sent Items"));
}

#[test]
fn between_plain_servers_everything_keeps_its_name() {
    let source = list(&["INBOX", "Sent Messages", "INBOX/Drafts", "Notes", "Calendar", "a*b", " lead", "x&y", "Été"]);
    let mapping = map_mailboxes(&source, Platform::Imap, &fresh(Platform::Imap));
    assert!(copies(&mapping).iter().all(|(from, to)| from == to), "{mapping:?}");
    assert!(mapping.findings.is_empty());
}

#[test]
fn folders_of_exchange_without_mail_stay_and_are_named() {
    let source = list(&[
        "INBOX",
        "Kalender",
        "Kalender/Geburtstage",
        "Kontakte",
        "Aufgaben",
        "Notizen",
        "Postausgang",
        "Projekte/Notizen",
        "Working Set",
    ]);
    let mapping = map_mailboxes(&source, Platform::EmailPro, &fresh(Platform::Imap));
    assert_eq!(
        copies(&mapping),
        [("INBOX".to_owned(), "INBOX".to_owned()), ("Projekte/Notizen".to_owned(), "Projekte/Notizen".to_owned())]
    );
    let [finding] = mapping.findings.as_slice() else { panic!("{:?}", mapping.findings) };
    assert_eq!((finding.code, finding.params["names"].contains("Geburtstage")), (FindingCode::NotMail, true));
    let guided = map_mailboxes(&source, Platform::Imap, &fresh(Platform::Imap));
    assert_eq!(copies(&guided), copies(&mapping), "an Exchange named by host only is recognised");
}

#[test]
fn a_second_folder_of_a_kind_may_be_the_persons_own() {
    let mapping = map_mailboxes(&list(&["INBOX", "Calendar", "Agenda", "Tasks"]), Platform::Exchange, &fresh(Platform::Imap));
    assert_eq!(to(&copies(&mapping), "Agenda"), "Agenda");
    assert_eq!(to(&copies(&mapping), "Calendar"), "Calendar");
    assert_eq!(to(&copies(&mapping), "Tasks"), "(skipped)");
}

#[test]
fn messages_count_where_mail_is_kept() {
    let names = ["INBOX", "Kalender", "Kontakte", "Aufgaben", "Notizen", "Postausgang", "Projekte"];
    let mut mailboxes = list(&names);
    for (mailbox, messages) in mailboxes.iter_mut().zip([3, 50, 60, 70, 0, 0, 4]) {
        mailbox.messages = messages;
    }
    assert_eq!(mail_in(&mailboxes, Platform::EmailPro), 7);
    assert_eq!(mail_in(&mailboxes[..2], Platform::Zimbra), 53, "what is called so elsewhere is mail");
    mailboxes[6].is_selectable = false;
    assert_eq!(mail_in(&mailboxes, Platform::EmailPro), 3);
}

#[test]
fn mail_does_not_go_into_the_calendar() {
    let mapping = map_mailboxes(&list(&["Calendar", "Calendar/Old", "Notes", "A/Notes"]), Platform::Imap, &fresh(Platform::Exchange));
    let copies = copies(&mapping);
    assert_eq!(
        (to(&copies, "Calendar/Old"), to(&copies, "Notes"), to(&copies, "A/Notes")),
        ("Calendar (mail)/Old", "Notes (mail)", "A/Notes")
    );
}

#[test]
fn names_that_would_collide_or_cannot_exist_get_others() {
    let source = list(&["Work", "work", "WORK/x", "a⁄b", "a:b", "q\"", "trail ", "..", "e\u{301}t", "ét"]);
    let mapping = map_mailboxes(&source, Platform::Imap, &fresh(Platform::Zimbra));
    let copies = copies(&mapping);
    for (from, expected) in
        [("WORK/x", "WORK/x"), ("Work", "Work (2)"), ("work", "work (3)"), ("q\"", "q_"), ("trail ", "trail"), ("..", "_")]
    {
        assert_eq!(to(&copies, from), expected, "{from}");
    }
    assert_eq!(copies.iter().filter(|(_, to)| to == "a_b" || to == "a_b (2)").count(), 2);
    assert_eq!(copies.iter().filter(|(_, to)| to == "ét" || to == "ét (2)").count(), 2);
    assert!(mapping.findings.iter().all(|f| f.code == FindingCode::Renamed));
}

#[test]
fn a_flat_server_and_a_short_one_still_take_everything() {
    let mut target = TargetTraits::of(Platform::Imap, None, Vec::new());
    assert_eq!(to(&copies(&map_mailboxes(&list(&["A/B", "A_B"]), Platform::Imap, &target)), "A_B"), "A_B (2)");
    target.delimiter = Some('.');
    target.longest_segment = 8;
    let copies = copies(&map_mailboxes(&list(&["abcdefgh1", "abcdefgh2", "ab.cd"]), Platform::Imap, &target));
    assert_eq!((to(&copies, "abcdefgh1"), to(&copies, "abcdefgh2"), to(&copies, "ab.cd")), ("abcdefgh", "abcd (2)", "ab_cd"));
}

#[test]
fn what_cannot_be_opened_is_left_but_what_is_below_goes() {
    let source = [SeenMailbox { is_selectable: false, ..seen("Archives") }, seen("Archives/2019")];
    let mapping = map_mailboxes(&source, Platform::Imap, &fresh(Platform::Imap));
    assert_eq!(mapping.mailboxes[0].action, MappingAction::Skip { reason: SkipReason::NotSelectable });
    assert_eq!(to(&copies(&mapping), "Archives/2019"), "Archives/2019");
}

#[test]
fn once_the_target_can_be_seen_names_follow_what_is_there() {
    let source = [seen("INBOX"), role("Sent", Role::Sent), seen("Sent/2019"), seen("Éléments envoyés"), seen("PROJECTS")];
    let mapping = map_mailboxes(&source, Platform::Imap, &fresh(Platform::Exchange));
    let target = TargetTraits::of(Platform::Exchange, Some('/'), list(&["INBOX", "Éléments envoyés", "Projects"]));
    let resolved = resolve_at_target(&mapping.mailboxes, &target);
    let find = |path: &str| {
        let id = mapping.mailboxes.iter().find(|m| m.name == name(path)).map(|m| m.id).expect("mapped");
        resolved[&id].to_string()
    };
    assert_eq!((find("Sent"), find("Sent/2019")), ("Éléments envoyés".to_owned(), "Éléments envoyés/2019".to_owned()));
    assert_eq!((find("Éléments envoyés"), find("PROJECTS")), ("Éléments envoyés (2)".to_owned(), "Projects".to_owned()));
}

#[test]
fn an_edited_mapping_is_checked() {
    let mut mapping = map_mailboxes(&list(&["INBOX", "A", "B", "C"]), Platform::Imap, &fresh(Platform::Exchange)).mailboxes;
    assert_eq!(validate_mapping(&mapping, &fresh(Platform::Exchange)), []);
    mapping[2].action = MappingAction::Copy { to: name("a") };
    mapping[3].action = MappingAction::Copy { to: name("Calendar") };
    let errors = validate_mapping(&mapping, &fresh(Platform::Exchange));
    assert_eq!(
        errors,
        [
            MappingError::SameTarget { first: MailboxId(2), second: MailboxId(3), to: name("a") },
            MappingError::IllegalName { mailbox: MailboxId(4), to: name("Calendar") },
        ]
    );
}

fn some_mailboxes() -> impl Strategy<Value = Vec<SeenMailbox>> {
    let part = prop_oneof![
        "[a-cA-C]{1,2}",
        Just("Sent".to_owned()),
        Just("sent items".to_owned()),
        Just("INBOX".to_owned()),
        Just("Calendar".to_owned()),
        Just("Trash".to_owned()),
        "[a./:é ]{1,3}",
        Just("e\u{301}".to_owned()),
        Just("a (2)".to_owned()),
        "[日本]{1,4}",
    ];
    let role = proptest::option::weighted(0.1, proptest::sample::select(Role::ALL.to_vec()));
    let mailbox = (proptest::collection::vec(part, 1..4), role, proptest::bool::weighted(0.9));
    proptest::collection::vec(mailbox, 0..25).prop_map(|all| {
        let mut known = BTreeSet::new();
        all.into_iter()
            .filter_map(|(parts, role, is_selectable)| {
                let name = MailboxName::from_segments(parts).ok()?;
                let wire = WireName(name.segments().join("|"));
                known.insert(wire.clone()).then_some(SeenMailbox { name, wire, role, is_selectable, is_subscribed: true, messages: 1 })
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_mapping_can_be_carried_out(
        source in some_mailboxes(), existing in some_mailboxes(), platform in proptest::sample::select(Platform::ALL.to_vec()),
        from in proptest::sample::select(Platform::ALL.to_vec()), delimiter in proptest::sample::select(vec![Some('/'), Some('.'), None]), longest in 16usize..40,
    ) {
        let mut target = TargetTraits::of(platform, delimiter, Vec::new());
        target.longest_segment = longest;
        let mapping = map_mailboxes(&source, from, &target);
        prop_assert_eq!(mapping.mailboxes.len(), source.len());
        prop_assert_eq!(validate_mapping(&mapping.mailboxes, &target), []);
        prop_assert_eq!(&map_mailboxes(&source, from, &target), &mapping);
        for inbox in mapping.mailboxes.iter().filter(|m| m.name.is_inbox()) {
            let is_moved = matches!(&inbox.action, MappingAction::Copy { to } if !to.is_inbox());
            prop_assert!(!is_moved, "INBOX stays INBOX");
        }
        let mut reversed = source.clone();
        reversed.reverse();
        prop_assert_eq!(&map_mailboxes(&reversed, from, &target).mailboxes, &mapping.mailboxes);

        target.existing = existing;
        let resolved = resolve_at_target(&mapping.mailboxes, &target);
        let folded: BTreeSet<String> = resolved.values().map(|to| if target.is_case_insensitive { to.segments().join("|").to_lowercase() } else { to.segments().join("|") }).collect();
        prop_assert_eq!(folded.len(), copies(&mapping).len(), "different mailboxes stay different at the target");
    }
}
