//! Looks at a source account before anything changes: mailboxes, messages, sizes, what the target will make of them. Reads only.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use futures::future::{try_join, try_join_all};

use crate::domain::{ByteSize, Flags, MigrationId, Platform, SystemFlag, Uid, WireName};
use crate::plan::{Facts, Finding, Inventory, MappingAction, TargetLimits, TargetTraits, map_mailboxes};
use crate::ports::{MailConnection, MailError, MessageSummary};
use crate::session::{Activity, Event, Migration, Strategy};

use super::super::context::{Failure, TaskContext};
use super::super::pool::Held;
use super::overview::{overview, seen_mailboxes};
use super::preflight;
use super::prepare::after_loss;

/// Delimiter that is assumed of a target that cannot be asked yet; names are looked at again when it can.
const USUAL_DELIMITER: char = '/';

/// From so many messages on a mailbox is looked at in pieces.
const MANY: u32 = 20_000;
const PIECE: usize = 10_000;
/// Mailboxes, and messages in them, that are looked at in one go.
const TOGETHER: (usize, u32) = (20, 2_500);

pub(super) async fn run(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    let order = context.session.borrow().order();
    context.doing(Activity::Connecting);
    let source = context.connect_source(&migration).await?;
    let target = look_at_target(context, &migration).await?;
    context.doing(Activity::ReadingFolders);
    let (source, seen) = overview(context, &migration, source).await?;
    context.learn_distance(id, &source);
    let told: BTreeMap<WireName, u32> = seen.iter().filter_map(|(m, state)| Some((m.wire.clone(), state.as_ref()?.exists))).collect();
    let seen = seen_mailboxes(&seen);
    let capabilities = source.capabilities().clone();
    let from = capabilities.platform(migration.source.service.as_ref());
    let traits = TargetTraits::of(target.platform, Some(USUAL_DELIMITER), Vec::new());
    let mapping = map_mailboxes(&seen, from, &traits);
    let copied = mapping.mailboxes.iter().filter(|m| matches!(m.action, MappingAction::Copy { .. }));
    let copied: Vec<WireName> = copied.map(|m| m.wire.clone()).collect();
    context.meter.total(&context.task, copied.len() as u64);
    let looking = Looking::new(Facts::new(target.limits), groups(copied, &told));
    let others = looking.groups().min(context.limits.first_lanes).min(context.limits.ceiling(from).readers).saturating_sub(1);
    let further = (0..others).map(|_| async { looking.look(context, &migration, context.connect_source(&migration).await?).await });
    try_join(looking.look(context, &migration, source), try_join_all(further)).await?;
    if context.is_stopping() {
        return Ok(());
    }
    let (facts, counted) = looking.facts();
    let marked = mapping.mailboxes.iter().filter_map(|m| Some((m.id, *counted.get(&m.wire)?))).collect();
    let mut findings = target.findings;
    findings.extend(facts.findings(target.platform, target.aliases));
    findings.extend(mapping.findings);
    let inventory =
        Inventory { source: capabilities, mailboxes: mapping.mailboxes, messages: facts.messages, bytes: facts.bytes, findings, marked };
    // What the platform says depends on whether it shall migrate itself: under another order it is asked anew.
    let is_as_it_was = (context.session.borrow().order() == Strategy::ServerSide) == (order == Strategy::ServerSide);
    if is_as_it_was { context.record(Event::InventoryTaken { migration: id, inventory }).await } else { Ok(()) }
}

/// Mailboxes that are still to be looked into, and what was seen so far. Only facts are kept, however many messages there are.
struct Looking {
    left: Mutex<VecDeque<Vec<WireName>>>,
    facts: Mutex<Facts>,
    /// Messages marked as deleted, by mailbox.
    marked: Mutex<BTreeMap<WireName, u32>>,
}

impl Looking {
    fn new(facts: Facts, groups: VecDeque<Vec<WireName>>) -> Self {
        Self { left: Mutex::new(groups), facts: Mutex::new(facts), marked: Mutex::default() }
    }

    fn groups(&self) -> usize {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).len()
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

