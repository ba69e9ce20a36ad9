//! The resolver against a real authoritative server on loopback.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_server::Server;
use hickory_server::proto::rr::rdata::{A, CNAME, MX, NS, SOA, SRV, TXT};
use hickory_server::proto::rr::{LowerName, Name, RData, Record};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use tokio::net::{TcpListener, UdpSocket};

use super::live::{direct_resolver, find_zone_servers};
use super::{LiveDns, Servers};
use crate::domain::{DomainName, RecordType};
use crate::ports::{DnsError, Resolver};

fn name(text: &str) -> Name {
    Name::from_ascii(text).expect("a name")
}

fn zone() -> InMemoryZoneHandler {
    let mut zone = InMemoryZoneHandler::empty(name("mydomain.ovh."), ZoneType::Primary, AxfrPolicy::Deny);
    let soa = SOA::new(name("dns.ovh.net."), name("tech.ovh.net."), 1, 60, 60, 3600, 60);
    let long = TXT::new(vec!["v=spf1 include:mx.ovh".to_owned(), ".com ~all".to_owned()]);
    for (owner, ttl, data) in [
        ("mydomain.ovh.", 60, RData::SOA(soa)),
        ("mydomain.ovh.", 300, RData::NS(NS(name("ns1.mydomain.ovh.")))),
        ("mydomain.ovh.", 300, RData::NS(NS(name("ns2.mydomain.ovh.")))),
        ("ns1.mydomain.ovh.", 300, RData::A(A::new(127, 0, 0, 11))),
        ("ns2.mydomain.ovh.", 300, RData::A(A::new(127, 0, 0, 12))),
        ("mydomain.ovh.", 300, RData::MX(MX::new(100, name("mx3.mail.ovh.net.")))),
        ("mydomain.ovh.", 300, RData::MX(MX::new(5, name("MX1.mail.ovh.net.")))),
        ("mydomain.ovh.", 60, RData::TXT(long)),
        ("mydomain.ovh.", 60, RData::TXT(TXT::new(vec!["1|www.mydomain.ovh".to_owned()]))),
        ("_autodiscover._tcp.mydomain.ovh.", 0, RData::SRV(SRV::new(0, 0, 443, name("mailconfig.ovh.net.")))),
        ("ovhex1-selector1._domainkey.mydomain.ovh.", 60, RData::CNAME(CNAME(name("Target.dkim.mail.ovh.net.")))),
        ("_dmarc.mydomain.ovh.", 60, RData::CNAME(CNAME(name("reports.example.com.")))),
    ] {
        assert!(zone.upsert_mut(Record::from_rdata(name(owner), ttl, data), 1), "{owner}");
    }
    zone
}

/// A port that is free for both; somebody else may have one of the two.
async fn same_port() -> (UdpSocket, TcpListener, SocketAddr) {
    loop {
        let udp = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = udp.local_addr().expect("an address");
        if let Ok(tcp) = TcpListener::bind(address).await {
            return (udp, tcp, address);
        }
    }
}

async fn serve() -> (Server<Catalog>, SocketAddr) {
    let mut catalog = Catalog::new();
    catalog.upsert(LowerName::from(name("mydomain.ovh.")), vec![Arc::new(zone())]);
    let mut server = Server::new(catalog);
    let (udp, tcp, address) = same_port().await;
    server.register_listener(tcp, Duration::from_secs(2), 4096);
    server.register_socket(udp);
    (server, address)
}

fn domain() -> DomainName {
    "mydomain.ovh".parse().expect("a domain")
}

fn dns(servers: Servers) -> LiveDns {
    LiveDns::new(servers).with_patience(Duration::from_millis(300))
}

#[tokio::test]
async fn records_come_in_presentation_form_from_the_authority() {
    let (_server, address) = serve().await;
    let asked = dns(Servers::Fixed(vec![address]));
    let table = [
        ("", RecordType::Mx, vec!["5 mx1.mail.ovh.net", "100 mx3.mail.ovh.net"]),
        ("", RecordType::Txt, vec!["1|www.mydomain.ovh", "v=spf1 include:mx.ovh.com ~all"]),
        ("_autodiscover._tcp", RecordType::Srv, vec!["0 0 443 mailconfig.ovh.net"]),
        ("ovhex1-selector1._domainkey", RecordType::Cname, vec!["target.dkim.mail.ovh.net"]),
        ("nothing", RecordType::Txt, vec![]),
        ("_dmarc", RecordType::Mx, vec![]),
    ];
    for (owner, record_type, expected) in table {
        let answer = asked.lookup(&domain(), owner, record_type).await.expect("an answer");
        assert_eq!(answer.records.iter().map(|r| r.value.as_str()).collect::<Vec<_>>(), expected, "{owner}");
        assert!(answer.is_authoritative, "{owner}");
    }
    let mx = asked.lookup(&domain(), "", RecordType::Mx).await.expect("an answer");
    assert_eq!(mx.records[0].ttl, 300);
}

#[tokio::test]
async fn another_server_answers_when_one_is_dead() {
    let (_server, address) = serve().await;
    let dead = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let asked = dns(Servers::Fixed(vec![dead.local_addr().expect("an address"), address]));
    let answer = asked.lookup(&domain(), "", RecordType::Mx).await.expect("an answer");
    assert_eq!(answer.records.len(), 2);
}

#[tokio::test]
async fn a_server_that_does_not_know_the_zone_is_no_answer() {
    let (_server, address) = serve().await;
    let asked = dns(Servers::Fixed(vec![address]));
    let other = "example.org".parse().expect("a domain");
    assert!(matches!(asked.lookup(&other, "", RecordType::Mx).await, Err(DnsError::NoAnswer(_))));
}

#[tokio::test]
async fn a_closed_port_is_no_answer() {
    let address = UdpSocket::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let asked = dns(Servers::Fixed(vec![address]));
    assert!(matches!(asked.lookup(&domain(), "", RecordType::Mx).await, Err(DnsError::NoAnswer(_))));
}

#[tokio::test]
async fn the_zone_of_a_name_is_found_by_going_up_the_labels() {
    let (_server, address) = serve().await;
    let resolver = direct_resolver(&[address], Duration::from_millis(300)).expect("a resolver");
    for text in ["mydomain.ovh", "mail.office.mydomain.ovh"] {
        let mut found = find_zone_servers(&resolver, &text.parse().expect("a domain")).await;
        found.sort();
        let addresses: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(addresses, ["127.0.0.11:53", "127.0.0.12:53"], "{text}");
    }
    assert_eq!(find_zone_servers(&resolver, &"example.org".parse().expect("a domain")).await, []);
}
