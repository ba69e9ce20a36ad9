//! Things that go wrong on request, so that a person can watch how the program recovers.

use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::Command;

use crate::cli::{Act, DemoRequest, Ending, Exit, Fault, Manner, Wording};
use crate::domain::ByteSize;
use crate::problem::ProblemCode;
use crate::sandbox::demo::Demo;
use crate::sandbox::mail::{Cut, CutPoint, CutStyle, Fault as MailFault, Occasion, Scope, Side};
use crate::sandbox::world::EMAIL_PRO_HOST;
use crate::session::{Event, Notice};

use super::demo::copied_so_far;

/// Messages after which something goes wrong: early enough that much is left, late enough that much is there.
const AFTER_MESSAGES: u64 = 600;
/// Messages between two cuts.
const BETWEEN_CUTS: u32 = 150;
/// How often connections are cut.
const CUTS: u32 = 6;
/// What the throttled server asks for, in milliseconds.
const PATIENCE_MILLIS: u64 = 3000;
/// How long the server that falls silent says nothing.
const SILENCE: Duration = Duration::from_secs(4);
/// What still fits into the full account when the copy begins to notice.
const ROOM: ByteSize = ByteSize(500_000);

/// A fault that waits for its moment.
pub(super) struct Trouble {
    fault: Option<Fault>,
    dies: bool,
    copied: u64,
    is_out: bool,
    faults: crate::sandbox::mail::Faults,
}

impl Trouble {
    /// What the demo was asked for.
    pub(super) fn new(request: &DemoRequest, demo: &Demo) -> Self {
        let dies = request.act == Some(Act::First);
        Self { fault: request.fault, dies, copied: 0, is_out: false, faults: demo.mail().faults() }
    }

    /// Counts what is copied, and strikes when the moment has come.
    pub(super) fn watch(&mut self, notice: &Notice) {
        self.copied += copied_so_far(notice);
        if is_full(notice) {
            self.relieve();
        }
        if self.copied < AFTER_MESSAGES || self.is_out {
            return;
        }
        self.is_out = true;
        if self.dies {
            die();
        }
        let target = Scope::Host(EMAIL_PRO_HOST.to_owned());
        match self.fault {
            Some(Fault::Cut) => {
                let point = CutPoint::Append(BETWEEN_CUTS, Side::After);
                self.faults.set(target, MailFault::Cut(Cut { point, style: CutStyle::Reset, times: CUTS }));
            }
            Some(Fault::Bye) => {
                // Between a message and the word that it is stored.
                let point = CutPoint::Append(BETWEEN_CUTS, Side::After);
                self.faults.set(target, MailFault::Cut(Cut { point, style: CutStyle::Bye, times: CUTS }));
            }
            Some(Fault::Stall) => {
                let occasion = Occasion { after: 20, times: 2 };
                self.faults.set(target, MailFault::Stall { command: "APPEND", pause: SILENCE, occasion });
            }
            Some(Fault::Throttle) => {
                self.faults.set(target, MailFault::Throttle { after_commands: 40, wait_millis: PATIENCE_MILLIS, times: 3 });
            }
            Some(Fault::Full) => self.faults.set(target, MailFault::Full { room: ROOM }),
            Some(Fault::Kill) | None => {}
        }
    }

    /// Makes room in the full account; `false` when it was not this fault that filled it.
    pub(super) fn relieve(&mut self) -> bool {
        let is_ours = self.fault == Some(Fault::Full) && self.is_out;
        if is_ours {
            self.faults.clear_all();
        }
        is_ours
    }
}

/// A task stopped because the account is full.
fn is_full(notice: &Notice) -> bool {
    matches!(notice, Notice::Happened(stored)
        if matches!(&stored.event, Event::TaskStopped { problem, .. } if problem.code == ProblemCode::QuotaFull))
}

/// Ends this process as `kill -9` does.
#[cfg(unix)]
fn die() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
}

/// Ends this process without a chance to tidy up.
#[cfg(not(unix))]
fn die() {
    std::process::abort();
}

/// Starts the demo, which kills itself in the middle of the copy, and starts it again.
pub(super) async fn kill_and_go_on(request: &DemoRequest, state: &Path) -> Result<Ending, Ending> {
    let failed = |error: std::io::Error| Ending::new(Exit::Failed, format!("error: the demo cannot be started: {error}"));
    let terminal = Screen::remember();
    let first = act(request, state, "first").status().await.map_err(failed)?;
    terminal.restore();
    if first.success() {
        return Err(Ending::new(Exit::Failed, "error: the demo was to be killed and was not"));
    }
    if !was_killed(first) {
        return Ok(Ending::new(exit_of(first), ""));
    }
    if matches!(request.manner, Manner::Auto(Wording::Text) | Manner::Wizard) {
        let text = b"\nThe program was killed in the middle of the copy (kill -9). It is started again and goes on where it was.\n\n";
        std::io::Write::write_all(&mut std::io::stdout(), text).map_err(failed)?;
    }
    let pause = if request.manner == Manner::Wizard { 4000 } else { 500 };
    tokio::time::sleep(Duration::from_millis(pause)).await;
    let second = act(request, state, "second").status().await.map_err(failed)?;
    Ok(Ending::new(exit_of(second), ""))
}

/// The terminal's settings, which a killed wizard leaves changed.
struct Screen {
    #[cfg(unix)]
    settings: Option<rustix::termios::Termios>,
}

impl Screen {
    #[cfg(unix)]
    fn remember() -> Self {
        Self { settings: rustix::termios::tcgetattr(std::io::stdin()).ok() }
    }

    #[cfg(not(unix))]
    fn remember() -> Self {
        Self {}
    }

    /// Leaves the alternate screen and gives lines and echo back.
    fn restore(&self) {
        #[cfg(unix)]
        if let Some(settings) = &self.settings {
            let _ = rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, settings);
            let reset = b"\x1b[?1049l\x1b[?2004l\x1b[?1000l\x1b[?25h\x1b[0m\r\n";
            let _ = std::io::Write::write_all(&mut std::io::stdout(), reset);
        }
    }
}

fn act(request: &DemoRequest, state: &Path, act: &str) -> Command {
    let program = std::env::current_exe().unwrap_or_else(|_| "mailferry".into());
    let mut command = Command::new(program);
    command.arg("--state").arg(state).args(["demo", "--act", act]);
    match request.manner {
        Manner::Auto(wording) => {
            command.arg("--auto");
            if wording == Wording::Json {
                command.arg("--json");
            }
            command.stdin(std::process::Stdio::null());
        }
        Manner::Wizard | Manner::Serve(_) => {}
    }
    if let Some(seed) = request.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    if request.is_fast {
        command.arg("--fast");
    }
    if request.is_small {
        command.arg("--small");
    }
    command
}

#[cfg(unix)]
fn was_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(9)
}

#[cfg(not(unix))]
fn was_killed(status: ExitStatus) -> bool {
    !status.success()
}

fn exit_of(status: ExitStatus) -> Exit {
    match status.code() {
        Some(0) => Exit::Done,
        Some(2) => Exit::Usage,
        Some(3) => Exit::Stopped,
        Some(4) => Exit::Refused,
        Some(130) => Exit::HardStop,
        _ => Exit::Failed,
    }
}
