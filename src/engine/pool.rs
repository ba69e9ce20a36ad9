//! Connections that wait for their next use, so that an account is logged in to as seldom as possible.
//!
//! A connection goes back only from hands that know it to be sound: whoever drops it closes it. What copies and what verifies never
//! share one, and nobody gets a connection that was opened with another password, or to the account that had the name before: a
//! connection stays with its mailbox when the name goes to another one.

use std::collections::{BTreeSet, HashMap};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::join_all;
use tokio::sync::Notify;

use crate::domain::{ImapEndpoint, Moment, Secret};
use crate::ports::{Login, MailConnection, MailError, MailStore};

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Everything but verification.
    Copy,
    /// Verification: independent of what copied.
    Verify,
}

/// Whose mail on which server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Door {
    pub(super) endpoint: ImapEndpoint,
    pub(super) user: String,
}

/// A wish for a connection.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) door: Door,
    pub(super) password: Secret,
    pub(super) purpose: Purpose,
    /// Connections through this door at most, idle ones included.
    pub(super) most: usize,
}

struct Idle {
    connection: Box<dyn MailConnection>,
    purpose: Purpose,
    password: Secret,
    since: Moment,
}

#[derive(Default)]
struct Shelf {
    idle: Vec<Idle>,
    /// Idle and in use.
    open: usize,
    /// How often the name went to another account.
    turn: u64,
}

/// All connections of the engine.
#[derive(Default)]
pub(super) struct Pool {
    shelves: Mutex<HashMap<Door, Shelf>>,
    freed: Notify,
}

/// The right to one open connection; given back when dropped.
struct Slot {
    pool: Arc<Pool>,
    door: Door,
    turn: u64,
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(shelf) = self.pool.shelves().get_mut(&self.door) {
            shelf.open = shelf.open.saturating_sub(1);
        }
        self.pool.freed.notify_waiters();
    }
}

/// A connection in use. Dropped, it is closed; [`Held::give_back`] keeps it for others.
pub(super) struct Held {
    connection: Box<dyn MailConnection>,
    slot: Slot,
    purpose: Purpose,
    password: Secret,
    /// Whether it had been waiting: it may have died meanwhile.
    pub(super) is_reused: bool,
}

impl Held {
    /// The connection.
    pub(super) fn as_mut(&mut self) -> &mut dyn MailConnection {
        self.connection.as_mut()
    }

    /// It is sound and may serve others.
    pub(super) fn give_back(self, now: Moment) {
        let Self { connection, slot, purpose, password, .. } = self;
        let pool = Arc::clone(&slot.pool);
        if let Some(shelf) = pool.shelves().get_mut(&slot.door).filter(|shelf| shelf.turn == slot.turn) {
            // The slot goes with the connection: as it is dropped below, it is counted again here.
            shelf.open += 1;
            shelf.idle.push(Idle { connection, purpose, password, since: now });
        }
        drop(slot);
    }
}

impl Deref for Held {
    type Target = dyn MailConnection;

    fn deref(&self) -> &Self::Target {
        self.connection.as_ref()
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.connection.as_mut()
    }
}

/// What a look at the shelf gave.
enum Found {
    Idle(Box<dyn MailConnection>, Slot),
    /// Room for another connection, once this one is closed.
    Room(Option<Box<dyn MailConnection>>, Slot),
    Full,
}

impl Pool {
    fn shelves(&self) -> MutexGuard<'_, HashMap<Door, Shelf>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idle connection, else a new one as soon as there is room for it.
    ///
    /// # Errors
    /// [`MailError`] of connecting.
    pub(super) async fn checkout(self: &Arc<Self>, mail: &dyn MailStore, wanted: &Wanted) -> Result<Held, MailError> {
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            let (connection, slot, is_reused) = match self.find(wanted) {
                Found::Idle(connection, slot) => (connection, slot, true),
                Found::Room(other, slot) => {
                    if let Some(other) = other {
                        other.logout().await;
                    }
                    (connect(mail, wanted).await?, slot, false)
                }
                Found::Full => {
                    freed.await;
                    continue;
                }
            };
            return Ok(Held { connection, slot, purpose: wanted.purpose, password: wanted.password.clone(), is_reused });
        }
    }

    /// A new connection at once, whatever waits or is in use: a person wants to see a login.
    ///
    /// # Errors
    /// [`MailError`] of connecting.
    pub(super) async fn connect(self: &Arc<Self>, mail: &dyn MailStore, wanted: &Wanted) -> Result<Held, MailError> {
        let turn = {
            let mut shelves = self.shelves();
            let found = shelves.entry(wanted.door.clone()).or_default();
            found.open += 1;
            found.turn
        };
        let slot = Slot { pool: Arc::clone(self), door: wanted.door.clone(), turn };
        let connection = connect(mail, wanted).await?;
        Ok(Held { connection, slot, purpose: wanted.purpose, password: wanted.password.clone(), is_reused: false })
    }

    fn find(self: &Arc<Self>, wanted: &Wanted) -> Found {
        let mut all = self.shelves();
        let found = all.entry(wanted.door.clone()).or_default();
        let turn = found.turn;
        let slot = || Slot { pool: Arc::clone(self), door: wanted.door.clone(), turn };
        let fits = |idle: &Idle| idle.purpose == wanted.purpose && idle.password == wanted.password;
        if let Some(place) = found.idle.iter().rposition(fits) {
            return Found::Idle(found.idle.swap_remove(place).connection, slot());
        }
        if found.open < wanted.most.max(1) {
            found.open += 1;
            return Found::Room(None, slot());
        }
        // The place of one that waits for another purpose; the count stays.
        found.idle.pop().map_or(Found::Full, |idle| Found::Room(Some(idle.connection), slot()))
    }

    /// These user names belong, or may belong, to other accounts from now on: what was opened under them serves nobody any more.
    pub(super) async fn turn_over(&self, users: &BTreeSet<String>) {
        let mut leaving = Vec::new();
        for (_, shelf) in self.shelves().iter_mut().filter(|(door, _)| users.contains(&door.user)) {
            shelf.turn += 1;
            shelf.open = shelf.open.saturating_sub(shelf.idle.len());
            leaving.append(&mut shelf.idle);
        }
        join_all(leaving.into_iter().map(|idle| idle.connection.logout())).await;
        self.freed.notify_waiters();
    }

    /// Says goodbye on every connection that has been idle since then or longer.
    pub(super) async fn log_out_idle(&self, since: Moment) {
        let mut leaving = Vec::new();
        for shelf in self.shelves().values_mut() {
            let (old, young): (Vec<Idle>, Vec<Idle>) = std::mem::take(&mut shelf.idle).into_iter().partition(|idle| idle.since <= since);
            shelf.open = shelf.open.saturating_sub(old.len());
            shelf.idle = young;
            leaving.extend(old);
        }
        join_all(leaving.into_iter().map(|idle| idle.connection.logout())).await;
        self.freed.notify_waiters();
    }

    /// Whether a connection has been idle since then or longer.
    pub(super) fn has_idle(&self, since: Moment) -> bool {
        self.shelves().values().any(|shelf| shelf.idle.iter().any(|idle| idle.since <= since))
    }
}

async fn connect(mail: &dyn MailStore, wanted: &Wanted) -> Result<Box<dyn MailConnection>, MailError> {
    let login = Login { user: wanted.door.user.clone(), password: wanted.password.clone() };
    mail.connect(&wanted.door.endpoint, &login).await
}
