//! Looks at all mailboxes of a source from outside, also where one of them cannot be looked at.
//!
//! Some servers close the connection over a single mailbox that is shared, locked or damaged. After a few losses in a row the mailboxes
//! are asked for one by one: the one over which the connection is lost is left unknown, and the others go on. Whether it can be opened
//! is for whoever opens it; the inbox is never set aside for it.

use crate::domain::WireName;
use crate::plan::SeenMailbox;
use crate::ports::{ListedMailbox, MailError, MailboxState};
use crate::session::Migration;

use super::super::context::{Failure, TaskContext};
use super::super::pool::Held;

/// Losses in a row after which somebody is suspected.
const MOST_LOST: u32 = 3;

/// All mailboxes, with their states where they can be had.
pub(super) type Overview = Vec<(ListedMailbox, Option<MailboxState>)>;

/// A listed mailbox as the plan knows it, with so many messages in it.
pub(super) fn seen_mailbox(mailbox: &ListedMailbox, messages: u32) -> SeenMailbox {
    SeenMailbox {
        name: mailbox.name.clone(),
        wire: mailbox.wire.clone(),
        role: mailbox.role,
        is_selectable: mailbox.is_selectable,
        is_subscribed: mailbox.is_subscribed,
        messages,
    }
}

/// All mailboxes as the plan knows them.
pub(super) fn seen_mailboxes(overview: &Overview) -> Vec<SeenMailbox> {
    overview.iter().map(|(mailbox, state)| seen_mailbox(mailbox, state.as_ref().map_or(0, |state| state.exists))).collect()
}

/// Asks a source for all its mailboxes and their states. Answers the connection too: it may be another one.
pub(super) async fn overview(context: &TaskContext, migration: &Migration, mut source: Held) -> Result<(Held, Overview), Failure> {
    // No mailbox has this name.
    let all = WireName("*".to_owned());
    if context.shared.opening((migration.id, &all), |_| {}).lost < MOST_LOST {
        let seen = source.overview().await;
        let is_lost = matches!(seen, Err(MailError::Lost(_)));
        context.shared.opening((migration.id, &all), |known| known.lost = if is_lost { known.lost + 1 } else { 0 });
        return Ok((source, seen?));
    }
    let mut seen = Overview::new();
    for mailbox in source.list().await? {
        let known = (migration.id, &mailbox.wire);
        let is_suspect = context.shared.opening(known, |_| {}).unseen >= MOST_LOST;
        let state = if mailbox.is_selectable && !is_suspect { source.status(&mailbox.wire).await } else { Ok(None) };
        if matches!(state, Err(MailError::Lost(_))) {
            context.shared.opening(known, |known| known.unseen += 1);
        }
        seen.push((mailbox, state?));
    }
    Ok((source, seen))
}
