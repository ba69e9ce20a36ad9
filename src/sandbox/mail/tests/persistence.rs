//! A world in a folder: what was answered is there after the process is gone.

use std::fs::OpenOptions;
use std::io::Write;

use bytes::Bytes;

use super::super::{AccountKey, Fill, FolderLanguage, MailWorld, Template};
use super::{filled, message, name};
use crate::domain::{Flags, Uid};

fn owner() -> Fill {
    let owner = "john.smith@mydomain.ovh".parse().expect("valid");
    Fill { messages: 40, owner, language: FolderLanguage::English, years: 3, template: Template::Dovecot }
}

#[test]
fn every_kind_of_change_is_there_after_opening_again() {
    let folder = tempfile::tempdir().expect("folder");
    let world = MailWorld::open(folder.path(), 7).expect("opened");
    let key = AccountKey::new("john");
    world.fill(&key, &owner()).expect("filled");
    let gone = filled(&world, "gone", Template::Exchange, 10);
    world.drop_account(&gone).expect("dropped");
    let inbox = name(&["INBOX"]);
    let extra = name(&["Été", "neu"]);
    world.add_mailbox(&key, &extra, None).expect("added");
    world.subscribe(&key, &extra).expect("subscribed");
    let (flags, date, bytes) = message("one");
    let uid = world.put(&key, &inbox, flags, date, bytes).expect("put");
    world.remove(&key, &inbox, &[uid]).expect("removed");
    let (flags, date, _) = message("");
    let binary = Bytes::from_static(b"no line end {\"x\": 1}\n\0\xff");
    let next = world.put(&key, &extra, flags, date, binary).expect("put");
    assert_eq!(next, Uid(1));
    world.renumber(&key, &inbox).expect("renumbered");
    let before = world.snapshot(&key);
    // Nothing is closed in an orderly way: the second world reads what the first one wrote.
    let again = MailWorld::open(folder.path(), 7).expect("opened");
    assert_eq!(again.snapshot(&key), before);
    assert!(!again.has_account(&gone));
}

#[test]
fn a_tail_cut_in_the_middle_of_a_write_is_dropped() {
    let folder = tempfile::tempdir().expect("folder");
    let key = AccountKey::new("john");
    let world = MailWorld::open(folder.path(), 7).expect("opened");
    world.create_empty(&key, Template::Dovecot).expect("created");
    let (flags, date, bytes) = message("kept");
    world.put(&key, &name(&["INBOX"]), flags, date, bytes).expect("put");
    let before = world.snapshot(&key);
    let log = folder.path().join("mail.log");
    let whole = std::fs::read(&log).expect("log");
    let (flags, date, bytes) = message("cut");
    world.put(&key, &name(&["INBOX"]), flags, date, bytes).expect("put");
    let longer = std::fs::read(&log).expect("log");
    drop(world);
    for cut in whole.len()..longer.len() {
        let mut file = OpenOptions::new().write(true).truncate(true).open(&log).expect("log");
        file.write_all(&longer[..cut]).expect("written");
        let again = MailWorld::open(folder.path(), 7).expect("opened");
        assert_eq!(again.snapshot(&key), before, "cut at {cut}");
    }
}

#[test]
fn a_world_of_another_seed_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    MailWorld::open(folder.path(), 7).expect("opened");
    assert!(MailWorld::open(folder.path(), 8).is_err());
}

#[test]
fn uid_validity_never_comes_back() {
    let world = MailWorld::in_memory(7);
    let key = AccountKey::new("john");
    world.create_empty(&key, Template::Dovecot).expect("created");
    let before = world.snapshot(&key).mailboxes[&name(&["INBOX"])].uid_validity;
    world.drop_account(&key).expect("dropped");
    world.create_empty(&key, Template::Dovecot).expect("created");
    assert!(world.snapshot(&key).mailboxes[&name(&["INBOX"])].uid_validity > before);
}

#[test]
fn putting_where_there_is_no_mailbox_is_an_error() {
    let world = MailWorld::in_memory(7);
    let key = AccountKey::new("john");
    world.create_empty(&key, Template::Dovecot).expect("created");
    assert!(world.put(&key, &name(&["Nowhere"]), Flags::default(), super::date(), Bytes::new()).is_err());
}
