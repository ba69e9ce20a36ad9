//! How many connections a user has, where that is limited.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::access::{AccountKey, Dialect};
use super::refused::Refused;
use crate::ports::RefusalKind;

/// Counts connections per account.
#[derive(Debug, Clone, Default)]
pub(super) struct Seats {
    taken: Arc<Mutex<HashMap<AccountKey, u32>>>,
}

impl Seats {
    /// Takes a seat until it is dropped.
    pub(super) fn take(&self, key: &AccountKey, dialect: Dialect) -> Result<Seat, Refused> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(key.clone()).or_insert(0);
        if dialect.manners().seats.is_some_and(|most| *count >= most) {
            return Err(Refused::no(RefusalKind::Unsaid, "[UNAVAILABLE] Too many connections of this user."));
        }
        *count += 1;
        Ok(Seat { seats: self.clone(), key: key.clone() })
    }
}

/// One connection of a user.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    key: AccountKey,
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(count) = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&self.key) {
            *count = count.saturating_sub(1);
        }
    }
}
