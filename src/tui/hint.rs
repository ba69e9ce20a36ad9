//! Keys that are possible now: the same table draws the footer and lets keys through.

use super::Action;

/// An action that is possible now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hint {
    /// The action.
    pub(super) action: Action,
    /// Phrase that says what it does here; none: it works but needs no place in the footer.
    pub(super) words: Option<&'static str>,
    /// Whether it changes the session: not possible while it is only watched.
    pub(super) acts: bool,
}

impl Hint {
    /// Looks or moves.
    pub(super) const fn look(action: Action, words: &'static str) -> Self {
        Self { action, words: Some(words), acts: false }
    }

    /// Changes the session.
    pub(super) const fn act(action: Action, words: &'static str) -> Self {
        Self { action, words: Some(words), acts: true }
    }

    /// Works without being shown in the footer.
    pub(super) const fn silent(action: Action) -> Self {
        Self { action, words: None, acts: false }
    }
}

/// Moving in a list of lines.
pub(super) const LIST: [Hint; 6] = [
    Hint::silent(Action::Up),
    Hint::silent(Action::Down),
    Hint::silent(Action::PageUp),
    Hint::silent(Action::PageDown),
    Hint::silent(Action::First),
    Hint::silent(Action::Last),
];

/// Where a selection goes by an action; `None` when the action does not move it.
pub(super) fn moved(selected: usize, length: usize, action: Action) -> Option<usize> {
    let last = length.saturating_sub(1);
    let to = match action {
        Action::Up => selected.saturating_sub(1),
        Action::Down => selected + 1,
        Action::PageUp => selected.saturating_sub(10),
        Action::PageDown => selected + 10,
        Action::First => 0,
        Action::Last => last,
        _ => return None,
    };
    Some(to.min(last))
}
