//! How each dialect behaves, as data: what it says of itself, what it takes, how patient it is.
//!
//! Sources: capability lines and limits of real servers as far as they were seen; for Zimbra its own IMAP source
//! (zm-mailbox, `ImapHandler`, `ImapConfig`); for Exchange its documented defaults. What is advertised works in this world as far as
//! copying mail needs it; what is not advertised is refused.

use super::access::Dialect;

/// What a dialect does with keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Keywords {
    /// Any can be stored.
    Any,
    /// Any, but these are forgotten with the session (Zimbra's junk flags).
    AnyBut(&'static [&'static str]),
    /// Only these; another one is an error.
    Only(&'static [&'static str]),
    /// None; whatever comes is dropped without a word.
    Dropped,
}

/// When errors end a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) struct Patience {
    /// The error that is the last one.
    pub(in crate::sandbox) most: u32,
    /// Whether `NO` counts, or only `BAD`.
    pub(in crate::sandbox) counts_no: bool,
    /// Whether an `OK` starts the count anew.
    pub(in crate::sandbox) ok_forgives: bool,
    /// The last words, without `* `.
    pub(in crate::sandbox) bye: &'static str,
}

/// What a dialect does to every message that it stores (seen with the real servers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Alteration {
    /// A CR without its LF is dropped, and the last line gets an end.
    LineEnds,
    /// Each 8-bit byte of the header becomes `X`.
    HighBytesOfHeader,
}

/// How a dialect behaves.
#[derive(Debug)]
pub(in crate::sandbox) struct Manners {
    /// After `* OK `.
    pub(in crate::sandbox) greeting: &'static str,
    /// Whether the greeting tells the capabilities.
    pub(in crate::sandbox) greets_with_capabilities: bool,
    /// What ID answers.
    pub(in crate::sandbox) software: &'static str,
    /// Capabilities before login, once the connection is protected.
    pub(in crate::sandbox) before_login: &'static str,
    /// Capabilities after login.
    pub(in crate::sandbox) capabilities: &'static str,
    pub(in crate::sandbox) keywords: Keywords,
    /// Longest command line in bytes, literals apart.
    pub(in crate::sandbox) command_line: usize,
    /// Largest message in bytes.
    pub(in crate::sandbox) largest: u64,
    /// Longest line inside a message in bytes.
    pub(in crate::sandbox) message_line: usize,
    pub(in crate::sandbox) patience: Patience,
    /// Like commands in a row that pass; the next one ends the connection.
    pub(in crate::sandbox) alike: Option<u32>,
    /// Connections per user.
    pub(in crate::sandbox) seats: Option<u32>,
    /// What becomes of messages.
    pub(in crate::sandbox) alters: &'static [Alteration],
}

impl Manners {
    /// Whether a word is advertised after login.
    pub(in crate::sandbox) fn has(&self, word: &str) -> bool {
        self.capabilities.split(' ').any(|known| known == word)
    }
}

/// Forgotten with the session by a Zimbra-like server.
const JUNK_FLAGS: &[&str] = &["$Junk", "$NotJunk", "Junk", "NonJunk", "NotJunk", "JunkRecorded"];

const DOVECOT: Manners = Manners {
    greeting: "Dovecot ready.",
    greets_with_capabilities: true,
    software: "Dovecot",
    before_login: "IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ AUTH=PLAIN",
    capabilities: "IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ AUTH=PLAIN MULTIAPPEND UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED \
                   LIST-STATUS SPECIAL-USE CREATE-SPECIAL-USE QUOTA MOVE CONDSTORE",
    keywords: Keywords::Any,
    command_line: 65_536,
    // One that would not fit the demo either.
    largest: 256 * 1024 * 1024,
    message_line: usize::MAX,
    patience: Patience { most: 20, counts_no: false, ok_forgives: true, bye: "BYE Too many invalid IMAP commands." },
    alike: None,
    seats: None,
    alters: &[],
};

