//! One line of the plan per account.

use ratatui::style::Style;
use ratatui::text::Line;

use super::draft::{self, Editing};
use crate::plan::Weight;
use crate::session::{Migration, Mode, Task};
use crate::text::count;
use crate::tui::Model;
use crate::tui::ink::{Cell, Ink};
use crate::tui::overlays;

const MESSAGES: usize = 8;
const SIZE: usize = 8;
const FOUND: usize = 11;
/// From this width on sizes and whole addresses have room.
const WIDE: usize = 84;

/// Which columns a table has, and how wide they are.
struct Columns {
    account: usize,
    names: Vec<Name>,
    name: usize,
    size: bool,
    found: bool,
}

/// A temporary name that an order of acts wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Old,
    New,
}

fn columns(model: &Model, ink: Ink<'_>) -> Columns {
    let old = draft::has_name(model).then_some(Name::Old);
    let new = draft::has_there(model).then_some(Name::New);
    let names: Vec<Name> = old.into_iter().chain(new).collect();
    let size = ink.width >= WIDE;
    // With two names there is no room for words about what was found: its sign says it, and the text below.
    let found = size || names.len() < 2;
    let fixed = 2 + 2 + MESSAGES + 1 + if size { SIZE + 1 } else { 0 } + if found { FOUND + 1 } else { 0 };
    let rest = ink.width.saturating_sub(fixed + names.len());
    let name = rest / (names.len() + 1);
    Columns { account: rest - name * names.len(), names, name, size, found }
}

/// The line above the table.
pub(super) fn head(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let head = |key: &str, width: usize| Cell::new(ink.say(key), width).style(ink.theme().quiet);
    let columns = columns(model, ink);
    let mut cells = vec![Cell::new("", 1), head("column-account", columns.account)];
    for name in &columns.names {
        let key = match name {
            Name::Old if model.session.mode == Some(Mode::Guided) => "column-renamed-guided",
            Name::Old => "column-renamed",
            Name::New => "column-begins-as",
        };
        cells.push(head(key, columns.name));
    }
    cells.push(head("column-messages", MESSAGES).right());
    if columns.size {
        cells.push(head("column-size", SIZE).right());
    }
    if columns.found {
        cells.push(head("column-found", FOUND));
    }
    ink.row(false, &cells)
}

/// What is known of one account, and the sign of it.
struct Known {
    sign: &'static str,
    style: Style,
    messages: String,
    size: String,
    found: String,
}

fn known(model: &Model, ink: Ink<'_>, migration: &Migration) -> Known {
    let theme = ink.theme();
    let looks = [Task::Inventory { migration: migration.id }, Task::InspectFeatures { migration: migration.id }];
    let stopped = looks.iter().find(|task| model.session.troubles.contains_key(task));
    let is_seen = migration.are_features_seen || migration.source.service.is_none();
    match (&migration.inventory, stopped) {
        (_, Some(_)) => Known {
            sign: ink.glyphs().wrong,
            style: theme.wrong,
            messages: String::new(),
            size: String::new(),
            found: ink.say("task-stopped"),
        },
        (Some(inventory), None) if is_seen => {
            let worst = inventory.findings.iter().map(|f| f.weight).max();
            let (sign, style) = match worst {
                Some(Weight::Blocker) => (ink.glyphs().wrong, theme.wrong),
                Some(Weight::Warning) => (ink.glyphs().warning, theme.warning),
                _ => (ink.glyphs().done, theme.good),
            };
            Known { sign, style, messages: count(inventory.messages), size: inventory.bytes.to_string(), found: found(ink, migration) }
        }
        _ => {
            let running = looks.iter().find_map(|task| model.progress.tasks.get(task));
            let found = running.map(|progress| overlays::activity(model, ink, progress)).unwrap_or_default();
            Known { sign: ink.glyphs().waiting, style: theme.accent, messages: String::new(), size: String::new(), found }
        }
    }
}

/// One account: its name, the names that it gets, how much it is, what was found.
pub(super) fn row(model: &Model, ink: Ink<'_>, migration: &Migration, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let columns = columns(model, ink);
    let draft = model.steps.review.drafts.get(&migration.id);
    let is_roomy = ink.width >= WIDE && columns.names.len() < 2;
    let short = |address: &str| if is_roomy { address.to_owned() } else { address.split('@').next().unwrap_or_default().to_owned() };
    let address = migration.source.address.to_string();
    let known = known(model, ink, migration);
    let own = if columns.names.is_empty() { address.clone() } else { short(&address) };
    let mut cells = vec![Cell::new(known.sign, 1).style(known.style), Cell::new(own, columns.account)];
    for name in &columns.names {
        let which = if *name == Name::Old { Editing::Name } else { Editing::There };
        let text = draft.map(|draft| if *name == Name::Old { draft.name.text() } else { draft.there.text() }).unwrap_or_default();
        let is_wrong = draft::wrong_name(&model.look.words, model, migration.id, which).is_some();
        let shown = if text == address { ink.say("review-not-renamed") } else { short(text) };
        cells.push(Cell::new(shown, columns.name).style(if is_wrong { theme.wrong } else { theme.accent }));
    }
    cells.push(Cell::new(known.messages, MESSAGES).right());
    if columns.size {
        cells.push(Cell::new(known.size, SIZE).right());
    }
    if columns.found {
        let style = if known.style == theme.good { theme.quiet } else { known.style };
        cells.push(Cell::new(known.found, FOUND).style(style));
    }
    ink.row(is_selected, &cells)
}

fn found(ink: Ink<'_>, migration: &Migration) -> String {
    let of = |weight: Weight| migration.inventory.iter().flat_map(|i| &i.findings).filter(|f| f.weight == weight).count();
    match (of(Weight::Blocker), of(Weight::Warning), of(Weight::Note)) {
        (0, 0, 0) => ink.glyphs().none.to_owned(),
        (0, 0, notes) => ink.tell("found-notes", &[("count", notes.into())]),
        (0, warnings, _) => ink.tell("found-warnings", &[("count", warnings.into())]),
        (blockers, _, _) => ink.tell("found-blockers", &[("count", blockers.into())]),
    }
}
