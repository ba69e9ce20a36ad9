//! Chance that is the same everywhere and for ever: `SplitMix64` (Steele, Lea, Flood 2014) over a seed and words.
//!
//! A crate's generator may change its numbers with a version; the world of a seed must not.

/// A sequence of numbers.
#[derive(Debug, Clone)]
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    /// The sequence that belongs to a seed and some words.
    pub(super) fn of(seed: u64, words: &[&str]) -> Self {
        // FNV-1a spreads the words; its weak low bits do not matter after `SplitMix64`.
        let mut state = seed ^ 0xcbf2_9ce4_8422_2325;
        for word in words {
            for byte in word.bytes().chain([0xff]) {
                state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        Self { state }
    }

    /// The next 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 when the limit is 0.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        let wide = u128::from(self.bits()) * u128::from(limit);
        u32::try_from(wide >> 64).unwrap_or(0)
    }

    /// Whether something happens that happens `percent` times in a hundred.
    pub(super) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of the choices.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let at = self.below(u32::try_from(choices.len()).unwrap_or(u32::MAX));
        &choices[at as usize]
    }

    /// A number between 0 and 1, 1 excluded.
    pub(super) fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.bits() >> 32).unwrap_or(0)) / 4_294_967_296.0
    }

    /// A normally distributed number, mean 0, deviation 1: the sum of twelve fractions is close enough.
    pub(super) fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.fraction()).sum::<f64>() - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_words_throw_the_same_numbers() {
        let throw = |seed, words: &[&str]| {
            let mut dice = Dice::of(seed, words);
            (0..4).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(throw(7, &["a", "b"]), throw(7, &["a", "b"]));
        assert_ne!(throw(7, &["a", "b"]), throw(7, &["ab"]));
        assert_ne!(throw(7, &["a"]), throw(8, &["a"]));
    }
}
