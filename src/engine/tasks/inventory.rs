//! Looks at a source account before anything changes: mailboxes, messages, sizes, what the target will make of them. Reads only.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use futures::future::try_join_all;

use crate::domain::{ByteSize, Flags, MigrationId, Platform, SystemFlag, Uid, WireName};
use crate::plan::{Facts, Inventory, MappingAction, SeenMailbox, TargetLimits, TargetTraits, map_mailboxes};
use crate::ports::{ListedMailbox, MailConnection, MailboxState, MessageSummary};
use crate::session::{Activity, Event, Migration};

use super::super::context::{Failure, TaskContext};
use super::super::pool::Held;
use super::prepare::after_loss;

/// Delimiter that is assumed of a target that cannot be asked yet; names are looked at again when it can.
const USUAL_DELIMITER: char = '/';

/// From so many messages on a mailbox is looked at in pieces.
const MANY: u32 = 20_000;
const PIECE: usize = 10_000;

pub(super) async fn run(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    context.doing(Activity::Connecting);
    let mut source = context.connect_source(&migration).await?;
    let target = look_at_target(context, &migration).await?;
    context.doing(Activity::ReadingFolders);
    let seen: Vec<SeenMailbox> = source.overview().await?.into_iter().map(seen_mailbox).collect();
    let capabilities = source.capabilities().clone();
    let from = capabilities.platform(migration.source.service.as_ref());
    let traits = TargetTraits::of(target.platform, Some(USUAL_DELIMITER), Vec::new());
    let mapping = map_mailboxes(&seen, from, &traits);
    let copied = mapping.mailboxes.iter().filter(|m| matches!(m.action, MappingAction::Copy { .. }));
    let looking = Looking::new(Facts::new(target.limits), copied.map(|m| m.wire.clone()));
    context.meter.total(&context.task, looking.len());
    let others = looking.len().min(context.limits.first_lanes.min(context.limits.ceiling(from).readers) as u64).saturating_sub(1);
    let mut hands = vec![source];
    for _ in 0..others {
        hands.push(context.connect_source(&migration).await?);
    }
    try_join_all(hands.into_iter().map(|hand| looking.look(context, &migration, hand))).await?;
    if context.is_stopping() {
        return Ok(());
    }
    let (facts, counted) = looking.facts();
    let marked = mapping.mailboxes.iter().filter_map(|m| Some((m.id, *counted.get(&m.wire)?))).collect();
    let mut findings = facts.findings(target.platform, target.aliases);
    findings.extend(mapping.findings);
    let inventory =
        Inventory { source: capabilities, mailboxes: mapping.mailboxes, messages: facts.messages, bytes: facts.bytes, findings, marked };
    context.record(Event::InventoryTaken { migration: id, inventory }).await
}

/// Mailboxes that are still to be looked into, and what was seen so far. Only facts are kept, however many messages there are.
struct Looking {
    left: Mutex<VecDeque<WireName>>,
    facts: Mutex<Facts>,
    /// Messages marked as deleted, by mailbox.
    marked: Mutex<BTreeMap<WireName, u32>>,
}

impl Looking {
    fn new(facts: Facts, mailboxes: impl Iterator<Item = WireName>) -> Self {
        Self { left: Mutex::new(mailboxes.collect()), facts: Mutex::new(facts), marked: Mutex::default() }
    }

    fn len(&self) -> u64 {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    fn facts(self) -> (Facts, BTreeMap<WireName, u32>) {
        let marked = self.marked.into_inner().unwrap_or_else(PoisonError::into_inner);
        (self.facts.into_inner().unwrap_or_else(PoisonError::into_inner), marked)
    }

    fn count<'a>(&self, mailbox: &WireName, flags: impl Iterator<Item = &'a Flags>) {
        let count = u32::try_from(flags.filter(|flags| flags.has(SystemFlag::Deleted)).count()).unwrap_or(u32::MAX);
        if count > 0 {
            *self.marked.lock().unwrap_or_else(PoisonError::into_inner).entry(mailbox.clone()).or_default() += count;
        }
    }

    fn next(&self) -> Option<WireName> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn see_all(&self, mailbox: &WireName, messages: &[MessageSummary]) -> ByteSize {
        self.count(mailbox, messages.iter().map(|message| &message.flags));
        let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        for message in messages {
            facts.see(message.size, &message.flags, message.internal_date);
        }
        messages.iter().map(|message| message.size).sum()
    }

    /// A very large mailbox is looked at piece by piece, since it would not fit into memory; the dates in it are not looked at.
    async fn see_many(&self, mailbox: &WireName, source: &mut dyn MailConnection) -> Result<ByteSize, Failure> {
        let weighed = source.weigh(Uid(1)).await?;
        for piece in weighed.chunks(PIECE) {
            let flags: HashMap<Uid, Flags> = source.flags_of(&piece.iter().map(|m| m.uid).collect(), None).await?.into_iter().collect();
            self.count(mailbox, flags.values());
            let none = Flags::default();
            let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
            for message in piece {
                facts.see(ByteSize(u64::from(message.size)), flags.get(&message.uid).unwrap_or(&none), None);
            }
        }
        Ok(weighed.iter().map(|m| ByteSize(u64::from(m.size))).sum())
    }

    /// Looks into one mailbox after the other, as long as there are any.
    async fn look(&self, context: &TaskContext, migration: &Migration, mut source: Held) -> Result<(), Failure> {
        while let Some(mailbox) = self.next().filter(|_| !context.is_stopping()) {
            let exists = match source.examine(&mailbox).await {
                Ok(state) => state.exists,
                Err(error) => {
                    // One that cannot be opened is left to the copy, which stops over it alone.
                    drop(source);
                    source = after_loss(context, (migration, &mailbox), error).await?;
                    continue;
                }
            };
            let bytes = match exists {
                0 => ByteSize(0),
                1..=MANY => self.see_all(&mailbox, &source.enumerate(Uid(1)).await?),
                _ => self.see_many(&mailbox, source.as_mut()).await?,
            };
            context.advance(1, bytes);
        }
        context.give_back(source);
        Ok(())
    }
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

fn seen_mailbox((mailbox, state): (ListedMailbox, Option<MailboxState>)) -> SeenMailbox {
    SeenMailbox {
        name: mailbox.name,
        wire: mailbox.wire,
        role: mailbox.role,
        is_selectable: mailbox.is_selectable,
        is_subscribed: mailbox.is_subscribed,
        messages: state.map_or(0, |state| state.exists),
    }
}
