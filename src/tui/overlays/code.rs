//! The page of a new key as a QR code, over the whole screen but for its last line.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::hint::Hint;
use crate::tui::ink::Ink;
use crate::tui::view::{clear, write};
use crate::tui::widgets::{NoCode, code};
use crate::tui::{Action, Model};

/// Columns beside the code from which on there are words.
const LEAST_BESIDE: u16 = 20;

/// What is shown.
#[derive(Debug, Clone)]
pub(in crate::tui) struct State {
    /// The page.
    pub(super) url: String,
}

/// What is possible.
pub(super) fn hints() -> Vec<Hint> {
    vec![Hint::look(Action::Copy, "key-copy-address")]
}

/// Draws the code.
pub(super) fn view(model: &Model, state: &State, frame: &mut Frame<'_>, area: Rect) {
    let place = Rect { height: area.height.saturating_sub(1), ..area };
    clear(frame, place);
    let ink = model.ink(place.width, place.height);
    match code(ink, &state.url) {
        Ok(drawn) => {
            let columns = u16::try_from(drawn.columns).unwrap_or(u16::MAX);
            write(frame, place, drawn.lines);
            let beside = Rect { x: place.x + columns + 2, width: place.width.saturating_sub(columns + 3), ..place };
            if beside.width >= LEAST_BESIDE {
                let ink = model.ink(beside.width, beside.height);
                write(
                    frame,
                    Rect { y: beside.y + 1, height: beside.height.saturating_sub(1), ..beside },
                    words(ink, "connect-code-text", state),
                );
            }
        }
        Err(NoCode::Small(width, height)) => {
            // The last line belongs to the keys.
            let text = ink.tell("connect-code-small", &[("width", width.into()), ("height", (height + 1).into())]);
            plain(model, frame, place, (&text, &state.url));
        }
        Err(NoCode::Long) => plain(model, frame, place, (&ink.say("connect-code-long"), &state.url)),
    }
}

fn words(ink: Ink<'_>, key: &str, state: &State) -> Vec<ratatui::text::Line<'static>> {
    let mut lines = ink.paragraph(&ink.say("connect-code-title"), ink.theme().title);
    lines.push(ink.gap());
    lines.extend(ink.paragraph(&ink.say(key), ink.theme().plain));
    lines.push(ink.gap());
    lines.extend(ink.paragraph(&state.url, ink.theme().accent));
    lines
}

fn plain(model: &Model, frame: &mut Frame<'_>, place: Rect, (text, url): (&str, &str)) {
    let inner = Rect { x: place.x + 1, width: place.width.saturating_sub(2), ..place };
    let ink = model.ink(inner.width, inner.height);
    let mut lines = ink.paragraph(text, ink.theme().plain);
    lines.push(ink.gap());
    lines.extend(ink.paragraph(url, ink.theme().accent));
    write(frame, inner, lines);
}
