//! What the platform finds when it looks at a domain's DNS: the badges, computed from what the world's name servers serve (ovh-api.md §6.1, §7).

use super::domains::selector_target;
use super::rdata::Rdata;
use super::state::{DomainState, ServiceState, State};
use crate::domain::{DomainName, Platform, ServiceId};

/// The mail exchangers of every platform.
pub(crate) const MAIL_EXCHANGERS: [(u16, &str); 4] =
    [(1, "mx0.mail.ovh.net"), (5, "mx1.mail.ovh.net"), (50, "mx2.mail.ovh.net"), (100, "mx3.mail.ovh.net")];

/// What SPF must include.
pub(crate) const SPF_INCLUDE: &str = "include:mx.ovh.com";

/// The badges of a domain, with what the checker saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Badges {
    pub(crate) is_mx_valid: bool,
    pub(crate) is_srv_valid: bool,
    pub(crate) is_spf_valid: bool,
    pub(crate) mx: Vec<String>,
    pub(crate) srv: Vec<String>,
    pub(crate) spf: Vec<String>,
    pub(crate) dkim: DkimBadge,
}

/// `dkimDiagnostics`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DkimBadge {
    pub(crate) state: &'static str,
    pub(crate) error: Option<(i64, &'static str)>,
}

impl State {
    /// Looks at the DNS of an attached domain.
    pub(crate) fn badges(&self, service: &ServiceState, domain: &DomainState) -> Badges {
        let mx = self.seen(&domain.name, "", "MX");
        let srv = self.seen(&domain.name, "_autodiscover._tcp", "SRV");
        let mut spf = self.seen(&domain.name, "", "TXT");
        spf.retain(|text| text.to_ascii_lowercase().starts_with("v=spf1"));
        Badges {
            is_mx_valid: MAIL_EXCHANGERS.iter().all(|(_, host)| mx.iter().any(|seen| seen.ends_with(host)))
                && mx.iter().all(|seen| seen.ends_with(".mail.ovh.net")),
            is_srv_valid: srv == [format!("0 0 443 {}", srv_host(service))],
            is_spf_valid: matches!(spf.as_slice(), [only] if only.split_whitespace().any(|word| word.trim_start_matches('+') == SPF_INCLUDE)),
            dkim: self.dkim_badge(service, domain),
            mx,
            srv,
            spf,
        }
    }

    /// Whether ownership is proven: the zone is in the same account, or the CNAME that was asked for is there.
    pub(crate) fn is_owned(&self, domain: &DomainState) -> bool {
        self.zone(&domain.name).is_ok() || self.seen(&domain.name, &domain.ownership_label, "CNAME") == ["ovh.com"]
    }

    fn dkim_badge(&self, service: &ServiceState, domain: &DomainState) -> DkimBadge {
        let badge = |state, error| DkimBadge { state, error };
        let seen = |name: &str| self.seen(&domain.name, &format!("{name}._domainkey"), "CNAME");
        let right = domain.dkim.iter().filter(|s| self.is_selector_right(service, &domain.name, &s.name)).count();
        if domain.dkim.is_empty() || domain.dkim.iter().all(|s| seen(&s.name).is_empty()) {
            badge("toConfigure", None)
        } else if domain.dkim.iter().any(|s| seen(&s.name).is_empty()) {
            badge("error", Some((504, "a CNAME record is missing")))
        } else if right < domain.dkim.len() {
            badge("error", Some((503, "a CNAME record is wrong")))
        } else if right < 2 {
            badge("error", Some((501, "one selector only")))
        } else {
            badge("active", None)
        }
    }

    fn is_selector_right(&self, service: &ServiceState, domain: &DomainName, selector: &str) -> bool {
        let target = selector_target(service.id.platform, selector);
        self.seen(domain, &format!("{selector}._domainkey"), "CNAME") == [target.trim_end_matches('.')]
    }

    /// Whether the CNAME of a selector is served as it should be.
    pub(crate) fn has_dkim_cname(&self, service: &ServiceId, domain: &DomainName, selector: &str) -> bool {
        self.service(service).is_ok_and(|service| self.is_selector_right(service, domain, selector))
    }

    /// What live DNS says of a name in a zone of the world, in presentation form.
    pub(crate) fn seen(&self, zone: &DomainName, sub_domain: &str, wire_type: &str) -> Vec<String> {
        let zone = self.zones.iter().find(|z| z.name == *zone);
        let found = zone.into_iter().flat_map(|z| z.served(sub_domain));
        found.filter(|(_, data)| data.wire_type() == wire_type).map(|(_, data): (_, Rdata)| data.shown()).collect()
    }
}

/// `expectedMX`.
pub(crate) fn expected_mx() -> Vec<String> {
    MAIL_EXCHANGERS.iter().map(|(preference, host)| format!("IN MX {preference} {host}.")).collect()
}

/// `expectedAutodiscoverSRV`.
pub(crate) fn expected_srv(service: &ServiceState) -> String {
    format!("_autodiscover._tcp IN SRV 0 0 443 {}.", srv_host(service))
}

/// Where programs find their settings: at the service's host, but for Zimbra, which has one for all (guides).
pub(crate) fn srv_host(service: &ServiceState) -> &str {
    if service.id.platform == Platform::Zimbra { "zimbra1.mail.ovh.net" } else { &service.hostname }
}

/// `expectedSPF`.
pub(crate) fn expected_spf() -> String {
    format!("IN TXT v=spf1 {SPF_INCLUDE} ~all")
}
