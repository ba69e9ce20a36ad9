//! Cuts the bytes of a server into whole responses: a line, or lines joined by the literals they announce (RFC 9051 §4.3, §7).
//!
//! Bytes in, responses out; the only thing outside of memory that it touches is where too long bodies go
//! ([`spill`](super::spill)). What a response means is `reply`'s.

use std::ops::Deref;

use bytes::buf::Limit;
use bytes::{BufMut, Bytes, BytesMut};

use super::spill::{SpillWriter, Spills};
use crate::mailcopy::{Fingerprint, Pieces};
use crate::ports::Body;

/// The longest line without its literals.
const LONGEST_LINE: usize = 4 << 20;
/// The largest literal: far above what any mail server takes as a message.
const LARGEST_LITERAL: usize = 512 << 20;

/// From this size on a response gets a block of memory for itself, which is used again.
const LARGE: usize = 128 * 1024;
/// Memory for the next reads of what flows to the disk.
const FLOWING: usize = 4 * PIECE;
/// Memory for the next reads.
const BLOCK: usize = 64 * 1024;
/// A longer literal of a message is hashed while it comes in, as long as the processor still has the bytes at hand.
const HASHED: usize = 32 * 1024;
/// It is hashed in pieces of so many bytes, which BLAKE3 takes in one go.
const PIECE: usize = 64 * 1024;
/// A read into less than this is not worth its system call.
const SMALLEST_READ: usize = 16 * 1024;

/// A whole response with its final line end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Frame {
    bytes: Bytes,
    /// Literals that were too long for memory, each with where it would stand in the bytes.
    spilled: Vec<(usize, Body)>,
    /// What long literals in memory are, each with where it stands.
    hashed: Vec<(usize, Fingerprint)>,
}

impl Frame {
    /// What the literal that stands here is, where that is known.
    pub(super) fn hashed_at(&self, place: usize) -> Option<Fingerprint> {
        self.hashed.iter().find(|(at, _)| *at == place).map(|(_, fingerprint)| *fingerprint)
    }

    /// The literal that would stand here if it were in memory.
    pub(super) fn spilled_at(&self, place: usize) -> Option<&Body> {
        self.spilled.iter().find(|(at, _)| *at == place).map(|(_, body)| body)
    }

    /// How many bytes came, those that were spilled included.
    pub(super) fn came(&self) -> u64 {
        self.bytes.len() as u64 + self.spilled.iter().map(|(_, body)| body.len()).sum::<u64>()
    }
}

impl Deref for Frame {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.bytes
    }
}

impl From<Bytes> for Frame {
    fn from(bytes: Bytes) -> Self {
        Self { bytes, spilled: Vec::new(), hashed: Vec::new() }
    }
}

/// What no server says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum FramingError {
    #[error("the server sent a line of more than {LONGEST_LINE} bytes")]
    Line,
    #[error("the server announced a literal of {0} bytes")]
    Literal(usize),
    #[error("a large message cannot be kept on the disk: {0}")]
    Spill(String),
}

impl From<std::io::Error> for FramingError {
    fn from(error: std::io::Error) -> Self {
        Self::Spill(error.to_string())
    }
}

/// A literal on its way to the disk.
#[derive(Debug)]
struct Flowing {
    writer: SpillWriter,
    left: usize,
}

/// A literal that is hashed on its way into memory: where it stands, how far it is hashed.
#[derive(Debug)]
struct Hashing {
    pieces: Pieces,
    start: usize,
    done: usize,
    end: usize,
}

/// Collects bytes and gives out whole responses.
#[derive(Debug, Default)]
pub(super) struct Framer {
    buffer: BytesMut,
    /// Where the present line of the present response starts; beyond the buffer while a literal is incomplete.
    line_start: usize,
    /// Up to where the present line was searched for its end.
    searched: usize,
    spills: Spills,
    flowing: Option<Flowing>,
    hashing: Option<Hashing>,
    spilled: Vec<(usize, Body)>,
    hashed: Vec<(usize, Fingerprint)>,
}

impl Framer {
    pub(super) fn new(spills: Spills) -> Self {
        Self { spills, ..Self::default() }
    }

