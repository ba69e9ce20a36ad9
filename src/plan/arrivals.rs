//! Mailboxes that came to the source after the plan was accepted: the same rules, beside what was decided.

use crate::domain::{MailboxId, MailboxName, Platform};

use super::mapping::map_mailboxes;
use super::{MailboxMapping, MappingAction, SeenMailbox, SkipReason, TargetTraits};

/// Maps the mailboxes that the plan does not know. What the person left behind takes along what is below it; a place that is taken by
/// another mailbox of the plan is not given twice.
pub fn map_new_mailboxes(known: &[MailboxMapping], seen: &[SeenMailbox], from: Platform, target: &TargetTraits) -> Vec<MailboxMapping> {
    let mut taken: Vec<MailboxName> = known.iter().filter_map(place).cloned().collect();
    let mut number = known.iter().map(|mapping| mapping.id.0).max().unwrap_or(0);
    let mut found = Vec::new();
    for mut mapping in map_mailboxes(seen, from, target).mailboxes {
        if known.iter().any(|known| known.wire == mapping.wire) {
            continue;
        }
        number += 1;
        mapping.id = MailboxId(number);
        // A mailbox of the plan plays its role already.
        mapping.role = mapping.role.filter(|role| !known.iter().any(|known| known.role == Some(*role)));
        if let MappingAction::Copy { to } = &mapping.action {
            mapping.action = if is_left_behind(known, &mapping.name) {
                MappingAction::Skip { reason: SkipReason::ByChoice }
            } else {
                let to = free_place(known, &mapping.name, to, &taken, target);
                taken.push(to.clone());
                MappingAction::Copy { to }
            };
        }
        found.push(mapping);
    }
    found
}

const fn place(mapping: &MailboxMapping) -> Option<&MailboxName> {
    match &mapping.action {
        MappingAction::Copy { to } => Some(to),
        MappingAction::Skip { .. } => None,
    }
}

/// The mailbox of the plan that is nearest above.
fn nearest<'a>(known: &'a [MailboxMapping], name: &MailboxName) -> Option<&'a MailboxMapping> {
    let mut above = name.parent();
    while let Some(name) = above {
        if let Some(mapping) = known.iter().find(|mapping| mapping.name == name) {
            return Some(mapping);
        }
        above = name.parent();
    }
    None
}

fn is_left_behind(known: &[MailboxMapping], name: &MailboxName) -> bool {
    nearest(known, name).is_some_and(|above| above.action == MappingAction::Skip { reason: SkipReason::ByChoice })
}

/// Below where its parent went; told apart by a number where that is taken.
fn free_place(
    known: &[MailboxMapping],
    name: &MailboxName,
    proposed: &MailboxName,
    taken: &[MailboxName],
    target: &TargetTraits,
) -> MailboxName {
    let moved = nearest(known, name).and_then(|above| {
        let depth = above.name.segments().len();
        let tail = proposed.segments().get(proposed.segments().len().checked_sub(name.segments().len() - depth)?..)?;
        MailboxName::from_segments(place(above)?.segments().iter().chain(tail).cloned()).ok()
    });
    let wanted = moved.unwrap_or_else(|| proposed.clone());
    let fold = |name: &MailboxName| if target.is_case_insensitive { name.to_string().to_lowercase() } else { name.to_string() };
    let is_free = |candidate: &MailboxName| !taken.iter().any(|other| fold(other) == fold(candidate));
    let numbered = (2..1000u32).filter_map(|number| {
        let (leaf, above) = wanted.segments().split_last()?;
        MailboxName::from_segments(above.iter().cloned().chain([format!("{leaf} ({number})")])).ok()
    });
    std::iter::once(wanted.clone()).chain(numbered).find(is_free).unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Role, WireName};

    fn name(path: &str) -> MailboxName {
        MailboxName::from_segments(path.split('/').map(str::to_owned)).expect("a name")
    }

    fn seen(path: &str) -> SeenMailbox {
        let wire = WireName(path.to_owned());
        SeenMailbox { name: name(path), wire, role: None, is_selectable: true, is_subscribed: true, messages: 1 }
    }

    fn known(id: u32, path: &str, to: Option<&str>) -> MailboxMapping {
        MailboxMapping {
            id: MailboxId(id),
            name: name(path),
            wire: WireName(path.to_owned()),
            role: None,
            is_subscribed: true,
            messages: 1,
            action: to.map_or(MappingAction::Skip { reason: SkipReason::ByChoice }, |to| MappingAction::Copy { to: name(to) }),
            part: super::super::MailPart::All,
        }
    }

    #[test]
    fn what_came_since_gets_numbers_and_places_of_its_own() {
        let plan =
            [known(1, "INBOX", Some("INBOX")), known(7, "Work", Some("Old/Job")), known(3, "Private", None), known(4, "A", Some("B"))];
        let now = ["INBOX", "Work", "Private", "A", "B", "Work/2026/May", "Private/Letters", "Trips"].map(seen);
        let traits = TargetTraits::of(Platform::Imap, Some('/'), Vec::new());
        let found = map_new_mailboxes(&plan, &now, Platform::Imap, &traits);
        let told: Vec<(u32, String, Option<String>)> =
            found.iter().map(|m| (m.id.0, m.name.to_string(), place(m).map(ToString::to_string))).collect();
        let expected = [
            (8, "B", Some("B (2)")),
            (9, "Private/Letters", None),
            (10, "Trips", Some("Trips")),
            (11, "Work/2026/May", Some("Old/Job/2026/May")),
        ];
        assert_eq!(told, expected.map(|(id, name, to)| (id, name.to_owned(), to.map(str::to_owned))));
        assert_eq!(map_new_mailboxes(&plan, &now[..4], Platform::Imap, &traits), []);
    }

    #[test]
    fn a_role_of_the_plan_is_not_given_twice() {
        let mut sent = known(2, "Verzonden", Some("Sent"));
        sent.role = Some(Role::Sent);
        let mut arrived = seen("Sent");
        arrived.role = Some(Role::Sent);
        let traits = TargetTraits::of(Platform::Imap, Some('/'), Vec::new());
        let found = map_new_mailboxes(&[sent], &[seen("Verzonden"), arrived], Platform::Imap, &traits);
        assert_eq!((found[0].role, place(&found[0])), (None, Some(&name("Sent (2)"))));
    }
}
