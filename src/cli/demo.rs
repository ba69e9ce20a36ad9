//! `mailferry demo`: the rehearsal.

use clap::{Args, ValueEnum};

use crate::domain::Platform;
use crate::settings::{Platforms, RefusalReason, Strategy};

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
    /// From which platform to which; none: the usual pair of the demo.
    pub pair: Option<(Platform, Platform)>,
    /// In which order; none: as the pair proposes. The pair allows it.
    pub order: Option<Strategy>,
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
  mailferry demo --auto --from mx-plan-legacy --to exchange --order server-side
                                       another pair of platforms, in another order
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
    /// Move accounts from this platform: exchange, email-pro, mx-plan, mx-plan-zimbra, mx-plan-legacy, zimbra or imap
    #[arg(long, value_name = "PLATFORM", requires = "to", conflicts_with = "serve", value_parser = platform)]
    from: Option<Platform>,
    /// To this platform
    #[arg(long, value_name = "PLATFORM", requires = "from", value_parser = platform)]
    to: Option<Platform>,
    /// In this order: rename-first, copy-first, server-side or replace [default: what the pair proposes]
    #[arg(long, value_name = "ORDER", conflicts_with = "serve", value_parser = order)]
    order: Option<Strategy>,
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
        let pair = self.from.zip(self.to);
        possible(pair.unwrap_or(USUAL_PAIR), self.order)?;
        Ok(DemoRequest {
            manner,
            fault: self.fault,
            pair,
            order: self.order,
            seed: self.seed,
            is_fast: self.fast,
            is_small: self.small,
            act: self.act,
        })
    }
}

/// The pair of the demo where none is named.
const USUAL_PAIR: (Platform, Platform) = (Platform::Exchange, Platform::EmailPro);

/// Names of the platforms are those of `config/platforms.toml`.
fn platform(text: &str) -> Result<Platform, String> {
    let names = || Platform::ALL.map(Platform::key).join(", ");
    Platform::ALL.into_iter().find(|platform| platform.key() == text).ok_or_else(|| format!("use one of {}", names()))
}

fn order(text: &str) -> Result<Strategy, String> {
    let names = || Strategy::ALL.map(order_key).join(", ");
    Strategy::ALL.into_iter().find(|order| order_key(*order) == text).ok_or_else(|| format!("use one of {}", names()))
}

/// The name of an order of acts on the command line, as in `config/platforms.toml`.
const fn order_key(order: Strategy) -> &'static str {
    match order {
        Strategy::RenameFirst => "rename-first",
        Strategy::CopyFirst => "copy-first",
        Strategy::ServerSide => "server-side",
        Strategy::Replace => "replace",
    }
}

/// Refuses what the pair of platforms does not allow, with its reason.
fn possible((from, to): (Platform, Platform), order: Option<Strategy>) -> Result<(), Ending> {
    let strategies = Platforms::built_in().strategies(from, to);
    let allowed: Vec<&str> = strategies.allowed.iter().map(|order| order_key(*order)).collect();
    let wanted = order.or_else(|| strategies.allowed.first().copied());
    if wanted.is_some_and(|order| strategies.allowed.contains(&order)) {
        return Ok(());
    }
    let reason = order.and_then(|order| strategies.refused.get(&order)).or_else(|| strategies.refused.values().next());
    let reason = reason.map(|reason| format!(": {}", reason_words(*reason))).unwrap_or_default();
    let instead = if allowed.is_empty() { String::new() } else { format!("; this pair allows {}", allowed.join(" and ")) };
    let what = order.map_or_else(|| "nothing can be moved".to_owned(), |order| format!("{} is not possible", order_key(order)));
    Err(Ending::usage(&format!("{what} from {from} to {to}{reason}{instead}")))
}

const fn reason_words(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::NotOffered => "OVHcloud does not offer it between these two",
        RefusalReason::SourceRenames => "the old account can be renamed, so nothing has to be deleted first",
        RefusalReason::NoPlatform => "there is no platform behind an IMAP server",
        RefusalReason::SourceKeepsName => "an account of a legacy MX Plan cannot be renamed",
        RefusalReason::TargetKeepsName => "an account of a legacy MX Plan cannot be renamed afterwards",
        RefusalReason::OneMxPlan => "a domain has one MX Plan at most",
    }
}
