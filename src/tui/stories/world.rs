//! A world made by hand: five accounts of `mydomain.ovh` on their way from Exchange to Email Pro.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::stage::Stage;
use crate::dnscheck::{Change, CheckedRecord, RecordPurpose, Verdict};
use crate::domain::{
    Account, ApiEndpoint, BatchId, ByteSize, Capabilities, DomainName, EmailAddress, ImapEndpoint, MailboxId, MailboxName, MigrationId,
    Moment, ObjectState, PasswordPolicy, Platform, Role, SeatModel, Secret, Service, ServiceId, SessionId, Uid, WireName, ZoneRecord,
};
use crate::plan::{Finding, FindingCode, Inventory, MailboxMapping, MappingAction, SkipReason, SourceAccount, TargetAccount, Weight};
use crate::problem::{Problem, ProblemCode};
use crate::session::{
    Activity, ApiAccess, ApiCredential, ApiSecret, Destination, Event, Limit, LoginProof, Mode, Notice, PlannedMigration, Progress, Rate,
    Step, Strategy, Task, TaskProgress, Waiting, Witness, api_secret, source_secret, target_secret,
};
use crate::tui::{Msg, Prefill, PrefilledAccount};

/// 2026-11-20 10:42:07 UTC.
pub(super) const NOW: Moment = Moment(1_795_171_327_000);

/// Names, messages and sizes of the accounts.
pub(super) const ACCOUNTS: [(&str, u32, u64); 5] = [
    ("anna.keller", 12_904, 1_900_000_000),
    ("john.smith", 31_020, 5_200_000_000),
    ("marie.duval", 8_742, 1_600_000_000),
    ("info", 3_116, 300_000_000),
    ("sales", 3_118, 400_000_000),
];

pub(super) fn domain() -> DomainName {
    "mydomain.ovh".parse().expect("a domain")
}

pub(super) fn address(local: &str) -> EmailAddress {
    EmailAddress::new(local, &domain()).expect("an address")
}

pub(super) fn exchange() -> ServiceId {
    ServiceId { platform: Platform::Exchange, organization: Some("hosted-zz111111-1".to_owned()), name: "hosted-zz111111-1".to_owned() }
}

pub(super) fn email_pro() -> ServiceId {
    ServiceId { platform: Platform::EmailPro, organization: None, name: "emailpro-zz222222-1".to_owned() }
}

pub(super) fn services() -> Vec<Service> {
    let service = |id: ServiceId, name: &str, host: &str, accounts, free_seats, domains| Service {
        id,
        display_name: Some(name.to_owned()),
        state: ObjectState::Ok,
        hostname: host.to_owned(),
        webmail: Some(format!("https://{host}/owa")),
        accounts,
        free_seats,
        account_quota: Some(ByteSize(if accounts > 3 { 50_000_000_000 } else { 10_000_000_000 })),
        largest_message: Some(ByteSize(if accounts > 3 { 100_000_000 } else { 35_000_000 })),
        is_imap_enabled: true,
        password: PasswordPolicy { shortest: Some(9), ..PasswordPolicy::default() },
        seats: SeatModel::Placeholders,
        offers: Vec::new(),
        domains,
    };
    vec![
        service(exchange(), "office mail", "ex3.mail.ovh.net", 6, 2, vec![domain()]),
        service(email_pro(), "new mail", "pro1.mail.ovh.net", 1, 8, Vec::new()),
    ]
}

pub(super) fn accounts() -> Vec<Account> {
    let mut all: Vec<Account> = ACCOUNTS
        .iter()
        .zip(["2026-11-20T08:01:00Z", "2026-11-19T17:40:00Z", "2026-11-18T09:00:00Z", "2026-10-01T09:00:00Z", "2026-11-20T06:00:00Z"])
        .map(|((name, _, size), logon)| Account {
            address: address(name),
            is_configured: true,
            display_name: Some(display_name(name)),
            first_name: None,
            last_name: None,
            state: ObjectState::Ok,
            operation: None,
            used: Some(ByteSize(*size)),
            quota: Some(ByteSize(50_000_000_000)),
            last_logon: Some(logon.to_owned()),
            aliases: u32::from(*name == "info") * 2,
            is_blocked: false,
        })
        .collect();
    all.push(Account { address: address("old.intern"), used: Some(ByteSize(0)), last_logon: None, ..all[0].clone() });
    all
}

