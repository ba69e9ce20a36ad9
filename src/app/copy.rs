//! `mailferry copy`: one account into another, the engine alone.
//!
//! The session's name follows from the two accounts, so that the same command finds its own journal again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::{join, join3, try_join, try_join_all};
use tokio::sync::mpsc;

use crate::adapters::clock::SystemClock;
use crate::adapters::journal::SqliteJournal;
use crate::adapters::secrets::{self, MemorySecrets};
use crate::cli::{AccountUrl, CopyRequest, Ending, Exit, Printer, SecretSpec, exit_of, how_to_repeat, print_outcome};
use crate::domain::{Altered, CopyChoices};
use crate::domain::{EmailAddress, MigrationId, Secret, SecretRef, SessionId};
use crate::engine::{Engine, Opening, Stop, report};
use crate::plan::{SourceAccount, SourceName};
use crate::ports::{Clock, Journal, JournalError, SecretStore};
use crate::problem::{Problem, Troubling};
use crate::session::report::Report;
use crate::session::{Command, Destination, Mode, Notice, Query, Session, Step, source_secret, target_secret};

use super::Ground;
use super::autopilot::{Answers, DnsWish, End, next};
use super::ports::{KEYRING_PATIENCE, Outside};
use super::run::{Ran, interrupted, run};
use super::texts::{problem_line, problem_text};

/// The service under which the keyring keeps passwords.
const KEYRING_SERVICE: &str = "mailferry";

/// Copies, verifies, tells.
pub(super) async fn copy(request: CopyRequest, root: PathBuf, ground: &Ground) -> Ending {
    match attempt(request, &root, ground).await {
        Ok(ending) | Err(ending) => ending,
    }
}

async fn attempt(request: CopyRequest, root: &Path, ground: &Ground) -> Result<Ending, Ending> {
    let id = request.session();
    let address = address_of(&request.from);
    let kept = MemorySecrets::new();
    for (spec, account, reference) in [
        (&request.from_secret, &request.from, source_secret(&id, &address)),
        (&request.to_secret, &request.to, target_secret(&id, &address)),
    ] {
        let secret = read_secret(spec, account).await?;
        kept.set(&reference, &secret).await.map_err(|error| Ending::new(Exit::Failed, problem_text(&error.problem())))?;
    }
    let ca = request.ca.as_ref().map(std::fs::read_to_string).transpose();
    let ca = ca.map_err(|error| Ending::new(Exit::Failed, format!("error: the file given with --ca cannot be read: {error}")))?;
    let (journal, opening) = open(root, &id)?;
    let folder = root.join("sessions").join(id.as_str());
    let _log = super::logging::start(&folder, &ground.log());
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let ports = Outside::real(ca.into_iter().collect()).ports(&folder, Arc::clone(&journal), Arc::new(kept));
    let mut printer = Printer::new(std::io::stdout(), request.wording, super::local_offset()).telling(problem_line);
    if matches!(opening, Opening::Resume(_)) {
        printer.remember(&journal.events().await.map_err(|error| journal_ending(&error))?);
    }
    let mut limits = ground.limits();
    limits.thoroughness = request.thoroughness.unwrap_or(limits.thoroughness);
    let answers = answers(&request, &id, address);
    let opened = Engine::open_and(ports, limits, opening, |session| at_once(session, &answers)).await;
    let (engine, mut notices) = opened.map_err(|error| journal_ending(&error))?;
    tokio::select! {
        // Signals are listened to before anybody is talked to.
        biased;
        () = interrupted() => return Ok(Ending::new(Exit::Stopped, how_to_repeat())),
        proven = prove_logins(&engine, &answers, &request) => proven.map_err(|problem| {
            // A closed pipe: the last words say it, too.
            let _ = printer.problem(&problem);
            Ending::new(Exit::Failed, problem_text(&problem))
        })?,
    }
    decide_once(&engine, request.choices.over(ground.config.choices)).await;
    retry_refused(&engine).await;
    let ran = run(engine, &mut notices, &answers, &mut printer, |_| {}).await;
    let (end, engine) = match ran {
        Ran::Stopped(exit) => return Ok(Ending::new(exit, how_to_repeat())),
        Ran::Ended(end, engine) => (end, engine),
    };
    if let End::JournalFailed(problem) = &end {
        return Err(Ending::new(Exit::Failed, problem_text(problem)));
    }
    let handle = engine.handle();
    let stopping = stop_telling(*engine, &mut notices, &mut printer);
    let report = if end == End::Done {
        // Nothing runs any more: goodbyes, the report and the journal's tidying up need not wait for each other.
        let session = handle.session().clone();
        drop(handle);
        join3(stopping, saved_report(journal.as_ref(), &session), journal.wind_up()).await.1
    } else {
        stopping.await;
        let session = handle.session().clone();
        saved_report(journal.as_ref(), &session).await
    };
    let report = report.map_err(|error| journal_ending(&error))?;
    let told = print_outcome(&mut std::io::stdout(), &report, request.wording);
    match end {
        End::Done if told.is_ok() => Ok(Ending::new(exit_of(&report), "")),
        End::Done => Ok(Ending::new(Exit::Failed, "error: the result could not be printed")),
        End::Stopped(stopped) => {
            // Folders that are copied side by side stop for the same reason: it is said once.
            let problems: BTreeSet<String> = stopped.iter().map(|(_, problem)| problem_text(problem)).collect();
            let problems: Vec<String> = problems.into_iter().collect();
            Err(Ending::new(Exit::Failed, format!("{}\n\n{}", problems.join("\n\n"), how_to_repeat())))
        }
        End::Refused(refusal) => Err(Ending::new(Exit::Failed, format!("error: {refusal}"))),
        End::JournalFailed(problem) => Err(Ending::new(Exit::Failed, problem_text(&problem))),
        End::Closed => Ok(Ending::new(Exit::Stopped, how_to_repeat())),
    }
}

