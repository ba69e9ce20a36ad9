//! Commands and answers on one connection, each answer checked: the tag, the status, the end of the stream.
//!
//! async-imap's own list-like helpers end at the tag whatever its status says, and at the end of the stream;
//! none of them is used. The library reads responses; what they mean for a command is decided here.

use async_imap::Client;
use tokio::time::{Duration, Instant, timeout};
use tracing::{Level, enabled, trace};

use super::command::{Command, Part};
use super::framing::Frame;
use super::panics::guarded_future;
use super::refusal::{refused, throttled_millis};
use super::reply::{Outcome, Reply, Status, suits_library};
use super::spill::Spills;
use super::surveying::Changes;
use super::transport::{Duplex, Traffic, Transport};
use crate::ports::MailError;

/// How long a server that broke the line is listened to for its reason.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What follows a command.
#[derive(Debug)]
pub(super) enum Step {
    /// Untagged.
    Reply(Reply),
    /// The command ended.
    Done(Outcome),
}

/// One connection, logged in or not.
#[derive(Debug)]
pub(super) struct Conversation {
    client: Client<Transport>,
    last_tag: u32,
    /// Why the connection is of no use any more.
    over: Option<String>,
    /// What the server said about the open mailbox, whatever was asked when it did.
    changes: Changes,
    shortest_answer: Option<Duration>,
}

impl Conversation {
    pub(super) fn new(stream: Box<dyn Duplex>, patience: Duration, traffic: Traffic, spills: Spills) -> Self {
        Self {
            client: Client::new(Transport::new(stream, patience, traffic, spills)),
            last_tag: 0,
            over: None,
            changes: Changes::default(),
            shortest_answer: None,
        }
    }

    pub(super) fn set_patience(&mut self, patience: Duration) {
        self.client.get_mut().set_patience(patience);
    }

    /// The bare stream, and whether the server had already said more than was asked.
    pub(super) fn into_stream(self) -> (Box<dyn Duplex>, bool) {
        self.client.into_inner().into_stream()
    }

    /// Bytes that were waited for since the last call, and how long.
    pub(super) fn take_awaited(&mut self) -> (u64, Duration) {
        self.client.get_mut().take_awaited()
    }

    /// Marks the connection as useless and says so.
    pub(super) fn fail(&mut self, error: MailError) -> MailError {
        if error.is_connection_lost() && self.over.is_none() {
            self.over = Some(error.to_string());
        }
        error
    }

    fn lost(&mut self, cause: &(impl ToString + ?Sized)) -> MailError {
        self.fail(MailError::Lost(cause.to_string()))
    }

    /// A tag never used before on this connection.
    pub(super) fn next_tag(&mut self) -> String {
        self.last_tag += 1;
        format!("A{}", self.last_tag)
    }

