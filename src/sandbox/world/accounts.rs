//! Rules of accounts and seats: rename, configure, password, reset, aliases (ovh-api.md §2.1, §2.2, §2.7).

use serde::Deserialize;

use super::Refusal;
use super::credential_text::{Verifier, derived};
use super::operation::{Effect, Subject};
use super::state::{AccountState, Names, Offer, ServiceState, State};
use super::time::Turn;
use crate::domain::{EmailAddress, OperationId, Platform, SeatModel, ServiceId};

/// The domain of seats that nobody uses.
pub(crate) const PLACEHOLDER_DOMAIN: &str = "configureme.me";

/// What a PUT says of a field that may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Option<String>")]
pub(crate) enum Wish {
    /// Nothing.
    #[default]
    Stay,
    /// A new value, or none.
    Become(Option<String>),
}

impl From<Option<String>> for Wish {
    fn from(value: Option<String>) -> Self {
        Self::Become(value)
    }
}

impl Wish {
    fn over(self, was: Option<String>) -> Option<String> {
        match self {
            Self::Stay => was,
            Self::Become(value) => value,
        }
    }
}

/// What a PUT on an account asks for; what is not named stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountChange {
    pub(crate) login: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) display: Wish,
    pub(crate) first: Wish,
    pub(crate) last: Wish,
    pub(crate) initial: Wish,
    pub(crate) is_hidden: Option<bool>,
    /// A new password in the same breath (Zimbra).
    pub(crate) password: Option<String>,
}

/// An account to be made where there are no placeholders.
#[derive(Debug, Clone)]
pub(crate) struct AccountRequest {
    pub(crate) address: EmailAddress,
    pub(crate) password: String,
    pub(crate) names: Names,
    /// The offer whose slot is taken (Zimbra).
    pub(crate) offer: Option<Offer>,
    /// The slot itself, when the caller has one in mind.
    pub(crate) slot: Option<i64>,
}

impl AccountChange {
    /// A change of the address alone.
    pub(crate) fn to_address(address: &EmailAddress) -> Self {
        Self { login: Some(address.local().to_owned()), domain: Some(address.domain().to_string()), ..Self::default() }
    }

    fn address(&self, account: &AccountState) -> Result<EmailAddress, Refusal> {
        let login = self.login.as_deref().unwrap_or(account.address.local());
        let domain = self.domain.as_deref().unwrap_or(account.address.domain().as_str());
        let domain = domain.parse().map_err(|_| Refusal::Invalid("Invalid domain parameter".to_owned()))?;
        EmailAddress::new(login, &domain).map_err(|_| Refusal::Invalid("Invalid login parameter".to_owned()))
    }

    fn names(self, account: &AccountState) -> Names {
        let Names { display, first, last, initial, is_hidden } = account.names.clone();
        Names {
            display: self.display.over(display),
            first: self.first.over(first),
            last: self.last.over(last),
            initial: self.initial.over(initial),
            is_hidden: self.is_hidden.unwrap_or(is_hidden),
        }
    }
}

impl State {
    /// `PUT …/account/{address}`: rename a configured account, or make one out of a free seat. Answers nothing; an operation runs.
    pub(crate) fn put_account(
        &mut self,
        service: &ServiceId,
        address: &EmailAddress,
        change: AccountChange,
        turn: Turn,
    ) -> Result<(), Refusal> {
        let found = self.service_mut(service)?;
        let account = found.idle_account(address)?;
        let (id, is_configured, old) = (account.id, account.is_configured, account.address.clone());
        let new = change.address(account)?;
        if service.platform == Platform::MxPlanLegacy && new != old {
            return Err(Refusal::Invalid("accountName is read-only".to_owned()));
        }
        if self.is_promised(id) {
            return Err(Refusal::InProgress(format!("account: {address}")));
        }
        let password = change.password.clone();
        if let Some(password) = &password {
            self.service(service)?.may_change_password(self.service(service)?.account(address)?, password, self.seed, turn.now)?;
        }
        let found = self.service(service)?;
        let names = change.names(found.account(address)?);
        if new != old || !is_configured {
            found.has_usable_domain(&new)?;
            is_possible_name(&new, service.platform)?;
            self.is_free(&new, service, turn.now)?;
        }
        let verifier = password.map(|password| self.verifier(&password));
        self.start(service, Subject::Account(id), Effect::SetAccount { address: new, names, verifier }, turn).map(|_| ())
    }