fn display_name(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('.').map(capital).collect::<Vec<_>>().join(" ")
}

pub(super) fn proof() -> LoginProof {
    LoginProof { capabilities: Capabilities::default(), mailboxes: 14, inbox_messages: 2_310, quota: None }
}

fn mailbox(id: u32, path: &[&str], messages: u32, role: Option<Role>, action: MappingAction) -> MailboxMapping {
    let name = MailboxName::from_segments(path.iter().map(|part| (*part).to_owned())).expect("a name");
    MailboxMapping {
        id: MailboxId(id),
        wire: WireName(name.to_string()),
        name,
        role,
        is_subscribed: true,
        messages,
        action,
        part: crate::plan::MailPart::All,
    }
}

/// Folders of an account with this many messages.
pub(super) fn mailboxes(messages: u32) -> Vec<MailboxMapping> {
    let to = |path: &[&str]| MappingAction::Copy { to: MailboxName::from_segments(path.iter().map(|p| (*p).to_owned())).expect("a name") };
    let part = |percent: u32| messages * percent / 100;
    let rest = messages - part(20) - part(49) - part(16) - part(2) - part(3);
    vec![
        mailbox(1, &["INBOX"], part(20), Some(Role::Inbox), to(&["INBOX"])),
        mailbox(2, &["INBOX", "2019"], part(49), None, to(&["INBOX", "2019"])),
        mailbox(3, &["INBOX", "2020"], part(16), None, to(&["INBOX", "2020"])),
        mailbox(4, &["Éléments envoyés"], rest, Some(Role::Sent), to(&["Sent"])),
        mailbox(5, &["Brouillons"], part(2), Some(Role::Drafts), to(&["Drafts"])),
        mailbox(6, &["Corbeille"], part(3), Some(Role::Trash), to(&["Trash"])),
        mailbox(7, &["Calendrier"], 0, None, MappingAction::Skip { reason: SkipReason::NotMail }),
    ]
}

pub(super) fn finding(code: FindingCode, weight: Weight, params: &[(&str, &str)]) -> Finding {
    Finding { code, weight, params: params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect() }
}

/// An account with mail marked as deleted and with names that differ by letter case only.
pub(super) fn with_questions(messages: u32) -> Inventory {
    let mut inventory = inventory("info", messages, 600_000_000);
    let to = |name: &str| MappingAction::Copy { to: MailboxName::from_segments([name.to_owned()]).expect("a name") };
    inventory.mailboxes.insert(6, mailbox(8, &["Work"], 20, None, to("Work")));
    inventory.mailboxes.insert(7, mailbox(9, &["work"], 3, None, to("work (2)")));
    inventory.marked = std::collections::BTreeMap::from([(MailboxId(1), 12)]);
    inventory
}

pub(super) fn inventory(name: &str, messages: u32, bytes: u64) -> Inventory {
    let mut findings = vec![
        finding(FindingCode::TargetRebuilds, Weight::Note, &[]),
        finding(FindingCode::NotMail, Weight::Note, &[("names", "Calendrier")]),
    ];
    match name {
        "sales" => findings.push(finding(FindingCode::TooBig, Weight::Warning, &[("count", "2"), ("limit", "35 MB")])),
        "info" => findings.push(finding(FindingCode::Aliases, Weight::Warning, &[("count", "2")])),
        _ => {}
    }
    Inventory {
        source: Capabilities::default(),
        mailboxes: mailboxes(messages),
        messages: u64::from(messages),
        bytes: ByteSize(bytes),
        findings,
        marked: std::collections::BTreeMap::new(),
    }
}

pub(super) fn id() -> SessionId {
    "7F3K-QX".parse().expect("an id")
}

pub(super) fn source(mode: Mode, name: &str) -> SourceAccount {
    SourceAccount {
        address: address(name),
        service: (mode == Mode::Automatic).then(exchange),
        endpoint: ImapEndpoint::tls("ex3.mail.ovh.net"),
        user: address(name).to_string(),
        secret: source_secret(&id(), &address(name)),
        display_name: Some(display_name(name)),
        first_name: None,
        last_name: None,
    }
}

