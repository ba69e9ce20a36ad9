//! LIST, LSUB and where needed XLIST, put together: names, roles, what can be opened, what is subscribed.

use std::collections::{BTreeMap, BTreeSet};

use super::command::Command;
use super::connection::ImapConnection;
use super::opening::status_items;
use super::reply::{Lost, Reply, Status};
use super::value::Value;
use crate::domain::{MailboxName, Role, WireName};
use crate::ports::{ListedMailbox, MailError, MailboxState};

/// STATUS commands without an answer.
const STATES_AT_ONCE: usize = 32;
/// The same where five refusals in a row end the connection.
const STATES_AT_ONCE_WHERE_ERRORS_COUNT: usize = 4;

/// One line of LIST, LSUB or XLIST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    attributes: Vec<String>,
    wire: String,
}

impl Line {
    /// Reads `(\HasNoChildren) "/" "name"`. A name that is not UTF-8 cannot be sent back: it is kept readable and cannot be opened.
    pub(super) fn from_values(values: &[Value]) -> Option<Self> {
        let [attributes, _, name, ..] = values else { return None };
        let mut attributes: Vec<String> = attributes.list()?.iter().filter_map(Value::text).collect();
        let bytes = name.bytes()?;
        if std::str::from_utf8(bytes).is_err() {
            tracing::warn!("a mailbox name is not UTF-8 and cannot be opened");
            attributes.push("\\NonExistent".to_owned());
        }
        Some(Self { attributes, wire: String::from_utf8_lossy(bytes).into_owned() })
    }

    fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|known| known.eq_ignore_ascii_case(attribute))
    }

    fn is_inbox(&self) -> bool {
        self.wire.eq_ignore_ascii_case("INBOX")
    }

    pub(super) fn is_selectable(&self) -> bool {
        !self.has("\\Noselect") && !self.has("\\NonExistent")
    }

    /// The role that the attributes say; `\Spam` is what XLIST called `\Junk`.
    fn role(&self) -> Option<Role> {
        if self.is_inbox() {
            return Some(Role::Inbox);
        }
        let by_attribute = Role::ALL.into_iter().find(|role| role.attribute().is_some_and(|attribute| self.has(attribute)));
        by_attribute.or_else(|| self.has("\\Spam").then_some(Role::Junk))
    }

    pub(super) fn spells(&self, mailbox: &WireName) -> bool {
        self.wire == mailbox.0 || (self.is_inbox() && mailbox.0.eq_ignore_ascii_case("INBOX"))
    }
}

/// What LIST, LSUB, XLIST and STATUS answered.
#[derive(Debug, Default)]
struct Lines {
    listed: Vec<Line>,
    subscribed: Vec<Line>,
    /// By the spelling of the mailbox.
    states: BTreeMap<String, MailboxState>,
    unreadable: u32,
}

impl Lines {
    fn learn(&mut self, reply: Reply) {
        let (name, values) = match reply {
            Reply::Data(name, values) => (name, values),
            Reply::Unreadable(Lost::Mailbox) => {
                self.unreadable += 1;
                return;
            }
            _ => return,
        };
        match (name.as_str(), Line::from_values(&values)) {
            ("LIST" | "XLIST", Some(line)) => self.listed.push(line),
            // RFC 3501, 6.3.9: a level above a subscribed mailbox is named as well, and is not subscribed itself.
            ("LSUB", Some(line)) if line.has("\\Noselect") => {}
            ("LSUB", Some(line)) => self.subscribed.push(line),
            ("LIST" | "XLIST" | "LSUB", None) => self.unreadable += 1,
            ("STATUS", _) => {
                if let (Some(wire), Some(state)) = (values.first().and_then(Value::text), status_items(&values)) {
                    self.states.insert(spelling(&wire), state);
                }
            }
            _ => {}
        }
    }
}

impl ImapConnection {
    /// Runs a command that answers with `* LIST`, `* LSUB` or `* XLIST` lines.
    pub(super) async fn lines(&mut self, command: &Command) -> Result<Vec<Line>, MailError> {
        let mut found = Lines::default();
        self.conversation.run(command, |reply| found.learn(reply)).await?;
        let found = self.readable(found)?;
        Ok([found.listed, found.subscribed].concat())
    }

    pub(super) async fn list_all(&mut self) -> Result<Vec<ListedMailbox>, MailError> {
        let commands = [Command::new("LIST \"\" \"*\""), Command::new("LSUB \"\" \"*\"")];
        let mut found = Lines::default();
        let outcomes = self.conversation.ask_all(&commands, 2, |_, reply| found.learn(reply)).await?;
        for outcome in outcomes {
            self.conversation.checked(outcome)?;
        }
        let found = self.readable(found)?;
        let subscribed = found.subscribed.iter().map(folded).collect();
        self.assembled(found.listed, subscribed).await
    }

