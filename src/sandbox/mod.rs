//! A world of our own: an imaginary OVHcloud with accounts full of mail, for rehearsals and tests.
//!
//! One state with rules (`mail`, `world`) and two doors: in-process ports, and sockets (`http`, `imap`, `dns`).

pub mod demo;
pub mod dns;
pub mod http;
pub mod imap;
pub mod mail;
pub mod world;
