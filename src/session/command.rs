//! What the person (or a script) can ask for, and how it is refused.

use crate::dnscheck::RecordPurpose;
use crate::domain::CopyChoices;
use crate::domain::{DomainName, MigrationId};
use crate::plan::SourceAccount;

use super::{ApiAccess, Destination, Mode, PlannedMigration, Step, Strategy, Task};

/// A wish. Secrets never travel in a command: they are kept first, and named by reference.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Choose who does the clicks.
    ChooseMode {
        /// Who.
        mode: Mode,
        /// In which order.
        strategy: Strategy,
    },
    /// Choose another order of acts. Possible until the plan is accepted.
    ChooseStrategy {
        /// Which.
        strategy: Strategy,
    },
    /// Use this API account (its rights were checked by [`super::Query::CheckCredential`]).
    ConnectApi {
        /// Where and with what.
        access: ApiAccess,
    },
    /// Move these accounts.
    ChooseSources {
        /// Accounts, each login proven.
        accounts: Vec<SourceAccount>,
    },
    /// Move them there.
    ChooseDestination {
        /// Where to.
        destination: Destination,
        /// Domains that must be attached there.
        domains: Vec<DomainName>,
    },
    /// Go back to a step at or before Review and answer again. Possible until the renames were confirmed.
    Reopen {
        /// The step.
        step: Step,
    },
    /// Decide what is decided once for all mailboxes. Possible until the plan is accepted.
    MakeChoices {
        /// What.
        choices: CopyChoices,
    },
    /// Accept the plan.
    AcceptPlan {
        /// Its migrations.
        migrations: Vec<PlannedMigration>,
        /// Create each target as soon as its source is renamed.
        create_at_once: bool,
    },
    /// Rename (guided: it is renamed, prove it). Copy first: rename the source, then the target.
    ConfirmRename,
    /// Remove a source, once it is verified again (replace).
    ConfirmRemoval {
        /// Which one.
        migration: MigrationId,
        /// Its address, as the person typed it.
        typed: String,
    },
    /// Let the platform migrate an account (server side).
    ConfirmServerMigration {
        /// Which one.
        migration: MigrationId,
        /// Its address, as the person typed it.
        typed: String,
    },
    /// Undo every act that can be undone.
    UndoEverything,
    /// Give one source its name back.
    UndoRename {
        /// Which one.
        migration: MigrationId,
    },
    /// Create (guided: it is created, prove it).
    ConfirmCreate,
    /// Remove one target account.
    UndoCreate {
        /// Which one.
        migration: MigrationId,
    },
    /// Copy.
    ConfirmCopy,
    /// Another pass over one account.
    RequestDelta {
        /// Which one.
        migration: MigrationId,
    },
    /// Go on although the target alters dates or flags.
    AcceptAltered {
        /// Which one.
        migration: MigrationId,
    },
    /// Try refused messages again.
    RetryRefused {
        /// Which one.
        migration: MigrationId,
    },
    /// Change a record in the zone.
    FixDns {
        /// Domain.
        domain: DomainName,
        /// Which.
        purpose: RecordPurpose,
    },
    /// Leave the DNS step.
    AcceptDns,
    /// Try a stopped task again.
    Retry {
        /// Which.
        task: Task,
    },
    /// Try all stopped tasks again.
    RetryAll,
    /// Start nothing new.
    Pause,
    /// Go on.
    Unpause,
    /// Finish.
    ConfirmFinish {
        /// Whether passwords and keys shall be forgotten.
        forget_secrets: bool,
    },
}

/// Why a wish is refused; words under `refusal-<variant>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The pair of platforms does not allow this order of acts.
    #[error("this order is not possible between these platforms")]
    StrategyNotPossible,
    /// What was typed is not the address.
    #[error("what was typed is not the address of the account")]
    WrongTyped,
    /// The old account is gone.
    #[error("the old account is gone")]
    SourceGone,
    /// There is nothing that could be undone.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// Not at this step.
    #[error("not possible at this step")]
    NotNow,
    /// Nothing was chosen.
    #[error("nothing is chosen")]
    NothingChosen,
    /// The same account twice.
    #[error("the same account is chosen twice")]
    SameAccountTwice,
    /// Two accounts would get the same name, or a temporary name is in use by another account of the plan.
    #[error("two accounts would get the same name")]
    SameNameTwice,
    /// The domain of an address would change.
    #[error("the temporary name must stay in the same domain")]
    OtherDomain,
    /// The plan does not fit what is known.
    #[error("the plan does not match the accounts")]
    PlanMismatch,
    /// A blocker was found.
    #[error("something found in the review must be mended first")]
    Blocked,
    /// An act changed the world already.
    #[error("too late to go back: something was changed already")]
    TooLate,
    /// The copy has begun.
    #[error("the copy has begun: this can no longer be undone here")]
    CopyBegun,
    /// The target must be removed first.
    #[error("remove the target account first")]
    TargetExists,
    /// There is nothing to change by key for this record.
    #[error("this record is not changed from here")]
    NothingToFix,
    /// No such task is stopped.
    #[error("this task is not stopped")]
    NotStopped,
    /// Not yet.
    #[error("not everything is verified yet")]
    NotVerified,
    /// The session is finished.
    #[error("the session is finished")]
    Finished,
    /// Another program holds the session: it can only be watched here.
    #[error("another program holds this session: it can only be watched")]
    ReadOnly,
}

impl Refusal {
    /// The key of its words.
    pub const fn key(self) -> &'static str {
        match self {
            Self::StrategyNotPossible => "strategy-not-possible",
            Self::WrongTyped => "wrong-typed",
            Self::SourceGone => "source-gone",
            Self::NothingToUndo => "nothing-to-undo",
            Self::NotNow => "not-now",
            Self::NothingChosen => "nothing-chosen",
            Self::SameAccountTwice => "same-account-twice",
            Self::SameNameTwice => "same-name-twice",
            Self::OtherDomain => "other-domain",
            Self::PlanMismatch => "plan-mismatch",
            Self::Blocked => "blocked",
            Self::TooLate => "too-late",
            Self::CopyBegun => "copy-begun",
            Self::TargetExists => "target-exists",
            Self::NothingToFix => "nothing-to-fix",
            Self::NotStopped => "not-stopped",
            Self::NotVerified => "not-verified",
            Self::Finished => "finished",
            Self::ReadOnly => "read-only",
        }
    }
}
