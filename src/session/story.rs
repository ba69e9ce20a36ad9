//! A whole session as events, for tests of this room: two accounts, automatic mode.

use crate::domain::{
    ApiEndpoint, BatchId, ByteSize, Capabilities, DomainName, EmailAddress, ImapEndpoint, MailboxId, MailboxName, MigrationId, Moment,
    Platform, SecretRef, ServiceId, SessionId, Uid, UidValidity, WireName,
};
use crate::plan::{Inventory, MailboxMapping, MappingAction, SourceAccount, TargetAccount};

use super::{ApiAccess, ApiCredential, Destination, Event, Mode, PlannedMigration, Session, StoredEvent, Strategy, Witness};

pub(super) fn address(text: &str) -> EmailAddress {
    text.parse().expect("an address")
}

pub(super) fn domain() -> DomainName {
    "mydomain.ovh".parse().expect("a domain")
}

fn service(platform: Platform, name: &str) -> ServiceId {
    ServiceId { platform, organization: None, name: name.to_owned() }
}

pub(super) fn access() -> ApiAccess {
    let kept = |name: &str| SecretRef(name.to_owned());
    ApiAccess {
        endpoint: "ovh-eu".parse::<ApiEndpoint>().expect("known"),
        credential: ApiCredential::Application { application_key: kept("ak"), application_secret: kept("as"), consumer_key: kept("ck") },
        expiration: None,
    }
}

pub(super) fn source(local: &str) -> SourceAccount {
    SourceAccount {
        address: address(&format!("{local}@mydomain.ovh")),
        service: Some(service(Platform::Exchange, "hosted-zz111111-1")),
        endpoint: ImapEndpoint::tls("ex3.mail.ovh.net"),
        user: format!("{local}@mydomain.ovh"),
        secret: SecretRef(format!("source {local}")),
        display_name: None,
        first_name: None,
        last_name: None,
    }
}

pub(super) fn destination() -> Destination {
    Destination {
        service: Some(service(Platform::EmailPro, "emailpro-zz111111-1")),
        display_name: None,
        endpoint: ImapEndpoint::tls("pro1.mail.ovh.net"),
        webmail: None,
    }
}

pub(super) fn mapping(id: u32, name: &str) -> MailboxMapping {
    let name = MailboxName::from_segments([name.to_owned()]).expect("a name");
    MailboxMapping {
        id: MailboxId(id),
        wire: WireName(name.to_string()),
        role: None,
        is_subscribed: true,
        messages: 10,
        action: MappingAction::Copy { to: name.clone() },
        part: crate::plan::MailPart::All,
        name,
    }
}

pub(super) fn inventory() -> Inventory {
    Inventory {
        source: Capabilities::default(),
        mailboxes: vec![mapping(1, "INBOX"), mapping(2, "Sent")],
        messages: 20,
        bytes: ByteSize(2000),
        findings: Vec::new(),
        marked: std::collections::BTreeMap::new(),
    }
}

pub(super) fn planned(id: u32, local: &str) -> PlannedMigration {
    let temporary = address(&format!("{local}01@mydomain.ovh"));
    PlannedMigration {
        id: MigrationId(id),
        source_user: temporary.to_string(),
        temporary,
        target: TargetAccount {
            service: destination().service,
            endpoint: destination().endpoint,
            user: format!("{local}@mydomain.ovh"),
            secret: SecretRef(format!("target {local}")),
        },
        target_temporary: None,
        mailboxes: inventory().mailboxes,
    }
}

