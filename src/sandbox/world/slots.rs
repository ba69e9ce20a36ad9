//! What a Zimbra platform has besides accounts: paid slots of two offers, and organizations (ovh-api.md §2.5).

use serde::{Deserialize, Serialize};

use crate::domain::{ByteSize, Moment};

/// A paid seat of a Zimbra platform.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Slot {
    pub(crate) id: i64,
    pub(crate) offer: Offer,
    /// Number of the account in it.
    pub(crate) account: Option<i64>,
    pub(crate) created: Moment,
}

/// What a slot is paid for (`zimbra.OfferEnum`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Offer {
    /// 15 GB.
    Starter,
    /// 50 GB.
    Pro,
}

impl Offer {
    /// Both, smallest first.
    pub(crate) const ALL: [Self; 2] = [Self::Starter, Self::Pro];

    /// The name in the API.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Starter => "STARTER",
            Self::Pro => "PRO",
        }
    }

    /// Storage of an account in it.
    pub(crate) const fn quota(self) -> ByteSize {
        match self {
            Self::Starter => ByteSize(15 << 30),
            Self::Pro => ByteSize(50 << 30),
        }
    }
}

/// An organization of a Zimbra platform.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OrganizationState {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) description: Option<String>,
    pub(crate) created: Moment,
}
