//! A password per chosen account, each tried at once: wrong ones are corrected on the spot.

use super::{Part, choose};
use crate::domain::{EmailAddress, ImapEndpoint, ServiceId};
use crate::problem::{Problem, ProblemCode};
use crate::session::{LoginProof, Query};
use crate::tui::field::{Field, sized_lines};
use crate::tui::hint::Hint;
use crate::tui::ink::{Ink, columns};
use crate::tui::model::Asked;
use crate::tui::overlays::Overlay;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::steps::connect::where_secrets_go;
use crate::tui::{Action, Effect, Model, trouble};

/// Logins that are tried at the same time.
const AT_ONCE: usize = 4;

/// Where the proof of a login stands.
#[derive(Debug, Clone)]
pub(super) enum LoginState {
    /// Not tried.
    Open,
    /// Waits for its turn.
    Queued,
    /// Being tried.
    Trying,
    /// It works.
    Proven(LoginProof),
    /// It does not.
    Failed(Problem),
}

/// An account whose login is to be proven.
#[derive(Debug, Clone)]
pub(super) struct Login {
    /// Address.
    pub(super) address: EmailAddress,
    /// Service; none in guided mode.
    pub(super) service: Option<ServiceId>,
    /// Server.
    pub(super) endpoint: ImapEndpoint,
    /// User name.
    pub(super) user: String,
    /// Password.
    pub(super) field: Field,
    /// Where the proof stands.
    pub(super) state: LoginState,
    /// Display name, first name, last name.
    pub(super) names: [Option<String>; 3],
}

impl Login {
    fn is_proven(&self) -> bool {
        matches!(self.state, LoginState::Proven(_))
    }

    fn is_busy(&self) -> bool {
        matches!(self.state, LoginState::Queued | LoginState::Trying)
    }
}

fn are_all_proven(model: &Model) -> bool {
    let logins = &model.steps.source.logins;
    !logins.is_empty() && logins.iter().all(Login::is_proven)
}

/// The problem of the focused login, if any.
fn problem(model: &Model) -> Option<&Problem> {
    match &model.steps.source.logins.get(model.steps.source.focus)?.state {
        LoginState::Failed(problem) => Some(problem),
        _ => None,
    }
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let accept = if are_all_proven(model) { Hint::act(Action::Accept, "key-go-on") } else { Hint::act(Action::Accept, "key-try-login") };
    let mut hints = vec![
        accept,
        Hint::look(Action::Next, "key-next-field"),
        Hint::silent(Action::Previous),
        Hint::silent(Action::Up),
        Hint::silent(Action::Down),
    ];
    hints.extend(problem_hints(problem(model)));
    hints.push(Hint::look(Action::Back, "key-back"));
    hints
}

/// Looking at a problem, and accepting a certificate by hand.
pub(super) fn problem_hints(problem: Option<&Problem>) -> Vec<Hint> {
    let mut hints = Vec::new();
    if problem.is_some() {
        hints.push(Hint::look(Action::Detail, "key-explain"));
    }
    if problem.is_some_and(is_about_certificate) {
        hints.push(Hint::act(Action::Pin, "key-certificate"));
    }
    hints
}

/// Whether accepting the certificate by hand would help.
pub(super) fn is_about_certificate(problem: &Problem) -> bool {
    let code = problem.code;
    let is_code =
        matches!(code, ProblemCode::UntrustedCertificate | ProblemCode::ExpiredCertificate | ProblemCode::CertificateForAnotherHost);
    is_code && problem.params.contains_key("fingerprint")
}

/// Shows the problem of a login; with the certificate when that is what it is about.
pub(super) fn explain(model: &mut Model, account: usize) {
    let Some(LoginState::Failed(problem)) = model.steps.source.logins.get(account).map(|login| &login.state) else {
        return;
    };
    let problem = problem.clone();
    model.overlay = Some(if is_about_certificate(&problem) { Overlay::untrusted(problem, account) } else { Overlay::problem(problem) });
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let last = model.steps.source.logins.len().saturating_sub(1);
    let state = &mut model.steps.source;
    match action {
        Action::Next | Action::Down => state.focus = (state.focus + 1).min(last),
        Action::Previous | Action::Up => state.focus = state.focus.saturating_sub(1),
        Action::Back => state.part = Part::Accounts,
        Action::Detail | Action::Pin => explain(model, model.steps.source.focus),
        Action::Accept if are_all_proven(model) => return choose(model),
        Action::Accept => return try_typed(model),
        _ => {}
    }
    Vec::new()
}

/// Everything that is typed and not proven is tried; the focus goes to the next empty field.
fn try_typed(model: &mut Model) -> Vec<Effect> {
    let empty = model.look.words.say("error-empty", &[]);
    let state = &mut model.steps.source;
    let ready: Vec<usize> = (0..state.logins.len())
        .filter(|i| !state.logins[*i].field.is_empty() && !state.logins[*i].is_proven() && !state.logins[*i].is_busy())
        .collect();
    let next_empty = state.logins.iter().position(|login| login.field.is_empty());
    if let Some(next) = next_empty {
        if ready.is_empty() {
            state.logins[next].field.error = Some(empty);
        }
        state.focus = next;
    }
    ready.into_iter().flat_map(|i| start(model, i)).collect()
}

