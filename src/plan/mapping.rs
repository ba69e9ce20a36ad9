//! The mapping of mailboxes: every mailbox of the source, and where it goes.
//!
//! Roles first (the server's word, then custom), each with its whole subtree; the rest keeps its place and its name where the target
//! allows. No two mailboxes of the source become one by themselves: what would collide is told apart by a number.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::domain::{MailboxId, MailboxName, Platform, Role};
use crate::settings::FolderRoles;

use super::naming::{Namer, fold_part};
use super::roles::{find_roles, tops_without_mail};
use super::{Finding, FindingCode, MailPart, MailboxMapping, MappingAction, SeenMailbox, SkipReason, TargetTraits, Weight};

/// The mapping of an account, with what a person should know about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// All mailboxes of the source: INBOX, then Sent, then by name; numbered from 1.
    pub mailboxes: Vec<MailboxMapping>,
    /// What gets another name, what is not mail.
    pub findings: Vec<Finding>,
}

/// Proposes the mapping. `from` is the platform of the source.
pub fn map_mailboxes(source: &[SeenMailbox], from: Platform, target: &TargetTraits) -> Mapping {
    let customs = FolderRoles::built_in();
    let roles = find_roles(source, customs);
    let role_of = |mailbox: &SeenMailbox| roles.iter().find(|(_, m)| m.name == mailbox.name).map(|(role, _)| *role);
    let without_mail = tops_without_mail(from, source, customs);
    let skipped = |mailbox: &SeenMailbox| {
        if without_mail.contains(mailbox.name.segments()[0].as_str()) {
            Some(SkipReason::NotMail)
        } else {
            (!mailbox.is_selectable).then_some(SkipReason::NotSelectable)
        }
    };
    let mut namer = Namer::new(target);
    place_roles(&roles, target, customs, &mut namer);

    let mut ordered: Vec<&SeenMailbox> = source.iter().collect();
    ordered.sort_by_key(|m| (rank(role_of(m)), m.name.clone(), m.wire.clone()));
    ordered.dedup_by(|a, b| a.wire == b.wire);
    let mailboxes: Vec<MailboxMapping> = ordered
        .into_iter()
        .zip(1..)
        .map(|(mailbox, id)| MailboxMapping {
            id: MailboxId(id),
            name: mailbox.name.clone(),
            wire: mailbox.wire.clone(),
            role: role_of(mailbox),
            is_subscribed: mailbox.is_subscribed,
            messages: mailbox.messages,
            action: match skipped(mailbox) {
                Some(reason) => MappingAction::Skip { reason },
                None => MappingAction::Copy { to: namer.name(&mailbox.name) },
            },
            part: MailPart::All,
        })
        .collect();
    let findings = findings(&mailboxes);
    Mapping { mailboxes, findings }
}

/// INBOX and Sent are what people look for first.
const fn rank(role: Option<Role>) -> u8 {
    match role {
        Some(Role::Inbox) => 0,
        Some(Role::Sent) => 1,
        _ => 2,
    }
}

/// Role mailboxes go to the target's mailbox of that role, else to the name that the platform gives it, else they keep theirs.
fn place_roles(roles: &BTreeMap<Role, &SeenMailbox>, target: &TargetTraits, customs: &FolderRoles, namer: &mut Namer<'_>) {
    let there = find_roles(&target.existing, customs);
    namer.reserve(&MailboxName::inbox(), &MailboxName::inbox());
    for (role, mailbox) in roles.iter().filter(|(role, _)| **role != Role::Inbox) {
        let custom = || customs.name_at(target.platform, *role).and_then(|name| MailboxName::from_segments([name.to_owned()]).ok());
        let to = there.get(role).map(|m| m.name.clone()).or_else(custom);
        if let Some(to) = to.filter(|to| !to.is_inbox()) {
            namer.reserve(&mailbox.name, &to);
        } else {
            namer.name(&mailbox.name);
        }
    }
}

