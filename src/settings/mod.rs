//! Configuration as pure parsing: TOML in, values or an error with its line out.

mod roles;

pub use roles::{FolderRoles, RolesError};
mod config;
mod fault;
pub use config::{Config, LogLevel, ThemeChoice, Verify};
pub use fault::Fault;
