//! What a step shows, as lines: a title, what it touches, a fixed head, a list that scrolls, a fixed foot. The frame places them.

use ratatui::text::Line;

/// What a step does to the world, for the line beside its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touch {
    /// Nothing.
    ReadsOnly,
    /// Something; the phrase says what.
    Changes(&'static str),
}

/// One step's page.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    /// Its title.
    pub(super) title: String,
    /// What it touches.
    pub(super) touch: Touch,
    /// Lines above the list.
    pub(super) head: Vec<Line<'static>>,
    /// Lines that scroll.
    pub(super) list: Vec<Line<'static>>,
    /// The line of the list that must be seen.
    pub(super) focus: Option<usize>,
    /// Lines below the list.
    pub(super) foot: Vec<Line<'static>>,
}

impl Sheet {
    /// An empty page.
    pub(super) fn new(title: String, touch: Touch) -> Self {
        Self { title, touch, head: Vec::new(), list: Vec::new(), focus: None, foot: Vec::new() }
    }

    /// Adds lines above the list.
    pub(super) fn head(&mut self, lines: impl IntoIterator<Item = Line<'static>>) -> &mut Self {
        self.head.extend(lines);
        self
    }

    /// Adds lines to the list.
    pub(super) fn list(&mut self, lines: impl IntoIterator<Item = Line<'static>>) -> &mut Self {
        self.list.extend(lines);
        self
    }

    /// Adds lines below the list.
    pub(super) fn foot(&mut self, lines: impl IntoIterator<Item = Line<'static>>) -> &mut Self {
        self.foot.extend(lines);
        self
    }

    /// The next line of the list is the one that must be seen.
    pub(super) fn focus_here(&mut self) -> &mut Self {
        self.focus = Some(self.list.len());
        self
    }
}

/// A page cut to a height: the head, the visible part of the list with what is hidden above and below, the foot.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// Lines above the list.
    pub(super) head: Vec<Line<'static>>,
    /// Visible lines of the list.
    pub(super) list: Vec<Line<'static>>,
    /// First visible line, and the length of the whole list, when not everything is visible.
    pub(super) scroll: Option<(usize, usize)>,
    /// Lines below the list.
    pub(super) foot: Vec<Line<'static>>,
}

/// The least height that a list gets as long as there is any.
const LEAST_LIST: usize = 3;

/// Where there is too little room, empty lines go first: those of the list, then of the head, then of the foot.
fn tighten(
    head: &mut Vec<Line<'static>>,
    list: &mut Vec<Line<'static>>,
    foot: &mut Vec<Line<'static>>,
    focus: &mut Option<usize>,
    height: usize,
) {
    let mut overflow = (head.len() + list.len() + foot.len()).saturating_sub(height);
    let is_blank = |line: &Line<'static>| line.width() == 0;
    while let (true, Some(at)) = (overflow > 0, list.iter().rposition(is_blank)) {
        list.remove(at);
        *focus = focus.map(|focus| focus - usize::from(focus > at));
        overflow -= 1;
    }
    for lines in [head, foot] {
        while let (true, Some(at)) = (overflow > 0, lines.iter().position(is_blank)) {
            lines.remove(at);
            overflow -= 1;
        }
    }
}

/// Cuts a page to a height: the list gives way first, then the head's end, then the foot's beginning.
pub(super) fn place(sheet: Sheet, height: usize) -> Placed {
    let Sheet { mut head, mut list, mut focus, mut foot, .. } = sheet;
    tighten(&mut head, &mut list, &mut foot, &mut focus, height);
    let least = list.len().min(LEAST_LIST);
    let overflow = (head.len() + least + foot.len()).saturating_sub(height);
    let from_head = overflow.min(head.len().saturating_sub(1));
    head.truncate(head.len() - from_head);
    let from_foot = (overflow - from_head).min(foot.len());
    foot.drain(..from_foot);
    let room = height.saturating_sub(head.len() + foot.len());
    if list.len() <= room {
        return Placed { head, list, scroll: None, foot };
    }
    let focus = focus.unwrap_or(0).min(list.len().saturating_sub(1));
    let first = focus.saturating_sub(room / 2).min(list.len() - room);
    let total = list.len();
    let visible = list.into_iter().skip(first).take(room).collect();
    Placed { head, list: visible, scroll: Some((first, total)), foot }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(head: usize, list: usize, foot: usize, focus: usize) -> Sheet {
        let lines = |n: usize| (0..n).map(|i| Line::from(i.to_string())).collect();
        let mut sheet = Sheet::new("page".to_owned(), Touch::ReadsOnly);
        (sheet.head, sheet.list, sheet.foot, sheet.focus) = (lines(head), lines(list), lines(foot), Some(focus));
        sheet
    }

    #[test]
    fn the_focused_line_is_visible_at_every_height() {
        for height in 1..40 {
            for focus in 0..30 {
                let placed = place(page(4, 30, 3, focus), height);
                assert!(placed.head.len() + placed.list.len() + placed.foot.len() <= height.max(1), "height {height}");
                if let (Some((first, _)), true) = (placed.scroll, height >= 5) {
                    assert!((first..first + placed.list.len()).contains(&focus), "height {height}, focus {focus}");
                }
            }
        }
    }

    #[test]
    fn what_fits_is_shown_whole() {
        let placed = place(page(2, 5, 2, 0), 20);
        assert_eq!((placed.head.len(), placed.list.len(), placed.foot.len(), placed.scroll), (2, 5, 2, None));
    }
}
