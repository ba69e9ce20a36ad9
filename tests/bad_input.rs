//! Bad input to the command line: each a clear problem, nothing changed, and with the right input the same session goes on.

#[path = "support/program.rs"]
mod program;
#[path = "support/told.rs"]
mod told;

use std::fs;
use std::time::Duration;

use mailferry::problem::ProblemCode;
use mailferry::sandbox::demo::{Demo, DemoOptions, Difference, MailSize};
use mailferry::sandbox::mail::{AccountSnapshot, Fault, Scope};
use mailferry::sandbox::world::{EXCHANGE_HOST, PLAIN_HOST, Pace, WorldLogin};
use mailferry::session::Event;
use program::{Accounts, Ended, Home, output};
use told::must_tell;

/// A demo on loopback, a small account of it, and another that it is copied into.
struct Stage {
    demo: Demo,
    from: WorldLogin,
    to: WorldLogin,
    home: Home,
    /// Messages that the target had before.
    own: usize,
}

impl Stage {
    async fn new() -> Self {
        let options = DemoOptions { pace: Pace::Quick, size: MailSize::Small, ..DemoOptions::default() };
        let demo = Demo::start(options).await.expect("started");
        let find = |host: &str, local: &str| demo.logins().into_iter().find(|l| l.host == host && l.address.local() == local);
        let (from, to) = (find(EXCHANGE_HOST, "info").expect("in the cast"), find(PLAIN_HOST, "postmaster").expect("in the cast"));
        let password = |login: &WorldLogin| login.password.as_ref().expect("of the first day").expose().to_owned();
        let home = Home::new(demo.ca_pem(), &password(&from), &password(&to));
        let own = demo.mail().snapshot(&to.mail).messages();
        Self { demo, from, to, home, own }
    }

    fn port(&self, host: &str) -> u16 {
        self.demo.address_book().into_iter().find(|(name, ..)| name == host).expect("a host").2.port()
    }

    fn url(&self, login: &WorldLogin) -> String {
        format!("imaps://{}@127.0.0.1:{}", login.address, self.port(&login.host))
    }

    fn accounts(&self) -> Accounts {
        Accounts { from: self.url(&self.from), to: self.url(&self.to) }
    }

    fn mail(&self) -> [AccountSnapshot; 2] {
        [&self.from, &self.to].map(|login| self.demo.mail().snapshot(&login.mail))
    }

    /// A run that must fail with this problem, and change nothing.
    fn fails(&self, accounts: &Accounts, code: ProblemCode, nouns: &[&str]) -> Ended {
        let before = self.mail();
        let ended = self.home.run(accounts);
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        must_tell(&ended.stderr, code, nouns);
        assert!(self.mail() == before, "something changed");
        ended
    }

    /// The run with everything right: one session, and all mail is there.
    fn succeeds(&self) {
        let ended = self.home.run(&self.accounts());
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let differences = self.demo.check(&self.from.mail, &self.to.mail);
        // The target had mail of its own: what is too many is its own. What waits to be sent (it is empty) does not travel.
        let is_expected = |d: &Difference| match d {
            Difference::Doubled { .. } => true,
            Difference::MailboxMissing(name) => name.leaf() == "Outbox",
            _ => false,
        };
        let lost: Vec<_> = differences.iter().filter(|d| !is_expected(d)).collect();
        assert!(lost.is_empty(), "{lost:?}");
        let [from, to] = self.mail();
        assert_eq!(to.messages(), self.own + from.messages(), "nothing is doubled");
    }
}

