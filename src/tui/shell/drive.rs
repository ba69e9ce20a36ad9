//! The loop: one `select!` over keys, notices, answers, time and signals.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, KeyEventKind};
use futures::{Stream, StreamExt as _};
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::carry::Carrier;
use crate::domain::Moment;
use crate::session::Notice;
use crate::tui::picker::Picker;
use crate::tui::{Choice, Driver, Exit, Model, Msg, update, view};

/// Least time between two drawings: thirty a second.
const FRAME: Duration = Duration::from_millis(33);
/// How often time passes in the model.
const TICK: Duration = Duration::from_millis(120);
/// How long a soft stop may take when the system or a lost terminal asked for it.
const LAST_CHANCE: Duration = Duration::from_secs(8);
/// Messages that are taken before the next drawing.
const DRAINED: usize = 4_096;

struct Loop<D> {
    model: Model,
    carrier: Carrier<D>,
    started: Instant,
    began: Moment,
    is_left: bool,
    is_dirty: bool,
    last_chance: Option<Instant>,
}

impl<D: Driver> Loop<D> {
    fn take(&mut self, msg: Msg) {
        self.is_dirty = true;
        if msg == Msg::Terminated {
            self.last_chance.get_or_insert_with(|| Instant::now() + LAST_CHANCE);
        }
        for effect in update(&mut self.model, msg) {
            self.is_left |= self.carrier.carry(effect);
        }
    }

    fn tick(&mut self) {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let now = self.began.plus_millis(elapsed);
        self.take(Msg::Tick(now));
        self.is_left |= self.last_chance.is_some_and(|until| Instant::now() >= until);
    }
}

/// Drives the wizard on a terminal until it is left.
pub(super) async fn drive<D, B, E>(
    driver: Arc<D>,
    mut notices: mpsc::Receiver<Notice>,
    model: Model,
    terminal: &mut Terminal<B>,
    mut events: E,
) -> io::Result<Exit>
where
    D: Driver,
    B: Backend,
    B::Error: Send + Sync + 'static,
    E: Stream<Item = io::Result<Event>> + Unpin,
{
    let (outbox, mut inbox) = mpsc::unbounded_channel();
    let began = model.now;
    let carrier = Carrier::new(driver, outbox);
    let mut state = Loop { model, carrier, started: Instant::now(), began, is_left: false, is_dirty: true, last_chance: None };
    let (mut terminate, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut next_frame = Instant::now();
    let (mut has_keys, mut has_notices) = (true, true);
    state.take(Msg::Started);
    while !state.is_left {
        if state.is_dirty && Instant::now() >= next_frame {
            if terminal.draw(|frame| view(&state.model, frame)).is_err() {
                state.take(Msg::Terminated);
            }
            state.is_dirty = false;
            next_frame = Instant::now() + FRAME;
        }
        tokio::select! {
            event = events.next(), if has_keys => {
                if let Some(event) = event.and_then(Result::ok) {
                    hear(&mut state, event);
                } else {
                    has_keys = false;
                    state.take(Msg::Terminated);
                }
            }
            notice = notices.recv(), if has_notices => match notice {
                Some(notice) => state.take(Msg::Notice(notice)),
                None => has_notices = false,
            },
            Some(msg) = inbox.recv() => state.take(msg),
            _ = ticks.tick() => state.tick(),
            () = sleep_until(next_frame), if state.is_dirty => {}
            () = either(&mut terminate, &mut hangup) => state.take(Msg::Terminated),
        }
        for _ in 0..DRAINED {
            match notices.try_recv() {
                Ok(notice) => state.take(Msg::Notice(notice)),
                Err(_) => break,
            }
        }
        while let Ok(msg) = inbox.try_recv() {
            state.take(msg);
        }
    }
    Ok(state.model.exit())
}

fn hear<D: Driver>(state: &mut Loop<D>, event: Event) {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => state.take(Msg::Key(key)),
        Event::Paste(text) => state.take(Msg::Paste(text)),
        Event::Resize(..) => state.is_dirty = true,
        _ => {}
    }
}

async fn either(first: &mut Signal, second: &mut Signal) {
    let (first, second) = (Pin::new(first), Pin::new(second));
    tokio::select! {
        _ = first.get_mut().recv() => {}
        _ = second.get_mut().recv() => {}
    }
}

/// Drives the choice of a session.
pub(super) async fn pick<B, E>(mut picker: Picker, terminal: &mut Terminal<B>, mut events: E) -> io::Result<Choice>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    E: Stream<Item = io::Result<Event>> + Unpin,
{
    loop {
        terminal.draw(|frame| picker.view(frame)).map_err(io::Error::other)?;
        match events.next().await {
            Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => {
                if let Some(choice) = picker.press(key) {
                    return Ok(choice);
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error),
            None => return Ok(Choice::Quit),
        }
    }
}
