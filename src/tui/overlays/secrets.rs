//! Passwords and keys to be typed again: after a restart without a keyring, or because a server refused the one that is kept.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::Overlay;
use super::panel::{self, Panel};
use crate::domain::{Secret, SecretRef};
use crate::ports::Keeping;
use crate::problem::Problem;
use crate::session::{ApiCredential, Command, Session, Task};
use crate::tui::field::{Field, Form};
use crate::tui::hint::Hint;
use crate::tui::ink::Ink;
use crate::tui::model::Asked;
use crate::tui::{Action, Effect, Model, Prefill};

/// The form.
#[derive(Debug, Clone)]
pub(in crate::tui) struct State {
    references: Vec<SecretRef>,
    form: Form,
    then: Option<Task>,
    is_keeping: bool,
}

impl State {
    /// Asks for exactly these.
    pub(super) fn new(model: &Model, references: Vec<SecretRef>, then: Option<Task>) -> Self {
        let ink = model.ink(80, 24);
        let fields = references.iter().map(|reference| {
            let prefilled = if then.is_none() { prefilled(&model.session, &model.prefill, reference) } else { None };
            Field::secret(label(ink, &model.session, reference), prefilled.as_ref())
        });
        Self { form: Form::new(fields.collect()), references, then, is_keeping: false }
    }

    /// A typed key.
    pub(super) fn type_key(&mut self, key: KeyEvent) {
        if let Some(field) = self.form.focused() {
            field.type_key(key);
        }
    }

    /// Pasted text.
    pub(super) fn paste(&mut self, text: &str) {
        if let Some(field) = self.form.focused() {
            field.paste(text);
        }
    }
}

/// Asks for the passwords that a stopped task uses, and then tries it again.
pub(in crate::tui) fn for_task(model: &mut Model, task: &Task) -> Vec<Effect> {
    let Some(migration) = task.migration().and_then(|id| model.session.migration(id)) else {
        return match &model.session.api {
            Some(api) => {
                let references = api.credential.secrets();
                model.overlay = Some(Overlay::Secrets(State::new(model, references, Some(task.clone()))));
                Vec::new()
            }
            None => vec![Effect::Submit(Command::Retry { task: task.clone() })],
        };
    };
    let source = migration.source.secret.clone();
    let target = migration.target.as_ref().map(|target| target.secret.clone());
    let references: Vec<SecretRef> = match task {
        Task::Inventory { .. } | Task::RenameSource { .. } | Task::UndoRename { .. } => vec![source],
        Task::CreateTarget { .. } | Task::UndoCreate { .. } => target.into_iter().collect(),
        _ => std::iter::once(source).chain(target).collect(),
    };
    model.overlay = Some(Overlay::Secrets(State::new(model, references, Some(task.clone()))));
    Vec::new()
}

/// What is possible.
pub(super) fn hints() -> Vec<Hint> {
    vec![
        Hint::act(Action::Accept, "key-keep"),
        Hint::look(Action::Next, "key-next-field"),
        Hint::silent(Action::Previous),
        Hint::silent(Action::Up),
        Hint::silent(Action::Down),
    ]
}

/// An action.
pub(super) fn act(model: &mut Model, mut state: State, action: Action) -> Vec<Effect> {
    let mut effects = Vec::new();
    match action {
        Action::Next | Action::Down => {
            state.form.next();
        }
        Action::Previous | Action::Up => state.form.previous(),
        Action::Accept if !state.form.next() => {
            let typed: Vec<(SecretRef, Secret)> = state
                .references
                .iter()
                .zip(&state.form.fields)
                .filter_map(|(reference, field)| Some((reference.clone(), field.secret_value()?)))
                .collect();
            if !typed.is_empty() {
                state.is_keeping = true;
                effects.push(model.keep(Asked::MissingKept, typed));
            }
        }
        _ => {}
    }
    model.overlay = Some(Overlay::Secrets(state));
    effects
}

/// They are kept: what waited for them goes on.
pub(super) fn kept(model: &mut Model, kept: Result<Keeping, Problem>) -> Vec<Effect> {
    let Some(Overlay::Secrets(state)) = model.overlay.take() else {
        return Vec::new();
    };
    match kept {
        Ok(keeping) => {
            model.keeping = keeping;
            if let Some(task) = state.then {
                return vec![Effect::Submit(Command::Retry { task })];
            }
            let mut effects = crate::tui::steps::enter(model);
            effects.extend((!model.session.troubles.is_empty()).then_some(Effect::Submit(Command::RetryAll)));
            effects
        }
        Err(problem) => {
            model.overlay = Some(Overlay::problem(problem));
            Vec::new()
        }
    }
}

/// Draws the panel.
pub(super) fn view(model: &Model, state: &State, frame: &mut Frame<'_>, area: Rect) {
    let ink = panel::inside(model, area, 78);
    let key = if state.then.is_some() { "secrets-again" } else { "secrets-missing" };
    let mut head = ink.paragraph(&ink.say(key), ink.theme().plain);
    head.push(ink.gap());
    let (mut lines, focus) = state.form.lines(ink);
    lines.push(ink.gap());
    lines.push(if state.is_keeping {
        ink.busy(model.now, &ink.say("secrets-keeping"))
    } else {
        ink.call(Action::Accept, &ink.say("secrets-call"))
    });
    panel::draw(model, frame, area, 78, Panel { title: ink.say("secrets-title"), head, lines, focus });
}

/// What a secret is, in words.
fn label(ink: Ink<'_>, session: &Session, reference: &SecretRef) -> String {
    if let Some(api) = &session.api {
        let keys: &[&str] = match &api.credential {
            ApiCredential::Application { .. } => &["field-application-key", "field-application-secret", "field-consumer-key"],
            ApiCredential::Client { .. } => &["field-client-id", "field-client-secret"],
            ApiCredential::Token { .. } => &["field-access-token"],
        };
        if let Some((_, key)) = api.credential.secrets().iter().zip(keys).find(|(candidate, _)| *candidate == reference) {
            return ink.say(key);
        }
    }
    for migration in &session.migrations {
        if migration.source.secret == *reference {
            return ink.tell("secrets-source", &[("address", migration.source.address.to_string().into())]);
        }
        if migration.target.as_ref().is_some_and(|target| target.secret == *reference) {
            return ink.tell("secrets-target", &[("address", migration.source.address.to_string().into())]);
        }
    }
    reference.to_string()
}

/// The demo knows its own passwords.
fn prefilled(session: &Session, prefill: &Prefill, reference: &SecretRef) -> Option<Secret> {
    if let Some(api) = &session.api {
        let known = [&prefill.application_key, &prefill.application_secret, &prefill.consumer_key];
        let is_application = matches!(api.credential, ApiCredential::Application { .. });
        if let Some((_, secret)) =
            api.credential.secrets().iter().zip(known).find(|(candidate, _)| is_application && *candidate == reference)
        {
            return secret.clone();
        }
    }
    session.migrations.iter().find_map(|migration| {
        let address = &migration.source.address;
        if migration.source.secret == *reference {
            prefill.passwords.get(address).cloned()
        } else if migration.target.as_ref().is_some_and(|target| target.secret == *reference) {
            prefill.target_passwords.get(address).cloned()
        } else {
            None
        }
    })
}
