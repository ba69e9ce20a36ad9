//! A keyring behind a thread of its own and a limit of patience.
//!
//! The thread is a plain one, not of the runtime: a runtime waits for its blocking threads when it ends, and a locked
//! keyring may block for ever. A question that nobody waits for any more is skipped, so that a `set` given up as failed is not
//! carried out an hour later. The one question that blocks may still be carried out when the keyring is unlocked.

use std::sync::mpsc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::domain::{Secret, SecretRef};
use crate::ports::{Keeping, SecretError, SecretStore};

/// A synchronous keyring. Errors are what it said.
pub(super) trait Vault {
    /// The value, or `None`.
    fn get(&self, reference: &SecretRef) -> Result<Option<Secret>, String>;
    /// Keeps or replaces.
    fn set(&self, reference: &SecretRef, secret: &Secret) -> Result<(), String>;
    /// Forgets; none there is fine.
    fn delete(&self, reference: &SecretRef) -> Result<(), String>;
}

type Reply<T> = oneshot::Sender<Result<T, String>>;

enum Question {
    Get(SecretRef, Reply<Option<Secret>>),
    Set(SecretRef, Secret, Reply<()>),
    Delete(SecretRef, Reply<()>),
}

/// A keyring that answers in time or not at all.
#[derive(Debug)]
pub(super) struct KeyringSecrets {
    questions: mpsc::Sender<Question>,
    patience: Duration,
}

impl KeyringSecrets {
    /// Starts the thread and opens the keyring there. The error says why it cannot be used.
    pub(super) async fn start<V: Vault>(
        open: impl FnOnce() -> Result<V, String> + Send + 'static,
        patience: Duration,
    ) -> Result<Self, String> {
        let (questions, inbox) = mpsc::channel();
        let (opened, is_open) = oneshot::channel();
        let run = move || match open() {
            Ok(vault) => {
                if opened.send(Ok(())).is_ok() {
                    serve(&vault, &inbox);
                }
            }
            Err(trouble) => drop(opened.send(Err(trouble))),
        };
        std::thread::Builder::new().name("keyring".to_owned()).spawn(run).map_err(|error| error.to_string())?;
        in_time(is_open, patience).await?;
        Ok(Self { questions, patience })
    }

    async fn ask<T>(&self, question: impl FnOnce(Reply<T>) -> Question) -> Result<T, SecretError> {
        let (reply, answer) = oneshot::channel();
        self.questions.send(question(reply)).map_err(|_| SecretError::Unavailable("its thread has ended".to_owned()))?;
        in_time(answer, self.patience).await.map_err(SecretError::Unavailable)
    }
}

async fn in_time<T>(answer: oneshot::Receiver<Result<T, String>>, patience: Duration) -> Result<T, String> {
    match tokio::time::timeout(patience, answer).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err("its thread has ended".to_owned()),
        Err(_) => Err(format!("no answer within {} seconds; it may be locked", patience.as_secs())),
    }
}

/// Answers until nobody can ask any more.
fn serve(vault: &impl Vault, inbox: &mpsc::Receiver<Question>) {
    // Whether anybody still listens to an answer is theirs to know, so results of `send` are dropped.
    for question in inbox {
        match question {
            Question::Get(reference, reply) if !reply.is_closed() => drop(reply.send(vault.get(&reference))),
            Question::Set(reference, secret, reply) if !reply.is_closed() => drop(reply.send(vault.set(&reference, &secret))),
            Question::Delete(reference, reply) if !reply.is_closed() => drop(reply.send(vault.delete(&reference))),
            Question::Get(..) | Question::Set(..) | Question::Delete(..) => {}
        }
    }
}

#[async_trait]
impl SecretStore for KeyringSecrets {
    fn keeping(&self) -> Keeping {
        Keeping::Keyring
    }

    fn keyring_trouble(&self) -> Option<String> {
        None
    }

    async fn get(&self, reference: &SecretRef) -> Result<Option<Secret>, SecretError> {
        self.ask(|reply| Question::Get(reference.clone(), reply)).await
    }

    async fn set(&self, reference: &SecretRef, secret: &Secret) -> Result<(), SecretError> {
        self.ask(|reply| Question::Set(reference.clone(), secret.clone(), reply)).await
    }

