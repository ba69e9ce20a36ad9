//! One file per task. A task may be cut at any point and started again: it looks at the world first, and acts only on what it sees.

mod attach_domain;
mod canary;
mod catch_up;
mod check_dns;
mod copy_mailbox;
mod course;
mod create_target;
mod finish;
mod fix_dns;
mod flagging;
mod inventory;
mod making;
mod outbound;
mod overview;
mod piecing;
mod prepare;
mod reading;
mod recalling;
mod rename_source;
mod repairing;
mod room;
mod sending;
mod settle;
mod sharing;
mod survey;
mod verify_mailbox;
mod windows;
mod writing;

use crate::session::Task;

use super::context::{Failure, TaskContext};

pub(super) use canary::Trust;
pub(super) use settle::Settling;

/// Runs a task until it is done, stopped, or in trouble.
pub(super) async fn run(context: &TaskContext) -> Result<(), Failure> {
    match context.task.clone() {
        Task::AttachDomain { domain } => attach_domain::run(context, &domain).await,
        Task::Inventory { migration } => inventory::run(context, migration).await,
        Task::RenameSource { migration } => rename_source::run(context, migration).await,
        Task::UndoRename { migration } => rename_source::undo(context, migration).await,
        Task::CreateTarget { migration } => create_target::run(context, migration).await,
        Task::UndoCreate { migration } => create_target::undo(context, migration).await,
        Task::Survey { migration } => survey::run(context, migration).await,
        Task::CopyMailbox { migration, mailbox } => copy_mailbox::run(context, migration, mailbox).await,
        Task::VerifyMailbox { migration, mailbox } => verify_mailbox::run(context, migration, mailbox).await,
        Task::CheckDns { domain } => check_dns::run(context, &domain).await,
        Task::FixDns { domain, purpose } => fix_dns::run(context, &domain, purpose).await,
        Task::Finish => finish::run(context).await,
        Task::InspectFeatures { .. }
        | Task::InspectShared { .. }
        | Task::RenameTarget { .. }
        | Task::UndoRenameTarget { .. }
        | Task::RemoveSource { .. }
        | Task::ServerMigrate { .. }
        | Task::CarryFeatures { .. }
        | Task::CarryShared { .. }
        | Task::DetachDomain { .. } => Err(Failure::Closing),
    }
}
