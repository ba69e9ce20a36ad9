//! How a world begins: an Exchange service with three people on it, an Email Pro service with free seats, two plain hosts, and a DNS
//! zone with the leftovers that such zones have.

use super::credential_text::Verifier;
use super::domains::prepared_selectors;
use super::operation::placeholder;
use super::passwords::PasswordRules;
use super::state::{AccountState, Condition, DomainState, Names, PlainAccount, PlainHost, ServiceState, State, Zone, owner};
use crate::domain::{
    AccessRule, CredentialStatus, DomainName, DomainType, EmailAddress, Moment, Platform, SeatModel, ServiceId, ZoneRecord,
};

/// Mail host of the Exchange service.
pub const EXCHANGE_HOST: &str = "ex3.mail.ovh.net";
/// Mail host of the Email Pro service.
pub const EMAIL_PRO_HOST: &str = "pro1.mail.ovh.net";
/// A plain host at some other provider.
pub const FOREIGN_HOST: &str = "imap.example.org";
/// A plain host that stands for a platform without API access.
pub const PLAIN_HOST: &str = "imap.mail.ovh.net";
/// The domain of the demo.
pub const DOMAIN: &str = "mydomain.ovh";
/// The domain of the account that can go the other way, from Email Pro to Exchange.
pub const OTHER_DOMAIN: &str = "example.com";

const SERVICE_NUMBER: &str = "zz111111-1";
const YEAR_MILLIS: i64 = 365 * 86_400_000;

/// The Exchange service.
pub fn exchange_service() -> ServiceId {
    let name = format!("hosted-{SERVICE_NUMBER}");
    ServiceId { platform: Platform::Exchange, organization: Some(name.clone()), name }
}

/// The Email Pro service.
pub fn email_pro_service() -> ServiceId {
    ServiceId { platform: Platform::EmailPro, organization: None, name: format!("emailpro-{SERVICE_NUMBER}") }
}

impl State {
    /// The world on its first day.
    pub(crate) fn begin(seed: u64, now: Moment) -> Self {
        let mut state = Self {
            seed,
            saved_at: now,
            last_number: 5_123_000,
            services: Vec::new(),
            hosts: Vec::new(),
            zones: Vec::new(),
            consumer_keys: Vec::new(),
            tokens: Vec::new(),
            released: Vec::new(),
            owns_all_platforms: false,
        };
        let exchange = state.exchange(now);
        let email_pro = state.email_pro(now);
        state.services = vec![exchange, email_pro];
        state.hosts = vec![
            state.plain_host(FOREIGN_HOST, "Example Hosting", &["marie.duval@example.org", "office@example.org"]),
            state.plain_host(PLAIN_HOST, "MX Plan", &["postmaster@example.org"]),
        ];
        let managed = state.zone_of(DOMAIN, true, &managed_records(), now);
        let foreign = state.zone_of("example.org", false, &foreign_records(), now);
        let other = state.zone_of(OTHER_DOMAIN, true, &other_records(), now);
        state.zones = vec![managed, other, foreign];
        let rules = ["GET", "POST", "PUT", "DELETE"].map(|method| AccessRule { method: method.to_owned(), path: "/*".to_owned() });
        let key = state.ask_for_key(rules.to_vec(), None, super::time::Turn { now, pace: super::Pace::Human });
        if let Some(first) = state.consumer_keys.iter_mut().find(|k| k.number == key.number) {
            first.status = CredentialStatus::Validated;
        }
        state
    }

    fn exchange(&mut self, now: Moment) -> ServiceState {
        let mut service = empty_service(exchange_service(), EXCHANGE_HOST, "https://ex3.mail.ovh.net/owa/", now);
        service.display_name = Some("Company mail".to_owned());
        service.quota_gb = 50;
        service.largest_mb = 100;
        service.shortest_password = 8;
        for (address, first, last) in [("john.smith", "John", "Smith"), ("anna.keller", "Anna", "Keller"), ("info", "Information", "Desk")]
        {
            service.accounts.push(self.configured(EXCHANGE_HOST, &format!("{address}@{DOMAIN}"), (first, last), now));
        }
        service.accounts.extend((0..3).map(|_| self.free_seat(now)));
        service.domains.push(attached(DOMAIN, &service.id, now));
        service
    }

    fn email_pro(&mut self, now: Moment) -> ServiceState {
        let mut service = empty_service(email_pro_service(), EMAIL_PRO_HOST, "https://pro1.mail.ovh.net/owa/", now);
        service.quota_gb = 10;
        service.largest_mb = 100;
        service.shortest_password = 9;
        service.accounts.push(self.configured(EMAIL_PRO_HOST, &format!("sales@{OTHER_DOMAIN}"), ("Sales", "Team"), now));
        service.accounts.extend((0..5).map(|_| self.free_seat(now)));
        service.domains.push(attached(OTHER_DOMAIN, &service.id, now));
        service
    }

    /// An account that has been in use.
    pub(crate) fn configured(&mut self, host: &str, text: &str, (first, last): (&str, &str), now: Moment) -> AccountState {
        let address = address(text);
        let names = Names {
            display: Some(format!("{first} {last}")),
            first: Some(first.to_owned()),
            last: Some(last.to_owned()),
            ..Names::default()
        };
        AccountState {
            password: Some(Verifier::Seeded { host: host.to_owned(), address: address.clone() }),
            address,
            is_configured: true,
            names,
            last_logon: Some(Moment(now.0 - 3_600_000 * 5)),
            password_changed: Some(Moment(now.0 - YEAR_MILLIS)),
            ..self.free_seat(now)
        }
    }

