//! What servers do to a message on its way in: odd ones once in a while, some of them always.

use bytes::Bytes;

use super::access::Dialect;
use super::faults::Oddity;
use super::gate::Gate;
use super::manners::Alteration;
use super::rebuild::rebuilt;
use super::visit::Incoming;
use crate::domain::{Flags, InternalDate};

/// Changes a message as the faults ask for it.
pub(super) fn alter(gate: &Gate, message: &mut Incoming) {
    if gate.is_odd(Oddity::DropsFlags) {
        message.flags = Flags::default();
    }
    if gate.is_odd(Oddity::DatesToday) {
        message.date = None;
    }
    if let Some(minutes) = gate.odd(|odd| if let Oddity::ShiftsDate(minutes) = odd { Some(minutes) } else { None }) {
        message.date = message.date.and_then(|d| InternalDate::from_unix(d.unix_seconds() + i64::from(minutes) * 60, d.offset_minutes()));
    }
    if gate.is_odd(Oddity::RebuildsHeaders) {
        message.bytes = rebuilt(&message.bytes);
    }
    if gate.is_odd(Oddity::LosesHighBytes) {
        replace(&mut message.bytes, |byte| byte >= 0x80, b'X');
    }
    if gate.is_odd(Oddity::ReplacesNul) {
        replace(&mut message.bytes, |byte| byte == 0, 0x80);
    }
    if !message.bytes.ends_with(b"\n") && gate.is_odd(Oddity::AddsNewline) {
        let mut bytes = message.bytes.to_vec();
        bytes.extend_from_slice(b"\r\n");
        message.bytes = bytes.into();
    }
}

/// The bytes that a server of this dialect keeps of a message that it takes.
pub fn as_stored(dialect: Dialect, bytes: &Bytes) -> Bytes {
    let mut kept = bytes.clone();
    for alteration in dialect.manners().alters {
        kept = match alteration {
            Alteration::LineEnds => with_line_ends(&kept),
            Alteration::HighBytesOfHeader => {
                let header = kept.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(kept.len());
                if kept[..header].is_ascii() { kept } else { masked(&kept, header) }
            }
        };
    }
    kept
}

fn masked(bytes: &[u8], header: usize) -> Bytes {
    bytes.iter().enumerate().map(|(at, byte)| if at < header && !byte.is_ascii() { b'X' } else { *byte }).collect::<Vec<u8>>().into()
}

fn with_line_ends(bytes: &Bytes) -> Bytes {
    let is_bare = |at: usize| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    let has_end = bytes.is_empty() || bytes.ends_with(b"\n");
    if has_end && !(0..bytes.len()).any(is_bare) {
        return bytes.clone();
    }
    let mut kept: Vec<u8> = (0..bytes.len()).filter(|at| !is_bare(*at)).map(|at| bytes[at]).collect();
    if !has_end {
        kept.extend_from_slice(b"\r\n");
    }
    kept.into()
}

/// Puts one byte in the place of others; bytes that need no change stay shared.
fn replace(bytes: &mut Bytes, is_wrong: impl Fn(u8) -> bool, by: u8) {
    if bytes.iter().any(|byte| is_wrong(*byte)) {
        *bytes = bytes.iter().map(|byte| if is_wrong(*byte) { by } else { *byte }).collect::<Vec<u8>>().into();
    }
}
