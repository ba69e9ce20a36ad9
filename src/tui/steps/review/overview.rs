//! The plan at a glance: one line per account, the findings of the selected one, totals.

use ratatui::text::Line;

use super::draft::{self, Editing, Open};
use super::folders::row as folder_row;
use crate::domain::{ByteSize, MailboxId};
use crate::plan::{Finding, MappingAction, Weight};
use crate::session::{Migration, Mode, Task};
use crate::text::duration_range;
use crate::tui::field::field_lines;
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink};
use crate::tui::overlays;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::steps::rename::is_about_secret;
use crate::tui::{Action, Effect, Model, trouble};

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    if model.steps.review.editing.is_some() {
        return vec![Hint::look(Action::Accept, "key-keep"), Hint::look(Action::Back, "key-back")];
    }
    let mut hints = LIST.to_vec();
    if may_accept(model) {
        hints.push(Hint::act(Action::Accept, "key-accept-plan"));
    }
    if super::troubles(model).next().is_some() {
        hints.push(Hint::act(Action::Retry, "key-retry"));
        hints.push(Hint::look(Action::Detail, "key-explain"));
        if super::troubles(model).any(|(_, problem)| is_about_secret(problem)) {
            hints.push(Hint::act(Action::Fix, "key-retype"));
        }
    }
    hints.push(Hint::look(Action::Open, "key-folders"));
    hints.push(Hint::look(Action::Edit, "key-edit-name"));
    if model.session.mode == Some(Mode::Automatic) {
        hints.push(Hint::look(Action::Password, "key-password"));
        hints.push(Hint::look(Action::Switch, "key-at-once"));
    }
    hints
}

fn selected(model: &Model) -> Option<&Migration> {
    model.session.migrations.get(model.steps.review.selected)
}

fn blockers(migration: &Migration) -> usize {
    migration.inventory.iter().flat_map(|i| &i.findings).filter(|f| f.weight == Weight::Blocker).count()
}

fn may_accept(model: &Model) -> bool {
    let migrations = &model.session.migrations;
    let is_right = |m: &Migration| m.inventory.is_some() && blockers(m) == 0 && draft::wrong_name(&model.look.words, model, m.id).is_none();
    !migrations.is_empty() && migrations.iter().all(is_right)
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if model.steps.review.editing.is_some() {
        return act_in_field(model, action);
    }
    if let Some(to) = moved(model.steps.review.selected, model.session.migrations.len(), action) {
        model.steps.review.selected = to;
        return Vec::new();
    }
    if let Some(effects) = super::act_on_trouble(model, action) {
        return effects;
    }
    match action {
        Action::Accept if may_accept(model) => return super::accept(model),
        Action::Edit => model.steps.review.editing = Some(Editing::Name),
        Action::Password => model.steps.review.editing = Some(Editing::Password),
        Action::Switch => model.steps.review.create_at_once = !model.steps.review.create_at_once,
        Action::Open => {
            let open = selected(model).filter(|m| m.inventory.is_some()).map(|m| Open { migration: m.id, selected: 0, editing: None });
            model.steps.review.folders = open;
        }
        _ => {}
    }
    Vec::new()
}