    /// All mailboxes with their states: in one command (RFC 5258, RFC 5819) where the server can, else with a STATUS for each.
    pub(super) async fn all_states(&mut self) -> Result<Vec<(ListedMailbox, Option<MailboxState>)>, MailError> {
        let (mailboxes, states) = match self.list_with_states().await? {
            Some(found) => found,
            None => (self.list_all().await?, BTreeMap::new()),
        };
        self.with_missing_states(mailboxes, states).await
    }

    /// `None` when the server cannot, or refuses after all.
    async fn list_with_states(&mut self) -> Result<Option<(Vec<ListedMailbox>, BTreeMap<String, MailboxState>)>, MailError> {
        if !self.abilities.has("LIST-EXTENDED") || !self.abilities.has("LIST-STATUS") {
            return Ok(None);
        }
        let roles = if self.abilities.has("SPECIAL-USE") { " SPECIAL-USE" } else { "" };
        let command = Command::new(format!("LIST \"\" \"*\" RETURN (SUBSCRIBED{roles} STATUS{})", self.status_words()));
        let mut found = Lines::default();
        let outcome = self.conversation.ask(&command, |reply| found.learn(reply)).await?;
        if outcome.status != Status::Ok {
            return Ok(None);
        }
        let found = self.readable(found)?;
        let subscribed = found.listed.iter().filter(|line| line.has("\\Subscribed")).map(folded).collect();
        Ok(Some((self.assembled(found.listed, subscribed).await?, found.states)))
    }

    /// Asks for the states that are not known yet, several at a time.
    async fn with_missing_states(
        &mut self,
        mailboxes: Vec<ListedMailbox>,
        mut states: BTreeMap<String, MailboxState>,
    ) -> Result<Vec<(ListedMailbox, Option<MailboxState>)>, MailError> {
        let is_missing = |mailbox: &&ListedMailbox| mailbox.is_selectable && !states.contains_key(&spelling(&mailbox.wire.0));
        let missing: Vec<String> = mailboxes.iter().filter(is_missing).map(|mailbox| spelling(&mailbox.wire.0)).collect();
        let words = self.status_words();
        let commands: Vec<Command> =
            missing.iter().map(|wire| Command::new("STATUS").mailbox(&WireName(wire.clone())).words(words)).collect();
        let at_once = if self.counts_errors() { STATES_AT_ONCE_WHERE_ERRORS_COUNT } else { STATES_AT_ONCE };
        let mut found = Lines::default();
        self.conversation.ask_all(&commands, at_once, |_, reply| found.learn(reply)).await?;
        states.append(&mut found.states);
        let mut all = Vec::with_capacity(mailboxes.len());
        for mailbox in mailboxes {
            let state = match states.remove(&spelling(&mailbox.wire.0)) {
                None if mailbox.is_selectable => self.status_of(&mailbox.wire).await?,
                state => state,
            };
            all.push((mailbox, state));
        }
        Ok(all)
    }

    /// A line that nobody can read may be a mailbox that would silently not be copied.
    fn readable(&mut self, found: Lines) -> Result<Lines, MailError> {
        if found.unreadable > 0 {
            let text = format!("{} lines of the folder list cannot be read", found.unreadable);
            return Err(self.conversation.fail(MailError::Protocol(text)));
        }
        Ok(found)
    }

    async fn assembled(&mut self, lines: Vec<Line>, subscribed: BTreeSet<String>) -> Result<Vec<ListedMailbox>, MailError> {
        let mut roles = Vec::new();
        let has_roles = lines.iter().any(|line| line.role().is_some_and(|role| role != Role::Inbox));
        if !has_roles && self.abilities.has("XLIST") {
            roles = self.lines(&Command::new("XLIST \"\" \"*\"")).await?;
        }
        self.namespace.is_inbox_childless = lines.iter().any(|line| line.is_inbox() && line.has("\\Noinferiors"));
        let mut seen = BTreeSet::new();
        let mut mailboxes = Vec::new();
        for line in lines {
            if !seen.insert(folded(&line)) {
                continue;
            }
            let Some(name) = self.namespace.name(&line.wire).filter(|name| is_spelled_so(name, &line)) else {
                tracing::debug!(wire = line.wire, "not a mailbox of the personal namespace");
                continue;
            };
            let other = roles.iter().find(|other| other.wire == line.wire).and_then(Line::role);
            mailboxes.push(ListedMailbox {
                role: line.role().or(other),
                is_selectable: line.is_selectable(),
                is_subscribed: subscribed.contains(&folded(&line)),
                name,
                wire: WireName(line.wire),
            });
        }
        Ok(mailboxes)
    }
}

/// `INBOX.` (the prefix itself) reads as INBOX but is not it.
fn is_spelled_so(name: &MailboxName, line: &Line) -> bool {
    !name.is_inbox() || line.is_inbox()
}

fn folded(line: &Line) -> String {
    spelling(&line.wire)
}

/// INBOX has one spelling of many.
fn spelling(wire: &str) -> String {
    if wire.eq_ignore_ascii_case("INBOX") { "INBOX".to_owned() } else { wire.to_owned() }
}
