//! Draws the model: header, steps, the page of the shown step, the state of the mail, what happened last, the keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use super::chronicle::Tone;
use super::ink::{columns, fit};
use super::overlays;
use super::safety::{self, Calm};
use super::sheet::{Sheet, Touch, place};
use super::steps;
use super::widgets::{activity_line, footer, header, step_column, step_line};
use super::{Access, Model, trouble};

/// Below this there is no room for a sentence.
const LEAST_WIDTH: u16 = 48;
/// Below this there is no room for a list.
const LEAST_HEIGHT: u16 = 14;
/// From this width on the steps have a column of their own.
const STEPS_BESIDE: u16 = 76;

/// Draws the model.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < LEAST_WIDTH || area.height < LEAST_HEIGHT {
        return too_small(model, frame);
    }
    let strip = strip_height(area.height);
    let bottom = area.height - 1;
    write(frame, Rect { height: 1, ..area }, vec![header(model, model.ink(area.width, 1))]);
    rule(model, frame, 1);
    let body_end = bottom - strip - if strip > 0 { 2 } else { 1 };
    let body = Rect { x: 0, y: 2, width: area.width, height: body_end - 2 };
    draw_body(model, frame, body);
    rule(model, frame, body_end);
    if strip > 0 {
        draw_strip(model, frame, Rect { x: 1, y: body_end + 1, width: area.width - 2, height: strip });
        rule(model, frame, bottom - 1);
    }
    let ink = model.ink(area.width - 2, 1);
    write(frame, Rect { x: 1, y: bottom, width: area.width - 2, height: 1 }, vec![footer(model, ink)]);
    overlays::view(model, frame, area);
}

const fn strip_height(height: u16) -> u16 {
    match height {
        0..19 => 0,
        19..22 => 1,
        22..30 => 2,
        30..44 => 4,
        _ => 6,
    }
}

fn draw_body(model: &Model, frame: &mut Frame<'_>, body: Rect) {
    let is_beside = body.width >= STEPS_BESIDE;
    let page = if is_beside {
        let column = if body.width >= 110 { 19 } else { 15 };
        write(frame, Rect { x: 1, width: column, ..body }, step_column(model, model.ink(column, body.height)));
        for y in body.y..body.bottom() {
            let place = Rect { x: column + 1, y, width: 1, height: 1 };
            write(frame, place, vec![Line::from(Span::styled(model.look.glyphs.vertical, model.look.theme.rule))]);
        }
        Rect { x: column + 3, width: body.width.saturating_sub(column + 5), ..body }
    } else {
        let place = Rect { x: 1, width: body.width - 2, height: 1, y: body.y };
        write(frame, place, vec![step_line(model, model.ink(place.width, 1))]);
        Rect { x: 1, y: body.y + 1, width: body.width - 2, height: body.height - 1 }
    };
    draw_page(model, frame, page);
}

fn draw_page(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let content_height = area.height.saturating_sub(4);
    let ink = model.ink(area.width, content_height);
    let sheet = match &model.fatal {
        Some(problem) => {
            let mut sheet = Sheet::new(ink.say("fatal-title"), Touch::ReadsOnly);
            sheet.list(trouble::explain(ink, problem));
            sheet
        }
        None => steps::view(model, ink),
    };
    write(frame, Rect { height: 1, ..area }, vec![title(model, ink.narrower(0), &sheet)]);
    let content = Rect { y: area.y + 2, height: content_height, ..area };
    let placed = place(sheet, usize::from(content.height));
    let (head, list) = (placed.head.len(), placed.list.len());
    let mut lines = placed.head;
    lines.extend(placed.list);
    lines.extend(placed.foot);
    write(frame, content, lines);
    if let Some((first, total)) = placed.scroll {
        scroll_bar(model, frame, content, (head, list), (first, total));
    }
    // A long word in passing takes the empty line above, too.
    let lines = state_of_the_mail(model, ink);
    let height = u16::try_from(lines.len()).unwrap_or(1);
    let place = Rect { y: area.bottom().saturating_sub(height), height, ..area };
    write(frame, place, lines);
}

