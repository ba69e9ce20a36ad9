//! Memory on its way: bytes that were read from sources and are not stored at targets yet, over all lanes together.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::ByteSize;
use crate::ports::Body;

/// What a body beside memory takes while it passes.
const SPILLED: u64 = 256 * 1024;
/// What a message is priced at beside its bytes: flags, date, its place in a batch, its row of the journal, what is sent of it. Measured, so
/// that copies of small mail need as much memory as copies of large mail may.
const ENVELOPE: u64 = 6 * 1024;
/// One permit is so many bytes.
const GRAIN: u64 = 1024;

/// Bytes that may be on their way; cloning shares them.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    permits: Arc<Semaphore>,
    most: u32,
}

/// A share of the memory; given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Budget {
    /// So many bytes.
    pub(super) fn new(bytes: ByteSize) -> Self {
        let most = u32::try_from(bytes.0 / GRAIN).unwrap_or(u32::MAX).max(1);
        Self { permits: Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(usize::MAX))), most }
    }

    /// What is larger than everything takes everything.
    fn price(&self, body: &Body) -> u32 {
        let bytes = if body.in_memory().is_some() { body.len() } else { SPILLED };
        u32::try_from((bytes + ENVELOPE) / GRAIN + 1).unwrap_or(u32::MAX).min(self.most)
    }

    /// The share for a body, if it can be had at once.
    pub(super) fn take_now(&self, body: &Body) -> Option<Share> {
        Arc::clone(&self.permits).try_acquire_many_owned(self.price(body)).ok().map(|permit| Share { _permit: Some(permit) })
    }

    /// No share: for the few messages that go ahead.
    pub(super) const fn none() -> Share {
        Share { _permit: None }
    }

    /// The share for a body, once others have given back enough.
    pub(super) async fn take(&self, body: &Body) -> Share {
        Share { _permit: Arc::clone(&self.permits).acquire_many_owned(self.price(body)).await.ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: usize) -> Body {
        vec![b'x'; bytes].into()
    }

    #[test]
    fn bytes_are_given_out_until_there_are_none() {
        let budget = Budget::new(ByteSize(100 * 1024));
        let first = budget.take_now(&body(60 * 1024)).expect("room");
        assert!(budget.clone().take_now(&body(40 * 1024)).is_none(), "clones share, and a message is more than its bytes");
        drop(first);
        assert!(budget.take_now(&body(40 * 1024)).is_some());
    }

    #[test]
    fn a_body_larger_than_everything_takes_everything_and_passes() {
        let budget = Budget::new(ByteSize(10 * 1024));
        let all = budget.take_now(&body(1 << 20)).expect("alone it passes");
        assert!(budget.take_now(&body(1)).is_none());
        drop(all);
    }
}
