//! The report of a session that had everything: refusals, an interruption, skipped folders, odd names, a DNS fix, an unfinished account.

use crate::dnscheck::{Change, CheckedRecord, RecordPurpose, Verdict};
use crate::domain::{
    BatchId, ByteSize, Capabilities, DomainName, EmailAddress, ImapEndpoint, MailboxId, MailboxName, MigrationId, Moment, Platform,
    SecretRef, ServiceId, Uid, UidValidity, WireName,
};
use crate::plan::{Finding, FindingCode, Inventory, MailboxMapping, MappingAction, SkipReason, SourceAccount, TargetAccount, Weight};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Destination, Event, Mode, PlannedMigration, Session, StoredEvent, Strategy, Task, Witness};

use super::{LedgerSummary, MailboxTotals, RefusedRow, Report, ReportInput};

const ONE: MigrationId = MigrationId(1);

fn address(text: &str) -> EmailAddress {
    text.parse().expect("an address")
}

fn name(text: &str) -> MailboxName {
    MailboxName::from_segments(text.split('/').map(str::to_owned)).expect("a name")
}

fn mapping(id: u32, from: &str, action: MappingAction, messages: u32) -> MailboxMapping {
    let wire = WireName(from.to_owned());
    MailboxMapping {
        id: MailboxId(id),
        name: name(from),
        wire,
        role: None,
        is_subscribed: true,
        messages,
        action,
        part: crate::plan::MailPart::All,
    }
}

fn copy(to: &str) -> MappingAction {
    MappingAction::Copy { to: name(to) }
}

fn service(platform: Platform, text: &str) -> ServiceId {
    ServiceId { platform, organization: None, name: text.to_owned() }
}

fn source(local: &str) -> SourceAccount {
    SourceAccount {
        address: address(&format!("{local}@mydomain.ovh")),
        service: Some(service(Platform::Exchange, "hosted-zz111111-1")),
        endpoint: ImapEndpoint::tls("ex3.mail.ovh.net"),
        user: format!("{local}@mydomain.ovh"),
        secret: SecretRef(format!("secret-of-{local}")),
        display_name: None,
        first_name: None,
        last_name: None,
    }
}

fn planned(id: u32, local: &str, mailboxes: Vec<MailboxMapping>) -> PlannedMigration {
    PlannedMigration {
        id: MigrationId(id),
        temporary: address(&format!("{local}01@mydomain.ovh")),
        source_user: format!("{local}01@mydomain.ovh"),
        target: TargetAccount {
            service: Some(service(Platform::EmailPro, "emailpro-zz111111-1")),
            endpoint: ImapEndpoint::tls("pro1.mail.ovh.net"),
            user: format!("{local}@mydomain.ovh"),
            secret: SecretRef(format!("secret-of-new-{local}")),
        },
        target_temporary: None,
        mailboxes,
    }
}

fn verified(mailbox: u32, verified: u64, flags_differ: u64) -> Event {
    let (mailbox, by_bytes) = (MailboxId(mailbox), false);
    Event::MailboxVerified {
        migration: ONE,
        mailbox,
        verified,
        missing: 0,
        unaccounted: 0,
        altered: 0,
        flags_differ,
        dates_differ: 0,
        by_bytes,
        sampled: 0,
        thoroughness: crate::domain::Thoroughness::Full,
        pass: None,
    }
}

fn before_the_copy() -> Vec<Event> {
    let boxes = vec![
        mapping(1, "INBOX", copy("INBOX"), 12_904),
        mapping(2, "Éléments envoyés/<2019> | *old*", copy("Sent"), 2),
        mapping(3, "Calendar", MappingAction::Skip { reason: SkipReason::NotMail }, 4),
    ];
    let finding = |code, weight, params: &[(&str, &str)]| Finding {
        code,
        weight,
        params: params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    };
    let inventory = Inventory {
        source: Capabilities::default(),
        mailboxes: boxes.clone(),
        messages: 12_906,
        bytes: ByteSize(1_900_000_000),
        findings: vec![
            finding(FindingCode::TargetRebuilds, Weight::Note, &[]),
            finding(FindingCode::NotMail, Weight::Note, &[("names", "Calendar")]),
            finding(FindingCode::Aliases, Weight::Warning, &[("count", "1")]),
        ],
        marked: std::collections::BTreeMap::new(),
    };
    let domain: DomainName = "mydomain.ovh".parse().expect("a domain");
    vec![
        Event::SessionOpened { id: "7F3K-QX".parse().expect("an id"), version: "0.1.0".to_owned(), format: 1 },
        Event::ModeChosen { mode: Mode::Automatic, strategy: Strategy::RenameFirst },
        Event::SourcesChosen { accounts: vec![source("john.smith"), source("info")] },
        Event::DestinationChosen {
            destination: Destination {
                service: Some(service(Platform::EmailPro, "emailpro-zz111111-1")),
                display_name: None,
                endpoint: ImapEndpoint::tls("pro1.mail.ovh.net"),
                webmail: Some("https://pro1.mail.ovh.net/owa".to_owned()),
            },
            domains: vec![domain],
        },
        Event::InventoryTaken { migration: ONE, inventory },
        Event::PlanAccepted {
            migrations: vec![planned(1, "john.smith", boxes), planned(2, "info", vec![mapping(1, "INBOX", copy("INBOX"), 7)])],
            create_at_once: true,
        },
        Event::RenameConfirmed,
        Event::SourceRenamed { migration: ONE, witness: Witness::Platform },
        Event::TargetCreated { migration: ONE, seat: None, witness: Witness::Platform, gap_millis: Some(38_000) },
        Event::CopyConfirmed,
    ]
}