/// Everything that happens to two accounts, from the first event to the last.
pub(super) fn story() -> Vec<Event> {
    let mut events = vec![
        Event::SessionOpened { id: SessionId::from_bits(7), version: "0.1.0".to_owned(), format: super::JOURNAL_FORMAT },
        Event::ModeChosen { mode: Mode::Automatic, strategy: Strategy::RenameFirst },
        Event::ApiConnected { access: access() },
        Event::SourcesChosen { accounts: vec![source("john.smith"), source("anna.keller")] },
        Event::DestinationChosen { destination: destination(), domains: vec![domain()] },
        Event::DomainAttachIntended { service: service(Platform::EmailPro, "emailpro-zz111111-1"), domain: domain() },
        Event::DomainReady { domain: domain(), attached_by_us: true },
        Event::InventoryTaken { migration: MigrationId(1), inventory: inventory() },
        Event::InventoryTaken { migration: MigrationId(2), inventory: inventory() },
        Event::FeaturesSeen { migration: MigrationId(1), features: Vec::new() },
        Event::FeaturesSeen { migration: MigrationId(2), features: Vec::new() },
        Event::SharedFeaturesSeen { service: service(Platform::Exchange, "hosted-zz111111-1"), domain: domain(), features: Vec::new() },
        Event::PlanAccepted { migrations: vec![planned(1, "john.smith"), planned(2, "anna.keller")], create_at_once: false },
        Event::RenameConfirmed,
    ];
    for (id, plan) in [(1, planned(1, "john.smith")), (2, planned(2, "anna.keller"))] {
        let from = address(&plan.target.user);
        events.push(Event::RenameIntended { migration: MigrationId(id), from, to: plan.temporary });
        events.push(Event::SourceRenamed { migration: MigrationId(id), witness: Witness::Platform });
    }
    events.push(Event::CreateConfirmed);
    for id in [1, 2] {
        let (migration, seat) = (MigrationId(id), Some(address(&format!("zz{id}@configureme.me"))));
        events.push(Event::CreateIntended { migration, address: source("john.smith").address, seat: seat.clone() });
        events.push(Event::TargetCreated { migration, seat, witness: Witness::Platform, gap_millis: Some(4000) });
    }
    events.push(Event::CopyConfirmed);
    for (migration, mailbox) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        events.extend(copied(MigrationId(migration), MailboxId(mailbox)));
    }
    events.extend([
        Event::DnsChecked { domain: domain(), records: Vec::new() },
        Event::DnsAccepted,
        Event::FinishConfirmed { forget_secrets: true },
        Event::ReportSaved { files: vec!["report.md".to_owned()] },
        Event::SecretsForgotten,
        Event::SessionFinished,
    ]);
    events
}

fn copied(migration: MigrationId, mailbox: MailboxId) -> Vec<Event> {
    let batch = BatchId(u64::from(migration.0 * 10 + mailbox.0));
    vec![
        Event::MailboxPrepared {
            migration,
            mailbox,
            to: WireName("INBOX".to_owned()),
            name: None,
            source_validity: UidValidity(1),
            target_validity: UidValidity(2),
            messages: 10,
            source_modseq: None,
        },
        Event::BatchIntended {
            migration,
            mailbox,
            batch,
            source_validity: UidValidity(1),
            target_validity: UidValidity(2),
            target_uid_next: Uid(1),
            messages: 10,
            bytes: ByteSize(1000),
        },
        Event::BatchCopied { migration, mailbox, batch, copied: 10, bytes: ByteSize(1000) },
        Event::MailboxCopied { migration, mailbox, messages: 10 },
        Event::MailboxVerified {
            migration,
            mailbox,
            verified: 10,
            missing: 0,
            unaccounted: 0,
            altered: 0,
            flags_differ: 0,
            dates_differ: 0,
            by_bytes: true,
            sampled: 0,
            thoroughness: crate::domain::Thoroughness::Full,
            pass: None,
        },
    ]
}

/// Numbers and dates events as a journal does.
pub(super) fn stored(events: &[Event]) -> Vec<StoredEvent> {
    events
        .iter()
        .zip(1..)
        .map(|(event, seq)| StoredEvent { seq, at: Moment(1000 * i64::try_from(seq).expect("small")), event: event.clone() })
        .collect()
}

/// The session after these events.
pub(super) fn after(events: &[Event]) -> Session {
    Session::replay(&stored(events))
}

/// The session just before the first event for which `is_it` holds.
pub(super) fn before(is_it: fn(&Event) -> bool) -> Session {
    let events = story();
    let end = events.iter().position(is_it).expect("in the story");
    after(&events[..end])
}
