//! Opens connections: dial, secure, greet, log in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rustls::ClientConfig;

use super::appending::Caution;
use super::connection::ImapConnection;
use super::conversation::Conversation;
use super::dial::{dial, secure};
use super::login::{Greeting, greeting, log_in, start_tls};
use super::transport::{Duplex, Traffic};
use crate::adapters::address_book::AddressBook;
use crate::adapters::tls::Trust;
use crate::domain::{Capabilities, CertificatePin, ImapEndpoint, Security};
use crate::ports::{Login, MailConnection, MailError, MailStore};

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name, TCP and TLS, each.
    pub connect: Duration,
    /// Without a byte of progress until the login is through.
    pub login: Duration,
    /// Without a byte of progress afterwards; slow uploads are progress.
    pub inactivity: Duration,
    /// For the goodbye.
    pub logout: Duration,
}

impl Default for Timeouts {
    /// 20 s, 60 s, 5 min, 2 s.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(20), login: seconds(60), inactivity: seconds(300), logout: seconds(2) }
    }
}

/// Opens IMAP connections.
#[derive(Debug)]
pub struct ImapStore {
    trust: Trust,
    book: AddressBook,
    timeouts: Timeouts,
    traffic: Traffic,
    /// One per pin: TLS sessions are resumed within one configuration, and a pin must not see another's sessions.
    configs: Mutex<HashMap<Option<CertificatePin>, Arc<ClientConfig>>>,
    cautions: Mutex<HashMap<(ImapEndpoint, String), Caution>>,
}

impl ImapStore {
    /// A store that trusts `trust`, finds hosts in `book` first, and waits as `timeouts` say.
    pub fn new(trust: Trust, book: AddressBook, timeouts: Timeouts) -> Self {
        Self { trust, book, timeouts, traffic: Traffic::default(), configs: Mutex::default(), cautions: Mutex::default() }
    }

    /// Bytes over all connections, for meters.
    pub fn traffic(&self) -> Traffic {
        self.traffic.clone()
    }

    fn config(&self, endpoint: &ImapEndpoint) -> Result<Arc<ClientConfig>, MailError> {
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = configs.get(&endpoint.pin) {
            return Ok(Arc::clone(config));
        }
        let config = self
            .trust
            .client_config(endpoint.pin.as_ref())
            .map_err(|error| MailError::Tls { host: endpoint.to_string(), cause: error.to_string() })?;
        let config = Arc::new(config);
        configs.insert(endpoint.pin.clone(), Arc::clone(&config));
        Ok(config)
    }

    fn caution(&self, endpoint: &ImapEndpoint, user: &str) -> Caution {
        let mut cautions = self.cautions.lock().unwrap_or_else(PoisonError::into_inner);
        cautions.entry((endpoint.clone(), user.to_owned())).or_default().clone()
    }

    fn talk(&self, stream: Box<dyn Duplex>) -> Conversation {
        Conversation::new(stream, self.timeouts.login, self.traffic.clone())
    }

    async fn tls(&self, stream: Box<dyn Duplex>, endpoint: &ImapEndpoint) -> Result<Box<dyn Duplex>, MailError> {
        secure(stream, endpoint, self.config(endpoint)?, self.timeouts.connect).await
    }

    /// A protected conversation after its greeting.
    async fn greeted(&self, endpoint: &ImapEndpoint) -> Result<(Conversation, Greeting), MailError> {
        let stream: Box<dyn Duplex> = Box::new(dial(endpoint, &self.book, self.timeouts.connect).await?);
        match endpoint.security {
            Security::ClearTextLoopback => self.greet(stream, endpoint).await,
            Security::Tls => self.greet(self.tls(stream, endpoint).await?, endpoint).await,
            Security::StartTls => {
                let (mut clear, mut greeting) = self.greet(stream, endpoint).await?;
                start_tls(&mut clear, endpoint).await?;
                let (stream, said_more) = clear.into_stream();
                if said_more {
                    let cause = "the server sent more in clear text before TLS began; somebody may have put it there".to_owned();
                    return Err(MailError::Tls { host: endpoint.to_string(), cause });
                }
                // What was said in clear text about capabilities may be forged.
                greeting.abilities = None;
                Ok((self.talk(self.tls(stream, endpoint).await?), greeting))
            }
        }
    }

    async fn greet(&self, stream: Box<dyn Duplex>, endpoint: &ImapEndpoint) -> Result<(Conversation, Greeting), MailError> {
        let mut conversation = self.talk(stream);
        let greeting = greeting(&mut conversation, endpoint).await?;
        Ok((conversation, greeting))
    }
}

#[async_trait]
impl MailStore for ImapStore {
    async fn connect(&self, endpoint: &ImapEndpoint, login: &Login) -> Result<Box<dyn MailConnection>, MailError> {
        let (mut conversation, greeting) = self.greeted(endpoint).await?;
        let welcome = log_in(&mut conversation, endpoint, login, &greeting).await?;
        conversation.set_patience(self.timeouts.inactivity);
        Ok(Box::new(ImapConnection {
            capabilities: Capabilities { delimiter: welcome.namespace.delimiter, ..welcome.abilities.to_capabilities(&greeting.text) },
            abilities: welcome.abilities,
            namespace: welcome.namespace,
            conversation,
            opened: None,
            proven: std::collections::HashSet::default(),
            caution: self.caution(endpoint, &login.user),
            appends_in_a_row: 0,
            goodbye: self.timeouts.logout,
        }))
    }
}
