//! How many lanes an account gets: one more while that makes it faster, one less when it does not or when something goes wrong. Now and
//! then, and when it has become slower, one less is tried: what a mailbox bore when it was small slows a server down when it is large.
//!
//! Pure thought over what was stored and when. Nothing is remembered from one run to the next: servers change.

use crate::domain::Moment;

/// A round lasts at least so many milliseconds...
const ROUND_MILLIS: u64 = 250;
/// ...and at least so many answered batches for each lane.
const ROUND_BATCHES: usize = 3;
/// What another lane must bring, in percent.
const GAIN_PERCENT: u64 = 5;
/// Rounds before another number of lanes is tried again.
const CALM_ROUNDS: u32 = 40;
/// A rate below such a part of the last one that counted, in percent, is worth a trial with one less.
const SLOWER_PERCENT: u64 = 67;
/// Bytes that weigh as much as one message: small mail is counted, large mail is weighed.
const BYTES_PER_MESSAGE: u64 = 16 * 1024;

/// What one answered batch tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// Messages stored.
    pub(super) messages: u64,
    /// Their bytes.
    pub(super) bytes: u64,
    /// Milliseconds from handing the batch over to its answer.
    pub(super) latency_millis: u64,
    /// Lanes that were at work.
    pub(super) lanes: usize,
}

/// One round of looking.
#[derive(Debug, Clone, Copy, Default)]
struct Round {
    began: Option<Moment>,
    batches: usize,
    weight: u64,
    latency_millis: u64,
    /// Fewer lanes had work, or more were still at it: it says nothing about this number.
    was_uneven: bool,
}

/// What a round found: weight a second, and milliseconds for a thousand of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    rate: u64,
    latency: u64,
}

/// A number of lanes that is being tried, and what was found before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trial {
    /// One more.
    More(Found),
    /// One less.
    Fewer(Found),
}

/// The number of lanes of one account.
#[derive(Debug, Clone)]
pub(super) struct Tuner {
    lanes: usize,
    most: usize,
    round: Round,
    trial: Option<Trial>,
    /// Of one more and one less, this one is tried next.
    is_fewer_next: bool,
    calm: u32,
    /// The rate when the number of lanes was last found to be right.
    usual: Option<u64>,
    /// Nothing was changed yet.
    is_untried: bool,
}

impl Tuner {
    /// Begins with `first` lanes and never allows more than `most`.
    pub(super) fn new(first: usize, most: usize) -> Self {
        let most = most.max(1);
        Self {
            lanes: first.clamp(1, most),
            most,
            round: Round::default(),
            trial: None,
            is_fewer_next: false,
            calm: 0,
            usual: None,
            is_untried: true,
        }
    }

    /// What the platforms bear is known better now.
    pub(super) fn limit(&mut self, most: usize) {
        self.most = most.max(1);
        self.lanes = self.lanes.min(self.most);
    }

    /// Begins with at least so many lanes, unless it has begun to find out by itself.
    pub(super) fn begin_with(&mut self, lanes: usize) {
        if self.is_untried {
            self.lanes = self.lanes.max(lanes).min(self.most);
        }
    }

    /// How many lanes may be open.
    pub(super) const fn lanes(&self) -> usize {
        self.lanes
    }

    /// A batch was stored.
    pub(super) fn stored(&mut self, at: Moment, sample: Sample) {
        let began = *self.round.began.get_or_insert(at);
        let round = &mut self.round;
        round.batches += 1;
        round.weight += sample.messages + sample.bytes / BYTES_PER_MESSAGE;
        round.latency_millis += sample.latency_millis;
        round.was_uneven |= sample.lanes != self.lanes;
        let lasted = at.millis_since(began);
        if lasted < ROUND_MILLIS || round.batches < ROUND_BATCHES * self.lanes {
            return;
        }
        let found = Found { rate: round.weight * 1000 / lasted, latency: round.latency_millis.saturating_mul(1000) / round.weight.max(1) };
        let was_uneven = round.was_uneven;
        self.round = Round { began: Some(at), ..Round::default() };
        if !was_uneven {
            self.conclude(found);
        }
    }

