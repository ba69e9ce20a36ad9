//! What integration tests share.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

pub mod clock;
pub mod cutting;
pub mod nothing;
