//! The door without sockets: the ports on the world's own state, with the refusals and half-effects of a server.
//!
//! For crash tests: no real time passes, every await is a place at which a test can stop, and a frozen cut stops there by itself.
//! The door stands for a server and a careful client of it: it never says more like commands in a row than a server bears.

mod connection;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;

use self::connection::{Connection, after, before};
use super::access::{Dialect, Directory, LoginRefusal};
use super::conduct::Conduct;
use super::faults::Oddity;
use super::refused::Refused;
use super::rules;
use super::visit::Visit;
use super::world::MailWorld;
use crate::domain::{Capabilities, ImapEndpoint};
use crate::ports::{Login, MailConnection, MailError, MailStore};

/// The mail servers of the world, without sockets.
#[derive(Clone)]
pub struct InProcessMail {
    world: MailWorld,
    directory: Arc<dyn Directory>,
    hosts: HashMap<String, Dialect>,
}

impl InProcessMail {
    /// Servers by host name; whoever logs in is asked for at the directory.
    pub fn new(world: MailWorld, directory: Arc<dyn Directory>, hosts: HashMap<String, Dialect>) -> Self {
        Self { world, directory, hosts }
    }
}

#[async_trait]
impl MailStore for InProcessMail {
    async fn connect(&self, endpoint: &ImapEndpoint, login: &Login) -> Result<Box<dyn MailConnection>, MailError> {
        let dialect = *self.hosts.get(&endpoint.host).ok_or_else(|| MailError::UnknownHost(endpoint.host.clone()))?;
        let mut gate = self.world.faults().gate(&endpoint.host, dialect);
        let (host, user) = (endpoint.to_string(), login.user.clone());
        let mut lost = false;
        gate.begin("LOGIN");
        gate.hear("LOGIN");
        before(&gate, &mut lost).await?;
        if let Some(refused) = gate.answers() {
            return Err(login_refused(host, user, refused));
        }
        let answer = self.directory.authenticate(&endpoint.host, &login.user, login.password.expose());
        let key = answer.map_err(|refusal| {
            let text = rules::login_text(dialect, refusal).to_owned();
            match refusal {
                LoginRefusal::WrongPassword => MailError::Login { host: host.clone(), user: user.clone(), text },
                LoginRefusal::ImapDisabled | LoginRefusal::MustChangePassword => {
                    MailError::NotAllowed { host: host.clone(), user: user.clone(), text }
                }
            }
        })?;
        let visit = Visit::begin(&self.world, &key, dialect).map_err(|r| MailError::NotAllowed {
            host: host.clone(),
            user: user.clone(),
            text: r.text,
        })?;
        gate.enter(&key);
        if gate.is_odd(Oddity::NotConnected) {
            return Err(MailError::NotAllowed { host, user, text: "User is authenticated but not connected.".to_owned() });
        }
        after(&gate, &mut lost).await?;
        let conduct = Conduct::new(dialect);
        Ok(Box::new(Connection { visit, dialect, gate, conduct, capabilities: capabilities(dialect), open: None, lost }))
    }
}

/// What a refused login means, from its words.
fn login_refused(host: String, user: String, refused: Refused) -> MailError {
    let text = refused.text;
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["not connected", "must be changed", "disabled"]) {
        MailError::NotAllowed { host, user, text }
    } else if says(&["UNAVAILABLE", "try again", "INUSE"]) {
        MailError::Unreachable { host, cause: text }
    } else {
        MailError::Login { host, user, text }
    }
}

/// What a dialect advertises.
fn capabilities(dialect: Dialect) -> Capabilities {
    let manners = dialect.manners();
    Capabilities {
        line: manners.capabilities.to_owned(),
        has_multiappend: manners.has("MULTIAPPEND"),
        has_literal_plus: manners.has("LITERAL+"),
        has_uidplus: manners.has("UIDPLUS"),
        has_special_use: manners.has("SPECIAL-USE") || manners.has("XLIST"),
        can_create_special_use: manners.has("CREATE-SPECIAL-USE"),
        has_quota: manners.has("QUOTA"),
        has_condstore: manners.has("CONDSTORE"),
        keeps_bytes: !dialect.is_exchange(),
        delimiter: Some(dialect.delimiter()),
        append_limit: None,
    }
}
