//! The screens of every step, as text under snapshot and as pictures in `assets/screens`.

use std::path::PathBuf;

use super::stage::Stage;
use super::svg::svg;
use super::world::*;
use crate::domain::{ByteSize, MailboxId, Secret, Uid};
use crate::ports::{ApiKeys, Keeping};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Answer, Event, Mode, RefusedMessage, Step, Task};
use crate::settings::OvhFault;
use crate::tui::{CredentialPlace, CredentialTrouble, Effect, FoundCredential, Msg, Prefill};

/// The folders of an account about which something is asked.
pub(super) fn questions() -> Stage {
    let mut stage = review(Mode::Automatic);
    stage.happens(Event::InventoryTaken { migration: migration(2), inventory: with_questions(12_900) });
    stage.press("down o");
    stage
}

/// The new server altered the first messages: the panel that asks.
pub(super) fn altered() -> Stage {
    let mut stage = migrating();
    let problem = Problem::new(ProblemCode::CanaryAltered)
        .with("server", "pro1.mail.ovh.net")
        .with("what", "date")
        .with("sent", "02-Feb-2026 10:00:00 +0100")
        .with("came", "20-Nov-2026 10:42:07 +0000")
        .with("count", 5)
        .with("migration", 2);
    stage.happens(Event::TaskStopped { task: Task::CopyMailbox { migration: migration(2), mailbox: MailboxId(2) }, problem });
    stage.press("t enter");
    stage
}

/// Every screen that is kept, by name.
pub(super) fn all() -> Vec<(&'static str, Stage)> {
    of_the_documented_order().into_iter().chain(super::order_screens::all()).collect()
}

fn of_the_documented_order() -> Vec<(&'static str, Stage)> {
    let (auto, guided) = (Mode::Automatic, Mode::Guided);
    vec![
        ("connect", Stage::at(Step::Connect, auto)),
        ("connect-keys", keys()),
        ("connect-found", found()),
        ("connect-client", other_keys("down enter")),
        ("connect-token", other_keys("down down enter")),
        ("connect-approve", approval()),
        ("connect-code", {
            let mut stage = approval();
            stage.press("o");
            stage
        }),
        ("source", source("space space space down space space")),
        ("source-passwords", {
            let mut stage = source("space space space enter enter");
            stage.answers().answers();
            stage
        }),
        ("source-wrong-password", wrong_password()),
        ("source-guided", Stage::at(Step::Source, guided)),
        ("source-guided-certificate", certificate()),
        ("destination", destination()),
        ("destination-attaching", attaching()),
        ("destination-guided", Stage::at(Step::Destination, guided)),
        ("review", review(auto)),
        ("review-folders", {
            let mut stage = review(auto);
            stage.press("down o");
            stage
        }),
        ("review-folders-questions", questions()),
        ("review-guided", review(guided)),
        ("rename", Stage::at(Step::Rename, auto)),
        ("rename-running", renaming()),
        ("rename-guided", Stage::at(Step::Rename, guided)),
        ("create", Stage::at(Step::Create, auto)),
        ("create-running", creating()),
        ("create-kept", kept()),
        ("create-guided", Stage::at(Step::Create, guided)),
        ("migrate-start", Stage::at(Step::Migrate, auto)),
        ("migrate", migrating()),
        ("migrate-folders", {
            let mut stage = migrating();
            stage.press("down enter");
            stage
        }),
        ("migrate-stopped", stopped()),
        ("migrate-refused", refused()),
        ("migrate-altered", altered()),
        ("dns", dns(false)),
        ("dns-good", dns(true)),
        ("finish", Stage::at(Step::Finish, auto)),
        ("finish-done", finished()),
        ("help", {
            let mut stage = migrating();
            stage.press("?");
            stage
        }),
        ("tasks", {
            let mut stage = migrating();
            stage.press("t");
            stage
        }),
        ("log", {
            let mut stage = migrating();
            stage.press("l");
            stage
        }),
        ("leave", {
            let mut stage = migrating();
            stage.press("q");
            stage
        }),
        ("look-back", {
            let mut stage = review(auto);
            stage.press("esc esc");
            stage
        }),
        ("missing-passwords", missing()),
        ("journal-failed", failed()),
    ]
}

fn mode_chosen(mode: Mode) -> Event {
    Event::ModeChosen { mode, strategy: crate::session::Strategy::RenameFirst }
}

fn keys() -> Stage {
    let mut stage = Stage::at(Step::Connect, Mode::Automatic);
    stage.press("enter").happens(mode_chosen(Mode::Automatic));
    stage
}

