//! SEARCH and UID SEARCH: numbers, flags, sizes, dates, headers, text; ASCII case does not count.

use bytes::Bytes;

use super::super::mail::Stored;
use super::args::Args;
use super::lexer::Token;
use super::outcome::{Fail, Outcome, bad, no};
use super::section::Section;
use super::selected::Selected;
use super::session::Session;
use crate::domain::{InternalDate, SystemFlag};

/// One condition.
#[derive(Debug)]
enum Key {
    All,
    Uids(Vec<u32>),
    Flag(SystemFlag),
    Keyword(String),
    Larger(u64),
    Smaller(u64),
    /// INTERNALDATE in this range of days since 1970.
    Days(i64, i64),
    Header(String, String),
    /// Anywhere in the message, or after its headers.
    Text(String, &'static str),
    Not(Box<Key>),
    Or(Box<Key>, Box<Key>),
    And(Vec<Key>),
}

impl Session<'_> {
    pub(super) fn search(&mut self, command: &str, mut args: Args) -> Outcome {
        let by_uid = command.starts_with("UID");
        let Some(selected) = &self.selected else { return Err(bad("No mailbox selected.").into()) };
        if matches!(args.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case("CHARSET")) {
            args.next();
            if !matches!(args.text()?.to_ascii_uppercase().as_str(), "UTF-8" | "US-ASCII") {
                return Err(no("[BADCHARSET (US-ASCII UTF-8)] Unknown charset.").into());
            }
        }
        let mut keys = Vec::new();
        while args.peek().is_some() {
            keys.push(key(&mut args, selected)?);
        }
        if keys.is_empty() {
            return Err(bad("Missing search parameters.").into());
        }
        let key = Key::And(keys);
        let visit = self.visited()?;
        let mut numbers = String::new();
        for message in visit.messages(&selected.name, |uid| selected.sequence(uid).is_some())? {
            let bytes = || visit.bytes(&message, selected.holds_mail);
            if holds(&key, &message, visit.size(&message), &bytes) {
                let sequence = selected.sequence(message.uid).unwrap_or(0);
                numbers.push(' ');
                numbers.push_str(&if by_uid { message.uid.to_string() } else { sequence.to_string() });
            }
        }
        self.wire.say(&format!("* SEARCH{numbers}"));
        Ok(self.completed(command))
    }
}

fn key(args: &mut Args, selected: &Selected) -> Result<Key, Fail> {
    if args.peek() == Some(&Token::Open) {
        args.next();
        let mut keys = Vec::new();
        while args.peek() != Some(&Token::Close) {
            keys.push(key(args, selected)?);
        }
        args.next();
        return Ok(Key::And(keys));
    }
    let word = args.word()?.to_ascii_uppercase();
    let flag = |name: &str| SystemFlag::ALL.into_iter().find(|f| f.wire()[1..].eq_ignore_ascii_case(name));
    if let Some(flag) = flag(&word) {
        return Ok(Key::Flag(flag));
    }
    if let Some(flag) = word.strip_prefix("UN").and_then(flag) {
        return Ok(not(Key::Flag(flag)));
    }
    Ok(match word.as_str() {
        "ALL" | "OLD" => Key::All,
        "RECENT" | "NEW" => not(Key::All),
        "UID" => Key::Uids(selected.named(&args.word()?, true)?),
        "KEYWORD" => Key::Keyword(args.word()?),
        "UNKEYWORD" => not(Key::Keyword(args.word()?)),
        "LARGER" => Key::Larger(number(args)?),
        "SMALLER" => Key::Smaller(number(args)?),
        "SINCE" => Key::Days(day(args)?, i64::MAX),
        "BEFORE" => Key::Days(i64::MIN, day(args)? - 1),
        "ON" => {
            let day = day(args)?;
            Key::Days(day, day)
        }
        "HEADER" => Key::Header(args.text()?.to_ascii_lowercase(), args.text()?.to_ascii_lowercase()),
        "FROM" | "TO" | "CC" | "BCC" | "SUBJECT" => Key::Header(word.to_ascii_lowercase(), args.text()?.to_ascii_lowercase()),
        "BODY" => Key::Text(args.text()?.to_ascii_lowercase(), "[TEXT]"),
        "TEXT" => Key::Text(args.text()?.to_ascii_lowercase(), "[]"),
        "NOT" => not(key(args, selected)?),
        "OR" => Key::Or(Box::new(key(args, selected)?), Box::new(key(args, selected)?)),
        set if set.starts_with(|c: char| c.is_ascii_digit() || c == '*') => Key::Uids(selected.named(set, false)?),
        _ => return Err(bad(&format!("Unknown argument {word}")).into()),
    })
}

fn not(key: Key) -> Key {
    Key::Not(Box::new(key))
}

fn number(args: &mut Args) -> Result<u64, Fail> {
    args.word()?.parse().map_err(|_| bad("Invalid number.").into())
}

/// A date without time, as days since 1970.
fn day(args: &mut Args) -> Result<i64, Fail> {
    let date: InternalDate = format!("{} 00:00:00 +0000", args.text()?).parse().map_err(|_| bad("Invalid search date parameter"))?;
    Ok(date.unix_seconds().div_euclid(86_400))
}

fn holds(key: &Key, message: &Stored, size: u64, bytes: &dyn Fn() -> Bytes) -> bool {
    let contains = |text: &[u8], wanted: &str| {
        let text = text.to_ascii_lowercase();
        wanted.is_empty() || text.windows(wanted.len()).any(|w| w == wanted.as_bytes())
    };
    match key {
        Key::All => true,
        Key::Uids(uids) => uids.binary_search(&message.uid).is_ok(),
        Key::Flag(flag) => message.flags.has(*flag),
        Key::Keyword(name) => message.flags.keywords().any(|k| k.as_str().eq_ignore_ascii_case(name)),
        Key::Larger(than) => size > *than,
        Key::Smaller(than) => size < *than,
        Key::Days(first, last) => {
            let local = message.date.unix_seconds() + i64::from(message.date.offset_minutes()) * 60;
            (*first..=*last).contains(&local.div_euclid(86_400))
        }
        Key::Header(name, wanted) => {
            let section = Section::read(&format!("[HEADER.FIELDS ({name})]"));
            let fields = section.map(|s| s.of(&bytes())).unwrap_or_default();
            fields.len() > 2 && contains(&fields, wanted)
        }
        Key::Text(wanted, section) => Section::read(section).is_some_and(|s| contains(&s.of(&bytes()), wanted)),
        Key::Not(key) => !holds(key, message, size, bytes),
        Key::Or(one, other) => holds(one, message, size, bytes) || holds(other, message, size, bytes),
        Key::And(keys) => keys.iter().all(|k| holds(k, message, size, bytes)),
    }
}
