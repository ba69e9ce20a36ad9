//! What a message is: a digest of its bytes, and a digest of its content that survives a server rebuilding the MIME.

use std::fmt;

use serde::{Deserialize, Serialize};

/// 32 bytes of BLAKE3. Prints as lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

/// Identity of a message: never its size, never its Message-ID alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Of the bytes as they are.
    pub exact: Digest,
    /// Of what the bytes say: normalised headers and decoded parts. None where it was not looked at: it costs as much as
    /// everything else together, and only matters where a server changes bytes.
    pub content: Option<Digest>,
}

impl Fingerprint {
    /// What this message is. Never fails: bytes that are no message are known as they stand.
    pub fn of(bytes: &[u8]) -> Self {
        Self { content: Some(Digest(super::content::digest(bytes))), ..Self::of_bytes(bytes) }
    }

    /// What these bytes are, without what they say.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self { exact: Digest(*blake3::hash(bytes).as_bytes()), content: None }
    }

    /// The same over bytes that come in pieces.
    pub fn of_pieces() -> Pieces {
        Pieces(blake3::Hasher::new())
    }
}

/// Takes a message piece by piece.
#[derive(Debug, Clone)]
pub struct Pieces(blake3::Hasher);

impl Pieces {
    /// The next piece.
    pub fn take(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// What the pieces are together.
    pub fn finish(&self) -> Fingerprint {
        Fingerprint { exact: Digest(*self.0.finalize().as_bytes()), content: None }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// A text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 hexadecimal digits")]
pub struct DigestError;

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(DigestError);
        }
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| DigestError)?;
        }
        Ok(Self(bytes))
    }
}
