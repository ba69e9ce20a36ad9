//! The same five accounts on their way in the other orders of acts, what they have besides mail, and services of all platforms.

use super::stage::Stage;
use super::world::*;
use crate::domain::{
    Account, ByteSize, EmailAddress, Feature, ImapEndpoint, MailboxName, MigrationId, ObjectState, PasswordPolicy, Platform, Right,
    SeatModel, SeatOffer, Service, ServiceId,
};
use crate::session::{AccountFound, Answer, Destination, Event, MailboxCount, Mode, PlannedMigration, Query, Step, Strategy, Witness};
use crate::tui::{Effect, Msg};

pub(super) fn service_id(platform: Platform) -> ServiceId {
    match platform {
        Platform::Exchange => exchange(),
        Platform::EmailPro => email_pro(),
        _ => ServiceId { platform, organization: None, name: format!("{}-zz1", platform.key()) },
    }
}

/// The platform that an order of acts starts from.
const fn from(order: Strategy) -> Platform {
    match order {
        Strategy::RenameFirst | Strategy::CopyFirst => Platform::Exchange,
        Strategy::ServerSide | Strategy::Replace => Platform::MxPlanLegacy,
    }
}

/// Services of every platform.
pub(super) fn services_of_all_platforms() -> Vec<Service> {
    let service = |platform: Platform, name: &str, accounts, free_seats, seats| Service {
        id: service_id(platform),
        display_name: Some(name.to_owned()),
        state: ObjectState::Ok,
        hostname: "pro1.mail.ovh.net".to_owned(),
        webmail: None,
        accounts,
        free_seats,
        account_quota: Some(ByteSize(10_000_000_000)),
        largest_message: None,
        is_imap_enabled: true,
        password: PasswordPolicy::default(),
        seats,
        offers: Vec::new(),
        domains: vec![domain()],
    };
    let mut zimbra = service(Platform::Zimbra, "team", 1, 7, SeatModel::Slots);
    zimbra.offers = vec![
        SeatOffer { name: "STARTER".to_owned(), free: 4, quota: Some(ByteSize(15_000_000_000)) },
        SeatOffer { name: "PRO".to_owned(), free: 3, quota: Some(ByteSize(50_000_000_000)) },
    ];
    let mut private = service(Platform::Exchange, "private", 2, 0, SeatModel::OnDemand);
    private.id = ServiceId { platform: Platform::Exchange, organization: Some("private-zz3".to_owned()), name: "private-zz3".to_owned() };
    let mut other = service(Platform::MxPlan, "shop.example.com", 1, 3, SeatModel::Placeholders);
    other.domains = vec!["shop.example.com".parse().expect("a domain")];
    vec![
        service(Platform::Exchange, "office mail", 2, 2, SeatModel::Placeholders),
        private,
        service(Platform::EmailPro, "new mail", 1, 8, SeatModel::Placeholders),
        other,
        service(Platform::MxPlanLegacy, "mydomain.ovh", 3, 2, SeatModel::OnDemand),
        zimbra,
    ]
}

/// Accounts of a service.
fn accounts_of(service: &ServiceId) -> Vec<Account> {
    let like = |local: &str, used: u64| Account {
        address: address(local),
        display_name: None,
        used: Some(ByteSize(used)),
        aliases: 0,
        ..accounts().remove(0)
    };
    match (service.platform, service.name.as_str()) {
        (Platform::Exchange, "private-zz3") => vec![like("board", 8_400_000_000), like("press", 900_000_000)],
        (Platform::Exchange, _) => accounts().into_iter().take(2).collect(),
        (Platform::MxPlanLegacy, _) => {
            vec![like("info", 300_000_000), Account { is_blocked: true, ..like("sales", 400_000_000) }, like("old.intern", 0)]
        }
        (platform, _) => vec![like(&format!("test.{}", platform.key()), 20_000_000)],
    }
}

/// Answers what was asked, as the world of all platforms does.
pub(super) fn answer_all(stage: &mut Stage) {
    for effect in std::mem::take(&mut stage.effects) {
        let Effect::Ask(id, query) = effect else {
            stage.effects.push(effect);
            continue;
        };
        let answer = match query {
            Query::Services => Answer::Services(services_of_all_platforms()),
            Query::Accounts { service } => {
                let found = |account| AccountFound { service: service.clone(), account };
                Answer::Accounts(accounts_of(&service).into_iter().map(found).collect())
            }
            _ => continue,
        };
        stage.hear(Msg::Answered(id, Ok(answer)));
    }
}

