//! What keys lead to in the other orders of acts: which order is chosen, what is typed before what cannot be undone, what is undone.

use super::order_screens::*;
use super::order_world::*;
use super::stage::Stage;
use super::world::*;
use crate::domain::Platform;
use crate::session::{Answer, Command, Event, Query, Step, Strategy};
use crate::tui::{Effect, Msg};

fn commands(stage: &mut Stage) -> Vec<Command> {
    let effects = std::mem::take(&mut stage.effects);
    effects.into_iter().filter_map(|effect| if let Effect::Submit(command) = effect { Some(command) } else { None }).collect()
}

#[test]
fn accounts_of_all_platforms_are_in_one_table_and_a_blocked_one_is_not_chosen() {
    let mut stage = mixed("a");
    let screen = stage.screen(120, 40);
    for name in ["anna.keller@", "board@", "info@", "test.zimbra@", "MX legacy", "blocked"] {
        assert!(screen.contains(name), "{name}\n{screen}");
    }
    let is_some = (2..=7).any(|number| screen.contains(&format!("{number} of 10 accounts chosen")));
    assert!(is_some, "all of this service, and of no other: {screen}");
    stage.press("a / legacy enter a");
    let screen = stage.screen(80, 24);
    assert!(
        !screen.contains("anna.keller") && screen.contains("2 of 10 accounts chosen"),
        "the filter looks at the platform, too\n{screen}"
    );
}

#[test]
fn accounts_that_no_destination_takes_together_are_named_and_not_gone_on_with() {
    let mut stage = mixed("space down down down down down down space");
    let screen = stage.screen(80, 24);
    assert!(screen.contains("do not move together"), "{screen}");
    stage.press("enter");
    assert!(stage.screen(80, 24).contains("Which accounts shall move?"), "still at the table");
}

#[test]
fn a_service_without_a_possible_order_says_why_and_cannot_be_chosen() {
    let mut stage = towards(Platform::MxPlanLegacy, "g");
    for _ in 0..6 {
        let screen = stage.screen(80, 24);
        if screen.contains("A domain has one MX Plan") {
            stage.effects.clear();
            stage.press("enter");
            assert_eq!(commands(&mut stage), []);
            return;
        }
        stage.press("down");
    }
    panic!("{}", stage.screen(80, 24));
}

#[test]
fn an_mx_plan_for_another_domain_says_so_and_cannot_be_chosen() {
    let mut stage = towards(Platform::Exchange, "g down down down");
    let screen = stage.screen(80, 24);
    assert!(screen.contains("An MX Plan has one domain") && screen.contains("shop.example.com"), "{screen}");
    stage.effects.clear();
    stage.press("enter");
    assert_eq!(commands(&mut stage), []);
}

#[test]
fn the_footer_of_the_orders_says_where_the_others_are() {
    let mut stage = reviewed(Strategy::RenameFirst, "v");
    assert!(stage.screen(80, 24).contains("↓ other orders"), "{}", stage.screen(80, 24));
    stage.press("down");
    assert!(stage.screen(80, 24).contains("↑ other orders"), "{}", stage.screen(80, 24));
}

#[test]
fn another_order_is_chosen_by_a_key_and_a_refused_one_is_not() {
    let mut stage = reviewed(Strategy::CopyFirst, "v up enter");
    assert_eq!(commands(&mut stage), [Command::ChooseStrategy { strategy: Strategy::RenameFirst }]);
    let mut stage = reviewed(Strategy::CopyFirst, "v down down enter");
    assert_eq!(commands(&mut stage), []);
    assert!(stage.screen(120, 40).contains("nothing has to be deleted"), "{}", stage.screen(80, 24));
}

#[test]
fn both_temporary_names_are_proposed_edited_and_accepted() {
    let mut stage = reviewed(Strategy::CopyFirst, "");
    stage.press("e ctrl-u anna.old@mydomain.ovh enter ctrl-u anna.old@mydomain.ovh enter");
    assert!(stage.screen(80, 24).contains("Another account has this name already"), "{}", stage.screen(80, 24));
    stage.press("ctrl-u anna.new@mydomain.ovh enter enter");
    let accepted = commands(&mut stage);
    let [Command::AcceptPlan { migrations, .. }] = &accepted[..] else { panic!("{accepted:?}") };
    assert_eq!((&migrations[0].temporary, &migrations[0].target_temporary), (&address("anna.old"), &Some(address("anna.new"))));
    assert_eq!(
        (migrations[0].source_user.as_str(), migrations[0].target.user.as_str()),
        ("anna.old@mydomain.ovh", "anna.new@mydomain.ovh")
    );
    assert_eq!((&migrations[1].temporary, &migrations[1].target_temporary), (&address("john.smith01"), &Some(address("john.smith02"))));
    assert!(crate::session::decide(&stage.model.session, &accepted[0]).is_ok(), "the session takes it");
}