    /// Where the next bytes go, with room for a good read.
    pub(super) fn room(&mut self) -> &mut BytesMut {
        let block = if self.flowing.is_some() { FLOWING } else { BLOCK };
        if self.buffer.capacity() - self.buffer.len() < SMALLEST_READ {
            self.buffer.reserve(block);
        }
        &mut self.buffer
    }

    /// The same for one read: not far beyond the end of a long literal, since what follows would have to be moved out of its block.
    pub(super) fn read_room(&mut self) -> Limit<&mut BytesMut> {
        let end = if self.line_start > self.buffer.len() { self.line_start + SMALLEST_READ } else { usize::MAX };
        let room = self.room();
        let most = end - room.len();
        room.limit(most)
    }

    /// Bytes in memory that are not given out.
    pub(super) fn held(&self) -> usize {
        self.buffer.len()
    }

    /// Whether part of a response is here.
    pub(super) fn is_amid(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// The next whole response.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, FramingError> {
        self.hash();
        while self.flow()? && self.line_start <= self.buffer.len() {
            let from = self.searched.max(self.line_start);
            let Some(end) = self.buffer[from..].iter().position(|byte| *byte == b'\n').map(|at| from + at + 1) else {
                self.searched = self.buffer.len();
                return if self.searched - self.line_start > LONGEST_LINE { Err(FramingError::Line) } else { Ok(None) };
            };
            let has_literals = is_data(&self.buffer);
            match literal_announced(&self.buffer[self.line_start..end]).filter(|_| has_literals) {
                Some(length) if length > LARGEST_LITERAL => return Err(FramingError::Literal(length)),
                Some(length) if self.spills.is_meant(length) && is_fetch(&self.buffer) => {
                    self.line_start = end;
                    self.flowing = Some(Flowing { writer: self.spills.begin()?, left: length });
                }
                Some(length) => {
                    if length > HASHED && is_fetch(&self.buffer) {
                        self.hashing = Some(Hashing { pieces: Fingerprint::of_pieces(), start: end, done: end, end: end + length });
                        self.hash();
                    }
                    self.line_start = end + length;
                    self.searched = self.line_start;
                    // Once, instead of again and again while it arrives.
                    self.make_room(self.line_start + SMALLEST_READ);
                }
                None => {
                    self.line_start = 0;
                    self.searched = 0;
                    let room = self.buffer.capacity();
                    let response = self.buffer.split_to(end).freeze();
                    if end >= LARGE {
                        self.buffer = BytesMut::from(&self.buffer[..]);
                        self.spills.shelf().put(&response, room);
                    }
                    let (spilled, hashed) = (std::mem::take(&mut self.spilled), std::mem::take(&mut self.hashed));
                    return Ok(Some(Frame { bytes: response, spilled, hashed }));
                }
            }
        }
        Ok(None)
    }

    /// Room for a response of so many bytes.
    fn make_room(&mut self, whole: usize) {
        if whole <= self.buffer.capacity() {
            return;
        }
        let used = if whole >= LARGE { self.spills.shelf().take(whole) } else { None };
        match used {
            Some(mut block) => {
                block.extend_from_slice(&self.buffer);
                self.buffer = block;
            }
            None => self.buffer.reserve(whole - self.buffer.len()),
        }
    }

    /// Hashes what is here of a literal, in whole pieces until its end.
    fn hash(&mut self) {
        let Some(hashing) = &mut self.hashing else { return };
        let here = hashing.end.min(self.buffer.len());
        let until = if here == hashing.end { here } else { hashing.done + (here - hashing.done) / PIECE * PIECE };
        hashing.pieces.take(&self.buffer[hashing.done..until]);
        hashing.done = until;
        if until == hashing.end {
            self.hashed.push((hashing.start, hashing.pieces.finish()));
            self.hashing = None;
        }
    }

