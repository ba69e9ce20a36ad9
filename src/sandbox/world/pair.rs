//! A small, quick world for one pair of platforms: one service that is left, one that is moved to, a zone, and people with a little mail
//! and with what else accounts have.

use std::collections::BTreeMap;

use super::handle::{World, WorldOptions};
use super::offers::{Plan, service_id};
use super::seed::{DOMAIN, OTHER_DOMAIN, address, name, other_records};
use super::state::{ServiceState, SharedFeature, State};
use super::time::Pace;
use crate::domain::{
    DomainName, DomainType, EmailAddress, Feature, FilterRule, Flags, InternalDate, MailboxName, Moment, Platform, Right, Secret, ServiceId,
};
use crate::sandbox::mail::MailWorld;

/// Who is in such a world.
#[derive(Debug, Clone)]
pub struct PairCast {
    /// The service that is left.
    pub from: ServiceId,
    /// Its IMAP host.
    pub from_host: String,
    /// The service that is moved to.
    pub to: ServiceId,
    /// Its IMAP host.
    pub to_host: String,
    /// The domain of all accounts; its zone is in the same API account.
    pub domain: DomainName,
    /// Accounts of the source and their passwords. The first has no redirection and no automatic reply; the second has all that its
    /// platform knows.
    pub accounts: Vec<(EmailAddress, Secret)>,
}

const SEED: u64 = 11;
const NOW: Moment = Moment(1_790_000_000_000);
const PEOPLE: [(&str, &str, &str); 3] = [("john.smith", "John", "Smith"), ("anna.keller", "Anna", "Keller"), ("info", "Information", "Desk")];

impl World {
    /// A world in memory with one service of each platform; a second one where both are the same. A platform without API is a host. The
    /// domain is not attached at the target, unless that is an MX Plan, which has it from the beginning.
    pub fn for_pair(from: Platform, to: Platform) -> (Self, PairCast) {
        let domain = name(DOMAIN);
        // A legacy MX Plan is called by its domain: a second one has another.
        let is_second = from == to && to == Platform::MxPlanLegacy;
        let target_domain = if is_second { name(OTHER_DOMAIN) } else { domain.clone() };
        let (source, target) = (service_id(from, 1, &domain), service_id(to, 2, &target_domain));
        let (from_host, to_host) = (host_of(from, 1), host_of(to, 2));
        let mut state = State::begin(SEED, NOW);
        state.services.clear();
        state.hosts.clear();
        state.zones.clear();
        let zone = state.zone_of(DOMAIN, true, &other_records(), NOW);
        state.zones.push(zone);
        state.add_source(&source, &from_host);
        state.add_target(&target, &to_host, target_domain);
        let options = WorldOptions { seed: SEED, folder: None, pace: Pace::Quick, now: NOW };
        let world = Self::of_state(state, &options, MailWorld::in_memory(SEED));
        let accounts: Vec<(EmailAddress, Secret)> = world
            .logins()
            .into_iter()
            .filter(|login| login.host == from_host)
            .filter_map(|login| Some((login.address, login.password?)))
            .collect();
        for (index, (person, _)) in accounts.iter().enumerate() {
            world.fill_small(&from_host, person, index);
        }
        (world, PairCast { from: source, from_host, to: target, to_host, domain, accounts })
    }

    fn fill_small(&self, host: &str, person: &EmailAddress, index: usize) {
        let Some(key) = self.mail_of(host, person) else { return };
        let dialect = self.dialect(host);
        let done = self.mail().create_empty(&key, super::template_for(dialect)).and_then(|()| {
            for (path, messages) in [("INBOX", 4), ("Projects", 1), ("Projects/Alpha", 2), ("Projects/Alpha/2019", 1), ("Empty", 0)] {
                let mailbox = MailboxName::from_segments(path.split('/').map(str::to_owned)).expect("a constant of this file");
                self.mail().add_mailbox(&key, &mailbox, None)?;
                self.mail().subscribe(&key, &mailbox)?;
                for number in 0..messages {
                    let (flags, date, bytes) = message(person, path, number + index);
                    self.mail().put(&key, &mailbox, flags, date, bytes.into())?;
                }
            }
            Ok(())
        });
        done.expect("a world in memory takes what it is given");
    }
}

