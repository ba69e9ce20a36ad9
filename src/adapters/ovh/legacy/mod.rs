//! The MX Plan on the legacy infrastructure (`/email/domain`): the service is the domain, an account is a local part.
//!
//! There is no renaming: `accountName` is read-only. An operation has no status; it is listed until it is over. Sizes are bytes.

pub(super) mod accounts;
pub(super) mod domains;
pub(super) mod migration;
pub(super) mod services;
pub(super) mod wire;
