//! Turns news into a changed model and effects. Pure: time comes in by [`Msg::Tick`].

use crossterm::event::{KeyEvent, KeyEventKind};

use crate::session::{self, Command, Event, Notice, Query, Refusal, Step, StoredEvent};

use super::chronicle;
use super::keymap::is_typed;
use super::model::Asked;
use super::overlays::{self, Overlay};
use super::steps::{self, StepMsg};
use super::{Access, Action, Effect, Leaving, Model, Msg};

/// How long a passing word stays, in milliseconds.
const TOAST_MILLIS: u64 = 6_000;

/// Turns news into a changed model and effects.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let effects = match msg {
        Msg::Started => started(model),
        Msg::Key(key) => pressed(model, key),
        Msg::Paste(text) => pasted(model, text),
        Msg::Notice(Notice::Happened(stored)) => happened(model, &stored),
        Msg::Notice(Notice::Progress(progress)) => {
            model.progress = (*progress).clone();
            Vec::new()
        }
        Msg::Notice(Notice::JournalFailed(problem)) => {
            model.overlay = None;
            model.fatal = Some(problem);
            Vec::new()
        }
        Msg::Answered(id, answer) => match model.take_asked(id) {
            Some(Asked::Missing) => overlays::ask_for_missing(model, answer),
            Some(Asked::Password(migration)) => overlays::show_password(model, migration, answer),
            Some(Asked::Refused(migration)) => overlays::show_refused(model, migration, answer),
            Some(asked) => steps::hear(model, StepMsg::Answered(asked, answer)),
            None => Vec::new(),
        },
        Msg::Kept(id, kept) => match model.take_asked(id) {
            Some(Asked::MissingKept) => overlays::missing_kept(model, kept),
            Some(asked) => {
                if let Ok(keeping) = &kept {
                    model.keeping = *keeping;
                }
                steps::hear(model, StepMsg::Kept(asked, kept))
            }
            None => Vec::new(),
        },
        Msg::Refused(refusal) => refused(model, refusal),
        Msg::Tick(now) => ticked(model, now),
        Msg::Terminated => {
            model.leaving = Some(Leaving::Hangup);
            vec![Effect::StopSoft]
        }
        Msg::Stopped => vec![Effect::Quit],
    };
    permitted(model, effects)
}

/// While a session is only watched nothing is asked of its engine.
fn permitted(model: &Model, mut effects: Vec<Effect>) -> Vec<Effect> {
    if model.access == Access::WatchOnly {
        effects.retain(|effect| matches!(effect, Effect::Quit | Effect::Copy(_) | Effect::StopSoft | Effect::StopHard));
    }
    effects
}

/// What a step asks at its beginning needs secrets: whether they are there comes first.
fn started(model: &mut Model) -> Vec<Effect> {
    if model.session.needed_secrets().is_empty() || model.access == Access::WatchOnly {
        return steps::enter(model);
    }
    vec![model.ask(Asked::Missing, Query::MissingSecrets)]
}

fn happened(model: &mut Model, stored: &StoredEvent) -> Vec<Effect> {
    let before = model.session.step();
    session::apply(&mut model.session, stored);
    chronicle::push(&mut model.chronicle, &model.look.words, &model.session, stored);
    let mut effects = steps::hear(model, StepMsg::Happened);
    if model.session.step() != before || matches!(stored.event, Event::AnswersReopened { .. }) {
        model.looking_at = None;
        effects.extend(steps::enter(model));
    }
    effects
}

fn ticked(model: &mut Model, now: crate::domain::Moment) -> Vec<Effect> {
    model.now = now;
    if model.toast.as_ref().is_some_and(|toast| now.millis_since(toast.at) > TOAST_MILLIS) {
        model.toast = None;
    }
    steps::hear(model, StepMsg::Tick)
}

fn refused(model: &mut Model, refusal: Refusal) -> Vec<Effect> {
    let text = model.look.words.say(&format!("refusal-{}", refusal.key()), &[]);
    model.say_in_passing(text, true);
    Vec::new()
}

fn pasted(model: &mut Model, text: String) -> Vec<Effect> {
    if !model.is_typing() {
        return Vec::new();
    }
    if model.overlay.is_some() { overlays::paste(model, &text) } else { steps::hear(model, StepMsg::Paste(text)) }
}

fn pressed(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    if model.look.keymap.actions(key).any(|action| action == Action::Interrupt) {
        return interrupted(model);
    }
    model.toast = None;
    if model.is_typing() && is_typed(key) {
        return if model.overlay.is_some() { overlays::type_key(model, key) } else { steps::hear(model, StepMsg::Type(key)) };
    }
    let hints = model.hints();
    let action = model.look.keymap.actions(key).find(|action| hints.iter().any(|hint| hint.action == *action));
    match action {
        Some(action) => act(model, action),
        None => Vec::new(),
    }
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if model.overlay.is_some() {
        return overlays::act(model, action);
    }
    match action {
        Action::Help => open(model, Overlay::help()),
        Action::Tasks => open(model, Overlay::tasks()),
        Action::Log => open(model, Overlay::log()),
        Action::Quit if model.session.is_finished || model.fatal.is_some() || model.access == Access::WatchOnly => interrupted(model),
        Action::Quit => open(model, Overlay::Leave),
        _ => steps::hear(model, StepMsg::Act(action)),
    }
}

fn open(model: &mut Model, overlay: Overlay) -> Vec<Effect> {
    model.overlay = Some(overlay);
    Vec::new()
}

/// The first time softly, the second time hard, the third time without waiting for the engine.
pub(super) fn interrupted(model: &mut Model) -> Vec<Effect> {
    match model.leaving {
        None => {
            model.leaving = Some(Leaving::Soft);
            model.overlay = None;
            let text = model.look.words.say("stopping-softly", &[]);
            model.say_in_passing(text, false);
            vec![Effect::StopSoft]
        }
        Some(Leaving::Hard) => vec![Effect::Quit],
        Some(_) => {
            model.leaving = Some(Leaving::Hard);
            vec![Effect::StopHard]
        }
    }
}

/// Looks at the step before or after the shown one, without changing anything.
pub(super) fn look_around(model: &mut Model, is_back: bool) {
    let all = model.session.steps();
    let place = |wanted: Step| all.iter().position(|step| *step == wanted).unwrap_or(0);
    let at = place(model.shown());
    let to = if is_back { at.saturating_sub(1) } else { (at + 1).min(all.len().saturating_sub(1)) };
    model.looking_at = all.get(to).copied().filter(|_| to < place(model.session.step()));
}

/// Asks to answer again from a step on.
pub(super) fn reopen(step: Step) -> Vec<Effect> {
    vec![Effect::Submit(Command::Reopen { step })]
}
