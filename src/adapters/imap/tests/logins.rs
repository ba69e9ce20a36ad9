//! Logins: what is sent, what a refusal means.

use super::script::Server;
use crate::ports::MailError;

async fn refused(script: &str) -> MailError {
    let server = Server::start(&[script.to_owned()]).await;
    let error = server.connect().await.map(|_| ()).expect_err("refused");
    server.finish().await;
    error
}

#[tokio::test]
async fn a_wrong_password_is_a_wrong_password() {
    let error = refused(
        "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
         C: A1 AUTHENTICATE PLAIN
         S: +
         C: AGFubmEAc2VjcmV0
         S: A1 NO [AUTHENTICATIONFAILED] Authentication failed.",
    )
    .await;
    assert!(matches!(error, MailError::Login { user, text, .. } if user == "anna" && text.contains("Authentication failed")));
}

#[tokio::test]
async fn a_password_that_must_be_changed_is_not_a_wrong_one() {
    let error = refused(
        "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready
         C: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
         S: A1 NO [ALERT] password must be changed before IMAP login permitted",
    )
    .await;
    assert!(matches!(error, MailError::NotAllowed { text, .. } if text.contains("must be changed")));
}

#[tokio::test]
async fn exchange_says_only_after_login_that_it_is_not_connected() {
    let error = refused(
        "S: * OK The Microsoft Exchange IMAP4 service is ready.
         C: A1 CAPABILITY
         S: * CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN SASL-IR
         S: A1 OK CAPABILITY completed.
         C: A2 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
         S: A2 OK AUTHENTICATE completed.
         C: A3 CAPABILITY
         S: * CAPABILITY IMAP4 IMAP4rev1 NAMESPACE
         S: A3 OK CAPABILITY completed.
         C: A4 NAMESPACE
         S: A4 BAD User is authenticated but not connected.",
    )
    .await;
    assert!(matches!(error, MailError::NotAllowed { .. }), "{error:?}");
}

#[tokio::test]
async fn a_busy_server_is_no_wrong_password() {
    let script = "S: * BYE Request is throttled. Suggested Backoff Time: 7 milliseconds\nX";
    assert_eq!(refused(script).await, MailError::Throttled { wait_millis: 7 });
    let script = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready
         C: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
         S: A1 NO [UNAVAILABLE] Temporary authentication failure.";
    assert!(matches!(refused(script).await, MailError::Unreachable { .. }));
}

#[tokio::test]
async fn nobody_is_believed_who_says_that_we_are_logged_in() {
    assert!(matches!(refused("S: * PREAUTH welcome back").await, MailError::Protocol(_)));
}

#[tokio::test]
async fn passwords_are_quoted_or_sent_as_literals() {
    let settled = "C: A3 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: A3 OK\nC: A4 LIST \"\" \"\"\nS: * LIST () NIL \"\"\nS: A4 OK";
    let before = "S: * OK ready\nC: A1 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: A1 OK\n";
    let script = format!("{before}C: A2 LOGIN \"anna\" \"p a\\\"s\\\\s$\"\nS: A2 OK\n{settled}");
    let server = Server::start(&[script]).await;
    drop(server.connect_as("anna", "p a\"s\\s$").await.expect("logged in"));
    server.finish().await;

    let script = format!("{before}C: A2 LOGIN \"anna\" {{6}}\nS: + go on\nC: pässe\nS: A2 OK\n{settled}");
    let server = Server::start(&[script]).await;
    drop(server.connect_as("anna", "pässe").await.expect("logged in"));
    server.finish().await;
}

