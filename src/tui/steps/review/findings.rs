//! Everything that was found about one account, heaviest first, each with what to do about it.

use ratatui::text::Line;

use super::overview::{finding_lines, selected};
use crate::plan::{Finding, Weight};
use crate::session::Migration;
use crate::tui::Model;
use crate::tui::hint::{Hint, LIST};
use crate::tui::ink::Ink;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect};

/// Findings of an account, heaviest first.
pub(super) fn sorted(migration: &Migration) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = migration.inventory.iter().flat_map(|inventory| &inventory.findings).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.weight));
    findings
}

/// What is possible.
pub(super) fn hints() -> Vec<Hint> {
    LIST.into_iter().chain([Hint::look(Action::Back, "key-back"), Hint::silent(Action::Left), Hint::silent(Action::Detail)]).collect()
}

/// An action.
pub(super) fn act(model: &mut Model, line: usize, action: Action) -> Vec<Effect> {
    let count = selected(model).map_or(0, |migration| sorted(migration).len());
    let is_left = matches!(action, Action::Back | Action::Left | Action::Detail);
    let to = crate::tui::hint::moved(line, count, action).unwrap_or(line);
    model.steps.review.findings = (!is_left).then_some(to);
    Vec::new()
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>, line: usize) -> Sheet {
    let theme = ink.theme();
    let address = selected(model).map_or_else(String::new, |m| m.source.address.to_string());
    let mut sheet = Sheet::new(ink.tell("findings-title", &[("address", address.into())]), Touch::ReadsOnly);
    let findings = selected(model).map(sorted).unwrap_or_default();
    let mut weight = None;
    for (i, finding) in findings.iter().enumerate() {
        if weight != Some(finding.weight) {
            if weight.is_some() {
                sheet.list([ink.gap()]);
            }
            weight = Some(finding.weight);
            sheet.list([ink.line(&ink.say(heading(finding.weight)), theme.strong)]);
        }
        if i == line {
            sheet.focus_here();
        }
        sheet.list(pointed(ink, finding, i == line));
    }
    if findings.is_empty() {
        sheet.list([ink.line(&ink.say("findings-none"), theme.quiet)]);
    }
    sheet
}

/// A finding behind the pointer, where it is the selected one.
fn pointed(ink: Ink<'_>, finding: &Finding, is_selected: bool) -> Vec<Line<'static>> {
    let mut lines = finding_lines(ink.narrower(2), finding);
    for (i, line) in lines.iter_mut().enumerate() {
        let lead = if is_selected && i == 0 { format!("{} ", ink.glyphs().pointer) } else { "  ".to_owned() };
        line.spans.insert(0, ratatui::text::Span::styled(lead, ink.theme().focus));
    }
    lines
}

const fn heading(weight: Weight) -> &'static str {
    match weight {
        Weight::Blocker => "findings-blockers",
        Weight::Warning => "findings-warnings",
        Weight::Note => "findings-notes",
    }
}
