//! HTTPS: an authority that nobody trusts, and the same one trusted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::super::{OvhGate, OvhOptions};
use super::server::keys;
use crate::adapters::Trust;
use crate::ports::{ApiError, PlatformGate};

/// A server that answers every request with a number; its authority as PEM.
async fn serve() -> (JoinSet<()>, SocketAddr, String) {
    let mut authority = CertificateParams::new(Vec::<String>::new()).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters").signed_by(&key, &authority).expect("signed");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).expect("a key"))
        .expect("a configuration");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut running = JoinSet::new();
    running.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            // A client that refuses the certificate goes away here.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n1700000000").await;
            let _ = stream.shutdown().await;
        }
    });
    (running, address, authority.pem())
}

#[tokio::test]
async fn only_a_trusted_certificate_opens() {
    let (_running, address, authority) = serve().await;
    let endpoint = "https://localhost/1.0".parse().expect("an end point");
    let gate = |trust| {
        let resolve = vec![("localhost".to_owned(), address)];
        OvhGate::new(OvhOptions { trust, resolve, timeout: Duration::from_secs(5), ..OvhOptions::default() })
    };
    let refused = gate(Trust::default()).open(&endpoint, &keys()).await.err().expect("refused");
    assert!(matches!(&refused, ApiError::Unreachable(text) if text.contains("certificate")), "{refused}");
    let trusting = gate(Trust { extra_ca_pem: vec![authority] });
    assert!(trusting.open(&endpoint, &keys()).await.is_ok());
}
