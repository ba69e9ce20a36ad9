//! The demo: a whole imaginary OVHcloud on loopback sockets, started and stopped as one. Our own client reaches it under
//! real-looking names through an address book; any other client through the ports that the summary tells.

mod authority;
mod cast;
mod compare;
mod stage;
mod summary;

#[cfg(test)]
mod tests;

pub use cast::MailSize;
pub use compare::{Difference, compare};
pub use stage::{Demo, DemoFaults, DemoOptions};
pub use summary::{ApiSummary, DemoSummary, DnsSummary, HostSummary, LoginSummary};
