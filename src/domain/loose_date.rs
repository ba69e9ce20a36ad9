//! Dates as servers and mail programs really wrote them: years of two or three digits, dots between hours and minutes, no weekday, no
//! zone, months in the language of the machine. Only for reading; what is written is RFC 9051's `date-time`.

use super::InternalDate;

/// Months by the beginnings of their names: English first, then the languages in which programs are known to have written them.
const MONTHS: [&[&str]; 12] = [
    &["jan", "janv", "gen", "ene", "sty", "led", "янв"],
    &["feb", "fév", "fev", "lut", "úno", "фев"],
    &["mar", "mär", "mrz", "maa", "mrt", "bře", "мар"],
    &["apr", "avr", "abr", "kwi", "dub", "апр"],
    &["may", "mai", "mag", "mei", "maj", "kvě", "май", "мая"],
    &["jun", "juin", "giu", "cze", "июн"],
    &["jul", "juil", "lug", "lip", "июл"],
    &["aug", "aoû", "aou", "ago", "sie", "srp", "авг"],
    &["sep", "set", "wrz", "zář", "сен"],
    &["oct", "okt", "ott", "out", "paź", "říj", "окт"],
    &["nov", "lis", "ноя"],
    &["dec", "dez", "déc", "dic", "gru", "pro", "дек"],
];

/// Zones that are written as words (RFC 5322 §4.3), in minutes east of UTC.
const ZONES: [(&str, i64); 14] = [
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("cet", 60),
    ("cest", 120),
];

impl InternalDate {
    /// Reads a date in whatever form: RFC 9051's, else RFC 5322's with its obsolete forms, `asctime`'s, ISO 8601's and the usual mistakes.
    /// A zone that is missing or unknown counts as UTC. `None` when there is no day that exists.
    pub fn read(text: &str) -> Option<Self> {
        // The year 1000: an earlier one was written with two or three digits.
        const SOUND: i64 = -30_610_224_000;
        let strict: Option<Self> = text.parse().ok();
        strict.filter(|date| date.unix_seconds() >= SOUND).or_else(|| loose(text)).or(strict)
    }
}

/// What is known of a date so far.
#[derive(Default)]
struct Parts {
    day: Option<i64>,
    month: Option<i64>,
    /// The month was read before the day: it may have been a weekday (`mar., 24 août`).
    is_month_uncertain: bool,
    year: Option<i64>,
    time: Option<(i64, i64, i64)>,
    zone: Option<i64>,
}

fn loose(text: &str) -> Option<InternalDate> {
    let text = text.split('(').next().unwrap_or_default();
    let mut parts = Parts::default();
    let mut words = text.split([' ', '\t', ',', '\r', '\n', '"']).filter(|word| !word.is_empty()).take(12);
    for word in &mut words {
        parts.take(word);
    }
    parts.date()
}

impl Parts {
    fn take(&mut self, word: &str) {
        let is_time = self.time.is_none() && word.starts_with(|c: char| c.is_ascii_digit());
        if let Some((date, time)) = word.split_once('T').filter(|(date, time)| date.contains('-') && time.contains(':')) {
            self.take(date);
            self.take_time_and_zone(time);
        } else if is_time && (word.contains(':') || word.matches('.').count() == 2 && self.year_or_day_is_known()) {
            self.take_time_and_zone(word);
        } else if let Some(zone) = zone(word).filter(|_| self.day.is_some() && self.month.is_some()) {
            self.zone = self.zone.or(Some(zone));
        } else if let Some((month, rest)) = american(word).filter(|_| self.day.is_none() && self.month.is_none()) {
            self.month = Some(month);
            rest.split('/').for_each(|part| self.take_one(part));
        } else if word.contains(['-', '/', '.']) && word.len() > 2 {
            word.split(['-', '/', '.']).filter(|part| !part.is_empty()).for_each(|part| self.take_one(part));
        } else {
            self.take_one(word);
        }
    }