#[test]
fn every_order_accepts_the_plan_that_is_proposed() {
    for order in [Strategy::RenameFirst, Strategy::CopyFirst, Strategy::ServerSide, Strategy::Replace] {
        let mut stage = reviewed(order, "enter");
        let accepted = commands(&mut stage);
        let [command @ Command::AcceptPlan { .. }] = &accepted[..] else { panic!("{order:?}: {accepted:?}\n{}", stage.screen(80, 24)) };
        assert!(crate::session::decide(&stage.model.session, command).is_ok(), "{order:?}: {command:?}");
    }
}

#[test]
fn the_names_proposed_follow_the_order() {
    let mut stage = reviewed(Strategy::CopyFirst, "");
    stage.happens(Event::StrategyChosen { strategy: Strategy::RenameFirst }).press("enter");
    let accepted = commands(&mut stage);
    let [Command::AcceptPlan { migrations, .. }] = &accepted[..] else { panic!("{accepted:?}") };
    assert!(migrations.iter().all(|m| m.target_temporary.is_none()), "{migrations:?}");
}

#[test]
fn an_old_account_is_removed_only_when_its_address_was_typed() {
    let mut stage = names(Strategy::Replace, false);
    stage.press("enter enter");
    assert!(stage.screen(80, 24).contains("please fill this in"), "{}", stage.screen(80, 24));
    stage.press("anna@mydomain.ovh enter");
    assert!(stage.screen(80, 24).contains("This is not the address"), "{}", stage.screen(80, 24));
    assert_eq!(commands(&mut stage), []);
    stage.press("ctrl-u anna.keller@mydomain.ovh enter");
    let typed = "anna.keller@mydomain.ovh".to_owned();
    assert_eq!(commands(&mut stage), [Command::ConfirmRemoval { migration: migration(1), typed }]);
}

#[test]
fn an_account_with_refused_messages_is_not_replaced_and_says_why() {
    let mut stage = names(Strategy::Replace, true);
    stage.press("G enter");
    let screen = stage.screen(80, 24);
    assert!(screen.contains("2 messages were refused") && !screen.contains("Type the address"), "{screen}");
    stage.press("x");
    assert!(stage.effects.iter().any(|effect| matches!(effect, Effect::Ask(_, Query::Refused { .. }))));
}

