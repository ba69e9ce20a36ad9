//! Keys and what they mean. One table serves the footer, the help and the handling: a key that is not shown does nothing.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::settings::{Malformed, tables};

use super::Glyphs;

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What a key can mean.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[$doc])* $variant,)* }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in `keymap.toml`; its explanation is the phrase `action-<name>`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

actions! {
    /// The one thing to do next.
    Accept = "accept",
    /// Back, close, cancel.
    Back = "back",
    /// One line up.
    Up = "up",
    /// One line down.
    Down = "down",
    /// Out of a detail, or the one before.
    Left = "left",
    /// The one after.
    Right = "right",
    /// One page up.
    PageUp = "page-up",
    /// One page down.
    PageDown = "page-down",
    /// First line.
    First = "first",
    /// Last line.
    Last = "last",
    /// Next field or part.
    Next = "next",
    /// Field or part before.
    Previous = "previous",
    /// Choose or not.
    Toggle = "toggle",
    /// All or none.
    All = "all",
    /// Show only what contains a text.
    Filter = "filter",
    /// Look into the selected line.
    Open = "open",
    /// Change the selected line.
    Edit = "edit",
    /// What happens with mail marked as deleted.
    Marked = "marked",
    /// The switch of the screen.
    Switch = "switch",
    /// Copy to the clipboard.
    Copy = "copy",
    /// Change the record.
    Fix = "fix",
    /// Undo the act.
    Undo = "undo",
    /// Undo every act that can be undone.
    UndoAll = "undo-all",
    /// In which order the acts are done.
    Order = "order",
    /// What belongs to the accounts besides mail.
    Besides = "besides",
    /// Try again.
    Retry = "retry",
    /// Refused messages.
    Refused = "refused",
    /// Pause or go on.
    Pause = "pause",
    /// The password of the new account.
    Password = "password",
    /// Another pass.
    Delta = "delta",
    /// Check now.
    Check = "check",
    /// Accept the certificate.
    Pin = "pin",
    /// Explain.
    Detail = "detail",
    /// That is all.
    Done = "done",
    /// Running tasks.
    Tasks = "tasks",
    /// What happened so far.
    Log = "log",
    /// All keys.
    Help = "help",
    /// Stop, resumable.
    Quit = "quit",
    /// Stop; the second time at once.
    Interrupt = "interrupt",
}

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Which keys mean what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap(Vec<(Action, Vec<Chord>)>);

const SHIPPED: &str = include_str!("../../config/keymap.toml");

impl Default for Keymap {
    fn default() -> Self {
        Self::parse("keymap.toml", SHIPPED).unwrap_or(Self(Vec::new()))
    }
}

impl Keymap {
    /// Reads `keymap.toml`; actions that it does not name keep the keys of the program.
    ///
    /// # Errors
    /// [`Malformed`] when it is no table of keys, or names an action or key that does not exist.
    pub fn parse(file: &str, text: &str) -> Result<Self, Malformed> {
        let mut keys: BTreeMap<Action, Vec<Chord>> = BTreeMap::new();
        for (file, text) in [("keymap.toml", SHIPPED), (file, text)] {
            for (name, words) in tables(file, text)?.get("keys").into_iter().flatten() {
                let malformed = |message: String| {
                    let line = text.lines().position(|line| line.trim_start().starts_with(name.as_str())).map_or(0, |i| i + 1);
                    Malformed { file: file.to_owned(), line, message }
                };
                let action = Action::ALL.iter().find(|action| action.name() == name);
                let action = action.ok_or_else(|| malformed(format!("there is no action {name}")))?;
                let chords: Option<Vec<Chord>> = words.iter().map(|word| chord(word)).collect();
                keys.insert(*action, chords.ok_or_else(|| malformed(format!("{} names a key that does not exist", words.join(", "))))?);
            }
        }
        Ok(Self(keys.into_iter().collect()))
    }

    /// What a key may mean, in the order of the table.
    pub fn actions(&self, key: KeyEvent) -> impl Iterator<Item = Action> + '_ {
        let pressed = pressed(key);
        self.0.iter().filter(move |(_, chords)| chords.contains(&pressed)).map(|(action, _)| *action)
    }

    /// The name of the first key of an action; while typing, of the first that types nothing.
    pub fn label(&self, action: Action, is_typing: bool, glyphs: &Glyphs) -> Option<String> {
        let (_, chords) = self.0.iter().find(|(candidate, _)| *candidate == action)?;
        chords.iter().find(|chord| !is_typing || !chord.types()).map(|chord| chord.name(glyphs))
    }

    /// The names of all keys of an action.
    pub fn labels(&self, action: Action, glyphs: &Glyphs) -> Vec<String> {
        let chords = self.0.iter().find(|(candidate, _)| *candidate == action).map(|(_, chords)| chords.as_slice());
        chords.unwrap_or_default().iter().map(|chord| chord.name(glyphs)).collect()
    }
}

