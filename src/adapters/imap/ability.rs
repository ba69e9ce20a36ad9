//! What a server can do, from its capability line and its greeting.

use crate::domain::{ByteSize, Capabilities};

/// Which literals need no permission (RFC 7888).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FreeLiterals {
    /// None.
    None,
    /// `LITERAL-`: up to 4096 bytes.
    Small,
    /// `LITERAL+`.
    All,
}

/// Servers whose habits differ from everybody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Closes after five refusals in a row, and after 25 like commands.
    Zimbra,
    /// Closes after about ten refusals; rebuilds MIME on reading.
    Exchange,
    Other,
}

/// The words of a capability line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Abilities(Vec<String>);

impl Abilities {
    pub(super) fn new(words: Vec<String>) -> Self {
        Self(words)
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(word))
    }

    pub(super) fn free_literals(&self) -> FreeLiterals {
        if self.has("LITERAL+") {
            FreeLiterals::All
        } else if self.has("LITERAL-") {
            FreeLiterals::Small
        } else {
            FreeLiterals::None
        }
    }

    /// Known by the greeting; behind proxies by words that no other server says together.
    pub(super) fn family(&self, greeting: &str) -> Family {
        let greeting = greeting.to_ascii_lowercase();
        let has_all = |words: &[&str]| words.iter().all(|word| self.has(word));
        if greeting.contains("microsoft exchange") || self.0.iter().any(|word| word.to_ascii_uppercase().starts_with("XPROXY")) {
            Family::Exchange
        } else if greeting.contains("zimbra") || has_all(&["XLIST", "WITHIN", "SEARCHRES", "I18NLEVEL=1"]) {
            Family::Zimbra
        } else {
            Family::Other
        }
    }

    /// The same in the words of the house. The Exchange family rebuilds MIME on reading.
    pub(super) fn to_capabilities(&self, greeting: &str) -> Capabilities {
        let is_exchange = self.family(greeting) == Family::Exchange;
        let append_limit = self.0.iter().find_map(|word| word.to_ascii_uppercase().strip_prefix("APPENDLIMIT=")?.parse().ok());
        Capabilities {
            line: self.0.join(" "),
            has_multiappend: self.has("MULTIAPPEND"),
            has_literal_plus: self.has("LITERAL+"),
            has_uidplus: self.has("UIDPLUS"),
            has_special_use: self.has("SPECIAL-USE") || self.has("XLIST"),
            can_create_special_use: self.has("CREATE-SPECIAL-USE"),
            has_quota: self.0.iter().any(|word| word.eq_ignore_ascii_case("QUOTA") || word.to_ascii_uppercase().starts_with("QUOTA=")),
            has_condstore: self.has("CONDSTORE") || self.has("QRESYNC"),
            keeps_bytes: !is_exchange,
            delimiter: None,
            append_limit: append_limit.map(ByteSize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exchange_family_is_known_to_rebuild_messages() {
        let words = |line: &str| Abilities::new(line.split(' ').map(str::to_owned).collect());
        let exchange = words("IMAP4rev1 SASL-IR UIDPLUS LITERAL+").to_capabilities("The Microsoft Exchange IMAP4 service is ready.");
        assert!(!exchange.keeps_bytes && exchange.has_literal_plus && !exchange.has_multiappend);
        assert!(!words("IMAP4rev1 XPROXY3").to_capabilities("ready").keeps_bytes);
        let proxied = words("IMAP4rev1 LITERAL+ MULTIAPPEND SEARCHRES WITHIN XLIST I18NLEVEL=1");
        assert_eq!(proxied.family("IMAP4rev1 proxy server ready"), Family::Zimbra);
        assert_eq!(words("IMAP4rev1").family("mx.example.com Zimbra IMAP4rev1 server ready"), Family::Zimbra);
        assert_eq!(words("IMAP4rev1 XLIST WITHIN").family("ready"), Family::Other);
        let dovecot = words("IMAP4rev1 multiappend QUOTA APPENDLIMIT=35651584 LITERAL-").to_capabilities("Dovecot ready.");
        assert!(dovecot.keeps_bytes && dovecot.has_multiappend && dovecot.has_quota && !dovecot.has_literal_plus);
        assert_eq!(dovecot.append_limit, Some(ByteSize(35_651_584)));
    }
}