    /// Writes bytes and makes sure that they leave.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), MailError> {
        self.send_both(bytes, &[]).await
    }

    /// The same with bytes that lie in two places.
    pub(super) async fn send_both(&mut self, first: &[u8], second: &[u8]) -> Result<(), MailError> {
        if let Some(cause) = &self.over {
            return Err(MailError::Lost(cause.clone()));
        }
        match self.client.get_mut().send(first, second).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.last_words(&error).await),
        }
    }

    /// The reason that a server gave before it broke the line, if any.
    async fn last_words(&mut self, error: &std::io::Error) -> MailError {
        let said = timeout(LAST_WORDS, async {
            loop {
                match self.next().await {
                    Ok(Reply::Done { outcome, .. }) if outcome.status != Status::Ok => {
                        if let Some(wait_millis) = throttled_millis(&outcome.text) {
                            return Some(MailError::Throttled { wait_millis });
                        }
                    }
                    Ok(_) => {}
                    Err(error @ (MailError::Throttled { .. } | MailError::Protocol(_))) => return Some(error),
                    Err(MailError::Lost(text)) if text.starts_with(GOODBYE) => return Some(MailError::Lost(text)),
                    Err(_) => return None,
                }
            }
        });
        let error = said.await.ok().flatten().unwrap_or_else(|| MailError::Lost(error.to_string()));
        self.fail(error)
    }

    /// The next response. The end of the stream and BYE are errors: nothing is complete without its tagged answer.
    pub(super) async fn next(&mut self) -> Result<Reply, MailError> {
        let frame = match self.client.get_mut().frame().await {
            Ok(Some(frame)) => frame,
            Ok(None) => return Err(self.lost("closed by the server")),
            Err(error) => return Err(self.lost(&error)),
        };
        if enabled!(target: "mailferry::wire", Level::TRACE) {
            trace!(target: "mailferry::wire", "S: {}", for_the_log(&frame));
        }
        let reply = if suits_library(&frame) {
            self.client.get_mut().serve(&frame);
            match guarded_future(self.client.read_response()).await {
                Some(Ok(Some(response))) => Reply::from_library(response.parsed()),
                // The library's error text quotes the server's bytes, which may be mail: it is not repeated.
                _ => return Err(self.lost("the answer could not be read")),
            }
        } else {
            Reply::from_frame(&frame)
        };
        match reply {
            Reply::Bye(text) => {
                let error = throttled_millis(&text)
                    .map_or_else(|| MailError::Lost(format!("{GOODBYE}{text}")), |wait_millis| MailError::Throttled { wait_millis });
                Err(self.fail(error))
            }
            reply => {
                self.changes.learn(&reply);
                Ok(reply)
            }
        }
    }

    /// What the server said about the open mailbox since the last call.
    pub(super) fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// The next response that belongs to the command with this tag.
    pub(super) async fn step(&mut self, tag: &str) -> Result<Step, MailError> {
        match self.next().await? {
            Reply::Done { tag: other, outcome } if other == tag => Ok(Step::Done(outcome)),
            Reply::Done { tag: other, outcome } => {
                let text = format!("an answer to {other} while {tag} was asked: {}", outcome.text);
                Err(self.fail(MailError::Protocol(text)))
            }
            reply => Ok(Step::Reply(reply)),
        }
    }

    /// Adds a command of one line to bytes that leave together, and returns its tag.
    pub(super) fn compose(&mut self, command: &Command, bytes: &mut Vec<u8>) -> String {
        let tag = self.next_tag();
        trace!(target: "mailferry::wire", "C: {tag} {}", command.shown());
        bytes.extend_from_slice(tag.as_bytes());
        bytes.push(b' ');
        for part in command.parts() {
            if let Part::Line(line) = part {
                bytes.extend_from_slice(line);
            }
        }
        bytes.extend_from_slice(b"\r\n");
        tag
    }

    /// Sends a command; `Some` when the server ended it before all of it was sent.
    pub(super) async fn start(&mut self, command: &Command) -> Result<(String, Option<Outcome>), MailError> {
        let tag = self.next_tag();
        trace!(target: "mailferry::wire", "C: {tag} {}", command.shown());
        let mut bytes = zeroize::Zeroizing::new(format!("{tag} ").into_bytes());
        for part in command.parts() {
            match part {
                Part::Line(line) => bytes.extend_from_slice(line),
                Part::Literal(literal) => {
                    bytes.extend_from_slice(format!("{{{}}}\r\n", literal.len()).as_bytes());
                    self.send(&bytes).await?;
                    if let Some(outcome) = self.go_ahead(&tag).await? {
                        return Ok((tag, Some(outcome)));
                    }
                    bytes.clear();
                    bytes.extend_from_slice(literal);
                }
            }
        }
        bytes.extend_from_slice(b"\r\n");
        self.send(&bytes).await?;
        Ok((tag, None))
    }

    /// Waits until the server agrees to a literal; `Some` when it ended the command instead.
    pub(super) async fn go_ahead(&mut self, tag: &str) -> Result<Option<Outcome>, MailError> {
        loop {
            match self.step(tag).await? {
                Step::Reply(Reply::Continue) => return Ok(None),
                Step::Reply(_) => {}
                Step::Done(outcome) => return Ok(Some(outcome)),
            }
        }
    }

    /// Reads to the end of a command whatever its status.
    pub(super) async fn finish(&mut self, tag: &str, mut each: impl FnMut(Reply)) -> Result<Outcome, MailError> {
        loop {
            match self.step(tag).await? {
                Step::Reply(reply) => each(reply),
                Step::Done(outcome) => return Ok(outcome),
            }
        }
    }

    /// Sends a command and reads to its end whatever its status.
    pub(super) async fn ask(&mut self, command: &Command, each: impl FnMut(Reply)) -> Result<Outcome, MailError> {
        let began = Instant::now();
        let outcome = match self.start(command).await? {
            (_, Some(outcome)) => outcome,
            (tag, None) => self.finish(&tag, each).await?,
        };
        self.was_answered_in(began.elapsed());
        Ok(outcome)
    }

    /// A command, asked by itself, was answered in this time.
    pub(super) fn was_answered_in(&mut self, took: Duration) {
        self.shortest_answer = Some(self.shortest_answer.map_or(took, |shortest| shortest.min(took)));
    }

    /// The shortest time in which a command was answered.
    pub(super) const fn shortest_answer(&self) -> Option<Duration> {
        self.shortest_answer
    }

    /// Sends a command that should work: NO and BAD are errors.
    pub(super) async fn run(&mut self, command: &Command, each: impl FnMut(Reply)) -> Result<Outcome, MailError> {
        let outcome = self.ask(command, each).await?;
        self.checked(outcome)
    }

    /// An outcome that should be OK.
    pub(super) fn checked(&mut self, outcome: Outcome) -> Result<Outcome, MailError> {
        if outcome.status == Status::Ok { Ok(outcome) } else { Err(self.fail(refused(&outcome))) }
    }

    /// Says goodbye if anybody listens, and closes.
    pub(super) async fn log_out(mut self, patience: Duration) {
        let _ = timeout(patience, async {
            if self.over.is_none() && self.start(&Command::new("LOGOUT")).await.is_ok() {
                while self.next().await.is_ok() {}
            }
            self.client.get_mut().close().await;
        })
        .await;
    }
}

const GOODBYE: &str = "the server said goodbye: ";

/// A response without what is in a message: the first line, cut before any body.
fn for_the_log(frame: &Frame) -> String {
    let line = frame.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let shown = line.find("BODY[").map_or(&*line, |at| &line[..at]);
    let shown: String = shown.chars().take(400).collect();
    if shown.len() < frame.len().saturating_sub(2) { format!("{shown}… ({} bytes)", frame.came()) } else { shown }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn the_log_never_holds_mail() {
        let shown = for_the_log(&Bytes::from_static(b"* 1 FETCH (UID 7 FLAGS (\\Seen) BODY[] \"Subject: secret\")\r\n").into());
        assert_eq!(shown, "* 1 FETCH (UID 7 FLAGS (\\Seen) … (58 bytes)");
        assert_eq!(for_the_log(&Bytes::from_static(b"A1 OK done\r\n").into()), "A1 OK done");
    }
}
