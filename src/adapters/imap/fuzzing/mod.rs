//! What fuzzers call: every reader of server bytes in this room, from the frame to the value. Not part of the program.
//!
//! Each function must return whatever the bytes are; a panic of the foreign parser is caught as on a real connection.

use bytes::Bytes;

use super::ability::Abilities;
use super::code::Code;
use super::framing::{Frame, Framer};
use super::listing::Line;
use super::namespace::Namespace;
use super::outcomes::given_uids;
use super::refusal::{login_refused, refusal, refused, says_it_exists, throttled_millis};
use super::reply::{Outcome, Reply, Status, suits_library};
use super::value::read_values;
use crate::domain::WireName;
use crate::problem::guarded;

/// A whole talk of a server, cut into reads of `1 + first byte` bytes: framing, both readers of responses, FETCH values.
pub fn replies(bytes: &[u8]) {
    let Some((first, talk)) = bytes.split_first() else { return };
    let mut framer = Framer::default();
    for read in talk.chunks(1 + usize::from(*first)) {
        framer.room().extend_from_slice(read);
        loop {
            match framer.next() {
                Ok(Some(frame)) => reply(&frame),
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
}

fn reply(frame: &Frame) {
    if suits_library(frame) {
        let _ = guarded(|| imap_proto::Response::parse(frame).map(|(_, response)| Reply::from_library(&response)).is_ok());
    }
    match Reply::from_frame(frame) {
        Reply::Done { outcome, .. } | Reply::Notice(outcome) => judged(&outcome),
        _ => {}
    }
}

/// The data of LIST, LSUB, NAMESPACE, CAPABILITY and STATUS responses, and mailbox names there and back.
pub fn names(bytes: &[u8]) {
    let frame = Bytes::copy_from_slice(bytes);
    if let Some(values) = read_values(&frame) {
        let _ = Line::from_values(&values);
        let _ = super::opening::status_items(&values);
        let words: Vec<String> = values.iter().filter_map(super::value::Value::text).collect();
        let _ = Abilities::new(words).to_capabilities("ready");
        if let Some(space) = Namespace::from_values(&values) {
            spelled(&space, bytes);
        }
    }
    for delimiter in [None, Some('/'), Some('.'), Some('\\')] {
        spelled(&Namespace { delimiter, ..Namespace::default() }, bytes);
    }
}

fn spelled(space: &Namespace, bytes: &[u8]) {
    let wire = WireName(String::from_utf8_lossy(bytes).into_owned());
    if let Some(name) = space.name(&wire.0) {
        let _ = space.wire(&name);
    }
}

/// Status texts: response codes, the wait that a throttled server asks for, what a refusal means.
pub fn codes(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    for status in [Status::Ok, Status::No, Status::Bad] {
        judged(&Outcome { status, code: Code::from_text(&text), text: text.clone() });
    }
}

fn judged(outcome: &Outcome) {
    let _ = throttled_millis(&outcome.text);
    let _ = (refusal(outcome), refused(outcome), says_it_exists(outcome));
    let _ = login_refused("mail.example.com:993", "anna@example.com", outcome);
    let _ = given_uids(outcome.code.as_ref(), 3);
}