    fn next(&self) -> Option<Vec<WireName>> {
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
    async fn see_many(&self, mailbox: &WireName, source: &mut dyn MailConnection) -> Result<ByteSize, MailError> {
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

    /// Looks into one group of mailboxes after the other, as long as there are any.
    async fn look(&self, context: &TaskContext, migration: &Migration, mut source: Held) -> Result<(), Failure> {
        while let Some(group) = self.next().filter(|_| !context.is_stopping()) {
            let mut together = vec![None; group.len()];
            if group.len() > 1 {
                match source.enumerate_each(&group).await {
                    Ok(listed) => together = listed,
                    // Who asks for patience is not asked the same in another way.
                    Err(error @ MailError::Throttled { .. }) => return Err(error.into()),
                    Err(error) => {
                        // Over which of them it was is seen when each is looked at by itself.
                        tracing::debug!(%error, "mailboxes cannot be looked at together");
                        drop(source);
                        source = context.connect_source(migration).await?;
                    }
                }
            }
            for (mailbox, listed) in group.iter().zip(together) {
                if context.is_stopping() {
                    break;
                }
                let bytes = match listed {
                    Some(listed) => self.see_all(mailbox, &listed),
                    None => match source.examine(mailbox).await {
                        Ok(state) => self.see(mailbox, state.exists, source.as_mut()).await?,
                        Err(error) => {
                            // One that cannot be opened is left to the copy, which stops over it alone.
                            drop(source);
                            source = after_loss(context, (migration, mailbox), error).await?;
                            continue;
                        }
                    },
                };
                context.advance(1, bytes);
            }
        }
        context.give_back(source);
        Ok(())
    }

    async fn see(&self, mailbox: &WireName, exists: u32, source: &mut dyn MailConnection) -> Result<ByteSize, MailError> {
        match exists {
            0 => Ok(ByteSize(0)),
            1..=MANY => Ok(self.see_all(mailbox, &source.enumerate(Uid(1)).await?)),
            _ => self.see_many(mailbox, source).await,
        }
    }
}

/// Mailboxes that are looked at together: not too many, and not too many messages. What a server does not tell the size of goes alone.
fn groups(mailboxes: Vec<WireName>, told: &BTreeMap<WireName, u32>) -> VecDeque<Vec<WireName>> {
    let (mut groups, mut room) = (VecDeque::new(), (0, 0));
    for mailbox in mailboxes {
        // An empty one may be refused to look into.
        let messages = told.get(&mailbox).copied().filter(|messages| (1..=TOGETHER.1).contains(messages));
        match (messages, groups.back_mut()) {
            (Some(messages), Some(group)) if room.0 > 0 && room.1 >= messages => {
                Vec::push(group, mailbox);
                room = (room.0 - 1, room.1 - messages);
            }
            (messages, _) => {
                groups.push_back(vec![mailbox]);
                room = messages.map_or((0, 0), |messages| (TOGETHER.0 - 1, TOGETHER.1 - messages));
            }
        }
    }
    groups
}

/// What is known of the target before the account is there.
struct TargetFacts {
    platform: Platform,
    limits: TargetLimits,
    aliases: u32,
    findings: Vec<Finding>,
}

async fn look_at_target(context: &TaskContext, migration: &Migration) -> Result<TargetFacts, Failure> {
    let (destination, has_api) = {
        let session = context.session.borrow();
        (session.destination.as_ref().and_then(|d| d.service.clone()), session.api.is_some())
    };
    let platform = destination.as_ref().map_or(Platform::Imap, |service| service.platform);
    if !has_api {
        return Ok(TargetFacts { platform, limits: TargetLimits::of(platform, None, None), aliases: 0, findings: Vec::new() });
    }
    let told = preflight::look(context, migration, destination.as_ref()).await?;
    let service = told.target.service.as_ref();
    let limits = TargetLimits::of(platform, service.and_then(|s| s.account_quota), service.and_then(|s| s.largest_message));
    // Their own place in the plan says what becomes of them, where both sides have a platform.
    let aliases = if destination.is_some() { 0 } else { told.source.account.as_ref().map_or(0, |account| account.aliases) };
    Ok(TargetFacts { platform, limits, aliases, findings: told.findings })
}