const EXCHANGE: Manners = Manners {
    greeting: "The Microsoft Exchange IMAP4 service is ready.",
    greets_with_capabilities: false,
    software: "Microsoft.Exchange.Imap4.Imap4Server",
    before_login: "IMAP4 IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+",
    capabilities: "IMAP4 IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+",
    keywords: Keywords::Only(&["$MDNSent"]),
    command_line: 10_000,
    // 35 MiB, as OVHcloud has it.
    largest: 36_700_160,
    message_line: 10_000,
    patience: Patience { most: 10, counts_no: true, ok_forgives: false, bye: "BYE Connection is closed. 13" },
    alike: None,
    seats: Some(16),
    alters: &[],
};

const ZIMBRA: Manners = Manners {
    greeting: "Zimbra IMAP4rev1 server ready",
    greets_with_capabilities: false,
    software: "Zimbra",
    before_login: "IMAP4rev1 ACL AUTH=PLAIN BINARY CATENATE CHILDREN CONDSTORE ENABLE ESEARCH ESORT I18NLEVEL=1 ID IDLE LIST-EXTENDED \
                   LIST-STATUS LITERAL+ LOGIN-REFERRALS MULTIAPPEND NAMESPACE QRESYNC QUOTA RIGHTS=ektx SASL-IR SEARCHRES SORT \
                   THREAD=ORDEREDSUBJECT UIDPLUS UNSELECT WITHIN XLIST",
    capabilities: "IMAP4rev1 ACL BINARY CATENATE CHILDREN CONDSTORE ENABLE ESEARCH ESORT I18NLEVEL=1 ID IDLE LIST-EXTENDED LIST-STATUS \
                   LITERAL+ LOGIN-REFERRALS MULTIAPPEND NAMESPACE QRESYNC QUOTA RIGHTS=ektx SASL-IR SEARCHRES SORT \
                   THREAD=ORDEREDSUBJECT UIDPLUS UNSELECT WITHIN XLIST",
    keywords: Keywords::AnyBut(JUNK_FLAGS),
    command_line: 10_240,
    largest: 100 * 1024 * 1024,
    message_line: usize::MAX,
    patience: Patience { most: 5, counts_no: true, ok_forgives: true, bye: "BYE Zimbra IMAP4rev1 server closing connection" },
    alike: Some(25),
    seats: None,
    alters: &[],
};

const MINIMAL: Manners = Manners {
    greeting: "IMAP4rev1 ready",
    greets_with_capabilities: false,
    software: "",
    before_login: "IMAP4rev1",
    capabilities: "IMAP4rev1",
    keywords: Keywords::Dropped,
    command_line: 8192,
    largest: 64 * 1024 * 1024,
    message_line: usize::MAX,
    patience: Patience { most: 20, counts_no: false, ok_forgives: true, bye: "BYE Too many errors" },
    alike: None,
    seats: None,
    alters: &[],
};

const COURIER: Manners = Manners {
    greeting: "Courier-IMAP ready.",
    before_login: "IMAP4rev1 CHILDREN NAMESPACE",
    capabilities: "IMAP4rev1 CHILDREN NAMESPACE",
    patience: Patience { most: 10, counts_no: false, ok_forgives: true, bye: "BYE Too many consecutive protocol violations" },
    seats: Some(4),
    alters: &[Alteration::LineEnds],
    ..MINIMAL
};

const CYRUS: Manners = Manners {
    greeting: "Cyrus IMAP 3.6.1 server ready",
    software: "Cyrus IMAPD",
    before_login: "IMAP4rev1 LITERAL+ ID ENABLE AUTH=PLAIN SASL-IR",
    capabilities: "IMAP4rev1 LITERAL+ ID ENABLE AUTH=PLAIN SASL-IR MULTIAPPEND UIDPLUS UNSELECT CHILDREN NAMESPACE QUOTA",
    keywords: Keywords::Any,
    alters: &[Alteration::HighBytesOfHeader],
    ..MINIMAL
};

impl Dialect {
    /// How this dialect behaves.
    pub(in crate::sandbox) const fn manners(self) -> &'static Manners {
        match self {
            Self::Dovecot | Self::DovecotSlash => &DOVECOT,
            Self::Exchange => &EXCHANGE,
            Self::Zimbra => &ZIMBRA,
            Self::Minimal => &MINIMAL,
            Self::Courier => &COURIER,
            Self::Cyrus => &CYRUS,
        }
    }
}
