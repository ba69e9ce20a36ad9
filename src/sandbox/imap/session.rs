//! One connection: reads commands, lets them be carried out, says how they ended.

use std::sync::Arc;

use super::super::mail::{Conduct, CutStyle, Dialect, Ended, Manners, Oddity, Patience, Point, Refused, Side, Visit, worded};
use super::args::Args;
use super::door::{Hall, Protection};
use super::lexer::{Token, lex};
use super::outcome::{Closed, Fail, Outcome, bad, no};
use super::selected::Selected;
use super::wire::{Line, Wire};

/// Longest literal outside APPEND.
const SMALL_LITERAL: u64 = 64 * 1024;

/// One connection.
pub(super) struct Session<'a> {
    pub(super) hall: &'a Hall,
    pub(super) wire: Wire,
    pub(super) visit: Option<Visit>,
    pub(super) selected: Option<Selected>,
    pub(super) is_secured: bool,
    /// TLS begins once the answer to STARTTLS is sent.
    pub(super) begin_tls: Option<Arc<rustls::ServerConfig>>,
    /// The command that runs, as it was said: without tag and literals.
    pub(super) said: String,
    /// Whether the client knows of mod-sequences (RFC 7162 §3.1).
    pub(super) knows_modseq: bool,
    pub(super) conduct: Conduct,
    /// Logged in, and refused everything.
    pub(super) is_not_connected: bool,
    /// Commands so far; a Zimbra-like server says it is alive now and then.
    commands: u32,
}

/// A command as it came.
struct Command {
    tag: String,
    name: String,
    args: Args,
}

/// What came from the client.
enum Read {
    Command(Command),
    /// Refused before it could be understood: tag and text.
    Refused(String, String),
    /// An empty line.
    Nothing,
}

impl<'a> Session<'a> {
    pub(super) fn new(hall: &'a Hall, wire: Wire) -> Self {
        let is_secured = !matches!(hall.protection, Protection::StartTls(_));
        Self {
            hall,
            wire,
            visit: None,
            selected: None,
            is_secured,
            begin_tls: None,
            said: String::new(),
            knows_modseq: false,
            conduct: Conduct::new(hall.dialect),
            is_not_connected: false,
            commands: 0,
        }
    }

    /// Serves until the connection is over.
    pub(super) async fn run(mut self) {
        let greeting = self.greeting();
        self.wire.say(&greeting);
        let how = loop {
            if let Err(closed) = self.one_command().await {
                break closed;
            }
        };
        // The seat of the user is free from now on, not when a frozen connection ends.
        self.visit = None;
        self.wire.end(how).await;
    }

    async fn one_command(&mut self) -> Result<(), Closed> {
        let Command { tag, name, args } = match self.read_command().await? {
            Read::Command(command) => command,
            Read::Refused(tag, text) => {
                self.wire.say(&format!("{tag} BAD {text}"));
                return self.count(Ended::Bad);
            }
            Read::Nothing => return Ok(()),
        };
        self.before(&tag, &name).await?;
        let outcome = match self.refuses_at_once(&name) {
            Some(refused) => self.refuse_whole(args, refused).await,
            None => self.carry_out(&name, args).await,
        };
        // Nothing is answered when the connection is cut between the effect and its answer.
        if let Err(Fail::Closed(closed)) = outcome {
            if closed == Closed::Said && name == "LOGOUT" {
                self.wire.say(&format!("{tag} OK LOGOUT completed."));
            }
            return Err(closed);
        }
        let silent = self.wire.gate.stall();
        if !silent.is_zero() {
            tokio::time::sleep(silent).await;
        }
        self.pass(Point::Command(Side::After))?;
        // Sequence numbers may not change under these (RFC 9051 §7.5.1).
        if !matches!(name.as_str(), "FETCH" | "STORE" | "SEARCH") {
            self.tell_changes()?;
        }
        match outcome {
            Ok(text) => {
                self.keep_alive();
                self.wire.say(&format!("{tag} OK {text}"));
                self.count(Ended::Ok)?;
                match self.begin_tls.take() {
                    Some(config) => self.wire.secure(&config).await,
                    None => self.wire.relieve().await,
                }
            }
            Err(Fail::Refused(refused)) => {
                let refused = worded(self.hall.dialect, &name, refused);
                let word = if refused.is_bad { "BAD" } else { "NO" };
                self.wire.say(&format!("{tag} {word} {}", refused.text));
                self.count(if refused.is_bad { Ended::Bad } else { Ended::No })
            }
            Err(Fail::Closed(closed)) => Err(closed),
        }
    }

