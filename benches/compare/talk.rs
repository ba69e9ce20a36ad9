//! A bare IMAP client: no library, no checks beyond a tagged OK. What is fast here is fast because nothing is done.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mailferry::adapters::Trust;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// One account on a server of ours; every password is `secret`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// Where it listens, or the proxy before it.
    pub(crate) address: SocketAddr,
    /// The authority to trust; `None` is clear text.
    pub(crate) ca: Option<PathBuf>,
    /// User name.
    pub(crate) user: String,
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// What the server says.
pub(crate) struct Ear {
    stream: BufReader<ReadHalf<Box<dyn Stream>>>,
    line: Vec<u8>,
}

/// What the server hears.
pub(crate) type Mouth = WriteHalf<Box<dyn Stream>>;

/// A message as it was read.
pub(crate) struct Message {
    /// Flags without brackets.
    pub(crate) flags: String,
    /// INTERNALDATE without quotes.
    pub(crate) date: String,
    /// Its bytes.
    pub(crate) body: Vec<u8>,
}

pub(crate) fn failed(text: impl Into<String>) -> io::Error {
    io::Error::other(text.into())
}

/// A logged-in connection in its two halves.
pub(crate) async fn connect(account: &Account) -> io::Result<(Ear, Mouth)> {
    let stream = TcpStream::connect(account.address).await?;
    stream.set_nodelay(true)?;
    let stream: Box<dyn Stream> = match &account.ca {
        None => Box::new(stream),
        Some(ca) => Box::new(secured(stream, ca).await?),
    };
    let (read, mut mouth) = tokio::io::split(stream);
    let mut ear = Ear { stream: BufReader::with_capacity(256 << 10, read), line: Vec::new() };
    ear.line().await?;
    say(&mut mouth, &format!("l LOGIN {} secret\r\n", account.user)).await?;
    ear.until("l").await?;
    Ok((ear, mouth))
}

async fn secured(stream: TcpStream, ca: &Path) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let trust = Trust { extra_ca_pem: vec![std::fs::read_to_string(ca)?] };
    let config = trust.client_config(None).map_err(|error| failed(error.to_string()))?;
    let name = ServerName::try_from("localhost").map_err(|error| failed(error.to_string()))?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Writes and flushes.
pub(crate) async fn say(mouth: &mut Mouth, text: &str) -> io::Result<()> {
    mouth.write_all(text.as_bytes()).await?;
    mouth.flush().await
}

impl Ear {
    /// The next line, with its line end.
    pub(crate) async fn line(&mut self) -> io::Result<&[u8]> {
        self.line.clear();
        if self.stream.read_until(b'\n', &mut self.line).await? == 0 {
            return Err(failed("the server hung up"));
        }
        Ok(&self.line)
    }

    /// Everything until the tagged answer, which has to be OK; the untagged lines before it.
    pub(crate) async fn until(&mut self, tag: &str) -> io::Result<Vec<String>> {
        let mut untagged = Vec::new();
        loop {
            let line = String::from_utf8_lossy(self.line().await?).trim_end().to_owned();
            match line.strip_prefix(tag).and_then(|rest| rest.strip_prefix(' ')) {
                Some(answer) if answer.starts_with("OK") => return Ok(untagged),
                Some(answer) => return Err(failed(format!("refused: {answer}"))),
                None => untagged.push(line),
            }
        }
    }

    /// The next message of `UID FETCH … (FLAGS INTERNALDATE BODY.PEEK[])`; `None` at the tagged OK.
    pub(crate) async fn message(&mut self, tag: &str) -> io::Result<Option<Message>> {
        loop {
            let line = String::from_utf8_lossy(self.line().await?).into_owned();
            if let Some(answer) = line.strip_prefix(tag) {
                return if answer.starts_with(" OK") { Ok(None) } else { Err(failed(line)) };
            }
            let Some(size) = line.trim_end().strip_suffix('}').and_then(|rest| rest.rsplit_once('{')) else { continue };
            let size: usize = size.1.parse().map_err(|_| failed("a literal without a size"))?;
            let flags = between(&line, "FLAGS (", ")").replace("\\Recent", "").trim().to_owned();
            let date = between(&line, "INTERNALDATE \"", "\"").to_owned();
            let mut body = vec![0; size];
            self.stream.read_exact(&mut body).await?;
            return Ok(Some(Message { flags, date, body }));
        }
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map_or("", |(found, _)| found)
}

/// How messages are put down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// MULTIAPPEND (RFC 3502) with LITERAL+.
    Multi,
    /// The same into a mailbox that is selected: a server that counts it anew for each command need not.
    MultiSelected,
    /// One APPEND with LITERAL+ after the other, none waited for.
    Single,
}

