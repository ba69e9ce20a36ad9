//! A framed panel in the middle of the screen, as high as what it says.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::tui::Model;
use crate::tui::ink::{Ink, columns, fit};
use crate::tui::view::{clear, write};

/// What a panel shows.
pub(super) struct Panel {
    /// Title in its upper edge.
    pub(super) title: String,
    /// Lines above those that scroll.
    pub(super) head: Vec<Line<'static>>,
    /// Lines that scroll.
    pub(super) lines: Vec<Line<'static>>,
    /// The line that must be visible.
    pub(super) focus: usize,
}

/// The pen for the inside of a panel of at most this width.
pub(super) fn inside(model: &Model, area: Rect, widest: u16) -> Ink<'_> {
    model.ink(width(area, widest).saturating_sub(4), area.height.saturating_sub(6))
}

fn width(area: Rect, widest: u16) -> u16 {
    widest.min(area.width.saturating_sub(4))
}

/// Draws a panel of at most this width in the middle of the screen, above the footer.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, widest: u16, panel: Panel) {
    let width = width(area, widest);
    let wanted = u16::try_from(panel.head.len() + panel.lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let height = wanted.min(area.height.saturating_sub(3));
    if width < 8 || height < 3 {
        return;
    }
    let x = area.x + (area.width - width) / 2;
    let y = area.y + 1 + (area.height.saturating_sub(2) - height) / 2;
    let place = Rect { x, y, width, height };
    let behind = Rect { height: area.height.saturating_sub(1), ..area };
    frame.buffer_mut().set_style(behind, Style::reset().add_modifier(Modifier::DIM));
    clear(frame, Rect { x: x.saturating_sub(1), width: width + 2, ..place });
    border(model, frame, place, &panel.title);
    let inner = Rect { x: x + 2, y: y + 1, width: width - 4, height: height - 2 };
    let head = panel.head.len().min(usize::from(inner.height));
    let room = usize::from(inner.height) - head;
    let first = panel.focus.saturating_sub(room / 2).min(panel.lines.len().saturating_sub(room));
    let mut lines: Vec<Line<'static>> = panel.head.into_iter().take(head).collect();
    let total = panel.lines.len();
    lines.extend(panel.lines.into_iter().skip(first).take(room));
    write(frame, inner, lines);
    if total > room {
        more(model, frame, place, first > 0, first + room < total);
    }
}

fn border(model: &Model, frame: &mut Frame<'_>, place: Rect, title: &str) {
    let (glyphs, theme) = (&model.look.glyphs, &model.look.theme);
    let across = usize::from(place.width.saturating_sub(2));
    let title = fit(title, across.saturating_sub(4), glyphs.ellipsis);
    let rest = across.saturating_sub(columns(&title) + 3);
    let top = Line::from(vec![
        Span::styled(format!("{}{} ", glyphs.corners[0], glyphs.horizontal), theme.accent),
        Span::styled(title, theme.title),
        Span::styled(format!(" {}{}", glyphs.horizontal.repeat(rest), glyphs.corners[1]), theme.accent),
    ]);
    write(frame, Rect { height: 1, ..place }, vec![top]);
    let bottom = format!("{}{}{}", glyphs.corners[2], glyphs.horizontal.repeat(across), glyphs.corners[3]);
    write(frame, Rect { y: place.bottom() - 1, height: 1, ..place }, vec![Line::from(Span::styled(bottom, theme.accent))]);
    for y in place.y + 1..place.bottom() - 1 {
        for x in [place.x, place.right() - 1] {
            write(frame, Rect { x, y, width: 1, height: 1 }, vec![Line::from(Span::styled(glyphs.vertical, theme.accent))]);
        }
    }
}

fn more(model: &Model, frame: &mut Frame<'_>, place: Rect, above: bool, below: bool) {
    let x = place.right().saturating_sub(6);
    let is_ascii = model.look.glyphs.arrow.is_ascii();
    let (up, down) = if is_ascii { (" ^ ", " v ") } else { (" ↑ ", " ↓ ") };
    for (is_there, sign, y) in [(above, up, place.y), (below, down, place.bottom() - 1)] {
        if is_there {
            write(frame, Rect { x, y, width: 3, height: 1 }, vec![Line::from(Span::styled(sign, model.look.theme.focus))]);
        }
    }
}
