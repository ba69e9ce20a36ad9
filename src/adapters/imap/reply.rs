//! What a server says, in our own words. The library's types end here.
//!
//! Status responses come through the library. FETCH is read by [`fetched`](super::fetched), which shares the bytes where the library
//! copies them twice; everything else, and whatever the library's parser refuses or panics on, is read by [`value`](super::value).

use imap_proto::Response;

use super::code::Code;
use super::fetched::Fetched;
use super::framing::Frame;
use super::value::{Value, read_values};
use crate::problem::guarded;

/// Longer responses do not go through the library: it parses long lines again with every 4 KB that arrive.
const LONGEST_FOR_LIBRARY: usize = 128 * 1024;

/// OK, NO or BAD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    No,
    Bad,
}

/// A status with its code and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) status: Status,
    pub(super) code: Option<Code>,
    /// The words with the code in brackets before them, as the server wrote them.
    pub(super) text: String,
}

/// One response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    Done {
        tag: String,
        outcome: Outcome,
    },
    Notice(Outcome),
    PreAuth,
    Bye(String),
    Continue,
    Exists(u32),
    Expunge(u32),
    Fetch(Box<Fetched>),
    /// `* LIST …`, `* CAPABILITY …`: the word in upper case and what follows.
    Data(String, Vec<Value>),
    /// A response nobody understands.
    Unreadable(Lost),
    Other,
}

/// What may be in a response that nobody understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// A message: it was a FETCH.
    Message,
    /// A mailbox: it was a LIST, an LSUB, an XLIST.
    Mailbox,
    /// Nothing that was asked for.
    Nothing,
}

/// Whether the library's parser may have this response: it belongs to the kinds that we leave to it, and the parser takes all of it.
pub(super) fn suits_library(frame: &[u8]) -> bool {
    let is_data = frame.starts_with(b"* ") && !is_status(words(frame).1);
    if is_data || frame.len() > LONGEST_FOR_LIBRARY {
        return false;
    }
    guarded(|| matches!(imap_proto::Response::parse(frame), Ok((rest, _)) if rest.is_empty())).unwrap_or(false)
}

impl Reply {
    /// What the library read.
    pub(super) fn from_library(response: &Response<'_>) -> Self {
        match response {
            Response::Done { tag, status, outcome } => match status_of(status) {
                Some(status) => Self::Done { tag: tag.0.clone(), outcome: Outcome::from_library(status, outcome) },
                None => Self::Unreadable(Lost::Nothing),
            },
            Response::Data { status, outcome } => match (status, status_of(status)) {
                (imap_proto::Status::Bye, _) => Self::Bye(Outcome::from_library(Status::No, outcome).text),
                (_, Some(status)) => Self::Notice(Outcome::from_library(status, outcome)),
                (_, None) => Self::PreAuth,
            },
            Response::Continue(_) => Self::Continue,
            _ => Self::Other,
        }
    }

    /// What we read ourselves.
    pub(super) fn from_frame(frame: &Frame) -> Self {
        match words(frame) {
            (b"+", ..) => Self::Continue,
            (b"*", word, _) if is_status(word) => {
                let outcome = Outcome::from_bytes(word, rest_after(frame, 2));
                match word.to_ascii_uppercase().as_slice() {
                    b"BYE" => Self::Bye(outcome.text),
                    b"PREAUTH" => Self::PreAuth,
                    _ => Self::Notice(outcome),
                }
            }
            (b"*", number, word) if number.iter().all(u8::is_ascii_digit) => numbered(frame, number, word),
            (b"*", word, _) => {
                let name = String::from_utf8_lossy(word).to_ascii_uppercase();
                let values = read_values(&frame.slice(frame.len() - rest_after(frame, 2).len()..));
                let is_of_list = matches!(name.as_str(), "LIST" | "LSUB" | "XLIST");
                let lost = if is_of_list { Lost::Mailbox } else { Lost::Nothing };
                values.map_or(Self::Unreadable(lost), |values| Self::Data(name, values))
            }
            (tag, word, _) if is_status(word) => {
                Self::Done { tag: String::from_utf8_lossy(tag).into_owned(), outcome: Outcome::from_bytes(word, rest_after(frame, 2)) }
            }
            (first, ..) if first.starts_with(b"+") => Self::Continue,
            _ => Self::Unreadable(Lost::Nothing),
        }
    }
}

