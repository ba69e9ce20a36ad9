//! Where servers are: the base URL of an API, the host and port of an IMAP server.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not a usable end point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The host is empty or holds blanks.
    #[error("the host name is missing or malformed")]
    Host,
    /// The port is not a number between 1 and 65535.
    #[error("the port must be a number between 1 and 65535")]
    Port,
    /// The scheme is unknown.
    #[error("use imaps://, imap+starttls:// or, for this machine only, imap://")]
    Scheme,
    /// Clear text to another machine.
    #[error("imap:// without encryption is allowed to this machine only; use imaps://")]
    ClearText,
    /// The API end point is neither a known name nor a URL.
    #[error("the API end point is ovh-eu, ovh-ca, ovh-us or a full https:// URL")]
    Api,
}

/// How a connection is protected. There is no fallback from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// TLS from the first byte (RFC 8314 §3.2), port 993.
    Tls,
    /// `STARTTLS` before anything else (RFC 9051 §6.2.1), port 143.
    StartTls,
    /// No encryption: loopback addresses only.
    ClearTextLoopback,
}

/// The SHA-256 of a server certificate that the person accepted by hand, as lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CertificatePin(pub String);

/// An IMAP server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ImapEndpoint {
    /// Host name or address literal, in lower case.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Protection of the connection.
    pub security: Security,
    /// Accept exactly this certificate instead of asking the system's trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<CertificatePin>,
}

impl ImapEndpoint {
    /// TLS on port 993.
    pub fn tls(host: &str) -> Self {
        Self { host: host.to_ascii_lowercase(), port: 993, security: Security::Tls, pin: None }
    }

    /// Parses `host` or `host:port` for a given protection, with that protection's usual port.
    ///
    /// # Errors
    /// [`EndpointError`] when the host or port is malformed, or clear text would leave this machine.
    pub fn parse_authority(text: &str, security: Security) -> Result<Self, EndpointError> {
        let text = text.trim();
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((literal, rest)) => (literal, rest.strip_prefix(':')),
            None => match text.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let host = host.to_ascii_lowercase();
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/' || c == '@') {
            return Err(EndpointError::Host);
        }
        let usual = if security == Security::Tls { 993 } else { 143 };
        let port = match port {
            None => usual,
            Some(digits) => match digits.parse::<u16>() {
                Ok(port) if port > 0 => port,
                _ => return Err(EndpointError::Port),
            },
        };
        if security == Security::ClearTextLoopback && !is_loopback(&host) {
            return Err(EndpointError::ClearText);
        }
        Ok(Self { host, port, security, pin: None })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl fmt::Display for ImapEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') { write!(f, "[{}]:{}", self.host, self.port) } else { write!(f, "{}:{}", self.host, self.port) }
    }
}

/// The base URL of the OVHcloud API, version 1, without a final slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApiEndpoint(String);

impl ApiEndpoint {
    /// The base URL, such as `https://eu.api.ovh.com/1.0`.
    pub fn base_url(&self) -> &str {
        &self.0
    }
}

impl FromStr for ApiEndpoint {
    type Err = EndpointError;

    /// Accepts the names of the official clients (`ovh-eu`, `ovh-ca`, `ovh-us`) or a full URL;
    /// `http://` only for this machine.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().trim_end_matches('/');
        let url = match text {
            "ovh-eu" => "https://eu.api.ovh.com/1.0",
            "ovh-ca" => "https://ca.api.ovh.com/1.0",
            "ovh-us" => "https://api.us.ovhcloud.com/1.0",
            other => other,
        };
        let is_clear_text_here = url.strip_prefix("http://").is_some_and(|rest| {
            let authority = rest.split('/').next().unwrap_or_default();
            let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
            is_loopback(host.trim_matches(['[', ']']))
        });
        let is_https = url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty());
        if (is_https || is_clear_text_here) && !url.contains(char::is_whitespace) {
            Ok(Self(url.to_owned()))
        } else {
            Err(EndpointError::Api)
        }
    }
}

impl TryFrom<String> for ApiEndpoint {
    type Error = EndpointError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ApiEndpoint> for String {
    fn from(endpoint: ApiEndpoint) -> Self {
        endpoint.0
    }
}

impl fmt::Display for ApiEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_text_stays_on_this_machine() {
        let parse = |text| ImapEndpoint::parse_authority(text, Security::ClearTextLoopback);
        assert!(parse("127.0.0.1:1143").is_ok());
        assert!(parse("[::1]:143").is_ok());
        assert_eq!(parse("imap.example.com"), Err(EndpointError::ClearText));
        assert!("http://127.0.0.1:8080/1.0".parse::<ApiEndpoint>().is_ok());
        assert_eq!("http://api.example.com/1.0".parse::<ApiEndpoint>(), Err(EndpointError::Api));
    }

    #[test]
    fn ports_and_hosts_are_checked() {
        let parse = |text| ImapEndpoint::parse_authority(text, Security::Tls);
        assert_eq!(parse("ex3.mail.ovh.net").map(|e| e.port), Ok(993));
        assert_eq!(parse("ex3.mail.ovh.net:0"), Err(EndpointError::Port));
        assert_eq!(parse("ex3.mail.ovh.net:70000"), Err(EndpointError::Port));
        assert_eq!(parse(""), Err(EndpointError::Host));
        assert_eq!(parse("https://x"), Err(EndpointError::Port));
    }
}