    const fn year_or_day_is_known(&self) -> bool {
        self.day.is_some() && (self.year.is_some() || self.month.is_some())
    }

    fn take_time_and_zone(&mut self, word: &str) {
        let end = word.find(['+', '-', 'Z']).unwrap_or(word.len());
        let numbers: Vec<i64> = word[..end].split([':', '.']).map_while(|part| part.parse().ok()).collect();
        let time = match numbers.as_slice() {
            [hour, minute] => (*hour, *minute, 0),
            [hour, minute, second, ..] => (*hour, *minute, *second),
            _ => return,
        };
        let is_a_time = (0..24).contains(&time.0) && (0..60).contains(&time.1) && (0..=60).contains(&time.2);
        self.time = self.time.or(is_a_time.then_some(time));
        self.zone = self.zone.or_else(|| zone(&word[end..]));
    }

    fn take_one(&mut self, part: &str) {
        if let Ok(number) = part.parse::<i64>() {
            let is_day = part.len() <= 2 && (1..=31).contains(&number) && self.day.is_none();
            if part.len() > 4 || number < 0 {
            } else if is_day && (part.len() < 3 && self.year.is_none() || self.month.is_some()) {
                self.day = Some(number);
            } else if self.month.is_none() && part.len() <= 2 && (1..=12).contains(&number) {
                self.month = Some(number);
            } else {
                self.year = self.year.or(Some(full_year(number, part.len())));
            }
        } else if self.month.is_none() || self.is_month_uncertain && self.day.is_some() {
            let name = part.to_lowercase();
            let named = (1..).zip(MONTHS).find(|(_, names)| names.iter().any(|known| name.starts_with(known))).map(|(month, _)| month);
            if named.is_some() {
                self.month = named;
                self.is_month_uncertain = self.day.is_none();
            }
        }
    }

    fn date(&self) -> Option<InternalDate> {
        const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (day, month, year) = (self.day?, usize::try_from(self.month?).ok()?, self.year?);
        let (hour, minute, second) = self.time.unwrap_or((0, 0, 0));
        let zone = self.zone.unwrap_or(0);
        let (sign, zone) = (if zone < 0 { '-' } else { '+' }, zone.abs());
        let name = NAMES.get(month.checked_sub(1)?)?;
        format!("{day:02}-{name}-{year:04} {hour:02}:{minute:02}:{second:02} {sign}{:02}{:02}", zone / 60, zone % 60).parse().ok()
    }
}

/// With slashes the month comes first, where it can be one: the month, and day and year behind it.
fn american(word: &str) -> Option<(i64, &str)> {
    let (month, rest) = word.split_once('/')?;
    let is_month = month.len() <= 2 && rest.matches('/').count() == 1;
    month.parse().ok().filter(|number| is_month && (1..=12).contains(number)).map(|number| (number, rest))
}

/// RFC 5322 §4.3: two digits below 50 are this century, above the last one; three digits count from 1900, as do broken clocks' `0102`.
const fn full_year(year: i64, digits: usize) -> i64 {
    match year {
        0..=49 if digits <= 2 => year + 2000,
        0..=999 => year + 1900,
        year => year,
    }
}

