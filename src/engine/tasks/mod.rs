//! One file per task. A task may be cut at any point and started again: it looks at the world first, and acts only on what it sees.

mod attach_domain;
mod canary;
mod catch_up;
mod check_dns;
mod copy_mailbox;
mod course;
mod create_target;
mod detach_domain;
mod features;
mod finish;
mod fix_dns;
mod flagging;
mod inventory;
mod making;
mod outbound;
mod overview;
mod piecing;
mod preflight;
mod prepare;
mod reading;
mod recalling;
mod releasing;
mod remove_source;
mod removing;
mod rename_source;
mod rename_target;
mod repairing;
mod room;
mod sending;
mod server_migrate;
mod settle;
mod sharing;
mod survey;
mod target_password;
mod undo_create;
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
        Task::UndoCreate { migration } => undo_create::run(context, migration).await,
        Task::Survey { migration } => survey::run(context, migration).await,
        Task::CopyMailbox { migration, mailbox } => copy_mailbox::run(context, migration, mailbox).await,
        Task::VerifyMailbox { migration, mailbox } => verify_mailbox::run(context, migration, mailbox).await,
        Task::CheckDns { domain } => check_dns::run(context, &domain).await,
        Task::FixDns { domain, purpose } => fix_dns::run(context, &domain, purpose).await,
        Task::Finish => finish::run(context).await,
        Task::InspectFeatures { migration } => features::inspect(context, migration).await,
        Task::InspectShared { service, domain } => features::inspect_shared(context, &service, &domain).await,
        Task::RenameTarget { migration } => rename_target::run(context, migration).await,
        Task::UndoRenameTarget { migration } => rename_target::undo(context, migration).await,
        Task::RemoveSource { migration } => remove_source::run(context, migration).await,
        Task::ServerMigrate { migration } => server_migrate::run(context, migration).await,
        Task::CarryFeatures { migration } => features::carry(context, migration).await,
        Task::CarryShared { service, domain } => features::carry_shared(context, &service, &domain).await,
        Task::DetachDomain { domain } => detach_domain::run(context, &domain).await,
    }
}
