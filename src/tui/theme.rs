//! Colours: every style of the screen by what it means. Foreground and background stay the terminal's own.

use ratatui::style::{Color, Modifier, Style};

use crate::settings::{Malformed, Tables, tables};

/// Styles by meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Text.
    pub plain: Style,
    /// Text that matters.
    pub strong: Style,
    /// Text that can be passed over.
    pub quiet: Style,
    /// What belongs to the place where the person is.
    pub accent: Style,
    /// Titles.
    pub title: Style,
    /// The program's name.
    pub brand: Style,
    /// As it should be.
    pub good: Style,
    /// Worth a look.
    pub warning: Style,
    /// Not as it should be.
    pub wrong: Style,
    /// Keys in the footer.
    pub key: Style,
    /// The one thing to do next.
    pub call: Style,
    /// The selected line.
    pub focus: Style,
    /// The place to type.
    pub field: Style,
    /// Lines between regions.
    pub rule: Style,
}

const SHIPPED: &[(&str, &str)] = &[
    ("default", include_str!("../../config/themes/default.toml")),
    ("dark", include_str!("../../config/themes/dark.toml")),
    ("light", include_str!("../../config/themes/light.toml")),
    ("mono", include_str!("../../config/themes/mono.toml")),
];

impl Default for Theme {
    fn default() -> Self {
        let style = Style::new();
        let accent = style.fg(Color::Cyan).add_modifier(Modifier::BOLD);
        Self {
            plain: style,
            strong: style.add_modifier(Modifier::BOLD),
            quiet: style.add_modifier(Modifier::DIM),
            accent: style.fg(Color::Cyan),
            title: style.add_modifier(Modifier::BOLD),
            brand: accent,
            good: style.fg(Color::Green),
            warning: style.fg(Color::Yellow),
            wrong: style.fg(Color::Red).add_modifier(Modifier::BOLD),
            key: accent,
            call: accent.add_modifier(Modifier::REVERSED),
            focus: accent,
            field: style.add_modifier(Modifier::UNDERLINED),
            rule: style.add_modifier(Modifier::DIM),
        }
    }
}

impl Theme {
    /// A theme that comes with the program: `default`, `dark`, `light`, `mono`.
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = SHIPPED.iter().find(|(shipped, _)| *shipped == name)?;
        Self::parse(name, text).ok()
    }

    /// No colour at all (`NO_COLOR`).
    pub fn without_colour() -> Self {
        Self::named("mono").unwrap_or_default()
    }

    /// Reads a theme file; what it does not say stays as in the default theme.
    ///
    /// # Errors
    /// [`Malformed`] when it is no table of styles, or names a style or colour that does not exist.
    pub fn parse(file: &str, text: &str) -> Result<Self, Malformed> {
        let mut theme = Self::default();
        let tables: Tables = tables(file, text)?;
        let malformed = |name: &str, message: String| {
            let line = text.lines().position(|line| line.trim_start().starts_with(name)).map_or(0, |i| i + 1);
            Malformed { file: file.to_owned(), line, message }
        };
        for (name, words) in tables.get("styles").into_iter().flatten() {
            let slot = theme.slot(name).ok_or_else(|| malformed(name, format!("there is no style {name}")))?;
            let mut style = Style::new();
            for word in words {
                style = with_word(style, word).ok_or_else(|| malformed(name, format!("there is no colour {word}")))?;
            }
            *slot = style;
        }
        Ok(theme)
    }

    fn slot(&mut self, name: &str) -> Option<&mut Style> {
        Some(match name {
            "plain" => &mut self.plain,
            "strong" => &mut self.strong,
            "quiet" => &mut self.quiet,
            "accent" => &mut self.accent,
            "title" => &mut self.title,
            "brand" => &mut self.brand,
            "good" => &mut self.good,
            "warning" => &mut self.warning,
            "wrong" => &mut self.wrong,
            "key" => &mut self.key,
            "call" => &mut self.call,
            "focus" => &mut self.focus,
            "field" => &mut self.field,
            "rule" => &mut self.rule,
            _ => return None,
        })
    }
}

fn with_word(style: Style, word: &str) -> Option<Style> {
    let modifier = match word {
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underlined" => Modifier::UNDERLINED,
        "reversed" => Modifier::REVERSED,
        colour => return Some(style.fg(colour.parse().ok()?)),
    };
    Some(style.add_modifier(modifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_theme_is_complete_and_the_default_is_the_built_in_one() {
        for (name, text) in SHIPPED {
            Theme::parse(name, text).unwrap_or_else(|error| panic!("{error}"));
        }
        assert_eq!(Theme::named("default"), Some(Theme::default()));
        let mono = Theme::without_colour();
        assert!([mono.good, mono.wrong, mono.accent, mono.call].iter().all(|style| style.fg.is_none() && style.bg.is_none()));
    }

    #[test]
    fn a_colour_that_does_not_exist_is_named_with_its_line() {
        let error = Theme::parse("mine.toml", "[styles]\ngood = [\"greeen\"]\n").expect_err("no such colour");
        assert_eq!((error.line, error.message.as_str()), (2, "there is no colour greeen"));
    }
}
