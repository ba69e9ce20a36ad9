//! What of a message's flags and date may be sent to the target, and what changes on the way.
//!
//! A flag or date that the target refuses must never travel with a non-synchronising literal: some servers then read the message
//! as commands. `\Deleted` is copied as it is: the copy is faithful, and expunging is the person's.

use super::odd_date::odd_date;
use crate::domain::{Flags, InternalDate, Keyword};
use crate::problem::guarded;

/// Flags and date as they are sent, and what was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// System flags, and the keywords that the target stores.
    pub flags: Flags,
    /// The date, within 1970 to 2037.
    pub internal_date: Option<InternalDate>,
    /// Keywords that the target does not store.
    pub dropped_keywords: Vec<Keyword>,
    /// Flags that cannot be sent at all.
    pub dropped_foreign: Vec<String>,
    /// Whether the date had to be changed.
    pub is_date_changed: bool,
}

/// Decides what is sent. `is_storable` says whether the target mailbox keeps a keyword (its PERMANENTFLAGS).
pub fn prepare(flags: &Flags, internal_date: Option<InternalDate>, is_storable: impl Fn(&Keyword) -> bool) -> Outgoing {
    let sent = internal_date.map(InternalDate::nearest_kept);
    Outgoing {
        dropped_keywords: flags.keywords().filter(|k| !is_storable(k)).cloned().collect(),
        dropped_foreign: flags.foreign().map(str::to_owned).collect(),
        flags: flags.clone().keeping_keywords(is_storable),
        is_date_changed: sent != internal_date,
        internal_date: sent,
    }
}

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
        let letter = || {
            let text = raw(&mail_parser::HeaderName::Date)?;
            // With slashes the month comes first.
            let american = if text.contains('/') { odd_date(&text) } else { None };
            american.or_else(|| InternalDate::read(text.trim()))
        };
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
    use crate::domain::SystemFlag;
    use proptest::prelude::*;

    #[test]
    fn only_what_the_target_keeps_is_sent() {
        let flags = Flags::from_wire(["\\Seen", "\\Deleted", "$MDNSent", "Work", "\\Odd"]);
        let outgoing = prepare(&flags, None, |k| k.as_str() == "$MDNSent");
        assert_eq!(outgoing.flags.to_string(), "\\Seen \\Deleted $MDNSent");
        assert!(outgoing.flags.has(SystemFlag::Deleted));
        assert_eq!(outgoing.dropped_keywords.iter().map(Keyword::as_str).collect::<Vec<_>>(), ["Work"]);
        assert_eq!(outgoing.dropped_foreign, ["\\Odd"]);
        assert!(!outgoing.is_date_changed);
    }

    #[test]
    fn dates_that_no_server_keeps_are_moved_and_said() {
        for (date, sent, is_changed) in [
            ("02-Feb-2026 10:00:00 +0100", "02-Feb-2026 10:00:00 +0100", false),
            ("31-Dec-1969 23:00:00 +0000", "01-Jan-1970 00:00:00 +0000", true),
            ("31-Dec-1969 20:00:00 -0500", "01-Jan-1970 01:00:00 +0000", false),
            ("01-Jan-2038 00:30:00 +0100", "31-Dec-2037 23:30:00 +0000", false),
            ("19-Jan-2106 00:00:00 +0000", "31-Dec-2037 23:59:59 +0000", true),
            ("01-Jan-0102 00:00:00 +0000", "01-Jan-1970 00:00:00 +0000", true),
        ] {
            let outgoing = prepare(&Flags::default(), date.parse().ok(), |_| true);
            assert_eq!(
                (outgoing.internal_date.map(|d| d.to_string()).as_deref(), outgoing.is_date_changed),
                (Some(sent), is_changed),
                "{date}"
            );
        }
    }

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
