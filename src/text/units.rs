//! Numbers and times as people read them, the same in every sentence.

/// A count with thousands separators: `12,904`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Seconds as `0:07`, `2:41`, `1:02:41`: ages and countdowns.
pub fn short_duration(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Seconds in words, roughly: `8 s`, `22 min`, `3 h 10 min`, `2 d 4 h`.
pub fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, 0) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, 0, _) => format!("{days} d"),
        _ => format!("{days} d {hours} h"),
    }
}

/// From so many to so many seconds in words, roughly: `22–28 min`, `8 min – 1 h 30 min`.
pub fn duration_range(low: u64, high: u64) -> String {
    let coarse = |seconds: u64| match seconds {
        0..60 => seconds.div_ceil(10) * 10,
        60..3600 => seconds.div_ceil(60) * 60,
        3600..86_400 => seconds.div_ceil(1800) * 1800,
        _ => seconds.div_ceil(21_600) * 21_600,
    };
    let (from, to) = (duration(coarse(low)), duration(coarse(high)));
    match (from.split_once(' '), to.split_once(' ')) {
        _ if from == to => to,
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number}–{to}"),
        _ => format!("{from} – {to}"),
    }
}

/// The time of day `10:42:07` of milliseconds since 1970 UTC, `offset` minutes east of Greenwich.
pub fn clock_time(millis: i64, offset: i32) -> String {
    let seconds = (millis.div_euclid(1000) + i64::from(offset) * 60).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Date and time `2026-11-20 10:42` of milliseconds since 1970 UTC, `offset` minutes east of Greenwich.
pub fn date_time(millis: i64, offset: i32) -> String {
    let seconds = millis.div_euclid(1000) + i64::from(offset) * 60;
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let time = clock_time(millis, offset);
    format!("{year:04}-{month:02}-{day:02} {}", &time[..5])
}

/// Proleptic Gregorian date of a day number since 1970-01-01, by counting whole 400-year eras that start on 1 March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!([0, 999, 1000, 58_900, 1_234_567].map(count), ["0", "999", "1,000", "58,900", "1,234,567"]);
        assert_eq!([7, 161, 3761].map(short_duration), ["0:07", "2:41", "1:02:41"]);
        assert_eq!([8, 1320, 3600, 11_400, 187_200].map(duration), ["8 s", "22 min", "1 h", "3 h 10 min", "2 d 4 h"]);
        assert_eq!(duration_range(1320, 1670), "22–28 min");
        assert_eq!(duration_range(475, 4_720), "8 min – 1 h 30 min");
        assert_eq!(duration_range(5, 8), "10 s");
        assert_eq!(clock_time(1_795_171_327_000, 60), "11:42:07");
        assert_eq!(date_time(1_795_171_327_000, 0), "2026-11-20 10:42");
        assert_eq!(date_time(951_782_400_000, 0), "2000-02-29 00:00");
    }
}
