//! Connect: who does the clicks; the keys of the API, made here and approved in the browser.

use ratatui::text::Line;

use crate::domain::{ApiEndpoint, Credential, CredentialStatus, Moment};
use crate::ports::Keeping;
use crate::problem::{Problem, ProblemCode};
use crate::session::{Answer, ApiAccess, ApiCredential, ApiSecret, Command, Mode, Query, Session, Strategy};
use crate::text::short_duration;
use crate::tui::field::{Field, Form};
use crate::tui::hint::Hint;
use crate::tui::ink::Ink;
use crate::tui::model::Asked;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect, Model, Prefill, trouble};

use super::StepMsg;

/// How often the state of a new key is asked for, in milliseconds.
const POLL_MILLIS: u64 = 3_000;

const ENDPOINT: usize = 0;
const KEY: usize = 1;
const SECRET: usize = 2;
const CONSUMER: usize = 3;

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    /// Who does the clicks?
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
    is_guided: bool,
    form: Form,
    problem: Option<Problem>,
}

impl State {
    /// With the answers that are known in advance.
    pub(super) fn new(prefill: &Prefill, session: &Session) -> Self {
        let endpoint = prefill.api_endpoint.as_deref().unwrap_or("ovh-eu");
        let fields = vec![
            Field::plain("field-endpoint", endpoint),
            Field::secret("field-application-key", prefill.application_key.as_ref()),
            Field::secret("field-application-secret", prefill.application_secret.as_ref()),
            Field::secret("field-consumer-key", prefill.consumer_key.as_ref()).remarked("field-consumer-empty"),
        ];
        let phase = if session.mode == Some(Mode::Automatic) { Phase::Keys } else { Phase::Choose };
        Self { phase, is_guided: prefill.mode == Some(Mode::Guided), form: Form::new(fields), problem: None }
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
            Hint::act(Action::Check, "key-check-now"),
            Hint::look(Action::Back, "key-cancel"),
        ],
    }
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: StepMsg) -> Vec<Effect> {
    match msg {
        StepMsg::Entered => {
            model.steps.connect.phase = if model.session.mode == Some(Mode::Automatic) { Phase::Keys } else { Phase::Choose };
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
        (Phase::Choose, Action::Up | Action::Down) => state.is_guided = !state.is_guided,
        (Phase::Choose, Action::Accept) => {
            let mode = if state.is_guided { Mode::Guided } else { Mode::Automatic };
            state.phase = if state.is_guided { Phase::Choose } else { Phase::Keys };
            return vec![Effect::Submit(Command::ChooseMode { mode, strategy: Strategy::RenameFirst })];
        }
        (Phase::Keys, Action::Next | Action::Down) => {
            state.form.next();
        }
        (Phase::Keys, Action::Previous | Action::Up) => state.form.previous(),
        (Phase::Keys, Action::Back) => state.phase = Phase::Choose,
        (Phase::Keys, Action::Accept) => {
            let goes_on = state.form.focus == CONSUMER || !state.form.next();
            if goes_on || state.form.fields.iter().take(CONSUMER).all(|field| !field.is_empty()) {
                return connect(model);
            }
        }
        (Phase::Asking | Phase::Approving { .. }, Action::Back) => {
            state.phase = Phase::Keys;
            for asked in [Asked::KeysKept, Asked::ConsumerKey, Asked::Credential] {
                model.forget_asked(&asked);
            }
        }
        (Phase::Approving { url, .. }, Action::Copy) => {
            let text = model.look.words.say("copied-address", &[]);
            model.say_in_passing(text, false);
            return vec![Effect::Copy(url)];
        }
        (Phase::Approving { .. }, Action::Check) => return check(model),
        _ => {}
    }
    Vec::new()
}

fn access(model: &Model) -> Option<ApiAccess> {
    let endpoint: ApiEndpoint = model.steps.connect.form.fields[ENDPOINT].text().parse().ok()?;
    Some(ApiAccess {
        endpoint,
        credential: ApiCredential::Application {
            application_key: model.api_ref(ApiSecret::ApplicationKey),
            application_secret: model.api_ref(ApiSecret::ApplicationSecret),
            consumer_key: model.api_ref(ApiSecret::ConsumerKey),
        },
        expiration: None,
    })
}

/// Checks the fields and keeps the keys.
fn connect(model: &mut Model) -> Vec<Effect> {
    let wrong_endpoint = model.look.words.say("error-endpoint", &[]);
    let empty = model.look.words.say("error-empty", &[]);
    let form = &mut model.steps.connect.form;
    form.fields[ENDPOINT].error = form.fields[ENDPOINT].text().parse::<ApiEndpoint>().is_err().then_some(wrong_endpoint);
    for field in [KEY, SECRET] {
        form.fields[field].error = form.fields[field].is_empty().then(|| empty.clone());
    }
    if !form.is_right() {
        return Vec::new();
    }
    let Some(access) = access(model) else {
        return Vec::new();
    };
    let fields = &model.steps.connect.form.fields;
    let kept = access.credential.secrets().into_iter().zip([&fields[KEY], &fields[SECRET], &fields[CONSUMER]]);
    let kept = kept.filter_map(|(reference, field)| Some((reference, field.secret_value()?))).collect();
    model.steps.connect.problem = None;
    model.steps.connect.phase = Phase::Asking;
    vec![model.keep(Asked::KeysKept, kept)]
}

/// The keys are kept: a consumer key is asked for, or the given one is checked.
fn kept(model: &mut Model) -> Vec<Effect> {
    let Some(access) = access(model) else {
        return Vec::new();
    };
    if !model.steps.connect.form.fields[CONSUMER].is_empty() {
        return check(model);
    }
    let ApiCredential::Application { application_key, application_secret, consumer_key } = access.credential else {
        return Vec::new();
    };
    let query = Query::RequestConsumerKey { endpoint: access.endpoint, application_key, application_secret, consumer_key };
    vec![model.ask(Asked::ConsumerKey, query)]
}

fn check(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    if let Phase::Approving { asked, .. } = &mut model.steps.connect.phase {
        *asked = now;
    }
    access(model).map(|access| vec![model.ask(Asked::Credential, Query::CheckCredential { access })]).unwrap_or_default()
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
            let Some(mut access) = access(model) else {
                return Vec::new();
            };
            access.expiration.clone_from(&credential.expiration);
            model.steps.connect.phase = Phase::Asking;
            vec![Effect::Submit(Command::ConnectApi { access })]
        }
        CredentialStatus::PendingValidation if matches!(model.steps.connect.phase, Phase::Approving { .. }) => Vec::new(),
        CredentialStatus::PendingValidation | CredentialStatus::Refused => failed(model, Problem::new(ProblemCode::ApiKeysRefused)),
        CredentialStatus::Expired => failed(model, Problem::new(ProblemCode::ConsumerKeyExpired)),
    }
}

