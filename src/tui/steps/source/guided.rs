//! Guided: one account after the other, by address, server and password, each tried at once.

use super::choose;
use super::logins::{self, Login, LoginState};
use crate::domain::{EmailAddress, ImapEndpoint, Security};
use crate::tui::field::{Field, Form};
use crate::tui::hint::Hint;
use crate::tui::ink::{Cell, Ink};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::steps::connect::where_secrets_go;
use crate::tui::{Action, Effect, Model, Prefill, PrefilledAccount, trouble};

const ADDRESS: usize = 0;
const HOST: usize = 1;
const PASSWORD: usize = 2;

/// The form, and the accounts that are known in advance.
#[derive(Debug)]
pub(super) struct Draft {
    form: Form,
    rest: Vec<PrefilledAccount>,
    /// The login that is being tried from the form, last in the list.
    is_trying: bool,
}

impl Default for Draft {
    fn default() -> Self {
        Self::new(&Prefill::default())
    }
}

impl Draft {
    /// With the first account that is known in advance.
    pub(super) fn new(prefill: &Prefill) -> Self {
        let mut rest = prefill.accounts.clone();
        let first = if rest.is_empty() { None } else { Some(rest.remove(0)) };
        Self { form: form(prefill, first.as_ref(), ""), rest, is_trying: false }
    }

    /// The login of the form is tried once more.
    pub(super) const fn try_again(&mut self) {
        self.is_trying = true;
    }

    /// The field with the focus.
    pub(super) fn focused(&mut self) -> Option<&mut Field> {
        self.form.focused()
    }
}

fn form(prefill: &Prefill, account: Option<&PrefilledAccount>, host: &str) -> Form {
    let address = account.map(|account| account.address.to_string()).unwrap_or_default();
    let password = account.and_then(|account| prefill.passwords.get(&account.address));
    let host = account.map_or(host, |account| &account.host);
    let mut form = Form::new(vec![
        Field::plain("field-address", &address),
        Field::plain("field-source-host", host),
        Field::secret("field-password", password),
    ]);
    if account.is_none() {
        form.focus = ADDRESS;
    }
    form
}

fn may_go_on(model: &Model) -> bool {
    let state = &model.steps.source;
    let is_blank = state.form.form.fields[ADDRESS].is_empty() && state.form.form.fields[PASSWORD].is_empty();
    is_blank && !state.form.is_trying && !state.logins.is_empty()
}

