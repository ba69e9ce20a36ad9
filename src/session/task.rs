//! Tasks as data: what the engine must be doing.

use serde::{Deserialize, Serialize};

use crate::dnscheck::RecordPurpose;
use crate::domain::{DomainName, MailboxId, MigrationId, ServiceId};

/// A task. Two equal tasks are the same task: at most one of them runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub enum Task {
    /// Attach a domain to the target service and wait until it can be used.
    AttachDomain {
        /// Domain.
        domain: DomainName,
    },
    /// Look at an account.
    Inventory {
        /// Migration.
        migration: MigrationId,
    },
    /// Give the source its temporary name (guided: prove that it has it).
    RenameSource {
        /// Migration.
        migration: MigrationId,
    },
    /// Give the source its name back.
    UndoRename {
        /// Migration.
        migration: MigrationId,
    },
    /// Create the target account (guided: prove that it is there).
    CreateTarget {
        /// Migration.
        migration: MigrationId,
    },
    /// Turn the target back into a placeholder.
    UndoCreate {
        /// Migration.
        migration: MigrationId,
    },
    /// Look at what belongs to an account besides mail.
    InspectFeatures {
        /// Migration.
        migration: MigrationId,
    },
    /// Look at what belongs to a domain of a source service besides mail.
    InspectShared {
        /// Service.
        service: ServiceId,
        /// Domain.
        domain: DomainName,
    },
    /// Give the target the real address, which the source gave up.
    RenameTarget {
        /// Migration.
        migration: MigrationId,
    },
    /// Give the target its temporary name again.
    UndoRenameTarget {
        /// Migration.
        migration: MigrationId,
    },
    /// Remove the source account, once nothing happened in it since it was verified.
    RemoveSource {
        /// Migration.
        migration: MigrationId,
    },
    /// Let the platform migrate the account, and follow it to its end.
    ServerMigrate {
        /// Migration.
        migration: MigrationId,
    },
    /// Make the features of an account at the target.
    CarryFeatures {
        /// Migration.
        migration: MigrationId,
    },
    /// Make the features of a domain at the target service.
    CarryShared {
        /// Source service.
        service: ServiceId,
        /// Domain.
        domain: DomainName,
    },
    /// Take the domain from the target service again.
    DetachDomain {
        /// Domain.
        domain: DomainName,
    },
    /// Look at both accounts from outside, to see which mailboxes need another pass.
    Survey {
        /// Migration.
        migration: MigrationId,
    },
    /// Copy a mailbox, settling its doubts first.
    CopyMailbox {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
    },
    /// Read the target mailbox again and compare.
    VerifyMailbox {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
    },
    /// Look at DNS until it is as expected.
    CheckDns {
        /// Domain.
        domain: DomainName,
    },
    /// Change a record.
    FixDns {
        /// Domain.
        domain: DomainName,
        /// Which.
        purpose: RecordPurpose,
    },
    /// Write the report, forget secrets, close.
    Finish,
}

impl Task {
    /// Whether it changes who has which address, or what an account or a service is.
    pub const fn is_act(&self) -> bool {
        matches!(
            self,
            Self::AttachDomain { .. }
                | Self::DetachDomain { .. }
                | Self::RenameSource { .. }
                | Self::UndoRename { .. }
                | Self::CreateTarget { .. }
                | Self::UndoCreate { .. }
                | Self::RenameTarget { .. }
                | Self::UndoRenameTarget { .. }
                | Self::RemoveSource { .. }
                | Self::ServerMigrate { .. }
        )
    }

    /// The domain that it attaches or detaches, if any.
    pub const fn domain_of_service(&self) -> Option<&DomainName> {
        match self {
            Self::AttachDomain { domain } | Self::DetachDomain { domain } => Some(domain),
            _ => None,
        }
    }

    /// The migration that it belongs to, if any.
    pub const fn migration(&self) -> Option<MigrationId> {
        match self {
            Self::Inventory { migration }
            | Self::RenameSource { migration }
            | Self::UndoRename { migration }
            | Self::CreateTarget { migration }
            | Self::UndoCreate { migration }
            | Self::InspectFeatures { migration }
            | Self::RenameTarget { migration }
            | Self::UndoRenameTarget { migration }
            | Self::RemoveSource { migration }
            | Self::ServerMigrate { migration }
            | Self::CarryFeatures { migration }
            | Self::Survey { migration }
            | Self::CopyMailbox { migration, .. }
            | Self::VerifyMailbox { migration, .. } => Some(*migration),
            Self::AttachDomain { .. }
            | Self::DetachDomain { .. }
            | Self::InspectShared { .. }
            | Self::CarryShared { .. }
            | Self::CheckDns { .. }
            | Self::FixDns { .. }
            | Self::Finish => None,
        }
    }
}
