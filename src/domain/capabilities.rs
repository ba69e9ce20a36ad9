//! What an IMAP server can do and how much an account holds.

use serde::{Deserialize, Serialize};

use super::{ByteSize, Platform, ServiceId};

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

impl Capabilities {
    /// The platform of an account: the service says it, else its server's habits do.
    pub fn platform(&self, service: Option<&ServiceId>) -> Platform {
        service.map_or_else(|| self.habits(), |service| service.platform)
    }

    /// The platform whose habits this server has, for servers that a person named by host only: the Exchange family rebuilds messages,
    /// and only Zimbra offers these words together (zm-mailbox, `ImapHandler`). [`Platform::Imap`] when nothing tells.
    pub fn habits(&self) -> Platform {
        let offers = |word: &str| self.line.split(' ').any(|known| known.eq_ignore_ascii_case(word));
        if !self.keeps_bytes {
            Platform::Exchange
        } else if ["XLIST", "WITHIN", "SEARCHRES", "I18NLEVEL=1"].into_iter().all(offers) {
            Platform::Zimbra
        } else {
            Platform::Imap
        }
    }
}

/// Storage of the account (`STORAGE` resource).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// In use.
    pub used: ByteSize,
    /// Allowed.
    pub limit: ByteSize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_known_by_its_habits() {
        let habits = |line: &str, keeps_bytes| Capabilities { line: line.to_owned(), keeps_bytes, ..Capabilities::default() }.habits();
        assert_eq!(habits("IMAP4rev1 WITHIN I18NLEVEL=1 searchres XLIST", true), Platform::Zimbra);
        assert_eq!(habits("IMAP4rev1 WITHIN XLIST", true), Platform::Imap);
        assert_eq!(habits("IMAP4rev1", false), Platform::Exchange);
        let service = ServiceId { platform: Platform::MxPlan, organization: None, name: "mx".to_owned() };
        assert_eq!(Capabilities::default().platform(Some(&service)), Platform::MxPlan, "the service knows better");
    }
}
