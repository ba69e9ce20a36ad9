//! The composition root: introduces the rooms to one another.

pub mod autopilot;
