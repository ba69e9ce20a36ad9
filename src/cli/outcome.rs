//! The end of a run: what came out, and what is not there.

use std::io::{self, Write};

use serde_json::json;

use crate::session::report::{AccountReport, FeatureOutcome, MailboxReport, Outcome, Report};

use super::args::Wording;
use super::ending::Exit;
use super::words;

/// The exit code that a report stands for: done only when every message is at the target and verified as thoroughly as was asked for;
/// a code of its own when all is copied and not verified: as asked, or because the platform itself moved it.
pub fn exit_of(report: &Report) -> Exit {
    let all = |is_so: fn(&AccountReport) -> bool| report.accounts.iter().all(is_so);
    if all(|account| account.outcome == Outcome::Complete) {
        Exit::Done
    } else if all(|account| {
        matches!(account.outcome, Outcome::Complete | Outcome::Unverified | Outcome::MovedByPlatform) && account.refused.is_empty()
    }) {
        Exit::Unverified
    } else {
        Exit::Failed
    }
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
        Outcome::Complete if account.total(|m| m.sampled) > 0 => format!(
            "complete: {}, {}; {} verified in full, {} by header, flags and date",
            words::messages(copied),
            account.bytes(),
            words::count(account.total(|m| m.verified)),
            words::count(account.total(|m| m.sampled))
        ),
        Outcome::Unverified => format!("copied, not verified: {}, {}", words::messages(copied), account.bytes()),
        Outcome::MovedByPlatform => {
            let (before, after) = account
                .moved
                .iter()
                .fold((0, 0), |(before, after), m| (before + u64::from(m.before.unwrap_or(0)), after + u64::from(m.after.unwrap_or(0))));
            format!("moved by OVHcloud: {} before, {} now; counted, not compared", words::messages(before), words::count(after))
        }
        Outcome::Complete => format!("complete: {}, {}, all verified", words::messages(copied), account.bytes()),
        Outcome::WithRefusals => format!("{} verified, {} refused", words::messages(copied), account.refused.len()),
        Outcome::Unfinished => format!("not finished: {copied} of {} copied", words::messages(all)),
    };
    writeln!(out, "{}  {verdict}", account.address)?;
    let is_asked = account.outcome == Outcome::Unverified;
    let good = |m: &MailboxReport| if is_asked { m.copied } else { m.verified + m.sampled };
    for m in account.mailboxes.iter().filter(|m| m.to.is_some() && good(m) + m.refused < m.messages) {
        writeln!(out, "  not there or not verified: {} in {}", words::messages(m.messages - good(m) - m.refused), m.name)?;
    }
    let since = [
        (account.total(|m| m.flags_carried), "changed flags at the source since, and at the destination as well"),
        (account.total(|m| m.disappeared), "not at the source any more, still at the destination"),
        (account.total(|m| m.removed), "deleted at the destination since, not copied again"),
        (account.total(|m| m.dates_moved), "with a date that no server keeps, moved to the nearest one from 1970 to 2037"),
    ];
    for (number, what) in since.into_iter().filter(|(number, _)| *number > 0) {
        writeln!(out, "  {} {what}", words::messages(number))?;
    }
    for m in account.mailboxes.iter().filter(|m| m.is_vanished) {
        writeln!(out, "  not at the source any more: the folder {}", m.name)?;
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
    let of = |state: FeatureOutcome| account.features.iter().filter(move |feature| feature.state == state);
    if !account.features.is_empty() {
        let (carried, left) = (of(FeatureOutcome::Carried).count(), of(FeatureOutcome::Left).count());
        writeln!(out, "  besides mail: {carried} of {} made at the destination, {left} left to you", account.features.len())?;
    }
    for feature in of(FeatureOutcome::Left) {
        let why = feature.why.as_deref().map(|why| format!(" ({})", words::one_line(why))).unwrap_or_default();
        writeln!(out, "  left to you: {}{why}", words::one_line(&feature.what))?;
    }
    account.open.iter().try_for_each(|open| writeln!(out, "  still open: {}", words::one_line(open)))
}
