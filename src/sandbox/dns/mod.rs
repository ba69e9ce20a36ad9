//! The name servers of the world: authoritative for its zones, over UDP and TCP on a loopback port. What they serve is what the API
//! edited and published, a little later. They answer for nothing else (REFUSED), and nothing recursively.

mod catalog;
mod server;

#[cfg(test)]
mod tests;

pub use server::DnsDoor;
