//! Domains attached to a service: diagnostics, DKIM, attaching, changing the type, detaching.

use serde::de::IgnoredAny;

use super::super::client::Client;
use super::super::errors::refused;
use super::super::reading::in_turn;
use super::super::{legacy, routes};
use super::wire::{DkimBody, DomainAddition, DomainBody, DomainChange};
use crate::domain::{AttachedDomain, DkimState, DomainName, DomainType, ServiceId};
use crate::ports::ApiError;
use crate::settings::Region;

/// The domain with its DKIM selectors, or `None` when it is not attached.
pub(in super::super) async fn read(client: &Client, service: &ServiceId, name: &DomainName) -> Result<Option<AttachedDomain>, ApiError> {
    let path = routes::domain(service, name)?;
    let Some(body) = client.find::<DomainBody>(&path).await? else {
        return Ok(None);
    };
    if !service.platform.is_mx_plan() {
        return Ok(Some(body.into_domain(name, selectors(client, &path, name).await?)));
    }
    let mut found = body.into_domain(name, legacy::domains::dkim(client, name).await?);
    found.is_spf_valid = legacy::domains::is_spf_valid(client, name).await?;
    Ok(Some(found))
}

async fn selectors(client: &Client, path: &str, name: &DomainName) -> Result<Vec<DkimState>, ApiError> {
    let selectors: Option<Vec<String>> = client.find(&format!("{path}/dkim")).await?;
    in_turn(selectors.unwrap_or_default().into_iter().map(|selector| dkim(client, path, selector, name)).collect()).await
}

async fn dkim(client: &Client, path: &str, selector: String, name: &DomainName) -> Result<Option<DkimState>, ApiError> {
    let body: Option<DkimBody> = client.find(&format!("{path}/dkim/{}", routes::segment(&selector))).await?;
    Ok(body.and_then(|body| body.into_state(name)))
}

/// `POST …/domain` with every `configure*` off: DNS changes are shown to the person first.
pub(in super::super) async fn attach(
    client: &Client,
    service: &ServiceId,
    name: &DomainName,
    domain_type: DomainType,
) -> Result<(), ApiError> {
    refuse_on_mx_plan(service)?;
    let addition = DomainAddition {
        name: name.as_str(),
        change: change(client, domain_type),
        configure_mx: false,
        configure_autodiscover: false,
        configure_spf: false,
        configure_dkim: false,
        auto_enable_dkim: false,
    };
    let _: Option<IgnoredAny> = client.post(&format!("{}/domain", routes::service(service)?), Some(&addition), None).await?;
    Ok(())
}

/// `PUT …/domain/{name}`.
pub(in super::super) async fn set_type(
    client: &Client,
    service: &ServiceId,
    name: &DomainName,
    domain_type: DomainType,
) -> Result<(), ApiError> {
    client.put(&routes::domain(service, name)?, &change(client, domain_type)).await
}

/// `DELETE …/domain/{name}`; none there is fine.
pub(in super::super) async fn detach(client: &Client, service: &ServiceId, name: &DomainName) -> Result<(), ApiError> {
    refuse_on_mx_plan(service)?;
    client.remove(&routes::domain(service, name)?).await
}

fn refuse_on_mx_plan(service: &ServiceId) -> Result<(), ApiError> {
    if service.platform.is_mx_plan() { Err(refused("an MX Plan has exactly one domain, from the beginning to the end")) } else { Ok(()) }
}

/// A non-authoritative domain sends mail for addresses that it does not hold to the inbound servers that all platforms share, which know
/// on which platform an address is (guides: any of mx0–mx4). The Canadian name is inferred from its MX.
fn change(client: &Client, domain_type: DomainType) -> DomainChange<'static> {
    let relay = if client.region() == Region::Ca { "mx1.mail.ovh.ca" } else { "mx1.mail.ovh.net" };
    DomainChange { domain_type, mx_relay: (domain_type == DomainType::NonAuthoritative).then_some(relay) }
}
