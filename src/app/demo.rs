//! `mailferry demo`: the whole program on an imaginary OVHcloud.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::adapters::clock::SystemClock;
use crate::adapters::journal::SqliteJournal;
use crate::adapters::secrets::MemorySecrets;
use crate::cli::{Act, DemoRequest, Ending, Exit, Fault, Manner, Printer, Wording, exit_of, print_outcome};
use crate::domain::{EmailAddress, ImapEndpoint, MailboxName, Platform, ServiceId, SessionId, WireName, decode_utf7};
use crate::engine::{Engine, Limits, Opening, Stop, report};
use crate::plan::{SourceAccount, SourceName};
use crate::ports::{ApiKeys, Clock, Journal, SecretStore};
use crate::problem::ProblemCode;
use crate::sandbox::demo::{Demo, DemoFaults, DemoOptions, MailSize};
use crate::sandbox::mail::{Fault as MailFault, Scope};
use crate::sandbox::world::{
    DOMAIN, EMAIL_PRO_HOST, EXCHANGE_HOST, FOREIGN_HOST, MX_PLAN_DOMAIN, MX_PLAN_HOST, MX_PLAN_LEGACY_DOMAIN, MX_PLAN_ZIMBRA_DOMAIN,
    MX_PLAN_ZIMBRA_HOST, OTHER_DOMAIN, PLAIN_HOST, Pace, WorldLogin, email_pro_service, exchange_service, mx_plan_legacy_service,
    mx_plan_service, mx_plan_zimbra_service, seeded_password, zimbra_service,
};
use crate::session::{
    ApiAccess, ApiCredential, ApiSecret, Command, Destination, Migration, Mode, Notice, Session, StoredEvent, Strategy, api_secret,
    source_secret,
};
use crate::settings::Platforms;
use crate::tui::{Prefill, PrefilledAccount};

use super::Ground;
use super::autopilot::{Answers, DnsWish, End};
use super::copy::journal_ending;
use super::faults::{self, Trouble};
use super::ports::Outside;
use super::run::{Ran, interrupted, run};
use super::sessions::read_all;
use super::texts::{problem_line, problem_text};
use super::wizard::{Stage, Wish};

/// Service of the keyring under which the demo keeps what it was told.
pub(super) const DEMO_KEYRING_SERVICE: &str = "mailferry-demo";
/// The seed of the usual world.
const USUAL_SEED: u64 = 1;
/// The servers of the demo are as far away and as busy as real ones, so that a copy can be watched.
const DISTANCE: MailFault = MailFault::Latency { per_command: Duration::from_millis(3), per_stored: Duration::from_millis(5) };
/// The accounts with which the demo's world begins.
const CAST: [(&str, &str, &[&str]); 5] = [
    (EXCHANGE_HOST, DOMAIN, &["john.smith", "anna.keller", "info"]),
    (EMAIL_PRO_HOST, OTHER_DOMAIN, &["sales"]),
    (MX_PLAN_HOST, MX_PLAN_DOMAIN, &["hello"]),
    (MX_PLAN_ZIMBRA_HOST, MX_PLAN_ZIMBRA_DOMAIN, &["orders", "lucy.brown"]),
    (PLAIN_HOST, MX_PLAN_LEGACY_DOMAIN, &["treasurer", "secretary"]),
];
/// The account of the demo's legacy MX Plan that has neither a redirection nor an automatic reply.
const PLAIN_ACCOUNT: &str = "treasurer";
/// Milliseconds between two looks at operations and DNS: the demo's world is near.
const POLL_MILLIS: u64 = 500;

/// Starts the world in a folder, at the pace that was asked for.
pub(super) async fn start(request: &DemoRequest, folder: &Path) -> Result<Demo, Ending> {
    let options = DemoOptions {
        seed: request.seed.unwrap_or(USUAL_SEED),
        folder: Some(folder.join("world")),
        pace: if request.is_fast { Pace::Quick } else { Pace::Human },
        size: if request.is_small { MailSize::Small } else { MailSize::Full },
        now: SystemClock.now(),
        faults: DemoFaults {
            mail: if request.is_fast { Vec::new() } else { vec![(Scope::Everywhere, DISTANCE)] },
            ..DemoFaults::default()
        },
    };
    Demo::start(options).await.map_err(|error| {
        let text = format!("error: the demo's world cannot be started in {}: {error}", folder.display());
        Ending::new(Exit::Failed, text)
    })
}

