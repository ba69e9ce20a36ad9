//! What stands between a right password and the mail, and who is responsible for a service.

use super::super::client::Client;
use super::super::reading::in_turn;
use super::super::routes;
use super::wire::{AccountBody, NetworkBody, PolicyBody, ProtocolBody, ServiceBody, ServiceInfosBody};
use crate::domain::{EmailAddress, MailAccess, Platform, ServiceContacts, ServiceId};
use crate::ports::ApiError;

/// The switches of an Exchange. Email Pro and MX Plan have none.
pub(in super::super) async fn mail_access(client: &Client, service: &ServiceId, address: &EmailAddress) -> Result<MailAccess, ApiError> {
    if service.platform != Platform::Exchange {
        return Ok(MailAccess::default());
    }
    let path = routes::service(service)?;
    let account = routes::account(service, address)?;
    let of_service = is_imap_off(client, &path).await?;
    let is_off_for_account = is_imap_off(client, &account).await?;
    let networks = networks(client, &path).await?;
    Ok(MailAccess {
        // Networks are named, and none of them may use IMAPS: nobody can.
        is_off_for_service: of_service || networks.as_ref().is_some_and(Vec::is_empty),
        is_off_for_account,
        is_legacy_auth_blocked: is_legacy_auth_blocked(client, &path, &account).await?,
        allowed_networks: networks.unwrap_or_default(),
    })
}

async fn is_imap_off(client: &Client, path: &str) -> Result<bool, ApiError> {
    let protocol: Option<ProtocolBody> = client.find(&format!("{path}/protocol")).await?;
    Ok(protocol.and_then(|protocol| protocol.imap) == Some(false))
}

/// The policy of the account, else the one of the service.
async fn is_legacy_auth_blocked(client: &Client, path: &str, account: &str) -> Result<bool, ApiError> {
    let own = client.find::<AccountBody>(account).await?.and_then(|body| body.authentication_policy_id);
    let id = match own {
        Some(id) => Some(id),
        None => client.find::<ServiceBody>(path).await?.and_then(|body| body.default_authentication_policy_id),
    };
    let Some(id) = id else {
        return Ok(false);
    };
    let policy: Option<PolicyBody> = client.find(&format!("{path}/authenticationPolicy/{id}")).await?;
    Ok(policy.and_then(|policy| policy.block_legacy_auth_imap).unwrap_or(false))
}

/// Networks that may connect over IMAPS; `None` when everybody may. The list belongs to private platforms: whether others refuse the
/// route or answer an empty list is not known, so both mean everybody.
async fn networks(client: &Client, path: &str) -> Result<Option<Vec<String>>, ApiError> {
    let blocks: Vec<String> = match client.get(&format!("{path}/authorizedIp")).await {
        Ok(blocks) => blocks,
        Err(ApiError::NotFound { .. } | ApiError::Refused { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let reads: Vec<_> = blocks.iter().map(|block| network(client, path, block)).collect();
    let known: Vec<NetworkBody> = in_turn(reads).await?;
    if known.is_empty() {
        return Ok(None);
    }
    Ok(Some(known.into_iter().filter(|network| network.imaps == Some(true)).map(|network| network.ip).collect()))
}

async fn network(client: &Client, path: &str, block: &str) -> Result<Option<NetworkBody>, ApiError> {
    client.find(&format!("{path}/authorizedIp/{}", routes::segment(block))).await
}

/// `…/serviceInfos`, of any family; an MX Plan on the new infrastructure and Zimbra have no such route.
pub(in super::super) async fn contacts(client: &Client, service: &ServiceId) -> Result<Option<ServiceContacts>, ApiError> {
    if matches!(service.platform, Platform::MxPlan | Platform::MxPlanZimbra | Platform::Zimbra) {
        return Ok(None);
    }
    let infos: Option<ServiceInfosBody> = client.find(&format!("{}/serviceInfos", routes::service(service)?)).await?;
    Ok(infos.map(|infos| ServiceContacts { admin: infos.contact_admin, tech: infos.contact_tech }))
}
