//! What an Exchange-like store makes of a message: it keeps the parts, not the bytes, and writes the MIME anew on reading.
//!
//! Headers come in an order of its own and some are gone, boundaries are new, transfer encodings are chosen again. What the
//! parts say is kept to the byte. Rebuilding twice gives the same as rebuilding once. What cannot be taken apart stays as it is.

use bytes::Bytes;

use super::transfer::{base64_lines, from_base64, from_quoted_printable, quoted_printable};

/// Headers that come first, in this order.
const FIRST: [&str; 10] = ["received", "from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "mime-version"];
/// Headers that do not survive.
const LOST: [&str; 8] = [
    "return-path",
    "delivered-to",
    "x-mailer",
    "user-agent",
    "dkim-signature",
    "x-priority",
    "content-transfer-encoding",
    "content-length",
];
/// Longest line of an encoding that is none.
const PLAIN_LINE: usize = 76;

/// A header: lower-case name and the line as it was, unfolded.
struct Header {
    name: String,
    line: Vec<u8>,
}

/// The bytes that an Exchange-like store gives back for these.
pub fn rebuilt(bytes: &[u8]) -> Bytes {
    Bytes::from(message(bytes))
}

fn message(bytes: &[u8]) -> Vec<u8> {
    let (head, body) = split(bytes);
    let headers = parse_headers(head);
    if headers.is_empty() {
        return bytes.to_vec();
    }
    let identity = headers.iter().filter(|h| matches!(h.name.as_str(), "date" | "message-id" | "subject" | "from"));
    let digest = identity.flat_map(|h| &h.line).fold(0xcbf2_9ce4_8422_2325_u64, |d, b| (d ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    let mut part = part(&headers, body, &mut Boundaries { digest, used: 0 });
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    for first in FIRST {
        headers.iter().filter(|h| h.name == first).for_each(|h| fold(&mut out, &h.line));
    }
    let is_rest = |h: &&Header| !FIRST.contains(&h.name.as_str()) && !LOST.contains(&h.name.as_str()) && h.name != "content-type";
    headers.iter().filter(is_rest).for_each(|h| fold(&mut out, &h.line));
    out.append(&mut part);
    out
}

/// Numbers the boundaries of one message.
struct Boundaries {
    digest: u64,
    used: u32,
}

impl Boundaries {
    fn next(&mut self) -> String {
        self.used += 1;
        format!("_{:03}_{:016X}mailmydomainovh_", self.used, self.digest.wrapping_mul(u64::from(self.used) * 2 + 1))
    }
}

/// Content headers, the empty line and the body of a part.
fn part(headers: &[Header], body: &[u8], boundaries: &mut Boundaries) -> Vec<u8> {
    let value = |name: &str| headers.iter().find(|h| h.name == name).map(|h| value_of(&h.line)).unwrap_or_default();
    let kind = value("content-type");
    let lower = kind.to_ascii_lowercase();
    let encoding = value("content-transfer-encoding").to_ascii_lowercase();
    if lower.starts_with("multipart/")
        && let Some(old) = boundary_of(&kind)
        && let Some(parts) = split_parts(body, old.as_bytes())
    {
        return multipart(&kind, &old, &parts, boundaries);
    }
    let mut out = Vec::with_capacity(body.len() + 200);
    if !kind.is_empty() {
        fold(&mut out, format!("Content-Type: {kind}").as_bytes());
    }
    let decoded = match encoding.as_str() {
        "base64" => from_base64(body),
        "quoted-printable" => Some(from_quoted_printable(body)),
        "" | "7bit" | "8bit" | "binary" => Some(body.to_vec()),
        _ => None,
    };
    // Nothing says how to read it, or it is a message of its own: it stays as it is.
    let Some(decoded) = decoded.filter(|_| !kind.is_empty() && !lower.starts_with("message/") && !lower.starts_with("multipart/")) else {
        return kept(out, &encoding, body);
    };
    let (name, text) = if !lower.starts_with("text/") {
        ("base64", base64_lines(&decoded))
    } else if is_plain(&decoded) {
        ("7bit", decoded)
    } else {
        ("quoted-printable", quoted_printable(&decoded))
    };
    fold(&mut out, format!("Content-Transfer-Encoding: {name}").as_bytes());
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&text);
    out
}

fn kept(mut out: Vec<u8>, encoding: &str, body: &[u8]) -> Vec<u8> {
    if !encoding.is_empty() {
        fold(&mut out, format!("Content-Transfer-Encoding: {encoding}").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
    out
}

fn multipart(kind: &str, old: &str, parts: &[&[u8]], boundaries: &mut Boundaries) -> Vec<u8> {
    let new = boundaries.next();
    let mut out = Vec::new();
    // Quotes may be missing around the old boundary, never around the new one.
    let kind = kind.replace(&format!("\"{old}\""), old).replace(old, &format!("\"{new}\""));
    fold(&mut out, format!("Content-Type: {kind}").as_bytes());
    out.extend_from_slice(b"\r\n");
    for bytes in parts {
        out.extend_from_slice(format!("--{new}\r\n").as_bytes());
        let (head, body) = split(bytes);
        let headers = parse_headers(head);
        for header in headers.iter().filter(|h| h.name != "content-type" && h.name != "content-transfer-encoding") {
            fold(&mut out, &header.line);
        }
        out.append(&mut part(&headers, body, boundaries));
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{new}--\r\n").as_bytes());
    out
}

/// Headers and body, without the empty line between.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    if bytes.starts_with(b"\r\n") {
        return (&[], &bytes[2..]);
    }
    let mut at = 0;
    while let Some(end) = bytes[at..].iter().position(|b| *b == b'\n') {
        let next = at + end + 1;
        for empty in [b"\r\n".as_slice(), b"\n"] {
            if bytes[next..].starts_with(empty) {
                return (&bytes[..next], &bytes[next + empty.len()..]);
            }
        }
        at = next;
    }
    (bytes, &[])
}

/// Unfolded headers; lines that are none are dropped.
fn parse_headers(head: &[u8]) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    for line in head.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let (Some(b' ' | b'\t'), Some(last)) = (line.first(), headers.last_mut()) {
            last.line.push(b' ');
            last.line.extend_from_slice(line.trim_ascii_start());
            continue;
        }
        let name = line.split(|b| *b == b':').next().unwrap_or_default();
        let is_name = name.len() < line.len() && !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
        if is_name {
            headers.push(Header { name: String::from_utf8_lossy(name).to_ascii_lowercase(), line: line.to_vec() });
        }
    }
    headers
}

fn value_of(line: &[u8]) -> String {
    let colon = line.iter().position(|b| *b == b':').map_or(0, |at| at + 1);
    String::from_utf8_lossy(&line[colon..]).trim().to_owned()
}

/// Writes a header, folded at blanks.
fn fold(out: &mut Vec<u8>, line: &[u8]) {
    let mut column = 0;
    for (at, word) in line.split(|b| *b == b' ').enumerate() {
        if at > 0 && column > 1 && column + word.len() > 75 && !word.is_empty() {
            out.extend_from_slice(b"\r\n");
            column = 0;
        }
        if at > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
        column += word.len() + 1;
    }
    out.extend_from_slice(b"\r\n");
}

/// The boundary parameter as written.
fn boundary_of(kind: &str) -> Option<String> {
    let at = kind.to_ascii_lowercase().find("boundary=")? + "boundary=".len();
    let rest = &kind[at..];
    let boundary = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split([';', ' ', '\t']).next()?,
    };
    (!boundary.is_empty()).then(|| boundary.to_owned())
}