/// What the engine may use in the demo: as always, but it looks more often.
pub(super) fn limits(request: &DemoRequest) -> Limits {
    let poll = if request.is_fast { 50 } else { POLL_MILLIS };
    let mut limits = Limits::default();
    limits.operation_poll_millis = poll;
    limits.dns_poll_millis = poll.max(200);
    // Five minutes at a real MX Plan (Zimbra): here as long as its operations take.
    limits.longest_release_millis = poll * 20;
    limits
}

/// Without a screen: serves, or walks through all steps by itself.
pub(super) async fn without_screen(request: DemoRequest, ground: &Ground) -> Ending {
    let done = match (request.manner, request.fault, request.act) {
        (Manner::Serve(wording), ..) => serve(&request, &ground.state, wording).await,
        (Manner::Auto(_), Some(Fault::Kill), None) => faults::kill_and_go_on(&request, &ground.state).await,
        (Manner::Auto(wording), ..) => auto(&request, ground, wording).await,
        (Manner::Wizard, ..) => Err(Ending::new(Exit::Usage, "error: the wizard needs a terminal")),
    };
    done.unwrap_or_else(|ending| ending)
}

/// The wizard on the demo's world. An unfinished rehearsal goes on; else a new world begins.
pub(super) async fn wizard(request: DemoRequest, ground: &Ground) -> Ending {
    if request.fault == Some(Fault::Kill) && request.act.is_none() {
        return faults::kill_and_go_on(&request, &ground.state).await.unwrap_or_else(|ending| ending);
    }
    let root = ground.state.join("demo");
    match rehearse(&request, ground, root).await {
        Ok(ending) | Err(ending) => ending,
    }
}

async fn rehearse(request: &DemoRequest, ground: &Ground, root: PathBuf) -> Result<Ending, Ending> {
    let sessions = read_all(&root).await.unwrap_or_default();
    let unfinished = sessions.iter().find(|(_, read)| read.as_ref().is_ok_and(|s| !s.is_finished && s.mode.is_some()));
    let wish = if let Some((found, _)) = unfinished {
        Wish::This(found.id.clone())
    } else {
        fresh(&root)?;
        Wish::Choose
    };
    if unfinished.is_some_and(|(found, _)| found.held_by.is_some()) {
        return Err(Ending::new(
            Exit::Refused,
            "The demo is running in another terminal. Close it there first, or use --state for a second one.",
        ));
    }
    let demo = start(request, &root).await?;
    let mut trouble = Trouble::new(request, &demo);
    let resume = if root.starts_with(&ground.environment.state) {
        "mailferry demo".to_owned()
    } else {
        format!("mailferry --state {} demo", ground.state.display())
    };
    let stage = Stage {
        root,
        look: ground.look(),
        log: ground.log(),
        limits: limits(request),
        keyring: DEMO_KEYRING_SERVICE,
        outside: Outside::demo(&demo),
        choices: crate::domain::CopyChoices::default(),
        prefill: prefill(&demo),
        is_demo: true,
        resume,
    };
    Ok(super::wizard::wizard(stage, wish, move |notice| trouble.watch(notice)).await)
}

/// The demo's answers, shown in the fields in advance.
fn prefill(demo: &Demo) -> Prefill {
    let ApiKeys::Application { application_key, application_secret, consumer_key } = demo.api_keys() else { return Prefill::default() };
    let password_of = |host: &str, address: &EmailAddress| seeded_password(demo.world().seed(), host, address);
    let mut passwords = BTreeMap::new();
    for login in demo.logins() {
        if let Some(password) = login.password {
            passwords.insert(login.address, password);
        }
    }
    // Accounts that were renamed already are still asked for under the address that they had.
    for (host, domain, locals) in CAST {
        for address in locals.iter().filter_map(|local| format!("{local}@{domain}").parse::<EmailAddress>().ok()) {
            passwords.entry(address.clone()).or_insert_with(|| password_of(host, &address));
        }
    }
    let guided = demo.logins().into_iter().filter(|login| login.host == FOREIGN_HOST);
    Prefill {
        mode: Some(Mode::Automatic),
        api_endpoint: Some(demo.api_endpoint().to_string()),
        application_key: Some(application_key),
        application_secret: Some(application_secret),
        consumer_key,
        found: Vec::new(),
        troubles: Vec::new(),
        accounts: guided.map(|login| PrefilledAccount { address: login.address, host: FOREIGN_HOST.to_owned() }).collect(),
        target_host: Some(PLAIN_HOST.to_owned()),
        panel: Some(demo.panel_url()),
        passwords,
        ..Prefill::default()
    }
}

