//! Who may log in over IMAP: an address on a host leads to somebody's mail, whatever the address was before.

use super::handle::{World, mail_key};
use super::seed::{FOREIGN_HOST, PLAIN_HOST};
use super::state::{AccountState, Condition, Obstacle, ServiceState, State};
use crate::domain::Platform;
use crate::sandbox::mail::{AccountKey, Dialect, Directory, LoginRefusal, Template};

/// How the servers of a host speak, where no service of a world is known ([`World::dialect`] knows them).
pub fn dialect_of(host: &str) -> Dialect {
    match host {
        FOREIGN_HOST => Dialect::Dovecot,
        PLAIN_HOST => Dialect::DovecotSlash,
        _ => Dialect::Exchange,
    }
}

/// With which mailboxes an account of a host begins.
pub fn template_of(host: &str) -> Template {
    template_for(dialect_of(host))
}

/// With which mailboxes an account on a server of this dialect begins.
pub const fn template_for(dialect: Dialect) -> Template {
    if dialect.is_exchange() { Template::Exchange } else { Template::Dovecot }
}

impl State {
    /// A host may stand before several services: who logs in says which.
    fn login(&self, host: &str, user: &str, password: &str) -> Result<u64, LoginRefusal> {
        let address = user.parse().map_err(|_| LoginRefusal::WrongPassword)?;
        let mut here = self.services.iter().filter(|service| service.hostname == host);
        if let Some((service, account)) = here.find_map(|s| Some((s, s.accounts.iter().find(|a| a.is_configured && a.address == address)?)))
        {
            let is_right = account.password.as_ref().is_some_and(|p| p.accepts(self.seed, password));
            return if is_right { service.opens(account) } else { Err(LoginRefusal::WrongPassword) };
        }
        let host = self.hosts.iter().find(|h| h.hostname == host).ok_or(LoginRefusal::WrongPassword)?;
        let account = host.accounts.iter().find(|a| a.address == address).ok_or(LoginRefusal::WrongPassword)?;
        if account.password.accepts(self.seed, password) { Ok(account.mail) } else { Err(LoginRefusal::WrongPassword) }
    }

    /// On which platform somebody is who logs in at a host.
    fn platform_of(&self, host: &str, user: &str) -> Option<Platform> {
        let here = || self.services.iter().filter(|service| service.hostname == host);
        let knows = |service: &&ServiceState| service.accounts.iter().any(|account| account.address.to_string().eq_ignore_ascii_case(user));
        here().find(knows).or_else(|| here().next()).map(|service| service.id.platform)
    }
}

impl ServiceState {
    /// Whether the right password opens an account. Whoever is here comes from none of the networks that are allowed.
    fn opens(&self, account: &AccountState) -> Result<u64, LoginRefusal> {
        if self.condition == Condition::Expired || account.obstacle == Some(Obstacle::Migrating) || self.is_being_made(account) {
            return Err(LoginRefusal::WrongPassword);
        }
        let is_open = self.is_imap_enabled && account.obstacle.is_none() && self.networks.is_empty() && !account.is_blocked;
        if is_open { Ok(account.mail) } else { Err(LoginRefusal::ImapDisabled) }
    }
}

impl World {
    /// How the server of a host speaks: by the platform behind it.
    pub fn dialect(&self, host: &str) -> Dialect {
        let by_platform = || self.look(|state, _| state.platform_of(host, "")).map(spoken_by);
        if [FOREIGN_HOST, PLAIN_HOST].contains(&host) { dialect_of(host) } else { by_platform().unwrap_or_else(|| dialect_of(host)) }
    }
}

/// The dialect of a platform.
pub const fn spoken_by(platform: Platform) -> Dialect {
    match platform {
        Platform::Exchange | Platform::EmailPro | Platform::MxPlan => Dialect::Exchange,
        Platform::MxPlanZimbra | Platform::Zimbra => Dialect::Zimbra,
        Platform::MxPlanLegacy | Platform::Imap => Dialect::Dovecot,
    }
}

impl Directory for World {
    fn authenticate(&self, host: &str, user: &str, password: &str) -> Result<AccountKey, LoginRefusal> {
        let mail = self.look(|state, _| state.login(host, user, password))?;
        let key = mail_key(mail);
        // A store that cannot be begun now shows as a login that fails, and is begun at the next.
        let platform = self.look(|state, _| state.platform_of(host, user));
        let template = platform.map_or_else(|| template_of(host), |platform| template_for(spoken_by(platform)));
        self.mail().create_empty(&key, template).map_err(|_| LoginRefusal::WrongPassword)?;
        Ok(key)
    }
}
