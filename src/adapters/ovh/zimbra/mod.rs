//! Zimbra (version 2): platform, organizations, domains, accounts in paid slots.
//!
//! An object says what it is (`currentState`), what it shall be (`targetSpec`) and whether it is at work (`resourceStatus`); nothing is
//! followed by a number, so operations are 0 here and the object is looked at. Accounts and domains are found by name, never kept by id.

pub(super) mod accounts;
pub(super) mod domain_wire;
pub(super) mod domains;
pub(super) mod services;
pub(super) mod slots;
pub(super) mod wire;
