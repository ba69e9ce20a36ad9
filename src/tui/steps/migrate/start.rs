//! Before the copy: what it will do, and what can still be undone from here on.

use ratatui::text::Line;

use super::super::create::kept;
use super::troubles;
use crate::domain::ByteSize;
use crate::session::{CreateState, Migration, Strategy};
use crate::tui::ink::{Cell, Ink};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Model, trouble};

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let migrations = &model.session.migrations;
    let mut sheet = Sheet::new(ink.say("migrate-start-title"), Touch::Changes("touch-target-only"));
    let messages: u64 = migrations.iter().map(Migration::messages).sum();
    let bytes: ByteSize = migrations.iter().filter_map(|m| m.inventory.as_ref()).map(|i| i.bytes).sum();
    let params = [("count", migrations.len().into()), ("messages", messages.into()), ("size", bytes.to_string().into())];
    sheet.head([ink.line(&ink.tell("migrate-start-totals", &params), theme.strong), ink.gap()]);
    for (i, migration) in migrations.iter().enumerate() {
        if i == model.steps.migrate.selected {
            sheet.focus_here();
        }
        sheet.list([row(ink, migration, i == model.steps.migrate.selected)]);
    }
    sheet.foot([ink.gap()]).foot(kept(model, ink));
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot(trouble::brief(ink, problem));
    }
    sheet.foot(ink.item(ink.glyphs().note, theme.quiet, &ink.say("migrate-start-text"), theme.plain));
    sheet.foot(ink.item(ink.glyphs().note, theme.quiet, &ink.say(undo_key(model.session.order())), theme.quiet));
    sheet.foot([ink.gap(), ink.call(Action::Accept, &ink.say("migrate-start-call"))]);
    sheet
}

/// What can still be undone once the copy runs.
const fn undo_key(order: Strategy) -> &'static str {
    match order {
        Strategy::RenameFirst | Strategy::ServerSide => "migrate-start-undo",
        Strategy::CopyFirst => "migrate-start-undo-copy-first",
        Strategy::Replace => "migrate-start-undo-replace",
    }
}

fn row(ink: Ink<'_>, migration: &Migration, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let (sign, style) =
        if migration.create == CreateState::Done { (ink.glyphs().done, theme.good) } else { (ink.glyphs().current, theme.warning) };
    let size = migration.inventory.as_ref().map_or(ByteSize(0), |i| i.bytes).to_string();
    let half = ink.width / 2;
    let cells = [
        Cell::new(sign, 1).style(style),
        Cell::new(migration.source.address.to_string(), half),
        Cell::new(crate::text::count(migration.messages()), 10).right(),
        Cell::new(size, 9).right(),
    ];
    ink.row(is_selected, &cells)
}
