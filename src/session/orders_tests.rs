//! The orders of acts other than rename first: which step, which tasks, what is refused, what can be undone.

use crate::domain::{DomainName, EmailAddress, Feature, FeatureId, MailboxId, MigrationId, Platform, ServiceId};
use crate::problem::{Problem, ProblemCode};

use super::story::{access, address, after, destination, inventory, planned, source, story};
use super::{
    Command, CopyState, CreateState, Destination, Event, FeatureState, LeftReason, Mode, PlannedMigration, Refusal, RemovalState,
    RenameState, Session, Step, StepState, Strategy, Task, Undo, Witness, decide, due,
};

const ONE: MigrationId = MigrationId(1);

fn real() -> EmailAddress {
    address("john.smith@mydomain.ovh")
}

fn under_way() -> EmailAddress {
    address("john.smith02@mydomain.ovh")
}

fn domain() -> DomainName {
    real().domain().clone()
}

fn service(platform: Platform) -> ServiceId {
    ServiceId { platform, organization: None, name: platform.key().to_owned() }
}

fn plan_for(order: Strategy) -> PlannedMigration {
    let mut plan = planned(1, "john.smith");
    if matches!(order, Strategy::Replace | Strategy::ServerSide) {
        plan.temporary = real();
        plan.source_user = real().to_string();
    }
    if matches!(order, Strategy::CopyFirst | Strategy::Replace) {
        plan.target_temporary = Some(under_way());
        plan.target.user = under_way().to_string();
    }
    plan
}

/// Everything up to the accepted plan of one account.
fn accepted(order: Strategy) -> Vec<Event> {
    let from = if matches!(order, Strategy::Replace | Strategy::ServerSide) { Platform::MxPlanLegacy } else { Platform::Exchange };
    let mut events = story().into_iter().take(1).collect::<Vec<_>>();
    let mut account = source("john.smith");
    account.service = Some(service(from));
    events.extend([
        Event::ModeChosen { mode: Mode::Automatic, strategy: order },
        Event::ApiConnected { access: access() },
        Event::SourcesChosen { accounts: vec![account] },
        Event::DestinationChosen { destination: destination(), domains: vec![domain()] },
        Event::DomainReady { domain: domain(), attached_by_us: true },
        Event::InventoryTaken { migration: ONE, inventory: inventory() },
        Event::FeaturesSeen { migration: ONE, features: Vec::new() },
        Event::SharedFeaturesSeen { service: service(from), domain: domain(), features: Vec::new() },
        Event::PlanAccepted { migrations: vec![plan_for(order)], create_at_once: true },
    ]);
    events
}

fn created() -> [Event; 3] {
    let made = Event::TargetCreated { migration: ONE, seat: None, witness: Witness::Platform, gap_millis: None };
    [Event::CreateConfirmed, Event::CreateIntended { migration: ONE, address: under_way(), seat: None }, made]
}

fn verified() -> Vec<Event> {
    let story = story();
    let is_of_one = |event: &Event| match event {
        Event::MailboxPrepared { migration, .. }
        | Event::BatchIntended { migration, .. }
        | Event::BatchCopied { migration, .. }
        | Event::MailboxCopied { migration, .. }
        | Event::MailboxVerified { migration, .. } => *migration == ONE,
        _ => false,
    };
    story.into_iter().filter(is_of_one).collect()
}

/// Created under a temporary name, copied and verified.
fn copied(order: Strategy) -> Vec<Event> {
    let mut events = accepted(order);
    events.extend(created());
    events.push(Event::CopyConfirmed);
    events.extend(verified());
    events
}

fn surveyed() -> Event {
    Event::AccountSurveyed { migration: ONE, unchanged: vec![MailboxId(1), MailboxId(2)], vanished: Vec::new(), found: Vec::new() }
}

/// Another pass that finds what it had left.
fn passed_again() -> Vec<Event> {
    [
        Event::DeltaRequested { migration: ONE },
        Event::AccountSurveyed { migration: ONE, unchanged: Vec::new(), vanished: Vec::new(), found: Vec::new() },
    ]
    .into_iter()
    .chain(verified())
    .collect()
}

fn steps(events: &[Event]) -> Vec<Step> {
    let mut steps: Vec<Step> = (1..=events.len()).map(|end| after(&events[..end]).step()).collect();
    steps.dedup();
    steps
}