/// With keys that lie on the computer, one of them in a file that others can read, and one that is half a pair.
pub(super) fn found() -> Stage {
    let found =
        |place, keys| FoundCredential { place, endpoint_name: "ovh-eu".to_owned(), endpoint: "ovh-eu".parse().expect("known"), keys };
    let file = CredentialPlace::File("~/.ovh.conf".to_owned());
    let secret = |text: &str| Secret::new(text);
    let prefill = Prefill {
        mode: None,
        found: vec![
            found(CredentialPlace::Environment, ApiKeys::Client { client_id: secret("id"), client_secret: secret("not shown") }),
            found(
                file.clone(),
                ApiKeys::Application {
                    application_key: secret("7kbG7Bk7S9Nt7ZSV"),
                    application_secret: secret("EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF"),
                    consumer_key: Some(secret("MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1")),
                },
            ),
        ],
        troubles: vec![CredentialTrouble { place: file, fault: OvhFault::Exposed { mode: "644".to_owned() } }],
        ..Prefill::default()
    };
    Stage::with(until(Step::Connect, Mode::Automatic), prefill, |setup| crate::tui::Setup { is_demo: false, ..setup })
}

fn other_keys(keys: &str) -> Stage {
    let mut stage = Stage::at(Step::Connect, Mode::Automatic);
    stage.press(keys).happens(mode_chosen(Mode::Automatic));
    stage
}

fn approval() -> Stage {
    let mut stage = keys();
    stage.press("enter").answers().answers();
    stage.hear(Msg::Tick(NOW.plus_millis(12_000)));
    stage
}

fn source(keys: &str) -> Stage {
    let mut stage = Stage::at(Step::Source, Mode::Automatic);
    stage.answers().answers().press(keys);
    stage
}

fn wrong_password() -> Stage {
    let mut stage = source("space space space enter enter");
    for effect in std::mem::take(&mut stage.effects) {
        if let Effect::KeepSecrets(id, _) = effect {
            stage.hear(Msg::Kept(id, Ok(Keeping::Keyring)));
        }
    }
    let problem = Problem::new(ProblemCode::WrongPassword).with("host", "ex3.mail.ovh.net:993").with("user", "anna.keller@mydomain.ovh");
    stage.fails(problem).answers();
    stage
}

fn certificate() -> Stage {
    let mut stage = Stage::at(Step::Source, Mode::Guided);
    stage.press("enter").answers();
    stage.fails(untrusted()).press("f4");
    stage
}

fn destination() -> Stage {
    let mut stage = source("");
    for event in until(Step::Destination, Mode::Automatic).into_iter().skip(3) {
        stage.happens(event);
    }
    stage.answers();
    stage
}

fn attaching() -> Stage {
    let mut events = until(Step::Review, Mode::Automatic);
    events.pop();
    let mut stage = Stage::after(events, prefill(Mode::Automatic));
    let task = Task::AttachDomain { domain: domain() };
    stage.hear(progress([(task, running(Activity::WaitingForPlatform, 74, 0, 0))]));
    stage
}

fn review(mode: Mode) -> Stage {
    let mut events = until(Step::Rename, mode);
    events.pop();
    Stage::after(events, prefill(mode))
}

fn renaming() -> Stage {
    let mut stage = Stage::at(Step::Rename, Mode::Automatic);
    stage.press("enter").happens(Event::RenameConfirmed);
    stage.happens(Event::SourceRenamed { migration: migration(1), witness: crate::session::Witness::Platform });
    stage.happens(Event::RenameIntended { migration: migration(2), from: address("john.smith"), to: address("john.smith01") });
    let task = |n| Task::RenameSource { migration: migration(n) };
    stage.hear(progress([(task(2), running(Activity::WaitingForPlatform, 6, 0, 0)), (task(3), running(Activity::Asking, 1, 0, 0))]));
    stage
}

fn creating() -> Stage {
    let mut stage = Stage::at(Step::Create, Mode::Automatic);
    stage.happens(Event::CreateConfirmed).happens(created(migration(1)));
    let task = Task::CreateTarget { migration: migration(2) };
    stage.hear(progress([(task.clone(), running(Activity::WaitingForPlatform, 9, 0, 0))]));
    let task = Task::CreateTarget { migration: migration(4) };
    stage.happens(Event::TaskStopped { task, problem: Problem::new(ProblemCode::NoFreeSeat).with("service", "new mail") });
    stage
}

/// One of the new accounts was to be removed, and had mail in it.
fn kept() -> Stage {
    let mut stage = Stage::at(Step::Migrate, Mode::Automatic);
    stage.happens(Event::CreateUndoRequested { migration: migration(2) });
    stage.happens(Event::CreateUndoGivenUp { migration: migration(2), messages: 3 });
    stage
}

