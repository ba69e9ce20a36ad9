//! Fields and forms. Plain text is edited by tui-input; a secret lives in a buffer of its own that is zeroised with every change.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::text::{Line, Span};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use crate::domain::Secret;

use super::ink::{Ink, columns, fit};

#[derive(Debug, Clone)]
enum Content {
    Plain(Input),
    Secret(Secret),
}

/// One line to be typed.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Phrase of its label, or the label itself.
    pub(super) label: String,
    content: Content,
    /// What is wrong with it, in words.
    pub(super) error: Option<String>,
    /// Phrase of a remark: edges trimmed, what an empty field means.
    pub(super) remark: Option<&'static str>,
}

impl Field {
    /// For plain text.
    pub(super) fn plain(label: impl Into<String>, value: &str) -> Self {
        Self { label: label.into(), content: Content::Plain(Input::new(value.to_owned())), error: None, remark: None }
    }

    /// For a secret.
    pub(super) fn secret(label: impl Into<String>, value: Option<&Secret>) -> Self {
        let secret = value.cloned().unwrap_or_else(|| Secret::new(String::new()));
        Self { label: label.into(), content: Content::Secret(secret), error: None, remark: None }
    }

    /// With a remark.
    pub(super) fn remarked(mut self, remark: &'static str) -> Self {
        self.remark = Some(remark);
        self
    }

    /// The plain text without blanks around it; nothing for a secret.
    pub(super) fn text(&self) -> &str {
        match &self.content {
            Content::Plain(input) => input.value().trim(),
            Content::Secret(_) => "",
        }
    }

    /// The secret, when it is one and not empty.
    pub(super) fn secret_value(&self) -> Option<Secret> {
        match &self.content {
            Content::Secret(secret) if !secret.is_empty() => Some(secret.clone()),
            _ => None,
        }
    }

    /// Whether nothing is typed.
    pub(super) fn is_empty(&self) -> bool {
        match &self.content {
            Content::Plain(input) => input.value().trim().is_empty(),
            Content::Secret(secret) => secret.is_empty(),
        }
    }

    /// Replaces the plain text, or empties a secret.
    pub(super) fn set(&mut self, text: &str) {
        match &mut self.content {
            Content::Plain(input) => *input = Input::new(text.to_owned()),
            Content::Secret(secret) => *secret = Secret::new(String::new()),
        }
        self.error = None;
    }

    /// A key typed into it.
    pub(super) fn type_key(&mut self, key: KeyEvent) {
        self.error = None;
        match &mut self.content {
            Content::Plain(input) => {
                input.handle_event(&Event::Key(key));
            }
            Content::Secret(secret) => match (key.code, key.modifiers) {
                (KeyCode::Char('u' | 'w'), KeyModifiers::CONTROL) => *secret = Secret::new(String::new()),
                (KeyCode::Char(letter), modifiers) if !modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                    *secret = longer(secret, letter.encode_utf8(&mut [0; 4]));
                }
                (KeyCode::Backspace, _) => *secret = shorter(secret),
                _ => {}
            },
        }
    }

    /// Text pasted into it: without control characters and without blanks around it, which is remarked.
    pub(super) fn paste(&mut self, text: &str) {
        self.error = None;
        let trimmed = text.trim();
        if trimmed.len() != text.len() {
            self.remark = Some("field-trimmed");
        }
        match &mut self.content {
            Content::Plain(input) => {
                for letter in trimmed.chars().filter(|letter| !letter.is_control()) {
                    input.handle(tui_input::InputRequest::InsertChar(letter));
                }
            }
            Content::Secret(secret) => *secret = longer(secret, trimmed.lines().next().unwrap_or_default()),
        }
    }

    fn shown(&self, ink: Ink<'_>, width: usize, is_focused: bool) -> Vec<Span<'static>> {
        let theme = ink.theme();
        let width = width.max(2);
        let (before, at, after) = match &self.content {
            Content::Plain(input) if is_focused => {
                let letters: Vec<char> = input.value().chars().collect();
                let cursor = input.cursor().min(letters.len());
                let first = cursor.saturating_sub(width.saturating_sub(1));
                let before: String = letters[first..cursor].iter().collect();
                let at = letters.get(cursor).map_or_else(|| " ".to_owned(), char::to_string);
                (before, at, letters.iter().skip(cursor + 1).collect::<String>())
            }
            Content::Plain(input) => (input.value().to_owned(), String::new(), String::new()),
            Content::Secret(secret) => {
                let letters = secret.expose().chars().count().min(width - 1).min(24);
                (ink.glyphs().mask.repeat(letters), if is_focused { " ".to_owned() } else { String::new() }, String::new())
            }
        };
        let before = fit(&before, width, ink.glyphs().ellipsis);
        let room = width.saturating_sub(columns(&before) + columns(&at));
        let after = fit(&after, room, "");
        let pad = " ".repeat(room.saturating_sub(columns(&after)));
        vec![Span::styled(before, theme.field), Span::styled(at, theme.call), Span::styled(format!("{after}{pad}"), theme.field)]
    }
}

