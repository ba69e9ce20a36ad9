//! The command line as a whole: what can be asked for, and what needs a terminal.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::domain::SessionId;

use super::completions::{CompletionsArgs, Shell};
use super::copy::{CopyArgs, CopyRequest};
use super::credentials::{CredentialsFrom, endpoint};
use super::demo::{DemoArgs, DemoRequest};
use super::ending::Ending;
use super::man::ManArgs;
use super::passwords::{PasswordsArgs, PasswordsRequest};
use super::resume::ResumeArgs;
use super::sessions::{SessionsArgs, SessionsRequest};

const ABOUT: &str = "Moves e-mail accounts between OVHcloud platforms: nothing lost, nothing doubled.";

const LONG_ABOUT: &str = "\
Moves e-mail accounts between OVHcloud platforms (Exchange, Email Pro, MX Plan, Zimbra) or any two \
IMAP servers: nothing lost, nothing doubled, every message accounted for.

Without a command, a full-screen wizard leads through all steps. Everything that happens is written \
to a journal first: close the lid, lose the network or kill the program, and it goes on where it was. \
The old account is only ever read, except for the rename that you confirm.";

const AFTER_HELP: &str = "\
Examples:
  mailferry                 the wizard; offers what was left unfinished first
  mailferry demo            rehearse everything on an imaginary OVHcloud
  mailferry resume          go on with the latest unfinished session
  mailferry sessions list   what was begun here, and how far it is
  mailferry passwords -h    hand the passwords of new accounts over
  mailferry copy --help     one account into another, without the wizard

Exit codes:
  0    done, and verified
  1    failed, or not everything could be done (the rest is listed)
  2    the command line is wrong, or the command needs a terminal
  3    stopped; can be taken up again
  4    refused: another program holds the session, a newer version wrote it,
       or there is no such session
  5    copied, and not verified: because of --verify none, or because OVHcloud
       moved the mail itself
  130  stopped hard (second Ctrl-C); can be taken up again

Keys of the API are looked for in the environment (OVH_APPLICATION_KEY and so
on), ./ovh.conf, ~/.ovh.conf, /etc/ovh.conf and the keyring, in this order; the
wizard says what it found and asks before it uses it.

Passwords and keys are kept in the system's keyring only: never in a file, an
argument or a log.";

/// Text for people, or JSON for programs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wording {
    /// Calm lines of text.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

impl Wording {
    /// From the flag `--json`.
    pub(super) const fn from_flag(is_json: bool) -> Self {
        if is_json { Self::Json } else { Self::Text }
    }
}

/// Whether somebody can look and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terminal {
    /// Standard input and output are a terminal.
    Present,
    /// They are not: a pipe, a file, a service.
    Absent,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Invocation {
    /// The wizard.
    Wizard,
    /// The demo world.
    Demo(DemoRequest),
    /// Go on with a session in the wizard; the latest unfinished one when none is named.
    Resume {
        /// Which.
        id: Option<SessionId>,
    },
    /// Look after sessions.
    Sessions(SessionsRequest),
    /// Passwords of new accounts, handed over in an encrypted file.
    Passwords(PasswordsRequest),
    /// The engine alone.
    Copy(Box<CopyRequest>),
    /// A completion script, see [`write_completions`](super::write_completions).
    Completions {
        /// For which shell.
        shell: Shell,
    },
    /// Manual pages, see [`write_man_pages`](super::write_man_pages).
    Man {
        /// Into this folder.
        folder: PathBuf,
    },
}

/// What holds for every command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// State folder, instead of the configured one.
    pub state: Option<PathBuf>,
    /// Configuration file, instead of the usual one.
    pub config: Option<PathBuf>,
    /// End point of the API, as it was named.
    pub endpoint: Option<String>,
    /// Where the keys of the API are, instead of everywhere where they can be.
    pub credentials_from: Option<CredentialsFrom>,
}

/// A command line that makes sense.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What is asked for.
    pub invocation: Invocation,
    /// What holds besides.
    pub options: Options,
}

#[derive(Debug, Parser)]
#[command(name = "mailferry", version = version(), about = ABOUT, long_about = LONG_ABOUT, after_help = AFTER_HELP)]
#[command(max_term_width = 100, infer_subcommands = false, subcommand_help_heading = "Commands")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Keep sessions in this folder [default: as configured, usually ~/.local/state/mailferry]
    #[arg(long, value_name = "DIR", global = true)]
    state: Option<PathBuf>,
    /// Read this configuration file [default: ~/.config/mailferry/config.toml, if it is there]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[arg(long, value_name = "NAME", value_parser = endpoint)]
    #[arg(help = "OVHcloud API to talk to: ovh-eu, ovh-ca, ovh-us or a full URL [default: as OVH_ENDPOINT or ovh.conf says]")]
    endpoint: Option<String>,
    #[arg(long, value_name = "PLACE")]
    #[arg(help = "Keys of the API from here only: env, file, file:PATH, keyring or none [default: the first of them that has some]")]
    credentials_from: Option<CredentialsFrom>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(DemoArgs),
    Resume(ResumeArgs),
    Sessions(SessionsArgs),
    Passwords(PasswordsArgs),
    Copy(CopyArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// The version, with the commit that it was built from when the build was told (`MAILFERRY_COMMIT`).
fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let number = env!("CARGO_PKG_VERSION");
        option_env!("MAILFERRY_COMMIT").map_or_else(|| number.to_owned(), |commit| format!("{number} ({commit})"))
    });
    &VERSION
}

/// The description of the command line, for completions and manual pages too.
pub(super) fn command() -> clap::Command {
    Arguments::command()
}

/// Reads the arguments; the first one is the program's own name.
///
/// # Errors
/// [`Ending`]: help and version end well; a wrong command line, or one that needs a terminal and has none, does not.
pub fn parse<I, T>(arguments: I, terminal: Terminal) -> Result<Request, Ending>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let matches = command().try_get_matches_from(arguments)?;
    let arguments = Arguments::from_arg_matches(&matches)?;
    let invocation = match arguments.command {
        None => match terminal {
            Terminal::Present => Invocation::Wizard,
            Terminal::Absent => {
                return Err(Ending::usage(
                    "the wizard needs a terminal, and there is none here\n\n  \
                     Without a terminal: 'mailferry copy' moves one account, 'mailferry demo --auto' shows everything as text,\n  \
                     'mailferry sessions list' tells what was begun.",
                ));
            }
        },
        Some(Command::Demo(arguments)) => Invocation::Demo(arguments.request(terminal)?),
        Some(Command::Resume(arguments)) => Invocation::Resume { id: arguments.id(terminal)? },
        Some(Command::Sessions(arguments)) => Invocation::Sessions(arguments.request()),
        Some(Command::Passwords(arguments)) => Invocation::Passwords(arguments.request(terminal)?),
        Some(Command::Copy(arguments)) => Invocation::Copy(Box::new(arguments.request(terminal)?)),
        Some(Command::Completions(arguments)) => Invocation::Completions { shell: arguments.shell },
        Some(Command::Man(arguments)) => Invocation::Man { folder: arguments.folder },
    };
    let Arguments { state, config, endpoint, credentials_from, .. } = arguments;
    Ok(Request { invocation, options: Options { state, config, endpoint, credentials_from } })
}
