//! Opens both ends of a mailbox: connections, the target mailbox with its role and subscription, and the identities of both.

use futures::future::try_join;

use tokio::sync::OwnedMutexGuard;

use crate::domain::{DeletedMail, MailboxId, MailboxName, MigrationId, Moment, Role, Uid, WireName};
use crate::mailcopy::{Comparison, MarkRules};
use crate::plan::{MailPart, MailboxMapping, TargetAccount};
use crate::ports::{Access, MailConnection, MailError, MailboxRows, MailboxState, Weighed};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event, MailboxProgress, Migration, SyncPoint};

use super::super::context::{Failure, TaskContext, target_door};
use super::super::pool::Held;
use super::catch_up::sync_point;
use super::making::{OpenError, find_mailbox};
use super::sharing;

/// Openings of one mailbox in a row that end with the connection, after which another mailbox tells whether it is this one's doing.
const MOST_LOST_OPENINGS: u32 = 3;
/// A mailbox of so many messages is listed in the same breath in which it is opened.
const FEW: u64 = 5000;

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
    /// Which flags this target gets.
    pub(super) rules: MarkRules,
    /// The name there, where it is another one than planned.
    pub(super) name: Option<MailboxName>,
}

impl Ends {
    /// The rows of the ledger that are about this mailbox as its source numbers it now.
    pub(super) const fn rows(&self) -> MailboxRows {
        MailboxRows { migration: self.migration, mailbox: self.mailbox, source_validity: self.source.uid_validity }
    }
}

/// Both ends of one mailbox, opened.
pub(super) struct Prepared {
    pub(super) ends: Ends,
    pub(super) progress: MailboxProgress,
    pub(super) source: Held,
    pub(super) target: Held,
    /// When both were open: what was on its way then was sent before.
    pub(super) opened_at: Moment,
    /// Whether messages were sent since the target mailbox was looked at, maybe over this very connection.
    pub(super) has_sent: bool,
    /// Held while the mailbox shares an end with another one.
    pub(super) turn: Option<OwnedMutexGuard<()>>,
}

impl Prepared {
    /// Opens the target mailbox again, where more was sent since than it shows.
    pub(super) async fn look_at_target(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.has_sent) {
            self.ends.target = self.target.select(&self.ends.to).await?;
        }
        Ok(())
    }

    /// Keeps both connections for others.
    pub(super) fn close(self, context: &TaskContext) {
        context.give_back(self.source);
        context.give_back(self.target);
    }
}

pub(super) async fn prepare(context: &TaskContext, id: MigrationId, mailbox: MailboxId) -> Result<Prepared, Failure> {
    let turn = sharing::turn(context, id, mailbox).await?;
    let migration = context.migration(id)?;
    let (progress, account) = both(&migration, mailbox)?;
    context.doing(Activity::Connecting);
    let source = open_source(context, &migration, &progress.mapping.wire);
    let (source, target) = try_join(source, open_target(context, (&migration, &account), &progress)).await?;
    Ok(together((context, turn), (&migration, &account), progress, source, target))
}

fn both(migration: &Migration, mailbox: MailboxId) -> Result<(MailboxProgress, TargetAccount), Failure> {
    let progress = migration.mailboxes.get(&mailbox).cloned().ok_or(Failure::Closing)?;
    Ok((progress, migration.target.clone().ok_or(Failure::Closing)?))
}

fn together(
    (context, turn): (&TaskContext, Option<OwnedMutexGuard<()>>),
    (migration, account): (&Migration, &TargetAccount),
    progress: MailboxProgress,
    (source, source_state): (Held, MailboxState),
    (target, (to, name), target_state): (Held, Place, MailboxState),
) -> Prepared {
    let platform = target.capabilities().platform(account.service.as_ref());
    let by = if migration.is_rebuilding { Comparison::Content } else { Comparison::with_target(platform, target.capabilities()) };
    let keywords = target_state.permanent_keywords.clone();
    let rules = MarkRules { platform, keywords, drops_deleted: drops_deleted(context, &progress.mapping) };
    let (source_at, target_at) = (source_state, target_state);
    let ends = Ends { migration: migration.id, mailbox: progress.mapping.id, source: source_at, target: target_at, to, by, rules, name };
    Prepared { ends, progress, source, target, opened_at: context.ports.clock.now(), has_sent: false, turn }
}

