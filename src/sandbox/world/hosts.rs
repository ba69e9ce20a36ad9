//! Hosts without a platform API: what a person does there in a control panel, at once.

use super::Refusal;
use super::credential_text::{Verifier, derived, password_trouble};
use super::state::{PlainAccount, PlainHost, State};
use crate::domain::EmailAddress;

/// Passwords there have at least this many characters (MX Plan and Email Pro: 9, ovh-api.md §5.2).
pub(crate) const SHORTEST_PASSWORD: u32 = 9;

impl State {
    fn host_mut(&mut self, hostname: &str) -> Result<&mut PlainHost, Refusal> {
        self.hosts.iter_mut().find(|h| h.hostname == hostname).ok_or_else(|| Refusal::NotFound(format!("host = {hostname}")))
    }

    /// Renames an account of a host: its mail and its password stay.
    pub(crate) fn rename_on_host(&mut self, hostname: &str, from: &EmailAddress, to: EmailAddress) -> Result<(), Refusal> {
        let host = self.host_mut(hostname)?;
        if host.accounts.iter().any(|a| a.address == to) {
            return Err(Refusal::AddressTaken);
        }
        let account = host.accounts.iter_mut().find(|a| a.address == *from);
        account.ok_or_else(|| Refusal::NotFound(format!("account = {from}")))?.address = to;
        Ok(())
    }

    /// Creates an empty account on a host.
    pub(crate) fn create_on_host(&mut self, hostname: &str, address: EmailAddress, password: &str) -> Result<(), Refusal> {
        let mail = self.number().unsigned_abs();
        let salt = derived(self.seed, "salt", &mail.to_string(), 16);
        let host = self.host_mut(hostname)?;
        if host.accounts.iter().any(|a| a.address == address) {
            return Err(Refusal::AddressTaken);
        }
        if let Some(trouble) = password_trouble(password, SHORTEST_PASSWORD, address.local()) {
            return Err(Refusal::Invalid(trouble));
        }
        host.accounts.push(PlainAccount { mail, address, password: Verifier::of(password, salt) });
        Ok(())
    }
}
