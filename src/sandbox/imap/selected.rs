//! The opened mailbox: SELECT, EXAMINE, CLOSE, EXPUNGE, IDLE, and the news of other connections.

use std::collections::{BTreeSet, HashSet};

use super::super::mail::{Dialect, Oddity, Status, Stored, keywords};
use super::args::{Args, sequence_set};
use super::lexer::Token;
use super::outcome::{Closed, Fail, Outcome, bad};
use super::session::Session;
use super::wire::Line;
use crate::domain::{Keyword, MailboxName, SystemFlag};

/// For what a mailbox is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    ReadWrite,
    ReadOnly,
}

/// An opened mailbox as its client knows it.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) name: MailboxName,
    pub(super) is_read_only: bool,
    pub(super) holds_mail: bool,
    /// UIDs by sequence number, the first at 0.
    pub(super) uids: Vec<u32>,
    mark: (u32, u32, usize),
}

impl Selected {
    /// The sequence number of a UID.
    pub(super) fn sequence(&self, uid: u32) -> Option<usize> {
        self.uids.binary_search(&uid).ok().map(|at| at + 1)
    }

    /// The UIDs that a set names: as UIDs, or as sequence numbers.
    pub(super) fn named(&self, set: &str, by_uid: bool) -> Result<Vec<u32>, Fail> {
        if by_uid {
            let ranges = sequence_set(set, self.uids.last().copied().unwrap_or(1))?;
            let is_named = |uid: &&u32| ranges.iter().any(|(a, b)| (a..=b).contains(uid));
            return Ok(self.uids.iter().filter(is_named).copied().collect());
        }
        let most = u32::try_from(self.uids.len()).unwrap_or(u32::MAX);
        let ranges = sequence_set(set, most.max(1))?;
        if ranges.iter().any(|(_, b)| *b > most) {
            return Err(bad("Invalid messageset").into());
        }
        let mut uids: Vec<u32> = ranges.iter().flat_map(|(a, b)| self.uids[*a as usize - 1..*b as usize].iter().copied()).collect();
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }
}

/// What FLAGS and PERMANENTFLAGS name: the keywords that are known, or those in use and `\*`.
fn flag_lists(dialect: Dialect, messages: &[Stored], access: Access) -> (String, String) {
    let used: BTreeSet<&str> = messages.iter().flat_map(|m| m.flags.keywords().map(Keyword::as_str)).collect();
    let mut flags: Vec<&str> = SystemFlag::ALL.iter().map(|f| f.wire()).collect();
    let known = keywords(dialect);
    match known {
        Some(known) => flags.extend(known),
        None => flags.extend(used),
    }
    let flags = flags.join(" ");
    let permanent = match (access, known) {
        (Access::ReadOnly, _) => String::new(),
        (Access::ReadWrite, None) => format!("{flags} \\*"),
        (Access::ReadWrite, Some(_)) => flags.clone(),
    };
    (flags, permanent)
}