/// Mail marked as deleted loses its mark on its way into the mailbox for it.
fn drops_deleted(context: &TaskContext, mapping: &MailboxMapping) -> bool {
    let goes_to_trash = context.session.borrow().copy_choices().deleted == DeletedMail::Trash;
    goes_to_trash && (mapping.part == MailPart::Marked || mapping.role == Some(Role::Trash))
}

/// A mailbox of the target: its server's spelling, and its name where it is another one than planned.
pub(super) type Place = (WireName, Option<MailboxName>);

/// What a source listed before it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Messages.
    pub(super) messages: u64,
    /// The last of them.
    pub(super) until: Uid,
}

/// What a source lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Messages that are there and need not be listed: an earlier look accounted for them, and none of them went.
    pub(super) earlier: u64,
    /// The others, ascending.
    pub(super) messages: Vec<Weighed>,
}

impl Listed {
    /// All that is there.
    pub(super) async fn whole(source: &mut dyn MailConnection) -> Result<Self, Failure> {
        Ok(Self { earlier: 0, messages: source.weigh(Uid(1)).await? })
    }

    /// What came since the last look, where the numbers say that nothing went; else all. `told`: what was listed when the mailbox was
    /// opened, and from which UID on.
    async fn since(
        source: &mut dyn MailConnection,
        (state, told): (&MailboxState, Option<(Uid, Vec<Weighed>)>),
        rest: Option<SyncPoint>,
    ) -> Result<Self, Failure> {
        if state.exists == 0 {
            return Ok(Self { earlier: 0, messages: Vec::new() });
        }
        let now = sync_point(state);
        let is_usable = |rest: &SyncPoint| rest.is_believable() && rest.validity == now.validity && rest.next <= now.next;
        if let Some(rest) = rest.filter(|rest| now.is_believable() && is_usable(rest)) {
            let messages = match &told {
                _ if rest.next == now.next => Vec::new(),
                Some((from, messages)) if *from == rest.next => messages.clone(),
                _ => source.weigh(rest.next).await?,
            };
            if rest.messages + messages.len() as u64 == now.messages {
                return Ok(Self { earlier: rest.messages, messages });
            }
        }
        match told {
            Some((Uid(1), messages)) => Ok(Self { earlier: 0, messages }),
            _ => Self::whole(source).await,
        }
    }

    /// What came after another look, all of which is accounted for.
    pub(super) async fn after(source: &mut dyn MailConnection, seen: Seen) -> Result<Self, Failure> {
        match seen.until.0.checked_add(1) {
            Some(next) => Ok(Self { earlier: seen.messages, messages: source.weigh(Uid(next)).await? }),
            None => Self::whole(source).await,
        }
    }

    /// Messages that are there.
    pub(super) const fn count(&self) -> u64 {
        self.earlier + self.messages.len() as u64
    }
}

/// As [`prepare`], with what the source lists: it is asked while the target mailbox is found or made.
pub(super) async fn prepare_weighed(context: &TaskContext, id: MigrationId, mailbox: MailboxId) -> Result<(Prepared, Listed), Failure> {
    let turn = sharing::turn(context, id, mailbox).await?;
    let migration = context.migration(id)?;
    let (progress, account) = both(&migration, mailbox)?;
    context.doing(Activity::Connecting);
    let source = async {
        // Marks decide what is meant of a mailbox that goes to two places, and they change without a word of the numbers.
        let rest = progress.rest.filter(|_| progress.mapping.part == MailPart::All).map(|pass| pass.source);
        let supposed = u64::from(progress.mapping.messages).max(progress.messages);
        let from = rest.map(|rest| rest.next).or((1..=FEW).contains(&supposed).then_some(Uid(1)));
        let (mut source, state, told) = open_source_weighed(context, (&migration, &progress.mapping.wire), from).await?;
        let listed = Listed::since(source.as_mut(), (&state, from.zip(told)), rest).await?;
        Ok((source, state, listed))
    };
    let target = open_target(context, (&migration, &account), &progress);
    let ((source, source_state, listed), target) = try_join(source, target).await?;
    context.learn_distance(id, &source);
    Ok((together((context, turn), (&migration, &account), progress, (source, source_state), target), listed))
}