    pub(super) fn is_exchange(&self) -> bool {
        self.hall.dialect.is_exchange()
    }

    pub(super) fn manners(&self) -> &'static Manners {
        self.hall.dialect.manners()
    }

    /// Whether a word is advertised after login; what is not is refused.
    pub(super) fn can(&self, word: &str) -> bool {
        self.manners().has(word)
    }

    /// Counts how a command ended; too many errors end the connection.
    fn count(&mut self, how: Ended) -> Result<(), Closed> {
        let counted = self.conduct.ended(how);
        self.last_words(counted)
    }

    /// Ends the connection when there are last words.
    pub(super) fn last_words(&mut self, result: Result<(), &'static str>) -> Result<(), Closed> {
        result.map_err(|bye| {
            self.wire.say(&format!("* {bye}"));
            Closed::Said
        })
    }

    /// A Zimbra-like server says `* NOOP` now and then, so that nobody takes it for dead.
    fn keep_alive(&mut self) {
        self.commands += 1;
        if self.hall.dialect.is_zimbra() && self.visit.is_some() && self.commands.is_multiple_of(8) {
            self.wire.say("* NOOP");
        }
    }

    /// What faults do before a command.
    async fn before(&mut self, tag: &str, name: &str) -> Result<(), Closed> {
        self.wire.gate.begin(name);
        let said = if matches!(name, "LOGIN" | "AUTHENTICATE") { name } else { &self.said };
        self.wire.gate.hear(said);
        if name != "APPEND" {
            let heard = self.conduct.heard(&self.said);
            self.last_words(heard)?;
        }
        let omen = self.wire.gate.omen();
        if !omen.delay.is_zero() {
            tokio::time::sleep(omen.delay).await;
        }
        for line in omen.untagged {
            self.wire.say(&format!("* {line}"));
        }
        if let Some(patience) = omen.throttle {
            let hint = match patience {
                Patience::Millis(millis) => format!(" Suggested Backoff Time: {millis} milliseconds"),
                Patience::Some => String::new(),
            };
            self.wire.say(&format!("{tag} NO Request is throttled.{hint}"));
            self.wire.say("* BYE Connection is closed. 14");
            return Err(Closed::Said);
        }
        if let (Some(selected), Some(visit)) = (&self.selected, &self.visit)
            && self.wire.gate.is_odd(Oddity::Renumbers)
        {
            // A mailbox that is gone meanwhile is found missing by the command itself.
            let _ = visit.renumber(&selected.name);
        }
        self.pass(Point::Command(Side::Before))
    }

    /// What a command is answered without a look at it.
    fn refuses_at_once(&mut self, name: &str) -> Option<Refused> {
        if self.is_not_connected && name != "LOGOUT" {
            return Some(bad("User is authenticated but not connected."));
        }
        self.wire.gate.answers()
    }

    /// Refuses a command, and takes the message that it may be about to send.
    async fn refuse_whole(&mut self, mut args: Args, refused: Refused) -> Outcome {
        while let Some((size, false)) = args.take_announced() {
            self.wire.swallow(size).await?;
            let Line::Whole(line) = self.wire.line(self.line_limit()).await? else { break };
            args = Args::new(lex(&line).unwrap_or_default());
        }
        Err(refused.into())
    }

    /// A half-effect: goes on, or the connection is cut here.
    pub(super) fn pass(&mut self, point: Point) -> Result<(), Closed> {
        match self.wire.gate.at(point) {
            None => Ok(()),
            Some(CutStyle::Reset) => Err(Closed::Reset),
            Some(CutStyle::Freeze) => Err(Closed::Frozen),
            Some(CutStyle::Bye) => {
                self.wire.say("* BYE Connection closed.");
                Err(Closed::Said)
            }
        }
    }

    /// Longest command line.
    pub(super) fn line_limit(&self) -> usize {
        self.manners().command_line
    }

    async fn read_command(&mut self) -> Result<Read, Closed> {
        let limit = self.line_limit();
        let line = match self.wire.line(limit).await? {
            Line::Whole(line) => line,
            Line::TooLong(beginning) => {
                let tag = beginning.split(|b| *b == b' ').next().unwrap_or_default();
                let text = match self.hall.dialect {
                    Dialect::Exchange => "Command Argument Error. 11",
                    Dialect::Zimbra => "maximum line length exceeded",
                    _ => "Too long argument.",
                };
                return Ok(Read::Refused(tag_of(tag), text.to_owned()));
            }
        };
        if line.is_empty() {
            return Ok(Read::Nothing);
        }
        let tag = tag_of(line.split(|b| *b == b' ').next().unwrap_or_default());
        let invalid = |tag| Ok(Read::Refused(tag, "Error in IMAP command received by server.".to_owned()));
        let Some(mut words) = lex(&line).map(Args::new) else { return invalid(tag) };
        let (Ok(_), Ok(name)) = (words.word(), words.word()) else { return invalid(tag) };
        let mut name = name.to_ascii_uppercase();
        let mut args = words;
        let after_tag = line.iter().position(|b| *b == b' ').map_or(line.len(), |at| at + 1);
        self.said = String::from_utf8_lossy(&line[after_tag..]).into_owned();
        if let Some(Token::Announced { waits: false, .. }) = args.last()
            && !self.can("LITERAL+")
        {
            // It is no literal here; what follows is read as commands.
            return Ok(Read::Refused(tag, "Invalid literal.".to_owned()));
        }
        if name == "UID" {
            let Ok(word) = args.word() else { return invalid(tag) };
            name = format!("UID {}", word.to_ascii_uppercase());
        }
        // The message of an APPEND is taken by APPEND itself, which may refuse it first.
        let is_append = name == "APPEND";
        let mut room = SMALL_LITERAL;
        while matches!(args.last(), Some(Token::Announced { .. })) && !(is_append && args.len() > 1) {
            let Some((size, waits)) = args.take_announced() else { break };
            if size > room {
                return Ok(Read::Refused(tag, "Too long argument.".to_owned()));
            }
            room -= size;
            args.extend([self.literal(size, waits).await?]);
            let Line::Whole(line) = self.wire.line(limit).await? else { return invalid(tag) };
            let Some(more) = lex(&line) else { return invalid(tag) };
            args.extend(more);
        }
        Ok(Read::Command(Command { tag, name, args }))
    }

    /// Takes an announced literal.
    pub(super) async fn literal(&mut self, size: u64, waits: bool) -> Result<Token, Closed> {
        if waits {
            self.wire.say(if self.is_exchange() { "+ Ready for additional command text." } else { "+ OK" });
            self.wire.flush().await?;
        }
        let size = usize::try_from(size).map_err(|_| Closed::Gone)?;
        Ok(Token::Literal(self.wire.literal(size).await?))
    }

    async fn carry_out(&mut self, name: &str, args: Args) -> Outcome {
        match name {
            "CAPABILITY" => Ok(self.capability()),
            "NOOP" | "CHECK" => Ok(self.completed(name)),
            "LOGOUT" => self.logout(),
            "ID" if self.can("ID") => Ok(self.id()),
            "STARTTLS" => self.starttls(),
            "LOGIN" => self.login(args),
            "AUTHENTICATE" => self.authenticate(args).await,
            _ if self.visit.is_none() => Err(bad("Command received in Invalid state.").into()),
            "NAMESPACE" if self.can("NAMESPACE") => Ok(self.namespace()),
            "ENABLE" if self.can("ENABLE") => self.enable(args),
            "LIST" => self.list(name, args),
            "XLIST" if self.can("XLIST") => self.list(name, args),
            "LSUB" => self.lsub(args),
            "STATUS" => self.status(args),
            "SELECT" => self.select(args, super::selected::Access::ReadWrite),
            "EXAMINE" => self.select(args, super::selected::Access::ReadOnly),
            "CREATE" => self.create(args),
            "DELETE" => self.delete(args),
            "RENAME" => self.rename(args),
            "SUBSCRIBE" | "UNSUBSCRIBE" => self.subscribe(name, args),
            "GETQUOTAROOT" | "GETQUOTA" if self.can("QUOTA") => self.quota(name, args),
            "APPEND" => self.append(args).await,
            "IDLE" if self.can("IDLE") => self.idle().await,
            _ => self.carry_out_selected(name, args).await,
        }
    }

    async fn carry_out_selected(&mut self, name: &str, args: Args) -> Outcome {
        let is_known = match name.strip_prefix("UID ").unwrap_or(name) {
            "FETCH" | "STORE" | "SEARCH" | "COPY" => true,
            "CLOSE" => name == "CLOSE",
            "EXPUNGE" => name == "EXPUNGE" || self.can("UIDPLUS"),
            word @ ("MOVE" | "UNSELECT") => self.can(word),
            _ => false,
        };
        if !is_known {
            let text = match self.hall.dialect {
                Dialect::Exchange => "Command Error. 12".to_owned(),
                Dialect::Zimbra => "parse error: command not implemented".to_owned(),
                _ => format!("Error in IMAP command {name}: Unknown command."),
            };
            return Err(bad(&text).into());
        }
        if self.selected.is_none() {
            return Err(bad(if self.is_exchange() { "Command received in Invalid state." } else { "No mailbox selected." }).into());
        }
        match name {
            "FETCH" | "UID FETCH" => self.fetch(name, args).await,
            "STORE" | "UID STORE" => self.store(name, args),
            "SEARCH" | "UID SEARCH" => self.search(name, args),
            "COPY" | "UID COPY" | "MOVE" | "UID MOVE" => self.copy(name, args),
            "EXPUNGE" | "UID EXPUNGE" => self.expunge(name, args),
            "CLOSE" => self.close(),
            _ => {
                self.selected = None;
                Ok(self.completed(name))
            }
        }
    }

    /// The visit of a logged-in session.
    pub(super) fn visited(&self) -> Result<&Visit, Fail> {
        self.visit.as_ref().ok_or_else(|| bad("Command received in Invalid state.").into())
    }

    /// The text of a success.
    pub(super) fn completed(&self, name: &str) -> String {
        let name = name.strip_prefix("UID ").unwrap_or(name);
        match self.hall.dialect {
            Dialect::Exchange => format!("{name} completed."),
            Dialect::Zimbra | Dialect::Minimal | Dialect::Courier | Dialect::Cyrus => format!("{name} completed"),
            Dialect::Dovecot | Dialect::DovecotSlash => {
                let lower = name.to_ascii_lowercase();
                let mut letters = lower.chars();
                let first = letters.next().map(|c| c.to_ascii_uppercase()).unwrap_or_default();
                format!("{first}{} completed (0.001 + 0.000 secs).", letters.as_str())
            }
        }
    }

    /// A mailbox name from the arguments.
    pub(super) fn mailbox(&self, args: &mut Args) -> Result<crate::domain::MailboxName, Fail> {
        let wire = args.text()?;
        Ok(self.visited()?.names().read(&wire)?)
    }

    /// Refuses what would change a mailbox that was opened read-only.
    pub(super) fn writable(&self) -> Result<(), Fail> {
        match &self.selected {
            Some(selected) if selected.is_read_only => Err(no("[READ-ONLY] The mailbox is opened read-only.").into()),
            _ => Ok(()),
        }
    }
}

/// A tag that can be sent back.
fn tag_of(bytes: &[u8]) -> String {
    let is_tag = !bytes.is_empty() && bytes.len() < 200 && bytes.iter().all(|b| b.is_ascii_graphic() && !b"(){%*\"\\+".contains(b));
    if is_tag { String::from_utf8_lossy(bytes).into_owned() } else { "*".to_owned() }
}
