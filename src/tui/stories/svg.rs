//! Pictures of screens for the README: one SVG per screen, made from the buffer. Monospaced, on a dark ground, reviewable as text.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 16.0;
const GROUND: &str = "#11161d";
const TEXT: &str = "#d6dde6";
const DIM: &str = "#76818f";

/// One screen as SVG.
pub(super) fn svg(buffer: &Buffer) -> String {
    let area = buffer.area;
    let (width, height) = (f64::from(area.width) * CELL.0 + 2.0 * MARGIN, f64::from(area.height) * CELL.1 + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"{GROUND}\"/>\n\
         <g font-family=\"'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,monospace\" font-size=\"14\" xml:space=\"preserve\">\n"
    );
    for y in 0..area.height {
        line(buffer, y, &mut out);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

#[derive(PartialEq, Clone)]
struct Look {
    text: String,
    ground: Option<String>,
    is_bold: bool,
    is_underlined: bool,
}

fn look(buffer: &Buffer, x: u16, y: u16) -> Look {
    let cell = &buffer[(x, y)];
    let has = |modifier| cell.modifier.contains(modifier);
    let text = if has(Modifier::DIM) { DIM.to_owned() } else { colour(cell.fg, TEXT) };
    let ground = (cell.bg != Color::Reset).then(|| colour(cell.bg, GROUND));
    let (text, ground) = if has(Modifier::REVERSED) { (ground.unwrap_or_else(|| GROUND.to_owned()), Some(text)) } else { (text, ground) };
    Look { text, ground, is_bold: has(Modifier::BOLD), is_underlined: has(Modifier::UNDERLINED) }
}

/// Cells of one look are written together, each wide letter and each part at its own place, so that fonts cannot shift what follows.
fn line(buffer: &Buffer, y: u16, out: &mut String) {
    let mut x = 0;
    while x < buffer.area.width {
        let style = look(buffer, x, y);
        let start = x;
        let mut text = String::new();
        while x < buffer.area.width && look(buffer, x, y) == style {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).expect("narrow");
        }
        part(out, (start, x, y), &text, &style);
    }
}

fn part(out: &mut String, (from, to, y): (u16, u16, u16), text: &str, style: &Look) {
    let left = MARGIN + f64::from(from) * CELL.0;
    let top = MARGIN + f64::from(y) * CELL.1;
    let width = f64::from(to - from) * CELL.0;
    if let Some(ground) = &style.ground {
        writeln!(out, "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{ground}\"/>", CELL.1)
            .expect("a string");
    }
    if style.is_underlined {
        let bottom = top + CELL.1 - 2.0;
        let right = left + width;
        writeln!(out, "<path d=\"M{left:.1} {bottom:.1}H{right:.1}\" stroke=\"{DIM}\" stroke-width=\"1\"/>").expect("a string");
    }
    if text.trim().is_empty() {
        return;
    }
    // Blanks at both ends need no letter; the places of the others are fixed by textLength.
    let lead = text.len() - text.trim_start().len();
    let shown = text.trim();
    let left = left + f64::from(u16::try_from(lead).expect("narrow")) * CELL.0;
    let columns = f64::from(u16::try_from(shown.width()).expect("narrow"));
    let weight = if style.is_bold { " font-weight=\"bold\"" } else { "" };
    let escaped = shown.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    writeln!(
        out,
        "<text x=\"{left:.1}\" y=\"{:.1}\" fill=\"{}\"{weight} textLength=\"{:.1}\">{escaped}</text>",
        top + 13.5,
        style.text,
        columns * CELL.0
    )
    .expect("a string");
}

fn colour(colour: Color, default: &str) -> String {
    match colour {
        Color::Red => "#f0717a",
        Color::Green => "#5ec98c",
        Color::Yellow => "#e5b95c",
        Color::Blue => "#5b9cf0",
        Color::Magenta => "#c58af9",
        Color::Cyan => "#5fc3d8",
        Color::Rgb(r, g, b) => return format!("#{r:02x}{g:02x}{b:02x}"),
        _ => default,
    }
    .to_owned()
}
