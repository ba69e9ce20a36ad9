//! Connect: who does the clicks; with which keys the API is reached: found on this computer, typed, or made here and approved in the
//! browser.

mod page;
mod way;

use crate::domain::{Credential, CredentialStatus, Moment};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Answer, ApiCredential, Command, Mode, Query, Session, Strategy};
use crate::tui::field::Form;
use crate::tui::hint::Hint;
use crate::tui::model::Asked;
use crate::tui::overlays::Overlay;
use crate::tui::{Action, Effect, Model, Prefill};

use super::StepMsg;
use way::{CONSUMER, ENDPOINT, Way};

pub(super) use page::{view, where_secrets_go};

/// How often the state of a new key is asked for, in milliseconds.
const POLL_MILLIS: u64 = 3_000;

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    /// Which way?
    Choose,
    /// The keys.
    Keys,
    /// Something is being asked.
    Asking,
    /// The person approves the key in the browser.
    Approving { url: String, since: Moment, asked: Moment },
}

/// Draft of this step.
#[derive(Debug)]
pub(in crate::tui) struct State {
    phase: Phase,
    way: Way,
    form: Form,
    problem: Option<Problem>,
}

impl State {
    /// With the answers that are known in advance.
    pub(super) fn new(prefill: &Prefill, session: &Session) -> Self {
        let way = match prefill.mode {
            Some(Mode::Guided) => Way::Guided,
            _ if prefill.found.is_empty() => Way::Application,
            _ => Way::Found(0),
        };
        let mut state = Self { phase: Phase::Choose, way, form: way::form(Way::Application, prefill, None), problem: None };
        state.begin(session);
        state
    }

    /// Where keys were found they are offered first, also after a pause in between.
    fn begin(&mut self, session: &Session) {
        let is_form = session.mode == Some(Mode::Automatic) && !matches!(self.way, Way::Found(_));
        if is_form && self.way == Way::Guided {
            self.way = Way::Application;
        }
        self.phase = if is_form { Phase::Keys } else { Phase::Choose };
    }
}

/// Whether a field has the focus.
pub(super) fn is_typing(state: &State) -> bool {
    state.phase == Phase::Keys
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    match &model.steps.connect.phase {
        Phase::Choose => {
            vec![Hint::look(Action::Accept, "key-choose"), Hint::silent(Action::Up), Hint::look(Action::Down, "key-other-way")]
        }
        Phase::Keys => vec![
            Hint::act(Action::Accept, "key-connect"),
            Hint::look(Action::Next, "key-next-field"),
            Hint::silent(Action::Previous),
            Hint::silent(Action::Up),
            Hint::silent(Action::Down),
            Hint::look(Action::Back, "key-back"),
        ],
        Phase::Asking => vec![Hint::look(Action::Back, "key-cancel")],
        Phase::Approving { .. } => vec![
            Hint::look(Action::Copy, "key-copy-address"),
            Hint::look(Action::Open, "key-code"),
            Hint::act(Action::Check, "key-check-now"),
            Hint::look(Action::Back, "key-cancel"),
        ],
    }
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: StepMsg) -> Vec<Effect> {
    match msg {
        StepMsg::Entered => {
            model.steps.connect.begin(&model.session);
            Vec::new()
        }
        StepMsg::Act(action) => act(model, action),
        StepMsg::Type(key) => {
            if let Some(field) = model.steps.connect.form.focused() {
                field.type_key(key);
            }
            Vec::new()
        }
        StepMsg::Paste(text) => {
            if let Some(field) = model.steps.connect.form.focused() {
                field.paste(&text);
            }
            Vec::new()
        }
        StepMsg::Kept(Asked::KeysKept, Ok(_)) => kept(model),
        StepMsg::Kept(_, Err(problem)) | StepMsg::Answered(_, Err(problem)) => failed(model, problem),
        StepMsg::Answered(Asked::ConsumerKey, Ok(Answer::ValidationUrl(url))) => {
            model.steps.connect.phase = Phase::Approving { url, since: model.now, asked: model.now };
            Vec::new()
        }
        StepMsg::Answered(Asked::Credential, Ok(Answer::Credential(credential))) => judged(model, &credential),
        StepMsg::Tick => ticked(model),
        _ => Vec::new(),
    }
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let state = &mut model.steps.connect;
    match (state.phase.clone(), action) {
        (Phase::Choose, Action::Up | Action::Down) => {
            let all = Way::all(&model.prefill);
            let at = all.iter().position(|way| *way == state.way).unwrap_or(0);
            let to = if action == Action::Up { at.saturating_sub(1) } else { (at + 1).min(all.len() - 1) };
            state.way = all[to];
        }
        (Phase::Choose, Action::Accept) => return choose(model),
        (Phase::Keys, Action::Next | Action::Down) => {
            state.form.next();
        }
        (Phase::Keys, Action::Previous | Action::Up) => state.form.previous(),
        (Phase::Keys, Action::Back) => state.phase = Phase::Choose,
        (Phase::Keys, Action::Accept) => {
            let needed = state.form.fields.iter().take(CONSUMER);
            if needed.clone().all(|field| !field.is_empty()) || !state.form.next() {
                return connect(model);
            }
        }
        (Phase::Asking | Phase::Approving { .. }, Action::Back) => {
            state.phase = if matches!(state.way, Way::Found(_)) { Phase::Choose } else { Phase::Keys };
            for asked in [Asked::KeysKept, Asked::ConsumerKey, Asked::Credential] {
                model.forget_asked(&asked);
            }
        }
        (Phase::Approving { url, .. }, Action::Copy) => {
            let text = model.look.words.say("copied-address", &[]);
            model.say_in_passing(text, false);
            return vec![Effect::Copy(url)];
        }
        (Phase::Approving { url, .. }, Action::Open) => model.overlay = Some(Overlay::code(url)),
        (Phase::Approving { .. }, Action::Check) => return check(model),
        _ => {}
    }
    Vec::new()
}

