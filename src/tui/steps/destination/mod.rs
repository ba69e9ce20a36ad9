//! Destination: the service that receives, and the domain that must be attached there; guided: the server, and the clicks.

mod service;

use crate::domain::{ByteSize, DomainName, ImapEndpoint, Security, Service};
use crate::plan::PasswordRules;
use crate::problem::Problem;
use crate::session::{Answer, Command, Destination, Mode, Query, Session, Task};
use crate::text::short_duration;
use crate::tui::field::{Field, Form};
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink};
use crate::tui::model::Asked;
use crate::tui::overlays::{self, Overlay};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect, Model, Prefill, orders, trouble};

use super::StepMsg;
use service::obstacle;

/// Draft of this step.
#[derive(Debug)]
pub(in crate::tui) struct State {
    services: Option<Vec<Service>>,
    selected: usize,
    problem: Option<Problem>,
    form: Form,
}

impl State {
    /// With the answers that are known in advance.
    pub(super) fn new(prefill: &Prefill) -> Self {
        let host = prefill.target_host.as_deref().unwrap_or_default();
        Self { services: None, selected: 0, problem: None, form: Form::new(vec![Field::plain("field-target-host", host)]) }
    }
}

impl State {
    /// Rules for passwords of new accounts: the chosen service's own, as far as they are known here, else those of its platform.
    pub(super) fn password_rules(&self, session: &Session) -> PasswordRules {
        let Some(chosen) = session.destination.as_ref().and_then(|destination| destination.service.as_ref()) else {
            return PasswordRules::default();
        };
        let service = self.services.iter().flatten().find(|service| service.id == *chosen);
        PasswordRules::of(chosen.platform, &service.map(|service| service.password.clone()).unwrap_or_default())
    }

    /// Whether new accounts of the chosen service may be billed, as far as it is known here.
    pub(super) fn is_billed(&self, session: &Session) -> bool {
        let chosen = session.destination.as_ref().and_then(|destination| destination.service.as_ref());
        self.services.iter().flatten().find(|found| Some(&found.id) == chosen).is_some_and(service::is_billed)
    }
}

fn is_guided(model: &Model) -> bool {
    model.session.mode == Some(Mode::Guided)
}

/// The destination is chosen, its domains are not ready yet.
fn is_attaching(model: &Model) -> bool {
    model.session.destination.is_some()
}

/// Whether a field has the focus.
pub(super) fn is_typing(model: &Model) -> bool {
    is_guided(model) && !is_attaching(model)
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    if is_attaching(model) {
        let mut hints = Vec::new();
        if attach_trouble(model).is_some() {
            hints.push(Hint::act(Action::Retry, "key-retry"));
            hints.push(Hint::look(Action::Detail, "key-explain"));
        }
        return hints;
    }
    if is_guided(model) {
        return vec![Hint::act(Action::Accept, "key-go-on")];
    }
    let mut hints = LIST.to_vec();
    if model.steps.destination.problem.is_some() {
        hints.push(Hint::look(Action::Retry, "key-retry"));
    }
    if selected(model).is_some_and(|service| obstacle(model, service).is_none()) {
        hints.push(Hint::act(Action::Accept, "key-choose"));
    }
    hints
}

fn attach_trouble(model: &Model) -> Option<(&Task, &Problem)> {
    model.session.troubles.iter().find(|(task, _)| matches!(task, Task::AttachDomain { .. }))
}

fn selected(model: &Model) -> Option<&Service> {
    let state = &model.steps.destination;
    state.services.as_ref()?.get(state.selected)
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: StepMsg) -> Vec<Effect> {
    match msg {
        StepMsg::Entered if !is_guided(model) && !is_attaching(model) => ask(model),
        StepMsg::Answered(Asked::Services, Ok(Answer::Services(services))) => {
            model.steps.destination.problem = None;
            model.steps.destination.selected = services.iter().position(|service| obstacle(model, service).is_none()).unwrap_or(0);
            model.steps.destination.services = Some(services);
            Vec::new()
        }
        StepMsg::Answered(Asked::Services, Err(problem)) => {
            model.steps.destination.problem = Some(problem);
            Vec::new()
        }
        StepMsg::Type(key) => {
            if let Some(field) = model.steps.destination.form.focused() {
                field.type_key(key);
            }
            Vec::new()
        }
        StepMsg::Paste(text) => {
            if let Some(field) = model.steps.destination.form.focused() {
                field.paste(&text);
            }
            Vec::new()
        }
        StepMsg::Act(action) => act(model, action),
        _ => Vec::new(),
    }
}

fn ask(model: &mut Model) -> Vec<Effect> {
    vec![model.ask(Asked::Services, Query::Services)]
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if is_attaching(model) {
        let stopped = attach_trouble(model).map(|(task, problem)| (task.clone(), problem.clone()));
        return match (action, stopped) {
            (Action::Retry, Some((task, _))) => vec![Effect::Submit(Command::Retry { task })],
            (Action::Detail, Some((_, problem))) => {
                model.overlay = Some(Overlay::problem(problem));
                Vec::new()
            }
            _ => Vec::new(),
        };
    }
    let count = model.steps.destination.services.as_ref().map_or(0, Vec::len);
    if let Some(to) = moved(model.steps.destination.selected, count, action) {
        model.steps.destination.selected = to;
        return Vec::new();
    }
    match action {
        Action::Accept if is_guided(model) => choose_host(model),
        Action::Accept => {
            selected(model).filter(|service| obstacle(model, service).is_none()).map(|service| choose(model, service)).unwrap_or_default()
        }
        Action::Retry => ask(model),
        _ => Vec::new(),
    }
}

