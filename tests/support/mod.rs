//! What integration tests share.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part of it")]

pub mod clock;
pub mod cutting;
pub mod dice;
pub mod following;
pub mod guided;
pub mod nothing;
pub mod pair;
pub mod platform;
pub mod tricks;
pub mod turn;
