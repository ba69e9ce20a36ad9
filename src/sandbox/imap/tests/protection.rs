//! TLS from the first byte, and STARTTLS.

use std::sync::Arc;

use rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::super::mail::{AccountKey, Dialect, MailWorld, Template};
use super::super::ImapDoor;
use super::{Client, Open};

const HOST: &str = "imap.example.com";

fn configurations() -> (Arc<rustls::ServerConfig>, Arc<rustls::ClientConfig>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let made = rcgen::generate_simple_self_signed([HOST.to_owned()]).expect("made");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("key");
    let server = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .and_then(|b| b.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key))
        .expect("server");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("root");
    let client = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    (Arc::new(server), Arc::new(client.with_root_certificates(roots).with_no_client_auth()))
}

async fn handshake(config: Arc<rustls::ClientConfig>, stream: TcpStream) -> Client<TlsStream<TcpStream>> {
    let name = ServerName::try_from(HOST).expect("name");
    Client::new(TlsConnector::from(config).connect(name, stream).await.expect("handshake"))
}

async fn parts() -> (MailWorld, TcpListener) {
    let world = MailWorld::in_memory(7);
    world.create_empty(&AccountKey::new("john"), Template::Dovecot).expect("created");
    (world, TcpListener::bind("127.0.0.1:0").await.expect("bound"))
}

#[tokio::test]
async fn tls_begins_with_the_first_byte() {
    let (server, client) = configurations();
    let (world, listener) = parts().await;
    let door = ImapDoor::start(world, Arc::new(Open), listener, Some(server), HOST.to_owned(), Dialect::Dovecot).expect("started");
    let mut client = handshake(client, TcpStream::connect(door.address()).await.expect("connected")).await;
    assert!(client.line().await.is_some_and(|line| line.starts_with("* OK")));
    assert!(client.ask("LOGIN john \"pass word\"").await.is_ok());
    assert!(client.append("INBOX", &"x".repeat(300_000)).await.is_ok());
    client.ask("SELECT INBOX").await;
    assert!(client.ask("FETCH 1 BODY.PEEK[]").await.before.len() > 300_000);
}

#[tokio::test]
async fn nobody_logs_in_before_starttls_and_what_came_early_is_forgotten() {
    let (server, client) = configurations();
    let (world, listener) = parts().await;
    let door = ImapDoor::start_with_starttls(world, Arc::new(Open), listener, server, HOST.to_owned(), Dialect::Dovecot).expect("started");
    let mut clear = Client::new(TcpStream::connect(door.address()).await.expect("connected"));
    assert!(clear.line().await.is_some_and(|line| line.contains("STARTTLS LOGINDISABLED")));
    assert!(clear.ask("LOGIN john \"pass word\"").await.end.starts_with("NO [PRIVACYREQUIRED]"));
    clear.send("s STARTTLS\r\nx LOGIN john \"pass word\"\r\n").await;
    assert!(clear.answer("s").await.is_some_and(|a| a.is_ok()));
    let mut client = handshake(client, clear.stream).await;
    assert!(client.ask("SELECT INBOX").await.end.starts_with("BAD"), "the early login was thrown away");
    assert!(client.ask("LOGIN john \"pass word\"").await.is_ok());
}
