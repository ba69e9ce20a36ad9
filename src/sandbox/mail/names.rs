//! Mailbox names as a dialect spells, takes and misses them.

use super::access::Dialect;
use super::refused::Refused;
use crate::domain::{MailboxName, decode_utf7, encode_utf7};
use crate::ports::RefusalKind;

/// Folders of a Zimbra-like account that are not for mail: not listed, and their names are taken.
const ZIMBRA_OWN: [&str; 7] = ["Contacts", "Calendar", "Notebook", "Briefcase", "Tasks", "Chats", "Emailed Contacts"];

/// The names of one dialect.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Names(pub(in crate::sandbox) Dialect);

impl Names {
    /// Modified UTF-7 with the dialect's delimiter and prefix; `None` when a segment holds the delimiter.
    pub(in crate::sandbox) fn spell(self, name: &MailboxName) -> Option<String> {
        let delimiter = self.0.delimiter();
        let fits = name.segments().iter().all(|s| !s.contains(delimiter));
        let prefix = if name.is_inbox() { "" } else { self.0.prefix() };
        let spelled = || name.segments().iter().map(|s| encode_utf7(s)).collect::<Vec<_>>().join(delimiter.encode_utf8(&mut [0; 4]));
        fits.then(|| format!("{prefix}{}", spelled()))
    }

    /// Reads a name as a client spelled it.
    ///
    /// # Errors
    /// When it is no modified UTF-7, or no name.
    pub(in crate::sandbox) fn read(self, wire: &str) -> Result<MailboxName, Refused> {
        let wire = wire.strip_suffix(self.0.delimiter()).unwrap_or(wire);
        let wire = if wire.eq_ignore_ascii_case("INBOX") {
            "INBOX"
        } else {
            wire.strip_prefix(self.0.prefix()).ok_or_else(|| self.invalid("Invalid mailbox name."))?
        };
        let segments: Option<Vec<String>> = wire.split(self.0.delimiter()).map(decode_utf7).collect();
        let mut segments = segments.ok_or_else(|| self.invalid("Mailbox name is not valid mUTF-7"))?;
        if self.0.is_zimbra() {
            // Zimbra trims what nobody sees.
            for segment in &mut segments {
                segment.truncate(segment.trim_end().len());
            }
        }
        MailboxName::from_segments(segments).map_err(|_| self.invalid("Invalid mailbox name"))
    }

    /// Whether a mailbox of this name can be made.
    ///
    /// # Errors
    /// When it cannot.
    pub(in crate::sandbox) fn check(self, name: &MailboxName) -> Result<(), Refused> {
        for segment in name.segments() {
            if segment.len() > 255 {
                return Err(self.invalid("Mailbox name too long"));
            }
            let is_refused = match self.0 {
                Dialect::Dovecot => segment.contains('/') || segment.starts_with('~'),
                Dialect::DovecotSlash => segment.starts_with('~') || segment == "..",
                Dialect::Exchange => segment.trim() != segment,
                // zm-mailbox, MailItem.validateItemName
                Dialect::Zimbra => {
                    segment.contains([':', '"']) || segment.chars().any(char::is_control) || [".", ".."].contains(&segment.as_str())
                }
                Dialect::Minimal | Dialect::Courier | Dialect::Cyrus => segment.contains('/') || segment.starts_with(['.', '~']),
            };
            if is_refused || segment.contains(self.0.delimiter()) {
                return Err(self.invalid("Character not allowed in mailbox name"));
            }
        }
        let is_taken = |taken: &str| name.segments()[0].eq_ignore_ascii_case(taken);
        if self.0.is_zimbra() && name.segments().len() == 1 && ZIMBRA_OWN.iter().any(|taken| is_taken(taken)) {
            return Err(self.already_there());
        }
        Ok(())
    }

    /// The mailbox is missing.
    pub(in crate::sandbox) fn missing(self, name: &MailboxName) -> Refused {
        let text = self.missing_text(name);
        let code = if self.0.has_codes() { "[NONEXISTENT] " } else { "" };
        Refused::no(RefusalKind::NoMailbox, &format!("{code}{text}"))
    }

    /// The same without a response code.
    pub(in crate::sandbox) fn missing_text(self, name: &MailboxName) -> String {
        let spelled = self.spell(name).unwrap_or_else(|| name.to_string());
        if self.0.is_exchange() { format!("{spelled} doesn't exist.") } else { format!("Mailbox doesn't exist: {spelled}") }
    }

    /// The mailbox exists.
    pub(in crate::sandbox) fn already_there(self) -> Refused {
        let text = if self.0.has_codes() { "[ALREADYEXISTS] Mailbox already exists" } else { "Mailbox already exists." };
        Refused::no(RefusalKind::Unsaid, text)
    }

    fn invalid(self, text: &str) -> Refused {
        let code = if self.0.has_codes() { "[CANNOT] " } else { "" };
        Refused::no(RefusalKind::Unsaid, &format!("{code}{text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(segments: &[&str]) -> MailboxName {
        MailboxName::from_segments(segments.iter().map(|s| (*s).to_owned())).expect("valid")
    }

    #[test]
    fn names_are_spelled_with_the_delimiter_of_the_dialect() {
        let summer = name(&["Projets", "Été 2019"]);
        assert_eq!(Names(Dialect::Dovecot).spell(&summer).as_deref(), Some("Projets.&AMk-t&AOk- 2019"));
        assert_eq!(Names(Dialect::Exchange).spell(&summer).as_deref(), Some("Projets/&AMk-t&AOk- 2019"));
        assert_eq!(Names(Dialect::Dovecot).read("Projets.&AMk-t&AOk- 2019"), Ok(summer));
        assert_eq!(Names(Dialect::Dovecot).spell(&name(&["v2.0"])), None);
        assert!(Names(Dialect::Dovecot).check(&name(&["a/b"])).is_err());
        assert!(Names(Dialect::Exchange).check(&name(&["a "])).is_err());
        assert!(Names(Dialect::Dovecot).read("Été").is_err());
    }

    #[test]
    fn courier_keeps_everything_below_the_inbox() {
        let courier = Names(Dialect::Courier);
        assert_eq!(courier.spell(&name(&["Projets", "2019"])).as_deref(), Some("INBOX.Projets.2019"));
        assert_eq!(courier.spell(&MailboxName::inbox()).as_deref(), Some("INBOX"));
        assert_eq!(courier.read("INBOX.Projets.2019"), Ok(name(&["Projets", "2019"])));
        assert_eq!(courier.read("inbox"), Ok(MailboxName::inbox()));
        assert!(courier.read("Projets").is_err());
    }

    #[test]
    fn zimbra_trims_and_refuses_what_its_web_mail_cannot_show() {
        let zimbra = Names(Dialect::Zimbra);
        assert_eq!(zimbra.read("Old  "), Ok(name(&["Old"])));
        for wrong in [&["a:b"][..], &["a\"b"], &["contacts"], &["Calendar"], &["a", ".."]] {
            assert!(zimbra.check(&name(wrong)).is_err(), "{wrong:?}");
        }
        for right in [&["Contacts (mail)"][..], &["Projets", "Calendar"], &["a~b"]] {
            assert!(zimbra.check(&name(right)).is_ok(), "{right:?}");
        }
    }
}
