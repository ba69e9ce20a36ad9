//! Compares a mailbox while it is read: one message after the other against its row, nothing kept but what does not fit.

use crate::domain::{Flags, InternalDate, Keyword, SystemFlag, Uid, UidSet};

use super::{Brief, Briefs, Fingerprint, Present};

/// What was found of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Nothing yet.
    Unseen,
    /// It is there, and equal.
    Equal,
    /// Under its UID there is something else.
    Other,
}

/// Flags that are not what they should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// What the target lacks, of what it can store.
    pub lacking: Flags,
    /// System flags that only the target has.
    pub surplus: Flags,
}

impl Difference {
    /// Between what is wanted and what is there. Keywords that only the target has are its own.
    pub fn between(wanted: &Flags, seen: &Flags, is_storable: impl Fn(&Keyword) -> bool) -> Self {
        let wanted = wanted.clone().keeping_keywords(is_storable);
        let mut lacking: Vec<&str> = wanted.system().filter(|f| !seen.has(*f)).map(SystemFlag::wire).collect();
        lacking.extend(wanted.keywords().filter(|k| !seen.keywords().any(|other| other == *k)).map(Keyword::as_str));
        Self {
            lacking: Flags::from_wire(lacking),
            surplus: Flags::from_wire(seen.system().filter(|f| !wanted.has(*f)).map(SystemFlag::wire)),
        }
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// The rows of one mailbox, and what was seen of them.
#[derive(Debug)]
pub struct Comparing {
    rows: Briefs,
    fates: Vec<Fate>,
    /// What was seen in the place of a row and is not equal as far as the row tells.
    others: Vec<Present>,
    equal: u64,
    flags_differ: u64,
    dates_differ: u64,
    by_content: u64,
}

impl Comparing {
    /// Compares with these rows.
    pub fn with(mut rows: Briefs) -> Self {
        rows.sort_by_target();
        let fates = vec![Fate::Unseen; rows.rows().len()];
        Self { rows, fates, others: Vec::new(), equal: 0, flags_differ: 0, dates_differ: 0, by_content: 0 }
    }

    /// The rows.
    pub const fn rows(&self) -> &Briefs {
        &self.rows
    }

    /// The rows alone again.
    pub fn into_rows(self) -> Briefs {
        self.rows
    }

    /// Where the rows' messages should be.
    pub fn places(&self) -> UidSet {
        self.rows.rows().iter().filter_map(Brief::target).collect()
    }

    /// The row whose message should be there.
    pub fn row(&self, at: Uid) -> Option<Brief> {
        self.rows.at_target(at).and_then(|index| self.rows.rows().get(index).copied())
    }

    /// A message was read. Answers the row's UID at the source when it is equal.
    pub fn see(&mut self, seen: Present, is_storable: impl Fn(&Keyword) -> bool) -> Option<Uid> {
        let index = self.rows.at_target(seen.uid)?;
        let row = self.rows.rows().get(index).copied()?;
        if self.fates[index] == Fate::Equal {
            return None;
        }
        if !row.is(&seen.fingerprint) {
            self.fates[index] = Fate::Other;
            self.others.push(seen);
            return None;
        }
        self.fates[index] = Fate::Equal;
        self.equal += 1;
        self.by_content += u64::from(row.by() == super::Comparison::Content);
        let difference = Difference::between(self.rows.flags(&row), &seen.flags, is_storable);
        self.flags_differ += u64::from(!difference.is_none());
        self.dates_differ += u64::from(row.has_other_date(seen.internal_date));
        Some(row.source)
    }

    /// Flags and date of a message whose body is not looked at.
    pub fn glance(&mut self, uid: Uid, flags: &Flags, date: Option<InternalDate>, is_storable: impl Fn(&Keyword) -> bool) {
        let Some(row) = self.row(uid) else { return };
        let difference = Difference::between(self.rows.flags(&row), flags, is_storable);
        self.flags_differ += u64::from(!difference.is_none());
        self.dates_differ += u64::from(row.has_other_date(date));
    }

    /// Rows whose message was not found where it should be: nothing there, or something else. UIDs at the source.
    pub fn lost(&self) -> Vec<Uid> {
        let lost = self.rows.rows().iter().zip(&self.fates).filter(|(_, fate)| **fate != Fate::Equal);
        lost.map(|(row, _)| row.source).collect()
    }

    /// Target UIDs of messages that were found equal.
    pub fn held(&self) -> UidSet {
        let held = self.rows.rows().iter().zip(&self.fates).filter(|(_, fate)| **fate == Fate::Equal);
        held.filter_map(|(row, _)| row.target()).collect()
    }

    /// What was seen in the place of rows and is not equal as far as they tell.
    pub fn others(&self) -> &[Present] {
        &self.others
    }

    /// How many messages were found equal where they should be.
    pub const fn equal(&self) -> u64 {
        self.equal
    }

    /// Of those, how many have other flags, and how many another date.
    pub const fn differing(&self) -> (u64, u64) {
        (self.flags_differ, self.dates_differ)
    }

    /// How many were compared by their content.
    pub const fn by_content(&self) -> u64 {
        self.by_content
    }
}

/// A look at a body: only as deep as the row needs. The content is read where the row is known by it, or where the bytes are not equal.
pub fn look(row: &Brief, exact: Fingerprint, whole: impl FnOnce() -> Fingerprint) -> Fingerprint {
    let is_enough = row.by() == super::Comparison::Bytes && row.is(&exact);
    if is_enough { exact } else { whole() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailcopy::{Columns, Comparison, Digest, EntryState};

    fn rows(messages: &[(u32, u32, u8)]) -> Comparing {
        let mut rows = Briefs::default();
        for (source, target, digest) in messages {
            let columns = Columns {
                source: Uid(*source),
                target: Some(Uid(*target)),
                fingerprint: print(*digest),
                internal_date: InternalDate::from_unix(1000, 0),
                size: 1,
                state: EntryState::Copied,
            };
            rows.push(&columns, "\\Seen", Comparison::Bytes);
        }
        Comparing::with(rows)
    }

    const fn print(digest: u8) -> Fingerprint {
        Fingerprint { exact: Digest([digest; 32]), content: None }
    }

    fn seen(uid: u32, digest: u8, flags: &str) -> Present {
        Present { uid: Uid(uid), fingerprint: print(digest), flags: Flags::from(flags.to_owned()), internal_date: None }
    }

    #[test]
    fn what_is_equal_is_counted_and_what_is_not_is_kept() {
        let mut comparing = rows(&[(1, 30, 1), (2, 20, 2), (3, 10, 3)]);
        assert_eq!(comparing.places().to_string(), "10,20,30");
        assert_eq!(comparing.see(seen(30, 1, "\\Seen"), |_| true), Some(Uid(1)));
        assert_eq!(comparing.see(seen(30, 1, "\\Seen"), |_| true), None, "told twice is one message");
        assert_eq!(comparing.see(seen(20, 9, ""), |_| true), None);
        assert_eq!(comparing.see(seen(25, 1, ""), |_| true), None, "a stranger");
        assert_eq!(comparing.lost(), [Uid(3), Uid(2)]);
        assert_eq!((comparing.equal(), comparing.differing(), comparing.held().to_string().as_str()), (1, (0, 1), "30"));
        assert_eq!(comparing.others().iter().map(|m| m.uid).collect::<Vec<_>>(), [Uid(20)]);
        assert_eq!(comparing.see(seen(10, 3, "\\Flagged"), |_| true), Some(Uid(3)));
        assert_eq!(comparing.differing(), (1, 2));
    }

    #[test]
    fn content_is_looked_at_only_where_the_bytes_are_not_enough() {
        let comparing = rows(&[(1, 30, 1)]);
        let row = comparing.row(Uid(30)).expect("there");
        assert_eq!(look(&row, print(1), || panic!("not needed")), print(1));
        assert_eq!(look(&row, print(2), || print(7)), print(7));
    }
}
