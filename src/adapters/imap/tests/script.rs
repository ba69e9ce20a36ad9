//! A server that plays a script: `S: line` is sent, `C: line` must come exactly so, `X` closes, `TLS` begins TLS.
//! `PACK` begins COMPRESS=DEFLATE, `S2 a|b` sends two lines at once, `S! n` sends n lines of noise, `C! n` takes n bytes.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::super::compression::packed;
use super::super::transport::Duplex;
use super::super::{ImapStore, Timeouts};
use crate::adapters::{AddressBook, Trust};
use crate::domain::{ImapEndpoint, Secret, Security};
use crate::ports::{FetchedMessage, Login, MailConnection, MailError, MailStore, MessageSink, SinkClosed};

pub(super) struct Server {
    pub(super) port: u16,
    /// Whether each TLS handshake took up an earlier session.
    pub(super) resumed: Arc<Mutex<Vec<bool>>>,
    plays: JoinSet<Result<(), String>>,
}

impl Server {
    /// Plays one script per connection, in order.
    pub(super) async fn start(scripts: &[String]) -> Self {
        Self::start_secured(scripts, None).await
    }

    /// The same behind TLS.
    pub(super) async fn start_secured(scripts: &[String], acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let scripts = scripts.to_vec();
        let resumed = Arc::new(Mutex::new(Vec::new()));
        let kinds = Arc::clone(&resumed);
        let mut plays = JoinSet::new();
        plays.spawn(async move {
            for script in scripts {
                let (stream, _) = listener.accept().await.map_err(|e| e.to_string())?;
                play(stream, &script, acceptor.as_ref(), &kinds).await?;
            }
            Ok(())
        });
        Self { port, resumed, plays }
    }

    pub(super) fn endpoint(&self) -> ImapEndpoint {
        ImapEndpoint { host: "127.0.0.1".to_owned(), port: self.port, security: Security::ClearTextLoopback, pin: None }
    }

    pub(super) async fn connect(&self) -> Result<Box<dyn MailConnection>, MailError> {
        self.connect_as("anna", "secret").await
    }

    pub(super) async fn connect_as(&self, user: &str, password: &str) -> Result<Box<dyn MailConnection>, MailError> {
        store(Trust::default()).connect(&self.endpoint(), &login(user, password)).await
    }

    /// The script was played to its end.
    pub(super) async fn finish(mut self) {
        let played = tokio::time::timeout(Duration::from_secs(10), self.plays.join_next()).await.expect("the script ends");
        played.expect("one play").expect("no panic").expect("the client said what the script expects");
    }
}

pub(super) fn store(trust: Trust) -> ImapStore {
    let timeouts = Timeouts { inactivity: Duration::from_secs(3), login: Duration::from_secs(3), ..Timeouts::default() };
    ImapStore::new(trust, AddressBook::default(), timeouts)
}

pub(super) fn login(user: &str, password: &str) -> Login {
    Login { user: user.to_owned(), password: Secret::new(password) }
}

/// A login that works, with these further capabilities, and then the rest. The rest's first tag is A4.
pub(super) fn logged_in(abilities: &str, rest: &str) -> String {
    let mut script =
        "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\nC: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\nS: A1 OK\n".to_owned();
    let _ = write!(script, "C: A2 CAPABILITY\nS: * CAPABILITY IMAP4rev1 {abilities}\nS: A2 OK done\n");
    script.push_str("C: A3 LIST \"\" \"\"\nS: * LIST (\\Noselect) \"/\" \"\"\nS: A3 OK done\n");
    script + rest
}

/// A further login of the same store, which knows already where the mailboxes are. The rest's first tag is A3.
pub(super) fn logged_in_again(abilities: &str, rest: &str) -> String {
    let head = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\nC: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\nS: A1 OK\n";
    format!("{head}C: A2 CAPABILITY\nS: * CAPABILITY IMAP4rev1 {abilities}\nS: A2 OK done\n{rest}")
}

/// Opens INBOX read-only; the next tag is A5.
pub(super) fn examined(exists: u32, uid_next: u32, rest: &str) -> String {
    let opening = format!(
        "C: A4 EXAMINE \"INBOX\"\nS: * {exists} EXISTS\nS: * OK [UIDVALIDITY 9] ok\nS: * OK [UIDNEXT {uid_next}] ok\nS: A4 OK [READ-ONLY] done\n"
    );
    logged_in("", &(opening + rest))
}

