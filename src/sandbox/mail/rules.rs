//! What a dialect takes: flags, sizes, lines. The words are those of the real servers, as far as they were seen.

use bytes::Bytes;

use super::access::{Dialect, LoginRefusal};
use super::refused::Refused;
use crate::domain::{Flags, Keyword, SystemFlag};
use crate::ports::RefusalKind;

/// Largest message of an Exchange-like server, 35 MiB.
const EXCHANGE_LARGEST: u64 = 36_700_160;
/// Largest message of a Dovecot-like server: one that would not fit the demo either.
const DOVECOT_LARGEST: u64 = 256 * 1024 * 1024;
/// Longest line that an Exchange-like server stores.
const EXCHANGE_LINE: usize = 10_000;
/// The one answer of an Exchange-like server to almost anything.
const ARGUMENT_ERROR: &str = "Command Argument Error. 11";

/// Keywords that can be stored; `None`: any.
pub(in crate::sandbox) const fn keywords(dialect: Dialect) -> Option<&'static [&'static str]> {
    match dialect {
        Dialect::Dovecot | Dialect::DovecotSlash => None,
        Dialect::Exchange => Some(&["$MDNSent"]),
    }
}

/// Reads flag names as a client sent them.
pub(super) fn flags<'a>(dialect: Dialect, names: impl IntoIterator<Item = &'a str>) -> Result<Flags, Refused> {
    let names: Vec<&str> = names.into_iter().collect();
    for name in &names {
        let is_system = SystemFlag::ALL.iter().any(|f| f.wire().eq_ignore_ascii_case(name));
        let is_known = keywords(dialect).is_none_or(|known| known.iter().any(|k| k.eq_ignore_ascii_case(name)));
        let is_keyword = Keyword::new(name).is_some() && is_known;
        if is_system || is_keyword {
            continue;
        }
        return Err(match dialect {
            Dialect::Exchange => Refused::bad(RefusalKind::Content, ARGUMENT_ERROR),
            Dialect::Dovecot | Dialect::DovecotSlash if name.starts_with('\\') => {
                Refused::bad(RefusalKind::Content, &format!("Invalid system flag {name}"))
            }
            Dialect::Dovecot | Dialect::DovecotSlash => Refused::bad(RefusalKind::Content, "Invalid flags list"),
        });
    }
    Ok(Flags::from_wire(names))
}

/// Checks an announced size.
pub(super) fn size(dialect: Dialect, size: u64) -> Result<(), Refused> {
    match dialect {
        Dialect::Exchange if size > EXCHANGE_LARGEST => Err(Refused::bad(RefusalKind::TooBig, ARGUMENT_ERROR)),
        Dialect::Dovecot | Dialect::DovecotSlash if size > DOVECOT_LARGEST => Err(Refused::too_big()),
        _ => Ok(()),
    }
}

/// Checks a message.
pub(super) fn message(dialect: Dialect, bytes: &[u8]) -> Result<(), Refused> {
    size(dialect, bytes.len() as u64)?;
    match dialect {
        Dialect::Dovecot | Dialect::DovecotSlash if bytes.is_empty() => {
            Err(Refused::no(RefusalKind::Content, "Can't save a zero byte message."))
        }
        Dialect::Exchange if bytes.is_empty() || bytes.split(|b| *b == b'\n').any(|line| line.len() > EXCHANGE_LINE) => {
            Err(Refused::bad(RefusalKind::Content, ARGUMENT_ERROR))
        }
        _ => Ok(()),
    }
}

/// The capability line after login, without the word `CAPABILITY`: only what really works.
pub(in crate::sandbox) const fn capability_line(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Dovecot | Dialect::DovecotSlash => {
            "IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ AUTH=PLAIN MULTIAPPEND UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED \
             LIST-STATUS SPECIAL-USE CREATE-SPECIAL-USE QUOTA MOVE"
        }
        Dialect::Exchange => "IMAP4 IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+",
    }
}

/// How a login is refused.
pub(in crate::sandbox) const fn login_text(dialect: Dialect, refusal: LoginRefusal) -> &'static str {
    match (dialect, refusal) {
        (Dialect::Exchange, LoginRefusal::WrongPassword) => "LOGIN failed.",
        (Dialect::Exchange, LoginRefusal::ImapDisabled) => "User is authenticated but not connected.",
        (_, LoginRefusal::MustChangePassword) => "[ALERT] password must be changed before IMAP login permitted",
        (_, LoginRefusal::WrongPassword) => "[AUTHENTICATIONFAILED] Authentication failed.",
        (_, LoginRefusal::ImapDisabled) => "[AUTHORIZATIONFAILED] IMAP access is disabled for this account.",
    }
}

/// The account is full.
pub(in crate::sandbox) fn full(dialect: Dialect) -> Refused {
    match dialect {
        Dialect::Exchange => Refused::no(RefusalKind::Quota, "Server Unavailable. 15"),
        Dialect::Dovecot | Dialect::DovecotSlash => {
            Refused::no(RefusalKind::Quota, "[OVERQUOTA] Quota exceeded (mailbox for user is full)")
        }
    }
}

/// What an Exchange-like server shows for an item that is no message.
pub(super) fn placeholder(uid: u32) -> Bytes {
    Bytes::from(format!(
        "From: \"Microsoft Exchange Server\" <no-reply@example.com>\r\n\
         Subject: Retrieval using the IMAP4 protocol failed for the following message: {uid}\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\
         The server couldn't retrieve the following message:\r\n\r\nMessage number {uid}.\r\n\r\n\
         The message hasn't been deleted. You might be able to view the message using either Outlook or Outlook Web App.\r\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchange_knows_six_flags_and_dovecot_every_keyword() {
        assert!(flags(Dialect::Exchange, ["\\Seen", "$mdnsent"]).is_ok());
        assert_eq!(flags(Dialect::Exchange, ["$Forwarded"]).map_err(|r| (r.is_bad, r.text)), Err((true, ARGUMENT_ERROR.to_owned())));
        assert!(flags(Dialect::Dovecot, ["$Forwarded", "\\Flagged"]).is_ok());
        for wrong in ["\\Recent", "\\Foo"] {
            let refused = flags(Dialect::Dovecot, [wrong]).expect_err("refused");
            assert_eq!((refused.is_bad, refused.text), (true, format!("Invalid system flag {wrong}")));
        }
    }

    #[test]
    fn long_lines_and_nothing_at_all_are_refused() {
        let long = vec![b'x'; EXCHANGE_LINE + 1];
        assert!(message(Dialect::Exchange, &long).is_err_and(|r| r.is_bad));
        assert!(message(Dialect::Dovecot, &long).is_ok());
        assert!(message(Dialect::Dovecot, b"").is_err_and(|r| !r.is_bad && r.text.starts_with("Can't save a zero byte message")));
        assert!(size(Dialect::Exchange, EXCHANGE_LARGEST + 1).is_err_and(|r| r.kind == RefusalKind::TooBig));
    }
}
