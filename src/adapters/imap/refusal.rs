//! What a refusal means: codes first (RFC 5530, RFC 9208, RFC 7889), then the words that real servers use.

use super::code::Code;
use super::reply::{Outcome, Status};
use crate::ports::{MailError, Refusal, RefusalKind};

/// What a server that asks for patience without a number gets.
const USUAL_PATIENCE_MILLIS: u64 = 300_000;

/// The wait that a throttled server asks for: `Request is throttled. Suggested Backoff Time: 299961 milliseconds`.
pub(super) fn throttled_millis(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    if let Some((_, after)) = text.split_once("backoff time:") {
        let digits: String = after.trim_start().chars().take_while(char::is_ascii_digit).collect();
        return Some(digits.parse().unwrap_or(USUAL_PATIENCE_MILLIS));
    }
    text.contains("request is throttled").then_some(USUAL_PATIENCE_MILLIS)
}

/// The refusal in a NO or BAD.
pub(super) fn refusal(outcome: &Outcome) -> Refusal {
    let code = outcome.code.as_ref().map_or("", Code::name);
    Refusal { kind: kind_of(code, &outcome.text, outcome.status), text: outcome.text.clone() }
}

/// A NO or BAD to a command of a connection that goes on, unless it says otherwise.
pub(super) fn refused(outcome: &Outcome) -> MailError {
    match throttled_millis(&outcome.text) {
        Some(wait_millis) => MailError::Throttled { wait_millis },
        None => MailError::Refused(refusal(outcome)),
    }
}

fn kind_of(code: &str, text: &str, status: Status) -> RefusalKind {
    match code {
        "OVERQUOTA" => return RefusalKind::Quota,
        "TOOBIG" => return RefusalKind::TooBig,
        "TRYCREATE" | "NONEXISTENT" => return RefusalKind::NoMailbox,
        "LIMIT" | "BADEVENT" | "UNKNOWN-CTE" => return RefusalKind::Content,
        _ => {}
    }
    let text = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    // The Exchange family says "Server Unavailable. 15" when an account is full, and other numbers for other things.
    if says(&["quota", "mailbox is full", "mailbox full", "find a bigger place", "server unavailable. 15"]) {
        RefusalKind::Quota
    } else if says(&["maximum size", "message size", "too large", "too big"]) {
        RefusalKind::TooBig
    } else if says(&["mailbox doesn't exist", "does not exist", "doesn't exist", "no such mailbox", "unknown mailbox", "no such folder"]) {
        RefusalKind::NoMailbox
    } else if status == Status::Bad || says(&["zero byte", "zero-length", "nul ", "invalid", "virus"]) {
        RefusalKind::Content
    } else {
        RefusalKind::Unsaid
    }
}

/// Whether a refused CREATE says that the mailbox is there already.
pub(super) fn says_it_exists(outcome: &Outcome) -> bool {
    outcome.code.as_ref().map(Code::name) == Some("ALREADYEXISTS") || outcome.text.to_ascii_lowercase().contains("already exists")
}

/// What a refused login means.
pub(super) fn login_refused(host: &str, user: &str, outcome: &Outcome) -> MailError {
    let (host, user, text) = (host.to_owned(), user.to_owned(), outcome.text.clone());
    let said = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if let Some(wait_millis) = throttled_millis(&said) {
        return MailError::Throttled { wait_millis };
    }
    match outcome.code.as_ref().map_or("", Code::name) {
        "AUTHENTICATIONFAILED" => return MailError::Login { host, user, text },
        "ALERT" | "EXPIRED" | "AUTHORIZATIONFAILED" | "CONTACTADMIN" | "PRIVACYREQUIRED" => {
            return MailError::NotAllowed { host, user, text };
        }
        "UNAVAILABLE" | "INUSE" | "LIMIT" | "SERVERBUG" => return MailError::Unreachable { host, cause: text },
        _ => {}
    }
    if is_not_allowed(&said) {
        MailError::NotAllowed { host, user, text }
    } else if says(&["too many", "try again", "temporar", "unavailable"]) {
        MailError::Unreachable { host, cause: text }
    } else {
        MailError::Login { host, user, text }
    }
}

/// Whether words mean that the login is known but may not be used.
pub(super) fn is_not_allowed(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let words = [
        "password must be changed",
        "password expired",
        "password has expired",
        "authenticated but not connected",
        "imap is disabled",
        "imap access is disabled",
        "imap disabled",
        "not enabled for imap",
        "imap is not enabled",
        "account is disabled",
        "account is locked",
        "account inactive",
    ];
    words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: Status, text: &str) -> Outcome {
        Outcome { status, code: Code::from_text(text), text: text.to_owned() }
    }

    #[test]
    fn the_wait_is_read_from_the_words() {
        assert_eq!(throttled_millis("Request is throttled. Suggested Backoff Time: 299961 milliseconds"), Some(299_961));
        assert_eq!(throttled_millis("Request is throttled."), Some(USUAL_PATIENCE_MILLIS));
        assert_eq!(throttled_millis("APPEND failed"), None);
    }

    #[test]
    fn refusals_are_known_by_code_or_words() {
        use RefusalKind as K;
        for (text, kind) in [
            ("[OVERQUOTA] no room", K::Quota),
            ("Quota limit will be exceeded", K::Quota),
            ("Server Unavailable. 15", K::Quota),
            ("[TRYCREATE] Mailbox doesn't exist: Archive", K::NoMailbox),
            ("Maximum size of appendable message has been exceeded", K::TooBig),
            ("[TOOBIG] 40 MB", K::TooBig),
            ("Can't save a zero byte message", K::Content),
            ("APPEND failed", K::Unsaid),
        ] {
            assert_eq!(refusal(&outcome(Status::No, text)).kind, kind, "{text}");
        }
        assert_eq!(refusal(&outcome(Status::Bad, "Command Argument Error. 11")).kind, K::Content);
    }

    #[test]
    fn logins_are_refused_for_different_reasons() {
        let why = |text| login_refused("h:993", "u", &outcome(Status::No, text));
        assert!(matches!(why("[AUTHENTICATIONFAILED] Authentication failed."), MailError::Login { .. }));
        assert!(matches!(why("LOGIN failed."), MailError::Login { .. }));
        assert!(matches!(why("[ALERT] password must be changed before IMAP login permitted"), MailError::NotAllowed { .. }));
        assert!(matches!(why("User is authenticated but not connected."), MailError::NotAllowed { .. }));
        assert!(matches!(why("[UNAVAILABLE] Temporary authentication failure."), MailError::Unreachable { .. }));
        assert!(matches!(why("Request is throttled. Suggested Backoff Time: 5 milliseconds"), MailError::Throttled { wait_millis: 5 }));
    }
}