/// Before anything is begun, both accounts are logged in to: a typing error ends here, at once, and not in patient waiting. Later the
/// engine waits for networks and servers without end.
async fn prove_logins(engine: &Engine, answers: &Answers, request: &CopyRequest) -> Result<(), Problem> {
    let handle = engine.handle();
    let (is_begun, id) = {
        let session = handle.session();
        (session.is_plan_accepted, session.id.clone())
    };
    let (false, Some(id), [source, ..]) = (is_begun, id, answers.sources.as_slice()) else { return Ok(()) };
    let login = |account: &AccountUrl, secret| Query::ProveLogin { endpoint: account.endpoint.clone(), user: account.user.clone(), secret };
    let source_login = handle.ask(login(&request.from, source.secret.clone()));
    let target_login = handle.ask(login(&request.to, target_secret(&id, &source.address)));
    try_join(source_login, target_login).await.map(|_| ())
}

/// Writes the report beside the journal.
async fn saved_report(journal: &dyn Journal, session: &Session) -> Result<Report, JournalError> {
    let report = report(journal, session, SystemClock.now()).await?;
    try_join_all(report.files().iter().map(|(name, bytes)| journal.save_file(name, bytes))).await?;
    Ok(report)
}

/// Stops; what other tasks finish meanwhile is told too.
async fn stop_telling(engine: Engine, notices: &mut mpsc::Receiver<Notice>, printer: &mut Printer<std::io::Stdout>) {
    let telling = async {
        while let Some(notice) = notices.recv().await {
            let _ = printer.notice(&notice);
        }
    };
    join(engine.stop(Stop::Soft), telling).await;
}

/// What the command line decides holds from the first run on; that altered mail is accepted can be said later, too.
async fn decide_once(engine: &Engine, choices: CopyChoices) {
    let handle = engine.handle();
    let is_planned = handle.session().is_plan_accepted;
    let command = match (is_planned, choices.altered) {
        (false, _) => Command::MakeChoices { choices },
        (true, Altered::Accept) => Command::AcceptAltered { migration: MigrationId(1) },
        (true, Altered::Stop) => return,
    };
    // Refused only when it holds already.
    let _ = handle.submit(command).await;
}

/// What follows at once: a new session learns who copies what, as far as nothing is begun by that; a copy that was finished before gets
/// another pass, in which only what is new travels.
fn at_once(session: &Session, answers: &Answers) -> Option<Command> {
    match session.step() {
        Step::Connect | Step::Source => next(session, answers),
        step if step >= Step::Dns => Some(Command::RequestDelta { migration: MigrationId(1) }),
        _ => None,
    }
}

