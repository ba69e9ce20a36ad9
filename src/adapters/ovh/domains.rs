//! Domains attached to a service: diagnostics, DKIM, attaching, detaching.

use futures::{StreamExt, TryStreamExt, stream};

use super::client::{Client, PARALLEL_CALLS};
use super::routes;
use super::wire::{DkimBody, DomainAddition, DomainBody, TaskBody};
use crate::domain::{AttachedDomain, DkimState, DomainName, DomainType, ServiceId};
use crate::ports::ApiError;

/// The domain with its DKIM selectors, or `None` when it is not attached.
pub(super) async fn read(client: &Client, service: &ServiceId, name: &DomainName) -> Result<Option<AttachedDomain>, ApiError> {
    let path = routes::domain(service, name)?;
    let Some(body) = client.find::<DomainBody>(&path).await? else {
        return Ok(None);
    };
    let selectors: Option<Vec<String>> = client.find(&format!("{path}/dkim")).await?;
    let reads: Vec<_> = selectors.unwrap_or_default().into_iter().map(|selector| dkim(client, &path, selector, name)).collect();
    let dkim = stream::iter(reads).buffered(PARALLEL_CALLS).try_filter_map(async |found| Ok(found)).try_collect().await?;
    Ok(Some(body.into_domain(name, dkim)))
}

async fn dkim(client: &Client, path: &str, selector: String, name: &DomainName) -> Result<Option<DkimState>, ApiError> {
    let body: Option<DkimBody> = client.find(&format!("{path}/dkim/{}", routes::segment(&selector))).await?;
    Ok(body.and_then(|body| body.into_state(name)))
}

/// `POST …/domain` with every `configure*` off: DNS changes are shown to the person first.
pub(super) async fn attach(client: &Client, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), ApiError> {
    let relay = relay(client);
    let addition = DomainAddition {
        name: name.as_str(),
        domain_type,
        mx_relay: (domain_type == DomainType::NonAuthoritative).then_some(relay),
        configure_mx: false,
        configure_autodiscover: false,
        configure_spf: false,
        configure_dkim: false,
        auto_enable_dkim: false,
    };
    let _: Option<TaskBody> = client.post(&format!("{}/domain", routes::service(service)?), Some(&addition), None).await?;
    Ok(())
}

/// `DELETE …/domain/{name}`; none there is fine.
pub(super) async fn detach(client: &Client, service: &ServiceId, name: &DomainName) -> Result<(), ApiError> {
    match client.delete::<TaskBody>(&routes::domain(service, name)?).await {
        Ok(_) | Err(ApiError::NotFound { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Where a non-authoritative domain sends mail for addresses that it does not hold: the inbound servers that all platforms
/// share, which know on which platform an address is (guides: any of mx0–mx4). The Canadian name is inferred from its MX.
fn relay(client: &Client) -> &'static str {
    if client.endpoint().base_url().starts_with("https://ca.api.ovh.com/") { "mx1.mail.ovh.ca" } else { "mx1.mail.ovh.net" }
}
