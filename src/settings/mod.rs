//! Configuration as pure parsing: TOML in, values or an error with its line out.

mod roles;

pub use roles::{FolderRoles, RolesError};
mod config;
mod fault;
pub use config::{Config, LogLevel, ThemeChoice};
pub use fault::Fault;
mod ovh_conf;
mod ovh_keys;
pub use ovh_conf::{MalformedLine, OvhConf};
pub use ovh_keys::{OvhFault, OvhMethod, OvhValues};
mod platforms;
pub use platforms::{
    Any, DnsFacts, Inbound, InboundServers, KeywordSupport, Leftovers, PlatformFacts, Platforms, PlatformsError, RefusalReason, Region,
    SrvHost, Strategies, Strategy,
};
mod tables;
pub use tables::{Malformed, Tables, tables};
