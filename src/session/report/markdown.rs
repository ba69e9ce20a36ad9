//! The report as Markdown.

use std::fmt::Write;

use super::facts::{AccountReport, DomainReport, FeatureReport, Report, ToDo};
use super::words;

/// Renders the whole report.
pub(super) fn render(report: &Report) -> String {
    let mut out = format!("# {}\n\n", words::title());
    let begun = report.begun.as_deref().map(words::moment).unwrap_or_default();
    line(&mut out, &words::about(&report.session, report.resumed));
    line(&mut out, &format!("Begun {begun}, written {} by Mailferry {}.\n", words::moment(&report.written), report.version));
    for account in &report.accounts {
        account_section(&mut out, account);
    }
    for shared in &report.shared {
        line(&mut out, &format!("## {}", plain(&words::shared_title(shared.domain.as_str(), &shared.service))));
        feature_lists(&mut out, &shared.features, &shared.to_do);
        out.push('\n');
    }
    for domain in &report.domains {
        domain_section(&mut out, domain);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

/// Keeps foreign text from becoming markup or another cell.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn account_section(out: &mut String, account: &AccountReport) {
    line(out, &format!("## {}\n\n{}\n", plain(&account.address.to_string()), words::outcome(account)));
    line(out, &format!("- From: {}\n- To: {}", plain(&account.from), plain(&account.to)));
    let told = [
        words::gap(account),
        account.old_account.as_ref().map(words::old_account),
        words::differences(account),
        words::moved_dates(account),
        words::marks(&account.dropped_marks),
    ];
    for sentence in account.story.iter().cloned().chain(told.into_iter().flatten()) {
        line(out, &format!("- {}", plain(&sentence)));
    }
    if account.moved.is_empty() {
        line(out, &format!("- {}", words::sampled(account).unwrap_or_else(|| words::comparison(account.comparison).to_owned())));
    }
    for sentence in words::since(account) {
        line(out, &format!("- {}", plain(&sentence)));
    }
    if let Some(settings) = &account.settings {
        let server = format!("IMAP server {}, port {}", settings.imap_host, settings.imap_port);
        let webmail = settings.webmail.as_ref().map(|url| format!("; webmail <{url}>")).unwrap_or_default();
        line(out, &format!("- Mail programs: user {}, {}{webmail}", plain(&settings.user), plain(&server)));
    }
    for choice in &account.choices {
        line(out, &format!("- {}", plain(choice)));
    }
    for open in &account.open {
        line(out, &format!("- Still open: {}", plain(open)));
    }
    if account.moved.is_empty() {
        mailbox_table(out, account);
        refused_list(out, account);
        repaired_list(out, account);
    } else {
        moved_table(out, account);
    }
    if !account.not_carried.is_empty() {
        line(out, "\n### Different from before\n");
        account.not_carried.iter().for_each(|item| line(out, &format!("- {}", plain(&item.sentence))));
    }
    feature_lists(out, &account.features, &account.to_do);
    if !account.done.is_empty() {
        line(out, "\n### What was done\n");
        account.done.iter().for_each(|done| line(out, &format!("- {}: {}", words::moment(&done.at), plain(&done.what))));
    }
    out.push('\n');
}

fn feature_lists(out: &mut String, features: &[FeatureReport], to_do: &[ToDo]) {
    if !features.is_empty() {
        line(out, &format!("\n### {}\n", words::features_title()));
        for feature in features {
            line(out, &format!("- {}", plain(&words::feature_line(feature))));
        }
    }
    if !to_do.is_empty() {
        line(out, &format!("\n### {}\n", words::to_do_title()));
        for to_do in to_do {
            line(out, &format!("- [ ] {}", plain(&words::to_do_line(to_do))));
        }
    }
}

fn moved_table(out: &mut String, account: &AccountReport) {
    line(out, "\n### Folders\n\n| Folder | Messages before | Messages now |\n|---|---:|---:|");
    let number = |number: Option<u32>| number.map(|number| words::count(number.into())).unwrap_or_default();
    for m in &account.moved {
        line(out, &format!("| {} | {} | {} |", plain(&m.name), number(m.before), number(m.after)));
    }
}

fn mailbox_table(out: &mut String, account: &AccountReport) {
    if account.mailboxes.is_empty() {
        return;
    }
    line(out, "\n### Folders\n");
    line(out, "| Folder | At the new account | Messages | Copied | Verified | Refused | Flags differ | Dates differ | Size | Compared |");
    line(out, "|---|---|---:|---:|---:|---:|---:|---:|---:|---|");
    for m in &account.mailboxes {
        let to = m.to.as_deref().unwrap_or_else(|| m.left.map_or("", words::left));
        let numbers = [m.messages, m.copied, m.verified, m.refused, m.flags_differ, m.dates_differ].map(words::count);
        let how = if m.to.is_some() { words::compared(m.comparison) } else { "" };
        line(out, &format!("| {} | {} | {} | {} | {how} |", plain(&m.name), plain(to), numbers.join(" | "), m.bytes));
    }
}

fn refused_list(out: &mut String, account: &AccountReport) {
    line(out, "\n### Refused messages\n");
    if account.refused.is_empty() {
        return line(out, words::nothing_refused());
    }
    line(out, "| Folder | UID | Size | The server said | Saved as |\n|---|---:|---:|---|---|");
    for r in &account.refused {
        let saved = r.saved.as_deref().unwrap_or("");
        line(out, &format!("| {} | {} | {} | {} | {} |", plain(&r.mailbox), r.uid, r.bytes, plain(&r.reason), plain(saved)));
    }
}

fn repaired_list(out: &mut String, account: &AccountReport) {
    if account.repaired.is_empty() {
        return;
    }
    line(out, "\n### Repaired messages\n\nRefused as they are, and stored with the least change that helped.\n");
    line(out, "| Folder | UID | What was changed |\n|---|---:|---|");
    for r in &account.repaired {
        line(out, &format!("| {} | {} | {} |", plain(&r.mailbox), r.uid, words::repairs(&r.repairs)));
    }
}

fn domain_section(out: &mut String, domain: &DomainReport) {
    line(out, &format!("## DNS of {}\n", domain.domain));
    let Some(checked) = &domain.checked else {
        return line(out, &format!("{}\n", words::dns_not_checked()));
    };
    line(out, &format!("Looked at {}.\n", words::moment(checked)));
    line(out, "| Record | Judgement | Expected | Seen |\n|---|---|---|---|");
    for r in &domain.records {
        let changed = if r.changed_here { ", changed in this session" } else { "" };
        let (expected, live) = (plain(&r.expected.join(", ")), plain(&r.live.join(", ")));
        line(out, &format!("| {} | {}{changed} | {expected} | {live} |", words::purpose(r.purpose), words::verdict(r.verdict)));
    }
    out.push('\n');
}
