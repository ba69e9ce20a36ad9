//! The real binary as a person uses it: in a terminal, by keyboard alone, killed, started again.

#[path = "support/terminal.rs"]
mod terminal;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mailferry::adapters::journal::{SqliteJournal, list};
use mailferry::domain::{MailboxName, SessionId, decode_utf7};
use mailferry::ports::Journal;
use mailferry::sandbox::demo::{Demo, DemoOptions};
use mailferry::sandbox::world::{APPLICATION_KEY, APPLICATION_SECRET, EXCHANGE_HOST, seeded_password};
use mailferry::session::{Session, Step, StoredEvent};
use terminal::{Terminal, next_keys};

const PATIENCE: Duration = Duration::from_mins(1);

fn demo(home: &Path) -> Terminal {
    let state = home.join("state");
    Terminal::start(home, &["--state", state.to_str().expect("UTF-8"), "demo", "--fast"])
}

/// Presses what the screen asks for until the program ends, the time is over, or enough has happened.
fn use_it(terminal: &mut Terminal, until: Instant, is_enough: impl Fn() -> bool) {
    let mut pressed = (String::new(), Instant::now());
    while Instant::now() < until && terminal.ended().is_none() && !is_enough() {
        let screen = terminal.screen();
        if let Some(keys) = next_keys(&screen) {
            // The same screen is answered again only after a while: it may not have been drawn anew yet.
            if screen != pressed.0 || pressed.1.elapsed() > Duration::from_secs(2) {
                terminal.press(keys);
                pressed = (screen, Instant::now());
            }
        }
        std::thread::sleep(Duration::from_millis(15));
    }
}

/// Which of the secrets that the person confirmed in the fields are found in these files, as text.
fn leaks(files: &[PathBuf]) -> Vec<String> {
    let password = |local: &str| {
        let address = format!("{local}@mydomain.ovh").parse().expect("an address");
        seeded_password(1, EXCHANGE_HOST, &address).expose().to_owned()
    };
    let mut secrets = vec![password("john.smith"), password("anna.keller"), password("info")];
    secrets.extend([APPLICATION_KEY, APPLICATION_SECRET].map(str::to_owned));
    let contents: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap_or_default()).collect();
    let is_in = |secret: &&String| contents.iter().any(|text| text.windows(secret.len()).any(|window| window == secret.as_bytes()));
    secrets.iter().filter(is_in).cloned().collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// The journal of a session, read beside the program that writes it.
fn read(root: &Path, id: &SessionId) -> Vec<StoredEvent> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let journal = SqliteJournal::watch(root, id).ok();
    journal.and_then(|journal| runtime.block_on(journal.events()).ok()).unwrap_or_default()
}

/// Events of the demo's session so far.
fn events(root: &Path) -> usize {
    list(root).ok().and_then(|found| found.first().map(|found| read(root, &found.id).len())).unwrap_or(0)
}

/// What differs between both sides in the demo's own stores, read when no program runs.
async fn differences(root: &Path) -> Vec<String> {
    let found = list(root).expect("a folder");
    assert_eq!(found.len(), 1, "one session for all lives of the program");
    let journal = SqliteJournal::watch(root, &found[0].id).expect("a session");
    let session = Session::replay(&journal.events().await.expect("a journal"));
    assert!(session.is_finished, "the session is at {:?}", session.step());
    assert_eq!(session.migrations.len(), 3);
    let options = DemoOptions { folder: Some(root.join("world")), ..DemoOptions::default() };
    let demo = Demo::start(options).await.expect("the world goes on");
    let logins = demo.logins();
    let mail_of = |host: &str, user: &str| {
        let login = logins.iter().find(|l| l.host == host && l.address.to_string() == user);
        login.unwrap_or_else(|| panic!("{user} is not on {host}")).mail.clone()
    };
    let mut all = Vec::new();
    for migration in &session.migrations {
        let target = migration.target.as_ref().expect("planned");
        let from = mail_of(&migration.source.endpoint.host, migration.source_user.as_deref().expect("planned"));
        let to = mail_of(&target.endpoint.host, &target.user);
        let mut places = BTreeMap::new();
        for mailbox in migration.mailboxes.values().filter(|m| m.is_copied()) {
            let wire = &mailbox.to.as_ref().expect("prepared").0;
            let place = MailboxName::from_segments(wire.split('/').map(|part| decode_utf7(part).expect("spelled well")));
            places.insert(mailbox.mapping.name.clone(), place.expect("a name"));
        }
        assert!(places.len() > 10, "{places:?}");
        all.extend(demo.check_placed(&from, &to, &places).iter().map(|d| format!("{}: {d}", migration.source.address)));
    }
    all
}