fn longer(secret: &Secret, text: &str) -> Secret {
    let mut longer = String::with_capacity(secret.expose().len() + text.len());
    longer.push_str(secret.expose());
    longer.push_str(text);
    Secret::new(longer)
}

fn shorter(secret: &Secret) -> Secret {
    let text = secret.expose();
    let end = text.char_indices().last().map_or(0, |(i, _)| i);
    Secret::new(text[..end].to_owned())
}

/// Fields below each other, one of which has the focus.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// The fields.
    pub(super) fields: Vec<Field>,
    /// The one with the focus.
    pub(super) focus: usize,
}

impl Form {
    /// A form; the first empty field gets the focus, else the last.
    pub(super) fn new(fields: Vec<Field>) -> Self {
        let focus = fields.iter().position(Field::is_empty).unwrap_or(fields.len().saturating_sub(1));
        Self { fields, focus }
    }

    /// To the next field; whether there was one.
    pub(super) fn next(&mut self) -> bool {
        let may = self.focus + 1 < self.fields.len();
        self.focus += usize::from(may);
        may
    }

    /// To the field before.
    pub(super) fn previous(&mut self) {
        self.focus = self.focus.saturating_sub(1);
    }

    /// The field with the focus.
    pub(super) fn focused(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.focus)
    }

    /// The first field with an error gets the focus; whether there is none.
    pub(super) fn is_right(&mut self) -> bool {
        let wrong = self.fields.iter().position(|field| field.error.is_some());
        if let Some(wrong) = wrong {
            self.focus = wrong;
        }
        wrong.is_none()
    }

    /// The lines of all fields, and the line of the focused one.
    pub(super) fn lines(&self, ink: Ink<'_>) -> (Vec<Line<'static>>, usize) {
        let label_width = self.fields.iter().map(|field| columns(&label(ink, field))).max().unwrap_or(0).min(ink.width / 2);
        let (mut lines, mut focused) = (Vec::new(), 0);
        for (i, field) in self.fields.iter().enumerate() {
            let is_focused = i == self.focus;
            if is_focused {
                focused = lines.len();
            }
            lines.extend(field_lines(ink, field, label_width, is_focused));
        }
        (lines, focused)
    }
}

fn label(ink: Ink<'_>, field: &Field) -> String {
    if ink.words().has(&field.label) { ink.say(&field.label) } else { field.label.clone() }
}

/// The lines of one field: label and value, and under them what is wrong or remarkable.
pub(super) fn field_lines(ink: Ink<'_>, field: &Field, label_width: usize, is_focused: bool) -> Vec<Line<'static>> {
    let room = ink.width.saturating_sub(label_width + 5).min(46);
    sized_lines(ink, field, (label_width, room), is_focused)
}

/// The same with a given width of the field; what comes of it can stand at its right.
pub(super) fn sized_lines(ink: Ink<'_>, field: &Field, (label_width, room): (usize, usize), is_focused: bool) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let text = fit(&label(ink, field), label_width, ink.glyphs().ellipsis);
    let pad = " ".repeat(label_width.saturating_sub(columns(&text)) + 2);
    let lead = if is_focused { ink.glyphs().pointer } else { " " };
    let mut spans = vec![
        Span::styled(format!("{lead} "), theme.focus),
        Span::styled(text, if is_focused { theme.focus } else { theme.plain }),
        Span::raw(pad),
    ];
    spans.extend(field.shown(ink, room, is_focused));
    let mut lines = vec![Line::from(spans)];
    let below = match (&field.error, field.remark) {
        (Some(error), _) => Some((ink.glyphs().wrong, theme.wrong, error.clone())),
        (None, Some(remark)) => Some((ink.glyphs().note, theme.quiet, ink.say(remark))),
        (None, None) => None,
    };
    if let Some((sign, style, text)) = below {
        let indent = label_width + 4;
        for mut line in ink.narrower(indent).item(sign, style, &text, style) {
            line.spans.insert(0, Span::raw(" ".repeat(indent)));
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_edges_are_trimmed_and_said() {
        let mut field = Field::secret("a password", None);
        field.paste("  hunter2\n");
        assert_eq!(field.secret_value(), Some(Secret::new("hunter2")));
        assert_eq!(field.remark, Some("field-trimmed"));
    }

    #[test]
    fn a_secret_is_typed_and_shortened_by_whole_characters() {
        let mut field = Field::secret("a password", None);
        for letter in "aß€".chars() {
            field.type_key(KeyEvent::from(KeyCode::Char(letter)));
        }
        field.type_key(KeyEvent::from(KeyCode::Backspace));
        assert_eq!(field.secret_value(), Some(Secret::new("aß")));
        assert!(!format!("{field:?}").contains('ß'));
    }
}
