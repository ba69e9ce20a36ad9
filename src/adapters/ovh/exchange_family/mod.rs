//! Exchange, Email Pro and the MX Plan on the new infrastructure: one set of routes, with small differences that end here.
//!
//! An MX Plan has no route for attaching domains, none for making accounts, and keeps DKIM at `/email/domain`.

pub(super) mod access;
pub(super) mod accounts;
pub(super) mod domains;
pub(super) mod services;
pub(super) mod wire;