/// One message, another one for each number.
fn message(person: &EmailAddress, path: &str, number: usize) -> (Flags, InternalDate, Vec<u8>) {
    const FLAGS: [&[&str]; 4] = [&["\\Seen"], &[], &["\\Seen", "\\Answered"], &["\\Seen", "\\Flagged"]];
    let text = format!(
        "From: Marie Duval <marie.duval@example.org>\r\nTo: {person}\r\nSubject: {path} {number}\r\n\
         Date: Mon, {:02} Mar 2021 10:00:00 +0100\r\nMessage-ID: <{number}.{}.{person}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nThe minutes of meeting {number} are in {path}.\r\n",
        number + 1,
        path.replace('/', "."),
    );
    let seconds = 1_614_000_000 + i64::try_from(number).unwrap_or(0) * 86_400;
    (Flags::from_wire(FLAGS[number % 4].iter().copied()), date(seconds), text.into_bytes())
}

fn date(seconds: i64) -> InternalDate {
    InternalDate::from_unix(seconds, 60).expect("a date of this century")
}

/// A host of its own for every service.
fn host_of(platform: Platform, number: u32) -> String {
    match platform {
        Platform::Exchange => format!("ex{number}.mail.ovh.net"),
        Platform::EmailPro => format!("pro{number}.mail.ovh.net"),
        Platform::MxPlan => format!("owa{number}.mail.ovh.net"),
        Platform::MxPlanZimbra => format!("mxplan{number}.mail.ovh.net"),
        Platform::MxPlanLegacy => format!("legacy{number}.mail.ovh.net"),
        Platform::Zimbra => format!("zimbra{number}.mail.ovh.net"),
        Platform::Imap => format!("imap{number}.example.org"),
    }
}

impl State {
    fn add_source(&mut self, id: &ServiceId, host: &str) {
        if id.platform == Platform::Imap {
            let addresses: Vec<String> = PEOPLE.iter().map(|(local, ..)| format!("{local}@{DOMAIN}")).collect();
            let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
            let host = self.plain_host(host, "Example Hosting", &addresses);
            self.hosts.push(host);
            return;
        }
        let plan = Plan { id: id.clone(), hostname: host, domains: vec![name(DOMAIN)], free: 2 };
        let mut service = self.service_of(plan, NOW);
        for (local, first, last) in PEOPLE {
            self.settle_in(&mut service, &format!("{local}@{DOMAIN}"), (first, last), NOW);
        }
        furnish(&mut service, || self.number());
        self.services.push(service);
    }

    fn add_target(&mut self, id: &ServiceId, host: &str, domain: DomainName) {
        if id.platform == Platform::Imap {
            let host = self.plain_host(host, "Other Hosting", &[]);
            self.hosts.push(host);
            return;
        }
        let domains = if id.platform.is_mx_plan() { vec![domain] } else { Vec::new() };
        let plan = Plan { id: id.clone(), hostname: host, domains, free: 4 };
        let mut service = self.service_of(plan, NOW);
        // The source has the addresses: what knows types says so.
        service.domains.iter_mut().for_each(|domain| domain.domain_type = DomainType::NonAuthoritative);
        self.services.push(service);
    }
}

fn at(local: &str) -> EmailAddress {
    address(&format!("{local}@{DOMAIN}"))
}

