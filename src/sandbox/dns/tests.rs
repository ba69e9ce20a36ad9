//! The name servers over real sockets, asked by a resolver.

use std::time::Duration;

use hickory_server::proto::op::{Message, Query, ResponseCode};
use hickory_server::proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use super::DnsDoor;
use crate::domain::{DomainName, Moment, ZoneRecord};
use crate::sandbox::mail::MailWorld;
use crate::sandbox::world::{Pace, World, WorldOptions};

async fn stage() -> (World, DnsDoor) {
    let options = WorldOptions { seed: 7, folder: None, pace: Pace::Quick, now: Moment(1_790_000_000_000) };
    let world = World::open(&options, MailWorld::in_memory(7)).expect("in memory");
    let door = DnsDoor::open(world.clone()).await.expect("a free port");
    (world, door)
}

fn question(name: &str, kind: RecordType) -> Vec<u8> {
    let mut message = Message::query();
    message.add_query(Query::query(name.parse::<Name>().expect("a name"), kind));
    message.to_vec().expect("small")
}

async fn ask(door: &DnsDoor, name: &str, kind: RecordType) -> Message {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    socket.send_to(&question(name, kind), door.address()).await.expect("sent");
    let mut buffer = [0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(5), socket.recv(&mut buffer)).await.expect("in time").expect("read");
    Message::from_vec(&buffer[..read]).expect("a message")
}

async fn values(door: &DnsDoor, name: &str, kind: RecordType) -> Vec<String> {
    ask(door, name, kind).await.answers.iter().map(|r| r.data.to_string()).collect()
}

#[tokio::test]
async fn answers_are_authoritative_and_nothing_is_told_from_nobody() {
    let (_world, door) = stage().await;
    let mx = ask(&door, "mydomain.ovh.", RecordType::MX).await;
    assert!(mx.metadata.authoritative && mx.answers.len() == 4);
    let none = ask(&door, "mydomain.ovh.", RecordType::SRV).await;
    assert_eq!((none.metadata.response_code, none.answers.len()), (ResponseCode::NoError, 0));
    let nobody = ask(&door, "_dmarc.mydomain.ovh.", RecordType::TXT).await;
    assert_eq!(nobody.metadata.response_code, ResponseCode::NXDomain);
    assert!(nobody.authorities.iter().any(|r| r.record_type() == RecordType::SOA), "with the SOA, so that it can be remembered");
    let strange = ask(&door, "example.net.", RecordType::MX).await;
    assert_eq!(strange.metadata.response_code, ResponseCode::Refused);
    let srv = values(&door, "_autodiscover._tcp.mydomain.ovh.", RecordType::SRV).await;
    assert_eq!(srv, ["0 0 443 mailconfig.ovh.net."]);
}

#[tokio::test]
async fn tcp_answers_too() {
    let (_world, door) = stage().await;
    let mut stream = TcpStream::connect(door.address()).await.expect("connected");
    let question = question("mydomain.ovh.", RecordType::TXT);
    stream.write_u16(u16::try_from(question.len()).expect("small")).await.expect("sent");
    stream.write_all(&question).await.expect("sent");
    let mut answer = vec![0; usize::from(stream.read_u16().await.expect("read"))];
    stream.read_exact(&mut answer).await.expect("read");
    assert_eq!(Message::from_vec(&answer).expect("a message").answers.len(), 2);
}

#[tokio::test]
async fn a_change_is_served_once_it_is_published() {
    let (world, door) = stage().await;
    let zone: DomainName = "mydomain.ovh".parse().expect("valid");
    let record = ZoneRecord {
        id: 0,
        field_type: "DMARC".to_owned(),
        sub_domain: "_dmarc".to_owned(),
        target: "\"v=DMARC1; p=none\"".to_owned(),
        ttl: 300,
    };
    world.change(|state, turn| state.add_record(&zone, record, turn)).expect("added");
    assert!(values(&door, "_dmarc.mydomain.ovh.", RecordType::TXT).await.is_empty(), "edited, not published");
    world.change(|state, turn| state.refresh_zone(&zone, turn)).expect("accepted");
    world.wait_idle().await;
    let answer = ask(&door, "_dmarc.mydomain.ovh.", RecordType::TXT).await;
    assert_eq!((answer.answers.len(), answer.answers[0].ttl), (1, 300));
}
