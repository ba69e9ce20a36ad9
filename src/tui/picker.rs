//! The first screen when there are sessions: go on with one, watch one that another program works on, or begin anew.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::{Moment, SessionId};
use crate::ports::FoundSession;
use crate::session::Session;
use crate::text::duration;

use super::ink::{Cell, Ink};
use super::sheet::{Sheet, Touch, place};
use super::view::write;
use super::{Action, Look};

/// A session on this machine, with its state.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where it is and who holds it.
    pub found: FoundSession,
    /// Its state.
    pub session: Session,
}

/// What the person chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Go on with it.
    Resume(SessionId),
    /// Look at it: another program works on it.
    Watch(SessionId),
    /// Begin a new one.
    New,
    /// Leave.
    Quit,
}

/// The screen.
#[derive(Debug)]
pub(super) struct Picker {
    look: Look,
    now: Moment,
    sessions: Vec<Found>,
    selected: usize,
}

/// Actions of this screen, with their words.
const KEYS: [(Action, &str); 3] = [(Action::Accept, "key-choose"), (Action::Edit, "key-new-session"), (Action::Quit, "key-leave")];

impl Picker {
    /// Unfinished sessions first, the latest at the top.
    pub(super) fn new(mut sessions: Vec<Found>, look: Look, now: Moment) -> Self {
        sessions.sort_by_key(|found| (found.session.is_finished, std::cmp::Reverse(found.found.touched)));
        Self { look, now, sessions, selected: 0 }
    }

    /// A key; the choice, when it was one.
    pub(super) fn press(&mut self, key: crossterm::event::KeyEvent) -> Option<Choice> {
        let length = self.sessions.len() + 1;
        let actions: Vec<Action> = self.look.keymap.actions(key).collect();
        for action in actions {
            if let Some(to) = super::hint::moved(self.selected, length, action) {
                self.selected = to;
                return None;
            }
            match action {
                Action::Accept => return Some(self.chosen()),
                Action::Edit => return Some(Choice::New),
                Action::Quit | Action::Interrupt | Action::Back => return Some(Choice::Quit),
                _ => {}
            }
        }
        None
    }

    /// The new session stands after the unfinished ones.
    fn new_at(&self) -> usize {
        self.sessions.iter().take_while(|found| !found.session.is_finished).count()
    }

    fn chosen(&self) -> Choice {
        let new_at = self.new_at();
        let index = match self.selected.cmp(&new_at) {
            std::cmp::Ordering::Equal => return Choice::New,
            std::cmp::Ordering::Less => self.selected,
            std::cmp::Ordering::Greater => self.selected - 1,
        };
        match self.sessions.get(index) {
            Some(found) if found.found.held_by.is_some() => Choice::Watch(found.found.id.clone()),
            Some(found) => Choice::Resume(found.found.id.clone()),
            None => Choice::New,
        }
    }

    /// Draws the screen.
    pub(super) fn view(&self, frame: &mut Frame<'_>) {
        let area = frame.area();
        let margin = if area.width >= 60 { 3 } else { 1 };
        let inner = Rect { x: margin, y: 1, width: area.width.saturating_sub(2 * margin), height: area.height.saturating_sub(3) };
        let ink = Ink {
            look: &self.look,
            width: usize::from(inner.width),
            height: usize::from(inner.height),
            is_typing: false,
            is_untouched: true,
        };
        let placed = place(self.sheet(ink), usize::from(inner.height));
        write(frame, inner, placed.head.into_iter().chain(placed.list).chain(placed.foot).collect());
        let spans = KEYS.iter().flat_map(|(action, words)| {
            [Span::styled(ink.key(*action), ink.theme().key), Span::styled(format!(" {}  ", ink.say(words)), ink.theme().quiet)]
        });
        let footer = Rect { x: margin, y: area.height.saturating_sub(1), width: inner.width, height: 1 };
        write(frame, footer, vec![Line::from(spans.collect::<Vec<_>>())]);
    }

