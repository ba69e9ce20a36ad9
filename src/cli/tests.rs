//! The command line from outside: help, parsing, refusals, and what is printed of a session.

use std::sync::Arc;

use crate::domain::{
    ByteSize, EmailAddress, Feature, FeatureId, ImapEndpoint, MailboxId, MailboxName, MigrationId, Moment, Platform, SecretRef, ServiceId,
    SessionId, Uid, WireName,
};
use crate::plan::{MailboxMapping, MappingAction, SourceAccount, TargetAccount};
use crate::ports::FoundSession;
use crate::problem::{Problem, ProblemCode};
use crate::session::report::{LedgerSummary, RefusedRow, Report, ReportInput};
use crate::session::{
    Event, LeftReason, MailboxCount, Mode, Notice, PlannedMigration, Progress, Rate, Session, StoredEvent, Strategy, Task, Witness,
};

use super::*;

fn parsed(line: &str, terminal: Terminal) -> Result<Request, Ending> {
    parse(std::iter::once("mailferry").chain(line.split_whitespace()), terminal)
}

fn help_of(path: &[&str]) -> String {
    let mut command = args::command().term_width(80);
    command.build();
    let mut found = &mut command;
    for name in path {
        found = found.find_subcommand_mut(name).expect("a subcommand");
    }
    found.render_long_help().to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn help_is_worth_reading() {
    insta::assert_snapshot!(help_of(&[]));
}

#[test]
fn every_command_has_its_own_help() {
    let paths: [&[&str]; 10] = [
        &["demo"],
        &["resume"],
        &["sessions"],
        &["sessions", "list"],
        &["sessions", "show"],
        &["sessions", "forget"],
        &["passwords"],
        &["copy"],
        &["completions"],
        &["man"],
    ];
    let all: Vec<String> = paths.iter().map(|path| format!("===== {} =====\n{}", path.join(" "), help_of(path))).collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn the_description_of_the_command_line_is_sound() {
    args::command().debug_assert();
}

#[test]
fn help_and_version_end_well() {
    for line in ["--help", "-h", "--version", "help copy", "copy --help"] {
        let ending = parsed(line, Terminal::Absent).expect_err("an end");
        assert_eq!(ending.exit, Exit::Done, "{line}");
    }
    let version = parsed("--version", Terminal::Absent).expect_err("an end").text;
    assert!(version.starts_with("mailferry 0."), "{version}");
}

#[test]
fn the_manual_has_a_page_per_command_and_completions_know_them() {
    let folder = tempfile::tempdir().expect("a folder");
    write_man_pages(&folder.path().join("man")).expect("written");
    let mut pages: Vec<String> = std::fs::read_dir(folder.path().join("man"))
        .expect("pages")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    pages.sort();
    insta::assert_snapshot!(pages.join("\n"));
    let page = std::fs::read_to_string(folder.path().join("man/mailferry-copy.1")).expect("a page");
    insta::assert_snapshot!(page.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
        let mut script = Vec::new();
        write_completions(shell, &mut script).expect("written");
        let script = String::from_utf8(script).expect("text");
        assert!(script.contains("from-secret") && script.contains("forget"), "{shell}");
    }
}

#[test]
fn without_a_terminal_the_wizard_is_refused_and_the_demo_walks_by_itself() {
    assert_eq!(parsed("", Terminal::Present).map(|r| r.invocation), Ok(Invocation::Wizard));
    let endings: Vec<String> = ["", "resume", "copy --from imaps://a@x.ovh --to imaps://b@x.ovh --from-secret prompt --to-secret keyring"]
        .iter()
        .map(|line| {
            let ending = parsed(line, Terminal::Absent).expect_err("refused");
            assert_eq!(ending.exit, Exit::Usage);
            ending.text
        })
        .collect();
    insta::assert_snapshot!(endings.join("\n-----\n"));
    let demo = |line, terminal| match parsed(line, terminal).expect("a demo").invocation {
        Invocation::Demo(request) => request,
        other => panic!("{other:?}"),
    };
    let plain = DemoRequest {
        manner: Manner::Wizard,
        fault: None,
        pair: None,
        order: None,
        seed: None,
        is_fast: false,
        is_small: false,
        act: None,
    };
    assert_eq!(demo("demo", Terminal::Present), plain);
    assert_eq!(demo("demo", Terminal::Absent), DemoRequest { manner: Manner::Auto(Wording::Text), ..plain });
    let auto = DemoRequest { manner: Manner::Auto(Wording::Text), fault: Some(Fault::Kill), seed: Some(7), is_fast: true, ..plain };
    assert_eq!(demo("demo --auto --fault kill --seed 7 --fast", Terminal::Present), auto);
    assert_eq!(demo("demo --serve --json", Terminal::Absent), DemoRequest { manner: Manner::Serve(Wording::Json), ..plain });
    for line in ["demo --serve --auto", "demo --json", "demo --fault flood", "demo --serve --fault cut"] {
        assert_eq!(parsed(line, Terminal::Present).map_err(|e| e.exit), Err(Exit::Usage), "{line}");
    }
}

#[test]
fn the_demo_takes_pairs_of_platforms_and_refuses_what_they_do_not_allow() {
    let demo = |line: &str| match parsed(line, Terminal::Absent).map(|request| request.invocation) {
        Ok(Invocation::Demo(request)) => Ok((request.pair, request.order)),
        Ok(other) => panic!("{other:?}"),
        Err(ending) => Err(ending.text),
    };
    let pair = Some((Platform::MxPlanLegacy, Platform::Exchange));
    assert_eq!(demo("demo --auto --from mx-plan-legacy --to exchange --order server-side"), Ok((pair, Some(Strategy::ServerSide))));
    assert_eq!(demo("demo --from mx-plan-legacy --to exchange"), Ok((pair, None)));
    assert_eq!(demo("demo --auto --order copy-first"), Ok((None, Some(Strategy::CopyFirst))));
    for from in Platform::ALL {
        for to in Platform::ALL {
            let is_possible = !crate::settings::Platforms::built_in().strategies(from, to).allowed.is_empty();
            assert_eq!(demo(&format!("demo --from {} --to {}", from.key(), to.key())).is_ok(), is_possible, "{from} to {to}");
        }
    }
    let refused = [
        "demo --auto --from exchange --to email-pro --order server-side",
        "demo --auto --from mx-plan-legacy --to zimbra --order rename-first",
        "demo --auto --from mx-plan --to mx-plan-zimbra",
        "demo --auto --from exchange",
        "demo --auto --from exchange --to notes",
        "demo --auto --order backwards",
    ];
    let told: Vec<String> = refused.iter().map(|line| demo(line).expect_err("refused")).collect();
    insta::assert_snapshot!(told.join("\n-----\n"));
}

#[test]
fn places_of_keys_are_named_and_a_key_on_the_command_line_is_never_repeated() {
    let options = |line| parsed(line, Terminal::Present).map(|request| request.options).map_err(|ending| ending.text);
    let named = options("--endpoint ovh-ca --credentials-from file:/srv/ovh.conf").expect("named");
    assert_eq!((named.endpoint.as_deref(), named.credentials_from), (Some("ovh-ca"), Some(CredentialsFrom::File("/srv/ovh.conf".into()))));
    assert_eq!(
        options("--endpoint https://localhost:8080/1.0 resume").expect("a URL").endpoint.as_deref(),
        Some("https://localhost:8080/1.0")
    );
    for line in ["--credentials-from 7kbG7Bk7S9Nt7ZSV", "--endpoint kimsufi-eu", "--endpoint http://api.example.com"] {
        assert!(options(line).is_err(), "{line}");
    }
    let refused = options("--credentials-from 7kbG7Bk7S9Nt7ZSV").expect_err("refused");
    assert!(refused.contains("a key itself never stands on the command line"), "{refused}");
}

#[test]
fn passwords_are_exported_and_opened_and_a_passphrase_needs_a_place() {
    let passwords = |line, terminal| match parsed(line, terminal).map(|request| request.invocation) {
        Ok(Invocation::Passwords(request)) => Ok(request),
        Ok(other) => panic!("{other:?}"),
        Err(ending) => Err((ending.exit, ending.text)),
    };
    let id: SessionId = "7F3K-QX".parse().expect("an id");
    let export = |passphrase| PasswordsRequest::Export { id: id.clone(), out: "new.vault".into(), passphrase };
    assert_eq!(passwords("passwords 7f3k-qx --out new.vault", Terminal::Present), Ok(export(SecretSpec::Prompt)));
    let unattended = "passwords 7f3k-qx --out new.vault --passphrase-from fd:3";
    assert_eq!(passwords(unattended, Terminal::Absent), Ok(export(SecretSpec::FileDescriptor(3))));
    let open = PasswordsRequest::Open { file: "new.vault".into(), passphrase: SecretSpec::Prompt };
    assert_eq!(passwords("passwords --open new.vault", Terminal::Present), Ok(open));
    for (line, terminal) in [
        ("passwords", Terminal::Present),
        ("passwords 7F3K-QX", Terminal::Present),
        ("passwords --out new.vault", Terminal::Present),
        ("passwords 7F3K-QX --open new.vault", Terminal::Present),
        ("passwords 7F3K-QX --out new.vault", Terminal::Absent),
        ("passwords 7F3K-QX --out new.vault --passphrase-from keyring", Terminal::Present),
        ("passwords 7F3K-QX --out new.vault --passphrase-from hunter2hunter2", Terminal::Present),
        ("passwords --open new.vault --passphrase-from fd:3", Terminal::Absent),
    ] {
        let (exit, _) = passwords(line, terminal).expect_err(line);
        assert_eq!(exit, Exit::Usage, "{line}");
    }
}

#[test]
fn sessions_are_named_as_they_are_read_aloud() {
    let id: SessionId = "7F3K-QX".parse().expect("an id");
    let sessions = |line| parsed(line, Terminal::Absent).map(|r| r.invocation);
    assert_eq!(sessions("sessions list --json"), Ok(Invocation::Sessions(SessionsRequest::List(Wording::Json))));
    let show = SessionsRequest::Show { id: id.clone(), wording: Wording::Text };
    assert_eq!(sessions("sessions show 7f3kqx"), Ok(Invocation::Sessions(show)));
    let forget = SessionsRequest::Forget { id: id.clone(), is_agreed: true };
    assert_eq!(sessions("sessions forget 7F3K-QX --yes"), Ok(Invocation::Sessions(forget)));
    assert_eq!(parsed("resume 7f3k-qx", Terminal::Present).map(|r| r.invocation), Ok(Invocation::Resume { id: Some(id) }));
    for line in ["sessions", "sessions show", "sessions show nonsense", "sessions forget", "nonsense", "--nonsense"] {
        assert_eq!(parsed(line, Terminal::Present).map_err(|e| e.exit), Err(Exit::Usage), "{line}");
    }
}

#[test]
fn a_copy_is_read_and_a_password_on_the_command_line_is_never_repeated() {
    let copy = "copy --from imaps://anna%40example.com@imap.example.com --to imap://test@127.0.0.1:1143 --from-secret fd:3";
    let request = parsed(&format!("{copy} --to-secret file:/run/secret --state /srv/state --ca ca.pem --json"), Terminal::Absent);
    let Ok(Request { invocation: Invocation::Copy(request), options }) = request else { panic!("{request:?}") };
    assert_eq!((request.from.user.as_str(), request.to.endpoint.port), ("anna@example.com", 1143));
    assert_eq!((&request.from_secret, &request.to_secret), (&SecretSpec::FileDescriptor(3), &SecretSpec::File("/run/secret".into())));
    assert_eq!((request.ca, request.wording), (Some("ca.pem".into()), Wording::Json));
    assert_eq!(options.state, Some("/srv/state".into()));
    let refused: Vec<String> = [
        format!("{copy} --to-secret hunter2"),
        format!("{copy} --to-secret fd:3"),
        "copy --from imaps://anna:hunter2@imap.example.com --to imaps://b@x.ovh --from-secret keyring --to-secret keyring".to_owned(),
        "copy --from imap://anna@imap.example.com --to imaps://b@x.ovh --from-secret keyring --to-secret keyring".to_owned(),
        "copy --from imaps://b@x.ovh:993 --to imaps://b@x.ovh --from-secret keyring --to-secret keyring".to_owned(),
        copy.to_owned(),
    ]
    .iter()
    .map(|line| {
        let ending = parsed(line, Terminal::Present).expect_err("refused");
        assert_eq!(ending.exit, Exit::Usage);
        assert!(!ending.text.contains("hunter2"), "{}", ending.text);
        ending.text
    })
    .collect();
    insta::assert_snapshot!(refused.join("\n-----\n"));
}

fn address(text: &str) -> EmailAddress {
    text.parse().expect("an address")
}

fn story() -> Vec<StoredEvent> {
    let anna = SourceAccount {
        address: address("anna@mydomain.ovh"),
        service: None,
        endpoint: ImapEndpoint::tls("ex3.mail.ovh.net"),
        user: "anna@mydomain.ovh".to_owned(),
        secret: SecretRef("old".to_owned()),
        display_name: None,
        first_name: None,
        last_name: None,
    };
    let mapping = MailboxMapping {
        id: MailboxId(1),
        name: MailboxName::inbox(),
        wire: WireName("INBOX".to_owned()),
        role: None,
        is_subscribed: true,
        messages: 3000,
        action: MappingAction::Copy { to: MailboxName::inbox() },
        part: crate::plan::MailPart::All,
    };
    let one = MigrationId(1);
    let planned = PlannedMigration {
        id: one,
        temporary: address("anna01@mydomain.ovh"),
        source_user: "anna01@mydomain.ovh".to_owned(),
        target: TargetAccount {
            service: None,
            endpoint: ImapEndpoint::tls("pro1.mail.ovh.net"),
            user: "anna@mydomain.ovh".to_owned(),
            secret: SecretRef("new".to_owned()),
        },
        target_temporary: None,
        mailboxes: vec![mapping],
    };
    let refused = Event::MessageRefused {
        migration: one,
        mailbox: MailboxId(1),
        uid: Uid(9),
        bytes: ByteSize(41_000_000),
        reason: "[LIMIT] too \u{1b}[2Jbig\r\n".to_owned(),
        saved: "refused/1-9.eml".to_owned(),
    };
    let verified = |verified, missing| Event::MailboxVerified {
        migration: one,
        mailbox: MailboxId(1),
        verified,
        missing,
        unaccounted: 0,
        altered: 0,
        flags_differ: 2,
        dates_differ: 0,
        by_bytes: true,
        sampled: 0,
        thoroughness: crate::domain::Thoroughness::Full,
        pass: None,
    };
    let stopped = Event::TaskStopped {
        task: Task::CopyMailbox { migration: one, mailbox: MailboxId(1) },
        problem: Problem::new(ProblemCode::QuotaFull).with("address", "anna@mydomain.ovh").because("[OVERQUOTA] full"),
    };
    let events = [
        Event::SessionOpened { id: "7F3K-QX".parse().expect("an id"), version: "0.1.0".to_owned(), format: 1 },
        Event::ModeChosen { mode: Mode::Guided, strategy: Strategy::RenameFirst },
        Event::SourcesChosen { accounts: vec![anna] },
        Event::PlanAccepted { migrations: vec![planned], create_at_once: false },
        Event::SourceRenamed { migration: one, witness: Witness::Login },
        Event::TargetCreated { migration: one, seat: None, witness: Witness::Platform, gap_millis: Some(37_200) },
        Event::CopyConfirmed,
        refused,
        stopped,
        Event::TaskRetried { task: Task::CopyMailbox { migration: one, mailbox: MailboxId(1) } },
        Event::MailboxCopied { migration: one, mailbox: MailboxId(1), messages: 3000 },
        verified(2998, 1),
        verified(2999, 0),
        Event::ReportSaved { files: vec!["report.md".to_owned()] },
    ];
    let at = |seq: u64| Moment(1_795_163_971_000 + 7_000 * seq.cast_signed());
    events.into_iter().zip(1..).map(|(event, seq)| StoredEvent { seq, at: at(seq), event }).collect()
}

fn printed(wording: Wording) -> String {
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out, wording, 60);
    for stored in story() {
        let at = stored.at;
        printer.notice(&Notice::Happened(Arc::new(stored))).expect("printed");
        let rate = Rate { messages: 1240.4, bytes: 9_100_000.0, seconds_left: Some((1320, 1650)), ..Rate::default() };
        printer.notice(&Notice::Progress(Arc::new(Progress { at, rate, ..Progress::default() }))).expect("printed");
    }
    printer.remark("Go on with: …").expect("printed");
    printer.notice(&Notice::JournalFailed(Problem::new(ProblemCode::DiskFull).with("path", "/srv"))).expect("printed");
    String::from_utf8(out).expect("text")
}

#[test]
fn a_session_reads_as_calm_lines() {
    let text = printed(Wording::Text);
    assert!(!text.contains('\u{1b}'), "what a server says cannot move the cursor");
    insta::assert_snapshot!(text);
}

/// What the other orders of acts and the features add, each kind of event once.
#[test]
fn every_act_and_every_feature_reads_as_a_line() {
    let one = MigrationId(1);
    let service = ServiceId { platform: Platform::Exchange, organization: None, name: "hosted-zz111111-1".to_owned() };
    let domain: crate::domain::DomainName = "mydomain.ovh".parse().expect("a domain");
    let (own, temporary) = (address("anna@mydomain.ovh"), address("anna02@mydomain.ovh"));
    let contact = Feature::Disclaimer { content: "<p>Bye</p>".to_owned(), is_outside_only: false };
    let acts = [
        Event::StrategyChosen { strategy: Strategy::Replace },
        Event::FeaturesSeen {
            migration: one,
            features: vec![Feature::Alias { alias: address("a.k@mydomain.ovh") }, Feature::HiddenFromDirectory],
        },
        Event::SharedFeaturesSeen { service, domain: domain.clone(), features: vec![contact] },
        Event::RemovalConfirmed { migration: one },
        Event::RemovalIntended { migration: one, address: own.clone() },
        Event::SourceRemoved { migration: one, witness: Witness::Platform },
        Event::TargetRenameIntended { migration: one, from: temporary.clone(), to: own.clone() },
        Event::TargetRenamed { migration: one, witness: Witness::Platform, gap_millis: Some(4_200) },
        Event::TargetRenameUndoIntended { migration: one, from: own, to: temporary },
        Event::TargetRenameUndone { migration: one },
        Event::TargetPasswordRenewed { migration: one },
        Event::ServerMigrationConfirmed { migration: one },
        Event::ServerMigrationIntended { migration: one, seat: address("zz1@configureme.me") },
        Event::ServerMigrated { migration: one, seat: None, found: vec![MailboxCount { name: MailboxName::inbox(), messages: 3000 }] },
        Event::FeatureCarried { feature: FeatureId(1), left_source: true },
        Event::FeatureLeft { feature: FeatureId(3), reason: LeftReason::Refused, said: Some("no\u{1b}[2J".to_owned()) },
        Event::DomainDetachIntended { domain: domain.clone() },
        Event::DomainDetached { domain },
    ];
    let mut before: Vec<StoredEvent> = story()[..4].to_vec();
    if let Event::SourcesChosen { accounts } = &mut before[2].event {
        accounts[0].service = Some(ServiceId { platform: Platform::Exchange, organization: None, name: "hosted-zz111111-1".to_owned() });
    }
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out, Wording::Text, 60);
    printer.remember(&before);
    for (event, seq) in acts.into_iter().zip(5..) {
        let stored = StoredEvent { seq, at: Moment(1_795_163_971_000), event };
        printer.notice(&Notice::Happened(Arc::new(stored))).expect("printed");
    }
    let text = String::from_utf8(out).expect("text");
    assert_eq!(text.lines().count(), 18, "each has a line");
    assert!(!text.contains('\u{1b}'));
    insta::assert_snapshot!(text);
}

