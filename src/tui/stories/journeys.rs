//! What keys and answers lead to: commands, questions, secrets kept; never a secret in a command, nothing asked while only watching.

use super::screens::{altered, questions};
use super::stage::Stage;
use super::world::*;
use crate::domain::{Collisions, CopyChoices, DeletedMail, MailboxId, Secret};
use crate::ports::Keeping;
use crate::problem::{Problem, ProblemCode};
use crate::session::{Answer, Command, Event, Mode, Query, Refusal, Step, Strategy, Task, Witness};
use crate::tui::{Access, Effect, Leaving, Msg, Prefill};

pub(super) fn commands(stage: &mut Stage) -> Vec<Command> {
    let effects = std::mem::take(&mut stage.effects);
    effects.into_iter().filter_map(|effect| if let Effect::Submit(command) = effect { Some(command) } else { None }).collect()
}

#[test]
fn the_api_way_asks_for_a_key_polls_it_and_connects_when_it_is_approved() {
    let mut stage = Stage::at(Step::Connect, Mode::Automatic);
    stage.press("enter");
    assert_eq!(commands(&mut stage), [Command::ChooseMode { mode: Mode::Automatic, strategy: Strategy::RenameFirst }]);
    stage.happens(Event::ModeChosen { mode: Mode::Automatic, strategy: Strategy::RenameFirst }).press("enter");
    assert!(matches!(&stage.effects[..], [Effect::KeepSecrets(_, kept)] if kept.len() == 2), "{:?}", stage.effects);
    stage.answers().answers();
    assert!(stage.screen(80, 24).contains("credentialToken"));
    stage.press("y");
    assert!(matches!(stage.effects.pop(), Some(Effect::Copy(url)) if url.starts_with("https://www.ovh.com/auth")));
    stage.hear(Msg::Tick(NOW.plus_millis(1_000)));
    assert_eq!(stage.effects, [], "not asked more often than every three seconds");
    stage.hear(Msg::Tick(NOW.plus_millis(3_100)));
    stage.fails(Problem::new(ProblemCode::ApiKeysRefused));
    assert!(stage.screen(80, 24).contains("Waiting for your approval"), "a key that waits is no trouble");
    stage.hear(Msg::Tick(NOW.plus_millis(6_300)));
    let Some(Effect::Ask(id, Query::CheckCredential { .. })) = stage.effects.pop() else { panic!("asked again") };
    let status = crate::domain::CredentialStatus::Validated;
    let credential = crate::domain::Credential { status, rules: Vec::new(), expiration: Some("2026-12-20T10:00:00Z".to_owned()) };
    stage.hear(Msg::Answered(id, Ok(Answer::Credential(credential))));
    let connected = commands(&mut stage);
    assert!(matches!(&connected[..], [Command::ConnectApi { access }] if access.expiration.is_some()), "{connected:?}");
    assert!(!format!("{connected:?}").contains("EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF"));
}

#[test]
fn a_missing_right_is_named_and_a_new_key_is_asked_for() {
    let mut stage = Stage::at(Step::Connect, Mode::Automatic);
    stage
        .press("enter")
        .happens(Event::ModeChosen { mode: Mode::Automatic, strategy: Strategy::RenameFirst })
        .press("old-key enter")
        .answers();
    stage.fails(Problem::new(ProblemCode::AccessRuleMissing).with("rule", "PUT /email/exchange/*"));
    let screen = stage.screen(80, 24);
    assert!(screen.contains("The consumer key lacks PUT /email/exchange/*"), "{screen}");
    stage.effects.clear();
    stage.press("enter").answers();
    assert!(matches!(&stage.effects[..], [Effect::Ask(_, Query::RequestConsumerKey { .. })]), "the old key is gone: {:?}", stage.effects);
}

#[test]
fn chosen_accounts_are_proven_and_a_wrong_password_is_corrected_on_the_spot() {
    let mut stage = Stage::after(until(Step::Source, Mode::Automatic), Prefill::default());
    stage.answers().answers().press("space down space enter");
    stage.press("wrong enter");
    assert!(matches!(&stage.effects[..], [Effect::KeepSecrets(_, kept)] if kept[0].1 == Secret::new("wrong")));
    stage.effects.clear();
    stage.press("correct enter");
    let Some(Effect::KeepSecrets(id, _)) = stage.effects.pop() else {
        panic!("the second is kept: {:?}\n{}", stage.effects, stage.screen(80, 24))
    };
    stage.hear(Msg::Kept(id, Ok(Keeping::ThisRunOnly)));
    stage.fails(Problem::new(ProblemCode::WrongPassword).with("host", "ex3.mail.ovh.net").with("user", "info@mydomain.ovh"));
    let screen = stage.screen(80, 24);
    assert!(screen.contains("refused the password of") && screen.contains("info@mydomain.ovh."), "{screen}");
}

