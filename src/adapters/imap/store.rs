//! Opens connections: dial, secure, greet, log in.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rustls::ClientConfig;

use super::appending::Caution;
use super::ceiling::Ceiling;
use super::command::Command;
use super::compression::{Compression, Pace, packed};
use super::connection::ImapConnection;
use super::conversation::Conversation;
use super::dial::{dial, secure};
use super::login::{Greeting, greeting, log_in, start_tls};
use super::namespace::Namespace;
use super::reply::Status;
use super::spill::{Spilling, Spills};
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
    spills: Spills,
    compression: Compression,
    paces: Mutex<HashMap<ImapEndpoint, Pace>>,
    /// One per pin: TLS sessions are resumed within one configuration, and a pin must not see another's sessions.
    configs: Mutex<HashMap<Option<CertificatePin>, Arc<ClientConfig>>>,
    lessons: Mutex<HashMap<(ImapEndpoint, String), Lessons>>,
}

/// What was learnt about an account on earlier connections.
#[derive(Debug, Clone, Default)]
struct Lessons {
    caution: Caution,
    ceiling: Ceiling,
    namespace: Arc<OnceLock<Namespace>>,
}

impl ImapStore {
    /// A store that trusts `trust`, finds hosts in `book` first, and waits as `timeouts` say.
    pub fn new(trust: Trust, book: AddressBook, timeouts: Timeouts) -> Self {
        Self {
            trust,
            book,
            timeouts,
            traffic: Traffic::default(),
            spills: Spills::default(),
            compression: Compression::default(),
            paces: Mutex::default(),
            configs: Mutex::default(),
            lessons: Mutex::default(),
        }
    }

    /// The same with other rules about bodies that are too long for memory.
    #[must_use]
    pub fn spilling(self, spilling: Spilling) -> Self {
        Self { spills: Spills::by(spilling), ..self }
    }

    /// The same with another rule about which connections are packed.
    #[must_use]
    pub fn compressing(self, compression: Compression) -> Self {
        Self { compression, ..self }
    }

    /// Bytes over all connections, for meters; those of a packed connection as they are unpacked.
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

    fn lessons(&self, endpoint: &ImapEndpoint, user: &str) -> Lessons {
        let mut lessons = self.lessons.lock().unwrap_or_else(PoisonError::into_inner);
        lessons.entry((endpoint.clone(), user.to_owned())).or_default().clone()
    }

    fn talk(&self, stream: Box<dyn Duplex>) -> Conversation {
        Conversation::new(stream, self.timeouts.login, self.traffic.clone(), self.spills.clone())
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

    /// The same conversation, packed from now on; as it is where the server refuses after all.
    async fn packed(&self, mut conversation: Conversation) -> Result<Conversation, MailError> {
        let outcome = conversation.ask(&Command::new("COMPRESS DEFLATE"), |_| {}).await?;
        if outcome.status != Status::Ok {
            return Ok(conversation);
        }
        let (stream, said_more) = conversation.into_stream();
        if said_more {
            return Err(MailError::Protocol("the server said more before it packed what it says".to_owned()));
        }
        Ok(self.talk(packed(stream)))
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
        let lessons = self.lessons(endpoint, &login.user);
        let welcome = log_in(&mut conversation, endpoint, login, &greeting, lessons.namespace.get().cloned()).await?;
        let namespace = lessons.namespace.get_or_init(|| welcome.namespace).clone();
        let pace = self.paces.lock().unwrap_or_else(PoisonError::into_inner).entry(endpoint.clone()).or_default().clone();
        let mut pace = Some(pace);
        if welcome.abilities.has("COMPRESS=DEFLATE") && pace.as_ref().is_some_and(|pace| self.compression.is_worth_it(pace)) {
            conversation = self.packed(conversation).await?;
            pace = None;
        }
        conversation.set_patience(self.timeouts.inactivity);
        let capabilities = Capabilities { delimiter: namespace.delimiter, ..welcome.abilities.to_capabilities(&greeting.text) };
        if let Some(limit) = capabilities.append_limit {
            lessons.ceiling.learn(limit.0);
        }
        Ok(Box::new(ImapConnection {
            capabilities,
            family: welcome.abilities.family(&greeting.text),
            abilities: welcome.abilities,
            namespace,
            conversation,
            opened: None,
            proven: HashSet::default(),
            caution: lessons.caution,
            ceiling: lessons.ceiling,
            pace,
            appends_in_a_row: 0,
            goodbye: self.timeouts.logout,
        }))
    }
}
