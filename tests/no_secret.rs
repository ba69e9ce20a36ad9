//! No secret that the program was given is found where others can read: session folders, logs, arguments, environment, output.

#[path = "support/overheard.rs"]
mod overheard;
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::time::Duration;

use mailferry::sandbox::demo::{Demo, DemoOptions, MailSize};
use mailferry::sandbox::mail::{Fault, Scope};
use mailferry::sandbox::world::{EXCHANGE_HOST, PLAIN_HOST, Pace};
use program::{Accounts, Home, Running};

const WRONG: &str = "Wrong-but-still-a-secret-4711";

fn must_not_hold(bytes: &[u8], place: &str, secrets: &[(String, String)]) {
    for (secret, user) in secrets {
        let spelling = overheard::found(bytes, secret, user);
        assert!(spelling.is_none(), "{place} holds the secret of {user} as {spelling:?}");
    }
}

#[test]
fn the_search_finds_what_protocols_carry() {
    use base64::Engine as _;
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let (secret, user) = ("Fy7-QCN5pG4nnNbRzm", "anna@example.com");
    let carried = [
        format!("LOGIN {user} \"{secret}\""),
        format!("AUTHENTICATE PLAIN {}", base64(&format!("\0{user}\0{secret}"))),
        base64(&format!("ab{secret}cd")),
        base64(&format!("abc{secret}cd")),
        format!("{:?}", secret.as_bytes()),
    ];
    for text in carried {
        assert!(overheard::found(text.as_bytes(), secret, user).is_some(), "{text}");
    }
    assert_eq!(overheard::found(b"nothing of the kind", secret, user), None);
}

/// Arguments and environment of a process and of its children, as anybody of the same user can read them.
fn must_not_show(pid: u32, secrets: &[(String, String)]) {
    for file in ["cmdline", "environ", "comm", "status"] {
        let bytes = fs::read(format!("/proc/{pid}/{file}")).expect("it runs");
        must_not_hold(&bytes, file, secrets);
    }
    let arguments = String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/cmdline")).expect("it runs")).into_owned();
    assert!(arguments.contains("copy"), "the shell has given way to the program: {arguments}");
}

fn must_leave_nothing(home: &Home, secrets: &[(String, String)]) {
    let files = program::files(&home.state());
    for name in ["session.db", "mailferry"] {
        assert!(files.iter().any(|path| path.display().to_string().contains(name)), "{name} is among {files:?}");
    }
    for path in files {
        must_not_hold(&fs::read(&path).expect("readable"), &path.display().to_string(), secrets);
    }
}

fn log_of(home: &Home) -> String {
    let logs = program::files(&home.sessions()[0].join("log"));
    logs.iter().map(|path| fs::read_to_string(path).expect("text")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_password_is_found_in_files_logs_arguments_environment_or_output() {
    let options = DemoOptions { pace: Pace::Quick, size: MailSize::Small, ..DemoOptions::default() };
    let demo = Demo::start(options).await.expect("started");
    let find = |host: &str, local: &str| demo.logins().into_iter().find(|l| l.host == host && l.address.local() == local);
    let (from, to) = (find(EXCHANGE_HOST, "info").expect("in the cast"), find(PLAIN_HOST, "postmaster").expect("in the cast"));
    let port = |host: &str| demo.address_book().into_iter().find(|(name, ..)| name == host).expect("a host").2.port();
    let url = |login: &mailferry::sandbox::world::WorldLogin| format!("imaps://{}@127.0.0.1:{}", login.address, port(&login.host));
    let accounts = Accounts { from: url(&from), to: url(&to) };
    let secret = |login: &mailferry::sandbox::world::WorldLogin| {
        (login.password.as_ref().expect("of the first day").expose().to_owned(), login.address.to_string())
    };
    let mut secrets = vec![secret(&from), secret(&to)];
    let home = Home::new(demo.ca_pem(), &secrets[0].0, &secrets[1].0);
    secrets.extend([(WRONG.to_owned(), from.address.to_string()), (WRONG.to_owned(), to.address.to_string())]);
    let slowly = Fault::Latency { per_command: Duration::from_millis(20), per_stored: Duration::ZERO };
    demo.mail().faults().set(Scope::Everywhere, slowly);
    tokio::task::block_in_place(|| {
        let start = || {
            let mut command = home.copy(&accounts);
            command.env("MAILFERRY_LOG", "trace");
            Running::start(command)
        };
        // A wrong password, which the server repeats in none of its answers, and which the log must not have either.
        home.set_password("from", WRONG);
        let wrong = start().end();
        assert_eq!(wrong.code, Some(1));
        must_not_hold(wrong.stderr.as_bytes(), "standard error", &secrets);
        must_leave_nothing(&home, &secrets);
        home.set_password("from", &secrets[0].0);
        let mut run = start();
        assert!(run.wait_for("inventory-taken", 1));
        must_not_show(run.child.id(), &secrets);
        assert!(run.wait_for("batch-copied", 2));
        must_not_show(run.child.id(), &secrets);
        must_leave_nothing(&home, &secrets);
        let output = run.text();
        let ended = run.end();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        must_not_hold(output.as_bytes(), "standard output", &secrets);
        must_not_hold(format!("{:?}{}", ended.events, ended.stderr).as_bytes(), "output", &secrets);
        must_leave_nothing(&home, &secrets);
        let log = log_of(&home);
        assert!(log.contains("TRACE") && log.contains("mailferry::wire"), "MAILFERRY_LOG=trace is heard");
        assert!(log.lines().count() > 100, "the wire is in the log");
    });
}