/// The parts between boundary lines; `None` when the last boundary is missing or there is no part.
fn split_parts<'a>(body: &'a [u8], boundary: &[u8]) -> Option<Vec<&'a [u8]>> {
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    while at < body.len() {
        let end = body[at..].iter().position(|b| *b == b'\n').map_or(body.len(), |e| at + e + 1);
        let line = &body[at..end];
        if let Some(rest) = line.strip_prefix(b"--").and_then(|l| l.strip_prefix(boundary)) {
            let closes = rest.starts_with(b"--");
            if closes || rest.trim_ascii().is_empty() {
                if let Some(start) = open.replace(end) {
                    let text = &body[start..at.max(start)];
                    let text = text.strip_suffix(b"\n").unwrap_or(text);
                    parts.push(text.strip_suffix(b"\r").unwrap_or(text));
                }
                if closes {
                    return (!parts.is_empty()).then_some(parts);
                }
            }
        }
        at = end;
    }
    None
}

/// Whether a text needs no encoding.
fn is_plain(text: &[u8]) -> bool {
    let mut lines = text.split(|b| *b == b'\n').peekable();
    while let Some(line) = lines.next() {
        let has_end = lines.peek().is_some();
        let line = match (has_end, line.strip_suffix(b"\r")) {
            (true, Some(line)) => line,
            (true, None) => return false,
            (false, _) => line,
        };
        if line.len() > PLAIN_LINE || line.iter().any(|b| !(*b == b'\t' || (b' '..=b'~').contains(b))) {
            return false;
        }
    }
    true
}
