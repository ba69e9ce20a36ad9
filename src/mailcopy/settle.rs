//! Settles a doubt: which messages of a batch whose outcome is not known are at the target, and which go again.
//!
//! The caller brings only target messages with UID ≥ the UIDNEXT that was recorded before the batch was sent:
//! an older twin would be mistaken for the message in doubt, and one of the two would be lost.

use std::collections::BTreeSet;

use crate::domain::Uid;

use super::pairing::pair;
use super::{Comparison, Fingerprint};

/// How a doubt was settled. Every intended message is in exactly one of `stored` and `again`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Found at the target: source UID, target UID; ascending by source UID.
    pub stored: Vec<(Uid, Uid)>,
    /// Not there: source UIDs, ascending.
    pub again: Vec<Uid>,
    /// Target messages that belong to nobody here (delivered meanwhile, or another batch's), ascending.
    pub strangers: Vec<Uid>,
}

/// Settles one doubt. `claimed` are target UIDs that other ledger rows hold.
///
/// Equal messages are counted: of three equal ones intended and two found, two are stored and one goes again.
pub fn settle(intended: &[(Uid, Fingerprint)], found: &[(Uid, Fingerprint)], claimed: &BTreeSet<Uid>, by: Comparison) -> Settlement {
    let free: Vec<(Uid, Fingerprint)> = found.iter().filter(|(uid, _)| !claimed.contains(uid)).copied().collect();
    let pairs = pair(intended, &free, by);
    let used: BTreeSet<Uid> = pairs.values().copied().collect();
    let intended: BTreeSet<Uid> = intended.iter().map(|(uid, _)| *uid).collect();
    let free: BTreeSet<Uid> = free.iter().map(|(uid, _)| *uid).collect();
    Settlement {
        again: intended.into_iter().filter(|uid| !pairs.contains_key(uid)).collect(),
        strangers: free.difference(&used).copied().collect(),
        stored: pairs.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailcopy::Digest;
    use proptest::prelude::*;

    fn message(exact: u8, content: u8) -> Fingerprint {
        Fingerprint { exact: Digest([exact; 32]), content: Some(Digest([content; 32])) }
    }

    fn list(messages: &[(u32, u8, u8)]) -> Vec<(Uid, Fingerprint)> {
        messages.iter().map(|(uid, exact, content)| (Uid(*uid), message(*exact, *content))).collect()
    }

    #[test]
    fn of_three_equal_messages_two_found_means_one_again() {
        let settled =
            settle(&list(&[(1, 7, 7), (2, 7, 7), (3, 7, 7)]), &list(&[(11, 7, 7), (10, 7, 7)]), &BTreeSet::new(), Comparison::Bytes);
        assert_eq!(settled.stored, [(Uid(1), Uid(10)), (Uid(2), Uid(11))]);
        assert_eq!(settled.again, [Uid(3)]);
    }

    #[test]
    fn a_rebuilt_message_is_found_by_content_only() {
        let (intended, found) = (list(&[(1, 1, 9)]), list(&[(5, 2, 9)]));
        assert_eq!(settle(&intended, &found, &BTreeSet::new(), Comparison::Content).stored, [(Uid(1), Uid(5))]);
        let by_bytes = settle(&intended, &found, &BTreeSet::new(), Comparison::Bytes);
        assert_eq!((by_bytes.again, by_bytes.strangers), (vec![Uid(1)], vec![Uid(5)]));
    }

    #[test]
    fn equal_bytes_find_each_other_before_equal_content() {
        let settled = settle(&list(&[(1, 1, 9), (2, 2, 9)]), &list(&[(5, 2, 9), (6, 1, 9)]), &BTreeSet::new(), Comparison::Content);
        assert_eq!(settled.stored, [(Uid(1), Uid(6)), (Uid(2), Uid(5))]);
    }

    #[test]
    fn what_another_row_holds_is_not_taken() {
        let settled = settle(&list(&[(1, 1, 1)]), &list(&[(5, 1, 1)]), &BTreeSet::from([Uid(5)]), Comparison::Bytes);
        assert_eq!((settled.again, settled.strangers), (vec![Uid(1)], vec![]));
    }

    fn some_list(uids: std::ops::Range<u32>) -> impl Strategy<Value = Vec<(Uid, Fingerprint)>> {
        proptest::collection::btree_map(uids, (0u8..4, 0u8..3), 0..20)
            .prop_map(|map| map.into_iter().map(|(uid, (e, c))| (Uid(uid), message(e + 4 * c, c))).collect::<Vec<_>>())
            .prop_shuffle()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_used_twice(
            intended in some_list(1..40), found in some_list(50..90), claimed in proptest::collection::btree_set(50u32..90, 0..10), is_content: bool,
        ) {
            let claimed: BTreeSet<Uid> = claimed.into_iter().map(Uid).collect();
            let by = if is_content { Comparison::Content } else { Comparison::Bytes };
            let settled = settle(&intended, &found, &claimed, by);
            let mut sources: Vec<Uid> = settled.stored.iter().map(|p| p.0).chain(settled.again.iter().copied()).collect();
            sources.sort_unstable();
            let mut all: Vec<Uid> = intended.iter().map(|m| m.0).collect();
            all.sort_unstable();
            prop_assert_eq!(sources, all);
            let targets: BTreeSet<Uid> = settled.stored.iter().map(|p| p.1).collect();
            prop_assert_eq!(targets.len(), settled.stored.len());
            prop_assert!(targets.is_disjoint(&claimed));
            let print = |list: &[(Uid, Fingerprint)], uid: Uid| list.iter().find(|m| m.0 == uid).map(|m| m.1).expect("listed");
            prop_assert!(settled.stored.iter().all(|(s, t)| by.is_equal(&print(&intended, *s), &print(&found, *t))));
            let is_left = |s: &Uid| settled.strangers.iter().any(|t| by.is_equal(&print(&intended, *s), &print(&found, *t)));
            prop_assert!(!settled.again.iter().any(is_left), "what could be paired is paired");
            let mut shuffled = (intended, found);
            shuffled.0.reverse();
            shuffled.1.reverse();
            prop_assert_eq!(settle(&shuffled.0, &shuffled.1, &claimed, by), settled, "the order of the lists does not count");
        }
    }
}
