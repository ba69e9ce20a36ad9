//! Checks a mapping that a person edited, before it is accepted.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{MailboxId, MailboxName};

use super::naming::{fold_part, is_legal};
use super::roles::is_reserved;
use super::{MailPart, MailboxMapping, MappingAction, TargetTraits};
use crate::domain::Collisions;

/// What is wrong with an edited mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Two mailboxes would become one, and nobody decided so.
    #[error("two folders cannot be copied to the same folder {to}")]
    SameTarget {
        /// The first of them.
        first: MailboxId,
        /// The other one.
        second: MailboxId,
        /// Where both would go.
        to: MailboxName,
    },
    /// The target cannot have a mailbox of this name.
    #[error("the folder name {to} cannot exist there")]
    IllegalName {
        /// Which mailbox.
        mailbox: MailboxId,
        /// The name.
        to: MailboxName,
    },
    /// Two rows have the same number.
    #[error("the folder number {0} is there twice")]
    SameId(MailboxId),
}

/// All that is wrong with a mapping, in its order; empty when it can be carried out.
pub fn validate_mapping(mailboxes: &[MailboxMapping], target: &TargetTraits) -> Vec<MappingError> {
    let mut errors = Vec::new();
    let mut ids = BTreeSet::new();
    let mut taken: BTreeMap<Vec<String>, MailboxId> = BTreeMap::new();
    for mailbox in mailboxes {
        if !ids.insert(mailbox.id) {
            errors.push(MappingError::SameId(mailbox.id));
        }
        let MappingAction::Copy { to } = &mailbox.action else { continue };
        let is_there = target.existing.iter().any(|m| m.name == *to) && !is_reserved(&to.segments()[0], target.platform);
        if !is_there && !is_legal(to, target) {
            errors.push(MappingError::IllegalName { mailbox: mailbox.id, to: to.clone() });
        }
        let key = to.segments().iter().map(|part| fold_part(part, target)).collect();
        let may_share = target.collisions == Collisions::Merge || mailbox.part == MailPart::Marked;
        if let Some(first) = taken.insert(key, mailbox.id).filter(|_| !may_share) {
            errors.push(MappingError::SameTarget { first, second: mailbox.id, to: to.clone() });
        }
    }
    errors
}