#[tokio::test]
async fn what_the_server_says_in_passing_is_not_asked_for() {
    let greeting = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready";
    let auth = "C: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0";
    let told = "A1 OK [CAPABILITY IMAP4rev1 ID NAMESPACE UIDPLUS] welcome";
    let beside = "* CAPABILITY IMAP4rev1 NAMESPACE MULTIAPPEND\nS: A1 OK welcome";
    let version = env!("CARGO_PKG_VERSION");
    let settled = format!(
        "C: A2 ID (\"name\" \"mailferry\" \"version\" \"{version}\")\nC: A3 NAMESPACE
        S: * ID (\"name\" \"Dovecot\")\nS: A2 OK\nS: * NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\nS: A3 OK"
    );
    let scripts = [format!("{greeting}\n{auth}\nS: {told}\n{settled}"), format!("{greeting}\n{auth}\nS: {beside}")];
    let server = Server::start(&scripts).await;
    let store = super::script::store(crate::adapters::Trust::default());
    let login = super::script::login("anna", "secret");
    for (uidplus, multiappend) in [(true, false), (false, true)] {
        let connection = crate::ports::MailStore::connect(&store, &server.endpoint(), &login).await.expect("logged in");
        let found = connection.capabilities();
        assert_eq!((found.has_uidplus, found.has_multiappend, found.delimiter), (uidplus, multiappend, Some('.')));
    }
    server.finish().await;
}

#[tokio::test]
async fn a_connection_is_packed_where_the_rule_says_so_and_the_server_can() {
    let rest = "C: A4 COMPRESS DEFLATE
         S: A4 OK
         PACK
         C: A1 STATUS \"INBOX\" (MESSAGES UIDNEXT UIDVALIDITY)
         S: * STATUS INBOX (MESSAGES 3 UIDNEXT 7 UIDVALIDITY 9)
         S: A1 OK";
    let refused = "C: A3 COMPRESS DEFLATE\nS: A3 NO not today\nC: A4 STATUS \"INBOX\" (MESSAGES UIDNEXT UIDVALIDITY)
         S: * STATUS INBOX (MESSAGES 3 UIDNEXT 7 UIDVALIDITY 9)
         S: A4 OK";
    let scripts = [super::script::logged_in("COMPRESS=DEFLATE", rest), super::script::logged_in_again("COMPRESS=DEFLATE", refused)];
    let server = Server::start(&scripts).await;
    let store = super::script::store(crate::adapters::Trust::default()).compressing(super::super::Compression::Always);
    let login = super::script::login("anna", "secret");
    for _ in 0..2 {
        let mut connection = crate::ports::MailStore::connect(&store, &server.endpoint(), &login).await.expect("logged in");
        let state = connection.status(&crate::domain::WireName("INBOX".to_owned())).await.expect("answered");
        assert_eq!(state.map(|state| state.exists), Some(3));
    }
    server.finish().await;
}

#[tokio::test]
async fn nothing_is_sent_where_passwords_are_not_taken() {
    let error = refused("S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS] ready").await;
    assert!(matches!(error, MailError::NotAllowed { .. }));
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let server = Server::start(&[]).await;
    let port = server.port;
    server.finish().await;
    let endpoint =
        crate::domain::ImapEndpoint { host: "127.0.0.1".to_owned(), port, security: crate::domain::Security::ClearTextLoopback, pin: None };
    let store = super::script::store(crate::adapters::Trust::default());
    let connect = crate::ports::MailStore::connect(&store, &endpoint, &super::script::login("anna", "secret")).await;
    assert!(matches!(connect.map(|_| ()), Err(MailError::Unreachable { host, .. }) if host == format!("127.0.0.1:{port}")));
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Page(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("one writer").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_of_the_wire_holds_no_password_and_no_mail() {
    let page = Page::default();
    let writer = page.clone();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    // With a single subscriber, a line that is first met by a test on another thread would be switched off for this one too.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(log);
    let before = "S: * OK ready\nC: A1 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: A1 OK\nC: A2 LOGIN \"anna\" \"hunter2\"\nS: A2 OK\n";
    let after = "C: A3 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: A3 OK\nC: A4 LIST \"\" \"\"\nS: * LIST () NIL \"\"\nS: A4 OK
        C: A5 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])
        S: * 1 FETCH (UID 1 BODY[] \"confidential\")
        S: * 1 FETCH (UID 1 BODY[] {12}
        S: confidential)
        S: A5 OK
        C: A6 APPEND \"INBOX\" () {12}
        S: + go
        C: confidential
        S: A6 OK";
    let server = Server::start(&[format!("{before}{after}")]).await;
    let mut connection = server.connect_as("anna", "hunter2").await.expect("logged in");
    let one = crate::domain::UidSet::range(crate::domain::Uid(1), crate::domain::Uid(1));
    connection.fetch(&one, &mut super::script::Basket::default()).await.expect("fetched");
    let message = crate::ports::OutgoingMessage {
        flags: crate::domain::Flags::default(),
        internal_date: None,
        body: bytes::Bytes::from_static(b"confidential").into(),
    };
    connection.append(&crate::domain::WireName("INBOX".to_owned()), &[message]).await.expect("appended");
    drop(connection);
    server.finish().await;
    let log = String::from_utf8_lossy(&page.0.lock().expect("one reader")).into_owned();
    assert!(log.contains("C: A2 LOGIN [redacted] [redacted]") && log.contains("S: A6 OK"), "{log}");
    assert!(!log.contains("hunter2") && !log.contains("confidential"), "{log}");
}