async fn serve(request: &DemoRequest, state: &Path, wording: Wording) -> Result<Ending, Ending> {
    let folder = fresh(&state.join("demo-served"))?;
    let demo = start(request, &folder).await?;
    let failed = |error: std::io::Error| Ending::new(Exit::Failed, format!("error: {error}"));
    let ca = folder.join("ca.pem");
    std::fs::write(&ca, demo.ca_pem()).map_err(failed)?;
    let summary = demo.summary(&ca);
    let text = match wording {
        Wording::Json => serde_json::to_string(&summary).map_err(|error| failed(error.into()))?,
        Wording::Text => summary.to_string(),
    };
    let mut out = std::io::stdout();
    std::io::Write::write_all(&mut out, format!("{text}\n").as_bytes()).and_then(|()| std::io::Write::flush(&mut out)).map_err(failed)?;
    interrupted().await;
    Ok(Ending::new(Exit::Done, ""))
}

/// An empty folder, whatever was in it.
pub(super) fn fresh(folder: &Path) -> Result<PathBuf, Ending> {
    let failed = |error: std::io::Error| Ending::new(Exit::Failed, format!("error: {} cannot be used: {error}", folder.display()));
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(failed)?;
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    Ok(folder.to_owned())
}

async fn auto(request: &DemoRequest, ground: &Ground, wording: Wording) -> Result<Ending, Ending> {
    let folder = ground.state.join("demo-auto");
    let goes_on = request.act == Some(Act::Second);
    if !goes_on {
        fresh(&folder)?;
    }
    let demo = start(request, &folder).await?;
    let id = SessionId::from_bits(u32::try_from(demo.world().seed() % (1 << 30)).unwrap_or(0));
    let (journal, opening) = if goes_on {
        (SqliteJournal::open(&folder, &id).map_err(|e| journal_ending(&e))?, Opening::Resume(id.clone()))
    } else {
        (SqliteJournal::create(&folder, &id).map_err(|e| journal_ending(&e))?, Opening::New(id.clone()))
    };
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let kept = folder.join("sessions").join(id.as_str());
    let _log = super::logging::start(&kept, &ground.log());
    let events = journal.events().await.map_err(|e| journal_ending(&e))?;
    let answers = answers(&demo, request, &id)?;
    let secrets = secrets(&demo, &id, &answers, &events).await?;
    let mut printer = Printer::new(std::io::stdout(), wording, super::local_offset()).telling(problem_line);
    printer.remember(&events);
    if events.is_empty() {
        let _ = printer.remark("This is the demo: an imaginary OVHcloud on this machine. Nothing real is touched.");
    }
    let mut trouble = Trouble::new(request, &demo);
    let ports = Outside::demo(&demo).ports(&kept, Arc::clone(&journal), secrets);
    let (engine, mut notices) = Engine::open(ports, limits(request), opening).await.map_err(|e| journal_ending(&e))?;
    let mut engine = engine;
    let session = loop {
        match run(engine, &mut notices, &answers, &mut printer, |notice| trouble.watch(notice)).await {
            Ran::Stopped(exit) => return Ok(Ending::new(exit, "Stopped. 'mailferry demo' begins a new one.")),
            Ran::Ended(End::Stopped(stopped), back) => {
                let is_full = stopped.iter().any(|(_, problem)| problem.code == ProblemCode::QuotaFull);
                if !(is_full && trouble.relieve()) {
                    let problems: Vec<String> = stopped.iter().map(|(_, problem)| problem_text(problem)).collect();
                    return Err(Ending::new(Exit::Failed, problems.join("\n\n")));
                }
                let _ = printer.remark("The demo makes room in the new account, and goes on.");
                let _ = back.handle().submit(Command::RetryAll).await;
                engine = *back;
            }
            Ran::Ended(End::Done, back) => {
                let session = back.handle().session().clone();
                back.stop(Stop::Soft).await;
                break session;
            }
            Ran::Ended(End::JournalFailed(problem), _) => return Err(Ending::new(Exit::Failed, problem_text(&problem))),
            Ran::Ended(other, _) => return Err(Ending::new(Exit::Failed, format!("error: the demo ended early: {other:?}"))),
        }
    };
    conclude(&demo, journal.as_ref(), &session, (wording, &folder)).await
}