#[test]
fn killed_at_twenty_moments_and_started_again_both_sides_are_equal() {
    let home = tempfile::tempdir().expect("a folder");
    let root = home.path().join("state/demo");
    let mut steps = BTreeSet::new();
    for life in 0..20_usize {
        let mut terminal = demo(home.path());
        // First a few events after the life before, so that every step is met, then up to 25: before, during and after batches.
        let distance = if life < 8 { 1 + life % 4 } else { 3 + (life * 7) % 23 };
        let enough = events(&root) + distance;
        use_it(&mut terminal, Instant::now() + PATIENCE, || events(&root) >= enough);
        assert!(terminal.ended().is_none(), "it ended by itself in life {life}:\n{}", terminal.screen());
        assert_eq!(
            leaks(&[format!("/proc/{}/cmdline", terminal.id()), format!("/proc/{}/environ", terminal.id())].map(PathBuf::from)),
            [""; 0]
        );
        terminal.kill();
        let found = list(&root).expect("a folder");
        steps.extend(found.first().map(|found| Session::replay(&read(&root, &found.id)).step()));
    }
    assert!(steps.len() >= 4 && steps.contains(&Step::Migrate), "killed only at {steps:?}");
    let mut terminal = demo(home.path());
    use_it(&mut terminal, Instant::now() + Duration::from_mins(4), || false);
    let status = terminal.ended().unwrap_or_else(|| panic!("not finished:\n{}", terminal.screen()));
    assert!(status.success(), "{status:?}\n{}", terminal.screen());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    assert_eq!(runtime.block_on(differences(&root)), Vec::<String>::new());
    let files = files_below(&root.join("sessions"));
    assert!(files.len() > 5, "journal, reports, logs, zones: {files:?}");
    assert_eq!(leaks(&files), [""; 0], "typed secrets in {files:?}");
}

#[test]
fn leaving_gives_the_terminal_back_and_says_how_to_go_on() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = demo(home.path());
    terminal.wait_for("How shall we reach", PATIENCE);
    assert!(terminal.is_on_alternate_screen());
    terminal.resize(40, 120, PATIENCE);
    terminal.press("\r");
    terminal.wait_for("The keys of your OVHcloud account", PATIENCE);
    terminal.press("\x03");
    let until = Instant::now() + PATIENCE;
    let status = loop {
        match terminal.ended() {
            Some(status) => break status,
            None if Instant::now() > until => panic!("still there:\n{}", terminal.screen()),
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(status.exit_code(), 3, "{}", terminal.screen());
    assert!(!terminal.is_on_alternate_screen() && terminal.shows_cursor());
    assert!(terminal.screen().contains("demo"), "how to go on:\n{}", terminal.screen());
}

#[test]
fn a_key_that_comes_together_with_another_size_is_heard_and_so_is_the_size() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = demo(home.path());
    terminal.wait_for("How shall we reach", PATIENCE);
    let id = rustix::process::Pid::from_raw(i32::try_from(terminal.id()).expect("a process id")).expect("a process");
    for round in 0..120_u16 {
        let (key, shown) = if round % 2 == 0 { ("?", true) } else { ("\x1b", false) };
        // It stands still until the other size is there, so that it learns of both at about the same time, now in this order, now in that.
        let tell = |signal| rustix::process::kill_process(id, signal).expect("told");
        tell(rustix::process::Signal::STOP);
        terminal.set_size(30 + round, 100 + round);
        tell(rustix::process::Signal::CONT);
        terminal.press(key);
        let until = Instant::now() + PATIENCE;
        while terminal.screen().contains("On this screen") != shown {
            assert!(Instant::now() < until, "{key:?} was not heard in round {round}:\n{}", terminal.screen());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn the_terminal_survives_a_hang_up() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = demo(home.path());
    terminal.wait_for("How shall we reach", PATIENCE);
    let id = rustix::process::Pid::from_raw(i32::try_from(terminal.id()).expect("a process id")).expect("a process");
    rustix::process::kill_process(id, rustix::process::Signal::HUP).expect("told");
    let until = Instant::now() + PATIENCE;
    while terminal.ended().is_none() {
        assert!(Instant::now() < until, "still there:\n{}", terminal.screen());
        std::thread::sleep(Duration::from_millis(20));
    }
}
