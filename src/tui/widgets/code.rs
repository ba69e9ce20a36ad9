//! A text as a QR code, drawn with half blocks: two modules in one place of the screen. Where there is only ASCII, two signs are one
//! module.
//!
//! What is light is drawn, what is dark is left: so it is right on a dark screen without any colour, and with black and white of its
//! own where there are colours.

use qrcode::{Color as Module, EcLevel, QrCode};
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};

use crate::tui::ink::Ink;

/// The light border that cameras need; four modules are right, two are enough.
const QUIET: (usize, usize) = (2, 4);

/// Why there is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum NoCode {
    /// The window is too small: so many columns and lines are needed.
    Small(usize, usize),
    /// No code holds so much.
    Long,
}

/// A code and the columns that it takes.
#[derive(Debug)]
pub(in crate::tui) struct Drawn {
    /// Its lines.
    pub(in crate::tui) lines: Vec<Line<'static>>,
    /// Their width.
    pub(in crate::tui) columns: usize,
}

/// Draws a text within this room.
pub(in crate::tui) fn code(ink: Ink<'_>, text: &str) -> Result<Drawn, NoCode> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L).map_err(|_| NoCode::Long)?;
    let side = code.width();
    let is_ascii = ink.glyphs().arrow.is_ascii();
    // Columns and lines that so many modules take.
    let room_for = |modules: usize| if is_ascii { (modules * 2, modules) } else { (modules, modules.div_ceil(2)) };
    let fits = |quiet: &usize| {
        let (columns, lines) = room_for(side + 2 * quiet);
        columns <= ink.width && lines <= ink.height
    };
    let Some(quiet) = (QUIET.0..=QUIET.1).rev().find(fits) else {
        let (columns, lines) = room_for(side + 2 * QUIET.0);
        return Err(NoCode::Small(columns, lines));
    };
    let modules = code.to_colors();
    let whole = side + 2 * quiet;
    let is_light = |x: usize, y: usize| {
        let inside = x.checked_sub(quiet).filter(|x| *x < side).zip(y.checked_sub(quiet).filter(|y| *y < side));
        y < whole && inside.is_none_or(|(x, y)| modules[y * side + x] == Module::Light)
    };
    let is_coloured = ink.theme().accent.fg.is_some();
    let lines = if is_ascii {
        (0..whole).map(|y| ascii_line((0..whole).map(|x| is_light(x, y)), is_coloured)).collect()
    } else {
        let style = if is_coloured { Style::new().fg(Color::White).bg(Color::Black) } else { Style::new() };
        let line = |y: usize| (0..whole).map(|x| half_block(is_light(x, y), is_light(x, y + 1))).collect::<String>();
        (0..whole).step_by(2).map(|y| Line::from(Span::styled(line(y), style))).collect()
    };
    Ok(Drawn { lines, columns: room_for(whole).0 })
}

const fn half_block(upper: bool, lower: bool) -> char {
    match (upper, lower) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    }
}

fn ascii_line(modules: impl Iterator<Item = bool>, is_coloured: bool) -> Line<'static> {
    let span = |is_light: bool| {
        let colour = if is_light { Color::White } else { Color::Black };
        let style = if is_coloured { Style::new().fg(colour).bg(colour) } else { Style::new() };
        Span::styled(if is_light { "##" } else { "  " }, style)
    };
    Line::from(modules.map(span).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{Glyphs, Look, Theme};

    const PAGE: &str = "https://www.ovh.com/auth/sso/api?credentialToken=3vYbQ0m8ZpS5aWk1TnRd7uXc2LhGf9eJiKoPqBtUwMxEyDzCjHrVsNgFlAI46Zq0";

    fn drawn(look: &Look, (width, height): (usize, usize)) -> Result<Drawn, NoCode> {
        code(Ink { look, width, height, is_typing: false, is_untouched: true }, PAGE)
    }

    fn text(drawn: &Drawn) -> Vec<String> {
        drawn.lines.iter().map(|line| line.spans.iter().map(|span| span.content.as_ref()).collect()).collect()
    }

    #[test]
    fn the_page_of_a_new_key_fits_80_by_24() {
        let drawn = drawn(&Look::default(), (80, 23)).expect("it fits");
        assert!(drawn.columns <= 47 && drawn.lines.len() <= 23, "{} × {}", drawn.columns, drawn.lines.len());
        assert!(text(&drawn).iter().all(|line| line.chars().count() == drawn.columns));
    }

    /// Modules of both drawings, read back from what is on the screen.
    #[test]
    fn both_drawings_show_the_same_modules_with_a_light_border() {
        let unicode = text(&drawn(&Look::default(), (120, 60)).expect("it fits"));
        let ascii = Look { glyphs: Glyphs::ASCII, ..Look::default() };
        let ascii = text(&drawn(&ascii, (120, 60)).expect("it fits"));
        let from_ascii: Vec<Vec<bool>> = ascii.iter().map(|line| line.as_bytes().chunks(2).map(|pair| pair == b"##").collect()).collect();
        let mut from_blocks = Vec::new();
        for line in &unicode {
            from_blocks.push(line.chars().map(|c| matches!(c, '█' | '▀')).collect::<Vec<_>>());
            from_blocks.push(line.chars().map(|c| matches!(c, '█' | '▄')).collect::<Vec<_>>());
        }
        from_blocks.truncate(from_ascii.len());
        assert_eq!(from_blocks, from_ascii);
        let whole = from_ascii.len();
        assert!(from_ascii[..QUIET.1].iter().flatten().all(|is_light| *is_light), "the border is light");
        // The finder pattern: seven dark modules beside the border, in three corners.
        let finder = |x: usize, y: usize| (x..x + 7).all(|x| !from_ascii[y][x]);
        let far = whole - QUIET.1 - 7;
        assert!(finder(QUIET.1, QUIET.1) && finder(far, QUIET.1) && finder(QUIET.1, far + 6) && !finder(far, far + 6));
    }

    #[test]
    fn without_room_it_says_how_much_it_takes_and_without_colour_it_has_none() {
        let mono = Look { theme: Theme::without_colour(), ..Look::default() };
        let styles = drawn(&mono, (80, 23)).expect("it fits").lines.into_iter().flat_map(|line| line.spans).map(|span| span.style);
        assert!(styles.into_iter().all(|style| style.fg.is_none() && style.bg.is_none()));
        let Err(NoCode::Small(columns, lines)) = drawn(&mono, (60, 17)) else { panic!("it does not fit") };
        assert!(columns > 40 && lines > 17);
        assert!(drawn(&mono, (columns, lines)).is_ok());
        let ink = Ink { look: &mono, width: 500, height: 500, is_typing: false, is_untouched: true };
        assert_eq!(code(ink, &"x".repeat(4_000)).err(), Some(NoCode::Long));
    }
}