#[test]
fn where_secrets_go_is_said_with_the_keyrings_own_trouble() {
    let mut stage = Stage::with(until(Step::Connect, Mode::Automatic), prefill(Mode::Automatic), |mut setup| {
        setup.keeping = Keeping::ThisRunOnly;
        setup.keyring_trouble = Some("no secret service is running".to_owned());
        setup
    });
    stage.press("enter");
    let screen = stage.screen(120, 40);
    assert!(screen.contains("for this run only: no secret service is running"), "{screen}");
}

#[test]
fn all_proven_accounts_become_sources_without_their_passwords() {
    let mut stage = Stage::at(Step::Source, Mode::Automatic);
    stage.answers().answers().press("a down down down down space enter enter");
    stage.answers().answers().answers().answers().press("enter");
    let chosen = commands(&mut stage);
    let [Command::ChooseSources { accounts }] = &chosen[..] else { panic!("{chosen:?}") };
    assert_eq!(accounts.len(), 5, "the sixth has no password in the demo: {accounts:?}");
    assert!(!format!("{chosen:?}").contains("not the one of"));
}

#[test]
fn a_filter_narrows_the_list_and_is_left_by_esc() {
    let mut stage = Stage::at(Step::Source, Mode::Automatic);
    stage.answers().answers().press("/ keller");
    let screen = stage.screen(80, 24);
    assert!(screen.contains("anna.keller@") && !screen.contains("john.smith@"), "{screen}");
    stage.press("enter space esc");
    assert!(stage.screen(80, 24).contains("1 of 7 accounts chosen") || stage.model.looking_at.is_some());
}

#[test]
fn guided_accounts_are_added_one_by_one_and_a_pinned_certificate_stays_pinned() {
    let mut stage = Stage::at(Step::Source, Mode::Guided);
    stage.press("enter").answers().fails(untrusted()).press("f4 c");
    let Some(Effect::KeepSecrets(id, _)) = stage.effects.pop() else { panic!("tried again") };
    stage.hear(Msg::Kept(id, Ok(Keeping::Keyring)));
    let Some(Effect::Ask(_, Query::TestLogin { endpoint, .. })) = stage.effects.last() else { panic!("tried again") };
    assert!(endpoint.pin.is_some());
    stage.answers().press("enter").answers();
    let Some(Effect::Ask(_, Query::TestLogin { endpoint, user, .. })) = stage.effects.last() else {
        panic!("the next account is tried: {:?}\n{}", stage.effects, stage.screen(80, 24))
    };
    assert!(endpoint.pin.is_some() && user.starts_with("john.smith"), "{user} {endpoint:?}");
    stage.answers().press("f10");
    let chosen = commands(&mut stage);
    assert!(matches!(&chosen[..], [Command::ChooseSources { accounts }] if accounts.len() == 2), "{chosen:?}");
}

#[test]
fn the_plan_is_edited_checked_and_accepted() {
    let mut events = until(Step::Rename, Mode::Automatic);
    events.pop();
    let mut stage = Stage::after(events, prefill(Mode::Automatic));
    stage.press("e ctrl-u john.smith@mydomain.ovh enter");
    assert!(stage.screen(80, 24).contains("Another account has this name already"), "{}", stage.screen(80, 24));
    stage.press("ctrl-u anna.old@mydomain.ovh enter");
    stage.press("p secret-password enter s o down space esc enter");
    let Some(Effect::KeepSecrets(id, kept)) = stage.effects.pop() else { panic!("the given password is kept first") };
    assert_eq!(kept[0].1, Secret::new("secret-password"));
    stage.hear(Msg::Kept(id, Ok(Keeping::Keyring)));
    let accepted = commands(&mut stage);
    let [Command::AcceptPlan { migrations, create_at_once: false }] = &accepted[..] else { panic!("{accepted:?}") };
    assert_eq!(migrations[0].temporary, address("anna.old"));
    assert_eq!(migrations[0].source_user, "anna.old@mydomain.ovh");
    assert_eq!(migrations[1].temporary, address("john.smith01"));
    let is_skipped = |i: usize| matches!(migrations[0].mailboxes[i].action, crate::plan::MappingAction::Skip { .. });
    assert!(is_skipped(1) && !is_skipped(0));
}