#[test]
fn copy_first_creates_copies_and_changes_names_in_this_order() {
    let mut events = copied(Strategy::CopyFirst);
    let session = after(&events);
    assert_eq!((session.step(), due(&session)), (Step::Rename, Vec::new()), "nobody gives up a name before the person says so");
    assert_eq!(session.migrations[0].target_address(), &under_way());
    events.extend(decide(&session, &Command::ConfirmRename).expect("its turn"));
    assert_eq!(due(&after(&events)), [Task::RenameSource { migration: ONE }]);
    events.push(Event::RenameIntended { migration: ONE, from: real(), to: plan_for(Strategy::CopyFirst).temporary });
    events.push(Event::SourceRenamed { migration: ONE, witness: Witness::Platform });
    assert_eq!(due(&after(&events)), [Task::RenameTarget { migration: ONE }], "and nothing is copied between two names");
    events.push(Event::TargetRenameIntended { migration: ONE, from: under_way(), to: real() });
    events.push(Event::TargetRenamed { migration: ONE, witness: Witness::Platform, gap_millis: Some(9_000) });
    let session = after(&events);
    assert_eq!((session.step(), due(&session)), (Step::Migrate, vec![Task::Survey { migration: ONE }]), "what arrived meanwhile");
    assert_eq!((session.step_state(Step::Rename), session.step_state(Step::Migrate)), (StepState::Done, StepState::Current));
    assert_eq!(session.migrations[0].target.as_ref().map(|t| t.user.clone()), Some(real().to_string()));
    events.extend(passed_again());
    let before_dns = [Step::Create, Step::Migrate, Step::Rename, Step::Migrate, Step::Dns];
    assert!(steps(&events).ends_with(&before_dns), "{:?}", steps(&events));
    assert_eq!(decide(&after(&events), &Command::UndoRename { migration: ONE }), Err(Refusal::TooLate));
    assert_eq!(decide(&after(&events), &Command::UndoEverything), Err(Refusal::TooLate));
}

#[test]
fn a_copy_under_a_temporary_name_can_be_taken_back_until_names_change() {
    let events = copied(Strategy::CopyFirst);
    let undo = decide(&after(&events), &Command::UndoEverything).expect("possible");
    assert_eq!(undo, [Event::CreateUndoRequested { migration: ONE }, Event::DomainDetachRequested { domain: domain() }]);
    let mut events: Vec<Event> = events.into_iter().chain(undo).collect();
    assert_eq!(due(&after(&events)), [Task::UndoCreate { migration: ONE }], "the domain is needed until the account is gone");
    events.push(Event::CreateUndone { migration: ONE });
    let session = after(&events);
    assert_eq!(due(&session), [Task::DetachDomain { domain: domain() }]);
    assert_eq!(session.migrations[0].copied(), 0, "what was copied into it is gone with it");
    events.push(Event::DomainDetached { domain: domain() });
    let session = after(&events);
    assert_eq!((session.step(), session.has_acted(), due(&session)), (Step::Destination, false, Vec::new()));
}

#[test]
fn a_name_that_the_target_may_have_is_taken_from_it_before_the_source_gets_it_back() {
    let mut events = copied(Strategy::CopyFirst);
    events.extend([Event::RenameConfirmed, Event::SourceRenamed { migration: ONE, witness: Witness::Platform }]);
    events.push(Event::TargetRenameIntended { migration: ONE, from: under_way(), to: real() });
    events.extend(decide(&after(&events), &Command::UndoRename { migration: ONE }).expect("not past the point of no return"));
    assert_eq!(due(&after(&events)), [Task::UndoRenameTarget { migration: ONE }]);
    events.push(Event::TargetRenameUndone { migration: ONE });
    assert_eq!(due(&after(&events)), [Task::UndoRename { migration: ONE }]);
    events.push(Event::RenameUndone { migration: ONE });
    let session = after(&events);
    assert_eq!((session.step(), session.migrations[0].rename.clone()), (Step::Rename, RenameState::Pending));
    assert_eq!(session.migrations[0].create, CreateState::Done, "the copy stays");
}