fn the_copy_and_dns() -> Vec<Event> {
    let domain: DomainName = "mydomain.ovh".parse().expect("a domain");
    let record = |purpose, verdict, expected: &str, live: &[&str], explanation: &str| CheckedRecord {
        purpose,
        name: String::new(),
        expected: vec![expected.to_owned()],
        live: live.iter().map(|text| (*text).to_owned()).collect(),
        badge: None,
        verdict,
        explanation: explanation.to_owned(),
        change: None,
    };
    vec![
        Event::SessionResumed { version: "0.1.0".to_owned() },
        Event::BatchSettled { migration: ONE, mailbox: MailboxId(1), batch: BatchId(4), found: 60, bytes: ByteSize(1), again: 40 },
        Event::ValidityChanged {
            migration: ONE,
            mailbox: MailboxId(1),
            side: crate::session::Side::Target,
            from: UidValidity(1),
            to: UidValidity(2),
            recognised: 12_000,
        },
        Event::MessageRefused {
            migration: ONE,
            mailbox: MailboxId(2),
            uid: Uid(77),
            bytes: ByteSize(41_000_000),
            reason: "[LIMIT] message too <big> | really".to_owned(),
            saved: "refused/john.smith/2-77.eml".to_owned(),
        },
        verified(1, 12_904, 3),
        verified(2, 1, 0),
        Event::TaskStopped {
            task: Task::RenameSource { migration: MigrationId(2) },
            problem: Problem::new(ProblemCode::AddressTaken).with("address", "info01@mydomain.ovh").because("409 already exists"),
        },
        Event::DnsChecked {
            domain: domain.clone(),
            records: vec![
                record(RecordPurpose::Mx, Verdict::Good, "1 mx1.mail.ovh.net", &["1 mx1.mail.ovh.net"], "mx-good"),
                record(RecordPurpose::Spf, Verdict::Waiting, "v=spf1 include:mx.ovh.com ~all", &[], "spf-missing"),
                record(RecordPurpose::Dmarc, Verdict::Advice, "v=DMARC1; p=none", &[], "dmarc-advised"),
            ],
        },
        Event::DnsFixRequested {
            domain: domain.clone(),
            purpose: RecordPurpose::Spf,
            change: Change { remove: vec![], update: vec![], add: vec![] },
        },
        Event::DnsFixed { domain, purpose: RecordPurpose::Spf },
    ]
}

fn report() -> Report {
    let all = before_the_copy().into_iter().chain(the_copy_and_dns());
    let begun = 1_795_163_971_000;
    let events: Vec<StoredEvent> =
        all.zip(1..).map(|(event, seq)| StoredEvent { seq, at: Moment(begun + 60_000 * seq.cast_signed()), event }).collect();
    let totals = |copied, bytes, refused| MailboxTotals {
        copied,
        bytes: ByteSize(bytes),
        verified: copied,
        sampled: 0,
        refused,
        dates_moved: copied / 4_000,
    };
    let ledger = LedgerSummary {
        totals: [((ONE, MailboxId(1)), totals(12_904, 1_859_000_000, 0)), ((ONE, MailboxId(2)), totals(1, 5_100, 1))].into(),
        refused: vec![RefusedRow {
            migration: ONE,
            mailbox: MailboxId(2),
            uid: Uid(77),
            bytes: ByteSize(41_000_000),
            reason: "[LIMIT] message too <big> | really".to_owned(),
        }],
    };
    let session = Session::replay(&events);
    Report::of(&ReportInput { session: &session, events: &events, ledger: &ledger, version: "0.1.0", at: Moment(begun + 3_600_000) })
}

#[test]
fn the_report_as_markdown() {
    insta::assert_snapshot!(report().to_markdown());
}

#[test]
fn the_report_as_html() {
    insta::assert_snapshot!(report().to_html());
}

#[test]
fn the_report_as_json() {
    insta::assert_snapshot!(report().to_json());
}

#[test]
fn a_report_names_no_secret_and_each_account_has_its_own_page() {
    let files = report().files();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let own = ["report/john.smith@mydomain.ovh.md", "report/john.smith@mydomain.ovh.html"];
    let other = ["report/info@mydomain.ovh.md", "report/info@mydomain.ovh.html"];
    assert_eq!(names, [["report.md", "report.html", "report.json"].as_slice(), &own, &other].concat());
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("secret-of"), "{name} names where a secret is kept");
        assert!(!name.contains("info@") || !text.contains("john.smith"), "{name} tells about another account");
    }
}

#[test]
fn an_empty_session_has_a_report_too() {
    let (session, ledger) = (Session::default(), LedgerSummary::default());
    let report = Report::of(&ReportInput { session: &session, events: &[], ledger: &ledger, version: "0.1.0", at: Moment(0) });
    assert!(report.to_markdown().contains("1970-01-01 00:00:00 UTC"));
    assert_eq!(report.files().len(), 3);
}

#[test]
fn durations_and_counts_read_well() {
    use super::words::{count, duration};
    let read: Vec<String> = [900, 38_000, 130_000, 3_720_000].into_iter().map(duration).collect();
    assert_eq!(read, ["1 second", "38 seconds", "2 minutes 10 seconds", "1 hour 2 minutes"]);
    assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
}