fn migrating() -> Stage {
    let mut stage = Stage::at(Step::Migrate, Mode::Automatic);
    copying(&mut stage);
    stage
}

fn stopped() -> Stage {
    let mut stage = migrating();
    let task = Task::CopyMailbox { migration: migration(4), mailbox: MailboxId(1) };
    let problem = Problem::new(ProblemCode::QuotaFull).because("[OVERQUOTA] Quota exceeded (mailbox for user is full)");
    stage.happens(Event::TaskStopped { task, problem });
    stage
}

fn refused() -> Stage {
    let mut stage = migrating();
    stage.press("G x");
    let message = |uid, bytes| RefusedMessage {
        mailbox: MailboxId(1),
        uid: Uid(uid),
        size: ByteSize(bytes),
        reason: "[TOOBIG] larger than 35 MB".to_owned(),
    };
    let Some(Effect::Ask(id, _)) = stage.effects.pop() else { panic!("refused messages are asked for") };
    stage.hear(Msg::Answered(id, Ok(Answer::Refused(vec![message(811, 41_200_000), message(2_004, 36_900_000)]))));
    stage
}

fn dns(is_mended: bool) -> Stage {
    let mut stage = Stage::at(Step::Dns, Mode::Automatic);
    stage.happens(Event::DnsChecked { domain: domain(), records: records(is_mended) });
    if !is_mended {
        stage.press("down");
    }
    stage
}

fn finished() -> Stage {
    let mut stage = Stage::at(Step::Finish, Mode::Automatic);
    stage.happens(Event::FinishConfirmed { forget_secrets: true });
    stage.happens(Event::ReportSaved { files: ["report.md", "report.html", "report.json"].map(str::to_owned).to_vec() });
    stage.happens(Event::SecretsForgotten).happens(Event::SessionFinished);
    stage
}

fn missing() -> Stage {
    let mut stage = Stage::at(Step::Migrate, Mode::Automatic);
    let references = stage.model.session.needed_secrets().into_iter().skip(3).take(3).collect();
    stage.effects = crate::tui::overlays::ask_for_missing(&mut stage.model, Ok(Answer::MissingSecrets(references)));
    stage
}

fn failed() -> Stage {
    let mut stage = migrating();
    let problem = Problem::new(ProblemCode::DiskFull).with("path", "~/.local/state/mailferry").because("No space left on device");
    stage.hear(Msg::Notice(crate::session::Notice::JournalFailed(problem)));
    stage
}

#[test]
fn every_step_looks_as_it_should_at_80_by_24_and_120_by_40() {
    for (name, stage) in all() {
        insta::assert_snapshot!(format!("{name}-80x24"), stage.screen(80, 24));
        insta::assert_snapshot!(format!("{name}-120x40"), stage.screen(120, 40));
    }
}

#[test]
fn a_narrow_window_and_ascii_signs_still_say_everything() {
    let stage = migrating();
    insta::assert_snapshot!("migrate-60x18", stage.screen(60, 18));
    insta::assert_snapshot!("migrate-40x10", stage.screen(40, 10));
    let mut ascii = Stage::with(until(Step::Migrate, Mode::Automatic), prefill(Mode::Automatic), |mut setup| {
        setup.look.glyphs = crate::tui::Glyphs::ASCII;
        setup
    });
    copying(&mut ascii);
    let screen = ascii.screen(80, 24);
    let signs: String = screen.chars().filter(|letter| !letter.is_ascii() && !letter.is_alphabetic()).collect();
    assert_eq!(signs, "", "{screen}");
    insta::assert_snapshot!("migrate-ascii", screen);
}

/// The pictures are rewritten with `MAILFERRY_UPDATE_SCREENS=1`.
#[test]
fn the_pictures_in_assets_are_these_screens() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/screens");
    let rewrites =
        std::process::Command::new("sh").args(["-c", "test -n \"$MAILFERRY_UPDATE_SCREENS\""]).status().is_ok_and(|s| s.success());
    for (name, stage) in all() {
        for (width, height, suffix) in [(80, 24, ""), (120, 40, "-wide")] {
            let path = folder.join(format!("{name}{suffix}.svg"));
            let picture = svg(&stage.buffer(width, height));
            if rewrites {
                std::fs::create_dir_all(&folder).expect("a folder");
                std::fs::write(&path, picture).expect("written");
            } else {
                let kept = std::fs::read_to_string(&path).unwrap_or_default();
                assert!(kept == picture, "{name}{suffix}.svg is out of date: run the test with MAILFERRY_UPDATE_SCREENS=1");
            }
        }
    }
}
