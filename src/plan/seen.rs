//! What was seen of both sides before the mailboxes are mapped, in the plan's own words.

use crate::domain::{MailboxName, Platform, Role, WireName};
use crate::settings::Platforms;

use crate::domain::Collisions;

/// Bytes of one part of a name: servers keep it as the name of a folder of 255, some with a mark before it.
const LONGEST_SEGMENT: usize = 240;

/// A mailbox as LIST, LSUB and STATUS show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenMailbox {
    /// Path in Unicode.
    pub name: MailboxName,
    /// The server's own spelling.
    pub wire: WireName,
    /// Role from the attributes.
    pub role: Option<Role>,
    /// Whether it can be opened.
    pub is_selectable: bool,
    /// Whether it is subscribed.
    pub is_subscribed: bool,
    /// Messages in it.
    pub messages: u32,
}

/// What matters about the target when mailboxes get their names there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetTraits {
    /// Mailboxes that are there; empty while the account does not exist yet.
    pub existing: Vec<SeenMailbox>,
    /// Whether `Sent` and `SENT` are one mailbox.
    pub is_case_insensitive: bool,
    /// Characters that a part of a name cannot have, besides the delimiter.
    pub illegal: String,
    /// Longest part of a name, in bytes as spelled on the wire.
    pub longest_segment: usize,
    /// Hierarchy delimiter; `None`: a flat server.
    pub delimiter: Option<char>,
    /// The platform.
    pub platform: Platform,
    /// What happens with mailboxes that have one name there.
    pub collisions: Collisions,
}

impl TargetTraits {
    /// What is known of a platform (`config/platforms.toml`; a plain IMAP server is taken as it comes).
    pub fn of(platform: Platform, delimiter: Option<char>, existing: Vec<SeenMailbox>) -> Self {
        let facts = Platforms::built_in().facts(platform);
        Self {
            existing,
            is_case_insensitive: facts.case_insensitive_names,
            illegal: facts.illegal_characters.clone(),
            longest_segment: LONGEST_SEGMENT,
            delimiter,
            platform,
            collisions: Collisions::Suffix,
        }
    }
}