    async fn delete(&self, reference: &SecretRef) -> Result<(), SecretError> {
        self.ask(|reply| Question::Delete(reference.clone(), reply)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};

    /// A vault that the test can lock.
    #[derive(Clone, Default)]
    struct TestVault {
        kept: Arc<Mutex<BTreeMap<SecretRef, Secret>>>,
        is_locked: Arc<AtomicBool>,
    }

    impl Vault for TestVault {
        fn get(&self, reference: &SecretRef) -> Result<Option<Secret>, String> {
            while self.is_locked.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(self.kept.lock().expect("lock").get(reference).cloned())
        }
        fn set(&self, reference: &SecretRef, secret: &Secret) -> Result<(), String> {
            if secret.is_empty() {
                return Err("read-only".to_owned());
            }
            self.kept.lock().expect("lock").insert(reference.clone(), secret.clone());
            Ok(())
        }
        fn delete(&self, reference: &SecretRef) -> Result<(), String> {
            self.kept.lock().expect("lock").remove(reference);
            Ok(())
        }
    }

    const SHORT: Duration = Duration::from_millis(50);

    fn reference(text: &str) -> SecretRef {
        SecretRef(text.to_owned())
    }

    #[tokio::test]
    async fn secrets_are_kept_replaced_and_forgotten() {
        let vault = TestVault::default();
        let inside = vault.clone();
        let store = KeyringSecrets::start(move || Ok(inside), Duration::from_secs(5)).await.expect("opened");
        let john = reference("john");
        assert_eq!(store.get(&john).await, Ok(None));
        for text in ["one", "two"] {
            store.set(&john, &Secret::new(text)).await.expect("kept");
            assert_eq!(store.get(&john).await, Ok(Some(Secret::new(text))));
        }
        assert_eq!(store.set(&john, &Secret::new("")).await, Err(SecretError::Unavailable("read-only".to_owned())));
        store.delete(&john).await.expect("forgotten");
        store.delete(&john).await.expect("none there is fine");
        assert_eq!(store.get(&john).await, Ok(None));
        assert_eq!((store.keeping(), store.keyring_trouble()), (Keeping::Keyring, None));
    }

    #[tokio::test]
    async fn a_keyring_that_cannot_be_opened_says_why() {
        let refused = KeyringSecrets::start(|| Err::<TestVault, _>("no session bus".to_owned()), SHORT).await;
        assert_eq!(refused.err().as_deref(), Some("no session bus"));
    }

    #[tokio::test]
    async fn a_keyring_that_never_answers_is_given_up() {
        let (_keep, never) = mpsc::channel::<()>();
        let wait = move || never.recv().map_err(|_| "test is over".to_owned()).map(|()| TestVault::default());
        let blocked = KeyringSecrets::start(wait, SHORT).await.expect_err("given up");
        assert!(blocked.contains("locked"), "{blocked}");
    }

    #[tokio::test]
    async fn what_was_given_up_while_locked_is_not_done_later() {
        let vault = TestVault::default();
        let inside = vault.clone();
        let store = KeyringSecrets::start(move || Ok(inside), SHORT).await.expect("opened");
        vault.is_locked.store(true, Ordering::SeqCst);
        assert!(store.get(&reference("blocks")).await.is_err());
        assert!(store.set(&reference("late"), &Secret::new("x")).await.is_err());
        vault.is_locked.store(false, Ordering::SeqCst);
        assert_eq!(store.get(&reference("late")).await, Ok(None), "the keyring works again and never saw it");
    }

    #[tokio::test]
    async fn a_keyring_that_panics_is_an_error() {
        struct Broken;
        impl Vault for Broken {
            fn get(&self, _: &SecretRef) -> Result<Option<Secret>, String> {
                panic!("a test's panic on the keyring's thread")
            }
            fn set(&self, _: &SecretRef, _: &Secret) -> Result<(), String> {
                Ok(())
            }
            fn delete(&self, _: &SecretRef) -> Result<(), String> {
                Ok(())
            }
        }
        let store = KeyringSecrets::start(|| Ok(Broken), SHORT).await.expect("opened");
        assert!(store.get(&reference("a")).await.is_err());
        assert!(store.get(&reference("b")).await.is_err());
    }
}
