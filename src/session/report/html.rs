//! The report as one HTML page: no script, no picture, nothing fetched; it prints well.

use std::fmt::Write;

use crate::dnscheck::Verdict;

use super::facts::{AccountReport, DomainReport, FeatureReport, Outcome, Report, ToDo};
use super::words;

const STYLE: &str = include_str!("style.css");

/// Renders the whole report.
pub(super) fn render(report: &Report) -> String {
    let title = words::title();
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    let begun = report.begun.as_deref().map(words::moment).unwrap_or_default();
    let written = format!("Begun {begun}, written {} by Mailferry {}.", words::moment(&report.written), report.version);
    line(&mut out, &format!("<p>{} {}</p>", plain(&words::about(&report.session, report.resumed)), plain(&written)));
    for account in &report.accounts {
        account_section(&mut out, account);
    }
    for shared in &report.shared {
        line(&mut out, &format!("<h2>{}</h2>", plain(&words::shared_title(shared.domain.as_str(), &shared.service))));
        feature_lists(&mut out, &shared.features, &shared.to_do);
    }
    for domain in &report.domains {
        domain_section(&mut out, domain);
    }
    line(&mut out, "</body>\n</html>");
    out
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn list(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: String = items.fold(String::new(), |all, item| all + "<li>" + &item + "</li>\n");
    if !items.is_empty() {
        line(out, &format!("<h3>{title}</h3>\n<ul>\n{items}</ul>"));
    }
}

/// A table; a heading that ends in `#` is a column of numbers.
fn table(out: &mut String, headings: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let class = |heading: &&str| if heading.ends_with('#') { " class=\"n\"" } else { "" };
    line(out, "<div class=\"wide\"><table>\n<tr>");
    for heading in headings {
        line(out, &format!("<th{}>{}</th>", class(heading), heading.trim_end_matches('#')));
    }
    line(out, "</tr>");
    for row in rows {
        let cells =
            row.iter().zip(headings).fold(String::new(), |all, (cell, heading)| all + "<td" + class(heading) + ">" + cell + "</td>");
        line(out, &format!("<tr>{cells}</tr>"));
    }
    line(out, "</table></div>");
}

fn account_section(out: &mut String, account: &AccountReport) {
    let class = match account.outcome {
        Outcome::Complete => "complete",
        Outcome::WithRefusals => "with-refusals",
        Outcome::Unverified => "unverified",
        Outcome::MovedByPlatform => "moved",
        Outcome::Unfinished => "unfinished",
    };
    line(out, &format!("<h2>{}</h2>", plain(&account.address.to_string())));
    line(out, &format!("<p class=\"outcome {class}\">{}</p>\n<ul>", plain(&words::outcome(account))));
    let mut facts = vec![format!("From: {}", account.from), format!("To: {}", account.to)];
    facts.extend(account.story.iter().cloned());
    facts.extend(
        [
            words::gap(account),
            account.old_account.as_ref().map(words::old_account),
            words::differences(account),
            words::moved_dates(account),
            words::marks(&account.dropped_marks),
        ]
        .into_iter()
        .flatten(),
    );
    facts.extend(account.choices.iter().cloned());
    if account.moved.is_empty() {
        facts.push(words::sampled(account).unwrap_or_else(|| words::comparison(account.comparison).to_owned()));
    }
    facts.extend(words::since(account));
    if let Some(settings) = &account.settings {
        facts.push(format!("Mail programs: user {}, IMAP server {}, port {}", settings.user, settings.imap_host, settings.imap_port));
        facts.extend(settings.webmail.as_ref().map(|url| format!("Webmail: {url}")));
    }
    facts.extend(account.open.iter().map(|open| format!("Still open: {open}")));
    for fact in &facts {
        line(out, &format!("<li>{}</li>", plain(fact)));
    }
    line(out, "</ul>");
    if account.moved.is_empty() {
        mailbox_table(out, account);
        refused_list(out, account);
    } else {
        moved_table(out, account);
    }
    if !account.repaired.is_empty() {
        line(out, "<h3>Repaired messages</h3>\n<p>Refused as they are, and stored with the least change that helped.</p>");
        let rows = account.repaired.iter().map(|r| vec![plain(&r.mailbox), r.uid.to_string(), words::repairs(&r.repairs)]);
        table(out, &["Folder", "UID#", "What was changed"], rows);
    }
    list(out, "Different from before", account.not_carried.iter().map(|item| plain(&item.sentence)));
    feature_lists(out, &account.features, &account.to_do);
    let done = |at: &str, what: &str| format!("<time datetime=\"{at}\">{}</time>: {}", words::moment(at), plain(what));
    list(out, "What was done", account.done.iter().map(|item| done(&item.at, &item.what)));
}

fn feature_lists(out: &mut String, features: &[FeatureReport], to_do: &[ToDo]) {
    list(out, words::features_title(), features.iter().map(|feature| plain(&words::feature_line(feature))));
    list(out, words::to_do_title(), to_do.iter().map(|to_do| plain(&words::to_do_line(to_do))));
}

fn moved_table(out: &mut String, account: &AccountReport) {
    line(out, "<h3>Folders</h3>");
    let number = |number: Option<u32>| number.map(|number| words::count(number.into())).unwrap_or_default();
    let rows = account.moved.iter().map(|m| vec![plain(&m.name), number(m.before), number(m.after)]);
    table(out, &["Folder", "Messages before#", "Messages now#"], rows);
}

fn mailbox_table(out: &mut String, account: &AccountReport) {
    if account.mailboxes.is_empty() {
        return;
    }
    let headings = [
        "Folder",
        "At the new account",
        "Messages#",
        "Copied#",
        "Verified#",
        "Refused#",
        "Flags differ#",
        "Dates differ#",
        "Size#",
        "Compared",
    ];
    line(out, "<h3>Folders</h3>");
    let rows = account.mailboxes.iter().map(|m| {
        let to = m.to.as_deref().unwrap_or_else(|| m.left.map_or("", words::left));
        let mut row = vec![plain(&m.name), plain(to)];
        row.extend([m.messages, m.copied, m.verified, m.refused, m.flags_differ, m.dates_differ].map(words::count));
        row.push(m.bytes.to_string());
        row.push(if m.to.is_some() { words::compared(m.comparison).to_owned() } else { String::new() });
        row
    });
    table(out, &headings, rows);
}

fn refused_list(out: &mut String, account: &AccountReport) {
    line(out, "<h3>Refused messages</h3>");
    if account.refused.is_empty() {
        return line(out, &format!("<p>{}</p>", words::nothing_refused()));
    }
    let rows = account.refused.iter().map(|r| {
        let saved = plain(r.saved.as_deref().unwrap_or(""));
        vec![plain(&r.mailbox), r.uid.to_string(), r.bytes.to_string(), plain(&r.reason), saved]
    });
    table(out, &["Folder", "UID#", "Size#", "The server said", "Saved as"], rows);
}

fn domain_section(out: &mut String, domain: &DomainReport) {
    line(out, &format!("<h2>DNS of {}</h2>", plain(domain.domain.as_str())));
    let Some(checked) = &domain.checked else {
        return line(out, &format!("<p>{}</p>", words::dns_not_checked()));
    };
    line(out, &format!("<p>Looked at <time datetime=\"{checked}\">{}</time>.</p>", words::moment(checked)));
    let lines = |values: &[String]| values.iter().map(|value| plain(value)).collect::<Vec<_>>().join("<br>");
    let rows = domain.records.iter().map(|r| {
        let class = match r.verdict {
            Verdict::Good => "good",
            Verdict::Wrong => "wrong",
            Verdict::Waiting | Verdict::Advice | Verdict::Unknown => "",
        };
        let changed = if r.changed_here { ", changed in this session" } else { "" };
        let judgement = format!("<span class=\"{class}\">{}{changed}</span>", words::verdict(r.verdict));
        vec![words::purpose(r.purpose).to_owned(), judgement, lines(&r.expected), lines(&r.live)]
    });
    table(out, &["Record", "Judgement", "Expected", "Seen"], rows);
}
