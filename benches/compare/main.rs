//! Whole copies side by side: Mailferry, mbsync and a floor, on two Dovecots of our own.
//!
//! ```text
//! cargo bench --bench compare                          all rows, three rounds
//! cargo bench --bench compare -- small far             some rows
//! cargo bench --bench compare -- --rounds 5 mixed      more rounds
//! cargo bench --bench compare -- --rounds 1 scale scale-dovecot scale-many   a million messages (several GB below /dev/shm, mdbox), only by name
//! cargo bench --bench compare -- --mail /var/tmp       mail on a disk, with fsync (otherwise /dev/shm)
//! cargo bench --bench compare -- --binary PATH         another mailferry than the one just built
//! cargo bench --bench compare -- --state DIR           where journals lie (otherwise the target folder: a real disk)
//! ```
//!
//! Rows: `small`, `single`, `far`, `mixed`, `mixed-tls`, `same`, `same-far`, `changed`, `verify`, `taken-up`, `scale`,
//! `scale-dovecot`, `scale-many`; `rows.rs` says what each is and what has to hold. Needs root and Debian's `dovecot-imapd`; `isync` for mbsync, which is left out where it is absent.
//!
//! Each run is a process of its own, from its start to its end, into an account that did not exist before; tools take turns, and the median
//! round counts. Mailferry runs as a user runs it: journal synced to disk, fingerprints, checks; only its second reading is switched off
//! (`--verify none`), and measured in a row of its own. After each run the messages at the target are counted. The floor is this very
//! program, called again with `floor` as its first argument.
//!
//! What is printed at the end is the table of the README.

#[path = "../../tests/support/dovecot.rs"]
mod dovecot;
mod flat;
mod floor;
mod measure;
mod proxy;
mod rows;
mod stage;
mod table;
mod talk;
mod tools;
mod workloads;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use rows::Row;
use stage::Stage;
use tokio::signal::unix::{SignalKind, signal};
use tools::Toolbox;

/// What is asked for.
struct Wish {
    rows: Vec<Row>,
    rounds: usize,
    mail: PathBuf,
    state: PathBuf,
    binary: PathBuf,
    settings: String,
}

impl Wish {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut wish = Self {
            rows: Vec::new(),
            rounds: 3,
            mail: PathBuf::from("/dev/shm"),
            state: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
            binary: tools::usual_binary().to_owned(),
            settings: String::new(),
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().cloned().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                // cargo adds it.
                "--bench" => {}
                "--rounds" => wish.rounds = value()?.parse().map_err(|_| "--rounds needs a number".to_owned())?,
                "--mail" => {
                    wish.mail = value()?.into();
                    wish.settings.push_str("mail_fsync = optimized\n");
                }
                "--state" => wish.state = value()?.into(),
                "--binary" => wish.binary = value()?.into(),
                name => wish.rows.push(Row::ALL.into_iter().find(|row| row.key() == name).ok_or(format!("no row or option: {name}"))?),
            }
        }
        if wish.rows.is_empty() {
            wish.rows = Row::ALL.into_iter().filter(|row| !row.is_at_scale()).collect();
        }
        if wish.rows.iter().any(|row| row.is_at_scale()) {
            // A file for each of a million messages would measure the file system.
            wish.settings.push_str("mail_location = mdbox:~/mdbox\n");
        }
        Ok(wish)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Fails only when it was done before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ended = match arguments.split_first() {
        Some((first, rest)) if first == "floor" => floor(rest),
        Some((first, _)) if first == flat::NAME => flat_server(),
        _ => compare(&arguments),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// The child process.
fn floor(arguments: &[String]) -> io::Result<()> {
    let floor = floor::Floor::from_arguments(arguments).ok_or_else(|| io::Error::other("not arguments of the floor"))?;
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(floor.run())
}

/// The other child process.
fn flat_server() -> io::Result<()> {
    let say = |port: u16| {
        let mut output = io::stdout();
        writeln!(output, "{port}")?;
        output.flush()
    };
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(flat::serve(say))
}

fn compare(arguments: &[String]) -> io::Result<()> {
    let wish = Wish::read(arguments).map_err(io::Error::other)?;
    if !Command::new("dovecot").arg("--version").output().is_ok_and(|told| told.status.success()) {
        return writeln!(io::stdout(), "dovecot-imapd is not installed: nothing is compared");
    }
    let tools = Toolbox::open(wish.binary)?;
    let mut say = |text: &str| {
        let _ = writeln!(io::stderr(), "{text}");
    };
    if !tools.has_mbsync {
        say("mbsync is not installed (Debian: isync): left out");
    }
    let machine = stage::machine();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let rows = runtime.block_on(async {
        let mut stage = Stage::set(&wish.mail, &wish.state, &wish.settings).await?;
        let mut signals = tokio::task::JoinSet::new();
        signals.spawn(async {
            if let Ok(mut terminate) = signal(SignalKind::terminate()) {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = tokio::signal::ctrl_c() => {}
                }
                // The rows end by themselves then, and the stage stops its servers.
                measure::cancel();
            }
        });
        let mut done = Vec::new();
        for row in wish.rows.iter().filter(|_| !measure::is_cancelled()) {
            // One row that fails does not take the others with it.
            match row.run(&mut stage, &tools, wish.rounds, &mut say).await {
                Ok(outcome) => done.push((*row, outcome)),
                Err(error) => say(&format!("{:>9}  {error}", row.key())),
            }
        }
        Ok::<_, io::Error>(done)
    })?;
    write!(io::stdout(), "{}", table::table(&rows, &machine, wish.rounds))
}
