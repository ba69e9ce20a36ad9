//! What should be there: from the platform's own words where it has an API, from what is known of the platform where not.

use crate::domain::{AttachedDomain, DkimState, DomainName, Platform};
use crate::settings::{Platforms, Region, SrvHost};

use super::values::{MxLine, SrvLine, host};

/// What the platform's own badges say; `None` where it has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Badges {
    /// MX.
    pub mx: Option<bool>,
    /// Autodiscover.
    pub srv: Option<bool>,
    /// SPF.
    pub spf: Option<bool>,
    /// Proof of ownership.
    pub ownership: Option<bool>,
}

/// The records that a mail domain should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub(super) domain: DomainName,
    pub(super) mx: Vec<MxLine>,
    /// Hosts that do no harm beside them.
    pub(super) also_accepted_mx: Vec<String>,
    pub(super) leftover_mx: Vec<String>,
    pub(super) srv: Option<SrvLine>,
    pub(super) leftover_autodiscover: Vec<String>,
    /// Mechanisms that the SPF record must hold; none: it is not checked.
    pub(super) spf: Vec<String>,
    /// `None`: the selectors are not known; empty: signing is off.
    pub(super) dkim: Option<Vec<DkimState>>,
    /// Owner name of the ownership CNAME, while the platform asks for it.
    pub(super) ownership: Option<String>,
    pub(super) badges: Badges,
}

impl Expected {
    /// From what is known of a platform. `service_host` is the mail host of the service (`pro1.mail.ovh.net`), if known: it tells the
    /// region and the autodiscover target. A server without a platform expects nothing but DMARC.
    pub fn from_platform(domain: &DomainName, platform: Platform, service_host: Option<&str>, platforms: &Platforms) -> Self {
        let inbound = platforms.inbound(service_host.map_or(Region::Eu, Region::of_host));
        let hosts = |lines: &[String]| lines.iter().filter_map(|line| MxLine::parse(line)).map(|line| line.host).collect();
        let dns = platforms.facts(platform).dns.as_ref();
        let srv_host = dns.and_then(|dns| match &dns.srv_host {
            SrvHost::OfService => service_host.map(host),
            SrvHost::NotExpected => None,
            SrvHost::Fixed(fixed) => Some(host(fixed)),
        });
        Self {
            domain: domain.clone(),
            mx: dns.map_or(Vec::new(), |_| inbound.mx.iter().filter_map(|line| MxLine::parse(line)).collect()),
            also_accepted_mx: hosts(&inbound.also_accepted),
            leftover_mx: platforms.leftovers().mx.clone(),
            srv: srv_host.map(|target| SrvLine { priority: 0, weight: 0, port: 443, target }),
            leftover_autodiscover: platforms.leftovers().autodiscover.clone(),
            spf: dns.map_or(Vec::new(), |dns| vec![format!("include:{}", dns.spf_include)]),
            dkim: None,
            ownership: None,
            badges: Badges::default(),
        }
    }

    /// From the platform's own diagnostics; what these leave out, or write in a way that cannot be read, comes from
    /// [`Self::from_platform`].
    pub fn from_api(attached: &AttachedDomain, platform: Platform, service_host: Option<&str>, platforms: &Platforms) -> Self {
        let mut expected = Self::from_platform(&attached.name, platform, service_host, platforms);
        let mx: Vec<MxLine> = attached.expected_mx.iter().filter_map(|line| mx_line(line)).collect();
        if !mx.is_empty() {
            let usual = expected.mx.into_iter().map(|line| line.host);
            expected.also_accepted_mx.extend(usual);
            expected.mx = mx;
        }
        if let Some(srv) = attached.expected_srv.as_deref().and_then(srv_line) {
            expected.srv = Some(srv);
        }
        if let Some(spf) = attached.expected_spf.as_deref().map(spf_mechanisms).filter(|terms| !terms.is_empty()) {
            expected.spf = spf;
        }
        expected.dkim = Some(attached.dkim.clone());
        expected.ownership = attached.ownership_cname.as_deref().map(|label| relative(label, &attached.name));
        expected.badges = Badges {
            mx: Some(attached.is_mx_valid),
            srv: expected.srv.is_some().then_some(attached.is_srv_valid),
            spf: Some(attached.is_spf_valid),
            ownership: Some(attached.is_validated),
        };
        expected
    }

    /// The domain that is judged.
    pub const fn domain(&self) -> &DomainName {
        &self.domain
    }
}

/// The API writes a label; should it write the whole name one day, the domain is taken off.
fn relative(name: &str, domain: &DomainName) -> String {
    let name = host(name);
    name.strip_suffix(&format!(".{domain}")).unwrap_or(&name).to_owned()
}

/// `IN MX 1 mx0.mail.ovh.net.`
fn mx_line(line: &str) -> Option<MxLine> {
    MxLine::parse(after_type(line, "MX")?)
}

/// `_autodiscover._tcp IN SRV 0 0 443 ex3.mail.ovh.net.`
fn srv_line(line: &str) -> Option<SrvLine> {
    SrvLine::parse(after_type(line, "SRV")?)
}

/// `IN TXT v=spf1 include:mx.ovh.com ~all`: what stands before `all`.
fn spf_mechanisms(line: &str) -> Vec<String> {
    let start = line.to_ascii_lowercase().find("v=spf1");
    let terms = start.map_or("", |start| &line[start + "v=spf1".len()..]).trim_end_matches('"').split_whitespace();
    let is_end = |term: &str| term.trim_start_matches(['+', '-', '~', '?']).eq_ignore_ascii_case("all");
    terms.take_while(|term| !is_end(term)).map(str::to_owned).collect()
}

/// What follows `IN <type>`, in any case.
fn after_type<'a>(line: &'a str, record_type: &str) -> Option<&'a str> {
    let mark = format!("in {} ", record_type.to_ascii_lowercase());
    let at = line.to_ascii_lowercase().find(&mark)?;
    Some(line[at + mark.len()..].trim())
}
