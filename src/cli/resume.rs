//! `mailferry resume`: the wizard, where it was.

use clap::Args;

use crate::domain::SessionId;

use super::args::Terminal;
use super::ending::Ending;

/// Go on with an unfinished session
///
/// Opens the wizard at the step where the session is. What was in flight when it stopped is looked up in the accounts themselves
/// first, so nothing is lost and nothing is copied twice.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mailferry resume           the latest unfinished session
  mailferry resume 7F3K-QX   this one; 'mailferry sessions list' shows all")]
pub(super) struct ResumeArgs {
    /// The session, such as 7F3K-QX [default: the latest unfinished one]
    #[arg(value_name = "ID")]
    id: Option<SessionId>,
}

impl ResumeArgs {
    /// Which session, if the wizard can be shown.
    pub(super) fn id(self, terminal: Terminal) -> Result<Option<SessionId>, Ending> {
        match terminal {
            Terminal::Present => Ok(self.id),
            Terminal::Absent => Err(Ending::usage(
                "'mailferry resume' opens the wizard and needs a terminal, and there is none here\n\n  \
                 Without a terminal: 'mailferry sessions show ID' tells how far it is; a copy that was begun with\n  \
                 'mailferry copy' goes on when the same command is given again.",
            )),
        }
    }
}