/// The names to use once the target can be looked at, for every mailbox that is copied. What begins with the usual name of a role's
/// mailbox moves to the mailbox that has this role there (`Sent Items/2019` → `Éléments envoyés/2019`); what exists under another
/// spelling keeps that; what cannot exist there is mended. Different names stay different.
pub fn resolve_at_target(mailboxes: &[MailboxMapping], target: &TargetTraits) -> BTreeMap<MailboxId, MailboxName> {
    let customs = FolderRoles::built_in();
    let there = find_roles(&target.existing, customs);
    let is_same = |one: &MailboxName, other: &MailboxName| {
        one.segments().len() == other.segments().len()
            && one.segments().iter().zip(other.segments()).all(|(a, b)| fold_part(a, target) == fold_part(b, target))
    };
    let mut namer = Namer::new(target);
    namer.reserve(&MailboxName::inbox(), &MailboxName::inbox());
    for (role, mailbox) in there.iter().filter(|(role, _)| **role != Role::Inbox) {
        let usual = customs.name_at(target.platform, *role).and_then(|name| MailboxName::from_segments([name.to_owned()]).ok());
        // On a platform that nobody knows, the name that the plan gave to this role is the usual one.
        let planned = mailboxes.iter().find(|m| m.role == Some(*role)).and_then(|m| match &m.action {
            MappingAction::Copy { to } => Some(to.clone()),
            MappingAction::Skip { .. } => None,
        });
        for name in usual.into_iter().chain(planned).filter(|name| !target.existing.iter().any(|m| is_same(&m.name, name))) {
            namer.lead(&name, &mailbox.name);
        }
    }
    let copied = mailboxes.iter().filter_map(|mailbox| match &mailbox.action {
        MappingAction::Copy { to } => Some((mailbox.id, to)),
        MappingAction::Skip { .. } => None,
    });
    copied.map(|(id, to)| (id, namer.name(to))).collect()
}

/// A mailbox that only moved along with its parent is not worth a line; nor is another Unicode form of the same letters.
fn is_renamed(mailbox: &MailboxMapping, to: &MailboxName) -> bool {
    let is_moved = mailbox.role.is_some() && to != &mailbox.name;
    is_moved || !to.leaf().nfc().eq(mailbox.name.leaf().nfc())
}

fn findings(mailboxes: &[MailboxMapping]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut not_mail = Vec::new();
    let mut together: BTreeMap<&MailboxName, Vec<&MailboxMapping>> = BTreeMap::new();
    for mailbox in mailboxes {
        if let MappingAction::Copy { to } = &mailbox.action {
            together.entry(to).or_default().push(mailbox);
        }
        match &mailbox.action {
            MappingAction::Copy { to } if is_renamed(mailbox, to) => {
                let params = [("from", mailbox.name.to_string()), ("to", to.to_string())];
                let weight = if mailbox.role.is_some() { Weight::Note } else { Weight::Warning };
                findings.push(Finding { code: FindingCode::Renamed, weight, params: params.map(|(k, v)| (k.to_owned(), v)).into() });
            }
            MappingAction::Skip { reason: SkipReason::NotMail } => not_mail.push(mailbox.name.to_string()),
            _ => {}
        }
    }
    for (to, merged) in together.into_iter().filter(|(_, merged)| merged.len() > 1) {
        let names = merged.iter().map(|m| m.name.to_string()).collect::<Vec<_>>().join(", ");
        let params = [("names", names), ("to", to.to_string())];
        findings.push(Finding {
            code: FindingCode::Merged,
            weight: Weight::Warning,
            params: params.map(|(k, v)| (k.to_owned(), v)).into(),
        });
    }
    if !not_mail.is_empty() {
        let params = BTreeMap::from([("names".to_owned(), not_mail.join(", "))]);
        findings.push(Finding { code: FindingCode::NotMail, weight: Weight::Note, params });
    }
    findings
}
