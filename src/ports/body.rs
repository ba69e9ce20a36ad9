//! The bytes of a message: in memory, or beside it when they are many.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;

use crate::mailcopy::Fingerprint;

/// Bytes that lie outside of memory (a file without a name); readable as often as one likes, gone when dropped.
pub trait Spill: fmt::Debug + Send + Sync {
    /// How many bytes.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads exactly `buffer.len()` bytes from `offset` on.
    ///
    /// # Errors
    /// What the file system says, or `UnexpectedEof` beyond the end.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
}

/// A message's bytes. Cloning shares them.
#[derive(Debug, Clone)]
pub enum Body {
    /// In memory.
    Memory(Bytes),
    /// In memory, with the fingerprint that was taken while it was read (of the bytes alone).
    Known {
        /// What was read.
        bytes: Bytes,
        /// What it is.
        fingerprint: Fingerprint,
    },
    /// Beside it, with the fingerprint that was taken while it was read (of the bytes alone).
    Spilled {
        /// Where they lie.
        bytes: Arc<dyn Spill>,
        /// What they are.
        fingerprint: Fingerprint,
    },
}

impl Body {
    /// How many bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) | Self::Known { bytes, .. } => bytes.len() as u64,
            Self::Spilled { bytes, .. } => bytes.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is known already what the bytes are: [`Self::exact`] costs nothing then.
    pub const fn is_hashed(&self) -> bool {
        !matches!(self, Self::Memory(_))
    }

    /// The bytes, if they are in memory.
    pub const fn in_memory(&self) -> Option<&Bytes> {
        match self {
            Self::Memory(bytes) | Self::Known { bytes, .. } => Some(bytes),
            Self::Spilled { .. } => None,
        }
    }

    /// Reads from `offset` on into a buffer: the part of it that was filled, shorter only at the end.
    ///
    /// # Errors
    /// What the file system says.
    pub fn read_at<'b>(&self, offset: u64, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
        let left = self.len().saturating_sub(offset);
        let length = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let buffer = &mut buffer[..length];
        match self {
            Self::Memory(_) | Self::Known { .. } => buffer.copy_from_slice(&self.part(offset, length)?),
            Self::Spilled { bytes, .. } => bytes.read_at(offset, buffer)?,
        }
        Ok(buffer)
    }

    /// At most `length` bytes from `offset` on; shorter only at the end.
    ///
    /// # Errors
    /// What the file system says.
    pub fn part(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        let start = offset.min(self.len());
        let length = usize::try_from(self.len() - start).map_or(length, |left| left.min(length));
        match self {
            Self::Memory(bytes) | Self::Known { bytes, .. } => {
                let start = usize::try_from(start).map_err(io::Error::other)?;
                Ok(bytes.slice(start..start + length))
            }
            Self::Spilled { bytes, .. } => {
                let mut buffer = vec![0; length];
                bytes.read_at(start, &mut buffer)?;
                Ok(buffer.into())
            }
        }
    }

    /// All of it, in memory.
    ///
    /// # Errors
    /// What the file system says.
    pub fn load(&self) -> io::Result<Bytes> {
        match self {
            Self::Memory(bytes) | Self::Known { bytes, .. } => Ok(bytes.clone()),
            Self::Spilled { .. } => self.part(0, usize::try_from(self.len()).map_err(io::Error::other)?),
        }
    }

    /// The header with the blank line that ends it; all of it where there is none.
    ///
    /// # Errors
    /// What the file system says.
    pub fn header(&self) -> io::Result<Bytes> {
        let mut length = 64 * 1024;
        loop {
            let start = self.part(0, length)?;
            let end = start.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
            let bare = start.windows(2).position(|two| two == b"\n\n").map(|at| at + 2);
            let first = end.into_iter().chain(bare).min();
            if first.is_some() || start.len() < length {
                return Ok(start.slice(..first.unwrap_or(start.len())));
            }
            length = length.saturating_mul(4);
        }
    }

    /// What the bytes are, without what they say: cheap, and enough where servers keep bytes.
    pub fn exact(&self) -> Fingerprint {
        match self {
            Self::Memory(bytes) => Fingerprint::of_bytes(bytes),
            Self::Known { fingerprint, .. } | Self::Spilled { fingerprint, .. } => *fingerprint,
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Memory(bytes)
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Memory(bytes.into())
    }
}

/// Equal bytes.
impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        match (self.in_memory(), other.in_memory()) {
            (Some(one), Some(other)) => one == other,
            _ => self.len() == other.len() && self.exact().exact == other.exact().exact,
        }
    }
}

impl Eq for Body {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_ends_with_its_blank_line() {
        let header = |text: &str| Body::from(text.as_bytes().to_vec()).header().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert_eq!(header("A: b\r\n\r\nbody\r\n\r\n").expect("memory"), "A: b\r\n\r\n");
        assert_eq!(header("A: b\n\nbody\r\n\r\n").expect("memory"), "A: b\n\n");
        assert_eq!(header("A: b\r\n").expect("memory"), "A: b\r\n");
        let long = format!("A: {}\r\n\r\n", "x".repeat(300_000));
        assert_eq!(header(&format!("{long}body")).expect("memory"), long);
    }
}
