//! LIST, LSUB and where needed XLIST, put together: names, roles, what can be opened, what is subscribed.

use std::collections::BTreeSet;

use super::command::Command;
use super::connection::ImapConnection;
use super::reply::Reply;
use super::value::Value;
use crate::domain::{MailboxName, Role, WireName};
use crate::ports::{ListedMailbox, MailError};

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

impl ImapConnection {
    /// Runs a command that answers with `* LIST`, `* LSUB` or `* XLIST` lines.
    pub(super) async fn lines(&mut self, command: &Command) -> Result<Vec<Line>, MailError> {
        let (mut lines, mut unreadable) = (Vec::new(), 0);
        self.conversation
            .run(command, |reply| match reply {
                Reply::Data(name, values) if matches!(name.as_str(), "LIST" | "LSUB" | "XLIST") => match Line::from_values(&values) {
                    Some(line) => lines.push(line),
                    None => unreadable += 1,
                },
                Reply::Unreadable { .. } => unreadable += 1,
                _ => {}
            })
            .await?;
        // A line that nobody can read may be a mailbox that would silently not be copied.
        if unreadable > 0 {
            return Err(self.conversation.fail(MailError::Protocol(format!("{unreadable} lines of the folder list cannot be read"))));
        }
        Ok(lines)
    }

    pub(super) async fn list_all(&mut self) -> Result<Vec<ListedMailbox>, MailError> {
        let lines = self.lines(&Command::new("LIST \"\" \"*\"")).await?;
        let subscribed: BTreeSet<String> =
            self.lines(&Command::new("LSUB \"\" \"*\"")).await?.into_iter().map(|line| folded(&line)).collect();
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
    if line.is_inbox() { "INBOX".to_owned() } else { line.wire.clone() }
}
