//! A small, quick world for one pair of platforms: one service that is left, one that is moved to, a zone, and people with a little mail
//! and with what else accounts have.

use super::furniture::furnish;
use super::handle::{World, WorldOptions};
use super::offers::{Plan, service_id};
use super::seed::{DOMAIN, OTHER_DOMAIN, name, other_records};
use super::state::State;
use super::time::Pace;
use crate::domain::{DomainName, DomainType, EmailAddress, Flags, InternalDate, MailboxName, Moment, Platform, Secret, ServiceId};
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
const PEOPLE: [(&str, &str, &str); 3] =
    [("john.smith", "John", "Smith"), ("anna.keller", "Anna", "Keller"), ("info", "Information", "Desk")];

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
        let people: Vec<String> = PEOPLE.iter().map(|(local, ..)| format!("{local}@{DOMAIN}")).collect();
        furnish(&mut service, &people, || self.number());
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
