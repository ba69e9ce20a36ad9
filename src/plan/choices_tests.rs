//! Choices: what happens with names that collide and with mail marked as deleted.

use std::collections::BTreeMap;

use super::{
    FindingCode, MailPart, MailboxMapping, MappingAction, SeenMailbox, TargetTraits, map_mailboxes, validate_mapping, with_choices,
};
use crate::domain::{Collisions, CopyChoices, DeletedMail};
use crate::domain::{MailboxId, MailboxName, Platform, Role, WireName};

fn list(paths: &[&str]) -> Vec<SeenMailbox> {
    let seen = |path: &&str| SeenMailbox {
        name: MailboxName::from_segments(path.split('/').map(str::to_owned)).expect("a name"),
        wire: WireName((*path).to_owned()),
        role: None,
        is_selectable: true,
        is_subscribed: true,
        messages: 3,
    };
    paths.iter().map(seen).collect()
}

fn targets(mailboxes: &[MailboxMapping]) -> Vec<(String, String)> {
    let copied = mailboxes.iter().filter_map(|m| match &m.action {
        MappingAction::Copy { to } => Some((m.wire.to_string(), to.to_string())),
        MappingAction::Skip { .. } => None,
    });
    copied.collect()
}

fn to<'a>(targets: &'a [(String, String)], from: &str) -> &'a str {
    targets.iter().find(|(wire, _)| wire == from).map_or("(left)", |(_, to)| to)
}

const BETWEEN: (Platform, Platform) = (Platform::Imap, Platform::Exchange);

fn proposed(paths: &[&str]) -> Vec<MailboxMapping> {
    map_mailboxes(&list(paths), BETWEEN.0, &TargetTraits::of(BETWEEN.1, Some('/'), Vec::new())).mailboxes
}

#[test]
fn g37_names_that_differ_in_case_are_numbered_or_merged_with_all_that_is_below() {
    let paths = ["INBOX", "Work", "work", "WORK/x", "work/X", "SENT", "sent items", "inbox2"];
    let apart = targets(&proposed(&paths));
    assert_ne!(to(&apart, "Work").to_lowercase(), to(&apart, "work").to_lowercase());
    let merge = CopyChoices { collisions: Collisions::Merge, ..CopyChoices::default() };
    let merged = with_choices(&proposed(&paths), &BTreeMap::new(), BETWEEN, merge);
    let together = targets(&merged);
    assert_eq!(to(&together, "Work"), to(&together, "work"));
    assert_eq!(to(&together, "WORK/x"), to(&together, "work/X"));
    let traits = TargetTraits { collisions: Collisions::Merge, ..TargetTraits::of(BETWEEN.1, Some('/'), Vec::new()) };
    assert_eq!(validate_mapping(&merged, &traits), []);
    let findings = map_mailboxes(&list(&paths), BETWEEN.0, &traits).findings;
    assert!(findings.iter().any(|f| f.code == FindingCode::Merged && f.params["names"].contains("work")), "{findings:?}");
    assert_eq!(targets(&with_choices(&merged, &BTreeMap::new(), BETWEEN, CopyChoices::default())), apart, "and back");
}

#[test]
fn g37_what_a_person_named_stays_as_it_is() {
    let mut edited = proposed(&["Work", "work"]);
    let own = MappingAction::Copy { to: MailboxName::from_segments(["Mine".to_owned()]).expect("a name") };
    edited[1].action = own.clone();
    let merge = CopyChoices { collisions: Collisions::Merge, ..CopyChoices::default() };
    assert_eq!(with_choices(&edited, &BTreeMap::new(), BETWEEN, merge)[1].action, own);
}

#[test]
fn g22_deleted_mail_is_a_part_of_its_own_that_goes_into_the_trash() {
    let mailboxes = proposed(&["INBOX", "Trash", "Work"]);
    let id = |wire: &str| mailboxes.iter().find(|m| m.wire.0 == wire).map(|m| m.id).expect("there");
    let marked = BTreeMap::from([(id("INBOX"), 4), (id("Trash"), 2)]);
    let parts = with_choices(&mailboxes, &marked, BETWEEN, CopyChoices::default());
    let [.., last] = parts.as_slice() else { panic!("mailboxes") };
    assert_eq!((parts.len(), last.id, last.part, last.messages), (4, MailboxId(4), MailPart::Marked, 4));
    assert_eq!(last.action, parts.iter().find(|m| m.role == Some(Role::Trash)).expect("there").action);
    let part_of = |all: &[MailboxMapping], wire: &str| all.iter().find(|m| m.wire.0 == wire).map(|m| m.part);
    assert_eq!((part_of(&parts, "INBOX"), part_of(&parts, "Work")), (Some(MailPart::Unmarked), Some(MailPart::All)));
    let skip = with_choices(&parts, &marked, BETWEEN, CopyChoices { deleted: DeletedMail::Skip, ..CopyChoices::default() });
    assert!(skip.len() == 3 && skip.iter().all(|m| m.part == MailPart::Unmarked));
    let keep = with_choices(&skip, &marked, BETWEEN, CopyChoices { deleted: DeletedMail::Keep, ..CopyChoices::default() });
    assert_eq!(keep, mailboxes);
    assert_eq!(validate_mapping(&parts, &TargetTraits::of(BETWEEN.1, Some('/'), Vec::new())), []);
}

#[test]
fn g22_without_a_trash_it_goes_where_the_platform_keeps_it() {
    let mailboxes = proposed(&["INBOX"]);
    let marked = BTreeMap::from([(mailboxes[0].id, 1)]);
    let parts = with_choices(&mailboxes, &marked, BETWEEN, CopyChoices::default());
    assert_eq!(targets(&parts)[1].1, "Deleted Items");
}

/// As in the journal: an object that names its kind.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event")]
enum Told {
    Taken { inventory: crate::plan::Inventory },
}

#[test]
fn what_was_counted_comes_back_from_an_event() {
    let inventory = crate::plan::Inventory {
        source: crate::domain::Capabilities::default(),
        mailboxes: Vec::new(),
        messages: 0,
        bytes: crate::domain::ByteSize(0),
        findings: Vec::new(),
        marked: BTreeMap::from([(crate::domain::MailboxId(13), 2)]),
    };
    let told = Told::Taken { inventory };
    let text = serde_json::to_string(&told).expect("JSON");
    assert_eq!(serde_json::from_str::<Told>(&text).expect("the same"), told);
}
