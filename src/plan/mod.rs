//! The plan: what will move where, under which names, and what was found out before anything changes.

mod arrivals;
mod choices;
#[cfg(test)]
mod choices_tests;
mod findings;
mod mapping;
#[cfg(test)]
mod mapping_tests;
mod names;
mod naming;
mod password;
mod preflight;
mod proposal;
mod rights;
mod roles;
mod seen;
mod types;
mod validate;

pub use arrivals::map_new_mailboxes;
pub use choices::{can_collide, with_choices};
pub use findings::{Facts, TargetLimits};
pub use mapping::{Mapping, map_mailboxes, resolve_at_target};
pub use names::temporary_address;
pub use naming::mended;
pub use password::{PasswordFault, PasswordRules, names_in};
pub use preflight::{Preflight, SideFacts};
pub use proposal::{Place, Proposal, SourceName, TargetName, names_of, propose};
pub use rights::{is_granted, lacking_everywhere, missing_rules, needed_rules, needed_rules_between};
pub use roles::mail_in;
pub use seen::{SeenMailbox, TargetTraits};
pub use types::{
    Finding, FindingCode, Inventory, MailPart, MailboxMapping, MappingAction, SkipReason, SourceAccount, TargetAccount, Weight,
};
pub use validate::{MappingError, validate_mapping};