    /// A free seat.
    pub(crate) fn free_seat(&mut self, now: Moment) -> AccountState {
        let id = self.number();
        AccountState::seat(id, placeholder(self.seed, id), Moment(now.0 - 3 * YEAR_MILLIS))
    }

    /// A host without a platform.
    pub(crate) fn plain_host(&mut self, hostname: &str, title: &str, addresses: &[&str]) -> PlainHost {
        let accounts = addresses.iter().map(|text| {
            let address = address(text);
            let password = Verifier::Seeded { host: hostname.to_owned(), address: address.clone() };
            PlainAccount { mail: self.number().unsigned_abs(), address, password }
        });
        PlainHost { accounts: accounts.collect(), hostname: hostname.to_owned(), title: title.to_owned() }
    }

    /// A zone that is served as it is.
    pub(crate) fn zone_of(&mut self, text: &str, is_managed: bool, records: &[(&str, &str, &str)], now: Moment) -> Zone {
        let records: Vec<ZoneRecord> = records
            .iter()
            .map(|(sub_domain, field_type, target)| ZoneRecord {
                id: self.number(),
                field_type: (*field_type).to_owned(),
                sub_domain: (*sub_domain).to_owned(),
                target: (*target).to_owned(),
                ttl: 0,
            })
            .collect();
        let served = records.clone();
        Zone { name: name(text), is_managed, records, served, serial: 2_026_010_100, publishing: None, updated: now }
    }
}

/// A service without anything in it.
pub(crate) fn empty_service(id: ServiceId, hostname: &str, webmail: &str, now: Moment) -> ServiceState {
    ServiceState {
        id,
        display_name: None,
        hostname: hostname.to_owned(),
        webmail: webmail.to_owned(),
        condition: Condition::Ok,
        is_imap_enabled: true,
        quota_gb: 10,
        largest_mb: 100,
        shortest_password: 9,
        accounts: Vec::new(),
        domains: Vec::new(),
        operations: Vec::new(),
        created: Moment(now.0 - 3 * YEAR_MILLIS),
        rules: PasswordRules::default(),
        seats: SeatModel::Placeholders,
        slots: Vec::new(),
        most_accounts: None,
        organizations: Vec::new(),
        contacts: owner(),
        shared: Vec::new(),
        networks: Vec::new(),
        failed: Vec::new(),
    }
}

/// A domain that is attached for years.
pub(crate) fn attached(domain: &str, service: &ServiceId, now: Moment) -> DomainState {
    DomainState {
        name: name(domain),
        domain_type: DomainType::Authoritative,
        relay: None,
        ownership_label: "ovh-demo".to_owned(),
        dkim: prepared_selectors(service.platform, now),
        organization: None,
        id: 0,
    }
}

/// Mail arrives where it should; the rest is what years of changes leave behind.
fn managed_records() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("", "NS", "dns200.anycast.me."),
        ("", "NS", "ns200.anycast.me."),
        ("", "A", "203.0.113.10"),
        ("www", "CNAME", "mydomain.ovh."),
        ("", "TXT", "\"1|www.mydomain.ovh\""),
        ("", "MX", "1 mx0.mail.ovh.net."),
        ("", "MX", "5 mx1.mail.ovh.net."),
        ("", "MX", "50 mx2.mail.ovh.net."),
        ("", "MX", "100 mx3.mail.ovh.net."),
        ("", "TXT", "\"v=spf1 include:spf.example.com ~all\""),
        ("_autodiscover._tcp", "SRV", "0 0 443 mailconfig.ovh.net."),
        ("autodiscover", "CNAME", "mailconfig.ovh.net."),
        ("autoconfig", "CNAME", "mailconfig.ovh.net."),
        ("_imaps._tcp", "SRV", "0 0 993 ssl0.ovh.net."),
        ("_submission._tcp", "SRV", "0 0 465 ssl0.ovh.net."),
        ("imap", "CNAME", "ssl0.ovh.net."),
        ("smtp", "CNAME", "ssl0.ovh.net."),
    ]
}

/// In order for Email Pro, but for DKIM and DMARC, which nobody ever set up.
pub(crate) fn other_records() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("", "NS", "dns200.anycast.me."),
        ("", "NS", "ns200.anycast.me."),
        ("", "A", "203.0.113.30"),
        ("", "MX", "1 mx0.mail.ovh.net."),
        ("", "MX", "5 mx1.mail.ovh.net."),
        ("", "MX", "50 mx2.mail.ovh.net."),
        ("", "MX", "100 mx3.mail.ovh.net."),
        ("", "SPF", "\"v=spf1 include:mx.ovh.com ~all\""),
        ("_autodiscover._tcp", "SRV", "0 0 443 pro1.mail.ovh.net."),
    ]
}

/// A zone at somebody else's, for the guided way.
fn foreign_records() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("", "NS", "dns200.anycast.me."),
        ("", "NS", "ns200.anycast.me."),
        ("", "A", "203.0.113.20"),
        ("www", "A", "203.0.113.20"),
        ("", "MX", "10 mail.example.org."),
        ("mail", "A", "203.0.113.25"),
        ("", "TXT", "\"v=spf1 mx -all\""),
        ("imap", "A", "203.0.113.26"),
    ]
}

pub(crate) fn name(text: &str) -> DomainName {
    text.parse().expect("a constant of this file")
}

pub(crate) fn address(text: &str) -> EmailAddress {
    text.parse().expect("made of constants of this file")
}
