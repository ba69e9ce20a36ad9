//! Bodies: text in several charsets and encodings, HTML alternatives, attachments, invitations, forwarded messages.

use std::sync::OnceLock;

use super::super::dice::Dice;
use super::super::transfer::{base64_lines, quoted_printable};
use super::catalogue::Entry;
use super::words::{Tongue, sentences};

/// How a body is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Plain,
    EightBit,
    Latin1,
    Quoted,
    Base64Text,
    Html,
    Alternative,
    Attachments,
    Invitation,
    Forward,
}

impl Shape {
    /// A shape that suits language and size.
    pub(super) fn draw(dice: &mut Dice, tongue: Tongue, size: u32) -> Self {
        if size > 30_000 {
            return Self::Attachments;
        }
        let shape = match dice.below(100) {
            0..22 => Self::Plain,
            22..32 => Self::EightBit,
            32..38 => Self::Latin1,
            38..52 => Self::Quoted,
            52..78 => Self::Alternative,
            78..84 => Self::Html,
            84..95 => Self::Attachments,
            95..97 => Self::Invitation,
            _ => Self::Forward,
        };
        match (shape, tongue) {
            (Self::Plain | Self::Latin1 | Self::Quoted, Tongue::Japanese) => Self::Base64Text,
            (Self::Plain, Tongue::French | Tongue::German) => Self::Quoted,
            (shape, _) => shape,
        }
    }
}

const TEXT: &str = "Content-Type: text/plain; charset=";
const TRANSFER: &str = "Content-Transfer-Encoding: ";

