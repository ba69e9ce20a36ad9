//! Two Dovecots of our own, a door with distance before each, and accounts that come and go.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::dovecot::Dovecot;
use super::flat::FlatServer;
use super::proxy::Proxy;
use super::talk::{Account, connect, say};
use super::workloads::Workload;

/// No folders but those of the workload.
const PLAIN: &str = "
namespace inbox {
  inbox = yes
  separator = /
  prefix =
}
";

/// How accounts are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Clear text on loopback.
    Plain,
    /// TLS on loopback.
    Tls,
    /// Clear text through the doors.
    Door,
}

/// Everything that rows need.
pub(crate) struct Stage {
    source: Dovecot,
    target: Dovecot,
    /// A target that does not offer MULTIAPPEND.
    single: Dovecot,
    /// Begun anew for each account: it keeps in memory what it is given.
    flat: Option<FlatServer>,
    source_door: Proxy,
    target_door: Proxy,
    folder: tempfile::TempDir,
    filled: Vec<(Workload, String)>,
    made: u32,
}

impl Stage {
    /// Starts it: mail below `mail`, state of the tools below `state`.
    pub(crate) async fn set(mail: &Path, state: &Path, settings: &str) -> io::Result<Self> {
        let settings = format!("{PLAIN}{settings}");
        let source = Dovecot::start_below(mail, &settings);
        let target = Dovecot::start_below(mail, &settings);
        let offered = capabilities(&plain(&target, "nobody")).await?;
        let fewer: Vec<&str> = offered.split(' ').filter(|&word| word != "MULTIAPPEND").collect();
        let single = Dovecot::start_below(mail, &format!("{settings}imap_capability = {}\n", fewer.join(" ")));
        let source_door = Proxy::open(local(source.clear_port)).await?;
        let target_door = Proxy::open(local(target.clear_port)).await?;
        fs::create_dir_all(state)?;
        let folder = tempfile::Builder::new().prefix("compare").tempdir_in(state)?;
        for (name, dovecot) in [("source.pem", &source), ("target.pem", &target)] {
            fs::write(folder.path().join(name), &dovecot.authority_pem)?;
        }
        fs::write(folder.path().join("both.pem"), format!("{}{}", source.authority_pem, target.authority_pem))?;
        let password = folder.path().join("password");
        fs::write(&password, "secret\n")?;
        fs::set_permissions(&password, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        Ok(Self { source, target, single, flat: None, source_door, target_door, folder, filled: Vec::new(), made: 0 })
    }

    /// A file of the stage: `password`, `both.pem`, `source.pem`, `target.pem`.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An empty folder for the state of one run.
    pub(crate) fn fresh_folder(&mut self) -> io::Result<PathBuf> {
        self.made += 1;
        let path = self.folder.path().join(format!("state{}", self.made));
        fs::create_dir(&path)?;
        Ok(path)
    }

    /// The account of this workload, filled when it is asked for first; also read once, as a server that has been up for a while.
    pub(crate) async fn source(&mut self, workload: Workload, way: Way) -> io::Result<Account> {
        let known = self.filled.iter().find(|(filled, _)| *filled == workload).map(|(_, user)| user.clone());
        let user = match known {
            Some(user) => user,
            None => self.fill(workload).await?,
        };
        Ok(self.reached(&self.source, &self.source_door, user, way, "source.pem"))
    }

    async fn fill(&mut self, workload: Workload) -> io::Result<String> {
        self.made += 1;
        let user = format!("from{}", self.made);
        let account = plain(&self.source, &user);
        workload.fill(&account).await?;
        let (mut ear, mut mouth) = connect(&account).await?;
        for mailbox in workload.mailboxes() {
            say(&mut mouth, &format!("a EXAMINE \"{mailbox}\"\r\na UID FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])\r\n")).await?;
            ear.until("a").await?;
            while ear.message("a").await?.is_some() {}
        }
        self.filled.push((workload, user.clone()));
        Ok(user)
    }

    /// An account that did not exist before.
    pub(crate) fn target(&mut self, way: Way) -> Account {
        self.made += 1;
        let user = format!("to{}", self.made);
        self.reached(&self.target, &self.target_door, user, way, "target.pem")
    }

    /// An account that did not exist before, on the server without MULTIAPPEND.
    pub(crate) fn target_without_multiappend(&mut self) -> Account {
        self.made += 1;
        plain(&self.single, &format!("to{}", self.made))
    }

    /// An account on a server whose own work for a message is the same however many there are.
    pub(crate) fn flat_target(&mut self) -> io::Result<Account> {
        self.made += 1;
        self.flat = None;
        let server = self.flat.insert(FlatServer::start()?);
        Ok(server.account(format!("to{}", self.made)))
    }

    fn reached(&self, dovecot: &Dovecot, door: &Proxy, user: String, way: Way, ca: &str) -> Account {
        match way {
            Way::Plain => plain(dovecot, &user),
            Way::Tls => Account { address: local(dovecot.tls_port), ca: Some(self.file(ca)), user },
            Way::Door => Account { address: door.address, ca: None, user },
        }
    }

    /// Sets the distance of both doors: half of the round trip each way.
    pub(crate) fn distance(&self, round_trip: Duration) {
        self.source_door.delay(round_trip / 2);
        self.target_door.delay(round_trip / 2);
    }

    /// Bytes and connections through both doors since the last call.
    pub(crate) fn passed(&self) -> (u64, u64) {
        let (one, other) = (self.source_door.taken(), self.target_door.taken());
        (one.0 + other.0, one.1 + other.1)
    }

    /// Removes the mail of a target account: memory is not endless.
    pub(crate) fn forget(&self, account: &Account) {
        for dovecot in [&self.target, &self.single] {
            let _ = fs::remove_dir_all(dovecot.mail_folder(&account.user));
        }
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn plain(dovecot: &Dovecot, user: &str) -> Account {
    Account { address: local(dovecot.clear_port), ca: None, user: user.to_owned() }
}

/// What a logged-in user is offered.
async fn capabilities(account: &Account) -> io::Result<String> {
    let (mut ear, mut mouth) = connect(account).await?;
    say(&mut mouth, "c CAPABILITY\r\n").await?;
    let told = ear.until("c").await?;
    let line = told.iter().find_map(|line| line.strip_prefix("* CAPABILITY "));
    line.map(ToOwned::to_owned).ok_or_else(|| io::Error::other("no CAPABILITY"))
}

/// The machine in a line: processor, cores, servers, date.
pub(crate) fn machine() -> String {
    let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let version = |program: &str| {
        let told = Command::new(program).arg("--version").output();
        first(told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned()).unwrap_or_default())
    };
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).and_then(|rest| rest.split_once(": ")).map_or("?", |(_, m)| m);
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let (dovecot, mbsync) = (version("dovecot"), version("mbsync"));
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC");
    format!("{model}, {cores} cores shared by client and servers (load {load} at the start), Dovecot {dovecot}, {mbsync}, {date}")
}
