//! Recognises a message that a server altered on its way in, beyond what [`Fingerprint`](super::Fingerprint) sees through.
//!
//! Two questions, and two kinds of answers. [`is_worn`] is sure: byte for byte the same message, but for what servers are known to
//! replace (Cyrus: 8-bit bytes of the header; Dovecot: NUL) and for carriage returns and line ends at the end, which they add and drop
//! (Courier). [`Likeness::may_be`] is a suspicion only: it says when nobody can say that a message is *not* another one.

use mail_parser::{HeaderName, MessageParser};

use crate::domain::InternalDate;
use crate::problem::guarded;

/// Whether `stored` is what a server known to alter bytes made of `sent`.
pub fn is_worn(sent: &[u8], stored: &[u8]) -> bool {
    let near = sent.len() / 2..=sent.len().saturating_mul(2).saturating_add(2);
    if !near.contains(&stored.len()) {
        return false;
    }
    let (sent, stored) = (plain(sent), plain(stored));
    let header = sent.windows(2).position(|two| two == b"\n\n").unwrap_or(sent.len());
    let is_soft = |(at, byte): (usize, &u8)| *byte == 0 || *byte >= 0x80 && at < header;
    // Of a message that is mostly such bytes too little is left to know it by.
    let is_known = 2 * sent.iter().enumerate().filter(|byte| is_soft(*byte)).count() <= sent.len();
    let is_replaced = sent.len() == stored.len()
        && sent.iter().enumerate().zip(&stored).all(|((at, byte), there)| byte == there || is_soft((at, byte)) && *there != b'\n');
    let without = || sent.iter().enumerate().filter(|(at, byte)| !is_soft((*at, byte))).map(|(_, byte)| *byte).collect::<Vec<u8>>();
    sent == stored || is_known && (is_replaced || sent.len() > stored.len() && ended(without()) == stored)
}

/// Without carriage returns, and without line ends at the end.
fn plain(bytes: &[u8]) -> Vec<u8> {
    ended(bytes.iter().copied().filter(|byte| *byte != b'\r').collect())
}

fn ended(mut bytes: Vec<u8>) -> Vec<u8> {
    while bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    bytes
}

/// What of a message even a server leaves that writes it anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Likeness {
    id: Option<String>,
    letter: Option<(i64, String)>,
    arrived: Option<i64>,
}

impl Likeness {
    /// Of a message and its INTERNALDATE.
    pub fn of(bytes: &[u8], internal_date: Option<InternalDate>) -> Self {
        let arrived = internal_date.map(|date| date.nearest_kept().unix_seconds());
        Self { arrived, ..guarded(|| Self::of_header(bytes)).unwrap_or_default() }
    }

