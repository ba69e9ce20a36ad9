//! Who may log in over IMAP: an address on a host leads to somebody's mail, whatever the address was before.

use super::handle::{World, mail_key};
use super::seed::{FOREIGN_HOST, PLAIN_HOST};
use super::state::State;
use crate::sandbox::mail::{AccountKey, Dialect, Directory, LoginRefusal, Template};

/// How the servers of a host speak.
pub fn dialect_of(host: &str) -> Dialect {
    match host {
        FOREIGN_HOST => Dialect::Dovecot,
        PLAIN_HOST => Dialect::DovecotSlash,
        _ => Dialect::Exchange,
    }
}

/// With which mailboxes an account of a host begins.
pub fn template_of(host: &str) -> Template {
    if dialect_of(host).is_exchange() { Template::Exchange } else { Template::Dovecot }
}

impl State {
    fn login(&self, host: &str, user: &str, password: &str) -> Result<u64, LoginRefusal> {
        let address = user.parse().map_err(|_| LoginRefusal::WrongPassword)?;
        if let Some(service) = self.services.iter().find(|s| s.hostname == host) {
            let account = service.accounts.iter().find(|a| a.is_configured && a.address == address);
            let account = account.ok_or(LoginRefusal::WrongPassword)?;
            let is_right = account.password.as_ref().is_some_and(|p| p.accepts(self.seed, password));
            return match (is_right, service.is_imap_enabled) {
                (false, _) => Err(LoginRefusal::WrongPassword),
                (true, false) => Err(LoginRefusal::ImapDisabled),
                (true, true) => Ok(account.mail),
            };
        }
        let host = self.hosts.iter().find(|h| h.hostname == host).ok_or(LoginRefusal::WrongPassword)?;
        let account = host.accounts.iter().find(|a| a.address == address).ok_or(LoginRefusal::WrongPassword)?;
        if account.password.accepts(self.seed, password) { Ok(account.mail) } else { Err(LoginRefusal::WrongPassword) }
    }
}

impl Directory for World {
    fn authenticate(&self, host: &str, user: &str, password: &str) -> Result<AccountKey, LoginRefusal> {
        let mail = self.look(|state, _| state.login(host, user, password))?;
        let key = mail_key(mail);
        // A store that cannot be begun now shows as a login that fails, and is begun at the next.
        self.mail().create_empty(&key, template_of(host)).map_err(|_| LoginRefusal::WrongPassword)?;
        Ok(key)
    }
}
