//! The real binary, `mailferry copy --json`, in a home of its own. Passwords reach it through a file and through a descriptor.
//!
//! Include it with `#[path = "support/program.rs"] mod program;`.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use mailferry::session::{Event, StoredEvent};

/// The binary under test.
pub(crate) const MAILFERRY: &str = env!("CARGO_BIN_EXE_mailferry");

/// A home with everything that a copy needs: secrets, a CA, a state folder.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    state: PathBuf,
}

/// Both accounts as the command line names them.
#[derive(Clone)]
pub(crate) struct Accounts {
    pub(crate) from: String,
    pub(crate) to: String,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Exit code; none after a signal.
    pub(crate) code: Option<i32>,
    pub(crate) events: Vec<Event>,
    pub(crate) report: Option<serde_json::Value>,
    /// A problem that no record of the journal tells.
    pub(crate) problem: Option<serde_json::Value>,
    pub(crate) stderr: String,
}

impl Ended {
    /// Messages that this run appended.
    pub(crate) fn copied(&self) -> u64 {
        let copied = |event: &Event| match event {
            Event::BatchCopied { copied, .. } => u64::from(*copied),
            _ => 0,
        };
        self.events.iter().map(copied).sum()
    }
}

impl Home {
    pub(crate) fn new(ca_pem: &str, from_password: &str, to_password: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("home").tempdir().expect("a folder");
        let home = Self { state: folder.path().join("state"), folder };
        fs::write(home.path("ca.pem"), ca_pem).expect("written");
        home.set_password("from", from_password);
        home.set_password("to", to_password);
        home
    }

    /// `from` or `to`.
    pub(crate) fn set_password(&self, name: &str, password: &str) {
        fs::write(self.path(name), format!("{password}\n")).expect("written");
        self.set_mode(name, 0o600);
    }

    pub(crate) fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).expect("permissions");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.state.clone()
    }

    pub(crate) fn set_state(&mut self, state: PathBuf) {
        self.state = state;
    }

    /// The folders of the sessions in the usual state folder.
    pub(crate) fn sessions(&self) -> Vec<PathBuf> {
        fs::read_dir(self.state().join("sessions")).into_iter().flatten().map(|entry| entry.expect("an entry").path()).collect()
    }

    /// The command without arguments: nothing of the caller's environment.
    pub(crate) fn mailferry(&self) -> Command {
        let mut command = Command::new(MAILFERRY);
        self.bare(&mut command);
        command
    }

    fn bare(&self, command: &mut Command) {
        command.env_clear().env("HOME", self.folder.path()).env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    }

    /// The copy: the first password from a file, the second from a descriptor that a shell opens.
    pub(crate) fn copy(&self, accounts: &Accounts) -> Command {
        let mut command = Command::new("sh");
        self.bare(&mut command);
        command.arg("-c").arg("file=$1; shift; exec \"$@\" 3<\"$file\"").arg("sh").arg(self.path("to"));
        command.arg(MAILFERRY).arg("--state").arg(self.state()).args(["copy", "--json"]);
        command.args(["--from", &accounts.from, "--to", &accounts.to]);
        command.args(["--from-secret", &format!("file:{}", self.path("from").display()), "--to-secret", "fd:3"]);
        // Everything arrives as it was, marks too.
        command.args(["--deleted", "keep"]).arg("--ca").arg(self.path("ca.pem"));
        command
    }

    /// Runs the copy to its end.
    pub(crate) fn run(&self, accounts: &Accounts) -> Ended {
        self.start(accounts).end()
    }

    pub(crate) fn start(&self, accounts: &Accounts) -> Running {
        Running::start(self.copy(accounts))
    }
}

/// A copy that runs.
pub(crate) struct Running {
    pub(crate) child: Child,
    lines: BufReader<std::process::ChildStdout>,
    read: Vec<String>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        let lines = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, lines, read: Vec::new() }
    }

    /// Reads one line; `false` at the end.
    pub(crate) fn line(&mut self) -> bool {
        let mut line = String::new();
        let is_read = self.lines.read_line(&mut line).expect("text") > 0;
        self.read.extend(is_read.then_some(line));
        is_read
    }

    /// What was read so far.
    pub(crate) fn text(&self) -> String {
        self.read.concat()
    }

    /// Reads until an event of this name, such as `batch-copied`, has come so often.
    pub(crate) fn wait_for(&mut self, event: &str, times: usize) -> bool {
        let wanted = format!("\"event\":\"{event}\"");
        let mut seen = 0;
        while seen < times && self.line() {
            seen += usize::from(self.read.last().is_some_and(|line| line.contains(&wanted)));
        }
        seen == times
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process");
        rustix::process::kill_process(pid, signal).expect("sent");
    }

    /// Reads the rest and waits.
    pub(crate) fn end(mut self) -> Ended {
        let mut stderr = self.child.stderr.take().expect("piped");
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        while self.line() {}
        let code = self.child.wait().expect("ended").code();
        let events = self.read.iter().filter_map(|line| serde_json::from_str::<StoredEvent>(line).ok()).map(|stored| stored.event);
        let told = |what: &str| {
            let mut values = self.read.iter().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            values.find_map(|mut value| value.get("event").is_none().then(|| value.get_mut(what).map(serde_json::Value::take))?)
        };
        let (report, problem) = (told("report"), told("problem"));
        Ended { code, events: events.collect(), report, problem, stderr: errors.join().expect("read") }
    }
}

/// Runs a command to its end.
pub(crate) fn output(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("started");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned())
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
