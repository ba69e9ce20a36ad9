//! The parts of a message, as far as needed to encode those whose lines are too long.
//!
//! Positions in the bytes, not values: what is not encoded anew stays as it is, byte by byte.

use std::ops::Range;

use super::encode;
use super::header::{Fields, head_length, parameter};
use super::line::{lines, without_end};

/// Levels of parts that are looked into.
const DEEPEST: usize = 32;
/// Parts that are looked at.
const MOST: usize = 10_000;

/// Which parts are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those outside of any `multipart/signed`.
    Unsigned,
    /// Those inside.
    Signed,
}

/// How the body of a part is encoded now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// Not at all.
    Identity,
    QuotedPrintable,
    Base64,
    /// Something that is not known.
    Other,
}

/// A part that holds no parts.
#[derive(Debug)]
struct Leaf {
    head: Range<usize>,
    body: Range<usize>,
    encoding: Encoding,
    is_text: bool,
    /// Whether it is a message of its own, whose header says its version of MIME.
    is_message: bool,
    is_signed: bool,
}

/// Something with a header and a body.
struct Entity {
    range: Range<usize>,
    is_message: bool,
    is_signed: bool,
    depth: usize,
}

/// The leaves, in any order.
fn leaves(bytes: &[u8]) -> Vec<Leaf> {
    let mut found = Vec::new();
    let mut pending = vec![Entity { range: 0..bytes.len(), is_message: true, is_signed: false, depth: 0 }];
    while let Some(entity) = pending.pop() {
        let Entity { range, is_message, is_signed, depth } = entity;
        let head = range.start..range.start + head_length(&bytes[range.clone()]);
        let gap = lines(&bytes[head.end..range.end]).next().map_or(0, <[u8]>::len);
        let body = head.end + gap..range.end;
        let fields = Fields::of(&bytes[head.clone()]);
        let kind = fields.value("content-type").unwrap_or_default();
        let name = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
        let encoding = match fields.value("content-transfer-encoding").unwrap_or_default().trim_ascii().to_ascii_lowercase().as_slice() {
            b"" | b"7bit" | b"8bit" | b"binary" => Encoding::Identity,
            b"quoted-printable" => Encoding::QuotedPrintable,
            b"base64" => Encoding::Base64,
            _ => Encoding::Other,
        };
        let may_go_in = depth < DEEPEST && found.len() + pending.len() < MOST && encoding == Encoding::Identity;
        let is_multipart = name.starts_with(b"multipart/");
        let inner = match parameter(&kind, "boundary").filter(|boundary| is_multipart && !boundary.is_empty()) {
            Some(boundary) if may_go_in => between(bytes, &body, &boundary),
            _ => Vec::new(),
        };
        let is_signed = is_signed || name == b"multipart/signed";
        if !inner.is_empty() {
            pending.extend(inner.into_iter().map(|range| Entity { range, is_message: false, is_signed, depth: depth + 1 }));
        } else if name == b"message/rfc822" && may_go_in {
            pending.push(Entity { range: body, is_message: true, is_signed, depth: depth + 1 });
        } else if !is_multipart {
            let is_text = name.is_empty() || name.starts_with(b"text/");
            found.push(Leaf { head, body, encoding, is_text, is_message, is_signed });
        }
    }
    found
}

/// Where the parts between the boundary lines are (RFC 2046 §5.1.1): the line end before a boundary belongs to the boundary.
fn between(bytes: &[u8], body: &Range<usize>, boundary: &[u8]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = body.start;
    for line in lines(&bytes[body.clone()]) {
        let after = without_end(line).strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary)).map(<[u8]>::trim_ascii_end);
        if let Some(after) = after.filter(|after| after.is_empty() || *after == b"--") {
            if let Some(start) = open {
                let text = &bytes[start..at.max(start)];
                let end = text.strip_suffix(b"\n").map_or(text, |text| text.strip_suffix(b"\r").unwrap_or(text)).len();
                parts.push(start..start + end);
            }
            open = after.is_empty().then_some(at + line.len());
            if open.is_none() {
                return parts;
            }
        }
        at += line.len();
    }
    parts.extend(open.map(|start| start.min(body.end)..body.end));
    parts
}

/// Encodes the parts whose lines are too long; the header of each says so. A part in an encoding that nobody knows stays.
pub(super) fn with_long_lines_encoded(bytes: &[u8], longest_line: usize, which: Which) -> Option<Vec<u8>> {
    let is_too_long = |line: &[u8]| without_end(line).len() > longest_line;
    let mut edits: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
    for leaf in leaves(bytes) {
        let body = &bytes[leaf.body.clone()];
        if leaf.is_signed != (which == Which::Signed) || !lines(body).any(is_too_long) {
            continue;
        }
        match leaf.encoding {
            Encoding::Other => {}
            Encoding::Base64 => edits.push((leaf.body, rewrapped(body, is_too_long, encode::base64_line))),
            Encoding::QuotedPrintable => edits.push((leaf.body, rewrapped(body, is_too_long, encode::quoted_printable_line))),
            Encoding::Identity => {
                let (name, encoded) =
                    if leaf.is_text { ("quoted-printable", encode::quoted_printable(body)) } else { ("base64", encode::base64(body)) };
                edits.push((leaf.head.clone(), Fields::of(&bytes[leaf.head]).saying(name, leaf.is_message)));
                edits.push((leaf.body, encoded));
            }
        }
    }
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut mended = Vec::with_capacity(bytes.len() * 4 / 3);
    let mut at = 0;
    for (range, replacement) in edits {
        mended.extend_from_slice(&bytes[at..range.start]);
        mended.extend_from_slice(&replacement);
        at = range.end;
    }
    mended.extend_from_slice(&bytes[at..]);
    Some(mended)
}

fn rewrapped(body: &[u8], is_too_long: impl Fn(&[u8]) -> bool, wrap: fn(&[u8], &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + body.len() / 32);
    for line in lines(body) {
        if is_too_long(line) {
            let text = without_end(line);
            wrap(text, &mut out);
            out.extend_from_slice(&line[text.len()..]);
        } else {
            out.extend_from_slice(line);
        }
    }
    out
}