pub(super) fn target(mode: Mode, name: &str) -> TargetAccount {
    TargetAccount {
        service: (mode == Mode::Automatic).then(email_pro),
        endpoint: ImapEndpoint::tls("pro1.mail.ovh.net"),
        user: address(name).to_string(),
        secret: target_secret(&id(), &address(name)),
    }
}

pub(super) fn migrations() -> impl Iterator<Item = (MigrationId, &'static str, u32, u64)> {
    ACCOUNTS.iter().zip(1..).map(|((name, messages, bytes), n)| (MigrationId(n), *name, *messages, *bytes))
}

/// The events that lead to the beginning of a step.
pub(super) fn until(step: Step, mode: Mode) -> Vec<Event> {
    let mut events = vec![Event::SessionOpened { id: id(), version: "0.1.0".to_owned(), format: 1 }];
    let automatic = mode == Mode::Automatic;
    for before in Step::ALL.into_iter().take_while(|before| *before < step) {
        match before {
            Step::Connect => {
                events.push(Event::ModeChosen { mode, strategy: Strategy::RenameFirst });
                events.extend(automatic.then(|| Event::ApiConnected { access: access() }));
            }
            Step::Source => {
                events.push(Event::SourcesChosen { accounts: ACCOUNTS.iter().map(|(name, _, _)| source(mode, name)).collect() });
            }
            Step::Destination => {
                let destination = Destination {
                    service: automatic.then(email_pro),
                    display_name: automatic.then(|| "new mail".to_owned()),
                    endpoint: ImapEndpoint::tls("pro1.mail.ovh.net"),
                    webmail: automatic.then(|| "https://pro1.mail.ovh.net/owa".to_owned()),
                };
                let domains = if automatic { vec![domain()] } else { Vec::new() };
                events.push(Event::DestinationChosen { destination, domains });
                events.extend(automatic.then(|| Event::DomainReady { domain: domain(), attached_by_us: true }));
            }
            Step::Review => {
                events.extend(migrations().map(|(migration, name, messages, bytes)| Event::InventoryTaken {
                    migration,
                    inventory: inventory(name, messages, bytes),
                }));
                events.extend(
                    migrations().filter(|_| automatic).map(|(migration, ..)| Event::FeaturesSeen { migration, features: Vec::new() }),
                );
                events.extend(automatic.then(|| Event::SharedFeaturesSeen { service: exchange(), domain: domain(), features: Vec::new() }));
                events.push(accepted(mode));
            }
            Step::Rename => {
                events.push(Event::RenameConfirmed);
                events.extend(migrations().map(|(migration, ..)| Event::SourceRenamed { migration, witness: Witness::Platform }));
            }
            Step::Create => {
                events.push(Event::CreateConfirmed);
                events.extend(migrations().map(|(migration, ..)| created(migration)));
            }
            Step::Migrate => {
                events.push(Event::CopyConfirmed);
                events.extend(
                    migrations().flat_map(|(migration, name, messages, bytes)| copied(migration, messages, bytes, name == "sales")),
                );
            }
            Step::Dns => {
                events.push(Event::DnsChecked { domain: domain(), records: records(true) });
                events.push(Event::DnsAccepted);
            }
            Step::Finish => {}
        }
    }
    events
}

pub(super) fn accepted(mode: Mode) -> Event {
    let planned = migrations().map(|(id, name, messages, _)| PlannedMigration {
        id,
        temporary: address(&format!("{name}01")),
        source_user: address(&format!("{name}01")).to_string(),
        target: target(mode, name),
        target_temporary: None,
        mailboxes: mailboxes(messages),
    });
    Event::PlanAccepted { migrations: planned.collect(), create_at_once: false }
}

pub(super) fn created(migration: MigrationId) -> Event {
    Event::TargetCreated { migration, seat: None, witness: Witness::Platform, gap_millis: Some(u64::from(migration.0) * 4_000 + 17_000) }
}

/// All folders of an account copied and verified; two messages refused when asked for.
pub(super) fn copied(migration: MigrationId, messages: u32, bytes: u64, has_refused: bool) -> Vec<Event> {
    let folders = mailboxes(messages).into_iter().filter(|m| matches!(m.action, MappingAction::Copy { .. }));
    folders.flat_map(|folder| folder_copied(migration, &folder, bytes, has_refused && folder.id == MailboxId(1))).collect()
}

