//! Opens both ends of a mailbox: connections, the target mailbox with its role and subscription, and the identities of both.

use futures::future::try_join;

use crate::domain::{MailboxId, MailboxName, MigrationId, Platform, WireName};
use crate::mailcopy::Comparison;
use crate::plan::{MailboxMapping, SeenMailbox, TargetTraits, resolve_at_target};
use crate::ports::{ListedMailbox, MailConnection, MailError, MailboxState};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event, MailboxProgress, Migration};

use super::super::context::{Failure, TaskContext};

/// What is known of both ends of one mailbox.
#[derive(Debug, Clone)]
pub(super) struct Ends {
    pub(super) migration: MigrationId,
    pub(super) mailbox: MailboxId,
    pub(super) source: MailboxState,
    pub(super) target: MailboxState,
    /// The target server's spelling.
    pub(super) to: WireName,
    /// How this target is compared.
    pub(super) by: Comparison,
}

/// Both ends of one mailbox, opened.
pub(super) struct Prepared {
    pub(super) ends: Ends,
    pub(super) progress: MailboxProgress,
    pub(super) source: Box<dyn MailConnection>,
    pub(super) target: Box<dyn MailConnection>,
}

impl Prepared {
    /// Says goodbye on both sides.
    pub(super) async fn close(self) {
        futures::future::join(self.source.logout(), self.target.logout()).await;
    }
}

pub(super) async fn prepare(context: &TaskContext, id: MigrationId, mailbox: MailboxId) -> Result<Prepared, Failure> {
    let migration = context.migration(id)?;
    let progress = migration.mailboxes.get(&mailbox).cloned().ok_or(Failure::Closing)?;
    let target_account = migration.target.clone().ok_or(Failure::Closing)?;
    context.doing(Activity::Connecting);
    let (mut source, mut target) = try_join(context.connect_source(&migration), context.connect_target(&target_account)).await?;
    context.doing(Activity::ReadingFolders);
    let source_state = source.examine(&progress.mapping.wire).await?;
    let to = match &progress.to {
        Some(to) if target.status(to).await?.is_some() => to.clone(),
        _ => make_mailbox(target.as_mut(), &migration, &progress.mapping).await?,
    };
    let target_state = target.select(&to).await?;
    let platform = target_account.service.as_ref().map_or(Platform::Imap, |service| service.platform);
    let by = Comparison::with_target(platform, target.capabilities());
    let ends = Ends { migration: id, mailbox, source: source_state, target: target_state, to, by };
    Ok(Prepared { ends, progress, source, target })
}

/// Records the identities of both ends, when they are new.
pub(super) async fn record_prepared(context: &TaskContext, ends: &Ends, progress: &MailboxProgress) -> Result<(), Failure> {
    let is_known = progress.to.as_ref() == Some(&ends.to)
        && progress.source_validity == Some(ends.source.uid_validity)
        && progress.target_validity == Some(ends.target.uid_validity)
        && progress.messages == u64::from(ends.source.exists);
    if is_known {
        return Ok(());
    }
    let event = Event::MailboxPrepared {
        migration: ends.migration,
        mailbox: ends.mailbox,
        to: ends.to.clone(),
        source_validity: ends.source.uid_validity,
        target_validity: ends.target.uid_validity,
        messages: u64::from(ends.source.exists),
    };
    context.record(event).await
}

/// Finds or creates the mailbox at the target and subscribes it. Its name is looked at again now that the target can be seen:
/// a mailbox with a role goes to the mailbox that plays it there.
async fn make_mailbox(target: &mut dyn MailConnection, migration: &Migration, mapping: &MailboxMapping) -> Result<WireName, Failure> {
    let listed = target.list().await?;
    let platform = migration.target.as_ref().and_then(|t| t.service.as_ref()).map_or(Platform::Imap, |service| service.platform);
    let existing: Vec<SeenMailbox> = listed.iter().map(seen_mailbox).collect();
    let mappings: Vec<MailboxMapping> = migration.mailboxes.values().map(|m| m.mapping.clone()).collect();
    let traits = TargetTraits::of(platform, target.capabilities().delimiter, existing);
    let place = resolve_at_target(&mappings, &traits).remove(&mapping.id).ok_or(Failure::Closing)?;
    let there = listed.iter().find(|m| m.name == place);
    let wire = match there {
        Some(mailbox) if mailbox.is_selectable => mailbox.wire.clone(),
        _ => {
            let wire = spell(target, &place)?;
            let role = mapping.role.filter(|role| !listed.iter().any(|m| m.role == Some(*role)));
            match target.create(&wire, role).await {
                // RFC 9051, 6.3.4: a server should make the levels above by itself. Made by hand they are mailboxes of their own,
                // which the source may not have: so only where it does not.
                Err(refused @ MailError::Refused(_)) => {
                    if !create_ancestors(target, &place, &listed).await? {
                        return Err(refused.into());
                    }
                    target.create(&wire, role).await?;
                }
                other => other?,
            }
            wire
        }
    };
    if mapping.is_subscribed && there.is_none_or(|m| !m.is_subscribed) {
        target.subscribe(&wire).await?;
    }
    Ok(wire)
}

fn seen_mailbox(mailbox: &ListedMailbox) -> SeenMailbox {
    SeenMailbox {
        name: mailbox.name.clone(),
        wire: mailbox.wire.clone(),
        role: mailbox.role,
        is_selectable: mailbox.is_selectable,
        is_subscribed: mailbox.is_subscribed,
        messages: 0,
    }
}

/// Creates the levels above that are missing; `false` when none is.
async fn create_ancestors(target: &mut dyn MailConnection, name: &MailboxName, listed: &[ListedMailbox]) -> Result<bool, Failure> {
    let mut missing = Vec::new();
    let mut ancestor = name.parent();
    while let Some(above) = ancestor {
        ancestor = above.parent();
        if !above.is_inbox() && !listed.iter().any(|m| m.name == above) {
            missing.push(above);
        }
    }
    for above in missing.iter().rev() {
        let wire = spell(target, above)?;
        target.create(&wire, None).await?;
    }
    Ok(!missing.is_empty())
}

fn spell(target: &mut dyn MailConnection, name: &MailboxName) -> Result<WireName, Failure> {
    target.wire_name(name).map_err(|refused| Problem::new(ProblemCode::MailboxRefused).with("folder", name).because(refused.reason).into())
}
