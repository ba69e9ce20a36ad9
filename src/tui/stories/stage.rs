//! A program with a person in front of it: keys and answers in, effects and screens out.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::world::*;
use crate::domain::{Account, Moment};
use crate::ports::Keeping;
use crate::problem::Problem;
use crate::session::{Answer, Event, Mode, Notice, Query, Session, Step, StoredEvent};
use crate::tui::{Access, Effect, Look, Model, Msg, Prefill, Setup, update, view};

/// A program with a person in front of it.
pub(super) struct Stage {
    pub(super) model: Model,
    /// Effects since they were last taken.
    pub(super) effects: Vec<Effect>,
    seq: u64,
}

impl Stage {
    /// At the beginning of a step, with what the demo shows in advance.
    pub(super) fn at(step: Step, mode: Mode) -> Self {
        Self::after(until(step, mode), prefill(mode))
    }

    /// After these events.
    pub(super) fn after(events: Vec<Event>, prefill: Prefill) -> Self {
        Self::with(events, prefill, |setup| setup)
    }

    /// After these events, with another setup.
    pub(super) fn with(events: Vec<Event>, prefill: Prefill, change: impl Fn(Setup) -> Setup) -> Self {
        let count = i64::try_from(events.len()).expect("few");
        let history: Vec<StoredEvent> = events
            .into_iter()
            .zip(1..)
            .map(|(event, seq)| StoredEvent { seq, at: Moment(NOW.0 - (count - i64::try_from(seq).expect("few")) * 1_000 - 20_000), event })
            .collect();
        let seq = history.len() as u64;
        let setup = Setup {
            session: Session::replay(&history),
            history,
            prefill,
            look: Look::default(),
            is_demo: true,
            access: Access::Full,
            keeping: Keeping::Keyring,
            keyring_trouble: None,
            state_folder: "~/.local/state/mailferry/sessions/7F3K-QX".to_owned(),
            now: NOW,
        };
        let mut stage = Self { model: Model::new(change(setup)), effects: Vec::new(), seq };
        stage.hear(Msg::Started);
        let asked = stage.effects.iter().find_map(|effect| match effect {
            Effect::Ask(id, Query::MissingSecrets) => Some(*id),
            _ => None,
        });
        if let Some(id) = asked {
            stage.hear(Msg::Answered(id, Ok(Answer::MissingSecrets(Vec::new()))));
        }
        stage
    }

    pub(super) fn hear(&mut self, msg: Msg) -> &mut Self {
        let effects = update(&mut self.model, msg);
        self.effects.extend(effects);
        self
    }

    pub(super) fn happens(&mut self, event: Event) -> &mut Self {
        self.seq += 1;
        let at = self.model.now;
        self.hear(Msg::Notice(Notice::Happened(Arc::new(StoredEvent { seq: self.seq, at, event }))))
    }

    /// Keys by name: `enter down "text" ctrl-c`.
    pub(super) fn press(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            let key = match word {
                "enter" => KeyEvent::from(KeyCode::Enter),
                "esc" => KeyEvent::from(KeyCode::Esc),
                "up" => KeyEvent::from(KeyCode::Up),
                "down" => KeyEvent::from(KeyCode::Down),
                "left" => KeyEvent::from(KeyCode::Left),
                "right" => KeyEvent::from(KeyCode::Right),
                "tab" => KeyEvent::from(KeyCode::Tab),
                "space" => KeyEvent::from(KeyCode::Char(' ')),
                "f4" => KeyEvent::from(KeyCode::F(4)),
                "f5" => KeyEvent::from(KeyCode::F(5)),
                "f10" => KeyEvent::from(KeyCode::F(10)),
                "ctrl-c" => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
                "ctrl-u" => KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL),
                text => {
                    for letter in text.chars() {
                        self.hear(Msg::Key(KeyEvent::from(KeyCode::Char(letter))));
                    }
                    continue;
                }
            };
            self.hear(Msg::Key(key));
        }
        self
    }

    /// Answers every question that was asked, as the world of this file does; secrets are kept.
    pub(super) fn answers(&mut self) -> &mut Self {
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::KeepSecrets(id, _) => {
                    self.hear(Msg::Kept(id, Ok(Keeping::Keyring)));
                }
                Effect::Ask(id, query) => {
                    if let Some(answer) = answer(&query) {
                        self.hear(Msg::Answered(id, Ok(answer)));
                    }
                }
                other => self.effects.push(other),
            }
        }
        self
    }

    /// The next question that was asked is answered with a problem.
    pub(super) fn fails(&mut self, problem: Problem) -> &mut Self {
        let at = self.effects.iter().position(|effect| matches!(effect, Effect::Ask(..))).expect("a question was asked");
        let Effect::Ask(id, _) = self.effects.remove(at) else { unreachable!("checked above") };
        self.hear(Msg::Answered(id, Err(problem)))
    }

    pub(super) fn buffer(&self, width: u16, height: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a test backend");
        terminal.draw(|frame| view(&self.model, frame)).expect("drawn");
        terminal.backend().buffer().clone()
    }

    /// The screen as text, lines without blanks at their ends.
    pub(super) fn screen(&self, width: u16, height: u16) -> String {
        let buffer = self.buffer(width, height);
        let line = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..height).map(line).collect::<Vec<_>>().join("\n")
    }
}

fn answer(query: &Query) -> Option<Answer> {
    match query {
        Query::Services => Some(Answer::Services(services())),
        Query::Accounts { service } => {
            let found =
                if *service == exchange() { accounts() } else { vec![Account { address: address("test"), ..accounts()[0].clone() }] };
            let found = found.into_iter().map(|account| crate::session::AccountFound { service: service.clone(), account });
            Some(Answer::Accounts(found.collect()))
        }
        Query::ProveLogin { .. } => Some(Answer::LoginProven),
        Query::TestLogin { .. } => Some(Answer::Login(proof())),
        Query::MissingSecrets => Some(Answer::MissingSecrets(Vec::new())),
        Query::RequestConsumerKey { .. } => {
            let token = "kRq3pX2mVYfJ7tGz8nLd5sWb1cHa9uEo4iKx6";
            Some(Answer::ValidationUrl(format!("https://www.ovh.com/auth/?credentialToken={token}")))
        }
        _ => None,
    }
}