#[test]
fn earlier_answers_can_be_looked_at_and_taken_back_until_something_was_changed() {
    let mut events = until(Step::Rename, Mode::Automatic);
    events.pop();
    let mut stage = Stage::after(events, prefill(Mode::Automatic));
    stage.press("esc esc e");
    assert_eq!(commands(&mut stage), [Command::Reopen { step: Step::Source }]);
    stage.happens(Event::AnswersReopened { step: Step::Source });
    assert!(stage.screen(80, 24).contains("Which accounts shall move?"));
    let mut late = Stage::at(Step::Create, Mode::Automatic);
    late.press("esc esc esc esc");
    assert!(late.screen(80, 24).contains("Something has been changed already"), "{}", late.screen(80, 24));
    late.press("e");
    assert_eq!(commands(&mut late), []);
}

#[test]
fn acts_are_confirmed_undone_and_tried_again_by_a_key() {
    let mut stage = Stage::at(Step::Rename, Mode::Automatic);
    stage.press("enter");
    assert_eq!(commands(&mut stage), [Command::ConfirmRename]);
    stage.happens(Event::RenameConfirmed).happens(Event::SourceRenamed { migration: migration(1), witness: Witness::Platform }).press("u");
    assert_eq!(commands(&mut stage), [Command::UndoRename { migration: migration(1) }]);
    let task = Task::RenameSource { migration: migration(2) };
    let problem = Problem::new(ProblemCode::AddressTaken).with("address", "john.smith01@mydomain.ovh");
    stage.happens(Event::TaskStopped { task: task.clone(), problem });
    assert!(stage.screen(80, 24).contains("john.smith01@mydomain.ovh exists already."));
    stage.press("r");
    assert_eq!(commands(&mut stage), [Command::Retry { task }]);
}

#[test]
fn guided_creations_are_proven_by_login_before_they_are_confirmed() {
    let mut stage = Stage::at(Step::Create, Mode::Guided);
    stage.effects.clear();
    stage.press("enter");
    assert_eq!(stage.effects.len(), 5, "one password each: {:?}", stage.effects);
    stage.answers().answers();
    assert_eq!(commands(&mut stage), [Command::ConfirmCreate]);
}

#[test]
fn a_refused_password_is_typed_again_and_the_task_goes_on() {
    let mut stage = Stage::at(Step::Migrate, Mode::Automatic);
    copying(&mut stage);
    let task = Task::CopyMailbox { migration: migration(2), mailbox: MailboxId(2) };
    stage.happens(Event::TaskStopped { task: task.clone(), problem: Problem::new(ProblemCode::WrongPassword) });
    stage.effects.clear();
    stage.press("e new-password enter enter");
    let Some(Effect::KeepSecrets(id, kept)) = stage.effects.pop() else { panic!("kept") };
    assert_eq!((kept.len(), &kept[0].1), (1, &Secret::new("new-password")), "the field that was left empty stays as it was");
    stage.hear(Msg::Kept(id, Ok(Keeping::Keyring)));
    assert_eq!(commands(&mut stage), [Command::Retry { task }]);
}

#[test]
fn what_happens_with_deleted_mail_and_with_equal_names_is_decided_before_the_start() {
    let mut stage = questions();
    stage.effects.clear();
    let screen = stage.screen(120, 40);
    assert!(screen.contains("work (2)") && screen.contains("marked as deleted"), "{screen}");
    stage.press("m s");
    let keep = CopyChoices { deleted: DeletedMail::Keep, ..CopyChoices::default() };
    let merge = CopyChoices { collisions: Collisions::Merge, ..CopyChoices::default() };
    assert_eq!(commands(&mut stage), [Command::MakeChoices { choices: keep }, Command::MakeChoices { choices: merge }]);
    stage.happens(Event::ChoicesMade { choices: CopyChoices { deleted: DeletedMail::Keep, ..merge } });
    let screen = stage.screen(120, 40);
    assert!(!screen.contains("work (2)") && !screen.contains("trash  marked"), "{screen}");
}

#[test]
fn a_server_that_alters_mail_is_accepted_from_the_panel() {
    let mut stage = altered();
    stage.effects.clear();
    assert!(stage.screen(80, 24).contains("go on anyway"), "{}", stage.screen(80, 24));
    stage.press("enter");
    assert_eq!(commands(&mut stage), [Command::AcceptAltered { migration: migration(2) }]);
}

