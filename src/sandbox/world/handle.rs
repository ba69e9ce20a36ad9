//! The handle on the world: one state, one lock, every change written before it is answered.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Refusal;
use super::faults::{ApiFault, ApiFaultKind, ApiFaults};
use super::state::{AccountState, Condition, Obstacle, ServiceState, State};
use super::store::Store;
use super::time::{Pace, Turn, WorldClock};
use crate::domain::{
    ByteSize, CredentialStatus, EmailAddress, Feature, FeatureOwner, Moment, Platform, Secret, ServiceContacts, ServiceId,
};
use crate::sandbox::mail::{AccountKey, MailWorld};

/// How a world begins.
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// From which everything that looks random follows.
    pub seed: u64,
    /// The folder in which it lives; none: in memory only.
    pub folder: Option<PathBuf>,
    /// How long operations take.
    pub pace: Pace,
    /// What time it is. A world that is started again never goes back.
    pub now: Moment,
}

/// An imaginary OVHcloud account. Clones are the same world.
#[derive(Clone)]
pub struct World {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    store: Option<Store>,
    clock: WorldClock,
    pace: Pace,
    faults: ApiFaults,
    mail: MailWorld,
    calls: AtomicU64,
}

/// Somebody who can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldLogin {
    /// IMAP host.
    pub host: String,
    /// User name.
    pub address: EmailAddress,
    /// Password, while it is the one that the world began with.
    pub password: Option<Secret>,
    /// Whose mail it is.
    pub mail: AccountKey,
}

