//! What a dialect takes: flags, dates, sizes, lines. The words are those of the real servers, as far as they were seen.

use bytes::Bytes;

use super::access::{Dialect, LoginRefusal};
use super::manners::Keywords;
use super::refused::Refused;
use crate::domain::{Flags, InternalDate, Keyword, SystemFlag};
use crate::ports::RefusalKind;

/// The one answer of an Exchange-like server to almost anything.
const ARGUMENT_ERROR: &str = "Command Argument Error. 11";
/// The last second that a Zimbra-like server takes, 2038-01-19T03:14:07Z.
const LAST_SECOND: i64 = 2_147_483_647;
/// Longest name of a tag of a Zimbra-like server.
const LONGEST_TAG: usize = 255;

/// The one answer of a Zimbra-like server to almost anything; the command's name is put before it ([`worded`]).
fn failed() -> Refused {
    Refused::no(RefusalKind::Unsaid, "failed")
}

/// Keywords that can be stored; `None`: any.
pub(in crate::sandbox) const fn keywords(dialect: Dialect) -> Option<&'static [&'static str]> {
    match dialect.manners().keywords {
        Keywords::Any | Keywords::AnyBut(_) => None,
        Keywords::Only(known) => Some(known),
        Keywords::Dropped => Some(&[]),
    }
}

fn is_among(known: &[&str], name: &str) -> bool {
    known.iter().any(|k| k.eq_ignore_ascii_case(name))
}

/// Reads flag names as a client sent them; what the server forgets is left out.
pub(super) fn flags<'a>(dialect: Dialect, names: impl IntoIterator<Item = &'a str>) -> Result<Flags, Refused> {
    let mut kept = Vec::new();
    for name in names {
        let is_system = SystemFlag::ALL.iter().any(|f| f.wire().eq_ignore_ascii_case(name));
        if is_system {
            kept.push(name);
            continue;
        }
        let is_keyword = Keyword::new(name).is_some();
        match dialect.manners().keywords {
            Keywords::Any if is_keyword => kept.push(name),
            Keywords::AnyBut(forgotten) if is_tag(name) => {
                if !is_among(forgotten, name) {
                    kept.push(name);
                }
            }
            Keywords::Only(known) if is_keyword && is_among(known, name) => kept.push(name),
            Keywords::Dropped if is_keyword => {}
            _ => return Err(flag_refused(dialect, name)),
        }
    }
    Ok(Flags::from_wire(kept))
}

/// What can be a tag of a Zimbra-like server (zm-mailbox, `Tag.validateItemName`).
fn is_tag(name: &str) -> bool {
    Keyword::new(name).is_some() && name.len() <= LONGEST_TAG && !name.contains(':')
}

fn flag_refused(dialect: Dialect, name: &str) -> Refused {
    match dialect {
        Dialect::Exchange => Refused::bad(RefusalKind::Content, ARGUMENT_ERROR),
        Dialect::Zimbra if name.starts_with('\\') => Refused::bad(RefusalKind::Content, &format!("parse error: invalid flag: {name}")),
        Dialect::Zimbra => failed(),
        _ if name.starts_with('\\') => Refused::bad(RefusalKind::Content, &format!("Invalid system flag {name}")),
        _ => Refused::bad(RefusalKind::Content, "Invalid flags list"),
    }
}

/// Checks a date.
pub(super) fn date(dialect: Dialect, date: Option<InternalDate>) -> Result<(), Refused> {
    let is_late = date.is_some_and(|date| date.unix_seconds() > LAST_SECOND);
    if dialect.is_zimbra() && is_late { Err(failed()) } else { Ok(()) }
}

/// Checks an announced size.
pub(super) fn size(dialect: Dialect, size: u64) -> Result<(), Refused> {
    if size > dialect.manners().largest { Err(too_big(dialect)) } else { Ok(()) }
}

/// The message is too large.
pub(in crate::sandbox) fn too_big(dialect: Dialect) -> Refused {
    match dialect {
        Dialect::Exchange => Refused::bad(RefusalKind::TooBig, ARGUMENT_ERROR),
        Dialect::Zimbra => Refused::bad(RefusalKind::TooBig, "maximum message size exceeded"),
        _ => Refused::too_big(),
    }
}

