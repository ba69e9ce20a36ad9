//! The platform side of the world: services, accounts, domains, operations, zones and keys, with OVHcloud's rules.
//!
//! One state, every rule written once. Two doors lead to it: `PlatformGate`, `PlatformApi` and `Resolver` right here (for exhaustive
//! tests of the engine), and the sockets of [`http`](super::http) and [`dns`](super::dns). The mail itself is in [`mail`](super::mail).

mod accounts;
mod api;
mod carrying;
mod credential_text;
mod diagnostics;
mod directory;
mod domains;
mod door;
mod estate;
mod faults;
mod features;
mod furniture;
mod handle;
mod hosts;
mod keys;
mod migration;
mod names;
mod offers;
mod operation;
mod pair;
mod passwords;
mod rdata;
mod refusal;
mod resolver_door;
mod seed;
mod seen;
mod slots;
mod snapshot;
mod state;
mod store;
mod time;
mod zones;

#[cfg(test)]
mod platform_tests;
#[cfg(test)]
mod tests;

pub use credential_text::{ACCESS_TOKEN, APPLICATION_KEY, APPLICATION_SECRET, CLIENT_ID, CLIENT_SECRET, seeded_password};
pub use directory::{dialect_of, spoken_by, template_for, template_of};
pub use estate::{
    MX_PLAN_DOMAIN, MX_PLAN_HOST, MX_PLAN_LEGACY_DOMAIN, MX_PLAN_ZIMBRA_DOMAIN, MX_PLAN_ZIMBRA_HOST, mx_plan_legacy_service,
    mx_plan_service, mx_plan_zimbra_service, zimbra_service,
};
pub use faults::{ApiFault, ApiFaultKind};
pub use handle::{World, WorldLogin, WorldOptions};
pub use pair::PairCast;
pub use refusal::Refusal;
pub use seed::{DOMAIN, EMAIL_PRO_HOST, EXCHANGE_HOST, FOREIGN_HOST, OTHER_DOMAIN, PLAIN_HOST, email_pro_service, exchange_service};
pub use snapshot::{PlatformSnapshot, ServiceSnapshot};
pub use state::{Condition, Obstacle};
pub use time::Pace;

pub(crate) use accounts::{AccountChange, AccountRequest, PLACEHOLDER_DOMAIN, Wish};
pub(crate) use credential_text::derived;
pub(crate) use diagnostics::{SPF_INCLUDE, expected_mx, expected_spf, expected_srv, srv_host};
pub(crate) use domains::{DomainRequest, selector_names, selector_target};
pub(crate) use keys::{Caller, Denial, TOKEN_SECONDS};
pub(crate) use operation::{Effect, Operation, Subject};
pub(crate) use rdata::Rdata;
pub(crate) use state::{
    AccountState, ConsumerKey, DkimSelector, DomainState, Names, OWNER, Offer, OrganizationState, PlainHost, ServiceState, SharedFeature,
    Slot, State, Zone,
};
pub(crate) use time::{Turn, rfc3339};
pub(crate) use zones::{DEFAULT_TTL, NAME_SERVERS};
