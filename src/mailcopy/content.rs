//! What a message says, whatever its form: the digest that survives a server which takes a message apart and writes it anew.
//!
//! Counted are the headers that such a server keeps (ids, date as an instant, sender, recipients, subject) and the decoded
//! leaves of the MIME tree. Not counted are trace and transport headers, display names of addresses, part headers, boundaries,
//! transfer encodings, line ends and trailing white space. Nothing here says whether two messages are *the same mail*: equal
//! digests are counted by [`settle`](super::settle) and [`compare`](super::compare), never merged.

use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser, MessagePart, PartType};

use crate::problem::guarded;

use super::normal::{fold_text, fold_words, windows_1252};

/// Digest of the content; total, also for bytes that are no message.
pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    // The parser promises not to panic; a bug in it must not stop a copy, so such a message is known by its text as it stands.
    guarded(|| digest_parsed(bytes)).flatten().unwrap_or_else(|| {
        let mut account = Account::default();
        account.leaf_of_bytes(bytes);
        account.finish()
    })
}

fn digest_parsed(bytes: &[u8]) -> Option<[u8; 32]> {
    if is_nested_too_deep(bytes) {
        None
    } else if has_empty_line(bytes) {
        digest_message(bytes)
    } else {
        // Headers that just end: a rebuilding server adds the empty line, and the parser needs it.
        digest_message(&[bytes, b"\r\n\r\n"].concat())
    }
}

fn has_empty_line(bytes: &[u8]) -> bool {
    let mut line = 1;
    bytes.iter().any(|byte| {
        match byte {
            b'\n' if line == 0 => return true,
            b'\n' => line = 0,
            b'\r' => {}
            _ => line += 1,
        }
        false
    })
}

fn digest_message(bytes: &[u8]) -> Option<[u8; 32]> {
    let message = MessageParser::default().parse(bytes)?;
    let mut account = Account::default();
    account.message(&message, bytes);
    dismantle(message);
    (account.said > 0).then(|| account.finish())
}

/// More MIME headers than any real mail has: the tree could be deeper than the stack. Such a message is known by its text.
fn is_nested_too_deep(bytes: &[u8]) -> bool {
    const MOST: usize = 4000;
    const NAME: &[u8] = b"epyt-tnetnoc";
    if bytes.len() < MOST * NAME.len() {
        return false;
    }
    let ends_name = |at: usize| {
        let mut letters = bytes[..at].iter().rev().filter(|b| !b.is_ascii_whitespace());
        NAME.iter().all(|letter| letters.next().is_some_and(|b| b.eq_ignore_ascii_case(letter)))
    };
    bytes.iter().enumerate().filter(|(at, byte)| **byte == b':' && ends_name(*at)).nth(MOST).is_some()
}

/// Drops a message level by level: dropping it whole would use the stack once per level.
fn dismantle(message: Message<'_>) {
    let mut pending = vec![message];
    while let Some(mut message) = pending.pop() {
        pending.extend(message.parts.drain(..).filter_map(|part| match part.body {
            PartType::Message(inner) => Some(inner),
            _ => None,
        }));
    }
}

/// Names of what is hashed, so that a subject is never taken for a sender.
#[derive(Clone, Copy)]
enum Said {
    MessageId = 1,
    InReplyTo,
    Date,
    From,
    To,
    Cc,
    Subject,
    Leaf,
    Inner,
}

/// Collects what a message says.
#[derive(Default)]
struct Account {
    hasher: blake3::Hasher,
    folded: String,
    said: usize,
}

impl Account {
    fn say(&mut self, what: Said, bytes: &[u8]) {
        self.hasher.update(&[what as u8]);
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
        self.said += 1;
    }

    fn finish(self) -> [u8; 32] {
        *self.hasher.finalize().as_bytes()
    }

