//! What integration tests share.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part of it")]

pub(crate) mod clock;
pub(crate) mod cutting;
pub(crate) mod nothing;
pub mod terminal;
pub mod clock;
pub mod cutting;
pub mod following;
pub mod guided;
pub mod nothing;
pub mod platform;
pub mod tricks;
