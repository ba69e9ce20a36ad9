//! What an IMAP server can do and how much an account holds.

use serde::{Deserialize, Serialize};

use super::ByteSize;

/// What a server can do, read again after login.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "a server's capabilities are independent of one another")]
pub struct Capabilities {
    /// The capability line as the server wrote it, for the log and the report.
    pub line: String,
    /// `MULTIAPPEND` (RFC 3502).
    pub has_multiappend: bool,
    /// `LITERAL+` (RFC 7888).
    pub has_literal_plus: bool,
    /// `UIDPLUS` (RFC 4315).
    pub has_uidplus: bool,
    /// `SPECIAL-USE` (RFC 6154) or `XLIST`.
    pub has_special_use: bool,
    /// `CREATE-SPECIAL-USE` (RFC 6154 §3).
    pub can_create_special_use: bool,
    /// `QUOTA` (RFC 9208).
    pub has_quota: bool,
    /// `CONDSTORE` (RFC 7162).
    pub has_condstore: bool,
    /// Whether the server gives back the bytes that it was given; `false` where MIME is known to be rebuilt (Exchange family).
    pub keeps_bytes: bool,
    /// Hierarchy delimiter of the personal namespace; `None`: a flat server.
    #[serde(default)]
    pub delimiter: Option<char>,
    /// `APPENDLIMIT` (RFC 7889), when advertised with a number.
    pub append_limit: Option<ByteSize>,
}

/// Storage of the account (`STORAGE` resource).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// In use.
    pub used: ByteSize,
    /// Allowed.
    pub limit: ByteSize,
}