/// What accounts and their domain have besides mail, as far as the platform knows it.
fn furnish(service: &mut ServiceState, mut number: impl FnMut() -> i64) {
    let (john, anna) = (at("john.smith"), at("anna.keller"));
    let platform = service.id.platform;
    let mut give = |local: &str, features: Vec<Feature>| {
        let owner = at(local);
        if let Some(account) = service.accounts.iter_mut().find(|account| account.address == owner) {
            account.features.extend(features);
        }
    };
    if platform == Platform::MxPlanLegacy {
        give("john.smith", vec![filter()]);
        give("anna.keller", replies(&anna));
    } else if platform != Platform::Zimbra {
        let right = |right, account: &EmailAddress| Feature::Delegation { right, account: account.clone() };
        give("john.smith", vec![right(Right::FullAccess, &anna)]);
        give("anna.keller", vec![right(Right::SendAs, &john), right(Right::SendOnBehalf, &at("info")), spam()]);
    }
    if platform == Platform::Exchange {
        give("anna.keller", vec![Feature::Forwarding { to: address("copies@example.org"), keeps_copy: true }]);
    }
    if platform != Platform::MxPlanLegacy {
        for account in service.accounts.iter_mut().filter(|a| a.is_configured) {
            let local = account.address.local().to_owned();
            account.names.is_hidden = local == "anna.keller";
            account.aliases.extend((local == "john.smith").then(|| at("john")));
        }
    }
    let domain = name(DOMAIN);
    let shared = shared_features(platform).into_iter().map(|feature| SharedFeature { id: number(), domain: domain.clone(), feature });
    service.shared.extend(shared);
}

fn filter() -> Feature {
    let rule = FilterRule { header: "Subject".to_owned(), operand: "contains".to_owned(), value: "newsletter".to_owned() };
    Feature::Filter {
        name: "newsletters".to_owned(),
        priority: 1,
        is_active: true,
        rules: vec![rule],
        action: "account".to_owned(),
        parameter: Some(format!("info@{DOMAIN}")),
    }
}

fn replies(copy_to: &EmailAddress) -> Vec<Feature> {
    let reply = Feature::Responder {
        content: "I am away until Monday.".to_owned(),
        from: Some("2026-09-01T00:00:00+00:00".to_owned()),
        to: Some("2026-09-30T00:00:00+00:00".to_owned()),
        copies: true,
        copy_to: Some(copy_to.clone()),
    };
    vec![Feature::Forwarding { to: address("copies@example.org"), keeps_copy: true }, reply]
}

fn spam() -> Feature {
    Feature::SpamSettings { settings: BTreeMap::from([("spamAndVirusConfiguration.putInJunk".to_owned(), "false".to_owned())]) }
}

fn shared_features(platform: Platform) -> Vec<Feature> {
    let redirection = Feature::Redirection { from: at("contact"), to: at("anna.keller") };
    let list = Feature::MailingList {
        address: at("news"),
        owner: format!("info@{DOMAIN}"),
        subscribers: vec!["marie.duval@example.org".to_owned()],
        moderators: vec![format!("info@{DOMAIN}")],
    };
    match platform {
        Platform::MxPlanLegacy => vec![redirection, list],
        Platform::Zimbra => vec![redirection],
        Platform::MxPlan | Platform::MxPlanZimbra => vec![contact(), footer(), list],
        Platform::EmailPro => vec![contact(), footer()],
        Platform::Exchange => [vec![contact(), footer()], group()].concat(),
        Platform::Imap => Vec::new(),
    }
}

fn contact() -> Feature {
    Feature::Contact {
        address: address("marie.duval@example.org"),
        display_name: Some("Marie Duval".to_owned()),
        first_name: Some("Marie".to_owned()),
        last_name: Some("Duval".to_owned()),
        initials: None,
        is_hidden: false,
    }
}

fn footer() -> Feature {
    Feature::Disclaimer { content: "<p>Example Ltd, London</p>".to_owned(), is_outside_only: true }
}

fn group() -> Vec<Feature> {
    let group = at("team");
    let member = |member: EmailAddress, is_contact| Feature::GroupMember { group: at("team"), member, is_contact };
    vec![
        Feature::Group {
            address: group.clone(),
            display_name: Some("The team".to_owned()),
            is_hidden: false,
            join: "closed".to_owned(),
            depart: "open".to_owned(),
            is_internal_only: false,
            largest_received_mb: Some(20),
            largest_sent_mb: None,
        },
        Feature::GroupAlias { group: group.clone(), alias: at("everybody") },
        member(at("john.smith"), false),
        member(at("anna.keller"), false),
        member(address("marie.duval@example.org"), true),
        Feature::GroupManager { group: group.clone(), account: at("john.smith") },
        Feature::GroupDelegation { group, right: Right::SendAs, account: at("john.smith") },
    ]
}