/// Runs what blocks; the runtime is left to the demo's servers meanwhile.
fn blocking(test: impl FnOnce()) {
    tokio::task::block_in_place(test);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_told_and_the_right_one_goes_on() {
    let stage = Stage::new().await;
    blocking(|| {
        let right = fs::read_to_string(stage.home.path("from")).expect("written");
        stage.home.set_password("from", "not the password");
        let ended = stage.fails(&stage.accounts(), ProblemCode::WrongPassword, &[stage.from.address.local(), "right password"]);
        let problem = ended.problem.expect("programs hear of it, too");
        assert_eq!(problem["code"], ProblemCode::WrongPassword.as_str());
        stage.home.set_password("from", right.trim());
        stage.succeeds();
        assert_eq!(stage.home.sessions().len(), 1, "the same session");
    });
}

#[test]
fn a_signal_while_a_server_keeps_us_waiting_for_the_login_ends_as_stopped() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = silent.local_addr().expect("bound");
    let home = Home::new("", "secret", "secret");
    let accounts = Accounts { from: format!("imap://anna@{at}"), to: format!("imap://john@{at}") };
    let running = home.start(&accounts);
    let waiting = silent.accept().expect("a login is tried");
    running.signal(rustix::process::Signal::TERM);
    let ended = running.end();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains("same command again"), "{}", ended.stderr);
    drop(waiting);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_copy_began_is_taken_up_by_copy_and_dns_is_not_asked() {
    let stage = Stage::new().await;
    blocking(|| {
        stage.succeeds();
        let again = stage.home.run(&stage.accounts());
        assert_eq!(again.code, Some(0), "{}", again.stderr);
        assert!(again.events.iter().any(|event| matches!(event, Event::DeltaRequested { .. })), "told although it is written at the start");
        let id = stage.home.sessions()[0].file_name().expect("an id").to_string_lossy().into_owned();
        let show = |more: &[&str]| {
            let (code, shown, stderr) =
                output(stage.home.mailferry().arg("--state").arg(stage.home.state()).args(["sessions", "show", &id]).args(more));
            assert_eq!(code, Some(0), "{stderr}");
            shown
        };
        assert!(!show(&["--json"]).contains("dns-checked"));
        let shown = show(&[]);
        assert!(shown.contains("the same 'mailferry copy' command") && !shown.contains("mailferry resume"), "{shown}");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_host_and_a_closed_port_are_told_at_once() {
    let stage = Stage::new().await;
    blocking(|| {
        let wrong = Accounts { to: format!("imaps://{}@nowhere.invalid", stage.to.address), ..stage.accounts() };
        stage.fails(&wrong, ProblemCode::UnknownHost, &["nowhere.invalid"]);
        let closed = Accounts { to: format!("imaps://{}@127.0.0.1:9", stage.to.address), ..stage.accounts() };
        stage.fails(&closed, ProblemCode::Unreachable, &["127.0.0.1:9"]);
        stage.succeeds();
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_from_nobody_is_told_with_its_fingerprint() {
    let (stage, other) = (Stage::new().await, Stage::new().await);
    blocking(|| {
        fs::write(stage.home.path("ca.pem"), other.demo.ca_pem()).expect("written");
        stage.fails(&stage.accounts(), ProblemCode::UntrustedCertificate, &["127.0.0.1", "SHA-256", "--ca"]);
        fs::write(stage.home.path("ca.pem"), "no certificate\n").expect("written");
        let ended = stage.home.run(&stage.accounts());
        assert!(ended.code == Some(1) && ended.stderr.contains("certificate"), "{}", ended.stderr);
        fs::write(stage.home.path("ca.pem"), stage.demo.ca_pem()).expect("written");
        stage.succeeds();
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_others_can_read_is_refused() {
    let stage = Stage::new().await;
    blocking(|| {
        stage.home.set_mode("from", 0o644);
        let ended = stage.home.run(&stage.accounts());
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains("chmod 600") && ended.stderr.contains("mode 644"), "{}", ended.stderr);
        stage.home.set_mode("from", 0o600);
        stage.succeeds();
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clear_text_leaves_this_machine_on_no_condition() {
    let stage = Stage::new().await;
    blocking(|| {
        let clear = Accounts { to: "imap://anna@imap.example.com:143".to_owned(), ..stage.accounts() };
        let ended = stage.home.run(&clear);
        assert_eq!(ended.code, Some(2));
        assert!(ended.stderr.contains("--to") && ended.stderr.contains("without encryption"), "{}", ended.stderr);
        assert!(stage.home.sessions().is_empty());
    });
}

#[test]
fn a_malformed_configuration_is_told_with_its_line() {
    let home = Home::new("", "a", "b");
    fs::write(home.path("config.toml"), "theme = \"dark\"\n\n[copy]\nconections = 3\n").expect("written");
    let config = home.path("config.toml");
    let (code, _, stderr) = output(home.mailferry().arg("--config").arg(&config).args(["sessions", "list"]));
    assert_eq!(code, Some(2), "{stderr}");
    must_tell(&stderr, ProblemCode::ConfigMalformed, &["line 4", "conections", "expected `connections`", "config.toml"]);
    fs::write(&config, "[copy]\nconnections = 3\n").expect("written");
    let (code, _, stderr) = output(home.mailferry().arg("--config").arg(&config).args(["sessions", "list"]));
    assert_eq!(code, Some(0), "{stderr}");
    let (code, _, stderr) = output(home.mailferry().arg("--config").arg(home.path("none.toml")).args(["sessions", "list"]));
    assert!(code == Some(2) && stderr.contains("none.toml cannot be read"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_a_newer_version_is_left_alone() {
    let stage = Stage::new().await;
    blocking(|| {
        stage.succeeds();
        let database = stage.home.sessions()[0].join("session.db");
        let version = |version: i32| {
            let connection = rusqlite::Connection::open(&database).expect("opened");
            connection.pragma_update(None, "user_version", version).expect("written");
        };
        version(99);
        let before = stage.mail();
        let ended = stage.home.run(&stage.accounts());
        assert_eq!(ended.code, Some(4), "{}", ended.stderr);
        must_tell(&ended.stderr, ProblemCode::SessionTooNew, &["newer"]);
        let (code, listed, _) = output(stage.home.mailferry().arg("--state").arg(stage.home.state()).args(["sessions", "list"]));
        assert!(code == Some(0) && listed.contains("too new"), "{listed}");
        assert!(stage.mail() == before);
        version(1);
        stage.succeeds();
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_another_process_holds_says_who() {
    let stage = Stage::new().await;
    let slowly = Fault::Latency { per_command: Duration::from_millis(150), per_stored: Duration::ZERO };
    stage.demo.mail().faults().set(Scope::Host(PLAIN_HOST.to_owned()), slowly);
    blocking(|| {
        let mut first = stage.home.start(&stage.accounts());
        assert!(first.wait_for("inventory-taken", 1));
        let second = stage.home.run(&stage.accounts());
        assert_eq!(second.code, Some(4), "{}", second.stderr);
        must_tell(&second.stderr, ProblemCode::SessionLocked, &[&format!("process {}", first.child.id()), "sessions show"]);
        assert!(second.events.is_empty());
        stage.demo.mail().faults().clear_all();
        let first = first.end();
        assert_eq!(first.code, Some(0), "{}", first.stderr);
        stage.succeeds();
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_folder_that_cannot_be_written_is_told() {
    let mut stage = Stage::new().await;
    let usual = stage.home.state();
    // Below a file there is no folder, whoever asks: permissions would not stop root.
    fs::write(stage.home.path("file"), "").expect("written");
    stage.home.set_state(stage.home.path("file/state"));
    blocking(|| {
        stage.fails(&stage.accounts(), ProblemCode::StateReadOnly, &["file/state", "--state"]);
    });
    stage.home.set_state(usual);
    blocking(|| stage.succeeds());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs root, for a small disk of its own; run by .ci/run"]
async fn a_full_disk_loses_nothing_and_room_lets_it_go_on() {
    let mut stage = Stage::new().await;
    let disk = stage.home.path("disk");
    fs::create_dir(&disk).expect("made");
    let mount = |options: &str| {
        let (code, _, stderr) = output(std::process::Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&disk));
        assert_eq!(code, Some(0), "{stderr}");
    };
    mount("size=64k");
    stage.home.set_state(disk.join("state"));
    blocking(|| {
        let mut full = 0;
        for kilobytes in (80..800).step_by(40) {
            let ended = stage.home.run(&stage.accounts());
            if ended.code == Some(0) {
                break;
            }
            assert_eq!(ended.code, Some(1), "{}", ended.stderr);
            must_tell(&ended.stderr, ProblemCode::DiskFull, &["state"]);
            full += 1;
            mount(&format!("remount,size={kilobytes}k"));
        }
        assert!(full > 3, "the disk was full {full} times only");
        mount("remount,size=64m");
        stage.succeeds();
    });
    output(std::process::Command::new("umount").arg(&disk));
}
