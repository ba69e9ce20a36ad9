//! The password of a new account, on the screen and nowhere else, because the person asked for it.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::panel::{self, Panel};
use crate::domain::{EmailAddress, Secret};
use crate::tui::hint::Hint;
use crate::tui::{Action, Model};

/// What is shown; dropped, and with it the password, when the panel is closed.
#[derive(Debug, Clone)]
pub(in crate::tui) struct State {
    /// Whose.
    pub(super) address: EmailAddress,
    /// The password; none when it is not kept any more.
    pub(super) secret: Option<Secret>,
}

/// What is possible.
pub(super) fn hints() -> Vec<Hint> {
    vec![Hint::look(Action::Accept, "key-close")]
}

/// Draws the panel.
pub(super) fn view(model: &Model, state: &State, frame: &mut Frame<'_>, area: Rect) {
    let ink = panel::inside(model, area, 62);
    let theme = ink.theme();
    let mut lines = ink.paragraph(&ink.tell("password-of", &[("address", state.address.to_string().into())]), theme.plain);
    lines.push(ink.gap());
    match &state.secret {
        Some(secret) => {
            lines.push(ink.line(secret.expose(), theme.strong));
            lines.push(ink.gap());
            lines.extend(ink.paragraph(&ink.say("password-handle"), theme.quiet));
        }
        None => lines.extend(ink.paragraph(&ink.say("password-gone"), theme.warning)),
    }
    lines.push(ink.gap());
    lines.push(ink.call(Action::Accept, &ink.say("password-call")));
    panel::draw(model, frame, area, 62, Panel { title: ink.say("password-title"), head: Vec::new(), lines, focus: 0 });
}
