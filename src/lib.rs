//! Mailferry moves e-mail accounts between OVHcloud platforms: nothing lost, nothing doubled, every message accounted for.
//!
//! This file is the floor plan. Arrows go down only; `tests/architecture.rs` guards the walls.
//!
//! ```text
//!  main.rs ─▶ app                                wiring: the only place that knows everybody
//!  tui · cli                                     front ends: commands in, events and progress out
//!  engine        adapters        sandbox         tasks | doors to the world | a world of our own; strangers to each other
//!  ports                                         what the engine asks of the world, in our own words
//!  session                                       events, commands, tasks as data: decide, apply, due
//!  plan · mailcopy · dnscheck                    pure thought about accounts, messages, records
//!  domain · problem · settings · text            nouns, troubles, configuration, words
//! ```

pub mod adapters;
pub mod app;
pub mod cli;
pub mod dnscheck;
pub mod domain;
pub mod engine;
pub mod mailcopy;
pub mod plan;
pub mod ports;
pub mod problem;
pub mod sandbox;
pub mod session;
pub mod settings;
pub mod text;
pub mod tui;