/// Writes content headers, the empty line and the body.
pub(super) fn write_body(out: &mut Vec<u8>, dice: &mut Dice, entry: &Entry, shape: Shape) {
    let wanted = (entry.size as usize).saturating_sub(out.len() + 100);
    match shape {
        Shape::Plain => {
            head(out, &[TEXT, "us-ascii; format=flowed\r\n", TRANSFER, "7bit\r\n"]);
            out.extend_from_slice(text(dice, Tongue::English, wanted).as_bytes());
        }
        Shape::EightBit => {
            head(out, &[TEXT, "utf-8\r\n", TRANSFER, "8bit\r\n"]);
            out.extend_from_slice(text(dice, entry.tongue, wanted).as_bytes());
        }
        Shape::Latin1 => {
            head(out, &[TEXT, "iso-8859-1\r\n", TRANSFER, "8bit\r\n"]);
            let letters = text(dice, entry.tongue, wanted);
            out.extend(letters.replace('€', "EUR").chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')));
        }
        Shape::Quoted => quoted_text(out, &text(dice, entry.tongue, wanted * 9 / 10)),
        Shape::Base64Text => {
            head(out, &[TEXT, "UTF-8\r\n", TRANSFER, "base64\r\n"]);
            out.extend_from_slice(&base64_lines(text(dice, entry.tongue, wanted * 3 / 4).as_bytes()));
        }
        Shape::Html => html(out, &text(dice, entry.tongue, wanted * 8 / 10)),
        Shape::Alternative => alternative(out, dice, entry.tongue, wanted),
        Shape::Attachments => attachments(out, dice, entry.tongue, wanted),
        Shape::Invitation => invitation(out, dice, entry),
        Shape::Forward => forward(out, dice, entry, wanted),
    }
}

fn head(out: &mut Vec<u8>, lines: &[&str]) {
    for line in lines {
        out.extend_from_slice(line.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

fn quoted_text(out: &mut Vec<u8>, text: &str) {
    head(out, &[TEXT, "\"utf-8\"\r\n", TRANSFER, "quoted-printable\r\n"]);
    out.extend_from_slice(&quoted_printable(text.as_bytes()));
}

fn html(out: &mut Vec<u8>, text: &str) {
    head(out, &["Content-Type: text/html; charset=utf-8\r\n", TRANSFER, "quoted-printable\r\n"]);
    let paragraphs: Vec<String> = text.split("\r\n\r\n").map(|p| format!("<p style=\"margin:0\">{p}</p>")).collect();
    let page = format!("<html><head><meta charset=\"utf-8\"></head><body>{}</body></html>\r\n", paragraphs.join("\r\n"));
    out.extend_from_slice(&quoted_printable(page.as_bytes()));
}

fn open_multipart(out: &mut Vec<u8>, dice: &mut Dice, kind: &str) -> String {
    let boundary = match dice.below(3) {
        0 => format!("----=_NextPart_{:012X}", dice.bits() >> 16),
        1 => format!("------------{:024X}", dice.bits()),
        _ => format!("Apple-Mail=_{:016X}", dice.bits()),
    };
    head(out, &["Content-Type: multipart/", kind, ";\r\n\tboundary=\"", &boundary, "\"\r\n"]);
    if dice.percent(40) {
        out.extend_from_slice(b"This is a multi-part message in MIME format.\r\n");
    }
    boundary
}

fn next_part(out: &mut Vec<u8>, boundary: &str) {
    out.extend_from_slice(b"\r\n--");
    out.extend_from_slice(boundary.as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn close_multipart(out: &mut Vec<u8>, boundary: &str) {
    out.extend_from_slice(b"\r\n--");
    out.extend_from_slice(boundary.as_bytes());
    out.extend_from_slice(b"--\r\n");
}

fn alternative(out: &mut Vec<u8>, dice: &mut Dice, tongue: Tongue, wanted: usize) {
    let boundary = open_multipart(out, dice, "alternative");
    let text = text(dice, tongue, wanted * 2 / 5);
    next_part(out, &boundary);
    quoted_text(out, &text);
    next_part(out, &boundary);
    html(out, &text);
    close_multipart(out, &boundary);
}

fn attachments(out: &mut Vec<u8>, dice: &mut Dice, tongue: Tongue, wanted: usize) {
    const FILES: [(&str, &str); 5] = [
        ("application/pdf", "filename=\"Report 2024.pdf\""),
        ("image/jpeg", "filename=\"IMG_0042.JPG\""),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "filename*=UTF-8''%C3%9Cbersicht%20Q3.docx"),
        ("application/zip", "filename=photos.zip"),
        ("application/octet-stream", "filename=\"=?UTF-8?B?w4l0w6kgMjAxOS54bHM=?=\""),
    ];
    let boundary = open_multipart(out, dice, "mixed");
    let share = 300 + dice.below(2500) as usize;
    next_part(out, &boundary);
    if dice.percent(40) {
        alternative(out, dice, tongue, share);
    } else {
        quoted_text(out, &text(dice, tongue, share));
    }
    let files = 1 + dice.below(3) as usize;
    for _ in 0..files {
        let (kind, name) = *dice.pick(&FILES);
        next_part(out, &boundary);
        head(out, &["Content-Type: ", kind, "\r\nContent-Disposition: attachment; ", name, "\r\n", TRANSFER, "base64\r\n"]);
        file(out, dice, wanted.saturating_sub(share) / files);
    }
    close_multipart(out, &boundary);
}

/// Base64 of a file that compresses as badly as files do: lines from a fixed pool after a first line of its own.
fn file(out: &mut Vec<u8>, dice: &mut Dice, wanted: usize) {
    const LINE: usize = 78;
    static POOL: OnceLock<Vec<u8>> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        let mut dice = Dice::of(0, &["pool"]);
        base64_lines(&(0..6_840).flat_map(|_| dice.bits().to_le_bytes()).collect::<Vec<u8>>())
    });
    let own: Vec<u8> = (0..7).flat_map(|_| dice.bits().to_le_bytes()).chain([b'!']).collect();
    out.extend_from_slice(&base64_lines(&own));
    let mut lines = wanted / LINE;
    let all = pool.len() / LINE;
    while lines > 0 {
        let start = dice.below(u32::try_from(all).unwrap_or(1)) as usize;
        let run = lines.min(all - start).min(48);
        out.extend_from_slice(&pool[start * LINE..(start + run) * LINE]);
        lines -= run;
    }
    out.extend_from_slice(b"AAAA\r\n");
}

fn invitation(out: &mut Vec<u8>, dice: &mut Dice, entry: &Entry) {
    let boundary = open_multipart(out, dice, "alternative");
    next_part(out, &boundary);
    quoted_text(out, &text(dice, entry.tongue, 400));
    next_part(out, &boundary);
    head(out, &["Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n", TRANSFER, "7bit\r\n"]);
    let event = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:{:016x}@example.com\r\nDTSTART:20260{}{:02}T090000Z\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        dice.bits(),
        1 + dice.below(9),
        1 + dice.below(28),
    );
    out.extend_from_slice(event.as_bytes());
    close_multipart(out, &boundary);
}

fn forward(out: &mut Vec<u8>, dice: &mut Dice, entry: &Entry, wanted: usize) {
    let boundary = open_multipart(out, dice, "mixed");
    next_part(out, &boundary);
    quoted_text(out, &text(dice, entry.tongue, 200));
    next_part(out, &boundary);
    head(out, &["Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n"]);
    let inner =
        format!("From: Emma Clarke <emma.clarke@example.org>\r\nSubject: forwarded\r\nMessage-ID: <{:016x}@example.org>\r\n", dice.bits());
    head(out, &[&inner, "MIME-Version: 1.0\r\n", TEXT, "us-ascii\r\n"]);
    out.extend_from_slice(text(dice, Tongue::English, wanted.saturating_sub(400)).as_bytes());
    close_multipart(out, &boundary);
}

/// Paragraphs of about so many bytes, wrapped at 72 columns, lines ended by CRLF.
fn text(dice: &mut Dice, tongue: Tongue, wanted: usize) -> String {
    let pool = sentences(tongue);
    let mut out = String::with_capacity(wanted + 200);
    let mut column = 0;
    while out.len() + 20 < wanted || out.is_empty() {
        for word in dice.pick(pool).split(' ') {
            if column > 0 && column + word.len() > 72 {
                out.push_str("\r\n");
                column = 0;
            } else if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += word.len();
        }
        if dice.percent(25) {
            out.push_str("\r\n\r\n");
            column = 0;
        }
    }
    if column > 0 {
        out.push_str("\r\n");
    }
    if dice.percent(40) {
        out.push_str("\r\n-- \r\nmydomain.ovh, 2 rue Kellermann, Roubaix\r\n");
    }
    out
}
