//! The comparison of both sides, and the law that copying twice copies nothing.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Comparison, Digest, Expected, Fingerprint, Present, compare, recognise, settle, unaccounted};
use crate::domain::{Flags, InternalDate, Keyword, Uid};

fn print(exact: u8, content: u8) -> Fingerprint {
    Fingerprint { exact: Digest([exact; 32]), content: Some(Digest([content; 32])) }
}

fn date(seconds: i64) -> Option<InternalDate> {
    InternalDate::from_unix(seconds, 60)
}

fn expected(source: u32, target: Option<u32>, message: u8) -> Expected {
    let flags = Flags::from_wire(["\\Seen", "$MDNSent", "Work"]);
    Expected { source: Uid(source), target: target.map(Uid), fingerprint: print(message, message), flags, internal_date: date(1000) }
}

fn present(uid: u32, message: u8) -> Present {
    let flags = Flags::from_wire(["\\Seen", "$mdnsent", "$HasAttachment"]);
    Present { uid: Uid(uid), fingerprint: print(message, message), flags, internal_date: InternalDate::from_unix(1000, 0) }
}

fn takes_mdn(keyword: &Keyword) -> bool {
    keyword.as_str() == "$MDNSent"
}

#[test]
fn equal_messages_are_verified_and_what_cannot_be_stored_is_no_difference() {
    let result =
        compare(&[expected(1, Some(11), 1), expected(2, None, 2)], &[present(12, 2), present(11, 1)], Comparison::Bytes, takes_mdn);
    assert_eq!(result.verified, [(Uid(1), Uid(11)), (Uid(2), Uid(12))]);
    assert!(result.missing.is_empty() && result.flags_differ.is_empty() && result.dates_differ.is_empty() && result.strangers.is_empty());
}

#[test]
fn a_message_that_says_something_else_under_its_uid_is_altered_and_not_copied_again() {
    let result = compare(&[expected(1, Some(11), 1)], &[present(11, 2)], Comparison::Bytes, takes_mdn);
    assert_eq!((result.altered, result.missing, result.strangers), (vec![(Uid(1), Uid(11))], vec![], vec![]));
    let moved = compare(&[expected(1, Some(11), 1)], &[present(11, 2), present(12, 1)], Comparison::Bytes, takes_mdn);
    assert_eq!((moved.verified, moved.strangers), (vec![(Uid(1), Uid(12))], vec![Uid(11)]));
}

#[test]
fn an_older_twin_at_the_target_is_not_taken_for_ours() {
    let result =
        compare(&[expected(1, Some(11), 1), expected(2, Some(12), 2)], &[present(3, 2), present(11, 1)], Comparison::Bytes, takes_mdn);
    assert_eq!((result.missing, result.strangers), (vec![Uid(2)], vec![Uid(3)]));
}

#[test]
fn three_equal_at_the_source_and_two_at_the_target_is_one_missing() {
    let rows = [expected(1, Some(11), 1), expected(2, Some(12), 1), expected(3, Some(13), 1)];
    let result = compare(&rows, &[present(11, 1), present(13, 1)], Comparison::Bytes, takes_mdn);
    assert_eq!((result.verified, result.missing), (vec![(Uid(1), Uid(11)), (Uid(3), Uid(13))], vec![Uid(2)]));
}

#[test]
fn lacking_and_surplus_flags_and_a_second_too_many_are_told() {
    let mut seen = present(11, 1);
    seen.flags = Flags::from_wire(["\\Flagged"]);
    seen.internal_date = date(1001);
    let result = compare(&[expected(1, Some(11), 1)], &[seen], Comparison::Content, takes_mdn);
    assert_eq!(result.dates_differ, [(Uid(1), Uid(11))]);
    let [differ] = result.flags_differ.as_slice() else { panic!("one differs") };
    let (lacking, surplus) = (differ.difference.lacking.to_string(), differ.difference.surplus.to_string());
    assert_eq!((lacking, surplus), ("\\Seen $MDNSent".to_owned(), "\\Flagged".to_owned()));
}

#[test]
fn a_date_that_was_moved_into_range_is_compared_as_sent() {
    let mut row = expected(1, Some(11), 1);
    row.internal_date = InternalDate::from_unix(-5, 0);
    let mut seen = present(11, 1);
    seen.internal_date = InternalDate::from_unix(0, 0);
    assert!(compare(&[row], &[seen], Comparison::Bytes, takes_mdn).dates_differ.is_empty());
}