    /// Something went wrong: an error, a refusal to go on, a closed connection, a wish for patience.
    pub(super) fn trouble(&mut self) {
        self.change(self.lanes.saturating_sub(1));
        (self.trial, self.usual) = (None, None);
        self.calm = CALM_ROUNDS;
    }

    /// A server asked for patience: half as many lanes.
    pub(super) fn throttled(&mut self) {
        let half = self.lanes / 2;
        self.trouble();
        self.change(half);
    }

    fn conclude(&mut self, now: Found) {
        match self.trial.take() {
            Some(Trial::More(before)) => {
                let is_faster = now.rate * 100 > before.rate * (100 + GAIN_PERCENT);
                let is_slow_to_answer = now.latency > before.latency.saturating_mul(2);
                if is_faster && !is_slow_to_answer {
                    self.try_more(now);
                } else {
                    self.rest_with(self.lanes - 1, before);
                }
            }
            Some(Trial::Fewer(before)) if now.rate >= before.rate => self.try_fewer(now),
            Some(Trial::Fewer(before)) => self.rest_with(self.lanes + 1, before),
            None if self.lanes > 1 && self.usual.is_some_and(|usual| now.rate * 100 < usual * SLOWER_PERCENT) => self.try_fewer(now),
            None if self.calm > 0 => self.calm -= 1,
            None => {
                if self.is_fewer_next {
                    self.try_fewer(now);
                } else {
                    self.try_more(now);
                }
                self.is_fewer_next = !self.is_fewer_next;
            }
        }
    }

    fn try_more(&mut self, now: Found) {
        if self.lanes < self.most {
            self.trial = Some(Trial::More(now));
            self.change(self.lanes + 1);
        } else {
            self.rest_with(self.lanes, now);
        }
    }

    fn try_fewer(&mut self, now: Found) {
        if self.lanes > 1 {
            self.trial = Some(Trial::Fewer(now));
            self.change(self.lanes - 1);
        } else {
            self.rest_with(self.lanes, now);
        }
    }

    /// This number it is for now; `found` is what it brings.
    fn rest_with(&mut self, lanes: usize, found: Found) {
        self.change(lanes);
        self.calm = CALM_ROUNDS;
        self.usual = Some(found.rate);
    }

