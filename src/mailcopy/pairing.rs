//! Pairs messages of two lists by what they are, counting equal ones instead of merging them.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::domain::{Capabilities, Platform, Uid};

use super::{Digest, Fingerprint};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// The bytes: the server gives back what it was given.
    Bytes,
    /// The content: a server on the way rebuilds messages.
    Content,
}

impl Comparison {
    /// How messages are recognised after they were written to this target.
    pub const fn with_target(platform: Platform, capabilities: &Capabilities) -> Self {
        if platform.rebuilds_messages() || !capabilities.keeps_bytes { Self::Content } else { Self::Bytes }
    }

    /// Whether both are the same message in this sense.
    pub fn is_equal(self, one: &Fingerprint, other: &Fingerprint) -> bool {
        match self {
            Self::Bytes => one.exact == other.exact,
            Self::Content => one.exact == other.exact || (one.content.is_some() && one.content == other.content),
        }
    }
}

/// Pairs (left, right), each UID at most once, ascending on the left. Equal bytes find each other first, then equal content where
/// that counts; among equals the lowest UIDs pair.
pub(super) fn pair(left: &[(Uid, Fingerprint)], right: &[(Uid, Fingerprint)], by: Comparison) -> BTreeMap<Uid, Uid> {
    let mut left: BTreeMap<Uid, Fingerprint> = left.iter().rev().copied().collect();
    let mut right: BTreeMap<Uid, Fingerprint> = right.iter().rev().copied().collect();
    let mut pairs = BTreeMap::new();
    pass(&mut left, &mut right, |f| Some(f.exact), &mut pairs);
    if by == Comparison::Content {
        pass(&mut left, &mut right, |f| f.content, &mut pairs);
    }
    pairs
}

fn pass(
    left: &mut BTreeMap<Uid, Fingerprint>,
    right: &mut BTreeMap<Uid, Fingerprint>,
    digest: impl Fn(&Fingerprint) -> Option<Digest>,
    pairs: &mut BTreeMap<Uid, Uid>,
) {
    let mut free: BTreeMap<Digest, VecDeque<Uid>> = BTreeMap::new();
    for (uid, fingerprint) in right.iter() {
        if let Some(digest) = digest(fingerprint) {
            free.entry(digest).or_default().push_back(*uid);
        }
    }
    left.retain(|uid, fingerprint| {
        let Some(twin) = digest(fingerprint).and_then(|digest| free.get_mut(&digest)?.pop_front()) else { return true };
        right.remove(&twin);
        pairs.insert(*uid, twin);
        false
    });
}
