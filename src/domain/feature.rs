//! What belongs to an account or its domain and is not mail: aliases, rights, groups, contacts, footers, replies, rules.
//!
//! In addresses, never in a platform's numbers, so that what one platform says can be given to another. Every feature is one act of the
//! platform: a group is its bare self first, then each alias, member and manager of it, in this order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DomainName, EmailAddress, Platform};

/// To whom a feature belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureOwner {
    /// An account, by its address on the service that is asked.
    Account(EmailAddress),
    /// All accounts of a domain on the service: groups, contacts, footers.
    Domain(DomainName),
}

/// A right of somebody over somebody else's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Opens it (`fullAccess`; on a legacy MX Plan `delegation`).
    FullAccess,
    /// Sends as it (`sendAs`).
    SendAs,
    /// Sends on its behalf (`sendOnBehalfTo`).
    SendOnBehalf,
}

/// One condition of a filter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FilterRule {
    /// Header.
    pub header: String,
    /// `checkspf`, `contains`, `noContains`.
    pub operand: String,
    /// With what.
    pub value: String,
}

/// One feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "feature", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Feature {
    /// Another address of the account.
    Alias {
        /// It.
        alias: EmailAddress,
    },
    /// Somebody else has a right over the account.
    Delegation {
        /// Which.
        right: Right,
        /// Who: an account of the same service; on a legacy MX Plan a NIC handle, which no other platform knows, is not an address and
        /// told as [`Self::Other`].
        account: EmailAddress,
    },
    /// The account is not shown in the address book (`hiddenFromGAL`, `hideInGal`).
    HiddenFromDirectory,
    /// Mail of the account goes to somebody else, too (`forwardingEmail`; on a legacy MX Plan a redirection from its address).
    Forwarding {
        /// To whom.
        to: EmailAddress,
        /// Whether the account keeps it.
        keeps_copy: bool,
    },
    /// An address without a mailbox leads to another one.
    Redirection {
        /// From.
        from: EmailAddress,
        /// To.
        to: EmailAddress,
    },
    /// An automatic reply.
    Responder {
        /// Its text.
        content: String,
        /// From when, as RFC 3339.
        from: Option<String>,
        /// Until when, as RFC 3339.
        to: Option<String>,
        /// Whether the mail is copied.
        copies: bool,
        /// To whom.
        copy_to: Option<EmailAddress>,
    },
    /// A rule that sorts mail.
    Filter {
        /// Its name.
        name: String,
        /// Its place: lower ones first.
        priority: i64,
        /// Whether it is on.
        is_active: bool,
        /// Its conditions.
        rules: Vec<FilterRule>,
        /// `accept`, `account`, `delete`, `redirect`.
        action: String,
        /// With what.
        parameter: Option<String>,
    },
    /// Settings against spam and viruses that are not the usual ones, by the platform's own names (`mailingFilter`,
    /// `spamAndVirusConfiguration.putInJunk`, …).
    SpamSettings {
        /// Name and value, as the API writes it.
        settings: BTreeMap<String, String>,
    },
    /// A person outside in the address book.
    Contact {
        /// Address.
        address: EmailAddress,
        /// Name.
        display_name: Option<String>,
        /// First name.
        first_name: Option<String>,
        /// Last name.
        last_name: Option<String>,
        /// Initials.
        initials: Option<String>,
        /// Whether it is hidden in the address book.
        is_hidden: bool,
    },
    /// A footer below every message of the domain.
    Disclaimer {
        /// HTML.
        content: String,
        /// Only below mail that leaves.
        is_outside_only: bool,
    },
    /// A group with an address of its own (`mailingList` of Exchange), bare.
    Group {
        /// Its address.
        address: EmailAddress,
        /// Its name.
        display_name: Option<String>,
        /// Whether it is hidden in the address book.
        is_hidden: bool,
        /// `open`, `closed`, `approvalRequired`.
        join: String,
        /// `open`, `closed`.
        depart: String,
        /// Whether only accounts of the service may write to it (`senderAuthentification`).
        is_internal_only: bool,
        /// Largest message that it takes, in MB.
        largest_received_mb: Option<u64>,
        /// Largest message that it sends, in MB.
        largest_sent_mb: Option<u64>,
    },
    /// Another address of a group.
    GroupAlias {
        /// Group.
        group: EmailAddress,
        /// It.
        alias: EmailAddress,
    },
    /// A member of a group: an account, or a contact.
    GroupMember {
        /// Group.
        group: EmailAddress,
        /// Member.
        member: EmailAddress,
        /// Whether it is a contact.
        is_contact: bool,
    },
    /// Who decides about a group.
    GroupManager {
        /// Group.
        group: EmailAddress,
        /// Account.
        account: EmailAddress,
    },
    /// Who sends as a group, or on its behalf.
    GroupDelegation {
        /// Group.
        group: EmailAddress,
        /// Which; never [`Right::FullAccess`].
        right: Right,
        /// Who.
        account: EmailAddress,
    },
    /// A mailing list of the domain (MX Plan): it stays with the domain.
    MailingList {
        /// Its address.
        address: EmailAddress,
        /// Who answers for it.
        owner: String,
        /// Who gets it.
        subscribers: Vec<String>,
        /// Who decides what is sent.
        moderators: Vec<String>,
    },
    /// Something that exists there and is known by name alone: shared and resource accounts, delegations to NIC handles.
    Other {
        /// What, in the platform's word: `sharedAccount`, `resourceAccount`, `delegation`, `publicFolder`.
        kind: String,
        /// Its name.
        name: String,
    },
}