#[test]
fn json_lines_are_the_journals_own_records() {
    let text = printed(Wording::Json);
    let lines: Vec<&str> = text.lines().collect();
    let story = story();
    assert_eq!(lines.len(), story.len() + 1);
    for (line, stored) in lines.iter().zip(&story) {
        assert_eq!(&serde_json::from_str::<StoredEvent>(line).expect("a record"), stored);
    }
    insta::assert_snapshot!(format!("{}\n{}", lines[0], lines[lines.len() - 1]));
}

#[test]
fn sessions_are_listed_and_shown() {
    let id = |text: &str| -> SessionId { text.parse().expect("an id") };
    let found = |text, held_by| FoundSession { id: id(text), touched: Moment(1_795_163_971_000), held_by };
    let all = story();
    let running = Session::replay(&all[..8]);
    let finished = Session { is_finished: true, ..Session::replay(&all) };
    let too_new = Problem::new(ProblemCode::SessionTooNew).with("version", "9.0.0");
    let lines = [
        SessionLine::of(&found("7F3K-QX", Some(4711)), Ok(&running)),
        SessionLine::of(&found("8F3K-QX", None), Ok(&finished)),
        SessionLine::of(&found("9F3K-QX", None), Err(too_new)),
        SessionLine::of(&found("AF3K-QX", None), Ok(&Session::default())),
    ];
    let mut out = Vec::new();
    print_sessions(&mut out, &lines, Wording::Text, 60).expect("printed");
    print_sessions(&mut out, &lines, Wording::Json, 60).expect("printed");
    print_sessions(&mut out, &[], Wording::Text, 60).expect("printed");
    let line = SessionLine { held_by: None, ..lines[0].clone() };
    print_session(&mut out, &line, &all[..9], Wording::Text, 60).expect("printed");
    insta::assert_snapshot!(String::from_utf8(out).expect("text"));
    let mut out = Vec::new();
    print_session(&mut out, &line, &all, Wording::Json, 60).expect("printed");
    assert_eq!(String::from_utf8(out).expect("text").lines().count(), all.len());
}

