//! Reports of the other orders of acts, and of what belongs to accounts besides mail.

use crate::domain::{
    ByteSize, Capabilities, DomainName, EmailAddress, Feature, FeatureId, ImapEndpoint, MailboxId, MailboxName, MigrationId, Moment,
    Platform, Right, SecretRef, ServiceId, Thoroughness, WireName,
};
use crate::plan::{Inventory, MailPart, MailboxMapping, MappingAction, SourceAccount, TargetAccount};
use crate::session::{Destination, Event, LeftReason, MailboxCount, Mode, PlannedMigration, Session, StoredEvent, Strategy, Witness};

use super::{LedgerSummary, Outcome, Report, ReportInput, features};

const ONE: MigrationId = MigrationId(1);

fn address(local: &str) -> EmailAddress {
    format!("{local}@mydomain.ovh").parse().expect("an address")
}

fn service(platform: Platform) -> ServiceId {
    ServiceId { platform, organization: None, name: format!("{}-zz111111-1", platform.key()) }
}

fn mailbox(id: u32, name: &str, messages: u32) -> MailboxMapping {
    let name = MailboxName::from_segments([name.to_owned()]).expect("a name");
    MailboxMapping {
        id: MailboxId(id),
        wire: WireName(name.to_string()),
        role: None,
        is_subscribed: true,
        messages,
        action: MappingAction::Copy { to: name.clone() },
        part: MailPart::All,
        name,
    }
}

fn begun(order: Strategy, (from, to): (Platform, Platform)) -> Vec<Event> {
    let mailboxes = vec![mailbox(1, "INBOX", 20), mailbox(2, "Sent", 4)];
    let source = SourceAccount {
        address: address("john.smith"),
        service: Some(service(from)),
        endpoint: ImapEndpoint::tls("imap.mail.ovh.net"),
        user: "john.smith@mydomain.ovh".to_owned(),
        secret: SecretRef("secret-of-old".to_owned()),
        display_name: None,
        first_name: None,
        last_name: None,
    };
    let target = TargetAccount {
        service: Some(service(to)),
        endpoint: ImapEndpoint::tls("ex3.mail.ovh.net"),
        user: "john.smith@mydomain.ovh".to_owned(),
        secret: SecretRef("secret-of-new".to_owned()),
    };
    let inventory = Inventory {
        source: Capabilities::default(),
        mailboxes: mailboxes.clone(),
        messages: 24,
        bytes: ByteSize(240_000),
        findings: Vec::new(),
        marked: std::collections::BTreeMap::new(),
    };
    let temporary = if order == Strategy::CopyFirst { "john.smith01" } else { "john.smith" };
    let planned = PlannedMigration {
        id: ONE,
        temporary: address(temporary),
        source_user: address(temporary).to_string(),
        target,
        target_temporary: (order != Strategy::ServerSide).then(|| address("john.smith02")),
        mailboxes,
    };
    let destination =
        Destination { service: Some(service(to)), display_name: None, endpoint: ImapEndpoint::tls("ex3.mail.ovh.net"), webmail: None };
    vec![
        Event::SessionOpened { id: "7F3K-QX".parse().expect("an id"), version: "0.1.0".to_owned(), format: 1 },
        Event::ModeChosen { mode: Mode::Automatic, strategy: order },
        Event::SourcesChosen { accounts: vec![source] },
        Event::DestinationChosen { destination, domains: Vec::new() },
        Event::InventoryTaken { migration: ONE, inventory },
        Event::StrategyChosen { strategy: order },
        Event::PlanAccepted { migrations: vec![planned], create_at_once: true },
    ]
}

fn copied() -> Vec<Event> {
    let verified = |id: u32, messages: u64| Event::MailboxVerified {
        migration: ONE,
        mailbox: MailboxId(id),
        verified: messages,
        missing: 0,
        unaccounted: 0,
        altered: 0,
        flags_differ: 0,
        dates_differ: 0,
        by_bytes: true,
        sampled: 0,
        thoroughness: Thoroughness::Full,
        pass: None,
    };
    let done = |id: u32, messages: u64| Event::MailboxCopied { migration: ONE, mailbox: MailboxId(id), messages };
    vec![
        Event::TargetCreated { migration: ONE, seat: None, witness: Witness::Platform, gap_millis: None },
        Event::CopyConfirmed,
        done(1, 20),
        done(2, 4),
        verified(1, 20),
        verified(2, 4),
    ]
}

