//! LIST with its extensions (RFC 5258, RFC 6154, RFC 5819) and LSUB.

use super::super::mail::{Listed, Names};
use super::args::{Args, quote};
use super::lexer::Token;
use super::outcome::{Fail, Outcome, bad};
use super::session::Session;
use crate::domain::MailboxName;

/// What a LIST asks for.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a client asks for each of them on its own")]
struct Wish {
    /// More than RFC 3501 knows.
    is_extended: bool,
    only_subscribed: bool,
    only_special: bool,
    shows_subscribed: bool,
    status_items: Option<Vec<String>>,
    reference: String,
    patterns: Vec<String>,
}

impl Wish {
    fn read(args: &mut Args) -> Result<Self, Fail> {
        let mut wish = Self::default();
        if args.peek() == Some(&Token::Open) {
            wish.is_extended = true;
            for option in args.list()? {
                match option.to_ascii_uppercase().as_str() {
                    "SUBSCRIBED" => (wish.only_subscribed, wish.shows_subscribed) = (true, true),
                    "SPECIAL-USE" => wish.only_special = true,
                    "REMOTE" | "RECURSIVEMATCH" => {}
                    _ => return Err(bad("Unknown selection option.").into()),
                }
            }
        }
        wish.reference = args.text()?;
        wish.patterns = args.list()?;
        if args.peek().is_some() {
            wish.is_extended = true;
            if !args.word()?.eq_ignore_ascii_case("RETURN") || args.next() != Some(Token::Open) {
                return Err(bad("Invalid arguments.").into());
            }
            wish.read_return(args)?;
        }
        args.end()?;
        Ok(wish)
    }

    fn read_return(&mut self, args: &mut Args) -> Result<(), Fail> {
        while args.peek() != Some(&Token::Close) {
            match args.word()?.to_ascii_uppercase().as_str() {
                "SUBSCRIBED" => self.shows_subscribed = true,
                "CHILDREN" | "SPECIAL-USE" => {}
                "STATUS" => self.status_items = Some(args.list()?),
                _ => return Err(bad("Unknown return option.").into()),
            }
        }
        args.next();
        Ok(())
    }
}

impl Session<'_> {
    /// LIST, and XLIST, which says the same with the attributes of an older time.
    pub(super) fn list(&mut self, command: &str, mut args: Args) -> Outcome {
        let wish = Wish::read(&mut args)?;
        if wish.is_extended && !self.can("LIST-EXTENDED") {
            return Err(bad("Invalid arguments.").into());
        }
        let delimiter = self.hall.dialect.delimiter();
        if wish.patterns.iter().all(String::is_empty) {
            self.wire.say(&format!("* {command} (\\Noselect) \"{delimiter}\" \"\""));
            return Ok(self.completed(command));
        }
        let names = self.visited()?.names();
        for listed in self.visited()?.list()? {
            let Some(wire) = names.spell(&listed.name) else { continue };
            let is_wanted = wish.patterns.iter().any(|p| matches(&format!("{}{p}", wish.reference), &wire, delimiter))
                && (!wish.only_subscribed || listed.is_subscribed)
                && (!wish.only_special || listed.role.and_then(crate::domain::Role::attribute).is_some());
            if is_wanted {
                let mut attributes = self.attributes(&listed, wish.shows_subscribed);
                if command == "XLIST" {
                    attributes.iter_mut().filter(|a| **a == "\\Junk").for_each(|a| *a = "\\Spam");
                    attributes.extend(listed.name.is_inbox().then_some("\\Inbox"));
                }
                self.wire.say(&format!("* {command} ({}) \"{delimiter}\" {}", attributes.join(" "), spelled(&wire)));
                if let Some(items) = wish.status_items.as_ref().filter(|_| listed.exists) {
                    self.say_status(&listed.name, items)?;
                }
            }
        }
        Ok(self.completed(command))
    }

    fn attributes(&self, listed: &Listed, shows_subscribed: bool) -> Vec<&'static str> {
        let mut attributes = Vec::new();
        if !listed.exists {
            attributes.push("\\Noselect");
        }
        if self.is_exchange() && listed.name.is_inbox() {
            attributes.push("\\Marked");
        }
        if self.can("CHILDREN") {
            attributes.push(if listed.has_children { "\\HasChildren" } else { "\\HasNoChildren" });
        }
        attributes.extend(listed.role.and_then(crate::domain::Role::attribute));
        if shows_subscribed && listed.is_subscribed {
            attributes.push("\\Subscribed");
        }
        attributes
    }

    pub(super) fn lsub(&mut self, mut args: Args) -> Outcome {
        let (reference, pattern) = (args.text()?, args.text()?);
        args.end()?;
        let delimiter = self.hall.dialect.delimiter();
        let names: Names = self.visited()?.names();
        let subscribed: Vec<MailboxName> = self.visited()?.subscribed()?;
        for wire in subscribed.iter().filter_map(|name| names.spell(name)) {
            if matches(&format!("{reference}{pattern}"), &wire, delimiter) {
                self.wire.say(&format!("* LSUB () \"{delimiter}\" {}", spelled(&wire)));
            }
        }
        Ok(self.completed("LSUB"))
    }
}

/// A name as an answer writes it: an atom where it can be one.
pub(super) fn spelled(wire: &str) -> String {
    let is_atom = !wire.is_empty() && wire.bytes().all(|b| b.is_ascii_graphic() && !b"(){%*\"\\]".contains(&b));
    if is_atom { wire.to_owned() } else { quote(wire) }
}

/// Whether a name matches a pattern: `*` is anything, `%` anything without a delimiter; the inbox has no case.
fn matches(pattern: &str, name: &str, delimiter: char) -> bool {
    let is_inbox = name.eq_ignore_ascii_case("INBOX") && pattern.eq_ignore_ascii_case("INBOX");
    is_inbox || wild(pattern.as_bytes(), name.as_bytes(), delimiter)
}

fn wild(pattern: &[u8], name: &[u8], delimiter: char) -> bool {
    // Which lengths of the name the pattern so far can have eaten: linear, whatever stars a client sends.
    let mut eaten = vec![false; name.len() + 1];
    eaten[0] = true;
    for letter in pattern {
        match letter {
            b'*' | b'%' => {
                for at in 0..name.len() {
                    let passes = *letter == b'*' || char::from(name[at]) != delimiter;
                    eaten[at + 1] |= eaten[at] && passes;
                }
            }
            letter => {
                for at in (0..name.len()).rev() {
                    eaten[at + 1] = eaten[at] && name[at] == *letter;
                }
                eaten[0] = false;
            }
        }
    }
    eaten[name.len()]
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_the_protocol_says() {
        for (pattern, name, expected) in [
            ("*", "a.b", true),
            ("%", "a.b", false),
            ("%", "a", true),
            ("a.%", "a.b", true),
            ("a.%", "a.b.c", false),
            ("a*c", "a.b.c", true),
            ("inbox", "INBOX", true),
            ("b*", "a", false),
            ("", "a", false),
            ("*******************b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(matches(pattern, name, '.'), expected, "{pattern} {name}");
        }
    }
}