impl Session<'_> {
    pub(super) fn select(&mut self, mut args: Args, access: Access) -> Outcome {
        let name = self.mailbox(&mut args)?;
        if args.peek() == Some(&Token::Open) && self.can("CONDSTORE") {
            self.knows_modseq |= args.list()?.iter().any(|word| word.eq_ignore_ascii_case("CONDSTORE"));
        }
        args.end()?;
        if self.selected.is_some() && self.hall.dialect.has_codes() {
            self.wire.say("* OK [CLOSED] Previous mailbox closed.");
        }
        // Whatever was open is closed, even when this fails (RFC 9051 §6.3.2).
        self.selected = None;
        let visit = self.visited()?;
        let status = visit.status(&name)?;
        let mark = visit.mark(&status.name)?;
        let messages = visit.messages(&status.name, |_| true)?;
        let uids: Vec<u32> = messages.iter().map(|m| m.uid).collect();
        let is_read_only = access == Access::ReadOnly;
        let (flags, permanent) = flag_lists(self.hall.dialect, &messages, access);
        let text = if self.hall.dialect.is_zimbra() { "junk-related flags are not permanent" } else { "Flags permitted." };
        self.wire.say(&format!("* FLAGS ({flags})"));
        self.wire.say(&format!("* OK [PERMANENTFLAGS ({permanent})] {text}"));
        self.say_exists(uids.len());
        self.wire.say("* 0 RECENT");
        if let Some(first) = messages.iter().position(|m| !m.flags.has(SystemFlag::Seen)) {
            self.wire.say(&format!("* OK [UNSEEN {}] First unseen.", first + 1));
        }
        self.say_numbers(&status);
        let (name, holds_mail) = (status.name, status.holds_mail);
        self.selected = Some(Selected { name, is_read_only, holds_mail, uids, mark });
        let (code, command) = if is_read_only { ("READ-ONLY", "EXAMINE") } else { ("READ-WRITE", "SELECT") };
        Ok(format!("[{code}] {}", self.completed(command)))
    }

    /// A Zimbra-like server may say EXISTS more than once while it opens a mailbox; the last one counts.
    fn say_exists(&mut self, exists: usize) {
        if self.hall.dialect.is_zimbra() || self.wire.gate.is_odd(Oddity::SeveralExists) {
            self.wire.say(&format!("* {} EXISTS", exists.saturating_sub(1)));
        }
        let more = if self.wire.gate.is_odd(Oddity::WrongExists) { 3 } else { 0 };
        self.wire.say(&format!("* {} EXISTS", exists + more));
    }

    fn say_numbers(&mut self, status: &Status) {
        self.wire.say(&format!("* OK [UIDVALIDITY {}] UIDs valid", status.uid_validity));
        if !self.wire.gate.is_odd(Oddity::NoUidNext) {
            let uid_next = if self.wire.gate.is_odd(Oddity::WrongUidNext) { 1 } else { status.uid_next };
            self.wire.say(&format!("* OK [UIDNEXT {uid_next}] Predicted next UID"));
        }
        if self.can("CONDSTORE") {
            self.wire.say(&format!("* OK [HIGHESTMODSEQ {}] Highest", status.modseq));
        }
    }

    /// Tells what came and went in the opened mailbox. Says goodbye when its UIDs lost their meaning.
    pub(super) fn tell_changes(&mut self) -> Result<(), Closed> {
        let (Some(mut selected), Some(visit)) = (self.selected.take(), &self.visit) else { return Ok(()) };
        // A mailbox that is gone stays open and is found missing by the next command.
        let mark = visit.mark(&selected.name).unwrap_or(selected.mark);
        if mark.0 != selected.mark.0 {
            self.wire.say("* BYE IMAP session state is inconsistent, please relogin.");
            return Err(Closed::Said);
        }
        if mark != selected.mark {
            let mut known = selected.uids.len();
            let came = visit.uids(&selected.name, selected.mark.1).unwrap_or_default();
            if selected.uids.len() + came.len() == mark.2 {
                // Nothing went: however much is there, only what came is looked at.
                selected.uids.extend(came);
            } else if let Ok(uids) = visit.uids(&selected.name, 1) {
                let there: HashSet<u32> = uids.iter().copied().collect();
                let mut at = 0;
                while at < selected.uids.len() {
                    if there.contains(&selected.uids[at]) {
                        at += 1;
                    } else {
                        selected.uids.remove(at);
                        self.wire.say(&format!("* {} EXPUNGE", at + 1));
                    }
                }
                known = selected.uids.len();
                selected.uids = uids;
            }
            if selected.uids.len() > known {
                self.wire.say(&format!("* {} EXISTS", selected.uids.len()));
                self.wire.say("* 0 RECENT");
            }
            selected.mark = mark;
        }
        self.selected = Some(selected);
        Ok(())
    }

    pub(super) fn close(&mut self) -> Outcome {
        if let Some(selected) = self.selected.take()
            && !selected.is_read_only
        {
            self.visited()?.expunge(&selected.name, |_| true)?;
        }
        Ok(self.completed("CLOSE"))
    }

    /// EXPUNGE, and UID EXPUNGE of RFC 4315 §2.1; what went is told with the other news.
    pub(super) fn expunge(&mut self, command: &str, mut args: Args) -> Outcome {
        self.writable()?;
        let Some(selected) = &self.selected else { return Err(bad("No mailbox selected.").into()) };
        let named = if command.starts_with("UID") { Some(selected.named(&args.word()?, true)?) } else { None };
        args.end()?;
        let is_named = |uid: u32| named.as_ref().is_none_or(|uids| uids.binary_search(&uid).is_ok());
        self.visited()?.expunge(&selected.name, is_named)?;
        Ok(self.completed(command))
    }

    /// IDLE (RFC 2177): news as they come, until the client says anything.
    pub(super) async fn idle(&mut self) -> Outcome {
        self.wire.say(if self.is_exchange() { "+ IDLE accepted, awaiting DONE command." } else { "+ idling" });
        let mut news = self.hall.world.news();
        let limit = self.line_limit();
        loop {
            self.tell_changes()?;
            self.wire.flush().await?;
            tokio::select! {
                line = self.wire.line(limit) => {
                    return match line? {
                        Line::Whole(line) if line.eq_ignore_ascii_case(b"DONE") => Ok(self.completed("IDLE")),
                        _ => Err(bad("Expected DONE.").into()),
                    };
                }
                // The sender lives in the hall's world.
                _ = news.changed() => {}
            }
        }
    }
}