    /// Lets what is here of a literal flow to the disk; whether it is all there, or there is none.
    fn flow(&mut self) -> Result<bool, FramingError> {
        let Some(mut flowing) = self.flowing.take() else { return Ok(true) };
        let here = flowing.left.min(self.buffer.len() - self.line_start);
        let piece = if here == flowing.left { here } else { here / PIECE * PIECE };
        if piece == 0 && flowing.left > 0 {
            self.flowing = Some(flowing);
            return Ok(false);
        }
        let end = self.line_start + piece;
        flowing.writer.take(&self.buffer[self.line_start..end])?;
        flowing.left -= piece;
        self.buffer.copy_within(end.., self.line_start);
        self.buffer.truncate(self.buffer.len() - piece);
        self.searched = self.line_start;
        if flowing.left > 0 {
            self.flowing = Some(flowing);
            return Ok(false);
        }
        self.spilled.push((self.line_start, flowing.writer.finish()));
        Ok(true)
    }
}

/// Whether a response is about a message: only there a literal may be spilled.
fn is_fetch(response: &[u8]) -> bool {
    let mut words = response.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.nth(2).is_some_and(|word| word.eq_ignore_ascii_case(b"FETCH"))
}

/// Whether a response is data that may hold literals; the free text of a status response may end in `{3}` and mean nothing by it.
fn is_data(response: &[u8]) -> bool {
    let Some(rest) = response.strip_prefix(b"* ") else { return false };
    let word = rest.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    ![&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].iter().any(|status| word.eq_ignore_ascii_case(status))
}

