//! Ports to nowhere, for tests in guided mode.

use async_trait::async_trait;
use mailferry::domain::{AccessRule, ApiEndpoint, DomainName, RecordType};
use mailferry::ports::{ApiError, ApiKeys, ConsumerKeyRequest, DnsAnswer, DnsError, PlatformApi, PlatformGate, Resolver};

/// No API.
pub(crate) struct NoPlatforms;

#[async_trait]
impl PlatformGate for NoPlatforms {
    async fn open(&self, _: &ApiEndpoint, _: &ApiKeys) -> Result<Box<dyn PlatformApi>, ApiError> {
        Err(ApiError::Unreachable("there is none".to_owned()))
    }
    async fn request_consumer_key(&self, _: &ApiEndpoint, _: &ApiKeys, _: &[AccessRule]) -> Result<ConsumerKeyRequest, ApiError> {
        Err(ApiError::Unreachable("there is none".to_owned()))
    }
}

/// No DNS.
pub(crate) struct NoResolver;

#[async_trait]
impl Resolver for NoResolver {
    async fn lookup(&self, _: &DomainName, _: &str, _: RecordType) -> Result<DnsAnswer, DnsError> {
        Err(DnsError::NoAnswer("there is none".to_owned()))
    }
}
