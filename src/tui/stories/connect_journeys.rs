//! What keys lead to where the API is reached, and where passwords are given: found keys, typed keys, the code, rules for passwords.

use super::journeys::commands;
use super::screens::found;
use super::stage::Stage;
use super::world::*;
use crate::ports::Keeping;
use crate::problem::{Problem, ProblemCode};
use crate::session::{Answer, ApiCredential, Command, Event, Mode, Query, Step, Strategy};
use crate::tui::{Effect, Glyphs, Msg};

fn validated() -> Answer {
    let status = crate::domain::CredentialStatus::Validated;
    Answer::Credential(crate::domain::Credential { status, rules: Vec::new(), expiration: None })
}

fn connected(stage: &mut Stage) -> ApiCredential {
    let Some(Effect::Ask(id, Query::CheckCredential { .. })) = stage.effects.pop() else { panic!("asked: {:?}", stage.effects) };
    stage.hear(Msg::Answered(id, Ok(validated())));
    match &commands(stage)[..] {
        [Command::ConnectApi { access }] => access.credential.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_that_were_found_are_used_only_when_they_are_chosen_and_are_never_shown() {
    let mut stage = found();
    assert_eq!(stage.effects, [], "nothing is asked before somebody says so");
    stage.press("down");
    let screen = stage.screen(120, 40);
    assert!(screen.contains("~/.ovh.conf") && screen.contains("chmod 600") && !screen.contains("7kbG7Bk7S9Nt7ZSV"), "{screen}");
    stage.press("enter");
    let [Effect::Submit(Command::ChooseMode { mode: Mode::Automatic, .. }), Effect::KeepSecrets(id, kept)] = &stage.effects[..] else {
        panic!("{:?}", stage.effects)
    };
    assert_eq!(kept.len(), 3, "a consumer key is there already");
    let id = *id;
    stage.effects.clear();
    stage.happens(Event::ModeChosen { mode: Mode::Automatic, strategy: Strategy::RenameFirst });
    stage.hear(Msg::Kept(id, Ok(Keeping::Keyring)));
    assert!(matches!(connected(&mut stage), ApiCredential::Application { .. }));
}

#[test]
fn found_keys_that_are_refused_can_be_mended_in_their_form() {
    let mut stage = found();
    stage.press("down enter").answers();
    stage.fails(Problem::new(ProblemCode::ConsumerKeyExpired));
    let screen = stage.screen(80, 24);
    assert!(screen.contains("Application secret") && screen.contains("expired"), "{screen}");
    stage.effects.clear();
    stage.press("enter").answers();
    assert!(matches!(&stage.effects[..], [Effect::Ask(_, Query::RequestConsumerKey { .. })]), "another is made: {:?}", stage.effects);
}

#[test]
fn a_service_account_and_a_token_are_checked_and_connected_without_a_consumer_key() {
    for (keys, typed, kept) in [("down enter", "the-id enter the-secret enter", 2), ("down down enter", "the-token enter", 1)] {
        let mut stage = Stage::at(Step::Connect, Mode::Automatic);
        stage.press(keys).happens(Event::ModeChosen { mode: Mode::Automatic, strategy: Strategy::RenameFirst });
        stage.effects.clear();
        stage.press("enter");
        assert_eq!(stage.effects, [], "nothing is asked with empty fields");
        stage.press(typed);
        assert!(matches!(&stage.effects[..], [Effect::KeepSecrets(_, secrets)] if secrets.len() == kept), "{:?}", stage.effects);
        stage.answers();
        let credential = connected(&mut stage);
        assert_eq!(credential.secrets().len(), kept, "{credential:?}");
    }
}

#[test]
fn the_code_of_a_new_key_is_shown_over_everything_and_goes_when_the_key_is_approved() {
    let mut stage = Stage::at(Step::Connect, Mode::Automatic);
    stage.press("enter").happens(Event::ModeChosen { mode: Mode::Automatic, strategy: Strategy::RenameFirst }).press("enter");
    stage.answers().answers().press("o");
    assert!(stage.screen(80, 24).contains('▀') && stage.screen(60, 18).contains("too small for the code"));
    stage.effects.clear();
    stage.hear(Msg::Tick(NOW.plus_millis(3_100)));
    assert!(matches!(connected(&mut stage), ApiCredential::Application { .. }));
    assert!(stage.model.overlay.is_none());
}

#[test]
fn a_small_window_and_ascii_signs_show_the_code_or_say_what_it_takes() {
    let mut stage = Stage::with(until(Step::Connect, Mode::Automatic), prefill(Mode::Automatic), |mut setup| {
        setup.look.glyphs = Glyphs::ASCII;
        setup
    });
    stage.press("enter").happens(Event::ModeChosen { mode: Mode::Automatic, strategy: Strategy::RenameFirst }).press("enter");
    stage.answers().answers().press("o");
    let small = stage.screen(80, 24);
    assert!(small.is_ascii() && small.contains("too small") && small.contains("credentialToken"), "{small}");
    let large = stage.screen(120, 50);
    assert!(large.is_ascii() && large.lines().filter(|line| line.contains("##")).count() > 30, "{large}");
}

#[test]
fn a_given_password_that_the_service_would_not_take_is_told_at_once() {
    let mut events = until(Step::Rename, Mode::Automatic);
    events.pop();
    let mut stage = Stage::after(events, prefill(Mode::Automatic));
    stage.press("p short enter");
    let screen = stage.screen(80, 24);
    assert!(screen.contains("fewer than 9"), "{screen}");
    stage.press("-but-now-it-is-much-too-long enter");
    assert!(stage.screen(80, 24).contains("more than 30"));
    stage.press("esc");
    assert!(!stage.screen(80, 24).contains("more than 30"), "what is wrong is dropped with the field");
    stage.press("p just-long-enough enter");
    stage.effects.clear();
    stage.press("enter");
    assert!(
        matches!(&stage.effects[..], [Effect::KeepSecrets(_, kept)] if kept[0].1.expose() == "just-long-enough"),
        "{:?}",
        stage.effects
    );
}