fn report(events: Vec<Event>) -> (Session, Report) {
    let begun = 1_795_163_971_000;
    let events: Vec<StoredEvent> = events
        .into_iter()
        .zip(1..)
        .map(|(event, seq)| StoredEvent { seq, at: Moment(begun + 60_000 * seq.cast_signed()), event })
        .collect();
    let session = Session::replay(&events);
    let mut ledger = LedgerSummary::default();
    for (id, messages) in [(1, 20), (2, 4)] {
        let totals =
            super::MailboxTotals { copied: messages, bytes: ByteSize(messages * 10_000), verified: messages, ..Default::default() };
        ledger.totals.insert((ONE, MailboxId(id)), totals);
    }
    let input = ReportInput { session: &session, events: &events, ledger: &ledger, version: "0.1.0", at: Moment(begun + 3_600_000) };
    let report = Report::of(&input);
    (session, report)
}

#[test]
fn a_replaced_account_is_told_from_the_copy_to_the_removal() {
    let mut events = begun(Strategy::Replace, (Platform::MxPlanLegacy, Platform::Exchange));
    events.extend(copied());
    let (_, before) = report(events.clone());
    let told = before.to_markdown();
    assert!(told.contains("still called john.smith02@mydomain.ovh") && told.contains("The old account is still there"), "{told}");
    assert!(!told.contains("without a mailbox") && !told.contains("no mailbox for"), "{told}");
    events.extend([
        Event::RemovalConfirmed { migration: ONE },
        Event::RemovalIntended { migration: ONE, address: address("john.smith") },
        Event::SourceRemoved { migration: ONE, witness: Witness::Platform },
        Event::TargetRenameIntended { migration: ONE, from: address("john.smith02"), to: address("john.smith") },
        Event::TargetRenamed { migration: ONE, witness: Witness::Platform, gap_millis: Some(42_000) },
    ]);
    let (_, after) = report(events);
    assert_eq!(after.accounts[0].outcome, Outcome::Complete);
    insta::assert_snapshot!(after.to_markdown());
}

#[test]
fn an_account_that_was_copied_first_tells_of_both_names() {
    let mut events = begun(Strategy::CopyFirst, (Platform::Exchange, Platform::Zimbra));
    events.extend(copied());
    events.extend([
        Event::SourceRenamed { migration: ONE, witness: Witness::Platform },
        Event::TargetRenamed { migration: ONE, witness: Witness::Platform, gap_millis: Some(3_000) },
    ]);
    let (_, report) = report(events);
    let account = &report.accounts[0];
    assert_eq!((account.old_account.clone(), account.has_address), (Some(address("john.smith01")), true));
    insta::assert_snapshot!(report.to_markdown());
}

#[test]
fn what_the_platform_moved_itself_is_counted_and_said_not_to_be_verified() {
    let found = |inbox: u32| {
        let count = |name: &str, messages| MailboxCount { name: MailboxName::from_segments([name.to_owned()]).expect("a name"), messages };
        let mut events = begun(Strategy::ServerSide, (Platform::MxPlanLegacy, Platform::EmailPro));
        let seat = address("zz1");
        events.extend([
            Event::ServerMigrationConfirmed { migration: ONE },
            Event::ServerMigrationIntended { migration: ONE, seat: seat.clone() },
            Event::ServerMigrated { migration: ONE, seat: Some(seat), found: vec![count("INBOX", inbox), count("Sent", 4)] },
        ]);
        report(events).1
    };
    let moved = found(21);
    assert_eq!(moved.accounts[0].outcome, Outcome::MovedByPlatform);
    insta::assert_snapshot!(moved.to_markdown());
    assert!(moved.to_html().contains("Messages before"));
    let fewer = found(17).to_markdown();
    assert!(fewer.contains("INBOX (20 before, 17 now)"), "{fewer}");
}

