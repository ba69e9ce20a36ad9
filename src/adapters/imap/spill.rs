//! Bodies that are too long for memory: a file without a name takes them as they come, and hashes them on the way.
//!
//! Nobody else can open such a file, and it is gone when the last [`Body`] that shares it is dropped, also after a crash.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::shelf::Shelf;
use crate::domain::ByteSize;
use crate::mailcopy::{Fingerprint, Pieces};
use crate::ports::{Body, Spill};

/// A larger file is not kept for the next body.
const LARGEST_SPARE: u64 = 64 << 20;

/// Which bodies do not stay in memory, and where they go instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spilling {
    /// Longer bodies are spilled. 12 MiB.
    pub above: ByteSize,
    /// Folders for their files; the first that can be written to is taken. `/var/tmp`, then `/tmp`.
    pub folders: Vec<PathBuf>,
}

impl Default for Spilling {
    fn default() -> Self {
        Self { above: ByteSize(12 << 20), folders: ["/var/tmp", "/tmp"].map(PathBuf::from).to_vec() }
    }
}

impl Spilling {
    /// The usual rules, with a folder that is asked before the usual ones.
    pub fn first_into(folder: &Path) -> Self {
        let usual = Self::default();
        Self { folders: std::iter::once(folder.to_owned()).chain(usual.folders.clone()).collect(), ..usual }
    }
}

/// Where long bodies go: by which rules beside memory, and into which files and blocks that were used before. Clones share these.
#[derive(Debug, Clone, Default)]
pub(super) struct Spills {
    rules: Spilling,
    spare: Spare,
    shelf: Shelf,
}

impl Drop for Spills {
    /// A connection that goes leaves nothing idle.
    fn drop(&mut self) {
        self.shelf.tidy_up();
    }
}

impl Spills {
    /// By these rules.
    pub(super) fn by(rules: Spilling) -> Self {
        Self { rules, spare: Spare::default(), shelf: Shelf::default() }
    }

    /// Memory of those that stay in memory.
    pub(super) const fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Whether a body of so many bytes does not stay in memory.
    pub(super) const fn is_meant(&self, length: usize) -> bool {
        length as u64 > self.rules.above.0
    }

    /// A file to write to.
    pub(super) fn begin(&self) -> io::Result<SpillWriter> {
        if let Some(file) = self.spare.take() {
            return Ok(SpillWriter::into(file, &self.spare));
        }
        let mut last = io::Error::new(io::ErrorKind::NotFound, "no folder for temporary files");
        for folder in &self.rules.folders {
            match nameless_file(folder) {
                Ok(file) => return Ok(SpillWriter::into(file, &self.spare)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    #[cfg(test)]
    pub(super) fn has_spare(&self) -> bool {
        self.spare.slot().is_some()
    }
}

/// A file that has no name, or none any more; only its owner could ever have read it.
fn nameless_file(folder: &Path) -> io::Result<File> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{Mode, OFlags, open};
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        if let Ok(file) = open(folder, flags, Mode::RUSR | Mode::WUSR) {
            return Ok(file.into());
        }
    }
    unlinked_file(folder)
}

/// For file systems without nameless files: created under a name of its own, which is removed at once.
fn unlinked_file(folder: &Path) -> io::Result<File> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let path = folder.join(format!(".mailferry-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// A file that held a body whose last share is gone: the next body is written over it, which costs less than new room. One for all
/// connections of a store, unless it is a large one.
#[derive(Debug, Clone, Default)]
struct Spare(Arc<Mutex<Option<File>>>);

impl Spare {
    fn slot(&self) -> MutexGuard<'_, Option<File>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<File> {
        self.slot().take()
    }
}

/// Takes a body piece by piece.
#[derive(Debug)]
pub(super) struct SpillWriter {
    file: File,
    spare: Spare,
    pieces: Pieces,
    length: u64,
}

impl SpillWriter {
    fn into(file: File, spare: &Spare) -> Self {
        Self { file, spare: spare.clone(), pieces: Fingerprint::of_pieces(), length: 0 }
    }

    pub(super) fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all_at(piece, self.length)?;
        self.pieces.take(piece);
        self.length += piece.len() as u64;
        Ok(())
    }

    pub(super) fn finish(self) -> Body {
        let fingerprint = self.pieces.finish();
        Body::Spilled { bytes: Arc::new(Spilled { file: Some(self.file), length: self.length, spare: self.spare }), fingerprint }
    }
}

#[derive(Debug)]
struct Spilled {
    /// There until it is dropped.
    file: Option<File>,
    length: u64,
    spare: Spare,
}

impl Drop for Spilled {
    fn drop(&mut self) {
        if self.length <= LARGEST_SPARE {
            *self.spare.slot() = self.file.take();
        }
    }
}

impl Spill for Spilled {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let file = self.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
        file.read_exact_at(buffer, offset)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn what_was_spilled_is_read_back_from_a_file_that_nobody_else_can_find() {
        let folder = tempfile::tempdir().expect("a folder");
        for make in [nameless_file, unlinked_file] {
            let file = make(folder.path()).expect("a file");
            let meta = file.metadata().expect("metadata");
            assert_eq!((meta.mode() & 0o777, meta.nlink()), (0o600, 0));
            let mut writer = SpillWriter::into(file, &Spare::default());
            writer.take(b"From: anna@example.com\r\n").expect("written");
            writer.take(b"\r\nhello").expect("written");
            let body = writer.finish();
            assert_eq!(body, Body::from(b"From: anna@example.com\r\n\r\nhello".to_vec()));
            assert_eq!(body.part(26, 3).expect("read").as_ref(), b"hel");
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
    }

    #[test]
    fn a_body_over_an_older_one_is_itself_alone() {
        let spills = Spills::default();
        let spilled = |text: &[u8]| {
            let mut writer = spills.clone().begin().expect("a file");
            writer.take(text).expect("written");
            writer.finish()
        };
        let first = spilled(b"a first body, and a long one");
        let second = spilled(b"a second");
        drop(first);
        assert!(spills.has_spare());
        let third = spilled(b"a third");
        assert!(!spills.has_spare(), "in use");
        assert_eq!((third.load().expect("read").as_ref(), second.load().expect("read").as_ref()), (&b"a third"[..], &b"a second"[..]));
        assert!(third.part(0, 100).is_ok_and(|part| part.len() == 7));
        let shared = third.clone();
        drop(third);
        assert!(!spills.has_spare(), "a share of it is left");
        drop(shared);
        assert!(spills.has_spare());
    }

    #[test]
    fn the_first_folder_that_works_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let nowhere = folder.path().join("nowhere");
        let into = |folders: &[&Path]| {
            Spills::by(Spilling { folders: folders.iter().map(|path| path.to_path_buf()).collect(), ..Spilling::default() }).begin()
        };
        assert!(into(&[&nowhere, folder.path()]).is_ok());
        assert!(Spills::by(Spilling::first_into(&nowhere)).begin().is_ok(), "the usual folders stand behind");
        let first = Spills::by(Spilling::first_into(folder.path())).begin().expect("a file");
        let device = |path: &Path| std::fs::metadata(path).expect("there").dev();
        assert_eq!(first.file.metadata().expect("open").dev(), device(folder.path()));
        let link = std::fs::read_link(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&first.file))).unwrap_or_default();
        assert!(link.as_os_str().is_empty() || link.starts_with(folder.path()), "{}", link.display());
        assert!(into(&[&nowhere]).is_err() && into(&[]).is_err());
    }
}
