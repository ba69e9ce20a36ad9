//! One line of what happened: time, account, sentence.

use ratatui::text::Line;

use crate::tui::chronicle::{Entry, Tone};
use crate::tui::ink::{Cell, Ink};
use crate::tui::view::tone_style;

/// One line of what happened.
pub(in crate::tui) fn activity_line(ink: Ink<'_>, entry: &Entry) -> Line<'static> {
    let theme = ink.theme();
    let about = if ink.width >= 100 { 18 } else { 13 };
    let (sign, sign_style) = match entry.tone {
        Tone::Good => (ink.glyphs().done, theme.good),
        Tone::Plain => (ink.glyphs().note, theme.quiet),
        Tone::Warning => (ink.glyphs().warning, theme.warning),
        Tone::Wrong => (ink.glyphs().wrong, theme.wrong),
    };
    let style = tone_style(ink, entry.tone);
    let mut cells = vec![Cell::new(ink.time(entry.at), 8).style(theme.quiet), Cell::new(sign, 1).style(sign_style)];
    let mut used = 11;
    if !entry.about.is_empty() {
        cells.push(Cell::new(&entry.about, about).style(theme.accent));
        used += about + 1;
    }
    cells.push(Cell::new(&entry.text, ink.width.saturating_sub(used)).style(style));
    ink.cells(&cells)
}
