//! Gathers what a report is made from: the session, its journal, its ledger.

use crate::domain::Moment;
use crate::ports::{EntryState, Journal, JournalError};
use crate::session::Session;
use crate::session::report::{LedgerSummary, MailboxTotals, RefusedRow, Report, ReportInput};

/// The report of a session as it is.
///
/// # Errors
/// [`JournalError`] when journal or ledger cannot be read.
pub async fn report(journal: &dyn Journal, session: &Session, at: Moment) -> Result<Report, JournalError> {
    let mut ledger = LedgerSummary::default();
    for migration in &session.migrations {
        for (mailbox, tally) in journal.tallies(migration.id).await? {
            let totals = MailboxTotals {
                copied: tally.copied,
                bytes: tally.bytes,
                verified: tally.verified,
                sampled: tally.sampled,
                refused: tally.refused,
                dates_moved: tally.dates_moved,
            };
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
    Ok(Report::of(&ReportInput { session, events: &events, ledger: &ledger, version: env!("CARGO_PKG_VERSION"), at }))
}
