//! The OVHcloud REST API, version 1: Exchange, Email Pro and the DNS zone, behind the platform ports.
//!
//! Every call is signed, limited to four at a time, and never repeated here: an error says what kind it is, the engine
//! decides what follows. What differs between the platforms (routes, units, field names) ends in this folder.
//! MX Plan and Zimbra are not here: their routes and units are others.

mod accounts;
mod api;
mod client;
mod domains;
mod errors;
pub mod fuzzing;
mod gate;
mod routes;
mod services;
mod sign;
#[cfg(test)]
mod tests;
mod units;
mod wire;
mod zone;

pub use gate::{OvhGate, OvhOptions};
