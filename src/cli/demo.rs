//! `mailferry demo`: the rehearsal.

use clap::{Args, ValueEnum};

use super::args::{Terminal, Wording};
use super::ending::Ending;

/// What goes wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Fault {
    /// The program is killed in the middle of the copy and taken up again.
    Kill,
    /// Connections are cut.
    Cut,
    /// The servers say goodbye in the middle.
    Bye,
    /// The servers fall silent for a while.
    Stall,
    /// The servers ask for patience.
    Throttle,
    /// The new account is full.
    Full,
}

/// How the demo runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// The wizard on the demo world; the person answers.
    Wizard,
    /// By itself, with the demo's own answers.
    Auto(Wording),
    /// No wizard: the world is served until it is stopped, for other clients.
    Serve(Wording),
}

/// A demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoRequest {
    /// How.
    pub manner: Manner,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// The seed of the world; none: the usual one.
    pub seed: Option<u64>,
    /// Whether the platform's operations take no visible time.
    pub is_fast: bool,
    /// Whether there is little mail only, for tests.
    pub is_small: bool,
    /// Which run of a demo that is killed and taken up again this is; none: nobody kills it.
    pub act: Option<Act>,
}

/// A run of the demo that is killed in the middle (the program starts them itself).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Act {
    /// The run that is killed.
    First,
    /// The run that goes on.
    Second,
}

/// Rehearse a whole migration on an imaginary OVHcloud, without any risk
///
/// Starts an OVHcloud of its own on this machine (API, IMAP servers, DNS; nothing leaves the machine) with believable accounts
/// and mail, and runs the real wizard on it. Without a terminal it walks through all steps by itself.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line are independent; `Manner` is what comes of them")]
#[command(after_help = "\
Examples:
  mailferry demo                       the wizard, on the imaginary OVHcloud
  mailferry demo --auto --fault kill   watch it being killed and recover
  mailferry demo --serve --json        serve the world to other programs")]
pub(super) struct DemoArgs {
    /// Walk through all steps by itself, as lines of text
    #[arg(long, conflicts_with = "serve")]
    auto: bool,
    /// Only serve the world: print end points and credentials, until Ctrl-C
    #[arg(long)]
    serve: bool,
    /// With --serve: one line, an object with everything. With --auto: the journal's records, one per line
    #[arg(long)]
    json: bool,
    /// Let something go wrong, and watch it recover
    #[arg(long, value_name = "FAULT", conflicts_with = "serve")]
    fault: Option<Fault>,
    /// Another world: the same seed gives the same accounts and mail
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Do not imitate how long the platform takes
    #[arg(long)]
    fast: bool,
    /// A twentieth of the mail, for tests
    #[arg(long, hide = true)]
    small: bool,
    /// Which run of a demo that is killed this is
    #[arg(long, hide = true)]
    act: Option<Act>,
}

impl DemoArgs {
    /// What is asked for. Without a terminal the demo walks by itself.
    pub(super) fn request(&self, terminal: Terminal) -> Result<DemoRequest, Ending> {
        let wording = Wording::from_flag(self.json);
        let manner = match (self.serve, self.auto, terminal) {
            (true, _, _) => Manner::Serve(wording),
            (false, true, _) | (false, false, Terminal::Absent) => Manner::Auto(wording),
            (false, false, Terminal::Present) if self.json => return Err(Ending::usage("--json needs --auto or --serve")),
            (false, false, Terminal::Present) => Manner::Wizard,
        };
        Ok(DemoRequest { manner, fault: self.fault, seed: self.seed, is_fast: self.fast, is_small: self.small, act: self.act })
    }
}