fn act_in_field(model: &mut Model, action: Action) -> Vec<Effect> {
    let words = model.look.words.clone();
    let Some(id) = selected(model).map(|m| m.id) else {
        return Vec::new();
    };
    let wrong = draft::wrong_name(&words, model, id);
    let address = model.session.migration(id).map(|m| m.source.address.to_string()).unwrap_or_default();
    let review = &mut model.steps.review;
    let Some(draft) = review.drafts.get_mut(&id) else {
        return Vec::new();
    };
    match (action, review.editing) {
        (Action::Accept, Some(Editing::Name)) if wrong.is_some() => draft.name.error = wrong,
        (Action::Back, Some(Editing::Name)) if wrong.is_some() => {
            draft.name.set(&address);
            review.editing = None;
        }
        _ => review.editing = None,
    }
    Vec::new()
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let review = &model.steps.review;
    let mut sheet = Sheet::new(ink.say("review-title"), Touch::ReadsOnly);
    sheet.head([totals(model, ink), ink.gap(), table_head(model, ink)]);
    for (i, migration) in model.session.migrations.iter().enumerate() {
        if i == review.selected {
            sheet.focus_here();
        }
        sheet.list([row(model, ink, migration, i == review.selected)]);
        if let (true, Some(editing), Some(draft)) = (i == review.selected, review.editing, review.drafts.get(&migration.id)) {
            let mut field = if editing == Editing::Name { draft.name.clone() } else { draft.password.clone() };
            field.label = ink.say(if editing == Editing::Name { "field-temporary" } else { "field-new-password" });
            let width = crate::tui::ink::columns(&field.label);
            sheet.list(field_lines(ink, &field, width, true));
        }
    }
    sheet.foot([ink.gap()]);
    let room = ink.height.saturating_sub(sheet.head.len() + sheet.list.len().min(7) + 5).max(1);
    if let Some((_, problem)) = super::troubles(model).next() {
        sheet.foot(trouble::brief(ink, problem));
    } else if let Some(migration) = selected(model) {
        sheet.foot(about(model, ink, migration, room));
    }
    if model.session.mode == Some(Mode::Automatic) {
        let mark = if review.create_at_once { ink.glyphs().checked } else { ink.glyphs().unchecked };
        sheet.foot(ink.item(mark, theme.accent, &ink.say("review-at-once"), theme.plain));
    }
    if may_accept(model) {
        sheet.foot([ink.gap(), ink.call(Action::Accept, &ink.say("review-call"))]);
    }
    sheet
}

fn totals(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let migrations = &model.session.migrations;
    let known: Vec<_> = migrations.iter().filter_map(|m| m.inventory.as_ref()).collect();
    if known.len() < migrations.len() {
        let params = [("known", known.len().into()), ("count", migrations.len().into())];
        return ink.busy(model.now, &ink.tell("review-looking", &params));
    }
    let messages: u64 = known.iter().map(|i| i.messages).sum();
    let bytes: ByteSize = known.iter().map(|i| i.bytes).sum();
    let (low, high) = estimate(messages, bytes);
    let params = [
        ("count", migrations.len().into()),
        ("messages", messages.into()),
        ("size", bytes.to_string().into()),
        ("time", duration_range(low, high).into()),
    ];
    ink.line(&ink.tell("review-totals", &params), ink.theme().strong)
}

/// Seconds, from and to: between 400 messages and 20 MB a second, and 60 messages and 2 MB a second.
fn estimate(messages: u64, bytes: ByteSize) -> (u64, u64) {
    let at = |rate: u64, speed: u64| (messages / rate).max(bytes.0 / speed) + 5;
    (at(400, 20_000_000), at(60, 2_000_000))
}

const MESSAGES: usize = 8;
const SIZE: usize = 8;
const FOUND: usize = 11;
/// From this width on sizes and whole addresses have room.
const WIDE: usize = 84;

fn widths(ink: Ink<'_>) -> (usize, usize) {
    let size = if ink.width >= WIDE { SIZE + 1 } else { 0 };
    let rest = ink.width.saturating_sub(2 + 1 + MESSAGES + FOUND + 4 + size);
    (rest / 2, rest - rest / 2)
}

fn table_head(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let head = |key: &str, width: usize| Cell::new(ink.say(key), width).style(ink.theme().quiet);
    let (account, temporary) = widths(ink);
    let renamed = if model.session.mode == Some(Mode::Guided) { "column-renamed-guided" } else { "column-renamed" };
    let mut cells =
        vec![Cell::new("", 1), head("column-account", account), head(renamed, temporary), head("column-messages", MESSAGES).right()];
    if ink.width >= WIDE {
        cells.push(head("column-size", SIZE).right());
    }
    cells.push(head("column-found", FOUND));
    ink.row(false, &cells)
}