    fn change(&mut self, lanes: usize) {
        self.is_untried = false;
        self.lanes = lanes.clamp(1, self.most);
        self.round = Round::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stores batches for so many milliseconds, each lane at this rate and with this latency; answers the lanes seen on the way.
    fn run(tuner: &mut Tuner, clock: &mut u64, millis: u64, server: impl Fn(usize) -> (u64, u64)) -> Vec<usize> {
        let (mut seen, end) = (vec![tuner.lanes()], *clock + millis);
        while *clock < end {
            let lanes = tuner.lanes();
            let (all_a_second, latency_millis) = server(lanes);
            *clock += 10;
            let sample = Sample { messages: all_a_second / 100, bytes: 0, latency_millis, lanes };
            tuner.stored(Moment(i64::try_from(*clock).expect("small")), sample);
            if seen.last() != Some(&tuner.lanes()) {
                seen.push(tuner.lanes());
            }
        }
        seen
    }

    #[test]
    fn lanes_are_added_while_each_makes_it_faster() {
        let (mut tuner, mut clock) = (Tuner::new(2, 5), 0);
        let seen = run(&mut tuner, &mut clock, 5_000, |lanes| (lanes as u64 * 1000, 50));
        assert_eq!(seen, [2, 3, 4, 5], "one by one, and never above the ceiling");
    }

    #[test]
    fn a_lane_that_brings_nothing_is_taken_back_and_not_tried_again_at_once() {
        let (mut tuner, mut clock) = (Tuner::new(2, 8), 0);
        let seen = run(&mut tuner, &mut clock, 4_000, |lanes| (lanes.min(3) as u64 * 1000, 50));
        assert_eq!(seen, [2, 3, 4, 3]);
        let later = run(&mut tuner, &mut clock, 30_000, |lanes| (lanes.min(3) as u64 * 1000, 50));
        assert!(later.len() < 8, "{later:?}");
        assert!(later.iter().all(|lanes| (2..=4).contains(lanes)) && tuner.lanes() == 3, "{later:?}");
    }

    #[test]
    fn four_percent_are_not_worth_a_lane_and_six_are() {
        for (gain, ends) in [(104, 2), (106, 3)] {
            let (mut tuner, mut clock) = (Tuner::new(2, 3), 0);
            run(&mut tuner, &mut clock, 2_000, |lanes| (if lanes == 2 { 10_000 } else { 100 * gain }, 50));
            assert_eq!(tuner.lanes(), ends, "{gain}");
        }
    }

    #[test]
    fn a_server_that_takes_more_than_twice_as_long_is_given_less() {
        let (mut tuner, mut clock) = (Tuner::new(2, 8), 0);
        run(&mut tuner, &mut clock, 2_000, |lanes| (lanes as u64 * 1000, if lanes > 2 { 400 } else { 50 }));
        assert_eq!(tuner.lanes(), 2);
    }

    #[test]
    fn a_server_that_asks_for_patience_is_given_half_of_the_lanes() {
        let mut tuner = Tuner::new(8, 8);
        tuner.throttled();
        assert_eq!(tuner.lanes(), 4);
        (0..5).for_each(|_| tuner.throttled());
        assert_eq!(tuner.lanes(), 1, "one is always there");
    }

    #[test]
    fn a_mailbox_that_has_grown_too_large_for_two_is_given_one() {
        let (mut tuner, mut clock) = (Tuner::new(2, 2), 0);
        let small = run(&mut tuner, &mut clock, 60_000, |lanes| (lanes as u64 * 1000, 50));
        assert!(small.iter().all(|lanes| *lanes <= 2) && tuner.lanes() == 2, "one less is tried, and is slower: {small:?}");
        run(&mut tuner, &mut clock, 60_000, |lanes| (3000 / lanes as u64, 50));
        assert_eq!(tuner.lanes(), 1);
    }

    #[test]
    fn when_it_becomes_slower_one_less_is_tried_at_once() {
        let (mut tuner, mut clock) = (Tuner::new(2, 2), 0);
        run(&mut tuner, &mut clock, 1_000, |lanes| (lanes as u64 * 1000, 50));
        run(&mut tuner, &mut clock, 1_000, |lanes| (lanes as u64 * 600, 50));
        assert_eq!(tuner.lanes(), 2, "slower for other reasons");
        run(&mut tuner, &mut clock, 1_000, |lanes| (1000 / lanes as u64, 50));
        assert_eq!(tuner.lanes(), 1);
    }

    #[test]
    fn what_a_lane_too_many_still_stores_is_not_counted_for_fewer() {
        let mut tuner = Tuner::new(2, 2);
        tuner.trouble();
        let before = tuner.clone();
        for millis in 0..1000 {
            tuner.stored(Moment(millis * 10), Sample { messages: 10, bytes: 0, latency_millis: 50, lanes: 2 });
        }
        assert_eq!((tuner.lanes(), tuner.calm), (1, before.calm));
    }

    #[test]
    fn trouble_takes_a_lane_back_and_the_last_one_stays() {
        let mut tuner = Tuner::new(4, 4);
        tuner.trouble();
        assert_eq!(tuner.lanes(), 3);
        (0..9).for_each(|_| tuner.trouble());
        assert_eq!(tuner.lanes(), 1);
        let mut clock = 0;
        let seen = run(&mut tuner, &mut clock, 3_000, |lanes| (lanes as u64 * 1000, 50));
        assert_eq!(seen, [1], "calm first");
        let seen = run(&mut tuner, &mut clock, 30_000, |lanes| (lanes as u64 * 1000, 50));
        assert!(seen.starts_with(&[1, 2, 3, 4]), "then it may grow again: {seen:?}");
    }

    #[test]
    fn lanes_without_work_say_nothing() {
        let mut tuner = Tuner::new(3, 8);
        for millis in 0..1000 {
            tuner.stored(Moment(millis * 10), Sample { messages: 10, bytes: 0, latency_millis: 50, lanes: 2 });
        }
        assert_eq!(tuner.lanes(), 3);
    }

    #[test]
    fn a_ceiling_below_the_beginning_wins() {
        assert_eq!(Tuner::new(2, 1).lanes(), 1);
        assert_eq!(Tuner::new(0, 0).lanes(), 1);
    }
}
