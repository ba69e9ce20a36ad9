//! What is going on right now: lossy, latest wins, never journaled.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{ByteSize, Moment};
use crate::problem::Problem;

use super::{StoredEvent, Task};

/// What a task is doing; words under `activity-<key>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Waiting for its turn.
    Queued,
    /// Reaching a server.
    Connecting,
    /// Reading folders.
    ReadingFolders,
    /// Reading the list of messages.
    ReadingList,
    /// Finding out what arrived before an interruption.
    Settling,
    /// Waiting for what the target may still store of what it got before an interruption.
    AwaitingLate,
    /// Copying messages.
    Copying,
    /// Reading the target again.
    Verifying,
    /// Asking the platform to act.
    Asking,
    /// Waiting for the platform to act.
    WaitingForPlatform,
    /// Waiting until an address that was given up may be used again.
    WaitingForName,
    /// The platform itself migrates the account.
    PlatformMigrates,
    /// Reading what belongs to an account besides mail, or making it.
    Carrying,
    /// Proving by a login.
    ProvingLogin,
    /// Asking DNS.
    AskingDns,
    /// Watching until DNS is as expected.
    WatchingDns,
    /// Writing files.
    Writing,
}

impl Activity {
    /// The key of its words.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Connecting => "connecting",
            Self::ReadingFolders => "reading-folders",
            Self::ReadingList => "reading-list",
            Self::Settling => "settling",
            Self::AwaitingLate => "awaiting-late",
            Self::Copying => "copying",
            Self::Verifying => "verifying",
            Self::Asking => "asking",
            Self::WaitingForPlatform => "waiting-for-platform",
            Self::WaitingForName => "waiting-for-name",
            Self::PlatformMigrates => "platform-migrates",
            Self::Carrying => "carrying",
            Self::ProvingLogin => "proving-login",
            Self::AskingDns => "asking-dns",
            Self::WatchingDns => "watching-dns",
            Self::Writing => "writing",
        }
    }
}

/// Why a task waits before it tries again.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Until then.
    pub until: Moment,
    /// What happened.
    pub problem: Problem,
    /// How often it was tried.
    pub attempts: u32,
}

/// One running task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskProgress {
    /// What it is doing.
    pub activity: Activity,
    /// Since when.
    pub since: Moment,
    /// Items done in this run of the task (messages copied or compared).
    pub done: u64,
    /// Items to do in this run, 0 when not known.
    pub total: u64,
    /// Bytes done in this run.
    pub bytes: ByteSize,
    /// Waiting before another try.
    pub waiting: Option<Waiting>,
}

/// What limits the speed; words under `limit-<key>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Reading the source.
    Source,
    /// The target storing.
    Target,
    /// The way between: most waits are no longer than a round trip to the server, however fast it answers.
    Network,
    /// A server asked for patience.
    Throttling,
}

impl Limit {
    /// The key of its words.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
            Self::Network => "network",
            Self::Throttling => "throttling",
        }
    }
}

/// Speed over the last seconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rate {
    /// Messages a second.
    pub messages: f64,
    /// Bytes a second.
    pub bytes: f64,
    /// Messages a second over the last minute, oldest first, one value per two seconds.
    pub history: Vec<u64>,
    /// Seconds left, from and to, when it can be told.
    pub seconds_left: Option<(u64, u64)>,
    /// What limits the speed.
    pub limit: Option<Limit>,
    /// Lanes that are open, over all accounts; each has a connection to both servers.
    pub lanes: usize,
}

/// Everything that is going on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// When this was true.
    pub at: Moment,
    /// Running and waiting tasks.
    pub tasks: BTreeMap<Task, TaskProgress>,
    /// Speed of the copy.
    pub rate: Rate,
}

/// What a front end hears from the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// An event is durable.
    Happened(Arc<StoredEvent>),
    /// Something new about progress.
    Progress(Arc<Progress>),
    /// The journal cannot be written: the engine has stopped.
    JournalFailed(Problem),
}