/// While a key waits for approval the API refuses it: only then that is no trouble.
fn failed(model: &mut Model, problem: Problem) -> Vec<Effect> {
    let state = &mut model.steps.connect;
    let is_waiting = matches!(state.phase, Phase::Approving { .. });
    let may_pass = matches!(problem.code, ProblemCode::ApiKeysRefused | ProblemCode::ApiUnreachable | ProblemCode::Throttled);
    if is_waiting && may_pass {
        return Vec::new();
    }
    let needs_new_key =
        matches!(problem.code, ProblemCode::ConsumerKeyExpired | ProblemCode::AccessRuleMissing | ProblemCode::ApiKeysRefused);
    if needs_new_key {
        state.form.fields[CONSUMER].set("");
        state.form.focus = CONSUMER;
    }
    state.problem = Some(problem);
    state.phase = Phase::Keys;
    Vec::new()
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    match &model.steps.connect.phase {
        Phase::Choose => choice(model, ink),
        Phase::Keys | Phase::Asking => keys(model, ink),
        Phase::Approving { url, since, .. } => approval(model, ink, url, *since),
    }
}

fn choice(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say("connect-title"), Touch::ReadsOnly);
    if model.is_demo {
        sheet.head(ink.paragraph(&ink.say("connect-demo"), theme.accent)).head([ink.gap()]);
    }
    let is_guided = model.steps.connect.is_guided;
    for (is_this, name, text) in
        [(!is_guided, "connect-automatic", "connect-automatic-text"), (is_guided, "connect-guided", "connect-guided-text")]
    {
        let (sign, style) = if is_this { (ink.glyphs().radio_on, theme.focus) } else { (ink.glyphs().radio_off, theme.plain) };
        if is_this {
            sheet.focus_here();
        }
        let lead = if is_this { ink.glyphs().pointer } else { " " };
        sheet.list(ink.item(&format!("{lead} {sign}"), style, &ink.say(name), style));
        sheet.list(indented(ink, 6, &ink.say(text)));
        sheet.list([ink.gap()]);
    }
    sheet.foot([ink.call(Action::Accept, &ink.say(if is_guided { "connect-call-guided" } else { "connect-call-automatic" }))]);
    sheet
}

