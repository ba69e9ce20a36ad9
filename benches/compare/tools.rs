//! What is compared: how each program is told to copy one account into another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::floor::Floor;
use super::measure::{Taken, run, run_until};
use super::stage::Stage;
use super::talk::{Account, Manner};

/// A program that copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tool {
    /// Our floor, MULTIAPPEND, one pair of connections.
    Floor,
    /// The floor with the target's mailbox selected, as Mailferry has it.
    FloorSelected,
    /// The floor with four pairs.
    FloorOfFour,
    /// The floor with pipelined single APPENDs.
    FloorSingle,
    /// The floor of verification: one streamed FETCH of an account, thrown away.
    Fetch,
    /// Debian's isync.
    Mbsync,
    /// This program.
    Mailferry,
}

impl Tool {
    /// As the table says it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::FloorSelected => "floor, mailbox selected",
            Self::FloorOfFour => "floor, 4 pairs",
            Self::FloorSingle => "floor, single APPENDs",
            Self::Fetch => "one streamed FETCH",
            Self::Mbsync => "mbsync",
            Self::Mailferry => "mailferry",
        }
    }
}

/// Whether Mailferry reads the target again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verify {
    /// `--verify none`.
    No,
    /// `--verify full`.
    Full,
}

/// One account into another, and what each tool remembers of it.
pub(crate) struct Copy {
    pub(crate) from: Account,
    pub(crate) to: Account,
    pub(crate) mailboxes: Vec<String>,
    /// Journal or sync state.
    pub(crate) state: PathBuf,
    pub(crate) verify: Verify,
}

/// Mailferry's exit code when everything is copied and, as asked, not read again.
const COPIED_UNVERIFIED: i32 = 5;

/// Where the floor says in a copy's state when how many messages had been stored.
pub(crate) const PROGRESS: &str = "progress";

/// What is on this machine.
pub(crate) struct Toolbox {
    mailferry: PathBuf,
    has_verify: bool,
    /// Whether `mbsync` is there.
    pub(crate) has_mbsync: bool,
}

impl Toolbox {
    /// With this binary of Mailferry.
    pub(crate) fn open(mailferry: PathBuf) -> io::Result<Self> {
        let help = Command::new(&mailferry).args(["copy", "--help"]).output()?;
        let has_verify = String::from_utf8_lossy(&help.stdout).contains("--verify");
        let has_mbsync = Command::new("mbsync").arg("--version").output().is_ok_and(|told| told.status.success());
        Ok(Self { mailferry, has_verify, has_mbsync })
    }

    /// Runs a tool on a copy.
    pub(crate) fn run(&self, tool: Tool, copy: &Copy, stage: &Stage) -> io::Result<Taken> {
        let told = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", tool.name()));
        let mut command = match tool {
            Tool::Floor => floor(copy, Manner::Multi, 1)?,
            Tool::FloorSelected => floor(copy, Manner::MultiSelected, 1)?,
            Tool::FloorOfFour => floor(copy, Manner::Multi, 4)?,
            Tool::FloorSingle => floor(copy, Manner::Single, 1)?,
            Tool::Fetch => fetch(copy)?,
            Tool::Mbsync => mbsync(copy)?,
            Tool::Mailferry => self.mailferry(copy, stage),
        };
        run(&mut command, COPIED_UNVERIFIED).map_err(told)
    }

    /// Runs Mailferry until that is enough, and kills it then.
    pub(crate) fn kill(&self, copy: &Copy, stage: &Stage, is_enough: impl FnMut() -> bool) -> io::Result<()> {
        run_until(&mut self.mailferry(copy, stage), is_enough)
    }

    fn mailferry(&self, copy: &Copy, stage: &Stage) -> Command {
        let url = |account: &Account| match account.ca {
            None => format!("imap://{}@{}", account.user, account.address),
            Some(_) => format!("imaps://{}@localhost:{}", account.user, account.address.port()),
        };
        let password = format!("file:{}", stage.file("password").display());
        let mut command = Command::new(&self.mailferry);
        command.arg("--state").arg(&copy.state).arg("copy");
        command.args(["--from", &url(&copy.from), "--to", &url(&copy.to)]);
        command.args(["--from-secret", &password, "--to-secret", &password]);
        if copy.from.ca.is_some() {
            command.arg("--ca").arg(stage.file("both.pem"));
        }
        if self.has_verify {
            command.args(["--verify", if copy.verify == Verify::Full { "full" } else { "none" }]);
        }
        command
    }
}

fn floor(copy: &Copy, manner: Manner, pairs: usize) -> io::Result<Command> {
    let (progress, mailboxes) = (copy.state.join(PROGRESS), copy.mailboxes.clone());
    let floor = Floor { from: copy.from.clone(), to: copy.to.clone(), manner, pairs, progress, mailboxes };
    let mut command = Command::new(std::env::current_exe()?);
    command.args(floor.arguments());
    Ok(command)
}

fn fetch(copy: &Copy) -> io::Result<Command> {
    floor(copy, Manner::Multi, 0)
}

/// mbsync with its defaults: one way, and folders are created.
fn mbsync(copy: &Copy) -> io::Result<Command> {
    let config = copy.state.join("mbsyncrc");
    if !config.exists() {
        let store = |name: &str, account: &Account| {
            let (host, tls) = match &account.ca {
                None => ("127.0.0.1", "SSLType None".to_owned()),
                Some(ca) => ("localhost", format!("SSLType IMAPS\nCertificateFile {}", ca.display())),
            };
            let (user, port) = (&account.user, account.address.port());
            format!("IMAPStore {name}\nHost {host}\nPort {port}\nUser {user}\nPass secret\nAuthMechs LOGIN\n{tls}\n\n")
        };
        let state = copy.state.join("mbsync");
        fs::create_dir(&state)?;
        let text = format!(
            "{}{}Channel all\nFar :from:\nNear :to:\nPatterns *\nCreate Near\nSync Pull\nSyncState {}/\n",
            store("from", &copy.from),
            store("to", &copy.to),
            state.display()
        );
        fs::write(&config, text)?;
    }
    let mut command = Command::new("mbsync");
    command.arg("-q").arg("-c").arg(&config).arg("all");
    Ok(command)
}

/// Where the program under measurement is, unless another is named: cargo builds it before the bench.
pub(crate) fn usual_binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mailferry"))
}
