//! Runs a program to its end and says what it took: wall time, processor time, peak memory.

use std::fs;
use std::io;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// What one run took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken {
    /// From start to end.
    pub(crate) wall: Duration,
    /// Processor time of the program alone, user and system.
    pub(crate) cpu: Duration,
    /// Peak of resident memory, KiB.
    pub(crate) peak: u64,
    /// Processor time so far at moments since 1970, several in a second.
    pub(crate) spent: Vec<(Duration, Duration)>,
}

/// Time between two looks at the memory. The kernel keeps the peak, so only a peak in the last moments could be missed.
const LOOK: Duration = Duration::from_millis(3);
/// Time between two looks that take a while.
const LOOK_NOW_AND_THEN: Duration = Duration::from_millis(50);

/// The program that runs; none between runs.
static RUNNING: AtomicU32 = AtomicU32::new(0);
/// Somebody wants the end.
static IS_CANCELLED: AtomicBool = AtomicBool::new(false);

/// Ends what runs; nothing is started any more.
pub(crate) fn cancel() {
    IS_CANCELLED.store(true, Ordering::SeqCst);
    if let Some(pid) = i32::try_from(RUNNING.load(Ordering::SeqCst)).ok().and_then(Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// Whether somebody wants the end.
pub(crate) fn is_cancelled() -> bool {
    IS_CANCELLED.load(Ordering::SeqCst)
}

/// Kills what it holds when it goes.
struct Held(Child);

impl Held {
    fn spawn(command: &mut Command) -> io::Result<Self> {
        let held = Self(command.spawn()?);
        RUNNING.store(held.0.id(), Ordering::SeqCst);
        if is_cancelled() { Err(io::Error::other("stopped")) } else { Ok(held) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        RUNNING.store(0, Ordering::SeqCst);
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs it until that is enough, and kills it then.
///
/// # Errors
/// When it cannot be started or ends before.
pub(crate) fn run_until(command: &mut Command, mut is_enough: impl FnMut() -> bool) -> io::Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = Held::spawn(command)?;
    while !is_enough() {
        if let Some(status) = child.0.try_wait()? {
            return Err(io::Error::other(format!("ended before it was killed: {status}")));
        }
        std::thread::sleep(LOOK_NOW_AND_THEN);
    }
    Ok(())
}

/// Runs it; what it says goes to a file and is shown when it fails.
///
/// # Errors
/// When it cannot be started or does not end with 0 or the exit code `also`.
pub(crate) fn run(command: &mut Command, also: i32) -> io::Result<Taken> {
    let mut told = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(told.try_clone()?).stderr(told.try_clone()?);
    let began = Instant::now();
    let mut child = Held::spawn(command)?;
    let id = child.0.id();
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw).ok_or_else(|| io::Error::other("no process"))?;
    let (is_over, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    let (wall, cpu, spent) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut spent = Vec::new();
            let mut next = Duration::ZERO;
            while !is_over.load(Ordering::Relaxed) {
                peak.fetch_max(peak_of(id), Ordering::Relaxed);
                if began.elapsed() >= next {
                    spent.push((since_1970(), cpu_of(id)));
                    next = began.elapsed() + LOOK_NOW_AND_THEN;
                }
                std::thread::sleep(LOOK);
            }
            spent
        });
        // Left unreaped, so that its processor time can still be read.
        let ended = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        let wall = began.elapsed();
        is_over.store(true, Ordering::Relaxed);
        let cpu = cpu_of(id);
        ended.map(|_| (wall, cpu, watch.join().unwrap_or_default()))
    })?;
    let status = child.0.wait()?;
    if !status.success() && status.code() != Some(also) {
        let mut text = String::new();
        io::Seek::rewind(&mut told)?;
        io::Read::read_to_string(&mut told, &mut text)?;
        let last: Vec<&str> = text.lines().rev().take(12).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        return Err(io::Error::other(format!("{status}\n{}", last.join("\n"))));
    }
    Ok(Taken { wall, cpu, peak: peak.into_inner(), spent })
}

/// `VmHWM`, KiB; zero once the process has ended.
fn peak_of(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// `utime` and `stime`, which Linux counts in hundredths of a second for everybody.
fn cpu_of(id: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: u64 = after_name.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Now, to be compared with moments in a journal.
pub(crate) fn since_1970() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "a bench has no clock port")]
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The middle one by wall time; the largest peak.
pub(crate) fn median(mut runs: Vec<Taken>) -> Option<Taken> {
    let count = runs.len();
    runs.sort_by_key(|taken| taken.wall);
    let peak = runs.iter().map(|taken| taken.peak).max()?;
    runs.into_iter().nth(count / 2).map(|middle| Taken { peak, ..middle })
}
