//! A go-between on loopback: it stands between the real IMAP adapter and a server, hears both, and may change, swallow, add or cut
//! what either side says. A trap is a rule in it.
//!
//! Include it with `#[path = "support/between.rs"] mod between;`.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// A command as the client said it.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// Which connection, from 0.
    pub(crate) connection: usize,
    /// Its tag.
    pub(crate) tag: String,
    /// The first line without tag and line end; of a gathered APPEND with its literal's announcement.
    pub(crate) line: String,
    /// All of it, literals that were sent without asking included; those that wait for an answer only when the rules gather.
    pub(crate) bytes: Vec<u8>,
}

impl Said {
    /// Whether it is this command, in any case: `APPEND`, `UID FETCH`.
    pub(crate) fn is(&self, command: &str) -> bool {
        starts(&self.line, command)
    }

    /// Whether these bytes are in it.
    pub(crate) fn holds(&self, what: &[u8]) -> bool {
        self.bytes.windows(what.len()).any(|window| window == what)
    }
}

/// Whether a line begins with a word, in any case.
pub(crate) fn starts(line: &str, word: &str) -> bool {
    line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// What becomes of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// It goes on to the server.
    Pass,
    /// Another one goes to the server.
    PassAs(Vec<u8>),
    /// It goes on, and the connection ends when the server has answered: the answer is lost.
    LoseAnswer,
    /// The server never sees it; these lines answer, with `{tag}` for its tag.
    Answer(Vec<String>),
    /// These lines, and the connection ends.
    Close(Vec<String>),
    /// Nothing is said on this connection any more.
    Stall,
}

/// Answers a command with lines in place of the server.
pub(crate) fn answer(lines: &[&str]) -> Act {
    Act::Answer(lines.iter().map(|line| (*line).to_owned()).collect())
}

/// Says goodbye and hangs up.
pub(crate) fn bye(text: &str) -> Act {
    Act::Close(vec![format!("* BYE {text}")])
}

type CommandRule = Box<dyn FnMut(&Said) -> Act + Send>;
type ReplyRule = Box<dyn FnMut(Vec<u8>) -> Vec<u8> + Send>;

/// What the go-between does.
#[derive(Default)]
struct Rules {
    command: Option<CommandRule>,
    reply: Option<ReplyRule>,
    /// Literals that wait for an answer are taken before the rule is asked.
    gathers: bool,
    /// The next so many connections end before a word is said.
    refuses: u32,
    /// Pause after each piece of this many bytes from the client.
    slow: Option<(usize, Duration)>,
    tape: Vec<Said>,
    connections: usize,
}

impl Rules {
    fn act(&mut self, said: &Said) -> Act {
        // A tape of large messages would only cost memory.
        let bytes = said.bytes.get(..4096).unwrap_or(&said.bytes).to_vec();
        self.tape.push(Said { bytes, ..said.clone() });
        self.command.as_mut().map_or(Act::Pass, |rule| rule(said))
    }

    fn reply(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        match &mut self.reply {
            Some(rule) => rule(bytes),
            None => bytes,
        }
    }
}

/// Stands before one server. Dropping it ends its connections.
pub(crate) struct Between {
    /// Where clients find it.
    pub(crate) address: SocketAddr,
    rules: Arc<Mutex<Rules>>,
    _work: JoinSet<()>,
}

