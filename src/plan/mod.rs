//! The plan: what will move where, under which names, and what was found out before anything changes.

mod types;

pub use types::{Finding, FindingCode, Inventory, MailboxMapping, MappingAction, SkipReason, SourceAccount, TargetAccount, Weight};
