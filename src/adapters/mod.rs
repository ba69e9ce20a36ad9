//! Doors to the world: each folder implements one port with one foreign library, and names that library alone.

pub mod clock;
pub mod dns;
pub mod imap;
pub mod journal;
pub mod ovh;
pub mod secrets;
