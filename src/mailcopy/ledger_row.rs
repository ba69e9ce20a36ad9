//! Rows of the ledger as they are compared: forty bytes a message, so that a million of them fit beside everything else.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::domain::{Flags, InternalDate, Uid, UidSet};

use super::{Comparison, Digest, Fingerprint};

/// What is known of one source message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryState {
    /// An append is recorded, its outcome is not: in doubt until settled.
    Intended,
    /// At the target, not read back.
    Copied,
    /// At the target; its header, flags and date were compared, its body was not part of the sample.
    Sampled,
    /// At the target, and read back equal.
    Verified,
    /// At the target under the UID that we know, and not what was copied: a person must look.
    Altered,
    /// Not at the target, for a reason.
    Refused,
}

impl EntryState {
    /// All six.
    pub const ALL: [Self; 6] = [Self::Intended, Self::Copied, Self::Sampled, Self::Verified, Self::Altered, Self::Refused];

    /// Whether the message is at the target, as far as we know.
    pub const fn is_at_target(self) -> bool {
        matches!(self, Self::Copied | Self::Sampled | Self::Verified | Self::Altered)
    }
}

/// The first half of a digest: 128 bits still tell any two messages of a mailbox apart.
pub type HalfDigest = [u8; 16];

impl Digest {
    /// Its first half.
    pub fn half(&self) -> HalfDigest {
        let mut half = [0; 16];
        half.copy_from_slice(&self.0[..16]);
        half
    }
}

/// One row, brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief {
    /// UID at the source.
    pub source: Uid,
    /// UID at the target, 0 where it is not known.
    target: u32,
    /// Half of what the message is.
    digest: HalfDigest,
    /// Seconds since 1970 of the date that was sent; `u32::MAX`: none.
    date: u32,
    /// Bytes, cut at 4 GiB.
    pub size: u32,
    /// Which flags.
    flags: u32,
    /// What is known.
    pub state: EntryState,
    /// What the digest is of.
    by: Comparison,
}

/// What a brief row is made from.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// UID at the source.
    pub source: Uid,
    /// UID at the target, once known.
    pub target: Option<Uid>,
    /// What the message is.
    pub fingerprint: Fingerprint,
    /// INTERNALDATE as read at the source.
    pub internal_date: Option<InternalDate>,
    /// Bytes.
    pub size: u64,
    /// What is known.
    pub state: EntryState,
}

impl Brief {
    /// UID at the target, where it is known.
    pub const fn target(&self) -> Option<Uid> {
        if self.target == 0 { None } else { Some(Uid(self.target)) }
    }

    /// The first eight bytes of the digest: a number that nobody chose.
    pub fn lot(&self) -> u64 {
        self.digest.iter().take(8).fold(0, |lot, byte| lot << 8 | u64::from(*byte))
    }

    /// What its digest is of: of the content only where that is compared and was looked at.
    pub const fn by(&self) -> Comparison {
        self.by
    }

    /// Whether a message is this one, as far as this row tells.
    pub fn is(&self, fingerprint: &Fingerprint) -> bool {
        match self.by {
            Comparison::Bytes => fingerprint.exact.half() == self.digest,
            Comparison::Content => fingerprint.content.is_some_and(|content| content.half() == self.digest),
        }
    }

    /// Whether the target has another date than the one that was sent.
    pub fn has_other_date(&self, seen: Option<InternalDate>) -> bool {
        self.date != u32::MAX && seen.is_none_or(|date| u32::try_from(date.unix_seconds()) != Ok(self.date))
    }
}

/// The rows of one mailbox, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Briefs {
    rows: Vec<Brief>,
    flags: Vec<Flags>,
    known: HashMap<String, u32>,
}

impl Briefs {
    /// Adds a row. Flags are those of the protocol, blank-separated; equal ones are kept once.
    pub fn push(&mut self, columns: &Columns, flags: &str, by: Comparison) {
        let (digest, by) = match (by, columns.fingerprint.content) {
            (Comparison::Content, Some(content)) => (content, Comparison::Content),
            _ => (columns.fingerprint.exact, Comparison::Bytes),
        };
        let date = columns.internal_date.map(|date| u32::try_from(date.nearest_kept().unix_seconds()).unwrap_or(u32::MAX));
        let flags = self.number_of(flags);
        self.rows.push(Brief {
            source: columns.source,
            target: columns.target.map_or(0, |uid| uid.0),
            digest: digest.half(),
            date: date.unwrap_or(u32::MAX),
            size: u32::try_from(columns.size).unwrap_or(u32::MAX),
            flags,
            state: columns.state,
            by,
        });
    }

