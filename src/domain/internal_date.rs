//! INTERNALDATE: the moment a message arrived, with its zone (RFC 9051 §2.3.3, grammar `date-time` §9).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment to the second with its zone. Two dates are equal when they name the same second, whatever the zone.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InternalDate {
    /// Seconds since 1970-01-01T00:00:00Z.
    seconds: i64,
    /// Minutes east of UTC, within a day.
    offset: i16,
}

/// A text that is not a `date-time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an IMAP date such as 02-Feb-2026 10:00:00 +0100")]
pub struct DateError;

const KEPT: std::ops::RangeInclusive<i64> = InternalDate::FIRST_KEPT..=InternalDate::LAST_KEPT;

impl InternalDate {
    /// The first second of 1970: every mail server keeps dates from here on (some refuse those before).
    pub const FIRST_KEPT: i64 = 0;
    /// The last second of 2037: every mail server keeps dates up to here (some refuse 2038-01-19 and later).
    pub const LAST_KEPT: i64 = 2_145_916_799;

    /// The same instant where every server keeps it (1970 to 2037), else the nearest one that is kept.
    /// A zone that would print a year outside is replaced by UTC.
    #[must_use]
    pub fn nearest_kept(self) -> Self {
        let local = self.seconds + i64::from(self.offset) * 60;
        if KEPT.contains(&self.seconds) && KEPT.contains(&local) {
            return self;
        }
        Self { seconds: self.seconds.clamp(*KEPT.start(), *KEPT.end()), offset: 0 }
    }

    /// Whether it lies where every server keeps it; else another one is sent in its place.
    pub fn is_kept(self) -> bool {
        KEPT.contains(&self.seconds)
    }

    /// From seconds since 1970 and minutes east of UTC; `None` outside the years 1 to 9999 or a day's offset.
    pub fn from_unix(seconds: i64, offset: i16) -> Option<Self> {
        let in_years = (-62_135_596_800..=253_402_300_799).contains(&(seconds + i64::from(offset) * 60));
        (in_years && offset.abs() < 24 * 60).then_some(Self { seconds, offset })
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// Minutes east of UTC.
    pub const fn offset_minutes(self) -> i16 {
        self.offset
    }
}

impl PartialEq for InternalDate {
    fn eq(&self, other: &Self) -> bool {
        self.seconds == other.seconds
    }
}

impl Eq for InternalDate {}

/// Days since 1970-01-01 of a proleptic Gregorian date.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

impl FromStr for InternalDate {
    type Err = DateError;

    /// Reads `dd-Mon-yyyy hh:mm:ss ±zzzz`; a day of one digit, with or without a blank before it, is accepted.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_ascii_whitespace();
        let (Some(date), Some(time), Some(zone), None) = (words.next(), words.next(), words.next(), words.next()) else {
            return Err(DateError);
        };
        let number = |digits: &str, longest: usize| -> Result<i64, DateError> {
            let is_number = (1..=longest).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            if is_number { digits.parse().map_err(|_| DateError) } else { Err(DateError) }
        };
        let mut parts = date.split('-');
        let (Some(day), Some(month), Some(year), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(DateError);
        };
        let month = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(month)).ok_or(DateError)?;
        let (day, month, year) = (number(day, 2)?, i64::try_from(month).map_err(|_| DateError)? + 1, number(year, 4)?);
        let mut parts = time.split(':');
        let (Some(hour), Some(minute), Some(second), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(DateError);
        };
        let (hour, minute, second) = (number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
        let (sign, digits) = match zone.split_at_checked(1) {
            Some(("+", digits)) => (1, digits),
            Some(("-", digits)) => (-1, digits),
            _ => return Err(DateError),
        };
        if digits.len() != 4 {
            return Err(DateError);
        }
        let zone = number(digits, 4)?;
        let offset = sign * (zone / 100 * 60 + zone % 100);
        let days = days_from_civil(year, month, day);
        if !(1..=9999).contains(&year) || civil_from_days(days) != (year, month, day) || hour > 23 || minute > 59 || second > 60 {
            return Err(DateError);
        }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second.min(59) - offset * 60;
        Self::from_unix(seconds, i16::try_from(offset).map_err(|_| DateError)?).ok_or(DateError)
    }
}

impl fmt::Display for InternalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.seconds + i64::from(self.offset) * 60;
        let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let name = usize::try_from(month - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or("Jan");
        let sign = if self.offset < 0 { '-' } else { '+' };
        let zone = self.offset.abs();
        write!(
            f,
            "{day:02}-{name}-{year:04} {:02}:{:02}:{:02} {sign}{:02}{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60,
            zone / 60,
            zone % 60
        )
    }
}

impl TryFrom<String> for InternalDate {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<InternalDate> for String {
    fn from(date: InternalDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_servers_write() {
        let date: InternalDate = " 2-Feb-2026 10:00:00 +0100".parse().expect("valid");
        assert_eq!((date.unix_seconds(), date.offset_minutes()), (1_770_022_800, 60));
        assert_eq!(date.to_string(), "02-Feb-2026 10:00:00 +0100");
        assert_eq!("02-Feb-2026 09:00:00 +0000".parse::<InternalDate>(), Ok(date));
        for bad in ["", "00-Jan-1900 00:00:00 +0000", "31-Feb-2020 00:00:00 +0000", "99-Foo-2026 10:00:00 +0000", "01-Jan-2026 10:00:00"] {
            assert_eq!(bad.parse::<InternalDate>(), Err(DateError), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn display_then_parse_is_identity(seconds in -2_000_000_000i64..8_000_000_000, offset in -1439i16..1440) {
            let date = InternalDate::from_unix(seconds, offset).expect("in range");
            let back: InternalDate = date.to_string().parse().expect("valid");
            prop_assert_eq!((back.unix_seconds(), back.offset_minutes()), (seconds, offset));
        }
    }
}
