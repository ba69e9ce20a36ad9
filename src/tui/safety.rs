//! The sentence that people look for: what is the state of my mail. Derived from the session, on every screen.

use crate::session::{CopyState, CreateState, RenameState, Session};

use super::ink::Ink;

/// How calm one can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calm {
    /// All is well.
    Safe,
    /// Mail may not arrive at this moment.
    Exposed,
}

/// The sentence, and how calm one can be.
pub(super) fn sentence(session: &Session, ink: Ink<'_>) -> (String, Calm) {
    let without_mailbox: Vec<_> = session
        .migrations
        .iter()
        .filter(|m| m.rename != RenameState::Pending && m.create != CreateState::Done && m.temporary.as_ref() != Some(&m.source.address))
        .collect();
    if let Some(first) = without_mailbox.first() {
        let params = [("address", first.source.address.to_string().into()), ("count", without_mailbox.len().into())];
        return (ink.tell("safety-renamed", &params), Calm::Exposed);
    }
    (calm_sentence(session, ink), Calm::Safe)
}

fn calm_sentence(session: &Session, ink: Ink<'_>) -> String {
    let refused: u64 = session.migrations.iter().map(crate::session::Migration::refused).sum();
    let verified: u64 = session.migrations.iter().map(|m| m.verified() + m.sampled()).sum();
    let is_verified = session.is_copy_confirmed && session.migrations.iter().all(|m| m.copy_state() == CopyState::Verified);
    if is_verified && refused > 0 {
        ink.tell("safety-verified-refused", &[("verified", verified.into()), ("refused", refused.into())])
    } else if is_verified {
        ink.tell("safety-verified", &[("verified", verified.into())])
    } else if session.is_copy_confirmed && session.migrations.iter().all(|m| m.copy_state().is_final()) {
        ink.say("safety-unverified")
    } else if session.is_copy_confirmed {
        ink.say("safety-copying")
    } else if session.migrations.iter().any(|m| m.create == CreateState::Done) {
        ink.say("safety-created")
    } else if session.domains.values().any(|domain| domain.attached_by_us) {
        ink.say("safety-attached")
    } else {
        ink.say("safety-untouched")
    }
}
