//! Operations: what the platform was asked to do and does a little later. They are settled when somebody looks:
//! a world that was killed and started again finds them done when their time is over.

use serde::{Deserialize, Serialize};

use super::Refusal;
use super::credential_text::{Verifier, derived};
use super::domains::prepared_selectors;
use super::state::{AccountState, DkimSelector, DomainState, Names, ServiceState, State};
use super::time::Turn;
use crate::domain::{DomainName, DomainType, EmailAddress, Feature, Moment, OperationId, Platform, ServiceId};

/// An operation that is not done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub(crate) id: OperationId,
    pub(crate) subject: Subject,
    pub(crate) effect: Effect,
    pub(crate) asked: Moment,
    pub(crate) due: Moment,
    /// It will end in an error, with nothing done.
    #[serde(default)]
    pub(crate) is_doomed: bool,
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
    /// Something that has a name of its own: a group, a contact, a redirection, a responder.
    Thing(String),
}

/// Who has a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Holder {
    /// The account of this number.
    Account(i64),
    /// A domain of the service.
    Domain(DomainName),
}

/// What will be so when it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    SetAccount {
        address: EmailAddress,
        names: Names,
        #[serde(default)]
        verifier: Option<Verifier>,
    },
    ChangePassword {
        verifier: Verifier,
    },
    Reset,
    Create,
    Delete,
    /// The platform's own migration into a seat of another service.
    Migrate {
        to: ServiceId,
        seat: i64,
    },
    AddFeature {
        holder: Holder,
        feature: Feature,
    },
    RemoveFeature {
        holder: Holder,
        feature: Feature,
    },
    AddDomain {
        domain_type: DomainType,
        relay: Option<String>,
    },
    SetDomain {
        domain_type: DomainType,
        relay: Option<String>,
    },
    RemoveDomain,
    AddDkim {
        selector: String,
    },
    SignWith {
        selector: String,
    },
    StopSigning {
        selector: String,
    },
    RemoveDkim {
        selector: String,
    },
    SetImap {
        is_enabled: bool,
    },
}

impl Operation {
    /// Whether it ended in an error; others are forgotten when they are done.
    pub(crate) fn is_over(&self, now: Moment) -> bool {
        self.is_doomed && self.due <= now
    }

