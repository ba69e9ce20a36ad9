//! The sentence that people look for: what is the state of my mail. Derived from the session, on every screen, true for every order of acts.

use crate::domain::Moment;
use crate::session::{CopyState, CreateState, Migration, RemovalState, RenameState, ServerState, Session, Strategy};

use super::ink::Ink;

/// How calm one can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calm {
    /// All is well.
    Safe,
    /// Mail may not arrive at this moment, or nobody but the platform can do anything.
    Exposed,
}

/// Whether the address of an account has no mailbox right now.
pub(super) fn is_without_mailbox(order: Strategy, m: &Migration) -> bool {
    let is_given_up = m.rename != RenameState::Pending && m.temporary.as_ref() != Some(&m.source.address);
    match order {
        Strategy::RenameFirst => is_given_up && m.create != CreateState::Done,
        Strategy::CopyFirst => is_given_up && m.target_rename != RenameState::Done,
        Strategy::Replace => matches!(m.removal, RemovalState::Intended | RemovalState::Done) && m.target_rename != RenameState::Done,
        Strategy::ServerSide => false,
    }
}

/// Since when the address of an account has had no mailbox, as far as it is known.
pub(super) fn without_mailbox_since(order: Strategy, m: &Migration) -> Option<Moment> {
    let since = if order == Strategy::Replace { m.removed_at } else { m.renamed_at };
    since.filter(|_| is_without_mailbox(order, m))
}

/// The sentence, and how calm one can be.
pub(super) fn sentence(session: &Session, ink: Ink<'_>) -> (String, Calm) {
    let order = session.order();
    let exposed: Vec<_> = session.migrations.iter().filter(|m| is_without_mailbox(order, m)).collect();
    if let Some(first) = exposed.first() {
        let params = [("address", first.source.address.to_string().into()), ("count", exposed.len().into())];
        return (ink.tell("safety-renamed", &params), Calm::Exposed);
    }
    if order == Strategy::ServerSide {
        return by_the_platform(session, ink);
    }
    (calm_sentence(session, ink), Calm::Safe)
}

fn by_the_platform(session: &Session, ink: Ink<'_>) -> (String, Calm) {
    let moving = session.migrations.iter().filter(|m| matches!(m.server, ServerState::Intended { .. })).count();
    let done: Vec<u64> = session.migrations.iter().filter_map(found).collect();
    if moving > 0 {
        (ink.tell("safety-platform-moving", &[("count", moving.into())]), Calm::Exposed)
    } else if done.is_empty() {
        let key = if session.domains.values().any(|domain| domain.attached_by_us) { "safety-attached" } else { "safety-untouched" };
        (ink.say(key), Calm::Safe)
    } else {
        let params = [("count", done.len().into()), ("found", done.iter().sum::<u64>().into())];
        (ink.tell("safety-platform-moved", &params), Calm::Safe)
    }
}

/// Messages found in an account that the platform has moved.
pub(super) fn found(migration: &Migration) -> Option<u64> {
    match &migration.server {
        ServerState::Done { found } => Some(found.iter().map(|count| u64::from(count.messages)).sum()),
        _ => None,
    }
}

fn calm_sentence(session: &Session, ink: Ink<'_>) -> String {
    let migrations = &session.migrations;
    let refused: u64 = migrations.iter().map(Migration::refused).sum();
    let verified: u64 = migrations.iter().map(|m| m.verified() + m.sampled()).sum();
    let gone = migrations.iter().filter(|m| m.is_source_gone()).count();
    let is_verified = session.is_copy_confirmed && migrations.iter().all(|m| m.copy_state() == CopyState::Verified);
    if gone > 0 {
        ink.tell("safety-old-gone", &[("count", gone.into()), ("verified", verified.into()), ("of", migrations.len().into())])
    } else if is_verified && refused > 0 {
        ink.tell("safety-verified-refused", &[("verified", verified.into()), ("refused", refused.into())])
    } else if is_verified {
        ink.tell("safety-verified", &[("verified", verified.into())])
    } else if session.is_copy_confirmed && migrations.iter().all(|m| m.copy_state().is_final()) {
        ink.say("safety-unverified")
    } else if session.is_copy_confirmed {
        ink.say("safety-copying")
    } else if migrations.iter().any(|m| m.create == CreateState::Done) {
        ink.say("safety-created")
    } else if session.domains.values().any(|domain| domain.attached_by_us) {
        ink.say("safety-attached")
    } else {
        ink.say("safety-untouched")
    }
}