/// Whether a key types something, or edits what is typed, when a field has the focus.
pub(super) fn is_typed(key: KeyEvent) -> bool {
    let has_command = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        KeyCode::Char('u' | 'w' | 'a' | 'e' | 'k') if key.modifiers == KeyModifiers::CONTROL => true,
        KeyCode::Char(_) => !has_command,
        KeyCode::Backspace | KeyCode::Delete | KeyCode::Left | KeyCode::Right | KeyCode::Home | KeyCode::End => true,
        _ => false,
    }
}

fn pressed(key: KeyEvent) -> Chord {
    let mut modifiers = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
    if key.code == KeyCode::BackTab {
        modifiers = KeyModifiers::NONE;
    }
    Chord { code: key.code, modifiers }
}

fn chord(word: &str) -> Option<Chord> {
    let (modifiers, name) = match (word.strip_prefix("ctrl-"), word.strip_prefix("alt-")) {
        (Some(rest), _) if !rest.is_empty() => (KeyModifiers::CONTROL, rest),
        (_, Some(rest)) if !rest.is_empty() => (KeyModifiers::ALT, rest),
        _ => (KeyModifiers::NONE, word),
    };
    let code = match name {
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "page-up" => KeyCode::PageUp,
        "page-down" => KeyCode::PageDown,
        _ => {
            let mut letters = name.chars();
            match (letters.next()?, letters.as_str()) {
                (letter, "") => KeyCode::Char(letter),
                ('f', number) => KeyCode::F(number.parse().ok().filter(|n| (1..=12).contains(n))?),
                _ => return None,
            }
        }
    };
    Some(Chord { code, modifiers })
}

impl Chord {
    fn types(self) -> bool {
        is_typed(KeyEvent::new(self.code, self.modifiers))
    }

    fn name(self, glyphs: &Glyphs) -> String {
        let name = match self.code {
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::Enter => glyphs.enter.to_owned(),
            KeyCode::Esc => "Esc".to_owned(),
            KeyCode::Tab => "Tab".to_owned(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Backspace => "Backspace".to_owned(),
            KeyCode::Home => "Home".to_owned(),
            KeyCode::End => "End".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::F(number) => format!("F{number}"),
            KeyCode::Char(letter) if self.modifiers.contains(KeyModifiers::CONTROL) => letter.to_uppercase().to_string(),
            KeyCode::Char(letter) => letter.to_string(),
            _ => String::new(),
        };
        let name = if glyphs.arrow.is_ascii() {
            name.replace('↑', "Up").replace('↓', "Down").replace('←', "Left").replace('→', "Right")
        } else {
            name
        };
        match self.modifiers {
            KeyModifiers::CONTROL => format!("Ctrl-{name}"),
            KeyModifiers::ALT => format!("Alt-{name}"),
            _ => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_key_and_the_shipped_table_is_well_formed() {
        let keymap = Keymap::parse("keymap.toml", SHIPPED).unwrap_or_else(|error| panic!("{error}"));
        for action in Action::ALL {
            assert!(!keymap.labels(*action, &Glyphs::UNICODE).is_empty(), "{}", action.name());
        }
    }

    #[test]
    fn a_person_can_move_a_key_and_a_mistake_has_its_line() {
        let keymap = Keymap::parse("mine.toml", "[keys]\nretry = \"ctrl-r\"\n").expect("well-formed");
        let key = KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL);
        assert_eq!(keymap.actions(key).collect::<Vec<_>>(), [Action::Retry]);
        assert_eq!(keymap.label(Action::Retry, false, &Glyphs::ASCII).as_deref(), Some("Ctrl-R"));
        let error = Keymap::parse("mine.toml", "[keys]\n\nretry = \"banana\"\n").expect_err("no such key");
        assert_eq!(error.line, 3);
    }

    #[test]
    fn while_typing_only_keys_that_type_nothing_are_shown() {
        let keymap = Keymap::default();
        assert_eq!(keymap.label(Action::Help, true, &Glyphs::UNICODE).as_deref(), Some("F1"));
        assert_eq!(keymap.label(Action::Quit, true, &Glyphs::UNICODE), None);
    }
}
