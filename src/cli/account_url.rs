//! An account as an address: `imaps://USER@HOST[:PORT]`, user names percent-encoded (RFC 5092, without a password).

use std::str::FromStr;

use percent_encoding::percent_decode_str;

use crate::domain::{EndpointError, ImapEndpoint, Security};

/// Where an account is, and its user name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountUrl {
    /// The server.
    pub endpoint: ImapEndpoint,
    /// The user name, decoded.
    pub user: String,
}

/// Why a text is not such an address. No variant repeats the text: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Scheme, host, port or clear text.
    #[error("{0}")]
    Endpoint(#[from] EndpointError),
    /// There is no user name.
    #[error("the user name is missing: imaps://USER@HOST, with @ in the user name written as %40")]
    NoUser,
    /// The user name is not valid percent-encoded UTF-8, or holds control characters.
    #[error("the user name is malformed: @ is written as %40, % as %25")]
    User,
    /// A password in the address.
    #[error(
        "a password does not belong on the command line, where every program of this machine can read it; change it, and use --from-secret and --to-secret"
    )]
    Password,
    /// Something after the host.
    #[error("nothing may follow the host and port: all folders are copied")]
    Path,
}

impl FromStr for AccountUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(EndpointError::Scheme)?;
        let security = match scheme.to_ascii_lowercase().as_str() {
            "imaps" => Security::Tls,
            "imap+starttls" => Security::StartTls,
            "imap" => Security::ClearTextLoopback,
            _ => return Err(EndpointError::Scheme.into()),
        };
        let (user, host) = rest.rsplit_once('@').ok_or(UrlError::NoUser)?;
        if user.contains(':') {
            return Err(UrlError::Password);
        }
        let host = host.strip_suffix('/').unwrap_or(host);
        if host.contains(['/', '?', '#']) {
            return Err(UrlError::Path);
        }
        let endpoint = ImapEndpoint::parse_authority(host, security)?;
        Ok(Self { endpoint, user: decoded(user)? })
    }
}

fn decoded(user: &str) -> Result<String, UrlError> {
    let digits_follow = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    if user.split('%').skip(1).any(|rest| !digits_follow(rest)) {
        return Err(UrlError::User);
    }
    let user = percent_decode_str(user).decode_utf8().map_err(|_| UrlError::User)?;
    match user {
        user if user.is_empty() => Err(UrlError::NoUser),
        user if user.chars().any(char::is_control) || user.contains('/') => Err(UrlError::User),
        user => Ok(user.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<AccountUrl, UrlError> {
        text.parse()
    }

    #[test]
    fn accounts_are_read_with_the_usual_ports() {
        for (text, host, port, security, user) in [
            ("imaps://anna%40example.com@imap.example.com", "imap.example.com", 993, Security::Tls, "anna@example.com"),
            ("imaps://anna@mydomain.ovh@pro1.mail.ovh.net:1993/", "pro1.mail.ovh.net", 1993, Security::Tls, "anna@mydomain.ovh"),
            ("imap+starttls://j%c3%bcrgen%25@ex.example.org", "ex.example.org", 143, Security::StartTls, "jürgen%"),
            ("IMAP://test@[::1]:1143", "::1", 1143, Security::ClearTextLoopback, "test"),
        ] {
            let endpoint = ImapEndpoint { host: host.to_owned(), port, security, pin: None };
            assert_eq!(parse(text), Ok(AccountUrl { endpoint, user: user.to_owned() }), "{text}");
        }
    }

    #[test]
    fn malformed_accounts_are_refused_by_their_fault() {
        for (text, error) in [
            ("imap.example.com", UrlError::Endpoint(EndpointError::Scheme)),
            ("pop3://anna@example.com", UrlError::Endpoint(EndpointError::Scheme)),
            ("imaps://imap.example.com", UrlError::NoUser),
            ("imaps://@imap.example.com", UrlError::NoUser),
            ("imaps://anna:hunter2@imap.example.com", UrlError::Password),
            ("imaps://anna%4@imap.example.com", UrlError::User),
            ("imaps://anna%ff@imap.example.com", UrlError::User),
            ("imaps://anna%0d%0a@imap.example.com", UrlError::User),
            ("imaps://anna@imap.example.com/INBOX", UrlError::Path),
            ("imaps://anna@imap.example.com:0", UrlError::Endpoint(EndpointError::Port)),
            ("imaps://anna@", UrlError::Endpoint(EndpointError::Host)),
            ("imap://anna@imap.example.com", UrlError::Endpoint(EndpointError::ClearText)),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
        assert!(!parse("imaps://anna:hunter2@h").expect_err("refused").to_string().contains("hunter2"));
    }
}
