//! Secrets in a real Secret Service. Run under `.ci/with-keyring`, which starts one; without one these tests fail.

use std::time::Duration;

use mailferry::adapters::secrets::{KEYRING_PATIENCE, open};
use mailferry::domain::{Secret, SecretRef};
use mailferry::ports::Keeping;

const SERVICE: &str = "mailferry-test";

#[tokio::test]
#[ignore = "needs a Secret Service; run by .ci/run"]
async fn secrets_live_in_the_keyring_until_they_are_forgotten() {
    let store = open(SERVICE, KEYRING_PATIENCE).await;
    assert_eq!(store.keeping(), Keeping::Keyring, "{:?}", store.keyring_trouble());
    let john = SecretRef("imap/john.smith@mydomain.ovh".to_owned());
    let anna = SecretRef("imap/anna.keller@mydomain.ovh".to_owned());
    assert_eq!(store.get(&john).await, Ok(None));

    store.set(&john, &Secret::new("s3cr3t-é \"quoted\" 漢字")).await.expect("kept");
    store.set(&anna, &Secret::new("hers")).await.expect("kept");
    assert_eq!(store.get(&john).await, Ok(Some(Secret::new("s3cr3t-é \"quoted\" 漢字"))));
    store.set(&john, &Secret::new("another")).await.expect("replaced");

    let again = open(SERVICE, KEYRING_PATIENCE).await;
    assert_eq!(again.get(&john).await, Ok(Some(Secret::new("another"))), "another connection sees the same");
    let stranger = open("mailferry-test-other", KEYRING_PATIENCE).await;
    assert_eq!(stranger.get(&john).await, Ok(None), "another service name does not");

    store.delete(&john).await.expect("forgotten");
    store.delete(&john).await.expect("none there is fine");
    assert_eq!(again.get(&john).await, Ok(None));
    assert_eq!(again.get(&anna).await, Ok(Some(Secret::new("hers"))));
    store.delete(&anna).await.expect("forgotten");
}

#[test]
#[ignore = "needs a Secret Service; run by .ci/run"]
fn the_runtime_ends_at_once_although_the_keyring_is_open() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let store = runtime.block_on(open(SERVICE, KEYRING_PATIENCE));
    assert_eq!(store.keeping(), Keeping::Keyring, "{:?}", store.keyring_trouble());
    let before = std::time::Instant::now();
    drop(runtime);
    assert!(before.elapsed() < Duration::from_secs(2));
}
