//! The composition root: introduces the rooms to one another.
//!
//! The only place that knows everybody, reads the environment and writes to the standard streams. No rule of the program is decided here.

mod autopilot;
mod copy;
mod credentials;
mod demo;
mod driver;
mod environment;
mod faults;
mod logging;
mod passwords;
mod ports;
mod run;
mod sessions;
mod texts;
mod wizard;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use jiff::tz::TimeZone;

use crate::cli::{self, CredentialsFrom, Ending, Exit, Invocation, Manner, Options, Terminal};
use crate::engine::Limits;
use crate::problem::Troubling;
use crate::settings::{Config, ThemeChoice};
use crate::tui::{Glyphs, Look, Prefill, Theme};

pub use autopilot::{Answers, DnsWish, End, drive, next};
use credentials::{Places, kept_by_sessions};
use environment::Environment;
use ports::Outside;
use wizard::{Stage, Wish};

/// The whole program: arguments in, exit code out.
pub fn main() -> ExitCode {
    let ending = begin();
    let _ = ending.say(&mut std::io::stdout(), &mut std::io::stderr());
    ExitCode::from(ending.exit.code())
}

fn begin() -> Ending {
    let terminal = if is_terminal() { Terminal::Present } else { Terminal::Absent };
    let request = match cli::parse(std::env::args_os(), terminal) {
        Ok(request) => request,
        Err(ending) => return ending,
    };
    // Both fail only when they were done before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    crate::problem::quiet_guarded_panics();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Ending::new(Exit::Failed, format!("error: {error}")),
    };
    let ending = runtime.block_on(dispatch(request));
    // A keyring that never answers must not hold the end of the program up.
    runtime.shutdown_background();
    ending
}

/// Threads that move mail: half of the processors. Waking another thread costs more than a copy, which waits for servers most of the
/// time, gains by it; what computes for long has threads of its own.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, |processors| (processors.get() / 2).max(1))
}

async fn dispatch(request: cli::Request) -> Ending {
    if !matches!(request.invocation, Invocation::Completions { .. } | Invocation::Man { .. }) {
        keep_to_owner();
    }
    let ground = match Ground::find(&request.options) {
        Ok(ground) => ground,
        Err(ending) => return ending,
    };
    match request.invocation {
        Invocation::Completions { shell } => printed(cli::write_completions(shell, &mut std::io::stdout())),
        Invocation::Man { folder } => printed(cli::write_man_pages(&folder)),
        Invocation::Sessions(request) => sessions::sessions(request, &ground.state).await,
        Invocation::Copy(request) => {
            let root = if ground.is_state_given { ground.state.clone() } else { ground.state.join("copies") };
            copy::copy(*request, root, &ground).await
        }
        Invocation::Demo(request) if request.manner != Manner::Wizard => demo::without_screen(request, &ground).await,
        Invocation::Demo(request) => demo::wizard(request, &ground).await,
        Invocation::Passwords(request) => passwords::passwords(request, &ground.state).await,
        Invocation::Wizard => ground.wizard(Wish::Choose).await,
        Invocation::Resume { id: Some(id) } => ground.wizard(Wish::This(id)).await,
        Invocation::Resume { id: None } => ground.wizard(Wish::Latest).await,
    }
}

/// What is written from here on, logs and the demo's mail included, is nobody else's to read.
fn keep_to_owner() {
    #[cfg(unix)]
    {
        use rustix::fs::Mode;
        rustix::process::umask(Mode::RWXG | Mode::RWXO);
    }
}

fn printed(result: std::io::Result<()>) -> Ending {
    match result {
        Ok(()) => Ending::new(Exit::Done, ""),
        Err(error) => Ending::new(Exit::Failed, format!("error: {error}")),
    }
}

/// Whether somebody can look and type.
fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// The zone of this computer. To give it its name `jiff` looks through all zones of the world, which takes milliseconds; the rules alone
/// are in one file.
fn local_zone() -> TimeZone {
    let usual = if environment::names_a_zone() { None } else { std::fs::read("/etc/localtime").ok() };
    usual.and_then(|rules| TimeZone::tzif("local", &rules).ok()).unwrap_or_else(TimeZone::system)
}

/// Minutes that local time is east of UTC now.
fn local_offset() -> i16 {
    let seconds = local_zone().to_offset(jiff::Timestamp::now()).seconds();
    i16::try_from(seconds / 60).unwrap_or(0)
}

