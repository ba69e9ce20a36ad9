//! The server's time, as signatures need it.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::domain::Moment;

/// Wall clock and monotonic clock may drift apart by this much before the server's time is asked again (suspend, clock set).
const TOLERATED_JUMP_MILLIS: u64 = 20_000;

/// The server's time, agreed upon at one moment.
#[derive(Clone, Copy)]
struct Agreed {
    /// Local time minus server time.
    delta_millis: i64,
    /// Local time then.
    at: Moment,
    /// The same moment on the clock that nobody sets.
    monotonic: Instant,
}

impl Agreed {
    fn is_stale(&self, now: Moment) -> bool {
        let wall = now.0.saturating_sub(self.at.0);
        let monotonic = i64::try_from(self.monotonic.elapsed().as_millis()).unwrap_or(i64::MAX);
        wall.abs_diff(monotonic) > TOLERATED_JUMP_MILLIS
    }
}

/// What is known of the server's time.
#[derive(Default)]
pub(super) struct ServerTime(Mutex<Option<Agreed>>);

impl ServerTime {
    /// The server said `seconds` when it was `now` here.
    pub(super) fn agree(&self, seconds: i64, now: Moment) {
        let agreed = Agreed { delta_millis: now.0 - seconds.saturating_mul(1000), at: now, monotonic: Instant::now() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(agreed);
    }

    /// The server's seconds at this moment; `None` when it has to be asked.
    pub(super) fn seconds(&self, now: Moment) -> Option<i64> {
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let agreed = known.filter(|agreed| !agreed.is_stale(now))?;
        Some(now.0.saturating_sub(agreed.delta_millis).div_euclid(1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumped_asks_for_the_time_again() {
        let time = ServerTime::default();
        assert_eq!(time.seconds(Moment(1_000_000)), None, "never asked");
        time.agree(900, Moment(1_000_000));
        assert_eq!(time.seconds(Moment(1_000_500)), Some(900));
        assert_eq!(time.seconds(Moment(1_000_000 + 3_600_000)), None, "an hour asleep");
        assert_eq!(time.seconds(Moment(500_000)), None, "set back");
    }
}