async fn play(stream: TcpStream, script: &str, acceptor: Option<&TlsAcceptor>, resumed: &Mutex<Vec<bool>>) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let stream: Box<dyn Duplex> = match acceptor.filter(|_| !script.contains("STARTTLS")) {
        Some(acceptor) => {
            let stream = acceptor.accept(stream).await.map_err(failed)?;
            let is_resumed = stream.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
            resumed.lock().expect("no panic").push(is_resumed);
            Box::new(stream)
        }
        None => Box::new(stream),
    };
    let mut stream = BufReader::new(stream);
    for line in script.lines() {
        let line = line.trim_start();
        if let Some(text) = line.strip_prefix("S: ") {
            stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await.map_err(failed)?;
            stream.get_mut().flush().await.map_err(failed)?;
        } else if let Some(text) = line.strip_prefix("S2 ") {
            let both = text.replace('|', "\r\n") + "\r\n";
            stream.get_mut().write_all(both.as_bytes()).await.map_err(failed)?;
        } else if let Some(expected) = line.strip_prefix("C: ") {
            let mut said = String::new();
            stream.read_line(&mut said).await.map_err(failed)?;
            if said.trim_end_matches(['\r', '\n']) != expected {
                return Err(format!("expected {expected:?}, the client said {said:?}"));
            }
        } else if let Some(count) = line.strip_prefix("S! ") {
            let noise = "* OK still here, and saying so at some length to fill the line up\r\n".repeat(count.parse().expect("a number"));
            stream.get_mut().write_all(noise.as_bytes()).await.map_err(failed)?;
        } else if let Some(count) = line.strip_prefix("C! ") {
            let mut body = vec![0; count.parse().expect("a number")];
            stream.read_exact(&mut body).await.map_err(failed)?;
        } else if line == "TLS" {
            let acceptor = acceptor.expect("a certificate");
            let secured = acceptor.accept(stream.into_inner()).await.map_err(failed)?;
            stream = BufReader::new(Box::new(secured));
        } else if line == "PACK" {
            stream = BufReader::new(packed(stream.into_inner()));
        } else if line == "X" {
            return Ok(());
        } else if !line.is_empty() {
            return Err(format!("not a line of a script: {line}"));
        }
    }
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    if rest.is_empty() { Ok(()) } else { Err(format!("the client went on: {:?}", String::from_utf8_lossy(&rest))) }
}

/// Keeps what it is given.
#[derive(Default)]
pub(super) struct Basket(pub(super) Vec<FetchedMessage>);

#[async_trait]
impl MessageSink for Basket {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        self.0.push(message);
        Ok(())
    }
}

/// A certificate and what clients must trust to accept it.
pub(super) struct Identity {
    pub(super) acceptor: TlsAcceptor,
    pub(super) authority_pem: String,
    pub(super) sha256: String,
}

impl Identity {
    /// A server certificate for `host`, valid in these years, from an authority of its own.
    pub(super) fn new(host: &str, years: (i32, i32)) -> Self {
        let mut authority = rcgen::CertificateParams::new(Vec::<String>::new()).expect("parameters");
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority_key = rcgen::KeyPair::generate().expect("a key");
        let authority_pem = authority.self_signed(&authority_key).expect("a certificate").pem();
        let issuer = rcgen::Issuer::new(authority, authority_key);
        let mut leaf = rcgen::CertificateParams::new(vec![host.to_owned()]).expect("parameters");
        leaf.not_before = rcgen::date_time_ymd(years.0, 1, 1);
        leaf.not_after = rcgen::date_time_ymd(years.1, 1, 1);
        let key = rcgen::KeyPair::generate().expect("a key");
        let certificate = leaf.signed_by(&key, &issuer).expect("a certificate");
        let sha256 = crate::adapters::certificate_sha256(certificate.der());
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .expect("a configuration");
        Self { acceptor: TlsAcceptor::from(Arc::new(config)), authority_pem, sha256 }
    }
}
