//! What belongs to accounts and domains besides mail, on every platform: read, added, removed.
//!
//! Addresses outside, numbers inside. What a platform has no route for is not there when it is read, and refused when it is added.

mod accounts;
mod filters;
mod groups;
mod ids;
mod legacy;
pub(super) mod legacy_wire;
mod shared;
pub(super) mod wire;
pub(super) mod zimbra;

use super::client::Client;
use super::errors::refused;
use super::routes::{Family, family};
use crate::domain::{EmailAddress, Feature, FeatureOwner, Right, ServiceId};
use crate::ports::ApiError;

/// On which service, and whose.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) client: &'a Client,
    pub(super) service: &'a ServiceId,
    pub(super) owner: &'a FeatureOwner,
}

/// All features of an owner, in the order in which they can be made elsewhere.
pub(super) async fn list(place: Place<'_>) -> Result<Vec<Feature>, ApiError> {
    let Place { client, service, owner } = place;
    let mut all = match (family(service)?, owner) {
        (Family::Exchange, FeatureOwner::Account(address)) => accounts::list(client, service, address).await?,
        (Family::Exchange, FeatureOwner::Domain(domain)) => shared::list(client, service, domain).await?,
        (Family::Legacy, FeatureOwner::Account(address)) => legacy::of_account(client, service, address).await?,
        (Family::Legacy, FeatureOwner::Domain(domain)) => legacy::of_domain(client, service, domain).await?,
        (Family::Zimbra, FeatureOwner::Account(address)) => zimbra::of_account(client, service, address).await?,
        (Family::Zimbra, FeatureOwner::Domain(domain)) => zimbra::of_domain(client, service, domain).await?,
    };
    all.sort_by_key(rank);
    Ok(all)
}

/// Starts adding one.
pub(super) async fn add(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    match family(place.service)? {
        Family::Exchange => match feature {
            Feature::Contact { .. } | Feature::Disclaimer { .. } => shared::add(place, feature).await,
            _ if group_of(feature).is_some() => groups::add(place, feature).await,
            Feature::Redirection { .. } | Feature::Responder { .. } if place.service.platform.is_mx_plan() => {
                legacy::add(place, feature).await
            }
            _ => accounts::add(place, feature).await,
        },
        Family::Legacy => legacy::add(place, feature).await,
        Family::Zimbra => zimbra::add(place, feature).await,
    }
}

/// Starts removing one; none there is fine.
pub(super) async fn remove(place: Place<'_>, feature: &Feature) -> Result<(), ApiError> {
    let removed = match family(place.service)? {
        Family::Exchange => match feature {
            Feature::Contact { .. } | Feature::Disclaimer { .. } => shared::remove(place, feature).await,
            _ if group_of(feature).is_some() => groups::remove(place, feature).await,
            Feature::Redirection { .. } | Feature::Responder { .. } if place.service.platform.is_mx_plan() => {
                legacy::remove(place, feature).await
            }
            _ => accounts::remove(place, feature).await,
        },
        Family::Legacy => legacy::remove(place, feature).await,
        Family::Zimbra => zimbra::remove(place, feature).await,
    };
    match removed {
        // The account, or whoever has the right, is gone, and the feature with it.
        Err(ApiError::NotFound { .. }) => Ok(()),
        other => other,
    }
}

/// The platform has no route for it.
fn not_held(place: Place<'_>, feature: &Feature) -> ApiError {
    refused(format!("{} does not hold {}", place.service.platform, feature.kind().key()))
}

/// The account to whom it belongs.
fn account_of<'a>(place: Place<'a>, feature: &Feature) -> Result<&'a EmailAddress, ApiError> {
    match place.owner {
        FeatureOwner::Account(address) => Ok(address),
        FeatureOwner::Domain(_) => Err(refused(format!("{} belongs to an account", feature.kind().key()))),
    }
}

/// The group to which a feature belongs, itself included.
fn group_of(feature: &Feature) -> Option<&EmailAddress> {
    match feature {
        Feature::Group { address: group, .. }
        | Feature::GroupAlias { group, .. }
        | Feature::GroupMember { group, .. }
        | Feature::GroupManager { group, .. }
        | Feature::GroupDelegation { group, .. } => Some(group),
        _ => None,
    }
}

/// Who is named comes before who names, a group before its parts.
fn rank(feature: &Feature) -> (u8, Option<EmailAddress>, u8) {
    let (place, part) = match feature {
        Feature::Alias { .. } | Feature::Contact { .. } => (0, 0),
        Feature::Delegation { .. } | Feature::Group { .. } => (1, 0),
        Feature::GroupAlias { .. } => (1, 1),
        Feature::GroupMember { .. } => (1, 2),
        Feature::GroupManager { .. } => (1, 3),
        Feature::GroupDelegation { .. } => (1, 4),
        Feature::HiddenFromDirectory => (2, 0),
        Feature::Forwarding { .. } => (3, 0),
        Feature::Redirection { .. } => (4, 0),
        Feature::Responder { .. } => (5, 0),
        Feature::Filter { .. } | Feature::Disclaimer { .. } => (6, 0),
        Feature::SpamSettings { .. } | Feature::MailingList { .. } => (7, 0),
        Feature::Other { .. } => (8, 0),
    };
    (place, group_of(feature).cloned(), part)
}

/// The right's part of a path.
const fn right_segment(right: Right) -> &'static str {
    match right {
        Right::FullAccess => "fullAccess",
        Right::SendAs => "sendAs",
        Right::SendOnBehalf => "sendOnBehalfTo",
    }
}
