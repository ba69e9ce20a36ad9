//! The customer's API account: services, accounts, domains, the DNS zone.
//!
//! The same words for every platform; what differs (routes, units, field names) stays in the adapter.
//! Nothing here waits for an operation: an act returns once it was accepted, and the engine looks until the object is as wanted.

use crate::domain::{
    AccessRule, Account, ApiEndpoint, AttachedDomain, ByteSize, Credential, DomainName, DomainType, EmailAddress, Feature, FeatureOwner,
    MailAccess, MigrationCheck, ObjectState, OperationId, Secret, Service, ServiceContacts, ServiceId, ZoneRecord,
};
use crate::problem::{Disposition, Problem, ProblemCode, Troubling};
use async_trait::async_trait;

/// With what the API is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiKeys {
    /// The three parts of an application-key credential: calls are signed.
    Application {
        /// Application key.
        application_key: Secret,
        /// Application secret.
        application_secret: Secret,
        /// Consumer key; absent before one was made.
        consumer_key: Option<Secret>,
    },
    /// A service account (OAuth2 client credentials): its token is fetched, and fetched anew before it ends.
    Client {
        /// Client id.
        client_id: Secret,
        /// Client secret.
        client_secret: Secret,
    },
    /// A ready access token.
    Token {
        /// It.
        access_token: Secret,
    },
}

impl ApiKeys {
    /// The same application with another consumer key, or none; other keys stay as they are.
    #[must_use]
    pub fn with_consumer_key(self, key: Option<Secret>) -> Self {
        match self {
            Self::Application { application_key, application_secret, .. } => {
                Self::Application { application_key, application_secret, consumer_key: key }
            }
            other => other,
        }
    }

    /// All its secrets, in the order of [`crate::session::ApiCredential::secrets`].
    pub fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::Application { application_key, application_secret, consumer_key } => {
                [application_key, application_secret].into_iter().chain(consumer_key).collect()
            }
            Self::Client { client_id, client_secret } => vec![client_id, client_secret],
            Self::Token { access_token } => vec![access_token],
        }
    }
}

/// An account to be made where there are no placeholders ([`crate::domain::SeatModel`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Its address.
    pub address: EmailAddress,
    /// Its password: these platforms ask for it when the account is made.
    pub password: Secret,
    /// Display name.
    pub display_name: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// So much mail will be put into it: the smallest free offer that holds it is taken.
    pub holds: ByteSize,
}

/// Answer to `POST /auth/credential`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerKeyRequest {
    /// The page that the person opens to accept.
    pub validation_url: String,
    /// The key, useless until accepted.
    pub consumer_key: Secret,
}

/// What a free seat shall become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatRequest {
    /// The placeholder.
    pub seat: EmailAddress,
    /// Its new address.
    pub address: EmailAddress,
    /// Display name.
    pub display_name: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
}

/// Failures of the API, by meaning. Each carries the `X-OVH-QUERYID` where there was an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// No answer: name, connection, TLS or time-out. Whether a request was carried out is not known.
    #[error("no answer from the API: {0}")]
    Unreachable(String),
    /// 403 `INVALID_KEY`, `INVALID_CREDENTIAL`, `NOT_CREDENTIAL`; a bad signature.
    #[error("the API keys are refused: {message} (query {query_id})")]
    KeysRefused {
        /// What the API said.
        message: String,
        /// Query id.
        query_id: String,
    },
    /// The consumer key has expired or was revoked.
    #[error("the consumer key has expired (query {query_id})")]
    KeyExpired {
        /// Query id.
        query_id: String,
    },
    /// 403 `NOT_GRANTED_CALL` or an IAM refusal.
    #[error("access rule missing: {method} {path} (query {query_id})")]
    RuleMissing {
        /// Method of the refused call.
        method: String,
        /// Path of the refused call.
        path: String,
        /// Query id.
        query_id: String,
    },
    /// 404.
    #[error("not found: {message} (query {query_id})")]
    NotFound {
        /// What the API said.
        message: String,
        /// Query id.
        query_id: String,
    },
    /// 409: another action runs on the object.
    #[error("another operation is running: {message} (query {query_id})")]
    InProgress {
        /// What the API said.
        message: String,
        /// Query id.
        query_id: String,
    },
    /// `Email address is already used.`
    #[error("the address is already used (query {query_id})")]
    AddressTaken {
        /// Query id.
        query_id: String,
    },
    /// No free seat, slot or number is left.
    #[error("no free account is left: {message} (query {query_id})")]
    NoSeat {
        /// What the API said.
        message: String,
        /// Query id.
        query_id: String,
    },
    /// The platform does not take this password.
    #[error("the password is refused: {message} (query {query_id})")]
    PasswordRefused {
        /// What the API said.
        message: String,
        /// Query id.
        query_id: String,
    },
    /// 429, or a server that says it is busy.
    #[error("too many calls, wait {wait_millis} ms (query {query_id})")]
    TooMany {
        /// At least this long; 0 when the API did not say.
        wait_millis: u64,
        /// Query id.
        query_id: String,
    },
    /// 460: the service has expired.
    #[error("the service has expired (query {query_id})")]
    Expired {
        /// Query id.
        query_id: String,
    },
    /// 400 and other refusals of what was asked.
    #[error("refused: {message} (query {query_id})")]
    Refused {
        /// What the API said.
        message: String,
        /// Query id.
        query_id: String,
    },
    /// 5xx.
    #[error("the API failed: {status} {message} (query {query_id})")]
    Failed {
        /// HTTP status.
        status: u16,
        /// What the API said.
        message: String,
        /// Query id.
        query_id: String,
    },
    /// An answer that cannot be read.
    #[error("the API's answer cannot be read: {message} (query {query_id})")]
    NotUnderstood {
        /// What was wrong.
        message: String,
        /// Query id.
        query_id: String,
    },
}

