//! Filled stores: the same for a seed, varied, sized like real mail, and readable again after a rebuild.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{AccountSnapshot, MailWorld, Template, rebuilt};
use super::filled;
use crate::domain::{Role, SystemFlag};
use crate::mailcopy::Fingerprint;

fn snapshot(seed: u64, template: Template, messages: u32) -> AccountSnapshot {
    let world = MailWorld::in_memory(seed);
    let key = filled(&world, "john", template, messages);
    world.snapshot(&key)
}

#[test]
fn the_same_seed_fills_the_same_mail() {
    let (one, other) = (snapshot(7, Template::Dovecot, 300), snapshot(7, Template::Dovecot, 300));
    assert_eq!(one, other);
    assert_ne!(one, snapshot(8, Template::Dovecot, 300));
    let world = MailWorld::in_memory(7);
    assert_ne!(world.snapshot(&filled(&world, "a", Template::Dovecot, 100)), world.snapshot(&filled(&world, "b", Template::Dovecot, 100)));
}

#[test]
fn filling_twice_fills_once() {
    let world = MailWorld::in_memory(7);
    let key = filled(&world, "john", Template::Dovecot, 50);
    let before = world.snapshot(&key);
    filled(&world, "john", Template::Exchange, 80);
    assert_eq!(world.snapshot(&key), before);
    assert_eq!(before.messages(), 50);
}

#[test]
fn sizes_are_log_normal_with_a_few_megabytes() {
    let store = snapshot(7, Template::Dovecot, 4000);
    let mut sizes: Vec<usize> = store.mailboxes.values().flat_map(|m| &m.messages).map(|m| m.bytes.len()).collect();
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    assert!((4_000..9_000).contains(&median), "median {median}");
    let large = sizes.iter().filter(|s| **s > 1_000_000).count();
    assert!((1..20).contains(&large), "{large} large ones");
    let total: usize = sizes.iter().sum();
    assert!((25_000_000..90_000_000).contains(&total), "{total} bytes");
}

#[test]
fn there_is_everything_that_makes_copying_hard() {
    let store = snapshot(7, Template::Dovecot, 4000);
    let all: Vec<_> = store.mailboxes.values().flat_map(|m| &m.messages).collect();
    let share = |what: &str, count: usize, range: std::ops::Range<usize>| {
        let per_mille = count * 1000 / all.len();
        assert!(range.contains(&per_mille), "{what}: {per_mille} in a thousand");
    };
    // What is looked for stands near the beginning; looking through megabytes takes long.
    let has = |text: &[u8], bytes: &[u8]| bytes[..bytes.len().min(6000)].windows(text.len()).any(|w| w == text);
    let mut copies: BTreeMap<&[u8], u32> = BTreeMap::new();
    for message in &all {
        *copies.entry(&message.bytes).or_default() += 1;
    }
    share("twins", copies.values().filter(|n| **n > 1).count(), 10..60);
    let is_twin_here =
        |m: &super::super::MailboxSnapshot| m.messages.iter().map(|x| &x.bytes).collect::<BTreeSet<_>>().len() < m.messages.len();
    assert!(store.mailboxes.values().any(is_twin_here), "twins in one mailbox");
    share("without Message-ID", all.iter().filter(|m| !has(b"\r\nMessage-ID:", &m.bytes)).count(), 10..80);
    share("eight-bit", all.iter().filter(|m| !m.bytes.is_ascii()).count(), 40..250);
    share("attachments", all.iter().filter(|m| has(b"\r\nContent-Disposition: attachment", &m.bytes)).count(), 60..300);
    share("alternatives", all.iter().filter(|m| has(b"multipart/alternative", &m.bytes)).count(), 150..450);
    share("unread", all.iter().filter(|m| !m.flags.has(SystemFlag::Seen)).count(), 20..250);
    share("drafts", all.iter().filter(|m| m.flags.has(SystemFlag::Draft)).count(), 3..20);
    share("keywords", all.iter().filter(|m| m.flags.keywords().next().is_some()).count(), 50..400);
    let zones: BTreeSet<i16> = all.iter().map(|m| m.internal_date.offset_minutes()).collect();
    assert!(zones.len() > 4, "{zones:?}");
    assert!(all.iter().all(|m| m.bytes.ends_with(b"\r\n") && !has(b"example.net", &m.bytes)));
}

#[test]
fn mailboxes_are_nested_foreign_empty_and_unsubscribed() {
    let store = snapshot(7, Template::Dovecot, 3000);
    for path in [["Projets", "Été 2019"].as_slice(), &["Privé & Co"], &["日本", "東京支社"], &["Archives", "2021"]] {
        let mailbox = store.mailboxes.get(&super::name(path)).unwrap_or_else(|| panic!("{path:?}"));
        assert!(!mailbox.messages.is_empty(), "{path:?}");
    }
    assert!(store.mailboxes[&super::name(&["To sort"])].messages.is_empty());
    assert!(!store.mailboxes[&super::name(&["Newsletters"])].is_subscribed);
    let roles: BTreeSet<Role> = store.mailboxes.values().filter_map(|m| m.role).collect();
    assert_eq!(roles.len(), Role::ALL.len());
    let exchange = snapshot(7, Template::Exchange, 300);
    assert!(!exchange.mailboxes[&super::name(&["Calendrier"])].holds_mail);
    assert!(exchange.mailboxes.contains_key(&super::name(&["Éléments envoyés"])));
}

#[test]
fn rebuilding_changes_bytes_but_neither_content_nor_a_rebuilt_message() {
    let store = snapshot(7, Template::Exchange, 500);
    let mut changed = 0;
    for message in store.mailboxes.values().flat_map(|m| &m.messages) {
        let once = rebuilt(&message.bytes);
        let text = String::from_utf8_lossy(&message.bytes[..message.bytes.len().min(1500)]).into_owned();
        assert_eq!(rebuilt(&once), once, "{text}");
        assert_eq!(Fingerprint::of(&once).content, Fingerprint::of(&message.bytes).content, "{text}");
        changed += usize::from(once != message.bytes);
    }
    assert!(changed > 490, "{changed} changed");
}

mod any {
    use super::super::super::rebuilt;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_can_be_rebuilt_and_then_stay(pieces in proptest::collection::vec(prop_oneof![
            Just("Subject: x\r\n".to_owned()), Just("Content-Type: multipart/mixed; boundary=b\r\n".to_owned()), Just("\r\n".to_owned()),
            Just("--b\r\n".to_owned()), Just("--b--\r\n".to_owned()), Just("Content-Type: text/plain; charset=utf-8\r\n".to_owned()),
            Just("Content-Transfer-Encoding: base64\r\n".to_owned()), Just("Content-Transfer-Encoding: quoted-printable\r\n".to_owned()),
            Just("Content-Type: message/rfc822\r\n".to_owned()), Just("Content-Type: multipart/mixed; boundary=\"\"\r\n".to_owned()),
            "[ -~\u{e9}\r\n\t]{0,90}",
        ], 0..30)) {
            let once = rebuilt(pieces.concat().as_bytes());
            prop_assert_eq!(rebuilt(&once), once);
        }
    }
}
