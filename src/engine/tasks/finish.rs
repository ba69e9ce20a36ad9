//! Writes the report, forgets the secrets if the person wishes so, and closes the session.

use crate::ports::EntryState;
use crate::session::report::{LedgerSummary, MailboxTotals, RefusedRow, Report, ReportInput};
use crate::session::{Activity, Event};

use super::super::context::{Failure, TaskContext};

pub(super) async fn run(context: &TaskContext) -> Result<(), Failure> {
    context.doing(Activity::Writing);
    let (wants_forgotten, are_forgotten, secrets) = {
        let session = context.session.borrow();
        (session.finish == Some(true), session.are_secrets_forgotten, session.needed_secrets())
    };
    if wants_forgotten && !are_forgotten {
        for reference in secrets {
            context.ports.secrets.delete(&reference).await?;
        }
        context.record(Event::SecretsForgotten).await?;
    }
    let files = write_report(context).await?;
    context.record(Event::ReportSaved { files }).await?;
    context.record(Event::SessionFinished).await
}

/// Writes the report of the session as it is; answers the files, relative to the session's folder.
async fn write_report(context: &TaskContext) -> Result<Vec<String>, Failure> {
    let journal = &context.ports.journal;
    let session = context.session.borrow().clone();
    let mut ledger = LedgerSummary::default();
    for migration in &session.migrations {
        for (mailbox, tally) in journal.tallies(migration.id).await? {
            let totals = MailboxTotals { copied: tally.copied, bytes: tally.bytes, verified: tally.verified, refused: tally.refused };
            ledger.totals.insert((migration.id, mailbox), totals);
            if tally.refused > 0 {
                let rows = journal.entries(migration.id, mailbox, Some(EntryState::Refused)).await?;
                ledger.refused.extend(rows.into_iter().map(|row| RefusedRow {
                    migration: migration.id,
                    mailbox,
                    uid: row.source_uid,
                    bytes: row.size,
                    reason: row.reason.unwrap_or_default(),
                }));
            }
        }
    }
    let events = journal.events().await?;
    let input = ReportInput {
        session: &session,
        events: &events,
        ledger: &ledger,
        version: env!("CARGO_PKG_VERSION"),
        at: context.ports.clock.now(),
    };
    let mut saved = Vec::new();
    for (name, bytes) in Report::of(&input).files() {
        journal.save_file(&name, &bytes).await?;
        saved.push(name);
    }
    Ok(saved)
}
