//! Which messages are read in whole when not all are: chosen by what they are, so that every run chooses the same.

use super::Brief;

/// One message in so many.
pub(super) const ONE_IN: u64 = 20;
/// At least so many of a mailbox.
pub(super) const AT_LEAST: usize = 200;
/// From this size on every message: 8 MiB, where most goes wrong.
pub(super) const EVERY_ONE_FROM: u32 = 8 << 20;

/// The choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Digests are drawn lots: those up to this number win.
    highest_lot: u64,
}

impl Sample {
    /// The sample of these rows.
    pub fn of(rows: &[Brief]) -> Self {
        let usual = u64::MAX / ONE_IN;
        let mut lots: Vec<u64> = rows.iter().map(Brief::lot).collect();
        if lots.len() <= AT_LEAST {
            return Self { highest_lot: u64::MAX };
        }
        let (_, last, _) = lots.select_nth_unstable(AT_LEAST - 1);
        Self { highest_lot: usual.max(*last) }
    }

    /// Whether a message is read in whole.
    pub fn holds(&self, row: &Brief) -> bool {
        row.lot() <= self.highest_lot || row.size >= EVERY_ONE_FROM
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Uid;
    use crate::mailcopy::{Briefs, Columns, Comparison, EntryState, Fingerprint};

    fn rows(count: u32, size: u64) -> Briefs {
        let mut rows = Briefs::default();
        for uid in 1..=count {
            let columns = Columns {
                source: Uid(uid),
                target: Some(Uid(uid)),
                fingerprint: Fingerprint::of_bytes(&uid.to_le_bytes()),
                internal_date: None,
                size,
                state: EntryState::Copied,
            };
            rows.push(&columns, "", Comparison::Bytes);
        }
        rows
    }

    fn chosen(rows: &Briefs) -> usize {
        let sample = Sample::of(rows.rows());
        rows.rows().iter().filter(|row| sample.holds(row)).count()
    }

    #[test]
    fn one_in_twenty_is_chosen_but_never_fewer_than_two_hundred_and_every_large_one() {
        assert_eq!((chosen(&rows(0, 1)), chosen(&rows(150, 1)), chosen(&rows(1000, 1))), (0, 150, 200));
        let many = chosen(&rows(20_000, 1));
        assert!((900..1100).contains(&many), "{many} of 20,000");
        assert_eq!(chosen(&rows(1000, u64::from(EVERY_ONE_FROM))), 1000);
    }
}
