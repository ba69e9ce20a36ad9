//! The wizard: which session, on which outside, and the way out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::adapters::clock::SystemClock;
use crate::adapters::journal::SqliteJournal;
use crate::adapters::secrets;
use crate::cli::{Ending, Exit};
use crate::domain::{CopyChoices, SessionId};
use crate::engine::{Engine, Limits, Opening};
use crate::ports::{Clock, Journal, JournalError, SecretStore};
use crate::session::{Command, Notice, Session};
use crate::tui::{self, Access, Choice, Found, Leaving, Look, Prefill, Setup};

use super::copy::journal_ending;
use super::driver::{EngineDriver, Watcher, follow};
use super::ports::{KEYRING_PATIENCE, Outside};
use super::sessions::read_all;

/// Service of the keyring under which the wizard keeps what it was told.
pub(super) const KEYRING_SERVICE: &str = "mailferry";

/// What a wizard runs on.
pub(super) struct Stage {
    /// State folder; its sessions are in `sessions/`.
    pub(super) root: PathBuf,
    /// How things look.
    pub(super) look: Look,
    /// Filter of the log.
    pub(super) log: String,
    /// What the engine may use.
    pub(super) limits: Limits,
    /// Service of the keyring.
    pub(super) keyring: &'static str,
    /// Where servers are.
    pub(super) outside: Outside,
    /// What is decided once for all folders, as configured.
    pub(super) choices: CopyChoices,
    /// Answers shown in advance.
    pub(super) prefill: Prefill,
    /// Whether this is the rehearsal.
    pub(super) is_demo: bool,
    /// How the session is taken up again, in words for the shell; `{id}` stands for its name.
    pub(super) resume: String,
}

/// Which session to open.
pub(super) enum Wish {
    /// Whatever the person chooses; a new one where nothing is unfinished.
    Choose,
    /// The latest that is not finished.
    Latest,
    /// This one.
    This(SessionId),
}

/// Runs the wizard. `tap` hears every notice before the screen does.
pub(super) async fn wizard(stage: Stage, wish: Wish, tap: impl FnMut(&Notice) + Send + 'static) -> Ending {
    let chosen = match choose(&stage, wish).await {
        Ok(chosen) => chosen,
        Err(ending) => return ending,
    };
    let done = match chosen {
        Choice::Quit => return Ending::new(Exit::Done, ""),
        Choice::New => open(&stage, new_id(), Opened::New, tap).await,
        Choice::Resume(id) => open(&stage, id, Opened::Again, tap).await,
        Choice::Watch(id) => watch(&stage, id).await,
    };
    done.unwrap_or_else(|ending| ending)
}

async fn choose(stage: &Stage, wish: Wish) -> Result<Choice, Ending> {
    let unknown = |id: &str| journal_ending(&JournalError::Unknown { id: id.to_owned() });
    let all = read_all(&stage.root).await.map_err(|error| journal_ending(&error))?;
    match wish {
        Wish::This(id) => {
            let found = all.iter().find(|(found, _)| found.id == id).ok_or_else(|| unknown(id.as_str()))?;
            Ok(if found.0.held_by.is_some() { Choice::Watch(id) } else { Choice::Resume(id) })
        }
        Wish::Latest => {
            let is_open = |read: &Result<Session, JournalError>| read.as_ref().is_ok_and(|session| !session.is_finished);
            let latest = all.iter().filter(|(_, read)| is_open(read)).max_by_key(|(found, _)| found.touched);
            let found = latest
                .map(|(found, _)| found)
                .ok_or_else(|| Ending::new(Exit::Refused, "There is no unfinished session. 'mailferry' begins a new one."))?;
            Ok(if found.held_by.is_some() { Choice::Watch(found.id.clone()) } else { Choice::Resume(found.id.clone()) })
        }
        Wish::Choose => {
            let begun = |session: &Session| !session.is_finished && session.mode.is_some();
            let unfinished: Vec<Found> =
                all.into_iter().filter_map(|(found, read)| read.ok().filter(begun).map(|session| Found { found, session })).collect();
            if unfinished.is_empty() {
                return Ok(Choice::New);
            }
            let picked = tui::pick_session(unfinished, stage.look.clone(), SystemClock.now()).await;
            picked.map_err(|error| no_terminal(&error))
        }
    }
}

