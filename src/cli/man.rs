//! `mailferry man` (hidden; for packagers): manual pages into a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args;

/// Write the manual pages into a folder
#[derive(Debug, Args)]
#[command(hide = true)]
pub(super) struct ManArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,
}

/// Writes `mailferry.1` and one page per command into a folder, which is created.
///
/// # Errors
/// As the file system.
pub fn write_man_pages(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(args::command().disable_help_subcommand(true), folder)
}
