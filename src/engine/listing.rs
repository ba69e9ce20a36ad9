//! Which mailboxes a target account has: asked once, then kept up to date with what is created.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::Moment;
use crate::ports::{ListedMailbox, MailConnection, MailError};

use super::pool::Door;

/// After so many milliseconds an account is asked again.
const LASTS_MILLIS: u64 = 600_000;

#[derive(Default)]
struct Listing {
    asked_at: Option<Moment>,
    mailboxes: Vec<ListedMailbox>,
}

type Shared = Arc<tokio::sync::Mutex<Listing>>;

/// The mailboxes of all target accounts.
#[derive(Default)]
pub(super) struct Listings {
    accounts: Mutex<HashMap<Door, Shared>>,
}

impl Listings {
    fn account(&self, door: &Door) -> Shared {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry(door.clone()).or_default())
    }

    /// The mailboxes of an account; whoever asks first asks the server.
    ///
    /// # Errors
    /// [`MailError`] of LIST.
    pub(super) async fn of(&self, door: &Door, connection: &mut dyn MailConnection, now: Moment) -> Result<Vec<ListedMailbox>, MailError> {
        let account = self.account(door);
        let mut listing = account.lock().await;
        if listing.asked_at.is_none_or(|at| now.millis_since(at) > LASTS_MILLIS) {
            listing.mailboxes = connection.list().await?;
            listing.asked_at = Some(now);
        }
        Ok(listing.mailboxes.clone())
    }

    /// A mailbox is there now.
    pub(super) async fn made(&self, door: &Door, mailbox: ListedMailbox) {
        let account = self.account(door);
        let mut listing = account.lock().await;
        listing.mailboxes.retain(|m| m.name != mailbox.name);
        listing.mailboxes.push(mailbox);
    }

    /// These user names belong, or may belong, to other accounts from now on.
    pub(super) fn turn_over(&self, users: &BTreeSet<String>) {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).retain(|door, _| !users.contains(&door.user));
    }

    /// What is known may be wrong: the server is asked again.
    pub(super) async fn forget(&self, door: &Door) {
        self.account(door).lock().await.asked_at = None;
    }
}
