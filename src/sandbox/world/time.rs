//! The world's time: where it starts, how fast operations are, and how far the API's own clock is off.
//!
//! Built on tokio's clock, so that a test with paused time pauses the world as well. The system's clock is
//! never read here: whoever starts a world says what time it is.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::Moment;

/// How long the platform's operations take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// Seconds, as a person watches them: 2 to 6 for an operation, 4 for a zone to be published.
    #[default]
    Human,
    /// Milliseconds, for tests: 4 to 12 for an operation, 6 for a zone.
    Quick,
    /// Tenths of a second, for tests that look in between over sockets: 200 to 300 for an operation, 100 for a zone.
    Calm,
}

impl Pace {
    /// Milliseconds of the operation with this number.
    pub(crate) const fn operation_millis(self, number: i64) -> u64 {
        let step = number.unsigned_abs().wrapping_mul(0x9e37_79b9) >> 4;
        match self {
            Self::Human => 2_000 + step % 4_001,
            Self::Quick => 4 + step % 9,
            Self::Calm => 200 + step % 101,
        }
    }

    /// Milliseconds for which a name that a Zimbra gave up is refused elsewhere.
    pub(crate) const fn release_millis(self) -> u64 {
        match self {
            Self::Human => 20_000,
            Self::Quick => 40,
            Self::Calm => 1_000,
        }
    }

    /// Milliseconds of the platform's own migration.
    pub(crate) const fn migration_millis(self) -> u64 {
        match self {
            Self::Human => 15_000,
            Self::Quick => 30,
            Self::Calm => 500,
        }
    }

    /// Milliseconds from `refresh` to the moment at which the name servers serve the new zone.
    pub(crate) const fn publishing_millis(self) -> u64 {
        match self {
            Self::Human => 4_000,
            Self::Quick => 6,
            Self::Calm => 100,
        }
    }
}

/// Tells the world's time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorldClock {
    start: Moment,
    since: Instant,
}

impl WorldClock {
    /// A clock that shows `start` now.
    pub(crate) fn starting_at(start: Moment) -> Self {
        Self { start, since: Instant::now() }
    }

    /// Now.
    pub(crate) fn now(&self) -> Moment {
        self.start.plus_millis(u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Waits until the clock shows `moment`.
    pub(crate) async fn sleep_until(&self, moment: Moment) {
        tokio::time::sleep_until(self.since + Duration::from_millis(moment.millis_since(self.start))).await;
    }
}

/// The moment at which a rule is applied, and the pace of what it starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// Now.
    pub(crate) now: Moment,
    /// Pace.
    pub(crate) pace: Pace,
}

/// RFC 3339 in UTC, as the API writes moments.
pub(crate) fn rfc3339(moment: Moment) -> String {
    let seconds = moment.0.div_euclid(1000);
    let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}+00:00", clock / 3600, clock / 60 % 60, clock % 60)
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar counted from March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_rfc_3339() {
        assert_eq!(rfc3339(Moment(0)), "1970-01-01T00:00:00+00:00");
        assert_eq!(rfc3339(Moment(1_709_210_096_789)), "2024-02-29T12:34:56+00:00");
        assert_eq!(rfc3339(Moment(1_767_225_599_000)), "2025-12-31T23:59:59+00:00");
    }

    #[test]
    fn operations_take_two_to_six_seconds_for_a_person() {
        assert!((1..500).all(|n| (2_000..=6_000).contains(&Pace::Human.operation_millis(n))));
        assert!((1..500).all(|n| (4..=12).contains(&Pace::Quick.operation_millis(n))));
    }
}