fn zone(word: &str) -> Option<i64> {
    let lower = word.to_ascii_lowercase();
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == lower) {
        return Some(*minutes);
    }
    let sign = if word.starts_with('-') { -1 } else { 1 };
    let digits: String = word.strip_prefix(['+', '-'])?.chars().filter(|c| *c != ':').collect();
    let is_zone = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
    let number: i64 = digits.parse().ok().filter(|number| is_zone && *number < 2400 && number % 100 < 60)?;
    Some(sign * (number / 100 * 60 + number % 100))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        InternalDate::read(text).map_or_else(|| "none".to_owned(), |date| date.to_string())
    }

    #[test]
    fn g10_every_bad_shape_is_read() {
        for (text, date) in [
            ("24-Aug-2010 16:00:00 +0200", "24-Aug-2010 16:00:00 +0200"),
            (" 4-Aug-2010 16:00:00 +0200", "04-Aug-2010 16:00:00 +0200"),
            ("24 Aug 10 16:00:00 +0200", "24-Aug-2010 16:00:00 +0200"),
            ("24-Aug-98 16:00:00 +0200", "24-Aug-1998 16:00:00 +0200"),
            ("Tue, 24 Aug 2010 16.00.00 +0200", "24-Aug-2010 16:00:00 +0200"),
            ("24 Aug 2010 16:00:00 +0200", "24-Aug-2010 16:00:00 +0200"),
            ("Tue Aug 24 16:00:00 2010", "24-Aug-2010 16:00:00 +0000"),
            ("Fri, 24 Aug 102 16:00:00 GMT", "24-Aug-2002 16:00:00 +0000"),
            ("Fri, 24 Aug 0102 16:00:00 GMT", "24-Aug-2002 16:00:00 +0000"),
            ("mar., 24 août 2010 16:00 +0200", "24-Aug-2010 16:00:00 +0200"),
            ("Di, 24 Dez 2010 16:00:00 +0100 (CET)", "24-Dec-2010 16:00:00 +0100"),
            ("2010-08-24T16:00:00+02:00", "24-Aug-2010 16:00:00 +0200"),
            ("2010-08-24 16:00:00", "24-Aug-2010 16:00:00 +0000"),
            ("24.08.2010 16:00:00", "24-Aug-2010 16:00:00 +0000"),
            ("Sun, 24 Aug 2010 16:00:00 PDT", "24-Aug-2010 16:00:00 -0700"),
            ("24 Aug 2010", "24-Aug-2010 00:00:00 +0000"),
            ("24-Aug-0102 16:00:00 +0000", "24-Aug-2002 16:00:00 +0000"),
            ("02/03/2026 10:00:00", "03-Feb-2026 10:00:00 +0000"),
            ("02/06/98 22:18:08", "06-Feb-1998 22:18:08 +0000"),
            ("24/08/2010 16:00:00", "24-Aug-2010 16:00:00 +0000"),
            ("03-feb-26 10:00", "03-Feb-2026 10:00:00 +0000"),
            ("Tue Feb  3 10:00:00 CET 2026", "03-Feb-2026 10:00:00 +0100"),
            ("Tuesday, February 3, 2026 10.00.00 -0500", "03-Feb-2026 10:00:00 -0500"),
        ] {
            assert_eq!(read(text), date, "{text}");
        }
        for text in [
            "",
            "yesterday",
            "31-Feb-2020 10:00:00 +0000",
            "00-Jan-1900 00:00:00 +0000",
            "12:00:00",
            "Aug 2010",
            "+0200",
            "99/99/99 10:00:00",
        ] {
            assert_eq!(read(text), "none", "{text}");
        }
    }

    #[test]
    fn g10_z9_what_is_sent_lies_between_1970_and_2037() {
        for text in ["24 Aug 1969 16:00:00 GMT", "19 Jan 2038 03:14:08 GMT", "24 Aug 2106 16:00:00 GMT", "1 Jan 1902 00:00:00 GMT"] {
            let sent = InternalDate::read(text).expect("a date").nearest_kept().to_string();
            let year: u32 = sent[7..11].parse().expect("a year");
            assert!((1970..=2037).contains(&year), "{text}: {sent}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_none(text in "[0-9A-Za-zé:.,/+() -]{0,40}|\\PC{0,30}") {
            if let Some(date) = InternalDate::read(&text) {
                prop_assert_eq!(date.to_string().parse::<InternalDate>().ok(), Some(date));
            }
        }

        #[test]
        fn what_is_well_formed_is_read_as_it_stands(seconds in 0i64..4_000_000_000, offset in -720i16..=720) {
            let date = InternalDate::from_unix(seconds, offset).expect("in range");
            prop_assert_eq!(read(&date.to_string()), date.to_string());
            prop_assert_eq!(loose(&date.to_string()).map(|read| read.to_string()), Some(date.to_string()));
        }
    }
}
