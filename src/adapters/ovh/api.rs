//! The platform port on top of the calls.

use async_trait::async_trait;

use super::auth_wire::credential;
use super::client::Client;
use super::errors::refused;
use super::exchange_family::{access, accounts, domains};
use super::features::{self, Place};
use super::legacy::migration::{self, Way};
use super::routes::{Family, family};
use super::{discovery, legacy, zimbra, zone};
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

    fn place<'a>(&'a self, service: &'a ServiceId, owner: &'a FeatureOwner) -> Place<'a> {
        Place { client: &self.client, service, owner }
    }
}

#[async_trait]
impl PlatformApi for OvhApi {
    async fn credential(&self) -> Result<Credential, ApiError> {
        credential(&self.client).await
    }

    async fn services(&self) -> Result<Vec<Service>, ApiError> {
        discovery::services(&self.client).await
    }

    async fn accounts(&self, service: &ServiceId) -> Result<Vec<Account>, ApiError> {
        match family(service)? {
            Family::Exchange => accounts::list(&self.client, service).await,
            Family::Legacy => legacy::accounts::list(&self.client, service).await,
            Family::Zimbra => zimbra::accounts::list(&self.client, service).await,
        }
    }

    async fn account(&self, service: &ServiceId, address: &EmailAddress) -> Result<Option<Account>, ApiError> {
        match family(service)? {
            Family::Exchange => accounts::read(&self.client, service, address).await,
            Family::Legacy => legacy::accounts::read(&self.client, service, address).await,
            Family::Zimbra => zimbra::accounts::read(&self.client, service, address).await,
        }
    }

    async fn rename_account(&self, service: &ServiceId, from: &EmailAddress, to: &EmailAddress) -> Result<(), ApiError> {
        match family(service)? {
            Family::Exchange => accounts::rename(&self.client, service, from, to).await,
            Family::Legacy => Err(refused("an account of a legacy MX Plan keeps its name: accountName is read-only")),
            Family::Zimbra => zimbra::accounts::rename(&self.client, service, from, to).await,
        }
    }

    async fn configure_seat(&self, service: &ServiceId, request: &SeatRequest) -> Result<(), ApiError> {
        match family(service)? {
            Family::Exchange => accounts::configure(&self.client, service, request).await,
            Family::Legacy | Family::Zimbra => Err(refused(format!("{} has no seats that wait for a name", service.platform))),
        }
    }

    async fn create_account(&self, service: &ServiceId, request: &NewAccount) -> Result<OperationId, ApiError> {
        match family(service)? {
            Family::Exchange => accounts::create(&self.client, service, request).await,
            Family::Legacy => legacy::accounts::create(&self.client, service, request).await,
            Family::Zimbra => zimbra::accounts::create(&self.client, service, request).await,
        }
    }

    async fn change_password(&self, service: &ServiceId, address: &EmailAddress, password: &Secret) -> Result<OperationId, ApiError> {
        match family(service)? {
            Family::Exchange | Family::Legacy => accounts::change_password(&self.client, service, address, password).await,
            Family::Zimbra => zimbra::accounts::change_password(&self.client, service, address, password).await,
        }
    }

    async fn reset_account(&self, service: &ServiceId, address: &EmailAddress) -> Result<OperationId, ApiError> {
        match family(service)? {
            Family::Exchange | Family::Legacy => accounts::reset(&self.client, service, address).await,
            Family::Zimbra => zimbra::accounts::delete(&self.client, service, address).await,
        }
    }

    async fn operation(&self, service: &ServiceId, id: OperationId) -> Result<Option<ObjectState>, ApiError> {
        match family(service)? {
            _ if id.0 == 0 => Ok(None),
            Family::Exchange => accounts::operation(&self.client, service, id).await,
            Family::Legacy => legacy::accounts::operation(&self.client, service, id).await,
            Family::Zimbra => Ok(None),
        }
    }

    async fn domain(&self, service: &ServiceId, name: &DomainName) -> Result<Option<AttachedDomain>, ApiError> {
        match family(service)? {
            Family::Exchange => domains::read(&self.client, service, name).await,
            Family::Legacy => legacy::domains::read(&self.client, service, name).await,
            Family::Zimbra => zimbra::domains::read(&self.client, service, name).await,
        }
    }

    async fn attach_domain(&self, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), ApiError> {
        match family(service)? {
            Family::Exchange | Family::Legacy => domains::attach(&self.client, service, name, domain_type).await,
            Family::Zimbra => zimbra::domains::attach(&self.client, service, name).await,
        }
    }

    async fn set_domain_type(&self, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), ApiError> {
        match family(service)? {
            Family::Exchange => domains::set_type(&self.client, service, name, domain_type).await,
            Family::Legacy | Family::Zimbra => Ok(()),
        }
    }

    async fn detach_domain(&self, service: &ServiceId, name: &DomainName) -> Result<(), ApiError> {
        match family(service)? {
            Family::Exchange | Family::Legacy => domains::detach(&self.client, service, name).await,
            Family::Zimbra => zimbra::domains::detach(&self.client, service, name).await,
        }
    }

    async fn mail_access(&self, service: &ServiceId, address: &EmailAddress) -> Result<MailAccess, ApiError> {
        access::mail_access(&self.client, service, address).await
    }

    async fn contacts(&self, service: &ServiceId) -> Result<Option<ServiceContacts>, ApiError> {
        access::contacts(&self.client, service).await
    }

    async fn features(&self, service: &ServiceId, owner: &FeatureOwner) -> Result<Vec<Feature>, ApiError> {
        features::list(self.place(service, owner)).await
    }

    async fn add_feature(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<(), ApiError> {
        features::add(self.place(service, owner), feature).await
    }

    async fn remove_feature(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<(), ApiError> {
        features::remove(self.place(service, owner), feature).await
    }

    async fn migration_seats(&self, from: &ServiceId, address: &EmailAddress, to: &ServiceId) -> Result<Vec<EmailAddress>, ApiError> {
        migration::seats(&self.client, &Way { from, address, to }).await
    }

    async fn check_migration(
        &self,
        from: &ServiceId,
        address: &EmailAddress,
        to: &ServiceId,
        seat: &EmailAddress,
    ) -> Result<MigrationCheck, ApiError> {
        migration::check(&self.client, &Way { from, address, to }, seat).await
    }

    async fn migrate_account(
        &self,
        from: &ServiceId,
        address: &EmailAddress,
        to: &ServiceId,
        seat: &EmailAddress,
        password: &Secret,
    ) -> Result<OperationId, ApiError> {
        migration::start(&self.client, &Way { from, address, to }, seat, password).await
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
