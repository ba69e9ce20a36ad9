//! An IMAP reader that shares nothing with the program: sockets, lines and literals, in clear text on loopback.
//!
//! Include it with `#[path = "support/reader.rs"] mod reader;`.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// One message as a server gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReadMessage {
    /// INTERNALDATE in the server's own words.
    pub(crate) date: String,
    /// Flags and keywords, without `\Recent`.
    pub(crate) flags: BTreeSet<String>,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
}

/// One mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ReadMailbox {
    /// `\Sent` and the like.
    pub(crate) special_use: BTreeSet<String>,
    pub(crate) is_subscribed: bool,
    pub(crate) is_selectable: bool,
    /// Sorted, so that accounts with the same mail are equal; twins stay twins.
    pub(crate) messages: Vec<ReadMessage>,
}

/// Mailboxes by name, as the server spells it.
pub(crate) type ReadAccount = BTreeMap<String, ReadMailbox>;

/// A connection.
pub(crate) struct Reader {
    stream: BufReader<TcpStream>,
    number: u32,
}

/// One untagged response: its text with literals taken out, and the literals.
type Response = (String, Vec<Vec<u8>>);

impl Reader {
    pub(crate) fn login(port: u16, user: &str, password: &str) -> Self {
        let mut reader = Self { stream: BufReader::new(TcpStream::connect(("127.0.0.1", port)).expect("connected")), number: 0 };
        assert!(reader.response().0.starts_with("* OK"));
        reader.ask(&format!("LOGIN \"{user}\" \"{password}\""));
        reader
    }

