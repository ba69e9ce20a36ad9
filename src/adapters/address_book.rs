//! Where named hosts really are: lets the demo's real-looking host names lead to loopback ports.
//!
//! Nothing here weakens TLS: the certificate is still checked against the name, not against the address.

use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Host names whose connections go to a fixed address instead of where DNS says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressBook {
    entries: BTreeMap<(String, u16), SocketAddr>,
}

impl AddressBook {
    /// Leads connections to `host:port` to this address. Host names are compared without regard to case.
    pub fn lead(&mut self, host: &str, port: u16, to: SocketAddr) {
        self.entries.insert((host.to_ascii_lowercase(), port), to);
    }

    /// Where `host:port` is, if the book knows it; otherwise DNS is asked.
    pub fn find(&self, host: &str, port: u16) -> Option<SocketAddr> {
        self.entries.get(&(host.to_ascii_lowercase(), port)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_found_by_name_and_port_whatever_its_case() {
        let mut book = AddressBook::default();
        let here: SocketAddr = "127.0.0.1:21993".parse().expect("an address");
        book.lead("EX3.mail.ovh.net", 993, here);
        assert_eq!(book.find("ex3.mail.ovh.net", 993), Some(here));
        assert_eq!(book.find("ex3.mail.ovh.net", 143), None);
        assert_eq!(book.find("ex2.mail.ovh.net", 993), None);
    }
}
