//! Tables and laws of the session: what is refused, what follows, what is due.

use crate::domain::{MailboxId, MigrationId};
use crate::plan::{Finding, FindingCode, Weight};
use crate::problem::{Problem, ProblemCode};

use super::story::{after, before, destination, planned, source, stored, story};
use super::{Command, CopyState, Event, Mode, Refusal, Session, Step, Strategy, Task, decide, due};

#[test]
fn any_prefix_of_a_journal_replays_and_steps_never_go_back() {
    let events = story();
    let mut last = Step::Connect;
    for end in 0..=events.len() {
        let session = after(&events[..end]);
        assert!(session.step() >= last, "after {:?}", events.get(end.wrapping_sub(1)));
        last = session.step();
        let _ = due(&session);
    }
    assert_eq!(last, Step::Finish);
    assert!(after(&events).is_finished);
}

#[test]
fn the_story_passes_all_nine_steps() {
    let events = story();
    let seen: std::collections::BTreeSet<Step> = (0..=events.len()).map(|end| after(&events[..end]).step()).collect();
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), Step::ALL);
}

#[test]
fn events_survive_the_journal() {
    for event in stored(&story()) {
        let text = serde_json::to_string(&event).expect("serialises");
        assert_eq!(serde_json::from_str::<super::StoredEvent>(&text).expect("reads back"), event, "{text}");
    }
}

#[test]
fn nothing_is_due_before_the_person_confirms() {
    let is_acting = |task: &Task| !matches!(task, Task::AttachDomain { .. } | Task::Inventory { .. } | Task::CheckDns { .. });
    for (name, session) in [
        ("rename", before(|e| matches!(e, Event::RenameConfirmed))),
        ("create", before(|e| matches!(e, Event::CreateConfirmed))),
        ("copy", before(|e| matches!(e, Event::CopyConfirmed))),
        ("finish", before(|e| matches!(e, Event::FinishConfirmed { .. }))),
    ] {
        assert!(!due(&session).iter().any(is_acting), "{name}: {:?}", due(&session));
    }
}

#[test]
fn an_intent_without_its_outcome_is_due_again() {
    let session = before(|e| matches!(e, Event::SourceRenamed { .. }));
    assert!(due(&session).contains(&Task::RenameSource { migration: MigrationId(1) }));
    let session = before(|e| matches!(e, Event::TargetCreated { .. }));
    assert!(due(&session).contains(&Task::CreateTarget { migration: MigrationId(1) }));
    let session = before(|e| matches!(e, Event::BatchCopied { .. }));
    assert!(due(&session).contains(&Task::CopyMailbox { migration: MigrationId(1), mailbox: MailboxId(1) }));
    assert_eq!(session.migrations[0].mailboxes[&MailboxId(1)].doubts.len(), 1);
}

#[test]
fn a_stopped_task_is_not_due_until_it_is_retried() {
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::SourceRenamed { .. })).collect();
    let task = Task::RenameSource { migration: MigrationId(1) };
    events.push(Event::TaskStopped { task: task.clone(), problem: Problem::new(ProblemCode::AddressTaken) });
    let session = after(&events);
    assert!(!due(&session).contains(&task));
    let follow = decide(&session, &Command::Retry { task: task.clone() }).expect("allowed");
    events.extend(follow);
    assert!(due(&after(&events)).contains(&task));
}

#[test]
fn a_pause_stops_the_copy_and_not_an_act_that_is_under_way() {
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::BatchCopied { .. })).collect();
    events.push(Event::Paused);
    assert!(due(&after(&events)).is_empty());
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::SourceRenamed { .. })).collect();
    events.push(Event::Paused);
    assert!(!due(&after(&events)).is_empty());
}

#[test]
fn undo_is_offered_until_the_copy_starts_and_in_the_right_order() {
    let undo_rename = Command::UndoRename { migration: MigrationId(1) };
    let undo_create = Command::UndoCreate { migration: MigrationId(1) };
    let renamed = before(|e| matches!(e, Event::CreateConfirmed));
    assert!(decide(&renamed, &undo_rename).is_ok());
    let made = before(|e| matches!(e, Event::CopyConfirmed));
    assert_eq!(decide(&made, &undo_rename), Err(Refusal::TargetExists));
    assert!(decide(&made, &undo_create).is_ok());
    let copying = before(|e| matches!(e, Event::MailboxPrepared { .. }));
    assert_eq!(decide(&copying, &undo_create), Err(Refusal::CopyBegun));
    assert_eq!(decide(&copying, &undo_rename), Err(Refusal::CopyBegun));
}

