//! Groups of Exchange (`mailingList`): bare, then each alias, member and manager of them.

use serde::de::IgnoredAny;

use super::super::client::Client;
use super::super::reading::in_turn;
use super::super::routes;
use super::accounts::{grant, holders};
use super::wire::{AliasAddition, GroupAddition, GroupBody, ManagerBody, MemberBody, Membership};
use super::{Place, group_of, ids, not_held, right_segment};
use crate::domain::{DomainName, EmailAddress, Feature, Platform, Right, ServiceId};
use crate::ports::ApiError;

/// All groups of a domain with all that belongs to them.
pub(super) async fn list(client: &Client, service: &ServiceId, domain: &DomainName) -> Result<Vec<Feature>, ApiError> {
    let path = format!("{}/mailingList", routes::service(service)?);
    let addresses: Option<Vec<String>> = client.find(&path).await?;
    let groups = addresses.unwrap_or_default().into_iter().filter_map(|address| address.parse::<EmailAddress>().ok());
    let mut all = Vec::new();
    for group in groups.filter(|group| group.domain() == domain) {
        let path = format!("{path}/{}", routes::segment(&group.to_string()));
        let Some(body) = client.find::<GroupBody>(&path).await? else { continue };
        all.push(body.into_feature(&group));
        all.extend(parts(client, service, &path, &group).await?);
    }
    Ok(all)
}

async fn parts(client: &Client, service: &ServiceId, path: &str, group: &EmailAddress) -> Result<Vec<Feature>, ApiError> {
    let mut all = Vec::new();
    let aliases: Option<Vec<String>> = client.find(&format!("{path}/alias")).await?;
    let aliases = aliases.unwrap_or_default().into_iter().filter_map(|alias| alias.parse().ok());
    all.extend(aliases.map(|alias| Feature::GroupAlias { group: group.clone(), alias }));
    for (kind, is_contact) in [("account", false), ("contact", true)] {
        let members = people(client, &format!("{path}/member/{kind}"), |body: MemberBody| body.member_email_address).await?;
        all.extend(members.into_iter().map(|member| Feature::GroupMember { group: group.clone(), member, is_contact }));
    }
    let managers = people(client, &format!("{path}/manager/account"), |body: ManagerBody| body.manager_email_address).await?;
    all.extend(managers.into_iter().map(|account| Feature::GroupManager { group: group.clone(), account }));
    for right in [Right::SendAs, Right::SendOnBehalf] {
        let holders = holders(client, service, &format!("{path}/{}", right_segment(right))).await?;
        all.extend(holders.into_iter().map(|account| Feature::GroupDelegation { group: group.clone(), right, account }));
    }
    Ok(all)
}

/// Numbers whose objects say the address.
async fn people<T: serde::de::DeserializeOwned>(client: &Client, path: &str, of: fn(T) -> String) -> Result<Vec<EmailAddress>, ApiError> {
    let numbers: Option<Vec<i64>> = client.find(path).await?;
    in_turn(numbers.unwrap_or_default().into_iter().map(|id| person(client, path, id, of)).collect()).await
}

async fn person<T: serde::de::DeserializeOwned>(
    client: &Client,
    path: &str,
    id: i64,
    of: fn(T) -> String,
) -> Result<Option<EmailAddress>, ApiError> {
    let body: Option<T> = client.find(&format!("{path}/{id}")).await?;
    Ok(body.and_then(|body| of(body).parse().ok()))
}

fn path_of(place: Place<'_>, feature: &Feature) -> Result<String, ApiError> {
    let group = group_of(feature).filter(|_| place.service.platform == Platform::Exchange).ok_or_else(|| not_held(place, feature))?;
    Ok(format!("{}/mailingList/{}", routes::service(place.service)?, routes::segment(&group.to_string())))
}

pub(super) async fn add(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let Place { client, service, .. } = place;
    let path = path_of(place, feature)?;
    let join = async |path: String, body: Membership| client.post::<IgnoredAny>(&path, Some(&body), None).await.map(drop);
    match feature {
        Feature::Group { .. } => make(place, feature).await,
        Feature::GroupAlias { alias, .. } => {
            let body = AliasAddition { alias: alias.to_string() };
            client.post::<IgnoredAny>(&format!("{path}/alias"), Some(&body), None).await.map(drop)
        }
        Feature::GroupMember { member, is_contact: false, .. } => {
            let id = ids::of_account(client, service, member).await?;
            join(format!("{path}/member/account"), Membership::Account(id)).await
        }
        Feature::GroupMember { member, .. } => {
            let id = ids::of_contact(client, service, member).await?;
            join(format!("{path}/member/contact"), Membership::Contact(id)).await
        }
        Feature::GroupManager { account, .. } => {
            let id = ids::of_account(client, service, account).await?;
            join(format!("{path}/manager/account"), Membership::Manager(id)).await
        }
        Feature::GroupDelegation { right: right @ (Right::SendAs | Right::SendOnBehalf), account, .. } => {
            let id = ids::of_account(client, service, account).await?;
            grant(client, &format!("{path}/{}", right_segment(*right)), *right, id).await
        }
        _ => Err(not_held(place, feature)),
    }
}

async fn make(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let Feature::Group { address, display_name, is_hidden, join, depart, is_internal_only, largest_received_mb, largest_sent_mb } = feature
    else {
        return Err(not_held(place, feature));
    };
    let addition = GroupAddition {
        mailing_list_address: address.to_string(),
        display_name: display_name.as_deref(),
        hidden_from_gal: *is_hidden,
        join_restriction: join,
        depart_restriction: depart,
        sender_authentification: *is_internal_only,
        max_receive_size: *largest_received_mb,
        max_send_size: *largest_sent_mb,
    };
    let path = format!("{}/mailingList", routes::service(place.service)?);
    place.client.post::<IgnoredAny>(&path, Some(&addition), None).await.map(drop)
}

pub(super) async fn remove(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let Place { client, service, .. } = place;
    let path = path_of(place, feature)?;
    match feature {
        Feature::Group { .. } => client.remove(&path).await,
        Feature::GroupAlias { alias, .. } => client.remove(&format!("{path}/alias/{}", routes::segment(&alias.to_string()))).await,
        Feature::GroupMember { member, is_contact: false, .. } => {
            let id = ids::of_account(client, service, member).await?;
            client.remove(&format!("{path}/member/account/{id}")).await
        }
        Feature::GroupMember { member, .. } => {
            let id = ids::of_contact(client, service, member).await?;
            client.remove(&format!("{path}/member/contact/{id}")).await
        }
        Feature::GroupManager { account, .. } => {
            let id = ids::of_account(client, service, account).await?;
            client.remove(&format!("{path}/manager/account/{id}")).await
        }
        Feature::GroupDelegation { right: right @ (Right::SendAs | Right::SendOnBehalf), account, .. } => {
            let id = ids::of_account(client, service, account).await?;
            client.remove(&format!("{path}/{}/{id}", right_segment(*right))).await
        }
        _ => Err(not_held(place, feature)),
    }
}