/// The chosen sources.
pub(super) fn sources(platform: Platform) -> Event {
    let accounts = ACCOUNTS.iter().map(|(name, ..)| {
        let mut account = source(Mode::Automatic, name);
        account.service = Some(service_id(platform));
        account
    });
    Event::SourcesChosen { accounts: accounts.collect() }
}

pub(super) fn destination_on(platform: Platform) -> Event {
    let destination = Destination {
        service: Some(service_id(platform)),
        display_name: Some("new mail".to_owned()),
        endpoint: ImapEndpoint::tls("pro1.mail.ovh.net"),
        webmail: Some("https://pro1.mail.ovh.net/owa".to_owned()),
    };
    Event::DestinationChosen { destination, domains: vec![domain()] }
}

/// What the accounts have besides mail.
pub(super) fn features(service: ServiceId) -> Vec<Event> {
    let of = |migration: u32, features: Vec<Feature>| Event::FeaturesSeen { migration: MigrationId(migration), features };
    let alias = |local: &str| Feature::Alias { alias: address(local) };
    let may = |right, local: &str| Feature::Delegation { right, account: address(local) };
    let responder = Feature::Responder {
        content: "Back on Monday".to_owned(),
        from: None,
        to: Some("2026-12-01T00:00:00Z".to_owned()),
        copies: false,
        copy_to: None,
    };
    vec![
        of(1, vec![alias("anna"), may(Right::FullAccess, "john.smith")]),
        of(2, vec![may(Right::SendAs, "board"), responder]),
        of(3, Vec::new()),
        of(4, vec![alias("contact"), alias("hello")]),
        of(5, vec![Feature::Forwarding { to: "archive@example.org".parse().expect("an address"), keeps_copy: true }]),
        Event::SharedFeaturesSeen { service, domain: domain(), features: shared() },
    ]
}

fn shared() -> Vec<Feature> {
    let group = address("team");
    let member = |local: &str| Feature::GroupMember { group: address("team"), member: address(local), is_contact: false };
    vec![
        Feature::Contact {
            address: "tax@example.org".parse().expect("an address"),
            display_name: Some("Tax office".to_owned()),
            first_name: None,
            last_name: None,
            initials: None,
            is_hidden: false,
        },
        Feature::Disclaimer { content: "<p>My Domain Ltd</p>".to_owned(), is_outside_only: true },
        Feature::Group {
            address: group,
            display_name: Some("Team".to_owned()),
            is_hidden: false,
            join: "closed".to_owned(),
            depart: "closed".to_owned(),
            is_internal_only: false,
            largest_received_mb: None,
            largest_sent_mb: None,
        },
        member("anna.keller"),
        member("john.smith"),
        member("info"),
        Feature::GroupManager { group: address("team"), account: address("anna.keller") },
        Feature::MailingList {
            address: address("news"),
            owner: "info@mydomain.ovh".to_owned(),
            subscribers: (1..=240).map(|n| format!("reader{n}@example.org")).collect(),
            moderators: Vec::new(),
        },
    ]
}

fn planned(order: Strategy) -> Event {
    let planned = migrations().map(|(id, name, messages, _)| {
        let own = address(name);
        let is_renamed = matches!(order, Strategy::RenameFirst | Strategy::CopyFirst);
        let temporary = if is_renamed { address(&format!("{name}01")) } else { own.clone() };
        let number = if is_renamed { "02" } else { "01" };
        let target_temporary: Option<EmailAddress> =
            matches!(order, Strategy::CopyFirst | Strategy::Replace).then(|| address(&format!("{name}{number}")));
        let mut target = target(Mode::Automatic, name);
        target.user = target_temporary.as_ref().unwrap_or(&own).to_string();
        PlannedMigration { id, source_user: temporary.to_string(), temporary, target, target_temporary, mailboxes: mailboxes(messages) }
    });
    Event::PlanAccepted { migrations: planned.collect(), create_at_once: false }
}