fn indented(ink: Ink<'_>, by: usize, text: &str) -> Vec<Line<'static>> {
    let mut lines = ink.narrower(by).paragraph(text, ink.theme().quiet);
    for line in &mut lines {
        line.spans.insert(0, ratatui::text::Span::raw(" ".repeat(by)));
    }
    lines
}

fn keys(model: &Model, ink: Ink<'_>) -> Sheet {
    let state = &model.steps.connect;
    let mut sheet = Sheet::new(ink.say("connect-keys-title"), Touch::ReadsOnly);
    sheet.head(ink.paragraph(&ink.say("connect-keys-text"), ink.theme().quiet)).head([ink.gap()]);
    let (lines, focus) = state.form.lines(ink);
    sheet.focus = Some(focus);
    sheet.list(lines).list([ink.gap()]);
    if let Some(problem) = &state.problem {
        sheet.foot(trouble::brief(ink, problem)).foot([ink.gap()]);
    } else {
        sheet.foot(where_secrets_go(model, ink)).foot([ink.gap()]);
    }
    let is_asking = state.phase == Phase::Asking;
    sheet.foot([if is_asking {
        ink.busy(model.now, &ink.say("connect-asking"))
    } else {
        ink.call(Action::Accept, &ink.say("connect-call-keys"))
    }]);
    sheet
}

/// Where secrets go, in words.
pub(super) fn where_secrets_go(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    match (model.keeping, &model.keyring_trouble) {
        (Keeping::Keyring, _) => ink.item(ink.glyphs().note, ink.theme().quiet, &ink.say("secrets-keyring"), ink.theme().quiet),
        (Keeping::ThisRunOnly, trouble) => {
            let why = trouble.clone().unwrap_or_else(|| ink.say("secrets-no-keyring"));
            let text = ink.tell("secrets-this-run", &[("why", why.into())]);
            ink.item(ink.glyphs().warning, ink.theme().warning, &text, ink.theme().quiet)
        }
    }
}

fn approval(model: &Model, ink: Ink<'_>, url: &str, since: Moment) -> Sheet {
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say("connect-approve-title"), Touch::ReadsOnly);
    sheet.head(ink.paragraph(&ink.say("connect-approve-text"), theme.plain)).head([ink.gap()]);
    sheet.list(ink.paragraph(url, theme.accent)).list([ink.gap()]);
    sheet.list(ink.paragraph(&ink.say("connect-approve-rights"), theme.quiet));
    sheet.foot([ink.gap(), ink.busy(model.now, &ink.tell("connect-approve-waiting", &[("age", short_duration(model.age(since)).into())]))]);
    sheet
}
