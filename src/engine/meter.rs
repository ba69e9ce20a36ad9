//! The progress meter: tasks bump counters at no cost, somebody else publishes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{ByteSize, Moment};
use crate::session::{Activity, Limit, Progress, Rate, Side, Task, TaskProgress, Waiting};

/// Milliseconds of one slot of the rate's history.
const SLOT_MILLIS: u64 = 2000;
/// Slots of the history: one minute.
const SLOTS: usize = 30;

#[derive(Debug, Default)]
struct State {
    tasks: BTreeMap<Task, TaskProgress>,
    messages: u64,
    bytes: u64,
    reading_millis: u64,
    storing_millis: u64,
    network_millis: u64,
    slots: VecDeque<(u64, u64)>,
    slot_began: Moment,
    slot_base: (u64, u64),
}

/// Counters of everything that runs.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter {
    state: Arc<Mutex<State>>,
}

impl Meter {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A task does something else now; its counters start again.
    pub(super) fn activity(&self, task: &Task, activity: Activity, at: Moment) {
        let mut state = self.state();
        let progress = TaskProgress { activity, since: at, done: 0, total: 0, bytes: ByteSize(0), waiting: None };
        state.tasks.insert(task.clone(), progress);
    }

    /// How many items the present activity has.
    pub(super) fn total(&self, task: &Task, total: u64) {
        if let Some(progress) = self.state().tasks.get_mut(task) {
            progress.total = total;
        }
    }

    /// Items done by the present activity.
    pub(super) fn advance(&self, task: &Task, items: u64, bytes: ByteSize) {
        let mut state = self.state();
        if let Some(progress) = state.tasks.get_mut(task) {
            progress.done += items;
            progress.bytes += bytes;
            if progress.activity == Activity::Copying {
                state.messages += items;
                state.bytes += bytes.0;
            }
        }
    }

    /// Milliseconds that a lane waited: a writer for its source, a reader for its target. With many lanes some of both always wait;
    /// whom they wait for longer limits the speed. Of each wait as much as one round trip to that side is the network's: no server
    /// answers sooner. A line that is full looks like the server behind it; nobody here can tell them apart.
    pub(super) fn waited(&self, side: Side, millis: u64, round_trip: u64) {
        let mut state = self.state();
        let network = millis.min(round_trip);
        state.network_millis += network;
        match side {
            Side::Source => state.reading_millis += millis - network,
            Side::Target => state.storing_millis += millis - network,
        }
    }

    /// A task waits before another try.
    pub(super) fn waiting(&self, task: &Task, waiting: Waiting, at: Moment) {
        let mut state = self.state();
        let progress = state.tasks.entry(task.clone()).or_insert_with(|| TaskProgress {
            activity: Activity::Queued,
            since: at,
            done: 0,
            total: 0,
            bytes: ByteSize(0),
            waiting: None,
        });
        progress.waiting = Some(waiting);
    }

    /// A task is gone.
    pub(super) fn remove(&self, task: &Task) {
        self.state().tasks.remove(task);
    }

    /// What is true now; `left` is what remains to be copied in messages and bytes.
    pub(super) fn snapshot(&self, at: Moment, left: (u64, ByteSize), lanes: usize) -> Progress {
        let mut state = self.state();
        state.turn(at);
        Progress { at, tasks: state.tasks.clone(), rate: Rate { lanes, ..state.rate(left) } }
    }
}