/// Checks a message.
pub(super) fn message(dialect: Dialect, bytes: &[u8]) -> Result<(), Refused> {
    size(dialect, bytes.len() as u64)?;
    let longest = dialect.manners().message_line;
    match dialect {
        Dialect::Exchange => {
            let has_long_line = bytes.split(|b| *b == b'\n').any(|line| line.len() > longest);
            let is_taken = !bytes.is_empty() && !has_long_line && !bytes.contains(&0);
            if is_taken { Ok(()) } else { Err(Refused::bad(RefusalKind::Content, ARGUMENT_ERROR)) }
        }
        Dialect::Zimbra if bytes.is_empty() => Err(failed()),
        Dialect::Cyrus if bytes.contains(&0) => Err(Refused::no(RefusalKind::Content, "Message contains NUL characters")),
        Dialect::Cyrus if has_bare_newline(bytes) => Err(Refused::no(RefusalKind::Content, "Message contains bare newlines")),
        _ if bytes.is_empty() => Err(Refused::no(RefusalKind::Content, "Can't save a zero byte message.")),
        _ => Ok(()),
    }
}

fn has_bare_newline(bytes: &[u8]) -> bool {
    (0..bytes.len()).any(|at| bytes[at] == b'\n' && (at == 0 || bytes[at - 1] != b'\r'))
}

/// How a login is refused.
pub(in crate::sandbox) const fn login_text(dialect: Dialect, refusal: LoginRefusal) -> &'static str {
    match (dialect, refusal) {
        (Dialect::Exchange | Dialect::Zimbra | Dialect::Minimal, LoginRefusal::WrongPassword) => "LOGIN failed.",
        (Dialect::Courier | Dialect::Cyrus, LoginRefusal::WrongPassword) => "Login failed.",
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
        Dialect::Zimbra => failed(),
        Dialect::Minimal => Refused::no(RefusalKind::Quota, "Mailbox is full"),
        Dialect::Cyrus => Refused::no(RefusalKind::Quota, "Over quota"),
        Dialect::Courier => Refused::no(RefusalKind::Quota, "You exceeded your mail quota."),
    }
}

/// A refusal as the dialect says it of a command: a Zimbra-like server names the command and nothing else.
pub(in crate::sandbox) fn worded(dialect: Dialect, command: &str, refused: Refused) -> Refused {
    if !dialect.is_zimbra() || refused.is_bad {
        return refused;
    }
    let command = command.strip_prefix("UID ").unwrap_or(command);
    let code = refused.text.strip_prefix("[TRYCREATE]").map(|_| "[TRYCREATE] ");
    match code {
        Some(code) => Refused::no(RefusalKind::NoMailbox, &format!("{code}{command} failed")),
        None if refused.text.starts_with('[') => refused,
        None => Refused::no(RefusalKind::Unsaid, &format!("{command} failed")),
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
    fn zimbra_forgets_junk_flags_and_refuses_what_cannot_be_a_tag() {
        let kept = |names: &[&str]| flags(Dialect::Zimbra, names.iter().copied()).map(|f| f.to_string()).map_err(|r| r.text);
        assert_eq!(kept(&["\\Seen", "$Junk", "notjunk", "$Forwarded", "Work"]).as_deref(), Ok("\\Seen $Forwarded Work"));
        assert_eq!(kept(&["EmailswithStickyNotes:FLAG51135"]).as_deref(), Err(&"failed".to_owned()));
        let late: InternalDate = "20-Jan-2038 00:00:00 +0000".parse().expect("valid");
        assert!(date(Dialect::Zimbra, Some(late)).is_err() && date(Dialect::Dovecot, Some(late)).is_ok());
        assert_eq!(worded(Dialect::Zimbra, "APPEND", full(Dialect::Zimbra)), Refused::no(RefusalKind::Unsaid, "APPEND failed"));
        let missing = Refused::no(RefusalKind::NoMailbox, "[TRYCREATE] x");
        assert_eq!(worded(Dialect::Zimbra, "UID COPY", missing).text, "[TRYCREATE] COPY failed");
    }

    #[test]
    fn a_minimal_server_drops_keywords() {
        assert_eq!(flags(Dialect::Minimal, ["\\Seen", "Work"]).map(|f| f.to_string()), Ok("\\Seen".to_owned()));
    }

    #[test]
    fn long_lines_and_nothing_at_all_are_refused() {
        let most = Dialect::Exchange.manners().message_line;
        let long = vec![b'x'; most + 1];
        assert!(message(Dialect::Exchange, &long).is_err_and(|r| r.is_bad));
        assert!(message(Dialect::Exchange, b"x\0").is_err_and(|r| r.is_bad));
        assert!(message(Dialect::Dovecot, &long).is_ok());
        assert!(message(Dialect::Dovecot, b"").is_err_and(|r| !r.is_bad && r.text.starts_with("Can't save a zero byte message")));
        let largest = Dialect::Exchange.manners().largest;
        assert!(size(Dialect::Exchange, largest + 1).is_err_and(|r| r.kind == RefusalKind::TooBig));
    }
}
