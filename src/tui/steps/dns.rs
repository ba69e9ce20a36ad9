//! DNS: expected and live, record by record, red or green with a sign and a word; one key changes what can be changed here.

use ratatui::text::Line;

use crate::dnscheck::{CheckedRecord, RecordPurpose, Verdict};
use crate::domain::{DomainName, RecordType, ZoneRecord};
use crate::problem::Problem;
use crate::session::{Command, DnsState, Task};
use crate::text::short_duration;
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink};
use crate::tui::overlays;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect, Model, trouble};

use super::StepMsg;
use super::purpose_key;
use super::rename::{act_on_trouble, trouble_hints};

/// Draft of this step: the selected record.
#[derive(Debug, Default)]
pub(in crate::tui) struct State {
    selected: usize,
}

/// All records of all domains, in order.
fn records(model: &Model) -> Vec<(&DomainName, &DnsState, &CheckedRecord)> {
    model.session.dns.iter().flat_map(|(domain, state)| state.records.iter().map(move |record| (domain, state, record))).collect()
}

fn troubles(model: &Model) -> Vec<(Task, Problem)> {
    let is_ours =
        |task: &Task| matches!(task, Task::CheckDns { .. } | Task::FixDns { .. } | Task::CarryFeatures { .. } | Task::CarryShared { .. });
    model.session.troubles.iter().filter(|(task, _)| is_ours(task)).map(|(task, problem)| (task.clone(), problem.clone())).collect()
}

fn is_wrong(record: &CheckedRecord) -> bool {
    matches!(record.verdict, Verdict::Wrong | Verdict::Advice)
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let mut hints = LIST.to_vec();
    hints.push(Hint::act(Action::Accept, "key-go-on"));
    if let Some((_, state, record)) = records(model).get(model.steps.dns.selected) {
        if record.change.is_some() && is_wrong(record) && !state.fixes.contains_key(&record.purpose) {
            hints.push(Hint::act(Action::Fix, "key-fix"));
        }
        hints.push(Hint::look(Action::Copy, "key-copy-record"));
    }
    hints.extend(trouble_hints(&troubles(model)).into_iter().filter(|hint| hint.action != Action::Edit));
    hints
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: &StepMsg) -> Vec<Effect> {
    let &StepMsg::Act(action) = msg else {
        return Vec::new();
    };
    let length = records(model).len();
    if let Some(to) = moved(model.steps.dns.selected, length, action) {
        model.steps.dns.selected = to;
        return Vec::new();
    }
    let selected = records(model).get(model.steps.dns.selected).map(|(domain, _, record)| ((*domain).clone(), (*record).clone()));
    match (action, selected) {
        (Action::Accept, _) => vec![Effect::Submit(Command::AcceptDns)],
        (Action::Fix, Some((domain, record))) => vec![Effect::Submit(Command::FixDns { domain, purpose: record.purpose })],
        (Action::Copy, Some((domain, record))) => {
            let text = model.look.words.say("copied-record", &[]);
            model.say_in_passing(text, false);
            vec![Effect::Copy(to_paste(&domain, &record).join("\n"))]
        }
        _ => {
            let troubles = troubles(model);
            act_on_trouble(model, action, troubles)
        }
    }
}

