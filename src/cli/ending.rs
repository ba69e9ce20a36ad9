//! How the program ends: exit codes, and last words for the terminal.

use std::io::{self, Write};

/// Exit codes; part of the interface, listed in `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done: everything asked for is done, and verified.
    Done,
    /// Failed, or not everything could be done.
    Failed,
    /// The command line is wrong, or needs a terminal.
    Usage,
    /// Stopped; can be taken up again.
    Stopped,
    /// Refused: held by another program, written by a newer version, no such session.
    Refused,
    /// Everything is copied, and was not verified because that was asked for.
    Unverified,
    /// Stopped hard (second Ctrl-C); can be taken up again.
    HardStop,
}

impl Exit {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Stopped => 3,
            Self::Refused => 4,
            Self::Unverified => 5,
            Self::HardStop => 130,
        }
    }
}

/// The end of the program, with its last words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Exit code.
    pub exit: Exit,
    /// What is said: on standard output when all is well, on standard error otherwise.
    pub text: String,
}

impl Ending {
    /// An end with last words.
    pub fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into() }
    }

    /// A wrong command line, in the form of all such messages.
    pub(super) fn usage(text: &str) -> Self {
        Self::new(Exit::Usage, format!("error: {text}\n\nFor more information, try 'mailferry --help'."))
    }

    /// Says the last words.
    ///
    /// # Errors
    /// As the stream; nobody is left to tell.
    pub fn say(&self, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<()> {
        let stream: &mut dyn Write = if matches!(self.exit, Exit::Done | Exit::Unverified) { out } else { err };
        if !self.text.is_empty() {
            writeln!(stream, "{}", self.text.trim_end())?;
        }
        stream.flush()
    }
}

impl From<clap::Error> for Ending {
    fn from(error: clap::Error) -> Self {
        let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
        Self::new(exit, error.render().to_string())
    }
}
