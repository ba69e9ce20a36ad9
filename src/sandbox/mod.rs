//! A world of our own: an imaginary OVHcloud with accounts full of mail, for rehearsals and tests.
//!
//! One state with rules (`mail`, `world`) and two doors: in-process ports, and sockets (`http`, `imap`, `dns`).
//!
//! # Mail servers
//!
//! A server speaks one of the dialects of [`mail::Dialect`]; how each behaves is data (`mail/manners.rs`) and rules
//! (`mail/rules.rs`, `mail/names.rs`), the same for both doors:
//!
//! | dialect | takes | does not take | otherwise |
//! |---|---|---|---|
//! | Dovecot-like (`.` or `/`) | MULTIAPPEND, LITERAL+, UIDPLUS, CONDSTORE, LIST-STATUS, SPECIAL-USE, QUOTA | | 20 `BAD` in a row end a connection |
//! | Exchange-like | LITERAL+, UIDPLUS | MULTIAPPEND, SPECIAL-USE, QUOTA, keywords, lines over 10,000 bytes, NUL | MIME rebuilt, sizes estimated, names without case, `\Flagged` of APPEND seen by IMAP only, 16 connections, 10 errors in all |
//! | Zimbra-like | MULTIAPPEND, LITERAL+, UIDPLUS, CONDSTORE, LIST-STATUS, XLIST, QUOTA | MOVE, dates after 2038-01-19, `:` in keywords and names | `NO APPEND failed` for everything, junk flags forgotten, 5 errors in a row, 25 like commands in a row, one reader of bodies per account, `* NOOP` |
//! | minimal | RFC 3501 | everything else, keywords, literals that do not wait | |
//! | Courier-like | the same, NAMESPACE, CHILDREN | the same | everything below `INBOX.`, 4 connections |
//!
//! # Faults
//!
//! [`mail::MailWorld::faults`] takes [`mail::Fault`]s while the world runs, each for everybody, a host, an account or the n-th connection
//! to a host ([`mail::Scope`]). Nothing is thrown: the same commands meet the same faults.
//!
//! | what happens | how to ask for it |
//! |---|---|
//! | the connection ends after n bytes, messages, half-effects, or around the n-th command of a name; silently, with BYE, or frozen for ever | `Cut` with [`mail::CutPoint`] and [`mail::CutStyle`] |
//! | silence for a time after an effect | `Stall` |
//! | everything, or bodies alone, take their time | `Latency`, `Slow` |
//! | patience is asked for, with and without saying how long | `Throttle`, `Busy` |
//! | the account is full, in the words of the dialect | `Full` |
//! | messages are refused by content, size, flag, date, NUL, bare LF; mailboxes by name | `Refuse…` |
//! | a command (or the login, n times) is answered with any `NO` or `BAD` | `Answer` |
//! | lies about what was stored, wrong or missing numbers, changed bytes, flags and dates, unordered or unasked-for answers, a new UIDVALIDITY in the middle | `Odd` with an [`mail::Oddity`] and an [`mail::Occasion`] |
//! | unknown lines | `Untagged` |
//!
//! [`mail::Faults::listen`] keeps what servers hear, for a test to look at.

pub mod demo;
pub mod dns;
pub mod http;
pub mod imap;
pub mod mail;
pub mod world;

pub use http::SERVED_ROUTES;
