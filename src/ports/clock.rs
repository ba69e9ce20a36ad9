//! Time, so that tests can own it.

use async_trait::async_trait;

use crate::domain::Moment;

/// Tells the time and waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;

    /// Returns after about this many milliseconds.
    async fn sleep(&self, millis: u64);
}