/// What the program stands on: folders and settings.
struct Ground {
    state: PathBuf,
    is_state_given: bool,
    config: Config,
    environment: Environment,
    places: Places,
}

impl Ground {
    fn find(options: &Options) -> Result<Self, Ending> {
        let environment = Environment::read().map_err(|error| Ending::new(Exit::Failed, format!("error: {error}")))?;
        let config = read_config(options, &environment)?;
        let configured = config.state_folder.clone().map(|folder| environment.resolve(&folder));
        let state = options.state.clone().or(configured).unwrap_or_else(|| environment.state.clone());
        let places = Places {
            environment: environment.ovh.clone(),
            files: environment.ovh_files(),
            endpoint: options.endpoint.clone(),
            only: options.credentials_from.clone(),
        };
        Ok(Self { state, is_state_given: options.state.is_some(), config, environment, places })
    }

    /// The wizard in the real world.
    async fn wizard(&self, wish: Wish) -> Ending {
        match self.prefill().await {
            Ok(prefill) => wizard::wizard(self.stage(prefill), wish, |_| {}).await,
            Err(ending) => ending,
        }
    }

    /// Keys of the API that lie on this computer. A place that was named and has none is a wrong command line; of others it is told where
    /// the keys are chosen.
    async fn prefill(&self) -> Result<Prefill, Ending> {
        let mut search = self.places.search();
        if self.places.wants_keyring() {
            let sessions = sessions::read_all(&self.state).await.unwrap_or_default();
            search.found.extend(kept_by_sessions(&sessions, wizard::KEYRING_SERVICE).await);
        }
        let words = crate::text::Words::english();
        if self.places.only == Some(CredentialsFrom::Keyring) && search.found.is_empty() {
            return Err(Ending::new(Exit::Usage, format!("error: {}", words.say("credential-keyring-empty", &[]))));
        }
        let is_named = self.places.only.is_some();
        if is_named && let Some(trouble) = search.troubles.iter().find(|trouble| !trouble.fault.is_warning()) {
            return Err(Ending::new(Exit::Usage, format!("error: {}", trouble.sentence(&words))));
        }
        Ok(Prefill { api_endpoint: search.endpoint, found: search.found, troubles: search.troubles, ..Prefill::default() })
    }

    /// What the wizard runs on in the real world.
    fn stage(&self, prefill: Prefill) -> Stage {
        Stage {
            root: self.state.clone(),
            look: self.look(),
            log: self.log(),
            limits: self.limits(),
            keyring: wizard::KEYRING_SERVICE,
            outside: Outside::real(Vec::new()),
            choices: self.config.choices,
            prefill,
            is_demo: false,
            resume: "mailferry resume {id}".to_owned(),
        }
    }

    /// Filter of the log: what the environment asks for, else what is configured.
    fn log(&self) -> String {
        self.environment.log.clone().unwrap_or_else(|| self.config.log.as_str().to_owned())
    }

    /// How things look: what is configured, within what the terminal can show.
    fn look(&self) -> Look {
        let theme = match self.config.theme {
            _ if self.environment.is_colourless => Theme::without_colour(),
            ThemeChoice::Auto => Theme::default(),
            ThemeChoice::Dark => Theme::named("dark").unwrap_or_default(),
            ThemeChoice::Light => Theme::named("light").unwrap_or_default(),
            ThemeChoice::Mono => Theme::without_colour(),
        };
        let glyphs = if self.config.ascii || self.environment.is_ascii { Glyphs::ASCII } else { Glyphs::UNICODE };
        Look { theme, glyphs, offset_minutes: i32::from(local_offset()), ..Look::default() }
    }

    fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.accounts = self.config.accounts;
        limits.lanes_per_account = self.config.connections;
        limits.thoroughness = self.config.verify;
        limits
    }
}

/// The configuration that was named, or the usual one where there is one.
fn read_config(options: &Options, environment: &Environment) -> Result<Config, Ending> {
    let usual = environment.config.join("config.toml");
    let path = match &options.config {
        Some(path) => path.clone(),
        None if usual.exists() => usual,
        None => return Ok(Config::default()),
    };
    let unreadable =
        |error: std::io::Error| Ending::new(Exit::Usage, format!("error: the configuration {} cannot be read: {error}", path.display()));
    let text = std::fs::read_to_string(&path).map_err(unreadable)?;
    Config::parse(&text).map_err(|fault| {
        let problem = fault.problem().with("file", path.display()).because(&fault);
        Ending::new(Exit::Usage, texts::problem_text(&problem))
    })
}
