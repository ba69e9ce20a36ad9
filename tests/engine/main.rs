//! The engine against servers that misbehave and people who interfere, on the in-process world and in its time.

#[path = "../support/mod.rs"]
mod support;

mod arrivals;
mod fidelity;
mod lanes;
mod limits;
mod passes;
mod refusals;
mod renumbering;
mod shared_ends;
mod stopping;
mod trouble;
