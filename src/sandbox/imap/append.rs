//! APPEND: one message, or several at once where the dialect has MULTIAPPEND (RFC 3502).
//!
//! A message that waits for permission (`{n}`) is refused before it is sent. One that does not wait (`{n+}`) is on its way
//! already: after a `NO` it is taken and thrown away. After a `BAD` a Dovecot-like server reads on where it is, so the message
//! is taken for commands; that is how the real one behaves, and why a careful client hangs up.

use bytes::Bytes;

use super::super::mail::{Dialect, Incoming, Point, Refused, Side};
use super::args::{Args, print_set};
use super::lexer::{Token, lex};
use super::outcome::{Fail, Outcome, bad};
use super::session::Session;
use super::wire::Line;
use crate::domain::{Flags, InternalDate, MailboxName};

/// What is said of a message before it comes.
struct Announcement {
    flags: Flags,
    date: Option<InternalDate>,
    size: u64,
    waits: bool,
}

impl Session<'_> {
    pub(super) async fn append(&mut self, mut args: Args) -> Outcome {
        let name = match self.mailbox(&mut args) {
            Ok(name) => Ok(name),
            Err(Fail::Refused(refused)) => Err(refused),
            Err(closed) => return Err(closed),
        };
        let mut refused = match &name {
            Ok(name) => self.visited()?.may_append(name).err(),
            Err(refused) => Some(refused.clone()),
        };
        let mut incoming = Vec::new();
        loop {
            let announcement = match self.announcement(&mut args) {
                Ok(announcement) => announcement,
                Err(refused) => return self.refuse_announcement(&mut args, refused).await,
            };
            if refused.is_none() {
                let by_fault = self.wire.gate.refuses_size(announcement.size);
                refused = by_fault.or(self.visited()?.check_size(announcement.size).err());
            }
            if let Some(refused) = refused.clone()
                && announcement.waits
            {
                return Err(refused.into());
            }
            if refused.is_some() {
                self.wire.swallow(announcement.size).await?;
            } else if let Token::Literal(bytes) = self.literal(announcement.size, announcement.waits).await? {
                incoming.push(Incoming { flags: announcement.flags, date: announcement.date, bytes });
            }
            let line = match self.wire.line(self.line_limit()).await? {
                Line::Whole(line) => line,
                Line::TooLong(_) => return Err(bad("Too long argument.").into()),
            };
            if line.is_empty() {
                break;
            }
            self.said.push_str(&String::from_utf8_lossy(&line));
            args = self.next_message(&line)?;
        }
        let heard = self.conduct.heard(&self.said);
        self.last_words(heard)?;
        match (refused, name) {
            (Some(refused), _) | (None, Err(refused)) => Err(refused.into()),
            (None, Ok(name)) => self.store_all(&name, incoming).await,
        }
    }

    /// Arguments of the next message of the same command.
    fn next_message(&self, line: &Bytes) -> Result<Args, Fail> {
        match self.hall.dialect {
            Dialect::Exchange => return Err(bad("Command Argument Error. 12").into()),
            _ if !self.can("MULTIAPPEND") => return Err(bad("Too many arguments.").into()),
            _ => {}
        }
        lex(line).map(Args::new).ok_or_else(|| bad("Invalid arguments.").into())
    }

    /// Flags, date and size.
    fn announcement(&self, args: &mut Args) -> Result<Announcement, Refused> {
        let Some(Token::Announced { size, waits }) = args.last().cloned() else { return Err(self.argument_error("Missing message.")) };
        let mut flags = Flags::default();
        if args.peek() == Some(&Token::Open) {
            let names = args.list().map_err(|_| self.argument_error("Invalid flags list"))?;
            let Some(visit) = &self.visit else { return Err(bad("Command received in Invalid state.")) };
            flags = visit.check_flags(names.iter().map(String::as_str))?;
        }
        let mut date = None;
        if let Some(Token::Quoted(text)) = args.peek() {
            let parsed: Result<InternalDate, _> = text.parse();
            date = Some(parsed.map_err(|_| self.argument_error("Invalid internal date."))?);
            args.next();
        }
        args.next();
        args.end().map_err(|_| self.argument_error("Invalid arguments."))?;
        Ok(Announcement { flags, date, size, waits })
    }

    fn argument_error(&self, text: &str) -> Refused {
        bad(if self.is_exchange() { "Command Argument Error. 11" } else { text })
    }

    /// An Exchange-like server takes the rest of a wrong command; a Dovecot-like one reads on where it is.
    async fn refuse_announcement(&mut self, args: &mut Args, refused: Refused) -> Outcome {
        if self.is_exchange()
            && let Some((size, waits)) = args.take_announced()
            && !waits
        {
            self.wire.swallow(size).await?;
            self.wire.line(self.line_limit()).await?;
        }
        Err(refused.into())
    }

    /// Stores the messages of one command as one effect.
    async fn store_all(&mut self, name: &MailboxName, incoming: Vec<Incoming>) -> Outcome {
        let count = u32::try_from(incoming.len()).unwrap_or(u32::MAX);
        self.pass(Point::Stored(Side::Before, count))?;
        let takes = self.wire.gate.storing_takes(count, incoming.iter().map(|m| m.bytes.len() as u64).sum());
        if !takes.is_zero() {
            tokio::time::sleep(takes).await;
        }
        let receipt = self.visited()?.receive(&self.wire.gate, name, incoming)?;
        self.pass(Point::Stored(Side::After, count))?;
        let done = self.completed("APPEND");
        Ok(match receipt.uids {
            Some(uids) => format!("[APPENDUID {} {}] {done}", receipt.uid_validity, print_set(&uids)),
            None => done,
        })
    }
}