/// What was refused before is tried again.
async fn retry_refused(engine: &Engine) {
    let handle = engine.handle();
    let has_refused = handle.session().migrations.iter().any(|m| m.refused() > 0);
    if has_refused {
        let _ = handle.submit(Command::RetryRefused { migration: MigrationId(1) }).await;
    }
}

fn open(root: &Path, id: &SessionId) -> Result<(SqliteJournal, Opening), Ending> {
    match SqliteJournal::open(root, id) {
        Ok(journal) => Ok((journal, Opening::Resume(id.clone()))),
        Err(JournalError::Unknown { .. }) => {
            let journal = SqliteJournal::create(root, id).map_err(|error| journal_ending(&error))?;
            Ok((journal, Opening::New(id.clone())))
        }
        Err(error) => Err(journal_ending(&error)),
    }
}

/// A journal that cannot be used: refused when it belongs to somebody else, failed otherwise.
pub(super) fn journal_ending(error: &JournalError) -> Ending {
    let exit = match error {
        JournalError::Locked { .. } | JournalError::TooNew { .. } | JournalError::Unknown { .. } => Exit::Refused,
        JournalError::DiskFull { .. } | JournalError::ReadOnly { .. } | JournalError::Damaged { .. } => Exit::Failed,
    };
    Ending::new(exit, problem_text(&error.problem()))
}

/// The address under which the account is listed; a user name that is none is made into one.
fn address_of(account: &AccountUrl) -> EmailAddress {
    let plain: String =
        account.user.to_ascii_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect();
    let host = &account.endpoint.host;
    let named =
        [account.user.clone(), format!("{}@{host}", account.user), format!("{plain}@{host}"), format!("{plain}@localhost.localdomain")];
    let fallback = || EmailAddress::new("account", &"localhost.localdomain".parse().expect("a domain")).expect("an address");
    named.iter().find_map(|text| text.parse().ok()).unwrap_or_else(fallback)
}

fn answers(request: &CopyRequest, id: &SessionId, address: EmailAddress) -> Answers {
    let source = SourceAccount {
        secret: source_secret(id, &address),
        address,
        service: None,
        endpoint: request.from.endpoint.clone(),
        user: request.from.user.clone(),
        display_name: None,
        first_name: None,
        last_name: None,
    };
    Answers {
        mode: Mode::Guided,
        access: None,
        sources: vec![source],
        destination: Destination { service: None, display_name: None, endpoint: request.to.endpoint.clone(), webmail: None },
        domains: Vec::new(),
        order: None,
        source_name: SourceName::Kept,
        target_user: Some(request.to.user.clone()),
        dns: DnsWish::Skip,
        finish: None,
    }
}

/// The password of an account. One that the keyring does not know yet is asked for, where somebody can type, and kept there.
async fn read_secret(spec: &SecretSpec, account: &AccountUrl) -> Result<Secret, Ending> {
    let who = format!("{} at {}", account.user, account.endpoint);
    let failed = |text: String| Ending::new(Exit::Failed, format!("error: {text}"));
    if let Some(secret) = spec.read(&format!("Password of {who}: ")).map_err(|error| failed(error.to_string()))? {
        return Ok(secret);
    }
    let keyring = secrets::open(KEYRING_SERVICE, KEYRING_PATIENCE).await;
    if let Some(trouble) = keyring.keyring_trouble() {
        return Err(failed(format!("there is no keyring here ({trouble}): use fd:N, file:PATH or prompt instead")));
    }
    let reference = SecretRef(format!("imap {who}"));
    let told = |error: &crate::ports::SecretError| Ending::new(Exit::Failed, problem_text(&error.problem()));
    if let Some(secret) = keyring.get(&reference).await.map_err(|error| told(&error))? {
        return Ok(secret);
    }
    if !super::is_terminal() {
        return Err(failed(format!("the keyring has no password of {who}: give the command once in a terminal, and it asks for it")));
    }
    let typed =
        SecretSpec::Prompt.read(&format!("Password of {who} (kept in the keyring): ")).map_err(|error| failed(error.to_string()))?;
    let secret = typed.unwrap_or_else(|| Secret::new(""));
    keyring.set(&reference, &secret).await.map_err(|error| told(&error))?;
    Ok(secret)
}
