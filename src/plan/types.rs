//! The values of a plan, as they are journaled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{ByteSize, Capabilities, EmailAddress, ImapEndpoint, MailboxId, MailboxName, Role, SecretRef, ServiceId, WireName};

/// An account to be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAccount {
    /// Its address now, which will be the target's.
    pub address: EmailAddress,
    /// The service that it is on; none in guided mode.
    pub service: Option<ServiceId>,
    /// Where its mail is read.
    pub endpoint: ImapEndpoint,
    /// User name for IMAP before the rename (on OVHcloud the address).
    pub user: String,
    /// Where its password is kept.
    pub secret: SecretRef,
    /// Names to give the target.
    #[serde(default)]
    pub display_name: Option<String>,
    /// First name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default)]
    pub last_name: Option<String>,
}

/// The account that it becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetAccount {
    /// The service that will hold it; none in guided mode.
    pub service: Option<ServiceId>,
    /// Where its mail is written.
    pub endpoint: ImapEndpoint,
    /// User name for IMAP.
    pub user: String,
    /// Where its password is kept.
    pub secret: SecretRef,
}

/// Why a mailbox is not copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// It holds no mail: calendar, contacts, tasks (IMAP shows placeholders).
    NotMail,
    /// The server lists it but it cannot be opened; it exists for what is below it.
    NotSelectable,
    /// The person decided so.
    ByChoice,
}

/// What happens with a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do")]
pub enum MappingAction {
    /// Copied to this mailbox of the target.
    Copy {
        /// Name at the target.
        to: MailboxName,
    },
    /// Left at the source.
    Skip {
        /// Why.
        reason: SkipReason,
    },
}

/// Which messages of a mailbox are meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailPart {
    /// All of them.
    #[default]
    All,
    /// Those without `\\Deleted`.
    Unmarked,
    /// Those with `\\Deleted`.
    Marked,
}

impl MailPart {
    /// All of them. By reference, as serde asks.
    pub const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }
}

/// One mailbox of the source and what happens with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxMapping {
    /// Its number within the migration, from 1.
    pub id: MailboxId,
    /// Its name.
    pub name: MailboxName,
    /// The source server's spelling.
    pub wire: WireName,
    /// Its role, from attributes or from its name.
    pub role: Option<Role>,
    /// Whether it is subscribed.
    pub is_subscribed: bool,
    /// Messages at the time of the inventory.
    pub messages: u32,
    /// What happens.
    pub action: MappingAction,
    /// Which of its messages: one mailbox can be there twice, with its mail and with its mail marked as deleted.
    #[serde(default, skip_serializing_if = "MailPart::is_all")]
    pub part: MailPart,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Good to know.
    Note,
    /// Something will be different afterwards.
    Warning,
    /// The start is refused.
    Blocker,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    /// The target keeps mail but rebuilds its form (Exchange family): `compared by content`.
    TargetRebuilds,
    /// Keywords that the target does not store: `keywords`.
    KeywordsDropped,
    /// Messages larger than the target takes: `count`, `limit`.
    TooBig,
    /// More mail than the target holds: `size`, `quota`.
    DoesNotFit,
    /// A mailbox gets another name: `from`, `to`.
    Renamed,
    /// Two mailboxes become one: `names`, `to`.
    Merged,
    /// Mailboxes without mail (calendar, contacts) stay: `names`.
    NotMail,
    /// Aliases to be recreated by hand: `count`.
    Aliases,
    /// Dates that the target cannot keep: `count`.
    Dates,
    /// Flags that only the source knows: `flags`.
    ForeignFlags,
    /// Mail that is marked as deleted and still there: `count`.
    DeletedMail,
    /// A service is suspended or has expired: `service`.
    ServiceUnusable,
    /// The account is blocked, for spam or an unpaid bill: `address`.
    AccountBlocked,
    /// The platform is at work on the account: `address`.
    AccountBusy,
    /// IMAP is switched off: `place` (`service` or `account`), `name`.
    ImapOff,
    /// An authentication policy refuses passwords over IMAP: `address`.
    PasswordLoginBlocked,
    /// Only some networks may connect: `service`, `networks`.
    NetworksLimited,
    /// Fewer accounts can be made than are to be moved: `service`, `free`, `needed`.
    TooFewSeats,
    /// The account is made on demand, and may be billed: `service`.
    MayBeBilled,
    /// The address has characters that the target does not take: `address`, `characters`.
    NameNotAllowed,
    /// The ownership of the domain is not proven at the target: `domain`, `cname`.
    DomainNotValidated,
    /// The domain is authoritative on a service while addresses of it are on another one: `domain`, `service`.
    DomainAuthoritative,
    /// The platform's own migration is not possible as things are: `codes`.
    MigrationBlocked,
    /// What the platform's own migration does not take along: `codes`.
    MigrationWarns,
    /// Contacts of both services differ; the platform's own migration wants the same administrative and technical one: `from`, `to`.
    ContactsDiffer,
    /// The API key lacks a right that this plan needs: `rule`.
    RightMissing,
    /// The API key ends soon: `at`.
    KeyEndsSoon,
}

/// One line of the report *will it fit and will it work*; words under `finding-<code>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub code: FindingCode,
    /// How much it weighs.
    pub weight: Weight,
    /// Nouns of the sentence.
    pub params: BTreeMap<String, String>,
}

/// What was found out about one account before anything changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// What the source server can do.
    pub source: Capabilities,
    /// Mailboxes and what would happen with them.
    pub mailboxes: Vec<MailboxMapping>,
    /// Messages that will be copied.
    pub messages: u64,
    /// Their size as the source claims it.
    pub bytes: ByteSize,
    /// Findings.
    pub findings: Vec<Finding>,
    /// Messages marked `\Deleted`, by mailbox.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "pairs")]
    pub marked: BTreeMap<MailboxId, u32>,
}

/// A map as a list of pairs: in an event that names its kind, a JSON object cannot have numbers for keys.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::domain::MailboxId;

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<MailboxId, u32>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<MailboxId, u32>, D::Error> {
        Vec::<(MailboxId, u32)>::deserialize(deserializer).map(|pairs| pairs.into_iter().collect())
    }
}
