//! Dates of letters in shapes that no standard knows, as old mail programs wrote them.

use crate::domain::InternalDate;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// What was found in the words of a date.
#[derive(Default)]
struct Found<'a> {
    day: Option<u32>,
    month: Option<&'static str>,
    year: Option<u32>,
    time: Option<String>,
    zone: Option<&'a str>,
}

/// Reads `3-Feb-2026 10:00`, `Tue Feb  3 10:00:00 2026`, `02/03/26 10:00:00` (month first) and their like. Without a zone it is UTC.
pub(super) fn odd_date(text: &str) -> Option<InternalDate> {
    let mut found = Found::default();
    for word in text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()) {
        found.take(word);
    }
    let Found { day, month, year, time, zone } = found;
    let zone = zone.unwrap_or("+0000");
    format!("{}-{}-{:04} {} {zone}", day?, month?, year?, time?).parse().ok()
}

impl<'a> Found<'a> {
    fn take(&mut self, word: &'a str) {
        if self.zone.is_none() && is_zone(word) {
            self.zone = Some(word);
        } else if let Some(time) = time_of(word) {
            self.time.get_or_insert(time);
        } else if let [month, day, year] = word.split('/').collect::<Vec<_>>()[..] {
            self.month = month.parse().ok().and_then(|number: usize| MONTHS.get(number.checked_sub(1)?)).copied();
            self.day = day.parse().ok();
            self.year = year_of(year);
        } else {
            word.split('-').for_each(|piece| self.take_piece(piece));
        }
    }

    /// A day, the beginning of a month's name, or a year, in this order of likelihood.
    fn take_piece(&mut self, piece: &str) {
        let named = |month: &&&str| piece.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(month));
        match (self.day, piece.parse::<u32>()) {
            (None, Ok(day)) if piece.len() <= 2 => self.day = Some(day),
            (_, Ok(_)) => self.year = self.year.or_else(|| year_of(piece)),
            (_, Err(_)) => self.month = self.month.or_else(|| MONTHS.iter().find(named).copied()),
        }
    }
}

fn is_zone(word: &str) -> bool {
    word.len() == 5 && word.starts_with(['+', '-']) && word[1..].bytes().all(|b| b.is_ascii_digit())
}

/// `10:00`, `10:00:00`, `10.00.00`.
fn time_of(word: &str) -> Option<String> {
    let pieces: Vec<u32> = word.split([':', '.']).map(str::parse).collect::<Result<_, _>>().ok()?;
    match pieces[..] {
        [hour, minute] => Some(format!("{hour:02}:{minute:02}:00")),
        [hour, minute, second] => Some(format!("{hour:02}:{minute:02}:{second:02}")),
        _ => None,
    }
}

/// A year of two digits is one of 1950 to 2049 (RFC 5322 §4.3).
fn year_of(text: &str) -> Option<u32> {
    let year: u32 = text.parse().ok()?;
    match text.len() {
        2 if year < 50 => Some(2000 + year),
        2 => Some(1900 + year),
        4 => Some(year),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shapes_of_old_mail_programs_are_read() {
        for (text, date) in [
            ("3-Feb-2026 10:00:00 +0100", "03-Feb-2026 10:00:00 +0100"),
            ("03-feb-26 10:00", "03-Feb-2026 10:00:00 +0000"),
            ("Tue Feb  3 10:00:00 2026", "03-Feb-2026 10:00:00 +0000"),
            ("Tue Feb  3 10:00:00 CET 2026", "03-Feb-2026 10:00:00 +0000"),
            ("02/03/2026 10:00:00", "03-Feb-2026 10:00:00 +0000"),
            ("02/06/98 22:18:08", "06-Feb-1998 22:18:08 +0000"),
            ("Tuesday, February 3, 2026 10.00.00 -0500", "03-Feb-2026 10:00:00 -0500"),
        ] {
            assert_eq!(odd_date(text).map(|date| date.to_string()).as_deref(), Some(date), "{text}");
        }
        for text in ["", "yesterday", "31-Feb-2026 10:00:00", "99/99/99 10:00:00", "3 Feb 2026", "10:00:00"] {
            assert_eq!(odd_date(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_words_give_a_date_or_none(text in "\\PC{0,40}") {
            let date = odd_date(&text);
            prop_assert!(date.is_none_or(|d| d.nearest_kept().unix_seconds() >= 0));
        }
    }
}
