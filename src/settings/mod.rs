//! Configuration as pure parsing: TOML in, values or an error with its line out.

mod roles;

pub use roles::{FolderRoles, RolesError};
