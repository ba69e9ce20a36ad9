//! Domains of a Zimbra platform: found by name, diagnosed by a call of their own, attached to an organization.

use super::super::client::Client;
use super::super::errors::NO_QUERY;
use super::super::routes;
use super::domain_wire::{
    DiagnosisBody, DiagnosisQuestion, DomainAddition, DomainBody, OrganizationAddition, OrganizationState, described,
};
use super::wire::{AccountBody, Resource, Unread, Wanted};
use crate::domain::{AttachedDomain, DomainName, ServiceId};
use crate::ports::ApiError;
use serde::de::IgnoredAny;

type OrganizationBody = Resource<OrganizationState, Unread>;

/// Names of all domains of a platform.
pub(in super::super) async fn names(client: &Client, platform: &str) -> Result<Vec<DomainName>, ApiError> {
    let domains: Vec<DomainBody> = client.pages(&format!("{platform}/domain")).await?;
    Ok(domains.into_iter().filter_map(|domain| domain.current_state?.name.parse().ok()).collect())
}

async fn find(client: &Client, platform: &str, name: &DomainName) -> Result<Option<DomainBody>, ApiError> {
    let found: Vec<DomainBody> = match client.pages(&format!("{platform}/domain?domainName={}", routes::segment(name.as_str()))).await {
        Ok(found) => found,
        Err(ApiError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let is_it = |domain: &DomainBody| domain.current_state.as_ref().and_then(|state| state.name.parse().ok()).as_ref() == Some(name);
    Ok(found.into_iter().find(is_it))
}

/// The domain with its diagnosis, or `None` when it is not attached.
pub(in super::super) async fn read(client: &Client, service: &ServiceId, name: &DomainName) -> Result<Option<AttachedDomain>, ApiError> {
    let path = routes::service(service)?;
    let Some(body) = find(client, &path, name).await? else {
        return Ok(None);
    };
    let diagnosis = diagnose(client, &path, &body.id).await?;
    Ok(Some(described(name, body, diagnosis)))
}

/// `POST …/diagnostic/domain` reads and changes nothing. A domain that cannot be diagnosed now is a domain all the same.
async fn diagnose(client: &Client, platform: &str, id: &str) -> Result<Option<DiagnosisBody>, ApiError> {
    let question = DiagnosisQuestion { domains: [id] };
    match client.post::<Vec<DiagnosisBody>>(&format!("{platform}/diagnostic/domain"), Some(&question), None).await {
        Ok(found) => Ok(found.unwrap_or_default().into_iter().find(|diagnosis| diagnosis.domain_id == id)),
        Err(error @ (ApiError::NotFound { .. } | ApiError::Refused { .. } | ApiError::InProgress { .. } | ApiError::Failed { .. })) => {
            tracing::warn!(%error, "a domain could not be diagnosed");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// `POST …/domain` with nothing of its DNS configured, in the organization that is in use, else the first, else one that is made for it.
pub(in super::super) async fn attach(client: &Client, service: &ServiceId, name: &DomainName) -> Result<(), ApiError> {
    let path = routes::service(service)?;
    let organization = match organization(client, &path).await? {
        Some(id) => id,
        None => make_organization(client, &path, name).await?,
    };
    let addition = DomainAddition {
        name: name.as_str(),
        organization_id: &organization,
        auto_configure_mx: false,
        auto_configure_spf: false,
        auto_configure_dkim: false,
        auto_configure_autodiscover: false,
    };
    let _: Option<IgnoredAny> = client.post(&format!("{path}/domain"), Some(&Wanted::new(addition)), None).await?;
    Ok(())
}

async fn organization(client: &Client, platform: &str) -> Result<Option<String>, ApiError> {
    let domains: Vec<DomainBody> = client.pages(&format!("{platform}/domain")).await?;
    if let Some(state) = domains.into_iter().find_map(|domain| domain.current_state) {
        return Ok(Some(state.organization_id));
    }
    let accounts: Vec<AccountBody> = client.pages(&format!("{platform}/account")).await?;
    if let Some(id) = accounts.into_iter().find_map(|account| account.current_state?.organization_id) {
        return Ok(Some(id));
    }
    let organizations: Vec<OrganizationBody> = client.pages(&format!("{platform}/organization")).await?;
    Ok(organizations.into_iter().next().map(|organization| organization.id))
}

/// Named like the domain; the label, a short tag beside names, is its first part.
async fn make_organization(client: &Client, platform: &str, name: &DomainName) -> Result<String, ApiError> {
    let label = name.as_str().split('.').next().unwrap_or_default();
    let wanted = Wanted::new(OrganizationAddition { name: name.as_str(), label });
    let made: Option<OrganizationBody> = client.post(&format!("{platform}/organization"), Some(&wanted), None).await?;
    let unclear = || ApiError::NotUnderstood { message: "the new organization has no id".to_owned(), query_id: NO_QUERY.to_owned() };
    made.map(|organization| organization.id).ok_or_else(unclear)
}

/// `DELETE …/domain/{domainId}`; none there is fine.
pub(in super::super) async fn detach(client: &Client, service: &ServiceId, name: &DomainName) -> Result<(), ApiError> {
    let path = routes::service(service)?;
    match find(client, &path, name).await? {
        Some(found) => client.remove(&format!("{path}/domain/{}", routes::segment(&found.id))).await,
        None => Ok(()),
    }
}