fn row(model: &Model, ink: Ink<'_>, migration: &Migration, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let (account, temporary) = widths(ink);
    let draft = model.steps.review.drafts.get(&migration.id);
    let is_wide = ink.width >= WIDE;
    let short = |address: &str| if is_wide { address.to_owned() } else { address.split('@').next().unwrap_or_default().to_owned() };
    let address = migration.source.address.to_string();
    let name = draft.map(|draft| draft.name.text().to_owned()).unwrap_or_default();
    let is_wrong = draft::wrong_name(&model.look.words, model, migration.id).is_some();
    let shown = if name == address { ink.say("review-not-renamed") } else { short(&name) };
    let task = Task::Inventory { migration: migration.id };
    let (sign, style, messages, size, found) = match (&migration.inventory, model.session.troubles.get(&task)) {
        (Some(inventory), _) => {
            let worst = inventory.findings.iter().map(|f| f.weight).max();
            let (sign, style) = match worst {
                Some(Weight::Blocker) => (ink.glyphs().wrong, theme.wrong),
                Some(Weight::Warning) => (ink.glyphs().warning, theme.warning),
                _ => (ink.glyphs().done, theme.good),
            };
            (sign, style, crate::text::count(inventory.messages), inventory.bytes.to_string(), found(ink, migration))
        }
        (None, Some(_)) => (ink.glyphs().wrong, theme.wrong, String::new(), String::new(), ink.say("task-stopped")),
        (None, None) => {
            let running = model.progress.tasks.get(&task);
            let what = running.map(|progress| overlays::activity(model, ink, progress)).unwrap_or_default();
            (ink.glyphs().waiting, theme.accent, String::new(), String::new(), what)
        }
    };
    let mut cells = vec![
        Cell::new(sign, 1).style(style),
        Cell::new(short(&address), account),
        Cell::new(shown, temporary).style(if is_wrong { theme.wrong } else { theme.accent }),
        Cell::new(messages, MESSAGES).right(),
    ];
    if is_wide {
        cells.push(Cell::new(size, SIZE).right());
    }
    cells.push(Cell::new(found, FOUND).style(if style == theme.good { theme.quiet } else { style }));
    ink.row(is_selected, &cells)
}

fn found(ink: Ink<'_>, migration: &Migration) -> String {
    let count = |weight: Weight| migration.inventory.iter().flat_map(|i| &i.findings).filter(|f| f.weight == weight).count();
    match (count(Weight::Blocker), count(Weight::Warning), count(Weight::Note)) {
        (0, 0, 0) => ink.glyphs().none.to_owned(),
        (0, 0, notes) => ink.tell("found-notes", &[("count", notes.into())]),
        (0, warnings, _) => ink.tell("found-warnings", &[("count", warnings.into())]),
        (blockers, _, _) => ink.tell("found-blockers", &[("count", blockers.into())]),
    }
}

/// The folders in one line, then the findings, heaviest first, as many as there is room for.
fn about(model: &Model, ink: Ink<'_>, migration: &Migration, room: usize) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let Some(inventory) = &migration.inventory else {
        return Vec::new();
    };
    let mailboxes = model.steps.review.drafts.get(&migration.id).map_or(&inventory.mailboxes, |draft| &draft.mailboxes);
    let copied: Vec<MailboxId> = mailboxes.iter().filter(|m| matches!(m.action, MappingAction::Copy { .. })).map(|m| m.id).collect();
    let params = [
        ("account", migration.source.address.local().into()),
        ("copied", copied.len().into()),
        ("skipped", (mailboxes.len() - copied.len()).into()),
    ];
    let mut text = ink.tell("review-about", &params);
    let key = ink.key(Action::Open);
    // While a name is typed, the key is a letter of it.
    if !key.is_empty() {
        text = format!("{text} {}", ink.tell("review-about-key", &[("key", key.into())]));
    }
    let mut lines = ink.paragraph(&text, theme.quiet);
    let mut findings: Vec<&Finding> = inventory.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.weight));
    let said: usize = findings.iter().map(|finding| finding_lines(ink, finding).len()).sum();
    let folders = mailboxes.iter().map(|mailbox| folder_row(ink, mailbox, false));
    if room > said + mailboxes.len().min(6) + 2 {
        lines.extend(folders.take(room - said - 2));
        lines.push(ink.gap());
    }
    // Obstacles and warnings are always said; notes where there is room. All of them stand beside the folders.
    for finding in findings {
        let said = finding_lines(ink, finding);
        if lines.len() + said.len() <= room || finding.weight > Weight::Note {
            lines.extend(said);
        }
    }
    lines
}

/// A finding in words.
pub(super) fn finding_lines(ink: Ink<'_>, finding: &Finding) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let (sign, style) = match finding.weight {
        Weight::Blocker => (ink.glyphs().wrong, theme.wrong),
        Weight::Warning => (ink.glyphs().warning, theme.warning),
        Weight::Note => (ink.glyphs().note, theme.quiet),
    };
    ink.item(sign, style, &ink.words().say_about(super::folders::finding_key(finding.code), &finding.params), theme.plain)
}
