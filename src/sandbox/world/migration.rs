//! The platform's own migration out of a legacy MX Plan into a free seat of an Exchange or Email Pro (ovh-api.md §3): what it offers, what
//! it says beforehand (errors inside a success), and what it does. It cannot be cancelled.

use super::Refusal;
use super::operation::{Effect, Subject};
use super::state::{AccountState, Names, Obstacle, ServiceState, State};
use super::time::Turn;
use crate::domain::{EmailAddress, Feature, MigrationCheck, MigrationFinding, OperationId, Platform, SeatModel, ServiceId};

fn finding(code: &str, details: Option<String>) -> MigrationFinding {
    MigrationFinding { code: code.to_owned(), details }
}

impl State {
    /// Services into which an account can be migrated: the same person must be responsible for both.
    pub(crate) fn migration_services(&self, from: &ServiceId, address: &EmailAddress) -> Result<Vec<&ServiceState>, Refusal> {
        let source = self.service(from)?;
        source.account(address)?;
        let is_fit = |target: &&ServiceState| {
            matches!(target.id.platform, Platform::Exchange | Platform::EmailPro)
                && target.condition == super::Condition::Ok
                && target.contacts == source.contacts
        };
        Ok(if from.platform == Platform::MxPlanLegacy { self.services.iter().filter(is_fit).collect() } else { Vec::new() })
    }

    /// Free seats of a service into which an account can be migrated; empty when it is not offered.
    pub(crate) fn migration_seats(&self, from: &ServiceId, address: &EmailAddress, to: &ServiceId) -> Result<Vec<EmailAddress>, Refusal> {
        let services = self.migration_services(from, address)?;
        let target = services.into_iter().find(|service| service.is_named(to));
        let seats = target.into_iter().filter(|s| s.seats == SeatModel::Placeholders).flat_map(|service| {
            let is_idle = |a: &&AccountState| !a.is_configured && service.operation_on(&Subject::Account(a.id)).is_none();
            service.accounts.iter().filter(is_idle).filter(|seat| !self.is_promised(seat.id))
        });
        Ok(seats.map(|seat| seat.address.clone()).collect())
    }

    /// `…/checkMigrate`. Which findings are errors and which warnings is not documented: redirections and replies prevent it by the
    /// guide's conditions, filters and delegations have no error text in the panel.
    pub(crate) fn check_migration(
        &self,
        (from, address): (&ServiceId, &EmailAddress),
        (to, seat): (&ServiceId, &EmailAddress),
    ) -> Result<MigrationCheck, Refusal> {
        let source = self.service(from)?;
        let account = source.account(address)?;
        self.migration_target((from, address), (to, seat))?;
        let mut check = MigrationCheck::default();
        if source.operation_on(&Subject::Account(account.id)).is_some() {
            check.errors.push(finding("ACCOUNT_INPROGRESS", Some(address.to_string())));
        }
        let runs = |word: &str| source.operations.iter().any(|o| matches!(&o.subject, Subject::Thing(name) if name.starts_with(word)));
        if runs("redirection") {
            check.errors.push(finding("REDIRECTION_INPROGRESS", None));
        }
        if runs("mailing list") {
            check.errors.push(finding("MAILINGLIST_INPROGRESS", None));
        }
        for feature in source.features_of(account) {
            match feature {
                Feature::Forwarding { to, .. } => {
                    check.forwards.push(to.to_string());
                    check.errors.push(finding("FORWARD_EXIST", Some(to.to_string())));
                }
                Feature::Redirection { from, .. } => {
                    check.aliases.push(from.to_string());
                    check.errors.push(finding("FORWARD_LOCAL", Some(from.to_string())));
                }
                Feature::Responder { .. } => check.errors.push(finding("RESPONDER_EXIST", Some(address.to_string()))),
                Feature::Filter { name, .. } => {
                    check.warnings.push(finding("FILTER_EXIST", Some(name.clone())));
                    check.filters.push(name);
                }
                Feature::Other { name, .. } => check.warnings.push(finding("DELEGATION_EXIST", Some(name))),
                _ => {}
            }
        }
        Ok(check)
    }

    /// Whether a migration that runs ends in this seat.
    pub(crate) fn is_promised(&self, seat: i64) -> bool {
        let mut operations = self.services.iter().flat_map(|service| &service.operations);
        operations.any(|operation| matches!(operation.effect, Effect::Migrate { seat: promised, .. } if promised == seat))
    }

    fn migration_target(
        &self,
        (from, address): (&ServiceId, &EmailAddress),
        (to, seat): (&ServiceId, &EmailAddress),
    ) -> Result<i64, Refusal> {
        if !self.migration_seats(from, address, to)?.contains(seat) {
            return Err(Refusal::NotFound(format!("destinationEmailAddress = {seat}")));
        }
        Ok(self.service(to)?.account(seat)?.id)
    }

    /// `POST …/migrate`: from now on nobody opens the old mailbox any more.
    pub(crate) fn migrate_account(
        &mut self,
        (from, address): (&ServiceId, &EmailAddress),
        (to, seat): (&ServiceId, &EmailAddress),
        password: &str,
        turn: Turn,
    ) -> Result<OperationId, Refusal> {
        let source = self.service_mut(from)?;
        let account = source.idle_account(address)?;
        let (id, verifier) = (account.id, account.password.clone());
        let check = self.check_migration((from, address), (to, seat))?;
        if let Some(error) = check.errors.first() {
            return Err(Refusal::Invalid(format!("This account cannot be migrated: {}", error.code)));
        }
        if !verifier.is_some_and(|known| known.accepts(self.seed, password)) {
            return Err(Refusal::PasswordRefused("Invalid password parameter: it is not the password of the account".to_owned()));
        }
        let seat_id = self.migration_target((from, address), (to, seat))?;
        self.service_mut(to)?.has_usable_domain(address)?;
        // The seat is kept for this migration.
        let operation = self.start(from, Subject::Account(id), Effect::Migrate { to: to.clone(), seat: seat_id }, turn)?;
        if let Some(account) = self.service_mut(from)?.accounts.iter_mut().find(|a| a.id == id) {
            account.obstacle = Some(Obstacle::Migrating);
        }
        Ok(operation)
    }

    /// Mail, names and password go into the seat, which gets the real address; the source is gone. Says whose mail was in the seat.
    pub(crate) fn complete_migration(&mut self, index: usize, source: i64, (to, seat): (&ServiceId, i64)) -> Option<u64> {
        let service = &mut self.services[index];
        let at = service.accounts.iter().position(|a| a.id == source)?;
        let target = self.services.iter_mut().find(|s| s.is_named(to))?.accounts.iter_mut().find(|a| a.id == seat)?;
        let dropped = target.mail;
        let (id, created, names) = (target.id, target.created, target.names.clone());
        let moved = self.services[index].accounts.remove(at);
        let gone = moved.address.clone();
        let arrived = AccountState {
            id,
            created,
            names: Names { display: names.display.or(moved.names.display), ..names },
            aliases: Vec::new(),
            features: Vec::new(),
            obstacle: None,
            is_blocked: false,
            offer: None,
            ..moved
        };
        let target = self.services.iter_mut().find(|s| s.is_named(to))?.accounts.iter_mut().find(|a| a.id == seat)?;
        *target = arrived;
        self.services[index].forget(&gone);
        Some(dropped)
    }
}