#[test]
fn a_source_is_removed_only_after_verification_a_last_look_and_its_address_typed() {
    let mut events = copied(Strategy::Replace);
    let confirm = |typed: &str| Command::ConfirmRemoval { migration: ONE, typed: typed.to_owned() };
    assert_eq!(after(&events).step(), Step::Rename);
    for wrong in ["", "yes", "john.smith@", "anna.keller@mydomain.ovh"] {
        assert_eq!(decide(&after(&events), &confirm(wrong)), Err(Refusal::WrongTyped), "{wrong}");
    }
    let unverified: Vec<Event> = events.iter().filter(|e| !matches!(e, Event::MailboxVerified { .. })).cloned().collect();
    assert_eq!(decide(&after(&unverified), &confirm("john.smith@mydomain.ovh")), Err(Refusal::NotVerified));
    events.extend(decide(&after(&events), &confirm(" John.Smith@mydomain.ovh ")).expect("typed"));
    assert_eq!(due(&after(&events)), [Task::Survey { migration: ONE }], "what came since is copied first");
    events.push(surveyed());
    events.extend(verified());
    assert_eq!(due(&after(&events)), [Task::RemoveSource { migration: ONE }]);
    let mut paused = events.clone();
    paused.push(Event::Paused);
    assert_eq!(due(&after(&paused)), [], "a pause holds it");
    events.push(Event::RemovalIntended { migration: ONE, address: real() });
    assert_eq!(decide(&after(&events), &Command::RequestDelta { migration: ONE }), Err(Refusal::SourceGone));
    assert_eq!(decide(&after(&events), &Command::UndoEverything), Err(Refusal::TooLate));
    let mut moved = events.clone();
    moved.push(Event::DeltaRequested { migration: ONE });
    assert_eq!(after(&moved).migrations[0].removal, RemovalState::Confirmed, "something happened in it: first another pass");
    events.push(Event::SourceRemoved { migration: ONE, witness: Witness::Platform });
    assert_eq!(due(&after(&events)), [Task::RenameTarget { migration: ONE }]);
    assert!(!after(&events).needed_secrets().iter().any(|s| s.0.starts_with("source")), "nobody needs its password any more");
    events.push(Event::TargetRenamed { migration: ONE, witness: Witness::Platform, gap_millis: Some(400) });
    assert_eq!(after(&events).step(), Step::Dns);
}

#[test]
fn a_message_that_was_refused_keeps_its_source() {
    let mut events = copied(Strategy::Replace);
    let refused = Event::MessageRefused {
        migration: ONE,
        mailbox: MailboxId(1),
        uid: crate::domain::Uid(9),
        bytes: crate::domain::ByteSize(1),
        reason: "too large".to_owned(),
        saved: "refused/9.eml".to_owned(),
    };
    events.push(refused);
    let confirm = Command::ConfirmRemoval { migration: ONE, typed: real().to_string() };
    assert_eq!(decide(&after(&events), &confirm), Err(Refusal::NotVerified));
}

#[test]
fn the_platform_migrates_what_was_typed_and_nothing_else() {
    let mut events = accepted(Strategy::ServerSide);
    let session = after(&events);
    assert_eq!((session.step(), due(&session)), (Step::Migrate, Vec::new()));
    assert_eq!(session.steps().len(), 7, "nothing is renamed or created by us");
    let confirm = |typed: &str| Command::ConfirmServerMigration { migration: ONE, typed: typed.to_owned() };
    assert_eq!(decide(&session, &confirm("ok")), Err(Refusal::WrongTyped));
    assert_eq!(decide(&session, &Command::ConfirmCopy).ok().map(|_| ()), Some(()), "asked for by nobody, and without effect");
    events.extend(decide(&session, &confirm("john.smith@mydomain.ovh")).expect("typed"));
    assert_eq!(due(&after(&events)), [Task::ServerMigrate { migration: ONE }]);
    let seat = address("zz1@configureme.me");
    events.push(Event::ServerMigrationIntended { migration: ONE, seat: seat.clone() });
    assert_eq!(decide(&after(&events), &Command::UndoEverything), Err(Refusal::TooLate), "it cannot be cancelled");
    assert_eq!(due(&after(&events)), [Task::ServerMigrate { migration: ONE }]);
    events.push(Event::ServerMigrated { migration: ONE, seat: Some(seat), found: Vec::new() });
    assert_eq!(after(&events).step(), Step::Dns);
}

