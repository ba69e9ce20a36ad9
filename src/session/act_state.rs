//! Where acts stand that only some orders have: removal, the platform's own migration, features.

use crate::domain::{EmailAddress, Feature, FeatureOwner, MigrationId, ServiceId};

use super::{LeftReason, MailboxCount};

/// Where the removal of a source stands (replace).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RemovalState {
    /// Nobody confirmed it.
    #[default]
    Pending,
    /// The address was typed; what came since is copied and verified first.
    Confirmed,
    /// The intent is recorded, the outcome is not.
    Intended,
    /// The source is gone.
    Done,
}

/// Where the platform's own migration stands (server side).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ServerState {
    /// Nobody confirmed it.
    #[default]
    Pending,
    /// The address was typed.
    Confirmed,
    /// The intent is recorded, the outcome is not.
    Intended {
        /// The free seat that it shall become.
        seat: EmailAddress,
    },
    /// The platform has migrated it.
    Done {
        /// Messages by mailbox at the target, where it was looked at.
        found: Vec<MailboxCount>,
    },
}

/// Where a feature stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeatureState {
    /// Not begun.
    Pending,
    /// The intent is recorded, the outcome is not.
    Intended,
    /// At the target.
    Carried {
        /// Whether it had to leave the source.
        left_source: bool,
    },
    /// On the person's list.
    Left {
        /// Why.
        reason: LeftReason,
        /// The platform's words.
        said: Option<String>,
    },
}

impl FeatureState {
    /// Whether nothing more is to be done by the program.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Carried { .. } | Self::Left { .. })
    }
}

/// A feature of an account or a domain, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureProgress {
    /// What.
    pub feature: Feature,
    /// Whose: an account's by its own address, also after a rename.
    pub owner: FeatureOwner,
    /// The migration that it belongs to; none: to the domain.
    pub migration: Option<MigrationId>,
    /// The service on which it was found.
    pub service: ServiceId,
    /// Where it stands.
    pub state: FeatureState,
}
