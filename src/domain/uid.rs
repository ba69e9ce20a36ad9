//! Message identity in a mailbox: UID, UIDVALIDITY (RFC 9051 §2.3.1.1) and sets of UIDs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A unique identifier of a message within one mailbox and one UIDVALIDITY. Never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uid(pub u32);

/// The value that must stay the same for UIDs to keep their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UidValidity(pub u32);

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for UidValidity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A set of UIDs as sorted, disjoint, non-adjacent ranges; it prints as an IMAP `sequence-set`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UidSet {
    ranges: Vec<(u32, u32)>,
}

impl UidSet {
    /// All UIDs from `first` to `last`, both included.
    pub fn range(first: Uid, last: Uid) -> Self {
        Self { ranges: vec![(first.0.min(last.0), first.0.max(last.0))] }
    }

    /// Whether the set holds nothing.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many UIDs the set holds.
    pub fn len(&self) -> u64 {
        self.ranges.iter().map(|(a, b)| u64::from(b - a) + 1).sum()
    }

    /// The UIDs in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Uid> + '_ {
        self.ranges.iter().flat_map(|(a, b)| (*a..=*b).map(Uid))
    }

    /// The ranges, ascending, both ends included.
    pub fn ranges(&self) -> impl Iterator<Item = (Uid, Uid)> + '_ {
        self.ranges.iter().map(|(a, b)| (Uid(*a), Uid(*b)))
    }

    /// Those of this set that are not in the other one.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut cuts = other.ranges.iter().peekable();
        for &(first, last) in &self.ranges {
            // In 64 bits, so that the place behind the last UID exists.
            let (mut from, last) = (u64::from(first), u64::from(last));
            while let Some(&&(a, b)) = cuts.peek().filter(|(a, _)| u64::from(*a) <= last) {
                if u64::from(a) > from {
                    left.push((from, u64::from(a) - 1));
                }
                from = from.max(u64::from(b) + 1);
                if u64::from(b) > last {
                    break;
                }
                cuts.next();
            }
            if from <= last {
                left.push((from, last));
            }
        }
        let narrow = |uid: u64| u32::try_from(uid).unwrap_or(u32::MAX);
        Self { ranges: left.into_iter().map(|(a, b)| (narrow(a), narrow(b))).collect() }
    }

    /// Whether `uid` is in the set.
    pub fn contains(&self, uid: Uid) -> bool {
        self.ranges
            .binary_search_by(|(a, b)| {
                if *b < uid.0 {
                    std::cmp::Ordering::Less
                } else if *a > uid.0 {
                    std::cmp::Ordering::Greater
                } else {
                    std::cmp::Ordering::Equal
                }
            })
            .is_ok()
    }

    /// Splits into sets whose printed form is at most `bytes` long (command lines are limited, RFC 7162 §4 and servers).
    pub fn chunks(&self, bytes: usize) -> Vec<Self> {
        let mut all = Vec::new();
        let mut now = Self::default();
        let mut length = 0;
        for range in &self.ranges {
            let text = print_range(*range).len() + 1;
            if length + text > bytes && !now.is_empty() {
                all.push(std::mem::take(&mut now));
                length = 0;
            }
            now.ranges.push(*range);
            length += text;
        }
        if !now.is_empty() {
            all.push(now);
        }
        all
    }
}

impl FromIterator<Uid> for UidSet {
    fn from_iter<I: IntoIterator<Item = Uid>>(uids: I) -> Self {
        let mut sorted: Vec<u32> = uids.into_iter().map(|u| u.0).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for uid in sorted {
            match ranges.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
                _ => ranges.push((uid, uid)),
            }
        }
        Self { ranges }
    }
}

fn print_range((a, b): (u32, u32)) -> String {
    if a == b { a.to_string() } else { format!("{a}:{b}") }
}

impl fmt::Display for UidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.ranges.iter().copied().map(print_range).collect();
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prints_as_a_sequence_set() {
        let set: UidSet = [3, 1, 2, 9, 2].into_iter().map(Uid).collect();
        assert_eq!(set.to_string(), "1:3,9");
        assert_eq!(set.len(), 4);
    }

    proptest! {
        #[test]
        fn chunks_lose_nothing_and_keep_the_limit(uids in proptest::collection::btree_set(1u32..5000, 0..300), bytes in 12usize..80) {
            let set: UidSet = uids.iter().copied().map(Uid).collect();
            let chunks = set.chunks(bytes);
            prop_assert!(chunks.iter().all(|c| c.to_string().len() <= bytes));
            let back: Vec<u32> = chunks.iter().flat_map(UidSet::iter).map(|u| u.0).collect();
            prop_assert_eq!(back, uids.iter().copied().collect::<Vec<_>>());
            prop_assert!(uids.iter().all(|u| set.contains(Uid(*u))));
            prop_assert!(!set.contains(Uid(6000)));
        }

        #[test]
        fn what_is_left_is_what_is_in_one_set_alone(
            one in proptest::collection::btree_set(1u32..60, 0..40), other in proptest::collection::btree_set(1u32..60, 0..40),
            has_ends: bool,
        ) {
            let mut one: std::collections::BTreeSet<Uid> = one.into_iter().map(Uid).collect();
            let other: std::collections::BTreeSet<Uid> = other.into_iter().map(Uid).collect();
            one.extend(has_ends.then_some(Uid(u32::MAX)));
            let left = one.iter().copied().collect::<UidSet>().without(&other.iter().copied().collect());
            prop_assert_eq!(left.iter().collect::<Vec<_>>(), one.difference(&other).copied().collect::<Vec<_>>());
            prop_assert_eq!(left.ranges().collect::<Vec<_>>(), left.iter().collect::<UidSet>().ranges().collect::<Vec<_>>());
        }
    }
}
