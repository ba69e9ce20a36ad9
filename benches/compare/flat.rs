//! A target whose own work for a message is the same however many there are: the project's sandbox server, in memory, as a process of its own.
//!
//! Real servers take longer for an APPEND the more there is in a mailbox. Whether a client does can only be seen at one that does not.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use mailferry::sandbox::imap::ImapDoor;
use mailferry::sandbox::mail::{AccountKey, Dialect, Directory, LoginRefusal, MailWorld, Template};
use tokio::net::TcpListener;

use super::talk::Account;

/// The first argument of the child process.
pub(crate) const NAME: &str = "flat-server";

/// A running server; it ends with it.
pub(crate) struct FlatServer {
    child: Child,
    port: u16,
}

impl FlatServer {
    /// Starts one, empty.
    pub(crate) fn start() -> io::Result<Self> {
        let child = Command::new(std::env::current_exe()?).arg(NAME).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        // From here on it is ended whatever happens.
        let mut server = Self { child, port: 0 };
        let mut told = String::new();
        BufReader::new(server.child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?).read_line(&mut told)?;
        server.port = told.trim().parse().map_err(|_| io::Error::other("the server did not say where it listens"))?;
        Ok(server)
    }

    /// An account there, made when it is logged in to.
    pub(crate) fn account(&self, user: String) -> Account {
        Account { address: ([127, 0, 0, 1], self.port).into(), ca: None, user }
    }
}

impl Drop for FlatServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everybody with the password of all is let in, and finds an empty account at first.
struct Open(MailWorld);

impl Directory for Open {
    fn authenticate(&self, _host: &str, user: &str, password: &str) -> Result<AccountKey, LoginRefusal> {
        let key = AccountKey::new(user);
        let is_known = password == "secret" && self.0.create_empty(&key, Template::Dovecot).is_ok();
        if is_known { Ok(key) } else { Err(LoginRefusal::WrongPassword) }
    }
}

/// The child process: says where it listens, and serves until it is killed.
pub(crate) async fn serve(say: impl FnOnce(u16) -> io::Result<()>) -> io::Result<()> {
    let world = MailWorld::in_memory(1);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let directory = Arc::new(Open(world.clone()));
    let door = ImapDoor::start(world, directory, listener, None, "flat.example.com".to_owned(), Dialect::DovecotSlash)?;
    say(door.address().port())?;
    std::future::pending().await
}
