//! What integration tests share.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

pub(crate) mod clock;
pub(crate) mod cutting;
pub(crate) mod nothing;
pub mod terminal;