/// The way is chosen: keys that were found are used at once, others are typed.
fn choose(model: &mut Model) -> Vec<Effect> {
    let way = model.steps.connect.way;
    let mode = if way == Way::Guided { Mode::Guided } else { Mode::Automatic };
    let mut effects = vec![Effect::Submit(Command::ChooseMode { mode, strategy: Strategy::RenameFirst })];
    match way {
        Way::Guided => {}
        Way::Found(_) => effects.extend(keep(model)),
        Way::Application | Way::Client | Way::Token => {
            model.steps.connect.form = way::form(way, &model.prefill, None);
            model.steps.connect.phase = Phase::Keys;
        }
    }
    effects
}

/// Checks the fields and keeps the keys.
fn connect(model: &mut Model) -> Vec<Effect> {
    let wrong_endpoint = model.look.words.say("error-endpoint", &[]);
    let empty = model.look.words.say("error-empty", &[]);
    let form = &mut model.steps.connect.form;
    form.fields[ENDPOINT].error = form.fields[ENDPOINT].text().parse::<crate::domain::ApiEndpoint>().is_err().then_some(wrong_endpoint);
    // The consumer key alone may be empty: it is made then.
    for field in form.fields.iter_mut().take(CONSUMER).skip(ENDPOINT + 1) {
        field.error = field.is_empty().then(|| empty.clone());
    }
    if form.is_right() { keep(model) } else { Vec::new() }
}

fn keep(model: &mut Model) -> Vec<Effect> {
    let Some(ready) = way::ready(model) else {
        return Vec::new();
    };
    model.steps.connect.problem = None;
    model.steps.connect.phase = Phase::Asking;
    vec![model.keep(Asked::KeysKept, ready.secrets)]
}

/// The keys are kept: a consumer key is asked for, or the given one is checked.
fn kept(model: &mut Model) -> Vec<Effect> {
    let Some(ready) = way::ready(model) else {
        return Vec::new();
    };
    match ready.access.credential {
        ApiCredential::Application { application_key, application_secret, consumer_key } if ready.needs_consumer_key => {
            let query = Query::RequestConsumerKey { endpoint: ready.access.endpoint, application_key, application_secret, consumer_key };
            vec![model.ask(Asked::ConsumerKey, query)]
        }
        _ => check(model),
    }
}

fn check(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    if let Phase::Approving { asked, .. } = &mut model.steps.connect.phase {
        *asked = now;
    }
    let access = way::ready(model).map(|ready| ready.access);
    access.map(|access| vec![model.ask(Asked::Credential, Query::CheckCredential { access })]).unwrap_or_default()
}

fn ticked(model: &mut Model) -> Vec<Effect> {
    match &model.steps.connect.phase {
        Phase::Approving { asked, .. } if model.now.millis_since(*asked) >= POLL_MILLIS && !model.is_awaiting(&Asked::Credential) => {
            check(model)
        }
        _ => Vec::new(),
    }
}

/// The key's state is known.
fn judged(model: &mut Model, credential: &Credential) -> Vec<Effect> {
    match credential.status {
        CredentialStatus::Validated => {
            let Some(mut access) = way::ready(model).map(|ready| ready.access) else {
                return Vec::new();
            };
            access.expiration.clone_from(&credential.expiration);
            close_code(model);
            model.steps.connect.phase = Phase::Asking;
            vec![Effect::Submit(Command::ConnectApi { access })]
        }
        CredentialStatus::PendingValidation if matches!(model.steps.connect.phase, Phase::Approving { .. }) => Vec::new(),
        CredentialStatus::PendingValidation | CredentialStatus::Refused => failed(model, Problem::new(ProblemCode::ApiKeysRefused)),
        CredentialStatus::Expired => failed(model, Problem::new(ProblemCode::ConsumerKeyExpired)),
    }
}

/// The code has done its work, or is not the right one any more.
fn close_code(model: &mut Model) {
    if matches!(model.overlay, Some(Overlay::Code(_))) {
        model.overlay = None;
    }
}

/// While a key waits for approval the API refuses it: only then that is no trouble.
fn failed(model: &mut Model, problem: Problem) -> Vec<Effect> {
    let is_waiting = matches!(model.steps.connect.phase, Phase::Approving { .. });
    let may_pass = matches!(problem.code, ProblemCode::ApiKeysRefused | ProblemCode::ApiUnreachable | ProblemCode::Throttled);
    if is_waiting && may_pass {
        return Vec::new();
    }
    close_code(model);
    let state = &mut model.steps.connect;
    if let Way::Found(at) = state.way
        && let Some(found) = model.prefill.found.get(at)
    {
        // What was found is not right as it is: it can be mended in its form.
        state.way = Way::of(&found.keys);
        state.form = way::form(state.way, &model.prefill, Some(found));
    }
    let needs_new_key =
        matches!(problem.code, ProblemCode::ConsumerKeyExpired | ProblemCode::AccessRuleMissing | ProblemCode::ApiKeysRefused);
    if needs_new_key && state.way == Way::Application {
        state.form.fields[CONSUMER].set("");
        state.form.focus = CONSUMER;
    }
    state.problem = Some(problem);
    state.phase = Phase::Keys;
    Vec::new()
}
