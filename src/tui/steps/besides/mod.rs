//! What belongs to accounts and domains besides mail: what is made again, what the person makes, what stays. One page, used by Review
//! before anything happens and by Finish afterwards.

mod words;

use ratatui::text::Line;

use crate::domain::{EmailAddress, Feature};
use crate::session::{FeatureProgress, FeatureState, LeftReason};
use crate::tui::hint::{Hint, LIST};
use crate::tui::ink::{Cell, Ink};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Model};
pub(in crate::tui) use words::{Fate, family, target};

/// One line of the page: a feature, or a group with all of its parts that share its fate.
#[derive(Debug)]
struct Row {
    fate: Fate,
    owner: String,
    text: String,
    kind: &'static str,
    said: Option<String>,
}

/// How many features there are of each fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct Tally {
    /// To be made.
    pub(in crate::tui) to_come: usize,
    /// Made.
    pub(in crate::tui) made: usize,
    /// For the person.
    pub(in crate::tui) yours: usize,
    /// Staying.
    pub(in crate::tui) stays: usize,
}

/// Counts lines of the page, so that a group is one thing.
pub(in crate::tui) fn tally(model: &Model, ink: Ink<'_>) -> Tally {
    let mut tally = Tally::default();
    for row in rows(model, ink) {
        match row.fate {
            Fate::ToCome => tally.to_come += 1,
            Fate::Made => tally.made += 1,
            Fate::Yours(_) => tally.yours += 1,
            Fate::Stays => tally.stays += 1,
        }
    }
    tally
}

/// What is possible on the page.
pub(in crate::tui) fn hints() -> Vec<Hint> {
    LIST.into_iter().chain([Hint::look(Action::Back, "key-back"), Hint::silent(Action::Left), Hint::silent(Action::Besides)]).collect()
}

/// How many lines can be selected.
pub(in crate::tui) fn length(model: &Model) -> usize {
    rows(model, model.ink(80, 24)).len()
}

/// The group that a feature is a part of.
const fn group_of(feature: &Feature) -> Option<&EmailAddress> {
    match feature {
        Feature::GroupAlias { group, .. }
        | Feature::GroupMember { group, .. }
        | Feature::GroupManager { group, .. }
        | Feature::GroupDelegation { group, .. } => Some(group),
        _ => None,
    }
}

fn rows(model: &Model, ink: Ink<'_>) -> Vec<Row> {
    let all: Vec<(&FeatureProgress, Fate)> = model.session.features.values().map(|f| (f, words::fate(model, f))).collect();
    let fate_of_group = |address: &EmailAddress| {
        all.iter().find(|(f, _)| matches!(&f.feature, Feature::Group { address: own, .. } if own == address)).map(|(_, fate)| *fate)
    };
    let mut rows: Vec<Row> = Vec::new();
    for (progress, fate) in &all {
        let group = group_of(&progress.feature);
        if group.is_some_and(|group| fate_of_group(group) == Some(*fate)) {
            continue;
        }
        let text = match &progress.feature {
            Feature::Group { address, .. } => with_parts(ink, &all, address, *fate),
            other => words::said(ink, other),
        };
        let said = match &progress.state {
            FeatureState::Left { said, .. } => said.clone(),
            _ => None,
        };
        rows.push(Row { fate: *fate, owner: words::owner(progress), text, kind: progress.feature.kind().key(), said });
    }
    rows.sort_by_key(|row| row.fate);
    rows
}

fn with_parts(ink: Ink<'_>, all: &[(&FeatureProgress, Fate)], group: &EmailAddress, fate: Fate) -> String {
    let parts = all.iter().filter(|(f, own)| group_of(&f.feature) == Some(group) && *own == fate);
    let (mut members, mut others) = (0_usize, 0_usize);
    for (part, _) in parts {
        match part.feature {
            Feature::GroupMember { .. } => members += 1,
            _ => others += 1,
        }
    }
    let params = [("group", group.local().into()), ("members", members.into()), ("others", others.into())];
    ink.tell("feature-said-group-whole", &params)
}