    fn of_header(bytes: &[u8]) -> Self {
        let parsed = MessageParser::default().parse_headers(bytes);
        let header = |name: HeaderName<'static>| {
            parsed.as_ref()?.parts.first()?.headers.iter().find(|header| header.name == name).map(|header| &header.value)
        };
        let id = header(HeaderName::MessageId).and_then(|value| value.as_text()).map(str::to_ascii_lowercase);
        let sent = header(HeaderName::Date).and_then(|value| value.as_datetime()).map(mail_parser::DateTime::to_timestamp);
        let sender = header(HeaderName::From).and_then(|value| value.as_address()?.first()?.address()).map(str::to_ascii_lowercase);
        Self { id, letter: sent.zip(sender), arrived: None }
    }

    /// Whether nothing says that both are different messages. What a server altered beyond [`is_worn`] is only known by the same
    /// Message-ID, the same letter (date and sender), or where one of them has no id, by the same INTERNALDATE.
    pub fn may_be(&self, other: &Self) -> bool {
        let is_letter = self.letter.is_some() && self.letter == other.letter;
        match (&self.id, &other.id) {
            (Some(one), Some(another)) => one == another || is_letter,
            _ => is_letter || self.arrived.is_some() && self.arrived == other.arrived,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_known_servers_alter_is_seen_through() {
        for (sent, stored, who) in [
            (&b"Subject: caf\xc3\xa9\r\n\r\nx\r\n"[..], &b"Subject: cafXX\r\n\r\nx\r\n"[..], "Cyrus: 8-bit header bytes become X"),
            (b"Subject: a\rb\r\n\r\nx\ry", b"Subject: ab\r\n\r\nxy\r\n", "Courier: bare CR goes, a line end comes"),
            (b"Subject: a\n\nx\n", b"Subject: a\r\n\r\nx\r\n", "line ends are mended"),
            (b"Subject: a\r\n\r\nx\0y\r\n", b"Subject: a\r\n\r\nx\x80y\r\n", "Dovecot: NUL becomes another byte"),
            (b"Subject: a\r\n\r\nx\0\r\n", b"Subject: a\r\n\r\nx\r\n", "NUL goes"),
            (b"Subject: caf\xe9\r\n\r\nx\r\n", b"Subject: caf\r\n\r\nx\r\n", "8-bit header bytes go"),
        ] {
            assert!(is_worn(sent, stored), "{who}");
        }
    }

    #[test]
    fn another_message_is_not_taken_for_an_altered_one() {
        for (sent, stored, why) in [
            (&b"Subject: a\r\n\r\nx\r\n"[..], &b"Subject: b\r\n\r\nx\r\n"[..], "a letter of the header"),
            (b"Subject: a\r\n\r\ncaf\xe9\r\n", b"Subject: a\r\n\r\ncafX\r\n", "an 8-bit byte of the body"),
            (b"Subject: a\r\n\r\nx\r\n", b"Subject: a\r\n\r\nx y\r\n", "more text"),
            (b"Subject: a\r\n\r\nx\r\n", b"Received: z\r\nSubject: a\r\n\r\nx\r\n", "delivered again"),
            (b"Subject: cafX\r\n\r\nx\r\n", b"Subject: caf\xe9\r\n\r\nx\r\n", "servers do not add such bytes"),
            (b"Subject: a\xe9\r\n\r\nx\r\n", b"Subject: a\n\r\n\r\nx\r\n", "nor lines"),
            (b"", b"\r\n\r\n\r\n", "nothing"),
            (b"\0\0\0\0\0\0", b"abcdef", "too little is left"),
        ] {
            assert!(!is_worn(sent, stored), "{why}");
        }
    }

    #[test]
    fn a_suspicion_needs_an_id_a_letter_or_a_date_in_common() {
        let date = |seconds| InternalDate::from_unix(seconds, 0);
        let of = |text: &str, seconds| Likeness::of(text.as_bytes(), date(seconds));
        let sent = of("Message-ID: <1@example.com>\r\nSubject: a\r\n\r\n", 1_700_000_000);
        assert!(sent.may_be(&of("Message-Id: <1@EXAMPLE.com>\r\nSubject: anew\r\n\r\n", 1_800_000_000)));
        assert!(!sent.may_be(&of("Message-Id: <2@example.com>\r\nSubject: a\r\n\r\n", 1_700_000_000)), "two ids are two messages");
        assert!(sent.may_be(&of("Subject: anew\r\n\r\n", 1_700_000_000)), "an id may get lost");
        assert!(!sent.may_be(&of("Subject: a\r\n\r\n", 1_700_000_001)));
        let letter = "Date: Mon, 2 Feb 2026 10:00:00 +0100\r\nFrom: a@example.com\r\n\r\n";
        let renamed = format!("Message-ID: <new@example.org>\r\n{}", letter.replace("10:00:00 +0100", "09:00:00 +0000"));
        assert!(of(&format!("Message-ID: <old@example.com>\r\n{letter}"), 1).may_be(&of(&renamed, 2)), "ids may be rewritten");
    }

    proptest! {
        #[test]
        fn a_message_is_worn_as_itself_and_any_bytes_may_come(
            sent in proptest::collection::vec(any::<u8>(), 0..80), stored in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            prop_assert!(is_worn(&sent, &sent));
            let _ = (is_worn(&sent, &stored), Likeness::of(&sent, None).may_be(&Likeness::of(&stored, None)));
        }
    }
}