#[test]
fn a_session_that_is_only_watched_asks_and_changes_nothing() {
    let mut stage = Stage::with(until(Step::Rename, Mode::Automatic), prefill(Mode::Automatic), |mut setup| {
        setup.access = Access::WatchOnly;
        setup
    });
    stage.press("enter u r p a");
    assert_eq!(stage.effects, []);
    let screen = stage.screen(80, 24);
    assert!(screen.contains("watching only") && !screen.contains("⏎ rename"), "{screen}");
}

#[test]
fn a_refusal_is_said_in_words() {
    let mut stage = Stage::at(Step::Rename, Mode::Automatic);
    stage.hear(Msg::Refused(Refusal::CopyBegun));
    let screen = stage.screen(80, 24);
    assert!(screen.contains("The copy has begun: this can no longer be"), "{screen}");
}

#[test]
fn leaving_is_asked_soft_first_and_hard_on_the_second_wish() {
    let mut stage = Stage::at(Step::Migrate, Mode::Automatic);
    stage.effects.clear();
    stage.press("q esc q enter");
    assert_eq!((stage.effects.as_slice(), stage.model.leaving), (&[Effect::StopSoft][..], Some(Leaving::Soft)));
    stage.press("ctrl-c ctrl-c");
    assert_eq!(stage.effects, [Effect::StopSoft, Effect::StopHard, Effect::Quit]);
    let exit = stage.model.exit();
    assert!(exit.farewell(&stage.model.look.words, "mailferry resume 7F3K-QX").contains("mailferry resume 7F3K-QX"));
}

#[test]
fn a_record_that_cannot_be_changed_here_is_shown_as_a_zone_has_it() {
    let mut stage = Stage::at(Step::Dns, Mode::Automatic);
    stage.happens(Event::DnsChecked { domain: domain(), records: records(false) }).press("down f");
    assert!(matches!(&commands(&mut stage)[..], [Command::FixDns { .. }]));
    stage.press("down y");
    let copied = stage.effects.pop();
    let expected = "_autodiscover._tcp.mydomain.ovh. IN SRV 0 0 443 pro1.mail.ovh.net.";
    assert_eq!(copied, Some(Effect::Copy(expected.to_owned())));
}

#[test]
fn no_typed_secret_is_ever_on_the_screen_or_in_what_is_printed_for_debugging() {
    let mut stage = Stage::after(until(Step::Source, Mode::Guided), Prefill::default());
    stage.press("anna@mydomain.ovh tab ex3.mail.ovh.net tab hunter2secret");
    assert!(!stage.screen(120, 40).contains("hunter2") && !format!("{:?}", stage.model).contains("hunter2"));
}

#[test]
fn a_new_account_keeps_the_password_of_the_old_one_unless_another_is_given() {
    let mut stage = Stage::at(Step::Source, Mode::Automatic);
    stage.answers().answers().press("space enter enter").answers().answers();
    for event in until(Step::Create, Mode::Automatic).into_iter().skip(3) {
        stage.happens(event);
    }
    stage.effects.clear();
    stage.press("enter");
    let Some(Effect::KeepSecrets(id, kept)) = stage.effects.pop() else { panic!("kept first") };
    let expected = Secret::new("not the one of anna.keller");
    assert_eq!((kept.len(), kept[0].0.clone(), &kept[0].1), (1, stage.model.target_ref(&address("anna.keller")), &expected));
    stage.hear(Msg::Kept(id, Ok(Keeping::Keyring)));
    assert_eq!(commands(&mut stage), [Command::ConfirmCreate]);
}

#[test]
fn the_password_of_a_new_account_is_shown_only_when_it_is_asked_for() {
    let mut stage = Stage::at(Step::Finish, Mode::Automatic);
    stage.effects.clear();
    stage.press("p");
    let asked = stage.effects.iter().find_map(|effect| match effect {
        Effect::Ask(id, Query::TargetPassword { .. }) => Some(*id),
        _ => None,
    });
    assert!(!stage.screen(80, 24).contains("new-Secret-1"));
    stage.hear(Msg::Answered(asked.expect("asked"), Ok(Answer::Password(Some(Secret::new("new-Secret-1"))))));
    assert!(stage.screen(80, 24).contains("new-Secret-1"), "{}", stage.screen(80, 24));
    stage.press("enter");
    assert!(!stage.screen(80, 24).contains("new-Secret-1"));
}
