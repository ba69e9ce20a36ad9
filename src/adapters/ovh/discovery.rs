//! Everything that the customer owns, on all platforms.

use super::client::Client;
use super::{exchange_family, legacy, zimbra};
use crate::domain::{ObjectState, PasswordPolicy, Platform, SeatModel, Service, ServiceId};
use crate::ports::ApiError;
use crate::settings::{Platforms, Region};

/// All services, in the order of [`Platform::ALL`]. A product that the customer does not have is an empty list or not found; a rule that
/// is missing is an error, because a list without it would look complete.
pub(super) async fn services(client: &Client) -> Result<Vec<Service>, ApiError> {
    let mut all = exchange_family::services::list(client).await?;
    all.extend(legacy::services::list(client).await?);
    all.extend(zimbra::services::list(client).await?);
    all.sort_by_key(|service| Platform::ALL.iter().position(|platform| *platform == service.id.platform));
    Ok(all)
}

/// The usual mail host of a platform where the customer is: for those whose API does not say it.
pub(super) fn usual_host(client: &Client, platform: Platform) -> String {
    let hosts = &Platforms::built_in().facts(platform).hosts;
    let here = hosts.iter().find(|host| Region::of_host(host) == client.region());
    here.or_else(|| hosts.first()).cloned().unwrap_or_default()
}

/// What guides say of a platform whose API says nothing of passwords.
pub(super) fn password_policy(platform: Platform) -> PasswordPolicy {
    let facts = Platforms::built_in().facts(platform);
    PasswordPolicy {
        shortest: facts.password_length.map(|(shortest, _)| shortest),
        longest: facts.password_length.map(|(_, longest)| longest),
        needs_special: facts.password_needs_special,
        ..PasswordPolicy::default()
    }
}

/// A service that has expired: it is there, and nothing can be read of it.
pub(super) fn expired(id: ServiceId, seats: SeatModel) -> Service {
    Service {
        id,
        display_name: None,
        state: ObjectState::Unusable,
        hostname: String::new(),
        webmail: None,
        accounts: 0,
        free_seats: 0,
        account_quota: None,
        largest_message: None,
        is_imap_enabled: false,
        password: PasswordPolicy::default(),
        seats,
        offers: Vec::new(),
        domains: Vec::new(),
    }
}
