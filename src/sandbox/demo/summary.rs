//! What `mailferry demo --serve --json` prints: one object with all that another client needs. The passwords in it open nothing but
//! the demo.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoSummary {
    /// The REST API.
    pub api: ApiSummary,
    /// The IMAP servers: `exchange`, `email-pro`, `mx-plan` (legacy, Zimbra, and by hand), `mx-plan-owa`, `mx-plan-zimbra`, `imap`.
    pub imap: BTreeMap<String, HostSummary>,
    /// The name servers.
    pub dns: DnsSummary,
    /// URL of the control panel for the guided way.
    pub panel: String,
    /// File with the certificate of the demo's authority, in PEM.
    pub ca: String,
}

/// The REST API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiSummary {
    /// Base URL, with the version.
    pub url: String,
    /// Application key.
    pub application_key: String,
    /// Application secret.
    pub application_secret: String,
    /// A consumer key that is accepted.
    pub consumer_key: String,
}

/// An IMAP server (TLS from the first byte).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostSummary {
    /// Loopback address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The name that it has in the wizard; its certificate has both.
    pub name: String,
    /// Accounts.
    pub accounts: Vec<LoginSummary>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoginSummary {
    /// User name.
    pub address: String,
    /// Password; null once somebody changed it.
    pub password: Option<String>,
}

/// The name servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DnsSummary {
    /// Loopback address.
    pub host: String,
    /// Port, UDP and TCP.
    pub port: u16,
    /// Zones that are served.
    pub zones: Vec<String>,
}

impl fmt::Display for DemoSummary {
    /// For people: what there is, where, and the passwords that open it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "An imaginary OVHcloud is served on this machine until Ctrl-C. Nothing in it is real.\n")?;
        writeln!(f, "API        {}", self.api.url)?;
        writeln!(f, "           application key     {}", self.api.application_key)?;
        writeln!(f, "           application secret  {}", self.api.application_secret)?;
        writeln!(f, "           consumer key        {}", self.api.consumer_key)?;
        for (platform, host) in &self.imap {
            writeln!(f, "\nIMAP, TLS  {}:{}  ({platform})", host.host, host.port)?;
            for login in &host.accounts {
                writeln!(f, "           {:<32}  {}", login.address, login.password.as_deref().unwrap_or("(changed since)"))?;
            }
        }
        writeln!(f, "\nDNS        {}:{}  {}", self.dns.host, self.dns.port, self.dns.zones.join(", "))?;
        writeln!(f, "Panel      {}", self.panel)?;
        write!(f, "CA         {}", self.ca)
    }
}
