//! Scenarios by number: each seed is one, for ever.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// `SplitMix64`: the same numbers everywhere and for ever.
pub struct Dice(pub u64);

impl Dice {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.bits() % limit as u64).expect("below a usize")
    }

    pub fn small(&mut self, limit: u32) -> u32 {
        u32::try_from(self.below(limit as usize)).expect("below a u32")
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

#[expect(clippy::disallowed_methods, reason = "how many is the environment's to say")]
pub fn wanted(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Plays one seed after the other on all cores until so much was reached; answers how much, and in how many scenarios.
pub fn many(enough: u64, play: impl Fn(u64) -> Result<u64, String> + Sync) -> (u64, u64) {
    let (next, reached, failures) = (AtomicU64::new(0), AtomicU64::new(0), Mutex::new(Vec::new()));
    let work = || {
        while reached.load(Ordering::Relaxed) < enough {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            match catch_unwind(AssertUnwindSafe(|| play(seed))) {
                Ok(Ok(done)) => drop(reached.fetch_add(done, Ordering::Relaxed)),
                Ok(Err(story)) => failures.lock().expect("no panic holds it").push(story),
                Err(_) => failures.lock().expect("no panic holds it").push(format!("seed {seed}: panicked, as said above")),
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let (reached, scenarios, failures) = (reached.into_inner(), next.into_inner(), failures.into_inner().expect("no panic held it"));
    assert!(failures.is_empty(), "{} of {scenarios} scenarios:\n{}", failures.len(), failures.join("\n"));
    (reached, scenarios)
}