#[test]
fn an_order_that_the_platforms_do_not_allow_is_refused_and_gives_way_when_the_destination_changes() {
    let mut events: Vec<Event> =
        accepted(Strategy::RenameFirst).into_iter().take_while(|e| !matches!(e, Event::DestinationChosen { .. })).collect();
    if let Some(Event::SourcesChosen { accounts }) = events.last_mut() {
        accounts[0].service = Some(service(Platform::MxPlanLegacy));
    }
    let to = |platform| Command::ChooseDestination {
        destination: Destination { service: Some(service(platform)), ..destination() },
        domains: Vec::new(),
    };
    let to_exchange = decide(&after(&events), &to(Platform::Exchange)).expect("its turn");
    assert!(to_exchange.contains(&Event::StrategyChosen { strategy: Strategy::ServerSide }), "{to_exchange:?}");
    let to_zimbra = decide(&after(&events), &to(Platform::Zimbra)).expect("its turn");
    assert!(to_zimbra.contains(&Event::StrategyChosen { strategy: Strategy::Replace }), "{to_zimbra:?}");
    events.extend(to_zimbra);
    let session = after(&events);
    let choose = |strategy| decide(&session, &Command::ChooseStrategy { strategy });
    assert_eq!(choose(Strategy::RenameFirst), Err(Refusal::StrategyNotPossible));
    assert_eq!(choose(Strategy::ServerSide), Err(Refusal::StrategyNotPossible));
    assert!(choose(Strategy::Replace).is_ok());
    events.push(Event::InventoryTaken { migration: ONE, inventory: inventory() });
    events.push(Event::StrategyChosen { strategy: Strategy::ServerSide });
    assert_eq!(after(&events).migrations[0].inventory, None, "what the platform says of its own migration is asked for");
}

#[test]
fn a_plan_names_what_its_order_needs_and_no_more() {
    let reviewed = |order| -> Session {
        let events: Vec<Event> = accepted(order).into_iter().take_while(|e| !matches!(e, Event::PlanAccepted { .. })).collect();
        after(&events)
    };
    let accept = |order, plan: PlannedMigration| {
        decide(&reviewed(order), &Command::AcceptPlan { migrations: vec![plan], create_at_once: true }).map(|_| ())
    };
    for order in [Strategy::RenameFirst, Strategy::CopyFirst] {
        assert_eq!(accept(order, plan_for(order)), Ok(()), "{order:?}");
        let other = if order == Strategy::RenameFirst { Strategy::CopyFirst } else { Strategy::RenameFirst };
        assert_eq!(accept(order, plan_for(other)), Err(Refusal::PlanMismatch), "{order:?}");
    }
    let clash = PlannedMigration { target_temporary: Some(plan_for(Strategy::CopyFirst).temporary), ..plan_for(Strategy::CopyFirst) };
    assert_eq!(accept(Strategy::CopyFirst, clash), Err(Refusal::SameNameTwice));
    let own = PlannedMigration { target_temporary: Some(real()), ..plan_for(Strategy::CopyFirst) };
    assert_eq!(accept(Strategy::CopyFirst, own), Err(Refusal::SameNameTwice));
    let elsewhere = PlannedMigration { target_temporary: Some(address("a@example.com")), ..plan_for(Strategy::CopyFirst) };
    assert_eq!(accept(Strategy::CopyFirst, elsewhere), Err(Refusal::OtherDomain));
}

