//! Live DNS: authoritative servers asked directly, the system resolver as a fallback.
//!
//! No cache of answers: a change of the zone is to be seen as soon as its servers know it. Judging what is found is
//! `dnscheck`'s.

mod live;
mod present;
#[cfg(test)]
mod tests;

pub use live::{LiveDns, Servers};
