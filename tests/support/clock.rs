//! Time of the test runtime: it stands still when paused, and jumps when everybody waits.

use async_trait::async_trait;
use mailferry::domain::Moment;
use mailferry::ports::Clock;

/// tokio's time, from a fixed moment on.
pub(crate) struct TestClock {
    began: tokio::time::Instant,
}

/// 2026-11-20T08:00:00Z.
const BEGAN: i64 = 1_795_161_600_000;

impl TestClock {
    pub(crate) fn new() -> Self {
        Self { began: tokio::time::Instant::now() }
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment(BEGAN).plus_millis(u64::try_from(self.began.elapsed().as_millis()).expect("a test is short"))
    }

    async fn sleep(&self, millis: u64) {
        tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
    }
}
