//! The adapter against a small API on loopback that checks every signature by its own computation.

mod access;
mod exchange_features;
mod groups;
mod keys_and_trouble;
mod legacy;
mod legacy_features;
mod mx_plan;
mod objects;
mod server;
mod tls;
mod tokens;
mod zimbra;
mod zimbra_changes;
mod zimbra_domains;