fn title(model: &Model, ink: super::ink::Ink<'_>, sheet: &Sheet) -> Line<'static> {
    let theme = ink.theme();
    let (words, style) = match sheet.touch {
        _ if model.access == Access::WatchOnly => (ink.say("touch-watching"), theme.warning),
        Touch::ReadsOnly => (ink.say("touch-reads-only"), theme.quiet),
        Touch::Changes(key) => (ink.say(key), theme.warning),
    };
    let room = ink.width.saturating_sub(columns(&words) + 2);
    let title = fit(&sheet.title, room, ink.glyphs().ellipsis);
    let pad = " ".repeat(ink.width.saturating_sub(columns(&title) + columns(&words)));
    Line::from(vec![Span::styled(title, theme.title), Span::raw(pad), Span::styled(fit(&words, ink.width, ""), style)])
}

fn state_of_the_mail(model: &Model, ink: super::ink::Ink<'_>) -> Vec<Line<'static>> {
    let theme = ink.theme();
    if let Some(toast) = &model.toast {
        let (sign, style) = if toast.is_trouble { (ink.glyphs().warning, theme.warning) } else { (ink.glyphs().note, theme.accent) };
        let mut lines = ink.item(sign, style, &toast.text, style);
        lines.truncate(2);
        return lines;
    }
    let (text, calm) = safety::sentence(&model.session, ink);
    let (sign, style) = match calm {
        Calm::Safe => (ink.glyphs().done, theme.good),
        Calm::Exposed => (ink.glyphs().warning, theme.warning),
    };
    let text = fit(&text, ink.width.saturating_sub(2), ink.glyphs().ellipsis);
    vec![Line::from(vec![Span::styled(format!("{sign} "), style), Span::styled(text, style)])]
}

fn draw_strip(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let ink = model.ink(area.width, area.height);
    let count = usize::from(area.height);
    let skip = model.chronicle.len().saturating_sub(count);
    let mut lines: Vec<Line<'static>> = model.chronicle.iter().skip(skip).map(|entry| activity_line(ink, entry)).collect();
    if lines.is_empty() {
        lines.push(ink.line(&ink.say("activity-none"), ink.theme().quiet));
    }
    write(frame, area, lines);
}

/// The style of a line of what happened.
pub(super) fn tone_style(ink: super::ink::Ink<'_>, tone: Tone) -> Style {
    match tone {
        Tone::Good | Tone::Plain => ink.theme().plain,
        Tone::Warning => ink.theme().warning,
        Tone::Wrong => ink.theme().wrong,
    }
}

fn scroll_bar(model: &Model, frame: &mut Frame<'_>, area: Rect, (head, list): (usize, usize), (first, total): (usize, usize)) {
    let x = area.right();
    if x >= frame.area().right() || list == 0 {
        return;
    }
    let thumb = (list * list / total.max(1)).max(1);
    let top = if total > list { first * (list - thumb.min(list)) / (total - list) } else { 0 };
    for row in 0..list {
        let is_thumb = (top..top + thumb).contains(&row);
        let (glyph, style) =
            if is_thumb { (model.look.glyphs.thumb, model.look.theme.accent) } else { (model.look.glyphs.vertical, model.look.theme.rule) };
        let y = area.y + u16::try_from(head + row).unwrap_or(0);
        write(frame, Rect { x, y, width: 1, height: 1 }, vec![Line::from(Span::styled(glyph, style))]);
    }
}

fn too_small(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    let ink = model.ink(area.width, area.height);
    let params = [("width", u64::from(LEAST_WIDTH).into()), ("height", u64::from(LEAST_HEIGHT).into())];
    let mut lines = ink.paragraph(&ink.tell("too-small", &params), ink.theme().plain);
    lines.push(ink.gap());
    let (sentence, _) = safety::sentence(&model.session, ink);
    lines.extend(ink.paragraph(&sentence, ink.theme().good));
    write(frame, area, lines);
}

fn rule(model: &Model, frame: &mut Frame<'_>, y: u16) {
    let area = frame.area();
    let place = Rect { x: 0, y, width: area.width, height: 1 };
    write(frame, place, vec![model.ink(area.width, 1).rule()]);
}

/// Writes lines into a place, cut to what the screen has.
pub(super) fn write(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>) {
    let area = area.intersection(frame.area());
    if !area.is_empty() {
        frame.render_widget(Paragraph::new(lines), area);
    }
}

/// Clears a place.
pub(super) fn clear(frame: &mut Frame<'_>, area: Rect) {
    let area = area.intersection(frame.area());
    if !area.is_empty() {
        frame.render_widget(Clear, area);
    }
}