    fn number_of(&mut self, flags: &str) -> u32 {
        if let Some(number) = self.known.get(flags) {
            return *number;
        }
        let number = u32::try_from(self.flags.len()).unwrap_or(u32::MAX);
        self.flags.push(Flags::from(flags.to_owned()));
        self.known.insert(flags.to_owned(), number);
        number
    }

    /// The rows.
    pub fn rows(&self) -> &[Brief] {
        &self.rows
    }

    /// Puts other flags in the place of those that were read at the source.
    pub fn map_flags(&mut self, other: impl Fn(&Flags) -> Flags) {
        self.flags.iter_mut().for_each(|flags| *flags = other(flags));
    }

    /// The flags of a row, as read at the source.
    pub fn flags(&self, row: &Brief) -> &Flags {
        static NONE: std::sync::LazyLock<Flags> = std::sync::LazyLock::new(Flags::default);
        self.flags.get(row.flags as usize).unwrap_or(&NONE)
    }

    /// How many rows are in one of these states.
    pub fn count(&self, is_meant: impl Fn(EntryState) -> bool) -> u64 {
        self.rows.iter().filter(|row| is_meant(row.state)).count() as u64
    }

    /// The source's UIDs.
    pub fn sources(&self) -> UidSet {
        self.rows.iter().map(|row| row.source).collect()
    }

    /// Puts the rows in the order of the target's UIDs; those without one come first.
    pub fn sort_by_target(&mut self) {
        self.rows.sort_unstable_by_key(|row| (row.target, row.source));
    }

    /// Position of the row that has this UID at the target; the rows are in that order.
    pub fn at_target(&self, uid: Uid) -> Option<usize> {
        self.rows.binary_search_by_key(&uid.0, |row| row.target).ok()
    }

    /// Parts the rows into those for which this holds and the others.
    #[must_use]
    pub fn split(self, is_meant: impl Fn(&Brief) -> bool) -> (Self, Self) {
        let mut others = Self { rows: Vec::new(), flags: self.flags.clone(), known: self.known.clone() };
        let mut these = self;
        these.rows.retain(|row| {
            let stays = is_meant(row);
            if !stays {
                others.rows.push(*row);
            }
            stays
        });
        (these, others)
    }

    /// Takes rows back that were parted from these by [`Self::split`].
    pub fn join(&mut self, others: Self, is_meant: impl Fn(&Brief) -> bool) {
        self.rows.extend(others.rows.into_iter().filter(is_meant));
    }

    /// Keeps only rows for which this holds.
    pub fn retain(&mut self, keep: impl FnMut(&Brief) -> bool) {
        self.rows.retain(keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(source: u32, target: Option<u32>, content: Option<u8>) -> Columns {
        Columns {
            source: Uid(source),
            target: target.map(Uid),
            fingerprint: Fingerprint { exact: Digest([1; 32]), content: content.map(|byte| Digest([byte; 32])) },
            internal_date: "19-Jan-2106 00:00:00 +0000".parse().ok(),
            size: 5,
            state: EntryState::Copied,
        }
    }

    #[test]
    fn a_million_rows_fit_into_forty_megabytes() {
        assert_eq!(size_of::<Brief>(), 40);
    }

    #[test]
    fn a_row_is_known_by_its_content_only_where_that_counts_and_was_looked_at() {
        let mut rows = Briefs::default();
        rows.push(&columns(1, Some(9), Some(2)), "\\Seen", Comparison::Content);
        rows.push(&columns(2, None, None), "\\Seen", Comparison::Content);
        rows.push(&columns(3, Some(4), Some(2)), "", Comparison::Bytes);
        let known: Vec<Comparison> = rows.rows().iter().map(Brief::by).collect();
        assert_eq!(known, [Comparison::Content, Comparison::Bytes, Comparison::Bytes]);
        let rebuilt = Fingerprint { exact: Digest([7; 32]), content: Some(Digest([2; 32])) };
        assert_eq!(rows.rows().iter().map(|row| row.is(&rebuilt)).collect::<Vec<_>>(), [true, false, false]);
        rows.sort_by_target();
        assert_eq!((rows.at_target(Uid(9)), rows.at_target(Uid(5))), (Some(2), None));
        assert_eq!(rows.flags(&rows.rows()[2]).to_string(), "\\Seen");
        assert_eq!(rows.sources().to_string(), "1:3");
    }

    #[test]
    fn a_date_that_no_server_keeps_is_compared_with_the_one_that_was_sent() {
        let mut rows = Briefs::default();
        rows.push(&columns(1, None, None), "", Comparison::Bytes);
        let row = &rows.rows()[0];
        assert!(!row.has_other_date("31-Dec-2037 23:59:59 +0000".parse().ok()));
        assert!(row.has_other_date("31-Dec-2037 23:59:58 +0000".parse().ok()) && row.has_other_date(None));
    }
}