/// A source connection with the mailbox open. One that had been waiting may have died meanwhile: it is replaced at once.
pub(super) async fn open_source(context: &TaskContext, migration: &Migration, mailbox: &WireName) -> Result<(Held, MailboxState), Failure> {
    open_source_weighed(context, (migration, mailbox), None).await.map(|(source, state, _)| (source, state))
}

/// The same with what is listed from a UID on, where it is wanted.
async fn open_source_weighed(
    context: &TaskContext,
    (migration, mailbox): (&Migration, &WireName),
    from: Option<Uid>,
) -> Result<(Held, MailboxState, Option<Vec<Weighed>>), Failure> {
    loop {
        let mut source = context.connect_source(migration).await?;
        let opened = match from {
            Some(from) => source.open_weighed((mailbox, Access::Examine), from).await.map(|(state, told)| (state, Some(told))),
            None => source.examine(mailbox).await.map(|state| (state, None)),
        };
        match opened {
            Ok((state, told)) => {
                context.shared.opening((migration.id, mailbox), |known| known.lost = 0);
                return Ok((source, state, told));
            }
            Err(error) if has_died(&source, &error) => {}
            Err(error) => {
                drop(source);
                let sound = after_loss(context, (migration, mailbox), error).await?;
                context.give_back(sound);
                let cause = "the server closes the connection each time this mailbox is opened";
                return Err(Problem::new(ProblemCode::MailboxRefused).with("folder", mailbox).because(cause).into());
            }
        }
    }
}

/// After the opening of a source mailbox failed: whether it is this mailbox alone with which the server closes the connection. Then a
/// new connection is the answer, which opened another mailbox. Else the error is what went wrong.
pub(super) async fn after_loss(
    context: &TaskContext,
    (migration, mailbox): (&Migration, &WireName),
    error: MailError,
) -> Result<Held, Failure> {
    let inbox = WireName("INBOX".to_owned());
    if !matches!(error, MailError::Lost(_)) || mailbox.0.eq_ignore_ascii_case(&inbox.0) {
        return Err(error.into());
    }
    let known = context.shared.opening((migration.id, mailbox), |known| known.lost += 1);
    if known.lost < MOST_LOST_OPENINGS {
        return Err(error.into());
    }
    let mut source = context.connect_source(migration).await?;
    source.examine(&inbox).await?;
    Ok(source)
}

/// Whether a connection that had been waiting turned out to be dead.
fn has_died(connection: &Held, error: &MailError) -> bool {
    connection.is_reused && matches!(error, MailError::Lost(_))
}

/// A target connection with the mailbox open, found or made.
async fn open_target(
    context: &TaskContext,
    (migration, account): (&Migration, &TargetAccount),
    progress: &MailboxProgress,
) -> Result<(Held, Place, MailboxState), Failure> {
    let door = target_door(account);
    let mut is_sure = false;
    loop {
        let mut target = context.connect_target(account).await?;
        let opened = async {
            let (to, made) = find_mailbox(context, &mut target, (migration, &door), progress).await?;
            let state = match made {
                Some(state) => state,
                None => target.select(&to.0).await.map_err(OpenError::Mail)?,
            };
            Ok((to, state))
        };
        match opened.await {
            Ok((to, state)) => return Ok((target, to, state)),
            Err(OpenError::Mail(error)) if has_died(&target, &error) => {}
            Err(OpenError::Mail(MailError::Refused(_))) if !is_sure => {
                // What was listed earlier may be gone.
                context.shared.listings.forget(&door).await;
                context.give_back(target);
                is_sure = true;
            }
            Err(OpenError::Mail(error)) => return Err(error.into()),
            Err(OpenError::Other(failure)) => return Err(failure),
        }
    }
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
        name: ends.name.clone(),
        source_validity: ends.source.uid_validity,
        target_validity: ends.target.uid_validity,
        messages: u64::from(ends.source.exists),
        source_modseq: ends.source.highest_modseq,
    };
    let is_placed = progress.to.as_ref() == Some(&ends.to)
        && progress.source_validity == Some(ends.source.uid_validity)
        && progress.target_validity == Some(ends.target.uid_validity);
    if is_placed {
        // Only how many there are is new: whoever looks again sees it again.
        context.record_with_next(event);
        return Ok(());
    }
    context.record(event).await
}