async fn conclude(demo: &Demo, journal: &dyn Journal, session: &Session, (wording, folder): (Wording, &Path)) -> Result<Ending, Ending> {
    let report = report(journal, session, SystemClock.now()).await.map_err(|e| journal_ending(&e))?;
    let failed = |error: std::io::Error| Ending::new(Exit::Failed, format!("error: {error}"));
    print_outcome(&mut std::io::stdout(), &report, wording).map_err(failed)?;
    let differences = differences(demo, session);
    if !differences.is_empty() {
        return Err(Ending::new(Exit::Failed, format!("error: source and target differ:\n  {}", differences.join("\n  "))));
    }
    let place = session.id.as_ref().map(|id| folder.join("sessions").join(id.as_str()).join("report.md"));
    let text = match (wording, place) {
        (Wording::Text, Some(place)) if session.migrations.iter().any(Migration::is_source_gone) => format!("Report: {}", place.display()),
        (Wording::Text, Some(place)) => {
            format!("Both sides were compared once more, inside the demo's servers: equal.\nReport: {}", place.display())
        }
        _ => String::new(),
    };
    Ok(Ending::new(exit_of(&report), text))
}

/// What differs between both sides, as the world itself sees them: a check that shares nothing with the engine's.
pub(super) fn differences(demo: &Demo, session: &Session) -> Vec<String> {
    let logins = demo.logins();
    let mail_of = |host: &str, user: &str| logins.iter().find(|l| l.host == host && l.address.to_string() == user).map(|l| l.mail.clone());
    let mut all = Vec::new();
    for migration in &session.migrations {
        let user = migration.source_user.clone().unwrap_or_else(|| migration.source.user.clone());
        let Some(target) = &migration.target else { continue };
        if migration.is_source_gone() {
            // It was compared message by message before it went, or was never ours to compare.
            continue;
        }
        match (mail_of(&migration.source.endpoint.host, &user), mail_of(&target.endpoint.host, &target.user)) {
            (Some(from), Some(to)) => {
                let places = migration.mailboxes.values().filter_map(|m| Some((m.mapping.name.clone(), name_at_target(m.to.as_ref()?)?)));
                let differences = demo.check_placed(&from, &to, &places.collect());
                all.extend(differences.iter().map(|d| format!("{}: {d}", migration.source.address)));
            }
            _ => all.push(format!("{}: an account is missing", migration.source.address)),
        }
    }
    all
}

/// A mailbox of the demo's target, whose delimiter is known.
fn name_at_target(wire: &WireName) -> Option<MailboxName> {
    MailboxName::from_segments(wire.0.split('/').map(decode_utf7).collect::<Option<Vec<_>>>()?).ok()
}

/// The API account that the demo's owner has.
pub(super) fn access(demo: &Demo, id: &SessionId) -> ApiAccess {
    ApiAccess {
        endpoint: demo.api_endpoint(),
        credential: ApiCredential::Application {
            application_key: api_secret(id, ApiSecret::ApplicationKey),
            application_secret: api_secret(id, ApiSecret::ApplicationSecret),
            consumer_key: api_secret(id, ApiSecret::ConsumerKey),
        },
        expiration: None,
    }
}

/// The service that the demo's owner has on a platform, its mail host, and the domain of the accounts on it, where there are some.
fn place(platform: Platform) -> Option<(ServiceId, &'static str, Option<&'static str>)> {
    match platform {
        Platform::Exchange => Some((exchange_service(), EXCHANGE_HOST, Some(DOMAIN))),
        Platform::EmailPro => Some((email_pro_service(), EMAIL_PRO_HOST, Some(OTHER_DOMAIN))),
        Platform::MxPlan => Some((mx_plan_service(), MX_PLAN_HOST, Some(MX_PLAN_DOMAIN))),
        Platform::MxPlanZimbra => Some((mx_plan_zimbra_service(), MX_PLAN_ZIMBRA_HOST, Some(MX_PLAN_ZIMBRA_DOMAIN))),
        Platform::MxPlanLegacy => Some((mx_plan_legacy_service(), PLAIN_HOST, Some(MX_PLAN_LEGACY_DOMAIN))),
        Platform::Zimbra => Some((zimbra_service(), PLAIN_HOST, None)),
        Platform::Imap => None,
    }
}