/// The length of the literal that a line announces at its end: `{12}`, also `{12+}`.
pub(super) fn literal_announced(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let inner = line.strip_suffix(b"}")?;
    let inner = inner.strip_suffix(b"+").unwrap_or(inner);
    let open = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = &inner[open + 1..];
    let is_number = !digits.is_empty() && digits.len() <= 18 && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| digits.iter().fold(0, |sum: usize, digit| sum * 10 + usize::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::spill::Spilling;
    use super::*;
    use crate::domain::ByteSize;

    fn all(framer: &mut Framer) -> Vec<Bytes> {
        std::iter::from_fn(|| framer.next().expect("well-formed")).map(|frame| frame.bytes).collect()
    }

    const TALK: &[&[u8]] = &[
        b"* OK ready {3}\r\n",
        b"* 1 FETCH (UID 7 BODY[] {12}\r\nab\r\ncd {3}\r\n FLAGS () X {1}\r\n))\r\n",
        b"+ go on {5}\r\n",
        b"* LIST () \"/\" {0}\r\n\r\n",
        b"A1 NO [OVERQUOTA] full {4}\r\n",
    ];

    proptest! {
        #[test]
        fn responses_do_not_depend_on_how_the_network_cuts_them(cuts in proptest::collection::vec(1usize..9, 1..40)) {
            let whole: Vec<u8> = TALK.concat();
            let (mut framer, mut found, mut rest) = (Framer::default(), Vec::new(), &whole[..]);
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                framer.room().extend_from_slice(now);
                found.extend(all(&mut framer));
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(found, TALK.iter().map(|t| Bytes::from_static(t)).collect::<Vec<_>>());
            prop_assert_eq!(framer.held(), 0);
        }
    }

    #[test]
    fn a_literal_that_is_too_long_for_memory_comes_as_a_spilled_body_however_it_is_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let long = "0123456789\r\n".repeat(18_000);
        let whole =
            format!("* 1 FETCH (BODY[] {{{0}}}\r\n{long} UID 7 X {{2}}\r\n)) BODY[] {{{0}}}\r\n{long})\r\n* 2 EXISTS\r\n", long.len());
        for cut in [7, 100, 5000, whole.len()] {
            let spills = Spills::by(Spilling { above: ByteSize(100), folders: vec![folder.path().to_owned()] });
            let (mut found, mut most, mut framer) = (Vec::new(), 0, Framer::new(spills.clone()));
            for piece in whole.as_bytes().chunks(cut) {
                framer.room().extend_from_slice(piece);
                while let Some(frame) = framer.next().expect("well-formed") {
                    found.push(frame);
                }
                most = most.max(framer.held());
            }
            let head = format!("* 1 FETCH (BODY[] {{{}}}\r\n", long.len());
            assert_eq!(found[0].bytes, format!("{head} UID 7 X {{2}}\r\n)) BODY[] {{{}}}\r\n)\r\n", long.len()));
            assert_eq!(found[0].spilled_at(head.len()), Some(&Body::from(long.clone().into_bytes())));
            assert_eq!((found[0].spilled.len(), found[0].came()), (2, whole.len() as u64 - 12));
            assert_eq!((found[1].bytes.as_ref(), found.len()), (&b"* 2 EXISTS\r\n"[..], 2));
            assert!(most < PIECE + 200, "{most} bytes were held");
            assert!(!spills.has_spare(), "both files are in use");
            drop(found);
            assert!(spills.has_spare(), "the next body is written over the last one");
        }
        let mut framer = Framer::new(Spills::by(Spilling { above: ByteSize(1), folders: Vec::new() }));
        framer.room().extend_from_slice(b"* LIST () \"/\" {3}\r\nabc\r\n");
        assert_eq!(all(&mut framer).len(), 1, "a name is not a message");
        framer.room().extend_from_slice(b"* 1 FETCH (BODY[] {3}\r\nabc)\r\n");
        assert!(matches!(framer.next(), Err(FramingError::Spill(_))));
    }

    #[test]
    fn a_long_literal_is_known_when_it_is_here_however_it_is_cut() {
        for length in [HASHED, HASHED + 1, PIECE, PIECE + 1, 3 * PIECE - 1] {
            let long: Vec<u8> = (0..=250).cycle().take(length).collect();
            let mut whole = format!("* 1 FETCH (UID 7 BODY[] {{{length}}}\r\n").into_bytes();
            let start = whole.len();
            whole.extend_from_slice(&long);
            whole.extend_from_slice(format!(" BODY[HEADER] {{{length}}}\r\n").as_bytes());
            let second = whole.len();
            whole.extend_from_slice(&long);
            whole.extend_from_slice(b")\r\n");
            for cut in [100, 5000, whole.len()] {
                let mut framer = Framer::default();
                let mut found = Vec::new();
                for piece in whole.chunks(cut) {
                    framer.room().extend_from_slice(piece);
                    found.extend(framer.next().expect("well-formed"));
                }
                let known = (length > HASHED).then(|| Fingerprint::of_bytes(&long));
                assert_eq!((found.len(), found[0].hashed_at(start), found[0].hashed_at(second)), (1, known, known), "{length} in {cut}");
            }
        }
    }

    #[test]
    fn the_block_of_a_long_response_is_used_again_and_nothing_else_is_read_into_it() {
        let (mut framer, mut places) = (Framer::default(), Vec::new());
        for length in [LARGE, LARGE + 1000, LARGE] {
            let body = vec![b'x'; length];
            let mut whole = format!("* 1 FETCH (UID 7 BODY[] {{{length}}}\r\n").into_bytes();
            whole.extend_from_slice(&body);
            whole.extend_from_slice(b")\r\n");
            let behind = b"* 2 EXISTS\r\n".repeat(SMALLEST_READ);
            let all = [&whole[..], &behind[..]].concat();
            let mut rest = &all[..];
            let (mut large, mut small) = (None, 0);
            while !rest.is_empty() {
                let mut room = framer.read_room();
                let count = rest.len().min(room.remaining_mut());
                // As from a socket: what there is room for without asking for more.
                let count = count.min(room.get_ref().capacity() - room.get_ref().len());
                room.put_slice(&rest[..count]);
                rest = &rest[count..];
                while let Some(frame) = framer.next().expect("well-formed") {
                    if frame.len() > LARGE {
                        assert!(framer.held() <= SMALLEST_READ, "{} bytes had to be moved", framer.held());
                        large = Some(frame);
                    } else {
                        small += 1;
                    }
                }
            }
            assert_eq!((large.as_deref().map(|frame| &frame[..]), small), (Some(&whole[..]), SMALLEST_READ));
            places.extend(large.map(|frame| frame.as_ptr()));
        }
        assert_eq!(places[0], places[2], "nobody held it any more");
    }

    #[test]
    fn a_line_or_literal_without_end_is_refused() {
        let mut framer = Framer::default();
        framer.room().extend_from_slice(b"* 1 FETCH (BODY[] {999999999999}\r\n");
        assert_eq!(framer.next(), Err(FramingError::Literal(999_999_999_999)));
        let mut framer = Framer::default();
        framer.room().extend_from_slice(&vec![b'x'; LONGEST_LINE + 1]);
        assert_eq!(framer.next(), Err(FramingError::Line));
    }
}
