//! The steps in the order in which this session takes them: a column at the left, or one line where there is no room for it.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::session::{Step, StepState};
use crate::tui::Model;
use crate::tui::ink::{Ink, fit};

fn sign(model: &Model, ink: Ink<'_>, step: Step) -> (&'static str, Style, Style) {
    let theme = ink.theme();
    let (glyph, glyph_style, style) = match model.session.step_state(step) {
        StepState::Done => (ink.glyphs().done, theme.good, theme.plain),
        StepState::Current => (ink.glyphs().current, theme.focus, theme.focus),
        StepState::Ahead => (ink.glyphs().ahead, theme.quiet, theme.quiet),
    };
    let has_trouble = model.session.step_state(step) == StepState::Current && !model.session.troubles.is_empty();
    if has_trouble { (ink.glyphs().warning, theme.wrong, style) } else { (glyph, glyph_style, style) }
}

/// The column at the left.
pub(in crate::tui) fn step_column(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    let is_airy = ink.height >= 21;
    let mut lines = Vec::new();
    for &step in model.session.steps() {
        let (glyph, glyph_style, style) = sign(model, ink, step);
        let name = fit(&ink.say(step_key(step)), ink.width.saturating_sub(4), ink.glyphs().ellipsis);
        let is_looked_at = model.looking_at == Some(step);
        let pointer = if is_looked_at { ink.glyphs().pointer } else { "" };
        lines.push(Line::from(vec![
            Span::styled(format!("{glyph} "), glyph_style),
            Span::styled(name, style),
            Span::styled(format!(" {pointer}"), ink.theme().focus),
        ]));
        if is_airy {
            lines.push(Line::default());
        }
    }
    lines
}

/// One line: a sign for each step, and the name of the shown one.
pub(in crate::tui) fn step_line(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let steps = model.session.steps();
    let mut spans: Vec<Span<'static>> = steps
        .iter()
        .map(|step| {
            let (glyph, style, _) = sign(model, ink, *step);
            Span::styled(format!("{glyph} "), style)
        })
        .collect();
    let shown = model.shown();
    let number = steps.iter().position(|step| *step == shown).unwrap_or(0) + 1;
    let params = [("number", number.into()), ("of", steps.len().into()), ("name", ink.say(step_key(shown)).into())];
    spans.push(Span::styled(format!(" {}", ink.tell("step-of", &params)), ink.theme().quiet));
    Line::from(spans)
}

/// The phrase of a step's name.
fn step_key(step: Step) -> &'static str {
    match step {
        Step::Connect => "step-connect",
        Step::Source => "step-source",
        Step::Destination => "step-destination",
        Step::Review => "step-review",
        Step::Rename => "step-rename",
        Step::Create => "step-create",
        Step::Migrate => "step-migrate",
        Step::Dns => "step-dns",
        Step::Finish => "step-finish",
    }
}