#[test]
fn features_are_carried_once_the_mail_is_there_and_hold_the_end_until_they_are_settled() {
    let alias = Feature::Alias { alias: address("sales@mydomain.ovh") };
    let mut events = copied(Strategy::RenameFirst);
    let seen = Event::FeaturesSeen { migration: ONE, features: vec![alias.clone(), Feature::HiddenFromDirectory] };
    events.iter_mut().filter(|e| matches!(e, Event::FeaturesSeen { .. })).for_each(|e| *e = seen.clone());
    let renamed = [Event::RenameConfirmed, Event::SourceRenamed { migration: ONE, witness: Witness::Platform }];
    let at = events.iter().position(|e| matches!(e, Event::CreateConfirmed)).expect("there");
    events.splice(at..at, renamed);
    if let Some(Event::PlanAccepted { migrations, .. }) = events.iter_mut().find(|e| matches!(e, Event::PlanAccepted { .. })) {
        migrations[0].target_temporary = None;
    }
    let carry = Task::CarryFeatures { migration: ONE };
    let copying: Vec<Event> = events.iter().filter(|e| !matches!(e, Event::MailboxVerified { .. })).cloned().collect();
    assert!(!due(&after(&copying)).contains(&carry));
    assert!(due(&after(&events)).contains(&carry));
    events.extend([Event::DnsAccepted, Event::FinishConfirmed { forget_secrets: false }, Event::FeatureIntended { feature: FeatureId(1) }]);
    assert_eq!(due(&after(&events)), std::slice::from_ref(&carry), "the report waits");
    events.push(Event::FeatureCarried { feature: FeatureId(1), left_source: true });
    events.push(Event::DeltaRequested { migration: ONE });
    assert_eq!(due(&after(&events)), [Task::Survey { migration: ONE }], "mail for the alias went to the old account until now");
    events.push(surveyed());
    events.extend(verified());
    events.push(Event::FeatureLeft { feature: FeatureId(2), reason: LeftReason::Refused, said: Some("no".to_owned()) });
    let session = after(&events);
    assert_eq!(due(&session), [Task::Finish]);
    assert_eq!(session.features[&FeatureId(1)].state, FeatureState::Carried { left_source: true });
}

#[test]
fn journals_of_the_first_version_know_their_keys() {
    let text =
        r#"{"endpoint":"https://eu.api.ovh.com/1.0","application_key":"a","application_secret":"b","consumer_key":"c","expiration":null}"#;
    let access: super::ApiAccess = serde_json::from_str(text).expect("read");
    assert_eq!(access.credential.secrets().len(), 3);
    assert_eq!(serde_json::to_string(&access).expect("written"), text);
}

#[test]
fn undoing_is_never_forgotten_by_a_restart() {
    let mut events = copied(Strategy::CopyFirst);
    events.extend([Event::CreateUndoRequested { migration: ONE }, Event::SessionResumed { version: "0".to_owned() }]);
    let session = after(&events);
    assert_eq!(session.migrations[0].create, CreateState::Undoing(Undo::Requested));
    assert_eq!(due(&session), [Task::UndoCreate { migration: ONE }]);
    assert_ne!(session.migrations[0].copy_state(), CopyState::Pending);
}

#[test]
fn a_target_that_got_mail_stays_and_so_does_what_waited_for_it() {
    let asked = [
        Event::CreateUndoRequested { migration: ONE },
        Event::RenameUndoRequested { migration: ONE },
        Event::DomainDetachRequested { domain: domain() },
        Event::CreateUndoIntended { migration: ONE, address: real() },
        Event::CreateUndoGivenUp { migration: ONE, messages: 3 },
    ];
    let renamed = [Event::RenameConfirmed, Event::SourceRenamed { migration: ONE, witness: Witness::Platform }];
    let mut events = accepted(Strategy::RenameFirst);
    events.extend(renamed.into_iter().chain(created()).chain(asked.clone()));
    let session = after(&events);
    let migration = &session.migrations[0];
    assert_eq!((&migration.create, &migration.rename, migration.arrived), (&CreateState::Done, &RenameState::Done, 3));
    assert!(session.domains[&domain()].leaving.is_none() && due(&session).is_empty(), "{:?}", due(&session));
    assert_eq!(session.step(), Step::Migrate);
    let mut half = events.clone();
    half.retain(|event| !matches!(event, Event::TargetCreated { .. }));
    let session = after(&half);
    assert_eq!(session.migrations[0].create, CreateState::Intended { seat: None });
    assert_eq!(due(&session), [Task::CreateTarget { migration: ONE }], "what was begun is brought to its end");
    events.push(Event::CreateUndoRequested { migration: ONE });
    assert_eq!(after(&events).migrations[0].arrived, 0);
}

#[test]
fn of_two_accounts_one_stays_whatever_is_asked_for_and_when() {
    let mut events = copied(Strategy::Replace);
    events.push(Event::RemovalConfirmed { migration: ONE });
    let confirmed = after(&events);
    assert_eq!(due(&confirmed), [Task::RemoveSource { migration: ONE }]);
    events.extend(decide(&confirmed, &Command::UndoEverything).expect("nothing is deleted yet"));
    let session = after(&events);
    assert_eq!(session.migrations[0].removal, RemovalState::Pending, "the confirmation is taken back");
    assert_eq!(due(&session), [Task::UndoCreate { migration: ONE }]);
    let typed = Command::ConfirmRemoval { migration: ONE, typed: real().to_string() };
    assert_eq!(decide(&session, &typed), Err(Refusal::NotNow));
    // Whatever a journal says, both are never taken away.
    events.push(Event::RemovalIntended { migration: ONE, address: real() });
    assert_eq!(due(&after(&events)), []);
}