/// Keeps a password and tries it, when there is room for one more.
pub(super) fn start(model: &mut Model, i: usize) -> Vec<Effect> {
    let trying = model.steps.source.logins.iter().filter(|login| matches!(login.state, LoginState::Trying)).count();
    let Some(login) = model.steps.source.logins.get_mut(i) else {
        return Vec::new();
    };
    if trying >= AT_ONCE {
        login.state = LoginState::Queued;
        return Vec::new();
    }
    let Some(secret) = login.field.secret_value() else {
        return Vec::new();
    };
    login.state = LoginState::Trying;
    let reference = login.address.clone();
    let reference = model.source_ref(&reference);
    vec![model.keep(Asked::SourceKept(i), vec![(reference, secret)])]
}

/// The password is kept: the login is tried.
pub(super) fn try_login(model: &mut Model, i: usize) -> Vec<Effect> {
    let Some(login) = model.steps.source.logins.get(i) else {
        return Vec::new();
    };
    let query = Query::TestLogin { endpoint: login.endpoint.clone(), user: login.user.clone(), secret: model.source_ref(&login.address) };
    vec![model.ask(Asked::SourceLogin(i), query)]
}

/// It works.
pub(super) fn proven(model: &mut Model, i: usize, proof: LoginProof) -> Vec<Effect> {
    settle(model, i, LoginState::Proven(proof))
}

/// It does not.
pub(super) fn failed(model: &mut Model, i: usize, problem: Problem) -> Vec<Effect> {
    let is_the_only_focus = !model.steps.source.logins.iter().any(|login| matches!(login.state, LoginState::Failed(_)));
    if is_the_only_focus {
        model.steps.source.focus = i;
    }
    settle(model, i, LoginState::Failed(problem))
}

fn settle(model: &mut Model, i: usize, to: LoginState) -> Vec<Effect> {
    if let Some(login) = model.steps.source.logins.get_mut(i) {
        // What was typed meanwhile is another password: its own try decides.
        if login.is_busy() {
            login.state = to;
        }
    }
    super::guided::settled(model, i);
    let next = model.steps.source.logins.iter().position(|login| matches!(login.state, LoginState::Queued));
    next.map(|next| start(model, next)).unwrap_or_default()
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let state = &model.steps.source;
    let mut sheet = Sheet::new(ink.say("source-passwords-title"), Touch::ReadsOnly);
    sheet.head(ink.paragraph(&ink.say("source-passwords-text"), ink.theme().quiet)).head([ink.gap()]);
    let label_width = state.logins.iter().map(|login| columns(&login.address.to_string())).max().unwrap_or(0).min(ink.width / 2);
    for (i, login) in state.logins.iter().enumerate() {
        if i == state.focus {
            sheet.focus_here();
        }
        let room = ink.width.saturating_sub(label_width + 5 + OUTCOME).clamp(6, 30);
        let mut lines = sized_lines(ink, &login.field, (label_width, room), i == state.focus);
        if let Some(first) = lines.first_mut() {
            first.spans.push(ratatui::text::Span::raw(" "));
            first.spans.extend(short_outcome(model, ink, login).spans);
        }
        sheet.list(lines);
    }
    sheet.foot([ink.gap()]);
    if let Some(problem) = problem(model) {
        sheet.foot(trouble::brief(ink, problem));
    } else {
        sheet.foot(where_secrets_go(model, ink));
    }
    let proven = state.logins.iter().filter(|login| login.is_proven()).count();
    if are_all_proven(model) {
        sheet.foot([ink.gap(), ink.call(Action::Accept, &ink.tell("source-passwords-call", &[("count", proven.into())]))]);
    } else {
        let params = [("proven", proven.into()), ("count", state.logins.len().into())];
        sheet.foot([ink.gap(), ink.call(Action::Accept, &ink.tell("source-passwords-try", &params))]);
    }
    sheet
}

/// Columns for what came of a login, beside its field.
const OUTCOME: usize = 22;

/// What came of a login, beside its field.
fn short_outcome(model: &Model, ink: Ink<'_>, login: &Login) -> ratatui::text::Line<'static> {
    let theme = ink.theme();
    let said = |sign: &str, text: String, style| ratatui::text::Line::from(ratatui::text::Span::styled(format!("{sign} {text}"), style));
    match &login.state {
        LoginState::Open => ratatui::text::Line::default(),
        LoginState::Queued => said(ink.glyphs().waiting, ink.say("login-queued"), theme.quiet),
        LoginState::Trying => ink.busy(model.now, &ink.say("login-trying-short")),
        LoginState::Proven(proof) => {
            let text = ink.tell("login-proven-short", &[("folders", proof.mailboxes.into())]);
            said(ink.glyphs().done, text, theme.good)
        }
        LoginState::Failed(_) => said(ink.glyphs().wrong, ink.say("login-failed"), theme.wrong),
    }
}

/// What came of a login, under its form.
pub(super) fn outcome(model: &Model, ink: Ink<'_>, login: &Login, indent: usize) -> Vec<ratatui::text::Line<'static>> {
    let theme = ink.theme();
    let narrow = ink.narrower(indent);
    let mut lines = match &login.state {
        LoginState::Open => return Vec::new(),
        LoginState::Queued => vec![narrow.line(&ink.say("login-queued"), theme.quiet)],
        LoginState::Trying => vec![narrow.busy(model.now, &ink.tell("login-trying", &[("host", login.endpoint.to_string().into())]))],
        LoginState::Proven(proof) => {
            let params = [("folders", proof.mailboxes.into()), ("messages", proof.inbox_messages.into())];
            narrow.item(ink.glyphs().done, theme.good, &ink.tell("login-proven", &params), theme.quiet)
        }
        LoginState::Failed(problem) => narrow.item(ink.glyphs().wrong, theme.wrong, &trouble::headline(ink, problem), theme.wrong),
    };
    for line in &mut lines {
        line.spans.insert(0, ratatui::text::Span::raw(" ".repeat(indent)));
    }
    lines
}
