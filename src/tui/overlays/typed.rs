//! An act that cannot be undone: the exact sentence of what will happen, and a field in which the address is typed.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Overlay;
use super::panel::{self, Panel};
use crate::domain::MigrationId;
use crate::session::{Command, Migration};
use crate::tui::field::{Field, field_lines};
use crate::tui::hint::Hint;
use crate::tui::ink::{Ink, columns};
use crate::tui::steps::target_platform;
use crate::tui::{Action, Effect, Model, orders};

/// What is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Purpose {
    /// The old account is deleted.
    Removal,
    /// OVHcloud moves the account.
    ServerMigration,
}

/// The panel.
#[derive(Debug, Clone)]
pub(in crate::tui) struct State {
    migration: MigrationId,
    purpose: Purpose,
    field: Field,
}

impl State {
    /// For one account.
    pub(in crate::tui) fn new(migration: MigrationId, purpose: Purpose) -> Self {
        Self { migration, purpose, field: Field::plain("field-typed-address", "") }
    }

    /// A typed key.
    pub(super) fn type_key(&mut self, key: KeyEvent) {
        self.field.type_key(key);
    }

    /// Pasted text.
    pub(super) fn paste(&mut self, text: &str) {
        self.field.paste(text);
    }
}

/// What is possible.
pub(super) fn hints(state: &State) -> Vec<Hint> {
    vec![Hint::act(
        Action::Accept,
        match state.purpose {
            Purpose::Removal => "key-replace",
            Purpose::ServerMigration => "key-give",
        },
    )]
}

/// An action: the typed address is compared here, too, so that a slip is said beside it.
pub(super) fn act(model: &mut Model, mut state: State, action: Action) -> Vec<Effect> {
    let address = model.session.migration(state.migration).map(|m| m.source.address.to_string()).unwrap_or_default();
    let typed = state.field.text().to_owned();
    if action == Action::Accept && typed.eq_ignore_ascii_case(&address) {
        let migration = state.migration;
        return vec![Effect::Submit(match state.purpose {
            Purpose::Removal => Command::ConfirmRemoval { migration, typed },
            Purpose::ServerMigration => Command::ConfirmServerMigration { migration, typed },
        })];
    }
    if action == Action::Accept {
        let key = if typed.is_empty() { "error-empty" } else { "refusal-wrong-typed" };
        state.field.error = Some(model.look.words.say(key, &[]));
    }
    model.overlay = Some(Overlay::Typed(state));
    Vec::new()
}

/// Draws the panel.
pub(super) fn view(model: &Model, state: &State, frame: &mut Frame<'_>, area: Rect) {
    let ink = panel::inside(model, area, 76);
    let Some(migration) = model.session.migration(state.migration) else { return };
    let (title, head) = match state.purpose {
        Purpose::Removal => ("typed-removal-title", removal(ink, migration)),
        Purpose::ServerMigration => ("typed-server-title", server(model, ink, migration)),
    };
    let label = columns(&ink.say("field-typed-address"));
    let mut lines = field_lines(ink, &state.field, label, true);
    lines.push(ink.gap());
    let call = match state.purpose {
        Purpose::Removal => "typed-removal-call",
        Purpose::ServerMigration => "typed-server-call",
    };
    lines.push(ink.call(Action::Accept, &ink.say(call)));
    panel::draw(model, frame, area, 76, Panel { title: ink.say(title), head, lines, focus: 0 });
}

fn removal(ink: Ink<'_>, migration: &Migration) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let params = [
        ("address", migration.source.address.to_string().into()),
        ("there", migration.target_address().to_string().into()),
        ("verified", (migration.verified() + migration.sampled()).into()),
    ];
    let mut lines = ink.paragraph(&ink.tell("typed-removal-first", &params), theme.plain);
    lines.push(ink.gap());
    lines.push(orders::no_return(ink));
    lines.push(ink.gap());
    lines.extend(ink.paragraph(&ink.tell("typed-removal-then", &params), theme.strong));
    lines.extend(ink.paragraph(&ink.tell("typed-removal-gap", &params), theme.quiet));
    lines.push(ink.gap());
    lines
}

/// What OVHcloud's own control panel says before, during and after (`checkMigrate` and what follows).
fn server(model: &Model, ink: Ink<'_>, migration: &Migration) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let target = target_platform(&model.session);
    let params =
        [("address", migration.source.address.to_string().into()), ("target", target.to_string().into()), ("family", target.key().into())];
    let mut lines = ink.paragraph(&ink.tell("typed-server-text", &params), theme.plain);
    for (key, text) in [
        ("typed-server-before", "typed-server-before-text"),
        ("typed-server-during", "typed-server-during-text"),
        ("typed-server-after", "typed-server-after-text"),
    ] {
        // One column for the three words, whatever their lengths.
        let lead = format!("{:<8}", ink.say(key));
        lines.extend(ink.item(&lead, theme.accent, &ink.tell(text, &params), theme.plain));
    }
    lines.push(orders::no_return(ink));
    lines
}