impl State {
    /// Closes the slot that is over.
    fn turn(&mut self, at: Moment) {
        if self.slot_began == Moment(0) {
            self.slot_began = at;
        }
        while at.millis_since(self.slot_began) >= SLOT_MILLIS {
            self.slots.push_back((self.messages - self.slot_base.0, self.bytes - self.slot_base.1));
            self.slot_base = (self.messages, self.bytes);
            self.slot_began = self.slot_began.plus_millis(SLOT_MILLIS);
            // What was waited for long ago says little about now.
            self.reading_millis /= 2;
            self.storing_millis /= 2;
            self.network_millis /= 2;
            if self.slots.len() > SLOTS {
                self.slots.pop_front();
            }
            if at.millis_since(self.slot_began) > SLOT_MILLIS * SLOTS as u64 {
                self.slots.clear();
                self.slot_began = at;
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "rates are shown with three digits")]
    fn rate(&self, left: (u64, ByteSize)) -> Rate {
        // What was before anything moved would make the beginning look slow.
        let before = self.slots.iter().take_while(|slot| slot.0 == 0).count();
        let recent: Vec<(u64, u64)> = self.slots.iter().skip(before).rev().take(5).copied().collect();
        let seconds = (recent.len() as f64 * SLOT_MILLIS as f64 / 1000.0).max(1.0);
        let messages = recent.iter().map(|s| s.0).sum::<u64>() as f64 / seconds;
        let bytes = recent.iter().map(|s| s.1).sum::<u64>() as f64 / seconds;
        let is_copying = self.tasks.values().any(|t| t.activity == Activity::Copying);
        let is_throttled =
            self.tasks.values().any(|t| t.waiting.as_ref().is_some_and(|w| w.problem.code == crate::problem::ProblemCode::Throttled));
        let limit = if is_throttled {
            Some(Limit::Throttling)
        } else if is_copying && self.network_millis > self.storing_millis.max(self.reading_millis) {
            Some(Limit::Network)
        } else if is_copying && self.storing_millis + self.reading_millis > 0 {
            Some(if self.storing_millis >= self.reading_millis { Limit::Target } else { Limit::Source })
        } else {
            None
        };
        Rate {
            messages,
            bytes,
            history: self.slots.iter().map(|s| s.0 * 1000 / SLOT_MILLIS).collect(),
            seconds_left: seconds_left(left, messages, bytes),
            limit,
            lanes: 0,
        }
    }
}

/// Small and large mail scale differently: one end of the range counts messages, the other bytes.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a range of seconds, never negative, shown rounded"
)]
fn seconds_left(left: (u64, ByteSize), messages: f64, bytes: f64) -> Option<(u64, u64)> {
    if left.0 == 0 || messages < 0.01 {
        return None;
    }
    let by_messages = left.0 as f64 / messages;
    let by_bytes = if left.1.0 > 0 && bytes > 1.0 { left.1.0 as f64 / bytes } else { by_messages };
    Some((by_messages.min(by_bytes) as u64, by_messages.max(by_bytes).ceil() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_counts_what_was_copied_in_the_last_seconds() {
        let (meter, task) = (Meter::default(), Task::Finish);
        meter.snapshot(Moment(1000), (0, ByteSize(0)), 0);
        meter.activity(&task, Activity::Copying, Moment(1000));
        meter.advance(&task, 100, ByteSize(1_000_000));
        let progress = meter.snapshot(Moment(3000), (500, ByteSize(10_000_000)), 3);
        assert_eq!(progress.rate.history, vec![50]);
        assert_eq!((progress.rate.seconds_left, progress.rate.lanes), (Some((10, 20)), 3));
    }

    #[test]
    fn what_was_before_the_first_message_does_not_make_the_beginning_look_slow() {
        let (meter, task) = (Meter::default(), Task::Finish);
        meter.snapshot(Moment(1000), (0, ByteSize(0)), 0);
        meter.snapshot(Moment(9_000), (0, ByteSize(0)), 0);
        meter.activity(&task, Activity::Copying, Moment(9000));
        meter.advance(&task, 100, ByteSize(1_000_000));
        assert_eq!(meter.snapshot(Moment(11_000), (500, ByteSize(5_000_000)), 1).rate.seconds_left, Some((10, 10)));
        let stalled = meter.snapshot(Moment(13_000), (500, ByteSize(5_000_000)), 1);
        assert_eq!(stalled.rate.seconds_left, Some((20, 20)), "a stall counts");
    }

    #[test]
    fn the_speed_is_limited_by_whom_the_lanes_wait_for_now() {
        let (meter, task) = (Meter::default(), Task::Finish);
        meter.snapshot(Moment(1000), (0, ByteSize(0)), 0);
        meter.activity(&task, Activity::Copying, Moment(1000));
        let limit = |at| meter.snapshot(Moment(at), (500, ByteSize(500)), 2).rate.limit;
        meter.waited(Side::Source, 900, 1);
        meter.waited(Side::Target, 100, 1);
        assert_eq!(limit(1_500), Some(Limit::Source));
        // The source was slow; now two readers wait for a target that is slower still.
        for at in [5_000, 7_000, 9_000] {
            limit(at);
        }
        for _ in 0..2 {
            meter.waited(Side::Source, 10, 1);
            meter.waited(Side::Target, 200, 1);
        }
        assert_eq!(limit(9_500), Some(Limit::Target));
    }

    #[test]
    fn waits_that_are_no_longer_than_a_round_trip_are_the_network_s() {
        let (meter, task) = (Meter::default(), Task::Finish);
        meter.snapshot(Moment(1000), (0, ByteSize(0)), 0);
        meter.activity(&task, Activity::Copying, Moment(1000));
        let limit = || meter.snapshot(Moment(1500), (500, ByteSize(500)), 2).rate.limit;
        for _ in 0..10 {
            meter.waited(Side::Source, 40, 80);
            meter.waited(Side::Target, 90, 80);
        }
        assert_eq!(limit(), Some(Limit::Network), "both sides answer as soon as the line lets them");
        meter.waited(Side::Target, 2_000, 80);
        assert_eq!(limit(), Some(Limit::Target), "a server that thinks longer than the line takes");
    }

    #[test]
    fn nothing_is_promised_while_nothing_moves() {
        let meter = Meter::default();
        assert_eq!(meter.snapshot(Moment(1), (5, ByteSize(5)), 0).rate.seconds_left, None);
    }
}
