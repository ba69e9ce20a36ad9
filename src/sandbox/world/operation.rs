//! Operations: what the platform was asked to do and does a little later. They are settled when somebody looks:
//! a world that was killed and started again finds them done when their time is over.

use serde::{Deserialize, Serialize};

use super::Refusal;
use super::credential_text::{Verifier, derived};
use super::domains::prepared_selectors;
use super::state::{AccountState, DkimSelector, DomainState, Names, ServiceState, State};
use super::time::Turn;
use crate::domain::{DomainName, DomainType, EmailAddress, Moment, OperationId, Platform, ServiceId};

/// An operation that is not done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub(crate) id: OperationId,
    pub(crate) subject: Subject,
    pub(crate) effect: Effect,
    pub(crate) asked: Moment,
    pub(crate) due: Moment,
}

/// On what it works. There is one operation at a time on each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Subject {
    /// The account of this number.
    Account(i64),
    /// A domain of the service.
    Domain(DomainName),
    /// The service.
    Service,
}

/// What will be so when it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    SetAccount { address: EmailAddress, names: Names },
    ChangePassword { verifier: Verifier },
    Reset,
    AddAlias { alias: EmailAddress },
    DeleteAlias { alias: EmailAddress },
    AddDomain { domain_type: DomainType, relay: Option<String> },
    SetDomain { domain_type: DomainType, relay: Option<String> },
    RemoveDomain,
    AddDkim { selector: String },
    SignWith { selector: String },
    StopSigning { selector: String },
    RemoveDkim { selector: String },
    SetImap { is_enabled: bool },
}

impl Operation {
    /// `todo` at first, `doing` then (`email.exchange.TaskStatusEnum`).
    pub(crate) fn status(&self, now: Moment) -> &'static str {
        let total = self.due.millis_since(self.asked);
        if now.millis_since(self.asked) * 4 < total { "todo" } else { "doing" }
    }

    /// The API's name of what it does (`TaskFunctionEnum` of the platform).
    pub(crate) fn function(&self, platform: Platform) -> &'static str {
        let is_exchange = platform == Platform::Exchange;
        match &self.effect {
            Effect::SetAccount { .. } => "setAccount",
            Effect::ChangePassword { .. } => "changePassword",
            Effect::Reset => "deleteAccount",
            Effect::AddAlias { .. } => "addAlias",
            Effect::DeleteAlias { .. } => "deleteAlias",
            Effect::AddDomain { .. } => "addDomain",
            Effect::SetDomain { .. } => "setDomain",
            Effect::RemoveDomain => "deleteDomain",
            Effect::AddDkim { .. } => {
                if is_exchange {
                    "addExchangeDomainDKIM"
                } else {
                    "addDomainDKIM"
                }
            }
            Effect::SignWith { .. } => {
                if is_exchange {
                    "enableExchangeDKIM"
                } else {
                    "enableDKIM"
                }
            }
            Effect::StopSigning { .. } => {
                if is_exchange {
                    "disableExchangeDKIM"
                } else {
                    "disableDKIM"
                }
            }
            Effect::RemoveDkim { .. } => {
                if is_exchange {
                    "deleteExchangeDomainDKIM"
                } else {
                    "deleteDomainDKIM"
                }
            }
            Effect::SetImap { .. } => "setService",
        }
    }
}

impl State {
    /// Starts an operation, unless another one runs on the same.
    pub(crate) fn start(&mut self, service: &ServiceId, subject: Subject, effect: Effect, turn: Turn) -> Result<OperationId, Refusal> {
        let number = self.number();
        let id = OperationId(number);
        let service = self.service_mut(service)?;
        if service.operation_on(&subject).is_some() {
            return Err(Refusal::InProgress(service.spoken(&subject)));
        }
        let due = turn.now.plus_millis(turn.pace.operation_millis(number));
        service.operations.push(Operation { id, subject, effect, asked: turn.now, due });
        Ok(id)
    }

