//! Which addresses are taken: an address is used once, on all services of the customer together. What an account of a Zimbra gave up is
//! refused elsewhere for a while (guides: five minutes; here by the pace of the world).

use super::Refusal;
use super::operation::Effect;
use super::state::{Released, ServiceState, State};
use super::time::Turn;
use crate::domain::{EmailAddress, Moment, Platform, ServiceId};

impl State {
    /// Whether an account, an alias, a group, a redirection or an operation on its way has this address, on any service.
    pub(crate) fn has_address(&self, address: &EmailAddress) -> bool {
        self.services.iter().any(|service| service.has_address(address))
    }

    /// Refuses an address that is taken, or that was given up too recently for this service.
    pub(crate) fn is_free(&self, address: &EmailAddress, on: &ServiceId, now: Moment) -> Result<(), Refusal> {
        let is_kept = |released: &Released| released.address == *address && released.until > now && released.by != *on;
        if self.has_address(address) || self.released.iter().any(is_kept) { Err(Refusal::AddressTaken) } else { Ok(()) }
    }

    /// Remembers that a service gave up an address.
    pub(crate) fn release(&mut self, address: EmailAddress, by: &ServiceId, at: Moment, turn: Turn) {
        self.released.retain(|released| released.until > turn.now);
        if by.platform == Platform::MxPlanZimbra {
            let until = at.plus_millis(turn.pace.release_millis());
            self.released.push(Released { address, by: by.clone(), until });
        }
    }
}

impl ServiceState {
    /// Whether something here has this address, or was promised it.
    pub(crate) fn has_address(&self, address: &EmailAddress) -> bool {
        let occupies = |feature: &crate::domain::Feature| feature.occupies() == Some(address);
        self.accounts.iter().any(|a| a.address == *address || a.aliases.contains(address) || a.features.iter().any(occupies))
            || self.shared.iter().any(|shared| occupies(&shared.feature))
            || self.operations.iter().any(|operation| match &operation.effect {
                Effect::SetAccount { address: to, .. } => to == address,
                Effect::AddFeature { feature, .. } => occupies(feature),
                _ => false,
            })
    }
}