#[test]
fn the_outcome_lists_what_is_not_there() {
    let all = story();
    let outcome = |events: &[StoredEvent], ledger: &LedgerSummary| {
        let session = Session::replay(events);
        let report = Report::of(&ReportInput { session: &session, events, ledger, version: "0.1.0", at: Moment(0) });
        let mut out = Vec::new();
        print_outcome(&mut out, &report, Wording::Text).expect("printed");
        format!("{}exit code {}\n", String::from_utf8(out).expect("text"), exit_of(&report).code())
    };
    let row = RefusedRow {
        migration: MigrationId(1),
        mailbox: MailboxId(1),
        uid: Uid(9),
        bytes: ByteSize(41_000_000),
        reason: "[LIMIT] too big".to_owned(),
    };
    let refused = LedgerSummary { totals: std::collections::BTreeMap::new(), refused: vec![row] };
    let without: Vec<StoredEvent> = all.iter().filter(|e| !matches!(e.event, Event::MessageRefused { .. })).cloned().collect();
    let told = [outcome(&all, &refused), outcome(&all[..9], &LedgerSummary::default()), outcome(&without, &LedgerSummary::default())];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn last_words_go_where_they_belong() {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    Ending::new(Exit::Done, "fine\n").say(&mut out, &mut err).expect("said");
    Ending::new(Exit::Refused, "held").say(&mut out, &mut err).expect("said");
    Ending::new(Exit::Stopped, "").say(&mut out, &mut err).expect("said");
    assert_eq!((out.as_slice(), err.as_slice()), (b"fine\n".as_slice(), b"held\n".as_slice()));
}