/// The expected records as a zone file has them.
fn to_paste(domain: &DomainName, record: &CheckedRecord) -> Vec<String> {
    let record_type = match record.purpose {
        RecordPurpose::Mx => RecordType::Mx,
        RecordPurpose::Spf | RecordPurpose::Dmarc => RecordType::Txt,
        RecordPurpose::Autodiscover => RecordType::Srv,
        RecordPurpose::Dkim | RecordPurpose::Ownership => RecordType::Cname,
    };
    let owner = if record.name.is_empty() { format!("{domain}.") } else { format!("{}.{domain}.", record.name) };
    // Several names in one record (DKIM) come with their names.
    let line = |value: &String| match (value.split_once(" CNAME "), record_type) {
        (Some((name, target)), _) => format!("{name}.{domain}. IN CNAME {}.", target.trim_end_matches('.')),
        (None, RecordType::Txt) => format!("{owner} IN TXT \"{}\"", value.trim_matches('"')),
        (None, _) => format!("{owner} IN {} {}.", record_type.as_str(), value.trim_end_matches('.')),
    };
    record.expected.iter().map(line).collect()
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let domains = model.session.mail_domains();
    let names = domains.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let is_fixing = model.session.dns.values().any(|state| !state.fixes.is_empty());
    let touch = if is_fixing { Touch::Changes("touch-zone") } else { Touch::Changes("touch-until-fix") };
    let mut sheet = Sheet::new(ink.tell("records-title", &[("domains", names.into())]), touch);
    sheet.head([table_head(ink)]);
    let all = records(model);
    let mut domain_before = None;
    for (i, (domain, state, record)) in all.iter().enumerate() {
        if model.session.dns.len() > 1 && domain_before != Some(*domain) {
            sheet.list([ink.line(domain.as_str(), theme.strong)]);
            domain_before = Some(*domain);
        }
        if i == model.steps.dns.selected {
            sheet.focus_here();
        }
        sheet.list([row(ink, state, record, i == model.steps.dns.selected)]);
    }
    for domain in domains.iter().filter(|domain| !model.session.dns.contains_key(*domain)) {
        sheet.list([ink.busy(model.now, &ink.tell("records-asking", &[("domain", domain.as_str().into())]))]);
    }
    sheet.foot([ink.gap()]);
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot(trouble::brief(ink, problem)).foot([ink.gap()]);
    }
    if let Some((domain, state, record)) = all.get(model.steps.dns.selected) {
        sheet.foot(about(model, ink, domain, state, record));
    }
    sheet.foot([ink.gap(), closing(model, ink, &all)]);
    sheet
}

