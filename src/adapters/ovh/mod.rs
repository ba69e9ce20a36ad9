//! The OVHcloud REST API, versions 1 and 2, behind the platform ports: Exchange, Email Pro, MX Plan, Zimbra, and the DNS zone.
//!
//! Every call is signed or carries a token, four are made at a time, and none is repeated here: an error says what kind it is, the
//! engine decides what follows. What differs between the platforms (routes, units, field names) ends in this folder: one folder for
//! Exchange and its kin, one for the legacy MX Plan, one for Zimbra, one for what belongs to accounts besides mail.

mod api;
mod auth_wire;
mod client;
pub mod contract;
mod discovery;
mod errors;
mod exchange_family;
mod features;
pub mod fuzzing;
mod gate;
mod legacy;
mod reading;
mod route_table;
mod routes;
mod server_time;
mod sign;
#[cfg(test)]
mod tests;
mod token;
mod transport;
mod units;
mod words;
mod zimbra;
mod zone;

pub use gate::{OvhGate, OvhOptions};
