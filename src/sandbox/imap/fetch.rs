//! FETCH and UID FETCH.

use super::super::mail::{FlagChange, Point, Stored};
use super::args::Args;
use super::lexer::Token;
use super::outcome::{Fail, Outcome, bad};
use super::section::Section;
use super::session::Session;
use crate::domain::{Flags, SystemFlag};

/// One thing asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Uid,
    Flags,
    Date,
    Size,
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
        args.end()?;
        if by_uid && !items.contains(&Item::Uid) {
            items.insert(0, Item::Uid);
        }
        let Some(selected) = &self.selected else { return Err(bad("No mailbox selected.").into()) };
        let uids = selected.named(&set, by_uid)?;
        let (name, holds_mail) = (selected.name.clone(), selected.holds_mail);
        let marks = !selected.is_read_only && items.iter().any(|item| matches!(item, Item::Body { marks: true, .. }));
        let has_body = items.iter().any(|item| matches!(item, Item::Body { .. }));
        for mut message in self.visited()?.messages(&name, |uid| uids.binary_search(&uid).is_ok())? {
            if has_body {
                self.pass(Point::Delivering)?;
            }
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
                    let size = self.visited()?.size(message);
                    self.wire.put(format!("RFC822.SIZE {size}"));
                }
                Item::Body { section, .. } => {
                    if bytes.is_none() {
                        bytes = Some(self.visited()?.bytes(message, holds_mail));
                    }
                    let piece = bytes.as_ref().map(|b| section.of(b)).unwrap_or_default();
                    self.wire.put(format!("{} {{{}}}\r\n", section.label, piece.len()));
                    self.wire.put(piece);
                }
            }
        }
        self.wire.put(b")\r\n");
        Ok(())
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
