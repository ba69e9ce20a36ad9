//! Every ordered pair of platforms in every order of acts that `config/platforms.toml` allows, end to end on the imaginary OVHcloud: as a
//! whole ([`matrix`]), cut at every half-effect of the platform's acts ([`cuts`]), disturbed ([`trouble`]), and taken back ([`undo`]).

#[path = "../support/mod.rs"]
mod support;

mod cuts;
mod matrix;
mod trouble;
mod undo;