/// Messages in one MULTIAPPEND.
const BATCH: usize = 200;
/// Bytes in one MULTIAPPEND, about.
const BATCH_BYTES: usize = 4 << 20;

/// What is small is gathered up to so many bytes: a packet for each head, body and line end would wake the server three times.
const GATHERED: usize = 128 << 10;

/// Puts messages down; answers are waited for by whoever has the ear.
pub(crate) struct Writer {
    mouth: Mouth,
    gathered: Vec<u8>,
    manner: Manner,
    mailbox: String,
    in_batch: usize,
    bytes_in_batch: usize,
    /// Messages of each command given, whose answers are expected in this order: all with the tag `w`.
    pub(crate) commands: Vec<usize>,
}

impl Writer {
    pub(crate) fn new(mouth: Mouth, manner: Manner) -> Self {
        Self { mouth, gathered: Vec::new(), manner, mailbox: String::new(), in_batch: 0, bytes_in_batch: 0, commands: Vec::new() }
    }

    /// Ends what is open and goes on with this mailbox, which is created (unless it is the INBOX).
    pub(crate) fn open(&mut self, mailbox: &str) {
        self.reopen(mailbox);
        if mailbox != "INBOX" {
            self.gathered.extend_from_slice(format!("w CREATE \"{mailbox}\"\r\n").as_bytes());
            self.commands.push(0);
        }
        if self.manner == Manner::MultiSelected {
            self.gathered.extend_from_slice(format!("w SELECT \"{mailbox}\"\r\n").as_bytes());
            self.commands.push(0);
        }
    }

    /// Ends what is open and goes on with this mailbox, which is there.
    pub(crate) fn reopen(&mut self, mailbox: &str) {
        self.close();
        mailbox.clone_into(&mut self.mailbox);
    }

    /// The connection, for something else.
    pub(crate) fn into_mouth(self) -> Mouth {
        self.mouth
    }

    /// Puts one down.
    pub(crate) async fn put(&mut self, message: &Message) -> io::Result<()> {
        let Message { flags, date, body } = message;
        let literal = format!("({flags}) \"{date}\" {{{}+}}\r\n", body.len());
        let head = if self.in_batch == 0 { format!("w APPEND \"{}\" {literal}", self.mailbox) } else { format!(" {literal}") };
        self.gathered.extend_from_slice(head.as_bytes());
        if body.len() < GATHERED {
            self.gathered.extend_from_slice(body);
        } else {
            self.hand_over().await?;
            self.mouth.write_all(body).await?;
        }
        if self.gathered.len() >= GATHERED {
            self.hand_over().await?;
        }
        self.in_batch += 1;
        self.bytes_in_batch += body.len();
        if self.manner == Manner::Single || self.in_batch == BATCH || self.bytes_in_batch >= BATCH_BYTES {
            self.close();
        }
        Ok(())
    }

    /// Ends the open command.
    pub(crate) fn close(&mut self) {
        if self.in_batch > 0 {
            self.gathered.extend_from_slice(b"\r\n");
            self.commands.push(self.in_batch);
            (self.in_batch, self.bytes_in_batch) = (0, 0);
        }
    }

    /// Gives the server what was gathered.
    pub(crate) async fn hand_over(&mut self) -> io::Result<()> {
        self.mouth.write_all(&self.gathered).await?;
        self.gathered.clear();
        self.mouth.flush().await
    }

    /// Says goodbye after everything was answered.
    pub(crate) async fn log_out(mut self) -> io::Result<()> {
        self.hand_over().await?;
        say(&mut self.mouth, "z LOGOUT\r\n").await
    }
}
