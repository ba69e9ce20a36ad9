//! The end of a run: what came out, and what is not there.

use std::io::{self, Write};

use serde_json::json;

use crate::session::report::{AccountReport, Outcome, Report};

use super::args::Wording;
use super::ending::Exit;
use super::words;

/// The exit code that a report stands for: done only when every message is at the target and verified.
pub fn exit_of(report: &Report) -> Exit {
    if report.accounts.iter().all(|account| account.outcome == Outcome::Complete) { Exit::Done } else { Exit::Failed }
}

/// Prints what came out, account by account, with the list of what is not at the target; as JSON one line with the report.
///
/// # Errors
/// As the stream.
pub fn print_outcome(out: &mut dyn Write, report: &Report, wording: Wording) -> io::Result<()> {
    match wording {
        Wording::Json => writeln!(out, "{}", json!({ "report": report }))?,
        Wording::Text => report.accounts.iter().try_for_each(|account| print_account(out, account))?,
    }
    out.flush()
}

fn print_account(out: &mut dyn Write, account: &AccountReport) -> io::Result<()> {
    let (all, copied) = (account.total(|m| if m.to.is_some() { m.messages } else { 0 }), account.total(|m| m.copied));
    let verdict = match account.outcome {
        Outcome::Complete => format!("complete: {}, {}, all verified", words::messages(copied), account.bytes()),
        Outcome::WithRefusals => format!("{} verified, {} refused", words::messages(copied), account.refused.len()),
        Outcome::Unfinished => format!("not finished: {copied} of {} copied", words::messages(all)),
    };
    writeln!(out, "{}  {verdict}", account.address)?;
    for m in account.mailboxes.iter().filter(|m| m.to.is_some() && m.verified + m.refused < m.messages) {
        writeln!(out, "  not there or not verified: {} in {}", words::messages(m.messages - m.verified - m.refused), m.name)?;
    }
    for m in account.mailboxes.iter().filter(|m| m.flags_differ + m.dates_differ > 0) {
        let both = [(m.flags_differ, "flags"), (m.dates_differ, "the date")];
        let told = both.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{what} of {}", words::messages(*n)));
        writeln!(out, "  different in {}: {}", m.name, told.collect::<Vec<_>>().join(", "))?;
    }
    for refused in &account.refused {
        let saved = refused.saved.as_deref().map(|path| format!(", saved as {path}")).unwrap_or_default();
        let reason = words::one_line(&refused.reason);
        writeln!(out, "  refused: {} UID {}, {}{saved}: {reason}", refused.mailbox, refused.uid, refused.bytes)?;
    }
    account.open.iter().try_for_each(|open| writeln!(out, "  still open: {}", words::one_line(open)))
}