#[test]
fn after_a_new_uidvalidity_messages_are_recognised_by_what_they_are() {
    let known = [(Uid(1), print(1, 1)), (Uid(2), print(1, 1)), (Uid(3), print(3, 3))];
    let now = [(Uid(101), print(1, 1)), (Uid(102), print(4, 4)), (Uid(103), print(1, 1))];
    let seen = recognise(&known, &now, Comparison::Bytes);
    assert_eq!(seen.renumbered, [(Uid(1), Uid(101)), (Uid(2), Uid(103))]);
    assert_eq!((seen.gone, seen.unknown), (vec![Uid(3)], vec![Uid(102)]));
}

#[test]
fn what_arrived_at_the_source_since_is_told() {
    assert_eq!(unaccounted([Uid(3), Uid(1), Uid(2)], &BTreeSet::from([Uid(1), Uid(9)])), [Uid(2), Uid(3)]);
}

/// A copy on a model: the source, the target, and the ledger (source UID → target UID, none while in doubt).
#[derive(Debug, Default)]
struct Model {
    source: BTreeMap<Uid, Fingerprint>,
    target: BTreeMap<Uid, Fingerprint>,
    ledger: BTreeMap<Uid, Option<Uid>>,
    next: u32,
}

impl Model {
    fn append(&mut self, message: Fingerprint) -> Uid {
        self.next += 1;
        self.target.insert(Uid(self.next), message);
        Uid(self.next)
    }

    /// One pass: settle what is in doubt from `uid_next`, then copy what the ledger does not hold. Answers how many were appended.
    fn pass(&mut self, uid_next: Uid) -> usize {
        let doubtful: Vec<(Uid, Fingerprint)> =
            self.ledger.iter().filter(|(_, target)| target.is_none()).map(|(uid, _)| (*uid, self.source[uid])).collect();
        let found: Vec<(Uid, Fingerprint)> = self.target.range(uid_next..).map(|(uid, m)| (*uid, *m)).collect();
        let claimed: BTreeSet<Uid> = self.ledger.values().flatten().copied().collect();
        let settled = settle(&doubtful, &found, &claimed, Comparison::Bytes);
        self.ledger.extend(settled.stored.into_iter().map(|(source, target)| (source, Some(target))));
        settled.again.iter().for_each(|uid| {
            self.ledger.remove(uid);
        });
        let wanted: Vec<(Uid, Fingerprint)> =
            self.source.iter().filter(|(uid, _)| !self.ledger.contains_key(uid)).map(|(uid, m)| (*uid, *m)).collect();
        for (uid, message) in &wanted {
            let target = self.append(*message);
            self.ledger.insert(*uid, Some(target));
        }
        wanted.len()
    }
}

proptest! {
    /// The target holds older twins, a batch was cut after any number of its appends, strangers arrived: one pass completes, a second copies nothing.
    #[test]
    fn copying_twice_copies_nothing(
        source in proptest::collection::vec(0u8..5, 0..25), older in proptest::collection::vec(0u8..5, 0..8),
        batch in 0usize..12, landed in 0usize..12, strangers in 0usize..4,
    ) {
        let mut model = Model { next: 100, ..Model::default() };
        for message in &older {
            model.append(print(*message, *message));
        }
        let uid_next = Uid(model.next + 1);
        model.source = source.iter().zip(1..).map(|(message, uid)| (Uid(uid), print(*message, *message))).collect();
        let intended: Vec<(Uid, Fingerprint)> = model.source.iter().take(batch).map(|(uid, m)| (*uid, *m)).collect();
        for (n, (uid, message)) in intended.iter().enumerate() {
            model.ledger.insert(*uid, None);
            if n < landed {
                model.append(*message);
            }
        }
        for _ in 0..strangers {
            model.append(print(200, 200));
        }
        model.pass(uid_next);
        prop_assert_eq!(model.target.len(), older.len() + source.len() + strangers);
        prop_assert_eq!(model.pass(uid_next), 0);
        let rows: Vec<Expected> = model.ledger.iter().map(|(uid, target)| Expected {
            source: *uid, target: *target, fingerprint: model.source[uid], flags: Flags::default(), internal_date: None,
        }).collect();
        let seen: Vec<Present> = model.target.iter().map(|(uid, m)| Present {
            uid: *uid, fingerprint: *m, flags: Flags::default(), internal_date: None,
        }).collect();
        let verification = compare(&rows, &seen, Comparison::Bytes, |_| true);
        prop_assert_eq!((verification.verified.len(), verification.missing.len()), (source.len(), 0));
        prop_assert_eq!(verification.strangers.len(), older.len() + strangers);
    }
}
