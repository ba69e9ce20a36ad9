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

const HEAD: &str = "| from → to | mailboxes | messages | arrived | byte for byte | changed by the target | dates moved | repaired, listed | refused by it, listed | folders refused, listed | lost | doubled |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n";

fn row(table: &mut String, from: &str, to: &str, told: &Value) {
    let count = |what: &str| told["counts"][what].as_u64().unwrap_or(0);
    let len = |group: &str, what: &str| told[group][what].as_array().map_or(0, Vec::len);
    let _ = writeln!(
        table,
        "| {from} → {to} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
        count("mailboxes"),
        count("messages"),
        count("arrived"),
        count("identical"),
        counted(&told["changed by the target"]),
        count("dates differ"),
        count("repaired"),
        count("refused"),
        len("listed", "mailbox refused"),
        len("unexplained", "missing"),
        len("unexplained", "doubled or unknown"),
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

/// The servers, and what every copy between them needs.
struct Stage {
    folder: tempfile::TempDir,
    authorities: String,
}

/// What became of one pair.
struct Outcome {
    from: &'static str,
    to: &'static str,
    told: Value,
    failures: String,
}

const SOURCE: &str = "anna@example.com";

impl Stage {
    fn new(authorities: String) -> Self {
        let stage = Self { folder: tempfile::tempdir().expect("a folder"), authorities };
        std::fs::write(stage.ca(), &stage.authorities).expect("written");
        stage
    }

    fn ca(&self) -> String {
        self.file("ca.pem")
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("text").to_owned()
    }

    /// Fills the source account of a server; answers what the server itself does not take.
    fn fill(&self, server: &Server, corpus: Option<&Path>) -> String {
        let mut arguments = vec![server.account(SOURCE), self.ca()];
        arguments.extend(corpus.map(|path| path.to_str().expect("text").to_owned()));
        let (is_filled, told) = script("fill.py", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(is_filled && told["taken"].as_u64() > Some(500), "{told}");
        let refused = ["names", "refused"].into_iter().flat_map(|what| told[what].as_array().expect("a list"));
        refused.fold(String::new(), |told, one| told + &format!("{} itself does not take: {one}\n", server.name))
    }

    /// Copies the source account into one of its own at the target, and compares.
    fn copy(&self, from: &Server, to: &Server) -> Outcome {
        let user = format!("from-{}-{}@example.com", from.kind, from.port);
        let home = Home::new(&self.authorities, "secret", "secret");
        let run = home.run(&Accounts { from: from.url(SOURCE), to: to.url(&user) });
        let mut outcome = Outcome { from: from.name, to: to.name, told: Value::Null, failures: String::new() };
        let Some(report) = run.report else {
            outcome.failures = format!("ended with {:?}: {}\n", run.code, run.stderr);
            return outcome;
        };
        let file = self.file(&format!("{}-{}-{}.json", from.kind, from.port, to.port));
        std::fs::write(&file, report.to_string()).expect("written");
        let (is_explained, told) = script("compare.py", &[&from.account(SOURCE), &to.account(&user), &self.ca(), &file]);
        if !is_explained {
            let _ = writeln!(outcome.failures, "{}", told["unexplained"]);
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
            let _ = writeln!(outcome.failures, "ended with {:?}, clean: {is_clean}: {}", run.code, run.stderr);
        }
        outcome.told = told;
        outcome
    }
}

#[test]
#[ignore = "needs Dovecot, the servers of .ci/servers and Python"]
#[expect(clippy::disallowed_methods, reason = "a test that is asked for by its environment")]
fn between_every_pair_of_servers_everything_arrives_that_the_target_can_hold() {
    // `1` for all, or the name of one target.
    let Ok(wanted) = std::env::var("MAILFERRY_PAIRS") else { return };
    let (usual, dotted, cyrus, courier) = (Dovecot::start_with(USUAL), Dovecot::start_with(DOTTED), Cyrus::start(), Courier::start());
    let authorities = [&usual.authority_pem, &dotted.authority_pem, &cyrus.authority_pem, &courier.authority_pem];
    let stage = Stage::new(authorities.map(String::as_str).concat());
    let server = |name, kind, port| Server { name, kind, port };
    let sources = [
        server("Dovecot", "dovecot", usual.tls_port),
        server("Cyrus", "cyrus", cyrus.tls_port),
        server("Courier", "courier", courier.tls_port),
        server("Dovecot with `INBOX.`", "dovecot", dotted.tls_port),
    ];
    let corpus = corpus();
    let (stage, corpus) = (&stage, corpus.as_deref());
    let mut details = String::new();
    std::thread::scope(|scope| {
        let filling = sources.each_ref().map(|source| scope.spawn(move || stage.fill(source, corpus)));
        details.extend(filling.map(|filling| filling.join().expect("filled")));
    });
    let (mut table, mut failures) = (HEAD.to_owned(), String::new());
    for from in &sources {
        let outcomes = std::thread::scope(|scope| {
            let copies: Vec<_> = sources[..3]
                .iter()
                .filter(|to| wanted == "1" || to.name == wanted)
                .map(|to| scope.spawn(move || stage.copy(from, to)))
                .collect();
            copies.into_iter().map(|copy| copy.join().expect("compared")).collect::<Vec<_>>()
        });
        for Outcome { from, to, told, failures: own } in outcomes {
            if !own.is_empty() {
                let _ = writeln!(failures, "{from} → {to}: {own}");
            }
            if !told.is_null() {
                row(&mut table, from, to, &told);
                details.push_str(&told_lines(&format!("{from} → {to}"), &told));
            }
            if corpus.is_some() && (from, to) == ("Dovecot", "Dovecot") {
                let whole = &told["mailboxes"]["Corpus"];
                assert_eq!(whole["identical"], whole["messages"], "the corpus did not arrive identical");
            }
        }
    }
    println!("{details}\n{table}");
    assert!(failures.is_empty(), "{failures}");
}
