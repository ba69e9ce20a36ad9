//! The loop with a fake engine: keys in, commands, secrets and stops out, in order.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures::{StreamExt as _, stream};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc;

use super::drive::drive;
use crate::domain::{Moment, Secret, SecretRef};
use crate::ports::Keeping;
use crate::problem::{Problem, ProblemCode};
use crate::session::{Answer, Command, Mode, Notice, Query, Refusal, Session};
use crate::tui::{Access, Driver, Exit, Leaving, Look, Model, Prefill, Setup, Stop};

#[derive(Default)]
struct Fake {
    heard: Mutex<Vec<String>>,
    never_stops_softly: bool,
}

impl Fake {
    fn note(&self, what: String) {
        self.heard.lock().expect("not poisoned").push(what);
    }
}

impl Driver for Arc<Fake> {
    async fn submit(&self, command: Command) -> Result<(), Refusal> {
        self.note(format!("{command:?}"));
        Err(Refusal::TooLate)
    }

    async fn ask(&self, _query: Query) -> Result<Answer, Problem> {
        Err(Problem::new(ProblemCode::ApiUnreachable))
    }

    async fn keep_secret(&self, reference: &SecretRef, _secret: Secret) -> Result<Keeping, Problem> {
        self.note(format!("keep {reference}"));
        Ok(Keeping::ThisRunOnly)
    }

    async fn stop(&self, how: Stop) {
        self.note(format!("stop {how:?}"));
        if how == Stop::Soft && self.never_stops_softly {
            std::future::pending::<()>().await;
        }
    }
}

fn setup() -> Setup {
    Setup {
        session: Session::default(),
        history: Vec::new(),
        prefill: Prefill {
            application_key: Some(Secret::new("key")),
            application_secret: Some(Secret::new("secret")),
            ..Prefill::default()
        },
        look: Look::default(),
        is_demo: true,
        access: Access::Full,
        keeping: Keeping::ThisRunOnly,
        keyring_trouble: Some("no keyring here".to_owned()),
        state_folder: "state".to_owned(),
        now: Moment(0),
    }
}

const CTRL_C: KeyEvent = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);

async fn played(fake: &Arc<Fake>, keys: Vec<KeyEvent>, ends: bool) -> (Exit, String) {
    let keys = stream::iter(keys).then(|key| async move {
        tokio::time::sleep(Duration::from_millis(60)).await;
        Ok::<_, io::Error>(Event::Key(key))
    });
    let rest = if ends { stream::empty().boxed() } else { stream::pending().boxed() };
    let (_sender, notices) = mpsc::channel::<Notice>(8);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).expect("a test backend");
    let driver = Arc::new(Arc::clone(fake));
    let played = drive(driver, notices, Model::new(setup()), &mut terminal, Box::pin(keys.chain(rest)));
    let exit = tokio::time::timeout(Duration::from_secs(20), played).await.expect("it ends").expect("no error");
    let buffer = terminal.backend().buffer().clone();
    let screen = (0..24).map(|y| (0..80).map(|x| buffer[(x, y)].symbol()).collect::<String>()).collect::<Vec<_>>().join("\n");
    (exit, screen)
}

#[tokio::test]
async fn keys_become_commands_and_secrets_and_a_refusal_becomes_words() {
    let fake = Arc::new(Fake::default());
    let enter = KeyEvent::from(KeyCode::Enter);
    let (exit, _) = played(&fake, vec![enter, enter, CTRL_C], false).await;
    assert_eq!(exit.leaving, Leaving::Soft);
    let heard = fake.heard.lock().expect("not poisoned").clone();
    let chosen = format!("{:?}", Command::ChooseMode { mode: Mode::Automatic, strategy: crate::session::Strategy::RenameFirst });
    assert_eq!(heard[0], chosen);
    assert!(heard[1].starts_with("keep ") && heard[1].ends_with("application key"), "{heard:?}");
    assert_eq!(heard.last().map(String::as_str), Some("stop Soft"));
}

#[tokio::test]
async fn a_second_ctrl_c_does_not_wait_for_the_first() {
    let fake = Arc::new(Fake { never_stops_softly: true, ..Fake::default() });
    let (exit, screen) = played(&fake, vec![CTRL_C, CTRL_C], false).await;
    assert_eq!(exit.leaving, Leaving::Hard);
    assert!(screen.contains("Finishing what is in flight"), "{screen}");
    assert_eq!(*fake.heard.lock().expect("not poisoned"), ["stop Soft", "stop Hard"]);
}

#[tokio::test]
async fn a_terminal_that_is_gone_stops_softly() {
    let fake = Arc::new(Fake::default());
    let (exit, _) = played(&fake, Vec::new(), true).await;
    assert_eq!(exit.leaving, Leaving::Hangup);
    assert_eq!(*fake.heard.lock().expect("not poisoned"), ["stop Soft"]);
}