#[test]
fn in_guided_mode_nothing_is_proven_before_the_person_says_that_it_is_created() {
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::PlanAccepted { .. })).collect();
    events[1] = Event::ModeChosen { mode: Mode::Guided, strategy: Strategy::RenameFirst };
    events.push(Event::PlanAccepted { migrations: vec![planned(1, "john.smith"), planned(2, "anna.keller")], create_at_once: true });
    events.push(Event::RenameConfirmed);
    events.extend([1, 2].map(|id| Event::SourceRenamed { migration: MigrationId(id), witness: super::Witness::NotNeeded }));
    let session = after(&events);
    assert_eq!(session.step(), Step::Create);
    assert!(due(&session).is_empty(), "{:?}", due(&session));
}

#[test]
fn an_undone_rename_asks_for_confirmation_again() {
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::CreateConfirmed)).collect();
    events.extend([Event::RenameUndoRequested { migration: MigrationId(1) }, Event::RenameUndone { migration: MigrationId(1) }]);
    let session = after(&events);
    assert_eq!(session.step(), Step::Rename);
    assert!(due(&session).is_empty(), "{:?}", due(&session));
}

#[test]
fn answers_can_be_taken_back_until_the_renames_are_confirmed() {
    let reopen = Command::Reopen { step: Step::Source };
    let session = before(|e| matches!(e, Event::RenameConfirmed));
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::RenameConfirmed)).collect();
    events.extend(decide(&session, &reopen).expect("allowed"));
    assert_eq!(after(&events).step(), Step::Source);
    assert_eq!(decide(&before(|e| matches!(e, Event::SourceRenamed { .. })), &reopen), Err(Refusal::TooLate));
}

#[test]
fn a_plan_with_two_equal_names_is_refused() {
    let session = before(|e| matches!(e, Event::PlanAccepted { .. }));
    let accept = |migrations| decide(&session, &Command::AcceptPlan { migrations, create_at_once: true });
    let mut same = vec![planned(1, "john.smith"), planned(2, "anna.keller")];
    same[1].temporary = same[0].temporary.clone();
    assert_eq!(accept(same), Err(Refusal::SameNameTwice));
    let mut taken = vec![planned(1, "john.smith"), planned(2, "anna.keller")];
    taken[1].temporary = source("john.smith").address;
    assert_eq!(accept(taken), Err(Refusal::SameNameTwice));
    let mut elsewhere = vec![planned(1, "john.smith"), planned(2, "anna.keller")];
    elsewhere[0].temporary = "john.smith01@example.com".parse().expect("valid");
    assert_eq!(accept(elsewhere), Err(Refusal::OtherDomain));
    assert_eq!(accept(vec![planned(1, "john.smith")]), Err(Refusal::PlanMismatch));
    assert!(accept(vec![planned(1, "john.smith"), planned(2, "anna.keller")]).is_ok());
}

#[test]
fn a_blocker_refuses_the_plan() {
    let mut session = before(|e| matches!(e, Event::PlanAccepted { .. }));
    let finding = Finding { code: FindingCode::DoesNotFit, weight: Weight::Blocker, params: std::collections::BTreeMap::new() };
    session.migrations[0].inventory.as_mut().expect("taken").findings.push(finding);
    let migrations = vec![planned(1, "john.smith"), planned(2, "anna.keller")];
    assert_eq!(decide(&session, &Command::AcceptPlan { migrations, create_at_once: true }), Err(Refusal::Blocked));
}

#[test]
fn out_of_turn_commands_are_refused_in_words() {
    let fresh = Session::default();
    for (command, refusal) in [
        (Command::ConnectApi { access: super::story::access() }, Refusal::NotNow),
        (Command::ChooseSources { accounts: vec![source("john.smith")] }, Refusal::NotNow),
        (Command::ChooseDestination { destination: destination(), domains: Vec::new() }, Refusal::NotNow),
        (Command::ConfirmRename, Refusal::NotNow),
        (Command::ConfirmCreate, Refusal::NotNow),
        (Command::ConfirmCopy, Refusal::NotNow),
        (Command::AcceptDns, Refusal::NotNow),
        (Command::ConfirmFinish { forget_secrets: true }, Refusal::NotVerified),
        (Command::RetryAll, Refusal::NotStopped),
    ] {
        assert_eq!(decide(&fresh, &command), Err(refusal), "{command:?}");
    }
    let finished = after(&story());
    let again = Command::ChooseMode { mode: Mode::Guided, strategy: Strategy::RenameFirst };
    assert_eq!(decide(&finished, &again), Err(Refusal::Finished));
}

#[test]
fn what_a_verification_misses_goes_through_the_copy_again() {
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::MailboxVerified { .. })).collect();
    let (migration, mailbox) = (MigrationId(1), MailboxId(1));
    events.push(Event::MailboxVerified {
        migration,
        mailbox,
        verified: 9,
        missing: 1,
        unaccounted: 0,
        altered: 0,
        flags_differ: 0,
        dates_differ: 0,
        by_bytes: true,
        sampled: 0,
        thoroughness: crate::domain::Thoroughness::Full,
        pass: None,
    });
    let session = after(&events);
    assert_eq!(session.migrations[0].mailboxes[&mailbox].state, CopyState::Pending);
    assert_eq!(session.migrations[0].mailboxes[&mailbox].copied, 9);
    assert!(due(&session).contains(&Task::CopyMailbox { migration, mailbox }));
}