    /// `todo` at first, `doing` then, `error` when it failed (`email.exchange.TaskStatusEnum`).
    pub(crate) fn status(&self, now: Moment) -> &'static str {
        if self.is_over(now) {
            return "error";
        }
        let total = self.due.millis_since(self.asked);
        if now.millis_since(self.asked) * 4 < total { "todo" } else { "doing" }
    }

    /// The API's name of what it does (`TaskFunctionEnum` of the platform).
    pub(crate) fn function(&self, platform: Platform) -> &'static str {
        let is_exchange = platform == Platform::Exchange;
        let by_platform = |exchange, other| if is_exchange { exchange } else { other };
        match &self.effect {
            Effect::SetAccount { .. } => "setAccount",
            Effect::ChangePassword { .. } => "changePassword",
            Effect::Reset | Effect::Delete => "deleteAccount",
            Effect::Create => "addAccount",
            Effect::Migrate { .. } => "migrateAccount",
            Effect::AddDomain { .. } => "addDomain",
            Effect::SetDomain { .. } => "setDomain",
            Effect::RemoveDomain => "deleteDomain",
            Effect::AddDkim { .. } => by_platform("addExchangeDomainDKIM", "addDomainDKIM"),
            Effect::SignWith { .. } => by_platform("enableExchangeDKIM", "enableDKIM"),
            Effect::StopSigning { .. } => by_platform("disableExchangeDKIM", "disableDKIM"),
            Effect::RemoveDkim { .. } => by_platform("deleteExchangeDomainDKIM", "deleteDomainDKIM"),
            Effect::SetImap { .. } => "setService",
            Effect::AddFeature { feature, .. } => super::features::function(feature, true),
            Effect::RemoveFeature { feature, .. } => super::features::function(feature, false),
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
        let takes =
            if matches!(effect, Effect::Migrate { .. }) { turn.pace.migration_millis() } else { turn.pace.operation_millis(number) };
        let due = turn.now.plus_millis(takes);
        if service.id.platform == Platform::Zimbra {
            service.failed.retain(|failed| failed.subject != subject);
        }
        service.operations.push(Operation { id, subject, effect, asked: turn.now, due, is_doomed: false });
        Ok(id)
    }

    /// When the next operation or publishing is due.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        let operations = self.services.iter().flat_map(|s| s.operations.iter().map(|o| o.due));
        operations.chain(self.zones.iter().filter_map(|z| z.publishing.as_ref().map(|p| p.due))).min()
    }

    /// Lets the operations that began after a number end in an error.
    pub(crate) fn doom_after(&mut self, number: i64) {
        let running = self.services.iter_mut().flat_map(|service| &mut service.operations);
        running.filter(|operation| operation.id.0 > number).for_each(|operation| operation.is_doomed = true);
    }

    /// Brings to effect what is due. Says whose mail is dropped by it.
    pub(crate) fn settle(&mut self, turn: Turn) -> Vec<u64> {
        let now = turn.now;
        let mut dropped = Vec::new();
        for index in 0..self.services.len() {
            let service = &mut self.services[index];
            let (mut done, waiting): (Vec<_>, Vec<_>) = service.operations.drain(..).partition(|o| o.due <= now);
            service.operations = waiting;
            done.sort_by_key(|o| (o.due, o.id));
            for operation in done {
                if operation.is_doomed {
                    self.fail(index, operation);
                } else {
                    dropped.extend(self.complete(index, operation, turn));
                }
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

    /// What was only promised is taken back.
    fn fail(&mut self, index: usize, operation: Operation) {
        let service = &mut self.services[index];
        match (&operation.subject, &operation.effect) {
            (Subject::Account(id), Effect::Create) => service.remove_account(*id),
            (Subject::Account(id), Effect::Migrate { .. }) => {
                service.accounts.iter_mut().filter(|a| a.id == *id).for_each(|account| account.obstacle = None);
            }
            (Subject::Domain(name), Effect::AddDomain { .. }) => service.domains.retain(|d| d.name != *name),
            _ => {}
        }
        service.failed.push(operation);
    }

    fn complete(&mut self, index: usize, operation: Operation, turn: Turn) -> Option<u64> {
        let number = self.number();
        let seed = self.seed;
        let Operation { subject, effect, due, .. } = operation;
        if let (Subject::Account(id), Effect::Migrate { to, seat }) = (&subject, &effect) {
            return self.complete_migration(index, *id, (to, *seat));
        }
        let service = &mut self.services[index];
        match (subject, effect) {
            (_, Effect::AddFeature { holder, feature }) => service.put_feature(&holder, feature, number),
            (_, Effect::RemoveFeature { holder, feature }) => service.drop_feature(&holder, &feature),
            (Subject::Account(id), effect) => {
                let account = service.accounts.iter_mut().find(|a| a.id == id)?;
                let old = account.address.clone();
                let is_delete = matches!(effect, Effect::Delete);
                let dropped = if is_delete { Some(account.mail) } else { complete_account(account, effect, due, (number, seed)) };
                let new = account.address.clone();
                if is_delete || dropped.is_some() {
                    service.forget(&old);
                }
                if is_delete {
                    service.remove_account(id);
                } else if dropped.is_none() && new != old {
                    service.follow_rename(&old, &new);
                }
                if is_delete || new != old {
                    let id = service.id.clone();
                    self.release(old, &id, due, turn);
                }
                return dropped;
            }
            (Subject::Domain(name), effect) => complete_domain(service, &name, effect, due),
            (Subject::Service, Effect::SetImap { is_enabled }) => service.is_imap_enabled = is_enabled,
            (Subject::Service | Subject::Thing(_), _) => {}
        }
        None
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
            Subject::Thing(name) => name.clone(),
        }
    }
}

/// A free seat's address: nobody's name, and not the one that it had before.
pub(crate) fn placeholder(seed: u64, number: i64) -> EmailAddress {
    let text = format!("zz111111-{}@configureme.me", derived(seed, "seat", &number.to_string(), 5).to_ascii_lowercase());
    text.parse().expect("letters and digits make an address")
}

fn complete_account(account: &mut AccountState, effect: Effect, at: Moment, (number, seed): (i64, u64)) -> Option<u64> {
    match effect {
        Effect::SetAccount { address, names, verifier } => {
            account.address = address;
            account.names = names;
            account.is_configured = true;
            if let Some(verifier) = verifier {
                account.change_password(verifier, at);
            }
        }
        Effect::ChangePassword { verifier } => account.change_password(verifier, at),
        Effect::Reset => {
            let dropped = account.mail;
            *account = AccountState::seat(account.id, placeholder(seed, number), account.created);
            account.mail = number.unsigned_abs();
            return Some(dropped);
        }
        _ => {}
    }
    None
}

impl AccountState {
    /// A seat that nobody uses.
    pub(crate) fn seat(id: i64, address: EmailAddress, created: Moment) -> Self {
        Self {
            id,
            mail: id.unsigned_abs(),
            address,
            is_configured: false,
            names: Names::default(),
            password: None,
            created,
            last_logon: None,
            password_changed: None,
            aliases: Vec::new(),
            features: Vec::new(),
            offer: None,
            is_blocked: false,
            obstacle: None,
            past_passwords: Vec::new(),
        }
    }

    /// A change of password ends a block for spam (guides).
    fn change_password(&mut self, verifier: Verifier, at: Moment) {
        self.past_passwords.extend(self.password.replace(verifier));
        self.password_changed = Some(at);
        self.is_blocked = false;
    }
}

impl ServiceState {
    /// Removes an account where there are no placeholders; its slot is free again.
    pub(crate) fn remove_account(&mut self, id: i64) {
        self.accounts.retain(|a| a.id != id);
        self.slots.iter_mut().filter(|s| s.account == Some(id)).for_each(|slot| slot.account = None);
    }
}

fn complete_domain(service: &mut ServiceState, name: &DomainName, effect: Effect, at: Moment) {
    if effect == Effect::RemoveDomain {
        service.domains.retain(|d| d.name != *name);
        service.shared.retain(|shared| shared.domain != *name);
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
