//! Repairs of bytes and lines: NULs, line ends, what stands before the header.

/// Lines with their ends.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}

/// A line without CRLF or LF.
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The bytes up to the NULs at the end.
fn before_trailing_nuls(bytes: &[u8]) -> &[u8] {
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &bytes[..length]
}

pub(super) fn without_trailing_nuls(bytes: &[u8]) -> Option<Vec<u8>> {
    let kept = before_trailing_nuls(bytes);
    (!kept.is_empty() && kept.len() < bytes.len()).then(|| kept.to_vec())
}

/// NULs at the end are another repair's, unless there is nothing else.
pub(super) fn with_nuls_replaced(bytes: &[u8]) -> Option<Vec<u8>> {
    let kept = before_trailing_nuls(bytes).len();
    let until = if kept == 0 { bytes.len() } else { kept };
    bytes[..until].contains(&0).then(|| {
        let mut mended = bytes.to_vec();
        mended[..until].iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b' ');
        mended
    })
}

pub(super) fn with_line_ends(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.is_empty() || lines(bytes).all(|line| line.ends_with(b"\r\n")) {
        return None;
    }
    let mut mended = Vec::with_capacity(bytes.len() + bytes.len() / 32 + 2);
    for line in lines(bytes) {
        mended.extend_from_slice(without_end(line));
        mended.extend_from_slice(b"\r\n");
    }
    Some(mended)
}

/// The line of an mbox file is no header and no part of the message; what it says is kept.
pub(super) fn with_mbox_line_kept(bytes: &[u8]) -> Option<Vec<u8>> {
    let rest = bytes.strip_prefix(b"From ").or_else(|| bytes.strip_prefix(b">From "))?;
    Some([b"X-From-Line: ", rest].concat())
}

/// Whether a line begins a header field (RFC 5322 §3.6.8: printable ASCII without blank and colon, then a colon).
pub(super) fn begins_field(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return false };
    let name = line[..colon].trim_ascii_end();
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

/// A message that begins with no header at all.
pub(super) fn with_header(bytes: &[u8]) -> Option<Vec<u8>> {
    let first = lines(bytes).next()?;
    if begins_field(first) || with_mbox_line_kept(bytes).is_some() {
        return None;
    }
    let gap: &[u8] = if without_end(first).is_empty() { b"" } else { b"\r\n" };
    Some([b"Subject:\r\n", gap, bytes].concat())
}
