//! The demo as a whole, and the comparison of two stores.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::*;
use crate::domain::{Flags, SystemFlag};
use crate::sandbox::mail::AccountSnapshot;
use crate::sandbox::world::{DOMAIN, EXCHANGE_HOST, Pace, WorldLogin};

fn options() -> DemoOptions {
    DemoOptions { pace: Pace::Quick, size: MailSize::Small, ..DemoOptions::default() }
}

fn john(demo: &Demo) -> WorldLogin {
    demo.logins().into_iter().find(|l| l.address.local() == "john.smith").expect("in the cast")
}

/// Logs in over TLS with the demo's authority alone and says what INBOX is like.
async fn examined(demo: &Demo, login: &WorldLogin) -> String {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(demo.ca_pem().as_bytes()).expect("pem")).expect("an authority");
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (_, _, address) = demo.address_book().into_iter().find(|(host, port, _)| *host == login.host && *port == 993).expect("a host");
    let stream = TcpStream::connect(address).await.expect("connected");
    let name = ServerName::try_from(login.host.clone()).expect("a name");
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("trusted");
    let mut stream = BufReader::new(stream);
    let password = login.password.as_ref().expect("of the first day");
    let commands = format!("a LOGIN {} \"{}\"\r\nb EXAMINE INBOX\r\nc LOGOUT\r\n", login.address, password.expose());
    stream.write_all(commands.as_bytes()).await.expect("sent");
    let mut said = String::new();
    while stream.read_line(&mut said).await.is_ok_and(|read| read > 0) {}
    said
}

#[tokio::test]
async fn all_doors_open_and_the_same_seed_is_the_same_world() {
    let demo = Demo::start(options()).await.expect("started");
    let login = john(&demo);
    let said = examined(&demo, &login).await;
    assert!(said.contains("b OK") && said.contains("UIDVALIDITY"), "{said}");
    let twin = Demo::start(options()).await.expect("started");
    assert_eq!(demo.mail().snapshot(&login.mail), twin.mail().snapshot(&john(&twin).mail));
    assert_eq!(demo.logins(), twin.logins());
    assert_eq!(demo.mail().snapshot(&login.mail).messages(), 150);
}

#[tokio::test]
async fn the_summary_has_all_that_another_client_needs() {
    let demo = Demo::start(options()).await.expect("started");
    let summary = serde_json::to_value(demo.summary(Path::new("ca.pem"))).expect("plain data");
    let exchange = &summary["imap"]["exchange"];
    assert_eq!((&exchange["host"], &exchange["name"]), (&"127.0.0.1".into(), &EXCHANGE_HOST.into()));
    assert!(exchange["accounts"].as_array().is_some_and(|a| a.len() == 3 && a.iter().all(|a| a["password"].is_string())));
    assert_eq!(summary["dns"]["zones"][0], DOMAIN);
    assert!(summary["api"]["url"].as_str().is_some_and(|u| u.starts_with("http://127.0.0.1:") && u.ends_with("/1.0")));
    for key in ["applicationKey", "applicationSecret", "consumerKey"] {
        assert!(summary["api"][key].as_str().is_some_and(|k| !k.is_empty()), "{key}");
    }
}

#[tokio::test]
async fn a_demo_in_a_folder_goes_on_after_the_end_of_its_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let in_folder = || DemoOptions { folder: Some(folder.path().to_owned()), ..options() };
    let demo = Demo::start(in_folder()).await.expect("started");
    let key = john(&demo).mail;
    let before = demo.mail().snapshot(&key);
    let (inbox, mailbox) = before.mailboxes.iter().find(|(n, m)| n.is_inbox() && !m.messages.is_empty()).expect("mail");
    demo.mail().remove(&key, inbox, &[mailbox.messages[0].uid]).expect("written");
    let after = demo.mail().snapshot(&key);
    drop(demo);
    let demo = Demo::start(in_folder()).await.expect("started again");
    assert_eq!(demo.mail().snapshot(&key), after);
    assert!(examined(&demo, &john(&demo)).await.contains("b OK"), "with a new authority");
    let other = DemoOptions { seed: 2, ..in_folder() };
    assert!(Demo::start(other).await.is_err(), "the folder holds another world");
}

#[tokio::test]
async fn a_comparison_counts_twins_and_sees_flags_and_dates() {
    let demo = Demo::start(options()).await.expect("started");
    let source = demo.mail().snapshot(&john(&demo).mail);
    assert_eq!(compare(&source, &source), []);
    let (name, _) = source.mailboxes.iter().find(|(_, m)| m.holds_mail && m.messages.len() > 3).expect("mail");
    let change = |work: &dyn Fn(&mut AccountSnapshot)| {
        let mut target = source.clone();
        work(&mut target);
        compare(&source, &target)
    };
    let messages = |target: &mut AccountSnapshot| std::mem::take(&mut target.mailboxes.get_mut(name).expect("there").messages);
    let put = |target: &mut AccountSnapshot, list| target.mailboxes.get_mut(name).expect("there").messages = list;
    let lost = change(&|target| {
        let mut kept = messages(target);
        kept.pop();
        put(target, kept);
    });
    assert_eq!(lost, [Difference::Missing { mailbox: name.clone(), messages: 1 }]);
    let doubled = change(&|target| {
        let mut kept = messages(target);
        kept.push(kept[0].clone());
        put(target, kept);
    });
    assert_eq!(doubled, [Difference::Doubled { mailbox: name.clone(), messages: 1 }]);
    let flagged = change(&|target| {
        let mut kept = messages(target);
        let flags = &kept[0].flags;
        kept[0].flags = if flags.has(SystemFlag::Flagged) { Flags::default() } else { flags.clone().with(SystemFlag::Flagged) };
        put(target, kept);
    });
    assert_eq!(flagged, [Difference::Flags { mailbox: name.clone(), messages: 1 }]);
    let gone = change(&|target| drop(target.mailboxes.remove(name)));
    assert!(matches!(gone.as_slice(), [Difference::MailboxMissing(_)] | [Difference::Missing { .. }, ..]), "{gone:?}");
}