impl World {
    /// A new world, or the one that lives in the folder.
    ///
    /// # Errors
    /// When the folder cannot be read or written, or holds something else.
    pub fn open(options: &WorldOptions, mail: MailWorld) -> io::Result<Self> {
        let store = options.folder.as_deref().map(Store::in_folder).transpose()?;
        let found = match &store {
            Some(store) => store.read()?,
            None => None,
        };
        if found.as_ref().is_some_and(|state| state.seed != options.seed) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the folder holds a world of another seed"));
        }
        let state = found.unwrap_or_else(|| State::begin(options.seed, options.now));
        if let Some(store) = &store {
            store.write(&state)?;
        }
        Ok(Self::begun(state, store, options, mail))
    }

    /// A world in memory that begins with this state.
    pub(crate) fn of_state(state: State, options: &WorldOptions, mail: MailWorld) -> Self {
        Self::begun(state, None, options, mail)
    }

    fn begun(state: State, store: Option<Store>, options: &WorldOptions, mail: MailWorld) -> Self {
        let clock = WorldClock::starting_at(options.now.max(state.saved_at));
        let inner = Inner {
            state: Mutex::new(state),
            store,
            clock,
            pace: options.pace,
            faults: ApiFaults::default(),
            mail,
            calls: AtomicU64::new(1),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Looks.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&State, Turn) -> T) -> T {
        let turn = self.turn();
        let mut state = self.locked();
        // What could not be written stays undone until it can.
        let _ = self.settle(&mut state, turn);
        look(&state, turn)
    }

    /// Changes: all or nothing, and nothing unless it was written.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State, Turn) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let turn = self.turn();
        let mut state = self.locked();
        self.settle(&mut state, turn)?;
        let mut next = state.clone();
        let done = change(&mut next, turn)?;
        self.keep(&mut state, next, turn)?;
        Ok(done)
    }

    fn settle(&self, state: &mut State, turn: Turn) -> Result<(), Refusal> {
        if state.next_due().is_none_or(|due| due > turn.now) {
            return Ok(());
        }
        let mut next = state.clone();
        let dropped = next.settle(turn);
        self.keep(state, next, turn)?;
        for mail in dropped {
            self.inner.mail.drop_account(&mail_key(mail)).map_err(|error| Refusal::Broken(error.to_string()))?;
        }
        Ok(())
    }

    fn keep(&self, state: &mut State, mut next: State, turn: Turn) -> Result<(), Refusal> {
        next.saved_at = turn.now;
        if let Some(store) = &self.inner.store {
            store.write(&next).map_err(|error| Refusal::Broken(error.to_string()))?;
        }
        *state = next;
        Ok(())
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> Turn {
        Turn { now: self.inner.clock.now(), pace: self.inner.pace }
    }

    /// The world's time.
    pub fn now(&self) -> Moment {
        self.inner.clock.now()
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.locked().seed
    }

    /// The mail of this world.
    pub fn mail(&self) -> &MailWorld {
        &self.inner.mail
    }

    /// Waits until no operation runs and every zone is published.
    pub async fn wait_idle(&self) {
        while let Some(due) = self.look(|state, _| state.next_due()) {
            self.inner.clock.sleep_until(due).await;
        }
    }

    /// Lets something go wrong.
    pub fn ask_for(&self, fault: ApiFault) {
        self.faults().ask_for(fault);
    }

    /// Takes back all faults that have not struck.
    pub fn clear_faults(&self) {
        self.faults().clear();
    }

    /// A name for one call, as `X-OVH-QUERYID` has it.
    pub(crate) fn query_id(&self) -> String {
        let number = self.inner.calls.fetch_add(1, Ordering::Relaxed);
        format!("EU.demo-1.{:08x}.{number}.{:016x}", self.seed() & 0xffff_ffff, number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn faults(&self) -> &ApiFaults {
        &self.inner.faults
    }

    /// The text of the consumer key that every world begins with: accepted, with all rights, without end.
    pub fn first_consumer_key(&self) -> Secret {
        self.look(|state, _| Secret::new(state.consumer_keys.first().map(|key| key.text(state.seed)).unwrap_or_default()))
    }

    /// Accepts all consumer keys that wait, as a person does on the page.
    ///
    /// # Errors
    /// [`Refusal`] when the world cannot be written.
    pub fn accept_waiting_keys(&self) -> Result<(), Refusal> {
        self.change(|state, turn| {
            let waiting = state.consumer_keys.iter().filter(|k| k.status == CredentialStatus::PendingValidation);
            let tokens: Vec<String> = waiting.map(|k| k.token(state.seed)).collect();
            tokens.iter().try_for_each(|token| state.answer_key(token, CredentialStatus::Validated, turn).map(drop))
        })
    }

    /// Lets a service expire, be suspended, or be well again.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such service.
    pub fn set_condition(&self, service: &ServiceId, condition: Condition) -> Result<(), Refusal> {
        self.change(|state, _| {
            let found = state.services.iter_mut().find(|s| s.is_named(service));
            found.ok_or_else(|| Refusal::NotFound(format!("service = {service}")))?.condition = condition;
            Ok(())
        })
    }

    /// Asks for another address of an account; it is there once the world is idle again. For tests.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account, or somebody has the address.
    pub fn add_alias(&self, service: &ServiceId, address: &EmailAddress, alias: &EmailAddress) -> Result<(), Refusal> {
        let owner = FeatureOwner::Account(address.clone());
        let feature = Feature::Alias { alias: alias.clone() };
        self.change(|state, turn| state.add_feature(service, &owner, feature, turn)).map(drop)
    }

    /// Everybody who can log in, host by host.
    pub fn logins(&self) -> Vec<WorldLogin> {
        self.look(|state, _| {
            let on_services = state.services.iter().flat_map(|service| {
                service.accounts.iter().filter(|a| a.is_configured).map(|account| WorldLogin {
                    host: service.hostname.clone(),
                    address: account.address.clone(),
                    password: account.password.as_ref().and_then(|p| p.known(state.seed)),
                    mail: mail_key(account.mail),
                })
            });
            let on_hosts = state.hosts.iter().flat_map(|host| {
                host.accounts.iter().map(|account| WorldLogin {
                    host: host.hostname.clone(),
                    address: account.address.clone(),
                    password: account.password.known(state.seed),
                    mail: mail_key(account.mail),
                })
            });
            on_services.chain(on_hosts).collect()
        })
    }

    /// Storage in use in KiB, as the API counts it; unknown for a free seat.
    pub(crate) fn usage_kib(&self, account: &AccountState) -> Option<u64> {
        account.is_configured.then(|| self.mail().used(&mail_key(account.mail)).0 >> 10)
    }

    /// Bytes and messages of an account.
    pub(crate) fn contents(&self, account: &AccountState) -> (ByteSize, usize) {
        let key = mail_key(account.mail);
        (self.mail().used(&key), self.mail().snapshot(&key).messages())
    }

    /// Storage in use as the API tells it: rounded down to KiB, but for a legacy MX Plan and a Zimbra, which count bytes.
    pub(crate) fn usage_told(&self, service: &ServiceState, account: &AccountState) -> Option<ByteSize> {
        if matches!(service.id.platform, Platform::MxPlanLegacy | Platform::Zimbra) {
            return account.is_configured.then(|| self.mail().used(&mail_key(account.mail)));
        }
        self.usage_kib(account).map(|kib| ByteSize(kib << 10))
    }

    /// Does what a call asks for, under a fault that strikes within.
    pub(crate) fn struck_by<T, E: From<Refusal>>(
        &self,
        fault: Option<ApiFaultKind>,
        path: &str,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if fault == Some(ApiFaultKind::SeatVanishes) {
            self.change(|state, _| {
                state.vanish(path);
                Ok(())
            })?;
        }
        let before = self.locked().last_number;
        let done = work(self)?;
        if fault == Some(ApiFaultKind::OperationFails) {
            self.change(|state, _| {
                state.doom_after(before);
                Ok(())
            })?;
        }
        Ok(done)
    }

    /// Takes all free seats and slots of a service, as somebody does in the panel.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such service.
    pub fn take_free_seats(&self, service: &ServiceId) -> Result<(), Refusal> {
        self.change(|state, _| {
            state.service_mut(service)?.take_free_seats();
            Ok(())
        })
    }

    /// Puts something between the right password of an account and its mail, or takes it away.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account.
    pub fn set_obstacle(&self, service: &ServiceId, address: &EmailAddress, obstacle: Option<Obstacle>) -> Result<(), Refusal> {
        self.change(|state, _| {
            state.account_mut(service, address)?.obstacle = obstacle;
            Ok(())
        })
    }

    /// Blocks an account for spam, or unblocks it.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account.
    pub fn set_blocked(&self, service: &ServiceId, address: &EmailAddress, is_blocked: bool) -> Result<(), Refusal> {
        self.change(|state, _| {
            state.account_mut(service, address)?.is_blocked = is_blocked;
            Ok(())
        })
    }

    /// Limits IMAPS of a service to these networks; none: everybody.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such service.
    pub fn set_networks(&self, service: &ServiceId, networks: Vec<String>) -> Result<(), Refusal> {
        self.change(|state, _| {
            state.service_mut(service)?.networks = networks;
            Ok(())
        })
    }

    /// Switches IMAP of a service on or off, at once.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such service.
    pub fn set_service_imap(&self, service: &ServiceId, is_enabled: bool) -> Result<(), Refusal> {
        self.change(|state, _| {
            state.service_mut(service)?.is_imap_enabled = is_enabled;
            Ok(())
        })
    }

    /// Makes somebody else responsible for a service.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such service.
    pub fn set_contacts(&self, service: &ServiceId, contacts: ServiceContacts) -> Result<(), Refusal> {
        self.change(|state, _| {
            state.service_mut(service)?.contacts = contacts;
            Ok(())
        })
    }

    /// Lets passwords of a service be changed only so many days after the last change, and none of so many earlier ones be used.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such service.
    pub fn set_password_age(&self, service: &ServiceId, min_age_days: u32, history: u32) -> Result<(), Refusal> {
        self.change(|state, _| {
            let rules = &mut state.service_mut(service)?.rules;
            (rules.min_age_days, rules.history) = (min_age_days, history);
            Ok(())
        })
    }

    /// Whose mail is behind an address on a host now.
    pub fn mail_of(&self, host: &str, address: &EmailAddress) -> Option<AccountKey> {
        self.logins().into_iter().find(|l| l.host == host && l.address == *address).map(|l| l.mail)
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("pace", &self.inner.pace).finish_non_exhaustive()
    }
}

/// The key of the store in which somebody's mail is.
pub(crate) fn mail_key(mail: u64) -> AccountKey {
    AccountKey::new(format!("mail-{mail}"))
}
