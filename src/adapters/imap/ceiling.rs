//! Up to which size messages go without asking first (`LITERAL+`).
//!
//! A server has to read all bytes of a literal that it was not asked about, also of one that it must refuse for its size. So only
//! what a server is known to take goes that way: what its `APPENDLIMIT` allows, or what it was seen to store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What every server takes.
const USUAL: u64 = 256 * 1024;
/// Larger messages always ask first: a refusal then costs nothing.
const HIGHEST: u64 = 16 << 20;

/// The largest message that goes freely; shared by the connections of an account, also those yet to come.
#[derive(Debug, Clone)]
pub(super) struct Ceiling(Arc<AtomicU64>);

impl Default for Ceiling {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(USUAL)))
    }
}

impl Ceiling {
    /// The server stored a message of this size, or says that it would.
    pub(super) fn learn(&self, size: u64) {
        self.0.fetch_max(size.min(HIGHEST), Ordering::Relaxed);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_rises_with_what_was_stored_and_never_falls() {
        let ceiling = Ceiling::default();
        let shared = ceiling.clone();
        for (seen, bytes) in [(10, USUAL), (1 << 20, 1 << 20), (300_000, 1 << 20), (1 << 30, HIGHEST)] {
            ceiling.learn(seen);
            assert_eq!(shared.bytes(), bytes);
        }
    }
}