/// One folder copied and verified.
pub(super) fn folder_copied(migration: MigrationId, folder: &MailboxMapping, bytes: u64, has_refused: bool) -> Vec<Event> {
    let mailbox = folder.id;
    let refused = if has_refused { 2 } else { 0 };
    let count = folder.messages - refused;
    let mut events = vec![part_copied(migration, mailbox, count, bytes / 6)];
    for uid in 0..refused {
        let reason = "larger than 35 MB".to_owned();
        let saved = format!("refused/{uid}.eml");
        events.push(Event::MessageRefused { migration, mailbox, uid: Uid(uid + 1), bytes: ByteSize(41_000_000), reason, saved });
    }
    events.push(Event::MailboxCopied { migration, mailbox, messages: u64::from(folder.messages) });
    events.push(Event::MailboxVerified {
        migration,
        mailbox,
        verified: u64::from(count),
        missing: 0,
        unaccounted: 0,
        altered: 0,
        flags_differ: 0,
        dates_differ: 0,
        by_bytes: false,
        sampled: 0,
        thoroughness: crate::domain::Thoroughness::Full,
        pass: None,
    });
    events
}

pub(super) fn part_copied(migration: MigrationId, mailbox: MailboxId, copied: u32, bytes: u64) -> Event {
    Event::BatchCopied { migration, mailbox, batch: BatchId(1), copied, bytes: ByteSize(bytes) }
}

pub(super) fn access() -> ApiAccess {
    ApiAccess {
        endpoint: "ovh-eu".parse::<ApiEndpoint>().expect("an end point"),
        credential: ApiCredential::Application {
            application_key: api_secret(&id(), ApiSecret::ApplicationKey),
            application_secret: api_secret(&id(), ApiSecret::ApplicationSecret),
            consumer_key: api_secret(&id(), ApiSecret::ConsumerKey),
        },
        expiration: None,
    }
}

/// DNS as it is after the move, or after everything was mended.
pub(super) fn records(is_mended: bool) -> Vec<CheckedRecord> {
    let record = |purpose, name: &str, expected: &[&str], live: &[&str], verdict, explanation: &str| CheckedRecord {
        purpose,
        name: name.to_owned(),
        expected: expected.iter().map(|text| (*text).to_owned()).collect(),
        live: live.iter().map(|text| (*text).to_owned()).collect(),
        badge: None,
        verdict: if is_mended { Verdict::Good } else { verdict },
        explanation: if is_mended { "as-expected".to_owned() } else { explanation.to_owned() },
        change: None,
    };
    let zone = |id, field_type: &str, sub_domain: &str, target: &str| ZoneRecord {
        id,
        field_type: field_type.to_owned(),
        sub_domain: sub_domain.to_owned(),
        target: target.to_owned(),
        ttl: 3600,
    };
    let mx = ["1 mx1.mail.ovh.net", "5 mx2.mail.ovh.net", "50 mx3.mail.ovh.net"];
    let mut all = vec![
        record(RecordPurpose::Mx, "", &mx, &mx, Verdict::Good, "as-expected"),
        record(
            RecordPurpose::Spf,
            "",
            &["v=spf1 include:mx.ovh.com ~all"],
            &["v=spf1 ~all", "v=spf1 a ~all"],
            Verdict::Wrong,
            "spf-two-records",
        ),
        record(
            RecordPurpose::Autodiscover,
            "_autodiscover._tcp",
            &["0 0 443 pro1.mail.ovh.net"],
            &["0 0 443 mailconfig.ovh.net"],
            Verdict::Wrong,
            "srv-leftover",
        ),
        record(RecordPurpose::Dkim, "ovhemp1-selector1._domainkey", &["one", "two"], &["one"], Verdict::Waiting, "waiting"),
        record(RecordPurpose::Dmarc, "_dmarc", &["v=DMARC1; p=none"], &[], Verdict::Advice, "dmarc-missing"),
    ];
    all[0].badge = Some(true);
    all[1].badge = Some(is_mended);
    all[2].badge = Some(is_mended);
    if !is_mended {
        all[1].change = Some(Change {
            remove: vec![zone(7, "TXT", "", "\"v=spf1 a ~all\"")],
            update: vec![zone(6, "TXT", "", "\"v=spf1 include:mx.ovh.com ~all\"")],
            add: Vec::new(),
        });
    }
    all
}