#[test]
fn what_is_to_be_undone_stays_so_when_it_is_done_a_moment_later() {
    let asked = [Event::RenameUndoRequested { migration: ONE }, Event::CreateUndoRequested { migration: ONE }];
    let mut events = accepted(Strategy::RenameFirst);
    events.extend([Event::RenameConfirmed, Event::RenameIntended { migration: ONE, from: real(), to: under_way() }]);
    events.extend(asked[..1].to_vec());
    assert!(after(&events).migrations[0].is_half_renamed && after(&events).has_acted());
    events.push(Event::SourceRenamed { migration: ONE, witness: Witness::Platform });
    assert_eq!(due(&after(&events)), [Task::UndoRename { migration: ONE }]);
    let mut events = accepted(Strategy::CopyFirst);
    events.extend(created().into_iter().take(2).chain(asked[1..].to_vec()));
    assert!(after(&events).migrations[0].is_half_made);
    events.extend(created().into_iter().skip(2));
    assert_eq!(due(&after(&events)), [Task::UndoCreate { migration: ONE }]);
    assert!(!after(&events).migrations[0].is_half_made);
}

#[test]
fn nothing_begins_while_everything_is_being_undone_and_the_domain_leaves_last() {
    let mut events = accepted(Strategy::CopyFirst);
    events.extend(created());
    events.extend(decide(&after(&events), &Command::UndoEverything).expect("possible"));
    let session = after(&events);
    assert!(session.is_undoing_everything());
    for command in [Command::ConfirmCreate, Command::ConfirmCopy, Command::ConfirmRename, Command::Reopen { step: Step::Review }] {
        assert_eq!(decide(&session, &command), Err(Refusal::NotNow), "{command:?}");
    }
    events.extend([Event::CreateUndone { migration: ONE }, Event::RenameUndoRequested { migration: ONE }]);
    assert_eq!(due(&after(&events)), [Task::UndoRename { migration: ONE }], "the source has its own name first");
    events.push(Event::RenameUndone { migration: ONE });
    assert_eq!(due(&after(&events)), [Task::DetachDomain { domain: domain() }]);
    events.push(Event::CreateConfirmed);
    assert_eq!(due(&after(&events)), [Task::DetachDomain { domain: domain() }]);
}

#[test]
fn a_target_that_got_the_real_address_is_not_removed_any_more() {
    let mut events = copied(Strategy::CopyFirst);
    events.extend([Event::RenameConfirmed, Event::SourceRenamed { migration: ONE, witness: Witness::Platform }]);
    events.push(Event::TargetRenameIntended { migration: ONE, from: under_way(), to: real() });
    events.extend(decide(&after(&events), &Command::UndoEverything).expect("possible"));
    assert_eq!(due(&after(&events)), [Task::UndoRenameTarget { migration: ONE }], "it is removed under the name that it was made under");
    assert!(after(&events).migrations[0].has_had_address);
    events.push(Event::TargetRenamed { migration: ONE, witness: Witness::Platform, gap_millis: None });
    let session = after(&events);
    let migration = &session.migrations[0];
    assert_eq!((&migration.create, &migration.rename), (&CreateState::Done, &RenameState::Done));
    assert!(migration.is_past_return() && !session.is_undoing_everything());
}

#[test]
fn what_stopped_is_not_in_the_way_of_its_own_reverse() {
    let mut events = copied(Strategy::CopyFirst);
    let problem = Problem::new(ProblemCode::WrongPassword);
    let stopped = [Task::Survey { migration: ONE }, Task::CreateTarget { migration: ONE }];
    events.extend(stopped.map(|task| Event::TaskStopped { task, problem: problem.clone() }));
    assert_eq!(after(&events).troubles.len(), 2);
    events.push(Event::CreateUndoRequested { migration: ONE });
    let session = after(&events);
    assert!(session.troubles.is_empty(), "a refused login would hold everything of the account");
    assert_eq!(due(&session), [Task::UndoCreate { migration: ONE }]);
}
