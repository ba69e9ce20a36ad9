//! Words of the API that are matched on, and small habits that all families share.

use crate::domain::{ObjectState, OperationId};

/// States of services, accounts and domains of version 1, complete: `…ServiceStateEnum`, `…ObjectStateEnum`, `domain.DomainStatusEnum`.
pub(super) const STATES: &[(&str, ObjectState)] = &[
    ("ok", ObjectState::Ok),
    ("creating", ObjectState::Busy),
    ("deleting", ObjectState::Busy),
    ("reopening", ObjectState::Busy),
    ("suspending", ObjectState::Busy),
    ("inMaintenance", ObjectState::Busy),
    ("internalMigration", ObjectState::Busy),
    ("unknown", ObjectState::Busy),
    ("suspended", ObjectState::Unusable),
    ("close", ObjectState::Unusable),
    ("readOnly", ObjectState::Unusable),
];

/// States of an operation of version 1, complete: `…TaskStatusEnum`.
pub(super) const OPERATION_STATES: &[(&str, ObjectState)] = &[
    ("todo", ObjectState::Busy),
    ("doing", ObjectState::Busy),
    ("done", ObjectState::Ok),
    ("error", ObjectState::Unusable),
    ("cancelled", ObjectState::Unusable),
];

/// The state behind a word. One that is not known is taken as work in progress: waiting changes nothing.
pub(super) fn state_of(words: &[(&str, ObjectState)], word: &str) -> ObjectState {
    words.iter().find(|(known, _)| *known == word).map_or(ObjectState::Busy, |(_, state)| *state)
}

/// State of a service, account or domain of version 1.
pub(super) fn state(word: &str) -> ObjectState {
    state_of(STATES, word)
}

/// Whether an address is a seat that was never named. The control panel tests the same text.
pub(super) fn is_placeholder(address: &str) -> bool {
    address.to_ascii_lowercase().ends_with("@configureme.me")
}

/// 0 and null are idle.
pub(super) fn operation(id: Option<i64>) -> Option<OperationId> {
    id.filter(|id| *id != 0).map(OperationId)
}

/// Blank is as good as nothing.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|t| !t.trim().is_empty())
}

/// A number of things.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A host or DNS name as it is compared: lower case, no final dot.
pub(super) fn host(text: &str) -> String {
    text.trim().trim_end_matches('.').to_ascii_lowercase()
}

/// The owner name of a record without its domain: `selector1._domainkey`.
pub(super) fn below(owner: &str, domain: &crate::domain::DomainName) -> String {
    let owner = host(owner);
    owner.strip_suffix(&format!(".{domain}")).unwrap_or(&owner).to_owned()
}
