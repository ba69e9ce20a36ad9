//! Dialogues over real sockets: a scripted client says lines and reads answers.

mod condstore;
mod dovecot;
mod exchange;
mod faults;
mod minimal;
mod oddities;
mod protection;
mod zimbra;

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::mail::{AccountKey, Dialect, Directory, LoginRefusal, MailWorld, Template};
use super::ImapDoor;
use crate::domain::MailboxName;

/// User names are keys; the password is `pass word`.
struct Open;

impl Directory for Open {
    fn authenticate(&self, _host: &str, user: &str, password: &str) -> Result<AccountKey, LoginRefusal> {
        match (user, password) {
            ("late", _) => Err(LoginRefusal::MustChangePassword),
            (_, "pass word") => Ok(AccountKey::new(user)),
            _ => Err(LoginRefusal::WrongPassword),
        }
    }
}

/// A world with the empty account `john` behind a door.
struct Stage {
    world: MailWorld,
    key: AccountKey,
    door: ImapDoor,
}

async fn stage(dialect: Dialect) -> Stage {
    let world = MailWorld::in_memory(7);
    let key = AccountKey::new("john");
    let template = if dialect.is_exchange() { Template::Exchange } else { Template::Dovecot };
    world.create_empty(&key, template).expect("created");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let door = ImapDoor::start(world.clone(), Arc::new(Open), listener, None, "imap.example.com".to_owned(), dialect).expect("started");
    Stage { world, key, door }
}

impl Stage {
    async fn client(&self) -> Client<TcpStream> {
        let mut client = Client::new(TcpStream::connect(self.door.address()).await.expect("connected"));
        client.line().await.expect("greeting");
        client
    }

    async fn logged_in(&self) -> Client<TcpStream> {
        let mut client = self.client().await;
        assert!(client.ask("LOGIN john \"pass word\"").await.is_ok());
        client
    }

    fn in_inbox(&self) -> usize {
        self.world.snapshot(&self.key).mailboxes[&MailboxName::inbox()].messages.len()
    }
}

/// The answer to one command.
#[derive(Debug)]
struct Answer {
    /// Lines and literals before the tagged line.
    before: String,
    /// The tagged line without its tag.
    end: String,
}

impl Answer {
    fn is_ok(&self) -> bool {
        self.end.starts_with("OK")
    }
}

/// A client that says what it is told.
struct Client<S> {
    stream: S,
    input: Vec<u8>,
    number: u32,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    fn new(stream: S) -> Self {
        Self { stream, input: Vec::new(), number: 0 }
    }

    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("sent");
    }

    /// The next line with its end; `None` when the connection is over.
    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.input.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.input.drain(..=at).collect();
                return Some(String::from_utf8_lossy(&line).into_owned());
            }
            let mut piece = [0; 4096];
            match self.stream.read(&mut piece).await {
                Ok(0) | Err(_) => return None,
                Ok(read) => self.input.extend_from_slice(&piece[..read]),
            }
        }
    }

    /// Everything up to the line of this tag.
    async fn answer(&mut self, tag: &str) -> Option<Answer> {
        let mut before = String::new();
        loop {
            let line = self.line().await?;
            if let Some(end) = line.strip_prefix(&format!("{tag} ")) {
                return Some(Answer { before, end: end.trim_end().to_owned() });
            }
            before.push_str(&line);
        }
    }

    /// Says a command and waits for its end.
    async fn ask(&mut self, command: &str) -> Answer {
        self.number += 1;
        let tag = format!("t{}", self.number);
        self.send(format!("{tag} {command}\r\n")).await;
        self.answer(&tag).await.unwrap_or_else(|| panic!("connection lost after {command}"))
    }

    /// Appends with a literal that does not wait.
    async fn append(&mut self, mailbox: &str, message: &str) -> Answer {
        self.ask(&format!("APPEND {mailbox} (\\Seen) \"02-Feb-2026 10:00:00 +0100\" {{{}+}}\r\n{message}", message.len())).await
    }
}
