//! What follows for the mailboxes from what is decided once for a whole session.

use std::collections::BTreeMap;

use crate::domain::{Collisions, CopyChoices, DeletedMail, MailboxId, MailboxName, Platform, Role};
use crate::settings::FolderRoles;

use super::mapping::map_mailboxes;
use super::{MailPart, MailboxMapping, MappingAction, SeenMailbox, SkipReason, TargetTraits};

/// The mailboxes under these choices. `marked`: messages with `\Deleted` by mailbox; `from` and `to`: the platforms. What a person
/// edited stays as it is; only names that differ merely by the number that was put behind them become one.
pub fn with_choices(
    mailboxes: &[MailboxMapping],
    marked: &BTreeMap<MailboxId, u32>,
    (from, to): (Platform, Platform),
    choices: CopyChoices,
) -> Vec<MailboxMapping> {
    let mut all: Vec<MailboxMapping> = mailboxes.iter().filter(|m| m.part != MailPart::Marked).cloned().collect();
    for mailbox in &mut all {
        mailbox.part = MailPart::All;
    }
    with_collisions(&mut all, from, to, choices.collisions);
    match choices.deleted {
        DeletedMail::Keep => {}
        DeletedMail::Skip => all.iter_mut().filter(|m| is_copied(m)).for_each(|m| m.part = MailPart::Unmarked),
        DeletedMail::Trash => {
            let trash = trash_at(&all, to);
            let mut next = all.iter().map(|m| m.id.0).max().unwrap_or(0);
            let mut more = Vec::new();
            for mailbox in all.iter_mut().filter(|m| is_copied(m) && m.role != Some(Role::Trash)) {
                let Some(messages) = marked.get(&mailbox.id).copied().filter(|count| *count > 0) else { continue };
                next += 1;
                mailbox.part = MailPart::Unmarked;
                more.push(MailboxMapping {
                    id: MailboxId(next),
                    role: None,
                    is_subscribed: false,
                    messages,
                    part: MailPart::Marked,
                    action: MappingAction::Copy { to: trash.clone() },
                    ..mailbox.clone()
                });
            }
            all.extend(more);
        }
    }
    all
}

const fn is_copied(mailbox: &MailboxMapping) -> bool {
    matches!(mailbox.action, MappingAction::Copy { .. })
}

/// Whether there are names that the choice about collisions is about.
pub fn can_collide(mailboxes: &[MailboxMapping], (from, to): (Platform, Platform)) -> bool {
    let under = |collisions: Collisions| {
        let mut all: Vec<MailboxMapping> = mailboxes.iter().filter(|m| m.part != MailPart::Marked).cloned().collect();
        with_collisions(&mut all, from, to, collisions);
        all
    };
    under(Collisions::Merge) != under(Collisions::Suffix)
}

/// Where deleted mail goes: with the source's own, else where the platform keeps it.
fn trash_at(mailboxes: &[MailboxMapping], to: Platform) -> MailboxName {
    let own = mailboxes.iter().find(|m| m.role == Some(Role::Trash)).and_then(|m| match &m.action {
        MappingAction::Copy { to } => Some(to.clone()),
        MappingAction::Skip { .. } => None,
    });
    let usual = || MailboxName::from_segments([FolderRoles::built_in().name_at(to, Role::Trash).unwrap_or("Trash").to_owned()]).ok();
    own.or_else(usual).unwrap_or_else(MailboxName::inbox)
}

/// Gives those mailboxes the name of this choice that have the name of the other one.
fn with_collisions(mailboxes: &mut [MailboxMapping], from: Platform, to: Platform, wanted: Collisions) {
    let seen: Vec<SeenMailbox> = mailboxes
        .iter()
        .map(|m| SeenMailbox {
            name: m.name.clone(),
            wire: m.wire.clone(),
            role: m.role,
            is_selectable: m.action != MappingAction::Skip { reason: SkipReason::NotSelectable },
            is_subscribed: m.is_subscribed,
            messages: m.messages,
        })
        .collect();
    let proposed = |collisions: Collisions| {
        let traits = TargetTraits { collisions, ..TargetTraits::of(to, Some('/'), Vec::new()) };
        map_mailboxes(&seen, from, &traits).mailboxes
    };
    let other = if wanted == Collisions::Merge { Collisions::Suffix } else { Collisions::Merge };
    let (wanted, other) = (proposed(wanted), proposed(other));
    let action_in = |all: &[MailboxMapping], of: &MailboxMapping| all.iter().find(|m| m.wire == of.wire).map(|m| m.action.clone());
    for mailbox in mailboxes {
        if is_copied(mailbox)
            && action_in(&other, mailbox).as_ref() == Some(&mailbox.action)
            && let Some(action @ MappingAction::Copy { .. }) = action_in(&wanted, mailbox)
        {
            mailbox.action = action;
        }
    }
}
