//! Opens the customer's API account: HTTP clients, trust, the server's time, consumer keys.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Url;
use tokio::sync::Semaphore;

use super::api::OvhApi;
use super::auth_wire::{CredentialAnswer, CredentialQuestion};
use super::client::{Client, PARALLEL_CALLS};
use super::transport::{Transport, http_builder};
use crate::adapters::Trust;
use crate::adapters::clock::SystemClock;
use crate::domain::{AccessRule, ApiEndpoint, Secret};
use crate::ports::{ApiError, ApiKeys, Clock, ConsumerKeyRequest, PlatformApi, PlatformGate};

/// How the API is reached.
#[derive(Clone)]
pub struct OvhOptions {
    /// Whom to trust beyond the system's authorities.
    pub trust: Trust,
    /// Hosts that lead to fixed addresses; the port counts when the URL has none. No proxy is used for them.
    pub resolve: Vec<(String, SocketAddr)>,
    /// The longest that one call may take, answer included.
    pub timeout: Duration,
    /// `User-Agent`.
    pub user_agent: String,
    /// Local time, for the signature.
    pub clock: Arc<dyn Clock>,
}

impl Default for OvhOptions {
    fn default() -> Self {
        Self {
            trust: Trust::default(),
            resolve: Vec::new(),
            timeout: Duration::from_mins(1),
            user_agent: concat!("mailferry/", env!("CARGO_PKG_VERSION")).to_owned(),
            clock: Arc::new(SystemClock),
        }
    }
}

/// The OVHcloud API. All accounts opened through one gate share its limit of calls at the same time.
pub struct OvhGate {
    options: OvhOptions,
    turns: Arc<Semaphore>,
    through_proxy: OnceLock<reqwest::Client>,
    direct: OnceLock<reqwest::Client>,
}

impl OvhGate {
    /// A gate; nothing is connected yet.
    pub fn new(options: OvhOptions) -> Self {
        Self { options, turns: Arc::new(Semaphore::new(PARALLEL_CALLS)), through_proxy: OnceLock::new(), direct: OnceLock::new() }
    }

    fn client(&self, endpoint: &ApiEndpoint, keys: &ApiKeys) -> Result<Client, ApiError> {
        let http = self.http(endpoint)?;
        let transport = Transport::new(http, Arc::clone(&self.turns));
        Ok(Client::new(transport, endpoint.clone(), keys.clone(), Arc::clone(&self.options.clock)))
    }

    fn http(&self, endpoint: &ApiEndpoint) -> Result<reqwest::Client, ApiError> {
        let is_direct = self.is_direct(endpoint);
        let cell = if is_direct { &self.direct } else { &self.through_proxy };
        if let Some(http) = cell.get() {
            return Ok(http.clone());
        }
        let builder = self.builder()?;
        let built = if is_direct { builder.no_proxy() } else { builder }.build().map_err(|error| not_built(&error))?;
        Ok(cell.get_or_init(|| built).clone())
    }

    /// Whether the host is on this machine or has a fixed address.
    fn is_direct(&self, endpoint: &ApiEndpoint) -> bool {
        let url = Url::parse(endpoint.base_url());
        let host = url.as_ref().ok().and_then(Url::host_str).unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
            || self.options.resolve.iter().any(|(name, _)| name.eq_ignore_ascii_case(host))
    }

    fn builder(&self) -> Result<reqwest::ClientBuilder, ApiError> {
        let mut tls = self.options.trust.client_config(None).map_err(|error| ApiError::Unreachable(error.to_string()))?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let builder = http_builder(self.options.timeout, &self.options.user_agent).tls_backend_preconfigured(tls);
        Ok(self.options.resolve.iter().fold(builder, |builder, (host, address)| builder.resolve(host, *address)))
    }
}

fn not_built(error: &reqwest::Error) -> ApiError {
    let cause = std::error::Error::source(error).map(|inner| format!(": {inner}")).unwrap_or_default();
    ApiError::Unreachable(format!("the HTTPS client cannot be made: {error}{cause}"))
}

#[async_trait]
impl PlatformGate for OvhGate {
    async fn open(&self, endpoint: &ApiEndpoint, keys: &ApiKeys) -> Result<Box<dyn PlatformApi>, ApiError> {
        let client = self.client(endpoint, keys)?;
        client.agree_on_time().await?;
        Ok(Box::new(OvhApi::new(client)))
    }

    async fn request_consumer_key(
        &self,
        endpoint: &ApiEndpoint,
        keys: &ApiKeys,
        rules: &[AccessRule],
    ) -> Result<ConsumerKeyRequest, ApiError> {
        let client = self.client(endpoint, keys)?;
        let answer: CredentialAnswer = client.post_as_application("/auth/credential", &CredentialQuestion { access_rules: rules }).await?;
        Ok(ConsumerKeyRequest { validation_url: answer.validation_url, consumer_key: Secret::new(answer.consumer_key) })
    }
}
