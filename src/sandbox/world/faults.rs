//! Faults of the API side, on request: each strikes the calls that it names, a number of times.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::keys::matches_pattern;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiFaultKind {
    /// The API answers with this status and does nothing.
    Fails(u16),
    /// The API does as asked, and the answer never arrives.
    AnswerLost,
    /// The connection is cut before anything is done.
    RequestLost,
    /// The consumer key is over.
    KeyExpired,
    /// The consumer key lacks the rule for this call.
    RuleMissing,
    /// 429.
    TooMany,
    /// 429 with `Retry-After`: HTTP has whole seconds, rounded up.
    TooManyFor(Duration),
    /// 409: another operation runs on the object.
    InProgress,
    /// `Email address is already used.`: a name that was given up is not released yet.
    NotReleased,
    /// The call is accepted, and its operation ends in an error with nothing done.
    OperationFails,
    /// Somebody else took the seat that the call names, or all free slots, a moment before.
    SeatVanishes,
    /// The answer takes this much longer.
    Slow(Duration),
}

/// A fault that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiFault {
    /// Method, or `*`.
    pub method: String,
    /// Path without the version, `*` for anything: `/email/pro/*`.
    pub path: String,
    /// Calls to let pass first.
    pub after: u32,
    /// Calls to strike then.
    pub times: u32,
    /// What happens to them.
    pub kind: ApiFaultKind,
}

impl ApiFault {
    /// Strikes the next call that matches.
    pub fn once(method: &str, path: &str, kind: ApiFaultKind) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), after: 0, times: 1, kind }
    }

    /// Strikes all calls that match, for ever.
    pub fn always(method: &str, path: &str, kind: ApiFaultKind) -> Self {
        Self { times: u32::MAX, ..Self::once(method, path, kind) }
    }
}

/// The faults that wait for their calls. Not part of the state: a world that is started again has none.
#[derive(Debug, Default)]
pub(crate) struct ApiFaults(Mutex<Vec<ApiFault>>);

impl ApiFaults {
    pub(crate) fn ask_for(&self, fault: ApiFault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What happens to a call. The path is without the version.
    pub(crate) fn strike(&self, method: &str, path: &str) -> Option<ApiFaultKind> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut struck = None;
        for fault in faults.iter_mut().filter(|f| (f.method == "*" || f.method == method) && matches_pattern(&f.path, path)) {
            if fault.after > 0 {
                fault.after -= 1;
            } else if struck.is_none() {
                fault.times = fault.times.saturating_sub(u32::from(fault.times != u32::MAX));
                struck = Some(fault.kind);
            }
        }
        faults.retain(|f| f.times > 0);
        struck
    }
}
