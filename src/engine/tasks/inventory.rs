//! Looks at a source account before anything changes: mailboxes, messages, sizes, what the target will make of them. Reads only.

use std::collections::BTreeMap;

use crate::domain::{MigrationId, Platform, Uid, WireName};
use crate::plan::{Facts, Inventory, MappingAction, SeenMailbox, TargetLimits, TargetTraits, map_mailboxes};
use crate::ports::{ListedMailbox, MailConnection, MessageSummary};
use crate::session::{Activity, Event, Migration};

use super::super::context::{Failure, TaskContext};

/// Delimiter that is assumed of a target that cannot be asked yet; names are looked at again when it can.
const USUAL_DELIMITER: char = '/';

pub(super) async fn run(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    context.doing(Activity::Connecting);
    let mut source = context.connect_source(&migration).await?;
    let target = look_at_target(context, &migration).await?;
    context.doing(Activity::ReadingFolders);
    let listed = source.list().await?;
    context.meter.total(&context.task, listed.len() as u64);
    let mut seen = Vec::new();
    let mut contents: BTreeMap<WireName, Vec<MessageSummary>> = BTreeMap::new();
    for mailbox in listed {
        if context.is_stopping() {
            return Ok(());
        }
        let messages = if mailbox.is_selectable { messages(source.as_mut(), &mailbox.wire).await? } else { Vec::new() };
        context.advance(1, messages.iter().map(|m| m.size).sum());
        contents.insert(mailbox.wire.clone(), messages.clone());
        seen.push(seen_mailbox(mailbox, messages.len()));
    }
    let capabilities = source.capabilities().clone();
    source.logout().await;
    let from = migration.source.service.as_ref().map_or(Platform::Imap, |service| service.platform);
    let traits = TargetTraits::of(target.platform, Some(USUAL_DELIMITER), Vec::new());
    let mapping = map_mailboxes(&seen, from, &traits);
    let mut facts = Facts::new(target.limits);
    for mailbox in mapping.mailboxes.iter().filter(|m| matches!(m.action, MappingAction::Copy { .. })) {
        for message in contents.get(&mailbox.wire).into_iter().flatten() {
            facts.see(message.size, &message.flags, message.internal_date);
        }
    }
    let mut findings = facts.findings(target.platform, target.aliases);
    findings.extend(mapping.findings);
    let inventory =
        Inventory { source: capabilities, mailboxes: mapping.mailboxes, messages: facts.messages, bytes: facts.bytes, findings };
    context.record(Event::InventoryTaken { migration: id, inventory }).await
}

/// What is known of the target before the account is there.
struct TargetFacts {
    platform: Platform,
    limits: TargetLimits,
    aliases: u32,
}

async fn look_at_target(context: &TaskContext, migration: &Migration) -> Result<TargetFacts, Failure> {
    let (destination, has_api) = {
        let session = context.session.borrow();
        (session.destination.as_ref().and_then(|d| d.service.clone()), session.api.is_some())
    };
    let platform = destination.as_ref().map_or(Platform::Imap, |service| service.platform);
    let (mut quota, mut largest, mut aliases) = (None, None, 0);
    if has_api {
        let api = context.api().await?;
        let services = api.services().await?;
        if let Some(service) = services.iter().find(|s| Some(&s.id) == destination.as_ref()) {
            quota = service.account_quota;
            largest = service.largest_message;
        }
        if let Some(service) = &migration.source.service {
            aliases = api.account(service, &migration.source.address).await?.map_or(0, |account| account.aliases);
        }
    }
    Ok(TargetFacts { platform, limits: TargetLimits::of(platform, quota, largest), aliases })
}

async fn messages(source: &mut dyn MailConnection, mailbox: &WireName) -> Result<Vec<MessageSummary>, Failure> {
    source.examine(mailbox).await?;
    Ok(source.enumerate(Uid(1)).await?)
}

fn seen_mailbox(mailbox: ListedMailbox, messages: usize) -> SeenMailbox {
    SeenMailbox {
        name: mailbox.name,
        wire: mailbox.wire,
        role: mailbox.role,
        is_selectable: mailbox.is_selectable,
        is_subscribed: mailbox.is_subscribed,
        messages: u32::try_from(messages).unwrap_or(u32::MAX),
    }
}
