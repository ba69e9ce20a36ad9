//! Verification: what the ledger says of a mailbox against what the target shows when it is read again.
//!
//! Equal means equal bytes, or equal content where the target rebuilds messages; flags and dates are compared besides.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Flags, InternalDate, Keyword, Uid};

use super::pairing::pair;
use super::{Comparison, Difference, Fingerprint};

/// A message that should be at the target: one row of the ledger that is neither refused nor in doubt.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// UID at the source.
    pub source: Uid,
    /// UID at the target, where it is known.
    pub target: Option<Uid>,
    /// What it is.
    pub fingerprint: Fingerprint,
    /// Flags as read at the source.
    pub flags: Flags,
    /// INTERNALDATE as read at the source.
    pub internal_date: Option<InternalDate>,
}

/// A message that is at the target.
#[derive(Debug, Clone, PartialEq)]
pub struct Present {
    /// UID at the target.
    pub uid: Uid,
    /// What it is.
    pub fingerprint: Fingerprint,
    /// Flags.
    pub flags: Flags,
    /// INTERNALDATE.
    pub internal_date: Option<InternalDate>,
}

/// A message whose flags differ in what the target can store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagsDiffer {
    /// UID at the source.
    pub source: Uid,
    /// UID at the target.
    pub target: Uid,
    /// In what.
    pub difference: Difference,
}

/// Result of the comparison. Every expected message is in exactly one of `verified`, `altered` and `missing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Found equal: source UID, target UID; ascending.
    pub verified: Vec<(Uid, Uid)>,
    /// There under the UID that the target gave it, but not equal (source UID, target UID; ascending). A UID is never given twice, so it is
    /// the message that was sent: copying it again would double it. For the person to look at.
    pub altered: Vec<(Uid, Uid)>,
    /// Not there: source UIDs, ascending. They go through the copy again.
    pub missing: Vec<Uid>,
    /// Of the verified, those whose flags differ.
    pub flags_differ: Vec<FlagsDiffer>,
    /// Of the verified, those whose date differs by a second or more from what was sent.
    pub dates_differ: Vec<(Uid, Uid)>,
    /// Target messages that the ledger does not know, ascending: they were there before, or arrived since.
    pub strangers: Vec<Uid>,
    /// What was compared.
    pub by: Comparison,
}

/// Compares. A recorded target UID is looked at first; a message that is not there under it is looked for by what it is, counting
/// equals, among target messages that no row holds and that are not older than the oldest one of ours.
pub fn compare(expected: &[Expected], present: &[Present], by: Comparison, is_storable: impl Fn(&Keyword) -> bool) -> Verification {
    let oldest = expected.iter().filter_map(|row| row.target).min().unwrap_or(Uid(0));
    compare_from(expected, present, (by, oldest), is_storable)
}

/// The same for some rows, with everything in memory: those that [`super::Comparing`] did not find where they should be. They are looked
/// for from `oldest` on, the UID at the target of the oldest message of ours.
pub fn compare_from(
    expected: &[Expected],
    present: &[Present],
    (by, oldest): (Comparison, Uid),
    is_storable: impl Fn(&Keyword) -> bool,
) -> Verification {
    let at_target: BTreeMap<Uid, &Present> = present.iter().map(|p| (p.uid, p)).collect();
    let pairs = find(expected, &at_target, by, oldest);
    let mut result = Verification {
        verified: Vec::new(),
        altered: Vec::new(),
        missing: Vec::new(),
        flags_differ: Vec::new(),
        dates_differ: Vec::new(),
        strangers: Vec::new(),
        by,
    };
    let rows: BTreeMap<Uid, &Expected> = expected.iter().map(|row| (row.source, row)).collect();
    let mut used: BTreeSet<Uid> = pairs.values().copied().collect();
    for (source, row) in rows {
        let Some(seen) = pairs.get(&source).and_then(|uid| at_target.get(uid)) else {
            match row.target.filter(|uid| at_target.contains_key(uid) && used.insert(*uid)) {
                Some(uid) => result.altered.push((source, uid)),
                None => result.missing.push(source),
            }
            continue;
        };
        result.verified.push((source, seen.uid));
        result.flags_differ.extend(differing(row, seen, &is_storable));
        if row.internal_date.is_some_and(|date| seen.internal_date != Some(date.nearest_kept())) {
            result.dates_differ.push((source, seen.uid));
        }
    }
    result.strangers = at_target.keys().filter(|uid| !used.contains(uid)).copied().collect();
    result
}

fn find(expected: &[Expected], at_target: &BTreeMap<Uid, &Present>, by: Comparison, oldest: Uid) -> BTreeMap<Uid, Uid> {
    let mut pairs = BTreeMap::new();
    let mut held = BTreeSet::new();
    for row in expected {
        let Some(seen) = row.target.and_then(|uid| at_target.get(&uid)) else { continue };
        if by.is_equal(&row.fingerprint, &seen.fingerprint) && !pairs.contains_key(&row.source) && held.insert(seen.uid) {
            pairs.insert(row.source, seen.uid);
        }
    }
    let left: Vec<(Uid, Fingerprint)> =
        expected.iter().filter(|row| !pairs.contains_key(&row.source)).map(|row| (row.source, row.fingerprint)).collect();
    let free: Vec<(Uid, Fingerprint)> =
        at_target.range(oldest..).filter(|(uid, _)| !held.contains(uid)).map(|(uid, seen)| (*uid, seen.fingerprint)).collect();
    pairs.extend(pair(&left, &free, by));
    pairs
}

fn differing(row: &Expected, seen: &Present, is_storable: impl Fn(&Keyword) -> bool) -> Option<FlagsDiffer> {
    let difference = Difference::between(&row.flags, &seen.flags, is_storable);
    (!difference.is_none()).then_some(FlagsDiffer { source: row.source, target: seen.uid, difference })
}

/// Source messages that the ledger does not know yet, ascending: they arrived since it was read.
pub fn unaccounted(source: impl IntoIterator<Item = Uid>, ledger: &BTreeSet<Uid>) -> Vec<Uid> {
    let listed: BTreeSet<Uid> = source.into_iter().collect();
    listed.difference(ledger).copied().collect()
}

/// What was recognised after a mailbox got another UIDVALIDITY.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recognised {
    /// Old UID, new UID; ascending by the old one.
    pub renumbered: Vec<(Uid, Uid)>,
    /// Old UIDs of messages that are not there any more.
    pub gone: Vec<Uid>,
    /// New UIDs of messages that were not known.
    pub unknown: Vec<Uid>,
}

/// Recognises the known messages of a mailbox (old UIDs) among those that it holds under its new UIDVALIDITY, counting equals.
pub fn recognise(known: &[(Uid, Fingerprint)], now: &[(Uid, Fingerprint)], by: Comparison) -> Recognised {
    let settled = super::settle(known, now, &BTreeSet::new(), by);
    Recognised { renumbered: settled.stored, gone: settled.again, unknown: settled.strangers }
}