fn everything() -> Vec<Feature> {
    let settings = [("putInJunk", "true"), ("spamAndVirusConfiguration.tagSpam", "false"), ("mailingFilter", "vaderetro")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    vec![
        Feature::Alias { alias: address("j.smith") },
        Feature::Delegation { right: Right::SendAs, account: address("anna.keller") },
        Feature::HiddenFromDirectory,
        Feature::Forwarding { to: address("archive"), keeps_copy: true },
        Feature::Responder { content: "Back on Monday".to_owned(), from: None, to: None, copies: false, copy_to: None },
        Feature::Filter {
            name: "bills".to_owned(),
            priority: 1,
            is_active: true,
            rules: Vec::new(),
            action: "account".to_owned(),
            parameter: None,
        },
        Feature::SpamSettings { settings },
        Feature::Other { kind: "delegation".to_owned(), name: "zz1111-ovh".to_owned() },
    ]
}

fn shared() -> Vec<Feature> {
    let group = address("team");
    vec![
        Feature::Contact {
            address: "info@example.com".parse().expect("an address"),
            display_name: Some("Info | us".to_owned()),
            first_name: None,
            last_name: None,
            initials: None,
            is_hidden: false,
        },
        Feature::Disclaimer { content: "<p>Yours, <b>we</b></p>".to_owned(), is_outside_only: true },
        Feature::Group {
            address: group.clone(),
            display_name: None,
            is_hidden: false,
            join: "closed".to_owned(),
            depart: "closed".to_owned(),
            is_internal_only: true,
            largest_received_mb: None,
            largest_sent_mb: None,
        },
        Feature::GroupMember { group, member: address("anna.keller"), is_contact: false },
        Feature::MailingList { address: address("news"), owner: "owner@example.com".to_owned(), subscribers: vec![], moderators: vec![] },
        Feature::Redirection { from: address("old"), to: address("john.smith") },
    ]
}

fn with_features(to: Platform) -> (Session, Report) {
    let mut events = begun(Strategy::CopyFirst, (Platform::Exchange, to));
    let domain: DomainName = "mydomain.ovh".parse().expect("a domain");
    let (own, of_all) = (everything(), shared());
    let (count, all) = (u32::try_from(own.len()).expect("few"), u32::try_from(own.len() + of_all.len()).expect("few"));
    events.insert(5, Event::FeaturesSeen { migration: ONE, features: own });
    events.insert(6, Event::SharedFeaturesSeen { service: service(Platform::Exchange), domain, features: of_all });
    events.extend(copied());
    events.push(Event::FeatureIntended { feature: FeatureId(1) });
    events.push(Event::FeatureCarried { feature: FeatureId(1), left_source: true });
    for feature in 2..all {
        let reason = match feature % 3 {
            _ if feature == count + 5 => LeftReason::Stays,
            0 => LeftReason::NotOnTarget,
            1 => LeftReason::OthersStay,
            _ => LeftReason::Refused,
        };
        events.push(Event::FeatureLeft {
            feature: FeatureId(feature),
            reason,
            said: (feature == 2).then(|| "no *such* account".to_owned()),
        });
    }
    report(events)
}

#[test]
fn what_is_left_has_its_clicks_and_what_was_carried_is_said() {
    let (_, report) = with_features(Platform::Zimbra);
    let told = report.to_markdown();
    let (_, features) = told.split_once("### Besides mail").expect("a list");
    insta::assert_snapshot!(features.split("## DNS").next().unwrap_or_default());
}

#[test]
fn every_kind_of_feature_has_clicks_on_every_platform_that_name_it_and_its_place() {
    for platform in Platform::ALL {
        let (_, report) = with_features(platform);
        let account = &report.accounts[0];
        let all = account.to_do.iter().chain(report.shared.iter().flat_map(|shared| &shared.to_do));
        let (mut seen, service) = (0, service(platform).name);
        for to_do in all {
            assert!(!to_do.what.is_empty() && !to_do.why.is_empty() && to_do.clicks.len() > 15, "{platform}: {to_do:?}");
            let names_a_place = [service.as_str(), "Webmail", "Only Exchange", "mailing list", "is kept", "IMAP server", "own settings"];
            assert!(names_a_place.iter().any(|place| to_do.clicks.contains(place)), "{platform}: {to_do:?}");
            seen += 1;
        }
        assert!(seen >= 12, "{platform}: {seen}");
    }
}

#[test]
fn the_inventory_is_a_file_of_its_own_that_can_be_written_before_anything_changes() {
    assert!(features(&Session::default()).is_empty());
    let (session, report) = with_features(Platform::EmailPro);
    let json: serde_json::Value = serde_json::from_slice(&features(&session)).expect("JSON");
    assert_eq!(json["accounts"][0]["features"].as_array().map(Vec::len), Some(everything().len()));
    assert_eq!(json["accounts"][0]["features"][0]["state"], "carried");
    assert_eq!(json["accounts"][0]["features"][1]["what"]["account"], "anna.keller@mydomain.ovh");
    assert_eq!(json["domains"][0]["features"][2]["what"]["feature"], "group");
    let files: Vec<String> = report.files().into_iter().map(|(name, _)| name).collect();
    assert_eq!(files, ["report.md", "report.html", "report.json", "features.json"]);
    assert!(!String::from_utf8_lossy(&features(&session)).contains("secret-of"));
}
