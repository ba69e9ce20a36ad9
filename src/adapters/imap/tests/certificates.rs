//! Certificates and STARTTLS: who is trusted, what the person is shown, and what a man in the middle cannot do.

use super::script::{Identity, Server, logged_in, logged_in_again, login, store};
use crate::adapters::Trust;
use crate::domain::{CertificatePin, ImapEndpoint, Security};
use crate::ports::{MailError, MailStore};
use crate::problem::ProblemCode;

const VALID: (i32, i32) = (2020, 2090);

fn trusting(identity: &Identity) -> Trust {
    Trust { extra_ca_pem: vec![identity.authority_pem.clone()] }
}

async fn attempt(identity: &Identity, trust: Trust, pin: Option<&str>) -> Result<(), MailError> {
    let server = Server::start_secured(&[logged_in("", "")], Some(identity.acceptor.clone())).await;
    let pin = pin.map(|pin| CertificatePin(pin.to_owned()));
    let endpoint = ImapEndpoint { host: "localhost".to_owned(), port: server.port, security: Security::Tls, pin };
    store(trust).connect(&endpoint, &login("anna", "secret")).await.map(|_| ())
}

fn reason(outcome: Result<(), MailError>, identity: &Identity) -> ProblemCode {
    match outcome {
        Err(MailError::Certificate { seen, host }) => {
            assert_eq!(seen.sha256, identity.sha256);
            assert!(host.starts_with("localhost:"));
            seen.reason
        }
        other => panic!("not a matter of certificates: {other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_from_a_trusted_authority_is_accepted() {
    let identity = Identity::new("localhost", VALID);
    assert_eq!(attempt(&identity, trusting(&identity), None).await, Ok(()));
}

#[tokio::test]
async fn a_further_connection_takes_up_the_session_of_the_first() {
    let identity = Identity::new("localhost", VALID);
    let scripts = [logged_in("", ""), logged_in_again("", ""), logged_in_again("", "")];
    let server = Server::start_secured(&scripts, Some(identity.acceptor.clone())).await;
    let endpoint = ImapEndpoint { host: "localhost".to_owned(), port: server.port, security: Security::Tls, pin: None };
    let store = store(trusting(&identity));
    for _ in 0..3 {
        drop(store.connect(&endpoint, &login("anna", "secret")).await.expect("logged in"));
    }
    let resumed = std::sync::Arc::clone(&server.resumed);
    server.finish().await;
    assert_eq!(*resumed.lock().expect("no panic"), [false, true, true]);
}

#[tokio::test]
async fn a_certificate_from_nobody_is_shown_and_can_be_pinned() {
    let identity = Identity::new("localhost", VALID);
    let outcome = attempt(&identity, Trust::default(), None).await;
    assert_eq!(reason(outcome, &identity), ProblemCode::UntrustedCertificate);
    assert_eq!(attempt(&identity, Trust::default(), Some(&identity.sha256)).await, Ok(()));
    assert_eq!(attempt(&identity, Trust::default(), Some(&identity.sha256.to_uppercase())).await, Ok(()));
}

#[tokio::test]
async fn an_expired_certificate_is_called_expired_and_can_be_pinned() {
    let identity = Identity::new("localhost", (2020, 2021));
    let outcome = attempt(&identity, trusting(&identity), None).await;
    assert_eq!(reason(outcome, &identity), ProblemCode::ExpiredCertificate);
    assert_eq!(attempt(&identity, Trust::default(), Some(&identity.sha256)).await, Ok(()));
}

#[tokio::test]
async fn a_certificate_for_another_host_is_called_so() {
    let identity = Identity::new("imap.example.com", VALID);
    let outcome = attempt(&identity, trusting(&identity), None).await;
    assert_eq!(reason(outcome, &identity), ProblemCode::CertificateForAnotherHost);
}

#[tokio::test]
async fn a_pin_refuses_every_other_certificate_even_a_trusted_one() {
    let identity = Identity::new("localhost", VALID);
    let outcome = attempt(&identity, trusting(&identity), Some(&"0".repeat(64))).await;
    assert_eq!(reason(outcome, &identity), ProblemCode::UntrustedCertificate);
}

#[tokio::test]
async fn a_server_without_tls_is_a_matter_of_tls() {
    let server = Server::start(&["S: * OK ready\nX".to_owned()]).await;
    let endpoint = ImapEndpoint { host: "localhost".to_owned(), port: server.port, security: Security::Tls, pin: None };
    let outcome = store(Trust::default()).connect(&endpoint, &login("anna", "secret")).await.map(|_| ());
    assert!(matches!(outcome, Err(MailError::Tls { .. } | MailError::Unreachable { .. })), "{outcome:?}");
    server.finish().await;
}

async fn start_tls(script: String) -> Result<(), MailError> {
    let identity = Identity::new("localhost", VALID);
    let server = Server::start_secured(&[script], Some(identity.acceptor.clone())).await;
    let endpoint = ImapEndpoint { host: "localhost".to_owned(), port: server.port, security: Security::StartTls, pin: None };
    store(trusting(&identity)).connect(&endpoint, &login("anna", "secret")).await.map(|_| ())
}

#[tokio::test]
async fn starttls_comes_before_anything_else_and_capabilities_are_asked_again() {
    let script = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=FORGED] ready
         C: A1 STARTTLS
         S: A1 OK begin
         TLS
         C: A1 CAPABILITY
         S: * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR
         S: A1 OK
         C: A2 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
         S: A2 OK
         C: A3 CAPABILITY
         S: * CAPABILITY IMAP4rev1
         S: A3 OK
         C: A4 LIST \"\" \"\"
         S: A4 OK";
    assert_eq!(start_tls(script.to_owned()).await, Ok(()));
}

#[tokio::test]
async fn words_smuggled_in_behind_starttls_end_the_attempt() {
    let outcome = start_tls("S: * OK ready\nC: A1 STARTTLS\nS2 A1 OK begin|* CAPABILITY IMAP4rev1 AUTH=PLAIN\nTLS".to_owned()).await;
    assert!(matches!(&outcome, Err(MailError::Tls { cause, .. }) if cause.contains("clear text")), "{outcome:?}");
}

#[tokio::test]
async fn there_is_no_way_back_to_clear_text() {
    let outcome = start_tls("S: * OK ready\nC: A1 STARTTLS\nS: A1 BAD unknown command".to_owned()).await;
    assert!(matches!(outcome, Err(MailError::Tls { .. })));
}

#[tokio::test]
async fn clear_text_does_not_leave_this_machine() {
    let mut book = crate::adapters::AddressBook::default();
    book.lead("localhost", 143, "192.0.2.1:143".parse().expect("an address"));
    let store = super::super::ImapStore::new(Trust::default(), book, super::super::Timeouts::default());
    let endpoint = ImapEndpoint { host: "localhost".to_owned(), port: 143, security: Security::ClearTextLoopback, pin: None };
    let outcome = store.connect(&endpoint, &login("anna", "secret")).await.map(|_| ());
    assert!(matches!(outcome, Err(MailError::Tls { .. })));
}