#[test]
fn an_account_is_given_to_the_platform_only_when_its_address_was_typed() {
    let mut stage = acts(Strategy::ServerSide);
    stage.press("down enter");
    let screen = stage.screen(80, 24);
    for words in ["Before", "During", "After", "cannot be cancelled", "15 days", "cannot be undone"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    stage.press("john.smith@mydomain.ovh enter");
    let typed = "john.smith@mydomain.ovh".to_owned();
    assert_eq!(commands(&mut stage), [Command::ConfirmServerMigration { migration: migration(2), typed }]);
}

#[test]
fn undoing_everything_names_what_is_undone_first_and_says_when_it_is_too_late() {
    let mut stage = undo_all();
    let screen = stage.screen(120, 40);
    for words in
        ["anna.keller01@mydomain.ovh becomes anna.keller@mydomain.ovh", "john.smith02@mydomain.ovh is removed", "mydomain.ovh is taken"]
    {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    stage.press("enter");
    assert_eq!(commands(&mut stage), [Command::UndoEverything]);
    let mut late = replacing();
    assert!(!late.screen(80, 24).contains("undo all"));
    late.press("U enter");
    assert_eq!(commands(&mut late), []);
    late.press("U");
    assert!(late.screen(80, 24).contains("point of no return"), "{}", late.screen(80, 24));
}

#[test]
fn an_obstacle_is_told_with_what_to_do_and_looked_at_again_by_a_key() {
    let mut stage = blocked("down down down");
    let screen = stage.screen(80, 24);
    assert!(screen.contains("IMAP is switched off") && screen.contains("One account has an obstacle"), "{screen}");
    stage.press("enter");
    assert_eq!(commands(&mut stage), [], "not accepted");
    stage.press("i");
    let screen = stage.screen(120, 40);
    for words in ["To be mended first", "IMAP is switched off", "Will be different afterwards", "Good to know"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    stage.press("esc c");
    assert_eq!(commands(&mut stage), [Command::Reopen { step: Step::Review }]);
}

#[test]
fn nothing_is_begun_anew_while_everything_is_being_undone() {
    let mut stage = undoing();
    stage.effects.clear();
    stage.press("enter u U e");
    assert_eq!(commands(&mut stage), []);
    let screen = stage.screen(80, 24);
    assert!(screen.contains("gets its name back") && screen.contains("as it was before"), "{screen}");
    stage.press("esc esc esc e");
    assert_eq!(commands(&mut stage), [], "answers are given again once it is over");
    for n in 4..=5 {
        stage.happens(Event::CreateUndone { migration: migration(n) });
    }
    stage.happens(Event::RenameUndone { migration: migration(2) }).happens(Event::DomainDetached { domain: domain() });
    assert!(stage.screen(80, 24).contains("Where shall they go?"), "{}", stage.screen(80, 24));
}

#[test]
fn the_time_without_a_mailbox_and_the_wait_for_a_name_are_counted() {
    let screen = switching().screen(120, 40);
    assert!(
        screen.contains("no mailbox for 1:12")
            && screen.contains("asked again in 0:20")
            && screen.contains("has its address, 12 s without"),
        "{screen}"
    );
    let screen = replacing().screen(120, 40);
    assert!(screen.contains("no mailbox for 2:11") && screen.contains("has not given the name free"), "{screen}");
    assert!(screen.contains("has no mailbox now"), "{screen}");
}

#[test]
fn what_is_not_mail_is_said_before_and_after() {
    let mut stage = reviewed(Strategy::CopyFirst, "b");
    let screen = stage.screen(120, 40);
    for words in ["Made again after the copy", "On your list", "Stays, and goes on working", "group team@, 3 members, 1 more"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    stage.press("esc");
    assert!(stage.screen(80, 24).contains("This is what will happen"));
    let mut stage = finish(Strategy::CopyFirst, 1..=4);
    stage.happens(Event::FinishConfirmed { forget_secrets: false });
    let screen = stage.screen(80, 24);
    assert!(screen.contains("made again") && screen.contains("The report waits"), "{screen}");
    for event in carried(5..=15) {
        stage.happens(event);
    }
    let screen = stage.screen(80, 24);
    assert!(screen.contains("on your list") && !screen.contains("The report waits"), "{screen}");
}

#[test]
fn what_the_platform_refused_is_told_in_its_words_with_the_clicks() {
    let mut stage = finish(Strategy::CopyFirst, 1..=15);
    stage.press("b");
    for _ in 0..12 {
        let screen = stage.screen(120, 40);
        if screen.contains("This alias is already used") {
            assert!(screen.contains("Add alias"), "{screen}");
            return;
        }
        stage.press("down");
    }
    panic!("{}", stage.screen(80, 24));
}

#[test]
fn the_steps_stand_in_the_order_of_the_session() {
    let order = |stage: &Stage| {
        let screen = stage.screen(80, 24);
        let steps = ["Connect", "Source", "Destination", "Review", "Rename", "Create", "Migrate", "DNS", "Finish"];
        let mut places: Vec<(usize, &str)> = Vec::new();
        for (row, line) in screen.lines().skip(2).enumerate() {
            let column: String = line.chars().take(15).collect();
            places.extend(steps.iter().filter(|step| column.contains(**step)).map(|step| (row, *step)));
        }
        places.into_iter().map(|(_, step)| step).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order(&names(Strategy::Replace, false)), "Connect Source Destination Review Create Migrate Rename DNS Finish");
    assert_eq!(order(&acts(Strategy::ServerSide)), "Connect Source Destination Review Migrate DNS Finish");
    let mut stage = names(Strategy::CopyFirst, false);
    stage.press("esc");
    assert!(stage.screen(80, 24).contains("Copied"), "back goes along the same order: {}", stage.screen(80, 24));
}

#[test]
fn a_password_of_a_moved_account_is_asked_for_by_its_number() {
    let mut stage = finish(Strategy::Replace, 1..=15);
    stage.effects.clear();
    stage.press("down p");
    let Some(Effect::Ask(id, Query::TargetPassword { migration: asked })) = stage.effects.pop() else { panic!("asked") };
    assert_eq!(asked, migration(2));
    stage.hear(Msg::Answered(id, Ok(Answer::Password(None))));
    assert!(stage.screen(80, 24).contains("It is not kept any more"), "{}", stage.screen(80, 24));
}
