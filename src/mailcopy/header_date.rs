//! The date of a message that its server does not tell: read from its headers, as they are really written.

use crate::domain::InternalDate;
use crate::problem::guarded;

/// The date of a message whose INTERNALDATE the source did not say: when the last server received it, else when it was written.
pub fn date_from_headers(message: &[u8]) -> Option<InternalDate> {
    let parse = || {
        let parsed = mail_parser::MessageParser::default().parse_headers(message)?;
        let root = parsed.parts.first()?;
        let received = root.headers.iter().find_map(|h| h.value.as_received().and_then(mail_parser::Received::date));
        let written = || root.headers.iter().find(|h| h.name == mail_parser::HeaderName::Date).and_then(|h| h.value.as_datetime().copied());
        // As it is written first: the parser takes months of other languages for other months.
        let is_sound = |date: &mail_parser::DateTime| date.is_valid() && date.year >= 1000;
        let raw = |name: &mail_parser::HeaderName<'_>| {
            let header = root.headers.iter().find(|h| h.name == *name)?;
            let value = message.get(header.offset_start as usize..header.offset_end as usize)?;
            Some(String::from_utf8_lossy(value).into_owned())
        };
        let receipt = || InternalDate::read(raw(&mail_parser::HeaderName::Received)?.rsplit_once(';')?.1.trim());
        let letter = || InternalDate::read(raw(&mail_parser::HeaderName::Date)?.trim());
        receipt()
            .or_else(|| received.filter(is_sound).and_then(|date| exactly(&date)))
            .or_else(letter)
            .or_else(|| written().filter(is_sound).and_then(|date| exactly(&date)))
    };
    guarded(parse).flatten()
}

/// The parser's date as ours.
fn exactly(date: &mail_parser::DateTime) -> Option<InternalDate> {
    let offset = (i16::from(date.tz_hour) * 60 + i16::from(date.tz_minute)) * if date.tz_before_gmt { -1 } else { 1 };
    InternalDate::from_unix(date.to_timestamp(), offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_a_date_the_last_receipt_counts_then_the_letter_itself() {
        let both = b"Received: from a by b; Mon, 2 Feb 2026 10:00:00 +0100\r\nReceived: from c by a; Sun, 1 Feb 2026 10:00:00 +0100\r\n\
            Date: Sat, 31 Jan 2026 10:00:00 -0530\r\n\r\nx";
        assert_eq!(date_from_headers(both).map(|d| d.to_string()).as_deref(), Some("02-Feb-2026 10:00:00 +0100"));
        let written = b"Date: Sat, 31 Jan 2026 10:00:00 -0530\r\n\r\nx";
        assert_eq!(date_from_headers(written).map(|d| d.to_string()).as_deref(), Some("31-Jan-2026 10:00:00 -0530"));
        assert_eq!(date_from_headers(b"Subject: x\r\n\r\n"), None);
        for odd in ["3-Feb-2026 10:00:00 +0100", "Tue Feb  3 09:00:00 2026", "02/03/2026 09:00:00"] {
            let message = format!("Subject: x\r\nDate: {odd}\r\nTo: a@example.com\r\n\r\nx");
            assert_eq!(date_from_headers(message.as_bytes()).map(InternalDate::unix_seconds), Some(1_770_109_200), "{odd}");
        }
    }

    #[test]
    fn g9_g10_dates_that_are_written_badly_still_count() {
        for (header, date) in [
            ("Date: Tue, 24 Aug 10 16.00.00 +0200", "24-Aug-2010 16:00:00 +0200"),
            ("Date: mar., 24 août 2010 16:00:00 +0200", "24-Aug-2010 16:00:00 +0200"),
            ("Date: 24-Aug-2010 16:00:00 +0200", "24-Aug-2010 16:00:00 +0200"),
            ("Date: Fri, 24 Aug 0102 16:00:00 GMT", "24-Aug-2002 16:00:00 +0000"),
            (
                "Received: from a by b; Di, 24 Dez 2010 16:00:00 +0100\r\nDate: Sat, 31 Jan 2026 10:00:00 +0000",
                "24-Dec-2010 16:00:00 +0100",
            ),
            ("Received: from a by b\r\nDate: Sat, 31 Jan 2026 10:00:00 +0000", "31-Jan-2026 10:00:00 +0000"),
        ] {
            let message = format!("{header}\r\n\r\nx");
            assert_eq!(date_from_headers(message.as_bytes()).map(|d| d.to_string()).as_deref(), Some(date), "{header}");
        }
        assert_eq!(date_from_headers(b"Date: some day\r\n\r\nx"), None);
    }

    proptest! {
        #[test]
        fn headers_of_any_kind_give_a_date_or_none(text in "(Received: from a; |Date: )[A-Za-z0-9:+, -]{0,40}\r\n\r\n") {
            let date = date_from_headers(text.as_bytes());
            prop_assert!(date.is_none_or(|d| d.nearest_kept().unix_seconds() >= 0));
        }
    }
}