/// What the demo would show in advance.
pub(super) fn prefill(mode: Mode) -> Prefill {
    let passwords: BTreeMap<EmailAddress, Secret> =
        ACCOUNTS.iter().map(|(name, _, _)| (address(name), Secret::new(format!("not the one of {name}")))).collect();
    Prefill {
        panel: (mode == Mode::Guided).then(|| "http://127.0.0.1:8080/panel".to_owned()),
        mode: Some(mode),
        api_endpoint: Some("ovh-eu".to_owned()),
        application_key: Some(Secret::new("7kbG7Bk7S9Nt7ZSV")),
        application_secret: Some(Secret::new("EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF")),
        consumer_key: None,
        accounts: ACCOUNTS
            .iter()
            .map(|(name, _, _)| PrefilledAccount { address: address(name), host: "ex3.mail.ovh.net".to_owned() })
            .collect(),
        target_host: Some("pro1.mail.ovh.net".to_owned()),
        target_passwords: passwords.clone(),
        passwords,
        ..Prefill::default()
    }
}

/// A task that has been running for this many seconds.
pub(super) fn running(activity: Activity, seconds: u64, done: u64, total: u64) -> TaskProgress {
    let since = Moment(NOW.0 - i64::try_from(seconds).expect("small") * 1_000);
    TaskProgress { activity, since, done, total, bytes: ByteSize(done * 70_000), waiting: None }
}

pub(super) fn progress(tasks: impl IntoIterator<Item = (Task, TaskProgress)>) -> Msg {
    Msg::Notice(Notice::Progress(Arc::new(Progress { at: NOW, tasks: tasks.into_iter().collect(), rate: Rate::default() })))
}

/// The copy in full swing: two accounts done, one copying, one waiting, one reading.
pub(super) fn copying(stage: &mut Stage) {
    stage.happens(Event::CopyConfirmed);
    for event in copied(MigrationId(1), 12_904, 1_900_000_000, false).into_iter().chain(copied(MigrationId(5), 3_118, 400_000_000, true)) {
        stage.happens(event);
    }
    stage.happens(part_copied(MigrationId(3), MailboxId(1), 900, 90_000_000));
    for folder in &mailboxes(31_020)[..1] {
        for event in folder_copied(MigrationId(2), folder, 2_400_000_000, false) {
            stage.happens(event);
        }
    }
    stage.happens(part_copied(MigrationId(2), MailboxId(2), 8_410, 1_200_000_000));
    let copy = |migration, mailbox| Task::CopyMailbox { migration: MigrationId(migration), mailbox: MailboxId(mailbox) };
    let mut waiting = running(Activity::Copying, 200, 900, 1_748);
    waiting.waiting = Some(Waiting { until: NOW.plus_millis(161_000), problem: Problem::new(ProblemCode::Throttled), attempts: 2 });
    let tasks = [
        (copy(2, 2), running(Activity::Copying, 41, 8_410, 15_199)),
        (copy(3, 1), waiting),
        (copy(4, 1), running(Activity::ReadingFolders, 2, 0, 0)),
    ];
    let history = vec![310, 480, 700, 890, 1_100, 1_240, 1_180, 1_260, 1_300, 1_220, 1_250, 1_340, 1_290, 1_240];
    let rate =
        Rate { messages: 1_240.0, bytes: 31_000_000.0, history, seconds_left: Some((1_320, 1_680)), limit: Some(Limit::Target), lanes: 4 };
    let progress = Progress { at: NOW, tasks: tasks.into_iter().collect(), rate };
    stage.hear(Msg::Notice(Notice::Progress(Arc::new(progress))));
}

pub(super) const fn migration(n: u32) -> MigrationId {
    MigrationId(n)
}

/// What a server says whose certificate nobody vouches for.
pub(super) fn untrusted() -> Problem {
    let fingerprint = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    Problem::new(ProblemCode::UntrustedCertificate).with("host", "ex3.mail.ovh.net:993").with("fingerprint", fingerprint)
}
