//! From a host name to a protected byte stream: every address tried, Nagle off, nothing delivered after the end, TLS checked, clear text on
//! this machine only.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;

use super::transport::Duplex;
use crate::adapters::address_book::AddressBook;
use crate::adapters::tls::certificate_seen;
use crate::domain::{ImapEndpoint, Security};
use crate::ports::MailError;

/// How long an address has for itself before the next one is tried beside it (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_millis(250);

/// A TCP connection to the end point.
pub(super) async fn dial(endpoint: &ImapEndpoint, book: &AddressBook, patience: Duration) -> Result<TcpStream, MailError> {
    let unreachable = |cause: String| MailError::Unreachable { host: endpoint.to_string(), cause };
    let addresses = match timeout(patience, addresses(endpoint, book)).await {
        Ok(addresses) => addresses?,
        Err(_) => return Err(MailError::UnknownHost(endpoint.host.clone())),
    };
    if endpoint.security == Security::ClearTextLoopback && !addresses.iter().all(|address| address.ip().is_loopback()) {
        return Err(MailError::Tls { host: endpoint.to_string(), cause: "clear text is allowed to this machine only".to_owned() });
    }
    let stream = timeout(patience, first_to_answer(addresses))
        .await
        .map_err(|_| unreachable(format!("no answer within {} s", patience.as_secs())))?
        .map_err(|error| unreachable(error.to_string()))?;
    stream.set_nodelay(true).map_err(|error| unreachable(error.to_string()))?;
    // Whoever drops the connection, or is killed, takes back what is not sent yet: else the kernel would go on delivering it for minutes, and
    // a message that is sent again meanwhile would arrive twice.
    stream.set_zero_linger().map_err(|error| unreachable(error.to_string()))?;
    Ok(stream)
}

async fn addresses(endpoint: &ImapEndpoint, book: &AddressBook) -> Result<Vec<SocketAddr>, MailError> {
    if let Some(address) = book.find(&endpoint.host, endpoint.port) {
        return Ok(vec![address]);
    }
    let unknown = || MailError::UnknownHost(endpoint.host.clone());
    let found: Vec<_> = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port)).await.map_err(|_| unknown())?.collect();
    if found.is_empty() { Err(unknown()) } else { Ok(found) }
}

async fn first_to_answer(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut attempts: FuturesUnordered<_> = (0u32..)
        .zip(addresses)
        .map(|(place, address)| async move {
            sleep(HEAD_START * place).await;
            TcpStream::connect(address).await
        })
        .collect();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "no address");
    while let Some(attempt) = attempts.next().await {
        match attempt {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// TLS over a stream, checked for the end point's host name.
pub(super) async fn secure(
    stream: Box<dyn Duplex>,
    endpoint: &ImapEndpoint,
    config: Arc<ClientConfig>,
    patience: Duration,
) -> Result<Box<dyn Duplex>, MailError> {
    let host = endpoint.to_string();
    let name =
        ServerName::try_from(endpoint.host.clone()).map_err(|error| MailError::Tls { host: host.clone(), cause: error.to_string() })?;
    match timeout(patience, TlsConnector::from(config).connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(match certificate_seen(&error) {
            Some(seen) => MailError::Certificate { host, seen },
            None if error.get_ref().is_some() => MailError::Tls { host, cause: error.to_string() },
            None => MailError::Unreachable { host, cause: error.to_string() },
        }),
        Err(_) => Err(MailError::Unreachable { host, cause: format!("no TLS handshake within {} s", patience.as_secs()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn a_connection_that_is_dropped_delivers_nothing_any_more() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let endpoint = ImapEndpoint { host: "127.0.0.1".to_owned(), port, security: Security::ClearTextLoopback, pin: None };
        let stream = dial(&endpoint, &AddressBook::default(), Duration::from_secs(5)).await.expect("connected");
        let (mut peer, _) = listener.accept().await.expect("accepted");
        drop(stream);
        let error = peer.read(&mut [0; 8]).await.expect_err("reset, not ended");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
}
