//! Time from the operating system: the only place that reads it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;

use crate::domain::Moment;
use crate::ports::Clock;

/// The system's clock. It may jump (suspend, NTP); nobody may count on it for order.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn now(&self) -> Moment {
        let since = |t: SystemTime| t.duration_since(UNIX_EPOCH).map(|d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX));
        // Before 1970 a clock is not set at all; 0 says so without stopping anybody.
        Moment(since(SystemTime::now()).unwrap_or(0))
    }

    async fn sleep(&self, millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn time_goes_on_while_sleeping() {
        let clock = SystemClock;
        let before = clock.now();
        clock.sleep(5).await;
        assert!(clock.now().millis_since(before) >= 4);
        assert!(before.0 > 1_700_000_000_000, "milliseconds since 1970");
    }
}
