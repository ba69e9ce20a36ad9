//! COMPRESS=DEFLATE (RFC 4978), where the link is known to be slow.
//!
//! Packing costs both ends processor time, so on a fast link it makes a copy slower. How fast a link is, is learnt from what messages of
//! earlier connections took to arrive; a first connection is never packed, unless the rule says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_compression::tokio::bufread::DeflateDecoder;
use async_compression::tokio::write::DeflateEncoder;
use tokio::io::BufReader;

use super::transport::Duplex;

/// When a connection is packed, if the server can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Never.
    Never,
    /// Where messages were seen to arrive with fewer bytes in a second.
    Below(u64),
    /// Always.
    Always,
}

impl Default for Compression {
    /// Below 1 MB in a second.
    fn default() -> Self {
        Self::Below(1_000_000)
    }
}

/// Fewer bytes than this say more about the round trip than about the link.
const TELLING: u64 = 4 << 20;

/// The best rate at which messages arrived from a server, in bytes a second; 0: not known.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace(Arc<AtomicU64>);

impl Pace {
    /// So many bytes arrived while so long was waited for them.
    pub(super) fn saw(&self, bytes: u64, waited: Duration) {
        if bytes >= TELLING {
            let micros = waited.as_micros().max(1);
            let rate = u128::from(bytes) * 1_000_000 / micros;
            self.0.fetch_max(u64::try_from(rate).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }
}

impl Compression {
    pub(super) fn is_worth_it(self, pace: &Pace) -> bool {
        match (self, pace.0.load(Ordering::Relaxed)) {
            (Self::Never, _) | (Self::Below(_), 0) => false,
            (Self::Below(limit), rate) => rate < limit,
            (Self::Always, _) => true,
        }
    }
}

/// The same stream, packed in both directions.
pub(super) fn packed(stream: Box<dyn Duplex>) -> Box<dyn Duplex> {
    Box::new(DeflateDecoder::new(BufReader::with_capacity(64 * 1024, DeflateEncoder::new(stream))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_link_that_is_known_to_be_slow_is_packed() {
        let pace = Pace::default();
        let rule = Compression::default();
        assert!(!rule.is_worth_it(&pace), "nothing is known yet");
        pace.saw(TELLING - 1, Duration::from_secs(100));
        assert!(!rule.is_worth_it(&pace), "too little came to tell");
        pace.saw(TELLING, Duration::from_secs(10));
        assert!(rule.is_worth_it(&pace) && !Compression::Never.is_worth_it(&pace));
        pace.saw(TELLING, Duration::from_secs(1));
        pace.saw(TELLING, Duration::from_secs(100));
        assert!(!rule.is_worth_it(&pace) && Compression::Always.is_worth_it(&pace), "the best rate counts");
    }
}
