//! Tasks as data: what the engine must be doing.

use serde::{Deserialize, Serialize};

use crate::dnscheck::RecordPurpose;
use crate::domain::{DomainName, MailboxId, MigrationId};

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
    /// The migration that it belongs to, if any.
    pub const fn migration(&self) -> Option<MigrationId> {
        match self {
            Self::Inventory { migration }
            | Self::RenameSource { migration }
            | Self::UndoRename { migration }
            | Self::CreateTarget { migration }
            | Self::UndoCreate { migration }
            | Self::Survey { migration }
            | Self::CopyMailbox { migration, .. }
            | Self::VerifyMailbox { migration, .. } => Some(*migration),
            Self::AttachDomain { .. } | Self::CheckDns { .. } | Self::FixDns { .. } | Self::Finish => None,
        }
    }
}