/// The last login, when it failed.
fn failed(model: &Model) -> Option<usize> {
    let last = model.steps.source.logins.len().checked_sub(1)?;
    matches!(model.steps.source.logins[last].state, LoginState::Failed(_)).then_some(last)
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let mut hints = vec![
        if may_go_on(model) { Hint::act(Action::Accept, "key-go-on") } else { Hint::act(Action::Accept, "key-try-login") },
        Hint::look(Action::Next, "key-next-field"),
        Hint::silent(Action::Previous),
        Hint::silent(Action::Up),
        Hint::silent(Action::Down),
    ];
    let problem = failed(model).and_then(|i| match &model.steps.source.logins[i].state {
        LoginState::Failed(problem) => Some(problem),
        _ => None,
    });
    hints.extend(logins::problem_hints(problem));
    if !model.steps.source.logins.is_empty() {
        hints.push(Hint::act(Action::Done, "key-that-is-all"));
    }
    hints
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let may_go_on = may_go_on(model);
    let form = &mut model.steps.source.form.form;
    match action {
        Action::Next | Action::Down => {
            form.next();
        }
        Action::Previous | Action::Up => form.previous(),
        Action::Detail | Action::Pin => {
            if let Some(i) = failed(model) {
                logins::explain(model, i);
            }
        }
        Action::Accept if may_go_on => return go_on(model),
        Action::Done => return go_on(model),
        Action::Accept => {
            let is_filled = form.fields.iter().all(|field| !field.is_empty());
            if is_filled || !form.next() {
                return try_form(model);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Only proven accounts go on.
fn go_on(model: &mut Model) -> Vec<Effect> {
    let state = &mut model.steps.source;
    state.logins.retain(|login| matches!(login.state, LoginState::Proven(_)));
    state.form.is_trying = false;
    if state.logins.is_empty() { Vec::new() } else { choose(model) }
}

/// Checks the fields and tries the login.
fn try_form(model: &mut Model) -> Vec<Effect> {
    let words = model.look.words.clone();
    let state = &mut model.steps.source;
    if state.form.is_trying && !state.logins.last().is_none_or(|login| matches!(login.state, LoginState::Failed(_))) {
        return Vec::new();
    }
    let fields = &mut state.form.form.fields;
    let address = fields[ADDRESS].text().parse::<EmailAddress>();
    let endpoint = ImapEndpoint::parse_authority(fields[HOST].text(), Security::Tls);
    fields[ADDRESS].error = address.as_ref().err().map(|_| words.say("error-address", &[]));
    fields[HOST].error = endpoint.as_ref().err().map(|_| words.say("error-host", &[]));
    fields[PASSWORD].error = fields[PASSWORD].is_empty().then(|| words.say("error-empty", &[]));
    if let Ok(address) = &address
        && state.logins.iter().any(|login| login.address == *address && matches!(login.state, LoginState::Proven(_)))
    {
        fields[ADDRESS].error = Some(words.say("error-twice", &[]));
    }
    let (Ok(address), Ok(mut endpoint), true) = (address, endpoint, state.form.form.is_right()) else {
        return Vec::new();
    };
    // A certificate that was accepted for this server stays accepted.
    let pinned = state.logins.iter().find(|login| (&login.endpoint.host, login.endpoint.port) == (&endpoint.host, endpoint.port));
    endpoint.pin = pinned.and_then(|login| login.endpoint.pin.clone());
    state.logins.retain(|login| matches!(login.state, LoginState::Proven(_)));
    let field = state.form.form.fields[PASSWORD].clone();
    let user = address.to_string();
    state.logins.push(Login { address, service: None, endpoint, user, field, state: LoginState::Open, names: [None, None, None] });
    state.form.is_trying = true;
    let last = state.logins.len() - 1;
    logins::start(model, last)
}

/// The login of the form is decided: on success the form is ready for the next account.
pub(super) fn settled(model: &mut Model, i: usize) {
    let prefill = model.prefill.clone();
    let state = &mut model.steps.source;
    if !state.form.is_trying {
        return;
    }
    state.form.is_trying = false;
    if state.logins.get(i).is_some_and(|login| matches!(login.state, LoginState::Proven(_))) {
        let host = state.form.form.fields[HOST].text().to_owned();
        let next = if state.form.rest.is_empty() { None } else { Some(state.form.rest.remove(0)) };
        state.form.form = form(&prefill, next.as_ref(), &host);
    }
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let state = &model.steps.source;
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say("source-guided-title"), Touch::ReadsOnly);
    let proven: Vec<&Login> = state.logins.iter().filter(|login| matches!(login.state, LoginState::Proven(_))).collect();
    if proven.is_empty() {
        sheet.head(ink.paragraph(&ink.say("source-guided-text"), theme.quiet)).head([ink.gap()]);
    }
    for login in &proven {
        if let LoginState::Proven(proof) = &login.state {
            let params = [("folders", proof.mailboxes.into()), ("messages", proof.inbox_messages.into())];
            let width = ink.width.saturating_sub(4) / 2;
            sheet.head([ink.cells(&[
                Cell::new(ink.glyphs().done, 1).style(theme.good),
                Cell::new(login.address.to_string(), width),
                Cell::new(ink.tell("login-proven", &params), width).style(theme.quiet),
            ])]);
        }
    }
    if !proven.is_empty() {
        sheet.head([ink.gap()]);
    }
    let (lines, focus) = state.form.form.lines(ink);
    sheet.focus = Some(focus);
    sheet.list(lines);
    match state.logins.last().map(|login| (&login.state, login)) {
        Some((LoginState::Failed(problem), _)) => {
            sheet.foot([ink.gap()]).foot(trouble::brief(ink, problem));
        }
        Some((LoginState::Trying | LoginState::Queued, login)) => {
            sheet.foot([ink.gap()]).foot(logins::outcome(model, ink, login, 0));
        }
        _ => {
            sheet.foot([ink.gap()]).foot(where_secrets_go(model, ink));
            let key = if may_go_on(model) { "source-guided-go-on" } else { "source-guided-call" };
            sheet.foot([ink.gap(), ink.call(Action::Accept, &ink.tell(key, &[("count", proven.len().into())]))]);
        }
    }
    sheet
}