fn locked(rules: &Mutex<Rules>) -> MutexGuard<'_, Rules> {
    rules.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Between {
    /// Listens, and leads to `server`. Must be called within a tokio runtime.
    pub(crate) fn before(server: SocketAddr) -> Self {
        // What the system holds back for a slow reader must be little, or nobody would notice that it is slow.
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(128 * 1024).expect("a smaller buffer");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let listener = socket.listen(64).expect("listening");
        let address = listener.local_addr().expect("an address");
        let rules: Arc<Mutex<Rules>> = Arc::default();
        let shared = Arc::clone(&rules);
        let mut work = JoinSet::new();
        work.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let number = {
                    let mut rules = locked(&shared);
                    if rules.refuses > 0 {
                        rules.refuses -= 1;
                        continue;
                    }
                    rules.connections += 1;
                    rules.connections - 1
                };
                let Ok(server) = TcpStream::connect(server).await else { continue };
                talks.spawn(Talk::new(number, client, server, Arc::clone(&shared)).run());
            }
        });
        Self { address, rules, _work: work }
    }

    /// Asked about each command from now on.
    pub(crate) fn on_command(&self, rule: impl FnMut(&Said) -> Act + Send + 'static) {
        locked(&self.rules).command = Some(Box::new(rule));
    }

    /// The same, and APPENDs are shown with their message in every form.
    pub(crate) fn on_whole_command(&self, rule: impl FnMut(&Said) -> Act + Send + 'static) {
        let mut rules = locked(&self.rules);
        rules.gathers = true;
        rules.command = Some(Box::new(rule));
    }

    /// May change each response of the server (with its literals) from now on; an empty one is swallowed.
    pub(crate) fn on_reply(&self, rule: impl FnMut(Vec<u8>) -> Vec<u8> + Send + 'static) {
        locked(&self.rules).reply = Some(Box::new(rule));
    }

    /// No rules any more.
    pub(crate) fn behave(&self) {
        let mut rules = locked(&self.rules);
        (rules.command, rules.reply, rules.gathers, rules.refuses, rules.slow) = (None, None, false, 0, None);
    }

    /// The next so many connections end before a word is said.
    pub(crate) fn refuse_connections(&self, count: u32) {
        locked(&self.rules).refuses = count;
    }

    /// Takes what clients say slowly: a pause after each piece of so many bytes.
    pub(crate) fn take_slowly(&self, bytes: usize, pause: Duration) {
        locked(&self.rules).slow = Some((bytes, pause));
    }

    /// Every command so far.
    pub(crate) fn tape(&self) -> Vec<Said> {
        locked(&self.rules).tape.clone()
    }

    /// The first lines of these commands, in order.
    pub(crate) fn said(&self, command: &str) -> Vec<String> {
        self.tape().into_iter().filter(|said| said.is(command)).map(|said| said.line).collect()
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        locked(&self.rules).connections
    }
}

/// One side's words as they come in.
struct Ear {
    half: OwnedReadHalf,
    heard: Vec<u8>,
}

impl Ear {
    /// Waits for more; `false` at the end. Safe to be dropped while it waits.
    async fn hear(&mut self, most: usize) -> bool {
        let mut piece = vec![0; most];
        match self.half.read(&mut piece).await {
            Ok(0) | Err(_) => false,
            Ok(read) => {
                self.heard.extend_from_slice(&piece[..read]);
                true
            }
        }
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        self.heard.drain(..count).collect()
    }
}

/// A literal at the end of a line: how long, and whether it waits for an answer.
fn literal(line: &[u8]) -> Option<(usize, bool)> {
    let inside = line.strip_suffix(b"}")?;
    let open = inside.iter().rposition(|b| *b == b'{')?;
    let digits = &inside[open + 1..];
    let (digits, waits) = digits.strip_suffix(b"+").map_or((digits, true), |digits| (digits, false));
    let count = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((count, waits))
}

/// The end of the line that begins at `from`, its line end not counted.
fn line_end(bytes: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.windows(2).position(|two| two == b"\r\n").map(|at| from + at)
}

/// How many bytes the next whole unit takes, and the literal that the client waits for at its end.
fn unit(bytes: &[u8], is_server: bool) -> Option<(usize, Option<usize>)> {
    let mut from = 0;
    loop {
        let end = line_end(bytes, from)?;
        match literal(&bytes[from..end]) {
            Some((count, true)) if !is_server => return Some((end + 2, Some(count))),
            Some((count, _)) => {
                from = end + 2 + count;
                if from > bytes.len() {
                    return None;
                }
            }
            None => return Some((end + 2, None)),
        }
    }
}

/// Where the client is in what it says.
enum Saying {
    /// Between two commands.
    Nothing,
    /// It waits for an answer before a literal of so many bytes; the go-between gives it itself when it gathers.
    Asks(String, usize),
    /// A literal of so many bytes and what follows goes straight to the server.
    Literal(usize),
    /// A line that is neither a command nor a literal: the rest of a command.
    Rest,
}

