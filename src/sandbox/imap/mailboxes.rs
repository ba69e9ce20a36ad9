//! Commands on mailboxes: STATUS, CREATE, DELETE, RENAME, subscriptions, NAMESPACE, ENABLE, quota.

use super::super::mail::Oddity;
use super::args::Args;
use super::lexer::Token;
use super::listing::spelled;
use super::outcome::{Fail, Outcome, bad, no};
use super::session::Session;
use crate::domain::{MailboxName, Role};

impl Session<'_> {
    pub(super) fn namespace(&mut self) -> String {
        let delimiter = self.hall.dialect.delimiter();
        let prefix = self.hall.dialect.prefix();
        let others = if self.hall.dialect.is_zimbra() { "((\"/home/\" \"/\"))" } else { "NIL" };
        self.wire.say(&format!("* NAMESPACE ((\"{prefix}\" \"{delimiter}\")) {others} NIL"));
        self.completed("NAMESPACE")
    }

    /// ENABLE (RFC 5161): CONDSTORE is all that can be.
    pub(super) fn enable(&mut self, mut args: Args) -> Outcome {
        let mut wanted = Vec::new();
        while args.peek().is_some() {
            wanted.push(args.word()?);
        }
        let has_it = self.can("CONDSTORE") && wanted.iter().any(|word| word.eq_ignore_ascii_case("CONDSTORE"));
        self.knows_modseq |= has_it;
        self.wire.say(if has_it { "* ENABLED CONDSTORE" } else { "* ENABLED" });
        Ok(self.completed("ENABLE"))
    }

    pub(super) fn status(&mut self, mut args: Args) -> Outcome {
        let name = self.mailbox(&mut args)?;
        if args.peek() != Some(&Token::Open) {
            return Err(bad("Status item list missing.").into());
        }
        let items = args.list()?;
        args.end()?;
        self.say_status(&name, &items)?;
        Ok(self.completed("STATUS"))
    }

    pub(super) fn say_status(&mut self, name: &MailboxName, items: &[String]) -> Result<(), Fail> {
        let visit = self.visited()?;
        let status = visit.status(name)?;
        let mut words = Vec::new();
        for item in items {
            let item = item.to_ascii_uppercase();
            let value = match item.as_str() {
                "MESSAGES" => u64::from(status.exists),
                "RECENT" => 0,
                "UIDNEXT" if self.wire.gate.is_odd(Oddity::NoUidNext) => continue,
                "UIDNEXT" if self.wire.gate.is_odd(Oddity::WrongUidNext) => 1,
                "UIDNEXT" => u64::from(status.uid_next),
                "UIDVALIDITY" => u64::from(status.uid_validity),
                "UNSEEN" => u64::from(status.unseen),
                "HIGHESTMODSEQ" if self.can("CONDSTORE") => status.modseq,
                _ => return Err(bad("Invalid status item.").into()),
            };
            words.push(format!("{item} {value}"));
        }
        let wire = visit.names().spell(&status.name).unwrap_or_default();
        // An Exchange-like server leaves a blank at the end of the line.
        let end = if self.is_exchange() { " " } else { "" };
        self.wire.say(&format!("* STATUS {} ({}){end}", spelled(&wire), words.join(" ")));
        Ok(())
    }

    pub(super) fn create(&mut self, mut args: Args) -> Outcome {
        let name = self.mailbox(&mut args)?;
        let mut role = None;
        if args.peek().is_some() {
            role = Some(self.created_role(&mut args)?);
        }
        args.end()?;
        if let Some(refused) = self.wire.gate.refuses_name(&name) {
            return Err(refused.into());
        }
        self.visited()?.create(&name, role)?;
        Ok(self.completed("CREATE"))
    }

    /// `(USE (\Sent))` (RFC 6154 §3).
    fn created_role(&self, args: &mut Args) -> Result<Role, Fail> {
        let is_use = args.next() == Some(Token::Open) && args.word()?.eq_ignore_ascii_case("USE") && self.can("CREATE-SPECIAL-USE");
        if !is_use {
            return Err(bad("Invalid arguments.").into());
        }
        let named = args.list()?;
        if args.next() != Some(Token::Close) {
            return Err(bad("Invalid arguments.").into());
        }
        let known = |name: &String| Role::ALL.into_iter().find(|r| r.attribute().is_some_and(|a| a.eq_ignore_ascii_case(name)));
        named.first().and_then(known).ok_or_else(|| no("[USEATTR] Special use attribute not supported").into())
    }

    pub(super) fn delete(&mut self, mut args: Args) -> Outcome {
        let name = self.mailbox(&mut args)?;
        args.end()?;
        self.visited()?.delete(&name)?;
        if self.selected.as_ref().is_some_and(|s| s.name == name) {
            self.selected = None;
        }
        Ok(self.completed("DELETE"))
    }

    pub(super) fn rename(&mut self, mut args: Args) -> Outcome {
        let from = self.mailbox(&mut args)?;
        let to = self.mailbox(&mut args)?;
        args.end()?;
        self.visited()?.rename(&from, &to)?;
        Ok(self.completed("RENAME"))
    }

    pub(super) fn subscribe(&mut self, command: &str, mut args: Args) -> Outcome {
        let name = self.mailbox(&mut args)?;
        args.end()?;
        if command == "SUBSCRIBE" {
            self.visited()?.subscribe(&name)?;
        } else {
            self.visited()?.unsubscribe(&name)?;
        }
        Ok(self.completed(command))
    }

    pub(super) fn quota(&mut self, command: &str, mut args: Args) -> Outcome {
        let (used, limit) = self.visited()?.quota(&self.wire.gate)?;
        if command == "GETQUOTAROOT" {
            let name = self.mailbox(&mut args)?;
            let status = self.visited()?.status(&name)?;
            let wire = self.visited()?.names().spell(&status.name).unwrap_or_default();
            self.wire.say(&format!("* QUOTAROOT {} \"User quota\"", spelled(&wire)));
        } else if args.text()? != "User quota" {
            return Err(no("[NONEXISTENT] Quota root doesn't exist.").into());
        }
        args.end()?;
        self.wire.say(&format!("* QUOTA \"User quota\" (STORAGE {} {})", used.div_ceil(1024), limit.div_ceil(1024)));
        Ok(self.completed(command))
    }
}