/// What kind of feature: which platform can hold it is in `config/platforms.toml` under these names; words under `feature-<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureKind {
    /// [`Feature::Alias`].
    Alias,
    /// [`Feature::Delegation`].
    Delegation,
    /// [`Feature::HiddenFromDirectory`].
    HiddenFromDirectory,
    /// [`Feature::Forwarding`].
    Forwarding,
    /// [`Feature::Redirection`].
    Redirection,
    /// [`Feature::Responder`].
    Responder,
    /// [`Feature::Filter`].
    Filter,
    /// [`Feature::SpamSettings`].
    SpamSettings,
    /// [`Feature::Contact`].
    Contact,
    /// [`Feature::Disclaimer`].
    Disclaimer,
    /// [`Feature::Group`] and all of its parts.
    Group,
    /// [`Feature::MailingList`].
    MailingList,
    /// [`Feature::Other`].
    Other,
}

impl FeatureKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Alias,
        Self::Delegation,
        Self::HiddenFromDirectory,
        Self::Forwarding,
        Self::Redirection,
        Self::Responder,
        Self::Filter,
        Self::SpamSettings,
        Self::Contact,
        Self::Disclaimer,
        Self::Group,
        Self::MailingList,
        Self::Other,
    ];

    /// The name in files and phrases.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Alias => "alias",
            Self::Delegation => "delegation",
            Self::HiddenFromDirectory => "hidden-from-directory",
            Self::Forwarding => "forwarding",
            Self::Redirection => "redirection",
            Self::Responder => "responder",
            Self::Filter => "filter",
            Self::SpamSettings => "spam-settings",
            Self::Contact => "contact",
            Self::Disclaimer => "disclaimer",
            Self::Group => "group",
            Self::MailingList => "mailing-list",
            Self::Other => "other",
        }
    }
}

impl Feature {
    /// Its kind.
    pub const fn kind(&self) -> FeatureKind {
        match self {
            Self::Alias { .. } => FeatureKind::Alias,
            Self::Delegation { .. } => FeatureKind::Delegation,
            Self::HiddenFromDirectory => FeatureKind::HiddenFromDirectory,
            Self::Forwarding { .. } => FeatureKind::Forwarding,
            Self::Redirection { .. } => FeatureKind::Redirection,
            Self::Responder { .. } => FeatureKind::Responder,
            Self::Filter { .. } => FeatureKind::Filter,
            Self::SpamSettings { .. } => FeatureKind::SpamSettings,
            Self::Contact { .. } => FeatureKind::Contact,
            Self::Disclaimer { .. } => FeatureKind::Disclaimer,
            Self::Group { .. }
            | Self::GroupAlias { .. }
            | Self::GroupMember { .. }
            | Self::GroupManager { .. }
            | Self::GroupDelegation { .. } => FeatureKind::Group,
            Self::MailingList { .. } => FeatureKind::MailingList,
            Self::Other { .. } => FeatureKind::Other,
        }
    }

    /// Whether it is the domain's on this platform: it stays there and goes on working, wherever the accounts go.
    pub const fn stays_with_domain(&self, from: Platform) -> bool {
        match self {
            Self::MailingList { .. } => true,
            Self::Redirection { .. } => from.is_mx_plan(),
            _ => false,
        }
    }

    /// The address that it occupies: nobody else can have it at the same time, on any platform of the customer.
    pub const fn occupies(&self) -> Option<&EmailAddress> {
        match self {
            Self::Alias { alias } | Self::GroupAlias { alias, .. } => Some(alias),
            Self::Redirection { from, .. } => Some(from),
            Self::Group { address, .. } | Self::MailingList { address, .. } => Some(address),
            _ => None,
        }
    }

    /// Whether another one is the same thing, although platforms may tell its details in other words.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Contact { address: one, .. }, Self::Contact { address: two, .. })
            | (Self::Group { address: one, .. }, Self::Group { address: two, .. })
            | (Self::MailingList { address: one, .. }, Self::MailingList { address: two, .. }) => one == two,
            (Self::Responder { .. }, Self::Responder { .. }) => true,
            (Self::Filter { name: one, .. }, Self::Filter { name: two, .. }) => one == two,
            (Self::Disclaimer { content: one, .. }, Self::Disclaimer { content: two, .. }) => one.trim() == two.trim(),
            (Self::SpamSettings { settings: wanted }, Self::SpamSettings { settings: there }) => {
                wanted.iter().all(|(name, value)| there.get(name) == Some(value))
            }
            _ => self == other,
        }
    }
}
