//! Dovecot, Cyrus and Courier: one account copied between all pairs of them by the real binary, then compared by Python scripts that share
//! no code with it (`tests/real/`). Prints the table for the README:
//!
//! ```sh
//! .ci/servers && cargo test --test pairs -- --ignored --nocapture
//! ```

#[path = "support/courier.rs"]
mod courier;
#[path = "support/cyrus.rs"]
mod cyrus;
#[path = "support/dovecot.rs"]
mod dovecot;
#[path = "support/program.rs"]
mod program;
#[path = "support/unpacked.rs"]
mod unpacked;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use courier::Courier;
use cyrus::Cyrus;
use dovecot::{Dovecot, USUAL};
use program::{Accounts, Home, output};
use serde_json::Value;

const DOTTED: &str = "
namespace inbox {
  inbox = yes
  separator = .
  prefix = INBOX.
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
}
";

/// A server in the table.
struct Server {
    name: &'static str,
    kind: &'static str,
    port: u16,
}

impl Server {
    fn url(&self, user: &str) -> String {
        format!("imaps://{}@localhost:{}", user.replace('@', "%40"), self.port)
    }

    /// As the scripts name an account.
    fn account(&self, user: &str) -> String {
        format!("{}:{}:{user}", self.kind, self.port)
    }
}

/// A script of `tests/real`: what it printed and whether it was content.
fn script(name: &str, arguments: &[&str]) -> (bool, Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real").join(name);
    let (code, told, error) = output(Command::new("python3").arg("-B").arg(path).args(arguments));
    let told = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{name} {arguments:?}: {told}{error}"));
    (code == Some(0), told)
}

fn corpus() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "where a corpus lies is the environment's to say")]
    std::env::var_os("MAILFERRY_CORPUS").map(PathBuf::from)
}

/// `{"a": 1, "b": 2}` as `a 1, b 2`.
fn counted(counts: &Value) -> String {
    let each: Vec<String> = counts.as_object().expect("counts").iter().map(|(what, count)| format!("{what} {count}")).collect();
    if each.is_empty() { "–".to_owned() } else { each.join(", ") }
}

const HEAD: &str = "| from → to | mailboxes | messages | arrived | byte for byte | changed by the target | refused by it, listed | lost | doubled |\n|---|---|---|---|---|---|---|---|---|\n";

fn row(table: &mut String, from: &str, to: &str, told: &Value) {
    let count = |what: &str| told["counts"][what].as_u64().unwrap_or(0);
    let len = |what: &str| told["unexplained"][what].as_array().map_or(0, Vec::len);
    let _ = writeln!(
        table,
        "| {from} → {to} | {} | {} | {} | {} | {} | {} | {} | {} |",
        count("mailboxes"),
        count("messages"),
        count("arrived"),
        count("identical"),
        counted(&told["changed by the target"]),
        count("refused"),
        len("missing"),
        len("doubled or unknown"),
    );
}

/// What is listed and what nothing explains, one line each.
fn told_lines(story: &str, told: &Value) -> String {
    let mut lines = String::new();
    for group in ["listed", "unexplained"] {
        for (what, each) in told[group].as_object().expect("lists") {
            for one in each.as_array().expect("a list") {
                let _ = writeln!(lines, "{story}: {group}: {what}: {one}");
            }
        }
    }
    lines
}

#[test]
#[ignore = "needs Dovecot, the servers of .ci/servers and Python; run by .ci/run"]
fn between_every_pair_of_servers_everything_arrives_that_the_target_can_hold() {
    let (usual, dotted, cyrus, courier) = (Dovecot::start_with(USUAL), Dovecot::start_with(DOTTED), Cyrus::start(), Courier::start());
    let authorities =
        [&usual.authority_pem, &dotted.authority_pem, &cyrus.authority_pem, &courier.authority_pem].map(String::as_str).concat();
    let server = |name, kind, port| Server { name, kind, port };
    let three = [
        server("Dovecot", "dovecot", usual.tls_port),
        server("Cyrus", "cyrus", cyrus.tls_port),
        server("Courier", "courier", courier.tls_port),
    ];
    let prefixed = server("Dovecot with `INBOX.`", "dovecot", dotted.tls_port);
    let folder = tempfile::tempdir().expect("a folder");
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, &authorities).expect("written");
    let ca = ca.to_str().expect("text");
    let corpus = corpus();
    let source_user = "anna@example.com";
    let (mut table, mut details, mut failures) = (HEAD.to_owned(), String::new(), String::new());
    for from in three.iter().chain([&prefixed]) {
        let mut arguments = vec![from.account(source_user), ca.to_owned()];
        arguments.extend(corpus.as_ref().map(|path| path.to_str().expect("text").to_owned()));
        let (is_filled, told) = script("fill.py", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(is_filled && told["taken"].as_u64() > Some(500), "{told}");
        for what in ["names", "refused"] {
            for one in told[what].as_array().expect("a list") {
                let _ = writeln!(details, "{} itself does not take: {one}", from.name);
            }
        }
        for to in &three {
            let story = format!("{} → {}", from.name, to.name);
            let target_user = format!("from-{}-{}@example.com", from.kind, from.port);
            let home = Home::new(&authorities, "secret", "secret");
            let began = std::time::Instant::now();
            let run = home.run(&Accounts { from: from.url(source_user), to: to.url(&target_user) });
            let Some(report) = run.report else {
                let _ = writeln!(failures, "{story}: ended with {:?}: {}", run.code, run.stderr);
                continue;
            };
            let copied = began.elapsed();
            let file = folder.path().join("report.json");
            std::fs::write(&file, report.to_string()).expect("written");
            let compared = [from.account(source_user), to.account(&target_user), ca.to_owned(), file.to_str().expect("text").to_owned()];
            let (is_explained, told) = script("compare.py", &compared.each_ref().map(String::as_str));
            println!("{story}: {:.1} s, and {:.1} s to compare", copied.as_secs_f32(), (began.elapsed() - copied).as_secs_f32());
            row(&mut table, from.name, to.name, &told);
            details.push_str(&told_lines(&story, &told));
            if !is_explained {
                let _ = writeln!(failures, "{story}: {}", told["unexplained"]);
            }
            let is_clean = ["refused", "mailbox refused"].iter().all(|what| told["listed"][what].is_null());
            // What the target made of the bytes may leave what the message says as it was, or not: then the run says so.
            let is_altered = told["changed by the target"].as_object().is_some_and(|changes| !changes.is_empty());
            let is_right = match run.code {
                Some(0) => is_clean,
                Some(1) => !is_clean || is_altered && run.stderr.contains("What was read back is not what was sent"),
                _ => false,
            };
            if !is_right {
                let _ = writeln!(failures, "{story}: ended with {:?}, clean: {is_clean}: {}", run.code, run.stderr);
            }
        }
    }
    println!("{details}\n{table}");
    assert!(failures.is_empty(), "{failures}");
}