/// Opens the customer's API account.
#[async_trait]
pub trait PlatformGate: Send + Sync {
    /// A client for these keys. Does no more than agree on the time (`GET /auth/time`).
    ///
    /// # Errors
    /// [`ApiError`] when the end point does not answer.
    async fn open(&self, endpoint: &ApiEndpoint, keys: &ApiKeys) -> Result<Box<dyn PlatformApi>, ApiError>;

    /// Asks for a consumer key with these rights (`POST /auth/credential`).
    ///
    /// # Errors
    /// [`ApiError`] when the application is unknown or the end point does not answer.
    async fn request_consumer_key(
        &self,
        endpoint: &ApiEndpoint,
        keys: &ApiKeys,
        rules: &[AccessRule],
    ) -> Result<ConsumerKeyRequest, ApiError>;
}

/// The customer's API account. All methods fail with [`ApiError`].
#[async_trait]
pub trait PlatformApi: Send + Sync {
    /// `GET /auth/currentCredential`.
    async fn credential(&self) -> Result<Credential, ApiError>;
    /// All services that can be source or target here.
    async fn services(&self) -> Result<Vec<Service>, ApiError>;
    /// All accounts of a service, placeholders included.
    async fn accounts(&self, service: &ServiceId) -> Result<Vec<Account>, ApiError>;
    /// One account, or `None` when there is none of this address.
    async fn account(&self, service: &ServiceId, address: &EmailAddress) -> Result<Option<Account>, ApiError>;
    /// Starts the rename (PUT, answers nothing).
    async fn rename_account(&self, service: &ServiceId, from: &EmailAddress, to: &EmailAddress) -> Result<(), ApiError>;
    /// Starts turning a placeholder into an account (PUT, answers nothing).
    async fn configure_seat(&self, service: &ServiceId, request: &SeatRequest) -> Result<(), ApiError>;
    /// Starts making an account where there are no placeholders: `POST`, with the password. It is there when [`Self::account`] says so.
    async fn create_account(&self, service: &ServiceId, request: &NewAccount) -> Result<OperationId, ApiError>;
    /// Starts a change of password.
    async fn change_password(&self, service: &ServiceId, address: &EmailAddress, password: &Secret) -> Result<OperationId, ApiError>;
    /// Starts turning an account back into a placeholder, or deleting it where there are none: **its mail is deleted by the platform**.
    async fn reset_account(&self, service: &ServiceId, address: &EmailAddress) -> Result<OperationId, ApiError>;
    /// Whether an operation of a service is still listed as not done. `None`: it is not known any more, which is how finished ones look.
    async fn operation(&self, service: &ServiceId, id: OperationId) -> Result<Option<ObjectState>, ApiError>;
    /// An attached domain, or `None`.
    async fn domain(&self, service: &ServiceId, name: &DomainName) -> Result<Option<AttachedDomain>, ApiError>;
    /// What stands between a right password and the mail of an account.
    async fn mail_access(&self, service: &ServiceId, address: &EmailAddress) -> Result<MailAccess, ApiError>;
    /// Who is responsible for a service (`…/serviceInfos`); `None` where the platform does not say it.
    async fn contacts(&self, service: &ServiceId) -> Result<Option<ServiceContacts>, ApiError>;
    /// Starts attaching a domain, with none of its DNS configured automatically.
    async fn attach_domain(&self, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), ApiError>;
    /// Starts changing the type of an attached domain; nothing where the platform knows no types (Zimbra).
    async fn set_domain_type(&self, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), ApiError>;
    /// Starts detaching a domain.
    async fn detach_domain(&self, service: &ServiceId, name: &DomainName) -> Result<(), ApiError>;
    /// What belongs to an account, or to a domain of the service, besides mail: in the order in which it can be made elsewhere. What the
    /// platform does not know is not there.
    async fn features(&self, service: &ServiceId, owner: &FeatureOwner) -> Result<Vec<Feature>, ApiError>;
    /// Starts adding a feature. Addresses of other accounts are translated into the numbers that they have on this service; one that is
    /// not there is [`ApiError::NotFound`], a feature that the platform cannot hold [`ApiError::Refused`].
    async fn add_feature(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<(), ApiError>;
    /// Starts removing a feature; none there is fine.
    async fn remove_feature(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<(), ApiError>;
    /// Free seats of a service into which the platform itself would migrate an account of a legacy MX Plan; empty: it does not offer it.
    async fn migration_seats(&self, from: &ServiceId, address: &EmailAddress, to: &ServiceId) -> Result<Vec<EmailAddress>, ApiError>;
    /// What the platform says before it migrates (`checkMigrate`).
    async fn check_migration(
        &self,
        from: &ServiceId,
        address: &EmailAddress,
        to: &ServiceId,
        seat: &EmailAddress,
    ) -> Result<MigrationCheck, ApiError>;
    /// Starts the platform's own migration: **it cannot be cancelled, and the old mailbox cannot be opened any more**. `password` is the
    /// account's own.
    async fn migrate_account(
        &self,
        from: &ServiceId,
        address: &EmailAddress,
        to: &ServiceId,
        seat: &EmailAddress,
        password: &Secret,
    ) -> Result<OperationId, ApiError>;
    /// The records of the zone whose type matters for mail (MX, TXT, SPF, DKIM, DMARC, SRV, CNAME), or `None` when the zone is not in this account.
    async fn zone_records(&self, zone: &DomainName) -> Result<Option<Vec<ZoneRecord>>, ApiError>;
    /// The zone as text (`GET /domain/zone/{zone}/export`): the backup.
    async fn zone_export(&self, zone: &DomainName) -> Result<String, ApiError>;
    /// Adds a record; takes effect with [`Self::zone_refresh`].
    async fn zone_add(&self, zone: &DomainName, record: &ZoneRecord) -> Result<(), ApiError>;
    /// Replaces target and TTL of the record with this id.
    async fn zone_update(&self, zone: &DomainName, record: &ZoneRecord) -> Result<(), ApiError>;
    /// Removes the record with this id; none there is fine.
    async fn zone_remove(&self, zone: &DomainName, id: i64) -> Result<(), ApiError>;
    /// Publishes the changes (`POST /domain/zone/{zone}/refresh`).
    async fn zone_refresh(&self, zone: &DomainName) -> Result<(), ApiError>;
}

impl Troubling for ApiError {
    fn problem(&self) -> Problem {
        use ProblemCode as C;
        let (code, query_id) = match self {
            Self::Unreachable(_) => (C::ApiUnreachable, None),
            Self::KeysRefused { query_id, .. } => (C::ApiKeysRefused, Some(query_id)),
            Self::KeyExpired { query_id } => (C::ConsumerKeyExpired, Some(query_id)),
            Self::RuleMissing { query_id, .. } => (C::AccessRuleMissing, Some(query_id)),
            Self::NotFound { query_id, .. } => (C::AccountMissing, Some(query_id)),
            Self::InProgress { query_id, .. } => (C::OperationInProgress, Some(query_id)),
            Self::AddressTaken { query_id } => (C::AddressTaken, Some(query_id)),
            Self::NoSeat { query_id, .. } => (C::NoFreeSeat, Some(query_id)),
            Self::PasswordRefused { query_id, .. } => (C::PasswordRefused, Some(query_id)),
            Self::TooMany { query_id, .. } => (C::Throttled, Some(query_id)),
            Self::Expired { query_id } => (C::ServiceSuspended, Some(query_id)),
            Self::Refused { query_id, .. } | Self::Failed { query_id, .. } => (C::ApiFailed, Some(query_id)),
            Self::NotUnderstood { query_id, .. } => (C::ApiNotUnderstood, Some(query_id)),
        };
        let mut problem = Problem::new(code).because(self);
        if let Some(query_id) = query_id {
            problem = problem.with("query-id", query_id);
        }
        match self {
            Self::RuleMissing { method, path, .. } => problem.with("rule", format!("{method} {path}")),
            Self::TooMany { wait_millis, .. } => problem.disposed(Disposition::RetryAfter(*wait_millis)),
            Self::Failed { .. } => problem.disposed(Disposition::RetryAfter(0)),
            _ => problem,
        }
    }
}
