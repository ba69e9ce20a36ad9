//! A server that reads commands as real ones do, and tells which it was given: nothing in a message, a flag, a date or a name is one.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::super::framing::literal_announced;
use super::script::{login, store};
use crate::adapters::Trust;
use crate::domain::{Flags, ImapEndpoint, Security, WireName};
use crate::ports::{MailError, MailStore, OutgoingMessage};

/// What is injected wherever bytes can be put.
const EVIL: [&str; 12] = [
    "x1 CREATE INJECTED",
    "\r\nx1 CREATE INJECTED\r\n",
    "\nx1 CREATE INJECTED\n",
    ")\r\nx1 CREATE INJECTED\r\n",
    "\"\r\nx1 CREATE INJECTED\r\n",
    "{3+}\r\nabc\r\nx1 CREATE INJECTED\r\n",
    "{0}\r\n\r\nx1 CREATE INJECTED\r\n",
    "\\\" () {1+}\r\na\r\nx1 CREATE INJECTED\r\n",
    "domain.com",
    "é\r\nx1 CREATE INJECTED\r\n",
    "\0\r\nx1 CREATE INJECTED\r\n",
    "",
];

/// Every command that was carried out, without literals.
type Commands = Arc<Mutex<Vec<String>>>;

/// How the server treats a command that it does not like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Temper {
    /// Takes everything.
    Mild,
    /// Like Dovecot: BAD at once, and the bytes of a free literal are read as commands.
    Harsh,
    /// Says NO after the literals.
    Reluctant,
}

async fn serve(stream: TcpStream, abilities: &str, temper: Temper, commands: Commands) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    stream.write_all(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n").await?;
    loop {
        let mut command = String::new();
        let mut is_refused = false;
        loop {
            let mut line = Vec::new();
            if stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(());
            }
            command.push_str(&String::from_utf8_lossy(&line));
            let Some(length) = literal_announced(&line) else { break };
            let is_free = line.ends_with(b"+}\r\n");
            is_refused = temper == Temper::Harsh && is_disliked(&command);
            if is_refused {
                break;
            }
            if !is_free {
                stream.write_all(b"+ go\r\n").await?;
            }
            let mut literal = vec![0; length];
            stream.read_exact(&mut literal).await?;
        }
        let tag = command.split(' ').next().unwrap_or_default().trim().to_owned();
        let word = command.split(' ').nth(1).unwrap_or_default().trim().to_ascii_uppercase();
        commands.lock().expect("no panic").push(command.clone());
        let answer = match word.as_str() {
            "CAPABILITY" => format!("* CAPABILITY IMAP4rev1 {abilities}\r\n{tag} OK\r\n"),
            "LIST" => format!("* LIST () \"/\" \"\"\r\n{tag} OK\r\n"),
            "APPEND" if is_refused => format!("{tag} BAD not liked\r\n"),
            "APPEND" if temper == Temper::Reluctant => format!("{tag} NO not now\r\n"),
            "APPEND" | "AUTHENTICATE" | "NOOP" | "LOGOUT" => format!("{tag} OK\r\n"),
            _ => format!("{tag} BAD what?\r\n"),
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// Keywords and years that real servers have refused.
fn is_disliked(command: &str) -> bool {
    ["domain.com", "CREATE", "-2040 ", "-1969 "].iter().any(|odd| command.contains(odd))
}

fn messages() -> Vec<OutgoingMessage> {
    let dates = [
        None,
        "02-Feb-2026 10:00:00 +0100".parse().ok(),
        "02-Feb-2040 10:00:00 +0100".parse().ok(),
        "02-Feb-1969 10:00:00 +0100".parse().ok(),
    ];
    let mut messages = Vec::new();
    for (at, evil) in EVIL.iter().enumerate() {
        for (other, body) in EVIL.iter().enumerate() {
            messages.push(OutgoingMessage {
                flags: if other % 3 == 0 { Flags::from_wire([*evil, "\\Seen"]) } else { Flags::from_wire(["\\Draft"]) },
                internal_date: dates[(at + other) % dates.len()],
                body: format!("{body}\r\n{evil}").into_bytes().into(),
            });
        }
    }
    messages
}

/// Appends everything, on new connections when one is lost; what was carried out meanwhile.
async fn attacked(abilities: &'static str, temper: Temper, mailbox: &str) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = ImapEndpoint {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().expect("an address").port(),
        security: Security::ClearTextLoopback,
        pin: None,
    };
    let commands = Commands::default();
    let seen = Arc::clone(&commands);
    let mut server = JoinSet::new();
    server.spawn(async move {
        let mut talks = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            talks.spawn(serve(stream, abilities, temper, Arc::clone(&seen)));
        }
    });
    let store = store(Trust::default());
    let mailbox = WireName(mailbox.to_owned());
    let mut connection = store.connect(&endpoint, &login("anna", "secret")).await.expect("logged in");
    for batch in messages().chunks(7) {
        match connection.append(&mailbox, batch).await {
            Ok(_) => {}
            Err(MailError::Lost(_)) => connection = store.connect(&endpoint, &login("anna", "secret")).await.expect("logged in"),
            Err(error) => panic!("{error}"),
        }
    }
    connection.logout().await;
    server.abort_all();
    commands.lock().expect("no panic").clone()
}

#[tokio::test]
async fn nothing_that_is_copied_is_ever_a_command() {
    for abilities in ["LITERAL+ MULTIAPPEND", "LITERAL+", "LITERAL-", "MULTIAPPEND", ""] {
        for temper in [Temper::Mild, Temper::Harsh, Temper::Reluctant] {
            let commands = attacked(abilities, temper, "Sent").await;
            let allowed = ["AUTHENTICATE", "CAPABILITY", "LIST", "APPEND", "NOOP", "LOGOUT"];
            for command in &commands {
                let mut words = command.split(' ');
                let (tag, word) = (words.next().unwrap_or_default(), words.next().unwrap_or_default().trim());
                let is_ours = tag.strip_prefix('A').is_some_and(|number| number.parse::<u32>().is_ok()) && allowed.contains(&word);
                assert!(is_ours, "{abilities} {temper:?}: {command:?}");
            }
            assert!(commands.iter().filter(|command| command.contains(" APPEND ")).count() > 20, "{abilities} {temper:?}");
        }
    }
}

#[tokio::test]
async fn the_name_of_a_mailbox_is_never_a_command() {
    for name in EVIL {
        let commands = attacked("LITERAL+ MULTIAPPEND", Temper::Mild, name).await;
        assert!(commands.iter().all(|command| command.starts_with('A')), "{name:?}: {commands:?}");
    }
}

#[test]
fn the_server_of_these_tests_would_tell() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let commands = Commands::default();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connected");
        let (stream, _) = listener.accept().await.expect("accepted");
        client.write_all(b"A1 APPEND \"Sent\" (domain.com) {20+}\r\nx1 CREATE INJECTED\r\n\r\n").await.expect("sent");
        client.shutdown().await.expect("closed");
        serve(stream, "LITERAL+", Temper::Harsh, Arc::clone(&commands)).await.expect("served");
    });
    assert!(commands.lock().expect("no panic").contains(&"x1 CREATE INJECTED\r\n".to_owned()));
}
