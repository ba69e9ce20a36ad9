//! The plan: what will move where, under which names, and what was found out before anything changes.

mod rights;
mod types;

pub use rights::{is_granted, missing_rules, needed_rules};
pub use types::{Finding, FindingCode, Inventory, MailboxMapping, MappingAction, SkipReason, SourceAccount, TargetAccount, Weight};
