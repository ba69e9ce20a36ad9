//! Rules of accounts and seats: rename, configure, password, reset, aliases (ovh-api.md §2.1, §2.2, §2.7).

use serde::Deserialize;

use super::Refusal;
use super::credential_text::{Verifier, derived, password_trouble};
use super::operation::{Effect, Subject};
use super::state::{AccountState, Names, ServiceState, State};
use super::time::Turn;
use crate::domain::{EmailAddress, OperationId, ServiceId};

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
        let names = change.names(account);
        if new != old || !is_configured {
            let domain = new.domain();
            let is_usable = found.domains.iter().any(|d| d.name == *domain) && found.domain_state(domain) == "ok";
            if domain.as_str() == PLACEHOLDER_DOMAIN || !is_usable {
                return Err(Refusal::Invalid(format!("The domain {domain} is not available on this service")));
            }
            if self.has_address(&new) {
                return Err(Refusal::AddressTaken);
            }
        }
        self.start(service, Subject::Account(id), Effect::SetAccount { address: new, names }, turn).map(|_| ())
    }

    /// `POST …/account/{address}/changePassword`.
    pub(crate) fn change_password(
        &mut self,
        service: &ServiceId,
        address: &EmailAddress,
        password: &str,
        turn: Turn,
    ) -> Result<OperationId, Refusal> {
        let found = self.service_mut(service)?;
        let account = found.idle_account(address)?;
        let id = account.id;
        if let Some(trouble) = password_trouble(password, found.shortest_password, address.local()) {
            return Err(Refusal::Invalid(trouble));
        }
        let salt = derived(self.seed, "salt", &self.last_number.to_string(), 16);
        let verifier = Verifier::of(password, salt);
        self.start(service, Subject::Account(id), Effect::ChangePassword { verifier }, turn)
    }

    /// `DELETE …/account/{address}`: the seat becomes a placeholder again and its mail is gone.
    pub(crate) fn reset_account(&mut self, service: &ServiceId, address: &EmailAddress, turn: Turn) -> Result<OperationId, Refusal> {
        let account = self.service_mut(service)?.idle_account(address)?;
        let id = account.id;
        if !account.is_configured {
            return Err(Refusal::Invalid(format!("The account {address} is not configured")));
        }
        self.start(service, Subject::Account(id), Effect::Reset, turn)
    }

    /// `POST …/account/{address}/alias`.
    pub(crate) fn add_alias(
        &mut self,
        service: &ServiceId,
        address: &EmailAddress,
        alias: EmailAddress,
        turn: Turn,
    ) -> Result<OperationId, Refusal> {
        let id = self.service_mut(service)?.idle_account(address)?.id;
        if self.has_address(&alias) {
            return Err(Refusal::AddressTaken);
        }
        self.service(service)?.domain(alias.domain())?;
        self.start(service, Subject::Account(id), Effect::AddAlias { alias }, turn)
    }

    /// `DELETE …/account/{address}/alias/{alias}`.
    pub(crate) fn delete_alias(
        &mut self,
        service: &ServiceId,
        address: &EmailAddress,
        alias: &EmailAddress,
        turn: Turn,
    ) -> Result<OperationId, Refusal> {
        let account = self.service_mut(service)?.idle_account(address)?;
        let id = account.id;
        if !account.aliases.contains(alias) {
            return Err(Refusal::NotFound(format!("alias = {alias}")));
        }
        self.start(service, Subject::Account(id), Effect::DeleteAlias { alias: alias.clone() }, turn)
    }

    /// `PUT …/protocol`: switches IMAP for the whole service.
    pub(crate) fn set_imap(&mut self, service: &ServiceId, is_enabled: bool, turn: Turn) -> Result<(), Refusal> {
        self.start(service, Subject::Service, Effect::SetImap { is_enabled }, turn).map(|_| ())
    }
}

impl ServiceState {
    /// The account of this address, if no operation runs on it.
    fn idle_account(&self, address: &EmailAddress) -> Result<&AccountState, Refusal> {
        let account = self.account(address)?;
        match self.operation_on(&Subject::Account(account.id)) {
            Some(_) => Err(Refusal::InProgress(format!("account: {address}"))),
            None => Ok(account),
        }
    }
}
