//! STORE, COPY, MOVE, each by sequence number or UID.

use super::super::mail::FlagChange;
use super::args::{Args, print_set};
use super::outcome::{Outcome, bad, no};
use super::session::Session;

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
        if !is_silent {
            for (uid, flags) in changed {
                let Some(sequence) = self.selected.as_ref().and_then(|s| s.sequence(uid)) else { continue };
                let uid = if by_uid { format!("UID {uid} ") } else { String::new() };
                self.wire.say(&format!("* {sequence} FETCH ({uid}FLAGS ({}))", flags.wire_names().join(" ")));
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
        let visit = self.visited()?;
        let (validity, old, new) =
            if moves { visit.relocate(&selected.name, &uids, &to)? } else { visit.copy(&selected.name, &uids, &to)? };
        let code = format!("[COPYUID {validity} {} {}]", print_set(&old), print_set(&new));
        if moves {
            self.wire.say(&format!("* OK {code} Moved UIDs."));
            return Ok(self.completed(command));
        }
        Ok(format!("{code} {}", self.completed(command)))
    }
}