fn no_terminal(error: &std::io::Error) -> Ending {
    Ending::new(Exit::Usage, format!("error: the terminal cannot be used: {error}"))
}

fn new_id() -> SessionId {
    SessionId::from_bits(rand::random())
}

enum Opened {
    New,
    Again,
}

async fn open(stage: &Stage, id: SessionId, opened: Opened, mut tap: impl FnMut(&Notice) + Send + 'static) -> Result<Ending, Ending> {
    let told = |error: JournalError| journal_ending(&error);
    let (journal, opening) = match opened {
        Opened::New => (SqliteJournal::create(&stage.root, &id).map_err(told)?, Opening::New(id.clone())),
        Opened::Again => (SqliteJournal::open(&stage.root, &id).map_err(told)?, Opening::Resume(id.clone())),
    };
    let folder = journal.folder().to_owned();
    let _log = super::logging::start(&folder, &stage.log);
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let secrets = secrets::open(stage.keyring, KEYRING_PATIENCE).await;
    let ports = stage.outside.ports(&folder, Arc::clone(&journal), Arc::clone(&secrets));
    let (engine, mut heard) = Engine::open(ports, stage.limits.clone(), opening).await.map_err(told)?;
    let is_open = stage.choices != CopyChoices::default() && engine.handle().session().choices.is_none();
    if is_open {
        // Refused only when a plan was accepted: then it holds as it was accepted.
        let _ = engine.handle().submit(Command::MakeChoices { choices: stage.choices }).await;
    }
    let history = journal.events().await.map_err(told)?;
    let setup = setup(stage, &folder, (Session::replay(&history), history), (Access::Full, &secrets));
    let (publish, notices) = mpsc::channel(1024);
    let mut tapping = JoinSet::new();
    tapping.spawn(async move {
        while let Some(notice) = heard.recv().await {
            tap(&notice);
            if publish.send(notice).await.is_err() {
                break;
            }
        }
    });
    let left = tui::run(EngineDriver::new(engine), notices, setup).await.map_err(|error| no_terminal(&error))?;
    Ok(farewell(stage, &left))
}

async fn watch(stage: &Stage, id: SessionId) -> Result<Ending, Ending> {
    let told = |error: JournalError| journal_ending(&error);
    let journal = SqliteJournal::watch(&stage.root, &id).map_err(told)?;
    let history = journal.events().await.map_err(told)?;
    let seen = history.last().map_or(0, |event| event.seq);
    let secrets: Arc<dyn SecretStore> = Arc::new(secrets::MemorySecrets::new());
    let setup = setup(stage, journal.folder(), (Session::replay(&history), history), (Access::WatchOnly, &secrets));
    let (publish, notices) = mpsc::channel(1024);
    let mut following = JoinSet::new();
    let (root, watched) = (stage.root.clone(), id.clone());
    following.spawn(async move { follow(&root, &watched, seen, publish).await });
    tui::run(Watcher, notices, setup).await.map_err(|error| no_terminal(&error))?;
    Ok(Ending::new(Exit::Done, ""))
}

fn setup(
    stage: &Stage,
    folder: &Path,
    (session, history): (Session, Vec<crate::session::StoredEvent>),
    (access, secrets): (Access, &Arc<dyn SecretStore>),
) -> Setup {
    Setup {
        session,
        history,
        prefill: stage.prefill.clone(),
        look: stage.look.clone(),
        is_demo: stage.is_demo,
        access,
        keeping: secrets.keeping(),
        keyring_trouble: secrets.keyring_trouble(),
        state_folder: folder.display().to_string(),
        now: SystemClock.now(),
    }
}

fn farewell(stage: &Stage, left: &tui::Exit) -> Ending {
    let id = left.id.as_ref().map(ToString::to_string).unwrap_or_default();
    let text = left.farewell(&stage.look.words, &stage.resume.replace("{id}", &id));
    let exit = match left.leaving {
        Leaving::Finished => Exit::Done,
        Leaving::Soft | Leaving::Hangup => Exit::Stopped,
        Leaving::Hard => Exit::HardStop,
    };
    // Stopping is what the person wanted: its words belong on standard output, its code stays 3.
    Ending::new(exit, text)
}
