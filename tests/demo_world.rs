//! A whole migration through the demo's sockets with the real adapters, in both directions.

mod support;

use std::sync::Arc;

use mailferry::adapters::clock::SystemClock;
use mailferry::adapters::dns::{LiveDns, Servers};
use mailferry::adapters::imap::{ImapStore, Timeouts};
use mailferry::adapters::journal::MemoryJournal;
use mailferry::adapters::ovh::{OvhGate, OvhOptions};
use mailferry::adapters::secrets::MemorySecrets;
use mailferry::adapters::{AddressBook, Trust};
use mailferry::app::{Answers, End, drive};
use mailferry::domain::EmailAddress;
use mailferry::engine::{Engine, Limits, Opening, Stop};
use mailferry::ports::{Ports, SecretStore};
use mailferry::sandbox::demo::{Demo, DemoOptions, MailSize};
use mailferry::sandbox::world::Pace;
use mailferry::session::{ApiSecret, Session, api_secret, source_secret};
use support::platform::{Way, answers, session_id};

/// The adapters of the real program, led to the demo's sockets.
fn ports(demo: &Demo, journal: &MemoryJournal, secrets: &Arc<MemorySecrets>) -> Ports {
    let mut book = AddressBook::default();
    for (host, port, address) in demo.address_book() {
        book.lead(&host, port, address);
    }
    let trust = Trust { extra_ca_pem: vec![demo.ca_pem().to_owned()] };
    let gate = OvhOptions { trust: trust.clone(), resolve: vec![("localhost".to_owned(), demo.api_address())], ..OvhOptions::default() };
    Ports {
        platforms: Arc::new(OvhGate::new(gate)),
        mail: Arc::new(ImapStore::new(trust, book, Timeouts::default())),
        resolver: Arc::new(LiveDns::new(Servers::Fixed(vec![demo.dns_address()]))),
        secrets: secrets.clone(),
        journal: Arc::new(journal.clone()),
        clock: Arc::new(SystemClock),
    }
}

async fn typed_secrets(demo: &Demo, way: Way) -> Arc<MemorySecrets> {
    let (id, keys, secrets) = (session_id(), demo.api_keys(), Arc::new(MemorySecrets::new()));
    let login = demo.logins().into_iter().find(|l| l.host == way.from().host && l.address == way.address()).expect("in the cast");
    let parts = [ApiSecret::ApplicationKey, ApiSecret::ApplicationSecret, ApiSecret::ConsumerKey];
    let keys = parts.into_iter().zip(keys.secrets()).map(|(part, secret)| (api_secret(&id, part), secret.clone()));
    let typed = [(source_secret(&id, &way.address()), login.password.expect("of the first day"))];
    for (reference, secret) in keys.chain(typed) {
        secrets.set(&reference, &secret).await.expect("memory");
    }
    secrets
}

async fn migrate(way: Way) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let demo = Demo::start(DemoOptions { pace: Pace::Quick, size: MailSize::Small, ..DemoOptions::default() }).await.expect("started");
    let (journal, secrets) = (MemoryJournal::new(), typed_secrets(&demo, way).await);
    let mut limits = Limits::default();
    (limits.operation_poll_millis, limits.dns_poll_millis, limits.first_pause_millis) = (20, 50, 20);
    let answers = Answers {
        access: answers(way).access.map(|access| mailferry::session::ApiAccess { endpoint: demo.api_endpoint(), ..access }),
        ..answers(way)
    };
    let opened = Engine::open(ports(&demo, &journal, &secrets), limits, Opening::New(session_id())).await;
    let (engine, mut notices) = opened.expect("a new journal");
    let end = drive(&engine.handle(), &mut notices, &answers, |_| {}).await;
    assert_eq!(end, End::Done);
    drop(notices);
    engine.stop(Stop::Soft).await;
    let session = Session::replay(&mailferry::ports::Journal::events(&journal).await.expect("memory"));
    let migration = &session.migrations[0];
    let mail_of = |host: &str, address: &EmailAddress| demo.world().mail_of(host, address).expect("an account");
    let source = mail_of(way.from().host, migration.temporary.as_ref().expect("renamed"));
    let target = mail_of(way.to().host, &way.address());
    let differences = demo.check(&source, &target);
    assert!(differences.is_empty(), "{differences:?}");
    let totals = (migration.messages(), migration.copied(), migration.verified(), migration.refused());
    let all = demo.mail().snapshot(&source).messages() as u64;
    assert!(all >= 20);
    assert_eq!(totals, (all, all, all, 0));
    assert!(demo.world().mail_of(way.from().host, &way.address()).is_none(), "the address is at one place");
    assert!(migration.gap_millis.is_some_and(|gap| gap < 60_000), "{:?}", migration.gap_millis);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_goes_from_exchange_to_email_pro() {
    migrate(Way::ExchangeToEmailPro).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_goes_from_email_pro_to_exchange() {
    migrate(Way::EmailProToExchange).await;
}