    /// `POST …/account` (private Exchange, legacy MX Plan, Zimbra): the account is there when its operation is done.
    pub(crate) fn create_account(&mut self, service: &ServiceId, request: AccountRequest, turn: Turn) -> Result<OperationId, Refusal> {
        let found = self.service_mut(service)?;
        if found.seats == SeatModel::Placeholders {
            return Err(Refusal::Invalid("Accounts of this service are made out of its free seats".to_owned()));
        }
        found.has_usable_domain(&request.address)?;
        is_possible_name(&request.address, service.platform)?;
        let own: Vec<&str> = [request.address.local()].into_iter().chain(request.names.first.as_deref()).collect();
        found.takes_password(&request.password, &own)?;
        self.is_free(&request.address, service, turn.now)?;
        let slot = self.service(service)?.seat_for(&request)?;
        let (id, verifier) = (self.number(), self.verifier(&request.password));
        let found = self.service_mut(service)?;
        let mut account = AccountState::seat(id, request.address, turn.now);
        account.is_configured = true;
        account.names = request.names;
        account.password = Some(verifier);
        account.password_changed = Some(turn.now);
        if let Some(slot) = found.slots.iter_mut().find(|s| Some(s.id) == slot) {
            slot.account = Some(id);
            account.offer = Some(slot.offer);
        }
        found.accounts.push(account);
        self.start(service, Subject::Account(id), Effect::Create, turn)
    }

    /// `POST …/account/{address}/changePassword`.
    pub(crate) fn change_password(
        &mut self,
        service: &ServiceId,
        address: &EmailAddress,
        password: &str,
        turn: Turn,
    ) -> Result<OperationId, Refusal> {
        let seed = self.seed;
        let found = self.service_mut(service)?;
        let account = found.idle_account(address)?;
        let id = account.id;
        found.may_change_password(account, password, seed, turn.now)?;
        let verifier = self.verifier(password);
        self.start(service, Subject::Account(id), Effect::ChangePassword { verifier }, turn)
    }

    fn verifier(&self, password: &str) -> Verifier {
        Verifier::of(password, derived(self.seed, "salt", &self.last_number.to_string(), 16))
    }

    /// `DELETE …/account/{address}`: the seat becomes a placeholder again, or the account is gone; its mail is gone in any case.
    pub(crate) fn reset_account(&mut self, service: &ServiceId, address: &EmailAddress, turn: Turn) -> Result<OperationId, Refusal> {
        let found = self.service_mut(service)?;
        let account = found.idle_account(address)?;
        let id = account.id;
        if !account.is_configured {
            return Err(Refusal::Invalid(format!("The account {address} is not configured")));
        }
        let effect = if found.seats == SeatModel::Placeholders { Effect::Reset } else { Effect::Delete };
        self.start(service, Subject::Account(id), effect, turn)
    }

    /// `PUT …/protocol`: switches IMAP for the whole service.
    pub(crate) fn set_imap(&mut self, service: &ServiceId, is_enabled: bool, turn: Turn) -> Result<(), Refusal> {
        self.start(service, Subject::Service, Effect::SetImap { is_enabled }, turn).map(|_| ())
    }
}

/// Two to 32 letters and digits, and a few others (guides).
fn is_possible_name(address: &EmailAddress, platform: Platform) -> Result<(), Refusal> {
    let others = if platform == Platform::Zimbra { "+.-_" } else { ",.-_" };
    let local = address.local();
    let is_known = local.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c));
    let is_right = is_known && (2..=32).contains(&local.len());
    if is_right { Ok(()) } else { Err(Refusal::Invalid("Invalid login parameter".to_owned())) }
}

impl ServiceState {
    /// The account of this address, if no operation runs on it.
    pub(crate) fn idle_account(&self, address: &EmailAddress) -> Result<&AccountState, Refusal> {
        let account = self.account(address)?;
        match self.operation_on(&Subject::Account(account.id)) {
            Some(_) => Err(Refusal::InProgress(format!("account: {address}"))),
            None => Ok(account),
        }
    }

    /// Whether an address can be here: in a domain that is attached and ready.
    pub(crate) fn has_usable_domain(&self, address: &EmailAddress) -> Result<(), Refusal> {
        let domain = address.domain();
        let is_there = domain.as_str() != PLACEHOLDER_DOMAIN && self.domains.iter().any(|d| d.name == *domain);
        match (is_there, self.domain_state(domain)) {
            (true, "ok") => Ok(()),
            (true, _) if self.id.platform == Platform::Zimbra => Err(Refusal::DomainNotReady(format!("The domain {domain} is not ready"))),
            _ => Err(Refusal::Invalid(format!("The domain {domain} is not available on this service"))),
        }
    }

    /// The slot for a new account, or none where there are no slots; a refusal when nothing is free.
    fn seat_for(&self, request: &AccountRequest) -> Result<Option<i64>, Refusal> {
        let full = |text: &str| Err(Refusal::NoSeat(text.to_owned()));
        if let Some(most) = self.most_accounts
            && self.accounts.len() >= most as usize
        {
            return full("The maximum number of accounts is reached");
        }
        if self.seats != SeatModel::Slots {
            return Ok(None);
        }
        let fits = |slot: &&super::state::Slot| {
            slot.account.is_none() && request.offer.is_none_or(|offer| slot.offer == offer) && request.slot.is_none_or(|id| slot.id == id)
        };
        match self.slots.iter().filter(fits).min_by_key(|slot| slot.offer) {
            Some(slot) => Ok(Some(slot.id)),
            None => full("No slot available"),
        }
    }

    /// Free slots of an offer.
    pub(crate) fn free_slots(&self, offer: Offer) -> usize {
        self.slots.iter().filter(|slot| slot.account.is_none() && slot.offer == offer).count()
    }
}
