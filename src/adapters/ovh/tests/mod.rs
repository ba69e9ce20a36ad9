//! The adapter against a small API on loopback that checks every signature by its own computation.

mod keys_and_trouble;
mod objects;
mod server;
mod tls;