fn numbered(frame: &Frame, number: &[u8], word: &[u8]) -> Reply {
    let number = std::str::from_utf8(number).ok().and_then(|digits| digits.parse().ok());
    match (word.to_ascii_uppercase().as_slice(), number) {
        (b"EXISTS", Some(count)) => Reply::Exists(count),
        (b"EXPUNGE", Some(count)) => Reply::Expunge(count),
        (b"FETCH", _) => match Fetched::read(frame, frame.len() - rest_after(frame, 3).len()) {
            Some(fetched) => Reply::Fetch(Box::new(fetched)),
            None => Reply::Unreadable(Lost::Message),
        },
        _ => Reply::Other,
    }
}

impl Outcome {
    fn from_library(status: Status, outcome: &imap_proto::Outcome<'_>) -> Self {
        let text = outcome.information.as_deref().unwrap_or_default().trim();
        match outcome.code.as_ref().map(Code::from_library) {
            Some(code) => Self { status, text: format!("[{}] {text}", code.name()).trim_end().to_owned(), code: Some(code) },
            None => Self { status, code: Code::from_text(text), text: text.to_owned() },
        }
    }

    fn from_bytes(status: &[u8], text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text).trim().to_owned();
        let status = match status.to_ascii_uppercase().as_slice() {
            b"OK" | b"PREAUTH" => Status::Ok,
            b"BAD" => Status::Bad,
            _ => Status::No,
        };
        Self { status, code: Code::from_text(&text), text }
    }
}

fn status_of(status: &imap_proto::Status) -> Option<Status> {
    match status {
        imap_proto::Status::Ok => Some(Status::Ok),
        imap_proto::Status::No => Some(Status::No),
        imap_proto::Status::Bad => Some(Status::Bad),
        imap_proto::Status::PreAuth | imap_proto::Status::Bye => None,
    }
}

fn is_status(word: &[u8]) -> bool {
    [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].iter().any(|status| word.eq_ignore_ascii_case(status))
}

fn first_line(frame: &[u8]) -> &[u8] {
    frame.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// The first three words of a response.
fn words(frame: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let mut words = first_line(frame).split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut next = || words.next().unwrap_or_default();
    (next(), next(), next())
}

/// What follows the first `count` words.
fn rest_after(frame: &[u8], count: usize) -> &[u8] {
    let mut rest = frame;
    for _ in 0..count {
        let blank = |byte: &u8| *byte == b' ';
        rest = &rest[rest.iter().position(|byte| !blank(byte)).unwrap_or(rest.len())..];
        rest = &rest[rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len())..];
    }
    rest
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    fn read(line: &str) -> Reply {
        Reply::from_frame(&Bytes::copy_from_slice(line.as_bytes()).into())
    }

    #[test]
    fn both_readers_say_the_same() {
        for line in [
            "* OK [UIDNEXT 12] next\r\n",
            "* OK [PERMANENTFLAGS (\\Seen \\*)] any\r\n",
            "A1 NO [OVERQUOTA] full\r\n",
            "A1 OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] done\r\n",
            "+ go\r\n",
            "* BYE enough\r\n",
            "* PREAUTH hello\r\n",
        ] {
            assert!(suits_library(line.as_bytes()), "{line}");
            let (_, response) = imap_proto::Response::parse(line.as_bytes()).expect("parsed");
            let (ours, theirs) = (read(line), Reply::from_library(&response));
            match (&ours, &theirs) {
                // The library drops what was inside the brackets from the text.
                (Reply::Notice(one) | Reply::Done { outcome: one, .. }, Reply::Notice(other) | Reply::Done { outcome: other, .. }) => {
                    assert_eq!((one.status, &one.code), (other.status, &other.code), "{line}");
                }
                _ => assert_eq!(ours, theirs, "{line}"),
            }
        }
    }

    #[test]
    fn what_makes_the_library_panic_does_not_reach_it() {
        for line in ["* 1 FETCH (INTERNALDATE NIL)\r\n", "* METADATA \"\u{e9}\" (/x NIL)\r\n", "A1 OK [ALERT]\u{e9}\r\n", "\r\n"] {
            if suits_library(line.as_bytes()) {
                assert!(guarded(|| imap_proto::Response::parse(line.as_bytes()).is_ok()).is_some(), "{line}");
            }
            let _ = read(line);
        }
        assert!(!suits_library(b"* 1 FETCH (INTERNALDATE NIL)\r\n"));
    }

    proptest! {
        #[test]
        fn nothing_a_server_sends_panics(start in "(\\* |\\* 1 FETCH |A1 |\\+|\\* OK \\[|)", rest in proptest::collection::vec(any::<u8>(), 0..60)) {
            let frame = Frame::from(Bytes::from([start.as_bytes(), &rest, b"\r\n"].concat()));
            let _ = suits_library(&frame);
            let _ = Reply::from_frame(&frame);
        }
    }
}
