//! Mailbox names as a dialect spells, takes and misses them.

use super::access::Dialect;
use super::refused::Refused;
use crate::domain::{MailboxName, decode_utf7, encode_utf7};
use crate::ports::RefusalKind;

/// The names of one dialect.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Names(pub(in crate::sandbox) Dialect);

impl Names {
    /// Modified UTF-7 with the dialect's delimiter; `None` when a segment holds the delimiter.
    pub(in crate::sandbox) fn spell(self, name: &MailboxName) -> Option<String> {
        let delimiter = self.0.delimiter();
        let fits = name.segments().iter().all(|s| !s.contains(delimiter));
        fits.then(|| name.segments().iter().map(|s| encode_utf7(s)).collect::<Vec<_>>().join(delimiter.encode_utf8(&mut [0; 4])))
    }

    /// Reads a name as a client spelled it.
    ///
    /// # Errors
    /// When it is no modified UTF-7, or no name.
    pub(in crate::sandbox) fn read(self, wire: &str) -> Result<MailboxName, Refused> {
        let wire = wire.strip_suffix(self.0.delimiter()).unwrap_or(wire);
        let segments: Option<Vec<String>> = wire.split(self.0.delimiter()).map(decode_utf7).collect();
        let segments = segments.ok_or_else(|| self.invalid("Mailbox name is not valid mUTF-7"))?;
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
            };
            if is_refused || segment.contains(self.0.delimiter()) {
                return Err(self.invalid("Character not allowed in mailbox name"));
            }
        }
        Ok(())
    }

    /// The mailbox is missing.
    pub(in crate::sandbox) fn missing(self, name: &MailboxName) -> Refused {
        let text = self.missing_text(name);
        let code = if self.0.is_exchange() { "" } else { "[NONEXISTENT] " };
        Refused::no(RefusalKind::NoMailbox, &format!("{code}{text}"))
    }

    /// The same without a response code.
    pub(in crate::sandbox) fn missing_text(self, name: &MailboxName) -> String {
        let spelled = self.spell(name).unwrap_or_else(|| name.to_string());
        if self.0.is_exchange() { format!("{spelled} doesn't exist.") } else { format!("Mailbox doesn't exist: {spelled}") }
    }

    /// The mailbox exists.
    pub(in crate::sandbox) fn already_there(self) -> Refused {
        let text = if self.0.is_exchange() { "Mailbox already exists." } else { "[ALREADYEXISTS] Mailbox already exists" };
        Refused::no(RefusalKind::Unsaid, text)
    }

    fn invalid(self, text: &str) -> Refused {
        let code = if self.0.is_exchange() { "" } else { "[CANNOT] " };
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
}
