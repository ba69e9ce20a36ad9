//! Identities: of a session, a migration, a mailbox in it, a batch, an operation of the platform.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not a session id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a session id looks like 7F3K-QX")]
pub struct IdError;

/// Letters and digits that are not mistaken for one another when read aloud.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The name of a session: six characters, as `7F3K-QX`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionId(String);

impl SessionId {
    /// Makes an id from 30 random bits (the caller owns the randomness).
    pub fn from_bits(bits: u32) -> Self {
        let letter = |i: u32| char::from(ALPHABET[(bits >> (5 * i)) as usize % 32]);
        let text: String = (0..6).map(letter).collect();
        Self(format!("{}-{}", &text[..4], &text[4..]))
    }

    /// The id as it is shown and as its folder is called.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SessionId {
    type Err = IdError;

    /// Accepts lower case and a missing hyphen.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain: String = text.trim().chars().filter(|c| *c != '-').map(|c| c.to_ascii_uppercase()).collect();
        if plain.len() == 6 && plain.bytes().all(|b| ALPHABET.contains(&b)) {
            Ok(Self(format!("{}-{}", &plain[..4], &plain[4..])))
        } else {
            Err(IdError)
        }
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SessionId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id! {
    /// One source account on its way to one target account, numbered within its session from 1.
    MigrationId(u32)
}
number_id! {
    /// One mailbox of one migration, numbered within that migration from 1 in the order of the plan.
    MailboxId(u32)
}
number_id! {
    /// One batch of messages appended under one intent, numbered within the session from 1.
    BatchId(u64)
}
number_id! {
    /// One feature of an account or a domain, numbered within the session from 1.
    FeatureId(u32)
}
number_id! {
    /// An asynchronous task of the platform (`…/task/{id}`). 0 means idle and is never one.
    OperationId(i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_survive_reading_aloud() {
        let id = SessionId::from_bits(0x3f2a_91c7);
        assert_eq!(id.as_str().to_lowercase().replace('-', "").parse::<SessionId>(), Ok(id));
        assert_eq!("7F3K-Q1".parse::<SessionId>(), Err(IdError), "1 is too like I");
    }
}
