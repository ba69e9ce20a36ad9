//! The world's REST API over HTTP, as OVHcloud's: signatures checked, access rules enforced, errors with their query id
//! (ovh-api.md §1). Beside it two pages for a person: where a consumer key is accepted, and a small control panel for
//! the hosts that have no API.
//!
//! All routes are in [`SERVED_ROUTES`]; those that the world does not have (exports, shared accounts, …) are 404 here: nothing pretends.

mod account_bodies;
mod answer;
mod auth_routes;
mod bodies;
mod dispatch;
mod domain_routes;
mod feature_routes;
mod filter_routes;
mod group_routes;
mod legacy_bodies;
mod legacy_routes;
mod listener;
mod migrate_routes;
mod pages;
mod panel;
mod routes;
mod server;
mod service_routes;
mod shared_routes;
mod signature;
mod zimbra_accounts;
mod zimbra_bodies;
mod zimbra_domains;
mod zimbra_leads;
mod zimbra_routes;
mod zone_routes;

#[cfg(test)]
mod served_tests;
#[cfg(test)]
mod tests;

pub use routes::SERVED_ROUTES;
pub use server::HttpDoor;