/// The accounts that the demo moves: those of its owner on a platform that can be logged in to. The platform itself moves what has no
/// redirection and no automatic reply.
fn answers(demo: &Demo, request: &DemoRequest, id: &SessionId) -> Result<Answers, Ending> {
    let (from, to) = request.pair.unwrap_or((Platform::Exchange, Platform::EmailPro));
    let not_here = || Ending::new(Exit::Usage, format!("error: the demo has no accounts that could go from {from} to {to}"));
    let ((service, host, domain), (target, target_host, _)) = place(from).zip(place(to)).ok_or_else(not_here)?;
    let domain = domain.filter(|_| service != target && !(to.is_mx_plan() && to != from)).ok_or_else(not_here)?;
    let is_mover = |login: &WorldLogin| login.host == host && login.address.domain().as_str() == domain && login.password.is_some();
    let mut sources: Vec<SourceAccount> = demo
        .logins()
        .into_iter()
        .filter(is_mover)
        .map(|login| SourceAccount {
            secret: source_secret(id, &login.address),
            user: login.address.to_string(),
            service: Some(service.clone()),
            endpoint: ImapEndpoint::tls(host),
            display_name: Some(display_name(login.address.local())),
            first_name: None,
            last_name: None,
            address: login.address,
        })
        .collect();
    sources.sort_by(|a, b| a.address.cmp(&b.address));
    let proposed = || Platforms::built_in().strategies(from, to).allowed.first().copied();
    let order = request.order.or_else(proposed);
    if order == Some(Strategy::ServerSide) {
        sources.retain(|source| source.address.local() == PLAIN_ACCOUNT);
    }
    let domains: std::collections::BTreeSet<_> = sources.iter().map(|s| s.address.domain().clone()).collect();
    Ok(Answers {
        mode: Mode::Automatic,
        access: Some(access(demo, id)),
        domains: domains.into_iter().collect(),
        sources,
        destination: Destination { service: Some(target), display_name: None, endpoint: ImapEndpoint::tls(target_host), webmail: None },
        order,
        source_name: SourceName::Renamed,
        target_user: None,
        dns: DnsWish::Repair,
        finish: Some(true),
    })
}

fn display_name(local: &str) -> String {
    let capital = |part: &str| part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)).collect::<String>();
    local.split('.').map(capital).collect::<Vec<_>>().join(" ")
}

/// The demo's secrets, in memory: the API keys and the passwords with which its world began. A password that this program made is
/// lost with the program that was killed: the engine sets a new one then.
async fn secrets(demo: &Demo, id: &SessionId, answers: &Answers, events: &[StoredEvent]) -> Result<Arc<dyn SecretStore>, Ending> {
    let kept = MemorySecrets::new();
    let failed = |error: crate::ports::SecretError| Ending::new(Exit::Failed, format!("error: {error}"));
    for (reference, secret) in access(demo, id).credential.secrets().iter().zip(demo.api_keys().secrets()) {
        kept.set(reference, secret).await.map_err(failed)?;
    }
    let session = Session::replay(events);
    let chosen = session.migrations.iter().map(|m| &m.source).chain(&answers.sources);
    for source in chosen {
        let password = seeded_password(demo.world().seed(), &source.endpoint.host, &source.address);
        kept.set(&source.secret, &password).await.map_err(failed)?;
    }
    Ok(Arc::new(kept))
}

/// What a watcher of the demo learns.
pub(super) fn copied_so_far(notice: &Notice) -> u64 {
    match notice {
        Notice::Happened(stored) => match &stored.event {
            crate::session::Event::BatchCopied { copied, .. } => u64::from(*copied),
            crate::session::Event::BatchSettled { found, .. } => u64::from(*found),
            _ => 0,
        },
        _ => 0,
    }
}