/// The events that lead to a review of an order of acts: the plan is not accepted yet.
pub(super) fn until_review(order: Strategy) -> Vec<Event> {
    let mut events = until(Step::Source, Mode::Automatic);
    events.extend([sources(from(order)), destination_on(Platform::EmailPro)]);
    events.push(Event::DomainReady { domain: domain(), attached_by_us: true });
    events.push(Event::StrategyChosen { strategy: order });
    events.extend(
        migrations()
            .map(|(migration, name, messages, bytes)| Event::InventoryTaken { migration, inventory: inventory(name, messages, bytes) }),
    );
    events.extend(features(service_id(from(order))));
    events
}

/// The events that lead to the first act of an order.
pub(super) fn until_acts(order: Strategy) -> Vec<Event> {
    let mut events = until_review(order);
    events.push(planned(order));
    events
}

/// The new accounts are there, under temporary names.
pub(super) fn until_copy(order: Strategy) -> Vec<Event> {
    let mut events = until_acts(order);
    events.push(Event::CreateConfirmed);
    events.extend(migrations().map(|(migration, ..)| Event::TargetCreated {
        migration,
        seat: None,
        witness: Witness::Platform,
        gap_millis: None,
    }));
    events
}

/// Everything is copied and verified; two messages of one account are refused when asked for.
pub(super) fn until_names(order: Strategy, has_refused: bool) -> Vec<Event> {
    let mut events = until_copy(order);
    events.push(Event::CopyConfirmed);
    let all = migrations().flat_map(|(id, name, messages, bytes)| copied(id, messages, bytes, has_refused && name == "sales"));
    events.extend(all);
    events
}

/// Everything was looked at once more after the names changed hands, and nothing was new.
pub(super) fn passed_again() -> Vec<Event> {
    let surveyed = |migration| Event::AccountSurveyed { migration, unchanged: Vec::new(), vanished: Vec::new(), found: Vec::new() };
    let is_verified = |event: &Event| matches!(event, Event::MailboxVerified { .. });
    migrations()
        .flat_map(|(id, _, messages, bytes)| {
            std::iter::once(surveyed(id)).chain(copied(id, messages, bytes, false).into_iter().filter(is_verified))
        })
        .collect()
}

pub(super) fn renamed(n: u32) -> Event {
    Event::SourceRenamed { migration: MigrationId(n), witness: Witness::Platform }
}

pub(super) fn has_address(n: u32, gap: u64) -> Event {
    Event::TargetRenamed { migration: MigrationId(n), witness: Witness::Platform, gap_millis: Some(gap) }
}

pub(super) fn removed(n: u32) -> [Event; 3] {
    let migration = MigrationId(n);
    let (name, ..) = ACCOUNTS[usize::try_from(n).expect("small") - 1];
    [
        Event::RemovalConfirmed { migration },
        Event::RemovalIntended { migration, address: address(name) },
        Event::SourceRemoved { migration, witness: Witness::Platform },
    ]
}

/// OVHcloud has moved an account; so many messages are found.
pub(super) fn moved(n: u32, messages: u32) -> [Event; 3] {
    let migration = MigrationId(n);
    let folder = |path: &[&str], messages| MailboxCount {
        name: MailboxName::from_segments(path.iter().map(|part| (*part).to_owned())).expect("a name"),
        messages,
    };
    let found = vec![
        folder(&["INBOX"], messages / 5),
        folder(&["INBOX", "2019"], messages / 2),
        folder(&["Sent items"], messages - messages / 5 - messages / 2 - 40),
        folder(&["Trash"], 40),
    ];
    let seat: EmailAddress = "4711@configureme.me".parse().expect("an address");
    [
        Event::ServerMigrationConfirmed { migration },
        Event::ServerMigrationIntended { migration, seat: seat.clone() },
        Event::ServerMigrated { migration, seat: Some(seat), found },
    ]
}

/// What was carried, and what is left, of [`features`] in the order of their numbers.
pub(super) fn carried(numbers: impl IntoIterator<Item = u32>) -> impl Iterator<Item = Event> {
    use crate::domain::FeatureId;
    use crate::session::LeftReason;
    numbers.into_iter().map(|n| {
        let feature = FeatureId(n);
        let left = |reason, said: Option<&str>| Event::FeatureLeft { feature, reason, said: said.map(str::to_owned) };
        match n {
            3 => left(LeftReason::OthersStay, None),
            4 | 7 | 10..=14 => left(LeftReason::NotOnTarget, None),
            6 => left(LeftReason::Refused, Some("This alias is already used")),
            15 => left(LeftReason::Stays, None),
            _ => Event::FeatureCarried { feature, left_source: n == 1 },
        }
    })
}
