//! `mailferry completions`: scripts that let a shell complete the command line.

use std::io::{self, Write};

use clap::Args;
pub use clap_complete::Shell;

use super::args;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mailferry completions bash > ~/.local/share/bash-completion/completions/mailferry
  mailferry completions zsh  > ~/.zfunc/_mailferry
  mailferry completions fish > ~/.config/fish/completions/mailferry.fish")]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: Shell,
}

/// Writes the completion script of a shell.
///
/// # Errors
/// As the stream.
pub fn write_completions(shell: Shell, out: &mut dyn Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "mailferry", &mut script);
    out.write_all(&script)
}