/// The page.
pub(in crate::tui) fn view(model: &Model, ink: Ink<'_>, selected: usize) -> Sheet {
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say("besides-title"), Touch::ReadsOnly);
    let rows = rows(model, ink);
    if rows.is_empty() {
        sheet.list([ink.line(&ink.say("besides-none"), theme.quiet)]);
        return sheet;
    }
    let mut section = None;
    for (i, row) in rows.iter().enumerate() {
        let (key, sign, style) = heading(ink, row.fate);
        if section != Some(key) {
            if section.is_some() {
                sheet.list([ink.gap()]);
            }
            section = Some(key);
            sheet.list([ink.line(&ink.say(key), theme.strong)]);
        }
        if i == selected {
            sheet.focus_here();
        }
        let owner = if ink.width >= 84 { 24 } else { 14 };
        let cells = [
            Cell::new(sign, 1).style(style),
            Cell::new(&row.owner, owner).style(theme.accent),
            Cell::new(&row.text, ink.width.saturating_sub(owner + 5)),
        ];
        sheet.list([ink.row(i == selected, &cells)]);
    }
    if let Some(row) = rows.get(selected) {
        sheet.foot([ink.gap()]).foot(about(model, ink, row));
    }
    sheet
}

fn heading(ink: Ink<'_>, fate: Fate) -> (&'static str, &'static str, ratatui::style::Style) {
    let (glyphs, theme) = (ink.glyphs(), ink.theme());
    match fate {
        Fate::ToCome => ("besides-to-come", glyphs.ahead, theme.quiet),
        Fate::Made => ("besides-made", glyphs.done, theme.good),
        Fate::Yours(_) => ("besides-yours", glyphs.warning, theme.warning),
        Fate::Stays => ("besides-stays", glyphs.none, theme.quiet),
    }
}

/// What becomes of the selected one, why, and the clicks where the person makes it.
fn about(model: &Model, ink: Ink<'_>, row: &Row) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let platform = words::target(&model.session);
    let service = platform.to_string();
    let said = |key: &str| ink.tell(key, &[("service", (&service).into())]);
    match row.fate {
        Fate::ToCome => ink.paragraph(&said("besides-to-come-text"), theme.quiet),
        Fate::Made => ink.paragraph(&said("besides-made-text"), theme.quiet),
        Fate::Stays => ink.paragraph(&said(&reason_key(LeftReason::Stays)), theme.quiet),
        Fate::Yours(reason) => {
            let mut why = said(&reason_key(reason));
            if let Some(words) = &row.said {
                why = format!("{why} {}", ink.tell("problem-cause", &[("cause", words.into())]));
            }
            let mut lines = ink.paragraph(&why, theme.plain);
            let params = [("family", family(platform).into()), ("service", (&service).into())];
            lines.extend(ink.item(ink.glyphs().pointer, theme.accent, &ink.tell(&clicks_key(row.kind), &params), theme.plain));
            lines
        }
    }
}

fn reason_key(reason: LeftReason) -> String {
    format!("feature-left-{}", reason.key())
}

fn clicks_key(kind: &str) -> String {
    format!("clicks-feature-{kind}")
}

/// One line that sums it up, for Review.
pub(in crate::tui) fn summary(model: &Model, ink: Ink<'_>) -> Option<Line<'static>> {
    let tally = tally(model, ink);
    if tally == Tally::default() {
        return None;
    }
    let params = [("made", (tally.to_come + tally.made).into()), ("yours", tally.yours.into()), ("stays", tally.stays.into())];
    let mut text = ink.tell("besides-summary", &params);
    let key = ink.key(Action::Besides);
    if !key.is_empty() {
        text = format!("{text} {}", ink.tell("review-key", &[("key", key.into())]));
    }
    let (sign, style) = if tally.yours > 0 { (ink.glyphs().warning, ink.theme().warning) } else { (ink.glyphs().note, ink.theme().quiet) };
    ink.item(sign, style, &text, ink.theme().plain).into_iter().next()
}