    fn sheet(&self, ink: Ink<'_>) -> Sheet {
        let theme = ink.theme();
        let mut sheet = Sheet::new(String::new(), Touch::ReadsOnly);
        sheet.head([ink.line("mailferry", theme.brand), ink.gap()]);
        sheet.head(ink.paragraph(&ink.say("picker-text"), theme.plain)).head([ink.gap()]);
        let new_at = self.new_at();
        for row in 0..=self.sessions.len() {
            let is_selected = row == self.selected;
            if is_selected {
                sheet.focus_here();
            }
            match row.cmp(&new_at) {
                std::cmp::Ordering::Equal => {
                    sheet
                        .list([ink.row(is_selected, &[Cell::new(ink.say("picker-new"), ink.width.saturating_sub(2)).style(theme.strong)])]);
                    if row < self.sessions.len() {
                        sheet.list([ink.gap(), ink.line(&ink.say("picker-finished"), theme.quiet)]);
                    }
                }
                other => {
                    let index = if other == std::cmp::Ordering::Less { row } else { row - 1 };
                    sheet.list(self.row(ink, &self.sessions[index], is_selected));
                }
            }
        }
        sheet
    }

    fn row(&self, ink: Ink<'_>, found: &Found, is_selected: bool) -> Vec<Line<'static>> {
        let theme = ink.theme();
        let session = &found.session;
        let ago = duration(self.now.millis_since(found.found.touched) / 1000);
        let where_it_is = match (found.found.held_by, session.is_finished) {
            (Some(pid), _) => ink.tell("picker-held", &[("pid", pid.to_string().into())]),
            (None, true) => ink.say("picker-done"),
            (None, false) => {
                let step = session.step();
                let number = session.steps().iter().position(|candidate| *candidate == step).unwrap_or(0) + 1;
                let name = ink.say(&format!("step-{}", step.key()));
                ink.tell("picker-at", &[("number", number.into()), ("of", session.steps().len().into()), ("name", name.into())])
            }
        };
        let style = if found.found.held_by.is_some() { theme.warning } else { theme.plain };
        let middle = ink.width.saturating_sub(2 + 8 + 16 + 2);
        let first = ink.row(
            is_selected,
            &[
                Cell::new(found.found.id.to_string(), 8).style(theme.accent),
                Cell::new(where_it_is, middle).style(style),
                Cell::new(ink.tell("picker-ago", &[("ago", ago.into())]), 16).style(theme.quiet).right(),
            ],
        );
        let accounts: Vec<String> = session.migrations.iter().map(|m| m.source.address.to_string()).collect();
        let accounts = if accounts.is_empty() { ink.say("picker-no-accounts") } else { accounts.join(", ") };
        let second = ink.row(false, &[Cell::new("", 8), Cell::new(accounts, ink.width.saturating_sub(11)).style(theme.quiet)]);
        vec![first, second]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyEvent};

    fn found(bits: u32, is_finished: bool, held_by: Option<u32>) -> Found {
        let session = Session { is_finished, ..Session::default() };
        Found { found: FoundSession { id: SessionId::from_bits(bits), touched: Moment(i64::from(bits)), held_by }, session }
    }

    #[test]
    fn unfinished_sessions_come_first_then_a_new_one_then_the_finished() {
        let sessions = vec![found(1, true, None), found(2, false, None), found(3, false, Some(4711))];
        let mut picker = Picker::new(sessions, Look::default(), Moment(10_000));
        let mut choices = Vec::new();
        for _ in 0..4 {
            choices.extend(picker.press(KeyEvent::from(KeyCode::Enter)));
            picker.press(KeyEvent::from(KeyCode::Down));
        }
        let id = SessionId::from_bits;
        assert_eq!(choices, [Choice::Watch(id(3)), Choice::Resume(id(2)), Choice::New, Choice::Resume(id(1))]);
    }
}
