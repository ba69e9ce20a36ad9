//! The platforms between which accounts move, and the name of one service on one of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An e-mail platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// OVHcloud Hosted Exchange (`/email/exchange`).
    Exchange,
    /// OVHcloud Email Pro (`/email/pro`).
    EmailPro,
    /// OVHcloud MX Plan on the new infrastructure, with OWA: an Exchange behind it (`/email/mxplan`, `isZimbra: false`).
    MxPlan,
    /// OVHcloud MX Plan on the new infrastructure, with a Zimbra behind it (`/email/mxplan`, `isZimbra: true`).
    MxPlanZimbra,
    /// OVHcloud MX Plan on the legacy infrastructure, with Roundcube (`/email/domain` alone).
    MxPlanLegacy,
    /// OVHcloud Zimbra (`/v2/zimbra`).
    Zimbra,
    /// Any IMAP server, reached without a platform API.
    Imap,
}

impl Platform {
    /// Every platform, in the order in which lists show them.
    pub const ALL: [Self; 7] =
        [Self::Exchange, Self::EmailPro, Self::MxPlan, Self::MxPlanZimbra, Self::MxPlanLegacy, Self::Zimbra, Self::Imap];

    /// The key under which `config/platforms.toml` describes this platform.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::EmailPro => "email-pro",
            Self::MxPlan => "mx-plan",
            Self::MxPlanZimbra => "mx-plan-zimbra",
            Self::MxPlanLegacy => "mx-plan-legacy",
            Self::Zimbra => "zimbra",
            Self::Imap => "imap",
        }
    }

    /// Whether the store rebuilds MIME on reading, so that bytes differ from what was appended
    /// although nothing is lost. Such a side is compared by content, never by raw bytes.
    pub const fn rebuilds_messages(self) -> bool {
        matches!(self, Self::Exchange | Self::EmailPro | Self::MxPlan)
    }

    /// Whether it is an MX Plan, on whatever infrastructure: a domain has one of them at most.
    pub const fn is_mx_plan(self) -> bool {
        matches!(self, Self::MxPlan | Self::MxPlanZimbra | Self::MxPlanLegacy)
    }

    /// Whether the platform can give an account another address. On a legacy MX Plan `accountName` is read-only.
    pub const fn renames_accounts(self) -> bool {
        !matches!(self, Self::MxPlanLegacy)
    }
}

impl fmt::Display for Platform {
    /// The product's own name, the same in every language.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exchange => "Exchange",
            Self::EmailPro => "Email Pro",
            Self::MxPlan => "MX Plan",
            Self::MxPlanZimbra => "MX Plan (Zimbra)",
            Self::MxPlanLegacy => "MX Plan (legacy)",
            Self::Zimbra => "Zimbra",
            Self::Imap => "IMAP server",
        })
    }
}

/// One service that a customer owns: `hosted-zz111111-1` on Exchange.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceId {
    /// The platform it runs on.
    pub platform: Platform,
    /// Exchange only: the organisation the service belongs to (usually the same text as the name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The service name of the API.
    pub name: String,
}

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