/// How many are as they should be, and whether they are watched.
fn closing(model: &Model, ink: Ink<'_>, all: &[(&DomainName, &DnsState, &CheckedRecord)]) -> Line<'static> {
    let wrong = all.iter().filter(|(_, _, record)| record.verdict == Verdict::Wrong).count();
    let waiting = all.iter().filter(|(_, _, record)| record.verdict == Verdict::Waiting).count();
    let params = [("wrong", wrong.into()), ("waiting", waiting.into())];
    if all.is_empty() {
        ink.gap()
    } else if wrong + waiting == 0 {
        ink.call(Action::Accept, &ink.say("records-call-good"))
    } else if waiting > 0 && wrong == 0 {
        ink.busy(model.now, &ink.tell("records-watching", &params))
    } else {
        ink.line(&ink.tell("records-wrong", &params), ink.theme().warning)
    }
}

fn widths(ink: Ink<'_>) -> (usize, usize, usize, usize) {
    let (record, badge) = if ink.width >= 84 { (14, 16) } else { (12, 8) };
    let rest = ink.width.saturating_sub(2 + 1 + record + badge + 4);
    (record, rest / 2 + rest % 2, rest / 2, badge)
}

fn table_head(ink: Ink<'_>) -> Line<'static> {
    let (record, expected, live, badge) = widths(ink);
    let head = |key: &str, width: usize| Cell::new(ink.say(key), width).style(ink.theme().quiet);
    ink.row(
        false,
        &[
            Cell::new("", 1),
            head("column-record", record),
            head("column-expected", expected),
            head("column-live", live),
            head(if ink.width >= 84 { "column-badge" } else { "column-badge-short" }, badge),
        ],
    )
}

fn sign(ink: Ink<'_>, verdict: Verdict) -> (&'static str, ratatui::style::Style) {
    let theme = ink.theme();
    match verdict {
        Verdict::Good => (ink.glyphs().done, theme.good),
        Verdict::Waiting => (ink.glyphs().waiting, theme.accent),
        Verdict::Advice => (ink.glyphs().warning, theme.warning),
        Verdict::Wrong => (ink.glyphs().wrong, theme.wrong),
        Verdict::Unknown => ("?", theme.quiet),
    }
}

fn row(ink: Ink<'_>, state: &DnsState, record: &CheckedRecord, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let (name, expected, live, badge) = widths(ink);
    let (glyph, style) = sign(ink, record.verdict);
    let several = |values: &[String]| match values {
        [] => ink.say("records-none"),
        [one] => one.clone(),
        several if record.purpose == RecordPurpose::Dkim => ink.tell("records-selectors", &[("count", several.len().into())]),
        [first, rest @ ..] => format!("{first} +{}", rest.len()),
    };
    let seen = match record.verdict {
        _ if state.fixes.contains_key(&record.purpose) => ink.say("records-changing"),
        Verdict::Good => ink.say("records-as-expected"),
        Verdict::Waiting => ink.say("records-waiting"),
        Verdict::Unknown => ink.say("records-no-answer"),
        Verdict::Advice | Verdict::Wrong => several(&record.live),
    };
    let (says, says_style) = match record.badge {
        Some(true) => (ink.say("badge-good"), theme.good),
        Some(false) => (ink.say("badge-wrong"), theme.wrong),
        None => (ink.glyphs().none.to_owned(), theme.quiet),
    };
    let cells = [
        Cell::new(glyph, 1).style(style),
        Cell::new(ink.say(purpose_key(record.purpose)), name),
        Cell::new(several(&record.expected), expected).style(theme.quiet),
        Cell::new(seen, live).style(style),
        Cell::new(says, badge).style(says_style),
    ];
    ink.row(is_selected, &cells)
}

/// The explanation of the selected record, and what can be done.
fn about(model: &Model, ink: Ink<'_>, domain: &DomainName, state: &DnsState, record: &CheckedRecord) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let (glyph, style) = sign(ink, record.verdict);
    let key = format!("dns-{}", record.explanation);
    let explanation = ink.words().say_about(&key, &[("domain".to_owned(), domain.to_string())].into_iter().collect());
    let mut lines = ink.item(glyph, style, &format!("{}: {explanation}", ink.say(purpose_key(record.purpose))), theme.plain);
    let running = model.progress.tasks.get(&Task::FixDns { domain: domain.clone(), purpose: record.purpose });
    if let Some(progress) = running {
        let age = short_duration(model.age(progress.since));
        lines.push(ink.busy(model.now, &format!("{}  {age}", overlays::activity(model, ink, progress))));
        return lines;
    }
    let room = if ink.height >= 22 { 8 } else { 3 };
    if ink.height >= 22 {
        for (key, values) in [("records-expected", &record.expected), ("records-live", &record.live)] {
            let cells = |text: &String| {
                [Cell::new("", 1), Cell::new(ink.say(key), 9).style(theme.quiet), Cell::new(text, ink.width.saturating_sub(12))]
            };
            lines.extend(values.iter().take(room).map(|text| ink.cells(&cells(text))));
        }
    }
    if !is_wrong(record) || state.fixes.contains_key(&record.purpose) {
        return lines;
    }
    if ink.height >= 22 {
        lines.push(ink.gap());
    }
    if let Some(change) = &record.change {
        let remove = change.remove.iter().map(|record| ("records-remove", record));
        let update = change.update.iter().map(|record| ("records-update", record));
        let add = change.add.iter().map(|record| ("records-add", record));
        let said = remove
            .chain(update)
            .chain(add)
            .map(|(key, record)| ink.line(&format!("  {} {}", ink.say(key), zone_line(record)), theme.quiet));
        lines.extend(said.take(room));
        lines.push(ink.gap());
        lines.push(ink.call(Action::Fix, &ink.say("records-call-fix")));
    } else {
        lines.push(ink.line(&ink.tell("records-paste", &[("key", ink.key(Action::Copy).into())]), theme.plain));
        lines.extend(to_paste(domain, record).into_iter().take(room).map(|text| ink.line(&format!("  {text}"), theme.accent)));
    }
    lines
}

fn zone_line(record: &ZoneRecord) -> String {
    let name = if record.sub_domain.is_empty() { "@" } else { record.sub_domain.as_str() };
    format!("{name} {} {}", record.field_type, record.target)
}
