//! How thoroughly a copy is read again.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What the verification reads of the target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thoroughness {
    /// Nothing: what was copied is believed.
    None,
    /// Header, flags and date of every message, the whole of some.
    Sample,
    /// Every message.
    #[default]
    Full,
}

impl Thoroughness {
    /// All three, as they are written.
    pub const ALL: [(&'static str, Self); 3] = [("full", Self::Full), ("sample", Self::Sample), ("none", Self::None)];
}

/// None of the three words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("full, sample or none")]
pub struct ThoroughnessError;

impl FromStr for Thoroughness {
    type Err = ThoroughnessError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().find(|(word, _)| *word == text).map(|(_, thoroughness)| *thoroughness).ok_or(ThoroughnessError)
    }
}

impl fmt::Display for Thoroughness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, thoroughness)| thoroughness == self).map_or("", |(word, _)| word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_read_as_it_is_written() {
        for (word, thoroughness) in Thoroughness::ALL {
            assert_eq!((word.parse(), thoroughness.to_string().as_str()), (Ok(thoroughness), word));
        }
        assert!(Thoroughness::None < Thoroughness::Sample && Thoroughness::Sample < Thoroughness::Full);
        assert_eq!("Full".parse::<Thoroughness>(), Err(ThoroughnessError));
    }
}