    /// When the next operation or publishing is due.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        let operations = self.services.iter().flat_map(|s| s.operations.iter().map(|o| o.due));
        operations.chain(self.zones.iter().filter_map(|z| z.publishing.as_ref().map(|p| p.due))).min()
    }

    /// Brings to effect what is due. Says whose mail is dropped by it.
    pub(crate) fn settle(&mut self, now: Moment) -> Vec<u64> {
        let mut dropped = Vec::new();
        for index in 0..self.services.len() {
            let service = &mut self.services[index];
            let (mut done, waiting): (Vec<_>, Vec<_>) = service.operations.drain(..).partition(|o| o.due <= now);
            service.operations = waiting;
            done.sort_by_key(|o| (o.due, o.id));
            for operation in done {
                dropped.extend(self.complete(index, operation));
            }
        }
        for zone in &mut self.zones {
            if let Some(publishing) = zone.publishing.take_if(|p| p.due <= now) {
                zone.served = publishing.records;
                zone.serial += 1;
            }
        }
        dropped
    }

    fn complete(&mut self, index: usize, operation: Operation) -> Option<u64> {
        let number = self.number();
        let seed = self.seed;
        let service = &mut self.services[index];
        match operation.subject {
            Subject::Account(id) => {
                let account = service.accounts.iter_mut().find(|a| a.id == id)?;
                complete_account(account, operation.effect, operation.due, number, seed)
            }
            Subject::Domain(name) => {
                complete_domain(service, &name, operation.effect, operation.due);
                None
            }
            Subject::Service => {
                if let Effect::SetImap { is_enabled } = operation.effect {
                    service.is_imap_enabled = is_enabled;
                }
                None
            }
        }
    }
}

impl ServiceState {
    fn spoken(&self, subject: &Subject) -> String {
        match subject {
            Subject::Account(id) => match self.accounts.iter().find(|a| a.id == *id) {
                Some(account) => format!("account: {}", account.address),
                None => "account".to_owned(),
            },
            Subject::Domain(name) => format!("domain: {name}"),
            Subject::Service => format!("service: {}", self.id.name),
        }
    }
}

/// A free seat's address: nobody's name, and not the one that it had before.
pub(crate) fn placeholder(seed: u64, number: i64) -> EmailAddress {
    let text = format!("zz111111-{}@configureme.me", derived(seed, "seat", &number.to_string(), 5).to_ascii_lowercase());
    text.parse().expect("letters and digits make an address")
}

fn complete_account(account: &mut AccountState, effect: Effect, at: Moment, number: i64, seed: u64) -> Option<u64> {
    match effect {
        Effect::SetAccount { address, names } => {
            account.address = address;
            account.names = names;
            account.is_configured = true;
        }
        Effect::ChangePassword { verifier } => {
            account.password = Some(verifier);
            account.password_changed = Some(at);
        }
        Effect::AddAlias { alias } => account.aliases.push(alias),
        Effect::DeleteAlias { alias } => account.aliases.retain(|a| *a != alias),
        Effect::Reset => {
            let dropped = account.mail;
            *account = AccountState {
                id: account.id,
                mail: number.unsigned_abs(),
                address: placeholder(seed, number),
                is_configured: false,
                names: Names::default(),
                password: None,
                created: account.created,
                last_logon: None,
                password_changed: None,
                aliases: Vec::new(),
            };
            return Some(dropped);
        }
        _ => {}
    }
    None
}

fn complete_domain(service: &mut ServiceState, name: &DomainName, effect: Effect, at: Moment) {
    if effect == Effect::RemoveDomain {
        service.domains.retain(|d| d.name != *name);
        return;
    }
    let platform = service.id.platform;
    let Some(domain) = service.domains.iter_mut().find(|d| d.name == *name) else { return };
    match effect {
        Effect::AddDomain { domain_type, relay } | Effect::SetDomain { domain_type, relay } => {
            domain.domain_type = domain_type;
            domain.relay = relay;
            if domain.dkim.is_empty() {
                domain.dkim = prepared_selectors(platform, at);
            }
        }
        effect => complete_dkim(domain, effect, at),
    }
}

fn complete_dkim(domain: &mut DomainState, effect: Effect, at: Moment) {
    match effect {
        Effect::AddDkim { selector } => domain.dkim.push(DkimSelector { name: selector, is_signing: false, updated: at }),
        Effect::RemoveDkim { selector } => domain.dkim.retain(|s| s.name != selector),
        Effect::SignWith { selector } => {
            for known in &mut domain.dkim {
                known.is_signing = known.name == selector;
                known.updated = at;
            }
        }
        Effect::StopSigning { selector } => {
            for known in domain.dkim.iter_mut().filter(|s| s.name == selector) {
                known.is_signing = false;
                known.updated = at;
            }
        }
        _ => {}
    }
}