    /// Walks the tree in the order of the text, with a stack of its own.
    fn message(&mut self, message: &Message<'_>, bytes: &[u8]) {
        let mut stack = vec![(message, 0)];
        let mut boundaries = Vec::new();
        while let Some((message, at)) = stack.pop() {
            if at == 0 {
                let raw = if message.raw_message.is_empty() { bytes } else { &message.raw_message };
                self.headers(message, raw);
            }
            let Some(part) = message.parts.get(at) else { continue };
            stack.push((message, at + 1));
            boundaries.extend(boundary_of(part));
            match &part.body {
                PartType::Text(text) | PartType::Html(text) => self.leaf(text, &boundaries),
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => self.leaf_of_bytes(bytes),
                PartType::Message(inner) => {
                    self.say(Said::Inner, &[]);
                    stack.push((inner, 0));
                }
                PartType::Multipart(_) => {}
            }
        }
    }

    /// A part that says nothing is not counted: rebuilding adds and removes such parts.
    fn leaf(&mut self, text: &str, boundaries: &[&str]) {
        let mut folded = std::mem::take(&mut self.folded);
        fold_text(text, boundaries, &mut folded);
        if !folded.is_empty() {
            self.say(Said::Leaf, folded.as_bytes());
        }
        self.folded = folded;
    }

    /// The type of a part is one of its headers and does not count: what can be text is compared as text.
    fn leaf_of_bytes(&mut self, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.leaf(text, &[]),
            Err(_) => self.say(Said::Leaf, bytes),
        }
    }

    fn headers(&mut self, message: &Message<'_>, raw: &[u8]) {
        let Some(root) = message.parts.first() else { return };
        let find = |name: HeaderName<'static>| root.headers.iter().find(|h| h.name == name);
        for (what, name) in [(Said::MessageId, HeaderName::MessageId), (Said::InReplyTo, HeaderName::InReplyTo)] {
            if let Some(header) = find(name) {
                let ids: Vec<String> = header.value.as_text_list().unwrap_or_default().iter().map(|id| fold_words(id)).collect();
                self.say_unless_empty(what, &ids.join(" "));
            }
        }
        if let Some(date) = find(HeaderName::Date).and_then(|h| h.value.as_datetime()).filter(|d| d.is_valid()) {
            self.say(Said::Date, &date.to_timestamp().to_le_bytes());
        }
        for (what, name) in [(Said::From, HeaderName::From), (Said::To, HeaderName::To), (Said::Cc, HeaderName::Cc)] {
            if let Some(HeaderValue::Address(addresses)) = find(name).map(|h| &h.value) {
                self.say_unless_empty(what, &fold_addresses(addresses));
            }
        }
        if let Some(subject) = find(HeaderName::Subject) {
            let text = subject.value.as_text().unwrap_or_default();
            let slice = || raw.get(subject.offset_start as usize..subject.offset_end as usize);
            // Bytes that are no UTF-8 and name no charset: servers that decode them take them for Western European.
            let is_raw = text.contains(char::REPLACEMENT_CHARACTER);
            let text = if is_raw { slice().map_or_else(|| fold_words(text), |s| fold_words(&windows_1252(s))) } else { fold_words(text) };
            self.say_unless_empty(Said::Subject, &text);
        }
    }

    fn say_unless_empty(&mut self, what: Said, text: &str) {
        if !text.is_empty() {
            self.say(what, text.as_bytes());
        }
    }
}

fn boundary_of<'a>(part: &'a MessagePart<'_>) -> Option<&'a str> {
    let kind = part.headers.iter().find(|h| h.name == HeaderName::ContentType)?;
    kind.value.as_content_type()?.attribute("boundary").filter(|boundary| !boundary.is_empty())
}

/// The addresses, or where there is none the names, in an order of their own.
fn fold_addresses(addresses: &Address<'_>) -> String {
    let mut all: Vec<String> =
        addresses.iter().filter_map(|a| a.address().filter(|text| text.contains('@')).or(a.name())).map(fold_words).collect();
    all.sort_unstable();
    all.dedup();
    all.join(",")
}
