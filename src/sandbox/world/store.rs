//! The world on disk: one file, replaced as a whole before anything is answered. A reader finds the old or the new world, never half of one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::state::State;

/// Where a world lives.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// In this folder, which is made if need be.
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn file(&self) -> PathBuf {
        self.folder.join("world.json")
    }

    /// The world that lives there, if any.
    pub(crate) fn read(&self) -> io::Result<Option<State>> {
        match fs::read(self.file()) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces it.
    pub(crate) fn write(&self, state: &State) -> io::Result<()> {
        let fresh = self.folder.join("world.json.new");
        fs::write(&fresh, serde_json::to_vec_pretty(state)?)?;
        fs::rename(&fresh, self.file())
    }
}