fn rest() -> super::Pass {
    let point = super::SyncPoint { validity: crate::domain::UidValidity(1), next: crate::domain::Uid(11), messages: 10, modseq: None };
    super::Pass { source: point, target: point, disappeared: 0, removed: 0 }
}

#[test]
fn another_pass_looks_first_and_goes_only_where_something_happened() {
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::DnsChecked { .. })).collect();
    for event in &mut events {
        if let Event::MailboxVerified { pass, .. } = event {
            *pass = Some(rest());
        }
    }
    let migration = MigrationId(1);
    assert_eq!(decide(&after(&events), &Command::RequestDelta { migration }), Ok(vec![Event::DeltaRequested { migration }]));
    events.push(Event::DeltaRequested { migration });
    let asked = after(&events);
    assert_eq!((asked.step(), asked.migrations[0].copy_state()), (Step::Migrate, CopyState::Pending));
    let survey = Task::Survey { migration };
    let of_mail =
        |session: &Session| -> Vec<Task> { due(session).into_iter().filter(|task| task.migration() == Some(migration)).collect() };
    assert_eq!(of_mail(&asked), std::slice::from_ref(&survey), "nothing is copied before somebody looked");
    let mut paused = events.clone();
    paused.push(Event::Paused);
    assert_eq!(of_mail(&after(&paused)), []);
    let found = super::story::mapping(3, "Trips");
    events.push(Event::AccountSurveyed { migration, unchanged: vec![MailboxId(1)], vanished: vec![MailboxId(2)], found: vec![found] });
    let surveyed = after(&events);
    assert_eq!(of_mail(&surveyed), [Task::CopyMailbox { migration, mailbox: MailboxId(3) }]);
    assert!(surveyed.migrations[0].mailboxes[&MailboxId(2)].is_vanished);
}

#[test]
fn what_is_to_be_done_again_since_a_look_began_is_done_whatever_it_found() {
    // The story's mailboxes have no point of rest: nobody can have found them unchanged since.
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::DnsChecked { .. })).collect();
    let (migration, mailbox) = (MigrationId(1), MailboxId(1));
    events.push(Event::DeltaRequested { migration });
    events.push(Event::AccountSurveyed { migration, unchanged: vec![mailbox, MailboxId(2)], vanished: Vec::new(), found: Vec::new() });
    assert!(due(&after(&events)).contains(&Task::CopyMailbox { migration, mailbox }));
}

#[test]
fn a_pass_of_a_version_that_did_not_look_needs_no_look() {
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::DnsChecked { .. })).collect();
    let migration = MigrationId(1);
    events.push(Event::DeltaRequested { migration });
    for mailbox in [MailboxId(1), MailboxId(2)] {
        events.extend(story().into_iter().filter(|event| {
            matches!(event, Event::MailboxCopied { migration: m, mailbox: b, .. } | Event::MailboxVerified { migration: m, mailbox: b, .. }
                if (*m, *b) == (migration, mailbox))
        }));
    }
    assert_eq!(after(&events).step(), Step::Dns);
}

#[test]
fn a_copy_that_was_not_read_again_is_over_and_not_verified() {
    let mut events: Vec<Event> = story().into_iter().take_while(|e| !matches!(e, Event::DnsChecked { .. })).collect();
    let pass = rest();
    let (migration, mailbox) = (MigrationId(1), MailboxId(1));
    events.retain(|e| !matches!(e, Event::MailboxVerified { migration: m, mailbox: b, .. } if (*m, *b) == (migration, mailbox)));
    assert_eq!(after(&events).step(), Step::Migrate);
    events.push(Event::VerificationSkipped { migration, mailbox, pass });
    let session = after(&events);
    assert_eq!((session.step(), session.migrations[0].copy_state()), (Step::Dns, CopyState::Unverified));
    assert_eq!(session.migrations[0].verified(), 10, "only what was");
    assert_eq!(session.migrations[0].mailboxes[&mailbox].rest, Some(pass));
    assert!(decide(&session, &Command::RequestDelta { migration }).is_ok());
}

#[test]
fn secrets_are_needed_until_the_session_is_finished() {
    let session = before(|e| matches!(e, Event::CopyConfirmed));
    assert_eq!(session.needed_secrets().len(), 3 + 2, "passwords that the program made are made anew");
    assert_eq!(session.kept_secrets().len(), 3 + 2 + 2);
    assert!(after(&story()).needed_secrets().is_empty());
}
