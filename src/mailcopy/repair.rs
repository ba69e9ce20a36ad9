//! Named, minimal repairs of messages that a server refused as they are.
//!
//! Nothing here is done beforehand: a message goes as it is, and only a refusal of its content leads here. Each repair looks for one
//! known reason of refusals and changes nothing else; [`attempts`] puts them into an order. No repair cuts anything off but NULs
//! behind the end, and text that is encoded anew decodes to the same text. Total: any bytes may come.

mod encode;
mod header;
mod line;
mod parts;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

/// What was changed of a message so that a server takes it; words under `repair-<key>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repair {
    /// NUL bytes behind the end were dropped.
    TrailingNulsDropped,
    /// Each NUL byte became a blank.
    NulsReplaced,
    /// Line ends became CRLF (RFC 5322 §2.3), the last line got one.
    LineEndsMended,
    /// A first line `From …` of an mbox file became the header `X-From-Line`.
    MboxLineKept,
    /// Parts with lines that are too long were encoded (RFC 2045 §6.7, §6.8); they decode to the same.
    LongLinesEncoded,
    /// As above, in a part that is signed: the signature does not fit any more.
    SignedLinesEncoded,
    /// Header lines that are too long were folded, continued lines got their blank (RFC 5322 §2.2.3).
    HeadersRefolded,
    /// 8-bit bytes in headers were encoded (RFC 2047, RFC 2231).
    HeadersEncoded,
    /// An empty `From` got an address that cannot exist.
    SenderFilledIn,
    /// A message without any header got an empty subject.
    HeaderAdded,
    /// The request for a read receipt was renamed, so that the new server does not send one for old mail.
    ReceiptRequestDisarmed,
    /// The source did not give the message whole: it was put together from pieces. Not made here, and never undone.
    ReadInPieces,
}

impl Repair {
    /// All of them, in the order in which they are made.
    pub const ALL: [Self; 12] = [
        Self::TrailingNulsDropped,
        Self::NulsReplaced,
        Self::LineEndsMended,
        Self::MboxLineKept,
        Self::LongLinesEncoded,
        Self::SignedLinesEncoded,
        Self::HeadersRefolded,
        Self::HeadersEncoded,
        Self::SenderFilledIn,
        Self::HeaderAdded,
        Self::ReceiptRequestDisarmed,
        Self::ReadInPieces,
    ];

    /// The name in phrases and JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TrailingNulsDropped => "trailing-nuls-dropped",
            Self::NulsReplaced => "nuls-replaced",
            Self::LineEndsMended => "line-ends-mended",
            Self::MboxLineKept => "mbox-line-kept",
            Self::LongLinesEncoded => "long-lines-encoded",
            Self::SignedLinesEncoded => "signed-lines-encoded",
            Self::HeadersRefolded => "headers-refolded",
            Self::HeadersEncoded => "headers-encoded",
            Self::SenderFilledIn => "sender-filled-in",
            Self::HeaderAdded => "header-added",
            Self::ReceiptRequestDisarmed => "receipt-request-disarmed",
            Self::ReadInPieces => "read-in-pieces",
        }
    }

    /// Whether a refusal in these words (lower case) points to this repair.
    fn is_meant_by(self, said: &str) -> bool {
        let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
        match self {
            Self::TrailingNulsDropped | Self::NulsReplaced => says(&["nul"]),
            Self::LineEndsMended => says(&["bare", "newline", "crlf", "line feed", "linefeed", "additional arguments"]),
            Self::MboxLineKept | Self::SenderFilledIn | Self::HeaderAdded => says(&["header", "rfc822", "rfc 822", "rfc5322", "from"]),
            Self::LongLinesEncoded | Self::SignedLinesEncoded => says(&["line too long", "line length", "long line", "argument error. 1"]),
            Self::HeadersRefolded => says(&["header", "line too long", "line length", "long line"]),
            Self::HeadersEncoded => says(&["8bit", "8-bit", "8 bit", "non-ascii", "character"]),
            Self::ReceiptRequestDisarmed | Self::ReadInPieces => false,
        }
    }

    /// The message after this repair; `None` when there is nothing to repair in this way. `longest_line` in bytes, without its end.
    fn made(self, bytes: &[u8], longest_line: usize) -> Option<Vec<u8>> {
        let made = match self {
            Self::TrailingNulsDropped => line::without_trailing_nuls(bytes),
            Self::NulsReplaced => line::with_nuls_replaced(bytes),
            Self::LineEndsMended => line::with_line_ends(bytes),
            Self::MboxLineKept => line::with_mbox_line_kept(bytes),
            Self::LongLinesEncoded => parts::with_long_lines_encoded(bytes, longest_line, parts::Which::Unsigned),
            Self::SignedLinesEncoded => parts::with_long_lines_encoded(bytes, longest_line, parts::Which::Signed),
            Self::HeadersRefolded => header::refolded(bytes, longest_line),
            Self::HeadersEncoded => header::encoded(bytes),
            Self::SenderFilledIn => header::with_sender(bytes),
            Self::HeaderAdded => line::with_header(bytes),
            Self::ReceiptRequestDisarmed => header::disarmed(bytes),
            Self::ReadInPieces => None,
        };
        // What is encoded again may come out as it was.
        made.filter(|made| made != bytes)
    }
}

/// The longest line of a message where a platform says no other (RFC 5322 §2.1.1), in bytes without its end.
pub const USUAL_LONGEST_LINE: usize = 998;

/// Which repairs to try for a message that was refused in these words, one set after the other, the least first: each that applies
/// alone, the one that the server names before the others, then several together. Empty: nothing that is known is wrong with it.
pub fn attempts(bytes: &[u8], said: &str, longest_line: usize) -> Vec<Vec<Repair>> {
    let said = said.to_ascii_lowercase();
    let mut likely: Vec<Repair> = Repair::ALL
        .into_iter()
        .filter(|repair| *repair != Repair::ReceiptRequestDisarmed && repair.made(bytes, longest_line).is_some())
        .collect();
    likely.sort_by_key(|repair| !repair.is_meant_by(&said));
    let alone = likely.iter().map(|repair| vec![*repair]);
    let together = (2..=likely.len()).map(|count| {
        let mut set = likely[..count].to_vec();
        set.sort_unstable();
        set
    });
    alone.chain(together).collect()
}

/// The message after these repairs, made in the order of [`Repair::ALL`]; `None` when none of them changes anything.
pub fn repaired(bytes: &[u8], repairs: &[Repair], longest_line: usize) -> Option<Vec<u8>> {
    let mut made: Option<Vec<u8>> = None;
    for repair in Repair::ALL.into_iter().filter(|repair| repairs.contains(repair)) {
        if let Some(next) = repair.made(made.as_deref().unwrap_or(bytes), longest_line) {
            made = Some(next);
        }
    }
    made
}