fn choose(model: &Model, service: &Service) -> Vec<Effect> {
    let domains = model.session.mail_domains().into_iter().collect();
    vec![Effect::Submit(Command::ChooseDestination { destination: orders::destination(service), domains })]
}

fn choose_host(model: &mut Model) -> Vec<Effect> {
    let wrong = model.look.words.say("error-host", &[]);
    let field = &mut model.steps.destination.form.fields[0];
    let Ok(endpoint) = ImapEndpoint::parse_authority(field.text(), Security::Tls) else {
        field.error = Some(wrong);
        return Vec::new();
    };
    let destination = Destination { service: None, display_name: None, endpoint, webmail: None };
    vec![Effect::Submit(Command::ChooseDestination { destination, domains: Vec::new() })]
}

/// Domains of the accounts that a service does not hold yet.
fn missing_domains(model: &Model, service: &Service) -> Vec<DomainName> {
    model.session.mail_domains().into_iter().filter(|domain| !service.domains.contains(domain)).collect()
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    if is_attaching(model) {
        return attaching(model, ink);
    }
    if is_guided(model) {
        return guided(model, ink);
    }
    let state = &model.steps.destination;
    let is_changing =
        selected(model).is_some_and(|service| obstacle(model, service).is_none() && !missing_domains(model, service).is_empty());
    let touch = if is_changing { Touch::Changes("touch-attach") } else { Touch::ReadsOnly };
    let mut sheet = Sheet::new(ink.say("destination-title"), touch);
    if let Some(problem) = &state.problem {
        sheet.list(trouble::explain(ink, problem));
        return sheet;
    }
    let Some(services) = &state.services else {
        sheet.list([ink.busy(model.now, &ink.say("source-asking-services"))]);
        return sheet;
    };
    sheet.head(ink.paragraph(&need(model, ink), ink.theme().quiet)).head([ink.gap(), service::head(ink)]);
    for (i, found) in services.iter().enumerate() {
        if i == state.selected {
            sheet.focus_here();
        }
        sheet.list([service::row(model, ink, found, i == state.selected)]);
    }
    if let Some(found) = selected(model) {
        sheet.foot([ink.gap()]).foot(service::about(model, ink, found));
    }
    sheet
}

/// What the accounts need, in one line.
fn need(model: &Model, ink: Ink<'_>) -> String {
    let used: Vec<ByteSize> = model.session.migrations.iter().filter_map(|m| model.steps.source.account(&m.source.address)?.used).collect();
    let count = model.session.migrations.len();
    if used.is_empty() {
        return ink.tell("destination-need", &[("count", count.into())]);
    }
    let total: ByteSize = used.iter().copied().sum();
    let largest = used.iter().copied().max().unwrap_or_default();
    let params = [("count", count.into()), ("size", total.to_string().into()), ("largest", largest.to_string().into())];
    ink.tell("destination-need-size", &params)
}

fn attaching(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say("destination-attaching-title"), Touch::Changes("touch-attach"));
    sheet.head(ink.paragraph(&ink.say("destination-attaching-text"), theme.quiet)).head([ink.gap()]);
    for (domain, state) in &model.session.domains {
        let task = Task::AttachDomain { domain: domain.clone() };
        let (sign, style, what) = if state.is_ready {
            (ink.glyphs().done, theme.good, ink.say("destination-ready"))
        } else if model.session.troubles.contains_key(&task) {
            (ink.glyphs().wrong, theme.wrong, ink.say("task-stopped"))
        } else {
            let running = model.progress.tasks.get(&task);
            let what = running.map_or_else(|| ink.say("destination-starting"), |progress| overlays::activity(model, ink, progress));
            let age = running.map_or_else(String::new, |progress| format!("  {}", short_duration(model.age(progress.since))));
            (ink.glyphs().current, theme.accent, what + &age)
        };
        let width = (ink.width / 2).min(crate::tui::ink::columns(domain.as_str()) + 4);
        sheet.list([ink.cells(&[
            Cell::new(sign, 1).style(style),
            Cell::new(domain.as_str(), width.saturating_sub(2)),
            Cell::new(what, ink.width.saturating_sub(width + 2)).style(style),
        ])]);
    }
    if let Some((_, problem)) = attach_trouble(model) {
        sheet.foot([ink.gap()]).foot(trouble::brief(ink, problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    }
    sheet
}

fn guided(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say("destination-title"), Touch::ReadsOnly);
    sheet.head(ink.paragraph(&ink.say("destination-guided-text"), theme.quiet)).head([ink.gap()]);
    let (lines, focus) = model.steps.destination.form.lines(ink);
    sheet.focus = Some(focus);
    sheet.list(lines).list([ink.gap()]);
    sheet.list([ink.line(&ink.say("clicks-head"), theme.strong)]);
    let domains = model.session.mail_domains().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    for (number, key) in [(1usize, "clicks-attach-1"), (2, "clicks-attach-2"), (3, "clicks-attach-3")] {
        sheet.list(ink.item(&format!("{number}."), theme.accent, &ink.tell(key, &[("domains", (&domains).into())]), theme.plain));
    }
    sheet.list(ink.item(ink.glyphs().note, theme.quiet, &ink.say("clicks-attach-else"), theme.quiet));
    sheet.foot([ink.gap(), ink.call(Action::Accept, &ink.say("destination-guided-call"))]);
    sheet
}