/// What the client waits for, in order.
enum Due {
    Sent(String),
    Own(Vec<u8>),
}

/// One connection.
struct Talk {
    number: usize,
    client: Ear,
    server: Ear,
    to_client: OwnedWriteHalf,
    to_server: OwnedWriteHalf,
    rules: Arc<Mutex<Rules>>,
    saying: Saying,
    due: VecDeque<Due>,
    lost: Option<String>,
    gathered: Vec<u8>,
}

/// The connection is over.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

impl Talk {
    fn new(number: usize, client: TcpStream, server: TcpStream, rules: Arc<Mutex<Rules>>) -> Self {
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        let ear = |half| Ear { half, heard: Vec::new() };
        Self {
            number,
            client: ear(from_client),
            server: ear(from_server),
            to_client,
            to_server,
            rules,
            saying: Saying::Nothing,
            due: VecDeque::new(),
            lost: None,
            gathered: Vec::new(),
        }
    }

    async fn run(mut self) {
        while self.step().await.is_ok() {}
    }

    async fn step(&mut self) -> Result<(), Over> {
        let slow = locked(&self.rules).slow;
        let most = slow.map_or(64 * 1024, |(bytes, _)| bytes);
        let goes_on = tokio::select! {
            biased;
            goes_on = self.server.hear(64 * 1024) => goes_on,
            goes_on = self.client.hear(most) => {
                if let Some((_, pause)) = slow {
                    tokio::time::sleep(pause).await;
                }
                goes_on
            }
        };
        while let Some((count, _)) = unit(&self.server.heard, true) {
            let reply = self.server.take(count);
            self.pass_reply(reply).await?;
        }
        while self.take_from_client().await? {}
        if goes_on { Ok(()) } else { Err(Over) }
    }

    async fn pass_reply(&mut self, reply: Vec<u8>) -> Result<(), Over> {
        let word = String::from_utf8_lossy(reply.split(|b| *b == b' ').next().unwrap_or_default()).into_owned();
        if word == "+" {
            if let Saying::Asks(_, count) = self.saying {
                self.saying = Saying::Literal(count);
            }
        } else if self.lost.as_ref() == Some(&word) {
            return Err(Over);
        }
        if matches!(&self.saying, Saying::Asks(tag, _) if *tag == word) {
            self.saying = Saying::Nothing;
        }
        let changed = locked(&self.rules).reply(reply);
        self.to_client.write_all(&changed).await?;
        if matches!(self.due.front(), Some(Due::Sent(tag)) if *tag == word) {
            self.due.pop_front();
        }
        self.give_what_is_due().await
    }

    async fn give_what_is_due(&mut self) -> Result<(), Over> {
        while let Some(Due::Own(bytes)) = self.due.front() {
            self.to_client.write_all(bytes).await?;
            self.due.pop_front();
        }
        Ok(())
    }

    /// Takes the next piece of what the client said; `false` when there is no whole one.
    async fn take_from_client(&mut self) -> Result<bool, Over> {
        match self.saying {
            Saying::Asks(..) => Ok(false),
            Saying::Literal(0) => {
                self.saying = Saying::Rest;
                Ok(true)
            }
            Saying::Literal(left) => {
                let count = left.min(self.client.heard.len());
                let piece = self.client.take(count);
                if self.gathered.is_empty() {
                    self.to_server.write_all(&piece).await?;
                } else {
                    self.gathered.extend_from_slice(&piece);
                }
                self.saying = Saying::Literal(left - count);
                Ok(count > 0)
            }
            Saying::Rest => {
                let Some((count, waits)) = unit(&self.client.heard, false) else { return Ok(false) };
                let rest = self.client.take(count);
                self.saying = Saying::Nothing;
                if !self.gathered.is_empty() {
                    self.gathered.extend_from_slice(&rest);
                    let whole = std::mem::take(&mut self.gathered);
                    return self.command(whole, waits).await.map(|()| true);
                }
                self.to_server.write_all(&rest).await?;
                if let (Some(count), Some(Due::Sent(tag))) = (waits, self.due.back()) {
                    self.saying = Saying::Asks(tag.clone(), count);
                }
                Ok(true)
            }
            Saying::Nothing => {
                let Some((count, waits)) = unit(&self.client.heard, false) else { return Ok(false) };
                let whole = self.client.take(count);
                self.command(whole, waits).await?;
                Ok(true)
            }
        }
    }

