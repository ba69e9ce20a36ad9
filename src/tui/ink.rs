//! Writing on the screen: words in styles, wrapped paragraphs, rows of cells, all cut to a width. Pure text, no frame.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::domain::Moment;
use crate::text::{Value, Words, clock_time};

use super::{Action, Glyphs, Look, Theme};

/// A pen for a place of a certain size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink<'a> {
    /// How things look.
    pub(super) look: &'a Look,
    /// Columns.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    /// Whether a field has the focus, so that letters are no commands.
    pub(super) is_typing: bool,
    /// Whether nothing in the world was changed by this session yet.
    pub(super) is_untouched: bool,
}

/// One cell of a row.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    width: usize,
    style: Style,
    is_right: bool,
}

impl Cell {
    /// A text in this many columns.
    pub(super) fn new(text: impl Into<String>, width: usize) -> Self {
        Self { text: text.into(), width, style: Style::new(), is_right: false }
    }

    /// In this style.
    pub(super) fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// Aligned to the right.
    pub(super) fn right(mut self) -> Self {
        self.is_right = true;
        self
    }
}

/// Columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// A text cut to a number of columns, with a sign where it was cut.
pub(super) fn fit(text: &str, width: usize, ellipsis: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(columns(ellipsis));
    let mut taken = 0;
    let mut cut: String = text
        .chars()
        .take_while(|letter| {
            taken += letter.width().unwrap_or(0);
            taken <= room
        })
        .collect();
    if width >= columns(ellipsis) {
        cut.push_str(ellipsis);
    }
    cut
}

/// A text broken into lines at blanks; words that are too long are cut.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word = word.to_owned();
        let current = lines.last().map_or(0, |line| columns(line));
        if current > 0 && current + 1 + columns(&word) > width {
            lines.push(String::new());
        } else if current > 0 {
            word.insert(0, ' ');
        }
        for letter in word.chars() {
            let full = lines.last().is_some_and(|line| columns(line) + letter.width().unwrap_or(0) > width);
            if full {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(letter);
            }
        }
    }
    lines
}

