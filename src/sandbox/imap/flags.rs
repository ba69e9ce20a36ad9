//! STORE, COPY, MOVE, each by sequence number or UID.

use super::super::mail::FlagChange;
use super::args::{Args, print_set};
use super::outcome::{Outcome, bad, no};
use super::session::Session;

/// Messages that a Zimbra-like server copies in one command.
const MOST_COPIED: usize = 1000;

impl Session<'_> {
    pub(super) fn store(&mut self, command: &str, mut args: Args) -> Outcome {
        let by_uid = command.starts_with("UID");
        let set = args.word()?;
        let item = args.word()?.to_ascii_uppercase();
        let mut names = Vec::new();
        while args.peek().is_some() {
            names.extend(args.list()?);
        }
        self.writable()?;
        let (item, is_silent) = item.strip_suffix(".SILENT").map_or((item.as_str(), false), |item| (item, true));
        let how = match item {
            "FLAGS" => FlagChange::Replace,
            "+FLAGS" => FlagChange::Add,
            "-FLAGS" => FlagChange::Remove,
            _ => return Err(bad("Invalid arguments.").into()),
        };
        let flags = self.visited()?.check_flags(names.iter().map(String::as_str))?;
        let Some(selected) = &self.selected else { return Err(bad("No mailbox selected.").into()) };
        let uids = selected.named(&set, by_uid)?;
        let changed = self.visited()?.flag(&selected.name, &uids, how, &flags)?;
        for message in changed {
            let Some(sequence) = self.selected.as_ref().and_then(|s| s.sequence(message.uid)) else { continue };
            let mut items = Vec::new();
            if by_uid {
                items.push(format!("UID {}", message.uid));
            }
            if self.knows_modseq {
                items.push(format!("MODSEQ ({})", message.modseq));
            }
            if !is_silent {
                items.push(format!("FLAGS ({})", message.flags.wire_names().join(" ")));
            }
            if !is_silent || self.knows_modseq {
                self.wire.say(&format!("* {sequence} FETCH ({})", items.join(" ")));
            }
        }
        Ok(self.completed(command))
    }

    /// COPY and MOVE with COPYUID (RFC 4315 §3, RFC 6851).
    pub(super) fn copy(&mut self, command: &str, mut args: Args) -> Outcome {
        let by_uid = command.starts_with("UID");
        let moves = command.ends_with("MOVE");
        let set = args.word()?;
        let to = self.mailbox(&mut args)?;
        args.end()?;
        if moves {
            self.writable()?;
        }
        let Some(selected) = &self.selected else { return Err(bad("No mailbox selected.").into()) };
        let uids = selected.named(&set, by_uid)?;
        if uids.is_empty() {
            return if by_uid { Ok("No messages found.".to_owned()) } else { Err(no("No matching messages").into()) };
        }
        if self.hall.dialect.is_zimbra() && uids.len() > MOST_COPIED {
            return Err(no("COPY rejected, too many items requested").into());
        }
        let visit = self.visited()?;
        let (validity, old, new) =
            if moves { visit.relocate(&selected.name, &uids, &to)? } else { visit.copy(&selected.name, &uids, &to)? };
        if !self.can("UIDPLUS") {
            return Ok(self.completed(command));
        }
        let code = format!("[COPYUID {validity} {} {}]", print_set(&old), print_set(&new));
        if moves {
            self.wire.say(&format!("* OK {code} Moved UIDs."));
            return Ok(self.completed(command));
        }
        Ok(format!("{code} {}", self.completed(command)))
    }
}
