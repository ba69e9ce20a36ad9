//! What an odd server does to a message on its way in.

use bytes::Bytes;

use super::faults::Oddity;
use super::gate::Gate;
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

/// Puts one byte in the place of others; bytes that need no change stay shared.
fn replace(bytes: &mut Bytes, is_wrong: impl Fn(u8) -> bool, by: u8) {
    if bytes.iter().any(|byte| is_wrong(*byte)) {
        *bytes = bytes.iter().map(|byte| if is_wrong(*byte) { by } else { *byte }).collect::<Vec<u8>>().into();
    }
}
