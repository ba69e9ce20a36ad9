//! What the world's mail promises: determinism, believable shares, survival, faults at every half-effect.

mod generator;
mod in_process;
mod persistence;

use bytes::Bytes;

use super::{AccountKey, Fill, FolderLanguage, MailWorld, Template};
use crate::domain::{Flags, InternalDate, MailboxName};

/// A store of the owner John Smith, filled.
fn filled(world: &MailWorld, key: &str, template: Template, messages: u32) -> AccountKey {
    let key = AccountKey::new(key);
    let owner = "john.smith@mydomain.ovh".parse().expect("valid");
    let fill = Fill { messages, owner, language: FolderLanguage::French, years: 8, template };
    world.fill(&key, &fill).expect("filled");
    key
}

fn name(segments: &[&str]) -> MailboxName {
    MailboxName::from_segments(segments.iter().map(|s| (*s).to_owned())).expect("valid")
}

fn date() -> InternalDate {
    "02-Feb-2026 10:00:00 +0100".parse().expect("valid")
}

fn message(text: &str) -> (Flags, InternalDate, Bytes) {
    (Flags::from_wire(["\\Seen"]), date(), Bytes::from(format!("Subject: {text}\r\n\r\n{text}\r\n")))
}