    /// A command is there, or its beginning up to a literal that waits.
    async fn command(&mut self, bytes: Vec<u8>, waits: Option<usize>) -> Result<(), Over> {
        if let Some(count) = waits.filter(|_| locked(&self.rules).gathers) {
            // Taken as the server would take it, and handed on as a literal that does not wait.
            let end = bytes.len() - 3;
            self.gathered = [&bytes[..end], b"+}\r\n"].concat();
            self.saying = Saying::Literal(count);
            return Ok(self.to_client.write_all(b"+ go\r\n").await?);
        }
        let line = String::from_utf8_lossy(&bytes[..line_end(&bytes, 0).unwrap_or(bytes.len())]).into_owned();
        let (tag, line) = line.split_once(' ').unwrap_or((&line, ""));
        let said = Said { connection: self.number, tag: tag.to_owned(), line: line.to_owned(), bytes };
        let act = locked(&self.rules).act(&said);
        let filled = |lines: Vec<String>| lines.iter().map(|l| l.replace("{tag}", &said.tag) + "\r\n").collect::<String>().into_bytes();
        match act {
            Act::Pass => {}
            Act::PassAs(bytes) => return self.forward(&said, &bytes, waits).await,
            Act::LoseAnswer => self.lost = Some(said.tag.clone()),
            Act::Answer(lines) => {
                self.due.push_back(Due::Own(filled(lines)));
                return self.give_what_is_due().await;
            }
            Act::Close(lines) => {
                self.to_client.write_all(&filled(lines)).await?;
                return Err(Over);
            }
            Act::Stall => std::future::pending().await,
        }
        self.forward(&said, &said.bytes, waits).await
    }

    async fn forward(&mut self, said: &Said, bytes: &[u8], waits: Option<usize>) -> Result<(), Over> {
        self.due.push_back(Due::Sent(said.tag.clone()));
        if let Some(count) = waits {
            self.saying = Saying::Asks(said.tag.clone(), count);
        }
        Ok(self.to_server.write_all(bytes).await?)
    }
}

/// Where the literal of a response begins and ends, when it has one.
fn body(response: &[u8]) -> Option<(usize, usize, usize)> {
    let end = line_end(response, 0)?;
    let (count, _) = literal(&response[..end])?;
    let open = response[..end].iter().rposition(|b| *b == b'{')?;
    Some((open, end + 2, end + 2 + count))
}

/// A response with another literal in the place of its first one; unchanged when it has none.
pub(crate) fn with_literal(response: &[u8], change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let Some((open, start, end)) = body(response) else { return response.to_vec() };
    let changed = change(&response[start..end]);
    [&response[..open], format!("{{{}}}\r\n", changed.len()).as_bytes(), &changed, &response[end..]].concat()
}

/// Replaces text everywhere in a response, its literal's length kept right.
pub(crate) fn replaced(response: &[u8], from: &str, to: &str) -> Vec<u8> {
    let swap = |bytes: &[u8]| {
        let mut out = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some(at) = rest.windows(from.len()).position(|window| window == from.as_bytes()) {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(to.as_bytes());
            rest = &rest[at + from.len()..];
        }
        out.extend_from_slice(rest);
        out
    };
    match body(response) {
        None => swap(response),
        Some((open, start, end)) => {
            let changed = swap(&response[start..end]);
            let (head, tail) = (swap(&response[..open]), swap(&response[end..]));
            [head.as_slice(), format!("{{{}}}\r\n", changed.len()).as_bytes(), &changed, &tail].concat()
        }
    }
}

/// Whether a response holds these bytes.
pub(crate) fn holds(response: &[u8], what: &str) -> bool {
    response.windows(what.len()).any(|window| window == what.as_bytes())
}

/// Whether a response is a message or its listing (`* n FETCH`).
pub(crate) fn is_fetch(response: &[u8]) -> bool {
    let mut words = response.split(|b| *b == b' ');
    words.next() == Some(b"*") && words.nth(1) == Some(b"FETCH")
}
