//! The accounts at the end: what is at the new place, and what became of the old one.

use ratatui::text::Line;

use crate::domain::ByteSize;
use crate::session::{CopyState, Migration, RemovalState, Strategy};
use crate::text::count;
use crate::tui::ink::{Cell, Ink};
use crate::tui::{Model, safety};

/// Everything in one line.
pub(super) fn totals(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let migrations = &model.session.migrations;
    if model.session.order() == Strategy::ServerSide {
        let found: u64 = migrations.iter().filter_map(safety::found).sum();
        return ink
            .line(&ink.tell("finish-totals-platform", &[("count", migrations.len().into()), ("found", found.into())]), ink.theme().strong);
    }
    let bytes: ByteSize = migrations.iter().map(Migration::bytes).sum();
    let verified: u64 = migrations.iter().map(|m| m.verified() + m.sampled()).sum();
    let refused: u64 = migrations.iter().map(Migration::refused).sum();
    let params = [
        ("count", migrations.len().into()),
        ("verified", verified.into()),
        ("size", bytes.to_string().into()),
        ("refused", refused.into()),
    ];
    ink.line(&ink.tell("finish-totals", &params), ink.theme().strong)
}

/// One account.
pub(super) fn row(ink: Ink<'_>, migration: &Migration, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let refused = migration.refused();
    let found = safety::found(migration);
    let (sign, style, note) = if found.is_some() {
        (ink.glyphs().done, theme.good, ink.say("finish-moved"))
    } else if refused == 0 && migration.copy_state() == CopyState::Unverified {
        (ink.glyphs().done, theme.plain, ink.say("finish-unverified"))
    } else if refused == 0 {
        (ink.glyphs().done, theme.good, ink.say("finish-verified"))
    } else {
        (ink.glyphs().warning, theme.warning, ink.tell("migrate-refused", &[("count", refused.into())]))
    };
    let kept = match &migration.temporary {
        _ if migration.removal == RemovalState::Done => ink.say("finish-replaced"),
        Some(temporary) if *temporary != migration.source.address => ink.tell("finish-kept", &[("name", temporary.to_string().into())]),
        _ => String::new(),
    };
    let is_wide = ink.width >= 84;
    let address = if is_wide { ink.width / 3 } else { ink.width / 2 };
    let mut cells = vec![
        Cell::new(sign, 1).style(style),
        Cell::new(migration.source.address.to_string(), address),
        Cell::new(count(found.unwrap_or(migration.verified() + migration.sampled())), 8).right(),
        Cell::new(note, 14).style(style),
    ];
    if is_wide {
        cells.push(Cell::new(kept, ink.width.saturating_sub(address + 30)).style(theme.quiet));
    }
    ink.row(is_selected, &cells)
}
