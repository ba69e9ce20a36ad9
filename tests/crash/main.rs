//! Cut at every half-effect, twice in a row, then resumed: nothing lost, nothing doubled, twins kept, every act done once.
//!
//! The world is in this process and so is its time; only the engine is dropped, as a power cut would.
//! [`mail`] cuts the copy alone, [`passes`] a later pass, [`random`] as often as one likes between servers of all kinds, [`whole`] all nine steps with the platform, [`undo`] the way back.

#[path = "../support/mod.rs"]
mod support;

mod mail;
mod passes;
mod random;
mod undo;
mod whole;
