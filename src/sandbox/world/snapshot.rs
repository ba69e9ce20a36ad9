//! The platform side as tests compare it: whether an undo returned the world to its first state. Numbers that are given anew (placeholders,
//! operations) are left out; whose mail is behind an account is in it, so an account that was made anew shows.

use std::collections::BTreeMap;

use super::handle::{World, mail_key};
use super::state::{AccountState, ServiceState};
use crate::domain::{DomainName, DomainType, EmailAddress, Feature};
use crate::sandbox::mail::AccountKey;

/// All services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformSnapshot {
    /// By name.
    pub services: BTreeMap<String, ServiceSnapshot>,
}

/// One service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSnapshot {
    /// Accounts in use, by address.
    pub accounts: BTreeMap<EmailAddress, PlatformAccount>,
    /// Accounts that can still be made, by offer; one line without a name where there are no offers.
    pub free_seats: BTreeMap<String, usize>,
    /// Attached domains and their types.
    pub domains: BTreeMap<DomainName, DomainType>,
    /// What domains have besides accounts: groups, contacts, footers, redirections. Sorted by their text.
    pub shared: Vec<Feature>,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformAccount {
    /// Whose mail is behind it.
    pub mail: AccountKey,
    /// Display name.
    pub display_name: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// What belongs to it, aliases included. Sorted by their text.
    pub features: Vec<Feature>,
    /// Why a right password does not open it.
    pub obstacle: Option<super::Obstacle>,
}

impl World {
    /// The platform side as it is now.
    pub fn platform_snapshot(&self) -> PlatformSnapshot {
        self.look(|state, _| PlatformSnapshot {
            services: state.services.iter().map(|service| (service.id.name.clone(), service_snapshot(service))).collect(),
        })
    }
}

fn service_snapshot(service: &ServiceState) -> ServiceSnapshot {
    let mut free_seats: BTreeMap<String, usize> = BTreeMap::new();
    for slot in service.slots.iter().filter(|slot| slot.account.is_none()) {
        *free_seats.entry(slot.offer.name().to_owned()).or_default() += 1;
    }
    if service.slots.is_empty() {
        free_seats.insert(String::new(), service.free_seats());
    }
    ServiceSnapshot {
        accounts: service
            .accounts
            .iter()
            .filter(|a| a.is_configured)
            .map(|account| (account.address.clone(), account_snapshot(service, account)))
            .collect(),
        free_seats,
        domains: service.domains.iter().map(|domain| (domain.name.clone(), domain.domain_type)).collect(),
        shared: sorted(service.shared.iter().map(|shared| shared.feature.clone()).collect()),
    }
}

fn account_snapshot(service: &ServiceState, account: &AccountState) -> PlatformAccount {
    PlatformAccount {
        mail: mail_key(account.mail),
        display_name: account.names.display.clone(),
        first_name: account.names.first.clone(),
        last_name: account.names.last.clone(),
        features: sorted(service.features_of(account)),
        obstacle: account.obstacle,
    }
}

fn sorted(mut features: Vec<Feature>) -> Vec<Feature> {
    features.sort_by_key(|feature| format!("{feature:?}"));
    features
}