impl<'a> Ink<'a> {
    pub(super) fn theme(self) -> &'a Theme {
        &self.look.theme
    }

    pub(super) fn glyphs(self) -> &'a Glyphs {
        &self.look.glyphs
    }

    pub(super) fn words(self) -> &'a Words {
        &self.look.words
    }

    /// Says a phrase without parameters.
    pub(super) fn say(self, key: &str) -> String {
        self.tell(key, &[])
    }

    /// Says a phrase.
    pub(super) fn tell(self, key: &str, params: &[(&str, Value<'_>)]) -> String {
        let text = self.words().say(key, params);
        if self.glyphs().arrow.is_ascii() { text.replace('·', "|").replace('–', "-").replace('…', "...") } else { text }
    }

    /// The same pen for a narrower place.
    pub(super) fn narrower(self, by: usize) -> Self {
        Self { width: self.width.saturating_sub(by), ..self }
    }

    /// The time of day.
    pub(super) fn time(self, moment: Moment) -> String {
        clock_time(moment.0, self.look.offset_minutes)
    }

    /// The key of an action, as it is called here.
    pub(super) fn key(self, action: Action) -> String {
        self.look.keymap.label(action, self.is_typing, self.glyphs()).unwrap_or_default()
    }

    /// A line of one style, cut to the width.
    pub(super) fn line(self, text: &str, style: Style) -> Line<'static> {
        Line::from(Span::styled(fit(text, self.width, self.glyphs().ellipsis), style))
    }

    /// An empty line.
    #[expect(clippy::unused_self, reason = "lines of every kind come from the pen")]
    pub(super) fn gap(self) -> Line<'static> {
        Line::default()
    }

    /// A line across.
    pub(super) fn rule(self) -> Line<'static> {
        Line::from(Span::styled(self.glyphs().horizontal.repeat(self.width), self.theme().rule))
    }

    /// A wrapped paragraph; what stands between backticks is accented.
    pub(super) fn paragraph(self, text: &str, style: Style) -> Vec<Line<'static>> {
        let mut accented = false;
        let width = self.width.min(96);
        let mut lines = Vec::new();
        for text in wrap(text, width) {
            let mut spans = Vec::new();
            for (i, part) in text.split('`').enumerate() {
                if i > 0 {
                    accented = !accented;
                }
                if !part.is_empty() {
                    spans.push(Span::styled(part.to_owned(), if accented { self.theme().accent } else { style }));
                }
            }
            lines.push(Line::from(spans));
        }
        lines
    }

    /// A paragraph behind a sign, its lines aligned.
    pub(super) fn item(self, sign: &str, sign_style: Style, text: &str, style: Style) -> Vec<Line<'static>> {
        let indent = columns(sign) + 1;
        let mut lines = self.narrower(indent).paragraph(text, style);
        for (i, line) in lines.iter_mut().enumerate() {
            let lead = if i == 0 { Span::styled(format!("{sign} "), sign_style) } else { Span::raw(" ".repeat(indent)) };
            line.spans.insert(0, lead);
        }
        lines
    }

    /// A row of cells, one blank between them.
    pub(super) fn cells(self, cells: &[Cell]) -> Line<'static> {
        let mut spans = Vec::with_capacity(cells.len() * 2);
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                spans.push(Span::raw(" "));
            }
            let text = fit(&cell.text, cell.width, self.glyphs().ellipsis);
            let pad = " ".repeat(cell.width.saturating_sub(columns(&text)));
            spans.extend(match (pad.is_empty(), cell.is_right) {
                (true, _) => vec![Span::styled(text, cell.style)],
                (false, true) => vec![Span::raw(pad), Span::styled(text, cell.style)],
                (false, false) => vec![Span::styled(text, cell.style), Span::raw(pad)],
            });
        }
        Line::from(spans)
    }

    /// A row of a list that can be selected: the pointer, then the cells.
    pub(super) fn row(self, is_selected: bool, cells: &[Cell]) -> Line<'static> {
        let mut line = self.cells(cells);
        let lead = if is_selected { Span::styled(format!("{} ", self.glyphs().pointer), self.theme().focus) } else { Span::raw("  ") };
        line.spans.insert(0, lead);
        if is_selected && let Some(first) = line.spans.get_mut(1) {
            first.style = first.style.patch(self.theme().focus);
        }
        line
    }

    /// The one thing to do next: its key on a cap, then the words.
    pub(super) fn call(self, action: Action, text: &str) -> Line<'static> {
        let key = if action == Action::Accept { "Enter".to_owned() } else { self.key(action) };
        let room = self.width.saturating_sub(columns(&key) + 4);
        Line::from(vec![
            Span::styled(format!(" {key} "), self.theme().call),
            Span::styled(format!("  {}", fit(text, room, self.glyphs().ellipsis)), self.theme().strong),
        ])
    }

    /// A sign of work going on, then words.
    pub(super) fn busy(self, now: Moment, text: &str) -> Line<'static> {
        let frames = self.glyphs().spinner;
        let at = usize::try_from(now.0.rem_euclid(1 << 40) / 120).unwrap_or(0) % frames.len().max(1);
        let frame = frames.get(at).copied().unwrap_or_default();
        let text = fit(text, self.width.saturating_sub(2), self.glyphs().ellipsis);
        Line::from(vec![Span::styled(format!("{frame} "), self.theme().accent), Span::styled(text, self.theme().plain)])
    }

    /// A bar of this many columns, filled by `part` of `whole`; never full before all is done.
    pub(super) fn bar(self, part: u64, whole: u64, columns: usize) -> Vec<Span<'static>> {
        let cells = u64::try_from(columns).unwrap_or(0);
        let filled = part.min(whole).saturating_mul(cells).checked_div(whole).unwrap_or(0).min(cells);
        let filled = usize::try_from(filled).unwrap_or(columns);
        vec![
            Span::styled(self.glyphs().bar_full.repeat(filled), self.theme().accent),
            Span::styled(self.glyphs().bar_empty.repeat(columns.saturating_sub(filled)), self.theme().quiet),
        ]
    }

    /// A line of small bars, the newest at the right.
    pub(super) fn spark(self, values: &[u64], columns: usize) -> Span<'static> {
        let values = &values[values.len().saturating_sub(columns)..];
        let most = values.iter().copied().max().unwrap_or(0).max(1);
        let steps = self.glyphs().spark;
        let last = u64::try_from(steps.len().saturating_sub(1)).unwrap_or(0);
        let bar = |value: &u64| steps.get(usize::try_from(value * last / most).unwrap_or(0)).copied().unwrap_or_default();
        Span::styled(values.iter().map(bar).collect::<String>(), self.theme().accent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_and_wrapped_by_columns_not_by_letters() {
        assert_eq!(fit("anna.keller", 6, "…"), "anna.…");
        assert_eq!(fit("日本語", 5, "…"), "日本…");
        assert_eq!(wrap("nothing is lost here", 10), ["nothing is", "lost here"]);
        assert_eq!(wrap("aaaaaaaaaaaa", 5), ["aaaaa", "aaaaa", "aa"]);
    }
}