    fn response(&mut self) -> Response {
        let (mut text, mut literals) = (String::new(), Vec::new());
        loop {
            let mut line = Vec::new();
            assert!(self.stream.read_until(b'\n', &mut line).expect("read") > 0, "closed after {text}");
            text.push_str(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']));
            let Some(length) = text.strip_suffix('}').and_then(|rest| rest.rsplit_once('{')).and_then(|(_, n)| n.parse().ok()) else {
                return (text, literals);
            };
            let mut literal = vec![0; length];
            self.stream.read_exact(&mut literal).expect("read");
            literals.push(literal);
        }
    }

    /// Sends a command that must succeed; answers what came before its end.
    fn ask(&mut self, command: &str) -> Vec<Response> {
        self.number += 1;
        let tag = format!("r{}", self.number);
        self.stream.get_mut().write_all(format!("{tag} {command}\r\n").as_bytes()).expect("sent");
        let mut responses = Vec::new();
        loop {
            let response = self.response();
            if let Some(end) = response.0.strip_prefix(&format!("{tag} ")) {
                assert!(end.starts_with("OK"), "{command}: {end}");
                return responses;
            }
            responses.push(response);
        }
    }

    /// Reads the whole account.
    pub(crate) fn account(mut self) -> ReadAccount {
        let mut account = ReadAccount::new();
        for (text, literals) in self.ask("LIST \"\" \"*\" RETURN (SPECIAL-USE)") {
            let (attributes, name) = listed(&text, &literals);
            let mailbox: &mut ReadMailbox = account.entry(name).or_default();
            mailbox.is_selectable = !attributes.iter().any(|a| a == "\\noselect" || a == "\\nonexistent");
            let roles = ["\\sent", "\\drafts", "\\junk", "\\trash", "\\archive"];
            mailbox.special_use.extend(attributes.into_iter().filter(|a| roles.contains(&a.as_str())));
        }
        for (text, literals) in self.ask("LSUB \"\" \"*\"") {
            if let Some(mailbox) = account.get_mut(&listed(&text, &literals).1) {
                mailbox.is_subscribed = true;
            }
        }
        for (name, mailbox) in account.iter_mut().filter(|(_, mailbox)| mailbox.is_selectable) {
            mailbox.messages = self.messages(name);
        }
        account
    }

    fn messages(&mut self, mailbox: &str) -> Vec<ReadMessage> {
        let examined = self.ask(&format!("EXAMINE {}", quoted(mailbox)));
        if examined.iter().any(|(text, _)| text == "* 0 EXISTS") {
            return Vec::new();
        }
        let responses = self.ask("FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])");
        let mut messages: Vec<ReadMessage> = responses.into_iter().filter(|(text, _)| text.contains(" FETCH (")).map(message).collect();
        messages.sort();
        messages
    }

    /// Appends a message: mail that arrives at the source meanwhile.
    pub(crate) fn append(&mut self, mailbox: &str, text: &str) {
        self.number += 1;
        let command = format!("r{} APPEND {} {{{}+}}\r\n{text}\r\n", self.number, quoted(mailbox), text.len());
        self.stream.get_mut().write_all(command.as_bytes()).expect("sent");
        let tag = format!("r{} ", self.number);
        loop {
            let (said, _) = self.response();
            if let Some(end) = said.strip_prefix(&tag) {
                assert!(end.starts_with("OK"), "{end}");
                return;
            }
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `* LIST (attributes) "/" name`
fn listed(text: &str, literals: &[Vec<u8>]) -> (Vec<String>, String) {
    let (_, rest) = text.split_once('(').expect("attributes");
    let (attributes, rest) = rest.split_once(") ").expect("their end");
    let name = if let Some(literal) = literals.first() {
        String::from_utf8_lossy(literal).into_owned()
    } else {
        // The delimiter is one quoted character, itself perhaps escaped.
        let name = rest.split_once("\" ").or_else(|| rest.split_once(' ')).expect("a name").1;
        match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
            Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
            None => name.to_owned(),
        }
    };
    (attributes.split_whitespace().map(str::to_lowercase).collect(), name)
}

/// `* 1 FETCH (FLAGS (…) INTERNALDATE "…" BODY[] {n})`
fn message((text, literals): Response) -> ReadMessage {
    let part = |after: &str, end: &str| text.split_once(after).and_then(|(_, rest)| rest.split_once(end)).map(|(part, _)| part.to_owned());
    let flags = part("FLAGS (", ")").unwrap_or_else(|| panic!("no flags in {text}"));
    ReadMessage {
        date: part("INTERNALDATE \"", "\"").unwrap_or_else(|| panic!("no date in {text}")),
        flags: flags.split_whitespace().filter(|flag| *flag != "\\Recent").map(str::to_owned).collect(),
        bytes: literals.into_iter().next_back().unwrap_or_default(),
    }
}

/// In what two accounts differ, in words; empty when they are equal.
pub(crate) fn differences(source: &ReadAccount, target: &ReadAccount) -> String {
    let mut told = String::new();
    let names: BTreeSet<&String> = source.keys().chain(target.keys()).collect();
    for name in names {
        match (source.get(name), target.get(name)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) => told.push_str(&differing(name, one, other)),
            (Some(_), None) => writeln!(told, "{name} is not at the target").expect("memory"),
            (None, _) => writeln!(told, "{name} is at the target alone").expect("memory"),
        }
    }
    told
}

fn differing(name: &str, one: &ReadMailbox, other: &ReadMailbox) -> String {
    let shape = |m: &ReadMailbox| (m.special_use.clone(), m.is_subscribed, m.is_selectable, m.messages.len());
    let mut told = format!("{name}: {:?} and {:?}\n", shape(one), shape(other));
    let brief = |m: &ReadMessage| {
        format!("{} {:?} {} bytes: {}", m.date, m.flags, m.bytes.len(), String::from_utf8_lossy(&m.bytes[..m.bytes.len().min(120)]))
    };
    for (side, here, there) in [("only at the source", one, other), ("only at the target", other, one)] {
        let there: BTreeSet<&ReadMessage> = there.messages.iter().collect();
        for message in here.messages.iter().filter(|message| !there.contains(message)).take(5) {
            let _ = writeln!(told, "  {side}: {}", brief(message));
        }
    }
    told
}
