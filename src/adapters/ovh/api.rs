//! The platform port on top of the calls.

use async_trait::async_trait;

use super::client::Client;
use super::wire::CredentialBody;
use super::{accounts, domains, services, zone};
use crate::domain::{
    Account, AttachedDomain, Credential, DomainName, DomainType, EmailAddress, Feature, FeatureOwner, MailAccess, MigrationCheck,
    ObjectState, OperationId, Secret, Service, ServiceContacts, ServiceId, ZoneRecord,
};
use crate::ports::{ApiError, NewAccount, PlatformApi, SeatRequest};

/// The customer's API account.
pub(super) struct OvhApi {
    client: Client,
}

impl OvhApi {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }
}

#[async_trait]
impl PlatformApi for OvhApi {
    async fn credential(&self) -> Result<Credential, ApiError> {
        self.client.get::<CredentialBody>("/auth/currentCredential").await.map(Credential::from)
    }

    async fn services(&self) -> Result<Vec<Service>, ApiError> {
        services::list(&self.client).await
    }

    async fn accounts(&self, service: &ServiceId) -> Result<Vec<Account>, ApiError> {
        accounts::list(&self.client, service).await
    }

    async fn account(&self, service: &ServiceId, address: &EmailAddress) -> Result<Option<Account>, ApiError> {
        accounts::read(&self.client, service, address).await
    }

    async fn rename_account(&self, service: &ServiceId, from: &EmailAddress, to: &EmailAddress) -> Result<(), ApiError> {
        accounts::rename(&self.client, service, from, to).await
    }

    async fn configure_seat(&self, service: &ServiceId, request: &SeatRequest) -> Result<(), ApiError> {
        accounts::configure(&self.client, service, request).await
    }

    async fn change_password(&self, service: &ServiceId, address: &EmailAddress, password: &Secret) -> Result<OperationId, ApiError> {
        accounts::change_password(&self.client, service, address, password).await
    }

    async fn reset_account(&self, service: &ServiceId, address: &EmailAddress) -> Result<OperationId, ApiError> {
        accounts::reset(&self.client, service, address).await
    }

    async fn operation(&self, service: &ServiceId, id: OperationId) -> Result<Option<ObjectState>, ApiError> {
        accounts::operation(&self.client, service, id).await
    }

    async fn domain(&self, service: &ServiceId, name: &DomainName) -> Result<Option<AttachedDomain>, ApiError> {
        domains::read(&self.client, service, name).await
    }

    async fn attach_domain(&self, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), ApiError> {
        domains::attach(&self.client, service, name, domain_type).await
    }

    async fn detach_domain(&self, service: &ServiceId, name: &DomainName) -> Result<(), ApiError> {
        domains::detach(&self.client, service, name).await
    }

    async fn create_account(&self, _: &ServiceId, _: &NewAccount) -> Result<OperationId, ApiError> {
        Err(not_offered())
    }

    async fn mail_access(&self, _: &ServiceId, _: &EmailAddress) -> Result<MailAccess, ApiError> {
        Ok(MailAccess::default())
    }

    async fn contacts(&self, _: &ServiceId) -> Result<Option<ServiceContacts>, ApiError> {
        Ok(None)
    }

    async fn set_domain_type(&self, _: &ServiceId, _: &DomainName, _: DomainType) -> Result<(), ApiError> {
        Err(not_offered())
    }

    async fn features(&self, _: &ServiceId, _: &FeatureOwner) -> Result<Vec<Feature>, ApiError> {
        Ok(Vec::new())
    }

    async fn add_feature(&self, _: &ServiceId, _: &FeatureOwner, _: &Feature) -> Result<(), ApiError> {
        Err(not_offered())
    }

    async fn remove_feature(&self, _: &ServiceId, _: &FeatureOwner, _: &Feature) -> Result<(), ApiError> {
        Err(not_offered())
    }

    async fn migration_seats(&self, _: &ServiceId, _: &EmailAddress, _: &ServiceId) -> Result<Vec<EmailAddress>, ApiError> {
        Ok(Vec::new())
    }

    async fn check_migration(&self, _: &ServiceId, _: &EmailAddress, _: &ServiceId, _: &EmailAddress) -> Result<MigrationCheck, ApiError> {
        Err(not_offered())
    }

    async fn migrate_account(
        &self,
        _: &ServiceId,
        _: &EmailAddress,
        _: &ServiceId,
        _: &EmailAddress,
        _: &Secret,
    ) -> Result<OperationId, ApiError> {
        Err(not_offered())
    }

    async fn zone_records(&self, name: &DomainName) -> Result<Option<Vec<ZoneRecord>>, ApiError> {
        zone::records(&self.client, name).await
    }

    async fn zone_export(&self, name: &DomainName) -> Result<String, ApiError> {
        zone::export(&self.client, name).await
    }

    async fn zone_add(&self, name: &DomainName, record: &ZoneRecord) -> Result<(), ApiError> {
        zone::add(&self.client, name, record).await
    }

    async fn zone_update(&self, name: &DomainName, record: &ZoneRecord) -> Result<(), ApiError> {
        zone::update(&self.client, name, record).await
    }

    async fn zone_remove(&self, name: &DomainName, id: i64) -> Result<(), ApiError> {
        zone::remove(&self.client, name, id).await
    }

    async fn zone_refresh(&self, name: &DomainName) -> Result<(), ApiError> {
        zone::refresh(&self.client, name).await
    }
}

fn not_offered() -> ApiError {
    ApiError::Refused { message: "not offered".to_owned(), query_id: "-".to_owned() }
}
