//! The last line: the keys that are possible now, from the same table that lets them through.

use ratatui::text::{Line, Span};

use crate::tui::hint::Hint;
use crate::tui::ink::{Ink, columns};
use crate::tui::{Action, Model};

/// The last line.
pub(in crate::tui) fn footer(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let shown: Vec<(Hint, String, String)> = model
        .hints()
        .into_iter()
        .filter_map(|hint| {
            let key = ink.key(hint.action);
            let words = ink.say(hint.words?);
            (!key.is_empty()).then_some((hint, key, words))
        })
        .collect();
    let mut kept: Vec<bool> = vec![true; shown.len()];
    let width = |kept: &[bool]| -> usize {
        shown.iter().zip(kept).filter(|(_, kept)| **kept).map(|((_, key, words), _)| columns(key) + columns(words) + 3).sum()
    };
    let mut order: Vec<usize> = (0..shown.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(rank(shown[*i].0.action, *i)));
    for i in order {
        if width(&kept) <= ink.width + 2 {
            break;
        }
        kept[i] = false;
    }
    let mut spans = Vec::new();
    for ((_, key, words), _) in shown.iter().zip(&kept).filter(|(_, kept)| **kept) {
        spans.push(Span::styled(key.clone(), ink.theme().key));
        spans.push(Span::styled(format!(" {words}  "), ink.theme().quiet));
    }
    Line::from(spans)
}

/// What goes first when there is no room has the highest rank.
const fn rank(action: Action, position: usize) -> usize {
    match action {
        Action::Log => 1000,
        Action::Tasks => 999,
        Action::Accept | Action::Help => 0,
        Action::Back | Action::Quit | Action::Interrupt => 1,
        _ => 10 + position,
    }
}
