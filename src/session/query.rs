//! Questions whose answers are not journaled: a front end asks, the engine looks.

use crate::domain::{
    Account, ApiEndpoint, AttachedDomain, ByteSize, Capabilities, Credential, DomainName, ImapEndpoint, MailboxId, MigrationId, Quota,
    Secret, SecretRef, Service, ServiceId, Uid,
};

use super::ApiAccess;

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// A consumer key with the rights that a migration needs; it is kept under `consumer_key`.
    RequestConsumerKey {
        /// Where the API is.
        endpoint: ApiEndpoint,
        /// Where the application key is kept.
        application_key: SecretRef,
        /// Where the application secret is kept.
        application_secret: SecretRef,
        /// Where to keep the new key.
        consumer_key: SecretRef,
    },
    /// State, rights and expiry of the consumer key; a missing right is a problem that names it.
    CheckCredential {
        /// Where and with what.
        access: ApiAccess,
    },
    /// Services of the connected account.
    Services,
    /// Accounts of one service.
    Accounts {
        /// Which.
        service: ServiceId,
    },
    /// A domain as a service sees it.
    Domain {
        /// Service.
        service: ServiceId,
        /// Domain.
        domain: DomainName,
    },
    /// Does this login work?
    TestLogin {
        /// Server.
        endpoint: ImapEndpoint,
        /// User name.
        user: String,
        /// Where the password is kept.
        secret: SecretRef,
    },
    /// Does this login work? Nothing else is asked: it costs as few round trips as can be.
    ProveLogin {
        /// Server.
        endpoint: ImapEndpoint,
        /// User name.
        user: String,
        /// Where the password is kept.
        secret: SecretRef,
    },
    /// Which secrets that the session needs are not there (after a restart without a keyring)?
    MissingSecrets,
    /// The password of a new account, to be shown to the person once they ask for it.
    TargetPassword {
        /// Of which migration.
        migration: MigrationId,
    },
    /// The refused messages of a migration.
    Refused {
        /// Which.
        migration: MigrationId,
    },
}

/// An account that can be chosen, with the service that it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFound {
    /// Service.
    pub service: ServiceId,
    /// Account.
    pub account: Account,
}

/// A login that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginProof {
    /// What the server can do.
    pub capabilities: Capabilities,
    /// Number of mailboxes.
    pub mailboxes: usize,
    /// Messages in the inbox.
    pub inbox_messages: u32,
    /// Storage, where the server says it.
    pub quota: Option<Quota>,
}

/// A message that the target does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedMessage {
    /// Mailbox.
    pub mailbox: MailboxId,
    /// UID at the source.
    pub uid: Uid,
    /// Size.
    pub size: ByteSize,
    /// The server's words.
    pub reason: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The page that the person opens.
    ValidationUrl(String),
    /// The key's state.
    Credential(Credential),
    /// Services.
    Services(Vec<Service>),
    /// Accounts.
    Accounts(Vec<AccountFound>),
    /// A domain, or none.
    Domain(Option<AttachedDomain>),
    /// The login works.
    Login(LoginProof),
    /// The login works, and nothing else was asked.
    LoginProven,
    /// Secrets that are not there.
    MissingSecrets(Vec<SecretRef>),
    /// A password; none when it is not kept any more.
    Password(Option<Secret>),
    /// Refused messages.
    Refused(Vec<RefusedMessage>),
}
