//! FETCH and UID FETCH.

use super::super::mail::{FlagChange, Oddity, Point, Stored};
use super::args::Args;
use super::lexer::Token;
use super::outcome::{Fail, Outcome, bad};
use super::section::{self, Section};
use super::session::Session;
use crate::domain::{Flags, SystemFlag};

/// One thing asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Uid,
    Flags,
    Date,
    Size,
    ModSeq,
    Body {
        section: Section,
        /// Whether reading marks the message.
        marks: bool,
    },
}

impl Session<'_> {
    pub(super) async fn fetch(&mut self, command: &str, mut args: Args) -> Outcome {
        let by_uid = command.starts_with("UID");
        let set = args.word()?;
        let mut items = self.items(&mut args)?;
        let since = self.changed_since(&mut args)?;
        args.end()?;
        if (since.is_some() || items.contains(&Item::ModSeq)) && !items.contains(&Item::ModSeq) {
            items.push(Item::ModSeq);
        }
        self.knows_modseq |= items.contains(&Item::ModSeq);
        if by_uid && !items.contains(&Item::Uid) {
            items.insert(0, Item::Uid);
        }
        let Some(selected) = &self.selected else { return Err(bad("No mailbox selected.").into()) };
        let uids = selected.named(&set, by_uid)?;
        let (name, holds_mail) = (selected.name.clone(), selected.holds_mail);
        let marks = !selected.is_read_only && items.iter().any(|item| matches!(item, Item::Body { marks: true, .. }));
        let has_body = items.iter().any(|item| matches!(item, Item::Body { .. }));
        let _turn = if has_body { self.visited()?.turn().await? } else { None };
        let mut messages = self.visited()?.messages(&name, |uid| uids.binary_search(&uid).is_ok())?;
        messages.retain(|message| since.is_none_or(|modseq| message.modseq > modseq));
        if self.wire.gate.is_odd(Oddity::Unordered) {
            messages.reverse();
        }
        for mut message in messages {
            if has_body {
                self.pass(Point::Delivering)?;
                let takes = self.wire.gate.delivering_takes(self.visited()?.size(&message));
                if !takes.is_zero() {
                    self.wire.flush().await?;
                    tokio::time::sleep(takes).await;
                }
            }
            self.say_what_nobody_asked();
            let mut said = items.clone();
            if marks && !message.flags.has(SystemFlag::Seen) {
                let seen = Flags::default().with(SystemFlag::Seen);
                self.visited()?.flag(&name, &[message.uid], FlagChange::Add, &seen)?;
                message.flags = message.flags.with(SystemFlag::Seen);
                if !said.contains(&Item::Flags) {
                    said.push(Item::Flags);
                }
            }
            self.say_message(&message, &said, holds_mail)?;
            self.wire.relieve().await?;
        }
        Ok(self.completed(command))
    }

    fn say_message(&mut self, message: &Stored, items: &[Item], holds_mail: bool) -> Result<(), Fail> {
        let Some(sequence) = self.selected.as_ref().and_then(|s| s.sequence(message.uid)) else { return Ok(()) };
        let mut bytes = None;
        self.wire.put(format!("* {sequence} FETCH ("));
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.wire.put(b" ");
            }
            match item {
                Item::Uid => self.wire.put(format!("UID {}", message.uid)),
                Item::Flags => self.wire.put(format!("FLAGS ({})", message.flags.wire_names().join(" "))),
                Item::Date => self.wire.put(format!("INTERNALDATE \"{}\"", message.date)),
                Item::Size => {
                    let size = self.visited()?.claimed_size(&self.wire.gate, message);
                    self.wire.put(format!("RFC822.SIZE {size}"));
                }
                Item::ModSeq => self.wire.put(format!("MODSEQ ({})", message.modseq)),
                Item::Body { section, .. } => {
                    if bytes.is_none() {
                        bytes = Some(self.visited()?.delivered(&self.wire.gate, message, holds_mail));
                    }
                    let mut piece = bytes.as_ref().map(|b| section.of(b)).unwrap_or_default();
                    if self.hall.dialect.is_zimbra() && section.is_of_headers() {
                        piece = section::only_ascii(&piece);
                    }
                    self.wire.put(format!("{} {{{}}}\r\n", section.label, piece.len()));
                    self.wire.put(piece);
                }
            }
        }
        self.wire.put(b")\r\n");
        Ok(())
    }

    /// `(CHANGEDSINCE n)` (RFC 7162 §3.1.4.1).
    fn changed_since(&self, args: &mut Args) -> Result<Option<u64>, Fail> {
        if args.peek() != Some(&Token::Open) || !self.can("CONDSTORE") {
            return Ok(None);
        }
        let words = args.list()?;
        match words.as_slice() {
            [name, modseq] if name.eq_ignore_ascii_case("CHANGEDSINCE") => {
                modseq.parse().map(Some).map_err(|_| bad("Invalid CHANGEDSINCE modseq.").into())
            }
            _ => Err(bad("Unknown FETCH modifier.").into()),
        }
    }

    /// News that faults make up: another message's flags, a message that is said to be gone.
    fn say_what_nobody_asked(&mut self) {
        let there = self.selected.as_ref().map_or(0, |selected| selected.uids.len());
        if there > 0 && self.wire.gate.is_odd(Oddity::ForeignFetch) {
            self.wire.say(&format!("* {there} FETCH (FLAGS (\\Seen \\Recent))"));
        }
        if there > 0 && self.wire.gate.is_odd(Oddity::ForeignExpunge) {
            self.wire.say(&format!("* {there} EXPUNGE"));
        }
    }

    fn items(&self, args: &mut Args) -> Result<Vec<Item>, Fail> {
        let mut items = Vec::new();
        if args.peek() == Some(&Token::Open) {
            args.next();
            while args.peek() != Some(&Token::Close) {
                items.extend(self.item(&args.word()?)?);
            }
            args.next();
        } else {
            items = self.item(&args.word()?)?;
        }
        Ok(items)
    }

    fn item(&self, word: &str) -> Result<Vec<Item>, Fail> {
        let upper = word.to_ascii_uppercase();
        let body = |text: &str, marks: bool, label: Option<&str>| {
            let mut section = Section::read(text)?;
            if let Some(label) = label {
                label.clone_into(&mut section.label);
            }
            Some(vec![Item::Body { section, marks }])
        };
        let items = match upper.as_str() {
            "UID" => Some(vec![Item::Uid]),
            "FLAGS" => Some(vec![Item::Flags]),
            "INTERNALDATE" => Some(vec![Item::Date]),
            "RFC822.SIZE" => Some(vec![Item::Size]),
            "MODSEQ" if self.can("CONDSTORE") => Some(vec![Item::ModSeq]),
            "FAST" => Some(vec![Item::Flags, Item::Date, Item::Size]),
            "RFC822" => body("[]", true, Some("RFC822")),
            "RFC822.HEADER" => body("[HEADER]", false, Some("RFC822.HEADER")),
            "RFC822.TEXT" => body("[TEXT]", true, Some("RFC822.TEXT")),
            _ => match upper.strip_prefix("BODY.PEEK") {
                Some(section) => body(section, false, None),
                None => upper.strip_prefix("BODY").and_then(|section| body(section, true, None)),
            },
        };
        let text = if self.is_exchange() { "Command Argument Error. 11".to_owned() } else { format!("Unknown parameter {upper}") };
        items.ok_or_else(|| bad(&text).into())
    }
}
