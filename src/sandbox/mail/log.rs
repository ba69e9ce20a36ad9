//! The log of changes on disk: one JSON line per change, followed by the bytes that the line announces.
//!
//! Written with plain writes before anything is answered, which is what surviving `kill -9` takes; power cuts are not
//! survived, this is a rehearsal. A tail that was cut in the middle of a write is dropped on opening.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::change::Change;

const FILE: &str = "mail.log";
const VERSION: u32 = 1;

/// First line of a log.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    version: u32,
    seed: u64,
}

/// An open log.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    /// Bytes of complete records.
    length: u64,
}

impl Log {
    /// Opens the log of a folder, hands every complete change to `replay`, and is then ready for more.
    pub(super) fn open(folder: &Path, seed: u64, mut replay: impl FnMut(Change)) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join(FILE))?;
        let mut reader = BufReader::new(&mut file);
        let mut line = Vec::new();
        let mut good = 0;
        if read_line(&mut reader, &mut line)? {
            let head: Head = serde_json::from_slice(&line)?;
            if head.version != VERSION || head.seed != seed {
                let text = format!("this world was made with version {} and seed {}", head.version, head.seed);
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
            good = line.len() as u64;
            while let Some((change, length)) = read_change(&mut reader, &mut line)? {
                good += length;
                replay(change);
            }
        }
        file.set_len(good)?;
        file.seek(SeekFrom::Start(good))?;
        let mut log = Self { file, length: good };
        if good == 0 {
            let mut head = serde_json::to_vec(&Head { version: VERSION, seed })?;
            head.push(b'\n');
            log.put(&head)?;
        }
        Ok(log)
    }

    /// Writes one change.
    pub(super) fn write(&mut self, change: &Change) -> io::Result<()> {
        let mut record = serde_json::to_vec(change)?;
        record.push(b'\n');
        for (_, bytes) in change.raw_bodies() {
            record.extend_from_slice(bytes);
        }
        self.put(&record)
    }

    /// Writes a record whole, or leaves nothing of it behind: what follows must not stand after half a record.
    fn put(&mut self, record: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(record) {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
            return Err(error);
        }
        self.length += record.len() as u64;
        Ok(())
    }
}

/// Reads a line with its end; `false` at the end of the file or before an unfinished line.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    reader.read_until(b'\n', line)?;
    Ok(line.last() == Some(&b'\n'))
}

/// The next complete change and its length in the file.
fn read_change(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<(Change, u64)>> {
    if !read_line(reader, line)? {
        return Ok(None);
    }
    let mut change: Change = serde_json::from_slice(line)?;
    let mut length = line.len() as u64;
    for (len, bytes) in change.raw_bodies_mut() {
        let mut body = Vec::with_capacity(len);
        reader.take(len as u64).read_to_end(&mut body)?;
        if body.len() < len {
            return Ok(None);
        }
        *bytes = Bytes::from(body);
        length += len as u64;
    }
    Ok(Some((change, length)))
}
